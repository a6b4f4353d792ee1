"""Marks the forms of a panel that is not fresh, so that any shell process can refuse them, and not only this one.

The mark says no, so nobody gains by forging it; a player who strips it is still held by what this process has seen and
by the fragment's own checks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from shell.composition.panels import PanelView

FIELD: Final = "shown_state"
OLD: Final = frozenset({"stale", "degraded"})
# Clean HTML writes attributes in double quotes, so a `>` inside a value ends no tag.
FORM: Final = re.compile(r"<form\b(?:[^\">]|\"[^\"]*\")*>")
REASON: Final = re.compile(r"[a-z_]{1,32}")


def marked(view: PanelView) -> str:
    """The view's clean HTML, with a mark in every form that sends something when its state is an old one."""
    if view.state not in OLD or "<form" not in view.html:
        return view.html
    mark = f'<input type="hidden" name="{FIELD}" value="{view.reason or "contract"}">'
    return FORM.sub(lambda tag: tag[0] + mark if 'method="post"' in tag[0].lower() else tag[0], view.html)


def why_marked(value: str) -> str | None:
    """The reason that a form's mark gives; None when it has none."""
    if not value:
        return None
    return value if REASON.fullmatch(value) else "contract"
