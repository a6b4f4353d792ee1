"""Adds holds and bonus parts, and moves PostgreSQL's zero-sum rule to the commit, where nothing can come after it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import django.db.models.deletion
from django.db import migrations, models

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FIRST = import_module("fragments.wallet.migrations.0002_ledger_guards")
BALANCES = "transaction_balances"
HOLD = ("hold_resolves_once", "wallet_hold", "UPDATE", "OLD.state <> 'OPEN'", "a resolved hold stays as it is")


def drop_first(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    # SQLite changes a table by building it anew, which would lose its triggers without a word.
    FIRST.remove(apps, editor)


def add_again(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    guards = FIRST.GUARDS
    FIRST.GUARDS = [*guards, HOLD]
    try:
        FIRST.add(apps, editor)
    finally:
        FIRST.GUARDS = guards
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP TRIGGER wallet_guard_{BALANCES} ON wallet_ledgertransaction", params=None)
        editor.execute(
            f"CREATE CONSTRAINT TRIGGER wallet_guard_{BALANCES} AFTER INSERT ON wallet_ledgertransaction"
            f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wallet_guard_{BALANCES}()",
            params=None,
        )


def remove_again(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    guards = FIRST.GUARDS
    FIRST.GUARDS = [*guards, HOLD]
    try:
        FIRST.remove(apps, editor)
    finally:
        FIRST.GUARDS = guards


class Migration(migrations.Migration):
    dependencies = [
        ("wallet", "0002_ledger_guards"),
    ]

    operations = [
        migrations.RunPython(drop_first, FIRST.add),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=40)),
                ("provider_round_id", models.CharField(max_length=128)),
                ("game_id", models.CharField(max_length=128)),
                ("category", models.CharField(blank=True, max_length=40)),
                ("amount", models.BigIntegerField()),
                ("expires_at_s", models.BigIntegerField()),
                ("state", models.CharField(default="OPEN", max_length=8)),
            ],
        ),
        migrations.AddField(
            model_name="ledgertransaction",
            name="amount_bonus",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="entry",
            name="account",
            field=models.CharField(max_length=160),
        ),
        migrations.AlterField(
            model_name="historyline",
            name="kind",
            field=models.CharField(max_length=20),
        ),
        migrations.AlterField(
            model_name="ledgertransaction",
            name="kind",
            field=models.CharField(max_length=20),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["account"], name="entry_account"),
        ),
        migrations.AddConstraint(
            model_name="ledgertransaction",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_bonus__gte", 0), ("amount_bonus__lte", models.F("amount"))),
                name="bonus_part_of_amount",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="wallet",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="wallet.wallet"),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(condition=models.Q(("state", "OPEN")), fields=["expires_at_s"], name="hold_open"),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["OPEN", "POSTED", "VOIDED", "EXPIRED"])), name="hold_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="hold_holds_something"),
        ),
        migrations.RunPython(add_again, remove_again),
    ]
