"""The wallet's panels: exact money or none, whatever the payments provider does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import connection

from fragment_kit.serving.threads import in_thread
from fragments.wallet.models import HistoryLine, Wallet

if TYPE_CHECKING:
    from datetime import datetime

    from fragment_kit.testing.fake_feed import FakeFeed
    from fragment_kit.testing.shell import FakeShell
    from fragments.wallet.tests.casino import Casino


def key_in(html: str) -> str:
    found = re.search(r'name="idempotency_key" value="([0-9a-f-]{36})"', html)
    assert found is not None
    return found[1]


def write_lines(player: str, count: int, at: datetime) -> None:
    HistoryLine.objects.bulk_create(
        HistoryLine(
            event_id=f"{player}-{version}",
            player_id=player,
            wallet_version=version,
            kind="bet",
            game_id=f"game-of-{player}-{version:02d}",
            amount=-100,
            cash_after=0,
            at=at,
        )
        for version in range(2, 2 + count)
    )


def spoil() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE wallet_wallet RENAME TO gone")


async def test_it_opens_a_wallet_for_a_demo_player_on_first_sight(shell: FakeShell, payments: FakeFeed) -> None:
    for _ in range(2):
        response = await shell.get("/slots/balance", player="ana")
    assert response.headers["Fragment-State"] == "fresh"
    assert "1,000.00" in response.content.decode()
    assert await in_thread(Wallet.objects.count) == 1


async def test_it_shows_the_ledgers_own_row_at_once_without_waiting_for_events(
    shell: FakeShell, payments: FakeFeed, casino: Casino
) -> None:
    await shell.get("/slots/balance", player="ana")
    await in_thread(casino.bet, 250, "b1")
    assert "997.50" in (await shell.get("/slots/balance", player="ana")).content.decode()


async def test_it_keeps_the_exact_balance_and_pauses_top_ups_when_payments_are_away(
    shell: FakeShell, payments: FakeFeed
) -> None:
    for mode in ("down", "refuse", "nonsense", "hang"):
        payments.mode = mode  # type: ignore[assignment]
        response = await shell.get("/slots/balance", player="ana")
        html = response.content.decode()
        assert response.headers["Fragment-State"].startswith("degraded; feed=payments"), mode
        assert "1,000.00" in html
        assert "Top-ups paused" in html
        assert "/wallet" not in html


async def test_it_needs_a_signed_in_player(shell: FakeShell, payments: FakeFeed) -> None:
    for slot in ("balance", "topup", "history"):
        assert (await shell.get(f"/slots/{slot}")).status_code == 401


async def test_it_fails_rather_than_show_a_balance_it_cannot_read(
    shell: FakeShell, payments: FakeFeed, books: str
) -> None:
    await in_thread(spoil)
    shell._client.raise_request_exception = False
    response = await shell.get("/slots/balance", player="ana")
    assert response.status_code == 500


async def test_it_offers_only_amounts_that_stay_within_the_starting_float(
    shell: FakeShell, payments: FakeFeed, casino: Casino
) -> None:
    await in_thread(casino.leave, "ana", 98_000)
    html = (await shell.get("/slots/topup", player="ana")).content.decode()
    assert 'action="/f/wallet/topups"' in html
    assert re.search(r'value="1000" required>', html)
    assert re.search(r'value="2500" required disabled>', html)


async def test_it_adds_play_money_once_per_form(shell: FakeShell, payments: FakeFeed, casino: Casino) -> None:
    await in_thread(casino.leave, "ana", 50_000)
    key = key_in((await shell.get("/slots/topup", player="ana")).content.decode())
    form = {"amount": "1000", "idempotency_key": key}
    for _ in range(3):
        response = await shell.post("/topups", form, player="ana")
        assert response.status_code == 200
        assert response.headers["Fragment-Emits"] == "wallet.changed"
        assert "10.00 chips added." in response.content.decode()
    assert await in_thread(casino.cash) == 51_000
    assert key_in(response.content.decode()) != key


async def test_it_answers_a_form_it_cannot_accept_with_a_sentence_and_no_money(
    shell: FakeShell, payments: FakeFeed, casino: Casino
) -> None:
    await in_thread(casino.leave, "ana", 98_500)
    key = "0123456789abcdef"
    refusals = {
        "Choose one of the amounts.": {"amount": "1001", "idempotency_key": key},
        "lost its key": {"amount": "1000", "idempotency_key": ""},
        "above the starting float": {"amount": "2500", "idempotency_key": key},
        "used already": {"amount": "1000", "idempotency_key": key},
    }
    for sentence, form in refusals.items():
        response = await shell.post("/topups", form, player="ana")
        assert (response.status_code, sentence in response.content.decode()) == (422, True), sentence
    payments.mode = "down"
    response = await shell.post("/topups", {"amount": "1000", "idempotency_key": "another-key"}, player="ana")
    assert (response.status_code, "Top-ups are paused" in response.content.decode()) == (422, True)
    assert await in_thread(casino.cash) == 98_500


async def test_it_pages_through_the_history_and_owns_up_when_the_newest_plays_are_missing(
    shell: FakeShell, payments: FakeFeed, casino: Casino
) -> None:
    await shell.get("/slots/balance", player="ana")
    empty = await shell.get("/slots/history", player="ana")
    assert empty.headers["Fragment-State"] == "empty"
    assert "in a moment" in empty.content.decode()
    await in_thread(write_lines, "ana", 20, casino.now)
    first = (await shell.get("/slots/history", player="ana")).content.decode()
    assert "in a moment" not in first
    assert "ana 21" in first
    assert "ana 06" not in first
    older = re.search(r'href="/f/wallet/history\?before=(\d+)"', first)
    assert older is not None
    second = (await shell.get(f"/slots/history?before={older[1]}", player="ana")).content.decode()
    assert "ana 06" in second
    assert "ana 07" not in second
    assert "Older" not in second


async def test_it_shows_nobody_elses_history(shell: FakeShell, payments: FakeFeed, casino: Casino) -> None:
    await in_thread(write_lines, "ben", 3, casino.now)
    assert "of ben" not in (await shell.get("/slots/history", player="ana")).content.decode()
    assert "of ben" in (await shell.get("/slots/history", player="ben")).content.decode()


async def test_it_serves_its_manifest_and_stands_alone(shell: FakeShell, books: str) -> None:
    manifest = await shell.get("/.well-known/fragment.json")
    assert manifest.json()["slots"]["balance"]["stale"] == {"policy": "never", "max_age_s": 0}
    assert (await shell.get("/static/wallet/wallet.css")).status_code == 200
