"""Who has opted in to what, under which version of the terms."""

from __future__ import annotations

from django.db import models


class OptIn(models.Model):
    """One player's consent to one campaign; asked twice, it stands once."""

    player_id = models.CharField(max_length=64)
    campaign_id = models.CharField(max_length=64)
    terms_version = models.CharField(max_length=32)
    opted_in_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["player_id", "campaign_id"], name="one_opt_in_a_campaign")]

    def __str__(self) -> str:
        return f"{self.player_id} in {self.campaign_id}"
