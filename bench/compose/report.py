"""Prints the one table: readings of every case, each figure beside ours, then targets and verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.compose.cases import OURS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bench.compose.cases import Result


def table(results: Iterable[Result]) -> str:
    """Everything in Markdown, as `docs/performance.md` shows it."""
    listed = list(results)
    lines = [
        "| case | system | per second | p50 ms | p99 ms | CPU ms each | ours is |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    lines += [line for result in listed for line in _readings(result)]
    lines += ["", "| target | measured | wanted | |", "|---|--:|--:|---|"]
    lines += [
        f"| {verdict.what} | {verdict.figure:.2f} | {verdict.bound} | {'met' if verdict.is_met else '**not met**'} |"
        for result in listed
        for verdict in result.verdicts
    ]
    return "\n".join(lines)


def _readings(result: Result) -> Iterator[str]:
    ours = result.readings[OURS].per_s
    title = result.title
    for name, reading in result.readings.items():
        ratio = "" if name == OURS else f"{ours / reading.per_s:.2f} ×"
        times = f"{reading.p50_ms:.1f} | {reading.p99_ms:.1f} | {reading.cpu_ms:.3f}"
        yield f"| {title} | {name} | {reading.per_s:,.0f} | {times} | {ratio} |"
        title = ""
