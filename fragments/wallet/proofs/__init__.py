"""The invariants of the ledger as questions to the database: each finds what breaks it, and must find nothing."""

from __future__ import annotations

from fragments.wallet.proofs.check import Check
from fragments.wallet.proofs.commands import COMMANDS
from fragments.wallet.proofs.money import MONEY
from fragments.wallet.proofs.play import PLAY

CHECKS = (*MONEY, *COMMANDS, *PLAY)

__all__ = ["CHECKS", "Check"]
