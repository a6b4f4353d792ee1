"""The one shape of a view in a fragment: an async function from request to response."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

View = Callable[["HttpRequest"], Coroutine[Any, Any, "HttpResponse"]]
