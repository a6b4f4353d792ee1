"""Which fragments exist and where they live: reads `fragments.toml` and never lets a bad edit through."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast
from urllib.parse import urlsplit

from fragment_kit.contract.errors import ContractBroken
from fragment_kit.contract.manifest import NAME, TIMEOUT_MS_MAX
from fragment_kit.contract.table import Table
from shell.registry.dialable import is_plain_host, literal, why_not

if TYPE_CHECKING:
    from collections.abc import Mapping

Trust = Literal["first-party", "untrusted"]
TIMEOUT_MS: Final = 800


class RegistryRefused(ContractBroken):
    """`fragments.toml` cannot be used; the text says where and what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A second deployment of a fragment that `weight` per cent of the players meet."""

    url: str
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryEntry:
    """One fragment as the operator listed it; `addresses` are origins without a trailing slash."""

    name: str
    addresses: tuple[str, ...]
    timeout_ms: int = TIMEOUT_MS
    essential: bool = False
    trust: Trust = "first-party"
    canary: Canary | None = None

    def addresses_for(self, player: str | None) -> tuple[str, ...]:
        """Where this player's calls go: the canary for its share of players, for each of them always the same side."""
        if self.canary is None or player is None:
            return self.addresses
        share = int.from_bytes(hashlib.sha256(f"{self.name}:{player}".encode()).digest()[:4], "big") % 100
        return (self.canary.url,) if share < self.canary.weight else self.addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Every fragment by name; `generation` rises with each accepted edit, so that caches know when to let go."""

    fragments: Mapping[str, RegistryEntry]
    generation: int = 1


def read_registry(text: str, *, source: str, generation: int = 1) -> Registry:
    """Turn the text of `fragments.toml` into a registry.

    Raises:
        RegistryRefused: with one sentence that names the source, the key, and what is allowed.

    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RegistryRefused(f"{source}: is not valid TOML: {error}.") from error
    table = Table(data, where=source, strict=True, refusal=RegistryRefused)
    fragments = {name: _entry(name, inner) for name, inner in table.tables("fragments", key_pattern=NAME)}
    table.done()
    if not fragments:
        table.refuse("fragments", "lists nothing; write at least one [fragments.<name>] with a url")
    return Registry(fragments=fragments, generation=generation)


def _entry(name: str, table: Table) -> RegistryEntry:
    canary = _canary(table) if "canary" in table.names() else None
    entry = RegistryEntry(
        name=name,
        addresses=_addresses(table),
        timeout_ms=table.integer("timeout_ms", low=1, high=TIMEOUT_MS_MAX, default=TIMEOUT_MS),
        essential=table.boolean("essential", default=False),
        trust=cast("Trust", table.choice("trust", ("first-party", "untrusted"), default="first-party")),
        canary=canary,
    )
    table.done()
    return entry


def _canary(table: Table) -> Canary:
    inner = table.table("canary")
    canary = Canary(url=_origin(inner, inner.text("url")), weight=inner.integer("weight", low=0, high=100))
    inner.done()
    return canary


def _addresses(table: Table) -> tuple[str, ...]:
    try:
        listed: tuple[str, ...] = (table.text("url"),)
    except RegistryRefused:
        listed = table.texts("url")
    if not listed:
        table.refuse("url", "is missing; write one address, or a list of them")
    return tuple(_origin(table, url) for url in listed)


def _origin(table: Table, url: str) -> str:
    """Only what an operator can mean: a scheme, a host and a port. Anything more could smuggle a password or a path."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        table.refuse("url", f"is {url!r}, which is no address ({error})")
    if parts.scheme not in {"http", "https"}:
        table.refuse("url", f"is {url!r}; only http:// and https:// addresses are dialled")
    if "@" in parts.netloc:
        table.refuse("url", f"names a user or password before {parts.hostname!r}; take them out of the address")
    if not parts.hostname or port == 0:
        table.refuse("url", f"is {url!r}, which names no host or an impossible port")
    _check_host(table, url, parts.hostname)
    if parts.path not in {"", "/"} or parts.query or parts.fragment or any(ord(letter) <= ord(" ") for letter in url):
        table.refuse("url", f"is {url!r}; write scheme, host and port only, such as http://127.0.0.1:8101")
    return f"{parts.scheme}://{parts.netloc}"


def _check_host(table: Table, url: str, host: str) -> None:
    if not is_plain_host(host):
        table.refuse("url", f"is {url!r}; write the host as a plain name or a usual address, such as 127.0.0.1")
    address = literal(host)
    reason = why_not(address) if address is not None else ""
    if reason:
        table.refuse("url", f"is {url!r}, and {host} {reason}")
