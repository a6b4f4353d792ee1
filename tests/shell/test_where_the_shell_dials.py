"""Whatever a registry, a name server or a fragment says, the shell dials what the operator listed and nothing else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest

from fragment_kit.contract.outcome import Fresh, Unavailable
from fragment_kit.resilience.clock import ManualClock
from shell.gateway.names import GOOD_FOR_S, Names
from shell.gateway.upstream import HttpUpstream
from shell.registry.entries import RegistryRefused, read_registry
from shell.upkeep.out_of_band import get, make_client
from tests.shell.gateways import bench
from tests.shell.hostile import HostileFragment, hostile_fragment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

METADATA = ["169.254.169.254", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"]
NOWHERE = ["0.0.0.0", "::", "224.0.0.1", "255.255.255.255"]
DISGUISED = ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "169.254.43518", "a.0x10"]
CROOKED = ["a b", "a\\b", "a%2eb", "-a", "a..b", "ⓔxample.com", "a;b"]


@pytest.fixture
async def fragment() -> AsyncIterator[HostileFragment]:
    async with hostile_fragment() as running:
        yield running


class NameServer:
    """Answers every name with `says`; with None it hangs."""

    def __init__(self, *says: str) -> None:
        self.says: tuple[str, ...] | None = says
        self.asked: list[str] = []

    async def look_up(self, name: str) -> list[str]:
        self.asked.append(name)
        if self.says is None:
            await asyncio.Event().wait()
        if not self.says:
            raise OSError("unknown")
        return list(self.says or ())


def named(fragment: HostileFragment, name: str = "lobby.test") -> str:
    return fragment.url.replace("127.0.0.1", name)


@pytest.mark.parametrize("host", [*METADATA, *NOWHERE, *DISGUISED, *CROOKED])
def test_it_lists_no_address_that_is_no_service(host: str) -> None:
    written = f"[{host}]" if ":" in host else host
    with pytest.raises(RegistryRefused, match=r"test\.toml"):
        read_registry(f"[fragments.lobby]\nurl = 'http://{written}:80'", source="test.toml")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8101", "http://[::1]:8101", "http://10.0.0.7", "https://lobby_1.svc."]
)
def test_it_lists_what_an_operator_means(url: str) -> None:
    assert read_registry(f"[fragments.lobby]\nurl = '{url}'", source="test").fragments["lobby"].addresses == (url,)


@pytest.mark.parametrize("address", [*METADATA, *NOWHERE, "127.0.0.1", "::1", "not-an-address"])
async def test_it_dials_no_forbidden_address_that_a_name_leads_to(fragment: HostileFragment, address: str) -> None:
    server = NameServer(address)
    side = bench(named(fragment), make=lambda urls: HttpUpstream(urls, Names(server.look_up)))
    outcome, trail, _ = await side.fetch()
    assert isinstance(outcome, Unavailable)
    assert (outcome.reason, fragment.heads) == ("connection_refused", [])
    assert trail.attempts <= 2
    async with make_client(server.look_up) as client:
        with pytest.raises(httpx.TransportError):
            await get(client, f"{named(fragment)}/readyz", timeout_ms=500)
    assert fragment.heads == []


async def test_it_dials_the_address_it_checked_and_says_the_name(fragment: HostileFragment) -> None:
    server = NameServer("169.254.169.254", "127.0.0.1")
    url = named(fragment, "lobby.localhost")
    side = bench(url, make=lambda urls: HttpUpstream(urls, Names(server.look_up)))
    assert isinstance((await side.fetch())[0], Fresh)
    assert isinstance((await side.fetch())[0], Fresh)
    assert server.asked == ["lobby.localhost"]
    assert f"Host: {url.removeprefix('http://')}".lower() in fragment.heads[0].lower()
    async with make_client(server.look_up) as client:
        assert (await get(client, f"{url}/readyz", timeout_ms=500))[0] == 200


async def test_it_follows_a_name_to_its_new_address_but_not_to_a_forbidden_one(fragment: HostileFragment) -> None:
    clock, server = ManualClock(), NameServer("127.0.0.1")
    names = Names(server.look_up, clock=clock)
    side = bench(named(fragment, "lobby.localhost"), make=lambda urls: HttpUpstream(urls, names))
    assert isinstance((await side.fetch())[0], Fresh)
    server.says = ("169.254.169.254",)
    clock.advance(GOOD_FOR_S)
    await side.fetch()  # the old address once more, while the name is looked up
    await asyncio.sleep(0)
    outcome, _, _ = await side.fetch()
    assert isinstance(outcome, Unavailable)
    assert len(fragment.heads) == 2


async def test_a_name_server_that_hangs_costs_the_first_call_its_deadline_and_no_later_one_anything(
    fragment: HostileFragment,
) -> None:
    clock, server = ManualClock(), NameServer("127.0.0.1")
    server.says = None
    names = Names(server.look_up, clock=clock)
    side = bench(named(fragment, "lobby.localhost"), make=lambda urls: HttpUpstream(urls, names))
    outcome, _, took_ms = await side.fetch(timeout_ms=150)
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "timeout"
    assert took_ms < 150 + 50
    server.says = ("127.0.0.1",)
    assert isinstance((await side.fetch())[0], Fresh)
    server.says = None
    clock.advance(10 * GOOD_FOR_S)
    for _ in range(3):
        outcome, _, took_ms = await side.fetch()
        assert isinstance(outcome, Fresh)
        assert took_ms < 100
    assert side.gateway.hop.gauges() == {"": (0, 0), "lobby": (0, 0)}


async def test_no_redirect_is_followed_when_a_manifest_is_asked_for(fragment: HostileFragment) -> None:
    fragment.answers("fragment.json", status="302 Found", extra="Location: http://169.254.169.254/latest/\r\n")
    async with make_client() as client:
        status, _ = await get(client, f"{fragment.url}/.well-known/fragment.json", timeout_ms=500)
    assert (status, len(fragment.heads)) == (302, 1)
