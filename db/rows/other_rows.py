"""The rows that are about the archive as a whole: sites, codes, runs, take-downs, notes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from archive.takedown import Correction, Export
from db.identity.decisions import DecisionFile
from db.records.snapshot import Snapshot, public_runs
from db.rows.alike import alias_rows, pair_rows
from db.rows.derived import derived_rows
from db.rows.tables import Values, descriptions
from db.staging.staging import Staging
from parsers.sites import site_named
from schema.codes import FAILURES, FINDINGS
from schema.rows.about import (
    CodeRow,
    CorrectionRow,
    CrawlRow,
    DescriptionRow,
    ReleaseRow,
    SiteRow,
    TakedownRow,
)
from schema.rows.row import Row
from schema.rows.things import AliasRow, ToolPairRow


def other_rows(
    db: sqlite3.Connection, staging: Staging, snapshot: Snapshot, decisions: DecisionFile
) -> Iterator[tuple[type[Row], Iterator[Values]]]:
    """The rows of each of these tables; `db` holds the pages, tools and quotes already."""
    codes = (("failure", FAILURES), ("finding", FINDINGS))
    every = ((code, kind, said) for kind, known in codes for code, said in known.items())
    yield CodeRow, every
    yield DescriptionRow, _numbered(descriptions())
    yield ReleaseRow, _numbered(_releases(snapshot.releases))
    yield CrawlRow, _crawls(snapshot)
    told = snapshot.taken.active
    yield (
        TakedownRow,
        ((each.id, each.kind, each.site, each.target, each.reason, each.added_at) for each in told),
    )
    yield CorrectionRow, _corrections(db, snapshot)
    yield AliasRow, alias_rows(db)
    yield ToolPairRow, pair_rows(db, decisions.in_effect)
    yield SiteRow, _sites(db)
    yield from derived_rows(db, staging, snapshot.recorded_at)


def _numbered(made: Iterator[Values]) -> Iterator[Values]:
    return ((number, *each) for number, each in enumerate(made, 1))


def _releases(folders: list[Export]) -> Iterator[Values]:
    """A row for each release, however many folders hold it; one that was withdrawn is for all."""
    every: dict[str, list[Export]] = {}
    for each in sorted(folders, key=lambda each: (each.made_at, each.release)):
        every.setdefault(each.release, []).append(each)
    for name, held in every.items():
        gone = next((each for each in held if each.withdrawn_at), None)
        withdrawn = (gone.withdrawn_at, gone.reason) if gone else (None, None)
        yield name, held[0].made_at, held[0].database_sha256, *withdrawn


def _sites(db: sqlite3.Connection) -> Iterator[Values]:
    """A row for each site that a page, run, take-down or note is of."""
    tables = ("page", "crawl", "takedown", "correction")
    sql = " UNION ".join(f"SELECT site FROM {table} WHERE site IS NOT NULL" for table in tables)
    for (name,) in db.execute(f"{sql} ORDER BY site").fetchall():
        site = site_named(name)
        yield name, site.title, site.base


def _crawls(snapshot: Snapshot) -> Iterator[Values]:
    """A row for each run that left a trace, oldest first."""
    for run in public_runs(snapshot.runs):
        failed = json.loads(run.report)["failed"] if run.report else None
        yield (
            run.id,
            run.kind,
            run.site,
            run.started_at,
            run.ended_at,
            run.exit_code,
            run.asked,
            run.stored,
            run.unchanged,
            run.failed,
            run.bytes,
            run.robots_state,
            None if failed is None else json.dumps(failed, sort_keys=True),
            None if run.seconds is None else round(run.seconds),
        )


_ABOUT = {
    "page": "SELECT id FROM page WHERE site = ? AND url = ? AND takedown_id IS NULL",
    "tool": "SELECT id FROM tool WHERE site = ? AND coalesce(slug, 'name:' || name) = ?",
    "quote": "SELECT id FROM quote WHERE ? IS NOT NULL AND key = ?",
}
"""What finds the subject of a note, by its site and target."""


def _corrections(db: sqlite3.Connection, snapshot: Snapshot) -> Iterator[Values]:
    """A row for each note on something that is published; a note might repeat what is not."""
    for note in snapshot.corrections:
        about = _subject(db, note)
        if about is not None:
            where = [about if note.kind == kind else None for kind in _ABOUT]
            yield (note.id, note.kind, note.site, note.target, *where, note.note, note.added_at)


def _subject(db: sqlite3.Connection, note: Correction) -> int | None:
    row = db.execute(_ABOUT[note.kind], (note.site, note.target)).fetchone()
    return None if row is None else row[0]
