"""Looks at each attribute of a fragment's HTML and keeps, or drops, its value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shell.gateway import markup_tables as tables
from shell.gateway.htmx_rules import hx_rules, is_under
from shell.gateway.request_headers import is_safe_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LIVE_IDS: Final = frozenset({"board-daily"})  # named by the contract (section 9) as the target of live frames
SHELL_IMAGES: Final = ("/static/", "/assets/")
ORIGIN: Final = re.compile(r"https://[A-Za-z0-9.\-]+(:\d+)?")


class AttributeFilter:
    """One fragment's rules; called by nh3 for every attribute that the tables let in.

    Args:
        fragment: its name; decides about ids and URLs.
        is_trusted: first party.
        csp: media sources from its manifest, by directive.

    """

    def __init__(self, fragment: str, *, is_trusted: bool, csp: Mapping[str, tuple[str, ...]]) -> None:
        self._mount = f"/f/{fragment}"
        self._prefix = f"{fragment.replace('_', '-')}-"
        self._is_trusted = is_trusted
        self._images = _origins(csp.get("img-src", ()))
        self._media = _origins(csp.get("media-src", ()))
        own_id = rf"#(?:{re.escape(self._prefix)}[\w\-]+|{'|'.join(LIVE_IDS)})"
        self._checks: dict[str, Callable[[str, str], bool]] = {
            "id": lambda _tag, value: self._is_own_id(value),
            "form": lambda _tag, value: self._is_own_id(value),
            "list": lambda _tag, value: self._is_own_id(value),
            "class": lambda _tag, value: self._is_own_class(value),
            "href": self._is_link,
            "cite": lambda _tag, value: self._is_link("a", value),
            "action": lambda _tag, value: is_under(self._mount, value),
            "formaction": lambda _tag, value: is_under(self._mount, value),
            "src": self._is_source,
            "poster": lambda _tag, value: self._is_source("img", value),
            "srcset": self._is_source_set,
            "method": lambda _tag, value: value.lower() in {"get", "post", "dialog"},
            "formmethod": lambda _tag, value: value.lower() in {"get", "post", "dialog"},
            "type": lambda tag, value: tag != "input" or value.lower() in tables.INPUT_TYPES,
            "tabindex": lambda _tag, value: value in {"0", "-1"},
        }
        for name, check in hx_rules(self._mount, re.compile(own_id)).items():
            self._checks[name] = _any_tag(check)

    def __call__(self, tag: str, attribute: str, value: str) -> str | None:
        """The value as it may stay, or None to drop the attribute."""
        if attribute.startswith("data-"):
            return None if attribute in tables.SHELL_DATA or attribute.startswith("data-hx-") else value
        check = self._checks.get(attribute)
        return value if check is None or check(tag, value) else None

    def _is_own_id(self, value: str) -> bool:
        if value in LIVE_IDS:
            return self._is_trusted
        return value.startswith(self._prefix) and not any(character.isspace() for character in value)

    def _is_own_class(self, value: str) -> bool:
        # First-party fragments share the shell's look; the others could otherwise dress up as the shell.
        return self._is_trusted or all(name.startswith(self._prefix) for name in value.split())

    def _is_link(self, tag: str, value: str) -> bool:
        if tag == "use":
            return value.startswith(f"#{self._prefix}") or _is_local(value, ("/static/",))
        if not self._is_trusted:
            return value.startswith("https://") or is_under(self._mount, value)
        path, _, anchor = value.partition("#")
        return (not path and bool(anchor)) or is_safe_path(path) or value.startswith("https://")

    def _is_source(self, tag: str, value: str) -> bool:
        origins = self._images if tag == "img" else self._media
        if tag == "source":
            origins = self._images + self._media
        if any(value == origin or value.startswith(f"{origin}/") for origin in origins):
            return True
        return is_under(self._mount, value) or _is_local(value, SHELL_IMAGES)

    def _is_source_set(self, tag: str, value: str) -> bool:
        candidates = [candidate.split()[0] for candidate in value.split(",") if candidate.strip()]
        return bool(candidates) and all(self._is_source(tag, url) for url in candidates)


def _any_tag(check: Callable[[str], bool]) -> Callable[[str, str], bool]:
    return lambda _tag, value: check(value)


def _is_local(value: str, prefixes: tuple[str, ...]) -> bool:
    return value.startswith(prefixes) and is_safe_path(value.partition("#")[0])


def _origins(sources: tuple[str, ...]) -> tuple[str, ...]:
    """Only whole https origins count; a manifest's wildcard or keyword opens nothing."""
    return tuple(source.rstrip("/") for source in sources if ORIGIN.fullmatch(source.rstrip("/")))
