"""Care's tables; times are milliseconds since 1970 and amounts minor units, so that plain SQL reads them anywhere."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class CareCard(models.Model):
    """What holds for one player now; written at the first play or wish, and never deleted.

    `return_at_ms`: when an exclusion ends that was over and from which the player asked to come back. `version`
    counts the card's events.
    """

    wallet = models.OneToOneField("wallet.Wallet", on_delete=models.PROTECT, primary_key=True)
    check_min = models.IntegerField(default=60)
    next_check_min = models.IntegerField(null=True)
    next_check_at_ms = models.BigIntegerField(null=True)
    break_until_ms = models.BigIntegerField(null=True)
    excluded_until_ms = models.BigIntegerField(null=True)
    return_at_ms = models.BigIntegerField(null=True)
    version = models.BigIntegerField(default=0)

    class Meta:
        app_label = "wallet"
        constraints = [models.CheckConstraint(condition=Q(check_min__in=[15, 30, 60]), name="check_min_known")]

    def __str__(self) -> str:
        return f"care of {self.wallet_id}"


class Sitting(models.Model):
    """One stretch of play: its money is that of the wallet's versions above `from_version`, up to the next sitting's.

    `check_shown_ms`: when the player was first told that a time check is due; None while none is.
    """

    id = models.UUIDField(primary_key=True)
    wallet = models.ForeignKey("wallet.Wallet", on_delete=models.PROTECT)
    number = models.IntegerField()
    from_version = models.BigIntegerField()
    started_ms = models.BigIntegerField()
    seen_ms = models.BigIntegerField()
    ended_ms = models.BigIntegerField(null=True)
    ended_why = models.CharField(max_length=12, default="")
    staked = models.BigIntegerField(default=0)
    won = models.BigIntegerField(default=0)
    checked_ms = models.BigIntegerField()
    check_due_ms = models.BigIntegerField()
    check_shown_ms = models.BigIntegerField(null=True)

    class Meta:
        app_label = "wallet"
        constraints = [
            models.UniqueConstraint(fields=["wallet", "number"], name="one_sitting_per_number"),
            models.UniqueConstraint(fields=["wallet"], condition=Q(ended_ms__isnull=True), name="one_open_sitting"),
        ]

    def __str__(self) -> str:
        return f"sitting {self.number} of {self.wallet_id}"


class DayTotals(models.Model):
    """What one player staked, won and topped up on one day of the house; a returned stake leaves the day it was in."""

    wallet = models.ForeignKey("wallet.Wallet", on_delete=models.PROTECT)
    day = models.IntegerField()
    staked = models.BigIntegerField(default=0)
    won = models.BigIntegerField(default=0)
    topped_up = models.BigIntegerField(default=0)

    class Meta:
        app_label = "wallet"
        constraints = [models.UniqueConstraint(fields=["wallet", "day"], name="one_total_per_day")]

    def __str__(self) -> str:
        return f"day {self.day} of {self.wallet_id}"


class Limit(models.Model):
    """A limit in force. `amount`: minor units, minutes for time; `from_version`: the wallet's version when it was set.

    `reached_day`: first day of the window in which the player was last told that it is reached.
    """

    wallet = models.ForeignKey("wallet.Wallet", on_delete=models.PROTECT)
    kind = models.CharField(max_length=8)
    period = models.CharField(max_length=8)
    amount = models.BigIntegerField()
    from_version = models.BigIntegerField()
    reached_day = models.IntegerField(default=0)

    class Meta:
        app_label = "wallet"
        constraints = [
            models.UniqueConstraint(fields=["wallet", "kind", "period"], name="one_limit_per_period"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="limit_not_negative"),
            models.CheckConstraint(condition=Q(kind__in=["topup", "loss", "stake", "time"]), name="limit_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} per {self.period}: {self.amount}"


class LimitRaise(models.Model):
    """A wish for more, or for no limit (`amount` None): confirmable between `effective_ms` and `lapses_ms`.

    `outcome`: open, confirmed, lapsed, or withdrawn because something newer took its place.
    """

    id = models.UUIDField(primary_key=True)
    wallet = models.ForeignKey("wallet.Wallet", on_delete=models.PROTECT)
    kind = models.CharField(max_length=8)
    period = models.CharField(max_length=8)
    amount = models.BigIntegerField(null=True)
    requested_ms = models.BigIntegerField()
    effective_ms = models.BigIntegerField()
    lapses_ms = models.BigIntegerField()
    outcome = models.CharField(max_length=10, default="open")

    class Meta:
        app_label = "wallet"
        constraints = [
            models.UniqueConstraint(
                fields=["wallet", "kind", "period"], condition=Q(outcome="open"), name="one_open_raise"
            )
        ]

    def __str__(self) -> str:
        return f"raise of {self.kind} per {self.period}: {self.outcome}"


class Absence(models.Model):
    """The register of breaks and exclusions: no bet has a version above `from_version` and up to `to_version`.

    `to_version` is written when the player sits down again, which is after `until_ms` at the earliest.
    """

    id = models.UUIDField(primary_key=True)
    wallet = models.ForeignKey("wallet.Wallet", on_delete=models.PROTECT)
    kind = models.CharField(max_length=10)
    term = models.CharField(max_length=10)
    from_version = models.BigIntegerField()
    to_version = models.BigIntegerField(null=True)
    started_ms = models.BigIntegerField()
    until_ms = models.BigIntegerField()

    class Meta:
        app_label = "wallet"

    def __str__(self) -> str:
        return f"{self.kind} of {self.wallet_id} for {self.term}"
