"""The home folder: one writer, and a refusal that says what is wrong."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from commands import verdicts
from db_home import ALDER, BIRCH, CEDAR, Answer, html, page, store, url_of

from archive import Home, open_archive
from archive.ledger.ledger import JOURNAL_BYTES, Ledger, copy_ledger, read_rows
from archive.ledger.outcomes import OUTCOMES, is_known
from archive.ledger.tables import APPLICATION_ID, MIGRATIONS
from crawler.replay import rebuild
from db.check import check
from schema.errors import IntegrityError, StartError, StoppedError, UsageError

HOLD = """
import sys
from pathlib import Path
from archive import Home
with Home(Path(sys.argv[1])).lock("crawl"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_held_lock_is_refused_with_the_holders_number_and_ends_with_it(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    home = Home(tmp_path)
    said = f"process {holder.pid} is writing here"
    with pytest.raises(StartError, match=said), home.lock("crawl"):
        pass
    with home.lock("build"):
        pass
    holder.kill()
    holder.communicate()
    with home.lock("crawl"):
        pass


def test_a_home_that_cannot_be_written_is_refused_by_name(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match="file/home"):
        Home(tmp_path / "file" / "home").create()


def test_a_home_without_a_ledger_is_no_archive(tmp_path):
    with pytest.raises(StartError, match=r"ledger\.db"):
        open_archive(tmp_path)


def test_the_ledger_is_set_up_to_survive_a_power_cut(tmp_path):
    ledger = Ledger(tmp_path / "ledger.db")
    assert ledger.value("PRAGMA journal_mode") == "persist"
    assert ledger.value("PRAGMA synchronous") == 3
    assert ledger.value("PRAGMA foreign_keys") == 1
    assert ledger.value("PRAGMA user_version") == len(MIGRATIONS)
    assert ledger.value("PRAGMA application_id") == APPLICATION_ID
    ledger.close()


def test_a_newer_a_foreign_and_a_broken_ledger_are_told_apart(tmp_path):
    path = tmp_path / "ledger.db"
    Ledger(path).close()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    with pytest.raises(StartError, match="newer version"):
        Ledger(path)
    with pytest.raises(StartError, match="newer version"):
        open_archive(tmp_path)
    path.write_bytes(b"no database at all, but long enough to look like something" * 50)
    with pytest.raises(IntegrityError, match=r"ledger\.db"):
        Ledger(path)
    path.unlink()
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE t (x)")
    db.close()
    with pytest.raises(IntegrityError, match="not a ledger"):
        Ledger(path)


def test_a_reader_that_lingers_makes_the_writer_wait_and_not_fail(tmp_path):
    path = tmp_path / "ledger.db"
    ledger = Ledger(path)
    reader = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sqlite3, sys, time\n"
            "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
            "db.execute('BEGIN'); db.execute('SELECT * FROM run').fetchall()\n"
            "print('reading', flush=True); time.sleep(1.0); db.execute('COMMIT')\n",
            str(path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "reading\n"
    with ledger.transaction() as db:
        db.execute("INSERT INTO run (kind, started_at) VALUES ('crawl', 'x')")
    assert ledger.value("SELECT count(*) FROM run") == 1
    reader.communicate()
    ledger.close()


def test_a_clock_that_is_no_time_is_wrong_usage(monkeypatch):
    from machine.clock import now

    monkeypatch.setenv("VERDICTS_NOW", "soon")
    with pytest.raises(UsageError, match="VERDICTS_NOW"):
        now()


def test_the_list_of_outcomes_is_closed():
    assert set(OUTCOMES) == {
        "ok",
        "http_error",
        "network_error",
        "refused_robots",
        "refused_scope",
        "too_large",
        "damaged",
        "extraction_refused",
    }
    assert is_known("http_error", "503")
    assert not is_known("http_error", "five")
    assert not is_known("moody", "")
    assert all(text.endswith(".") for reasons in OUTCOMES.values() for text in reasons.values())


@pytest.fixture
def ledger(tmp_path):
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def test_a_mistake_in_our_own_sql_is_told_as_a_bug_and_undoes_its_transaction(ledger):
    def write() -> None:
        with ledger.transaction() as db:
            db.execute("INSERT INTO run (kind, started_at) VALUES ('crawl', 'x')")
            db.execute("UPDATE run SET mood = 'good'")

    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        write()
    assert ledger.value("SELECT count(*) FROM run") == 0
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        ledger.rows("SELECT mood FROM run")
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        read_rows(ledger.path, "SELECT mood FROM run")


def test_a_page_of_the_ledger_that_is_damaged_while_it_is_open_is_named(ledger):
    with ledger.transaction() as db:
        db.executemany(
            "INSERT INTO run (kind, started_at) VALUES ('crawl', ?)", [("x" * 900,)] * 200
        )
    ledger.close()
    opened = Ledger(ledger.path)
    with ledger.path.open("r+b") as file:
        file.seek(0, 2)
        size = file.tell()
        file.seek(8192)
        file.write(b"\xff" * (size - 8192))
        file.seek(24)
        file.write(b"\1\1\1\1")  # the change counter: what was read before counts no more

    def write() -> None:
        with opened.transaction() as db:
            db.execute("UPDATE run SET started_at = 'y'")

    for fault in (
        write,
        lambda: opened.rows("SELECT * FROM run"),
        lambda: read_rows(ledger.path, "SELECT * FROM run"),
        lambda: copy_ledger(ledger.path, ledger.path.with_name("copy.db")),
    ):
        with pytest.raises(IntegrityError, match=r"ledger\.db: not a sound ledger"):
            fault()
    opened.close()


def test_a_ledger_that_another_process_keeps_locked_stops_the_run(ledger, monkeypatch):
    monkeypatch.setattr("archive.ledger.ledger.BUSY_MS", 10)
    with (
        closing(Ledger(ledger.path)) as writer,
        ledger.transaction(),
        pytest.raises(StoppedError, match="locked"),
        writer.transaction(),
    ):
        pass


MAKING = """
import sys
from pathlib import Path
from archive.ledger import ledger
def stop(db):
    before(db)
    print("making", flush=True)
    sys.stdin.read()
before, ledger._bring_up_to_date = ledger._bring_up_to_date, stop
ledger.Ledger(Path(sys.argv[1])).close()
"""


@pytest.mark.parametrize("command", [["status"], ["build"], ["check"], ["backup", "--to", "to"]])
def test_a_ledger_that_is_just_being_made_is_none_yet(tmp_path, command):
    home = Home(tmp_path / "home")
    home.create()
    maker = subprocess.Popen(
        [sys.executable, "-c", MAKING, str(home.ledger)],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert maker.stdout is not None
    assert maker.stdout.readline() == "making\n"
    try:
        done = verdicts(*command, "--home", home.path, cwd=tmp_path)
        assert (done.returncode, "nothing in the ledger yet" in done.stderr) == (30, True)
    finally:
        maker.communicate()
    done = verdicts(*command, "--home", home.path, cwd=tmp_path)
    # A build has nothing to publish yet.
    assert (done.returncode, "in the ledger" in done.stderr) == (
        30 * (command[0] == "build"),
        False,
    )


def test_a_ledger_that_was_let_go_leaves_no_journal_and_may_be_let_go_twice(tmp_path):
    ledger = Ledger(tmp_path / "ledger.db")
    with ledger.transaction() as db:
        db.execute("INSERT INTO run (kind, started_at) VALUES ('crawl', 'x')")
    assert (tmp_path / "ledger.db-journal").exists()
    ledger.close()
    ledger.close()
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.db"]


def test_a_large_transaction_leaves_no_large_journal(tmp_path):
    ledger = Ledger(tmp_path / "ledger.db")
    many = [("x" * 3000,)] * 2000
    with ledger.transaction() as db:
        db.executemany("INSERT INTO run (kind, started_at) VALUES ('crawl', ?)", many)
    with ledger.transaction() as db:
        db.execute("UPDATE run SET started_at = 'y'")
    assert (tmp_path / "ledger.db-journal").stat().st_size <= JOURNAL_BYTES
    ledger.close()


CUT_OFF = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size = 1")
db.execute("BEGIN")
db.execute("UPDATE page SET url = url || 'x'")
db.execute("CREATE TABLE more AS SELECT * FROM page, page AS other")
os.kill(os.getpid(), 9)
"""


def test_what_a_killed_run_left_of_a_lost_ledger_is_not_rolled_back_into_a_new_one(home):
    store(home, [Answer(url_of(ALDER, BIRCH), html(ALDER, BIRCH)) for _ in range(3)])
    subprocess.run([sys.executable, "-c", CUT_OFF, home / "ledger.db"], check=False)
    journal = home / "ledger.db-journal"
    assert journal.read_bytes()[:8] == bytes.fromhex("d9d505f920a163d7")
    (home / "ledger.db").unlink()
    rebuild(Home(home))
    assert not journal.exists()
    assert check(home, deep=True) == []


def test_who_reads_capture_by_capture_keeps_no_writer_waiting_and_sees_one_moment(home):
    store(home, [page(ALDER, BIRCH), page(ALDER, CEDAR)])
    reading = open_archive(home).each_capture()
    first = next(reading)
    store(home, [page(BIRCH, CEDAR)])
    assert [first.id, *(each.id for each in reading)] == [1, 2]
    archive = open_archive(home)
    everything = archive.captures()
    assert [open_archive(home).capture(each.id) for each in everything] == everything
    assert archive.captures_of_pages([everything[1].page_id]) == [everything[1]]
