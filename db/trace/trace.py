"""One row of the published database traced: where each value stands, and whether it comes again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from archive import Archive, Capture, open_archive
from db.publish.altered import FieldValue
from db.publish.publish import is_of_this_parser, present
from db.rows.write import is_of_this_edition
from db.trace.compare import differences, named, runs
from db.trace.find import find_row, places_of
from db.trace.reread import (
    Reread,
    RereadPool,
    derived_at,
    is_exchange,
    reread_pool,
    source_of,
    stored_page,
)
from db.trace.stated import (
    GROUPS,
    Provenance,
    StatedPlace,
    connect,
    exchange_of,
    provenance_of,
    stated_at,
)
from machine.worker import Died
from schema.errors import IntegrityError, StartError


@dataclass(frozen=True, slots=True)
class TracedSpan:
    """A run of characters of a visible block. Units: code points."""

    block: int
    start: int
    end: int
    text: str | None
    """The whole block's text; null where the bytes could not be read."""


@dataclass(frozen=True, slots=True)
class TracedValue:
    """A value as the database has it, and where it stands."""

    field: str
    value: dict[str, FieldValue]
    """What the database states, by column."""
    spans: list[TracedSpan]
    inferred: str | None
    """What a value follows from that is printed nowhere; null for others."""
    is_withheld: bool
    """Whether the database withholds it for an opt-out."""
    problems: dict[str, str]
    """How it comes otherwise from the bytes, by column; empty where it comes out the same."""


@dataclass(slots=True)
class TracedPlace:
    """What one capture shows first, and where its bytes lie.

    `capture` is its number, `offset` and `length` say in bytes where its record lies in the WARC
    file; of an answer that repeats another one the bytes are the other's.
    """

    capture: int
    position: int
    url: str | None = None
    captured_at: str | None = None
    warc: str | None = None
    offset: int | None = None
    length: int | None = None
    body_sha256: str | None = None
    problem: str | None = None
    """Why the bytes cannot be read; null where they can."""
    values: list[TracedValue] = field(default_factory=list)


@dataclass(slots=True)
class TracedRow:
    """A row with the places that show its values."""

    kind: str
    key: str
    database: str
    is_of_this_parser: bool
    places: list[TracedPlace] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """A sentence for each value that does not come out the same."""


def trace_row(home: Path, asked: str) -> TracedRow:
    """A card, quote, side or comparison of the published database, derived from the bytes.

    Shape: a key or its unique beginning, an address, or table and id, such as `quote/17`, in.
    Raises: StartError without a ledger or a database that can be traced, UsageError where the
    database has no such row.
    """
    archive = open_archive(home)
    database = present(archive.home)
    if database is None:
        what = f"{home}: nothing is published: `verdicts build` does it, --home names another home"
        raise StartError(what=what)
    with closing(connect(database)) as db:
        if not is_of_this_edition(db):
            what = f"{database}: it is of another edition, so nothing is traced; `verdicts build`"
            raise StartError(what=what)
        row = find_row(db, asked)
        traced = TracedRow(row.kind, row.key, database.name, is_of_this_parser(database))
        places, nowhere = places_of(db, row)
        traced.problems += [f"{name}: no page says so" for name in nowhere]
        with reread_pool(archive.home, 1) as pool:
            for (capture, position), fields in places.items():
                at = provenance_of(db, capture, position)
                if at is None:
                    traced.problems.append(f"capture {capture}: the row of its provenance is gone")
                    continue
                place = _traced(archive, db, pool, at, fields)
                traced.places.append(place)
                traced.problems += _problems(place)
    return traced


def _problems(place: TracedPlace) -> Iterator[str]:
    if place.problem is not None:
        yield f"capture {place.capture}: {place.problem}"
    for each in place.values:
        for name, what in each.problems.items():
            yield f"capture {place.capture}, {named(place.position, name)}: {what}"


def _traced(
    archive: Archive,
    db: sqlite3.Connection,
    pool: RereadPool,
    at: Provenance,
    fields: list[str] | None,
) -> TracedPlace:
    """One place; where its bytes cannot be read, what the database and the ledger say of it."""
    place, answer = TracedPlace(at.capture_id, at.position), None
    try:
        capture = archive.capture(at.capture_id)
        if capture is None or not is_exchange(capture, exchange_of(db, at.capture_id)):
            where = f"capture {at.capture_id}"
            raise IntegrityError(where=where, what="the ledger, made again since, has another")
        answer = _reread(archive, capture, place, pool)
    except IntegrityError as error:
        place.problem = str(error)
    stated = stated_at(db, at)
    place.values = [*_values(stated, answer, at.position, fields)]
    return place


def _reread(
    archive: Archive, capture: Capture, place: TracedPlace, pool: RereadPool
) -> Reread | None:
    """What the bytes say; the place is told where they lie. Absent: None where they say nothing."""
    place.url, place.captured_at = capture.url, capture.captured_at
    page = stored_page(archive, source_of(archive, capture))
    place.warc, place.offset, place.length = page.body.segment, page.body.offset, page.body.length
    place.body_sha256 = page.body.sha256
    answer = pool.call(page)
    if isinstance(answer, Died):
        place.problem = f"the parser was stopped: {answer}"
        return None
    place.problem = answer.problem or None
    return None if answer.result is None else answer


def _values(
    stated: StatedPlace, answer: Reread | None, position: int, wanted: list[str] | None
) -> Iterator[TracedValue]:
    """The values of a place that stand somewhere or were inferred, then what else differs."""
    derived, differing = StatedPlace({}, {}), dict[str, str]()
    if answer is not None and answer.result is not None:
        derived = derived_at(answer.result, position)
        differing = differences(stated, derived)
    inferred = inferred_of(stated)
    told = [*dict.fromkeys((*stated.spans, *inferred))]
    seen = {each for name in told for each in (name, *GROUPS.get(name, ()))}
    for name in [*told, *(each for each in differing if each not in seen)]:
        group = GROUPS.get(name, (name,))
        if wanted is None or {name, *group} & {*wanted}:
            # What the owner withholds from others may be seen by the owner.
            fields = (derived if name in stated.withheld else stated).fields
            yield TracedValue(
                name,
                {each: fields.get(each) for each in group},
                [*_spans(stated.spans.get(name, []), answer)],
                inferred.get(name),
                name in stated.withheld,
                {each: differing[each] for each in {*group, name} & {*differing}},
            )


def _spans(spans: list[int], answer: Reread | None) -> Iterator[TracedSpan]:
    texts = answer.blocks if answer is not None else ()
    for block, start, end in runs(spans):
        yield TracedSpan(block, start, end, texts[block] if block < len(texts) else None)


def inferred_of(stated: StatedPlace) -> dict[str, str]:
    """What each value follows from that no page prints, by its field."""
    fields, found = stated.fields, {}
    if "layout" in fields:
        found["layout"] = "the page's structure"
    share = f"panel_ship_percent, which is {fields.get('panel_ship_percent')}"
    sources = {slot: fields.get(f"verdict_source_{slot}") for slot in range(1, 5)}
    known = [f"verdict_{slot}" for slot, source in sources.items() if source in ("page", "cue")]
    for slot, source in sources.items():
        start, end = fields.get(f"verdict_start_{slot}"), fields.get(f"verdict_end_{slot}")
        told = {
            "unanimous": share,
            "cue": f"characters {start} to {end} of text_{slot}",
            "remainder": f"{share}, and {', '.join(known)}",
        }
        if source in told:
            found[f"verdict_{slot}"] = f"{source}: {told[str(source)]}"
    return found
