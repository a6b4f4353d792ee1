"""The plan gives each service its port, its environment and nothing that belongs to another."""

from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING

import pytest

from shell.supervisor import addresses, folders
from shell.supervisor.options import Options
from shell.supervisor.plan import REGISTRY, Plan, make_plan
from shell.supervisor.preparation import fingerprint_of, needs_preparation, stamp_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from shell.supervisor.folders import Folders


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Folders]:
    made = folders.prepare(tmp_path)
    yield made
    os.close(made.lock)


def environment_of(plan: Plan, name: str) -> Mapping[str, str]:
    return next(spec.environment for spec in (*plan.servers, *plan.workers, *plan.stores) if spec.name == name)


def test_it_uses_the_ports_of_the_registry_by_default() -> None:
    registry = tomllib.loads(REGISTRY.read_text(encoding="utf-8"))["fragments"]
    urls = {name: addresses.url_of(port) for name, port in addresses.FRAGMENT_PORTS.items()}
    assert {name: entry["url"] for name, entry in registry.items()} == urls


def test_it_gives_each_service_its_port(home: Folders) -> None:
    plan = make_plan(Options(), home, {})
    assert {spec.name: spec.environment["PORT"] for spec in plan.servers} == {
        "shell": "8000",
        "wallet": "8101",
        "live_dealer": "8102",
        "promotions": "8103",
        "lobby": "8104",
        "simulator": "8200",
    }


def test_it_starts_only_what_was_asked_for(home: Folders) -> None:
    plan = make_plan(Options(services=("shell", "wallet")), home, {})
    assert [spec.name for spec in plan.servers] == ["shell", "wallet"]
    assert {spec.name for spec in plan.workers} <= {"wallet-work"}


def test_it_starts_no_store_when_there_is_a_redis(home: Folders) -> None:
    plan = make_plan(Options(), home, {"REDIS_URL": "redis://elsewhere:6379/0"})
    assert plan.stores == ()
    assert environment_of(plan, "wallet")["REDIS_URL"] == "redis://elsewhere:6379/0"


def test_it_keeps_the_signing_key_in_the_shell(home: Folders) -> None:
    plan = make_plan(Options(), home, {"PASSPORT_PRIVATE_KEY": "secret"})
    assert [s.name for s in plan.servers if "PASSPORT_PRIVATE_KEY" in s.environment] == ["shell"]


def test_it_gives_each_service_its_own_database(home: Folders) -> None:
    plan = make_plan(Options(), home, {"WALLET_DATABASE_URL": "postgresql://db/wallet"})
    assert environment_of(plan, "wallet")["DATABASE_URL"] == "postgresql://db/wallet"
    assert "DATABASE_URL" not in environment_of(plan, "lobby")
    assert "WALLET_DATABASE_URL" not in environment_of(plan, "lobby")


def test_it_does_not_hand_the_shells_settings_to_the_fragments(home: Folders) -> None:
    plan = make_plan(Options(), home, {"DJANGO_SETTINGS_MODULE": "shell.settings"})
    assert "DJANGO_SETTINGS_MODULE" not in environment_of(plan, "wallet")


def test_it_starts_no_bots_when_told_so(home: Folders) -> None:
    plan = make_plan(Options(has_bots=False), home, {"BOT_ROUNDS_PER_S": "9"})
    assert environment_of(plan, "simulator")["BOT_ROUNDS_PER_S"] == "0"


def test_it_tells_everyone_where_the_others_are_on_free_ports(home: Folders) -> None:
    plan = make_plan(Options(wants_free_ports=True), home, {})
    registry = tomllib.loads((home.run / "fragments.toml").read_text(encoding="utf-8"))["fragments"]
    assert {name: entry["url"] for name, entry in registry.items()} == {
        name: addresses.url_of(plan.ports[name]) for name in addresses.FRAGMENT_PORTS
    }
    assert environment_of(plan, "shell")["FRAGMENTS_FILE"] == str(home.run / "fragments.toml")
    assert environment_of(plan, "simulator")["WALLET_URL"] == addresses.url_of(plan.ports["wallet"])
    assert environment_of(plan, "lobby")["PROVIDER_URL"] == addresses.url_of(plan.ports["simulator"])


def test_it_changes_only_addresses_in_the_registry() -> None:
    before = (
        "# floor\n[fragments.wallet]\nurl = 'http://a:1' # old\nessential = true\n"
        "[fragments.wallet.canary]\nurl = 'http://c:3'\n[fragments.lobby]\nurl = 'http://b:2'\nbroken ]["
    )
    assert addresses.with_addresses(before, {"wallet": "http://x:9"}) == (
        '# floor\n[fragments.wallet]\nurl = "http://x:9"\nessential = true\n'
        "[fragments.wallet.canary]\nurl = 'http://c:3'\n[fragments.lobby]\nurl = 'http://b:2'\nbroken ][\n"
    )


def test_it_puts_the_stores_socket_somewhere_short(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90)
    made = folders.prepare(deep)
    assert len(os.fsencode(made.store_socket)) < 100
    os.close(made.lock)


def test_it_prepares_again_when_a_migration_is_new(tmp_path: Path) -> None:
    migrations = tmp_path / "fragments" / "wallet" / "migrations"
    migrations.mkdir(parents=True)
    before = fingerprint_of("wallet", tmp_path)
    assert before == fingerprint_of("wallet", tmp_path)
    (migrations / "0001_initial.py").write_text("", encoding="utf-8")
    assert before != fingerprint_of("wallet", tmp_path)


def test_it_prepares_again_when_the_database_file_is_gone(home: Folders) -> None:
    database, stamp = home.var / "wallet.sqlite3", home.run / "wallet.prepared"
    database.write_bytes(b"")
    stamp.write_text(stamp_text("wallet", home, "f"), encoding="utf-8")
    assert not needs_preparation("wallet", home, {}, stamp, "f")
    assert needs_preparation("wallet", home, {"DATABASE_URL": "postgresql://db/wallet"}, stamp, "f")
    database.unlink()
    assert needs_preparation("wallet", home, {}, stamp, "f")
