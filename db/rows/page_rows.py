"""The rows about pages and how they were obtained, and about the archive itself.

In a row as it is made here, `id` and each reference hold the key of a thing; `assemble` puts
numbers in their place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from archive.ledger import is_due
from archive.takedown import Correction
from db.records.snapshot import CORRECTION, RUN, TAKEDOWN, picked, public_runs
from db.rows.holdings import Holdings
from db.rows.keys import ToolKey
from db.rows.tables import Values
from machine.dates import latest
from parsers.sites import site_named
from schema.codes import FAILURES, FINDINGS

_CITED = re.compile(r"(['\"]).*\1", re.DOTALL)


def site_rows(held: Holdings) -> Iterator[Values]:
    """A row for each site that has a known page."""
    for name in sorted({history.page.site for history in held.pages}):
        yield {"site": name, **picked(site_named(name), "title base")}


def code_rows(held: Holdings) -> Iterator[Values]:
    """A row for each code, failures first."""
    for kind, codes in (("failure", FAILURES), ("finding", FINDINGS)):
        for code, description in codes.items():
            yield {"code": code, "kind": kind, "description": description}


def crawl_rows(held: Holdings) -> Iterator[Values]:
    """A row for each run that left a trace, oldest first."""
    for run in public_runs(held.snapshot.runs):
        failed = json.loads(run.report)["failed"] if run.report else None
        yield {
            **picked(run, RUN),
            "failed_by_code": None if failed is None else json.dumps(failed, sort_keys=True),
            "seconds": None if run.seconds is None else round(run.seconds),
        }


def takedown_rows(held: Holdings) -> Iterator[Values]:
    """A row for each take-down that holds."""
    for each in held.snapshot.taken.active:
        yield picked(each, TAKEDOWN)


def correction_rows(held: Holdings) -> Iterator[Values]:
    """A row for each note on something that is published; a note might repeat what is not."""
    pages = {
        (each.page.site, each.page.url): each.page.id
        for each in held.pages
        if each.takedown is None
    }
    for note in held.snapshot.corrections:
        about = _subject(note, pages, held)
        if about is not None:
            kinds = dict.fromkeys(("page", "tool", "quote"))
            yield {**picked(note, CORRECTION), **kinds, note.kind: about}


def _subject(note: Correction, pages: dict[tuple[str, str], int], held: Holdings) -> object:
    """The key of what a note is about. Absent: None where it is not published."""
    if note.kind == "page":
        return pages.get((note.site, note.target))
    if note.kind == "tool":
        key = ToolKey(note.site, note.target)
        return key if key in held.found.tools else None
    return note.target if note.target in held.found.quotes else None


def page_rows(held: Holdings) -> Iterator[Values]:
    """A row for each known page; `due` is judged by the time of the snapshot."""
    for history in held.pages:
        page, seen = history.page, history.seen
        yield {
            **picked(page, "id site url"),
            "comparison": held.names[page.id],
            "state": history.state,
            "due": is_due(page.due, held.snapshot.at),
            "captures": len(seen),
            "last_captured_at": seen[-1].capture.captured_at if seen else None,
            "takedown": history.takedown,
        }


def capture_rows(held: Holdings) -> Iterator[Values]:
    """A row for each capture of a known page."""
    known = {each.capture.id for each in held.seen}
    for each in held.seen:
        capture = each.capture
        yield {
            **picked(
                capture, "id url captured_at date_source status content_type kind body_sha256"
            ),
            "date_precision": capture.precision,
            "captured_until": latest(capture.captured_at, capture.precision),
            "page": capture.page_id,
            "revisit_of": capture.revisit_of if capture.revisit_of in known else None,
            "outcome": each.outcome,
            "opt_outs": " ".join(sorted(each.opt_outs)),
        }


def public_detail(detail: str, *, is_withheld: bool) -> str:
    """A detail as it may be published: where texts are withheld, without the words it cites.

    >>> public_detail("the quote 'Some words' is not closed", is_withheld=True)
    'the quote [withheld] is not closed'
    """
    return _CITED.sub("[withheld]", detail) if is_withheld else detail


def failure_rows(held: Holdings) -> Iterator[Values]:
    """A row for each capture that gave no record; a revisit does not repeat its original's."""
    closed = {history.page.id for history in held.pages if history.is_any_withheld}
    for each in held.seen:
        if each.failure is not None and not each.is_repeat:
            is_withheld = each.capture.page_id in closed
            yield {
                "page": each.capture.page_id,
                "capture": each.capture.id,
                **picked(each.failure, "code field"),
                "detail": public_detail(each.failure.detail, is_withheld=is_withheld),
                "captured_at": each.capture.captured_at,
            }
