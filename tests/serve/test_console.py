"""The log stream is coloured for people only, and survives whatever happens to its reader."""

from __future__ import annotations

import io

import pytest

from shell.supervisor.console import Console, wants_colour


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Closed(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize(
    ("stream", "environment", "expected"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True),
    ],
)
def test_it_colours_only_where_wanted(stream: io.StringIO, environment: dict[str, str], expected: bool) -> None:  # noqa: FBT001
    assert wants_colour(stream, environment) is expected


def test_it_writes_plain_text_without_colour() -> None:
    stream = io.StringIO()
    console = Console(stream, has_colour=False)
    console.tell("wallet", "ready on http://127.0.0.1:8101 (pid 7)")
    console.relay("lobby", "hello")
    assert stream.getvalue() == ("wallet            ready on http://127.0.0.1:8101 (pid 7)\nlobby           │ hello\n")


def test_it_gives_each_service_a_colour_of_its_own() -> None:
    stream = io.StringIO()
    console = Console(stream, has_colour=True)
    for name in ("wallet", "lobby", "wallet"):
        console.relay(name, "x")
    first, second, third = (line.split("m")[0] for line in stream.getvalue().splitlines())
    assert first == third != second


def test_it_tells_once_that_nobody_reads_any_more() -> None:
    console = Console(Closed(), has_colour=False)
    calls: list[str] = []
    console.on_broken = lambda: calls.append("broken")
    console.tell("wallet", "x")
    console.tell("wallet", "y")
    assert calls == ["broken"]
