"""The Django app of the wallet fragment."""

from __future__ import annotations

from django.apps import AppConfig


class WalletConfig(AppConfig):
    name = "fragments.wallet"
    label = "wallet"
