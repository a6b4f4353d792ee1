"""Lets the database refuse to change what was said: only `published_at` of an outbox row ever moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CHANGED = """
    NEW.seq <> OLD.seq OR NEW.id <> OLD.id OR NEW.aggregatetype <> OLD.aggregatetype
    OR NEW.aggregateid <> OLD.aggregateid OR NEW.aggregateversion <> OLD.aggregateversion
    OR NEW.type <> OLD.type OR NEW.payload <> OLD.payload OR NEW.created_at <> OLD.created_at
"""
GUARDS = [
    ("stays", "UPDATE", CHANGED, "an outbox event is never changed"),
    ("remains", "DELETE", "TRUE", "the outbox is the log for replays; its rows are never deleted"),
]


def add(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    for name, event, condition, sentence in GUARDS:
        if editor.connection.vendor == "postgresql":
            statement = "RETURN OLD" if event == "DELETE" else "RETURN NEW"
            editor.execute(
                f"CREATE FUNCTION outbox_guard_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF {condition} THEN RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation';"
                f" END IF; {statement}; END $$",
                params=None,
            )
            editor.execute(
                f"CREATE TRIGGER outbox_guard_{name} BEFORE {event} ON outbox"
                f" FOR EACH ROW EXECUTE FUNCTION outbox_guard_{name}()",
                params=None,
            )
        else:
            editor.execute(
                f"CREATE TRIGGER outbox_guard_{name} BEFORE {event} ON outbox WHEN {condition}"
                f" BEGIN SELECT RAISE(ABORT, '{sentence}'); END",
                params=None,
            )


def remove(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    for name, *_ in GUARDS:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER outbox_guard_{name} ON outbox")
            editor.execute(f"DROP FUNCTION outbox_guard_{name}()")
        else:
            editor.execute(f"DROP TRIGGER outbox_guard_{name}")


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
