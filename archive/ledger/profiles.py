"""The profiles of runs in the ledger: what the pages of each run and layout looked like, counted.

A row whose run drifted is left out of what later runs are compared with, and the captures that it
names are held back by the build, until a person accepts it. So are captures that no row speaks of
yet: of a run that goes on, or that died before it could compare them with the runs before. What the
counts mean is known to the crawl alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from archive.home import Home
from archive.ledger.ledger import Ledger, insert, read_rows, stream_rows
from archive.ledger.timeline import IS_WHOLE, NEWEST_FIRST, TIMELINE
from machine.clock import stamp
from schema.errors import StoppedError, UsageError


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One layout of one site in one run. Shape: `counts` holds plain values, ready for JSON.

    `pages_seen` is what was seen of each page, packed as JSON; it is not read with the row, but by
    `sights_of`. `captures` are those held back where `is_drift`, `example` is one capture of the
    layout, `judged_to` the last capture of the run that its rows speak of.
    Absent: `example` is None where no page was stored, `accepted_at` unless a person accepted it,
    `judged_to` where they speak of them all, as those of older versions are taken to do.
    """

    run_id: int
    site: str
    layout: str
    pages: int
    is_drift: bool
    counts: dict[str, Any]
    captures: tuple[int, ...] = ()
    example: int | None = None
    accepted_at: str | None = None
    judged_to: int | None = None
    pages_seen: str = "{}"
    id: int = 0


class PageSeen(NamedTuple):
    """One page in a profile: its key, what it shows of each tool as JSON, and why it failed."""

    key: str
    parts: list[str]
    failure: str | None
    field: str | None


def save_profiles(ledger: Ledger, run_id: int, rows: Iterable[ProfileRow]) -> None:
    """Write what a run has seen so far, in the place of what it wrote before."""
    with ledger.step() as db:
        db.execute("DELETE FROM profile WHERE run_id = ?", (run_id,))
        for row in rows:
            told = {name: getattr(row, name) for name in _BESIDE}
            counts = row.counts | {name: value for name, value in told.items() if value is not None}
            own = {name: getattr(row, name) for name in _COLUMNS}
            said = json.dumps(counts, sort_keys=True)
            number = insert(db, "profile", own | {"counts": said})
            seen = "UPDATE profile SET counts = json_patch(?, counts) WHERE id = ?"
            db.execute(seen, (row.pages_seen, number))


def rows_before(
    rows: Iterable[ProfileRow], kinds: dict[int, str], run_id: int, site: str
) -> list[ProfileRow]:
    """The rows that a run is compared with: of the runs of its kind before it.

    Those from the last run on of which a drift was accepted: what was true before is so no more.
    Shape: `kinds` is the kind of each run by its id.
    """
    mine = [
        row
        for row in rows
        if row.site == site and row.run_id < run_id and kinds.get(row.run_id) == kinds.get(run_id)
    ]
    since = max((row.run_id for row in mine if row.accepted_at is not None), default=0)
    return [row for row in mine if row.run_id >= since]


def load_profiles(home: Path) -> list[ProfileRow]:
    """Every profile of a home, oldest run first. Raises: StartError without a ledger."""
    return [_row(row) for row in read_rows(Home(home).ledger, _SELECT + _ORDER)]


def all_profiles(ledger: Ledger) -> list[ProfileRow]:
    """Every profile of an open ledger, oldest run first."""
    return [_row(row) for row in ledger.rows(_SELECT + _ORDER)]


def sights_of(ledger: Ledger | Path, row: ProfileRow) -> Iterator[PageSeen]:
    """What was seen of each page of a profile, page by page."""
    asked = "SELECT key, value FROM profile, json_each(counts, ?) WHERE profile.id = ?"
    read = ledger.stream if isinstance(ledger, Ledger) else partial(stream_rows, ledger)
    parts = [value for _, value in read(asked, ("$.parts", row.id))]
    for key, value in read(asked, ("$.seen", row.id)):
        said = json.loads(value)
        shown = [parts[at] for at in said.get("parts", ())]
        yield PageSeen(key, shown, said.get("failure"), said.get("field"))


def unjudged(ledger: Ledger) -> list[sqlite3.Row]:
    """The captures that no profile speaks of though there are good runs to compare them with.

    Shape: `id`, `run_id`, `site`, `url` and `content_type` of each, oldest first.
    """
    return ledger.rows(_UNJUDGED)


@dataclass(frozen=True, slots=True)
class PageCapture:
    """A capture of a comparison page. Absent: `revisit_of` is None where its bytes are its own."""

    id: int
    run_id: int
    site: str
    url: str
    revisit_of: int | None


def captures_of(ledger: Ledger, run_ids: Iterable[int]) -> list[PageCapture]:
    """The captures of comparison pages that some runs made, oldest first."""
    return [
        PageCapture(*row)
        for row in ledger.rows(
            "SELECT capture.id, run_id, capture.site, capture.url, revisit_of FROM capture"
            " JOIN page ON page.id = page_id WHERE role = 'comparison' AND status IN (200, 304)"
            " AND run_id IN (SELECT value FROM json_each(?)) ORDER BY capture.id",
            (json.dumps(list(run_ids)),),
        )
    ]


def unfinished_before(ledger: Ledger, run_id: int, site: str) -> list[int]:
    """The runs of a site directly before one, of its kind, that died or stopped with work left."""
    found: list[int] = []
    for row in ledger.rows(_BEFORE, (run_id, site)):
        if row["exit_code"] not in (None, StoppedError.exit_code):
            break
        found.append(row["id"])
    return found


def held_captures(home: Path) -> frozenset[int]:
    """The ids of the captures that wait: for a person, or until their run's profile is saved."""
    ledger = Home(home).ledger
    # In this order: what a crawl judges in between is then still among the first.
    waiting = read_rows(ledger, _UNJUDGED)
    rows = read_rows(ledger, _SELECT + " WHERE is_drift = 1" + _ORDER)
    drifted = {capture for row in map(_row, rows) for capture in row.captures}
    return frozenset(drifted.union(row["id"] for row in waiting))


def still_held(home: Path, sites: Set[str] | None = None) -> Counter[int]:
    """How many pages show, as they are now, what drifted in a run and nobody accepted, by run.

    Absent: `sites` is None for all.
    """
    ledger = Home(home).ledger
    rows = [_row(row) for row in read_rows(ledger, _SELECT + " WHERE is_drift = 1" + _ORDER)]
    found: Counter[int] = Counter()
    shown = {row["shown"] for row in read_rows(ledger, _SHOWN)} if rows else set()
    for row in rows:
        if sites is None or row.site in sites:
            found[row.run_id] += len(shown.intersection(row.captures))
    return +found


def accept_drift(home: Path, run_id: int) -> list[ProfileRow]:
    """Accept what drifted in a run, and in the runs before it in the same layouts.

    Shape: gives the rows that were accepted; the next build publishes their captures.
    Raises: UsageError where nothing drifted in the run; StartError while a crawl goes on.
    """
    place = Home(home)
    # Read first: a writer would make a ledger where there is none.
    drifted = [row for row in load_profiles(home) if row.is_drift and row.run_id <= run_id]
    layouts = {(row.site, row.layout) for row in drifted if row.run_id == run_id}
    if not layouts:
        is_known = read_rows(place.ledger, f"SELECT id FROM run WHERE id = {run_id:d}")
        what = "nothing drifted in it that is not accepted yet" if is_known else "there is none"
        raise UsageError(what=f"run {run_id}: {what}; `verdicts drift` lists the runs that wait")
    accepted = [row for row in drifted if (row.site, row.layout) in layouts]
    with place.lock("crawl"), closing(Ledger(place.ledger)) as ledger, ledger.transaction() as db:
        db.executemany(
            "UPDATE profile SET is_drift = 0, counts = json_set(counts, '$.accepted_at', ?)"
            " WHERE run_id = ? AND site = ? AND layout = ?",
            [(stamp(), row.run_id, row.site, row.layout) for row in accepted],
        )
    return accepted


_COLUMNS = ("run_id", "site", "layout", "pages", "is_drift")
_BESIDE = ("captures", "example", "accepted_at", "judged_to")
"""What stands in the column `counts` beside them."""
_SELECT = (
    f"SELECT id, {', '.join(_COLUMNS)},"
    " json_remove(counts, '$.parts', '$.seen') AS counts FROM profile"
)
_ORDER = " ORDER BY run_id, id"
_SHOWN = f"""
SELECT coalesce(revisit_of, id) AS shown FROM (
  SELECT *, row_number() OVER (PARTITION BY page_id ORDER BY {NEWEST_FIRST}) AS place
  FROM {TIMELINE} WHERE {IS_WHOLE})
WHERE place = 1
"""
_BEFORE = """
SELECT id, exit_code FROM run WHERE id < ?1 AND kind = (SELECT kind FROM run WHERE id = ?1)
  AND EXISTS (SELECT 1 FROM profile WHERE run_id = run.id AND site = ?2) ORDER BY id DESC
"""
_UNJUDGED = """
WITH judged(run_id, last) AS MATERIALIZED (
  SELECT run_id, max(coalesce(json_extract(counts, '$.judged_to'), 9223372036854775807))
  FROM profile GROUP BY run_id)
SELECT capture.id, capture.run_id, capture.site, capture.url, capture.content_type FROM capture
  JOIN page ON page.id = page_id JOIN run ON run.id = capture.run_id
  LEFT JOIN judged ON judged.run_id = capture.run_id
WHERE capture.id > coalesce(last, 0) AND status = 200 AND damage IS NULL AND revisit_of IS NULL
  AND role = 'comparison' AND EXISTS (
    SELECT 1 FROM profile JOIN run AS before ON before.id = profile.run_id
    WHERE profile.site = capture.site AND profile.run_id < capture.run_id AND is_drift = 0
      AND before.kind = run.kind)
ORDER BY capture.id
"""


def _row(row: sqlite3.Row) -> ProfileRow:
    counts = json.loads(row["counts"])
    beside = {name: counts.pop(name) for name in _BESIDE if name in counts}
    beside["captures"] = tuple(beside.get("captures", ()))
    columns = {name: row[name] for name in _COLUMNS} | {"is_drift": bool(row["is_drift"])}
    return ProfileRow(**columns, counts=counts, **beside, id=row["id"])
