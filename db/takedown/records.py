"""Record files without what was taken down: a line loses its page, a page loses its quote.

What is left out here is nowhere in the published file, which is made from these lines alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from archive import Archive
from db.recognise.likeness import CardWords, PageWords, QuoteWords
from db.recognise.match import TakedownMatcher
from db.records import recordfile
from db.records.making import Maker, job_of
from db.records.reading import CaptureLine, Cleaning
from db.records.snapshot import Snapshot
from parsers import PageResult, card_key, quote_key, without_quotes
from schema.records import Comparison, Tool

GONE = "[taken down]"
"""What stands in a record where words were left out."""
_PRINTED = ("reviewer", "score", "verdict", "verdict_source", "verdict_span")
_NOTHING = {**dict.fromkeys(_PRINTED), "text": GONE}
"""What is left of a quote: its place."""


def showing_of(site: str, url: str, record: Comparison) -> PageWords:
    """What a record shows, with its keys."""

    def quotes(tool: Tool) -> Iterator[QuoteWords]:
        for each in record.quotes:
            if each.tool == tool.position:
                key = quote_key(site, tool.name, each.text)
                yield QuoteWords(key, tool.name, each.text, each.position)

    cards = (
        CardWords(t.slug, t.name, t.description, card_key(site, t), tuple(quotes(t)))
        for t in record.tools
    )
    return PageWords(site, url, tuple(cards))


def cleaned(
    site: str, line: CaptureLine, *, taken: TakedownMatcher
) -> tuple[CaptureLine, set[int]]:
    """A line without what was taken down, and the take-downs that changed it."""
    reading = line.reading
    if reading is None or reading.record is None:
        return line, set()
    if isinstance(reading.record, Comparison):
        showing = showing_of(site, line.url, reading.record)
        refused = taken.page(showing)
        if refused is not None:
            update = {"outcome": "refused", "takedown": refused, "reading": None}
            return line.model_copy(update=update), {refused}
        changed, by = _without_quotes(reading, reading.record, showing, taken)
    else:
        by = {taken.cited(reading.record.detail)}
        record = reading.record.model_copy(update={"detail": GONE})
        changed = reading.model_copy(update={"record": record})
    touched = {each for each in by if each is not None}
    return (line.model_copy(update={"reading": changed}) if touched else line), touched


def _without_quotes(
    reading: PageResult, record: Comparison, showing: PageWords, taken: TakedownMatcher
) -> tuple[PageResult, set[int | None]]:
    """A reading without the words of quotes, and of findings that cite them; for what, if any."""
    gone = {quote.position: taken.quote(quote) for quote in showing.quotes}
    cited = [taken.cited(finding.detail) for finding in record.findings]
    changes = {
        "quotes": tuple(
            quote if gone[quote.position] is None else quote.model_copy(update=_NOTHING)
            for quote in record.quotes
        ),
        "findings": tuple(
            finding if by is None else finding.model_copy(update={"detail": GONE})
            for finding, by in zip(record.findings, cited, strict=True)
        ),
    }
    places = {position for position, by in gone.items() if by is not None}
    keys = zip(record.quotes, reading.quotes, strict=True)
    update = {
        "record": record.model_copy(update=changes),
        "quotes": tuple("" if each.position in places else key for each, key in keys),
        "taken_down": tuple(sorted({*places, *reading.taken_down})),
        "spans": without_quotes(reading.spans, record.quotes, places),
    }
    return reading.model_copy(update=update), {*gone.values(), *cited}


def cleaning_of(taken: TakedownMatcher) -> Cleaning | None:
    """What leaves out of lines what was taken down. Absent: None where nothing was."""
    return Cleaning(taken.ids, partial(cleaned, taken=taken)) if taken.ids else None


def clean_records(archive: Archive, snapshot: Snapshot) -> None:
    """Leave what was taken down in no record file; one that cannot be told is made again."""
    maker = Maker(archive.home, cleaning_of(snapshot.taken))
    wanted: set[Path] = set()
    for segment in snapshot.segments:
        # What was made while the segment was shorter is of use until it is sealed.
        last = recordfile.record_path(archive.home.records, segment)
        paths = recordfile.record_paths(archive.home.records, segment.name)
        for path in [last] if segment.is_sealed else paths:
            with suppress(*recordfile.READ_ERRORS):
                offsets = recordfile.read_header(path).outcomes.keys()
                captures = (c for c in snapshot.captures_of(segment) if c.offset in offsets)
                if maker.renew(path, job_of(segment, captures, archive)):
                    wanted.add(path)
    for path in sorted(archive.home.records.glob("*")):
        if path not in wanted:
            path.unlink()
