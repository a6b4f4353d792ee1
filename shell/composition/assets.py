"""Serves fragment stylesheets from the shell's own copy, so that a dead fragment never blocks the paint of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shell.composition.answers import NOSNIFF, Answer, send_answer, text_answer

if TYPE_CHECKING:
    from asgiref.typing import ASGISendCallable

    from shell.registry.manifest_book import ManifestBook

PREFIX: Final = "/assets/"
# The name changes with the content, so a year is safe.
FOR_EVER: Final = b"public, max-age=31536000, immutable"


def stylesheet_urls(book: ManifestBook) -> tuple[str, ...]:
    """URL of every fragment stylesheet in force, in the order in which the fragments were accepted."""
    return tuple(f"{PREFIX}{fragment}/{name}" for fragment, name in sorted(book.stylesheets()))


async def serve_stylesheet(path: str, book: ManifestBook, send: ASGISendCallable, *, is_head: bool) -> None:
    """Answer `GET /assets/<fragment>/<name>.<hash>.css` from memory."""
    fragment, _, name = path.removeprefix(PREFIX).partition("/")
    css = book.stylesheet(fragment, name)
    if css is None:
        answer = text_answer(404, f"There is no stylesheet {name!r} of a fragment {fragment!r}.\n")
    else:
        headers = ((b"content-type", b"text/css; charset=utf-8"), (b"cache-control", FOR_EVER), NOSNIFF)
        answer = Answer(status=200, headers=headers, body=css)
    await send_answer(send, answer, is_head=is_head)
