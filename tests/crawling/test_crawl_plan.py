"""`crawl --plan`: a few pages that show every tool first, and several sites in one run."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from crawl_site import Answer, Site, finish, outcomes, rows, run_crawl, serving, start_crawl
from db_home import ALDER, html

TOOLS = [f"tool-{letter}" for letter in "abcdef"]


def page(one: str, other: str) -> bytes:
    first, second = (replace(ALDER, slug=slug, name=slug.title()) for slug in (one, other))
    return html(first, second)


@pytest.fixture
def site() -> Iterator[Site]:
    """Six tools, each compared with each."""
    with serving() as running:
        base = "https://sample.example"
        pages = {f"/compare/{a}-vs-{b}": page(a, b) for a, b in combinations(TOOLS, 2)}
        listed = "".join(f"<url><loc>{base}{path}</loc></url>" for path in pages)
        running.answers = {
            "/robots.txt": Answer(b"", 404),
            "/sitemap.xml": Answer(f"<urlset>{listed}</urlset>".encode()),
            **{path: Answer(body) for path, body in pages.items()},
        }
        yield running


def asked_tools(site: Site) -> list[str]:
    paths = [path.removeprefix("/compare/") for path in site.paths() if "-vs-" in path]
    return sorted(tool for path in paths for tool in path.split("-vs-"))


def test_coverage_fetches_half_as_many_pages_as_there_are_tools(site: Site, home: Path) -> None:
    ended = run_crawl(home, site.base, "--plan", "coverage")
    assert (ended.exit_code, ended.report["stored"]) == (0, 3)
    assert asked_tools(site) == TOOLS
    site.asked.clear()
    assert run_crawl(home, "--plan", "coverage").report["asked"] == 0
    assert asked_tools(site) == []


def test_all_fetches_a_cover_before_the_rest(site: Site, home: Path) -> None:
    ended = run_crawl(home, site.base)
    assert (ended.exit_code, ended.report["stored"]) == (0, 15)
    first = [path for _, path, _ in site.asked if "-vs-" in path][:3]
    assert sorted(t for path in first for t in path[9:].split("-vs-")) == TOOLS


def test_a_tool_whose_page_failed_is_covered_by_another_page(site: Site, home: Path) -> None:
    for path in [path for path in site.answers if "tool-a-vs" in path][:4]:
        site.answers[path] = Answer(b"no such page", 404)
    ended = run_crawl(home, site.base, "--plan", "coverage")
    assert ended.exit_code in (0, 10)
    stored = rows(home, "SELECT url FROM page WHERE state = 'captured' AND role = 'comparison'")
    seen = {tool for (url,) in stored for tool in str(url).split("/compare/")[1].split("-vs-")}
    assert seen == set(TOOLS)


def test_the_limit_of_pages_ends_a_cover_early_and_the_next_run_ends_it(
    site: Site, home: Path
) -> None:
    assert run_crawl(home, site.base, "--plan", "coverage", "--max-pages", "2").exit_code == 20
    ended = run_crawl(home, "--plan", "coverage")
    assert (ended.exit_code, ended.report["stored"]) == (0, 1)


def test_a_days_budget_holds_over_several_runs(site: Site, home: Path) -> None:
    today, tomorrow = ({"VERDICTS_NOW": f"2026-11-0{day}T12:00:00Z"} for day in (1, 2))
    first = run_crawl(home, site.base, "--per-day", "4", env=today)
    assert (first.exit_code, first.report["asked"]) == (20, 4)
    assert "4 pages were asked for today, of at most 4" in str(first.report["stopped"])
    again = run_crawl(home, "--per-day", "3", env=today)
    assert again.report["asked"] == 0
    assert "4 pages were asked for today, of at most 3" in str(again.report["stopped"])
    assert run_crawl(home, "--per-day", "4", env=tomorrow).report["asked"] == 4


def test_a_site_that_closes_its_door_does_not_keep_another_from_being_asked(
    site: Site, home: Path
) -> None:
    with serving() as other:
        run_crawl(home, site.base + "/compare/tool-a-vs-tool-b")
        other_page = other.base + "/compare/alder-vs-birch"
        finish(start_crawl(home, other_page, "--site", "shiporskip"))
        site.answers["/robots.txt"] = Answer(b"down", 503)
        other.asked.clear()
        command = start_crawl(home, "--site", "", env={"VERDICTS_NOW": "2027-06-01T12:00:00Z"})
        ended = finish(command)
    assert ended.exit_code == 20, ended.errors
    assert "sample: robots.txt could not be read" in str(ended.report["stopped"])
    assert other.paths()["/compare/alder-vs-birch"] == 1
    assert outcomes(home, "/compare/tool-a-vs-tool-b") == ["ok:"]


def test_a_run_told_to_stop_gives_up_an_exchange_that_hangs(site: Site, home: Path) -> None:
    path = "/compare/tool-a-vs-tool-b"
    began = threading.Event()

    def hang(handler: object) -> None:
        began.set()
        time.sleep(30)

    site.answers[path] = Answer(play=hang)
    process = start_crawl(home, site.base + path)
    assert began.wait(20)
    process.send_signal(signal.SIGTERM)
    ended = finish(process, timeout_s=20)
    assert ended.exit_code == 20, ended.errors
    assert "told to stop" in ended.errors
    assert rows(home, "SELECT state FROM page WHERE role = 'comparison'") == [("waiting",)]
    assert rows(home, "SELECT exit_code FROM run") == [(20,)]
