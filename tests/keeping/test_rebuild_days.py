"""A site crawled for days, and its ledger deleted: one made again says the same, but for a list.

The list is that of `docs/damage.md`; whoever makes it longer says so there as well.
"""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from commands import verdicts
from crawl_site import PAGES, Answer, Site, rows, run_crawl, serving
from old_home import flip
from recrawling import all_validate, at, validating

from archive import open_archive
from db import build
from db.check import check
from machine.failpoints import VARIABLE as KILL_AT

STILL, LIVELY, LEAVING = sorted(PAGES)
MOVED, TIRED, TALKING = "/compare/cedar-vs-old", "/compare/alder-vs-tired", "/compare/a-vs-b"
DENYING, DELAYED = b"User-agent: GPTBot\nDisallow: /\n", b"User-agent: *\nCrawl-delay: 0.01\n"

MAY_DIFFER = {
    "run": {"exit_code", "seconds", "report", "bytes", "failed"},
    "page": {"depth", "lastmod", "known_since", "last_outcome", "last_reason"},
    "capture": set(),
    "attempt": {"id", "detail", "outcome", "reason"},
    "robots": {"id"},
    "segment": set(),
    "profile": None,
    "takedown": None,
    "correction": None,
    "export": None,
    "acknowledged": None,
    "reading_change": None,
}
"""The columns that may say less. None: the whole table stands nowhere in the archive."""
PAGE_OF = {"capture": "page_id", "attempt": "page_id"}


def of_another_body(body: bytes) -> Answer:
    """A 304 that speaks of another body to whoever names one, else the body."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        is_asked = "If-None-Match" in handler.headers
        handler.send_response(304 if is_asked else 200)
        handler.send_header("ETag", '"another"')
        handler.send_header("Content-Length", str(0 if is_asked else len(body)))
        handler.end_headers()
        handler.wfile.write(b"" if is_asked else body)

    return Answer(play=play)


def crawled_for_days(site: Site, home: Path) -> None:
    """Robots.txt changes, a page goes, one changes, one stays, one leads on, one is not read."""
    sent = all_validate(site)
    named = [site.base + path for path in (MOVED, TIRED, TALKING)]
    sitemap = f"Sitemap: {site.base}/map-index.xml\n".encode()
    site.answers["/robots.txt"] = Answer(DELAYED + sitemap, content_type="text/plain")
    site.answers[MOVED] = Answer(b"", 301, headers={"Location": STILL})
    site.answers[TIRED] = Answer(b"not now", 503)
    site.answers[TALKING] = Answer(b"<p>Nothing to compare.</p></body></html>")
    site.answers[LIVELY] = Answer(
        gzip.compress(PAGES[LIVELY], mtime=0), headers={"Content-Encoding": "gzip"}
    )
    run_crawl(home, site.base, *named, env=at(0))
    run_crawl(home, site.base + STILL, site.base + LIVELY, env=at(0))
    site.answers["/robots.txt"] = Answer(DENYING + sitemap, content_type="text/plain")
    site.answers[LEAVING] = Answer(b"no such page", 404)
    run_crawl(home, "--all-due", env=at(2))
    site.answers[LIVELY] = validating(PAGES[LIVELY] + b"<p>More</p>", sent)
    shutil.copy(home / "ledger.db", home.parent / "older.db")
    run_crawl(home, "--all-due", env=at(3))
    site.answers["/rules.txt"] = Answer(DENYING, content_type="text/plain")
    site.answers["/robots.txt"] = Answer(b"", 302, headers={"Location": "/rules.txt"})
    site.answers[f"{LIVELY}?2"] = Answer(PAGES[LIVELY].replace(b"81/100", b"80/100"))
    site.answers[LIVELY] = Answer(b"", 302, headers={"Location": f"{LIVELY}?2"})
    run_crawl(home, site.base + LEAVING, site.base + STILL, site.base + LIVELY, env=at(40))
    site.answers["/robots.txt"] = Answer(b"", 404)
    run_crawl(home, site.base + STILL, site.base + LIVELY, env=at(44))
    site.answers["/robots.txt"] = of_another_body(b"User-agent: *\nDisallow: /none\n")
    site.answers[STILL] = of_another_body(PAGES[STILL])
    run_crawl(home, site.base + STILL, env=at(46))
    saved = home.parent / "saved.html"
    saved.write_bytes(PAGES[STILL])
    assert (
        verdicts(
            "import",
            saved,
            "--home",
            home,
            "--site",
            "sample",
            "--date",
            "2026-10-15",
            "--url",
            "https://sample.example" + STILL,
            **at(45),
        ).returncode
        == 0
    )


def table(ledger: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a table without what may differ, pages told by their addresses."""
    with closing(sqlite3.connect(ledger)) as db:
        db.row_factory = sqlite3.Row
        urls = {row["id"]: row["url"] for row in db.execute("SELECT id, url FROM page")}
        found = [dict(row) for row in db.execute(f"SELECT * FROM {name} ORDER BY id")]
        known = {row[0] for row in db.execute("SELECT page_id FROM capture")}
    if name == "page":
        found = sorted((row for row in found if row["id"] in known), key=lambda row: row["url"])
    if name == "attempt":
        found = [row for row in found if row["capture_id"] is not None]
    for row in found:
        if name in PAGE_OF:
            row[PAGE_OF[name]] = urls[row[PAGE_OF[name]]]
        if name == "page":
            del row["id"]
        for column in MAY_DIFFER[name] or ():
            row.pop(column, None)
    return found


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Path]]:
    """A site, and a folder with a home crawled for days."""
    folder = tmp_path_factory.mktemp("crawled")
    with serving() as running:
        crawled_for_days(running, folder / "home")
        build(folder / "home")
        yield running, folder


@pytest.fixture
def site(crawled: tuple[Site, Path]) -> Site:
    """The site, still running."""
    return crawled[0]


@pytest.fixture
def lost(crawled: tuple[Site, Path], home: Path) -> Path:
    """The home, with its ledger put beside it."""
    shutil.copytree(crawled[1], home.parent, dirs_exist_ok=True, symlinks=True)
    shutil.move(home / "ledger.db", home.parent / "before.db")
    return home


def rebuilt(home: Path, **env: str) -> str:
    ended = verdicts("check", "--rebuild-ledger", "--deep", "--home", home, **env)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stderr


def test_every_row_of_a_lost_ledger_is_made_again_but_for_a_list(lost, home):
    assert "opt-outs" not in (said := rebuilt(home))
    assert "requests for robots.txt that got no answer" in said
    before = home.parent / "before.db"
    assert {
        name for (name,) in rows(home, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    } == set(MAY_DIFFER)
    for name, columns in MAY_DIFFER.items():
        if columns is not None:
            assert table(home / "ledger.db", name) == table(before, name), name


def test_todays_requests_and_the_rules_of_the_day_still_count(lost, home, site):
    rebuilt(home)
    site.asked.clear()
    ended = run_crawl(home, site.base + STILL, "--per-day", "1", env=at(46))
    assert (ended.exit_code, site.paths()) == (20, {}), "it was asked for more that day"
    assert run_crawl(home, site.base + STILL, env=at(46)).exit_code == 0
    assert site.paths() == {STILL: 1}, "robots.txt is not asked for again on the same day"


def test_pages_whose_use_was_denied_are_denied_after_a_rebuild(lost, home):
    (home / "ledger.db").write_bytes((home.parent / "before.db").read_bytes())
    denied = {capture.id for capture in open_archive(home).captures() if capture.denied_tokens}
    (home / "ledger.db").unlink()
    rebuilt(home)
    assert denied == {
        capture.id for capture in open_archive(home).captures() if capture.denied_tokens
    }
    assert 20 < len(denied) < len(open_archive(home).captures())


def test_rules_whose_bytes_are_lost_with_the_ledger_are_named_and_the_last_denial_holds(lost, home):
    before = sqlite3.connect(home.parent / "before.db")
    ((name, offset),) = before.execute(
        "SELECT name, offset FROM capture JOIN segment ON segment.id = segment_id WHERE capture.id"
        " = (SELECT capture_id FROM robots WHERE run_id = 4)"
    ).fetchall()
    before.close()
    flip(home / "warc" / name, offset + 20)
    ended = verdicts("check", "--rebuild-ledger", "--home", home)
    assert "/robots.txt as run 4 of 2026-11-04T12:00:00Z read it" in ended.stderr
    assert rows(home, "SELECT state, denied_tokens, capture_id FROM robots WHERE run_id = 4") == [
        ("unreachable", "GPTBot", None)
    ]


def test_rules_that_repeat_a_lost_record_are_named(lost, home):
    sorted((home / "warc").iterdir())[2].unlink()
    assert "/robots.txt as run 4 of 2026-11-04" in rebuilt(home)
    assert rows(home, "SELECT state FROM robots WHERE run_id = 4") == [("unreachable",)]


def test_what_an_older_ledger_lacks_is_read_in_the_archive(lost, home):
    shutil.copy(home.parent / "older.db", home / "ledger.db")
    assert "lost" not in rebuilt(home)
    for name in ("robots", "page", "capture"):
        assert table(home / "ledger.db", name) == table(home.parent / "before.db", name)


def test_what_repeats_a_lost_record_is_named_and_asked_for_again(lost, home, site):
    sorted((home / "warc").iterdir())[0].unlink()
    said = rebuilt(home)
    assert "it repeats a lost record" in said
    assert "/robots.txt as run 2 of 2026-11-01" in said
    state = f"SELECT state FROM page WHERE url LIKE '%{TALKING}'"
    assert rows(home, state) == [("waiting",)]
    run_crawl(home, env=at(46))
    assert rows(home, state) == [("captured",)]
    assert check(home, deep=True) == []


@pytest.mark.parametrize("point", ["ledger-filled:2", "ledger-made", "ledger-swapped"])
def test_a_rebuild_that_is_killed_leaves_no_ledger_or_a_whole_one(lost, home, point):
    ended = verdicts("check", "--rebuild-ledger", "--home", home, **{KILL_AT: point})
    assert ended.returncode == -9
    assert (home / "ledger.db").exists() == (point == "ledger-swapped")
    if point != "ledger-swapped":
        assert verdicts("build", "--home", home).returncode == 40
        rebuilt(home)
    assert table(home / "ledger.db", "page") == table(home.parent / "before.db", "page")
    assert check(home, deep=True) == []


def test_a_rebuild_keeps_the_numbers_of_segments_of_which_one_is_lost(lost, home, site):
    sorted((home / "warc").iterdir())[1].unlink()
    verdicts("check", "--rebuild-ledger", "--home", home)
    assert [number for (number,) in rows(home, "SELECT id FROM segment")] == [1, 3, 4, 5, 6, 7, 8]
    assert run_crawl(home, site.base + STILL, env=at(60)).exit_code == 0
    assert check(home, deep=True) == []


def public(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of a published database, but for what a rebuilt ledger cannot say of its runs."""
    with closing(sqlite3.connect(path)) as db:
        tables = [
            name
            for (name,) in db.execute(
                "SELECT name FROM sqlite_schema WHERE type ="
                " 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            )
        ]
        found = {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
        found["crawl"] = db.execute(
            "SELECT id, kind, site, started_at, ended_at, asked, stored,"
            " unchanged, robots_state FROM crawl"
        ).fetchall()
    return found


def test_a_build_from_a_ledger_made_again_publishes_the_same(lost, home):
    before = (home / "public/current.db").resolve()
    rebuilt(home)
    made = build(home)
    assert (made.parsed, public(made.path)) == (0, public(before))
    with closing(sqlite3.connect(home / "ledger.db")) as db, db:
        db.execute("ATTACH ? AS old", (str(home.parent / "before.db"),))
        for table, key, columns in (
            ("run", "id", MAY_DIFFER["run"]),
            ("page", "url", ("last_outcome", "last_reason")),
        ):
            for column in columns:
                db.execute(
                    f"UPDATE main.{table} SET {column} = (SELECT {column} FROM old.{table}"
                    f" AS other WHERE other.{key} = {table}.{key})"
                )
    kept = before.read_bytes()
    shutil.rmtree(home / "public")
    assert build(home).path.read_bytes() == kept
    assert check(home, deep=True) == []
