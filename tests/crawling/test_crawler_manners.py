"""A crawl counts what it really asked, believes a sitemap once, and goes away when told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from commands import verdicts
from crawl_site import PAGE, PAGES, Answer, Ended, Site, rows, run_crawl
from drift_home import half_broken
from drift_home import site as drift_pages

from db import build
from db.status import status
from machine.clock import stamp

COMPARE = "/compare/alder-vs-birch"
SHUT = [f"/compare/shut-vs-tool{number}" for number in range(4)]
TODAY = "2026-11-20T12:00:00Z"


def at(moment: str) -> dict[str, str]:
    return {"VERDICTS_NOW": moment}


def listing(site: Site, paths: dict[str, str | None]) -> None:
    """A site whose one sitemap lists these paths, each with its date."""
    entries = "".join(
        f"<url><loc>{site.base}{path}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</url>"
        for path, date in paths.items()
    )
    site.answers["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /compare/shut\n")
    site.answers["/sitemap.xml"] = Answer(f"<urlset>{entries}</urlset>".encode())


def asked_pages(site: Site) -> list[str]:
    return [path for _, path, _ in site.asked if path.startswith("/compare/")]


# What counts as a page that was asked for.


def test_the_limit_passes_over_pages_that_robots_txt_closes(site: Site, home: Path) -> None:
    paths = [f"/compare/a{number}-vs-b{number}" for number in range(8)]
    site.answers |= {path: Answer(PAGE) for path in paths}
    listing(site, dict.fromkeys([*SHUT, *paths]))
    ended = run_crawl(home, site.base, "--max-pages", "5")
    assert (ended.exit_code, ended.report["asked"], ended.report["stored"]) == (20, 5, 5)
    assert len(asked_pages(site)) == 5
    assert run_crawl(home).report["asked"] == 3
    assert sorted(asked_pages(site)) == paths


def test_a_page_that_is_closed_or_was_taken_down_counts_as_none_that_was_asked_for(
    site: Site, home: Path
) -> None:
    run_crawl(home, site.base + COMPARE)
    added = verdicts(
        "takedown", "add", "https://sample.example" + COMPARE, "--reason", "asked", "--home", home
    )
    assert added.returncode == 0, added.stderr
    site.asked.clear()
    listing(site, dict.fromkeys(SHUT))
    ended = run_crawl(
        home,
        site.base + COMPARE,
        site.base + SHUT[0],
        "--max-pages",
        "1",
        env=at("2031-01-01T00:00:00Z"),
    )
    assert (ended.exit_code, ended.report["asked"]) == (0, 0)
    assert ended.report["refused"] == {"refused_scope:takedown": 1, "refused_robots:disallowed": 1}
    assert asked_pages(site) == []


def test_a_page_that_leads_on_or_is_tried_again_counts_once(site: Site, home: Path) -> None:
    old, sick = "/compare/old-vs-old", "/compare/sick-vs-well"
    site.answers |= {
        old: Answer(b"", 302, headers={"Location": f"{old}?v=2"}),
        f"{old}?v=2": Answer(b"", 302, headers={"Location": f"{old}?v=3"}),
        f"{old}?v=3": Answer(PAGE),
        sick: [Answer(b"oops", 500), Answer(PAGE)],
    }
    ended = run_crawl(home, site.base + old, site.base + sick, "--per-day", "3", env=at(TODAY))
    assert (ended.exit_code, ended.report["asked"]) == (0, 2), ended.report
    ended = run_crawl(home, *(site.base + path for path in PAGES), "--per-day", "3", env=at(TODAY))
    assert (ended.exit_code, ended.report["asked"]) == (20, 1)


def test_the_days_budget_is_not_spent_on_pages_that_robots_txt_closes(
    site: Site, home: Path
) -> None:
    listing(site, dict.fromkeys([*SHUT, *PAGES]))
    assert run_crawl(home, site.base, "--per-day", "2", env=at(TODAY)).report["asked"] == 2
    ended = run_crawl(home, "--per-day", "3", env=at(TODAY))
    assert (ended.exit_code, ended.report["asked"]) == (0, 1), ended.report
    assert sorted(asked_pages(site)) == sorted(PAGES)


# What a sitemap says of a page's last change.


def crawl_at(home: Path, site: Site, day: float) -> list[str]:
    moment = datetime(2026, 11, 20, 12, tzinfo=UTC) + timedelta(days=day)
    site.asked.clear()
    ended = run_crawl(home, site.base, env=at(stamp(moment)))
    assert ended.exit_code == 0, ended.errors
    return asked_pages(site)


def test_a_date_to_come_brings_no_page_forward_until_it_has_come(site: Site, home: Path) -> None:
    listing(site, {COMPARE: "2099-01-01", "/compare/alder-vs-cedar": "2026-12-01T00:00:00Z"})
    assert len(crawl_at(home, site, 0)) == 2
    assert crawl_at(home, site, 2) == []
    assert crawl_at(home, site, 12) == ["/compare/alder-vs-cedar"]
    assert crawl_at(home, site, 14) == []


@pytest.mark.parametrize("date", ["2026-11-22", "2026-11-23T06:00:00Z"])
def test_one_date_brings_a_page_forward_once(site: Site, home: Path, date: str) -> None:
    listing(site, {COMPARE: None})
    assert crawl_at(home, site, 0) == [COMPARE]
    listing(site, {COMPARE: date})
    found = [crawl_at(home, site, day) for day in (2.0, 2.1, 2.9, 3.5)]
    assert found == [[COMPARE], [], [], []]


def test_a_sitemap_that_always_says_now_has_a_page_asked_once_a_day(site: Site, home: Path) -> None:
    found = []
    for day in (0.0, 0.2, 0.4, 1.1, 1.3):
        moment = datetime(2026, 11, 20, 12, tzinfo=UTC) + timedelta(days=day)
        listing(site, {COMPARE: stamp(moment)})
        found.append(len(crawl_at(home, site, day)))
    assert found == [1, 0, 0, 1, 0]


# When a site does not want us.


@pytest.mark.parametrize("status", [403, 429, 451])
def test_a_site_that_refuses_most_pages_is_left_although_some_are_given(
    site: Site, home: Path, status: int
) -> None:
    paths = [f"/compare/a{number:02}-vs-b{number:02}" for number in range(60)]
    for number, path in enumerate(paths):
        site.answers[path] = (
            Answer(PAGE)
            if number % 10 == 9
            else Answer(b"no", status, headers={"Retry-After": "0"})
        )
    ended = run_crawl(home, *(site.base + path for path in paths))
    assert ended.exit_code == 20
    assert "tries failed" in str(ended.report["stopped"])
    assert len(asked_pages(site)) < 30


def test_a_site_that_refuses_now_and_then_is_asked_on(site: Site, home: Path) -> None:
    paths = [f"/compare/a{number:02}-vs-b{number:02}" for number in range(40)]
    for number, path in enumerate(paths):
        site.answers[path] = Answer(PAGE) if number % 5 > 1 else Answer(b"no", 403)
    ended = run_crawl(home, *(site.base + path for path in paths))
    assert (ended.exit_code, len(asked_pages(site))) == (10, 40), ended.report


def test_what_leads_to_a_refusal_and_what_is_never_asked_hide_no_refusals(
    site: Site, home: Path
) -> None:
    listing(site, {})
    paths = []
    for number in range(20):
        path = f"/compare/a{number:02}-vs-b{number:02}"
        paths += [path, f"/compare/shut{number:02}-vs-b{number:02}"]
        site.answers[path] = Answer(b"", 302, headers={"Location": path + "?no"})
        site.answers[path + "?no"] = Answer(b"no", 403)
    ended = run_crawl(home, *(site.base + path for path in paths))
    assert ended.exit_code == 20
    assert "15 tries in a row failed" in str(ended.report["stopped"])


# How a run ends that drifted and was limited.


def serve_drift(site: Site, pages: dict[str, bytes]) -> list[str]:
    paths = {url.removeprefix("https://sample.example"): body for url, body in pages.items()}
    site.answers |= {path: Answer(body) for path, body in paths.items()}
    return [site.base + path for path in paths]


def drifted(site: Site, home: Path, *limits: str) -> Ended:
    run_crawl(home, *serve_drift(site, drift_pages()), env=at(TODAY))
    named = serve_drift(site, drift_pages(half_broken))
    return run_crawl(home, *named, *limits, env=at("2026-11-22T12:00:00Z"))


@pytest.mark.parametrize("limit", ["--max-pages", "--per-day"])
def test_drift_is_told_by_the_exit_code_also_where_a_limit_was_reached(
    site: Site, home: Path, limit: str
) -> None:
    ended = drifted(site, home, limit, "10")
    assert ended.exit_code == 10
    assert "10 pages were asked for" in str(ended.report["stopped"])
    assert ended.report["drift"]
    assert rows(home, "SELECT exit_code FROM run ORDER BY id") == [(0,), (10,)]


def test_a_site_that_sends_us_away_ends_the_run_early_whatever_it_showed(
    site: Site, home: Path
) -> None:
    run_crawl(home, *serve_drift(site, drift_pages()), env=at(TODAY))
    last = asked_pages(site)[-1]
    named = serve_drift(site, drift_pages(half_broken))
    site.answers[last] = Answer(b"", 503, headers={"Retry-After": "99999"})
    ended = run_crawl(home, *named, env=at("2026-11-22T12:00:00Z"))
    assert (ended.exit_code, bool(ended.report["drift"])) == (20, True)


def test_status_tells_a_page_that_gave_a_record_once_also_before_a_build_has(
    site: Site, home: Path
) -> None:
    shell = Answer(b"<html><body><p>Loading</p></body></html>")
    first, second, _ = PAGES
    run_crawl(home, site.base)
    site.answers |= {first: shell, "/compare/x-vs-y": shell}
    for _ in range(2):
        run_crawl(home, *(site.base + path for path in (first, second, "/compare/x-vs-y")))
    before = status(home)["pages"]
    assert (before["held"], before["failed"], before["stored"]) == (1, 1, 2)
    build(home, workers=1)
    assert status(home)["pages"] == before
