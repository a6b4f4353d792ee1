"""Sign-in, sign-out and sessions, against a real Valkey."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import redis
from django.contrib.auth.models import User
from django.test import AsyncClient

from shell.players.identity import IDENTITY, PlayerSession

if TYPE_CHECKING:
    from django.conf import LazySettings

    from tests.valkey import ValkeyProcess

pytestmark = pytest.mark.django_db(transaction=True)
ANA = {"username": "ana", "password": "croupier"}


@pytest.fixture(autouse=True)
def accounts(settings: LazySettings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    User.objects.create_user("ana", password="croupier", first_name="Ana")


@pytest.fixture
def browser(sessions_redis: ValkeyProcess) -> AsyncClient:
    return AsyncClient()


def stored(server: ValkeyProcess) -> dict[str, dict[str, Any]]:
    with redis.Redis.from_url(server.url, decode_responses=True) as client:
        return {key: json.loads(client.get(key)) for key in client.keys("session:*")}


async def test_it_shows_a_form_and_one_click_seats_in_development(browser: AsyncClient, settings: LazySettings) -> None:
    settings.DEMO_PLAYERS, settings.DEMO_PASSWORD = (("ana", "Ana"), ("ben", "Ben")), "croupier"
    page = (await browser.get("/signin?next=/wallet")).content.decode()
    assert 'name="username"' in page
    assert 'name="next" value="/wallet"' in page
    assert page.count('value="croupier"') == 2


async def test_it_signs_in_under_a_new_key_and_remembers_when(
    browser: AsyncClient, sessions_redis: ValkeyProcess
) -> None:
    answer = await browser.post("/signin", {**ANA, "next": "/wallet"})
    assert (answer.status_code, answer["Location"]) == (303, "/wallet")
    [(key, data)] = stored(sessions_redis).items()
    assert key == f"session:{answer.cookies['session'].value}"
    assert (data["player"], data["display_name"]) == ("ana", "Ana")
    assert data["started_at"].endswith("+00:00")
    assert answer.cookies["session"]["httponly"]
    assert answer.cookies["session"]["samesite"] == "Lax"


async def test_it_knows_the_player_from_the_first_page_on_though_redis_goes_away_before_it(
    browser: AsyncClient, sessions_redis: ValkeyProcess
) -> None:
    answer = await browser.post("/signin", ANA)
    sessions_redis.stop()
    try:
        player = await IDENTITY.of_key(answer.cookies["session"].value)
    finally:
        sessions_redis.start()
    assert isinstance(player, PlayerSession)
    assert player.display_name == "Ana"


async def test_it_never_keeps_a_key_that_was_there_before_sign_in(
    browser: AsyncClient, sessions_redis: ValkeyProcess
) -> None:
    planted = "a" * 32
    with redis.Redis.from_url(sessions_redis.url) as client:
        client.set(f"session:{planted}", "{}")
    browser.cookies["session"] = planted
    answer = await browser.post("/signin", ANA)
    assert answer.cookies["session"].value != planted
    assert f"session:{planted}" not in stored(sessions_redis)


async def test_it_says_plainly_that_name_and_password_do_not_match(browser: AsyncClient) -> None:
    answer = await browser.post("/signin", {"username": "ana", "password": "wrong"})
    assert answer.status_code == 422
    assert "do not belong together" in answer.content.decode()
    assert "session" not in answer.cookies


@pytest.mark.parametrize(
    "asked", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
async def test_it_leads_only_to_own_pages(browser: AsyncClient, asked: str) -> None:
    answer = await browser.post("/signin", {**ANA, "next": asked})
    assert answer["Location"] == "/"


async def test_it_answers_in_clear_words_while_redis_is_away(
    browser: AsyncClient, sessions_redis: ValkeyProcess
) -> None:
    sessions_redis.stop()
    try:
        answer = await browser.post("/signin", ANA)
    finally:
        sessions_redis.start()
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "Signing in is not possible right now" in page
    assert 'name="username"' in page
    assert "session" not in answer.cookies


async def test_it_ends_the_session_on_sign_out(browser: AsyncClient, sessions_redis: ValkeyProcess) -> None:
    await browser.post("/signin", ANA)
    answer = await browser.post("/signout")
    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert answer.cookies["session"]["max-age"] == 0
    assert stored(sessions_redis) == {}


async def test_it_refuses_a_form_from_another_site(sessions_redis: ValkeyProcess) -> None:
    strict = AsyncClient(enforce_csrf_checks=True)
    assert (await strict.post("/signin", ANA)).status_code == 403
    assert (await strict.post("/signin", ANA, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403
    assert (await strict.post("/signin", ANA, headers={"Sec-Fetch-Site": "same-origin"})).status_code == 303


async def test_it_takes_the_form_with_the_token_of_the_page(sessions_redis: ValkeyProcess) -> None:
    strict = AsyncClient(enforce_csrf_checks=True)
    page = await strict.get("/signin")
    token = page.content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert (await strict.post("/signin", {**ANA, "csrfmiddlewaretoken": token})).status_code == 303


async def test_it_does_not_sign_out_by_a_link(browser: AsyncClient) -> None:
    assert (await browser.get("/signout")).status_code == 405
