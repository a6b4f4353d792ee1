"""Build hook of every fragment's wheel: maps the folder onto its import name and packs the kit it was tested with.

A fragment's folder is at once the package `fragments.<name>` and a project, and it is deployed alone; so its wheel
holds `fragments/<name>/…` without tests, and `fragment_kit/…`, and installs with nothing of ours beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Iterator

SHIPPED = frozenset({".py", ".toml", ".html", ".css", ".svg", ".json", ".mo"})
NOT_SHIPPED = frozenset({"tests", "__pycache__", "dist", "build"})


class FragmentWheel(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the files of one fragment and of the kit to the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        fragment = Path(self.root)
        kit = fragment.parents[1] / "fragment_kit"
        build_data["force_include"].update(_mapping(fragment, f"fragments/{fragment.name}"))
        build_data["force_include"].update(_mapping(kit, "fragment_kit"))


def _mapping(folder: Path, target: str) -> dict[str, str]:
    return {str(file): f"{target}/{file.relative_to(folder).as_posix()}" for file in _shipped(folder)}


def _shipped(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder)
        if file.suffix in SHIPPED and not NOT_SHIPPED & set(inside.parts) and inside.as_posix() != "pyproject.toml":
            yield file
