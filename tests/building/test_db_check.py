from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from db_home import ALDER, BASE, BIRCH, CEDAR, TUESDAY, know, page, store

from archive import Home
from archive.ledger.leases import Ending, captured
from db import build
from db.check import Problem, check
from db.records.recordfile import zstd
from db.rows.page_rows import public_detail
from db.status import status
from db.takedown.withdraw import take_down
from schema.errors import IntegrityError, StartError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VERDICTS_NOW", "2026-11-20T00:00:00Z")
    store(tmp_path, [page(ALDER, BIRCH), page(ALDER, CEDAR)])
    build(tmp_path, workers=1)
    return tmp_path


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def flip(path: Path, at: int) -> None:
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def cut(path: Path, by: int) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-by])


def unlink_current(home: Path) -> None:
    (home / "public" / "current.db").unlink()


def dangle(home: Path) -> None:
    only(home / "public", "verdicts-*.db").unlink()


def shorten_segment(home: Path) -> None:
    cut(only(home / "warc", "*.gz"), 10)


def drop_segment(home: Path) -> None:
    only(home / "warc", "*.gz").unlink()


def tear_records(home: Path) -> None:
    cut(only(home / "records", "*.zst"), 40)


def change_public(home: Path) -> None:
    flip(only(home / "public", "verdicts-*.db"), 200_000)


def drop_manifest(home: Path) -> None:
    only(home / "public", "*.json").unlink()


def miscount(home: Path) -> None:
    path = only(home / "public", "*.json")
    manifest = json.loads(path.read_text())
    manifest["rows"]["quote"] += 1
    path.write_text(json.dumps(manifest))


def lie_in_the_ledger(home: Path) -> None:
    ledger = sqlite3.connect(home / "ledger.db")
    ledger.execute("UPDATE capture SET length = length + 100000 WHERE id = 1")
    ledger.commit()


def test_a_home_in_order_has_no_problems(home: Path) -> None:
    assert check(home) == []
    assert check(home, deep=True) == []


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (dangle, "which is not there"),
        (unlink_current, "it is missing beside the published databases; build"),
        (shorten_segment, "the last 10 bytes"),
        (drop_segment, "file is missing"),
        (tear_records, "cannot be read"),
        (change_public, "not the one that its manifest describes"),
        (drop_manifest, "manifest is missing"),
        (miscount, "quote has 12 rows, not 13"),
        (lie_in_the_ledger, "beyond the end"),
    ],
)
def test_each_disagreement_is_told(home: Path, damage: Callable[[Path], None], told: str) -> None:
    damage(home)
    problems = check(home)
    assert any(told in problem.what for problem in problems), problems
    assert all(isinstance(problem, Problem) and problem.where for problem in problems)


def change_ledger(home: Path, *sql: str) -> None:
    with closing(sqlite3.connect(home / "ledger.db", isolation_level=None)) as ledger:
        for each in ("PRAGMA ignore_check_constraints = ON", "PRAGMA foreign_keys = OFF", *sql):
            ledger.execute(each)


def zero_indexes(home: Path) -> None:
    with closing(sqlite3.connect(home / "ledger.db")) as ledger:
        (size,) = ledger.execute("PRAGMA page_size").fetchone()
        roots = ledger.execute("SELECT rootpage FROM sqlite_schema WHERE type = 'index'").fetchall()
    with (home / "ledger.db").open("r+b") as file:
        for (root,) in roots[:4]:
            file.seek((root - 1) * size)
            file.write(bytes(size))


def forget_an_entry(home: Path) -> None:
    """Rows whose index says otherwise: found by asking for each, not by counting pages."""
    sql = "UPDATE sqlite_schema SET sql = replace(sql, 'body_sha256', 'content_type')" + (
        " WHERE name = 'capture_body'"
    )
    change_ledger(home, "PRAGMA writable_schema = ON", sql)


UNSOUND = [
    (zero_indexes, "malformed"),
    (forget_an_entry, "index capture_body"),
    (lambda home: change_ledger(home, "UPDATE page SET state = 'lost' WHERE id = 1"), "CHECK"),
    (lambda home: change_ledger(home, "UPDATE capture SET run_id = 99"), "refers to no run"),
    (lambda home: change_ledger(home, "DROP TABLE attempt"), "it has no attempt.capture_id"),
    (lambda home: change_ledger(home, "DROP TABLE run"), "it has no run.asked"),
    (lambda home: change_ledger(home, "ALTER TABLE page DROP COLUMN due"), "it has no page.due"),
]


@pytest.mark.parametrize(("damage", "told"), UNSOUND)
def test_a_ledger_that_is_not_sound_is_named_with_the_way_out(
    home: Path, damage: Callable[[Path], None], told: str
) -> None:
    damage(home)
    (problem,) = check(home)
    assert problem.where == str(home / "ledger.db")
    assert problem.what.startswith("not a sound ledger: ") and told in problem.what, problem
    assert "check --rebuild-ledger" in problem.what and "\n" not in problem.what
    assert check(home, deep=True) == [problem]


@pytest.mark.parametrize("version", [1, 2])
def test_a_ledger_without_a_table_is_told_as_unsound_and_as_no_bug(
    home: Path, version: int
) -> None:
    change_ledger(home, "DROP TABLE page", f"PRAGMA user_version = {version}")
    for command in (build, status):
        with pytest.raises(IntegrityError, match=r"db: not a sound ledger: (no|table|dupl)"):
            command(home)


@pytest.mark.parametrize("is_deep", [False, True])
@pytest.mark.parametrize(
    "change",
    ["offset = -1", "offset = 4611686018427387904", "length = 4611686018427387904", "length = 0"],
)
def test_a_capture_whose_place_is_none_is_named(home: Path, change: str, is_deep: bool) -> None:
    change_ledger(home, f"UPDATE capture SET {change} WHERE id = 2")
    told = {problem.where for problem in check(home, deep=is_deep)}
    assert f"capture 2 of {BASE}/compare/alder-vs-cedar" in told


@pytest.mark.parametrize("column", ["captured_at", "headers"])
def test_a_capture_that_the_ledger_describes_with_nonsense_is_named(
    home: Path, column: str
) -> None:
    change_ledger(home, f"UPDATE capture SET {column} = 'long ago' WHERE id = 2")
    told = check(home, deep=True)
    assert any("capture 2 of" in f"{each.where}: {each.what}" for each in told), told


def test_a_record_file_that_is_damaged_is_made_again_though_nothing_is_new(home: Path) -> None:
    path = only(home / "records", "*.zst")
    whole = path.read_bytes()
    published = only(home / "public", "verdicts-*.db").read_bytes()
    for damaged in (
        b"",
        b"no record file",
        whole[:-40],
        whole[:-4] + b"none",
        zstd.compress(zstd.decompress(whole).splitlines(keepends=True)[0]),
        zstd.compress(zstd.decompress(whole).replace(b'"offset":', b'"offse":')),
    ):
        path.write_bytes(damaged)
        (problem,) = check(home)
        assert (problem.where, "; build makes it again" in problem.what) == (path.name, True)
        report = build(home, workers=1)
        assert (report.is_new, path.read_bytes()) == (False, whole)
        assert check(home, deep=True) == []
        assert only(home / "public", "verdicts-*.db").read_bytes() == published


def test_a_flipped_bit_in_a_segment_is_told_by_the_deep_check(home: Path) -> None:
    segment = only(home / "warc", "*.gz")
    capture = sqlite3.connect(home / "ledger.db").execute(
        "SELECT offset + length / 2 FROM capture WHERE id = 2"
    )
    flip(segment, capture.fetchone()[0])
    assert check(home) == []
    told = check(home, deep=True)
    page_told = f"capture 2 of {BASE}/compare/alder-vs-cedar"
    assert [problem.where for problem in told] == [segment.name, segment.name, page_told]
    assert ["SHA-256" in told[0].what, "no whole record at" in told[1].what] == [True, True]


def test_bytes_that_are_lost_are_a_failure_until_they_are_back(home: Path) -> None:
    segment = only(home / "warc", "*.gz")
    whole = segment.read_bytes()
    before = (home / "public" / "current.db").resolve()
    for path in (home / "records").iterdir():
        path.unlink()
    (home / "public" / "current.db").unlink()
    cut(segment, 1000)
    broken = build(home, workers=1)
    assert (broken.comparisons, broken.failures) == (1, 1)
    segment.write_bytes(whole)
    assert build(home, workers=1, accept_loss=True).path == before


def test_a_home_without_ledger_cannot_be_checked(tmp_path: Path) -> None:
    with pytest.raises(StartError):
        check(tmp_path)
    with pytest.raises(StartError):
        status(tmp_path)


def test_status_has_the_contracts_keys_and_tells_no_folder(home: Path) -> None:
    told = status(home)
    assert set(told) == {
        "pages",
        "look_at",
        "disk",
        "captures",
        "last_run",
        "published",
        "takedowns",
        "waiting",
        "runs",
        "due_next",
    }
    states = ("refused", "gone", "held", "failed", "waiting", "stored")
    assert set(told["pages"]) == {"known", "due", *states}
    assert told["captures"] == 2
    assert told["published"]["name"].startswith("verdicts-")
    assert told["disk"]["warc"] > 0 and told["last_run"]["kind"] == "crawl"
    assert str(home) not in json.dumps(told)


def test_status_passes_over_a_file_that_goes_while_it_looks(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = status(home)["disk"]
    seen = Path.glob

    def look(folder: Path, pattern: str) -> Iterator[Path]:
        yield from seen(folder, pattern)
        yield folder / ".gone-meanwhile"

    monkeypatch.setattr(Path, "glob", look)
    monkeypatch.setattr(Path, "is_file", lambda path: True)  # it was there a moment ago
    assert status(home)["disk"] == before


def test_status_counts_as_the_build_does(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = replace(page(BIRCH, CEDAR), body=b"<html><body><p>Loading</p></body></html>", at=TUESDAY)
    store(home, [bad, replace(page(ALDER, BIRCH), body=bad.body, at=TUESDAY)])
    know(home, f"{BASE}/compare/x-vs-y")
    report = build(home, workers=1)
    pages = status(home)["pages"]
    assert (pages["held"], pages["failed"]) == (report.held, report.failures) == (1, 1)
    assert (pages["waiting"], pages["stored"], pages["known"]) == (1, 1, 4)
    assert pages["known"] == sum(pages.values()) - pages["known"] - pages["due"]
    monkeypatch.setenv("VERDICTS_NOW", "2027-11-20T00:00:00Z")
    assert status(home)["pages"]["due"] == 3


def test_status_names_the_failing_and_held_pages_tried_last_and_no_take_down(home: Path) -> None:
    bad = b"<html><body><p>Loading</p></body></html>"
    failing, taken = (f"{BASE}/compare/{slugs}" for slugs in ("elm-vs-fir", "oak-vs-pine"))
    store(
        home,
        [
            replace(page(ALDER, BIRCH), url=url, body=bad, at=TUESDAY, ending=captured(200))
            for url in (failing, taken)
        ],
    )
    with sqlite3.connect(home / "ledger.db") as ledger:
        ledger.execute(
            "UPDATE attempt SET outcome = 'extraction_refused', reason = 'card_missing'"
            " WHERE url IN (?, ?)",
            (failing, taken),
        )
        ledger.execute(
            "UPDATE page SET last_outcome = 'extraction_refused',"
            " last_reason = 'card_missing' WHERE url IN (?, ?)",
            (failing, taken),
        )
    held = page(ALDER, BIRCH).url
    know(home, held, Ending("network_error", "timeout", "captured", None, 1))
    know(home, f"{BASE}/compare/x-vs-y", Ending("http_error", "500", "failed", None, 3))
    know(home, f"{BASE}/compare/x-vs-z")
    take_down(Home(home), taken, reason="asked for")
    assert [tuple(each.values()) for each in status(home)["look_at"]] == [
        (f"{BASE}/compare/x-vs-y", "waiting", "http_error:500"),
        (held, "held", "network_error:timeout"),
        (failing, "failed", "extraction_refused:card_missing"),
    ]
    many = [f"{BASE}/compare/x-vs-{number:02}" for number in range(12)]
    for url in many:
        know(home, url, Ending("http_error", "500", "failed", None, 3))
    assert [each["url"] for each in status(home)["look_at"]] == many[:1:-1]


def test_status_before_the_first_build_parses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parsers.read_page", None)
    store(tmp_path, [page(ALDER, BIRCH)])
    told = status(tmp_path)
    assert told["pages"]["stored"] == 1
    assert told["published"] is None
    assert not list((tmp_path / "records").iterdir())


def test_a_detail_cites_no_words_that_are_withheld() -> None:
    detail = "the quote 'It\\'s late' and \"that\" is not closed"
    assert public_detail(detail, is_withheld=False) == detail
    assert public_detail(detail, is_withheld=True) == "the quote [withheld] and [withheld]" + (
        " is not closed"
    )


def test_the_deep_check_reads_every_record_of_a_segment_that_is_not_sealed(home: Path) -> None:
    segment = only(home / "warc", "*.gz")
    length = segment.stat().st_size
    opened = segment.rename(segment.with_name(segment.name + ".open"))
    with sqlite3.connect(home / "ledger.db") as ledger:
        ledger.execute("UPDATE segment SET is_sealed = 0, sha256 = NULL")
    assert check(home, deep=True) == []
    flip(opened, length - 20)  # in the last metadata record, which no capture points to
    assert [problem.where for problem in check(home, deep=True)] == [segment.name]
    assert check(home) == []
