"""What the archive holds at one moment, read in short reads while a crawl may be running.

This module must not read segments: it knows the ledger alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from archive import Archive, Capture, Page, Run, Segment
from archive.ledger import NotedChange, held_captures, reading_changes
from archive.takedown import ERASED, Correction, Export, active_takedowns, corrections, exports
from db.recognise.match import TakedownMatcher
from machine.clock import parse_stamp, stamp
from machine.wrong_clocks import RunDates, wrong_clocks
from parsers.sites import site_named
from schema.errors import IntegrityError, UsageError


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is few in the ledger, and up to where the rest of it counts.

    Captures and pages are many: `captures_of` and the archive read them part by part.
    """

    archive: Archive
    segments: list[Segment]
    upto: int
    """The last capture that counts: what is committed later is left for the next build."""
    runs: list[Run]
    taken: TakedownMatcher
    corrections: list[Correction]
    releases: list[Export]
    """The exported folders that became whole, withdrawn ones too."""
    readings: list[NotedChange]
    """What other versions of the parser read otherwise, and a person accepted."""
    held: frozenset[int]
    """The captures that wait: their layout drifted in their run, or it was not judged yet."""
    refused: dict[int, int]
    """The take-down for which a page is left out by its address, by the page's number."""
    at: str
    """When the last run ended, or began: what a build uses instead of a clock."""

    @property
    def recorded_at(self) -> str:
        """The end of the last run that left a trace: by it a build judges what a date has ended."""
        return _at(public_runs(self.runs))

    def captures(self) -> list[Capture]:
        """All captures that count, by number: for what gives or names them one by one."""
        return [each for each in self.archive.captures() if self._counts(each)]

    def pages(self) -> list[Page]:
        """All pages, those that were taken down refused."""
        return [
            replace(page, state="refused", due=None) if page.id in self.refused else page
            for page in self.archive.pages()
        ]

    def captures_of(self, segment: Segment) -> Iterator[Capture]:
        """The captures of a segment, by their place in it, without those that were taken down."""
        return filter(self._counts, self.archive.captures_of(segment.name))

    def places_of(self, segment: Segment) -> list[int]:
        """Where the captures of a segment begin that its record file is to speak of."""
        return [
            offset
            for offset, number, page in self.archive.places_of(segment.name)
            if number <= self.upto and page not in self.refused
        ]

    def _counts(self, each: Capture) -> bool:
        is_taken = each.page_id in self.refused or each.damage == ERASED
        return each.id <= self.upto and not is_taken


def is_known_page(site: str, url: str) -> bool:
    """Whether an address is one of a comparison, or the urn of a page without address."""
    return url.startswith("urn:") or site_named(site).is_comparison(url)


def take_snapshot(archive: Archive) -> Snapshot:
    """The present state of the ledger.

    Segments are read first: a capture that is committed later is left for the next build, as is
    the page of which it would be the first.
    """
    taken = TakedownMatcher(active_takedowns(archive.home))
    segments, upto = archive.present()
    segments.sort(key=lambda segment: segment.name)
    runs = archive.runs()
    return Snapshot(
        archive,
        segments,
        upto,
        runs,
        taken,
        corrections(archive.home),
        [each for each in exports(archive.home) if each.is_whole],
        reading_changes(archive.home.ledger),
        held_captures(archive.home.path),
        _refused(archive, taken),
        _at(runs),
    )


def _at(runs: list[Run]) -> str:
    """The last time that the ledger knows of, by the runs whose clocks are believed."""
    if not runs:
        return stamp(datetime.fromtimestamp(0, UTC))
    dates = [RunDates(run.id, *_times(run)) for run in runs]
    wrong = wrong_clocks(dates)
    # Where no run is believed, the last one is.
    return max((each.last for each in dates if each.run not in wrong), default=dates[-1].last)


def _times(run: Run) -> tuple[str, str]:
    try:
        times = (run.started_at, run.ended_at or run.started_at)
        first, last = sorted(stamp(parse_stamp(each, where="its time")) for each in times)
        return first, last
    except UsageError as error:
        raise IntegrityError(where=f"run {run.id}", what=str(error)) from error


def _refused(archive: Archive, taken: TakedownMatcher) -> dict[int, int]:
    if not taken.ids:
        return {}
    found = {}
    for rows in archive.page_chunks():
        for number, site, url, *_ in rows:
            by = taken.address(site, url) if is_known_page(site, url) else None
            if by is not None:
                found[number] = by
    return found


def public_runs(runs: Iterable[Run]) -> list[Run]:
    """The runs that left a trace in the archive; one that found nothing to do leaves no row."""
    return [
        run
        for run in runs
        if run.failed or run.exit_code or run.stored or (run.kind == "crawl" and run.asked)
    ]


def small_digest(snapshot: Snapshot) -> str:
    """SHA-256 over what a published database shows of runs, take-downs, notes and releases."""
    parts = [
        snapshot.at,
        [asdict(run) for run in public_runs(snapshot.runs)],
        [[each.model_dump(mode="json") for each in snapshot.taken.active]],
        [note.model_dump(mode="json") for note in snapshot.corrections],
        [[each.release, each.withdrawn_at, each.reason] for each in snapshot.releases],
        [asdict(each) for each in snapshot.readings],
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
