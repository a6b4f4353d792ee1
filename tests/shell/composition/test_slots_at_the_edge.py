"""`GET /f/<fragment>/<slot>` always answers 200 with a complete panel that says the truth about itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from fragment_kit.contract.outcome import Fresh, Stale, Unavailable
from shell.gateway.calls import SignedOut, SlotContent

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 23, 19, tzinfo=UTC)


def state_in(html: str) -> str:
    return re.findall(r'data-state="([a-z-]+)"', html)[0]


async def test_it_shows_the_fragments_own_html_and_proves_it_in_headers(signed_in: Any) -> None:
    said = await signed_in.panel("wallet.balance")
    assert said.status == 200
    assert state_in(said.text) == "fresh"
    assert "<p>wallet.balance for ana</p>" in said.text
    assert said.headers["panel-state"] == "fresh"
    assert said.headers["cache-control"] == "no-store"
    assert "HX-Request" in said.headers["vary"]
    assert re.fullmatch(r"[0-9a-f]{32}", said.headers["x-request-id"])
    assert {"proxy-status", "cache-status", "server-timing"} <= said.headers.keys()


@pytest.mark.parametrize(
    ("outcome", "state", "header"),
    [
        (Fresh(SlotContent(html="<p>x</p>", state="degraded", feed="payments"), NOW), "degraded", "degraded"),
        (Fresh(SlotContent(html="", state="empty"), NOW), "empty", "empty"),
        (Stale(SlotContent(html="<p>x</p>"), NOW, 42, "timeout"), "stale", "stale; reason=timeout"),
        (Unavailable("breaker_open"), "unavailable", "unavailable; reason=breaker_open"),
        (SignedOut(), "signed-out", "signed-out"),
    ],
)
async def test_it_answers_200_in_every_state(signed_in: Any, outcome: Any, state: str, header: str) -> None:
    signed_in.gateway.answers["wallet.balance"] = outcome
    said = await signed_in.panel("wallet.balance")
    assert said.status == 200
    assert state_in(said.text) == state
    assert said.headers["panel-state"].startswith(header)
    assert said.text.lstrip().startswith("<section")
    assert said.text.rstrip().endswith("</section>")


async def test_it_labels_a_stale_panel_with_its_age(stage: Any) -> None:
    stage.gateway.answers["lobby.games"] = Stale(SlotContent(html="<p>x</p>"), NOW, 130, "timeout")
    said = await stage.panel("lobby.games")
    assert 'data-age="130"' in said.text
    assert "2 min ago" in said.text
    assert 'datetime="2026-11-23T19:00:00Z"' in said.text


async def test_it_shows_the_fragments_published_fallback_when_there_is_nothing_else(stage: Any) -> None:
    stage.gateway.answers["promotions.offers"] = Unavailable("timeout")
    said = await stage.panel("promotions.offers")
    assert "<p>offers is resting.</p>" in said.text
    assert 'data-reason="timeout"' in said.text


async def test_it_has_words_of_its_own_for_a_fragment_that_was_never_seen(build_stage: Callable[..., Any]) -> None:
    stage = build_stage(seen=("wallet",))
    stage.book.refuse("lobby", "lobby cannot be reached.", "connection_refused")
    said = await stage.panel("lobby.games")
    assert said.status == 200
    assert said.headers["panel-state"] == "unavailable; reason=connection_refused"
    assert "Games" in said.text


async def test_it_never_calls_the_fragment_for_a_player_slot_without_a_player(stage: Any) -> None:
    said = await stage.panel("wallet.balance")
    assert state_in(said.text) == "signed-out"
    assert stage.gateway.calls == []


async def test_it_tries_again_by_itself_later_each_time(stage: Any) -> None:
    stage.gateway.answers["lobby.games"] = Unavailable("timeout")
    waits = []
    for attempt in (1, 2, 3, 9):
        said = await stage.panel("lobby.games", f"?q=ace&amp=1&attempt={attempt}")
        waits.append(int(re.findall(r"load delay:(\d+)s", said.text)[0]))
        assert f"q=ace&amp;amp=1&amp;attempt={attempt + 1}" in said.text
    assert 3 <= waits[0] <= 5
    assert 6 <= waits[1] <= 10
    assert 12 <= waits[2] <= 20
    assert 45 <= waits[3] <= 60


async def test_it_stops_trying_once_it_is_fresh(stage: Any) -> None:
    said = await stage.panel("lobby.games", "?attempt=3")
    assert "delay:" not in said.text
    assert "attempt=" not in said.text


async def test_it_passes_the_query_on_without_the_shells_own_words(stage: Any) -> None:
    await stage.panel("lobby.games", "?q=a%20b&attempt=2&compose=inline&variant=bar&ticket=x&page=2")
    assert stage.gateway.calls[0].path == "/slots/games?q=a+b&page=2"


async def test_it_listens_for_the_events_of_the_manifest(stage: Any) -> None:
    assert "lobby.changed from:body" in (await stage.panel("lobby.games")).text


async def test_it_escapes_a_query_that_tries_to_leave_its_attribute(stage: Any) -> None:
    said = await stage.panel("lobby.games", "?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in said.text
    assert '"><' not in re.findall(r'hx-get="[^"]*"', said.text)[0]


async def test_it_answers_a_whole_page_around_the_panel_without_htmx(signed_in: Any) -> None:
    said = await signed_in.ask("/f/lobby/games")
    assert said.status == 200
    assert said.text.startswith("<!doctype html>")
    assert said.text.count('id="panel-lobby-games"') == 1
    assert 'data-panel="wallet.balance"' in said.text
    assert "loading" not in re.findall(r'data-state="([a-z-]+)"', said.text)
    assert said.headers["panel-state"] == "fresh"
    assert "unsafe" not in said.headers["content-security-policy"]


async def test_it_does_not_show_the_balance_twice_on_the_balances_own_page(signed_in: Any) -> None:
    said = await signed_in.ask("/f/wallet/balance?variant=bar")
    assert said.text.count('id="panel-wallet-balance"') == 1
    assert "panel-card" in said.text


@pytest.mark.parametrize(
    "path", ["/f/nobody/slot", "/f/wallet/nothing", "/f/wallet/slots/balance", "/f/wallet/metrics"]
)
async def test_it_answers_404_and_names_what_is_not_there(stage: Any, path: str) -> None:
    said = await stage.ask(path)
    assert said.status == 404
    assert path.split("/")[2] in said.text
    assert stage.gateway.calls == []


async def test_it_answers_htmx_with_a_panel_even_for_a_slot_that_does_not_exist(stage: Any) -> None:
    for name in ("wallet.nothing", "nobody.slot"):
        said = await stage.panel(name)
        assert (said.status, said.headers["panel-state"]) == (200, "unavailable; reason=not_registered")
    assert stage.recovery.away == ()


@pytest.mark.parametrize("rest", ["healthz", ".well-known/fragment.json", "..", "%2e%2e", "balance/../../x", "a" * 300])
async def test_it_reaches_nothing_but_slots_through_a_mount(signed_in: Any, rest: str) -> None:
    await signed_in.ask(f"/f/wallet/{rest}", hx_request="true")
    assert signed_in.gateway.calls == []


async def test_it_answers_head_with_the_headers_of_the_get(signed_in: Any) -> None:
    said = await signed_in.ask("/f/wallet/balance", method="HEAD", hx_request="true")
    assert (said.status, said.text) == (200, "")
    assert int(said.headers["content-length"]) > 100


async def test_it_does_not_answer_for_a_host_that_is_not_its_own(stage: Any) -> None:
    said = await stage.ask("/f/lobby/games", host="evil.example")
    assert said.status == 400
    assert stage.gateway.calls == []


async def test_it_keeps_a_panel_when_the_shell_itself_fails(stage: Any, caplog: Any) -> None:
    async def broken(_call: object, _trail: object) -> None:
        raise RuntimeError("broken on purpose")

    stage.gateway.fetch = broken
    said = await stage.panel("lobby.games")
    assert (said.status, state_in(said.text)) == (200, "unavailable")
    assert "broken on purpose" not in said.text
    assert "broken on purpose" in caplog.text


async def test_it_turns_reported_events_into_triggers_but_not_its_own(stage: Any) -> None:
    content = SlotContent(html="<p>x</p>", emits=("lobby.changed", "other.changed"))
    stage.gateway.answers["lobby.games"] = Fresh(content, NOW)
    assert (await stage.panel("lobby.games")).headers["hx-trigger"] == '{"other.changed": ""}'


async def test_it_serves_stylesheets_from_its_own_copy(stage: Any) -> None:
    _, name = next(pair for pair in stage.book.stylesheets() if pair[0] == "wallet")
    said = await stage.ask(f"/assets/wallet/{name}")
    assert (said.status, said.text) == (200, "a{}")
    assert "immutable" in said.headers["cache-control"]
    assert said.headers["content-type"].startswith("text/css")
    assert (await stage.ask("/assets/wallet/none.css")).status == 404


async def test_it_comes_back_soon_to_a_probe_that_is_under_way_however_long_the_outage_was(stage: Any) -> None:
    stage.gateway.answers["lobby.games"] = Unavailable("breaker_open", "", 1.0)
    said = await stage.panel("lobby.games", "?attempt=9")
    delay = re.search(r"load delay:(\d+)s", said.text)
    assert delay is not None
    assert 2 <= int(delay[1]) <= 4
    stage.gateway.answers["lobby.games"] = Unavailable("breaker_open", "", 30.0)
    said = await stage.panel("lobby.games", "?attempt=9")
    assert int(re.search(r"load delay:(\d+)s", said.text)[1]) > 40


async def test_it_says_why_it_asks(signed_in: Any) -> None:
    await signed_in.panel("wallet.balance", query="?ticket=none")
    await signed_in.panel("wallet.balance")
    await signed_in.panel("wallet.balance", query="?attempt=2")
    assert [call.mode for call in signed_in.gateway.calls] == ["include", "refresh", "refresh"]


async def test_it_passes_on_the_language_and_when_to_ask_again(signed_in: Any) -> None:
    signed_in.gateway.answers["wallet.balance"] = Fresh(SlotContent(html="<p>x</p>", content_language="de"), NOW)
    assert (await signed_in.panel("wallet.balance")).headers["content-language"] == "de"
    signed_in.gateway.answers["wallet.balance"] = Unavailable("bad_status", retry_after_s=6.2)
    assert (await signed_in.panel("wallet.balance")).headers["retry-after"] == "7"
