"""Record files without what was taken down: a line loses its page, a page loses its quote.

What is left out here is nowhere in the published file, which is made from these lines alone.
"""

from __future__ import annotations

from pathlib import Path

from archive import Capture, Segment
from db.recognise.match import Showing, ShownCard, ShownWords, Taken
from db.records import recordfile
from db.records.reading import CaptureLine, Reading
from db.records.snapshot import Snapshot
from db.rows.keys import card_key, quote_key
from schema.records import Comparison, Failure, Quote

GONE = "[taken down]"
"""What stands in a record where words were left out."""


def showing_of(site: str, url: str, record: Comparison) -> Showing:
    """What a record shows, with its keys."""
    cards = tuple(
        ShownCard(tool.slug, tool.name, tool.description, card_key(site, tool))
        for tool in record.tools
    )
    names = [tool.name for tool in record.tools]
    quotes = tuple(
        ShownWords(
            quote_key(site, names[quote.tool - 1], quote.text),
            names[quote.tool - 1],
            quote.text,
            quote.position,
        )
        for quote in record.quotes
    )
    return Showing(site, url, cards, quotes)


def cleaned(site: str, line: CaptureLine, taken: Taken) -> tuple[CaptureLine, set[int]]:
    """A line without what was taken down, and the take-downs that changed it."""
    reading = line.reading
    if reading is None or reading.record is None or not taken.ids:
        return line, set()
    if isinstance(reading.record, Failure):
        detail, touched = _detail(reading.record.detail, taken)
        record: Comparison | Failure = reading.record.model_copy(update={"detail": detail})
        return _with(line, reading.model_copy(update={"record": record})), touched
    showing = showing_of(site, line.url, reading.record)
    refused = taken.page(showing)
    if refused is not None:
        update = {"outcome": "refused", "takedown": refused, "reading": None}
        return line.model_copy(update=update), {refused}
    found = {quote.position: taken.quote(quote) for quote in showing.quotes}
    gone = {position: takedown for position, takedown in found.items() if takedown is not None}
    findings, touched = [], set(gone.values())
    for finding in reading.record.findings:
        detail, cited = _detail(finding.detail, taken)
        findings.append(finding.model_copy(update={"detail": detail}))
        touched |= cited
    if not touched:
        return line, touched
    quotes = [_empty(each) if each.position in gone else each for each in reading.record.quotes]
    changes = {"quotes": tuple(quotes), "findings": tuple(findings)}
    record = reading.record.model_copy(update=changes)
    positions = sorted({*gone, *reading.taken_down})
    changed = reading.model_copy(update={"record": record, "taken_down": tuple(positions)})
    return _with(line, changed), touched


def _with(line: CaptureLine, reading: Reading) -> CaptureLine:
    return line.model_copy(update={"reading": reading})


def _detail(detail: str, taken: Taken) -> tuple[str, set[int]]:
    by = taken.cited(detail)
    return (detail, set()) if by is None else (GONE, {by})


def _empty(quote: Quote) -> Quote:
    """The place of a quote, without anything that was said or printed of it."""
    nothing = dict.fromkeys(("reviewer", "score", "verdict", "verdict_source", "verdict_span"))
    return quote.model_copy(update={**nothing, "text": GONE})


def fitted(
    path: Path, segment: Segment, captures: list[Capture], taken: Taken
) -> list[CaptureLine] | None:
    """The lines of a record file for just these captures, the file brought up to date with them.

    Absent: None where the file must be made again: it is not there or damaged, speaks not of all
    these captures, or left something out for a take-down that was lifted since.
    """
    by_offset = {capture.offset: capture for capture in captures}
    try:
        header = recordfile.read_header(path)
        lines = [line for line in recordfile.read_lines(path) if line.offset in by_offset]
    except recordfile.READ_ERRORS:
        return None
    if len(lines) != len(captures) or not set(header.touched) <= set(taken.ids):
        return None
    if header.takedowns == taken.ids and set(header.outcomes) == set(by_offset):
        return lines
    made = recordfile.Made({}, [], 0, takedowns=taken.ids, touched=set(header.touched))
    for at, line in enumerate(lines):
        lines[at], touched = cleaned(by_offset[line.offset].site, line, taken)
        made.touched |= touched
        made.outcomes[line.offset] = lines[at].outcome
        made.lines.append(lines[at].model_dump_json(by_alias=True))
    recordfile.write_file(path, segment, made)
    return lines


def clean_made(made: recordfile.Made, captures: list[Capture], taken: Taken) -> None:
    """Take out of freshly made lines what was taken down."""
    made.takedowns = taken.ids
    for at, capture in enumerate(captures if taken.ids else []):
        line = CaptureLine.model_validate_json(made.lines[at])
        line, touched = cleaned(capture.site, line, taken)
        if touched:
            made.touched |= touched
            made.outcomes[line.offset] = line.outcome
            made.lines[at] = line.model_dump_json(by_alias=True)


def clean_records(folder: Path, snapshot: Snapshot) -> None:
    """Leave what was taken down in no record file; one that cannot be told is made again."""
    by_segment = snapshot.by_segment()
    wanted: set[Path] = set()
    for segment in snapshot.segments:
        present = recordfile.record_path(folder, segment)
        for path in recordfile.record_paths(folder, segment):
            if path == present or not segment.is_sealed:
                offsets = _offsets(path)
                captures = [c for c in by_segment.get(segment.name, []) if c.offset in offsets]
                if fitted(path, segment, captures, snapshot.taken) is not None:
                    wanted.add(path)
    for path in sorted(folder.glob("*")):
        if path not in wanted:
            path.unlink()


def _offsets(path: Path) -> set[int]:
    try:
        return set(recordfile.read_header(path).outcomes)
    except recordfile.READ_ERRORS:
        return set()
