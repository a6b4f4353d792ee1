"""Lets `python -m shell.supervisor` do what `manage.py serve` does, without loading Django first."""

from __future__ import annotations

import sys

from shell.supervisor.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
