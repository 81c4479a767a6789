"""Exit code 10 is for what is new: what was told before, or seen by a person, is counted alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import verdicts
from crawl_site import PAGES, Answer, Site, run_crawl
from recrawling import at

from verdicts.commands.changes import COLUMNS, _lines

PATH = sorted(PAGES)[0]
CUT = Answer(PAGES[PATH][: len(PAGES[PATH]) // 2])


def built(home: Path) -> tuple[int, dict[str, int]]:
    done = verdicts("build", "--home", home, "--json")
    return done.returncode, json.loads(done.stdout)["waiting"]


def test_a_page_that_fails_is_told_once_and_counted_from_then_on(site: Site, home: Path) -> None:
    site.answers[PATH] = CUT
    first = run_crawl(home, site.base, env=at(0))
    assert (first.exit_code, first.report["failing"]) == (10, {"as_before": 0, "newly": 1})
    assert built(home) == (10, {"as_before": 0, "newly": 1})
    again = run_crawl(home, site.base, "--all-due", env=at(40))
    assert (again.exit_code, again.report["failing"]) == (0, {"as_before": 1, "newly": 0})
    assert built(home) == (0, {"as_before": 1, "newly": 0})


def test_a_page_that_fails_in_another_way_or_again_after_it_was_well_is_told(
    site: Site, home: Path
) -> None:
    site.answers[PATH] = CUT
    run_crawl(home, site.base, env=at(0))
    built(home)
    site.answers[PATH] = Answer(PAGES[PATH].replace(b"81/100", b"181/100", 1))
    other = run_crawl(home, site.base, "--all-due", env=at(40))
    assert (other.exit_code, built(home)[0]) == (10, 10)
    site.answers[PATH] = Answer(PAGES[PATH])
    well = run_crawl(home, site.base, "--all-due", env=at(80))
    assert (well.exit_code, built(home)) == (0, (0, {"as_before": 0, "newly": 0}))
    site.answers[PATH] = CUT
    ill = run_crawl(home, site.base, "--all-due", env=at(120))
    assert (ill.exit_code, built(home)[0]) == (10, 10)


def test_what_a_person_acknowledged_is_not_told_again_until_it_changes(
    site: Site, home: Path
) -> None:
    site.answers[PATH] = CUT
    assert run_crawl(home, site.base, env=at(0)).exit_code == 10
    seen = verdicts("acknowledge", "--home", home, "--json")
    assert json.loads(seen.stdout) == {"acknowledged": 1}
    assert built(home) == (0, {"as_before": 1, "newly": 0})
    status = json.loads(verdicts("status", "--home", home, "--json").stdout)
    assert status["waiting"] == {"acknowledged": 1, "not_acknowledged": 0}
    site.answers[PATH] = Answer(PAGES[PATH].replace(b"81/100", b"181/100", 1))
    run_crawl(home, site.base, "--all-due", env=at(40))
    assert built(home) == (10, {"as_before": 0, "newly": 1})


def test_what_was_acknowledged_is_told_again_after_the_page_was_well(
    site: Site, home: Path
) -> None:
    site.answers[PATH] = CUT
    run_crawl(home, site.base, env=at(0))
    verdicts("acknowledge", "--home", home)
    as_before = run_crawl(home, site.base, "--all-due", env=at(40))
    assert as_before.exit_code == 0
    site.answers[PATH] = Answer(PAGES[PATH])
    run_crawl(home, site.base, "--all-due", env=at(80))
    site.answers[PATH] = CUT
    ill = run_crawl(home, site.base, "--all-due", env=at(120))
    assert (ill.exit_code, ill.report["failing"]) == (10, {"as_before": 0, "newly": 1})
    assert built(home) == (10, {"as_before": 0, "newly": 1})


def test_a_site_that_names_no_page_is_told_once(site: Site, home: Path) -> None:
    site.answers = {"/": Answer(b"<html><body><p>Nothing here.</p></body></html>")}
    assert run_crawl(home, site.base, "--all-due", env=at(0)).exit_code == 10
    again = run_crawl(home, site.base, "--all-due", env=at(40))
    assert (again.exit_code, len(again.report["found_nothing"])) == (0, 1)
    assert again.report["waits_newly"] == []


def test_the_line_of_a_crawl_counts_a_new_name_and_a_community_vote(site: Site, home: Path) -> None:
    run_crawl(home, site.base, env=at(0))
    built(home)
    voted = PAGES[PATH].replace("—".encode(), b"60% (3 of 5)", 1)
    told = voted.replace(b"No community votes yet", b"60% (3 of 5)", 1)
    site.answers[PATH] = Answer(told.replace("Alder Désk".encode(), "Alder Désk Two".encode()))
    line = run_crawl(home, site.base, "--all-due", env=at(40)).errors
    assert "0 pages new, 1 changed: 1 community vote, 1 name, 4 quotes; " in line


@pytest.mark.parametrize("given", ["2026-13-01", "yesterday", "2026-11"])
def test_changes_are_asked_for_by_a_whole_date(home: Path, given: str) -> None:
    done = verdicts("changes", "--home", home, "--since", given)
    assert done.returncode == 2 and f"--since {given}" in done.stderr


def test_what_the_first_crawl_brought_is_one_line_and_named_where_asked(
    site: Site, home: Path
) -> None:
    one, later, *_ = sorted(PAGES)
    run_crawl(home, f"{site.base}{one}", env=at(0))
    built(home)
    brought = "2026-11-01  seen for the first time: 1 comparison, 2 tools (--all names each)"
    assert verdicts("changes", "--home", home).stdout.splitlines() == [brought, "changes: 3"]
    named = verdicts("changes", "--home", home, "--all").stdout.splitlines()
    assert len(named) == 4 and named[0].endswith(" appeared")
    every = json.loads(verdicts("changes", "--home", home, "--json").stdout)["changes"]
    assert len(every) == 3
    run_crawl(home, f"{site.base}{later}", env=at(40))
    built(home)
    told = verdicts("changes", "--home", home).stdout.splitlines()
    assert told[0] == brought and len(told) == 4
    assert f"  {later.rpartition('/')[2]}: comparison appeared" in told[1]


def test_a_day_that_brought_much_is_one_line_and_its_changes_are_named() -> None:
    def change(field: str, day: str | None = "2026-12-12T08:00:00Z", **more: str) -> dict[str, Any]:
        return dict.fromkeys(COLUMNS) | {"kind": "appeared", "field": field, "seen_by": day} | more

    few, many = ([change("tool", tool=f"t{n}") for n in range(count)] for count in (10, 11))
    score = change("score", kind="changed", tool="t1", old="81", new="18")
    assert len([*_lines(few, "2026-11-02", is_all=False)]) == 10
    assert [*_lines([*many, score], "2026-11-02", is_all=False)] == [
        "2026-12-12  seen for the first time: 11 tools (--all names each)",
        "2026-12-12  t1: score changed: 81 -> 18",
    ]
    undated = [change("tool", None, tool="t")]
    assert [*_lines(undated, "", is_all=False)] == ["on no known day  t: tool appeared"]


def test_changes_since_a_day_are_those_first_seen_then_or_later(site: Site, home: Path) -> None:
    run_crawl(home, site.base, env=at(0))
    for path in (path for path in PAGES if "alder-" in path):
        site.answers[path] = Answer(PAGES[path].replace(b"81/100", b"18/100", 1))
    run_crawl(home, site.base, "--all-due", env=at(40))
    verdicts("build", "--home", home)
    every = json.loads(verdicts("changes", "--home", home, "--json").stdout)["changes"]
    assert {each["field"] for each in every} == {"comparison", "tool", "score"}
    since = verdicts("changes", "--home", home, "--since", "2026-12-01").stdout.splitlines()
    assert since[0].endswith("Builder: score changed: 81 -> 18") and len(since) == 2
