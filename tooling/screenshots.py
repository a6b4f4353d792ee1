"""Takes the pictures in docs/screenshots from a running floor; look at them before you commit them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM_WORDS, sign_in
from tests.stack import Stack
from tooling import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
HEIGHT = 900
SHOTS = (
    # name, path, width, theme, feeds that are away
    ("lobby-1280-dark", "/", 1280, "dark", ()),
    ("lobby-1280-light", "/", 1280, "light", ()),
    ("lobby-768-dark", "/", 768, "dark", ()),
    ("lobby-320-dark", "/", 320, "dark", ()),
    ("wallet-1280-dark", "/wallet", 1280, "dark", ()),
    ("lobby-1280-feeds-away", "/", 1280, "dark", ("tables", "offers", "payments")),
)


def main() -> int:
    """Start a floor, let the board fill, and take every picture; returns the exit code."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with Stack.start(env={"BOT_ROUNDS_PER_S": "20"}) as stack, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=CHROMIUM_WORDS)
        for name, path, width, theme, away in SHOTS:
            for feed in away:
                stack.feed(feed, "down")
            _shoot(browser, stack.shell_url, name, path, width=width, theme=theme)
        browser.close()
    return 0


def _shoot(browser: Browser, url: str, name: str, path: str, *, width: int, theme: str) -> None:
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": HEIGHT},
        color_scheme="light" if theme == "light" else "dark",
    )
    page = context.new_page()
    sign_in(page, "ana")
    page.goto(path)
    page.wait_for_function("() => !document.querySelector('[data-panel][data-state=loading]')")
    page.wait_for_timeout(1500)  # the board's rows come to rest
    page.screenshot(path=FOLDER / f"{name}.png")
    print(f"docs/screenshots/{name}.png")
    context.close()


if __name__ == "__main__":
    sys.exit(main())
