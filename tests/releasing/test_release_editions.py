"""A release is made once, compared with the one before, and known to the ledger from its start."""

from __future__ import annotations

import gzip
import json
import shutil
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from commands import verdicts
from db_home import ALDER, BIRCH, CEDAR, WEDNESDAY, Card, page, store
from release_home import ASKING, FORMULA, NOW, NUMBER, Release, release

from archive import Home
from archive.takedown import exports
from db import build
from db.check import check
from machine.failpoints import VARIABLE as KILL_AT

FRIDAY = "2026-11-06T12:00:00Z"
ELM = Card("elm", "Elm Rake")
POINTS = ("export-entered", "export-written", "export-whole", "export-named")


def goes_on(home: Path) -> None:
    """A page comes, a price changes, and a page begins to ask for no use by AI."""
    dearer = replace(ALDER, pricing="Ten crowns for each desk")
    came = [page(ELM, BIRCH, at=FRIDAY), page(dearer, BIRCH, at=FRIDAY)]
    store(home, [*came, page(FORMULA, NUMBER, at=FRIDAY, head=ASKING)])
    build(home, workers=1)


def ask(database: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as db:
        return db.execute(sql).fetchall()


def changes(made: Release) -> list[dict[str, Any]]:
    packed = (made.folder / "changes.jsonl.gz").read_bytes()
    return [json.loads(line) for line in gzip.decompress(packed).splitlines()]


def counted(made: Release) -> dict[str, tuple[int, ...]]:
    """What the release's changelog says of each table: rows, appeared, changed, vanished."""
    lines = (made.folder / "CHANGELOG.md").read_text().splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| `")]
    return {name.strip("`"): tuple(map(int, counts)) for name, *counts in rows}


def exported(home: Path, out: Path, *options: str, **env: str) -> Any:
    return verdicts("export", "--home", home, "--out", out, *options, **env)


def test_the_same_archive_makes_one_release_wherever_and_however_often_it_is_asked_for(
    home: Path, tmp_path: Path
) -> None:
    made = release(home, tmp_path / "out")
    assert made.folder.name == "2026-11-04.1"
    build(home, workers=1)  # which publishes that there is a release
    again = exported(home, tmp_path / "out", "--json")
    told = json.loads(again.stdout)
    assert (told["folder"], told["is_new"]) == (str(made.folder), False)
    assert again.returncode == 0 and len(told["rows"]) > 30
    said = exported(home, tmp_path / "out")
    holds = f"nothing new: release 2026-11-04.1 holds it all, in {made.folder}\n"
    assert (said.stdout, said.stderr.count("\n")) == (holds, 0)
    assert release(home, tmp_path / "out", "--facts").folder.name == "2026-11-04.1-facts"


def test_a_release_is_put_where_out_says_also_if_it_stands_elsewhere_already(
    home: Path, tmp_path: Path
) -> None:
    made = release(home, tmp_path / "out")
    copy = release(home, tmp_path / "elsewhere")
    assert copy.folder == tmp_path / "elsewhere" / made.folder.name
    assert copy.files() == made.files()
    # A take-down must find both.
    assert [each.folder for each in exports(Home(home))] == [str(made.folder), str(copy.folder)]
    build(home, workers=1)
    assert exported(home, tmp_path / "elsewhere").stdout.startswith("nothing new: release ")


def test_people_are_told_a_few_counts_of_a_new_release_and_programs_all(
    home: Path, tmp_path: Path
) -> None:
    said = exported(home, tmp_path / "out").stdout
    rows = said.partition("rows\n")[2].partition("files")[0].splitlines()
    told = json.loads(exported(home, tmp_path / "out", "--json").stdout)["rows"]
    assert {"comparison", "quote"} < {line.split()[0] for line in rows} < told.keys()
    assert len(rows) < 10 and all(told[line.split()[0]] == int(line.split()[1]) for line in rows)


def test_another_edition_of_a_day_has_the_next_number_and_the_one_before_stays(
    home: Path, tmp_path: Path
) -> None:
    first = release(home, tmp_path / "out")
    held = first.files()
    store(home, [page(ELM, CEDAR, at=WEDNESDAY)])
    build(home, workers=1)
    shutil.move(first.folder, tmp_path / "away")
    second = release(home, tmp_path / "out")
    assert second.folder.name == "2026-11-04.2"
    shutil.move(tmp_path / "away", first.folder)
    assert first.files() == held


def test_a_release_whose_folder_is_gone_is_made_again_with_the_same_bytes(
    home: Path, tmp_path: Path
) -> None:
    release(home, tmp_path / "out")
    goes_on(home)
    made = release(home, tmp_path / "out")
    held = made.files()
    shutil.rmtree(made.folder)
    again = release(home, tmp_path / "elsewhere")
    assert again.folder == tmp_path / "elsewhere" / made.folder.name
    assert again.files() == held
    assert [each.release for each in exports(Home(home))] == [
        "2026-11-04.1",
        "2026-11-06.1",
        "2026-11-06.1",
    ]


def test_the_database_says_which_releases_exist_and_a_release_says_none(
    home: Path, tmp_path: Path
) -> None:
    made, facts = release(home, tmp_path / "out"), release(home, tmp_path / "out", "--facts")
    published = build(home, workers=1).path
    rows = ask(published, "SELECT release, created_at, withdrawn_at, reason FROM release")
    assert rows == [(each.folder.name, NOW, None, None) for each in (made, facts)]
    hashes = ask(published, "SELECT sha256 FROM release ORDER BY id")
    sums = [(each.folder / "SHA256SUMS").read_text() for each in (made, facts)]
    for (sha256,), lines in zip(hashes, sums, strict=True):
        assert f"{sha256}  verdicts.db" in lines
    assert not build(home, workers=1).is_new
    assert ask(made.database, "SELECT count(*) FROM release") == [(0,)]


def test_what_changed_is_told_by_table_and_key_without_any_value(
    home: Path, tmp_path: Path
) -> None:
    first = release(home, tmp_path / "out")
    assert "every row is new" in (first.folder / "CHANGELOG.md").read_text()
    assert len(changes(first)) == sum(table.rows for table in first.tables)
    assert {each["kind"] for each in changes(first)} == {"appeared"}
    goes_on(home)
    second = release(home, tmp_path / "out")
    assert_told(first, second)
    said = (second.folder / "CHANGELOG.md").read_text()
    assert "Since the release 2026-11-04.1: 1 page new, 1 changed: 1 price" in said
    quotes = [each for each in changes(second) if each["table"] == "quote"]
    assert any({"text", "withheld"} <= {*each["columns"]} for each in quotes)
    assert FORMULA.words not in json.dumps(changes(second))


def assert_told(first: Release, second: Release) -> None:
    """The lines are just those rows by which the databases differ."""
    told: dict[tuple[str, str], set[tuple[Any, ...]]] = {}
    for each in changes(second):
        told.setdefault((each["table"], each["kind"]), set()).add(tuple(each["key"].values()))
    different = 0
    for table in second.tables:
        width = len(table.key)
        places = [table.names.index(name) for name in table.key]
        assert len(places) == width
        before, after = (
            {tuple(row[at] for at in places): row for row in each.rows(table)}
            for each in (first, second)
        )
        changed = {key for key in before.keys() & after if before[key] != after[key]}
        wanted = (after.keys() - before, changed, before.keys() - after)
        for kind, keys in zip(("appeared", "changed", "vanished"), wanted, strict=True):
            assert told.get((table.name, kind), set()) == keys, (table.name, kind)
        assert counted(second)[table.name] == (table.rows, *map(len, wanted))
        different += sum(map(len, wanted))
    assert different == len(changes(second)) > 20


def test_a_row_that_vanished_is_told(home: Path, tmp_path: Path) -> None:
    address = "https://sample.example/compare/cedar-vs-na"
    first = release(home, tmp_path / "out", "--facts")
    goes_on(home)
    done = verdicts("takedown", "add", address, "--reason", "asked for", "--home", home)
    assert done.returncode == 0, done.stderr
    assert not first.database.exists()
    build(home, workers=1)
    second = release(home, tmp_path / "out", "--facts")
    assert "every row is new" in (second.folder / "CHANGELOG.md").read_text()
    assert done.returncode == 0
    lifted = verdicts("takedown", "lift", "1", "--home", home)
    assert lifted.returncode == 0, lifted.stderr
    build(home, workers=1)
    third = release(home, tmp_path / "out", "--facts")
    assert third.folder.name == "2026-11-06.2-facts"
    assert_told(second, third)
    assert counted(third)["takedown"] == (0, 0, 0, 1)


def test_since_names_any_earlier_release_and_another_comparison_is_another_edition(
    home: Path, tmp_path: Path
) -> None:
    first = release(home, tmp_path / "out")
    store(home, [page(ELM, CEDAR)])
    build(home, workers=1)
    second = release(home, tmp_path / "out")
    goes_on(home)
    third = release(home, tmp_path / "out")
    assert f"Since the release {second.folder.name}:" in (third.folder / "CHANGELOG.md").read_text()
    fourth = release(home, tmp_path / "out", "--since", first.folder.name)
    assert fourth.folder.name == "2026-11-06.2"
    assert_told(first, fourth)
    assert release(home, tmp_path / "out", "--since", first.folder.name).folder == fourth.folder


def test_a_release_that_cannot_be_compared_with_is_refused_in_a_sentence(
    home: Path, tmp_path: Path
) -> None:
    first, out = release(home, tmp_path / "out"), tmp_path / "out"
    release(home, out, "--facts")
    goes_on(home)
    unknown = exported(home, out, "--since", "2026-11-03.1")
    assert unknown.returncode == 2 and "2026-11-03.1: no release of this archive" in unknown.stderr
    other = exported(home, out, "--since", "2026-11-04.1-facts")
    assert other.returncode == 2 and "of its own kind" in other.stderr
    held = (first.folder / "csv" / "card.csv").read_bytes()
    (first.folder / "csv" / "card.csv").write_bytes(held + b"\n")
    for options in ((), ("--since", first.folder.name)):
        changed = exported(home, out, *options)
        assert changed.returncode == 40
        assert f"{first.folder}/csv/card.csv: it is not as it was released" in changed.stderr
    shutil.move(first.folder, tmp_path / "away")
    gone = exported(home, out, "--since", first.folder.name)
    assert gone.returncode == 30 and "not there any more" in gone.stderr
    assert [path.name for path in out.iterdir()] == ["2026-11-04.1-facts"]
    made = release(home, out)
    assert "every row is new" in (made.folder / "CHANGELOG.md").read_text()


def test_a_release_with_other_tables_is_refused_by_name_and_else_passed_over(
    home: Path, tmp_path: Path
) -> None:
    first = release(home, tmp_path / "out")
    as_if_older(home, first)
    goes_on(home)
    done = exported(home, tmp_path / "out", "--since", first.folder.name)
    assert done.returncode == 30 and "its tables are of another edition" in done.stderr
    made = release(home, tmp_path / "out")
    assert "every row is new" in (made.folder / "CHANGELOG.md").read_text()


def as_if_older(home: Path, made: Release) -> None:
    """Let a release be one of an edition of the tables before the first, and be known so."""
    from hashlib import sha256

    was = sha256(made.database.read_bytes()).hexdigest()
    with closing(sqlite3.connect(made.database)) as db:
        db.execute("PRAGMA user_version = 0")
    now = sha256(made.database.read_bytes()).hexdigest()
    sums = made.folder / "SHA256SUMS"
    sums.write_text(sums.read_text().replace(was, now))
    with closing(sqlite3.connect(home / "ledger.db")) as db, db:
        said = (now, sha256(sums.read_bytes()).hexdigest())
        db.execute("UPDATE export SET database_sha256 = ?, sums_sha256 = ?", said)


@pytest.mark.parametrize("point", POINTS)
def test_an_export_killed_anywhere_is_found_by_a_take_down_and_made_again_under_its_name(
    home: Path, tmp_path: Path, point: str
) -> None:
    out = tmp_path / "out"
    killed = exported(home, out, **{KILL_AT: point})
    assert killed.returncode == -signal.SIGKILL
    (noted,) = exports(Home(home))
    assert noted.folder == str(out / "2026-11-04.1")
    assert not check(home)
    again = Path(
        shutil.copytree(tmp_path, tmp_path.parent / f"{tmp_path.name}-again", symlinks=True)
    )
    with closing(sqlite3.connect(again / "home" / "ledger.db")) as db, db:
        db.execute("UPDATE export SET folder = ?", (str(again / "out" / "2026-11-04.1"),))
    (again / "home" / "takedowns.json").unlink()
    made = release(again / "home", again / "out")
    assert made.folder.name == "2026-11-04.1"
    assert {path.name for path in (again / "out").iterdir()} == {made.folder.name}
    done = verdicts("takedown", "add", "alder", "--reason", "asked for", "--home", home)
    assert done.returncode == 0, done.stderr
    left = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert left == ({"2026-11-04.1/WITHDRAWN.json"} if point == "export-named" else set())


def test_check_names_a_file_of_a_release_that_is_not_as_it_was_made(
    home: Path, tmp_path: Path
) -> None:
    made = release(home, tmp_path / "out")
    for name in ("SHA256SUMS", "parquet/quote.parquet"):
        path = made.folder / name
        held = path.read_bytes()
        for harmed, what in ((held[:-1] + b"?", "not as it was released"), (None, "missing from")):
            path.unlink() if harmed is None else path.write_bytes(harmed)
            found = [each.what for each in check(home) if each.where == str(path)]
            assert len(found) == 1 and what in found[0]
            refused = exported(home, tmp_path / "out")
            assert refused.returncode == 40 and "move it away" in refused.stderr
            path.write_bytes(held)
            assert not check(home)
    (made.folder / "README.md").unlink()
    assert verdicts("check", "--home", home).returncode == 40
    shutil.rmtree(made.folder)
    assert not check(home)
    assert release(home, tmp_path / "out").folder == made.folder
    assert not check(home)


def test_a_release_and_a_build_do_not_run_at_once(home: Path, tmp_path: Path) -> None:
    with Home(home).lock("build"):
        done = exported(home, tmp_path / "out")
    assert done.returncode == 30 and "is writing here" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_ledger_that_was_lost_knows_the_releases_again(home: Path, tmp_path: Path) -> None:
    made = release(home, tmp_path / "out")
    noted = exports(Home(home))
    (home / "ledger.db").unlink()
    done = verdicts("check", "--rebuild-ledger", "--home", home)
    assert "ledger" in done.stdout + done.stderr
    assert exports(Home(home)) == noted
    build(home, workers=1)
    # The new ledger knows less of the crawl, so it is another edition; and its number is the next.
    assert made.folder.name == "2026-11-04.1"
    assert release(home, tmp_path / "out").folder.name == "2026-11-04.2"
