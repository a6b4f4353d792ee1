"""Static files from where they lie; a file that is not there is a page that is not there, in development too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servestatic.middleware import ServeStaticMiddleware
from servestatic.responders import MissingFileError

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase


class StaticFiles(ServeStaticMiddleware):  # type: ignore[misc]  # its types are not followed
    """ServeStatic without its development error, which would turn a missing icon into a 500 with a trace."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the file, or pass the request on."""
        try:
            response: HttpResponseBase = await super().__call__(request)
        except MissingFileError:
            response = await self.get_response(request)
        return response
