"""The one log stream: every line of every child behind its name, coloured on a terminal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PALETTE = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)  # ANSI foregrounds; red is kept for bad news
_RED = 31
_BOLD = 1
_NAME_WIDTH = 16


class Voice(Protocol):
    """Where the supervisor and its children speak."""

    def tell(self, name: str, text: str, *, is_bad: bool = False) -> None:
        """Say something about a service."""

    def relay(self, name: str, line: str) -> None:
        """Pass on one line that a service printed."""


class Console:
    """Writes the stream to a file or terminal.

    When the reader goes away (`make run | head`), `on_broken` is called once and the rest is not said to anybody.
    """

    def __init__(self, stream: TextIO, *, has_colour: bool) -> None:
        self._stream = stream
        self._has_colour = has_colour
        self._colours: dict[str, int] = {}
        self._is_broken = False
        self.on_broken: Callable[[], None] = lambda: None

    def tell(self, name: str, text: str, *, is_bad: bool = False) -> None:
        """Say something about a service, in bold, in red when it is bad news."""
        self._write(f"{self._prefix(name)}  {self._paint(text, _RED if is_bad else _BOLD)}")

    def relay(self, name: str, line: str) -> None:
        """Pass on one line that a service printed."""
        self._write(f"{self._prefix(name)}│ {line}")

    def _prefix(self, name: str) -> str:
        colour = self._colours.setdefault(name, _PALETTE[len(self._colours) % len(_PALETTE)])
        return self._paint(f"{name:<{_NAME_WIDTH}}", colour)

    def _paint(self, text: str, colour: int) -> str:
        return f"\033[{colour}m{text}\033[0m" if self._has_colour else text

    def _write(self, line: str) -> None:
        if self._is_broken:
            return
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except (BrokenPipeError, ValueError):
            self._is_broken = True
            self.on_broken()
        except OSError:  # a full disk behind `> log`: losing a log line must not lose the stack
            return


def wants_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """NO_COLOR wins, then FORCE_COLOR, then whether a person is looking (the no-color.org convention)."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


def standard_console() -> Console:
    """The console of this process; odd bytes of a child never stop the stream."""
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    return Console(sys.stdout, has_colour=wants_colour(sys.stdout, os.environ))
