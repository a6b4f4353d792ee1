"""Makes the players part a Django app, so that its command is found."""

from __future__ import annotations

from django.apps import AppConfig


class PlayersConfig(AppConfig):
    """Holds `seed_players`; the accounts themselves are Django's users."""

    name = "shell.players"
