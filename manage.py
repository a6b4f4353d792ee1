#!/usr/bin/env python
"""Runs one command of one service: `manage.py wallet migrate`; the shell's when no fragment is named first."""

from __future__ import annotations

import os
import sys
from pathlib import Path

FRAGMENTS = Path(__file__).resolve().parent / "fragments"


def main(arguments: list[str]) -> None:
    """Choose the settings by the first word, then let Django run the rest."""
    program, *words = arguments
    service = "shell"
    if words and words[0].isidentifier() and (FRAGMENTS / words[0] / "settings.py").is_file():
        service = f"fragments.{words.pop(0)}"
    if service == "shell" and words[:1] == ["serve"]:
        # Straight to the supervisor, which needs no Django: a third of a second less to the first page.
        from shell.supervisor.cli import main as serve

        sys.exit(serve(words[1:]))
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{service}.settings"
    from django.core.management import execute_from_command_line

    from fragment_kit.contract.errors import FragmentKitError

    try:
        execute_from_command_line([program, *words])
    except FragmentKitError as refused:
        sys.exit(f"{service}: {refused}")


if __name__ == "__main__":
    main(sys.argv)
