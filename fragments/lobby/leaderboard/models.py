"""What the board is counted from, what it comes to, and the frame that everybody sees."""

from __future__ import annotations

from django.db import models


class CountedEvent(models.Model):
    """An event that was counted. Its own number is the order of arrival: `reached_seq` is taken from here."""

    id = models.BigAutoField(primary_key=True)
    event_id = models.CharField(max_length=200, unique=True)

    class Meta:
        db_table = "lobby_counted_event"

    def __str__(self) -> str:
        return f"{self.id}: {self.event_id}"


class CountedBet(models.Model):
    """One bet on the board of one day; several wins of a bet add up before points are given.

    `reached_seq` is the number of the event that last raised the points. A bet that was rolled back stays here with
    its mark, so that a settlement that arrives later counts nothing.
    """

    day = models.DateField()
    bet_id = models.CharField(max_length=200)
    player = models.CharField(max_length=200)
    multiplier_bp = models.BigIntegerField(default=0)
    points = models.IntegerField(default=0)
    reached_seq = models.BigIntegerField(default=0)
    is_rolled_back = models.BooleanField(default=False)

    class Meta:
        db_table = "lobby_counted_bet"
        constraints = [models.UniqueConstraint(fields=["bet_id", "day"], name="one_count_per_bet_and_day")]
        indexes = [models.Index(fields=["day", "player"], name="counted_bets_of_player")]

    def __str__(self) -> str:
        return f"{self.bet_id} of {self.player}: {self.points} points"


class Score(models.Model):
    """A player's points on the board of one day."""

    day = models.DateField()
    player = models.CharField(max_length=200)
    points = models.BigIntegerField(default=0)
    reached_seq = models.BigIntegerField(default=0)

    class Meta:
        db_table = "lobby_score"
        constraints = [
            models.UniqueConstraint(fields=["day", "player"], name="one_score_per_player_and_day"),
            models.CheckConstraint(condition=models.Q(points__gte=0), name="points_not_negative"),
        ]
        indexes = [models.Index(fields=["day", "-points", "reached_seq", "player"], name="score_in_order")]

    def __str__(self) -> str:
        return f"{self.player}: {self.points} on {self.day}"


class BoardFrame(models.Model):
    """The newest frame of one topic: what was pushed is what a GET shows, under the same epoch and number.

    Attributes:
        counted: the last CountedEvent that this frame has seen.
        as_of: when the frame was drawn.
        beat_at: when its worker last reached everything that moves the board; old means the board is paused.

    """

    topic = models.CharField(primary_key=True, max_length=60)
    epoch = models.CharField(max_length=16)
    seq = models.BigIntegerField(default=0)
    day = models.DateField()
    html = models.TextField()
    counted = models.BigIntegerField(default=0)
    as_of = models.DateTimeField()
    beat_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "lobby_board_frame"

    def __str__(self) -> str:
        return f"{self.topic} {self.epoch}/{self.seq}"
