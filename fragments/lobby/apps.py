"""The Django app of the lobby fragment."""

from __future__ import annotations

from django.apps import AppConfig


class LobbyConfig(AppConfig):
    name = "fragments.lobby"
    label = "lobby"
