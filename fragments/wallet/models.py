"""The wallet's tables: command side first (ledger, rounds, sessions), then the history that events build."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fragments.wallet.care import models as care_models  # noqa: F401 - tables of this app, kept beside their rules

LONGEST_ID = 128


class Wallet(models.Model):
    """What one player owns, as of `version`; changed only together with ledger entries that say why."""

    id = models.UUIDField(primary_key=True)
    player_id = models.CharField(max_length=LONGEST_ID)
    currency = models.CharField(max_length=8)
    cash = models.BigIntegerField(default=0)
    bonus = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["player_id", "currency"], name="one_wallet_per_currency"),
            models.CheckConstraint(
                condition=Q(cash__gte=0) & Q(bonus__gte=0) & Q(held__gte=0), name="player_money_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"wallet of {self.player_id}"


class PlaySession(models.Model):
    """A provider's leave to take bets for one player; only the token's digest is kept."""

    id = models.UUIDField(primary_key=True)
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT)
    provider = models.CharField(max_length=40)
    token_digest = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField()
    expires_at_s = models.BigIntegerField()

    def __str__(self) -> str:
        return f"session {self.id} until {self.expires_at_s}"


class Round(models.Model):
    """One round of a game as one player sees it."""

    id = models.UUIDField(primary_key=True)
    provider = models.CharField(max_length=40)
    provider_round_id = models.CharField(max_length=LONGEST_ID)
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT)
    game_id = models.CharField(max_length=LONGEST_ID)
    category = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=8, default="OPEN")
    staked = models.BigIntegerField(default=0)
    won = models.BigIntegerField(default=0)
    open_bets = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "provider_round_id", "wallet"], name="one_round_per_wallet"),
            models.CheckConstraint(condition=Q(state__in=["OPEN", "SETTLED", "VOIDED"]), name="round_state_known"),
            models.CheckConstraint(
                condition=Q(staked__gte=0) & Q(won__gte=0) & Q(open_bets__gte=0), name="round_sums_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}/{self.provider_round_id} {self.state}"


class Hold(models.Model):
    """Money set aside for a table under the id of the transaction that did it; leaves OPEN once, and for ever."""

    id = models.UUIDField(primary_key=True)
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT)
    provider = models.CharField(max_length=40)
    provider_round_id = models.CharField(max_length=LONGEST_ID)
    game_id = models.CharField(max_length=LONGEST_ID)
    category = models.CharField(max_length=40, blank=True)
    amount = models.BigIntegerField()
    expires_at_s = models.BigIntegerField()
    state = models.CharField(max_length=8, default="OPEN")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["OPEN", "POSTED", "VOIDED", "EXPIRED"]), name="hold_state_known"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="hold_holds_something"),
        ]
        indexes = [models.Index(fields=["expires_at_s"], condition=Q(state="OPEN"), name="hold_open")]

    def __str__(self) -> str:
        return f"hold of {self.amount} {self.state}"


class LedgerTransaction(models.Model):
    """One command that was decided, for ever: its content's fingerprint, its outcome and its answer.

    The row is inserted last, after its entries, and seals them: triggers refuse a sum that is not zero, later entries,
    and any change. `bet` is what the command is about (a win's bet, a posted hold, a converted grant); `closes` is
    unique, so a bet, a hold or a grant ends at most once. `amount_bonus` is the part of `amount` in bonus money.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    provider = models.CharField(max_length=40)
    provider_tx_id = models.CharField(max_length=LONGEST_ID * 2)
    fingerprint = models.CharField(max_length=64)
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, null=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, null=True)
    bet = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="about_bet")
    closes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="closed_by")
    amount = models.BigIntegerField()
    amount_bonus = models.BigIntegerField(default=0)
    outcome = models.CharField(max_length=10)
    code = models.CharField(max_length=40)
    wallet_version = models.BigIntegerField(null=True)
    response = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "provider_tx_id"], name="one_decision_per_id"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="amount_not_negative"),
            models.CheckConstraint(
                condition=Q(amount_bonus__gte=0) & Q(amount_bonus__lte=models.F("amount")), name="bonus_part_of_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.provider}/{self.provider_tx_id}: {self.code}"


class Entry(models.Model):
    """One signed line of a transaction; `balance_after` and `wallet_version` on the player's side only."""

    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT)
    account = models.CharField(max_length=LONGEST_ID + 32)
    amount = models.BigIntegerField()
    balance_after = models.BigIntegerField(null=True)
    wallet_version = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="entry_moves_something")]
        # Not db_index: for texts that makes a second index on PostgreSQL, which every bet would have to fill.
        indexes = [models.Index(fields=["account"], name="entry_account")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount:+d}"


class HistoryLine(models.Model):
    """Query side: one line of a player's history, written by the history projection from one event."""

    event_id = models.CharField(max_length=64, primary_key=True)
    player_id = models.CharField(max_length=LONGEST_ID)
    wallet_version = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    game_id = models.CharField(max_length=LONGEST_ID, blank=True)
    round_id = models.CharField(max_length=LONGEST_ID, blank=True)
    amount = models.BigIntegerField()
    cash_after = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["player_id", "wallet_version"], name="one_line_per_version")]

    def __str__(self) -> str:
        return f"{self.player_id} v{self.wallet_version} {self.kind} {self.amount:+d}"
