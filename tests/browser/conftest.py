"""A real browser on a real floor, with ears for everything that it complains about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import sync_playwright

from tests.stack import Stack
from tests.visitor import Visitor
from tooling import chromium

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    OpenPage = Callable[..., "Seat"]

HOME_PANELS = ("wallet.balance", "live_dealer.tables", "promotions.offers", "lobby.games", "lobby.board")
CHROMIUM_WORDS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    # Without these the browser looks for its maker's hosts, and waits for them.
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@dataclass(slots=True)
class Seat:
    """One player's open page, and what its console said."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def states(self) -> dict[str, str]:
        """Every panel's state."""
        each = "[...document.querySelectorAll('[data-panel]')].map(panel => [panel.dataset.panel, panel.dataset.state])"
        found: dict[str, str] = self.page.evaluate(f"Object.fromEntries({each})")
        return found

    def wait_for_state(self, panel: str, *states: str, limit_s: float = 10) -> None:
        """Until the panel says one of `states`, without a reload."""
        wanted = ", ".join(f'[data-panel="{panel}"][data-state="{state}"]' for state in states)
        self.page.wait_for_selector(wanted, state="attached", timeout=limit_s * 1000)

    def wait_until_fresh(self, *panels: str, limit_s: float = 15) -> None:
        for panel in panels or HOME_PANELS:
            self.wait_for_state(panel, "fresh", limit_s=limit_s)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with Stack.start(env={"BOT_ROUNDS_PER_S": "8"}) as running, Visitor(running.shell_url).sign_in() as player:
        player.until(lambda: all(player.panel(name).state == "fresh" for name in HOME_PANELS), 40)
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    if path is None:
        pytest.fail(
            "There is no Chromium on this machine: `make test` installs it, or says what to install.", pytrace=False
        )
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=CHROMIUM_WORDS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def keys(stack: Stack) -> dict[str, str]:
    """Each player's session, signed in once: a password costs a third of a second by design."""
    found: dict[str, str] = {}
    for player in ("ana", "ben"):
        with Visitor(stack.shell_url).sign_in(player) as visitor:
            found[player] = visitor.http.cookies["session"]
    return found


@pytest.fixture
def open_page(browser: Browser, stack: Stack, keys: dict[str, str]) -> Iterator[OpenPage]:
    """Open a page as a signed-in player (or as nobody) and listen to its console."""
    contexts: list[BrowserContext] = []

    def open_(
        path: str = "/",
        *,
        player: str | None = "ana",
        width: int = 1280,
        scheme: Literal["dark", "light"] = "dark",
        has_scripts: bool = True,
    ) -> Seat:
        context = browser.new_context(
            base_url=stack.shell_url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            reduced_motion="reduce",
            java_script_enabled=has_scripts,
        )
        contexts.append(context)
        seat = Seat(context.new_page())
        _listen(seat)
        if player is not None:
            context.add_cookies([{"name": "session", "value": keys[player], "url": stack.shell_url}])
        seat.page.goto(path)
        return seat

    yield open_
    for context in contexts:
        context.close()


def sign_in(page: Page, player: str) -> None:
    page.goto("/signin")
    form = page.locator("form:has(input[type=password])")
    form.locator("input[name=username]").fill(player)
    form.locator("input[name=password]").fill("croupier")
    form.locator("button").first.click()
    page.wait_for_url("**/")


def _listen(seat: Seat) -> None:
    seat.page.on("pageerror", lambda error: seat.complaints.append(f"exception: {error}"))
    seat.page.on(
        "console",
        lambda message: (
            seat.complaints.append(f"{message.type}: {message.text}") if message.type in {"error", "warning"} else None
        ),
    )
