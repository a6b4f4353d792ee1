"""Which elements and attributes a fragment's HTML may have, per trust tier; what is not named here is dropped."""

from __future__ import annotations

from typing import Final


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# No h1 and h2: the page's outline belongs to the shell. No element whose content is not plain HTML.
TEXT_TAGS: Final = _names(
    """a abbr address article aside b bdi bdo blockquote br caption cite code col colgroup data dd del details dfn div
    dl dt em figcaption figure footer h3 h4 h5 h6 header hgroup hr i ins kbd li mark menu meter nav ol output p pre
    progress q s samp search section small span strong sub summary sup table tbody td tfoot th thead time tr u ul
    var wbr"""
)
MEDIA_TAGS: Final = _names("audio img picture source track video")
DRAWING_TAGS: Final = _names("circle ellipse g line path polygon polyline rect svg use")
FORM_TAGS: Final = _names("button datalist dialog fieldset form input label legend optgroup option select textarea")

FIRST_PARTY_TAGS: Final = TEXT_TAGS | MEDIA_TAGS | DRAWING_TAGS | FORM_TAGS
UNTRUSTED_TAGS: Final = TEXT_TAGS | MEDIA_TAGS

# These go with everything inside them; any other unknown element loses its tags and keeps its words.
EMPTIED_TAGS: Final = _names(
    """base embed frameset head iframe link math meta noembed noframes noscript object plaintext script style template
    title xmp"""
)

HX_ATTRIBUTES: Final = _names(
    """hx-get hx-post hx-put hx-patch hx-delete hx-target hx-select hx-swap hx-trigger hx-include hx-sync hx-indicator
    hx-disabled-elt hx-confirm hx-params hx-vals hx-push-url hx-replace-url hx-encoding hx-validate"""
)

ANYWHERE: Final = _names("class dir hidden id lang role tabindex title translate")
_DRAWING: Final = _names(
    """clip-rule cx cy d fill fill-rule focusable height points r rx ry stroke stroke-linecap stroke-linejoin
    stroke-width transform viewBox width x x1 x2 y y1 y2"""
)

TEXT_ATTRIBUTES: Final[dict[str, frozenset[str]]] = {
    "a": _names("href hreflang"),
    "blockquote": _names("cite"),
    "col": _names("span"),
    "data": _names("value"),
    "del": _names("datetime"),
    "details": _names("open name"),
    "ins": _names("datetime"),
    "li": _names("value"),
    "meter": _names("value min max low high optimum"),
    "ol": _names("start reversed type"),
    "output": _names("for"),
    "progress": _names("value max"),
    "td": _names("colspan rowspan headers"),
    "th": _names("colspan rowspan headers scope abbr"),
    "time": _names("datetime"),
}
MEDIA_ATTRIBUTES: Final[dict[str, frozenset[str]]] = {
    "audio": _names("src controls loop muted preload"),
    "img": _names("src srcset sizes alt width height loading decoding fetchpriority"),
    "source": _names("src srcset sizes type media width height"),
    "track": _names("src kind srclang label default"),
    "video": _names("src controls loop muted playsinline poster preload width height"),
}
FORM_ATTRIBUTES: Final[dict[str, frozenset[str]]] = {
    "button": _names("type name value disabled form formaction formmethod formnovalidate"),
    "dialog": _names("open"),
    "fieldset": _names("disabled form name"),
    "form": _names("action method enctype novalidate autocomplete"),
    "input": _names(
        """type name value checked disabled form list min max step minlength maxlength pattern placeholder readonly
        required size multiple autocomplete inputmode enterkeyhint"""
    ),
    "label": _names("for"),
    "optgroup": _names("label disabled"),
    "option": _names("value label selected disabled"),
    "select": _names("name disabled form multiple required size autocomplete"),
    "textarea": _names("name rows cols wrap disabled form minlength maxlength placeholder readonly required"),
}
DRAWING_ATTRIBUTES: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(DRAWING_TAGS, _DRAWING),
    "use": _DRAWING | {"href"},
}

FIRST_PARTY_ATTRIBUTES: Final[dict[str, frozenset[str]]] = {
    "*": ANYWHERE | HX_ATTRIBUTES,
    **TEXT_ATTRIBUTES,
    **MEDIA_ATTRIBUTES,
    **FORM_ATTRIBUTES,
    **DRAWING_ATTRIBUTES,
}
UNTRUSTED_ATTRIBUTES: Final[dict[str, frozenset[str]]] = {"*": ANYWHERE, **TEXT_ATTRIBUTES, **MEDIA_ATTRIBUTES}

# No password and no file: a fragment has no business asking for either. No image: a button with a foreign source.
INPUT_TYPES: Final = _names(
    """button checkbox color date datetime-local email hidden month number radio range reset search submit tel text
    time url week"""
)
# These make an element a panel, or tell the shell's own scripts what to do.
SHELL_DATA: Final = _names("data-panel data-fragment data-refresh data-spread-ms")
