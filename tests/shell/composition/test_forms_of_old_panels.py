"""A form that was drawn from old data is refused by whichever shell process it comes to."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from fragment_kit.contract.outcome import Stale
from shell.gateway.calls import SlotContent
from tests.shell.composition.stage import ANA, Stage, fresh

if TYPE_CHECKING:
    from collections.abc import Callable

ACT = "/f/promotions/acts"
FORM = (
    '<div><form method="post" action="/f/promotions/acts" hx-confirm="5 > 4?"><input name="amount" value="25"></form>'
    '<form method="get" action="/f/promotions/offers"><input name="q"></form></div>'
)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]+)">')


def sent_from(html: str) -> str:
    """What a browser would send of the first form, its hidden fields included."""
    form = html.partition('method="post"')[2].partition("</form>")[0]
    return urlencode([("amount", "25"), ("idempotency_key", "key-1"), *HIDDEN.findall(form)])


@pytest.fixture
def two(build_stage: Callable[..., Stage]) -> tuple[Stage, Stage]:
    """Two shell processes in front of which Ana's browser may find itself."""
    stages = (build_stage(), build_stage())
    for stage in stages:
        stage.player = ANA
    return stages


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Stale(SlotContent(html=FORM), datetime.now(UTC), 5, "timeout"), "timeout"),
        (fresh(FORM, state="degraded", feed="payments"), "contract"),
    ],
)
async def test_another_process_refuses_a_form_from_an_old_panel(
    two: tuple[Stage, Stage], outcome: object, reason: str
) -> None:
    here, there = two
    here.gateway.answers["promotions.offers"] = outcome
    form = sent_from((await here.panel("promotions.offers")).text)
    said = await there.post(ACT, form)
    assert said.headers["panel-state"] == f"blocked; reason={reason}"
    assert there.gateway.acts == []
    assert "shown_state" not in said.text  # sent again from here, it is judged anew


async def test_it_refuses_the_form_in_an_old_tab_after_a_newer_one_saw_the_panel_fresh(
    two: tuple[Stage, Stage],
) -> None:
    stage, _ = two
    stage.gateway.answers["promotions.offers"] = Stale(SlotContent(html=FORM), datetime.now(UTC), 5, "timeout")
    form = sent_from((await stage.panel("promotions.offers")).text)
    stage.gateway.answers["promotions.offers"] = fresh(FORM)
    newer = sent_from((await stage.panel("promotions.offers")).text)
    await stage.post(ACT, form)
    assert stage.gateway.acts == []
    await stage.post(ACT, newer)
    assert len(stage.gateway.acts) == 1


async def test_it_marks_only_forms_that_send_and_only_in_old_panels(two: tuple[Stage, Stage]) -> None:
    stage, _ = two
    stage.gateway.answers["promotions.offers"] = fresh(FORM)
    assert "shown_state" not in (await stage.panel("promotions.offers")).text
    stage.gateway.answers["promotions.offers"] = fresh(FORM, state="degraded", feed="offers")
    assert (await stage.panel("promotions.offers")).text.count("shown_state") == 1


async def test_an_action_that_needs_nothing_fresh_is_carried_out_from_an_old_panel(two: tuple[Stage, Stage]) -> None:
    _, stage = two
    easy = {"path": "/easy", "methods": ["POST"], "timeout_ms": 900, "slot": "offers"}
    stage.accept("promotions", actions=[easy])
    await stage.post("/f/promotions/easy", "shown_state=timeout&idempotency_key=1")
    assert len(stage.gateway.acts) == 1
