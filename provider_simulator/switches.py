"""Where a feed is made to fail on purpose: every feed is up, down or hanging until somebody switches it again."""

from __future__ import annotations

from typing import Literal, get_args

Feed = Literal["payments", "tables", "offers", "catalogue"]
Mode = Literal["up", "down", "hang"]

FEEDS: tuple[Feed, ...] = get_args(Feed)
MODES: tuple[Mode, ...] = get_args(Mode)


class SwitchRefused(Exception):
    """A switch was asked for something that it does not have; the text says what there is."""


class Switches:
    """The modes of all feeds; they live as long as the process, so a restart heals everything."""

    def __init__(self) -> None:
        self._modes: dict[Feed, Mode] = dict.fromkeys(FEEDS, "up")

    def mode_of(self, feed: Feed) -> Mode:
        """Return how the feed behaves now."""
        return self._modes[feed]

    def turn(self, feed: Feed, mode: object) -> None:
        """Make the feed behave as `mode` from the next call on; raises `SwitchRefused` for an unknown mode."""
        for known in MODES:
            if known == mode:
                self._modes[feed] = known
                return
        raise SwitchRefused(f"Mode {str(mode)[:40]!r} does not exist; use one of: {', '.join(MODES)}.")

    def as_json(self) -> dict[str, str]:
        """Return every feed's mode by name."""
        return {str(feed): mode for feed, mode in self._modes.items()}


def feed_named(name: str) -> Feed:
    """Return the feed of this name; raises `SwitchRefused` and lists the feeds when there is none."""
    for feed in FEEDS:
        if feed == name:
            return feed
    raise SwitchRefused(f"Feed {name[:40]!r} does not exist; use one of: {', '.join(FEEDS)}.")
