"""A recrawl asks for no more than it must, and knows what changed, what stayed and what is gone."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import forked
import pytest
from commands import verdicts
from crawl_site import PAGES, Answer, Ended, Site, outcomes, rows, run_crawl
from recrawling import all_validate, at, validating

from archive import open_archive
from archive.store.reader import load_record
from archive.warc.http1 import take_apart
from db import build
from db.check import check

PATHS = sorted(PAGES)


def recrawl(site: Site, home: Path, day: int) -> Ended:
    return run_crawl(home, site.base, "--all-due", env=at(day))


def test_a_recrawl_of_an_unchanged_site_fetches_no_body(site: Site, home: Path) -> None:
    sent = all_validate(site)
    first = run_crawl(home, site.base, env=at(0))
    assert (first.exit_code, first.report["stored"], len(sent)) == (0, 3, 7)
    sent.clear()
    again = recrawl(site, home, 40)
    assert (again.exit_code, again.report["stored"], again.report["unchanged"]) == (0, 0, 3)
    assert sent == []
    kinds = rows(
        home,
        "SELECT kind, status, count(*) FROM capture WHERE status != 404 GROUP BY 1, 2 ORDER BY 1",
    )
    assert kinds == [("response", 200, 7), ("revisit", 304, 7)]
    assert check(home, deep=True) == []


def changed(before: Path, after: Path) -> set[str]:
    """What differs between two databases: tables by name, or `table.column` where rows agree."""
    with closing(sqlite3.connect(before)) as db:
        db.row_factory = sqlite3.Row
        db.execute("ATTACH ? AS later", (str(after),))
        tables = {
            row[0]
            for which in ("main", "later")
            for row in db.execute(f"SELECT name FROM {which}.sqlite_schema WHERE type = 'table'")
        }
        found = set()
        for table in tables:
            old, new = (
                db.execute(f"SELECT * FROM {which}.[{table}] ORDER BY 1").fetchall()
                for which in ("main", "later")
            )
            columns = {
                name
                for one, two in zip(old, new, strict=False)
                for name in one.keys()  # noqa: SIM118
                if one[name] != two[name]
            }
            is_whole = table in ("capture", "crawl", "page") or len(old) != len(new)
            found |= (
                {table}
                if is_whole and (columns or len(old) != len(new))
                else {f"{table}.{name}" for name in columns}
            )
        return found


def test_the_build_after_an_unchanged_recrawl_parses_no_page(site: Site, home: Path) -> None:
    all_validate(site)
    run_crawl(home, site.base, env=at(0))
    before = build(home)
    recrawl(site, home, 40)
    after = build(home)
    assert (before.parsed, after.parsed, after.comparisons) == (3, 0, 3)
    assert after.is_new
    assert build(home).is_new is False
    assert changed(before.path, after.path) == {
        "capture",
        "crawl",
        "page",
        "alias.last_seen",
        "card.last_seen",
        "comparison.last_seen",
        "comparison_version.last_seen",
        "quote.last_seen",
        "reviewer.last_seen",
        "side_seen.last_seen",
        "tool.last_seen",
    }


def test_equal_bytes_become_a_revisit_even_where_the_server_knows_no_validators(
    site: Site, home: Path
) -> None:
    run_crawl(home, site.base, env=at(0))
    again = recrawl(site, home, 40)
    assert (again.report["stored"], again.report["unchanged"]) == (0, 3)
    archive = open_archive(home)
    revisits = [capture for capture in archive.captures() if capture.kind == "revisit"]
    assert len(revisits) == 7
    for capture in revisits:
        record = load_record(archive.home, capture.segment, capture.offset, capture.length)
        assert record.headers["warc-profile"].endswith("/identical-payload-digest")
        assert record.headers["warc-refers-to"]
        message = take_apart(record.block)
        assert message is not None and message.wire == b""
        original = next(c for c in archive.captures() if c.id == capture.revisit_of)
        assert archive.load(capture).body == archive.load(original).body


def test_equal_content_in_another_encoding_is_kept_whole_and_counts_as_unchanged(
    site: Site, home: Path
) -> None:
    import gzip

    path = PATHS[0]
    run_crawl(home, site.base, env=at(0))
    site.answers[path] = Answer(
        gzip.compress(PAGES[path], mtime=0), headers={"Content-Encoding": "gzip"}
    )
    assert recrawl(site, home, 40).report["unchanged"] == 3
    found = rows(
        home,
        f"SELECT kind, revisit_of IS NOT NULL FROM capture WHERE url LIKE '%{path}' ORDER BY id",
    )
    assert found == [("response", 0), ("response", 1)]
    before = build(home)
    assert (before.parsed, before.comparisons) == (3, 3)


def test_a_304_that_was_not_asked_for_is_no_capture_of_the_page(site: Site, home: Path) -> None:
    path = PATHS[0]
    site.answers[path] = Answer(b"", 304)
    ended = run_crawl(home, site.base, env=at(0))
    assert ended.report["failed"] == {"http_error:unexpected": 1}
    assert rows(home, f"SELECT revisit_of FROM capture WHERE url LIKE '%{path}'") == [(None,)]


def changed_tag(said: Answer) -> Callable[[BaseHTTPRequestHandler], None]:
    """A server that answers any condition with a 304 of another body, and else as it is told."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        is_asked = handler.headers.get("If-None-Match") is not None
        handler.send_response(304 if is_asked else said.status)
        handler.send_header("ETag", '"other"')
        handler.send_header("Content-Length", str(len(said.body)))
        handler.end_headers()
        if not is_asked:
            handler.wfile.write(said.body)

    return play


def test_a_304_for_another_body_is_not_believed_and_the_page_asked_for_whole(
    site: Site, home: Path
) -> None:
    path = PATHS[0]
    for each, body in ((path, PAGES[path]), ("/robots.txt", b"User-agent: *\nDisallow: /s\n")):
        site.answers[each] = Answer(body, headers={"ETag": '"ours"'})
    run_crawl(home, site.base + path, env=at(0))
    new = PAGES[path].replace(b"81/100", b"80/100")
    site.answers[path] = Answer(play=changed_tag(Answer(new)))
    site.answers["/robots.txt"] = Answer(play=changed_tag(Answer(b"User-agent: *\nAllow: /\n")))
    site.asked.clear()
    again = run_crawl(home, site.base + path, env=at(40))
    assert (again.exit_code, again.report["stored"], again.report["unchanged"]) == (0, 1, 0)
    assert outcomes(home, path) == ["ok:", "http_error:other_body", "ok:"]
    assert outcomes(home, "/robots.txt") == ["ok:", "http_error:other_body", "ok:"]
    assert [asked.get("If-None-Match") for _, at, asked in site.asked if at == path] == [
        '"ours"',
        None,
    ]
    archive = open_archive(home)
    assert archive.load(archive.captures()[-1]).body == new
    assert check(home, deep=True) == []


def test_a_304_that_tells_nothing_leaves_the_page_as_it_was(site: Site, home: Path) -> None:
    path = PATHS[0]
    site.answers[path] = Answer(PAGES[path], headers={"ETag": '"ours"'})
    run_crawl(home, site.base + path, env=at(0))
    site.answers[path] = Answer(play=changed_tag(Answer(b"", 304)))
    again = run_crawl(home, site.base + path, env=at(40))
    assert again.report["failed"] == {"http_error:unexpected": 1}
    assert build(home).comparisons == 1
    site.asked.clear()
    run_crawl(home, site.base + path, env=at(80))
    asked = [headers for _, at, headers in site.asked if at == path]
    assert asked[0]["If-None-Match"] == '"ours"', "what it says of a body we never had is not kept"


def test_a_304_takes_no_wish_of_the_publisher_back(site: Site, home: Path) -> None:
    """It need not repeat what the answer said that it confirms; an older one's silence is none."""
    path, tag = PATHS[0], {"ETag": '"ours"'}
    wish = tag | {"X-Robots-Tag": "noarchive"}
    bare, wished = Answer(b"", 304, headers=tag), Answer(b"", 304, headers=wish)
    told = []
    for day, answer in enumerate(
        (Answer(PAGES[path], headers=tag), Answer(PAGES[path], headers=wish), bare, wished, bare)
    ):
        site.answers[path] = answer
        run_crawl(home, site.base + path, env=at(40 * day))
        told.append("noarchive" in str(rows(home, "SELECT headers FROM capture ORDER BY id")[-1]))
    assert told == [False, True, True, True, True]
    shutil.rmtree(home / "public", ignore_errors=True)
    (home / "ledger.db").unlink()
    assert verdicts("check", "--rebuild-ledger", "--home", home).returncode == 0
    again = rows(home, "SELECT headers FROM capture WHERE url LIKE '%/compare/%' ORDER BY id")
    assert ["noarchive" in str(row) for row in again] == told, "a rebuilt ledger says the same"


def test_a_validator_of_many_kilobytes_is_not_sent_back(site: Site, home: Path) -> None:
    path, moment = PATHS[0], "Sun, 01 Nov 2026 12:00:00 GMT"
    site.answers[path] = Answer(
        PAGES[path], headers={"ETag": f'"{"x" * 60_000}"', "Last-Modified": moment}
    )
    run_crawl(home, site.base + path, env=at(0))
    site.asked.clear()
    assert run_crawl(home, site.base + path, env=at(40)).report["unchanged"] == 1
    (asked,) = (headers for _, at, headers in site.asked if at == path)
    assert (asked.get("If-None-Match"), asked["If-Modified-Since"]) == (None, moment)
    archive = open_archive(home)
    capture = archive.captures()[-1]
    record = load_record(archive.home, capture.segment, capture.offset, capture.length)
    assert b"x" * 60_000 in record.block, "the archive keeps it whole"


def due_of(home: Path, path: str) -> tuple[object, ...]:
    return rows(home, f"SELECT state, due, interval_days FROM page WHERE url LIKE '%{path}'")[0]


def test_a_page_that_changes_is_asked_sooner_and_one_that_does_not_later(
    site: Site, home: Path
) -> None:
    still, lively = PATHS[2], PATHS[1]
    run_crawl(home, site.base, env=at(0))
    assert due_of(home, still) == ("captured", "2026-12-01T12:00:00Z", 30.0)
    site.answers[lively] = Answer(PAGES[lively].replace(b"81/100", b"80/100"))
    assert run_crawl(home, site.base, env=at(31)).report["unchanged"] == 1
    assert due_of(home, still) == ("captured", "2027-01-16T12:00:00Z", 45.0)
    assert due_of(home, lively) == ("captured", "2026-12-17T12:00:00Z", 15.0)


def with_lastmod(site: Site, path: str, lastmod: str) -> None:
    listed = f"<url><loc>{site.base}{path}</loc><lastmod>{lastmod}</lastmod></url>"
    site.answers["/map-1.xml"] = Answer(
        f"<urlset>{listed}</urlset>".encode(), content_type="application/xml"
    )


def test_a_sitemaps_date_is_a_hint_that_brings_a_page_forward_or_lets_it_wait(
    site: Site, home: Path
) -> None:
    path = "/compare/alder-vs-birch"
    run_crawl(home, site.base, env=at(0))
    with_lastmod(site, path, "2026-11-04")
    site.asked.clear()
    run_crawl(home, site.base, env=at(5))
    assert site.paths()[path] == 1, "it changed since, and is asked for before it is due"
    with_lastmod(site, path, "2026-10-01")
    site.asked.clear()
    run_crawl(home, site.base, env=at(60))
    assert site.paths()[path] == 0, "it did not change since, and need not be asked for yet"
    run_crawl(home, site.base, env={"VERDICTS_NOW": "2027-03-20T12:00:00Z"})
    assert site.paths()[path] == 1, "no page goes unasked for longer than the longest interval"


def test_a_page_is_gone_only_after_three_runs_on_three_days(site: Site, home: Path) -> None:
    path = PATHS[0]
    run_crawl(home, site.base, env=at(0))
    site.answers[path] = Answer(b"no such page", 404)
    named = site.base + path
    states = []
    for day in (1, 1, 2, 3):
        run_crawl(home, named, env=at(day))
        states.append(due_of(home, path)[0])
    assert states == ["failed", "failed", "failed", "gone"]
    status = verdicts("status", "--home", str(home), "--json")
    pages = json.loads(status.stdout)["pages"]
    assert (pages["gone"], pages["stored"], pages["known"]) == (1, 2, 3)
    site.answers[path] = Answer(PAGES[path])
    run_crawl(home, named, env=at(9))
    assert due_of(home, path)[0] == "captured"


def test_an_answer_between_the_misses_starts_the_count_anew(site: Site, home: Path) -> None:
    path, missing = PATHS[0], Answer(b"no such page", 404)
    for day, answer in enumerate((missing, missing, Answer(PAGES[path]), missing, missing)):
        site.answers[path] = answer
        run_crawl(home, site.base + path, env=at(day))
    assert due_of(home, path)[0] == "failed"


def test_a_page_that_leads_home_counts_as_missing(site: Site, home: Path) -> None:
    path = PATHS[0]
    site.answers[path] = Answer(b"", 302, headers={"Location": "/"})
    ended = run_crawl(home, site.base + path, env=at(0))
    assert ended.report["failed"] == {"http_error:404": 1}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer(b"", 302, headers={"Location": "/"}), "gone"),
        (Answer(b"", 302, headers={"Location": PATHS[1]}), "failed"),
        (Answer(b"no such page", 404), "gone"),
        (Answer(b"", 304), "failed"),
    ],
)
def test_what_an_answer_was_taken_for_is_known_after_a_rebuild(
    site: Site, home: Path, answer: Answer, state: str
) -> None:
    path = PATHS[0]
    run_crawl(home, site.base + path, env=at(0))
    site.answers[path] = answer
    for day in (1, 2, 3):
        run_crawl(home, site.base + path, env=at(day))
    standing = (
        f"SELECT state, missing_runs, last_outcome, last_reason FROM page WHERE url LIKE '%{path}'"
    )
    before = rows(home, standing)
    assert before[0][0] == state
    assert verdicts("check", "--rebuild-ledger", "--home", str(home)).returncode == 0
    assert rows(home, standing) == before


CUTS: dict[str, tuple[Callable[[BaseHTTPRequestHandler], None], str, str]] = {}


def cut(name: str, truncated: str, damage: str) -> Callable[..., None]:
    def keep(play: Callable[[BaseHTTPRequestHandler], None]) -> None:
        CUTS[name] = (play, truncated, damage)

    return keep


@cut("broken off", "disconnect", "damaged:reset")
def _(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<p>only the begin")


@cut("too large", "length", "too_large:wire")
def _(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    try:
        for _ in range(65):  # one more than are taken
            handler.wfile.write(b"x" * 65536)
    except OSError:
        pass


@pytest.mark.parametrize("name", sorted(CUTS))
def test_a_cut_body_is_kept_as_truncated_and_never_read(site: Site, home: Path, name: str) -> None:
    play, truncated, damage = CUTS[name]
    path = PATHS[0]
    site.answers[path] = Answer(play=play)
    run_crawl(home, site.base + path, env=at(0))
    archive = open_archive(home)
    capture = next(c for c in archive.captures() if c.url.endswith(path))
    assert (capture.truncated, capture.damage) == (truncated, damage)
    record = load_record(archive.home, capture.segment, capture.offset, capture.length)
    assert record.headers["warc-truncated"] == truncated
    assert b"<p>only the begin" in record.block or len(record.block) > 4 << 20
    run_crawl(home, site.base + PATHS[1], env=at(0))
    made = build(home)
    assert (made.comparisons, made.failures) == (1, 1)
    assert check(home, deep=True) == []


COLUMNS = (
    "site, url, fetched_url, captured_at, date_source, status, content_type, headers, kind,"
    " body_sha256, damage, truncated, payload_digest, offset, length, record_id"
)


def captures_of(home: Path) -> list[tuple[object, ...]]:
    found = rows(
        home, f"SELECT {COLUMNS}, revisit_of, segment_id FROM capture ORDER BY segment_id, offset"
    )
    places = {row[0]: row[1:] for row in rows(home, "SELECT id, segment_id, offset FROM capture")}
    return [(*row[:-2], places.get(row[-2])) for row in found]


def test_the_ledger_can_be_made_again_from_the_files_alone(site: Site, home: Path) -> None:
    sent = all_validate(site)
    site.answers["/compare/cedar-vs-old"] = Answer(b"", 301, headers={"Location": PATHS[0]})
    site.answers["/compare/no-vs-page"] = Answer(b"no such page", 404)
    run_crawl(
        home,
        site.base,
        site.base + "/compare/cedar-vs-old",
        site.base + "/compare/no-vs-page",
        env=at(0),
    )
    site.answers[PATHS[1]] = validating(PAGES[PATHS[1]] + b"<p>More</p>", sent)
    recrawl(site, home, 40)
    saved = home.parent / "saved.html"
    saved.write_bytes(PAGES[PATHS[2]])
    assert (
        verdicts(
            "import", str(saved), "--home", str(home), "--site", "sample", "--date", "2026-10-15"
        ).returncode
        == 0
    )
    before, database = captures_of(home), build(home)
    stood = "SELECT url, state FROM page WHERE role = 'comparison' ORDER BY url"
    states = rows(home, stood)
    shutil.copy(home / "ledger.db", home.parent / "kept.db")
    (home / "ledger.db").write_bytes(b"not a ledger at all" * 100)
    assert verdicts("check", "--home", str(home)).returncode == 40
    ended = verdicts("check", "--rebuild-ledger", "--deep", "--home", str(home))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert captures_of(home) == before
    assert rows(home, stood) == states
    after = build(home)
    assert (after.parsed, after.comparisons) == (0, database.comparisons)
    assert run_crawl(home, site.base, env=at(80)).exit_code == 0
    assert list((home / "quarantine").glob("ledger.db.*"))


def test_a_rebuild_names_what_is_broken_and_keeps_the_rest(site: Site, home: Path) -> None:
    run_crawl(home, site.base, env=at(0))
    before = captures_of(home)
    segment = next((home / "warc").glob("*.warc.gz"))
    data = bytearray(segment.read_bytes())
    offset, length = before[3][13], before[3][14]
    assert isinstance(offset, int) and isinstance(length, int)
    data[offset + length // 2] ^= 0xFF
    segment.chmod(0o644)
    segment.write_bytes(data)
    ended = verdicts("check", "--rebuild-ledger", "--home", str(home))
    assert f"{segment.name} at {offset}" in ended.stderr
    assert len(captures_of(home)) == len(before) - 1


def test_each_capture_is_acknowledged_with_its_address_and_hash(site: Site, home: Path) -> None:
    reading, writing = os.pipe()
    command = [
        sys.executable,
        "-m",
        "verdicts",
        "crawl",
        site.base,
        "--home",
        str(home),
        "--site",
        "sample",
        "--allow-private",
        "--delay",
        "0",
        "--ack-fd",
        str(writing),
    ]
    done = forked.run(command, pass_fds=[writing], capture_output=True, check=False, timeout=60)
    os.close(writing)
    assert done.returncode == 0, done.stderr
    with os.fdopen(reading) as pipe:
        told = pipe.read().splitlines()
    stored = rows(home, "SELECT url || ' ' || body_sha256 FROM capture ORDER BY id")
    assert told == [line for (line,) in stored]
    assert len(told) == 8


@pytest.mark.parametrize(("number", "words"), [(900, "Bad file descriptor"), (0, "reading only")])
def test_a_descriptor_that_cannot_be_written_to_is_refused_before_anything_is_asked(
    site: Site, home: Path, number: int, words: str
) -> None:
    ended = run_crawl(home, site.base, "--ack-fd", str(number))
    assert ended.exit_code == 2
    assert f"--ack-fd {number}: " in ended.errors and words in ended.errors
    assert site.asked == [] and not home.exists()
