"""One comparison whose every text is hostile goes through the whole site, and stays words."""

from __future__ import annotations

import contextlib
import csv
import html
import io
import json
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from browsing import CHROMIUM, DESK, PHONE, chromium, visit, window
from playwright.sync_api import Browser
from web_sample import database
from web_server import Server, serving

from schema.rows import SEARCHED

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed here")
MARK = "ran"
"""What any of it would name the window."""
ODD = (
    f"<script>window.name='{MARK}'</script><img src=x onerror=\"window.name='{MARK}'\">"
    f"<a href=\"javascript:window.name='{MARK}'\">l</a><svg onload=\"window.name='{MARK}'\"/>"
    "\"'&amp;{{7*7}}${7*7}{% raw %}</title></textarea>]]>--> turned \u202eround\u2066"
)
FORMULAS = ('=HYPERLINK("https://evil.example/","x")', "@SUM(1)", "+1", "-1", "\tx")
WORD = "W" * 300
COLUMNS = {
    "card": ("name", "category", "tagline", "description", "pricing"),
    "comparison": ("title",),
    "comparison_version": ("title", "layout"),
    "correction": ("note", "target"),
    "crawl": ("robots_state",),
    "failure": ("detail", "field"),
    "finding": ("detail", "field"),
    "history": ("value",),
    "change": ("old", "new"),
    "quote": ("text", "tool_name"),
    "reviewer": ("name",),
    "side": ("pricing",),
    "site": ("title",),
    "takedown": ("reason", "target"),
    "tool": ("name",),
    "alias": ("name",),
    "tool_pair": ("reason",),
    "claim": ("stated_value",),
}
"""What comes from a page or a person, of every table. A parser refuses most of it; a server must
not rely on that."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    copy = tmp_path_factory.mktemp("public") / "verdicts-0hostile.db"
    shutil.copy(database(), copy)
    copy.chmod(0o600)
    with contextlib.closing(sqlite3.connect(copy)) as conn:
        for table, names in COLUMNS.items():
            there = {name for _, name, *_ in conn.execute(f"pragma table_info({table})")}
            for at, name in enumerate(each for each in names if each in there):
                begins = FORMULAS[at % len(FORMULAS)]
                conn.execute(
                    f"update {table} set {name} = ? || ? || {name}", (begins, f" {ODD} {WORD} ")
                )
        for table in SEARCHED:
            conn.execute(f"insert into {table}_fts({table}_fts) values ('rebuild')")
        conn.commit()
    with serving(copy) as shown:
        yield shown


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


MOST_OF_ONE_KIND = 2


def pages_of(server: Server) -> list[str]:
    """Every page that links lead to from home, of each kind a few."""
    waiting, known, kinds = ["/"], {"/"}, Counter[str]()
    for path in waiting:
        answer = server.ask(path)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        for link in re.findall(r'href="(/[^"]*)"', answer.text):
            led = html.unescape(link).partition("#")[0]
            kind = re.sub(r"[0-9a-f]{16,}|[0-9]+", "N", urlsplit(led).path.split("/", 3)[1])
            kind += str(led.count("/")) + str("?" in led) + led.rpartition(".")[2][:5]
            if led not in known and kinds[kind] < MOST_OF_ONE_KIND:
                known.add(led)
                kinds[kind] += 1
                waiting.append(led)
    return waiting


def test_nothing_of_it_runs_and_no_page_breaks_at_any_width(
    server: Server, browser: Browser
) -> None:
    paths = pages_of(server)
    shown = [
        path
        for path in paths
        if server.ask(path).headers["content-type"].startswith(("text/html", "image/svg"))
    ]
    assert len(shown) > 20
    for width in (PHONE, DESK):
        with window(browser, width=width) as page:
            for path in shown:
                visit(page, server.address.rstrip("/") + path)
                assert page.evaluate("window.name") == "", path
                wide = page.evaluate("document.documentElement.scrollWidth")
                # A picture alone is as wide as it was drawn.
                assert wide <= width or "/picture/" in path, f"{path} scrolls at {width} pixels"
                assert "49" not in page.title(), "no template of a text is filled"


def test_all_that_is_led_to_is_answered_and_well_formed(server: Server) -> None:
    for path in pages_of(server):
        answer = server.ask(path)
        assert answer.status in (200, 410), path  # what was withdrawn is told so
        kind = answer.headers["content-type"].partition(";")[0]
        if kind.endswith("json"):
            json.loads(answer.body)
        elif kind.endswith("xml"):
            ElementTree.fromstring(answer.body)
        elif kind == "text/csv":
            for row in csv.reader(io.StringIO(answer.text)):
                assert not [cell for cell in row if cell[:1] in "=+-@\t\r" and cell[:1]], path
        elif kind == "text/html":
            tags = re.findall(r"<[a-z](?:[^>\"]|\"[^\"]*\")*>", answer.text, re.I)
            assert not [tag for tag in tags if '"javascript:' in tag], path
            bare = [re.sub('"[^"]*"', '""', tag) for tag in tags]
            assert not [tag for tag in bare if re.search(r"\son\w+=", tag)], path


def test_hostile_words_are_found_and_marked_as_words(server: Server) -> None:
    found = server.ask("/search?q=" + "turned+desk" + "&in=cards").text
    assert "<mark>turned</mark>" in found and "window.name" in found and "<img" not in found
