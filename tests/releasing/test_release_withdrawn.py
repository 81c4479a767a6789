"""A take-down reaches releases: whole ones and those of facts, made before it or while it comes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from commands import verdicts
from db_home import ALDER, BASE, BIRCH, CEDAR, TUESDAY, page, store
from release_home import Release, release
from takedown_home import KEY, NOW, PAGES, REASON, TAKEN_PAGE, build
from web_server import serving

from archive import Home
from archive.takedown import exports
from db.check import check
from db.release.folder import WITHDRAWN
from db.release.release import export
from db.takedown import files, withdraw
from db.takedown.withdraw import take_down
from schema.errors import StoppedError

ELSEWHERE = page(
    replace(ALDER, slug="elm", tagline="Only here is it so"), replace(BIRCH, slug="fir"), at=TUESDAY
)
"""The page that is taken down once more, under an address that does not tell it."""
OTHERS = [page(ALDER, CEDAR), page(BIRCH, CEDAR)]


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("VERDICTS_NOW", NOW)
    yield


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the fixture `home` copies."""
    home = tmp_path_factory.mktemp("built") / "home"
    store(home, PAGES)
    build(home)
    return home


def both(home: Path, out: Path) -> list[Release]:
    """A whole release and one of facts."""
    return [release(home, out, *options) for options in ((), ("--facts",))]


def left_in(made: Release) -> list[str]:
    return sorted(path.name for path in made.folder.rglob("*"))


def one(database: Path, sql: str) -> tuple[object, ...]:
    with closing(sqlite3.connect(database)) as db:
        return db.execute(sql).fetchone()


@pytest.mark.parametrize("asked", [TAKEN_PAGE, "alder", KEY])
def test_a_release_that_holds_it_leaves_a_tombstone_with_the_reason_and_nothing_else(
    home: Path, tmp_path: Path, asked: str
) -> None:
    made = both(home, tmp_path / "out")
    report = take_down(Home(home), asked, reason=REASON)
    for each in made:
        assert left_in(each) == ["WITHDRAWN.json"]
        stone = json.loads((each.folder / "WITHDRAWN.json").read_text())
        assert stone["withdrawn"] == each.folder.name
        assert [reason["reason"] for reason in stone["reasons"]] == [REASON]
        assert str(each.folder) in report.withdrawn


def test_a_release_that_was_withdrawn_is_told_with_the_reason_and_its_number_is_gone(
    home: Path, tmp_path: Path
) -> None:
    made = both(home, tmp_path / "out")
    take_down(Home(home), "alder", reason=REASON)
    published = build(home).path
    for each in made:
        sql = f"SELECT withdrawn_at, reason FROM release WHERE release = '{each.folder.name}'"
        assert one(published, sql) == (NOW, REASON)
    assert check(home, deep=True) == []
    with serving(published) as server:
        answer = server.ask(f"/release/{made[0].folder.name}")
        assert answer.status == 410 and REASON in answer.text
    again = release(home, tmp_path / "out")
    assert again.folder.name.endswith(".2")
    assert check(home, deep=True) == []


def test_a_release_that_stands_is_shown_by_its_name(home: Path, tmp_path: Path) -> None:
    made = release(home, tmp_path / "out")
    with serving(build(home).path) as server:
        answer = server.ask(f"/release/{made.folder.name}")
        assert answer.status == 200
        assert one(home / "public" / "current.db", "SELECT sha256 FROM release")[0] in answer.text


def test_a_release_that_holds_nothing_of_it_stands_and_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    store(home, OTHERS)
    build(home)
    made = both(home, tmp_path / "out")
    store(home, [PAGES[0]])
    build(home)
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    assert all(each.database.exists() for each in made)
    read: list[Path] = []
    monkeypatch.setattr(files, "read_database", read.append)
    build(home)
    assert read == [] and all(each.database.exists() for each in made)
    assert check(home) == []


def test_a_release_of_facts_is_withdrawn_for_a_page_that_only_its_words_tell(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    store(home, [ELSEWHERE, *OTHERS])
    build(home)
    made = both(home, tmp_path / "out")
    store(home, [PAGES[0]])
    build(home)
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    assert [left_in(each) for each in made] == [["WITHDRAWN.json"]] * 2


def test_a_take_down_that_comes_while_a_release_is_made_withdraws_it(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withdraw, "WAIT_S", 0)
    told: list[bool] = []

    def asked(stage: str, done: int, total: int) -> None:
        if not told:
            told.append(take_down(Home(home), TAKEN_PAGE, reason=REASON).is_complete)

    out = tmp_path / "out"
    with pytest.raises(StoppedError, match="taken down"):
        export(home, out, is_facts=False, base=None, since=None, progress=asked)
    assert told == [False]
    (noted,) = exports(Home(home))
    assert [path.name for path in Path(noted.folder).iterdir()] == ["WITHDRAWN.json"]
    assert (noted.withdrawn_at, noted.reason) == (NOW, REASON)
    assert [path.name for path in out.iterdir()] == [noted.release]
    build(home)
    assert release(home, out).folder.name.endswith(".2")


def test_a_withdrawal_killed_before_the_ledger_knew_is_ended_with_its_own_reasons(
    home: Path, tmp_path: Path
) -> None:
    made = release(home, tmp_path / "out")
    held = {path: path.read_bytes() for path in made.folder.rglob("*.md")}
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    with closing(sqlite3.connect(home / "ledger.db")) as db, db:
        db.execute("UPDATE export SET withdrawn_at = NULL, reason = NULL")
    stone = (made.folder / "WITHDRAWN.json").read_bytes()
    for path, data in held.items():
        path.write_bytes(data)
    what = WITHDRAWN
    assert what in [each.what for each in check(home)]
    take_down(Home(home), KEY, reason="another reason")
    assert left_in(made) == ["WITHDRAWN.json"]
    assert (made.folder / "WITHDRAWN.json").read_bytes() == stone
    assert [each.reason for each in exports(Home(home))] == [REASON]
    for path, data in held.items():  # put back from elsewhere
        path.write_bytes(data)
    build(home)
    assert left_in(made) == ["WITHDRAWN.json"]


def test_the_command_of_a_take_down_names_the_folders(home: Path, tmp_path: Path) -> None:
    made = release(home, tmp_path / "out", "--facts")
    address = f"{BASE}/compare/birch-vs-cedar"
    done = verdicts("takedown", "add", address, "--reason", REASON, "--home", home)
    assert done.returncode == 0, done.stderr
    assert str(made.folder) in done.stdout + done.stderr
