"""Counts what players got, for `/metrics`: panels by state and reason, how long they took, actions, recoveries."""

from __future__ import annotations

from functools import cache
from typing import Final

from prometheus_client import Counter, Histogram

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 0.8, 1.5, 4.0)

PANELS: Final = Counter("croupier_panels_total", "Panels handed to players.", ("fragment", "slot", "state", "reason"))
PANEL_SECONDS: Final = Histogram(
    "croupier_panel_duration_seconds",
    "From the start of a slot call to its panel.",
    ("fragment", "slot"),
    buckets=SECONDS,
)
PAGES: Final = Counter("croupier_pages_total", "Composed pages by name.", ("page",))
PANELS_INLINED: Final = Counter(
    "croupier_page_panels_total", "Panels of pages, by whether they made the inline budget.", ("way",)
)
ACTIONS: Final = Counter(
    "croupier_actions_total", "Actions of players by what became of them.", ("fragment", "outcome")
)
RECOVERIES: Final = Counter("croupier_recoveries_total", "Slots announced as back.", ("fragment",))


# The library finds a labelled child anew by names each time; that costs more than to count. Labels come from manifests
# and our own words only, so that what is remembered here is as bounded as the metrics are.
panels_counted = cache(PANELS.labels)
panel_seconds = cache(PANEL_SECONDS.labels)
pages_counted = cache(PAGES.labels)
panels_inlined = cache(PANELS_INLINED.labels)
