"""A wallet in a few dictionaries, written apart from the ledger: what each command must be answered and must move."""

from __future__ import annotations

from dataclasses import dataclass, field

FLOAT = 200


@dataclass
class Past:
    """A command that was decided: its content, its answer, and what became of it."""

    content: tuple[object, ...]
    code: str
    stake: int = 0
    bonus: int = 0
    round: str = ""
    ended: str = ""
    has_wins: bool = False


@dataclass
class Oracle:
    """One player's money, and everything that was ever said about it."""

    cash: int = FLOAT
    bonus: int = 0
    held: int = 0
    version: int = 2
    said: dict[str, Past] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    open_bets: dict[str, int] = field(default_factory=dict)

    def bet(self, tx: str, stake: int, at: str) -> str:
        return self._once(tx, ("bet", stake, at)) or self._stake(tx, ("bet", stake, at), stake, at)

    def bet_win(self, tx: str, stake: int, win: int, at: str) -> str:
        content = ("bet_win", stake, win, at)
        if answer := self._once(tx, content):
            return answer
        code = self._stake(tx, content, stake, at)
        if code == "OK":
            self.said[tx].ended = "win"
            self._pay(self.said[tx], win)
            self._close(at)
            self.version -= 1
        return code

    def win(self, tx: str, bet: str, amount: int) -> str:
        content = ("win", bet, amount)
        if answer := self._once(tx, content):
            return answer
        past = self.said.get(bet)
        if past is None or past.code not in {"OK", "TOMB"}:
            return "BET_NOT_FOUND"
        if past.code == "TOMB" or past.ended == "rollback":
            return self._say(tx, content, "ROLLED_BACK_BEFORE_ARRIVAL")
        if past.ended == "win":
            return self._say(tx, content, "ROUND_ALREADY_SETTLED")
        past.ended = "win"
        self._pay(past, amount)
        self._close(past.round)
        return self._say(tx, content, "OK")

    def rollback(self, tx: str, bet: str) -> str:
        content = ("rollback", bet)
        if answer := self._once(tx, content):
            return answer
        past = self.said.setdefault(bet, Past(("tombstone",), "TOMB"))
        if past.code == "TOMB":
            return self._say(tx, content, "NOOP_TOMBSTONED")
        if past.code != "OK" or past.ended == "rollback":
            return self._say(tx, content, "OK")
        if past.ended == "win" or past.round in self.closed:
            return self._say(tx, content, "ROUND_ALREADY_SETTLED")
        past.ended = "rollback"
        self.cash += past.stake - past.bonus
        self.bonus += past.bonus
        self.open_bets[past.round] -= 1
        self.version += 1
        return self._say(tx, content, "OK")

    def hold(self, tx: str, amount: int) -> str:
        content = ("hold", amount)
        if answer := self._once(tx, content):
            return answer
        if amount > self.cash:
            return self._say(tx, content, "NO_FUNDS")
        self._move(cash=-amount, held=amount)
        return self._say(tx, content, "OK", stake=amount)

    def post(self, tx: str, hold: str, amount: int) -> str:
        content = ("post", hold, amount)
        if answer := self._once(tx, content):
            return answer
        past = self.said.get(hold)
        if past is None or past.code != "OK":
            return "HOLD_NOT_FOUND"
        if past.ended:
            return self._say(tx, content, "HOLD_ALREADY_RESOLVED")
        if amount > past.stake:
            return "BAD_REQUEST"
        past.ended = "post"
        self._move(cash=past.stake - amount, held=-past.stake)
        at = f"table-{hold}"
        self.open_bets[at] = self.open_bets.get(at, 0) + 1
        return self._say(tx, content, "OK", stake=amount, at=at)

    def void(self, tx: str, hold: str) -> str:
        content = ("void", hold)
        if answer := self._once(tx, content):
            return answer
        past = self.said.setdefault(hold, Past(("tombstone",), "TOMB"))
        if past.code == "TOMB":
            return self._say(tx, content, "NOOP_TOMBSTONED")
        if past.ended == "post":
            return self._say(tx, content, "HOLD_ALREADY_RESOLVED")
        if past.code == "OK" and not past.ended:
            past.ended = "void"
            self._move(cash=past.stake, held=-past.stake)
        return self._say(tx, content, "OK")

    def grant(self, tx: str, amount: int) -> str:
        content = ("grant", amount)
        if answer := self._once(tx, content):
            return answer
        self._move(bonus=amount)
        return self._say(tx, content, "OK", stake=amount)

    def end_bonus(self, tx: str, grant: str, *, to_cash: bool) -> str:
        content = ("convert" if to_cash else "forfeit", grant)
        if answer := self._once(tx, content):
            return answer
        past = self.said.get(grant)
        if past is None:
            return "GRANT_NOT_FOUND"
        if past.ended:
            return self._say(tx, content, "GRANT_ALREADY_RESOLVED")
        past.ended = "over"
        left = min(past.stake, self.bonus)
        if left:
            self._move(cash=left if to_cash else 0, bonus=-left)
        return self._say(tx, content, "OK")

    def top_up(self, tx: str, amount: int) -> str:
        content = ("top_up", amount)
        if answer := self._once(tx, content):
            return answer
        if self.cash + self.held + amount > FLOAT:
            return self._say(tx, content, "ABOVE_FLOAT")
        self._move(cash=amount)
        return self._say(tx, content, "OK")

    def _once(self, tx: str, content: tuple[object, ...]) -> str | None:
        past = self.said.get(tx)
        if past is None:
            return None
        if past.code == "TOMB" and content[0] in {"bet", "bet_win", "hold"}:
            return "ROLLED_BACK_BEFORE_ARRIVAL"
        return past.code if past.content == content else "IDEMPOTENCY_CONFLICT"

    def _say(self, tx: str, content: tuple[object, ...], code: str, *, stake: int = 0, at: str = "") -> str:
        self.said[tx] = Past(content, code, stake=stake, round=at)
        return code

    def _stake(self, tx: str, content: tuple[object, ...], stake: int, at: str) -> str:
        if at in self.closed:
            return self._say(tx, content, "ROUND_ALREADY_SETTLED")
        if stake > self.cash + self.bonus:
            return self._say(tx, content, "NO_FUNDS")
        bonus = max(0, stake - self.cash)
        self._move(cash=bonus - stake, bonus=-bonus)
        self.open_bets[at] = self.open_bets.get(at, 0) + 1
        self._say(tx, content, "OK", stake=stake, at=at)
        self.said[tx].bonus = bonus
        return "OK"

    def _pay(self, past: Past, amount: int) -> None:
        to_bonus = amount * past.bonus // past.stake
        self._move(cash=amount - to_bonus, bonus=to_bonus)

    def _close(self, at: str) -> None:
        self.open_bets[at] -= 1
        if self.open_bets[at] == 0:
            self.closed.add(at)

    def _move(self, *, cash: int = 0, bonus: int = 0, held: int = 0) -> None:
        self.cash, self.bonus, self.held = self.cash + cash, self.bonus + bonus, self.held + held
        self.version += 1
