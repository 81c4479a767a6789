"""A ledger made again knows what the lost one knew, or its report says what is lost."""

from __future__ import annotations

import gzip
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from commands import verdicts
from crawl_site import PAGES, rows, run_crawl, serving
from crawl_site import Answer as Said
from db_home import ALDER, BIRCH, CEDAR, Answer, html, page, store, url_of
from drift_home import PAIRS, clock, crawled, half_broken
from drift_home import site as drift_site
from old_home import change, flip

from archive import Home, open_archive
from archive.ledger.leases import Ending, State
from archive.ledger.profiles import accept_drift, held_captures, load_profiles
from archive.ledger.tables import MIGRATIONS
from archive.rebuild import RebuildReport
from archive.rebuild.carried import LOST
from archive.runs import open_run
from archive.store.store import Exchange
from crawler.replay import rebuild
from db import build
from db.check import check
from machine.clock import VARIABLE as NOW
from machine.failpoints import VARIABLE as KILL_AT
from schema.errors import StartError

PATHS = list(PAGES)
DAYS = [f"2026-02-{day:02}T12:00:00Z" for day in range(1, 8)]


def rebuilt(home: Path) -> RebuildReport:
    return rebuild(Home(home))


def renumbering(home: Path) -> None:
    """Store a page whose bytes are lost, so that a rebuild numbers all that follow anew."""
    url = url_of(ALDER, CEDAR, "https://shiporskip.io")
    store(home, [Answer(url, html(ALDER, CEDAR), at=DAYS[0], site="shiporskip")])
    next((home / "warc").iterdir()).unlink()


def held_urls(home: Path) -> set[str]:
    held = held_captures(home)
    return {capture.url for capture in open_archive(home).captures() if capture.id in held}


def test_what_is_held_for_drift_is_held_after_a_rebuild(home):
    renumbering(home)
    crawled(home, drift_site(), DAYS[1])
    crawled(home, drift_site(half_broken), DAYS[2])
    before, ids, shown = held_urls(home), held_captures(home), build(home)
    assert len(before) == len(PAIRS)
    report = rebuilt(home)
    assert held_urls(home) == before
    assert held_captures(home) != ids
    assert (report.carried["profile"], report.lost) == (len(load_profiles(home)), [])
    assert (build(home).held, build(home).comparisons) == (shown.held, shown.comparisons)
    assert check(home, deep=True) == []


def test_a_crawl_after_a_rebuild_is_compared_with_those_before_it(home):
    renumbering(home)
    crawled(home, drift_site(), DAYS[1])
    rebuilt(home)
    assert crawled(home, drift_site(half_broken), DAYS[2])
    (run_id,) = {row.run_id for row in load_profiles(home) if row.is_drift}
    rebuilt(home)
    accept_drift(home, run_id)
    assert held_captures(home) == frozenset()


def test_what_a_killed_run_had_not_judged_yet_is_held_after_a_rebuild(home):
    renumbering(home)
    crawled(home, drift_site(), DAYS[1])
    crawled(home, drift_site(half_broken), DAYS[2])
    middle = sorted(held_captures(home))[4]
    change(
        home / "ledger.db",
        "UPDATE profile SET is_drift = 0,"
        f" counts = json_set(counts, '$.captures', json('[]'), '$.judged_to', {middle})"
        " WHERE is_drift",
    )
    before = held_urls(home)
    assert len(before) == len(PAIRS) - 5
    rebuilt(home)
    assert held_urls(home) == before


def test_what_drifted_since_an_older_ledger_was_copied_is_held_after_a_rebuild(home):
    crawled(home, drift_site(), DAYS[0])
    older = (home / "ledger.db").read_bytes()
    crawled(home, drift_site(half_broken), DAYS[1])
    before = held_urls(home)
    (home / "ledger.db").write_bytes(older)
    rebuilt(home)
    assert held_urls(home) == before
    assert len(before) == len(PAIRS)


def test_when_a_run_began_is_carried_over_though_it_stored_nothing_until_later(home):
    store(home, [page(ALDER, BIRCH)])
    change(home / "ledger.db", "UPDATE run SET started_at = '2026-01-01T00:00:00Z'")
    rebuilt(home)
    assert rows(home, "SELECT started_at FROM run") == [("2026-01-01T00:00:00Z",)]


def test_opt_outs_in_robots_txt_outlive_a_rebuild(site, home):
    site.answers["/robots.txt"] = Said(b"User-agent: GPTBot\nDisallow: /\n")
    paths = list(site.answers)[-3:]
    run_crawl(home, site.base + paths[0], env={NOW: DAYS[0]})
    run_crawl(home, site.base + paths[1], env={NOW: DAYS[0].replace("T12", "T18")})
    denied = {capture.url: capture.denied_tokens != "" for capture in open_archive(home).captures()}
    assert list(denied.values()).count(True) == 3
    assert rebuilt(home).carried["robots"] == 2
    assert denied == {
        capture.url: capture.denied_tokens != "" for capture in open_archive(home).captures()
    }
    run_crawl(home, site.base + paths[2], env={NOW: DAYS[0].replace("T12", "T20")})
    assert site.paths()["/robots.txt"] == 1


def test_rules_whose_bytes_are_lost_are_asked_for_anew_and_what_they_denied_holds(site, home):
    site.answers["/robots.txt"] = Said(b"User-agent: GPTBot\nDisallow: /\n")
    paths = list(site.answers)[-3:]
    run_crawl(home, site.base + paths[0], env={NOW: DAYS[0]})
    ((offset, length),) = rows(home, "SELECT offset, length FROM capture WHERE url LIKE '%.txt'")
    assert isinstance(offset, int) and isinstance(length, int)
    flip(next((home / "warc").glob("*.gz")), offset + length // 2)
    assert len(rebuilt(home).damaged) == 1
    assert [capture.denied_tokens != "" for capture in open_archive(home).captures()] == [True]
    assert run_crawl(home, site.base + paths[1], env={NOW: DAYS[0]}).exit_code == 0
    assert site.paths()["/robots.txt"] == 2


def test_rules_that_repeat_an_imported_robots_txt_are_read_there(site, home, tmp_path):
    site.answers["/robots.txt"] = Said(b"User-agent: GPTBot\nDisallow: /\n")
    saved = tmp_path / "robots.txt"
    saved.write_bytes(site.answers["/robots.txt"].body)
    assert (
        verdicts(
            "import",
            saved,
            "--home",
            home,
            "--site",
            "sample",
            "--date",
            DAYS[0],
            "--url",
            "https://sample.example/robots.txt",
        ).returncode
        == 0
    )
    run_crawl(home, site.base + PATHS[0], env={NOW: DAYS[1]})
    before = rows(home, "SELECT * FROM robots")
    assert rows(home, "SELECT kind FROM capture WHERE id = 2") == [("revisit",)]
    (home / "ledger.db").unlink()
    rebuilt(home)
    assert rows(home, "SELECT * FROM robots") == before


def test_a_page_that_came_again_in_other_bytes_on_the_wire_repeats_the_first_after_a_rebuild(
    site, home
):
    path, *_ = PATHS
    packed = gzip.compress(PAGES[path], mtime=0)
    site.answers[path] = Said(packed, headers={"Content-Encoding": "gzip"})
    run_crawl(home, site.base + path, env={NOW: DAYS[0]})
    site.answers[path] = Said(PAGES[path])
    run_crawl(home, site.base + path, env={NOW: DAYS[1]})
    sql = f"SELECT kind, revisit_of FROM capture WHERE url LIKE '%{path}' ORDER BY id"
    (first, again) = before = rows(home, sql)
    assert (first[1], again[0], again[1] is None) == (None, "response", False)
    rebuilt(home)
    assert rows(home, sql) == before


@pytest.mark.parametrize("point", ["ledger-made", "ledger-swapped"])
def test_a_rebuild_that_is_killed_can_be_done_again_and_forgets_nothing(home, point):
    crawled(home, drift_site(), DAYS[0])
    crawled(home, drift_site(half_broken), DAYS[1])
    before = held_urls(home)
    killed = verdicts("check", "--rebuild-ledger", "--home", home, **{KILL_AT: f"{point}:1"})
    assert killed.returncode == -9
    assert held_urls(home) == before
    assert verdicts("check", "--rebuild-ledger", "--deep", "--home", home).returncode == 0
    assert held_urls(home) == before
    assert len(before) == len(PAIRS)


@pytest.mark.parametrize("harm", ["gone", "empty", "foreign", "holed"])
def test_a_rebuild_says_what_is_lost_with_an_old_ledger_that_cannot_be_read(home, harm):
    crawled(home, drift_site(), DAYS[0])
    crawled(home, drift_site(half_broken), DAYS[1])
    ledger = home / "ledger.db"
    if harm == "gone":
        ledger.unlink()
    elif harm == "holed":
        change(
            ledger,
            "DROP TABLE robots",
            "UPDATE profile SET counts = '{'",
            "PRAGMA ignore_check_constraints = ON",
            "INSERT INTO correction VALUES (1, 'mood', 'sample', 'x', 'y', 'z')",
        )
    else:
        ledger.write_bytes(b"" if harm == "empty" else b"no ledger at all" * 500)
    ended = verdicts("check", "--rebuild-ledger", "--home", home)
    assert ended.returncode == 0, ended.stderr
    for lost in ("holds for drift", "robots.txt", "corrections"):
        assert lost in ended.stderr
    assert ("take-downs" in ended.stderr) == (harm != "holed")
    assert len(open_archive(home).captures()) == 2 * len(PAIRS)


def test_the_ledger_of_a_newer_version_is_not_replaced(home):
    store(home, [page(ALDER, BIRCH)])
    change(home / "ledger.db", f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = (home / "ledger.db").read_bytes()
    with pytest.raises(StartError, match="newer version"):
        rebuilt(home)
    assert (home / "ledger.db").read_bytes() == before


def ask(home: Path, at: str, status: int) -> None:
    """One run in which the page gave a status."""
    is_good = status == 200
    state: State = "captured" if is_good else "waiting" if status == 503 else "failed"
    ending = Ending(
        "ok" if is_good else "http_error", "" if is_good else str(status), state, status=status
    )
    with clock(at):
        store(home, [page(ALDER, BIRCH, status=status, at=at, ending=ending)])


@pytest.mark.parametrize(
    "statuses",
    [(404, 404, 503), (404, 404, 410), (404, 404, 404, 503), (404, 200, 404), (200, 404)],
)
def test_a_missing_page_is_counted_as_the_crawl_counted_it(home, statuses):
    for day, status in zip(DAYS, statuses, strict=False):
        ask(home, day, status)
        ask(home, day, status)
    sql = "SELECT state, missing_runs, missing_on FROM page"
    before = rows(home, sql)
    rebuilt(home)
    assert rows(home, sql) == before


@dataclass(frozen=True)
class Elsewhere(Answer):
    """The answer of another host of the site, to which the page led."""

    def exchange(self) -> Exchange:
        return replace(super().exchange(), fetched_url="https://www.sample.example/there")


def test_a_page_that_led_to_another_host_of_its_site_is_asked_for_at_its_own(home):
    url = url_of(ALDER, BIRCH)
    leads = Answer(url, b"", status=301, ending=Ending("ok", "redirect", "leased", status=301))
    store(home, [leads, Elsewhere(url, html(ALDER, BIRCH))])
    before = rows(home, "SELECT origin, state FROM page")
    rebuilt(home)
    assert rows(home, "SELECT origin, state FROM page") == before == [(None, "captured")]


def test_a_second_rebuild_keeps_runs_apart_that_a_first_one_left_room_for(home):
    with open_run(Home(home), "crawl"):
        pass  # a run that stored nothing, so the archive does not speak of it
    for day, body in zip(DAYS, (b"one", b"two", b"three"), strict=False):
        store(home, [page(ALDER, BIRCH, body=body, at=day)])
        rebuilt(home)
    runs = [row[0] for row in rows(home, "SELECT run_id FROM capture ORDER BY id")]
    assert runs == [2, 3, 4]


def test_each_table_that_only_the_ledger_holds_is_named(home):
    store(home, [page(ALDER, BIRCH)])
    with sqlite3.connect(home / "ledger.db") as db:
        tables = {
            row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        }
    db.close()
    assert tables - {"run", "segment", "capture", "attempt"} == set(LOST)


@pytest.mark.parametrize("is_gone", [False, True])
def test_pages_that_wait_are_fetched_by_the_next_crawl_after_a_rebuild(home, is_gone):
    """The old ledger names them; where that is gone, the site's lists are read again."""
    with serving() as site:
        assert run_crawl(home, site.base, "--max-pages", "1").exit_code == 20
        if is_gone:
            (home / "ledger.db").unlink()
        made = verdicts("check", "--rebuild-ledger", "--home", home)
        assert (made.returncode, "pages never captured" in made.stderr) == (0, is_gone)
        rest = run_crawl(home)
    assert (rest.exit_code, rest.report["stored"]) == (0, len(PAGES) - 1)


def test_a_page_whose_bytes_are_lost_is_asked_for_again_after_a_rebuild(home):
    with serving() as site:
        run_crawl(home, site.base)
        (segment,) = (home / "warc").glob("*.warc.gz")
        ((offset, url),) = rows(
            home,
            "SELECT offset, url FROM capture WHERE url LIKE '%-vs-%' ORDER BY offset DESC LIMIT 1",
        )
        segment.chmod(0o644)
        with segment.open("r+b") as file:
            file.truncate(offset)
        assert verdicts("check", "--rebuild-ledger", "--home", home).returncode == 0
        again = run_crawl(home)
    assert again.report["stored"] == 1
    assert rows(home, f"SELECT count(*) FROM capture WHERE url = '{url}'") == [(1,)]


def test_a_copy_of_an_open_segment_beside_the_sealed_one_is_named_and_not_read(home):
    store(home, [page(ALDER, BIRCH)])
    (segment,) = (home / "warc").glob("*.warc.gz")
    segment.with_name(segment.name + ".open").write_bytes(segment.read_bytes()[:-9])
    report = rebuilt(home)
    assert (report.captures, report.damaged) == (
        1,
        [f"{segment.name}.open: not read, for it was sealed as well"],
    )
