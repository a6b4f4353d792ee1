"""The slot `offers` in every state, and the action that joins one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from fragments.promotions.models import OptIn
from fragments.promotions.tests.sample_offers import offer, offers

if TYPE_CHECKING:
    from fragment_kit.resilience.clock import ManualClock
    from fragment_kit.testing.fake_feed import FakeFeed
    from fragment_kit.testing.shell import FakeShell

PAST = (datetime.now(UTC) - timedelta(hours=1)).isoformat()


async def test_it_shows_the_significant_terms_on_the_card(shell: FakeShell, feed: FakeFeed) -> None:
    response = await shell.get("/slots/offers", player="ana")
    html = response.content.decode()
    assert response.headers["Fragment-State"] == "fresh"
    assert "5 × wagering" in html
    assert "Largest bet 5.00" in html
    assert 'action="/f/promotions/optins"' in html


async def test_it_asks_a_visitor_to_sign_in_before_joining(shell: FakeShell, feed: FakeFeed) -> None:
    html = (await shell.get("/slots/offers")).content.decode()
    assert "Sign in to join" in html
    assert "<form" not in html


async def test_it_shows_the_last_offers_without_a_way_to_join_when_the_feed_is_away(
    shell: FakeShell, feed: FakeFeed, clock: ManualClock
) -> None:
    await shell.get("/slots/offers", player="ana")
    feed.mode = "down"
    clock.advance(3600)
    response = await shell.get("/slots/offers", player="ana")
    html = response.content.decode()
    assert response.headers["Fragment-State"].startswith("degraded; feed=offers; as-of=")
    assert "Spring spins" in html
    assert "<form" not in html


async def test_it_shows_words_alone_when_nothing_was_heard_for_a_day(
    shell: FakeShell, feed: FakeFeed, clock: ManualClock
) -> None:
    await shell.get("/slots/offers")
    feed.mode = "down"
    clock.advance(86_401)
    assert "Spring spins" not in (await shell.get("/slots/offers")).content.decode()


async def test_it_refuses_offers_with_more_wagering_than_the_law_allows(shell: FakeShell, feed: FakeFeed) -> None:
    feed.body = offers(offer(wagering_x=35))
    response = await shell.get("/slots/offers")
    assert response.headers["Fragment-State"] == "degraded; feed=offers"


async def test_it_hides_an_offer_that_has_ended(shell: FakeShell, feed: FakeFeed) -> None:
    feed.body = offers(offer(expires_at=PAST))
    assert (await shell.get("/slots/offers")).headers["Fragment-State"] == "empty"


async def test_it_joins_once_however_often_it_is_asked(shell: FakeShell, feed: FakeFeed) -> None:
    answers = await asyncio.gather(*(shell.post("/optins", {"campaign_id": "spring"}, player="ana") for _ in range(16)))
    assert {answer.status_code for answer in answers} == {303}
    assert {answer.headers["Location"] for answer in answers} == {"/f/promotions/offers"}
    assert answers[0].headers["Fragment-Emits"] == "promotions.changed"
    assert await OptIn.objects.acount() == 1
    assert "You have joined" in (await shell.get("/slots/offers", player="ana")).content.decode()
    assert "You have joined" not in (await shell.get("/slots/offers", player="ben")).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"), [({"opt_in_until": PAST}, "is over"), ({"campaign_id": "x"}, "no longer")]
)
async def test_it_says_why_an_offer_cannot_be_joined(
    shell: FakeShell, feed: FakeFeed, changes: dict[str, str], words: str
) -> None:
    feed.body = offers(offer(**changes))
    response = await shell.post("/optins", {"campaign_id": "spring"}, player="ana")
    assert response.status_code == 422
    assert words in response.content.decode()
    assert await OptIn.objects.acount() == 0


async def test_it_changes_nothing_while_the_terms_cannot_be_confirmed(shell: FakeShell, feed: FakeFeed) -> None:
    await shell.get("/slots/offers", player="ana")
    feed.mode = "hang"
    response = await shell.post("/optins", {"campaign_id": "spring"}, player="ana", deadline_ms=2_000)
    assert response.status_code == 422
    assert "nothing was changed" in response.content.decode()
    assert await OptIn.objects.acount() == 0


async def test_it_lets_nobody_join_without_a_passport(shell: FakeShell, feed: FakeFeed) -> None:
    assert (await shell.post("/optins", {"campaign_id": "spring"})).status_code == 401
