"""Django's session engine over Redis: JSON under `session:<key>`, ending by Redis's own clock."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, SessionBase, UpdateError
from django.utils.crypto import get_random_string

from shell import redis_clients
from shell.players.session_records import RECORDS, SessionsAway, record_name
from shell.redis_clients import REDIS_AWAY


class SessionStore(SessionBase):
    """One visitor's session.

    The asynchronous half is what the shell's views use; the synchronous half serves commands, and never a request.
    Both raise SessionsAway while Redis does not answer.
    """

    async def aload(self) -> dict[str, Any]:
        """Read the data; an unknown key is forgotten, so that nobody can choose their own."""
        found = await RECORDS.read(self.session_key) if self.session_key else None
        if found is None:
            self._session_key = None
        return found or {}

    async def acreate(self) -> None:
        """Take a new key; 32 random characters do not collide, and if they did the next try would not."""
        while True:
            self._session_key = self._get_new_session_key()
            try:
                await self.asave(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    async def asave(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  Django's signature
        """Write the data; raises CreateError for a taken key and UpdateError for a session that has ended."""
        if self.session_key is None:
            return await self.acreate()
        data = await self._aget_session(no_load=must_create)  # type: ignore[attr-defined]  # not in the stubs
        ttl_s = await self.aget_expiry_age()
        if not await RECORDS.write(self.session_key, data, ttl_s=ttl_s, is_new=must_create):
            raise CreateError if must_create else UpdateError
        return None

    async def adelete(self, session_key: str | None = None) -> None:
        """End this session, or the named one."""
        key = session_key or self.session_key
        if key:
            await RECORDS.remove(key)

    async def aexists(self, session_key: str) -> bool:
        """Whether there is such a session."""
        return not await RECORDS.missing((session_key,))

    def load(self) -> dict[str, Any]:
        """Read the data, synchronously."""
        raw = _now("get", record_name(self.session_key)) if self.session_key else None
        if raw is None:
            self._session_key = None
        return json.loads(raw) if raw else {}

    def create(self) -> None:
        """Take a new key, synchronously."""
        self._session_key = self._get_new_session_key()
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  Django's signature
        """Write the data, synchronously."""
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # not in the stubs
        text = json.dumps(data, separators=(",", ":"))
        kept = {"ex": self.get_expiry_age(), "nx": must_create, "xx": not must_create}
        if not _now("set", record_name(self.session_key), text, **kept):
            raise CreateError if must_create else UpdateError
        return None

    def delete(self, session_key: str | None = None) -> None:
        """End this session, or the named one, synchronously."""
        key = session_key or self.session_key
        if key:
            _now("delete", record_name(key))

    def exists(self, session_key: str) -> bool:
        """Whether there is such a session; a key not yet used never is."""
        return bool(_now("exists", record_name(session_key)))

    def _get_new_session_key(self) -> str:
        """Draw a key without asking Redis first: saving with must_create is the check."""
        return get_random_string(32, VALID_KEY_CHARS)

    @classmethod
    def clear_expired(cls) -> None:
        """Nothing to do: Redis drops what has ended."""


def _now(command: str, *arguments: Any, **options: Any) -> Any:
    try:
        return getattr(redis_clients.blocking(), command)(*arguments, **options)
    except REDIS_AWAY as error:
        raise SessionsAway(f"Redis did not answer: {type(error).__name__}.") from error
