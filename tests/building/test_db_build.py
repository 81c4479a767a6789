from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path

import forked
import pytest
from db_home import ALDER, BIRCH, CEDAR, TUESDAY, Answer, Card, forget, page, store, told, url_of

from archive import Archive, Home, Segment
from db import BuildReport
from db import build as build_with
from db.records import making
from db.records.reading import WantedLine, read_capture
from db.takedown.withdraw import take_down
from parsers.keys import quote_key
from schema.errors import IntegrityError, LossError, StartError, StoppedError
from schema.published import tombstone_path

UNREAD = b"<p>Nothing to compare.</p></body></html>"

PAGES = [page(ALDER, BIRCH), page(ALDER, CEDAR), page(BIRCH, CEDAR)]


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERDICTS_NOW", "2026-11-20T00:00:00Z")


def build(home: Path, *, workers: int = 1, accept_loss: bool = False) -> BuildReport:
    return build_with(home, workers=workers, accept_loss=accept_loss)


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def copied(home: Path, folder: Path) -> Path:
    """The archive alone, as another machine would get it."""
    (folder / "warc").mkdir(parents=True)
    shutil.copy(home / "ledger.db", folder)
    for path in (home / "warc").iterdir():
        shutil.copy(path, folder / "warc")
    return folder


def test_the_same_archive_gives_the_same_bytes_in_another_folder(tmp_path: Path) -> None:
    store(tmp_path / "a", PAGES)
    first = build(tmp_path / "a", workers=1)
    second = build(copied(tmp_path / "a", tmp_path / "b"), workers=2)
    assert (first.path.name, first.parsed) == (second.path.name, 3)
    assert first.path.read_bytes() == second.path.read_bytes()
    assert second.parsed == 3


def test_a_second_build_gives_the_same_path_and_parses_nothing(tmp_path: Path) -> None:
    store(tmp_path, PAGES)
    first = build(tmp_path)
    before = sorted(path.name for path in (tmp_path / "public").iterdir())
    second = build(tmp_path)
    assert first.is_new and first.parsed == 3
    assert second == replace(first, is_new=False, parsed=0, captures=0, changes=None)
    assert sorted(path.name for path in (tmp_path / "public").iterdir()) == before
    assert second.path.is_absolute()
    assert (tmp_path / "public" / "current.db").resolve() == second.path


def test_only_what_is_new_is_parsed(tmp_path: Path) -> None:
    store(tmp_path, PAGES[:2])
    old = build(tmp_path)
    store(tmp_path, PAGES[2:])
    new = build(tmp_path)
    assert (new.is_new, new.parsed, new.comparisons) == (True, 1, 3)
    assert old.path.exists() and old.path != new.path


def test_a_run_that_found_nothing_to_do_makes_no_new_database(tmp_path: Path) -> None:
    store(tmp_path, PAGES)
    first = build(tmp_path)
    store(tmp_path, [], kind="import")
    assert build(tmp_path) == replace(first, is_new=False, parsed=0, captures=0, changes=None)


def test_a_lost_record_file_is_made_again_and_changes_nothing(tmp_path: Path) -> None:
    store(tmp_path, PAGES)
    first = build(tmp_path)
    (made,) = (tmp_path / "records").glob("*.zst")
    before = made.read_bytes()
    made.unlink()
    (tmp_path / "public" / "current.db").unlink()
    again = build(tmp_path)
    assert (again.path, again.parsed) == (first.path, 3)
    assert made.read_bytes() == before


def test_a_torn_record_file_is_made_again(tmp_path: Path) -> None:
    store(tmp_path, PAGES)
    first = build(tmp_path)
    (made,) = (tmp_path / "records").glob("*.zst")
    made.write_bytes(made.read_bytes()[:100])
    (tmp_path / "public" / "current.db").unlink()
    assert build(tmp_path).path == first.path


def test_the_order_of_segments_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for answer in PAGES:
        store(tmp_path / "a", [answer])
    for answer in reversed(PAGES):
        store(tmp_path / "b", [answer])
    first, second = build(tmp_path / "a"), build(tmp_path / "b")
    # Which page showed a value first is what the order tells, as ids do.
    but = ("crawl", "provenance")
    assert told(first.path, but) == told(second.path, but)
    present = Archive.present
    turned = lambda self: (present(self)[0][::-1], present(self)[1])  # noqa: E731
    monkeypatch.setattr(Archive, "present", turned)
    third = build(copied(tmp_path / "a", tmp_path / "c"))
    assert third.path.read_bytes() == first.path.read_bytes()


def test_the_public_file_tells_neither_folder_nor_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(tmp_path / "a", PAGES)
    first = build(tmp_path / "a")
    monkeypatch.setenv("VERDICTS_NOW", "2031-01-01T00:00:00Z")
    other = build(copied(tmp_path / "a", tmp_path / "b"))
    assert first.path.read_bytes() == other.path.read_bytes()
    published = first.path.read_bytes() + first.path.with_suffix(".json").read_bytes()
    assert str(tmp_path).encode() not in published


def test_foreign_keys_hold_and_the_file_cannot_be_written(tmp_path: Path) -> None:
    store(tmp_path, PAGES)
    path = build(tmp_path).path
    assert rows(path, "PRAGMA foreign_key_check") == []
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert path.stat().st_mode & 0o777 == 0o444


def dying_task(home: Home, cleaning: object, wanted: WantedLine) -> object:
    if wanted.url == PAGES[1].url:
        os.kill(os.getpid(), signal.SIGKILL)
    return read_capture(home, None, wanted)


def test_a_page_that_kills_two_workers_is_one_failure_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "read_capture", dying_task)
    store(tmp_path, PAGES)
    report = build(tmp_path)
    assert (report.comparisons, report.failures) == (2, 1)
    sql = "SELECT url, code, detail FROM failure JOIN page ON page.id = failure.page_id"
    ((url, code, detail),) = rows(report.path, sql)
    assert (url, code) == (PAGES[1].url, "parser_died")
    assert hashlib.sha256(PAGES[1].body).hexdigest() in str(detail)


KILLED = """
import os, signal, sys
from pathlib import Path
import db.publish.publish
from db import build
home, stage, at = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
def progress(name, done, total):
    if (name, done) == (stage, at):
        die()
if stage == "link":
    db.publish.publish.point = die
build(home, workers=1, progress=progress)
"""


@pytest.mark.parametrize(("stage", "at"), [("read", 1), ("write", 0), ("write", 1), ("link", 0)])
def test_a_build_killed_at_any_stage_leaves_current_as_it_was(
    tmp_path: Path, stage: str, at: int
) -> None:
    store(tmp_path, PAGES[:2])
    first = build(tmp_path)
    store(tmp_path, PAGES[2:])
    link = tmp_path / "public" / "current.db"
    before = link.read_bytes()
    command = [sys.executable, "-c", KILLED, str(tmp_path), stage, str(at)]
    killed = forked.run(command, check=False, timeout=120, cwd=Path(__file__).parents[2])
    assert killed.returncode == -signal.SIGKILL
    assert link.resolve() == first.path and link.read_bytes() == before
    after = build(tmp_path)
    assert (after.is_new, after.comparisons) == (True, 3)
    assert not [path for path in (tmp_path / "public").iterdir() if path.name.startswith(".")]


def many(count: int) -> list[Answer]:
    cards = [Card(f"tool-{at:02}", f"Tool {at}", tagline=f"Line {at}") for at in range(count)]
    return [page(a, b) for a, b in zip(cards[::2], cards[1::2], strict=True)]


def test_a_build_that_would_lose_many_rows_is_refused_unless_told(tmp_path: Path) -> None:
    store(tmp_path, many(12))
    first = build(tmp_path)
    forget(tmp_path, "id > 2")
    with pytest.raises(LossError, match="16 of 48 rows of quote"):
        build(tmp_path)
    assert (tmp_path / "public" / "current.db").resolve() == first.path
    assert build(tmp_path, accept_loss=True).comparisons == 2


def test_a_few_rows_may_be_lost(tmp_path: Path) -> None:
    store(tmp_path, many(12))
    build(tmp_path)
    forget(tmp_path, "id > 4")
    assert build(tmp_path).comparisons == 4


def test_a_site_that_vanishes_is_refused(tmp_path: Path) -> None:
    other = replace(PAGES[0], site="shiporskip", url="https://shiporskip.io/compare/alder-vs-birch")
    store(tmp_path, [PAGES[0], other])
    build(tmp_path)
    forget(tmp_path, "site = 'shiporskip'")
    with pytest.raises(LossError, match="the site shiporskip would vanish"):
        build(tmp_path)


def test_two_builds_at_once_are_refused(tmp_path: Path) -> None:
    store(tmp_path, PAGES)
    with Home(tmp_path).lock("build"), pytest.raises(StartError, match="is writing here"):
        build(tmp_path)


def test_a_build_that_take_downs_keep_overtaking_ends_and_shows_nothing_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(tmp_path, PAGES)
    asked = iter(
        [
            quote_key("sample", card.name, card.quote(row))
            for card in (ALDER, BIRCH)
            for row in range(1, 5)
        ]
    )
    monkeypatch.setattr("db.takedown.withdraw.WAIT_S", 0)

    def ask(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("write", 1):
            take_down(Home(tmp_path), next(asked), reason="asked by its author")

    with pytest.raises(StoppedError, match=r"each of the 5 times .* `verdicts build`"):
        build_with(tmp_path, workers=1, progress=ask)
    assert list((tmp_path / "public").iterdir()) == []
    report = build(tmp_path)
    assert (report.comparisons, rows(report.path, "SELECT count(*) FROM quote")) == (3, [(7,)])


def test_a_home_without_ledger_is_refused_and_left_alone(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="no archive here"):
        build(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_an_open_segment_is_read_up_to_the_ledgers_end(tmp_path: Path) -> None:
    store(tmp_path, PAGES)
    ledger = sqlite3.connect(tmp_path / "ledger.db")
    ledger.execute("UPDATE segment SET is_sealed = 0, sha256 = NULL, sealed_at = NULL")
    ledger.commit()
    (sealed,) = (tmp_path / "warc").iterdir()
    sealed.rename(f"{sealed}.open").chmod(0o644)
    with Path(f"{sealed}.open").open("ab") as file:
        file.write(b"half of a record that nobody acknowledged")
    assert build(tmp_path).comparisons == 3
    (first,) = (tmp_path / "records").glob("*.zst")
    later = replace(PAGES[0], at=TUESDAY, body=PAGES[0].body.replace(b"regret", b"regrets"))
    store(tmp_path, [later])
    assert build(tmp_path).comparisons == 3
    assert [first] != list((tmp_path / "records").glob("*.zst"))
    assert len(list((tmp_path / "records").glob("*.zst"))) == 1


def test_what_a_crawl_adds_while_a_build_reads_is_left_for_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(tmp_path, PAGES)
    captures = Archive(tmp_path).captures()
    stale = Segment(captures[0].segment, False, captures[2].offset, None)
    with monkeypatch.context() as patched:
        patched.setattr(Archive, "present", lambda self: ([stale], captures[1].id))
        assert build(tmp_path).comparisons == 2
    assert build(tmp_path).comparisons == 3


def test_an_archive_that_holds_nothing_yet_gives_no_database(tmp_path: Path) -> None:
    store(tmp_path, [])
    with pytest.raises(StartError, match="nothing to publish, for no comparison page is known"):
        build(tmp_path)
    assert list((tmp_path / "public").iterdir()) == []


def test_an_archive_of_pages_that_gave_no_record_gives_no_database_and_a_way_on(
    tmp_path: Path,
) -> None:
    store(
        tmp_path,
        [Answer(url_of(ALDER, BIRCH), UNREAD), Answer(url_of(ALDER, CEDAR), b"", status=404)],
    )
    said = r"none of 2 known pages gave a record \(2 failed\); `verdicts status` names"
    for accept_loss in (False, True):
        with pytest.raises(StartError, match=said) as refused:
            build(tmp_path, accept_loss=accept_loss)
    assert refused.value.exit_code == 30
    assert list((tmp_path / "public").iterdir()) == []
    store(tmp_path, [page(BIRCH, CEDAR)])
    made = build(tmp_path)
    assert (made.comparisons, made.failures) == (1, 2)


def test_what_is_published_is_never_replaced_by_an_empty_database(tmp_path: Path) -> None:
    store(tmp_path, [page(ALDER, BIRCH)])
    path = build(tmp_path).path
    (tmp_path / "ledger.db").unlink()
    shutil.rmtree(tmp_path / "warc")
    store(tmp_path, [Answer(url_of(ALDER, BIRCH), UNREAD)])
    with pytest.raises(LossError, match="the site sample would vanish"):
        build(tmp_path)
    with pytest.raises(StartError, match="nothing to publish"):
        build(tmp_path, accept_loss=True)
    assert (tmp_path / "public" / "current.db").resolve() == path


def test_a_home_whose_only_pages_are_damaged_is_called_damaged(tmp_path: Path) -> None:
    store(tmp_path, [page(ALDER, BIRCH)])
    for segment in (tmp_path / "warc").iterdir():
        segment.unlink()
    with pytest.raises(IntegrityError, match="the bytes of 1 captures are damaged"):
        build(tmp_path)


def test_an_archive_whose_pages_were_all_taken_down_is_published_empty(tmp_path: Path) -> None:
    store(tmp_path, [page(ALDER, BIRCH)])
    shown = build(tmp_path).path
    take_down(Home(tmp_path), url_of(ALDER, BIRCH), reason="On request.")
    made = build(tmp_path)
    assert (made.is_new, made.comparisons) == (True, 0)
    assert not shown.exists() and tombstone_path(shown).exists()
    assert rows(made.path, "SELECT url, state FROM page") == [(url_of(ALDER, BIRCH), "refused")]
    store(tmp_path, [Answer(url_of(ALDER, CEDAR), UNREAD)])
    assert build(tmp_path).comparisons == 0
