"""What the archive holds at one moment, read in short reads while a crawl may be running.

This module must not read segments: it knows the ledger alone.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from archive import Archive, Capture, Page, Run, Segment
from archive.ledger import held_captures, is_due
from archive.takedown import ERASED, Correction, active_takedowns, corrections
from db.recognise.match import TakedownMatcher
from machine.clock import parse_stamp, stamp
from parsers.sites import site_named
from schema.errors import IntegrityError, UsageError
from schema.signals import robots_signals

PAGE = "site url state last_outcome"
CAPTURE = (
    "id page_id url captured_at date_source precision status content_type headers kind revisit_of"
    " body_sha256"
)
RUN = "kind site started_at ended_at exit_code asked stored unchanged failed bytes robots_state"
TAKEDOWN = "id kind site target reason added_at"
CORRECTION = "kind site target note added_at"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The ledger's rows, consistent with each other."""

    segments: list[Segment]
    captures: list[Capture]
    pages: list[Page]
    runs: list[Run]
    by_id: dict[int, Capture]
    taken: TakedownMatcher
    corrections: list[Correction]
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

    def by_segment(self) -> dict[str, list[Capture]]:
        """The captures of each segment, by their place in it."""
        found: dict[str, list[Capture]] = defaultdict(list)
        for capture in sorted(self.captures, key=lambda each: each.offset):
            found[capture.segment].append(capture)
        return found

    def known_pages(self) -> list[Page]:
        """The pages that are comparisons, or stand for one without address, sorted."""
        known = (page for page in self.pages if is_known_page(page.site, page.url))
        return sorted(known, key=lambda page: (page.site, page.url))


def is_known_page(site: str, url: str) -> bool:
    """Whether an address is one of a comparison, or the urn of a page without address."""
    return url.startswith("urn:") or site_named(site).is_comparison(url)


def take_snapshot(archive: Archive) -> Snapshot:
    """The present rows of the ledger, without the captures of pages that were taken down.

    Segments are read first: a capture that is committed later lies beyond the length then read,
    and is left for the next build, as is the page of which it would be the first.
    """
    taken = TakedownMatcher(active_takedowns(archive.home))
    segments = sorted(archive.segments(), key=lambda segment: segment.name)
    length = {segment.name: segment.length for segment in segments}
    captures = [
        capture
        for capture in archive.captures()
        if capture.offset + capture.length <= length.get(capture.segment, -1)
    ]
    pages, runs = archive.pages(), archive.runs()
    refused = _refused(pages, taken)
    captures = [each for each in captures if each.page_id not in refused and each.damage != ERASED]
    by_id = {capture.id: capture for capture in captures}
    pages = [
        replace(page, state="refused", due=None) if page.id in refused else page for page in pages
    ]
    return Snapshot(
        segments,
        captures,
        pages,
        runs,
        by_id,
        taken,
        corrections(archive.home),
        held_captures(archive.home.path),
        refused,
        _at(runs),
    )


def _at(runs: list[Run]) -> str:
    """The last time that the ledger knows of, which a clock that was wrong earlier cannot move."""
    if not runs:
        return stamp(datetime.fromtimestamp(0, UTC))
    last = runs[-1]
    try:
        return stamp(parse_stamp(last.ended_at or last.started_at, where="its time"))
    except UsageError as error:
        raise IntegrityError(where=f"run {last.id}", what=str(error)) from error


def _refused(pages: Iterable[Page], taken: TakedownMatcher) -> dict[int, int]:
    if not taken.ids:
        return {}
    found = {
        page.id: taken.address(page.site, page.url)
        for page in pages
        if is_known_page(page.site, page.url)
    }
    return {page: takedown for page, takedown in found.items() if takedown is not None}


def public_runs(runs: Iterable[Run]) -> list[Run]:
    """The runs that left a trace in the archive; one that found nothing to do leaves no row."""
    return [
        run
        for run in runs
        if run.failed or run.exit_code or run.stored or (run.kind == "crawl" and run.asked)
    ]


def picked(source: object, names: str) -> dict[str, Any]:
    """Some of what an object holds, by name.

    >>> picked(3 + 4j, "real imag")
    {'real': 3.0, 'imag': 4.0}
    """
    return {name: getattr(source, name) for name in names.split()}


def inputs_digest(snapshot: Snapshot, versions: Iterable[str]) -> str:
    """SHA-256 over all that a published database depends on: ledger rows and versions of code.

    Where the bytes lie (segment, offset) is no part of it: it changes nothing that is published.
    """
    pages = {page.id: page for page in snapshot.known_pages()}
    digest = hashlib.sha256()
    for part in (
        list(versions),
        *([picked(page, PAGE), is_due(page.due, snapshot.at)] for page in pages.values()),
        *(
            [
                picked(capture, CAPTURE),
                sorted(robots_signals(capture.denied_tokens)),
                capture.id in snapshot.held,
            ]
            for capture in snapshot.captures
            if capture.page_id in pages
        ),
        *(picked(run, f"{RUN} seconds report") for run in public_runs(snapshot.runs)),
        *([picked(each, TAKEDOWN), each.matches.recognised()] for each in snapshot.taken.active),
        *(picked(note, CORRECTION) for note in snapshot.corrections),
    ):
        digest.update(json.dumps(part, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()
