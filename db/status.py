"""What a home folder holds, for `verdicts status`: read quickly, and without parsing anything."""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import asdict, replace
from itertools import groupby, takewhile
from pathlib import Path
from sqlite3 import Row
from typing import Any

from archive import Archive, Home, Page, Run, open_archive
from archive.ledger import (
    LISTS,
    acknowledged,
    captures_since,
    held_captures,
    is_due,
    last_tries,
    pages_standing,
)
from archive.takedown import active_takedowns
from db.publish.publish import is_set_aside, present, read_manifest, require_link
from db.recognise.match import TakedownMatcher
from db.records.recordfile import READ_ERRORS, read_header, record_paths
from db.records.snapshot import is_known_page
from db.staging import STAGING, edition_noted
from db.staging.pages import count_states, page_state
from db.takedown.withdraw import withdrawal_counts
from machine.clock import stamp
from schema.errors import BuildError
from schema.rows.columns import PageState

LOOK_AT = 10
"""So many pages at most are named for a person to look at."""
RUNS = 5
"""So many of the last runs that did something are told."""


def status(home: Path) -> dict[str, Any]:
    """The state of a home folder, ready to be printed as JSON.

    Shape: `pages` (number in each state, known, due), `look_at` (the failing and held pages that
    were tried last: address, state and code), `disk` (bytes by kind), `captures`, `last_run`,
    `runs` (the last that did something, oldest first), `due_next` (of `pages` that are comparisons
    the first time to come, and how many are due on that day; the same of `lists`),
    `published` (with `changes`, what is new in it, `captures_since`, of comparison pages, where the
    last build noted both, `set_aside`, newer ones that a person went back from, and `pages` where
    captured ones are kept), `waiting` (how many of the failing and held pages a person
    acknowledged, and how many not), `takedowns` (how many hold, wait for erasing, were lifted, and
    the corrections).
    Absent: `last_run` and `published` are None where there is none, a part of `due_next` where
    nothing is to be asked again by itself.
    Raises: StartError when there is no ledger; BuildError when what is published is not whole.
    """
    archive, place = open_archive(home), Home(home)
    runs, now = archive.runs(), stamp()
    found = Counter[str]()
    states: Counter[tuple[PageState, bool]] = Counter()
    due: dict[str, Counter[str]] = {"pages": Counter(), "lists": Counter()}
    look_at: list[tuple[int, str, str, dict[str, str]]] = []
    tried, known, waiting = last_tries(place.ledger), acknowledged(place.ledger), []
    for page, state, is_drift, captures in _standing(archive):
        found["captures"] += captures
        if page.due is not None and page.state != "known" and page.url.startswith("http"):
            due["lists" if page.role in LISTS else "pages"][page.due] += not is_due(page.due, now)
        if not is_known_page(page.site, page.url):
            continue
        states[state, is_due(page.due, now)] += 1
        if _waits(page, state):
            waiting.append(known.get(page.url) == _code(page, is_drift=is_drift))
            said = {"url": page.url, "state": state, "code": _code(page, is_drift=is_drift)}
            look_at.append((-tried.get(page.id, 0), page.site, page.url, said))
            look_at = sorted(look_at)[:LOOK_AT]
    seen = sum(waiting)
    return {
        "pages": count_states(states.elements()),
        "look_at": [each[-1] for each in look_at],
        "disk": _disk(place),
        "captures": found["captures"],
        "last_run": asdict(runs[-1]) if runs else None,
        "runs": [asdict(each) for each in runs if _did_something(each)][-RUNS:],
        "due_next": {what: _first_day(times) for what, times in due.items()},
        "published": _published(place),
        "waiting": {"acknowledged": seen, "not_acknowledged": len(waiting) - seen},
        "takedowns": withdrawal_counts(place),
    }


def _did_something(run: Run) -> bool:
    """Whether a run is worth a line: it asked for or took something, or has something to say."""
    return bool(run.asked or run.stored or run.exit_code != 0)


def _first_day(times: Counter[str]) -> dict[str, Any] | None:
    """The first time, and how many pages are due on its day. Absent: None where none is due."""
    times = +times
    if not times:
        return None
    first = min(times)
    return {"at": first, "pages": sum(n for at, n in times.items() if at[:10] == first[:10])}


def waiting_pages(home: Path) -> dict[str, str]:
    """The pages that wait for a person, by address: each with why, as `look_at` of the status says.

    Raises: StartError when there is no ledger.
    """
    return {
        page.url: _code(page, is_drift=is_drift)
        for page, state, is_drift, _ in _standing(open_archive(home))
        if is_known_page(page.site, page.url) and _waits(page, state)
    }


def _waits(page: Page, state: PageState) -> bool:
    """Whether a page waits for a person; what used up its tries without an answer does."""
    return state in ("failed", "held") or (state == "waiting" and page.state == "failed")


def _standing(archive: Archive) -> Iterator[tuple[Page, PageState, bool, int]]:
    """Every page, its state, whether it drifted, and how many captures it has."""
    home = archive.home
    taken = TakedownMatcher(active_takedowns(home))
    held, read = held_captures(home.path), _read_outcomes(archive)
    for _, rows in groupby(pages_standing(home.ledger), lambda row: int(row["id"])):
        of_page = list(rows)
        page = Page(**{name: of_page[0][name] for name in Page.__slots__})
        seen = [row for row in of_page if row["capture_id"] is not None]
        known = is_known_page(page.site, page.url)
        if taken.ids and known and taken.address(page.site, page.url) is not None:
            yield replace(page, state="refused", due=None), "refused", False, 0
            continue
        gave: dict[int, str] = {}
        for row in sorted(seen, key=lambda row: int(row["capture_id"])):
            gave[row["capture_id"]] = _outcome(row, gave, held, read)
        state = page_state(page, [gave[row["capture_id"]] for row in seen])
        yield page, state, not held.isdisjoint(gave), len(seen)


def _code(page: Page, *, is_drift: bool) -> str:
    """Why a page is not stored, as the crawl or the import said it."""
    if page.last_outcome in (None, "ok"):
        return "layout_drift" if is_drift else "extraction_refused"
    return f"{page.last_outcome}:{page.last_reason}"


def _outcome(
    row: Row, gave: Mapping[int, str], held: Set[int], read: Mapping[str, Mapping[int, str]]
) -> str:
    """What a capture gave, a revisit what its original did.

    A capture that no build has read yet counts as good unless the crawl could not read it.
    """
    if row["same_as"] is not None:
        return gave.get(row["same_as"], "not_parsed")
    if row["capture_id"] in held:
        return "failure"
    said = read.get(row["segment"], {}).get(row["offset"])
    if said is not None:
        return said
    if row["status"] != 200 or row["damage"] is not None:
        return "not_parsed"
    return "failure" if row["is_unread"] else "comparison"


def _read_outcomes(archive: Archive) -> dict[str, dict[int, str]]:
    """The outcomes that record files know, by segment and offset."""
    found: dict[str, dict[int, str]] = {}
    for path in record_paths(archive.home.records, "*"):
        # Where torn, `check` reports it, and the next build makes it again.
        with suppress(*READ_ERRORS):
            header = read_header(path)
            found.setdefault(header.segment, {}).update(header.outcomes)
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
    told = manifest.model_dump(include={"name", "sha256", "size", "rows", "parser"})
    changes, upto = edition_noted(home.records / STAGING, manifest.sha256)
    newer = takewhile(lambda path: path != current, home.editions())
    if (pages := manifest.pages) is not None and not pages.is_withdrawn:
        told["pages"] = pages.model_dump(include={"captures", "size"})
    return told | {
        "changes": changes,
        "captures_since": None if upto is None else captures_since(home.ledger, upto),
        "set_aside": [path.name for path in newer if is_set_aside(path)],
    }
