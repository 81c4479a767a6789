"""The site as a reader has it: in a browser, on a desk and a phone, in light and dark, by keys."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from browsing import (
    CHROMIUM,
    DESK,
    PHONE,
    SCREEN,
    Scheme,
    chromium,
    keep,
    opened,
    violations,
    visit,
    window,
)  # fmt: skip
from playwright.sync_api import Browser, Page
from test_web_pages import OF_THE_RECORD, QUOTE_KEY
from web_sample import EVIL, database
from web_server import Server, server, serving

__all__ = ["server"]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed here")
KINDS = [
    "/",
    "/compare/brass-kettle-vs-lantern-notes",
    "/compare/evil-vs-name",
    "/compare/paper-heron-vs-silent-orchard",
    "/tool/quillfish",
    "/reviewer/Builder",
    f"/quote/{QUOTE_KEY}",
    "/release/2026-10",
    "/tools",
    "/comparisons?sort=gap",
    "/reviewers",
    "/search?q=export",
    "/search?q=desk&in=cards",
    "/search?q=exprot",
    "/about",
    "/data",
    "/category/Developer%20Tools",
    *OF_THE_RECORD,
    "/pictures",
    "/verdicts",
    "/verdicts/quote",
    "/verdicts/quote/1",
    "/verdicts/tools_by_category?as_of=2030-01-01",
    "/verdicts/-/query?sql=" + quote("select name from tool"),
    "/nothing",
    "/release/2026-09",
]
"""A page of each kind."""
WINDOWS: list[tuple[int, Scheme]] = [
    (DESK, "light"),
    (DESK, "dark"),
    (PHONE, "light"),
    (PHONE, "dark"),
]
AT_ONE_GLANCE = "/compare/brass-kettle-vs-lantern-notes"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


LONG = (
    "Harborlight: On-Device Inference Studio 4.2",
    "Quarry & Fern (Repository-Wide Review Agent)",
    "Free tier with 200 credits a month; Pro at $29 per seat a month, billed yearly; others ask",
)
"""Two names and a price as long as a publisher's."""


@contextlib.contextmanager
def contextual(server: Server, folder: Path, has_long_names: bool) -> Iterator[Server]:
    """The sample's server, or one whose names and prices are long."""
    if not has_long_names:
        yield server
        return
    copy = folder / "verdicts-long.db"
    shutil.copy(database(), copy)
    copy.chmod(0o600)
    a, b, price = LONG
    with contextlib.closing(sqlite3.connect(copy)) as conn:
        conn.execute("update card set name = ? where name = 'Brass Kettle'", (a,))
        conn.execute("update card set name = ? where name = 'Lantern Notes'", (b,))
        conn.execute("update side set pricing = ?", (price,))
        conn.execute("update comparison set title = ?", (f"{a} vs {b}",))
        conn.commit()
    with serving(copy) as shown:
        yield shown


@pytest.fixture(scope="module")
def windows(browser: Browser) -> Iterator[dict[tuple[int, Scheme], Page]]:
    """A window of each kind, for one page after the other."""
    with contextlib.ExitStack() as stack:
        yield {
            (width, scheme): stack.enter_context(window(browser, width=width, scheme=scheme))
            for width, scheme in WINDOWS
        }


def address(server: Server, path: str) -> str:
    return server.address.rstrip("/") + path


@pytest.mark.parametrize("path", KINDS)
def test_a_page_reads_well_on_a_desk_and_a_phone_in_light_and_dark(
    server: Server, windows: dict[tuple[int, Scheme], Page], path: str
) -> None:
    for (width, scheme), page in windows.items():
        visit(page, address(server, path))
        keep(page, f"{path}-{width}-{scheme}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} scrolls sideways at {width} pixels"
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 27)"}[scheme]
        # Contrast differs by scheme and arrangement by width: each is looked at once.
        if (width == PHONE) == (scheme == "dark"):
            assert violations(page) == []


def test_a_violation_would_be_found(browser: Browser, tmp_path: Path) -> None:
    page_without = tmp_path / "page.html"
    page_without.write_text("<!DOCTYPE html><html lang=en><title>t</title><input><img src=''>")
    with contextlib.closing(browser.new_context()) as context:
        page = context.new_page()
        page.goto(page_without.as_uri())
        assert {each.partition(":")[0] for each in violations(page)} >= {"label"}


@pytest.mark.parametrize("has_long_names", [False, True])
def test_scores_dissent_and_price_of_a_comparison_are_on_a_phones_first_screen(
    server: Server, browser: Browser, tmp_path: Path, has_long_names: bool
) -> None:
    with contextual(server, tmp_path, has_long_names) as shown:
        at = address(shown, AT_ONE_GLANCE)
        with opened(browser, at, width=PHONE) as page:
            keep(page, f"first-screen-long-{has_long_names}")
            for row in ("panel", "dissent", "price"):
                box = page.locator(f".matrix tr.{row}").bounding_box()
                assert box and box["y"] + box["height"] <= SCREEN, row
            lead = page.locator(".leads").bounding_box()
            assert lead and lead["y"] + lead["height"] <= SCREEN
        assert len(shown.ask(AT_ONE_GLANCE).body) < 60_000


@pytest.mark.parametrize("start", ["/", "/comparisons", "/tools"])
def test_without_a_script_a_reader_comes_from_anywhere_to_a_comparisons_words(
    server: Server, browser: Browser, start: str
) -> None:
    with opened(browser, address(server, start), java_script_enabled=False) as page:
        if start == "/tools":
            page.get_by_role("link", name="Brass Kettle").first.click()
        page.get_by_role("link", name="Brass Kettle vs Lantern Notes").first.click()
        assert page.locator("blockquote").count() == 8
        assert "leads: 100% of its panel" in page.locator(".leads").inner_text()


def test_a_search_and_a_filter_work_by_keys_alone(server: Server, browser: Browser) -> None:
    with opened(browser, address(server, "/"), java_script_enabled=False) as page:
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Skip to the content"
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.locator(":focus").get_attribute("type") == "search":
                break
        page.keyboard.type("screenshot")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=screenshot*")
        assert page.locator("mark").count() >= 8


@pytest.mark.parametrize("path", ["/", AT_ONE_GLANCE, "/tools?entry=Free"])
def test_every_control_is_reached_by_tab_and_shows_where_it_is(
    server: Server, browser: Browser, path: str
) -> None:
    with opened(browser, address(server, path)) as page:
        controls = page.locator("a[href]:visible, button:visible, input:visible, select:visible")
        there, reached = controls.count(), set[str]()
        for _ in range(there + 60):
            page.keyboard.press("Tab")
            told = page.evaluate(
                "e = document.activeElement, [e.outerHTML.slice(0, 300)"
                " + e.getBoundingClientRect().y, getComputedStyle(e).outlineStyle, e.tagName]"
            )
            if told[2] == "BODY":
                break
            # The parts within a field for a day are the browser's own, and show it themselves.
            is_seen = told[1] != "none" or 'type="date"' in told[0]
            assert is_seen, f"no focus is seen on {told[0]}"
            reached.add(told[0])
        assert len(reached) >= there


def test_no_hostile_text_becomes_an_element(server: Server, browser: Browser) -> None:
    with opened(browser, address(server, "/compare/evil-vs-name")) as page:
        scripts = page.locator("script")
        assert scripts.count() == 1
        assert scripts.first.get_attribute("type") == "application/ld+json"
        assert EVIL in page.locator("h1").inner_text()


def test_paper_gets_the_words_and_not_the_menus(server: Server, browser: Browser) -> None:
    with opened(browser, address(server, AT_ONE_GLANCE)) as page:
        page.emulate_media(media="print")
        keep(page, "print")
        assert page.locator("header.site nav").is_hidden()
        assert page.locator("form").first.is_hidden()
        assert page.locator(".matrix").is_visible() and page.locator(".cite").is_visible()


@pytest.mark.parametrize("width", [500, 1280])
def test_a_table_shows_its_main_columns_alone_on_a_phone_and_on_a_desk(
    server: Server, browser: Browser, width: int
) -> None:
    with opened(browser, address(server, "/verdicts/quote"), width=width) as page:
        assert page.locator("td.more:visible").count() == 0
        assert page.locator("td:not(.more):visible").count() > 20


def first_pixel(image: bytes) -> tuple[int, ...]:
    """Whatever filter its line has, it stands there as it is. Source: PNG, 9.2."""
    at = image.index(b"IDAT")
    size = struct.unpack(">I", image[at - 4 : at])[0]
    return tuple(zlib.decompressobj().decompress(image[at + 4 : at + 4 + size])[1:4])


@pytest.mark.parametrize(("scheme", "paper"), [("light", (255, 255, 255)), ("dark", (20, 23, 27))])
def test_a_picture_that_stands_alone_is_light_or_dark_as_the_reader_has_it(
    server: Server, browser: Browser, scheme: Scheme, paper: tuple[int, ...]
) -> None:
    with opened(browser, address(server, "/picture/agreement.svg"), scheme=scheme) as page:
        image = page.screenshot()
        assert first_pixel(image) == paper
        assert len(image) > 8_000, "an unstyled or empty picture compresses to less"


@pytest.mark.parametrize("path", ["/pictures", "/picture/scores.svg"])
def test_pictures_are_printed_in_light_colours_whatever_the_reader_has(
    server: Server, browser: Browser, path: str
) -> None:
    with opened(browser, address(server, path), scheme="dark") as page:
        bars = page.locator(".p-part0").first
        assert bars.evaluate("bar => getComputedStyle(bar).fill") == "rgb(133, 180, 247)"
        page.emulate_media(media="print", color_scheme="dark")
        assert bars.evaluate("bar => getComputedStyle(bar).fill") == "rgb(26, 86, 176)"


def test_a_picture_in_a_page_opens_its_table_by_keys(server: Server, browser: Browser) -> None:
    with opened(browser, address(server, "/pictures"), width=PHONE) as page:
        figure = page.locator("figure.drawn").first
        assert figure.locator("table").is_hidden()
        figure.locator("summary").focus()
        page.keyboard.press("Enter")
        assert figure.locator("table").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
        assert violations(page) == []
