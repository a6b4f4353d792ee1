"""Asks a fragment the way the shell does: with a passport, a mount and a deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from fragment_kit.contract import headers
from fragment_kit.contract.passport import sign_passport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpResponse
    from django.test import AsyncClient

TEST_KEY: Final = Ed25519PrivateKey.from_private_bytes(b"a key for tests, 32 bytes long!!")


def public_key_for_tests() -> str:
    """The public half of TEST_KEY, as PASSPORT_PUBLIC_KEYS wants it."""
    import base64

    raw = TEST_KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class FakeShell:
    """A shell for one fragment's tests; `player=None` asks as somebody who is not signed in."""

    def __init__(self, client: AsyncClient, *, fragment: str) -> None:
        self._client = client
        self._fragment = fragment

    async def get(self, path: str, *, player: str | None = None, deadline_ms: int = 2_000) -> HttpResponse:
        """GET `/slots/…` as the shell would."""
        response = await self._client.get(path, headers=dict(self._headers(player, deadline_ms, "include")))
        return cast("HttpResponse", response)  # the stubs of Django's test client have a type of their own

    async def post(
        self, path: str, form: Mapping[str, str], *, player: str | None = None, deadline_ms: int = 2_000
    ) -> HttpResponse:
        """POST an action's form as the shell would."""
        response = await self._client.post(path, form, headers=dict(self._headers(player, deadline_ms, "action")))
        return cast("HttpResponse", response)

    def _headers(self, player: str | None, deadline_ms: int, mode: str) -> Iterator[tuple[str, str]]:
        yield headers.CONTRACT, "1"
        yield headers.MOUNT, f"/f/{self._fragment}"
        yield headers.MODE, mode
        yield headers.DEADLINE_MS, str(deadline_ms)
        if player is not None:
            passport = sign_passport(TEST_KEY, player=player, session=f"session-of-{player}", audience=self._fragment)
            yield "Authorization", f"Bearer {passport}"


def trust_test_key() -> None:
    """Make the running fragment trust TEST_KEY besides its own keys; call it from a conftest."""
    settings.PASSPORT_PUBLIC_KEYS = (*settings.PASSPORT_PUBLIC_KEYS, public_key_for_tests())
