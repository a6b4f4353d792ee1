"""The yardstick: the same debit as one server-side SQL function, driven by pgbench beside the server."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

import psycopg

if TYPE_CHECKING:
    from pathlib import Path

PLAYERS: Final = 10_000
# Five rows a debit, as the wallet writes them: command, balance, two entries, event. No guards, no rounds, no care.
SCHEMA: Final = """
CREATE TABLE ref_wallet (id int PRIMARY KEY, cash bigint NOT NULL CHECK (cash >= 0), version bigint NOT NULL);
CREATE TABLE ref_command (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, provider text, tx text, wallet int,
    amount bigint, response text, created_at timestamptz, UNIQUE (provider, tx));
CREATE TABLE ref_entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, command bigint, account text,
    amount bigint, balance_after bigint);
CREATE TABLE ref_outbox (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, aggregate int, version bigint,
    payload text, created_at timestamptz, published_at timestamptz, UNIQUE (aggregate, version));
INSERT INTO ref_wallet SELECT n, 1000000000, 0 FROM generate_series(1, %d) n;
CREATE SEQUENCE ref_tx;
CREATE FUNCTION ref_debit(player int, stake bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE command_id bigint; left_over bigint; at_version bigint;
BEGIN
    INSERT INTO ref_command (provider, tx, wallet, amount, response, created_at)
        VALUES ('p', 'tx-' || nextval('ref_tx'), player, stake, '{"status":"OK"}', now()) RETURNING id INTO command_id;
    UPDATE ref_wallet SET cash = cash - stake, version = version + 1 WHERE id = player AND cash >= stake
        RETURNING cash, version INTO left_over, at_version;
    INSERT INTO ref_entry (command, account, amount, balance_after)
        VALUES (command_id, 'player:' || player, -stake, left_over), (command_id, 'house:p', stake, NULL);
    INSERT INTO ref_outbox (aggregate, version, payload, created_at)
        VALUES (player, at_version, '{"type":"bet_placed","stake":"' || stake || '"}', now());
    RETURN left_over;
END $$;
"""
SCRIPT: Final = f"\\set player random(1, {PLAYERS})\nSELECT ref_debit(:player, 1);\n"


def prepare(address: str) -> None:
    """Make the yardstick's tables."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute((SCHEMA % PLAYERS).encode())


def measure(address: str, pgbench: Path, folder: Path, *, clients: int, seconds: int) -> float:
    """Debits per second at this many clients."""
    script = folder / "debit.sql"
    script.write_text(SCRIPT)
    parts = urlsplit(address)
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    command = [str(pgbench), "-h", host, "-p", str(parts.port), "-U", parts.username or "", "-n", "-M", "prepared"]
    command += ["-c", str(clients), "-j", "2", "-T", str(seconds), "-f", str(script), parts.path.lstrip("/")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench said nothing about its speed: {done.stdout}")
    return float(found[1])
