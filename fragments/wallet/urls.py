"""The wallet fragment's addresses; the provider API stands before them, in asgi.py."""

from __future__ import annotations

from django.urls import path

from fragment_kit.serving.routing import fragment_urls
from fragments.wallet.actions import top_up_play_money
from fragments.wallet.event_log import events_view
from fragments.wallet.payments_feed import PAYMENTS
from fragments.wallet.slots import balance, history, topup

urlpatterns = fragment_urls(
    slots=[balance, topup, history],
    actions=[top_up_play_money],
    probes=[PAYMENTS],
    extra=[path("events", events_view)],
)
