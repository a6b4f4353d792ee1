"""Links for a fragment's templates that stay right wherever the shell mounts it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django import template

if TYPE_CHECKING:
    from django.template import Context

register = template.Library()


@register.simple_tag(takes_context=True)
def slot_url(context: Context, slot: str, **query: object) -> str:
    """`{% slot_url "games" category="cards" %}` → `/f/lobby/games?category=cards`; empty values are left out."""
    kept = {key: value for key, value in query.items() if value not in (None, "")}
    address = f"{context['call'].mount}/{slot}"
    return f"{address}?{urlencode(kept)}" if kept else address


@register.simple_tag(takes_context=True)
def action_url(context: Context, path: str) -> str:
    """`{% action_url "/optins" %}` → `/f/promotions/optins`."""
    return f"{context['call'].mount}/{path.lstrip('/')}"
