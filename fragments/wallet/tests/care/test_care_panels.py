"""Care's panels: every form by itself, without scripts, and answered with a sentence that says what holds now."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from fragment_kit.serving.threads import in_thread
from fragments.wallet.care.limits import WAIT_MS
from fragments.wallet.care.models import CareCard, Limit, LimitRaise, Sitting
from fragments.wallet.history_file import part_of
from fragments.wallet.tests.test_panels import write_lines

if TYPE_CHECKING:
    from fragment_kit.testing.fake_feed import FakeFeed
    from fragment_kit.testing.shell import FakeShell
    from fragments.wallet.tests.casino import Casino

SLOTS = ("standing", "limits", "care")


async def html_of(shell: FakeShell, slot: str) -> str:
    response = await shell.get(f"/slots/{slot}", player="ana")
    assert response.status_code == 200
    return response.content.decode()


async def send(shell: FakeShell, path: str, status: int = 200, **form: str) -> str:
    response = await shell.post(path, form, player="ana")
    assert response.status_code == status
    assert (response.headers.get("Fragment-Emits") is None) == (status == 422 or form.get("step") == "")
    return response.content.decode()


async def sit_down(casino: Casino) -> None:
    casino.now = timezone.now()
    await in_thread(casino.token)


@pytest.mark.parametrize("slot", SLOTS)
async def test_it_shows_one_root_and_needs_a_player(shell: FakeShell, slot: str) -> None:
    html = await html_of(shell, slot)
    assert re.match(r"<(\w+)[^>]*>.*</\1>$", html, re.DOTALL)
    assert (await shell.get(f"/slots/{slot}")).status_code == 401


async def test_it_sets_raises_and_keeps_a_limit(shell: FakeShell) -> None:
    await html_of(shell, "limits")
    html = await send(shell, "/limit-settings", kind="loss", period="day", amount="12,50")
    assert "This limit counts from now on." in html
    assert "12.50 chips a day" in html
    html = await send(shell, "/limit-settings", kind="loss", period="day", amount="100")
    assert "you can confirm the change in 24 hours" in html
    assert "12.50 chips a day" in html
    assert "Confirm the change" not in html
    wish = await in_thread(LimitRaise.objects.get)
    assert "too early" in await send(shell, "/limit-raises", 422, **{"raise": str(wish.id), "answer": "confirm"})
    await in_thread(LimitRaise.objects.update, effective_ms=wish.effective_ms - WAIT_MS)
    assert "Confirm the change" in await html_of(shell, "limits")
    assert "Confirmed." in await send(shell, "/limit-raises", **{"raise": str(wish.id), "answer": "confirm"})
    assert (await in_thread(Limit.objects.get)).amount == 10_000
    html = await send(shell, "/limit-settings", kind="loss", period="day", remove="yes")
    assert "No limit for losses a day" in html
    wish = await in_thread(LimitRaise.objects.get, outcome="open")
    assert "stays as it is" in await send(shell, "/limit-raises", **{"raise": str(wish.id), "answer": "keep"})


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"kind": "loss", "period": "day", "amount": "a lot"}, "such as 50 or 12.50"),
        ({"kind": "loss", "period": "day", "amount": "-5"}, "such as 50 or 12.50"),
        ({"kind": "loss", "period": "day", "amount": "1.234"}, "such as 50 or 12.50"),
        ({"kind": "time", "period": "day", "amount": "1441"}, "from 1 to 1440"),
        ({"kind": "time", "period": "week", "amount": "0"}, "from 1 to 10080"),
        ({"kind": "stake", "period": "day", "amount": "5"}, "Choose a limit"),
        ({}, "Choose a limit"),
    ],
)
async def test_it_says_what_to_write_instead(shell: FakeShell, form: dict[str, str], sentence: str) -> None:
    await html_of(shell, "limits")
    html = await send(shell, "/limit-settings", 422, **form)
    assert sentence in html
    assert not form or f'value="{form["amount"]}"' in html or sentence.startswith("Choose")
    assert not await in_thread(Limit.objects.exists)


async def test_it_excludes_only_in_the_second_step(shell: FakeShell, casino: Casino) -> None:
    await sit_down(casino)
    html = (await shell.post("/exclusions", {"term": "1-year"}, player="ana")).content.decode()
    assert "Nobody can shorten it" in html
    assert "Tick the box" in await send(shell, "/exclusions", 422, term="1-year", step="confirm")
    assert (await in_thread(CareCard.objects.get)).excluded_until_ms is None
    html = await send(shell, "/exclusions", term="1-year", step="confirm", understood="yes")
    assert "You are excluded from play until" in html
    assert (await in_thread(casino.bet, 1)).code == "EXCLUDED"
    assert "Start my break" not in await html_of(shell, "care")
    assert "excluded" in await html_of(shell, "standing")
    assert "not over yet" in await send(shell, "/returns", 422)
    await in_thread(CareCard.objects.update, excluded_until_ms=0)
    assert "Ask to play again" in await html_of(shell, "care")
    assert "24 hours after you asked" in await send(shell, "/returns")


async def test_it_takes_a_break_and_chooses_an_interval(shell: FakeShell, casino: Casino) -> None:
    await sit_down(casino)
    assert "every 15 minutes from now on" in await send(shell, "/check-intervals", minutes="15")
    assert "From tomorrow" in await send(shell, "/check-intervals", minutes="60")
    assert "Choose how often" in await send(shell, "/check-intervals", 422, minutes="7")
    assert "Choose how long" in await send(shell, "/breaks", 422, term="century")
    assert "Your break has begun" in await send(shell, "/breaks", term="week")
    assert (await in_thread(casino.bet, 1)).code == "ON_BREAK"
    assert "On a break until" in await html_of(shell, "standing")


async def test_it_shows_the_net_position_and_asks_when_a_check_is_due(shell: FakeShell, casino: Casino) -> None:
    assert "Not playing" in await html_of(shell, "standing")
    await sit_down(casino)
    await in_thread(casino.bet, 6_000, "b1")
    await in_thread(casino.win, 4_800, "b1")
    assert "−12.00" in await html_of(shell, "standing")
    ago_ms = int(timedelta(minutes=65).total_seconds() * 1000)
    sitting = await in_thread(Sitting.objects.get)
    await in_thread(Sitting.objects.update, started_ms=sitting.started_ms - ago_ms, check_due_ms=sitting.seen_ms)
    for _ in range(2):
        html = await html_of(shell, "standing")
    for words in ("<dialog", "1 hour and 5 minutes", "60.00", "48.00", "−12.00", "Keep playing", "Stop playing"):
        assert words in html
    html = await send(shell, "/check-answers", choice="continue", minutes="30")
    assert "<dialog" not in html
    assert (await in_thread(CareCard.objects.get)).check_min == 30
    assert "<dialog" not in await html_of(shell, "standing")


async def test_it_adds_up_the_history_by_period(shell: FakeShell, casino: Casino, payments: FakeFeed) -> None:
    await sit_down(casino)
    await in_thread(casino.bet, 6_000, "b1")
    await in_thread(casino.win, 4_800, "b1")
    html = (await html_of(shell, "history")).replace("\n", " ")
    for period in ("Today", "7 days", "This month"):
        assert re.search(rf"{period}</th>\s*<td[^>]*>60\.00</td>\s*<td[^>]*>48\.00</td>\s*<td[^>]*>−12\.00</td>", html)
    assert 'href="/f/wallet/history.csv"' in html


async def test_it_hands_over_a_year_of_history_in_parts(shell: FakeShell, casino: Casino) -> None:
    await html_of(shell, "standing")
    now = timezone.now()
    await in_thread(write_lines, "ana", 7, now)
    await in_thread(write_lines, "ben", 1, now - timedelta(days=400))
    first = await in_thread(part_of, "ana", None, now=now, lines=5)
    assert first.text.splitlines()[0] == "time_utc,what,game,round,amount,balance_after,currency"
    assert first.text.splitlines()[1].endswith(",bet,game-of-ana-08,,-1.00,0.00,CHIP")
    last = await in_thread(part_of, "ana", int(first.next), now=now, lines=5)
    assert (len(first.text.splitlines()), len(last.text.splitlines()), last.next) == (6, 2, "")
    assert len((await in_thread(part_of, "ben", None, now=now)).text.splitlines()) == 1
    response = await shell.get("/history.csv", player="ana")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len(response.content.decode().splitlines()) == 8
    assert (await shell.get("/history.csv")).status_code == 401
