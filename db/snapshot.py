"""What the archive holds at one moment, read in short reads while a crawl may be running.

This module must not read segments: it knows the ledger alone.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from archive import Archive, Capture, Page, Run, Segment
from db.pages import is_due
from parsers.sites import site_named


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The ledger's rows, consistent with each other."""

    segments: list[Segment]
    captures: list[Capture]
    pages: list[Page]
    runs: list[Run]
    by_id: dict[int, Capture]
    at: str
    """The newest time that the ledger knows of: what a build uses instead of a clock."""

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
    """The present rows of the ledger.

    Segments are read first: a capture that is committed later lies beyond the length then read,
    and is left for the next build, as is the page of which it would be the first.
    """
    segments = sorted(archive.segments(), key=lambda segment: segment.name)
    length = {segment.name: segment.length for segment in segments}
    captures = [
        capture
        for capture in archive.captures()
        if capture.offset + capture.length <= length.get(capture.segment, -1)
    ]
    pages, runs = archive.pages(), archive.runs()
    times = [capture.captured_at for capture in captures]
    times += [time for run in runs for time in (run.started_at, run.ended_at) if time]
    by_id = {capture.id: capture for capture in captures}
    return Snapshot(segments, captures, pages, runs, by_id, max(times, default=""))


def public_runs(runs: Iterable[Run]) -> list[Run]:
    """The runs that left a trace in the archive; one that found nothing to do leaves no row."""
    return [
        run
        for run in runs
        if run.failed or run.exit_code or (run.bytes and (run.stored or run.unchanged))
    ]


def inputs_digest(snapshot: Snapshot, versions: Iterable[str]) -> str:
    """SHA-256 over all that a published database depends on: ledger rows and versions of code.

    Where the bytes lie (segment, offset) is no part of it: it changes nothing that is published.
    """
    pages = snapshot.known_pages()
    ids = {page.id for page in pages}
    parts: list[object] = [list(versions)]
    parts += [
        [page.site, page.url, page.state, is_due(page, snapshot.at), page.last_outcome]
        for page in pages
    ]
    parts += [
        [capture.id, capture.page_id, capture.url, capture.captured_at, capture.date_source,
         capture.status, capture.content_type, capture.headers, capture.kind, capture.revisit_of,
         capture.body_sha256]
        for capture in snapshot.captures
        if capture.page_id in ids
    ]  # fmt: skip
    parts += [
        [run.kind, run.site, run.started_at, run.ended_at, run.exit_code, run.asked, run.stored,
         run.unchanged, run.failed, run.bytes, run.robots_state]
        for run in public_runs(snapshot.runs)
    ]  # fmt: skip
    digest = hashlib.sha256()
    for part in parts:
        digest.update(json.dumps(part, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()
