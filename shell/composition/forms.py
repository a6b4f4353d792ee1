"""Reads what a player sends: bounded, from this site only, and with its values kept for the case that it fails."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.middleware.csrf import CsrfViewMiddleware

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgiref.typing import ASGIReceiveCallable

    from shell.composition.visits import Visit

BODY_BYTES_MAX: Final = 64 * 1024
FIELDS_MAX: Final = 200
URLENCODED: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
JSON: Final = "application/json"
KEY_FIELD: Final = "idempotency_key"
TOKEN_FIELD: Final = "csrfmiddlewaretoken"  # noqa: S105 -- the name of a field
Fields = list[tuple[str, str]]


class FormRefused(Exception):
    """The form cannot be taken; `status` and the text say why, in words for a player."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class BrowserLeft(Exception):
    """The connection closed before the whole form was there."""


async def read_body(receive: ASGIReceiveCallable, visit: Visit) -> bytes:
    """The whole body, at most 64 KiB; a declared length above that is refused before a byte is read."""
    declared = visit.headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdigit()):
        raise FormRefused(400, "The form came with a length that is no number. Send it again.")
    body = bytearray()
    is_more = int(declared) <= BODY_BYTES_MAX
    while is_more:
        message = await receive()
        if message["type"] != "http.request":
            raise BrowserLeft
        body += message["body"]
        is_more = message["more_body"] and len(body) <= BODY_BYTES_MAX
    if int(declared) > BODY_BYTES_MAX or len(body) > BODY_BYTES_MAX:
        raise FormRefused(413, f"This form is too large. At most {BODY_BYTES_MAX // 1024} KiB can be sent at once.")
    return bytes(body)


def read_fields(body: bytes, content_type: str) -> Fields:
    """The fields of a form as text; raises FormRefused for a kind of body that forms do not have."""
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    try:
        if kind == URLENCODED or not body:
            return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX)
        if kind == MULTIPART:
            return _multipart(body, content_type)
        if kind == JSON:
            return _json(json.loads(body))
    except (ValueError, MultiPartParserError, SuspiciousOperation, BadRequest) as error:
        raise FormRefused(400, "The form could not be read. Go back, check it, and send it again.") from error
    raise FormRefused(415, f"A form is sent as {URLENCODED}, {MULTIPART} or {JSON}.")


def value_of(fields: Fields, name: str) -> str:
    """The last value of a field, as Django takes it; "" when there is none."""
    return next((value for key, value in reversed(fields) if key == name), "")


def without_token(body: bytes, content_type: str, fields: Fields) -> tuple[bytes, str]:
    """The form as a fragment may see it: without the token that proves to the shell where the form came from."""
    if not any(name == TOKEN_FIELD for name, _ in fields):
        return body, content_type
    kept = [(name, value) for name, value in fields if name != TOKEN_FIELD]
    if content_type.startswith(JSON):
        return json.dumps(dict(kept)).encode(), JSON
    return urlencode(kept).encode(), URLENCODED


def is_from_this_site(visit: Visit, fields: Fields, trusted_origins: Sequence[str] = ()) -> bool:
    """Whether this site's own page sent the form.

    A browser says so in Sec-Fetch-Site or Origin, and both must agree when both are there. A client that sends neither
    has to show the token from the cookie, which another site cannot read.
    """
    site = visit.headers.get("sec-fetch-site")
    origin = visit.headers.get("origin")
    if origin is not None and not _is_own_origin(origin, visit.headers.get("host", ""), trusted_origins):
        return False
    if site is not None:
        return site in {"same-origin", "none"} or origin in trusted_origins
    return origin is not None or _shows_cookie_token(visit, fields)


def _is_own_origin(origin: str, host: str, trusted_origins: Sequence[str]) -> bool:
    try:
        netloc = urlsplit(origin).netloc
    except ValueError:
        return False
    # Hosts are compared without the scheme: behind a TLS proxy the shell itself is spoken to in plain HTTP.
    return bool(netloc) and (netloc == host or origin in trusted_origins)


def _shows_cookie_token(visit: Visit, fields: Fields) -> bool:
    shown = visit.headers.get("x-csrftoken") or value_of(fields, TOKEN_FIELD)
    cookie = visit.cookies.get(settings.CSRF_COOKIE_NAME, "")
    if not shown or not cookie:
        return False
    request = HttpRequest()
    request.method = "POST"
    request.COOKIES = {settings.CSRF_COOKIE_NAME: cookie}
    request.META = {"HTTP_X_CSRFTOKEN": shown}
    guard = _TokenCheck(_nothing)
    guard.process_request(request)
    return guard.process_view(request, _nothing, (), {}) is None


class _TokenCheck(CsrfViewMiddleware):
    """Django's own comparison of cookie and token, without its error page."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponseForbidden:  # noqa: ARG002 -- Django's signature
        return HttpResponseForbidden(reason)


def _nothing(_request: HttpRequest) -> HttpResponse:
    """Stands for the view that Django's guard looks at for an exemption."""
    return HttpResponse()


def _multipart(body: bytes, content_type: str) -> Fields:
    meta = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": len(body)}
    fields, files = MultiPartParser(meta, io.BytesIO(body), []).parse()
    if files:
        raise FormRefused(415, "Files cannot be sent here.")
    return [(name, str(value)) for name, values in fields.lists() for value in values]


def _json(data: Any) -> Fields:
    if not isinstance(data, dict):
        raise ValueError("A JSON form is an object.")  # noqa: TRY004 -- a bad body, not a bad call
    return [
        (str(name), str(value)) for name, value in list(data.items())[:FIELDS_MAX] if not isinstance(value, list | dict)
    ]
