"""What a capture's bytes state, read once more: loaded from the WARC file, verified and parsed.

`reread` runs in a guarded process and reads the segment itself.
"""

from __future__ import annotations

import json
from functools import partial
from typing import NamedTuple, TypeAlias

from archive import Archive, Capture, Home, StoredBody, load_page
from db.records.recordfile import repeats_own
from db.trace.stated import OF_CARD, OF_QUOTE, Fields, StatedPlace
from machine.worker import GuardedPool
from parsers import PageResult, explain, outcome_of, result_of
from schema.errors import IntegrityError, ParseError
from schema.records import Comparison, Quote, Tool


class StoredPage(NamedTuple):
    """A page to be read again, and where its bytes lie."""

    site: str
    url: str
    captured_at: str
    content_type: str | None
    body: StoredBody


class Reread(NamedTuple):
    """What reading it gave. Absent: `result` is None where `problem` says why."""

    result: PageResult | None
    blocks: tuple[str, ...]
    """The texts of its visible blocks, in reading order."""
    problem: str = ""
    is_damaged: bool = False
    """Whether the bytes could not be read back."""


RereadPool: TypeAlias = GuardedPool[StoredPage, Reread]


def reread_pool(home: Home, workers: int) -> RereadPool:
    """Guarded processes that read pages again, to be used inside `with`."""
    return GuardedPool(partial(reread, home), workers=workers)


def is_exchange(capture: Capture | None, told: tuple[str, str, str]) -> bool:
    """Whether a capture of the ledger is the one that a database names by the same number."""
    known = capture and (capture.url, capture.captured_at, capture.body_sha256)
    return known == told


def source_of(archive: Archive, capture: Capture) -> Capture:
    """The capture whose bytes speak for another one: itself, unless it says that nothing changed.

    Raises: IntegrityError where the ledger has lost it.
    """
    if not repeats_own(capture):
        return capture
    source = archive.capture(capture.revisit_of or 0)
    if source is None:
        raise IntegrityError(where=f"capture {capture.id}", what="its original is missing")
    return source


def stored_page(archive: Archive, source: Capture) -> StoredPage:
    """What a worker need know of a capture. Raises: IntegrityError where its body is lost."""
    body = archive.body_of(source)
    return StoredPage(source.site, source.url, source.captured_at, source.content_type, body)


def reread(home: Home, stored: StoredPage) -> Reread:
    """The worker's task."""
    try:
        page = load_page(home, stored.body, stored.url, stored.captured_at, stored.content_type)
    except (IntegrityError, ParseError) as error:
        return Reread(None, (), str(error), is_damaged=True)
    found = explain(page, site=stored.site)
    result = result_of(page, outcome_of(page, found), found.markup, stored.site)
    blocks = tuple(found.document.text) if found.document is not None else ()
    if not isinstance(result.record, Comparison):
        return Reread(None, blocks, str(found.problem or "it is no comparison"))
    return Reread(result, blocks)


def derived_at(result: PageResult, position: int) -> StatedPlace:
    """What a page that was read again states at a place, in the fields of `stated_at`."""
    record, spans = result.record, json.loads(result.spans[position])
    assert isinstance(record, Comparison)
    if not position:
        own: Fields = {"title": record.title, "layout": record.layout}
        return StatedPlace(own | {"record_sha256": result.sha256}, spans)
    tool = record.tools[position - 1]
    fields = _tool(tool, result.cards[position - 1])
    for quote, key in zip(record.quotes, result.quotes, strict=True):
        if quote.tool == position:
            own = {"quote": key, "tool_name": tool.name, **_quote(quote)}
            fields |= {f"{name}_{quote.slot}": value for name, value in own.items()}
    return StatedPlace(fields, spans)


def _tool(tool: Tool, key: str) -> Fields:
    votes, community = tool.votes, tool.community
    said: Fields = {"slug": tool.slug, "card": key}
    said |= {name: getattr(tool, name) for name in (*OF_CARD, "badge", "pricing")}
    said |= {f"votes_{name}": getattr(votes, name, None) for name in ("ship", "skip")}
    said["community_stated"] = int(community is not None)
    for name in ("ship_percent", "ship", "votes"):
        said[f"community_{name}"] = getattr(community, name, None)
    return said


def _quote(quote: Quote) -> Fields:
    start, end = quote.verdict_span or (None, None)
    cue = {"verdict_start": start, "verdict_end": end, "characters": len(quote.text)}
    return {name: cue.get(name, getattr(quote, name, None)) for name in (*OF_QUOTE, "characters")}
