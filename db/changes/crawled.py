"""What a crawl's pages say that the published edition does not, told before any build.

What pages say was read when they came and is kept for the build; nothing is parsed here, and a page
of which nothing is kept counts as changed alone.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress

from archive import Archive, Capture, Home
from archive.store import ResultPlace, result_at, result_places
from db.publish import present
from db.rows.write import connect_read_only, is_of_this_edition
from parsers import PageResult, result_key
from schema.changed import ChangeCounts
from schema.records import Comparison

_SHOWN = """
SELECT own.position, tool.slug, own.votes_ship, own.votes_skip, own.community_stated,
  own.community_ship_percent, own.community_votes,
  card.name, category, tagline, description, entry, panel_ship_percent, own.badge, own.pricing
FROM page JOIN comparison ON comparison.page_id = page.id
JOIN version_tool AS own ON own.version_id = comparison.version_id
JOIN tool ON tool.id = own.tool_id JOIN card ON card.id = own.card_id
WHERE page.site = ? AND page.url = ? ORDER BY own.position
"""
_QUOTES = """
SELECT own.position, quote.text, own.score, iif(own.verdict_source = 'page', own.verdict, NULL)
FROM page JOIN comparison ON comparison.page_id = page.id
JOIN version_quote AS own ON own.version_id = comparison.version_id
JOIN quote ON quote.id = own.quote_id WHERE page.site = ? AND page.url = ?
"""
_CARD = "name category tagline description entry panel_ship_percent badge pricing".split()
PageSays = dict[tuple[str, str, int], object]
"""What a page says: values by tool (slug, else name), field and slot; slot 0 is the card."""


def changes_of_run(archive: Archive, run_id: int) -> ChangeCounts | None:
    """How many pages of a run are new or changed beside what is published, and what changed.

    Absent: None where nothing of this edition is published.
    """
    current = present(archive.home)
    if current is None:
        return None
    counts, seen = ChangeCounts(), set[tuple[str, str, int, str, str]]()
    with closing(connect_read_only(current)) as db:
        if not is_of_this_edition(db):
            return None
        for capture, result in _results(archive, run_id):
            before = _published(db, capture)
            if not before:
                counts.new += 1
                continue
            now = {} if result is None else _said(result)
            changed = [each for each in now.keys() & before.keys() if before[each] != now[each]]
            counts.changed += result is None or bool(changed)
            # One card stands on many pages: each change of it is counted once.
            seen |= {(*each, repr(before[each]), repr(now[each])) for each in changed}
    counts.fields = Counter(field for _, field, *_ in seen)
    return counts


def _results(archive: Archive, run_id: int) -> Iterator[tuple[Capture, PageResult | None]]:
    """The whole answers of a run that are comparisons, as far as what they say is kept."""
    places: dict[str, dict[bytes, ResultPlace]] = {}
    for each in archive.captures_of_run(run_id):
        if each.role == "comparison" and each.status == 200 and each.kind == "response":
            if each.segment not in places:
                places[each.segment] = result_places(archive.home, each.segment)
            result = _result(archive.home, each, places[each.segment])
            if result is None or isinstance(result.record, Comparison):
                yield each, result


def _result(home: Home, capture: Capture, places: dict[bytes, ResultPlace]) -> PageResult | None:
    """What is kept of what a page says. Absent: None where nothing is."""
    key = result_key(capture.url, capture.body_sha256, capture.content_type, capture.site)
    found = result_at(home, places[key]) if key in places else None
    with suppress(ValueError):
        return None if found is None else PageResult.model_validate_json(found)
    return None


def _published(db: sqlite3.Connection, capture: Capture) -> PageSays:
    """What is published of a page; empty where nothing is."""
    said: PageSays = {}
    tools: dict[int, str] = {}
    where = (capture.site, capture.url)
    for position, slug, ship, skip, is_stated, share, votes, *card in db.execute(_SHOWN, where):
        tools[position] = tool = slug or card[0]
        said |= {(tool, name, 0): value for name, value in zip(_CARD, card, strict=True)}
        said[tool, "votes", 0] = (ship, skip)
        said[tool, "community", 0] = (share, votes) if is_stated else None
    for position, text, score, verdict in db.execute(_QUOTES, where):
        slot, tool = (position + 1) // 2, tools[2 - position % 2]
        said |= {(tool, "quote", slot): text, (tool, "score", slot): score}
        said[tool, "verdict", slot] = verdict
    # Words that are withheld tell nothing.
    words = ("description", "quote")
    return {key: each for key, each in said.items() if each is not None or key[1] not in words}


def _said(result: PageResult) -> PageSays:
    """What a page says now."""
    record = result.record
    assert isinstance(record, Comparison)
    said: PageSays = {}
    names = {tool.position: tool.slug or tool.name for tool in record.tools}
    for tool in record.tools:
        own, votes, community = names[tool.position], tool.votes, tool.community
        said |= {(own, name, 0): getattr(tool, name) for name in _CARD}
        said[own, "votes", 0] = (votes and votes.ship, votes and votes.skip)
        said[own, "community", 0] = community and (community.ship_percent, community.votes)
    for quote in record.quotes:
        name, slot = names[quote.tool], quote.slot
        said |= {(name, "quote", slot): quote.text, (name, "score", slot): quote.score}
        said[name, "verdict", slot] = quote.verdict if quote.verdict_source == "page" else None
    return said
