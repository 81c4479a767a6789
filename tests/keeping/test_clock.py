"""A clock that was wrong: what is stored keeps its order, nothing is lost to a date far ahead."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import forked
import pytest
from commands import verdicts
from crawl_site import PAGES, Answer, Ended, Site, rows, run_crawl
from hypothesis import given
from hypothesis import strategies as st

from archive import open_archive
from archive.ledger.schedule import FURTHEST_DAYS, IS_DUE, due_bounds, is_due
from db import build
from db.check import check
from machine import clock
from machine.clock import VARIABLE, Watch, stamp
from verdicts.newest import newest_page

PATH = sorted(PAGES)[0]
FIRST, AHEAD, AFTER, LATER = (
    "2026-11-01T12:00:00Z",
    "2027-11-01T12:00:00Z",
    "2026-11-02T12:00:00Z",
    "2026-11-03T12:00:00Z",
)
THEN = {FIRST: b"first", AHEAD: b"second", AFTER: b"third"}


def at(moment: str, home: Path, *arguments: str) -> Ended:
    return run_crawl(home, *arguments, env={VARIABLE: moment})


def body(moment: str) -> bytes:
    """The page as it was at a time."""
    return PAGES[PATH].replace(b"</body>", b"<p>The " + THEN[moment] + b" edition.</p></body>")


@pytest.fixture
def wronged(site: Site, home: Path) -> list[Ended]:
    """A home crawled thrice, the second time by a clock that was a year ahead."""
    ended = []
    for moment, arguments in ((FIRST, [site.base]), (AHEAD, [site.base, "--all-due"]), (AFTER, [])):
        site.answers[PATH] = Answer(body(moment), headers={"ETag": f'"{moment}"'})
        site.asked.clear()
        ended.append(at(moment, home, *arguments))
        assert ended[-1].exit_code == 0, ended[-1].errors
    return ended


def dates(home: Path) -> list[str]:
    """The dates of the page's captures in their order."""
    mine = [each for each in open_archive(home).captures() if each.url.endswith(PATH)]
    return [each.captured_at for each in sorted(mine, key=lambda each: each.order)]


def test_what_a_right_clock_stores_comes_after_what_a_wrong_one_stored(wronged, site, home):
    assert dates(home) == [FIRST, AHEAD, AFTER]
    archive = open_archive(home)
    newest = newest_page(archive, site.base + PATH, "sample")
    assert archive.load(newest).body == body(AFTER)
    build(home)
    with closing(sqlite3.connect(home / "public/current.db")) as db:
        shown = db.execute(
            "SELECT captured_at, first_seen, last_seen FROM comparison JOIN page ON"
            " page.id = comparison.page_id WHERE page.url LIKE ?",
            ("%" + PATH,),
        )
        assert shown.fetchall() == [(AFTER, FIRST, AFTER)]
        for table in ("tool", "card", "quote", "reviewer", "comparison", "comparison_version"):
            wrong = f"SELECT count(*) FROM {table} WHERE first_seen > last_seen"
            assert db.execute(wrong).fetchone() == (0,), table
        wrong = "SELECT count(*) FROM tool WHERE last_seen <> ?"
        assert db.execute(wrong, (AFTER,)).fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM page WHERE due").fetchone() == (0,)
    assert check(home, deep=True) == []


def test_the_next_request_names_the_capture_of_the_right_clock(wronged, site, home):
    site.asked.clear()
    at(LATER, home, site.base + PATH)
    (headers,) = [headers for _, path, headers in site.asked if path == PATH]
    assert headers["If-None-Match"] == f'"{AFTER}"'


def test_a_due_date_that_no_schedule_sets_counts_as_due_now(wronged, site, home):
    assert wronged[2].report["asked"] == len(PAGES)
    assert site.paths()[PATH] == 1, "the run after the wrong one asks for what it had put off"
    assert site.paths()["/map-index.xml"] == 1, "and what the wrong one read is not taken as new"
    site.asked.clear()
    assert at(AFTER, home).report["asked"] == 0
    assert site.paths()[PATH] == 0
    status = json.loads(verdicts("status", "--home", home, "--json", **{VARIABLE: AFTER}).stdout)
    assert status["pages"]["due"] == 0


def test_pages_put_off_by_a_wrong_clock_are_shown_as_due_and_waiting(site, home):
    at(AHEAD, home, site.base)
    shown = verdicts("status", "--home", home, "--json", **{VARIABLE: FIRST})
    assert json.loads(shown.stdout)["pages"]["due"] == len(PAGES)
    planned = verdicts("plan", "--home", home, "--json", **{VARIABLE: FIRST})
    assert json.loads(planned.stdout)["sites"][0]["due"] == len(PAGES)
    limited = at(FIRST, home, "--max-pages", "1")
    assert (limited.exit_code, limited.report["waiting"]) == (20, len(PAGES) - 1)


def test_a_sitemaps_date_is_compared_with_the_newest_capture_not_with_the_latest_date(
    wronged, site, home
):
    entry = f"<url><loc>{site.base}{PATH}</loc><lastmod>2026-11-02T18:00:00Z</lastmod></url>"
    site.answers["/map-1.xml"] = Answer(
        f"<urlset>{entry}</urlset>".encode(), content_type="application/xml"
    )
    for moment, asked in ((LATER, 1), ("2026-11-05T12:00:00Z", 0)):
        site.asked.clear()
        at(moment, home, site.base)
        assert site.paths()[PATH] == asked


def test_a_start_behind_the_last_run_is_said_with_both_times_in_report_and_log(wronged, home):
    said = [key for key in wronged[2].report["notes"] if key.startswith("clock: ")]
    assert len(said) == 1
    assert AFTER in said[0]
    assert AHEAD in said[0]
    kept = rows(home, "SELECT report FROM run ORDER BY id")
    assert [f"says {AFTER}" in str(report) for (report,) in kept] == [False, False, True]
    events = [
        json.loads(line)
        for path in (home / "logs").glob("*.jsonl")
        for line in path.read_text().splitlines()
    ]
    assert [f"clock: {each['outcome']}" for each in events if each["event"] == "clock"] == said
    assert "clock" not in str(at(LATER, home).report["notes"]), "once is enough"


def test_an_import_goes_to_the_place_of_its_date(wronged, home, tmp_path):
    saved = tmp_path / "saved.html"
    saved.write_bytes(PAGES[PATH])
    for moment in ("2026-10-01T00:00:00Z", "2028-01-01T00:00:00Z"):
        done = verdicts(
            "import",
            saved,
            "--home",
            home,
            "--site",
            "sample",
            "--date",
            moment,
            "--url",
            "https://sample.example" + PATH,
            VERDICTS_NOW="2028-01-02T00:00:00Z",
        )
        assert done.returncode == 0, done.stderr
    expected = ["2026-10-01T00:00:00Z", FIRST, AHEAD, AFTER, "2028-01-01T00:00:00Z"]
    assert dates(home) == expected
    at(LATER, home, "--all-due")
    assert dates(home) == [*expected, LATER], "what we ask ourselves comes last"


def test_a_ledger_made_again_keeps_the_order(wronged, home):
    stood = "SELECT url, state, due FROM page WHERE role = 'comparison' ORDER BY url"
    before = dates(home), rows(home, stood)
    assert verdicts("check", "--rebuild-ledger", "--deep", "--home", home).returncode == 0
    assert before == (dates(home), rows(home, stood))


JUMPING = """
import json, os, sys
from pathlib import Path
from crawler.run import crawl
from parsers.sites import site_named

def tell(what, done, of):
    os.environ["VERDICTS_NOW"] = sys.argv[3]

report = crawl(Path(sys.argv[1]), addresses=[sys.argv[2]], site=site_named("sample"), delay_s=0,
               allow_private=True, progress=tell)
print(json.dumps([report.exit_code, report.notes]))
"""


@pytest.mark.parametrize(
    ("moment", "is_said"),
    [(AHEAD, True), ("2026-10-31T12:00:00Z", True), ("2026-11-01T12:00:59Z", False)],
)
def test_a_clock_that_jumps_during_a_run_is_said_with_both_times(
    monkeypatch, site, home, moment, is_said
):
    monkeypatch.setenv(VARIABLE, FIRST)
    done = forked.run(
        [sys.executable, "-c", JUMPING, str(home), site.base, moment],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    exit_code, notes = json.loads(done.stdout)
    said = f"clock: the clock of this machine jumped from {FIRST} to {moment}"
    assert exit_code == 0
    assert notes.get(said) == (1 if is_said else None)


@pytest.mark.parametrize(
    ("seconds", "is_jump"),
    [(3600, True), (-3600, True), (61, True), (-61, True), (60, False), (-60, False), (0, False)],
)
def test_a_jump_is_what_the_clock_that_only_counts_did_not_see(monkeypatch, seconds, is_jump):
    begun = datetime(2026, 11, 1, 12, tzinfo=UTC)
    passed, off = [0.0], [0.0]
    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(seconds=passed[0] + off[0]))
    monkeypatch.setattr(clock.time, "monotonic", lambda: passed[0])
    monkeypatch.delenv(VARIABLE, raising=False)
    watch = Watch()
    passed[0] = 86_400.0
    assert watch.jump() is None, "a long run is no jump"
    off[0] = float(seconds)
    assert (watch.jump() is not None) == is_jump
    assert watch.jump() is None, "it is told once"


@given(st.integers(-400, 400), st.integers(0, 86_399))
def test_sql_and_python_agree_on_what_is_due(days, seconds):
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    due = stamp(now + timedelta(days=days, seconds=seconds - 43_200))
    with closing(sqlite3.connect(":memory:")) as db:
        (told,) = db.execute(
            f"SELECT {IS_DUE} FROM (SELECT ? AS due)", (*due_bounds(stamp(now)), due)
        ).fetchone()
    assert bool(told) == is_due(due, stamp(now))
    assert is_due(due, stamp(now)) == (
        due <= FIRST
        or days >= FURTHEST_DAYS + 1
        or (due > stamp(now + timedelta(days=FURTHEST_DAYS)))
    )
