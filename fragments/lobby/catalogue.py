"""Applies what the feed said to our own copy: one page, one transaction, never twice and never backwards."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from fragment_kit.serving.logs import logger
from fragments.lobby.models import CatalogueCopy, Game

if TYPE_CHECKING:
    from fragments.lobby.catalogue_feed import CataloguePage, GameItem

LOG = logger("catalogue")
# Every request hears the feed; writing that down each time would make browsing a writer.
HEARD_EVERY: Final = timedelta(seconds=5)
_FIELDS: Final = [field.name for field in Game._meta.fields if field.name != "game_id"]  # noqa: SLF001 - Django's public API for fields
_NO_WORD: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyState:
    """Where our copy stands; `heard_at` is the aware UTC moment of the feed's last answer, None before the first.

    `edition` names what is in it: equal editions hold equal games.
    """

    cursor: int
    edition: str
    heard_at: datetime | None
    is_complete: bool


def copy_state() -> CopyState:
    """Read where our copy stands; a database without a copy stands at zero."""
    return _state(CatalogueCopy.objects.filter(pk=1).first() or CatalogueCopy(epoch="none"))


def is_news(page: CataloguePage, state: CopyState, *, heard_at: datetime) -> bool:
    """Whether `page` is worth a write: it changes the copy, or the last contact we wrote down is getting old."""
    if page.games or page.removed or page.cursor != state.cursor or (not state.is_complete and not page.has_more):
        return True
    return state.heard_at is None or heard_at - state.heard_at >= HEARD_EVERY


def take_page(page: CataloguePage, *, since: int, heard_at: datetime) -> CopyState:
    """Apply one page that was asked for with `since`; a page for another place than ours changes nothing.

    Games that are listed and removed in one page are gone: a withdrawn game must not be shown.
    """
    for sentence in page.refused:
        LOG.warning("game not taken", why=sentence)
    with transaction.atomic():
        CatalogueCopy.objects.get_or_create(pk=1)
        copy = CatalogueCopy.objects.select_for_update().get(pk=1)
        if copy.cursor != since or page.cursor < since:
            return _state(copy)
        changed = _write(page, copy)
        if not page.has_more:
            changed += _sweep(copy)
        copy.cursor = page.cursor
        copy.version += 1 if changed else 0
        copy.heard_at = heard_at
        copy.save()
    return _state(copy)


def start_anew() -> CopyState:
    """Ask for everything again from zero; games that the new listing does not name leave at its end."""
    with transaction.atomic():
        CatalogueCopy.objects.get_or_create(pk=1)
        copy = CatalogueCopy.objects.select_for_update().get(pk=1)
        copy.cursor = 0
        copy.listing += 1
        copy.is_sweep_due = True
        copy.save()
    return _state(copy)


def search_words(text: str) -> list[str]:
    """Plain lower-case words: `Café Olé` is found by `cafe ole`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _NO_WORD.sub(" ", plain).split()


def _write(page: CataloguePage, copy: CatalogueCopy) -> int:
    rows = [_row(item, copy.listing) for item in page.games]
    Game.objects.bulk_create(rows, update_conflicts=True, unique_fields=["game_id"], update_fields=_FIELDS)
    removed, _ = Game.objects.filter(pk__in=page.removed).delete()
    return len(rows) + removed


def _sweep(copy: CatalogueCopy) -> int:
    if not copy.is_sweep_due:
        return 0
    swept, _ = Game.objects.filter(listing__lt=copy.listing).delete()
    copy.is_sweep_due = False
    copy.is_complete = True
    return swept


def _row(item: GameItem, listing: int) -> Game:
    words = search_words(" ".join((item.name, item.provider, *item.tags)))
    return Game(
        game_id=item.game_id,
        name=item.name,
        provider=item.provider,
        category=item.category,
        tags=list(item.tags),
        rtp_bp=list(item.rtp_bp),
        volatility=item.volatility,
        released_on=item.released_on,
        popularity=item.popularity,
        min_bet_minor=item.min_bet_minor,
        max_bet_minor=item.max_bet_minor,
        search_text=(" " + " ".join(words))[:600],
        listing=listing,
    )


def _state(copy: CatalogueCopy) -> CopyState:
    return CopyState(
        cursor=copy.cursor,
        edition=f"{copy.epoch}.{copy.version}",
        heard_at=copy.heard_at,
        is_complete=copy.is_complete,
    )
