"""What players may ask of care: each form is answered with its panel and a sentence that says what holds now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from django.utils import timezone

from fragment_kit.serving.panel import Panel
from fragment_kit.serving.slot import action
from fragment_kit.serving.threads import in_thread
from fragments.wallet.care import limits, reality_check
from fragments.wallet.care.breaks import BREAKS, take_break
from fragments.wallet.care.care_view import care_view
from fragments.wallet.care.exclusion import EXCLUSIONS, ask_to_return, exclude
from fragments.wallet.care.limit_forms import read_limit
from fragments.wallet.care.limit_views import limits_view
from fragments.wallet.care.sitting_view import standing_view
from fragments.wallet.care.slots import CARE, LIMITS, STANDING
from fragments.wallet.care.state import CHECK_MINUTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fragment_kit.serving.call import ActionCall
    from fragments.wallet.care.reality_check import Choice

CHANGED: Final = ("care.changed", "wallet.changed")
SET_WORDS: Final[Mapping[str, str]] = {
    "set": "Done. This limit counts from now on.",
    "asked": "You asked for more. Your limit stays as it is; you can confirm the change in 24 hours.",
    "same": "That limit is in force already.",
}
CONFIRM_WORDS: Final[Mapping[str, str]] = {
    "confirmed": "Confirmed. The new limit counts from now on.",
    "early": "It is too early to confirm this change. Your limit stays as it is.",
    "lapsed": "That change was not confirmed within a week, so it is forgotten. Your limit stays as it is.",
    "gone": "That change is no longer waiting. Your limits below are the ones in force.",
}


@action("/limit-settings")
async def set_limit(call: ActionCall) -> Panel:
    """Set, lower, raise or remove one limit."""
    now, player, asked = timezone.now(), call.player or "", read_limit(call.form)
    if isinstance(asked, str):
        at, typed = call.form.get("kind", ""), call.form.get("amount", "")[:20]
        view = await in_thread(limits_view, player, now=now, error=asked, at=at, typed=typed)
        return Panel(LIMITS, view, status=422)
    outcome = await in_thread(limits.set_limit, player, asked.kind, asked.period, asked.amount, now=now)
    view = await in_thread(limits_view, player, now=now, done=SET_WORDS[outcome])
    return Panel(LIMITS, view, emits=CHANGED)


@action("/limit-raises")
async def decide_raise(call: ActionCall) -> Panel:
    """Confirm a raise that waited for its day, or keep the limit as it is."""
    now, player = timezone.now(), call.player or ""
    try:
        raise_id = UUID(call.form.get("raise", ""))
    except ValueError:
        raise_id = UUID(int=0)
    if call.form.get("answer") == "keep":
        await in_thread(limits.withdraw_raise, player, raise_id, now=now)
        done, error = "Your limit stays as it is.", ""
    else:
        outcome = await in_thread(limits.confirm_raise, player, raise_id, now=now)
        words = CONFIRM_WORDS[outcome]
        done, error = (words, "") if outcome == "confirmed" else ("", words)
    view = await in_thread(limits_view, player, now=now, done=done, error=error)
    return Panel(LIMITS, view, status=422 if error else 200, emits=CHANGED if done else ())


@action("/breaks")
async def begin_break(call: ActionCall) -> Panel:
    """Take a break from now on."""
    term = call.form.get("term", "")
    if term not in BREAKS:
        return await _care(call, error="Choose how long your break should last.")
    until = await in_thread(take_break, call.player or "", term, now=timezone.now())
    return await _care(call, done=f"Your break has begun. It ends on {until:%-d %B %Y at %H:%M} UTC.")


@action("/exclusions")
async def exclude_oneself(call: ActionCall) -> Panel:
    """Step one shows what it means; only step two, with the box ticked, does it."""
    term, step = call.form.get("term", ""), call.form.get("step", "")
    if term not in EXCLUSIONS:
        return await _care(call, error="Choose how long you want to be excluded.")
    if step != "confirm":
        return await _care(call, asked_term=term)
    if call.form.get("understood") != "yes":
        error = "Tick the box to say that you understand, or go back. Nothing has changed."
        return await _care(call, asked_term=term, error=error)
    until = await in_thread(exclude, call.player or "", term, now=timezone.now())
    return await _care(call, done=f"You are excluded from play until {until:%-d %B %Y}. Well done for taking care.")


@action("/returns")
async def ask_for_return(call: ActionCall) -> Panel:
    """Ask to play again after an exclusion that is over."""
    outcome = await in_thread(ask_to_return, call.player or "", now=timezone.now())
    if outcome == "early":
        return await _care(call, error="Your exclusion is not over yet, and nobody can shorten it.")
    return await _care(call, done="Noted. You can play again 24 hours after you asked.")


@action("/check-intervals")
async def choose_interval(call: ActionCall) -> Panel:
    """Be asked more often at once, or less often after a day."""
    minutes = call.form.get("minutes", "")
    if minutes not in map(str, CHECK_MINUTES):
        return await _care(call, error="Choose how often you want to be asked.")
    change = await in_thread(reality_check.set_interval, call.player or "", int(minutes), now=timezone.now())
    if change == "later":
        return await _care(call, done=f"From tomorrow at this time you will be asked every {minutes} minutes.")
    return await _care(call, done=f"You will be asked every {minutes} minutes from now on.")


@action("/check-answers")
async def answer_check(call: ActionCall) -> Panel:
    """Answer a time check, and choose when the next one comes."""
    now, player, choice = timezone.now(), call.player or "", call.form.get("choice", "")
    minutes = call.form.get("minutes", "")
    if choice in {"continue", "leave"}:
        if minutes in map(str, CHECK_MINUTES):
            await in_thread(reality_check.set_interval, player, int(minutes), now=now)
        await in_thread(reality_check.answer, player, cast("Choice", choice), now=now)
    view = await in_thread(standing_view, player, now=now)
    return Panel(STANDING, view, emits=CHANGED)


async def _care(call: ActionCall, *, asked_term: str = "", done: str = "", error: str = "") -> Panel:
    player = call.player or ""
    view = await in_thread(care_view, player, now=timezone.now(), asked_term=asked_term, done=done, error=error)
    return Panel(CARE, view, status=422 if error else 200, emits=CHANGED if done else ())
