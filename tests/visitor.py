"""A player as a test sees one: signs in over HTTP, opens pages and panels, and measures them."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

HTMX = {"HX-Request": "true"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPanel:
    """One panel as it came: its state and reason, its bytes, and how long it took."""

    status: int
    state: str
    reason: str
    html: str
    took_ms: float
    headers: httpx.Headers


class Visitor:
    """One browserless player with a cookie jar."""

    def __init__(self, shell_url: str) -> None:
        self.http = httpx.Client(base_url=shell_url, trust_env=False, timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.http.close()

    def sign_in(self, username: str = "ana", password: str = "croupier") -> Self:
        form = self.http.get("/signin").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert token is not None, form[:400]
        fields = {"username": username, "password": password, "csrfmiddlewaretoken": token[1]}
        answer = self.http.post("/signin", data=fields, headers={"Origin": str(self.http.base_url).rstrip("/")})
        assert answer.status_code in {302, 303}, (answer.status_code, answer.text[:400])
        return self

    def panel(self, name: str) -> SeenPanel:
        """What htmx would get for one panel."""
        started_s = time.perf_counter()
        answer = self.http.get("/f/" + name.replace(".", "/"), headers=HTMX)
        took_ms = (time.perf_counter() - started_s) * 1000
        state, _, parameters = answer.headers.get("Panel-State", "").partition(";")
        reason = re.search(r"reason=(\w+)", parameters)
        return SeenPanel(
            status=answer.status_code,
            state=state.strip(),
            reason=reason[1] if reason else "",
            html=answer.text,
            took_ms=took_ms,
            headers=answer.headers,
        )

    def first_byte_ms(self, path: str) -> tuple[int, float]:
        """The page's status and the time to its first byte."""
        started_s = time.perf_counter()
        with self.http.stream("GET", path) as answer:
            next(answer.iter_raw())
            took_ms = (time.perf_counter() - started_s) * 1000
            answer.read() if not answer.is_stream_consumed else None
            return answer.status_code, took_ms

    def until(self, holds: Callable[[], bool], limit_s: float) -> float:
        """Seconds until `holds()`; fails when that takes longer than `limit_s`."""
        started_s = time.monotonic()
        while not holds():
            assert time.monotonic() - started_s < limit_s, f"not within {limit_s} s"
            time.sleep(0.05)
        return time.monotonic() - started_s
