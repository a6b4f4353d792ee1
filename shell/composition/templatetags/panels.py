"""`{% panel "wallet.balance" variant="bar" %}`: here goes this panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django import template
from django.utils.safestring import mark_safe

from fragment_kit.contract.manifest import NAME
from shell.composition.panels import Place

if TYPE_CHECKING:
    from django.template import Context
    from django.utils.safestring import SafeString

    from shell.composition.pages import PlaceMarks
    from shell.composition.panels import Variant

register = template.Library()


@register.simple_tag(takes_context=True)
def panel(context: Context, name: str, variant: str = "card") -> SafeString:
    """Mark the place in a composed page; in a page that Django serves, put the skeleton that fetches the panel."""
    place = _place(name, variant)
    marks: PlaceMarks | None = context.get("panel_places")
    if marks is not None:
        return mark_safe(marks.mark(place))  # noqa: S308 -- a mark of our own, cut out before anything is sent
    # Late, because the process is made of everything, templates included.
    from shell.assembly import shell_process

    return mark_safe(shell_process().edge.skeleton(place, str(context.get("LANGUAGE_CODE") or "en")))  # noqa: S308 -- printed by the shell's own template


def _place(name: str, variant: str) -> Place:
    fragment, dot, slot = name.partition(".")
    if not (dot and NAME.fullmatch(fragment) and NAME.fullmatch(slot)):
        raise template.TemplateSyntaxError(
            f'{{% panel "{name}" %}}: write the fragment and the slot, "wallet.balance".'
        )
    if variant not in {"bar", "card"}:
        raise template.TemplateSyntaxError(f'{{% panel "{name}" variant="{variant}" %}}: a variant is "bar" or "card".')
    return Place(fragment=fragment, slot=slot, variant=cast("Variant", variant))
