"""Proofs about money: nothing appears, nothing vanishes, and every balance is its own history."""

from __future__ import annotations

from typing import Final

from fragments.wallet.proofs.check import Check

_POCKETS: Final = ("cash", "bonus", "held")
_SUMS: Final = "SELECT account, SUM(amount) AS total FROM wallet_entry WHERE account LIKE 'player:%%' GROUP BY account"
_BALANCES: Final = " UNION ALL ".join(
    f"SELECT w.player_id, '{name}' AS pocket, w.{name} AS balance, s.total FROM wallet_wallet w"  # noqa: S608
    f" LEFT JOIN sums s ON s.account = 'player:' || w.player_id || ':{name}'"
    for name in _POCKETS
)
_GUARDS: Final = (
    "outbox_guard_remains",
    "outbox_guard_stays",
    "wallet_guard_entry_before_seal",
    "wallet_guard_entry_remains",
    "wallet_guard_entry_stays",
    "wallet_guard_hold_resolves_once",
    "wallet_guard_round_closes_once",
    "wallet_guard_transaction_balances",
    "wallet_guard_transaction_remains",
    "wallet_guard_transaction_stays",
)
_WANTED: Final = " UNION ALL ".join(f"SELECT '{name}' AS name" for name in _GUARDS)

MONEY: Final = (
    Check(
        "I-1",
        "every transaction's entries sum to zero",
        "SELECT transaction_id, SUM(amount) FROM wallet_entry GROUP BY transaction_id"
        " HAVING SUM(amount) <> 0 OR COUNT(*) < 2",
    ),
    Check("I-1", "all entries together sum to zero", "SELECT SUM(amount) FROM wallet_entry HAVING SUM(amount) <> 0"),
    Check(
        "I-2",
        "every balance is the sum of its entries",
        f"WITH sums AS ({_SUMS}) SELECT player_id, pocket, balance, COALESCE(total, 0) FROM ({_BALANCES}) b"  # noqa: S608
        " WHERE balance <> COALESCE(total, 0)",
    ),
    Check(
        "I-2",
        "each line leads from the balance before it to the balance after it",
        "SELECT account, wallet_version, balance_after, running FROM ("
        "SELECT account, wallet_version, balance_after,"
        " SUM(amount) OVER (PARTITION BY account ORDER BY wallet_version, id) AS running"
        " FROM wallet_entry WHERE wallet_version IS NOT NULL) chain WHERE running <> balance_after",
    ),
    Check(
        "I-3",
        "no player owns less than nothing",
        "SELECT player_id, cash, bonus, held FROM wallet_wallet WHERE cash < 0 OR bonus < 0 OR held < 0",
    ),
    Check(
        "I-4",
        "what was minted is with players and the house",
        "SELECT minted, with_players, with_house FROM (SELECT"
        " (SELECT COALESCE(-SUM(amount), 0) FROM wallet_entry WHERE account = 'mint') AS minted,"
        " (SELECT COALESCE(SUM(cash + bonus + held), 0) FROM wallet_wallet) AS with_players,"
        " (SELECT COALESCE(SUM(amount), 0) FROM wallet_entry WHERE account LIKE 'house:%%') AS with_house) held"
        " WHERE minted <> with_players + with_house",
    ),
    Check(
        "I-5",
        "the guards that keep entries, transactions and events unchanged are in place",
        f"SELECT name FROM ({_WANTED}) wanted WHERE name NOT IN"  # noqa: S608
        " (SELECT name FROM sqlite_master WHERE type = 'trigger')",
        f"SELECT name FROM ({_WANTED}) wanted WHERE name NOT IN"  # noqa: S608
        " (SELECT tgname FROM pg_trigger WHERE tgenabled = 'O')",
    ),
)
