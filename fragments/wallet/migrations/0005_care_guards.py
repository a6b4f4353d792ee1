"""Lets the database refuse to forget breaks, exclusions and sittings, and counts the play there was before care."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import migrations

from fragments.wallet.care.windows import day_number

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

KEPT = ("carecard", "absence", "sitting", "daytotals")
SENTENCE = "what was written for a player's care is never deleted"


def guard(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    for table in KEPT:
        name = f"wallet_guard_{table}_remains"
        if editor.connection.vendor == "postgresql":
            editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" RAISE EXCEPTION $s${SENTENCE}$s$ USING ERRCODE = 'integrity_constraint_violation'; END $$",
                params=None,
            )
            editor.execute(
                f"CREATE TRIGGER {name} BEFORE DELETE ON wallet_{table} FOR EACH ROW EXECUTE FUNCTION {name}()",
                params=None,
            )
        else:
            text = SENTENCE.replace("'", "''")
            editor.execute(
                f"CREATE TRIGGER {name} BEFORE DELETE ON wallet_{table} BEGIN SELECT RAISE(ABORT, '{text}'); END",
                params=None,
            )


def unguard(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    for table in KEPT:
        name = f"wallet_guard_{table}_remains"
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER {name} ON wallet_{table}")
            editor.execute(f"DROP FUNCTION {name}()")
        else:
            editor.execute(f"DROP TRIGGER {name}")


def count_days(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    transactions = apps.get_model("wallet", "LedgerTransaction").objects.filter(outcome="OK", wallet__isnull=False)
    columns = ("id", "wallet_id", "kind", "amount", "bet_id", "created_at", "provider_tx_id")
    kinds = ("bet", "win", "rollback", "top_up")
    totals: defaultdict[tuple[object, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    placed: dict[object, int] = {}
    rows = transactions.filter(kind__in=kinds).order_by("created_at", "id").values_list(*columns)
    for key, wallet, kind, amount, bet, created_at, name in rows.iterator():
        day = day_number(created_at, settings.HOUSE_TIME_ZONE)
        if kind == "bet":
            placed[key] = day
            totals[wallet, day]["staked"] += amount
        elif kind == "rollback":
            totals[wallet, placed.get(bet, day)]["staked"] -= amount
        elif kind == "win":
            totals[wallet, day]["won"] += amount
        elif not name.startswith("float:"):
            totals[wallet, day]["topped_up"] += amount
    day_totals = apps.get_model("wallet", "DayTotals")
    day_totals.objects.bulk_create(
        (day_totals(wallet_id=wallet, day=day, **sums) for (wallet, day), sums in totals.items()), batch_size=500
    )


def count_nothing(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Going back drops the table anyway."""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0004_care")]
    operations = [migrations.RunPython(guard, unguard), migrations.RunPython(count_days, count_nothing)]
