"""A home made by an older version goes on; one made by a newer version is left as it is."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import forked
import pytest
from commands import verdicts
from old_home import CAPTURES, change, in_own_mounts, old_home, strace, value

from archive import open_archive
from archive.ledger.ledger import Ledger
from archive.ledger.tables import MIGRATIONS
from verdicts.sample import serve_sample

NEWEST = len(MIGRATIONS)
OPEN = (
    "import sys; from pathlib import Path; from archive.ledger.ledger import Ledger; "
    "Ledger(Path(sys.argv[1])).close()"
)
SHAPE = (
    "SELECT group_concat(name || coalesce(sql, '')) FROM (SELECT * FROM sqlite_schema"
    " ORDER BY name)"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return old_home(tmp_path / "home")


def version(home: Path) -> object:
    return value(home / "ledger.db", "PRAGMA user_version")


def tree(home: Path) -> dict[str, str]:
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in home.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def facts(home: Path) -> list[object]:
    """What status, check and the archive say of a home."""
    status = verdicts("status", "--home", home, "--json")
    assert status.returncode == 0, status.stderr
    told = json.loads(status.stdout)
    check = verdicts("check", "--home", home, "--deep")
    archive = open_archive(home)
    bodies = [
        (capture.id, hashlib.sha256(archive.load(capture).body).hexdigest())
        for capture in archive.captures()
    ]
    return [
        told["pages"],
        told["captures"],
        told["published"],
        check.returncode,
        check.stdout,
        bodies,
        archive.captures(),
        archive.pages(),
        archive.runs(),
        archive.segments(),
    ]


def test_an_old_home_is_read_without_being_changed(home):
    before = tree(home)
    assert version(home) == 1
    assert facts(home)[1:4:2] == [CAPTURES, 0]
    assert verdicts("backup", "--home", home, "--to", home.parent / "to").returncode == 0
    assert tree(home) == before
    built = verdicts("build", "--home", home, "--json")
    assert built.returncode == 0, "its failing page was told by what is published"
    assert version(home) == 1
    assert tree(home)["ledger.db"] == before["ledger.db"]


def test_an_old_home_on_a_read_only_disk_is_read(home):
    script = """cd "$2"; mount --bind home home; mount -o remount,ro,bind home
                "$1" -m verdicts status --home home; "$1" -m verdicts check --home home"""
    done = in_own_mounts(script, forked.launcher(home.parent), home.parent)
    assert done.returncode == 0, done.stderr


def test_a_writer_brings_an_old_home_up_to_date_and_it_says_the_same_as_before(home):
    before = facts(home)
    Ledger(home / "ledger.db").close()
    assert version(home) == NEWEST
    assert facts(home) == before
    Ledger(home / "ledger.db").close()
    assert facts(home) == before


def test_a_migrated_ledger_has_the_shape_of_a_new_one(home, tmp_path):
    Ledger(home / "ledger.db").close()
    Ledger(tmp_path / "new.db").close()
    assert value(home / "ledger.db", SHAPE) == value(tmp_path / "new.db", SHAPE)
    assert value(home / "ledger.db", "PRAGMA integrity_check") == "ok"
    assert value(home / "ledger.db", "SELECT count(*) FROM pragma_foreign_key_check") == 0


def test_a_crawl_goes_on_with_an_old_home(home):
    stored = tree(home / "warc")
    with serve_sample() as address:
        done = verdicts(
            "crawl",
            address,
            "--home",
            home,
            "--site",
            "sample",
            "--allow-private",
            "--delay",
            "0",
            "--max-pages",
            "3",
            "--json",
        )
    assert done.returncode in (0, 10, 20), done.stderr
    assert version(home) == NEWEST
    assert len(open_archive(home).captures()) > CAPTURES
    assert stored.items() <= tree(home / "warc").items()
    assert verdicts("check", "--home", home, "--deep").returncode == 0
    assert verdicts("build", "--home", home).returncode in (0, 10)


@pytest.mark.parametrize(
    ("call", "numbers"),
    [
        ("pwrite64", range(1, 40, 3)),
        ("fsync", range(1, 6)),
        ("fdatasync", range(1, 6)),
        ("unlink", range(1, 3)),
        ("ftruncate", range(1, 3)),
    ],
)
def test_a_migration_killed_at_any_write_leaves_one_version_whole(home, tmp_path, call, numbers):
    new = tmp_path / "new.db"
    Ledger(new).close()
    whole = {1: value(home / "ledger.db", SHAPE), NEWEST: value(new, SHAPE)}
    for number in numbers:
        trial = tmp_path / f"{call}-{number}"
        shutil.copytree(home, trial, symlinks=True)
        ledger = trial / "ledger.db"
        done = subprocess.run(
            [
                *strace(),
                "-e",
                f"trace={call}",
                "-e",
                f"inject={call}:signal=KILL:when={number}",
                sys.executable,
                "-c",
                OPEN,
                str(ledger),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        # A reader first: it rolls back what the killed writer left.
        assert len(open_archive(trial).captures()) == CAPTURES
        found = int(str(value(ledger, "PRAGMA user_version")))
        assert value(ledger, SHAPE) == whole[found]
        assert value(ledger, "PRAGMA integrity_check") == "ok"
        Ledger(ledger).close()
        assert value(ledger, SHAPE) == whole[NEWEST]
        shutil.rmtree(trial)
        if done.returncode == 0:
            break  # it makes no more of these calls


@pytest.mark.parametrize("at", range(1, 30, 4))
def test_a_migration_killed_between_two_statements_leaves_the_old_version(home, at):
    script = (
        "import os, signal, sys; from pathlib import Path; import archive.ledger.ledger as ledger\n"
        "before, left = ledger._connect, [int(sys.argv[2])]\n"
        "def count(sql):\n"
        "    left[0] -= sql.lstrip().startswith(('ALTER', 'CREATE'))\n"
        "    if not left[0]: os.kill(os.getpid(), signal.SIGKILL)\n"
        "def connect(path):\n"
        "    db = before(path); db.execute('PRAGMA cache_size = 1'); db.set_trace_callback(count)\n"
        "    return db\n"
        "ledger._connect = connect\n"
        "ledger.Ledger(Path(sys.argv[1])).close()\n"
    )
    old = value(home / "ledger.db", SHAPE)
    done = subprocess.run(
        [sys.executable, "-c", script, str(home / "ledger.db"), str(at)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert len(open_archive(home).captures()) == CAPTURES
    if done.returncode:
        assert version(home) == 1
        assert value(home / "ledger.db", SHAPE) == old
    else:
        assert at > 10  # fewer statements than that would be no migration
        assert version(home) == NEWEST


def test_a_full_disk_stops_a_migration_and_leaves_the_old_version(home):
    script = f"""cd "$2"; mkdir small; mount -t tmpfs -o size=80k none small
        cp home/ledger.db small/; head -c 100000 /dev/zero > small/fill 2>/dev/null || true
        set +e; "$1" -c '{OPEN}' small/ledger.db; echo "exit $?"
        rm small/fill; cp small/ledger.db after.db"""
    done = in_own_mounts(script, sys.executable, home.parent)
    assert "exit 1" in done.stdout, done.stderr
    assert "StoppedError" in done.stderr
    assert value(home.parent / "after.db", "PRAGMA user_version") == 1
    assert value(home.parent / "after.db", "PRAGMA integrity_check") == "ok"


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_ledger_of_a_newer_version_is_refused_and_untouched(home, mode):
    change(home / "ledger.db", f"PRAGMA user_version = {NEWEST + 1}")
    change(home / "ledger.db", f"PRAGMA journal_mode = {mode}")
    before = tree(home)
    page = Path(__file__).parents[1] / "fixtures/sample/2026-11-01-posts/page.html"
    for command in (
        ["status"],
        ["check"],
        ["build"],
        ["crawl"],
        ["import", page],
        ["backup", "--to", home.parent / "to"],
    ):
        done = verdicts(*command, "--home", home)
        assert done.returncode == 30, (command, done.stderr)
        assert "newer version" in done.stderr
    found = tree(home)
    assert found == before
