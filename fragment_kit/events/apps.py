"""The Django app of the outbox and of the positions of projections."""

from __future__ import annotations

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "fragment_kit.events"
    label = "events"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from prometheus_client import REGISTRY

        from fragment_kit.events.backlog import BacklogCollector

        REGISTRY.register(BacklogCollector())
