"""What is shown on many pages: sides, tools, cards, quotes and reviewers, joined over all pages.

A joined value is the newest that any version states, with the date since when it has stood; what
it was before stands in `history`, and what pages state otherwise at one time in `finding`. Keys
never depend on these. The version tables say which sides are shown when; the rest is decided by SQL
over distinct sides, of which there are few, and memory does not grow with either.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from db.rows.changes import insert_changes
from db.rows.differing import insert_conflicts
from db.rows.shown import insert_shown
from db.rows.tables import insert_rows
from db.staging.history import SharedSide
from db.staging.ids import PATTERNS, PublicIds
from parsers.sites import site_named
from schema.rows.comparisons import ProvenanceRow, SideQuoteRow, SideRow, SideSeenRow
from schema.rows.row import Row
from schema.rows.things import CardRow, QuoteRow, ReviewerRow, ToolRow
from schema.rows.timeline import HistoryRow

JOINED: tuple[type[Row], ...] = (
    SideRow,
    SideQuoteRow,
    ProvenanceRow,
    SideSeenRow,
    CardRow,
    ToolRow,
    QuoteRow,
    ReviewerRow,
    HistoryRow,
)
"""The tables that are made anew by each build."""
AT_ONCE = 1000

# The order in time of all versions, by their newest capture, and when each side was shown.
_SEEN = (
    "CREATE TEMP TABLE placed (version INTEGER PRIMARY KEY, rank INTEGER, first_seen, last_seen)",
    "INSERT INTO placed SELECT version.id, row_number() OVER (ORDER BY seen_at, last),"
    " first_seen, last_seen"
    " FROM staging.version AS known JOIN comparison_version AS version ON version.id = known.id",
    "CREATE UNIQUE INDEX temp.placed_rank ON placed (rank)",
    "CREATE TEMP TABLE seen"
    " (side INTEGER PRIMARY KEY, first_seen, last_seen, rank INTEGER, place INTEGER)",
    "INSERT INTO seen SELECT side_id, min(first_seen), max(last_seen), max(rank),"
    " min(2 * version_id + position - 1)"
    " FROM version_side JOIN placed ON version = version_id GROUP BY side_id",
    "CREATE TEMP TABLE slugs (id INTEGER PRIMARY KEY, slug TEXT)",
    "INSERT INTO slugs SELECT first, iif(substr(name, 1, 5) = 'name:', NULL, name)"
    " FROM staging.tool",
)
_SIDES = f"""
SELECT shown.side, first, said FROM seen AS shown
JOIN staging.side AS known ON known.first = shown.side / {PATTERNS}
"""
# A version goes by its first capture, which has no spans of its own where it repeats another one.
_PROVENANCE = """
INSERT INTO provenance
SELECT shown.capture, shown.position, told.said
FROM (SELECT version AS capture, 0 AS position FROM placed
  UNION ALL SELECT place / 2, place % 2 + 1 FROM seen) AS shown
JOIN staging.capture AS own ON own.id = shown.capture
LEFT JOIN staging.capture AS original ON original.id = own.revisit_of
JOIN staging.spans AS told ON told.n = coalesce(own.spans, original.spans) ->> shown.position
"""


def _newest(value: str, name: str) -> str:
    """SQL for the newest of values that sides state, since when, and whether another is stated.

    Absent: a side that states none counts for nothing.
    """
    return f"""substr(max(printf('%012d', rank) || ({value})), 13) AS {name},
  min(iif(({value}) IS NULL, NULL, first_seen)) AS {name}_since,
  min({value}) <> max({value}) AS {name}_differs"""


# A tool that is known by its name alone is meant only where no page gives an address.
_TOOL = f"""{_newest("iif(slug IS NULL, NULL, side.tool_id)", "addressed")},
  {_newest("iif(slug IS NULL, side.tool_id, NULL)", "nameless")}"""
_OF_TOOL = """CAST(coalesce(addressed, nameless) AS INTEGER),
  iif(addressed IS NULL, nameless_since, addressed_since)"""
_CARDS = f"""
CREATE TEMP TABLE joined_card AS
SELECT side.card_id AS id, min(first_seen) AS first_seen, max(last_seen) AS last_seen,
  max(rank) AS rank,
  min(withheld IS NOT NULL) AS is_withheld, {_TOOL}, {_newest("badge", "badge")},
  {_newest("pricing", "pricing")}, {_newest("votes_ship || '/' || votes_skip", "votes")}
FROM side JOIN seen ON seen.side = side.id JOIN slugs ON slugs.id = side.tool_id
GROUP BY side.card_id
"""
_CARD_ROWS = f"""
INSERT INTO card
SELECT joined.id, lower(hex(known.key)), site, {_OF_TOOL}, name, category, tagline,
  iif(is_withheld, NULL, description), entry, panel_ship_percent, badge, badge_since,
  CAST(substr(votes, 1, instr(votes, '/') - 1) AS INTEGER),
  CAST(substr(votes, instr(votes, '/') + 1) AS INTEGER), votes_since, pricing, pricing_since,
  iif(is_withheld, 'noarchive', NULL), joined.first_seen, joined.last_seen
FROM joined_card AS joined JOIN staging.card AS known ON known.first = joined.id
JOIN placed USING (rank)
"""

_TOOLS = """
CREATE TEMP TABLE joined_tool AS
SELECT side.tool_id AS id, min(first_seen) AS first_seen, max(last_seen) AS last_seen,
  max(rank) AS rank
FROM side JOIN seen ON seen.side = side.id GROUP BY side.tool_id
"""
_TOOL_ROWS = """
SELECT joined.id, known.site, known.name, (
  SELECT card.name FROM version_side AS shown JOIN side ON side.id = shown.side_id
  JOIN card ON card.id = side.card_id
  WHERE shown.version_id = placed.version AND side.tool_id = joined.id ORDER BY position LIMIT 1),
  joined.first_seen, joined.last_seen
FROM joined_tool AS joined JOIN staging.tool AS known ON known.first = joined.id
JOIN placed USING (rank) ORDER BY known.name, known.site
"""

_PRINTED = "iif(verdict_source = 'page', verdict, NULL)"
_INFERRED = "iif(verdict_source = 'page', NULL, verdict || ' ' || verdict_source)"
_QUOTES = f"""
CREATE TEMP TABLE joined_quote AS
SELECT own.quote_id AS id, min(first_seen) AS first_seen, max(last_seen) AS last_seen,
  max(rank) AS rank,
  min(own.withheld IS NOT NULL) AS is_withheld, {_TOOL}, {_newest("reviewer_id", "reviewer")},
  {_newest("score", "score")}, {_newest(_PRINTED, "printed")}, {_newest(_INFERRED, "inferred")}
FROM side_quote AS own JOIN side ON side.id = own.side_id JOIN seen ON seen.side = own.side_id
JOIN slugs ON slugs.id = side.tool_id GROUP BY own.quote_id
"""
_QUOTE_ROWS = f"""
INSERT INTO quote
SELECT joined.id, lower(hex(known.key)), site, tool_name, {_OF_TOOL}, (
  SELECT side.card_id FROM version_side AS shown JOIN side ON side.id = shown.side_id
  JOIN side_quote AS own ON own.side_id = side.id
  WHERE shown.version_id = placed.version AND own.quote_id = joined.id
  ORDER BY slot, position LIMIT 1),
  CAST(reviewer AS INTEGER), reviewer_since, CAST(score AS INTEGER), score_since,
  coalesce(printed, substr(inferred, 1, 4)), iif(printed IS NULL, inferred_since, printed_since),
  iif(printed IS NULL, substr(inferred, 6), 'page'),
  iif(is_withheld, NULL, text), length(text), iif(is_withheld, 'noarchive', NULL),
  joined.first_seen, joined.last_seen
FROM joined_quote AS joined JOIN staging.quote AS known ON known.first = joined.id
JOIN placed USING (rank)
"""

_REVIEWER_ROWS = """
INSERT INTO reviewer
SELECT joined.id, known.name, joined.first_seen, joined.last_seen
FROM (
  SELECT reviewer_id AS id, min(first_seen) AS first_seen, max(last_seen) AS last_seen,
  max(rank) AS rank
  FROM side_quote JOIN seen ON seen.side = side_id
  WHERE reviewer_id IS NOT NULL GROUP BY reviewer_id) AS joined
JOIN staging.reviewer AS known ON known.first = joined.id JOIN placed USING (rank)
"""


def join_things(db: sqlite3.Connection, ids: PublicIds) -> None:
    """Make the rows of all things that versions show, their history, and where these disagree.

    Shape: `db` holds the versions, with the staging file attached; of `JOINED` it holds nothing.
    """
    for sql in _SEEN:
        db.execute(sql)
    db.execute(_PROVENANCE)
    _insert_sides(db, ids)
    # Requests by while the rest is made; in the published file they come last.
    db.execute("CREATE INDEX shown_side ON version_side (side_id)")
    insert_shown(db)
    for sql in (_CARDS, _CARD_ROWS, _TOOLS):
        db.execute(sql)
    insert_rows(db, ToolRow, _tool_rows(db))
    for sql in (_REVIEWER_ROWS, _QUOTES, _QUOTE_ROWS):
        db.execute(sql)
    insert_conflicts(db)
    insert_changes(db)
    db.execute("DROP INDEX shown_side")


def _insert_sides(db: sqlite3.Connection, ids: PublicIds) -> None:
    """The sides that versions show, each as it may be shown."""
    found = db.execute(_SIDES)
    while many := found.fetchmany(AT_ONCE):
        sides: list[tuple[Any, ...]] = []
        quotes: list[tuple[Any, ...]] = []
        for public, first, said in many:
            side, hidden = SharedSide(first, said), public % PATTERNS
            own = (public, ids.tool[side.tool], ids.card[side.card], *side.own)
            sides.append((*own, "noarchive" if hidden & 1 else None))
            for slot, reviewer, *told, quote in side.quotes:
                who = None if reviewer is None else ids.reviewer[reviewer]
                withheld = "noarchive" if hidden >> slot & 1 else None
                quotes.append((public, slot, who, *told, ids.quote[quote], withheld))
        insert_rows(db, SideRow, sides)
        insert_rows(db, SideQuoteRow, quotes)


def _tool_rows(db: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """The rows of tools; one goes by its name alone unless two sites have one of the name."""
    for name, group in groupby(db.execute(_TOOL_ROWS).fetchall(), key=itemgetter(2)):
        same = list(group)
        slug = None if name.startswith("name:") else name
        for number, site, _, shown, first_seen, last_seen in same:
            key = name if len(same) == 1 else f"{site}:{name}"
            url = site_named(site).tool_address(slug) if slug else None
            yield number, key, site, slug, shown, first_seen, url, first_seen, last_seen
