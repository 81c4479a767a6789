"""The home folder: one writer, and a refusal that says what is wrong."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest

from archive import Home, open_archive
from archive.ledger import Ledger
from archive.outcomes import OUTCOMES, is_known
from archive.tables import APPLICATION_ID, MIGRATIONS
from schema.errors import IntegrityError, StartError, UsageError

HOLD = """
import sys
from pathlib import Path
from archive import Home
with Home(Path(sys.argv[1])).lock("crawl"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_held_lock_is_refused_with_the_holders_number_and_ends_with_it(tmp_path):
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    home = Home(tmp_path)
    with pytest.raises(StartError, match=f"locked by process {holder.pid}"), home.lock("crawl"):
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
    assert ledger.value("PRAGMA journal_mode") == "delete"
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
        [sys.executable, "-c",
         "import sqlite3, sys, time\n"
         "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
         "db.execute('BEGIN'); db.execute('SELECT * FROM run').fetchall()\n"
         "print('reading', flush=True); time.sleep(1.0); db.execute('COMMIT')\n", str(path)],
        stdout=subprocess.PIPE, text=True)
    assert reader.stdout is not None
    assert reader.stdout.readline() == "reading\n"
    with ledger.transaction() as db:
        db.execute("INSERT INTO run (kind, started_at) VALUES ('crawl', 'x')")
    assert ledger.value("SELECT count(*) FROM run") == 1
    reader.communicate()
    ledger.close()


def test_a_clock_that_is_no_time_is_wrong_usage(monkeypatch):
    from archive.clock import now
    monkeypatch.setenv("VERDICTS_NOW", "soon")
    with pytest.raises(UsageError, match="VERDICTS_NOW"):
        now()


def test_the_list_of_outcomes_is_closed():
    assert set(OUTCOMES) == {"ok", "http_error", "network_error", "refused_robots",
                             "refused_scope", "too_large", "damaged", "extraction_refused"}
    assert is_known("http_error", "503")
    assert not is_known("http_error", "five")
    assert not is_known("moody", "")
    assert all(text.endswith(".") for reasons in OUTCOMES.values() for text in reasons.values())
