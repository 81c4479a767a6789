"""Files and folders published before a take-down are withdrawn, wherever they were put."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from db_home import ALDER, BASE, BIRCH, TUESDAY, page, store
from takedown_home import (
    AHEAD,
    KEY,
    NOW,
    PAGES,
    QUOTE,
    REASON,
    TAKEN_PAGE,
    build,
    built,
    holding,
    note_export,
    tombstones,
)
from web_server import serving

from archive import Home
from archive.takedown.takedowns import exports
from db.check import check
from db.takedown import evidence
from db.takedown.withdraw import take_down
from web.errors import WithdrawnError
from web.serving import make_datasette


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return built(tmp_path, monkeypatch)


def test_a_withdrawn_file_leaves_a_tombstone_with_date_and_reason_and_no_words(home: Path) -> None:
    before = (home / "public" / "current.db").resolve()
    report = take_down(Home(home), TAKEN_PAGE, reason=REASON)
    assert report.withdrawn == [before.name] and report.is_complete
    assert not before.exists() and not before.with_suffix(".json").exists()
    (stone,) = tombstones(home)
    told = json.loads(stone.read_text())
    assert (told["withdrawn"], told["withdrawn_at"]) == (before.name, NOW)
    assert told["reasons"] == [{"date": NOW, "kind": "page", "reason": REASON}]
    assert holding(home / "public", "half-finished") == holding(home / "public", "row 1") == []
    assert check(home, deep=True) == []
    assert build(home).path != before
    assert check(home, deep=True) == []


def test_a_file_that_holds_nothing_of_it_stands(home: Path) -> None:
    old = build(home).path
    store(home, [page(replace(ALDER, name="Oak Lens", slug="oak"), BIRCH, at=TUESDAY)])
    new = build(home).path
    report = take_down(Home(home), f"{BASE}/compare/oak-vs-birch", reason=REASON)
    assert report.withdrawn == [new.name]
    assert old.exists()


def test_a_copy_put_back_is_withdrawn_again_by_the_next_build(home: Path) -> None:
    old = (home / "public" / "current.db").resolve()
    kept = old.read_bytes()
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    build(home)
    tombstones(home)[0].unlink()
    old.write_bytes(kept)
    assert [p.where for p in check(home) if "take-down 1" in p.what] == [old.name]
    build(home)
    assert not old.exists() and len(tombstones(home)) == 1


def test_a_published_file_is_withdrawn_under_whatever_name_it_was_copied(home: Path) -> None:
    old = (home / "public" / "current.db").resolve()
    kept, copy, notes = old.read_bytes(), old.with_name("2026-edition.db"), home / "public/notes.db"
    below = home / "public" / "older" / ".kept" / "a.db"
    below.parent.mkdir(parents=True)
    for path in (copy, below):
        path.write_bytes(kept)
    notes.write_bytes(b"somebody's own")
    candidate = home / "public" / ".candidate.db"
    candidate.write_bytes(kept)  # of a build that was killed
    report = take_down(Home(home), TAKEN_PAGE, reason=REASON)
    assert sorted(report.withdrawn) == sorted([old.name, copy.name, "older/.kept/a.db"])
    assert not candidate.exists()
    for path in (copy, below):
        assert not path.exists()
        told = json.loads(path.with_suffix(".withdrawn.json").read_text())
        assert told["reasons"][0]["reason"] == REASON
    made = build(home).path
    copy.with_suffix(".withdrawn.json").unlink()
    below.with_suffix(".withdrawn.json").unlink()
    below.write_bytes(kept)
    for path in (copy, made.with_name("verdicts-0.db")):
        path.write_bytes(kept)
        # Beside a manifest that vouches for another file.
        path.with_suffix(".json").write_bytes(made.with_suffix(".json").read_bytes())
    found = check(home, deep=True)
    assert {each.where for each in found if "take-down 1" in each.what} == {
        copy.name,
        "verdicts-0.db",
        "older/.kept/a.db",
    }
    assert [each.where for each in found if "nobody can tell" in each.what] == [notes.name]
    build(home)
    assert sorted(path.name for path in (home / "public").rglob("*.db")) == [
        "current.db",
        notes.name,
        made.name,
    ]


@pytest.mark.parametrize("asked", [TAKEN_PAGE, "birch", KEY], ids=["page", "tool", "quote"])
def test_an_old_file_put_back_is_not_served(home: Path, asked: str) -> None:
    link = home / "public" / "current.db"
    old = link.resolve()
    kept = [(path, path.read_bytes()) for path in (old, old.with_suffix(".json"))]
    take_down(Home(home), asked, reason=REASON)
    made = build(home).path
    for stone in tombstones(home):
        stone.unlink()
    for path, data in kept:
        path.write_bytes(data)
    link.unlink()
    link.symlink_to(old.name)
    with pytest.raises(WithdrawnError, match=REASON):
        make_datasette(link)
    old.with_suffix(".json").unlink()
    with pytest.raises(WithdrawnError, match="no manifest of a build"):
        make_datasette(link)
    assert build(home).path == made
    with serving(link) as server:
        assert server.ask("/").status == 200


def test_an_older_file_that_holds_nothing_of_it_is_still_served(home: Path) -> None:
    take_down(Home(home), AHEAD, reason=REASON)
    assert check(home, deep=True) == []
    with serving(home / "public" / "current.db") as server:
        assert server.ask("/compare/alder-vs-birch").status == 200


def test_a_running_server_stops_showing_a_file_that_was_withdrawn(home: Path) -> None:
    with serving((home / "public" / "current.db").resolve()) as server:
        assert server.ask("/compare/alder-vs-birch").status == 200
        take_down(Home(home), TAKEN_PAGE, reason="asked <b>politely</b>")
        for path in ("/", "/compare/alder-vs-birch", "/verdicts/quote.json", "/search?q=laptop"):
            answer = server.ask(path)
            assert answer.status == 503
            assert "laptop" not in answer.text and "withdrawn" in answer.text
        assert "asked &lt;b&gt;politely&lt;/b&gt;" in server.ask("/").text


def test_each_published_file_is_read_once_and_not_again_once_nothing_was_found_in_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, read = (home / "public" / "current.db").resolve(), []
    store(home, [page(replace(ALDER, name="Oak Lens", slug="oak"), BIRCH, at=TUESDAY)])
    new, reading = build(home).path, evidence.read_database
    monkeypatch.setattr(
        evidence, "read_database", lambda path, same: read.append(path) or reading(path, same)
    )
    take_down(Home(home), f"{BASE}/compare/oak-vs-birch", reason=REASON)
    assert sorted(read) == sorted([old, new])
    build(home)
    assert len(read) == 2 and old.exists() and not new.exists()


def export(home: Path, folder: Path, database: Path | None) -> Path:
    (folder / "tables").mkdir(parents=True)
    (folder / "tables" / "quote.csv").write_text(QUOTE)
    (folder / "README").write_text("a release")
    (folder / "elsewhere").symlink_to(home / "warc", target_is_directory=True)
    if database is not None:
        (folder / "archive.db").write_bytes(database.read_bytes())
    note_export(home, folder, folder.name)
    return folder


def test_an_exported_folder_that_holds_it_is_emptied_and_others_stand(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("releases")
    old = (home / "public" / "current.db").resolve()
    first = export(home, outside / "2026-10", old)
    unclear = export(home, outside / "no-database", None)
    export(home, outside / "away", old).rename(outside / "elsewhere")
    take_down(Home(home), KEY, reason=REASON)
    clean = export(home, outside / "2026-11", build(home).path)
    take_down(Home(home), KEY, reason=REASON)
    for folder in (first, unclear):
        assert [path.name for path in folder.iterdir()] == ["WITHDRAWN.json"]
        assert json.loads((folder / "WITHDRAWN.json").read_text())["reasons"][0]["reason"] == REASON
    assert (clean / "archive.db").exists()
    assert list((home / "warc").iterdir())
    assert withdrawn(home) == {"2026-10": NOW, "no-database": NOW, "away": None, "2026-11": None}
    (outside / "elsewhere").rename(outside / "away")
    build(home)
    assert [path.name for path in (outside / "away").iterdir()] == ["WITHDRAWN.json"]
    assert withdrawn(home)["away"] == NOW


def withdrawn(home: Path) -> dict[str, str | None]:
    return {each.release: each.withdrawn_at for each in exports(Home(home))}


def test_an_exported_folder_that_holds_the_home_is_left_alone(tmp_path: Path) -> None:
    store(tmp_path / "home", PAGES)
    build(tmp_path / "home")
    note_export(tmp_path / "home", tmp_path, "2026-10")
    report = take_down(Home(tmp_path / "home"), KEY, reason=REASON)
    assert len(report.withdrawn) == 1 and (tmp_path / "home" / "ledger.db").exists()
    assert withdrawn(tmp_path / "home") == {"2026-10": None}
