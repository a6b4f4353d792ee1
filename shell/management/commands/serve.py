"""`manage.py serve`: every process of Croupier in the foreground; the work is done by `shell.supervisor`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand

from shell.supervisor import cli, options

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Hands the options over; checks are left to the services themselves, which run them when they start."""

    help = "Starts the shell, the fragments, the provider simulator, the workers and a store, and keeps them alive."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The same options as `python -m shell.supervisor`."""
        options.add_arguments(parser)

    def handle(self, **chosen: object) -> None:
        """Stay until somebody asks to stop."""
        sys.exit(cli.run(argparse.Namespace(**chosen)))
