"""What a publisher has to say (`outbox`), who says it (`relay_lease`), and how far each projection has read."""

from __future__ import annotations

from django.db import models


class OutboxEvent(models.Model):
    """One event, written in the transaction that made it true; the rows stay as the log for replays.

    Column names are those of Debezium's outbox router, so that it can take the relay's place by configuration.
    """

    seq = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField(db_column="id", unique=True)
    aggregatetype = models.CharField(max_length=60)
    aggregateid = models.CharField(max_length=200)
    aggregateversion = models.BigIntegerField()
    type = models.CharField(max_length=200)
    payload = models.TextField()
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outbox"
        constraints = [
            models.UniqueConstraint(
                fields=["aggregatetype", "aggregateid", "aggregateversion"], name="outbox_one_event_per_version"
            ),
        ]
        indexes = [
            models.Index(fields=["seq"], condition=models.Q(published_at__isnull=True), name="outbox_unpublished"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.type} {self.aggregateid} v{self.aggregateversion}"


class RelayLease(models.Model):
    """Who may publish right now; used where the database has no advisory locks."""

    name = models.CharField(primary_key=True, max_length=60)
    owner = models.CharField(max_length=200)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "relay_lease"

    def __str__(self) -> str:
        return f"{self.name}: {self.owner} until {self.expires_at}"


class SubjectPosition(models.Model):
    """How far one projection has read one subject; moved in the transaction of the effect.

    `tries` counts the failures of the next event. A subject with `halted_because` takes no more events until somebody
    resumes it; what it missed is then read from the publisher's log.
    """

    projection = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    version = models.BigIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0)
    halted_because = models.TextField(default="", blank=True)

    class Meta:
        db_table = "subject_position"
        constraints = [
            models.UniqueConstraint(fields=["projection", "subject"], name="one_position_per_subject"),
            models.CheckConstraint(condition=models.Q(version__gte=0), name="position_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.projection} read {self.subject} to {self.version}"
