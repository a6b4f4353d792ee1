"""Copies are bounded and purged, passports are reused while they are young, and headers tell the truth."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fragment_kit.contract.outcome import REASONS, Fresh, Stale, Unavailable
from fragment_kit.contract.passport import read_passport
from fragment_kit.resilience.clock import ManualClock
from shell.gateway.calls import SignedOut, SlotContent, Trail
from shell.gateway.passports import PassportOffice
from shell.gateway.proof import PROXY_ERRORS, proof_headers
from shell.gateway.stale_store import ENTRY_BYTES_MAX, CopyKey, StaleStore
from tests.shell.gateways import KEY

NOW = datetime.now(UTC)


def key(fragment: str = "lobby", player: str = "ana", session: str = "a-1", path: str = "/x") -> CopyKey:
    return CopyKey(fragment=fragment, path=path, locale="en", player=player, session=session)


def test_a_store_stays_within_its_bytes_and_the_unused_leave_first() -> None:
    store = StaleStore(bytes_max=10_000)
    for number in range(20):
        store.put(key(path=f"/{number}"), SlotContent(html="x" * 1000), keep_s=60)
        store.get(key(path="/0"))
    assert store.bytes_used <= 10_000
    assert store.get(key(path="/0")) is not None
    assert store.get(key(path="/1")) is None


def test_a_store_refuses_a_copy_that_is_too_big_and_drops_the_older_one() -> None:
    store = StaleStore()
    store.put(key(), SlotContent(html="old"), keep_s=60)
    assert not store.put(key(), SlotContent(html="é" * ENTRY_BYTES_MAX), keep_s=60)
    assert (len(store), store.bytes_used) == (0, 0)


@pytest.mark.parametrize(
    ("whose", "left"),
    [
        ({"session": "a-1"}, 3),
        ({"player": "ana"}, 2),
        ({"fragment": "wallet"}, 3),
        ({"player": "ana", "fragment": "lobby"}, 3),
    ],
)
def test_a_store_purges_what_belongs_to(whose: dict[str, str], left: int) -> None:
    store = StaleStore()
    for place in (
        key(),
        key(session="a-2", fragment="wallet"),
        key(player="ben", session="b-1"),
        key(player="", session=""),
    ):
        store.put(place, SlotContent(html="x"), keep_s=60)
    assert store.purge(**whose) == 4 - left
    assert len(store) == left


def test_a_store_wants_to_know_whose_copies_to_purge() -> None:
    with pytest.raises(ValueError, match="say whose"):
        StaleStore().purge()


def test_a_passport_is_signed_once_and_again_before_it_grows_old() -> None:
    clock = ManualClock()
    office = PassportOffice(KEY, clock=clock)

    def ask(fragment: str = "lobby", session: str = "a-1") -> str:
        return office.passport(player="ana", session=session, fragment=fragment)

    first = ask()
    clock.advance(29)
    assert ask() == first
    assert ask("wallet") != first
    assert ask(session="a-2") != first
    clock.advance(2)
    assert ask() != first


def test_a_passport_is_signed_anew_after_a_rotation_and_after_the_session_ended() -> None:
    office = PassportOffice(KEY)
    first = office.passport(player="ana", session="a-1", fragment="lobby")
    office.forget_session("a-1")
    second = office.passport(player="ana", session="a-1", fragment="lobby")
    other = Ed25519PrivateKey.generate()
    office.rotate(other)
    third = office.passport(player="ana", session="a-1", fragment="lobby")
    assert len({first, second, third}) == 3
    both = [KEY.public_key(), other.public_key()]
    assert {read_passport(token, both, audience="lobby").player for token in (first, second, third)} == {"ana"}


CONTENT = SlotContent(html="<p>x</p>", state="degraded", feed="tables", server_timing="db;dur=1.5")


@pytest.mark.parametrize(
    ("outcome", "trail", "said"),
    [
        (
            Fresh(CONTENT, NOW),
            Trail(took_ms=12.34, status=200, attempts=1, cache="stored", ttl_s=0),
            [
                "degraded; feed=tables",
                "shell; received-status=200; ",
                "shell; fwd=uri-miss; fwd-status=200; stored; ttl=0",
            ],
        ),
        (
            Stale(CONTENT, NOW, 42, "breaker_open"),
            Trail(cache="stale", ttl_s=-42),
            [
                "stale; reason=breaker_open; age=42",
                "shell; error=destination_unavailable",
                "shell; hit; ttl=-42; detail=stale-if-error",
            ],
        ),
        (
            Stale(CONTENT, NOW, 42, "bad_status"),
            Trail(cache="stale", ttl_s=-42, attempts=1, status=503),
            ["stale; reason=bad_status; age=42", "received-status=503", "shell; fwd=stale; fwd-status=503; ttl=-42"],
        ),
        (
            Unavailable("timeout", "http://10.0.0.7:8101/secret"),
            Trail(took_ms=801, attempts=1),
            [
                "unavailable; reason=timeout",
                "shell; error=http_response_timeout",
                'wallet_balance;dur=801.0;desc="timeout"',
            ],
        ),
        (SignedOut(), Trail(status=401, attempts=1), ["signed-out"]),
        (Fresh(CONTENT, NOW), Trail(cache="hit", ttl_s=7), ["shell; hit; ttl=7"]),
        (Fresh(CONTENT, NOW), Trail(cache="collapsed", status=200), ["shell; fwd=uri-miss; fwd-status=200; collapsed"]),
    ],
)
def test_it_says_what_happened_and_names_no_host(outcome: object, trail: Trail, said: list[str]) -> None:
    headers = proof_headers("req-7", "wallet.balance", outcome, trail)
    text = "\n".join(f"{name.decode()}: {value.decode()}" for name, value in headers)
    assert [words for words in said if words not in text] == []
    assert "x-request-id: req-7" in text
    assert "10.0.0.7" not in text


def test_every_reason_has_a_word_in_the_registry_of_proxy_errors() -> None:
    assert set(PROXY_ERRORS) == set(REASONS)
