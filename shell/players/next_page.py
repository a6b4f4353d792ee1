"""Where sign-in leads: to a page of ours, whatever the address asks for."""

from __future__ import annotations

from typing import Final

from django.utils.http import url_has_allowed_host_and_scheme

HOME: Final = "/"


def next_page(asked: str) -> str:
    """The path asked for when it is one of ours (`/wallet?from=x`), else home; never another site."""
    is_path = asked.startswith("/") and asked.isprintable()
    return asked if is_path and url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else HOME
