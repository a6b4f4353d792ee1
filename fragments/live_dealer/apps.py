"""The Django app of the live_dealer fragment."""

from __future__ import annotations

from django.apps import AppConfig


class LiveDealerConfig(AppConfig):
    name = "fragments.live_dealer"
    label = "live_dealer"
