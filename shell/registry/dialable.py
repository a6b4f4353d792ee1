"""Which addresses the shell may dial at all: an operator lists services, never the machine's own secrets."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

HOST: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
# URL parsers read a last label like these as an IPv4 address in disguise: 2130706433, 0x7f.1, 127.1.
NUMERIC_END: Final = re.compile(r"(^|\.)(0x[0-9a-f]*|[0-9]+)\.?$")
# Where clouds keep credentials, outside of the link-local range.
METADATA: Final = tuple(map(ipaddress.ip_network, ("fd00:ec2::/32", "100.100.100.200/32")))
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def literal(host: str) -> Address | None:
    """The address that `host` writes out (without brackets), or None when it is a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_plain_host(host: str) -> bool:
    """Whether every URL parser reads `host` alike: a plain name, or an address in its usual spelling."""
    if literal(host) is not None:
        return "%" not in host
    return HOST.fullmatch(host) is not None and NUMERIC_END.search(host) is None


def why_not(address: Address, *, name: str = "") -> str:
    """Why `address` is never dialled, as the end of a sentence; "" when it may be.

    `name` is the host name that it was looked up for. An address that the operator wrote out may be the machine itself
    or a private network; a name may lead to a private network, but to the machine itself only if it says so.
    """
    real = _unwrapped(address)
    if real.is_link_local or any(real in network for network in METADATA if network.version == real.version):
        return "is where machines keep their metadata"
    if real.is_unspecified or real.is_multicast or (real.version == 4 and real.is_reserved):  # noqa: PLR2004
        return "is no address of a service"
    if real.is_loopback and name and not is_localhost(name):
        return "is this machine itself, reached by a name that does not say so; list the address"
    return ""


def is_localhost(name: str) -> bool:
    """Whether a name means this machine by definition (RFC 6761)."""
    plain = name.lower().rstrip(".")
    return plain == "localhost" or plain.endswith(".localhost")


def dialable(found: Iterable[str], *, name: str) -> tuple[list[str], str]:
    """The addresses of an answer to a look-up that may be dialled, and why another one may not be."""
    good: list[str] = []
    sentence = ""
    for text in found:
        address = literal(text.partition("%")[0])
        reason = "is no address" if address is None else why_not(address, name=name)
        if reason:
            sentence = f"{text} {reason}"
        else:
            good.append(text)
    return good, sentence


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that only carries it."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return inner or address
    return address
