"""WARC files of any tool's making: each exchange in them is a capture, a revisit too."""

from __future__ import annotations

import gzip
import json
import os
import random
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from commands import verdicts
from crawl_site import PAGES, serving
from db_home import ALDER, BIRCH, CEDAR, Card, html, page, store, url_of
from foreign_warc import FORMS, answer, chunked, members, record
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import open_archive
from archive.warc import foreign
from crawler.importing.importing import import_paths
from crawler.importing.taking import OTHER_HOST
from crawler.report import ImportReport
from parsers.sites import site_named
from web.pages.comparison import comparison

SAMPLE = site_named("sample")
URL = url_of(ALDER, BIRCH)
FIRST, SECOND, THIRD = (f"2026-10-0{day}T10:00:00Z" for day in (1, 5, 9))
BODY = html(ALDER, BIRCH)
OTHER = html(ALDER, Card("birch", "Birch Pad", words="was slower than it had been"))


def taken(home: Path, *files: bytes, name: str = "saved.warc") -> ImportReport:
    folder = home.parent / "files"
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{number}-{name}" for number in range(len(files))]
    for path, data in zip(paths, files, strict=True):
        path.write_bytes(data)
    return import_paths(home, paths, site=SAMPLE)


def timeline(home: Path) -> list[tuple[str, str, bytes]]:
    """Address, date and body of every capture, in the order in which they are shown."""
    archive = open_archive(home)
    captures = sorted(archive.captures(), key=lambda each: (each.url, each.order))
    return [(each.url, each.captured_at, archive.load(each).body) for each in captures]


def built(home: Path, sql: str) -> list[tuple[object, ...]]:
    done = verdicts("build", "--home", home)
    assert done.returncode in (0, 10), done.stderr
    with sqlite3.connect(home / "public" / "current.db") as db:
        return db.execute(sql).fetchall()


@pytest.mark.parametrize("framing", ["plain", "put together", "as sent"])
@pytest.mark.parametrize("form", FORMS)
def test_a_revisit_is_a_capture_in_whatever_form_a_tool_writes_its_digest(home, form, framing):
    is_plain = framing == "plain"
    more, wire = ("", BODY) if is_plain else ("Transfer-Encoding: chunked\r\n", chunked(BODY))
    stated = FORMS[form](wire if framing == "as sent" else BODY)
    # The original itself states none, as in files of older tools: it is found by its bytes.
    original = record("response", URL, FIRST, answer(wire, more))
    again = record("revisit", URL, SECOND, answer(b"", more), Payload_Digest=stated)
    report = taken(home, members(original, again))
    assert (report.read, report.stored, report.failed) == (2, 2, {})
    assert timeline(home) == [(URL, FIRST, BODY), (URL, SECOND, BODY)]
    assert [each.kind for each in open_archive(home).captures()] == ["response", "revisit"]


def test_a_page_that_went_back_to_what_it_was_shows_that_again(home):
    digest = FORMS["hex"](BODY)
    a = record("response", URL, FIRST, answer(BODY), Payload_Digest=digest)
    b = record("response", URL, SECOND, answer(OTHER))
    again = record("revisit", URL, THIRD, answer(b""), Payload_Digest=digest)
    assert taken(home, a + b + again).stored == 3
    shown = built(home, "SELECT captured_at, last_seen, version_id FROM comparison")
    assert shown == [(FIRST, THIRD, 3)] or shown[0][1] == THIRD
    assert built(home, "SELECT number, first_seen FROM comparison_version ORDER BY 1") == [
        (1, FIRST),
        (2, SECOND),
        (3, THIRD),
    ]


def test_an_answer_that_nothing_changed_is_a_capture_of_what_was_there(home):
    head = b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'
    profile = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    again = record("revisit", URL, SECOND, head, Profile=profile)
    late = record("response", URL, THIRD, answer(OTHER))
    first = record("response", URL, FIRST, answer(BODY))
    assert taken(home, first + late + again).failed == {}
    assert timeline(home) == [(URL, FIRST, BODY), (URL, SECOND, BODY), (URL, THIRD, OTHER)]
    assert built(home, "SELECT count(*) FROM failure") == [(0,)]


def test_a_revisit_may_come_before_its_original_in_another_file_and_from_another_address(home):
    digest = FORMS["SHA-256, hex"](BODY)
    elsewhere = "https://sample.example/mirror/alder-vs-birch"
    again = record("revisit", URL, SECOND, answer(b""), Payload_Digest=digest)
    named = {"Refers_To_Target_URI": elsewhere, "Refers_To_Date": FIRST}
    by_name = record("revisit", URL, THIRD, answer(b"", "X-Robots-Tag: noindex\r\n"), **named)
    original = record("response", elsewhere, FIRST, answer(BODY), Payload_Digest=digest)
    report = taken(home, again, by_name, original)
    assert (report.stored, report.failed) == (3, {})
    assert timeline(home) == [(URL, SECOND, BODY), (URL, THIRD, BODY), (elsewhere, FIRST, BODY)]
    headers = [each.headers for each in open_archive(home).captures() if each.captured_at == THIRD]
    assert headers[0]["x-robots-tag"] == "noindex"


def test_revisits_of_revisits_are_taken_in_whatever_order_they_come(home):
    def visit(name: str, date: str, of: str) -> bytes:
        return record(
            "revisit", URL, date, answer(b""), Record_ID=f"<urn:{name}>", Refers_To=f"<urn:{of}>"
        )

    first = record("response", URL, FIRST, answer(BODY), Record_ID="<urn:a>")
    report = taken(home, visit("c", THIRD, "b"), visit("b", SECOND, "a"), first)
    assert (report.stored, report.failed) == (3, {})
    assert timeline(home) == [(URL, each, BODY) for each in (FIRST, SECOND, THIRD)]


def test_an_unchanged_answer_that_names_another_pages_body_is_stored_with_it(home):
    elsewhere = "https://sample.example/mirror/alder-vs-birch"
    head = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    named = {"Refers_To_Target_URI": elsewhere, "Refers_To_Date": FIRST}
    first = record("response", elsewhere, FIRST, answer(BODY))
    assert taken(home, first + record("revisit", URL, SECOND, head, **named)).failed == {}
    assert timeline(home)[0] == (URL, SECOND, BODY)
    assert built(home, f"SELECT state FROM page WHERE url = '{URL}'") == [("stored",)]


def test_a_revisit_of_a_host_that_no_site_claims_is_left_out_like_any_answer(home):
    strange = "https://strange.example/compare/alder-vs-birch"
    files = record("response", URL, FIRST, answer(BODY)) + record(
        "revisit", strange, SECOND, answer(b""), Payload_Digest=FORMS["hex"](OTHER)
    )
    (home.parent / "a.warc").write_bytes(files)
    report = import_paths(home, [home.parent / "a.warc"])
    assert (report.failed, report.skipped_by) == ({}, {"host:strange.example": 1})


def test_a_revisit_without_its_original_says_what_to_do_and_is_taken_with_it_later(home):
    digest = FORMS["hex"](BODY)
    again = record("revisit", URL, SECOND, answer(b""), Payload_Digest=digest)
    report = taken(home, again)
    assert (report.stored, report.failed, report.exit_code) == (0, {"damaged:revisit": 1}, 10)
    ledger = sqlite3.connect(home / "ledger.db")
    (detail,) = ledger.execute("SELECT detail FROM attempt").fetchone()
    assert digest in detail and "import those together" in detail
    original = record("response", URL, FIRST, answer(BODY), Payload_Digest=digest)
    assert taken(home, original, again).stored == 2


def test_a_digest_that_is_not_its_bodys_leads_no_revisit_to_it(home):
    digest = FORMS["Base32"](OTHER)
    wrong = record("response", URL, FIRST, answer(BODY), Payload_Digest=digest)
    again = record("revisit", URL, SECOND, answer(b""), Payload_Digest=digest)
    report = taken(home, wrong + again)
    assert (report.stored, report.failed) == (1, {"damaged:revisit": 1})
    assert report.notes == {"its payload digest is that of other bytes": 1}


def test_a_page_of_another_host_that_is_given_to_a_site_is_told(home):
    other = URL.replace("sample.example", "mirror.example")
    two = [record("response", url, FIRST, answer(BODY)) for url in (other, url_of(ALDER, CEDAR))]
    report = taken(home, *two)
    assert (report.stored, report.notes) == (2, {OTHER_HOST: 1})


PAGES_OF = [(ALDER, BIRCH), (ALDER, CEDAR), (BIRCH, CEDAR)]
OBSERVED = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=12)


def written(observed: list[tuple[int, int]], seed: int, *, whole: bool) -> list[bytes]:
    """The records of a page and a state of it each, a minute apart; bodies once, unless `whole`."""
    chosen, seen, found = random.Random(seed), set[bytes](), []
    for minute, (number, state) in enumerate(observed):
        a, b = PAGES_OF[number]
        body = html(a, b, head=f"<meta name=state content={state}>")
        date = f"2026-10-01T{minute // 60:02}:{minute % 60:02}:00Z"
        digest = FORMS[sorted(FORMS)[(number + state) % len(FORMS)]](body)
        is_known = body in seen and not whole
        kind, held = ("revisit", b"") if is_known else ("response", body)
        seen.add(body)
        found.append(record(kind, url_of(a, b), date, answer(held), Payload_Digest=digest))
    if not whole:
        chosen.shuffle(found)
    return found


@settings(max_examples=6, deadline=None)
@given(OBSERVED, st.integers(0, 99))
def test_revisits_give_the_timeline_of_the_full_records(tmp_path_factory, observed, seed):
    home = tmp_path_factory.mktemp("revisits") / "home"
    full = tmp_path_factory.mktemp("full") / "home"
    files = written(observed, seed, whole=False)
    half = len(files) // 2
    parts = [b"".join(files[:half]), b"".join(files[half:])]
    assert taken(home, *filter(None, parts)).stored == len(observed)
    assert taken(full, b"".join(written(observed, seed, whole=True))).stored == len(observed)
    assert timeline(home) == timeline(full)


def test_two_thousand_revisits_over_two_hundred_pages_are_as_many_captures(home):
    cards = [Card(f"kiln-{number}", f"Kiln {number}") for number in range(21)]
    pairs = [(a, b) for at, a in enumerate(cards) for b in cards[at + 1 :]][:200]
    bodies = {url_of(a, b): html(a, b) for a, b in pairs}
    wanted, records = [], []
    for day in range(1, 12):
        kind, date = "response" if day == 1 else "revisit", f"2026-09-{day:02}T00:00:00Z"
        for url, body in bodies.items():
            wanted.append((url, date))
            held, digest = answer(body if day == 1 else b""), FORMS["hex"](body)
            records.append(record(kind, url, date, held, Payload_Digest=digest))
    report = taken(home, b"".join(records))
    assert (report.stored, report.failed) == (2200, {})
    found = [(each.url, each.captured_at) for each in open_archive(home).captures()]
    assert sorted(found) == sorted(wanted)
    assert {each.kind for each in open_archive(home).captures() if each.revisit_of} == {"revisit"}
    assert len({each.body_sha256 for each in open_archive(home).captures()}) == 200


@settings(max_examples=5, deadline=None)
@given(OBSERVED)
def test_our_own_warc_files_give_another_home_the_same_dates(tmp_path_factory, observed):
    home = tmp_path_factory.mktemp("crawled") / "home"
    other = tmp_path_factory.mktemp("imported") / "home"
    for minute, (number, state) in enumerate(observed):
        a, b = PAGES_OF[number]
        at = f"2026-10-01T10:{minute:02}:00Z"
        store(home, [page(a, b, head=f"<meta name=state content={state}>", at=at)])
    report = import_paths(other, [home / "warc"], site=SAMPLE)
    assert (report.stored, report.failed) == (len(observed), {})
    assert timeline(home) == timeline(other)
    seen = "SELECT c.comparison, v.number, v.first_seen, v.last_seen FROM comparison_version AS v"
    seen += " JOIN comparison AS c ON c.id = v.page_id ORDER BY 1, 2"
    assert built(home, seen) == built(other, seen)
    again = import_paths(other, [home / "warc"], site=SAMPLE)
    assert (again.stored, again.unchanged) == (0, len(observed))


@pytest.mark.parametrize(
    "line",
    [b"http/1.1 200 OK", b"HTTP/2 200", b"HTTP/1.0 200", b"HTTP/2.0 200 ", b"HTTP/1.1  200 OK"],
)
def test_status_lines_as_browsers_and_proxies_write_them_are_read(home, line):
    block = line + b'\r\nContent-Type: text/html\r\nE-Tag: "x"\r\n\r\n' + BODY
    assert taken(home, record("response", URL, FIRST, block)).failed == {}
    assert timeline(home) == [(URL, FIRST, BODY)]
    assert open_archive(home).captures()[0].headers["etag"] == '"x"'


@pytest.mark.parametrize(
    "written_as, at, precision, until",
    [
        ("2026", "2026-01-01T00:00:00Z", "year", "2026-12-31T23:59:59Z"),
        ("2026-10", "2026-10-01T00:00:00Z", "month", "2026-10-31T23:59:59Z"),
        ("2026-10-05", "2026-10-05T00:00:00Z", "day", "2026-10-05T23:59:59Z"),
        ("2026-10-05T10:20Z", "2026-10-05T10:20:00Z", "minute", "2026-10-05T10:20:59Z"),
        ("2026-10-05T10:20:30.12Z", "2026-10-05T10:20:30Z", "second", "2026-10-05T10:20:30Z"),
    ],
)
def test_a_date_is_as_exact_as_it_is_written(home, written_as, at, precision, until):
    assert taken(home, record("response", URL, written_as, answer(BODY))).failed == {}
    (capture,) = open_archive(home).captures()
    assert (capture.captured_at, capture.precision) == (at, precision)
    sql = "SELECT captured_at, date_source, date_precision, captured_until FROM capture"
    assert built(home, sql) == [(at, "warc", precision, until)]


def test_what_may_have_been_said_later_is_not_shown_as_of_a_day(home):
    assert taken(home, record("response", URL, "2026-10", answer(BODY))).failed == {}
    built(home, "SELECT 1")
    archive = open_archive(home)
    with closing(sqlite3.connect(home / "public" / "current.db")) as db:
        for day, is_shown in (("2026-10-01", False), ("2026-10-30", False), ("2026-10-31", True)):
            assert (archive.capture_as_of(URL, day) is not None) is is_shown
            assert (comparison(db, "alder-vs-birch", day) is not None) is is_shown


def test_addresses_in_angle_brackets_and_other_kinds_of_record_are_read(home):
    old = record("response", f"<{URL}>", FIRST, answer(BODY), "1.0")
    resource = record("resource", url_of(ALDER, CEDAR), FIRST, html(ALDER, CEDAR))
    converted = record("conversion", url_of(BIRCH, CEDAR), FIRST, html(BIRCH, CEDAR))
    shot = record("resource", "screenshot:" + URL, FIRST, b"no page")
    assert taken(home, old + resource + converted + shot).stored == 3
    assert {each[0] for each in timeline(home)} == {URL, url_of(ALDER, CEDAR), url_of(BIRCH, CEDAR)}


def test_a_page_that_is_packed_under_a_files_name_is_named_and_not_lost(home):
    packed = record("resource", "https://sample.example/saved/page.html", FIRST, BODY)
    report = taken(home, packed)
    assert (report.stored, report.failed) == (1, {"extraction_refused:address": 1})
    assert "saved/page.html shows a comparison at an address of none" in report.details[0]
    assert report.exit_code == 10


@pytest.mark.parametrize(
    "more, said", [({"Segment_Number": "1"}, "damaged:warc"), ({"Date": "lately"}, "damaged:date")]
)
def test_what_cannot_be_taken_of_a_record_is_said(home, more, said):
    odd = record("response", URL, FIRST, answer(BODY), **more)
    report = taken(home, odd)
    assert (report.stored, report.failed) == (0, {said: 1})


def test_a_body_that_is_shorter_than_its_head_says_is_noted(home):
    short = answer(BODY, f"Content-Length: {len(BODY) + 1}\r\n")
    report = taken(home, record("response", URL, FIRST, short))
    assert (report.stored, report.failed) == (1, {"damaged:reset": 1})
    assert report.details == ("its body is shorter than its head says",)


def test_a_body_that_was_stored_decoded_is_read_with_a_finding(home):
    lie = record("response", URL, FIRST, answer(BODY, "Content-Encoding: gzip\r\n"))
    report = taken(home, lie)
    assert report.failed == {}
    assert list(report.notes.values()) == [1]
    assert built(home, "SELECT code FROM finding") == [("encoding_absent",)]


def test_one_large_member_is_read_from_the_disk(home, monkeypatch):
    monkeypatch.setattr(foreign, "SPOOL_BYTES", 1000)
    records = [record("response", url_of(a, b), FIRST, answer(html(a, b))) for a, b in PAGES_OF]
    report = taken(home, gzip.compress(b"".join(records)), name="saved.warc.gz")
    assert (report.stored, report.failed) == (3, {})


def test_one_record_is_one_capture_and_two_in_one_second_are_two(home):
    one = record("response", URL, FIRST, answer(BODY), Record_ID="<urn:uuid:1>")
    two = record("response", URL, FIRST, answer(BODY), Record_ID="<urn:uuid:2>")
    report = taken(home, one + two + one, one)
    assert (report.stored, report.unchanged) == (2, 2)
    assert taken(home, members(one, two)).stored == 0


def test_wgets_own_revisits_are_captures(tmp_path, home):
    with serving() as site:
        asked = ["wget", "-q", "--no-hsts", "--no-warc-keep-log", "--warc-cdx", "--tries=1"]
        paths = [site.base + path for path in PAGES]
        for name, more in (("one", []), ("two", ["--warc-dedup=one.cdx"])):
            command = [*asked, *more, f"--warc-file={name}", *paths]
            done = subprocess.run(command, cwd=tmp_path, timeout=60, check=False)
            assert done.returncode == 0
    report = import_paths(home, [tmp_path / "one.warc.gz", tmp_path / "two.warc.gz"], site=SAMPLE)
    assert (report.stored, report.failed) == (2 * len(PAGES), {})
    assert [name.startswith("Wget/") for name in report.by_tool] == [True]
    assert {each.kind for each in open_archive(home).captures()} == {"response", "revisit"}


def test_a_files_own_time_is_no_date_and_comes_before_every_sound_one(tmp_path, home):
    saved = tmp_path / "page.html"
    link = f'<link rel="canonical" href="{URL}">'
    saved.write_bytes(html(ALDER, Card("birch", "Birch Pad", words="was new"), head=link))
    os.utime(saved, (1_793_000_000, 1_793_000_000))
    import_paths(home, [saved], site=SAMPLE)
    (capture,) = open_archive(home).captures()
    assert (capture.date_source, capture.precision) == ("file", "unknown")
    for table in ("comparison", "comparison_version", "card", "quote", "tool", "reviewer"):
        sql = f"SELECT DISTINCT first_seen, last_seen FROM {table}"
        assert built(home, sql) == [(None, None)], table
    assert taken(home, record("response", URL, FIRST, answer(BODY))).stored == 1
    assert built(home, "SELECT first_seen, last_seen FROM comparison") == [(FIRST, FIRST)]
    newest = max(open_archive(home).captures(), key=lambda each: each.order)
    assert newest.captured_at == FIRST


def test_what_a_robots_txt_asked_for_stands_with_the_pages_that_were_imported_with_it(home):
    rules = b"User-agent: GPTBot\nDisallow: /\n"
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + rules
    robots = record("response", "https://sample.example/robots.txt", FIRST, block)
    assert taken(home, robots + record("response", URL, FIRST, answer(BODY))).failed == {}
    assert built(home, "SELECT opt_outs FROM capture WHERE outcome = 'comparison'") == [
        ('["robots-ai"]',)
    ]
    done = verdicts("wacz", "--home", home, "--out", home.parent / "held.wacz", "--json")
    assert json.loads(done.stdout or "{}").get("pages", 0) == 0, done.stdout


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found"])
def test_an_answer_at_an_archives_address_is_the_pages_only_with_the_archives_word(home, status):
    copy = f"https://archive.example/web/20261101000000/{URL}"
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\n"
    own = record("response", copy, THIRD, f"{head}\r\n".encode() + BODY)
    report = taken(home, own, record("response", URL, FIRST, answer(BODY)))
    sites = {each.captured_at for each in open_archive(home).captures() if each.url == URL}
    assert (report.failed, sites) == ({}, {FIRST})
    shown = f"{head}Memento-Datetime: Fri, 01 May 2026 10:00:00 GMT\r\n\r\n".encode() + BODY
    (home.parent / "files" / "0-saved.warc").write_bytes(record("response", copy, THIRD, shown))
    import_paths(home, [home.parent / "files" / "0-saved.warc"], site=SAMPLE)
    dates = [(e.captured_at, e.date_source) for e in open_archive(home).captures() if e.url == URL]
    assert dates == [(FIRST, "warc"), ("2026-05-01T10:00:00Z", "page")]


def test_the_wishes_that_an_archive_kept_under_its_own_names_hold(home):
    more = "X-Archive-Orig-X-Robots-Tag: noarchive\r\n"
    taken(home, record("response", URL, FIRST, answer(BODY, more)))
    assert built(home, "SELECT DISTINCT withheld FROM quote") == [("noarchive",)]


def test_records_of_no_address_of_the_web_are_named_and_capitals_are_one(home):
    loud = record("response", URL.replace("https", "HTTPS"), FIRST, answer(BODY))
    none = record("response", "urn:uuid:1", FIRST, answer(OTHER))
    report = taken(home, loud + none)
    assert (report.stored, list(report.passed_over.values())) == (1, [1])


def test_one_odd_value_costs_its_own_record_alone(home):
    odd = record("response", URL, FIRST, answer(BODY), IP_Address="192.0.2.1\0")
    good = record("response", url_of(ALDER, CEDAR), FIRST, answer(html(ALDER, CEDAR)))
    report = taken(home, odd, good)
    assert (report.stored, report.failed) == (1, {"damaged:headers": 1})


def test_of_a_record_that_is_too_large_no_more_is_read_than_tells_so(home):
    film = record("resource", "https://sample.example/film", FIRST, bytes(foreign.MOST_BLOCK + 9))
    report = taken(home, film + record("response", URL, FIRST, answer(BODY)))
    assert (report.stored, report.failed) == (1, {"too_large:wire": 1})
    read = foreign.read_warc(home.parent / "files" / "0-saved.warc")
    assert foreign.MOST_BLOCK + 1 in [len(each.block) for _, each in read if each is not None]
