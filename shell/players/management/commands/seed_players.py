"""Makes the demonstration accounts: ana, ben and chi, who play, and quinn of QA; a second run changes nothing."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

STAFF: Final = ("quinn", "Quinn")


class Command(BaseCommand):
    """`manage.py seed_players`."""

    help = "Makes the demonstration accounts (development only)."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Make the accounts that are missing."""
        if not settings.DEBUG:
            raise CommandError("seed_players makes accounts with a known password; it runs only with DEBUG=1.")
        accounts = (*settings.DEMO_PLAYERS, STAFF)
        there = set(User.objects.filter(username__in=[name for name, _ in accounts]).values_list("username", flat=True))
        for name, shown in accounts:
            if name not in there:
                is_staff = name == STAFF[0]
                User.objects.create_user(name, password=settings.DEMO_PASSWORD, first_name=shown, is_staff=is_staff)
        self.stdout.write(f"{len(accounts) - len(there)} accounts made, {len(there)} were there.")
