"""Erased bytes are gone for good, whenever the erasing was killed, and all others are there."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from commands import verdicts
from db_home import ALDER, BIRCH, CEDAR, TUESDAY, Answer, html, page, store
from takedown_home import (
    KEY,
    NOW,
    REASON,
    TAKEN_PAGE,
    build,
    built,
    holding,
    kill_take_down,
    one,
    rows,
)

from archive import Home, open_archive
from archive.store.quarantine import keep_aside
from archive.takedown.erasure import finish_erasures
from archive.takedown.takedowns import active_takedowns
from crawler.importing.importing import import_paths
from db.check import check
from db.status import status
from db.takedown.withdraw import lift, take_down
from parsers.sites import site_named
from schema.errors import UsageError


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERDICTS_NOW", NOW)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return built(tmp_path, monkeypatch)


STEPS = [
    ("archive.takedown.erasure._write", "before"),
    ("archive.takedown.erasure._write", "after"),
    ("archive.takedown.erasure._note_gone", "after"),
    ("archive.takedown.erasure._move", "after"),
    ("archive.takedown.erasure._replace", "before"),
    ("archive.takedown.erasure._replace", "after"),
    ("db.takedown.withdraw.clean_records", "before"),
    ("db.takedown.withdraw.mark_erased", "before"),
    ("db.takedown.files.bury", "before"),
    ("db.takedown.files.bury", "after"),
    ("db.takedown.withdraw.enter_takedown", "after"),
    ("db.publish.publish.write_record", "after"),
]


def erased_words(home: Path) -> list[str]:
    """Files that hold what only the erased page showed."""
    return holding(home, "Only Here")


@pytest.fixture
def erasable(tmp_path: Path) -> Path:
    only = replace(ALDER, words="Only Here is what it says")
    answers = [page(BIRCH, CEDAR), Answer(TAKEN_PAGE, html(only, BIRCH)), page(ALDER, CEDAR)]
    store(tmp_path, answers)
    store(tmp_path, [Answer(TAKEN_PAGE, html(only, BIRCH), at=TUESDAY), page(ALDER, BIRCH)])
    keep_aside(Home(tmp_path), TAKEN_PAGE, html(only, BIRCH))
    build(tmp_path)
    assert len(erased_words(tmp_path)) >= 5
    return tmp_path


def require_erased(home: Path) -> None:
    assert erased_words(home) == []
    assert holding(home / "warc", TAKEN_PAGE) == [], "a request or metadata record is left"
    assert check(home, deep=True) == []
    archive = open_archive(home)
    captures = archive.captures()
    gone = [each for each in captures if each.damage == "erased"]
    assert {each.url for each in gone} == {TAKEN_PAGE} and len(gone) == 3
    for capture in captures:
        if capture.url != TAKEN_PAGE:
            assert archive.load(capture).body
    assert active_takedowns(Home(home))[0].is_erased
    assert sorted(path.suffix for path in (home / "warc").iterdir()) == [".gz", ".gz"]
    assert all(path.stat().st_mode & 0o222 == 0 for path in (home / "warc").iterdir())


def test_erased_bytes_are_gone_and_the_rest_is_as_it_was(erasable: Path) -> None:
    report = take_down(Home(erasable), TAKEN_PAGE, reason=REASON, erase=True)
    assert report.erased == 3
    require_erased(erasable)
    assert build(erasable).comparisons == 2
    require_erased(erasable)
    files = sorted((erasable / "warc").iterdir())
    done = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    lift(Home(erasable), 1)
    assert status(erasable)["pages"]["waiting"] == 1


@pytest.mark.parametrize(("name", "when"), STEPS, ids=[f"{n}-{w}" for n, w in STEPS])
def test_erasing_can_be_killed_anywhere_and_done_again(
    erasable: Path, name: str, when: str
) -> None:
    kill_take_down(erasable, name, when, erase=True)
    # Every other page can still be read, as a crawl's start or a build would.
    finish_erasures(Home(erasable))
    archive = open_archive(erasable)
    for capture in archive.captures():
        if capture.url != TAKEN_PAGE:
            assert archive.load(capture).body
    assert build(erasable).comparisons == 2
    assert one(build(erasable).path, "SELECT count(*) FROM quote WHERE text LIKE '%Only%'") == 0
    assert holding(erasable / "public", "Only Here") == []
    if not active_takedowns(Home(erasable))[0].is_erased:
        assert "not erased yet" in check(erasable)[0].what
    take_down(Home(erasable), TAKEN_PAGE, reason="again", erase=True)
    require_erased(erasable)
    assert active_takedowns(Home(erasable))[0].reason == REASON


def test_a_segment_left_open_by_a_killed_crawl_is_sealed_and_erased(erasable: Path) -> None:
    with closing(sqlite3.connect(erasable / "ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE segment SET is_sealed = 0, sha256 = NULL WHERE id = 2")
    last = sorted((erasable / "warc").iterdir())[-1]
    opened = last.with_name(last.name + ".open")
    last.rename(opened)
    opened.chmod(0o644)
    with opened.open("ab") as file:
        file.write(b"Only Here: a torn tail")
    take_down(Home(erasable), TAKEN_PAGE, reason=REASON, erase=True)
    require_erased(erasable)


def test_a_quote_alone_cannot_be_erased(home: Path) -> None:
    with pytest.raises(UsageError, match="pages that show it"):
        take_down(Home(home), KEY, reason=REASON, erase=True)
    assert active_takedowns(Home(home)) == []


def test_erased_bytes_do_not_come_back_with_an_import_until_the_take_down_is_lifted(
    erasable: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place, sample = Home(erasable), site_named("sample")
    saved = tmp_path_factory.mktemp("saved")
    with_address, without = saved / "a.html", saved / "b.html"
    only = replace(ALDER, words="Only Here is what it says")
    with_address.write_bytes(
        html(only, BIRCH, head=f'<link rel="canonical" href="{TAKEN_PAGE}?from=mail">')
    )
    without.write_bytes(html(only, BIRCH, head="<!-- saved by hand -->"))
    import_paths(place.path, [without], site=sample, date=NOW)
    build(erasable)
    take_down(place, TAKEN_PAGE, reason=REASON, erase=True)
    assert erased_words(erasable) == []
    report = import_paths(place.path, [saved], site=sample, date=NOW)
    assert (report.stored, report.skipped, report.exit_code) == (0, 2, 0)
    assert report.skipped_by == {
        "takedown:sample.example": 1,
        "takedown:pages without an address": 1,
    }
    assert erased_words(erasable) == []
    lift(place, 1)
    assert import_paths(place.path, [saved], site=sample, date=NOW).stored == 2


def test_erased_bytes_do_not_come_back_under_another_address_or_without_one(
    erasable: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    take_down(Home(erasable), "birch", reason=REASON, erase=True)
    assert erased_words(erasable) == []
    saved = tmp_path_factory.mktemp("saved") / "page.html"
    saved.write_bytes(html(replace(ALDER, words="Only Here is what it says"), BIRCH))
    for url in (None, "https://sample.example/compare/ant-vs-bee"):
        report = import_paths(erasable, [saved], site=site_named("sample"), url=url, date=NOW)
        assert (report.stored, report.skipped, report.exit_code) == (0, 1, 0)
    assert erased_words(erasable) == []


def test_of_two_bodies_with_one_address_and_date_neither_comes_back(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    saved, sample = tmp_path_factory.mktemp("saved"), site_named("sample")
    for name in ("one", "two"):
        body = html(replace(ALDER, words=f"Version {name} is what it says"), BIRCH)
        (saved / f"{name}.html").write_bytes(body)
        import_paths(home, [saved / f"{name}.html"], site=sample, url=TAKEN_PAGE, date=NOW)
    build(home)
    take_down(Home(home), TAKEN_PAGE, reason=REASON, erase=True)
    other = "https://sample.example/compare/ant-vs-bee"
    for name in ("one", "two"):
        report = import_paths(home, [saved / f"{name}.html"], site=sample, url=other, date=NOW)
        assert (report.stored, report.skipped) == (0, 1), name


@pytest.mark.parametrize("erase", [False, True])
def test_a_take_down_before_the_first_build_knows_the_same_words_under_another_address(
    tmp_path: Path, erase: bool
) -> None:
    body, sample = html(replace(ALDER, words="Only Here is what it says"), BIRCH), "sample.example"
    store(
        tmp_path, [Answer(TAKEN_PAGE, body), Answer(f"https://{sample}/compare/ant-vs-bee", body)]
    )
    take_down(Home(tmp_path), TAKEN_PAGE, reason=REASON, erase=erase)
    made = build(tmp_path).path
    assert rows(made, "SELECT count(*) FROM comparison") == [(0,)]
    assert rows(made, "SELECT DISTINCT state FROM page") == [("refused",)]


def test_what_an_erased_page_showed_is_known_after_a_lift_and_a_lost_ledger(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    body, sample = html(ALDER, BIRCH), site_named("sample")
    saved = tmp_path_factory.mktemp("saved") / "page.html"
    saved.write_bytes(body)
    other = "https://sample.example/compare/ant-vs-bee"
    take_down(Home(home), TAKEN_PAGE, reason=REASON, erase=True)
    lift(Home(home), active_takedowns(Home(home))[0].id)
    take_down(Home(home), TAKEN_PAGE, reason=REASON, erase=True)
    assert import_paths(home, [saved], site=sample, url=other, date=NOW).stored == 0
    (home / "ledger.db").unlink()
    assert verdicts("check", "--rebuild-ledger", "--home", home).returncode == 0
    assert import_paths(home, [saved], site=sample, url=other, date=NOW).stored == 0


def test_a_tool_is_known_at_each_address_of_one_body(tmp_path: Path) -> None:
    body = html(ALDER, BIRCH)
    urls = [
        f"https://sample.example/compare/{pair}" for pair in ("alder-vs-birch", "ahorn-vs-alder")
    ]
    store(tmp_path, [Answer(url, body) for url in urls])
    take_down(Home(tmp_path), "alder", reason=REASON)
    store(tmp_path, [page(replace(ALDER, slug="kk"), replace(CEDAR, slug="torch"), at=TUESDAY)])
    assert rows(build(tmp_path).path, "SELECT count(*) FROM comparison") == [(0,)]


def test_what_shows_nothing_is_left_out_of_no_import_for_what_was_erased(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shell = b"<html><body><p>Loading</p></body></html>"
    body = html(ALDER, BIRCH)
    store(tmp_path, [Answer(TAKEN_PAGE, shell), Answer(TAKEN_PAGE, body, at=TUESDAY)])
    take_down(Home(tmp_path), TAKEN_PAGE, reason=REASON, erase=True)
    saved = tmp_path_factory.mktemp("saved") / "page.html"
    other, sample = "https://sample.example/compare/ant-vs-bee", site_named("sample")
    for data, stored in ((shell, 1), (body, 0)):
        saved.write_bytes(data)
        assert import_paths(tmp_path, [saved], site=sample, url=other, date=NOW).stored == stored


def test_what_is_taken_down_and_not_erased_is_imported_and_not_published(
    erasable: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    take_down(Home(erasable), TAKEN_PAGE, reason=REASON)
    saved = tmp_path_factory.mktemp("saved") / "page.html"
    saved.write_bytes(html(ALDER, BIRCH, head=f'<link rel="canonical" href="{TAKEN_PAGE}">'))
    assert import_paths(erasable, [saved], site=site_named("sample"), date=NOW).stored == 1
    assert build(erasable).comparisons == 2
