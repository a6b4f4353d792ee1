"""Files for players: part after part within the usual guards, whole or visibly broken off."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from fragment_kit.contract.manifest import DownloadSpec
from shell.composition.download_desk import DownloadDesk
from shell.composition.visits import visit_of
from shell.gateway.downloads import Downloads, FileAsker
from shell.gateway.failures import CallFailed
from shell.gateway.passports import PassportOffice
from shell.gateway.upstream import RawResponse, UpstreamRequest
from shell.players.identity import PlayerSession
from tests.shell.gateways import KEY, bench

if TYPE_CHECKING:
    from fragment_kit.resilience.deadline import Deadline

SPEC = DownloadSpec(path="/history.csv", media_type="text/csv", filename="croupier-history.csv", timeout_ms=500)
ASKER = FileAsker(player="ana", session="s", locale="en", request_id="req-1")
ANA = PlayerSession(player="ana", session_hash="s", display_name="Ana", started_at=datetime(2026, 11, 23, tzinfo=UTC))


def answer(body: bytes, *, then: str = "", kind: str = "text/csv; charset=utf-8", status: int = 200) -> RawResponse:
    return RawResponse(status=status, headers={"content-type": kind, "fragment-next": then}, body=body)


@dataclass
class Scripted:
    """A fragment that gives these answers in turn."""

    answers: list[RawResponse]
    asked: list[UpstreamRequest] = field(default_factory=list)

    async def send(self, request: UpstreamRequest, deadline: Deadline) -> RawResponse:
        self.asked.append(request)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def downloads(upstream: Scripted) -> Downloads:
    gateway = bench("http://127.0.0.1:1", fragment="wallet", make=lambda _: upstream).gateway
    return Downloads(hop=gateway.hop, passports=PassportOffice(KEY))


async def test_it_joins_the_parts_in_order_each_with_a_passport() -> None:
    upstream = Scripted([answer(b"a,b\n", then="9"), answer(b"1,2\n", then="4&x"), answer(b"3,4\n")])
    parts = [part async for part in downloads(upstream).parts("wallet", SPEC, ASKER)]
    assert b"".join(parts) == b"a,b\n1,2\n3,4\n"
    assert [request.path for request in upstream.asked] == [
        "/history.csv",
        "/history.csv?after=9",
        "/history.csv?after=4%26x",
    ]
    assert all(dict(request.headers)["Authorization"].startswith("Bearer ") for request in upstream.asked)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (answer(b"", status=500), "bad_status"),
        (answer(b"", status=401), "bad_status"),
        (answer(b"<p>", kind="text/html; charset=utf-8"), "bad_type"),
        (answer(b"", then="a b"), "contract"),
        (answer(b"x", then="same"), "too_large"),
    ],
)
async def test_it_fails_for_a_part_that_breaks_the_contract(bad: RawResponse, reason: str) -> None:
    with pytest.raises(CallFailed) as failed:
        [part async for part in downloads(Scripted([bad])).parts("wallet", SPEC, ASKER)]
    assert failed.value.reason == reason


@dataclass
class Browser:
    """What arrives, and which page was shown instead."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_whole: bool = False
    page: int = 0

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message["body"]
            self.is_whole = not message["more_body"]

    async def refused(self, visit: object, status: int, words: str, send: object) -> None:
        self.page = status
        assert "Nothing is lost" in words


async def ask(browser: Browser, upstream: Scripted, player: PlayerSession | None = ANA, method: str = "GET") -> None:
    scope: Any = {"method": method, "path": "/f/wallet/history.csv", "headers": [], "query_string": b""}
    desk = DownloadDesk(files=downloads(upstream), pages=browser)  # type: ignore[arg-type]
    await desk.serve(visit_of(scope, player), "wallet", SPEC, browser.send)


async def test_it_sends_a_file_that_cannot_run_here() -> None:
    browser = Browser()
    await ask(browser, Scripted([answer(b"a\n", then="1"), answer(b"b\n")]))
    assert (browser.status, browser.body, browser.is_whole) == (200, b"a\nb\n", True)
    assert browser.headers["content-disposition"] == 'attachment; filename="croupier-history.csv"'
    assert browser.headers["content-type"] == "text/csv; charset=utf-8"
    assert browser.headers["x-content-type-options"] == "nosniff"
    assert browser.headers["cache-control"] == "no-store"


async def test_it_shows_a_page_when_the_first_part_is_away_and_breaks_off_later() -> None:
    browser = Browser()
    await ask(browser, Scripted([answer(b"", status=503)]))
    assert (browser.page, browser.status) == (503, 0)
    browser = Browser()
    with pytest.raises(CallFailed):
        await ask(browser, Scripted([answer(b"a\n", then="1"), answer(b"", status=500)]))
    assert (browser.status, browser.is_whole) == (200, False)


async def test_it_sends_strangers_to_the_sign_in_and_a_head_no_body() -> None:
    browser, upstream = Browser(), Scripted([answer(b"a\n", then="1")])
    await ask(browser, upstream, player=None)
    assert (browser.status, browser.headers["location"]) == (303, "/signin?next=/f/wallet/history.csv")
    assert upstream.asked == []
    await ask(browser, upstream, method="HEAD")
    assert (browser.status, browser.body, browser.is_whole, len(upstream.asked)) == (200, b"", True, 1)
