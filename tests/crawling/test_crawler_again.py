"""A crawl that is started again on one day asks for nothing that was answered already."""

from __future__ import annotations

from pathlib import Path

from crawl_site import PAGES, PAIRS, Answer, Site, rows, run_crawl

from archive import open_archive
from machine.failpoints import VARIABLE as KILL_AT

COMPARE = "/compare/alder-vs-birch"
NOON, EVENING, NEXT_NOON = (
    {"VERDICTS_NOW": f"2026-11-{at}Z"} for at in ("01T12:00:00", "01T20:00:00", "02T12:00:00")
)


def kill(home: Path, site: Site, point: str, now: str = NOON["VERDICTS_NOW"]) -> None:
    """A crawl of the root that ends itself at a named point."""
    ended = run_crawl(home, site.base + "/", env={"VERDICTS_NOW": now, KILL_AT: point})
    assert ended.exit_code == -9, ended.errors


def linked(site: Site) -> None:
    """Take the sitemaps away: pages are found by the links of the root alone."""
    site.answers["/robots.txt"] = Answer(b"", 404)
    links = "".join(f"<a href='/compare/{pair}'>{pair}</a>" for pair in PAIRS)
    site.answers["/"] = Answer(f"<html><body>{links}</body></html>".encode())


def test_robots_txt_is_asked_for_once_a_day_however_often_the_crawl_is_started(site, home):
    for env in (NOON, EVENING, EVENING):
        ended = run_crawl(home, site.base + COMPARE, env=env)
        assert (ended.exit_code, ended.report["robots_state"]) == (0, "read"), ended.errors
    assert site.paths()["/robots.txt"] == 1
    run_crawl(home, site.base + COMPARE, env=NEXT_NOON)
    assert site.paths()["/robots.txt"] == 2
    assert rows(home, "SELECT DISTINCT robots_state FROM run") == [("read",)]


def test_rules_read_by_an_earlier_run_of_the_day_hold_for_this_one(site, home):
    site.answers["/robots.txt"] = Answer(
        b"User-agent: GPTBot\nDisallow: /\n\nUser-agent: *\nDisallow: /compare/alder-vs-cedar\n"
    )
    run_crawl(home, site.base + COMPARE, env=NOON)
    ended = run_crawl(home, *(site.base + path for path in PAGES), env=EVENING)
    assert ended.report["refused"] == {"refused_robots:disallowed": 1}
    assert site.paths()["/robots.txt"] == 1
    assert site.paths()["/compare/alder-vs-cedar"] == 0
    pages = [c for c in open_archive(home).captures() if c.role == "comparison"]
    assert [c.denied_tokens != "" for c in pages] == [True] * 3
    read = rows(home, "SELECT DISTINCT read_at, state, denied_tokens, capture_id FROM robots")
    assert read == [("2026-11-01T12:00:00Z", "read", "GPTBot", 1)]


def test_a_robots_txt_that_is_not_there_need_not_be_missed_twice_a_day(site, home):
    site.answers["/robots.txt"] = Answer(b"", 404)
    for env in (NOON, EVENING):
        ended = run_crawl(home, site.base + COMPARE, env=env)
        assert (ended.exit_code, ended.report["robots_state"]) == (0, "none")
    assert site.paths()["/robots.txt"] == 1


def test_a_robots_txt_that_could_not_be_read_is_asked_for_again_and_the_newest_counts(site, home):
    good = site.answers["/robots.txt"]
    run_crawl(home, site.base + COMPARE, env=NOON)
    site.answers["/robots.txt"] = Answer(b"down", 503)
    ended = run_crawl(home, site.base + COMPARE, env=NEXT_NOON)
    assert (ended.exit_code, ended.report["robots_state"]) == (20, "unreachable")
    site.answers["/robots.txt"] = good
    ended = run_crawl(home, site.base + COMPARE, env=NEXT_NOON)
    assert (ended.exit_code, ended.report["robots_state"]) == (0, "read")
    assert site.paths()["/robots.txt"] == 3


def test_a_guessed_sitemap_that_waited_is_asked_for_once_in_a_run(site, home):
    linked(site)
    kill(home, site, "leased:2")
    assert site.paths() == {"/robots.txt": 1}
    ended = run_crawl(home, env=NOON)
    assert (ended.exit_code, ended.report["stored"]) == (0, 3), ended.errors
    assert site.paths() == {"/robots.txt": 1, "/sitemap.xml": 1, "/": 1, **dict.fromkeys(PAGES, 1)}


def test_a_guessed_sitemap_that_was_never_there_is_asked_for_once_a_run(site, home):
    linked(site)
    for month in (1, 3, 5):
        run_crawl(home, site.base + "/", env={"VERDICTS_NOW": f"2027-{month:02}-01T12:00:00Z"})
    assert rows(home, "SELECT state FROM page WHERE url LIKE '%/sitemap.xml'") == [("gone",)]
    before = site.paths()["/sitemap.xml"]
    last = "2027-08-01T12:00:00Z"
    kill(home, site, "committed:3", last)
    assert run_crawl(home, env={"VERDICTS_NOW": last}).exit_code == 0
    assert site.paths()["/sitemap.xml"] == before + 1


def test_a_kill_costs_no_more_than_the_answer_that_was_not_read(site, home):
    linked(site)
    kill(home, site, "committed:3")
    ended = run_crawl(home, env=NOON)
    assert (ended.exit_code, ended.report["stored"]) == (0, 3), ended.errors
    assert site.paths() == {"/robots.txt": 1, "/sitemap.xml": 1, "/": 2, **dict.fromkeys(PAGES, 1)}


def test_sitemaps_that_were_read_before_a_kill_are_read_from_the_archive(site, home):
    site.answers["/map-2.xml.gz"] = Answer(
        b"<urlset><url><loc>https://sample.example/tool/alder</loc></url></urlset>"
    )
    maps = ("/map-index.xml", "/map-1.xml", "/map-2.xml.gz")
    kill(home, site, "committed:4")
    ended = run_crawl(home, env=NOON)
    assert (ended.exit_code, ended.report["stored"]) == (0, 1), ended.errors
    counts = dict(zip(maps, (1, 1, 2), strict=True))
    assert site.paths() == {"/robots.txt": 1, "/": 1, COMPARE: 1, **counts}
    run_crawl(home, env=NEXT_NOON)
    assert [site.paths()[path] for path in maps] == [2, 2, 3], "a day later they are asked again"


def test_a_root_that_is_named_is_discovered_from_afresh(site, home):
    for env in (NOON, EVENING):
        assert run_crawl(home, site.base + "/", env=env).exit_code == 0
    assert site.paths()["/map-index.xml"] == site.paths()["/map-1.xml"] == 2
