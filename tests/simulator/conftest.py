"""The fake wallet, which nobody may leave with an open bet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulator.fake_wallet import FakeWallet

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def wallet() -> Iterator[FakeWallet]:
    fake = FakeWallet()
    yield fake
    assert fake.open_bets == 0, "a bet was left in doubt"
