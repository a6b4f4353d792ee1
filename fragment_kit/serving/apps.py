"""The Django app of the kit's web side."""

from __future__ import annotations

from django.apps import AppConfig


class ServingConfig(AppConfig):
    name = "fragment_kit.serving"
    label = "fragment_kit_serving"

    def ready(self) -> None:
        from fragment_kit.serving import checks  # noqa: F401 - importing registers them
