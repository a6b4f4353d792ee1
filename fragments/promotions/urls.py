"""The promotions fragment's addresses."""

from __future__ import annotations

from fragment_kit.serving.routing import fragment_urls
from fragments.promotions.slots import OFFERS_FEED, join_offer, offers

urlpatterns = fragment_urls(slots=[offers], actions=[join_offer], probes=[OFFERS_FEED])
