"""Checks types service by service, because each has its own Django settings and models and mypy knows one at a time."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONFIGURED = '"shell.settings"'
SHELL_PLACES = ("shell", "provider_simulator", "tooling", "manage.py", "tests/stack.py")


def main() -> int:
    """Check every service; prints only what is wrong."""
    homes = sorted(path.parent for path in (ROOT / "fragments").glob("*/settings.py"))
    # The kit has no settings of its own; under a fragment's its models are known.
    services: dict[str, tuple[str, ...]] = {"shell": SHELL_PLACES} | {
        f"fragments.{home.name}": (f"fragments/{home.name}",) for home in homes
    }
    services["fragments.wallet"] += ("fragment_kit",)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(check, services, services.values()))
    print("\n".join(output for code, output in answers if code))
    return max(code for code, _ in answers)


def check(service: str, places: tuple[str, ...]) -> tuple[int, str]:
    """Run mypy with the root's configuration and this service's settings."""
    folder = ROOT / ".mypy_cache" / service
    folder.mkdir(parents=True, exist_ok=True)
    configuration = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    if CONFIGURED not in configuration:
        return (
            2,
            f"pyproject.toml names no {CONFIGURED} for django-stubs, so the settings of {service} cannot be put in.",
        )
    own = folder / "pyproject.toml"
    own.write_text(configuration.replace(CONFIGURED, f'"{service}.settings"'), encoding="utf-8")
    # silent: what a service imports from others is judged once, where it is named as a place.
    options = ("--config-file", str(own), "--cache-dir", str(folder), "--follow-imports", "silent")
    command = [sys.executable, "-m", "mypy", *options, *places]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, f"{service}:\n{done.stdout}{done.stderr}"


if __name__ == "__main__":
    sys.exit(main())
