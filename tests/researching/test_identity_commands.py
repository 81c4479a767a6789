"""`verdicts same` and `differ` from the command line, and what backup and check make of them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from commands import verdicts
from db_home import ALDER, BIRCH, CEDAR, know, page, store, url_of

from db import build
from db.identity import read_decisions

NOW = "2026-11-05T08:00:00Z"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of two pages, built; it is copied and never changed."""
    home = tmp_path_factory.mktemp("made") / "home"
    store(home, [page(ALDER, BIRCH), page(BIRCH, CEDAR)])
    build(home, workers=1)
    return home


@pytest.fixture
def built(made: Path, home: Path) -> Path:
    return Path(shutil.copytree(made, home, symlinks=True))


def same(home: Path, *arguments: str | Path) -> None:
    done = verdicts("same", *arguments, "--reason", "One maker.", "--home", home)
    assert done.returncode == 0, done.stderr


def test_a_decision_is_entered_with_the_time_and_names_the_next_step(built) -> None:
    done = verdicts(
        "differ", "alder", "birch", "--reason", " Two  makers. ", "--home", built, VERDICTS_NOW=NOW
    )
    assert done.returncode == 0 and f"`verdicts build --home {built}`" in done.stderr
    (line,) = read_decisions(built / "decisions.jsonl").lines
    assert line.model_dump() == {
        "decision": "differ",
        "site": "sample",
        "a": "alder",
        "b": "birch",
        "reason": "Two makers.",
        "decided_at": NOW,
    }


def test_a_tool_goes_by_its_slug_with_its_site_and_by_an_address_not_yet_captured(built) -> None:
    know(built, url_of(ALDER, replace(CEDAR, slug="dogwood")))
    done = verdicts("same", "sample:alder", "dogwood", "--reason", "x", "--home", built, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["b"] == "dogwood"


def test_a_tool_goes_by_the_name_its_cards_show_where_no_other_tool_shows_it(built) -> None:
    done = verdicts("same", "Cedar Box", "birch pad", "--reason", "x", "--home", built, "--json")
    assert done.returncode == 0, done.stderr
    assert (json.loads(done.stdout)["a"], json.loads(done.stdout)["b"]) == ("cedar", "birch")
    store(built, [page(replace(ALDER, slug="alder-two", description="Another one."), CEDAR)])
    build(built, workers=1)
    several = verdicts("differ", "Alder Désk", "birch", "--reason", "x", "--home", built)
    assert several.returncode == 2
    told = "several tools show this name; give one by its key: alder, alder-two\n"
    assert several.stderr.endswith(told)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["alder", "elm", "--reason", "x"], "elm: no tool of this archive"),
        (["alder", "alder", "--reason", "x"], "a and b are the same tool"),
        (["alder", "birch"], "same A B --reason TEXT"),
        (["alder", "--reason", "x"], "same A B --reason TEXT"),
        (["alder", "birch", "--reason", ""], "reason: "),
        (["alder", "birch", "--reason", "\x1b[1m"], "the reason is not one line"),
        (["alder", "birch", "--reason", "x", "--from", "f"], "--from takes"),
        (["--from", "f"], "f: there is no such file"),
    ],
)
def test_what_cannot_be_meant_is_exit_2_and_writes_nothing(built, arguments, told) -> None:
    done = verdicts("same", *arguments, "--home", built)
    assert done.returncode == 2 and told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (built / "decisions.jsonl").exists()


def test_decisions_can_be_given_to_another_archive(built, tmp_path) -> None:
    same(built, "alder", "birch")
    other = tmp_path / "other"
    store(other, [page(ALDER, CEDAR)])
    for added in (1, 0):
        done = verdicts("differ", "--from", built / "decisions.jsonl", "--home", other, "--json")
        assert json.loads(done.stdout) == {"added": added, "left": 1 - added}
    assert (other / "decisions.jsonl").read_bytes() == (built / "decisions.jsonl").read_bytes()


def test_check_says_what_is_wrong_in_the_file_and_a_sound_one_is_no_problem(built) -> None:
    same(built, "alder", "birch")
    assert verdicts("check", "--home", built).returncode == 0
    with (built / "decisions.jsonl").open("a") as file:
        file.write('{"decision":"sa')
    done = verdicts("check", "--home", built)
    assert done.returncode == 40
    assert "decisions.jsonl: line 2: is no decision: Invalid JSON" in done.stdout


@pytest.mark.parametrize("name", ["folder", "file.tar"])
def test_a_backup_carries_the_decisions(built, tmp_path, name) -> None:
    same(built, "alder", "birch")
    to, again = tmp_path / name, tmp_path / "again"
    assert verdicts("backup", "--home", built, "--to", to).returncode == 0
    assert verdicts("restore", to, "--home", again).returncode == 0
    assert (again / "decisions.jsonl").read_bytes() == (built / "decisions.jsonl").read_bytes()
    same(again, "alder", "cedar")


@pytest.mark.parametrize("damage", ["lost", "cut"])
def test_a_backup_keeps_decisions_that_the_home_lost(built, tmp_path, damage) -> None:
    path, to = built / "decisions.jsonl", tmp_path / "to"
    same(built, "alder", "birch")
    same(built, "alder", "cedar")
    before = path.read_bytes()
    assert verdicts("backup", "--home", built, "--to", to).returncode == 0
    if damage == "lost":
        path.unlink()
    else:
        path.write_bytes(before[:40])
    done = verdicts("backup", "--home", built, "--to", to)
    assert done.returncode == 40
    assert "decisions.jsonl" in done.stderr and "the backup holds a sound copy" in done.stderr
    verdicts("restore", to, "--home", tmp_path / "again")
    assert (tmp_path / "again" / "decisions.jsonl").read_bytes() == before


def test_a_backup_takes_over_what_was_added_since(built, tmp_path) -> None:
    same(built, "alder", "birch")
    assert verdicts("backup", "--home", built, "--to", tmp_path / "to").returncode == 0
    same(built, "alder", "cedar")
    assert verdicts("backup", "--home", built, "--to", tmp_path / "to").returncode == 0
    assert verdicts("restore", tmp_path / "to", "--home", tmp_path / "again").returncode == 0
    assert len(read_decisions(tmp_path / "again" / "decisions.jsonl").lines) == 2
