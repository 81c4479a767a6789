"""What a home folder holds, for `verdicts status`: read quickly, and without parsing anything."""

from __future__ import annotations

import stat
from dataclasses import asdict
from pathlib import Path
from typing import Any

from archive import Home, Page, open_archive
from archive.ledger import is_due, last_tries, unread_captures
from db.publish.publish import present, read_manifest, require_link
from db.records.recordfile import READ_ERRORS, read_header, record_paths, repeats_own
from db.records.snapshot import Snapshot, take_snapshot
from db.staging.pages import count_states, page_state
from db.takedown.withdraw import withdrawal_counts
from machine.clock import stamp
from schema.errors import BuildError
from schema.rows import PageState

LOOK_AT = 10
"""So many pages at most are named for a person to look at."""


def status(home: Path) -> dict[str, Any]:
    """The state of a home folder, ready to be printed as JSON.

    Shape: `pages` (number in each state, known, due), `look_at` (the failing and held pages that
    were tried last: address, state and code), `disk` (bytes by kind), `captures`, `last_run`,
    `published`, `takedowns` (how many hold, wait for erasing, were lifted, and the corrections).
    Absent: `last_run` and `published` are None where there is none.
    Raises: StartError when there is no ledger; BuildError when what is published is not whole.
    """
    snapshot = take_snapshot(open_archive(home))
    place = Home(home)
    standing = _standing(place, snapshot)
    now = stamp()
    last = max(snapshot.runs, key=lambda run: run.id, default=None)
    return {
        "pages": count_states((state, is_due(page.due, now)) for page, state in standing),
        "look_at": _look_at(place, snapshot, standing),
        "disk": _disk(place),
        "captures": len(snapshot.captures()),
        "last_run": None if last is None else asdict(last),
        "published": _published(place),
        "takedowns": withdrawal_counts(place),
    }


def _standing(home: Home, snapshot: Snapshot) -> list[tuple[Page, PageState]]:
    """Every known page and its state."""
    outcomes = _outcomes(home, snapshot)
    by_page: dict[int, list[str]] = {}
    for capture in sorted(snapshot.captures(), key=lambda each: each.order):
        by_page.setdefault(capture.page_id, []).append(outcomes[capture.id])
    return [(page, page_state(page, by_page.get(page.id, []))) for page in snapshot.known_pages()]


def _look_at(
    home: Home, snapshot: Snapshot, standing: list[tuple[Page, PageState]]
) -> list[dict[str, str]]:
    """The pages that failed or are held, those that were tried last first."""
    tried = last_tries(home.ledger)
    # What used up its tries without an answer waits in the eyes of the contract.
    found = [
        (page, state)
        for page, state in standing
        if state in ("failed", "held") or (state == "waiting" and page.state == "failed")
    ]
    found.sort(key=lambda each: tried.get(each[0].id, 0), reverse=True)
    drifted = {each.page_id for each in snapshot.captures() if each.id in snapshot.held}
    return [
        {"url": page.url, "state": state, "code": _code(page, is_drift=page.id in drifted)}
        for page, state in found[:LOOK_AT]
    ]


def _code(page: Page, *, is_drift: bool) -> str:
    """Why a page is not stored, as the crawl or the import said it."""
    if page.last_outcome in (None, "ok"):
        return "layout_drift" if is_drift else "extraction_refused"
    return f"{page.last_outcome}:{page.last_reason}"


def _outcomes(home: Home, snapshot: Snapshot) -> dict[int, str]:
    """What each capture gave, by its id, a revisit's its original's.

    A capture that no build has read yet counts as good unless the crawl could not read it.
    """
    read = _read_outcomes(home, snapshot)
    refused = unread_captures(home.ledger)
    found: dict[int, str] = {}
    for capture in sorted(snapshot.captures(), key=lambda each: each.id):
        if repeats_own(capture):
            found[capture.id] = found.get(capture.revisit_of or 0, "not_parsed")
        elif capture.id in snapshot.held:
            found[capture.id] = "failure"
        elif (capture.segment, capture.offset) in read:
            found[capture.id] = read[capture.segment, capture.offset]
        elif capture.status != 200 or capture.damage is not None:
            found[capture.id] = "not_parsed"
        else:
            found[capture.id] = "failure" if capture.id in refused else "comparison"
    return found


def _read_outcomes(home: Home, snapshot: Snapshot) -> dict[tuple[str, int], str]:
    """The outcomes that record files know, by segment and offset."""
    found: dict[tuple[str, int], str] = {}
    for segment in snapshot.segments:
        for path in record_paths(home.records, segment):
            try:
                outcomes = read_header(path).outcomes
            except READ_ERRORS:
                continue  # torn: `check` reports it, and the next build makes it again
            found.update({(segment.name, at): outcome for at, outcome in outcomes.items()})
    return found


def _disk(home: Home) -> dict[str, int]:
    """Bytes by kind."""
    kinds = ("warc", "records", "public", "quarantine", "logs")
    ledger = home.ledger.stat().st_size
    sizes = {kind: sum(map(_size_of, getattr(home, kind).glob("*"))) for kind in kinds}
    return {"ledger": ledger, **sizes}


def _size_of(path: Path) -> int:
    """The bytes of a plain file; none where it went while a command beside us worked."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


def _published(home: Home) -> dict[str, Any] | None:
    """What is published now, without the place where it lies.

    Raises: BuildError when what lies there is not what a build published.
    """
    require_link(home)
    current = present(home)
    if current is None:
        return None
    manifest = read_manifest(current)
    if not current.is_file() or current.stat().st_size != manifest.size:
        raise BuildError(
            what=f"{current}: not the file that its manifest describes;"
            " `verdicts build` makes it again"
        )
    return manifest.model_dump(include={"name", "sha256", "size", "rows", "parser"})
