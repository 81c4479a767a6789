"""The unit of work: a segment and its captures in, one record file out, the same bytes always."""

from __future__ import annotations

import os
import signal
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from db_home import ALDER, BIRCH, CEDAR, TUESDAY, Answer, Card, page, store, url_of

from archive import Archive, Home, open_archive
from db.records import making, recordfile
from db.records.making import MadeFile, Maker, SegmentJob, job_of, make_missing
from db.records.reading import WantedLine, read_capture
from db.records.recordfile import READ_ERRORS, read_header, read_lines, read_raw, verified_header
from db.records.snapshot import take_snapshot
from parsers.keys import card_key, quote_key
from schema.records import Comparison, Failure

TOOLS = [Card(f"tool-{at}", f"Tool {at}", tagline=f"Line {at}") for at in range(6)]
PAGES = [page(a, b) for at, a in enumerate(TOOLS) for b in TOOLS[at + 1 :]]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "CHUNK", 4)


def jobs_of(home: Path) -> list[SegmentJob]:
    archive = open_archive(home)
    snapshot = take_snapshot(archive)
    return [job_of(each, snapshot.captures_of(each), archive) for each in snapshot.segments]


def made_of(home: Path, workers: int = 1) -> list[MadeFile]:
    Home(home).create()
    return list(make_missing(Maker(Home(home)), jobs_of(home), workers=workers))


def opened(home: Path) -> None:
    """Let the home's only segment be one that is still written."""
    with sqlite3.connect(home / "ledger.db") as ledger:
        ledger.execute("UPDATE segment SET is_sealed = 0, sha256 = NULL, sealed_at = NULL")
    ledger.close()
    (sealed,) = (home / "warc").iterdir()
    sealed.rename(f"{sealed}.open").chmod(0o644)


def test_one_worker_and_two_give_the_same_bytes_in_as_many_files_as_there_are_segments(
    tmp_path: Path,
) -> None:
    store(tmp_path, PAGES[:9])
    store(tmp_path, PAGES[9:])
    first = made_of(tmp_path)
    bytes_of = [each.path.read_bytes() for each in first]
    assert [(each.captures, each.parsed) for each in first] == [(9, 9), (6, 6)]
    for each in first:
        each.path.unlink()
    second = made_of(tmp_path, workers=2)
    assert [each.path.read_bytes() for each in second] == bytes_of
    assert [each.parsed for each in made_of(tmp_path)] == [0, 0]


def test_a_line_says_what_its_page_says_and_holds_the_keys_of_its_cards_and_quotes(
    tmp_path: Path,
) -> None:
    away = Answer(url_of(ALDER, CEDAR), b"", status=404)
    store(tmp_path, [page(ALDER, BIRCH), away, page(ALDER, BIRCH, at=TUESDAY)])
    (made,) = made_of(tmp_path)
    plain = list(read_raw(made.path))
    read, missing, again = read_lines(made.path)
    assert [each["outcome"] for each in plain] == ["comparison", "failure", "revisit"]
    assert (made.parsed, again.reading) == (1, None)
    assert read.reading is not None and isinstance(read.reading.record, Comparison)
    record = read.reading.record
    assert plain[0]["reading"]["record"] == record.model_dump(
        mode="json", by_alias=True, exclude={"trace"}
    )
    assert list(read.reading.cards) == [card_key("sample", tool) for tool in record.tools]
    names = [ALDER.name, BIRCH.name]
    keys = [quote_key("sample", names[each.tool - 1], each.text) for each in record.quotes]
    assert list(read.reading.quotes) == keys == plain[0]["reading"]["quotes"]
    assert missing.reading and isinstance(missing.reading.record, Failure)
    assert plain[1]["reading"]["record"]["code"] == "http_status"


def test_of_a_segment_that_grew_only_what_is_new_is_parsed_and_the_bytes_are_those_of_a_first_time(
    tmp_path: Path,
) -> None:
    store(tmp_path, PAGES[:6])
    opened(tmp_path)
    (before,) = made_of(tmp_path)
    assert (before.captures, before.parsed) == (6, 6)
    store(tmp_path, PAGES[6:])  # which seals it
    (after,) = made_of(tmp_path)
    assert (after.captures, after.parsed) == (15, 9)
    assert not before.path.exists()
    whole = after.path.read_bytes()
    after.path.unlink()
    (anew,) = made_of(tmp_path)
    assert (anew.path.read_bytes(), anew.parsed) == (whole, 15)


def dying(home: Home, cleaning: object, wanted: WantedLine) -> object:
    if wanted.url in (PAGES[2].url, PAGES[3].url):
        with (home.path / "tries").open("a") as file:
            file.write(wanted.url + "\n")
        os.kill(os.getpid(), signal.SIGKILL)
    return read_capture(home, None, wanted)


def test_a_page_that_kills_its_workers_costs_that_page_alone_and_is_told_with_its_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(tmp_path, PAGES)
    monkeypatch.setattr(making, "read_capture", dying)
    (made,) = made_of(tmp_path, workers=2)
    lines = list(read_lines(made.path))
    assert [each.url for each in lines] == [each.url for each in PAGES]
    codes = [each.reading.record.code for each in lines if each.outcome == "failure"]  # type: ignore[union-attr]
    assert codes == ["parser_died", "parser_died"]
    assert [each.split(": ")[0] for each in made.quarantined] == [PAGES[2].url, PAGES[3].url]
    (sha256,) = {each.body_sha256 for each in Archive(tmp_path).captures() if each.id == 3}
    assert sha256 in made.quarantined[0] and sha256 in str(lines[2].reading)
    assert made.parsed == 13
    tries = (tmp_path / "tries").read_text().splitlines()
    assert {url: tries.count(url) for url in tries} == {PAGES[2].url: 3, PAGES[3].url: 2}


def test_a_file_with_damage_in_it_has_another_name_and_saves_the_reading_of_all_else(
    tmp_path: Path,
) -> None:
    store(tmp_path, PAGES[:3])
    (segment,) = (tmp_path / "warc").iterdir()
    whole = segment.read_bytes()
    segment.chmod(0o644)
    segment.write_bytes(whole[:-900])
    (made,) = made_of(tmp_path)
    assert len(made.damaged) == 1 and made.path.suffix == ".damaged"
    assert [each.outcome for each in read_lines(made.path)][-1] == "failure"
    (again,) = made_of(tmp_path)
    assert (again.damaged, again.parsed, again.path) == (made.damaged, 0, made.path)
    segment.write_bytes(whole)
    (mended,) = made_of(tmp_path)
    assert (mended.damaged, mended.parsed, mended.path.suffix) == ([], 1, ".zst")
    assert list((tmp_path / "records").iterdir()) == [mended.path]


def test_a_file_that_is_made_twice_at_once_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(tmp_path, PAGES[:3])
    packed = recordfile.packed

    def packed_meanwhile(lines: list[str]) -> bytes:
        if lines[0].startswith('{"format"'):
            monkeypatch.setattr(recordfile, "packed", packed)
            assert made_of(tmp_path)[0].path.exists()
        return packed(lines)

    monkeypatch.setattr(recordfile, "packed", packed_meanwhile)
    (made,) = made_of(tmp_path)
    assert [*verified_header(made.path).outcomes.values()] == ["comparison"] * 3


@pytest.mark.parametrize("at", [10, -10, -1])
def test_a_record_file_of_which_a_byte_changed_is_told_and_made_again(
    tmp_path: Path, at: int
) -> None:
    store(tmp_path, PAGES[:3])
    (made,) = made_of(tmp_path)
    whole = made.path.read_bytes()
    data = bytearray(whole)
    data[at] ^= 1
    made.path.write_bytes(data)
    with pytest.raises(READ_ERRORS):
        verified_header(made.path)
    (again,) = made_of(tmp_path)
    assert (again.parsed, again.path.read_bytes()) == (3, whole)


def test_a_record_file_that_lost_its_last_lines_is_not_read_as_a_shorter_one(
    tmp_path: Path,
) -> None:
    store(tmp_path, PAGES)
    (made,) = made_of(tmp_path)
    whole = made.path.read_bytes()
    for end in range(len(whole) - 1, 0, -97):
        made.path.write_bytes(whole[:end])
        with pytest.raises(READ_ERRORS):
            verified_header(made.path)


def test_a_revisit_whose_original_went_is_no_longer_taken_over_as_one(tmp_path: Path) -> None:
    store(tmp_path, [PAGES[0], replace(PAGES[0], at=TUESDAY)])
    (made,) = made_of(tmp_path)
    assert list(read_header(made.path).outcomes.values()) == ["comparison", "revisit"]
    (job,) = jobs_of(tmp_path)
    first, again = job.wanted
    alone = SegmentJob(job.segment, [again._replace(is_repeat=False, body=first.body)])
    (other,) = make_missing(Maker(Home(tmp_path)), [alone], workers=1)
    assert list(read_header(other.path).outcomes.values()) == ["comparison"]


def test_a_line_of_another_capture_that_lay_at_the_same_place_is_not_taken_over(
    tmp_path: Path,
) -> None:
    store(tmp_path, PAGES[:3])
    (made,) = made_of(tmp_path)
    (job,) = jobs_of(tmp_path)
    other = job.wanted[1]._replace(captured_at="2026-10-05T12:00:01Z")
    job.wanted[1] = other
    (again,) = make_missing(Maker(Home(tmp_path)), [job], workers=1)
    assert (again.path, again.parsed, made.parsed) == (made.path, 1, 3)
