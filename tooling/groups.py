"""Runs every group of checks and tests, also after one has failed, and adds up what happened."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tooling import chromium
from tooling.catalogue import GROUPS, ROOT, Group

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

REPORTS = ROOT / "var" / "reports"
# The kernel counts two cores on the smallest machine this is meant for; more at once only makes tests late.
AT_ONCE = min(2, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one group came to. `trouble` is empty when all is well."""

    group: Group
    took_s: float
    trouble: str = ""
    passed: int = 0
    failed: int = 0
    skipped: int = 0


def main(words: Sequence[str]) -> int:
    """Run the named groups (`check` means all that are not tests), or all of them."""
    known = {group.name for group in GROUPS} | {"check"}
    if unknown := set(words) - known:
        print(f"No such group: {', '.join(sorted(unknown))}. There are: {', '.join(sorted(known))}.")
        return 2
    chosen = [g for g in GROUPS if not words or g.name in words or ("check" in words and not g.is_test)]
    REPORTS.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(run, [group for group in chosen if not group.is_alone]))
    results += [run(group) for group in chosen if group.is_alone]
    return report(results)


def run(group: Group, reports: Path = REPORTS) -> Result:
    """Run one group, show its words when it fails, and read its counts."""
    started_s = time.monotonic()
    report_file = reports / f"{group.name}.xml"
    report_file.unlink(missing_ok=True)
    environment, trouble = _environment(group)
    output = ""
    if not trouble:
        trouble, output = _execute(group, environment, report_file)
    counts = _counts(report_file) if group.is_test else (0, 0, 0)
    if group.is_test and not trouble and counts[0] == 0:
        trouble = "no test ran"
    passed, failed, skipped = counts
    result = Result(
        group=group, took_s=time.monotonic() - started_s, trouble=trouble, passed=passed, failed=failed, skipped=skipped
    )
    print(
        f"{'FAILED' if trouble else 'passed'}  {group.name}  ({result.took_s:.1f} s){_shown(trouble, output)}",
        flush=True,
    )
    return result


def _environment(group: Group) -> tuple[dict[str, str], str]:
    if not group.needs_browser:
        return dict(os.environ), ""
    program, advice = chromium.find_or_install()
    return {**os.environ, "CHROMIUM": program or ""}, "" if program else advice


def _execute(group: Group, environment: dict[str, str], report_file: Path) -> tuple[str, str]:
    """What went wrong in a sentence (empty: nothing), and what the program printed."""
    command = [*group.command, f"--junitxml={report_file}"] if group.is_test else list(group.command)
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
            errors="replace",
            timeout=group.limit_s,
        )
    except subprocess.TimeoutExpired as error:
        return f"took longer than {group.limit_s} s", _text(error.output)
    except OSError as error:
        return f"could not be started: {error}", ""
    return {0: "", 5: "no test was found"}.get(done.returncode, f"exit code {done.returncode}"), done.stdout


def _text(output: str | bytes | None) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""


def _counts(report_file: Path) -> tuple[int, int, int]:
    """Passed, failed (errors too) and skipped, as pytest wrote them down."""
    try:
        suites = ET.parse(report_file).getroot().iter("testsuite")  # noqa: S314 — our own pytest wrote it
    except (OSError, ET.ParseError):
        return 0, 0, 0
    total = failed = skipped = 0
    for suite in suites:
        total += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return total - failed - skipped, failed, skipped


def _shown(trouble: str, output: str) -> str:
    return f"\n{output.rstrip()}\n{trouble}" if trouble else ""


def report(results: Sequence[Result]) -> int:
    """Print the table and the last line; answers the exit code."""
    print(f"\n{'group':<14}{'result':<9}{'passed':>7}{'failed':>7}{'skipped':>8}{'seconds':>9}")
    for result in results:
        numbers = (result.passed, result.failed, result.skipped) if result.group.is_test else ("", "", "")
        verdict = "FAILED" if result.trouble else "passed"
        print(
            f"{result.group.name:<14}{verdict:<9}{numbers[0]:>7}{numbers[1]:>7}{numbers[2]:>8}"
            f"{result.took_s:>9.1f}  {result.trouble}"
        )
    print(f"\n{sum(r.passed for r in results)} passed, {sum(r.failed for r in results)} failed")
    return 1 if any(result.trouble for result in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
