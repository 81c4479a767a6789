"""What is stored reads back as it was, and what was changed on the disk is noticed."""

from __future__ import annotations

import gzip
import hashlib
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from http_bytes import message_block
from hypothesis import given
from hypothesis import strategies as st

from archive import Archive, Home, open_archive
from archive.ledger.frontier import Found
from archive.ledger.leases import Ending, captured, end_attempt
from archive.ledger.ledger import Ledger
from archive.runs import open_run
from archive.store import segments
from archive.store.segments import seal
from archive.store.store import Exchange
from archive.warc.record import fields, iter_records, member, read_member
from schema.errors import BytesError, IntegrityError, StartError

URL = "https://sample.example/compare/a-vs-b"
BODY = b"<html><body><p>words</p></body></html>"


def exchange(
    body: bytes = BODY, headers: tuple[tuple[str, str], ...] = (), status: int = 200
) -> Exchange:
    named = (
        ("Content-Type", "text/html"),
        ("ETag", '"1"'),
        ("X-Robots-Tag", "noai"),
        ("X-Robots-Tag", "noarchive"),
        ("Server", "none"),
        *headers,
    )
    return Exchange(
        site="sample",
        url=URL,
        fetched_url=URL,
        captured_at="2026-11-01T12:00:00Z",
        date_source="crawl",
        block=message_block(status, named, body),
    )


def store(home: Path, *exchanges: Exchange) -> Archive:
    with open_run(Home(home), "crawl") as run:
        page = run.frontier.know(Found("sample", URL, "comparison"))
        for one in exchanges:
            run.store.add(one, one.message(), page)
    return open_archive(home)


def test_a_capture_gives_back_its_page_and_what_was_said_of_it(tmp_path):
    archive = store(tmp_path, exchange())
    (capture,) = archive.captures()
    page = archive.load(capture)
    assert (page.body, page.url, page.content_type) == (BODY, URL, "text/html")
    assert page.sha256 == hashlib.sha256(BODY).hexdigest() == capture.body_sha256
    assert page.fetched_at is not None
    assert page.fetched_at.isoformat() == "2026-11-01T12:00:00+00:00"
    assert capture.headers == {
        "content-type": "text/html",
        "etag": '"1"',
        "x-robots-tag": "noai, noarchive",
    }
    assert (capture.kind, capture.revisit_of, capture.damage) == ("response", None, None)


def test_a_sealed_segment_is_read_only_and_has_its_hash(tmp_path):
    archive = store(tmp_path, exchange())
    (segment,) = archive.segments()
    path = tmp_path / "warc" / segment.name
    assert segment.is_sealed
    assert segment.name == "verdicts-sample-000001.warc.gz"
    assert segment.length == path.stat().st_size
    assert segment.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


def test_a_body_damaged_on_its_way_is_kept_and_is_a_parse_failure_not_ours(tmp_path):
    torn = gzip.compress(BODY)[:-3]
    archive = store(tmp_path, exchange(torn, (("Content-Encoding", "gzip"),)))
    (capture,) = archive.captures()
    assert capture.damage == "damaged:decode"
    assert capture.body_sha256 == hashlib.sha256(torn).hexdigest()
    with pytest.raises(BytesError, match="damaged:decode"):
        archive.load(capture)


def test_a_revisit_gives_its_originals_body(tmp_path):
    archive = store(tmp_path, exchange(), exchange())
    ledger = Ledger(tmp_path / "ledger.db")
    with ledger.transaction() as db:
        db.execute("UPDATE capture SET kind = 'revisit', revisit_of = 1, length = 3 WHERE id = 2")
    ledger.close()
    assert archive.load(archive.captures()[1]).body == BODY


def test_every_changed_byte_of_a_stored_record_is_noticed_or_changes_nothing(tmp_path):
    archive = store(tmp_path, exchange())
    (capture,) = archive.captures()
    path = tmp_path / "warc" / capture.segment
    path.chmod(0o644)
    whole = path.read_bytes()
    noticed = 0
    for place in range(capture.offset, capture.offset + capture.length):
        changed = bytearray(whole)
        changed[place] ^= 0x10
        path.write_bytes(changed)
        try:
            assert archive.load(capture).body == BODY
        except IntegrityError as error:
            assert capture.segment in str(error)
            noticed += 1
    assert noticed >= capture.length - 10
    path.write_bytes(whole[: capture.offset + 5])
    with pytest.raises(IntegrityError, match="bytes are missing"):
        archive.load(capture)
    path.unlink()
    with pytest.raises(IntegrityError, match="the file is missing"):
        archive.load(capture)


def test_another_sound_record_in_its_place_is_noticed(tmp_path):
    archive = store(tmp_path, exchange(), exchange(b"<p>other words</p>"))
    first, second = archive.captures()
    swapped = replace(first, offset=second.offset, length=second.length)
    with pytest.raises(IntegrityError, match="not the one that was stored"):
        archive.load(swapped)


def test_bytes_that_do_not_read_back_end_the_run(tmp_path, monkeypatch):
    whole = segments._write_all
    monkeypatch.setattr(
        segments, "_write_all", lambda handle, data: whole(handle, b"\0" * len(data))
    )
    with pytest.raises(IntegrityError, match=r"000001\.warc\.gz"):
        store(tmp_path, exchange())
    assert open_archive(tmp_path).runs()[0].exit_code == 40


def test_a_crash_between_rename_and_ledger_is_taken_up(tmp_path):
    archive = store(tmp_path, exchange())
    ledger = Ledger(tmp_path / "ledger.db")
    with ledger.transaction() as db:
        db.execute("UPDATE segment SET is_sealed = 0, sha256 = NULL")
    ledger.close()
    assert not archive.segments()[0].is_sealed
    assert archive.load(archive.captures()[0]).body == BODY
    store(tmp_path)
    (segment,) = archive.segments()
    assert segment.is_sealed
    assert segment.sha256 is not None


def test_sealing_twice_is_harmless(tmp_path):
    archive = store(tmp_path, exchange())
    ledger = Ledger(tmp_path / "ledger.db")
    before = archive.segments()
    seal(Home(tmp_path), ledger, 1, before[0].name)
    ledger.close()
    assert archive.segments() == before


def test_a_run_that_ends_with_an_error_leaves_no_lease(tmp_path):
    with pytest.raises(StartError), open_run(Home(tmp_path), "crawl") as run:
        page = run.frontier.know(Found("sample", URL, "comparison"))
        run.frontier.lease(page)
        raise StartError(what="planted")
    (page,) = open_archive(tmp_path).pages()
    (one,) = open_archive(tmp_path).runs()
    assert (page.state, one.exit_code) == ("waiting", 30)


def test_the_lease_ends_in_the_commit_of_the_capture_or_not_at_all(tmp_path):
    def fail(db, capture_id, is_unchanged):
        end_attempt(db, lease, Ending("ok", "", "captured"), capture_id=capture_id)
        raise StartError(what="planted")

    with pytest.raises(StartError), open_run(Home(tmp_path), "crawl") as run:
        lease = run.frontier.lease(run.frontier.know(Found("sample", URL, "comparison")))
        run.store.add(exchange(), exchange().message(), lease.page_id, fail)
    archive = open_archive(tmp_path)
    assert archive.captures() == []
    assert archive.pages()[0].state == "waiting"
    (segment,) = archive.segments()
    assert (tmp_path / "warc" / (segment.name + ".open")).stat().st_size == segment.length == 0


def test_the_next_lease_begins_in_the_commit_that_ends_the_last_or_not_at_all(tmp_path):
    def settle(db, capture_id, is_unchanged):
        end_attempt(db, lease, Ending("ok", "", "captured"), capture_id=capture_id)
        following = run.frontier.lease(other)
        assert following.attempt_id != lease.attempt_id
        if is_planted:
            raise StartError(what="planted")

    for is_planted in (True, False):
        home = tmp_path / str(is_planted)
        with suppress(StartError), open_run(Home(home), "crawl") as run:
            lease = run.frontier.lease(run.frontier.know(Found("sample", URL, "comparison")))
            other = run.frontier.know(Found("sample", URL + "2", "comparison"))
            run.store.add(exchange(), exchange().message(), lease.page_id, settle)
        archive = open_archive(home)
        states = [page.state for page in archive.pages()]
        assert states == (["waiting", "waiting"] if is_planted else ["captured", "leased"])
        assert len(archive.captures()) == (not is_planted)


def test_what_is_kept_is_a_transaction_of_its_own_lest_it_be_acknowledged_too_early(tmp_path):
    with open_run(Home(tmp_path), "crawl") as run:
        page = run.frontier.know(Found("sample", URL, "comparison"))
        run.store.add(exchange(), exchange().message(), page)
        with (
            pytest.raises(sqlite3.OperationalError, match="within a transaction"),
            run.ledger.transaction(),
        ):
            run.store.add(exchange(b"other"), exchange(b"other").message(), page)
    assert len(open_archive(tmp_path).captures()) == 1


def test_a_lease_that_is_given_back_leaves_no_trace(tmp_path):
    with open_run(Home(tmp_path), "crawl") as run:
        page = run.frontier.know(Found("sample", URL, "comparison"), is_forced=True)
        run.frontier.settle(run.frontier.lease(page), captured(200))
        before = [dict(row) for row in run.ledger.rows("SELECT * FROM page, attempt")]
        run.frontier.give_back(run.frontier.lease(page))
        assert [dict(row) for row in run.ledger.rows("SELECT * FROM page, attempt")] == before


FULL = """
import resource, signal, sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
import test_archive_store as t
from schema.errors import StoppedError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
home = Path(sys.argv[1])
t.store(home, t.exchange())
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
try:
    import os
    t.store(home, t.exchange(os.urandom(400_000)))
except StoppedError as error:
    print(error)
    sys.exit(error.exit_code)
"""


def test_a_disk_that_takes_no_more_stops_the_run_and_loses_nothing(tmp_path):
    here = Path(__file__).parent
    places = [str(here), str(here.parent / "tools")]
    ended = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), *places],
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 20, ended.stderr
    assert "could not be written" in ended.stdout
    archive = open_archive(tmp_path)
    (capture,) = archive.captures()
    assert archive.load(capture).body == BODY
    assert len(store(tmp_path, exchange()).captures()) == 2


@given(
    st.binary(max_size=400),
    st.text(st.characters(min_codepoint=32, max_codepoint=1000), max_size=40),
)
def test_a_record_comes_back_byte_for_byte(block, value):
    data = member("metadata", block, {"X-Note": value.strip()}, payload=None)
    found = read_member(data, where="here")
    assert found.block == block
    assert found.headers["x-note"] == value.strip()


@given(st.binary(min_size=1, max_size=200), st.integers(0, 10_000))
def test_a_cut_record_is_never_given_as_whole(block, cut):
    plain = gzip.decompress(member("metadata", block, {}, payload=None))
    cut = cut % (len(plain) - 4)
    assert all(record is None for _, record in iter_records(plain[:cut]))


def test_a_line_break_in_a_warc_header_or_field_is_refused():
    with pytest.raises(ValueError, match="line break"):
        member("response", b"", {"WARC-Target-URI": "http://a/\r\nX: y"}, payload="")
    with pytest.raises(ValueError, match="line break"):
        fields({"url": "a\nb"})


def test_the_clock_of_the_tests_sets_the_times_of_a_run(tmp_path, monkeypatch):
    monkeypatch.setenv("VERDICTS_NOW", "2031-02-03T04:05:06Z")
    (run,) = store(tmp_path, exchange()).runs()
    assert run.started_at == run.ended_at == "2031-02-03T04:05:06Z"
    assert os.environ["VERDICTS_NOW"]
