"""The wallet fragment's addresses; the provider API stands before them, in asgi.py."""

from __future__ import annotations

from django.urls import path

from fragment_kit.serving.routing import fragment_urls
from fragments.wallet.actions import top_up_play_money
from fragments.wallet.care import actions as care_actions
from fragments.wallet.care import slots as care_slots
from fragments.wallet.event_log import events_view
from fragments.wallet.history_file import history_file
from fragments.wallet.payments_feed import PAYMENTS
from fragments.wallet.slots import balance, history, topup

urlpatterns = fragment_urls(
    slots=[balance, topup, history, care_slots.standing, care_slots.limits, care_slots.care],
    actions=[
        top_up_play_money,
        care_actions.set_limit,
        care_actions.decide_raise,
        care_actions.begin_break,
        care_actions.exclude_oneself,
        care_actions.ask_for_return,
        care_actions.choose_interval,
        care_actions.answer_check,
    ],
    downloads=[history_file],
    probes=[PAYMENTS],
    extra=[path("events", events_view)],
)
