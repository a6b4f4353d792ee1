"""Which pages there are: address, template, title, and which panel reads the page's own query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One composed page.

    Attributes:
        name: also marks the current entry in the navigation.
        template: where `{% panel %}` tags say which panels it has, and in which order.
        title: for the browser's tab.
        path: the page's own address.
        query_for: the panel that gets the page's query, so that `/games?q=dragon` works as a link.

    """

    name: str
    template: str
    title: str
    path: str = "/"
    query_for: str = ""


_LISTED: Final = (
    Layout(name="home", template="pages/home.html", title="Lobby"),
    Layout(name="live", template="pages/live.html", title="Live", path="/live"),
    Layout(name="games", template="pages/games.html", title="Games", path="/games", query_for="lobby.games"),
    Layout(name="offers", template="pages/offers.html", title="Offers", path="/offers"),
    Layout(name="wallet", template="pages/wallet.html", title="Wallet", path="/wallet"),
    Layout(name="limits", template="pages/limits.html", title="Limits and breaks", path="/limits"),
)
PAGES: Final = {layout.path: layout for layout in _LISTED}
# A panel opened as a plain link, an address that leads nowhere, and a form that was not taken.
PANEL_PAGE: Final = Layout(name="panel", template="composition/panel_page.html", title="Panel")
NOT_FOUND: Final = Layout(name="not-found", template="404.html", title="Not found")
REFUSED: Final = Layout(name="refused", template="composition/refused_page.html", title="Not done")


def layout_of(path: str) -> Layout | None:
    """The page at an address; a slash at the end makes no difference."""
    return PAGES.get(path if path == "/" else path.removesuffix("/"))
