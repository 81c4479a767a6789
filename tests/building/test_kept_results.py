"""What a crawl or an import read in a page is not read again by the build, and changes nothing."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from commands import verdicts
from crawl_site import run_crawl, serving
from db_home import ALDER, BIRCH, CEDAR, TUESDAY, Answer, Card, page, url_of
from foreign_warc import answer, members, record
from hypothesis import example, given, settings
from hypothesis import strategies as st
from takedown_home import KEY, QUOTE, REASON, build

from archive import Home, open_archive
from archive.store import KeptResult, keep_results, packed_result, result_at, result_places
from crawler.importing.importing import import_paths
from db.records import making, reading
from db.records.making import MadeFile, Maker, job_of, make_missing
from db.records.reading import ReadAnswer, WantedLine, read_capture
from db.records.recordfile import read_lines
from db.records.snapshot import take_snapshot
from db.takedown import withdraw
from db.takedown.withdraw import take_down
from parsers import result

TOOLS = [Card(f"tool-{at}", f"Tool {at}", tagline=f"Line {at}") for at in range(4)]
PAGES = [
    *(page(a, b) for at, a in enumerate(TOOLS) for b in TOOLS[at + 1 :]),
    replace(page(ALDER, BIRCH), body=b"<p>Nothing to compare.</p>"),
    page(ALDER, CEDAR, head='<meta name="robots" content="noai">'),
]


def taken_in(home: Path, pages: list[Answer] = PAGES) -> Path:
    """A home into which the pages were imported from a WARC file."""
    file = home.with_suffix(".warc.gz")
    file.write_bytes(members(*(record("response", p.url, p.at, answer(p.body)) for p in pages)))
    import_paths(home, [file])
    return home


def results(home: Path) -> list[Path]:
    return sorted((home / "records").glob(".*.results"))


def kept_words(home: Path) -> bytes:
    """All that is kept of what pages say."""
    place = Home(home)
    names = [each.name for each in open_archive(home).segments()]
    places = [each for name in names for each in result_places(place, name).values()]
    return b"".join(result_at(place, each) or b"" for each in places)


def unparsing(home: Home, cleaning: None, wanted: WantedLine) -> ReadAnswer:
    """The worker's task where the parser may not be asked."""
    reading.explain = None  # type: ignore[assignment]
    return read_capture(home, cleaning, wanted)


def made_of(home: Path) -> list[MadeFile]:
    archive = open_archive(home)
    snapshot = take_snapshot(archive)
    jobs = [job_of(each, snapshot.captures_of(each), archive) for each in snapshot.segments]
    return [*make_missing(Maker(Home(home)), jobs, workers=1)]


def told(made: list[MadeFile]) -> Counter[str]:
    """The kinds of records in record files, and the codes of failures."""
    found = Counter[str]()
    for line in (line for each in made for line in read_lines(each.path)):
        record = line.reading.record if line.reading else None
        found[getattr(record, "code", record.kind if record else "none")] += 1
    return found


def test_a_build_parses_no_page_that_an_import_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = taken_in(tmp_path / "home")
    monkeypatch.setattr(making, "read_capture", unparsing)
    found = told(made_of(home))
    assert found["comparison"] == 7 and found["parser_died"] == 0 and found.total() == 8


def test_a_build_parses_no_page_that_a_crawl_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as site:
        assert run_crawl(tmp_path, site.base).exit_code == 0
    monkeypatch.setattr(making, "read_capture", unparsing)
    assert told(made_of(tmp_path))["comparison"] == 3


@pytest.mark.parametrize("lost", ["file", "parser"])
def test_a_page_is_parsed_where_nothing_is_kept_of_it_or_by_another_parser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    home = taken_in(tmp_path / "home")
    if lost == "file":
        results(home)[0].unlink()
    else:
        monkeypatch.setattr(result, "PARSER_VERSION", "another")
    monkeypatch.setattr(making, "read_capture", unparsing)
    assert told(made_of(home)) == {"parser_died": 8}


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1 << 20), st.integers(0, 1 << 20), st.integers(0, 255))
@example((1 << 20) - 1, 32, 0xE4)  # an entry that would be larger than the memory
def test_record_files_are_the_same_whatever_became_of_what_was_kept(
    tmp_path_factory: pytest.TempPathFactory, end: int, at: int, changed: int
) -> None:
    home = _shared_home(tmp_path_factory)
    whole = results(home)[0].read_bytes()
    (made,) = made_of(home)
    expected = made.path.read_bytes()
    made.path.unlink()
    torn = bytearray(whole[: end % (len(whole) + 1)])
    if torn:
        torn[at % len(torn)] ^= changed
    results(home)[0].write_bytes(torn)
    try:
        (again,) = made_of(home)
        assert again.path.read_bytes() == expected
        again.path.unlink()
    finally:
        results(home)[0].write_bytes(whole)


_homes: list[Path] = []


def _shared_home(factory: pytest.TempPathFactory) -> Path:
    if not _homes:
        _homes.append(taken_in(factory.mktemp("shared") / "home"))
    return _homes[0]


def test_bytes_that_changed_since_are_told_although_what_they_said_is_kept(tmp_path: Path) -> None:
    home = taken_in(tmp_path / "home")
    (segment,) = (home / "warc").iterdir()
    capture = open_archive(home).captures()[2]
    data = bytearray(segment.read_bytes())
    data[capture.offset + capture.length - 8] ^= 1  # the checksum of its member
    segment.chmod(0o644)
    segment.write_bytes(data)
    report = build(home)
    assert (report.damaged, report.comparisons) == (1, 6)


def test_damage_is_counted_alike_by_build_and_status_and_what_else_was_read_outlives_a_prune(
    tmp_path: Path,
) -> None:
    home = taken_in(tmp_path / "home")
    (segment,) = (home / "warc").iterdir()
    segment.chmod(0o644)
    segment.write_bytes(segment.read_bytes()[:-900])  # the last page, and what goes with it
    assert build(home).failures == 2
    states = json.loads(verdicts("status", "--json", "--home", home).stdout)["pages"]
    assert (states["failed"], states["stored"]) == (2, 6)
    (damaged,) = (home / "records").glob("*.damaged")
    assert verdicts("prune", "--home", home).returncode == 0 and damaged.exists()
    report = build(home)
    assert (report.damaged, report.parsed) == (1, 0)


def test_what_is_in_record_files_is_kept_no_longer(tmp_path: Path) -> None:
    home = taken_in(tmp_path / "home")
    assert results(home)
    report = build(home)
    assert (report.comparisons, report.parsed, report.kept) == (7, 8, 8)
    assert results(home) == []


def test_words_taken_down_are_kept_nowhere_and_come_back_by_no_later_capture(
    tmp_path: Path,
) -> None:
    home = taken_in(tmp_path / "home", [page(ALDER, CEDAR), page(BIRCH, CEDAR)])
    build(home)
    taken_in(home, [page(ALDER, BIRCH)])
    assert QUOTE.encode() in kept_words(home)
    take_down(Home(home), KEY, reason=REASON)
    assert results(home) == []
    taken_in(home, [page(ALDER, Card("fir", "Fir Hook"))])
    assert QUOTE.encode() in kept_words(home)  # as in the page itself, until the build
    database = build(home).path
    assert results(home) == [] and QUOTE.encode() not in database.read_bytes()
    assert QUOTE.encode() not in b"".join(
        line.model_dump_json().encode()
        for path in (home / "records").glob("*.zst")
        for line in read_lines(path)
    )


def test_words_taken_down_while_a_build_runs_are_not_kept(tmp_path: Path) -> None:
    home = taken_in(tmp_path / "home", [page(ALDER, BIRCH)])
    with Home(home).lock("build"):
        withdraw.WAIT_S, waits = 0, withdraw.WAIT_S
        try:
            assert not take_down(Home(home), url_of(ALDER, BIRCH), reason=REASON).is_complete
        finally:
            withdraw.WAIT_S = waits
    assert results(home) == []


def test_a_segment_of_nothing_but_pages_that_were_taken_down_keeps_no_words(tmp_path: Path) -> None:
    home = taken_in(tmp_path / "home", [page(ALDER, BIRCH), page(BIRCH, CEDAR)])
    build(home)
    take_down(Home(home), url_of(ALDER, BIRCH), reason=REASON)
    taken_in(home, [page(ALDER, BIRCH, at=TUESDAY)])
    build(home)
    assert results(home) == []


_NAMES = st.one_of(st.none(), st.text(max_size=3), st.sampled_from(["None", "null", "\n"]))


@given(*[st.tuples(_NAMES, st.text(max_size=3), _NAMES, st.text(max_size=3))] * 2)
def test_what_differs_in_address_body_kind_or_site_has_another_key(one: Any, other: Any) -> None:
    assert (result.result_key(*one) == result.result_key(*other)) is (one == other)


@pytest.mark.parametrize("text", ["", "{}x", '{"record": 5}'])
def test_an_entry_that_is_no_result_is_as_none(tmp_path: Path, text: str) -> None:
    home = taken_in(tmp_path / "home", [page(ALDER, BIRCH)])
    key = results(home)[0].read_bytes()[:32]
    results(home)[0].unlink()
    keep_results(Home(home), [(open_archive(home).segments()[0].name, packed_result(key, text))])
    report = build(home)
    assert (report.comparisons, report.parsed, report.kept) == (1, 1, 0)


def test_zeros_behind_a_key_are_no_entry(tmp_path: Path) -> None:
    home = taken_in(tmp_path / "home", [page(ALDER, BIRCH)])
    data = results(home)[0].read_bytes()
    results(home)[0].write_bytes(data[:32] + bytes(len(data) - 32))
    report = build(home)
    assert (report.comparisons, report.parsed, report.kept) == (1, 1, 0)


def test_pages_are_taken_in_where_nothing_can_be_kept_of_them(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Home(home).create()
    (home / "records" / ".verdicts-sample-000001.warc.gz.results").mkdir()
    taken_in(home)
    assert told(made_of(home))["comparison"] == 7


@given(
    st.lists(st.text(), min_size=1, max_size=4), st.integers(0, 400), st.integers(0, 400), st.data()
)
def test_what_is_kept_comes_back_whole_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory,
    texts: list[str],
    cut: int,
    at: int,
    data: st.DataObject,
) -> None:
    home = Home(tmp_path_factory.mktemp("kept"))
    home.create()
    kept = {bytes([number]) * 32: text for number, text in enumerate(texts)}
    entries: list[tuple[str, KeptResult]] = [("one", packed_result(*each)) for each in kept.items()]
    for number in range(len(entries)):
        keep_results(home, entries[number : number + 1])
    found = {key: result_at(home, place) for key, place in result_places(home, "one").items()}
    assert found == {key: text.encode() for key, text in kept.items()}
    (path,) = results(home.path)
    torn = bytearray(path.read_bytes()[: max(1, path.stat().st_size - cut)])
    torn[at % len(torn)] ^= data.draw(st.integers(1, 255))
    path.write_bytes(torn)
    places = result_places(home, "one")
    for key in kept.keys() & places.keys():  # a key that changed is no page's
        assert result_at(home, places[key]) in (None, kept[key].encode())
