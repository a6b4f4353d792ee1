"""The live_dealer fragment's addresses."""

from __future__ import annotations

from fragment_kit.serving.routing import fragment_urls
from fragments.live_dealer.slots import TABLES_FEED, tables

urlpatterns = fragment_urls(slots=[tables], probes=[TABLES_FEED])
