"""Which address does what: feeds through their switches, the control of these, and the three operator endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from provider_simulator import control
from provider_simulator.answers import Answer, json_answer, refusal, send_answer, wait_until_left
from provider_simulator.feeds.catalogue import CursorAhead
from provider_simulator.ledger_book import LedgerBook
from provider_simulator.switches import FEEDS, Feed, Switches, SwitchRefused, feed_named
from provider_simulator.worlds import BadQuery, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from provider_simulator.answers import Receive, Scope, Send
    from provider_simulator.tally import Tally

FEED_ROOT = "/feeds/"
BOOK = "/calls"


class Routes:
    """The simulator's HTTP side; `standing` says in one word what the bots do, `book` what they called."""

    def __init__(
        self,
        *,
        world: World,
        switches: Switches,
        tally: Tally,
        standing: Callable[[], str],
        book: LedgerBook | None = None,
    ) -> None:
        self._book = book or LedgerBook()
        self._world = world
        self._switches = switches
        self._tally = tally
        self._standing = standing

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call; a hanging feed gets no answer, and the call ends when its caller leaves."""
        path = scope["path"]
        if path.startswith(control.ROOT):
            answer = await control.control(self._switches, scope, receive)
        elif scope["method"] not in ("GET", "HEAD"):
            answer = refusal(405, "Use GET here.", headers=(("Allow", "GET, HEAD"),))
        elif path.startswith(FEED_ROOT):
            found = self._feed(scope)
            if found is None:
                await wait_until_left(receive)
                return
            answer = found
        elif path == BOOK:
            answer = self._calls(scope)
        else:
            answer = self._operator(path)
        await send_answer(send, answer, with_body=scope["method"] != "HEAD")

    def _feed(self, scope: Scope) -> Answer | None:
        try:
            feed = feed_named(scope["path"].removeprefix(FEED_ROOT).rstrip("/"))
        except SwitchRefused as error:
            return refusal(404, str(error))
        mode = self._switches.mode_of(feed)
        self._tally.feed_calls.labels(feed, mode).inc()
        if mode == "hang":
            return None
        if mode == "down":
            return refusal(503, f"The {feed} feed is switched off; `manage.py feed {feed} up` brings it back.")
        return self._fresh(feed, scope)

    def _fresh(self, feed: Feed, scope: Scope) -> Answer:
        read = {
            "payments": self._world.payments,
            "tables": self._world.tables,
            "offers": self._world.offers,
            "catalogue": self._world.catalogue_page,
        }[feed]
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        try:
            return Answer(body=read(query))
        except BadQuery as error:
            return refusal(400, str(error))
        except CursorAhead as error:
            return refusal(410, str(error))

    def _calls(self, scope: Scope) -> Answer:
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        since, until = query.get("from", ""), query.get("to", "")
        if not (since.isascii() and since.isdigit() and until.isascii() and until.isdigit()):
            return refusal(400, "Send from and to as unix seconds: /calls?from=1795460000&to=1795463600.")
        return json_answer(self._book.page(since_s=int(since), until_s=int(until), after=query.get("after", "")))

    def _operator(self, path: str) -> Answer:
        if path == "/healthz":
            return json_answer({"status": "ok"})
        if path == "/readyz":
            return json_answer({"status": "ok", "feeds": self._switches.as_json(), "bots": self._standing()})
        if path == "/metrics":
            return Answer(body=self._tally.as_text(), content_type="text/plain; version=0.0.4; charset=utf-8")
        known = ", ".join(f"{FEED_ROOT}{feed}" for feed in FEEDS)
        return refusal(404, f"There is nothing at {path[:80]!r}; there are {known}, /healthz, /readyz and /metrics.")
