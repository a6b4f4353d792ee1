"""Lets the database itself refuse what would falsify the books, whoever asks: sums, late lines, changes, deletions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Entries come first and their transaction seals them, so one look at its insertion is enough, and the deferred
# foreign key refuses entries that nothing sealed.
UNBALANCED = """
    (NEW.outcome = 'OK' AND NEW.amount > 0 AND (
        (SELECT COUNT(*) FROM wallet_entry e WHERE e.transaction_id = NEW.id) < 2
        OR (SELECT SUM(e.amount) FROM wallet_entry e WHERE e.transaction_id = NEW.id) <> 0))
    OR ((NEW.outcome <> 'OK' OR NEW.amount = 0)
        AND EXISTS (SELECT 1 FROM wallet_entry e WHERE e.transaction_id = NEW.id))
"""
SEALED = "EXISTS (SELECT 1 FROM wallet_ledgertransaction t WHERE t.id = NEW.transaction_id)"
REOPENED = "OLD.state <> 'OPEN' AND NEW.state <> OLD.state"

# (name, table, event, condition, what the error says)
GUARDS = [
    ("transaction_balances", "wallet_ledgertransaction", "INSERT", UNBALANCED, "entries do not sum to zero"),
    ("entry_before_seal", "wallet_entry", "INSERT", SEALED, "the transaction is sealed; entries come before it"),
    ("entry_stays", "wallet_entry", "UPDATE", "TRUE", "entries are never changed; write a correcting transaction"),
    ("entry_remains", "wallet_entry", "DELETE", "TRUE", "entries are never deleted; write a correcting transaction"),
    ("transaction_stays", "wallet_ledgertransaction", "UPDATE", "TRUE", "transactions are never changed"),
    ("transaction_remains", "wallet_ledgertransaction", "DELETE", "TRUE", "transactions are never deleted"),
    ("round_closes_once", "wallet_round", "UPDATE", REOPENED, "a closed round stays as it is"),
]


def add(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    for name, table, event, condition, sentence in GUARDS:
        if editor.connection.vendor == "postgresql":
            statement = "RETURN OLD" if event == "DELETE" else "RETURN NEW"
            editor.execute(
                f"CREATE FUNCTION wallet_guard_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF {condition} THEN RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation';"
                f" END IF; {statement}; END $$",
                params=None,
            )
            editor.execute(
                f"CREATE TRIGGER wallet_guard_{name} BEFORE {event} ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION wallet_guard_{name}()",
                params=None,
            )
        else:
            editor.execute(
                f"CREATE TRIGGER wallet_guard_{name} BEFORE {event} ON {table} WHEN {condition}"
                f" BEGIN SELECT RAISE(ABORT, '{sentence}'); END",
                params=None,
            )


def remove(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    for name, table, *_ in GUARDS:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER wallet_guard_{name} ON {table}")
            editor.execute(f"DROP FUNCTION wallet_guard_{name}()")
        else:
            editor.execute(f"DROP TRIGGER wallet_guard_{name}")


class Migration(migrations.Migration):
    dependencies = [("wallet", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
