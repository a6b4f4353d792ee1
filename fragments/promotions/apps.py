"""The Django app of the promotions fragment."""

from __future__ import annotations

from django.apps import AppConfig


class PromotionsConfig(AppConfig):
    name = "fragments.promotions"
    label = "promotions"
