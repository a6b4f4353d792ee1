"""A stage for the tests of the edge."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.shell.composition.stage import ANA, Stage, make_stage, manifest_data

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable


@pytest.fixture
def manifest_of() -> Callable[..., dict[str, Any]]:
    """The JSON of a good manifest, with changes."""
    return manifest_data


@pytest.fixture
def build_stage(tmp_path: pathlib.Path) -> Callable[..., Stage]:
    return partial(make_stage, tmp_path)


@pytest.fixture
def stage(build_stage: Callable[..., Stage]) -> Stage:
    return build_stage()


@pytest.fixture
def signed_in(stage: Stage) -> Stage:
    stage.player = ANA
    return stage
