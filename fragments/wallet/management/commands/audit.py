"""`manage.py wallet audit`: proves the books, prints each rule, and ends with 1 when one is broken."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from fragments.wallet.audit import counted, run_checks


class Command(BaseCommand):
    help = "Prove that the books are right; exit 1 with the first broken row of each broken rule."

    def handle(self, *_args: Any, **_options: Any) -> None:
        broken = 0
        try:
            findings = run_checks()
            amounts = ", ".join(f"{count:,} {words}" for words, count in counted().items())
        except DatabaseError as error:
            raise CommandError(f"the books cannot be read: {error}; try `manage.py wallet migrate` first") from error
        for finding in findings:
            if finding.breach is None:
                self.stdout.write(f"holds   {finding.invariant:<5} {finding.rule}")
            else:
                broken += 1
                self.stdout.write(f"BROKEN  {finding.invariant:<5} {finding.rule}: {finding.breach}")
        self.stdout.write(f"{len(findings)} rules over {amounts}")
        if broken:
            raise CommandError(f"{broken} of the rules of the ledger are broken.", returncode=1)
