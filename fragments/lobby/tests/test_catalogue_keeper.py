"""The worker's part in the catalogue: all of it, after any outage, and a word to open pages when it is back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from fragment_kit.feeds.client import FeedClient
from fragment_kit.serving.threads import in_thread
from fragment_kit.testing.fake_feed import FakeFeed
from fragments.lobby.catalogue_feed import CataloguePage, parse_catalogue
from fragments.lobby.catalogue_keeper import CatalogueAway, CatalogueKeeper
from fragments.lobby.models import Game
from fragments.lobby.tests.shelves import Provider, game

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)


def client(transport: httpx.AsyncBaseTransport | None = None) -> FeedClient[CataloguePage]:
    return FeedClient(
        name="catalogue", url="http://feed/catalogue", parse=parse_catalogue, timeout_ms=500, transport=transport
    )


async def test_it_takes_page_after_page_until_nothing_is_missing(provider: Provider) -> None:
    provider.put(*(game(f"game-{number}") for number in range(1_201)))
    feed = client()
    with FakeFeed(provider.page).plugged_into(feed):
        pages, state = await CatalogueKeeper(feed).pull()
    assert (pages, state.cursor, state.is_complete) == (3, 1_201, True)
    assert await in_thread(Game.objects.count) == 1_201


async def test_it_goes_on_where_it_stopped_when_the_feed_went_away(provider: Provider) -> None:
    provider.put(game("owl"))
    feed = client()
    with FakeFeed(provider.page).plugged_into(feed) as fake:
        keeper = CatalogueKeeper(feed)
        await keeper.pull()
        fake.mode = "down"
        with pytest.raises(CatalogueAway, match="bad_status"):
            await keeper.pull()
        fake.mode = "up"
        provider.put(game("fox"))
        assert (await keeper.pull())[1].cursor == 2


async def test_it_says_once_that_the_catalogue_is_back(provider: Provider) -> None:
    said: list[str] = []

    async def say_back() -> None:
        said.append("back")

    feed = client()
    with FakeFeed(provider.page, mode="refuse").plugged_into(feed) as fake:
        keeper = CatalogueKeeper(feed, say_back=say_back)
        await keeper.turn()
        await keeper.turn()
        assert said == []
        fake.mode = "up"
        await keeper.turn()
        await keeper.turn()
    assert said == ["back"]


async def test_it_lists_everything_anew_when_the_feed_does_not_know_our_cursor(provider: Provider) -> None:
    provider.put(*(game(f"old-{number}") for number in range(5)))
    feed = client(_strict(lambda: provider))
    await CatalogueKeeper(feed).pull()
    provider.changes = [game("brand-new")]
    _, state = await CatalogueKeeper(feed).pull()
    assert state.cursor == 1
    assert await in_thread(lambda: list(Game.objects.values_list("game_id", flat=True))) == ["brand-new"]


def _strict(provider_now: Callable[[], Provider]) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        provider = provider_now()
        if int(request.url.params["since"]) > len(provider.changes):
            return httpx.Response(410, json={"error": "since is ahead of this catalogue"})
        return httpx.Response(200, json=provider.page(request.url.params))

    return httpx.MockTransport(answer)
