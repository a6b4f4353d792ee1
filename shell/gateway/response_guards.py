"""Checks that stand between a fragment's bytes and everything else: framing, size, coding, type."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from shell.gateway.failures import CallFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

BODY_BYTES_MAX: Final = 256 * 1024
HEADER_BYTES_MAX: Final = 32 * 1024
HEADER_FIELDS_MAX: Final = 100
GZIP: Final = 31  # zlib's word for "gzip wrapper, largest window"
HTML: Final = re.compile(r"text/html\s*;\s*charset\s*=\s*\"?utf-?8\"?\s*", re.IGNORECASE)
BODILESS: Final = frozenset({204, 304})


def check_head(status: int, headers: Mapping[str, str]) -> None:
    """Refuse a response by its head, before any of its body is read.

    `headers` has lower-case names; a field that came twice is joined with a comma, so that a doubled
    Content-Length is no number any more.
    """
    _check_size_of(headers)
    if not 200 <= status <= 599:  # noqa: PLR2004 -- final answers that HTTP knows; hyper lets 999 through
        raise CallFailed(reason="bad_status", detail=f"status {status} is not an HTTP answer", status=status)
    if status not in BODILESS:
        _check_framing(status, headers)
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"identity", "gzip", ""}:
        raise CallFailed(reason="bad_type", detail=f"content coding {coding!r}; send gzip or none", status=status)


def decoded(body: bytes, headers: Mapping[str, str]) -> bytes:
    """The body without its content coding, never more than 256 KiB of it in memory."""
    if "content-encoding" not in headers or headers["content-encoding"].strip().lower() != "gzip":
        return body
    inflater = zlib.decompressobj(GZIP)
    try:
        # One byte above the limit is enough to know; a bomb is never blown up further than that.
        plain = inflater.decompress(body, BODY_BYTES_MAX + 1)
    except zlib.error as error:
        raise CallFailed(reason="bad_type", detail=f"says gzip, but is not: {error}") from error
    if len(plain) > BODY_BYTES_MAX:
        raise too_large("inflates to")
    if not inflater.eof or inflater.unused_data:
        raise CallFailed(reason="incomplete", detail="the gzip stream is cut, or something follows it")
    return plain


def check_type(headers: Mapping[str, str]) -> None:
    """Refuse everything but `text/html; charset=utf-8`."""
    content_type = headers.get("content-type", "")
    if not _is_html(content_type):
        raise CallFailed(reason="bad_type", detail=f"type {content_type[:80]!r}; send text/html; charset=utf-8")


@lru_cache(maxsize=256)
def _is_html(content_type: str) -> bool:
    return HTML.fullmatch(content_type.strip()) is not None


def too_large(what: str = "has") -> CallFailed:
    """The failure for a body that is over the limit."""
    return CallFailed(reason="too_large", detail=f"the body {what} more than {BODY_BYTES_MAX} bytes")


def _check_size_of(headers: Mapping[str, str]) -> None:
    size = sum(map(len, headers)) + sum(map(len, headers.values()))
    if size > HEADER_BYTES_MAX or len(headers) > HEADER_FIELDS_MAX:
        raise CallFailed(reason="too_large", detail=f"{len(headers)} header fields with {size} bytes")


def _check_framing(status: int, headers: Mapping[str, str]) -> None:
    length, transfer = headers.get("content-length"), headers.get("transfer-encoding")
    if length is not None and transfer is not None:
        # Two lengths are how responses are smuggled: whoever is between may believe the other one.
        raise CallFailed(reason="contract", detail="both Content-Length and Transfer-Encoding", status=status)
    if transfer is not None:
        if transfer.strip().lower() != "chunked":
            raise CallFailed(reason="contract", detail=f"transfer coding {transfer[:40]!r}", status=status)
        return
    if length is None:
        # The end of an unframed body and a cut look the same.
        raise CallFailed(reason="incomplete", detail="neither Content-Length nor chunked", status=status)
    if not (length.isascii() and length.isdigit()):
        raise CallFailed(reason="contract", detail=f"Content-Length {length[:40]!r}", status=status)
    if int(length[:20]) > BODY_BYTES_MAX:
        raise too_large("announces")
