"""A saved page tells its address and date by its saver's marks, and by nothing that it quotes."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

import pytest
from fixture_tools import HTML, URL, codes, html_page, read
from layoutgen import HTML_LAYOUTS, Rendered, make_truth
from savers import ARCHIVES, AT, SAVERS, STAMP, browser, singlefile, wayback

from parsers import Saved, read_document, saved_from
from parsers.saved import as_published
from parsers.saved.dates import read_date
from schema.page import RawPage

OWN = "https://shiporskip.io/compare/copper-wren-vs-damson-desk"
ARCHIVED = f"https://web.archive.org/web/{STAMP}"
WB_END = (
    "<!--\n FILE ARCHIVED ON 03:35:37 Nov 29, 2026 AND RETRIEVED FROM THE\n INTERNET ARCHIVE ON"
)


def said(page: str) -> tuple[str | None, str | None, str, bool] | None:
    found = saved_from(page.encode())
    return found and (found.url, found.at, found.tool, found.is_archive_copy)


FORMS: list[tuple[str, str | None, str | None, str, bool]] = [
    # SingleFile: the text that a browser makes of a Date, in any zone and language.
    (f"<!DOCTYPE html> <html lang=en style><!--\n Page saved with SingleFile \n url: {OWN} \n"
     " saved date: Mon Nov 30 2026 01:39:53 GMT+0000 (Coordinated Universal Time)\n--><meta>",
     OWN, "2026-11-30T01:39:53Z", "SingleFile", False),
    (f"<html><!--\n Page saved with SingleFile \n url: {OWN} \n"
     " saved date: Sun Nov 29 2026 22:10:01 GMT-0330 (Neufundland-Normalzeit)\n-->",
     OWN, "2026-11-30T01:40:01Z", "SingleFile", False),
    (f"<html><!--\n Page saved with SingleFile \n url: {OWN} \n"
     " saved date: Wed Jan 01 2020 10:00:00 GMT+0800 (台北標準時間)\n info: x\n-->",
     OWN, "2020-01-01T02:00:00Z", "SingleFile", False),
    (f"<html><!--\n Archive processed by SingleFile \n url: {OWN} \n saved date: soon\n-->",
     OWN, None, "SingleFile", False),
    (f"<html><!--\n Page saved with SingleFile \n url: {OWN} \n-->",
     OWN, None, "SingleFile", False),
    # Browsers: two hyphens may not stand in a comment.
    (f"<!DOCTYPE html>\n<!-- saved from url=(0056){OWN} -->\n<html>",
     OWN, None, "a browser", False),
    ("<!-- saved from url=(0023)http://a.example/b-%2Dc -->\r\n<html>",
     "http://a.example/b--c", None, "a browser", False),
    # HTTrack: no scheme; its time is that of the copying.
    ("<html lang=en>\n\n<!-- Mirrored from a.example/b?c=1 by HTTrack Website Copier/3.x"
     " [XR&CO'2014], Mon, 30 Nov 2026 01:39:44 GMT -->\n<!-- Added by HTTrack --><meta>",
     "https://a.example/b?c=1", "2026-11-30T01:39:44Z", "HTTrack", False),
    (f"<html><!--\n* PyWebCopy Engine [version 7.1]\n* Copyright 2020; Raja Tomar\n"
     f"* File mirrored from [{OWN}]\n* At UTC datetime: [2026-11-30 01:40:21.897691]\n-->",
     OWN, "2026-11-30T01:40:21Z", "PyWebCopy", False),
    (f"<!-- Saved from {OWN} at 2026-11-30T01:40:21Z using monolith v2.8.1 -->\n<!DOCTYPE html>",
     OWN, "2026-11-30T01:40:21Z", "monolith", False),
    (f'<html><head><base href="{OWN}"><style>p > b {{}}</style><script>1 < 2</script>'
     f'<meta name="savepage-url" content="{OWN}?a=1&amp;b=2"><meta name="savepage-date"'
     ' content="Tue Jul 09 2024 18:34:11 GMT-0500 (Central Daylight Time)">',
     f"{OWN}?a=1&b=2", "2024-07-09T23:34:11Z", "Save Page WE", False),
    (f'<html data-scrapbook-create="20261130014021123" data-scrapbook-source="{OWN}">',
     OWN, "2026-11-30T01:40:21Z", "ScrapBook", False),
    # The Wayback Machine, its older kin, and pywb.
    (f'<html><head><script>__wm.init("x");\n __wm.wombat("{OWN}?a&amp;b","{STAMP}","y");</script>',
     f"{OWN}?a&b", AT, "Wayback Machine", True),
    (f'<html><head></head><body class=x>\n\n<!-- BEGIN WAYBACK TOOLBAR INSERT --><script>\n'
     f'var wbPrefix = "/web/";\nvar wbCurrentUrl = "{OWN}";</script><div>words</div>'
     f"<!-- END WAYBACK TOOLBAR INSERT --><p>x</p></body></html>{WB_END} 1:2:3.\n-->",
     OWN, AT, "Wayback Machine", True),
    (f"<html><p>x</p></html>\n{WB_END} 22:26:55 Okt 20, 2026.\n-->\n<!-- timings -->\n",
     None, AT, "Wayback Machine", True),
    (f'<html><head><!-- WB Insert -->\n<script>\nwbinfo.url = "{OWN}";\n'
     f'wbinfo.timestamp = "{STAMP}";\nwbinfo.request_ts = "2026";</script>',
     OWN, AT, "pywb", True),
    (f'<link rel="canonical" href="http://127.0.0.1:8080/rec/{STAMP}oe_/{OWN}">',
     OWN, AT, "a web archive", True),
    (f"<link href='/web/{STAMP}id_/{OWN}' rel=canonical>", OWN, AT, "a web archive", True),
    (f"<link href='//web.archive.org/web/2026/{OWN}' rel=canonical>",
     OWN, None, "a web archive", True),
    # A copy that an archive shows, saved once more: when that was says nothing of the page.
    (f"<!-- saved from url=(0100){ARCHIVED}/{OWN} -->\n<html>", OWN, AT, "a web archive", True),
    (f"<html><!--\n Page saved with SingleFile \n url: {ARCHIVED}im_/{OWN} \n"
     " saved date: Mon Nov 30 2026 01:39:53 GMT+0000 (UTC)\n-->", OWN, AT, "a web archive", True),
    # A saved file that was opened and saved again.
    (f"<!-- saved from url=(0030)file:///home/w/page.html -->\n<html><!--\n Page saved with"
     f" SingleFile \n url: {OWN} \n saved date: Mon Nov 30 2026 01:39:53 GMT+0000 (UTC)\n-->",
     OWN, "2026-11-30T01:39:53Z", "SingleFile", False),
    (f"<!-- Mirrored from shiporskip.io/a by HTTrack Website Copier/3.x [X], Mon, 30 Nov 2026"
     f" 01:39:44 GMT --><!-- saved from url=(0056){OWN} -->", None, None, "HTTrack", False),
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form[3]}-{form[1]}-{form[2]}"[:60])
def test_a_mark_tells_address_time_and_tool(form: tuple[str, Any, Any, str, bool]) -> None:
    page, *expected = form
    assert said(page) == tuple(expected)


MARK = f"<!-- saved from url=(0056){OWN} -->"
SINGLE = f"<!--\n Page saved with SingleFile \n url: {OWN} \n saved date: x\n-->"


@pytest.mark.parametrize(
    "page",
    [
        f"<html><body><pre>{MARK}</pre>",
        f"<html><body><p>As its head says:</p>{MARK}{SINGLE}",
        f"<html><head><title>{MARK}</title></head><body>",
        f"<html><head><script>var quoted = '{MARK}'</script><style>{SINGLE}</style></head>",
        f"<html><head><template>{SINGLE}</template></head>",
        f"words before {MARK}",
        f"<textarea>{SINGLE}</textarea>",
        f"<html><!-- I mean {MARK[5:]}",
        f"<html><!-- saved from url=(0056){OWN} and then some more -->",
        f"<html><!-- Saved from {OWN} at the last moment, using monolith -->",
        "<!-- saved from url=(0014)about:internet --><html>",
        "<!-- saved from url=(0030)file:///home/w/page.html --><html>",
        f"<html><body><p>{WB_END} 1:2:3. --> as they write</p></body></html>",
        f'<html><body><p>wbinfo.url = "{OWN}"; __wm.wombat("{OWN}","{STAMP}")</p></body></html>',
        f'<html><head><link rel="canonical" href="{OWN}"></head>',
        f'<html><head><link rel="alternate" href="{ARCHIVED}/{OWN}"></head>',
        "<html><!-- saved from url=(0056)",
        "",
    ],
)
def test_words_of_a_page_are_no_mark(page: str) -> None:
    assert said(page) is None


def test_a_text_that_quotes_a_mark_is_no_saved_page() -> None:
    assert saved_from(f"First {MARK}".encode(), "text/plain") is None
    assert saved_from(MARK.encode(), "text/plain; charset=utf-8") is not None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Sun Nov 29 2026 03:35:37 GMT+0000 (Coordinated Universal Time)", (AT, "second")),
        ("Sun Nov 29 2026 03:35:37 GMT", (AT, "second")),
        ("Sun Nov 29 2026 09:20:37 GMT+0545 (Nepal Time (x))", (AT, "second")),
        ("Sun, 29 Nov 2026 03:35:37 GMT", (AT, "second")),
        ("Sun, 29 Nov 2026 04:35:37 +0100", (AT, "second")),
        ("2026-11-29T03:35:37.123Z", (AT, "second")),
        ("2026-11-29T04:35:37+01:00", (AT, "second")),
        ("2026-11-29 03:35:37", (AT, "second")),
        ("2026-11-29", ("2026-11-29T00:00:00Z", "day")),
        ("Sun Nov 29 2026", ("2026-11-29T00:00:00Z", "day")),
        ("3:35:37 Nov 9, 2026", ("2026-11-09T03:35:37Z", "second")),
        (STAMP, (AT, "second")),
        ("So. Nov 29 2026 03:35:37", None),
        ("03:35:37 Okt 29, 2026", None),
        ("20261329033537", None),
        ("0000-00-00", None),
        ("29/11/2026", None),
        ("", None),
    ],
)
def test_a_time_is_read_in_the_forms_that_savers_write(text: str, found: object) -> None:
    assert read_date(text) == found


def test_an_archives_rewriting_is_undone_and_nothing_else() -> None:
    text = f"I quote {ARCHIVED}/https://a.example/ and href='/web/{STAMP}/https://b.example/'"
    page = html_page(
        head=f'<link rel="canonical" href="{OWN}">',
        after=f'<a href="{OWN}">x</a><a href="https://c.example/web/1/x">y</a><p>{text}</p>',
    ).encode()
    for save in ARCHIVES.values():
        back = as_published(save(page, OWN))
        assert b"TOOLBAR" not in back
        assert text.encode() in back
        assert back.count(OWN.encode()) >= page.count(OWN.encode())
        for tag in (f'<link rel="canonical" href="{OWN}">', '<a href="https://c.example/web/1/x">'):
            assert tag.encode() in back
    for save in SAVERS.values():
        saved = save(page, OWN)
        assert as_published(saved) == saved
    assert as_published(page) == page


def test_slugs_are_told_by_the_links_of_an_archive_copy() -> None:
    url = "https://shiporskip.io/compare/a-vs-b-vs-c"
    links = '<a href="/tool/a-vs-b">x</a><a href="/tool/c">y</a>'
    page = html_page(after=links).encode()
    for save in ARCHIVES.values():
        line = read(save(page, url), url=None)
        assert (line["url"], [tool["slug"] for tool in line["tools"]]) == (url, ["a-vs-b", "c"])


def test_the_saving_mark_goes_before_the_canonical_link_which_is_then_a_finding() -> None:
    page = html_page(head='<link rel="canonical" href="https://shiporskip.io/compare/a-vs-b">')
    line = read(singlefile(page.encode(), URL), url=None)
    assert (line["url"], codes(line)) == (URL, {"canonical_differs"})


def test_the_address_asked_for_goes_before_the_saving_mark() -> None:
    page = singlefile(html_page().encode(), "https://shiporskip.io/compare/a-vs-b")
    assert read(page)["url"] == URL


def test_a_mark_on_a_mirror_is_the_named_sites_page() -> None:
    page = browser(html_page().encode(), "http://127.0.0.1:8000/compare/copper-wren-vs-damson-desk")
    assert read(page, url=None)["url"] == URL


def test_a_marked_page_of_another_kind_is_other() -> None:
    page = browser(b"<html><body><p>Nothing to compare here.", "https://shiporskip.io/")
    assert read(page, url=None)["kind"] == "other"


@cache
def pages() -> list[tuple[str, str, Rendered]]:
    """A page of each layout of a kind that savers write, and its address."""
    found = []
    for layout in sorted(HTML_LAYOUTS):
        for seed in (3001, 3002, 3003):
            rng = Random(f"{layout}:{seed}")
            truth = make_truth(rng)
            page = HTML_LAYOUTS[layout](truth, rng)
            if not page.html.startswith((b"\xff\xfe", b"\xfe\xff")):
                found.append((f"{layout}:{seed}", truth.url, page))
    return found


@pytest.mark.parametrize("tool", [*SAVERS, *ARCHIVES])
def test_a_page_of_any_layout_gives_the_same_record_however_it_was_saved(tool: str) -> None:
    save = {**SAVERS, **ARCHIVES}[tool]
    for name, url, page in pages():
        plain = read(page.html, url=url, content_type=page.content_type)
        body = save(page.html, url)
        marked = saved_from(body, page.content_type)
        at = None if tool == "a browser" else AT
        is_copy = tool in ARCHIVES
        precision = "second" if at else "unknown"
        assert marked == Saved(url, at, precision, tool, is_copy), name  # type: ignore[arg-type]
        if plain["kind"] == "failure":
            plain["url"] = None  # told by the address that was asked for alone
        assert read(body, url=None, content_type=page.content_type) == plain, name


def test_an_archives_toolbar_gives_no_block() -> None:
    page = b"<!doctype html><body>" + html_page().encode().replace(b"<!doctype html>", b"")
    saved = RawPage(None, wayback(page, URL), HTML)
    assert read_document(saved).text == read_document(RawPage(None, page, HTML)).text
