"""The way of all rows into the work file: pages in order, things joined, then what is few."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from archive.ledger import due_bounds
from db.identity.decisions import DecisionFile
from db.records.snapshot import Snapshot
from db.rows.changes import parser_changes
from db.rows.names import is_turned, page_name
from db.rows.other_rows import other_rows
from db.rows.page_rows import PageRows
from db.rows.write import Work
from db.staging.pages import STATES
from db.staging.staging import Staging
from schema.rows.timeline import ChangeRow

AT_ONCE = 1000
"""After so many pages their rows are written. Units: pages."""


@dataclass(frozen=True, slots=True)
class Filled:
    """How many rows each table has, and how many pages are in each state."""

    counts: dict[str, int]
    states: dict[str, int]


def write_rows(
    work: Work,
    staging: Staging,
    snapshot: Snapshot,
    decisions: DecisionFile,
    progress: Callable[[str, int, int], None],
) -> Filled:
    """Fill a work file with all that is staged, or with what changed since it was published."""
    staging.begin_to_publish(is_part=work.is_part)
    if work.is_part:
        work.remove_pages(staging.dirty())
    at = snapshot.recorded_at
    made = PageRows(staging, snapshot.at)
    total = staging.count("dirty" if work.is_part else "page")
    progress("write", 0, total + 1)
    for done, history in enumerate(staging.histories(at, is_dirty=work.is_part), 1):
        turned = is_turned(history, staging, at)
        made.add(history, page_name(history.page, staging), is_turned=turned)
        if done % AT_ONCE == 0:
            _write(work, staging, made)
            progress("write", done, total + 1)
    _write(work, staging, made)
    staging.commit()
    work.join(staging, due_bounds(snapshot.at))
    work.insert(ChangeRow, parser_changes(work.db, snapshot.readings))
    for model, each in other_rows(work.db, staging, snapshot, decisions):
        work.replace(model, each)
    return Filled(work.counts(), _states(work))


def _write(work: Work, staging: Staging, made: PageRows) -> None:
    staging.note_versions(made.places)
    made.places.clear()
    for model, each in made.drained():
        work.insert(model, each)


def _states(work: Work) -> dict[str, int]:
    """How many pages are in each state, `known` for all of them and `due` beside them."""
    sql = "SELECT state, count(*), sum(due) FROM page GROUP BY state"
    found = {state: (count, due) for state, count, due in work.db.execute(sql)}
    known, due = (sum(each[at] for each in found.values()) for at in (0, 1))
    return {"known": known, **{each: found.get(each, (0, 0))[0] for each in STATES}, "due": due}
