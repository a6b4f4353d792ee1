"""The lobby fragment's addresses."""

from __future__ import annotations

from fragment_kit.serving.routing import fragment_urls
from fragments.lobby.slots import CATALOGUE_FEED, board, games

urlpatterns = fragment_urls(slots=[games, board], probes=[CATALOGUE_FEED])
