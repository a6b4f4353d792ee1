"""The yardsticks: debits as one server-side SQL function, driven by pgbench beside the server.

`same`: all that a bet of the wallet writes and looks at, in its own tables with their guards: what is left to the
wallet's Python and its way to the server is the difference. `bare`: five rows without guards, rounds and care.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import parse_qs, urlsplit

import psycopg

if TYPE_CHECKING:
    from pathlib import Path

PLAYERS: Final = 1_000
BARE: Final = """
CREATE TABLE ref_wallet (id int PRIMARY KEY, cash bigint NOT NULL CHECK (cash >= 0), version bigint NOT NULL);
CREATE TABLE ref_command (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, provider text, tx text, wallet int,
    amount bigint, response text, created_at timestamptz, UNIQUE (provider, tx));
CREATE TABLE ref_entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, command bigint, account text,
    amount bigint, balance_after bigint);
CREATE TABLE ref_outbox (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, aggregate int, version bigint,
    payload text, created_at timestamptz, published_at timestamptz, UNIQUE (aggregate, version));
INSERT INTO ref_wallet SELECT n, 1000000000, 0 FROM generate_series(1, %d) n;
CREATE SEQUENCE ref_tx;
CREATE FUNCTION ref_bare(player int, stake bigint) RETURNS bigint LANGUAGE plpgsql AS $$
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
SAME: Final = """
INSERT INTO wallet_wallet (id, player_id, currency, cash, bonus, held, version, opened_at)
    SELECT gen_random_uuid(), 'yard-' || n, 'CHIP', 1000000000, 0, 0, 1, now() FROM generate_series(1, %d) n;
INSERT INTO wallet_sitting (id, wallet_id, number, from_version, started_ms, seen_ms, ended_why, staked, won,
    checked_ms, check_due_ms) SELECT gen_random_uuid(), id, 1, 1, 0, 0, '', 0, 0, 0, 9000000000000000
    FROM wallet_wallet WHERE player_id LIKE 'yard-%%';
CREATE FUNCTION ref_same(player int, stake bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE w record; tx text := 'yard-' || nextval('ref_tx'); id_round uuid := gen_random_uuid();
    id_tx uuid := gen_random_uuid(); ms bigint := extract(epoch FROM now()) * 1000;
BEGIN
    SELECT * INTO w FROM wallet_wallet WHERE player_id = 'yard-' || player AND currency = 'CHIP' FOR NO KEY UPDATE;
    PERFORM 1 FROM wallet_ledgertransaction WHERE provider = 'yard' AND provider_tx_id = tx;
    PERFORM 1 FROM wallet_wallet x LEFT JOIN wallet_carecard c ON c.wallet_id = x.id LEFT JOIN wallet_sitting s
        ON s.wallet_id = x.id AND s.ended_ms IS NULL WHERE x.id = w.id;
    PERFORM 1 FROM wallet_round WHERE provider = 'yard' AND provider_round_id = tx AND wallet_id = w.id;
    UPDATE wallet_sitting SET staked = staked + stake, seen_ms = ms WHERE wallet_id = w.id AND ended_ms IS NULL;
    INSERT INTO wallet_daytotals (wallet_id, day, staked, won, topped_up) VALUES (w.id, 1, stake, 0, 0)
        ON CONFLICT (wallet_id, day) DO UPDATE SET staked = wallet_daytotals.staked + EXCLUDED.staked;
    INSERT INTO wallet_entry (transaction_id, account, amount, balance_after, wallet_version) VALUES
        (id_tx, 'player:yard-' || player || ':cash', -stake, w.cash - stake, w.version + 1),
        (id_tx, 'house:yard', stake, NULL, NULL);
    UPDATE wallet_wallet SET cash = cash - stake, version = version + 1 WHERE id = w.id;
    INSERT INTO wallet_round (id, provider, provider_round_id, wallet_id, game_id, category, state, staked, won,
        open_bets) VALUES (id_round, 'yard', tx, w.id, 'g', '', 'OPEN', stake, 0, 1);
    INSERT INTO wallet_ledgertransaction (id, kind, provider, provider_tx_id, fingerprint, wallet_id, round_id, amount,
        amount_bonus, outcome, code, wallet_version, response, created_at) VALUES (id_tx, 'bet', 'yard', tx,
        encode(sha256(tx::bytea), 'hex'), w.id, id_round, stake, 0, 'OK', 'OK', w.version + 1, repeat('x', 130), now());
    INSERT INTO outbox (id, aggregatetype, aggregateid, aggregateversion, type, payload, created_at) VALUES
        (gen_random_uuid(), 'yard', w.id::text, w.version + 1, 'shell.wallet.bet_placed.v1', repeat('x', 900), now());
    RETURN w.cash - stake;
END $$;
"""


def prepare(address: str) -> None:
    """Make the yardsticks; the wallet's own tables must be there."""
    with psycopg.connect(address, autocommit=True) as connection:
        for script in (BARE, SAME):
            connection.execute((script % PLAYERS).encode())


def measure(
    which: Literal["bare", "same"], address: str, pgbench: Path, folder: Path, *, clients: int, seconds: int
) -> float:
    """Debits per second at this many clients."""
    script = folder / f"{which}.sql"
    script.write_text(f"\\set player random(1, {PLAYERS})\nSELECT ref_{which}(:player, 1);\n")
    parts = urlsplit(address)
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    command = [str(pgbench), "-h", host, "-p", str(parts.port), "-U", parts.username or "", "-n", "-M", "prepared"]
    command += ["-c", str(clients), "-j", "2", "-T", str(seconds), "-f", str(script), parts.path.lstrip("/")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench said nothing about its speed: {done.stdout}{done.stderr}")
    return float(found[1])
