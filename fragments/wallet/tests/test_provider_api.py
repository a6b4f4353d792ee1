"""The provider API as a provider meets it: signatures, limits, codes, and one answer per question."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from fragment_kit.serving.threads import in_thread
from fragments.wallet.models import LedgerTransaction
from fragments.wallet.provider.api import ProviderApi
from fragments.wallet.provider.desk import Desk
from fragments.wallet.provider.messages import BODY_BYTES_MAX
from fragments.wallet.provider.signature import sign

SECRET = "demo-secret"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Provider:
    """Signs and sends; `clock_s` is how far its clock is ahead of ours."""

    def __init__(self) -> None:
        api = ProviderApi(secrets={"simulator": SECRET, "other": "other-secret"}, desk=Desk(), clock=lambda: NOON)
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app=api), base_url="http://wallet")
        self.clock_s = 0

    async def send(
        self, operation: str, body: Any, *, secret: str = SECRET, provider: str = "simulator", **headers: str
    ) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        timestamp_s = int(NOON.timestamp()) + self.clock_s
        signed = {
            "Provider-Timestamp": str(timestamp_s),
            "Provider-Signature": sign(secret, timestamp_s=timestamp_s, body=raw),
            **headers,
        }
        return await self._client.post(f"/provider/v1/{provider}/{operation}", content=raw, headers=signed)

    async def say(self, operation: str, **body: Any) -> dict[str, Any]:
        answer = await self.send(operation, {"currency": "CHIP", **body})
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def provider(books: str) -> Provider:
    return Provider()


BET = {
    "currency": "CHIP",
    "player_id": "ana",
    "transaction_id": "b1",
    "round_id": "r1",
    "game_id": "g1",
    "amount": "250",
}


async def test_it_plays_a_round(provider: Provider) -> None:
    hello = await provider.say("authenticate", player_id="ana")
    assert hello["status"] == "OK"
    assert hello["balance"] == "100000"
    who = {"player_token": hello["player_token"]}
    bet = await provider.say("bet", **who, transaction_id="b1", round_id="r1", game_id="g1", amount="250")
    assert bet == {
        "status": "OK",
        "code": "OK",
        "transaction_id": "b1",
        "balance": "99750",
        "currency": "CHIP",
        "replayed": False,
    }
    win = await provider.say(
        "win", **who, transaction_id="w1", round_id="r1", game_id="g1", amount="400", bet_transaction_id="b1"
    )
    assert win["balance"] == "100150"
    undo = await provider.say(
        "rollback", **who, transaction_id="x1", round_id="r1", game_id="g1", amount="250", bet_transaction_id="b1"
    )
    assert (undo["status"], undo["code"]) == ("REJECTED", "ROUND_ALREADY_SETTLED")
    assert (await provider.say("balance", **who))["balance"] == "100150"


async def test_it_answers_409_when_an_id_comes_back_with_another_content(provider: Provider) -> None:
    await provider.say("authenticate", player_id="ana")
    await provider.send("bet", BET)
    answer = await provider.send("bet", {**BET, "amount": "251"})
    assert (answer.status_code, answer.json()["code"]) == (409, "IDEMPOTENCY_CONFLICT")


@pytest.mark.parametrize(
    ("headers", "sentence"),
    [
        ({"Provider-Signature": "v1=" + "0" * 64}, "does not match"),
        ({"Provider-Signature": ""}, "must be v1="),
        ({"Provider-Signature": "v2=" + "0" * 64}, "must be v1="),
        ({"Provider-Timestamp": "yesterday"}, "Unix time"),
        ({"Provider-Timestamp": "1"}, "does not match"),
    ],
)
async def test_it_refuses_a_bad_signature_before_the_database_is_touched(
    headers: dict[str, str], sentence: str
) -> None:
    # No `books` here: a single query would fail this test.
    answer = await Provider().send("bet", BET, **headers)
    assert answer.status_code == 401
    assert answer.json()["code"] == "BAD_SIGNATURE"
    assert sentence in answer.json()["message"]


async def test_it_refuses_another_providers_signature() -> None:
    assert (await Provider().send("bet", BET, secret="other-secret")).status_code == 401


@pytest.mark.parametrize(("clock_s", "status"), [(-61, 401), (-60, 200), (60, 200), (61, 401)])
async def test_it_takes_calls_within_a_minute_of_its_own_clock(provider: Provider, clock_s: int, status: int) -> None:
    provider.clock_s = clock_s
    assert (await provider.send("authenticate", {"currency": "CHIP", "player_id": "ana"})).status_code == status


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1.5"}, "amount"),
        ({"amount": "01"}, "amount"),
        ({"amount": " 1"}, "amount"),
        ({"amount": "١"}, "amount"),
        ({"amount": "1e3"}, "amount"),
        ({"amount": "9" * 16}, "amount"),
        ({"amount": 250}, "amount"),
        ({"amount": None}, "amount"),
        ({"currency": "EUR"}, "currency"),
        ({"currency": None}, "currency"),
        ({"transaction_id": ""}, "transaction_id"),
        ({"transaction_id": "x" * 129}, "transaction_id"),
        ({"transaction_id": "a\nb"}, "transaction_id"),
        ({"transaction_id": ["b1"]}, "transaction_id"),
        ({"round_id": None}, "round_id"),
        ({"game_id": 7}, "game_id"),
        ({"player_id": None}, "player_token or player_id"),
        ({"category": "Tables!"}, "category"),
    ],
)
async def test_it_names_the_key_that_is_wrong_and_writes_nothing(
    provider: Provider, change: dict[str, Any], named: str
) -> None:
    await provider.say("authenticate", player_id="ana")
    answer = await provider.send("bet", {**BET, **change})
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")
    assert named in answer.json()["message"]
    assert await in_thread(LedgerTransaction.objects.filter(kind="bet").count) == 0


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"currency": "CHIP", "currency": "CHIP", "player_id": "ana"}',
        b'{"currency": "CHIP", "player_id": "ana", "x": NaN}',
        b'{"currency": "CHIP", "player_id": "ana", "x": 1.5}',
        b'{"currency": "CHIP", "player_id": "ana", "x": ' + b"[" * 5 + b"]" * 5 + b"}",
        b"[" * 16_000,
    ],
)
async def test_it_refuses_a_body_outside_the_limits_of_json(provider: Provider, raw: bytes) -> None:
    answer = await provider.send("authenticate", raw)
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")


async def test_it_refuses_a_large_body_unread() -> None:
    assert (await Provider().send("bet", b" " * (BODY_BYTES_MAX + 1))).status_code == 413


@pytest.mark.parametrize(
    ("provider_name", "operation"), [("nobody", "bet"), ("simulator", "steal"), ("simulator", "bet/x")]
)
async def test_it_says_which_address_is_unknown(provider_name: str, operation: str) -> None:
    answer = await Provider().send(operation, BET, provider=provider_name)
    assert (answer.status_code, answer.json()["code"]) == (404, "BAD_REQUEST")
    assert answer.json()["message"].endswith(".")


async def test_it_gives_a_token_of_one_provider_no_meaning_for_another(provider: Provider) -> None:
    token = (await provider.say("authenticate", player_id="ana"))["player_token"]
    answer = await provider.send(
        "balance", {"currency": "CHIP", "player_token": token}, provider="other", secret="other-secret"
    )
    assert answer.json()["code"] == "NO_SESSION"


async def test_it_knows_nobody_where_wallets_are_not_opened_on_first_sight(provider: Provider, settings: Any) -> None:
    settings.OPENS_UNKNOWN_PLAYERS = False
    answer = await provider.say("authenticate", player_id="stranger")
    assert (answer["status"], answer["code"], answer["balance"]) == ("REJECTED", "NO_SESSION", None)


async def test_it_keeps_the_books_of_two_providers_apart(provider: Provider) -> None:
    await provider.say("authenticate", player_id="ana")
    await provider.send("bet", BET)
    answer = await provider.send("bet", BET, provider="other", secret="other-secret")
    assert answer.json()["balance"] == str(100_000 - 500)
    assert answer.json()["replayed"] is False
