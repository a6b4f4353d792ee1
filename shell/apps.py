"""Makes the shell a Django app of its own, so that its commands and deploy checks are found."""

from __future__ import annotations

from django.apps import AppConfig


class ShellConfig(AppConfig):
    """Registers the deploy checks when Django is ready."""

    name = "shell"

    def ready(self) -> None:
        from shell import checks  # noqa: F401  importing registers them, and needs the app registry
