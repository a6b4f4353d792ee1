"""What a fragment may ask htmx to do: requests to its own mount, and changes to its own panel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shell.gateway.request_headers import is_safe_path

if TYPE_CHECKING:
    from collections.abc import Callable

POLL_S_MIN: Final = 5.0

_FIND: Final = r"find [\w .\-#\[\]=\"'>:()]+"
_MODIFIER: Final = (
    r"(swap|settle):\d+m?s|(transition|focus-scroll|ignoreTitle):(true|false)"
    r"|show:(none|top|bottom)|scroll:(top|bottom)"
)
_STYLE: Final = r"outerHTML|innerHTML|beforeend|afterbegin|none|morph(:outerHTML|:innerHTML)?"
SWAP: Final = re.compile(rf"({_STYLE})( ({_MODIFIER}))*")
EVERY: Final = re.compile(r"every (\d+(?:\.\d+)?)(ms|s)\b")
# Anything with `[` is an expression that htmx would evaluate; `load` without a pause would ask again for ever.
TRIGGER_WORD: Final = re.compile(
    r"(every \d+(\.\d+)?m?s|[\w:.\-]+)( (once|changed|consume|delay:\d+m?s|throttle:\d+m?s|queue:(first|last|all|none)|"
    r"from:(closest form|this|body|#[\w\-]+|find [\w.\-]+)|root:#[\w\-]+|threshold:[\d.]+))*"
)


def hx_rules(mount: str, own_id: re.Pattern[str]) -> dict[str, Callable[[str], bool]]:
    """A check per hx attribute for the fragment behind `mount`.

    `own_id` matches the ids that the fragment may use, with their hash in front.
    """
    own = own_id.pattern

    def is_own_url(value: str) -> bool:
        return is_under(mount, value)

    def matcher(pattern: str) -> Callable[[str], bool]:
        compiled = re.compile(pattern)
        return lambda value: compiled.fullmatch(value) is not None

    return {
        **dict.fromkeys(("hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete"), is_own_url),
        "hx-target": matcher(rf"this|closest \[data-panel\]|{own}|{_FIND}"),
        "hx-select": matcher(r"[\w .\-#\[\]=\"'>:()]+"),
        "hx-swap": matcher(SWAP.pattern),
        "hx-trigger": is_trigger,
        "hx-include": matcher(rf"this|closest form|{own}|{_FIND}"),
        "hx-sync": matcher(rf"(this|closest form|closest \[data-panel\]|{own})(:(drop|abort|replace|queue( \w+)?))?"),
        "hx-indicator": matcher(rf"this|closest \[data-panel\]|closest form|{own}|{_FIND}"),
        "hx-disabled-elt": matcher(rf"this|closest (form|fieldset)|{own}|{_FIND}"),
        "hx-confirm": matcher(r"[^<>]{1,200}"),
        "hx-params": matcher(r"\*|none|(not )?[\w, \-]+"),
        "hx-vals": matcher(r"(?s)\{.*\}"),
        "hx-push-url": lambda value: value in {"true", "false"} or is_own_url(value),
        "hx-replace-url": lambda value: value in {"true", "false"} or is_own_url(value),
        "hx-encoding": matcher("multipart/form-data"),
        "hx-validate": matcher("true|false"),
    }


def is_under(mount: str, url: str) -> bool:
    """Whether `url` is a plain path under `mount`."""
    return url.startswith(f"{mount}/") and is_safe_path(url)


def is_trigger(value: str) -> bool:
    """Whether a list of triggers holds only plain events and polls that are slow enough."""
    return all(_is_one_trigger(word.strip()) for word in value.split(","))


def _is_one_trigger(word: str) -> bool:
    if TRIGGER_WORD.fullmatch(word) is None:
        return False
    every = EVERY.match(word)
    if every is not None:
        return float(every[1]) / (1000 if every[2] == "ms" else 1) >= POLL_S_MIN
    return word.partition(" ")[0] != "load"
