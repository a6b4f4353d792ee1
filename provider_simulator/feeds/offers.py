"""The offers feed: the campaigns that run now, each with the dates of its present run."""

from __future__ import annotations

from typing import Any

from provider_simulator.chance import draw, rfc3339
from provider_simulator.feeds.campaigns import CAMPAIGNS, Campaign

HOUR_S, DAY_S = 3_600, 86_400


def offers_at(seed: int, at_s: float) -> dict[str, Any]:
    """Return the feed's body; a campaign's id carries the number of its run, so an opt-in never outlives its dates."""
    return {"as_of": rfc3339(at_s), "offers": [_offer(seed, campaign, int(at_s)) for campaign in CAMPAIGNS]}


def _offer(seed: int, campaign: Campaign, second: int) -> dict[str, Any]:
    runs_s = campaign.runs_days * DAY_S
    phase_s = draw(seed, campaign.slug, "phase") % campaign.runs_days * DAY_S
    run = (second + phase_s) // runs_s
    expires_s = (run + 1) * runs_s - phase_s
    return {
        "campaign_id": f"{campaign.slug}-{run}",
        "terms_version": campaign.terms_version,
        "title": campaign.title,
        "summary": campaign.summary,
        "vertical": campaign.vertical,
        "wagering_x": campaign.wagering_x,
        "max_bet": str(campaign.max_bet),
        "expires_at": rfc3339(expires_s),
        "opt_in_until": rfc3339(expires_s - campaign.opt_in_closes_h * HOUR_S),
        "eligible_categories": list(campaign.eligible_categories),
    }
