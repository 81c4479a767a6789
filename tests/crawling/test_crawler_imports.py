"""An import whose pages are not what earlier imports were says so, and publishes none of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from commands import verdicts
from drift_home import crawled, half_broken, site, unreadable

from crawler.drift.profiler import Profiler
from crawler.importing.importing import import_paths
from crawler.report import ImportReport
from db import build
from parsers.sites import site_named

SAMPLE = site_named("sample")


def taken(home: Path, pages: Mapping[str, bytes], day: int) -> ImportReport:
    """The pages saved to files on one day, and imported by a list of their addresses."""
    folder = home.parent / f"saved-{day}"
    folder.mkdir()
    lines = []
    for number, (url, body) in enumerate(pages.items()):
        (folder / f"{number}.html").write_bytes(body)
        lines.append(f"{number}.html\t{url}\n")
    (folder / "urls.tsv").write_text("".join(lines))
    return import_paths(
        home, [folder], site=SAMPLE, urls_file=folder / "urls.tsv", date=f"2026-10-{day:02}"
    )


def test_saved_pages_that_lost_what_others_showed_are_held_back_and_named(home):
    assert taken(home, site(), 1).drift == []
    assert taken(home, site(edition=2), 2).drift == []
    assert build(home).held == 0
    report = taken(home, site(half_broken), 3)
    assert any("tools.badge is gone on 12 of 12 pages" in what for what in report.drift)
    assert report.exit_code == 10
    assert build(home).held == 12, "the older pages are shown still"
    told = verdicts("drift", "--home", home, "--json")
    (found,) = json.loads(told.stdout)["sites"]
    assert (told.returncode, found["run"], found["is_drift"]) == (10, report.run_id, True)
    assert verdicts("drift", "--home", home, "--accept", str(report.run_id)).returncode == 0
    assert build(home).held == 0


def test_saved_pages_that_none_can_be_read_of_are_named_once_and_one_by_one(home):
    taken(home, site(), 1)
    report = taken(home, site(unreadable), 2)
    assert report.drift and len(report.problems) == 12
    assert taken(home, site(unreadable), 2 + 1).unchanged == 0


def test_an_import_is_not_held_against_what_crawls_saw(home):
    crawled(home, site(), "2026-10-01T12:00:00Z")
    assert taken(home, site(half_broken), 2).drift == []


def test_the_report_of_an_import_and_its_row_say_what_drifted(home, tmp_path):
    taken(home, site(), 1)
    page = tmp_path / "pages"
    page.mkdir()
    for number, body in enumerate(site(half_broken).values()):
        (page / f"{number}.html").write_bytes(body)
    ended = verdicts("import", page, "--home", home, "--site", "sample", "--json")
    assert ended.returncode == 10
    assert json.loads(ended.stdout)["drift"]


def test_an_import_that_died_publishes_nothing_that_was_not_compared(home, monkeypatch):
    class Killed(BaseException):
        """Ends the import as a kill does."""

    def finish(profiler: Profiler) -> list[str]:
        raise Killed

    taken(home, site(), 1)
    with monkeypatch.context() as patched:
        patched.setattr(Profiler, "finish", finish)
        with pytest.raises(Killed):
            taken(home, site(half_broken), 2)
    assert build(home).held == 12
    report = taken(home, site(edition=2), 3)
    assert any(what.startswith("run 2, sample, ") for what in report.drift)
    assert build(home).held == 0, "the youngest pages are good"
