"""A crawl that finds no comparison says so, and why, each way that leads to none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import verdicts
from crawl_site import PAGES, Answer, Site, rows, run_crawl
from recrawling import at

PATH = sorted(PAGES)[0]
XML = "application/xml"
MISSING = Answer(b"no such page", 404)
SHELL = Answer(b"<html><body><div id=root></div><script src=/app.js></script></body></html>")
OTHERS = Answer(b'<html><body><a href="/tool/alder">A</a><a href="/news/one">N</a></body></html>')
CLOSED = Answer(b"User-agent: *\nDisallow: /\n", content_type="text/plain")
OPEN = Answer(b"User-agent: *\nDisallow: /secret\n", content_type="text/plain")
EMPTY = Answer(b"<urlset></urlset>", content_type=XML)
INDEX = Answer(
    b"<sitemapindex><sitemap><loc>/map-1.xml</loc></sitemap><sitemap><loc>/map-3.xml</loc>"
    b"</sitemap></sitemapindex>",
    content_type=XML,
)
BROKEN = Answer(b"<!DOCTYPE x [<!ENTITY e 'x'>]><urlset><url>&e;", content_type=XML)

WAYS: dict[str, tuple[dict[str, Answer], str]] = {
    "a script's shell": ({"/": SHELL}, "its root has 0 links, none of a comparison; no sitemap"),
    "links to other pages only": (
        {"/": OTHERS},
        "its root has 2 links, none of a comparison; no sitemap",
    ),
    "no root": ({}, "its root gave http_error:404; no sitemap"),
    "a root that fails": ({"/": Answer(b"", 500)}, "its root gave http_error:500; no sitemap"),
    "robots.txt closes all": ({"/robots.txt": CLOSED}, "robots.txt closes its root and 1 list"),
    "a sitemap of other pages": (
        {
            "/": SHELL,
            "/sitemap.xml": Answer(
                b"<urlset><url><loc>https://sample.example/tool/alder</loc></url></urlset>",
                content_type=XML,
            ),
        },
        "its root has 0 links, none of a comparison; no comparison in 1 sitemap",
    ),
    "a sitemap that cannot be read": (
        {"/": SHELL, "/sitemap.xml": BROKEN},
        "its root has 0 links, none of a comparison;"
        " https://sample.example/sitemap.xml gave damaged:xml",
    ),
    "a root that leads away": (
        {"/": Answer(b"", 302, headers={"Location": "https://elsewhere.example/"})},
        "its root gave refused_scope:host; no sitemap",
    ),
}


def only(site: Site, answers: dict[str, Answer]) -> None:
    """The site answers nothing but these."""
    site.answers = {"/robots.txt": OPEN, **answers}


def test_a_site_that_names_no_comparison_is_said_with_each_way(site: Site, tmp_path: Path) -> None:
    for number, (way, (answers, why)) in enumerate(WAYS.items()):
        only(site, answers)
        ended = run_crawl(tmp_path / str(number), site.base)
        told = f"{site.base}/ led to no comparison page: {why}"
        assert (ended.exit_code, ended.report["found_nothing"]) == (10, [told]), way
        assert told.replace("http_error:", "http_status:") in ended.errors, way


def test_an_index_of_empty_sitemaps_is_said(site: Site, home: Path) -> None:
    base = site.base.encode()
    index = Answer(INDEX.body.replace(b"<loc>/", b"<loc>" + base + b"/"), content_type=XML)
    only(site, {"/sitemap.xml": index, "/map-1.xml": EMPTY, "/map-3.xml": EMPTY})
    ended = run_crawl(home, site.base)
    assert ended.exit_code == 10
    assert ended.report["found_nothing"] == [
        f"{site.base}/ led to no comparison page: its root gave http_error:404;"
        " no comparison in 3 sitemaps"
    ]


def test_a_sitemap_that_was_named_and_names_none_is_said(site: Site, home: Path) -> None:
    only(site, {"/map-9.xml": EMPTY})
    ended = run_crawl(home, site.base + "/map-9.xml")
    assert ended.exit_code == 10
    assert ended.report["found_nothing"] == [
        "https://sample.example/map-9.xml led to no comparison page: no comparison in 1 sitemap"
    ]


def test_a_list_that_was_named_and_names_none_is_said(site: Site, home: Path) -> None:
    only(site, {"/compare": OTHERS})
    ended = run_crawl(home, site.base + "/compare", env=at(0))
    why = "1 list with 2 links, none of a comparison"
    assert ended.report["found_nothing"] == [
        f"https://sample.example/compare led to no comparison page: {why}"
    ]


def test_a_home_of_which_nothing_is_ever_due_is_told_to_name_an_address(
    site: Site, home: Path
) -> None:
    only(site, {"/map-9.xml": EMPTY})
    run_crawl(home, site.base + "/map-9.xml", env=at(0))
    ended = run_crawl(home, env=at(0))
    assert ended.exit_code == 10
    assert ended.report["found_nothing"] == [
        "no comparison page is known, and nothing is asked again by itself; name an address"
    ]


def test_the_sentence_stands_in_status(site: Site, home: Path) -> None:
    only(site, {"/": SHELL})
    (told,) = run_crawl(home, site.base).report["found_nothing"]  # type: ignore[misc]
    shown = verdicts("status", "--home", home).stdout
    assert " ".join(shown.split()).count(f"found nothing: {told}") == 1
    status = json.loads(verdicts("status", "--home", home, "--json").stdout)
    assert status["last_run"]["report"]["found_nothing"] == [told]


def test_lists_that_name_no_page_any_more_are_said_though_all_pages_are_known(
    site: Site, home: Path
) -> None:
    assert run_crawl(home, site.base, env=at(0)).exit_code == 0
    kept = dict(site.answers)
    only(site, {"/": SHELL, **{path: Answer(body) for path, body in PAGES.items()}})
    ended = run_crawl(home, env=at(2))
    assert (ended.exit_code, ended.report["asked"]) == (10, 0)
    assert ended.report["found_nothing"] == [
        f"{site.base}/ names no comparison any more, 3 are known: its root has 0 links,"
        " none of a comparison; no sitemap"
    ]
    only(site, {"/": Answer(b"", 503), **{path: Answer(body) for path, body in PAGES.items()}})
    (told,) = run_crawl(home, env=at(4)).report["found_nothing"]  # type: ignore[misc]
    assert "could not be read for a comparison any more, 3 are known" in told
    site.answers = kept
    assert run_crawl(home, env=at(8)).report["found_nothing"] == []


@pytest.mark.parametrize("path", ["", PATH])
def test_known_pages_that_robots_txt_closes_are_said_once(
    site: Site, home: Path, path: str
) -> None:
    run_crawl(home, site.base + path, env=at(0))
    only(site, {"/robots.txt": CLOSED})
    ended = run_crawl(home, "--all-due", env=at(2))
    refused = 1 if path else 3
    assert ended.report["refused"] == {"refused_robots:disallowed": refused}
    assert (ended.exit_code, ended.report["found_nothing"]) == (0, [])


def test_where_all_is_known_and_nothing_is_due_the_next_day_is_said(site: Site, home: Path) -> None:
    run_crawl(home, site.base, env=at(0))
    rows_before = rows(home, "SELECT count(*) FROM attempt")
    ended = run_crawl(home, env=at(0))
    assert (ended.exit_code, ended.report["found_nothing"]) == (0, [])
    assert ended.report["nothing_due_until"] == "2026-11-02T12:00:00Z"
    assert "nothing is due until 2026-11-02T12:00:00Z" in ended.errors
    assert rows(home, "SELECT count(*) FROM attempt") == rows_before
    later = run_crawl(home, env=at(1))
    assert (later.exit_code, later.report["found_nothing"], later.report["asked"]) == (0, [], 0)


def test_a_second_run_on_the_day_of_one_that_found_nothing_says_so_again(
    site: Site, home: Path
) -> None:
    only(site, {"/": SHELL})
    run_crawl(home, site.base, env=at(0))
    ended = run_crawl(home, env=at(0))
    assert ended.exit_code == 10
    assert ended.report["found_nothing"] == [
        "no comparison page is known, and nothing is asked again before 2026-11-02T12:00:00Z"
    ]


def test_a_page_asked_for_by_name_needs_no_list(site: Site, home: Path) -> None:
    only(site, {PATH: Answer(PAGES[PATH])})
    ended = run_crawl(home, site.base + PATH)
    assert (ended.exit_code, ended.report["found_nothing"]) == (0, [])


def test_a_site_that_was_left_early_is_said_to_be_that_and_no_more(site: Site, home: Path) -> None:
    only(site, {"/robots.txt": Answer(b"", 503)})
    ended = run_crawl(home, site.base)
    assert (ended.exit_code, ended.report["found_nothing"]) == (20, [])
