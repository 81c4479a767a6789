"""Pruning takes what can be made again or is old, and leaves all that cannot."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from pathlib import Path

import pytest
from commands import verdicts
from old_home import old_home

DAY = 86400
NOW = "2026-11-30T12:00:00Z"
NOW_S = 1796040000


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def aged(path: Path, days: float, content: bytes = b"0123456789") -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (NOW_S - days * DAY, NOW_S - days * DAY))
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with five published databases, of which the oldest is current, and old files."""
    home = old_home(tmp_path / "home")
    public = home / "public"
    current = os.readlink(public / "current.db")
    os.utime(public / current, (NOW_S - 50 * DAY, NOW_S - 50 * DAY))
    for number in range(4):
        name = f"verdicts-{number:016x}"
        shutil.copy(public / current, public / f"{name}.db")
        aged(public / f"{name}.json", 0)
        os.utime(public / f"{name}.db", (NOW_S - number * DAY, NOW_S - number * DAY))
    aged(public / "verdicts-ffffffffffffffff.withdrawn.json", 400)
    for days in (1, 89, 91, 400):
        aged(home / "logs" / f"{days}.jsonl", days)
        aged(home / "quarantine" / f"{days}.tail", days)
    return home


def pruned(home: Path, *options: str) -> dict[str, object]:
    done = verdicts("prune", "--home", home, "--json", *options, VERDICTS_NOW=NOW)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_the_current_and_the_newest_databases_stay_with_their_manifests(home):
    current = os.readlink(home / "public" / "current.db")
    pruned(home, "--keep", "3")
    kept = {f"verdicts-{number:016x}" for number in (0, 1)} | {current.removesuffix(".db")}
    assert names(home / "public") == {
        "current.db",
        "verdicts-ffffffffffffffff.withdrawn.json",
        *(f"{name}{end}" for name in kept for end in (".db", ".json")),
    }
    pruned(home, "--keep", "1")
    assert {name for name in names(home / "public") if name.endswith(".db")} == {
        "current.db",
        current,
    }


def test_old_logs_and_quarantine_go_and_the_newest_log_stays(home):
    pruned(home)
    assert names(home / "logs") == {"1.jsonl", "89.jsonl"}
    assert names(home / "quarantine") == {"1.tail", "89.tail"}
    pruned(home, "--older-than", "0")
    assert names(home / "logs") == {"1.jsonl"}
    assert names(home / "quarantine") == set()


def test_record_files_of_other_parsers_go_and_those_of_this_one_stay(home):
    from db.records.recordfile import ENDING

    mine = home / "records" / f"verdicts-sample-000001.warc.gz.aa{ENDING}"
    mine.write_bytes(b"x")
    (home / "records" / "verdicts-sample-000001.warc.gz.bb.part").write_bytes(b"x")
    pruned(home)
    assert names(home / "records") == {mine.name}


def test_what_a_killed_build_left_goes_and_nothing_beside_it(home):
    before = names(home / "public")
    for name in (".candidate.db", ".candidate.db-journal", ".verdicts-00.json.part"):
        (home / "public" / name).write_bytes(b"x")
    trial = home / "public" / ".trial-written-1"
    trial.write_bytes(b"1")
    told = pruned(home, "--keep", "9")
    assert told["by_kind"]["public"] == 3  # type: ignore[index]
    assert names(home / "public") == before | {trial.name}


def test_archive_and_ledger_are_never_touched_and_the_home_still_checks(home):
    before = {path: path.read_bytes() for path in [home / "ledger.db", *(home / "warc").iterdir()]}
    for path in before:
        os.utime(path, (0, 0))
    pruned(home, "--keep", "1", "--older-than", "0")
    assert {path: path.read_bytes() for path in before} == before
    assert names(home / "warc") == {path.name for path in before if path.name != "ledger.db"}
    assert verdicts("check", "--home", home, "--deep").returncode == 0


def test_a_dry_run_names_the_same_and_removes_nothing(home):
    before = {path for path in home.rglob("*") if path.is_file()}
    told = pruned(home, "--dry-run")
    assert {path for path in home.rglob("*") if path.is_file()} - {home / "build.lock"} == before
    done = pruned(home)
    assert told["removed"] == done["removed"]
    gone = before - {path for path in home.rglob("*") if path.is_file()}
    assert {str(path.relative_to(home)) for path in gone} == {
        each["path"] for each in done["removed"]
    }  # type: ignore[attr-defined]
    assert done["bytes"] == sum(each["bytes"] for each in done["removed"])  # type: ignore[attr-defined]
    assert pruned(home)["files"] == 0


def test_people_read_what_went_and_how_many_bytes(home):
    done = verdicts("prune", "--home", home, VERDICTS_NOW=NOW)
    assert "removed logs/400.jsonl  10 bytes" in done.stdout
    assert done.stdout.splitlines()[-1].split()[0] in ("public", "records", "logs", "quarantine")


@pytest.mark.parametrize("link", ["none", "dangling", "file"])
def test_no_database_goes_where_the_current_one_is_not_known(home, link):
    current = home / "public" / "current.db"
    target = home / "public" / os.readlink(current)
    current.unlink()
    if link == "dangling":
        current.symlink_to("verdicts-gone.db")
    elif link == "file":
        shutil.copy(target, current)
    before = names(home / "public")
    pruned(home, "--keep", "1")
    assert names(home / "public") == before


def test_links_are_not_followed(home, tmp_path):
    treasure = aged(tmp_path / "elsewhere" / "treasure.jsonl", 400)
    (home / "logs" / "link.jsonl").symlink_to(treasure)
    (home / "quarantine" / "folder").mkdir()
    pruned(home, "--older-than", "0")
    assert treasure.exists()
    assert (home / "quarantine" / "folder").exists()


def test_pruning_waits_for_no_build_and_refuses(home):
    with (home / "build.lock").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = verdicts("prune", "--home", home)
    assert done.returncode == 30
    assert "build.lock" in done.stderr
    assert verdicts("prune", "--home", home / "nothing").returncode == 30
    assert not (home / "nothing").exists()
    assert verdicts("prune", "--home", home, "--keep", "0").returncode == 2
