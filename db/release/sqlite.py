"""The database of a release: the published one without what is not given in files.

    copy -> no search tables -> no releases -> texts held back for opt-outs -> no sentences (facts)
         -> VACUUM

Search tables are left out because many readers list their parts beside the real ones or lack the
module for them, and because they hold every word once more; the rows about releases, because the
same archive must give the same bytes before and after its release is known. Views stay. Everything
else that a release holds is read from this file.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from db.release.optouts import leave_out_reserved
from db.release.sentences import leave_out_sentences, shows_sentences
from db.release.tables import quoted, read_views
from schema.rows import VIEWS


def write_database(published: Path, path: Path, *, is_facts: bool) -> None:
    """Write the database of a release. The same bytes for the same published file and SQLite."""
    work = path.with_name(f".{path.name}.work")
    shutil.copyfile(published, work)
    try:
        with closing(sqlite3.connect(work, isolation_level=None)) as db:
            # The file is thrown away if anything fails, so no journal is needed to undo it.
            for setting in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF"):
                db.execute(f"PRAGMA {setting}")
            _drop_search(db)
            db.execute("DELETE FROM release")
            leave_out_reserved(db)
            if is_facts:
                _keep_facts(db)
            # How often the schema was changed must not be told by the bytes.
            db.execute("PRAGMA schema_version = 1")
            db.execute("VACUUM INTO ?", (f"{path}",))
    finally:
        work.unlink(missing_ok=True)


def _drop_search(db: sqlite3.Connection) -> None:
    sql = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'"
    for (name,) in db.execute(sql).fetchall():
        db.execute(f"DROP TABLE {quoted(name)}")


def _keep_facts(db: sqlite3.Connection) -> None:
    views = read_views(db)
    for name in views:
        db.execute(f"DROP VIEW {quoted(name)}")
    leave_out_sentences(db)
    for name, sql in views.items():
        if shows_sentences({*VIEWS[name].model_fields}):
            db.execute("DELETE FROM description WHERE table_name = ?", (name,))
        else:
            db.execute(sql)
