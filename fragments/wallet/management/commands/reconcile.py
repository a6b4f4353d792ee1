"""`manage.py wallet reconcile --provider simulator --from … --to …`: the provider's book against ours."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from fragments.wallet.reconciling import compare

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

TIMEOUT_S: Final = 10.0
SHOWN: Final = 50


class Command(BaseCommand):
    help = "Hold a provider's list of calls against the ledger; exit 1 when they disagree."

    def add_arguments(self, parser: ArgumentParser) -> None:
        now = datetime.now(UTC).replace(microsecond=0)
        parser.add_argument("--provider", required=True, help="a name from PROVIDER_SECRETS")
        parser.add_argument("--from", dest="since", required=True, help=f"begin, such as {now.isoformat()}")
        parser.add_argument("--to", dest="until", default=now.isoformat(), help="end, not included (default: now)")
        parser.add_argument("--url", default=settings.PROVIDER_URL, help="where the provider's list is")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["provider"] not in settings.PROVIDER_SECRETS:
            known = ", ".join(settings.PROVIDER_SECRETS)
            raise CommandError(f"No provider {options['provider']!r} is known here; there are {known}.")
        since_s, until_s = _moment(options["since"], "--from"), _moment(options["until"], "--to")
        try:
            calls = list(_calls(options["url"], since_s, until_s))
            found = compare(options["provider"], calls, since_s=since_s, until_s=until_s)
        except (httpx.HTTPError, json.JSONDecodeError, KeyError, TypeError) as error:
            raise CommandError(
                f"the list of {options['url']} cannot be read: {type(error).__name__} {error}"
            ) from error
        except DatabaseError as error:
            raise CommandError(f"the books cannot be read: {error}") from error
        for difference in found.differences[:SHOWN]:
            self.stdout.write(f"DIFFERS {difference.transaction_id}: {difference.what}")
        self.stdout.write(
            f"{found.compared} calls compared, {found.settled_here} of which the provider never heard the end,"
            f" {len(found.differences)} differences"
        )
        if found.differences:
            raise CommandError("the two books disagree.", returncode=1)


def _calls(url: str, since_s: int, until_s: int) -> Iterator[dict[str, Any]]:
    until_mono = time.monotonic() + 6 * TIMEOUT_S
    after, more = "", True
    with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client:
        while more:
            if time.monotonic() > until_mono:
                raise CommandError(f"the list of {url} did not end within {6 * TIMEOUT_S:.0f} s")
            response = client.get(f"{url}/calls", params={"from": since_s, "to": until_s, "after": after})
            response.raise_for_status()
            page = response.json()
            yield from page["calls"]
            more = bool(page["more"])
            after = page["calls"][-1]["transaction_id"] if page["calls"] else ""


def _moment(text: str, option: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{option} is {text!r}; write a moment such as 2026-11-23T19:00:00+00:00.") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
