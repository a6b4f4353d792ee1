"""The lobby's own copy of the catalogue, and how far it has been read; the board's tables are beside its code."""

from __future__ import annotations

import secrets

from django.db import models

from fragments.lobby.leaderboard.models import BoardFrame, CountedBet, CountedEvent, Score

__all__ = ["BoardFrame", "CatalogueCopy", "CountedBet", "CountedEvent", "Game", "Score"]


class Game(models.Model):
    """One game as its provider last described it; bets in minor units, returns in basis points.

    `listing` is the number of the full listing that last named the game: what the newest one did not name is gone.
    """

    game_id = models.CharField(primary_key=True, max_length=80)
    name = models.CharField(max_length=120)
    provider = models.CharField(max_length=80)
    category = models.CharField(max_length=40)
    tags = models.JSONField(default=list)
    rtp_bp = models.JSONField(default=list)
    volatility = models.PositiveSmallIntegerField()
    released_on = models.DateField()
    popularity = models.IntegerField()
    min_bet_minor = models.BigIntegerField()
    max_bet_minor = models.BigIntegerField()
    search_text = models.CharField(max_length=600)
    listing = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["-popularity", "game_id"], name="game_by_popularity"),
            models.Index(fields=["category", "-popularity", "game_id"], name="game_by_category"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.game_id})"


def new_epoch() -> str:
    """Tells one copy from another that began anew with the same numbers."""
    return secrets.token_hex(4)


class CatalogueCopy(models.Model):
    """The one row that says what our copy holds.

    Attributes:
        cursor: the provider's number of the last change we took.
        epoch, version: name one edition of the copy; the version rises with every change.
        heard_at: when the feed last answered.
        listing: number of the full listing that is running or was the last.
        is_complete: the listing has come to its end at least once, so nothing is missing from the copy.

    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    cursor = models.BigIntegerField(default=0)
    epoch = models.CharField(max_length=16, default=new_epoch)
    version = models.BigIntegerField(default=0)
    heard_at = models.DateTimeField(null=True)
    listing = models.PositiveIntegerField(default=1)
    is_complete = models.BooleanField(default=False)
    is_sweep_due = models.BooleanField(default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="only_one_catalogue_copy")]

    def __str__(self) -> str:
        return f"catalogue copy at {self.cursor}, version {self.version}"
