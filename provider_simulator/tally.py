"""What the simulator has done so far, counted for `/metrics`."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, generate_latest


class Tally:
    """Counters of one simulator, in a registry of their own so that two can live in one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.feed_calls = Counter(
            "simulator_feed_calls", "Feed calls by mode of the switch", ["feed", "mode"], registry=self._registry
        )
        self.rounds = Counter(
            "simulator_bot_rounds", "Rounds that bots finished, by outcome", ["outcome"], registry=self._registry
        )
        self.wallet_calls = Counter(
            "simulator_wallet_calls",
            "Calls to the wallet, by operation and what was learned",
            ["operation", "result"],
            registry=self._registry,
        )

    def as_text(self) -> bytes:
        """Return every counter in Prometheus text."""
        return generate_latest(self._registry)
