"""Proofs about play: rounds, holds, and what care promised the player."""

from __future__ import annotations

from typing import Final

from fragments.wallet.proofs.check import Check

_ENTRIES: Final = "FROM wallet_ledgertransaction t JOIN wallet_entry e ON e.transaction_id = t.id"
_FROM_HOUSE: Final = "e.account LIKE 'house:%%' AND e.amount < 0"
_IN_ROUNDS: Final = (
    "SELECT t.round_id,"
    " SUM(CASE WHEN t.kind = 'rollback' OR e.amount > 0 THEN e.amount ELSE 0 END) AS staked,"
    " SUM(CASE WHEN t.kind <> 'rollback' AND e.amount < 0 THEN -e.amount ELSE 0 END) AS won"
    f" {_ENTRIES} WHERE t.round_id IS NOT NULL AND e.account LIKE 'house:%%' GROUP BY t.round_id"
)
_OPEN_BETS: Final = (
    "(SELECT COUNT(*) FROM wallet_ledgertransaction b WHERE b.round_id = r.id AND b.outcome = 'OK'"
    " AND b.kind IN ('bet', 'hold_post')"
    " AND NOT EXISTS (SELECT 1 FROM wallet_ledgertransaction c WHERE c.closes_id = b.id))"
)
_LAST_END: Final = (
    "(SELECT MAX(c.wallet_version) FROM wallet_ledgertransaction c WHERE c.round_id = r.id"
    " AND c.kind IN ('win', 'rollback', 'bet_win'))"
)
# A stake counts when it is taken, and leaves again with what is given back; a hold is a stake from the start.
_STAKE: Final = (
    "CASE WHEN t.kind IN ('bet', 'bet_win', 'hold') THEN t.amount"
    " WHEN t.kind IN ('rollback', 'hold_void', 'hold_expire') THEN -t.amount"
    " WHEN t.kind = 'hold_post' THEN t.amount - (SELECT h.amount FROM wallet_hold h WHERE h.id = t.closes_id)"
    " ELSE 0 END"
)
_WON: Final = (
    "CASE WHEN t.kind IN ('win', 'bet_win') THEN (SELECT COALESCE(-SUM(e.amount), 0) FROM wallet_entry e"  # noqa: S608
    f" WHERE e.transaction_id = t.id AND {_FROM_HOUSE}) ELSE 0 END"
)
_TOPPED_UP: Final = "CASE WHEN t.kind = 'top_up' AND t.provider_tx_id NOT LIKE 'float:%%' THEN t.amount ELSE 0 END"
_MOVED: Final = (
    f"SELECT t.wallet_id, SUM({_STAKE}) AS staked, SUM({_WON}) AS won, SUM({_TOPPED_UP}) AS topped_up"  # noqa: S608
    " FROM wallet_ledgertransaction t WHERE t.outcome = 'OK' GROUP BY t.wallet_id"
)
_COUNTED: Final = (
    "SELECT wallet_id, SUM(staked) AS staked, SUM(won) AS won, SUM(topped_up) AS topped_up"
    " FROM wallet_daytotals GROUP BY wallet_id"
)
_NEXT: Final = (
    "COALESCE((SELECT n.from_version FROM wallet_sitting n WHERE n.wallet_id = s.wallet_id"
    " AND n.number = s.number + 1), 9223372036854775807)"
)
_IN_SITTINGS: Final = (
    f"SELECT s.id, s.staked, s.won, COALESCE(SUM({_STAKE}), 0) AS really_staked, COALESCE(SUM({_WON}), 0) AS really_won"  # noqa: S608
    " FROM wallet_sitting s LEFT JOIN wallet_ledgertransaction t ON t.wallet_id = s.wallet_id AND t.outcome = 'OK'"
    f" AND t.wallet_version > s.from_version AND t.wallet_version <= {_NEXT} GROUP BY s.id, s.staked, s.won"
)

PLAY: Final = (
    Check(
        "I-8",
        "a round holds what its bets and wins say",
        f"SELECT r.provider_round_id, r.staked, r.won, m.staked, m.won FROM wallet_round r JOIN ({_IN_ROUNDS}) m"  # noqa: S608
        " ON m.round_id = r.id WHERE r.staked <> m.staked OR r.won <> m.won",
    ),
    Check(
        "I-8",
        "a round knows how many of its bets are open",
        f"SELECT r.provider_round_id, r.open_bets FROM wallet_round r WHERE r.open_bets <> {_OPEN_BETS}",  # noqa: S608
    ),
    Check(
        "I-8",
        "no bet came into a closed round",
        "SELECT r.provider_round_id, t.id FROM wallet_round r JOIN wallet_ledgertransaction t ON t.round_id = r.id"  # noqa: S608
        f" WHERE r.state <> 'OPEN' AND t.kind IN ('bet', 'hold_post') AND t.outcome = 'OK'"
        f" AND t.wallet_version > {_LAST_END}",
    ),
    Check(
        "I-9",
        "what is held is the sum of open holds",
        "SELECT w.player_id, w.held, COALESCE(SUM(h.amount), 0) FROM wallet_wallet w"
        " LEFT JOIN wallet_hold h ON h.wallet_id = w.id AND h.state = 'OPEN'"
        " GROUP BY w.player_id, w.held HAVING w.held <> COALESCE(SUM(h.amount), 0)",
    ),
    Check(
        "I-9",
        "a hold is resolved exactly when a transaction resolved it",
        "SELECT h.id, h.state, c.kind FROM wallet_hold h LEFT JOIN wallet_ledgertransaction c ON c.closes_id = h.id"
        " WHERE (h.state = 'OPEN') <> (c.id IS NULL)"
        " OR (h.state = 'POSTED') <> (c.id IS NOT NULL AND c.kind = 'hold_post')",
    ),
    Check(
        "I-17",
        "nobody staked during a break or an exclusion",
        "SELECT a.id, a.kind, t.id FROM wallet_absence a JOIN wallet_ledgertransaction t ON t.wallet_id = a.wallet_id"
        " WHERE t.kind IN ('bet', 'bet_win', 'hold') AND t.outcome = 'OK' AND t.wallet_version > a.from_version"
        " AND (CAST(strftime('%%s', t.created_at) AS INTEGER) + 1) * 1000 <= a.until_ms",
        "SELECT a.id, a.kind, t.id FROM wallet_absence a JOIN wallet_ledgertransaction t ON t.wallet_id = a.wallet_id"
        " WHERE t.kind IN ('bet', 'bet_win', 'hold') AND t.outcome = 'OK' AND t.wallet_version > a.from_version"
        " AND extract(epoch FROM t.created_at) * 1000 < a.until_ms",
    ),
    Check(
        "I-17",
        "no stake was larger than the limit per stake",
        "SELECT l.id, l.amount, t.id, t.amount FROM wallet_limit l JOIN wallet_ledgertransaction t"
        " ON t.wallet_id = l.wallet_id WHERE l.kind = 'stake' AND t.kind IN ('bet', 'bet_win', 'hold')"
        " AND t.outcome = 'OK' AND t.wallet_version > l.from_version AND t.amount > l.amount",
    ),
    Check(
        "I-17",
        "the totals that limits are held against are those of the ledger",
        f"WITH moved AS ({_MOVED}), counted AS ({_COUNTED}) SELECT w.player_id, c.staked, c.won, c.topped_up, m.staked,"  # noqa: S608
        " m.won, m.topped_up FROM wallet_wallet w JOIN moved m ON m.wallet_id = w.id"
        " LEFT JOIN counted c ON c.wallet_id = w.id WHERE COALESCE(c.staked, 0) <> m.staked"
        " OR COALESCE(c.won, 0) <> m.won OR COALESCE(c.topped_up, 0) <> m.topped_up",
    ),
    Check(
        "I-18",
        "a sitting's stakes and wins are those of the ledger",
        f"SELECT id, staked, won, really_staked, really_won FROM ({_IN_SITTINGS}) sums"  # noqa: S608
        " WHERE staked <> really_staked OR won <> really_won",
    ),
)
