"""Debian's chromium, driven as a reader would use it: a width, a colour scheme, keys.

With $VERDICTS_SCREENSHOTS the pages that tests open are kept there as pictures, to be looked at.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESK, PHONE = 1300, 390
SCREEN = 844
"""The height of a phone's screen. Units: CSS pixels."""
Scheme = Literal["light", "dark"]


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, ended afterwards."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def window(
    browser: Browser, *, width: int = DESK, scheme: Scheme = "light", **more: Any
) -> Iterator[Page]:
    """An empty window. Shape: `more` goes to the browser's context, as `java_script_enabled`."""
    context = browser.new_context(
        viewport={"width": width, "height": SCREEN}, color_scheme=scheme, **more
    )
    yield context.new_page()
    context.close()


def visit(page: Page, address: str) -> None:
    """Go to a page. Nothing but its own host may be asked, and nothing be complained of."""
    host = re.match("https?://[^/]+", address)
    asked, printed = list[str](), list[str]()
    heard = {
        "request": lambda request: asked.append(request.url),
        "console": lambda message: printed.append(message.text),
        "pageerror": lambda error: printed.append(str(error)),
    }
    for name, function in heard.items():
        page.on(name, function)
    page.goto(address)
    for name, function in heard.items():
        page.remove_listener(name, function)
    assert host and not [url for url in asked if not url.startswith((host[0], "data:"))]
    assert not [text for text in printed if "status of 4" not in text], printed


@contextlib.contextmanager
def opened(browser: Browser, address: str, **more: Any) -> Iterator[Page]:
    """A page in a window of its own; `more` as `window` takes it."""
    with window(browser, **more) as page:
        visit(page, address)
        yield page


def keep(page: Page, name: str) -> None:
    """Keep the page as a picture where somebody wants to look at it."""
    if folder := os.environ.get("VERDICTS_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        shown = re.sub(r"[^A-Za-z0-9-]+", "_", name).strip("_")[:80] or "home"
        page.screenshot(path=Path(folder) / f"{shown}.png", full_page=True)


def violations(page: Page) -> list[str]:
    """What axe finds serious or critical, by rule and place."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:160]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
