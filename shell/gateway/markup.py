"""The HTML policy: a fragment's bytes become one root element that can touch nothing but its own panel."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, Literal

import nh3

from shell.gateway import markup_tables as tables
from shell.gateway.failures import CallFailed
from shell.gateway.markup_filter import AttributeFilter

if TYPE_CHECKING:
    from collections.abc import Mapping

Trust = Literal["first-party", "untrusted"]

CACHE_BYTES_MAX: Final = 32 * 1024 * 1024
# nh3 writes well-formed HTML: every `<` outside quotes begins a tag, and every element but these is closed.
TAG: Final = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)(?:[^\">]|\"[^\"]*\")*>")
VOID: Final = frozenset({"br", "col", "hr", "img", "input", "source", "track", "wbr"})  # of those the tables let in


class MarkupPolicy:
    """One fragment's policy."""

    def __init__(self, fragment: str, *, trust: Trust, csp: Mapping[str, tuple[str, ...]]) -> None:
        is_trusted = trust == "first-party"
        self._cleaner = nh3.Cleaner(
            tags=tables.FIRST_PARTY_TAGS if is_trusted else tables.UNTRUSTED_TAGS,
            attributes=tables.FIRST_PARTY_ATTRIBUTES if is_trusted else tables.UNTRUSTED_ATTRIBUTES,
            clean_content_tags=tables.EMPTIED_TAGS,
            attribute_filter=AttributeFilter(fragment, is_trusted=is_trusted, csp=csp),
            generic_attribute_prefixes={"aria-", "data-"} if is_trusted else {"aria-"},
            url_schemes={"https", "http"},
            link_rel=None if is_trusted else "noopener noreferrer nofollow",
        )

    def clean(self, body: bytes) -> str:
        """The allowed part of `body`; raises CallFailed when what is left is not exactly one element."""
        try:
            html = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise CallFailed(reason="bad_html", detail=f"not UTF-8: {error.reason} at byte {error.start}") from error
        if "\x00" in html:
            raise CallFailed(reason="bad_html", detail="a NUL character")
        clean = self._cleaner.clean(html).strip()
        if not has_one_root(clean):
            raise CallFailed(reason="bad_html", detail="not exactly one root element; wrap the slot in one element")
        return clean


class MarkupPolicies:
    """Every fragment's policy, and what they made of the bodies seen lately.

    A body that was cleaned before is found by its hash: cleaning costs a fifth of a millisecond for 2 kB, and
    most panels are asked for many times before they change.

    Args:
        cache_bytes_max: cleaned bodies that are kept, all fragments together.

    """

    def __init__(self, *, cache_bytes_max: int = CACHE_BYTES_MAX) -> None:
        self._policies: dict[str, MarkupPolicy] = {}
        self._cache_bytes_max = cache_bytes_max
        self._cache: OrderedDict[tuple[str, bytes], str] = OrderedDict()
        self.cache_bytes = 0

    def register(self, fragment: str, *, trust: Trust, csp: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """Set a fragment's tier and the media sources of its manifest; call it again when either changes."""
        self._policies[fragment] = MarkupPolicy(fragment, trust=trust, csp=csp or {})
        for key in [key for key in self._cache if key[0] == fragment]:
            self.cache_bytes -= len(self._cache.pop(key))

    def clean(self, fragment: str, body: bytes) -> str:
        """The allowed part of `body`; a fragment that was never registered gets the untrusted tier."""
        key = (fragment, hashlib.blake2b(body, digest_size=16).digest())
        clean = self._cache.get(key)
        if clean is not None:
            self._cache.move_to_end(key)
            return clean
        clean = self._policy(fragment).clean(body)
        self._cache[key] = clean
        self.cache_bytes += len(clean)
        while self.cache_bytes > self._cache_bytes_max:
            self.cache_bytes -= len(self._cache.popitem(last=False)[1])
        return clean

    def _policy(self, fragment: str) -> MarkupPolicy:
        if fragment not in self._policies:
            self.register(fragment, trust="untrusted")
        return self._policies[fragment]


def has_one_root(html: str) -> bool:
    """Whether cleaned `html` is one element with nothing beside it."""
    depth = roots = end = 0
    for tag in TAG.finditer(html):
        if depth == 0:
            if html[end : tag.start()].strip():
                return False
            roots += 1
        if tag[1]:
            depth -= 1
            end = tag.end()
        elif tag[2].lower() not in VOID:
            depth += 1
        elif depth == 0:
            end = tag.end()
    return roots == 1 and depth == 0 and not html[end:].strip()
