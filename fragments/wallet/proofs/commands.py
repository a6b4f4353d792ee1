"""Proofs about commands: each id decided once, ends that happen once, and news of everything."""

from __future__ import annotations

from typing import Final

from fragments.wallet.proofs.check import Check

_UNDONE: Final = (
    "SELECT r.id, e.account, e.amount FROM wallet_ledgertransaction r"
    " JOIN wallet_ledgertransaction b ON b.id = r.bet_id JOIN wallet_entry e ON e.transaction_id IN (r.id, b.id)"
    " WHERE r.kind = 'rollback' AND r.outcome = 'OK' AND (b.kind = 'bet' OR e.account LIKE 'house:%%')"
)
# What the wallet says of a decision is numbered by the wallet when it counts, and stands alone when it does not.
_TOLD: Final = (
    "o.aggregatetype = 'wallet' AND o.aggregateid = CASE t.outcome WHEN 'OK' THEN {text:t.wallet_id}"
    " ELSE {text:t.id} END AND o.aggregateversion = CASE t.outcome WHEN 'OK' THEN t.wallet_version ELSE 1 END"
)

COMMANDS: Final = (
    Check(
        "I-6",
        "each provider's id is decided at most once",
        "SELECT provider, provider_tx_id, COUNT(*) FROM wallet_ledgertransaction GROUP BY provider, provider_tx_id"
        " HAVING COUNT(*) > 1",
    ),
    Check(
        "I-6",
        "what was refused moved nothing, and every answer is kept",
        "SELECT t.id, t.kind, t.outcome FROM wallet_ledgertransaction t WHERE t.response = ''"
        " OR (t.outcome <> 'OK' AND (t.wallet_version IS NOT NULL"
        " OR EXISTS (SELECT 1 FROM wallet_entry e WHERE e.transaction_id = t.id)))",
    ),
    Check(
        "I-7",
        "a bet, a hold and a grant end at most once",
        "SELECT closes_id, COUNT(*) FROM wallet_ledgertransaction WHERE closes_id IS NOT NULL"
        " GROUP BY closes_id HAVING COUNT(*) > 1",
    ),
    Check(
        "I-7",
        "a rollback is the exact negation of its bet",
        f"SELECT id, account, SUM(amount) FROM ({_UNDONE}) undone GROUP BY id, account HAVING SUM(amount) <> 0",  # noqa: S608
    ),
    Check(
        "I-7",
        "no bet was both paid and rolled back",
        "SELECT b.id FROM wallet_ledgertransaction b"
        " JOIN wallet_ledgertransaction r ON r.closes_id = b.id AND r.kind = 'rollback'"
        " JOIN wallet_ledgertransaction p ON p.bet_id = b.id AND p.kind = 'win' AND p.outcome = 'OK'",
    ),
    Check(
        "I-10",
        "a wallet's events are numbered 1 to its version",
        "SELECT w.player_id, w.version, COUNT(o.seq) FROM wallet_wallet w"
        " LEFT JOIN outbox o ON o.aggregatetype = 'wallet' AND o.aggregateid = {text:w.id}"
        " GROUP BY w.player_id, w.version"
        " HAVING COUNT(o.seq) <> w.version OR MAX(o.aggregateversion) <> w.version OR MIN(o.aggregateversion) <> 1",
    ),
    Check(
        "I-11",
        "every decision was told",
        "SELECT t.id, t.kind, t.code FROM wallet_ledgertransaction t LEFT JOIN outbox o ON "  # noqa: S608
        f"{_TOLD} WHERE t.kind <> 'tombstone' AND o.seq IS NULL",
    ),
    Check(
        "I-11",
        "nothing was told that was not decided",
        "SELECT told, decided FROM (SELECT (SELECT COUNT(*) FROM outbox WHERE aggregatetype = 'wallet') AS told,"
        " (SELECT COUNT(*) FROM wallet_ledgertransaction WHERE kind <> 'tombstone')"
        " + (SELECT COUNT(*) FROM wallet_wallet) AS decided) both_sides WHERE told <> decided",
    ),
)
