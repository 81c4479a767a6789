"""What is shown on many pages: sides, tools, cards, quotes and reviewers, joined over all pages.

A joined value is given only where all versions that state one agree; where they differ, a finding
says so. Keys never depend on these. The version tables say which sides are shown when; the rest is
decided by SQL over distinct sides, of which there are few, and memory does not grow with either.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from db.rows.tables import insert_rows
from db.staging.history import SharedSide
from db.staging.ids import PATTERNS, PLACES, SIDES, PublicIds, conflict_id
from parsers.sites import site_named
from schema import rows
from schema.rows import Row

JOINED: tuple[type[Row], ...] = (
    rows.SideRow,
    rows.SideQuoteRow,
    rows.CardRow,
    rows.ToolRow,
    rows.QuoteRow,
    rows.ReviewerRow,
)
"""The tables that are made anew by each build."""
LONGEST_VALUE = 120
"""So much of a value is shown in a conflict's detail. Units: code points."""
AT_ONCE = 1000

# The order in time of all versions, by their newest capture, and when each side was shown.
_SEEN = (
    "CREATE TEMP TABLE placed (version INTEGER PRIMARY KEY, rank INTEGER, first_seen, last_seen)",
    "INSERT INTO placed SELECT version.id, row_number() OVER (ORDER BY seen_at, last),"
    " first_seen, last_seen"
    " FROM staging.version AS known JOIN comparison_version AS version ON version.id = known.id",
    "CREATE UNIQUE INDEX temp.placed_rank ON placed (rank)",
    "CREATE TEMP TABLE seen (side INTEGER PRIMARY KEY, first_seen, rank INTEGER)",
    "INSERT INTO seen SELECT side, min(first_seen), max(rank)"
    " FROM version_side JOIN placed USING (version) GROUP BY side",
    "CREATE TEMP TABLE slugs (id INTEGER PRIMARY KEY, slug TEXT)",
    "INSERT INTO slugs SELECT first, iif(substr(name, 1, 5) = 'name:', NULL, name)"
    " FROM staging.tool",
)
_SIDES = f"""
SELECT shown.side, first, said FROM seen AS shown
JOIN staging.side AS known ON known.first = shown.side / {PATTERNS}
"""

_JOINED_TOOL = """
iif(slug IS NULL, iif(nameless = nameless_2, nameless, NULL), iif(slug = slug_2, slug, NULL))
"""
"""The tool that all agree on; one known by name only where none states a slug."""
_TOOLS_STATED = """
min(iif(slug IS NULL, NULL, side.tool)) AS slug, max(iif(slug IS NULL, NULL, side.tool)) AS slug_2,
min(iif(slug IS NULL, side.tool, NULL)) AS nameless,
max(iif(slug IS NULL, side.tool, NULL)) AS nameless_2
"""
_CARDS = f"""
CREATE TEMP TABLE joined_card AS
SELECT side.card AS id, min(first_seen) AS first_seen, max(rank) AS rank,
  min(withheld IS NOT NULL) AS is_withheld, {_TOOLS_STATED},
  min(badge) AS badge, max(badge) AS badge_2, min(pricing) AS pricing, max(pricing) AS pricing_2,
  min(votes_ship) AS ship, max(votes_ship) AS ship_2, min(votes_skip) AS skip,
  max(votes_skip) AS skip_2
FROM side JOIN seen ON seen.side = side.id JOIN slugs ON slugs.id = side.tool GROUP BY side.card
"""
_CARD_ROWS = f"""
INSERT INTO card
SELECT joined.id, lower(hex(known.key)), site, {_JOINED_TOOL}, name, category, tagline,
  iif(is_withheld, NULL, description), entry, panel_ship_percent, iif(badge = badge_2, badge, NULL),
  iif(ship = ship_2 AND skip = skip_2, ship, NULL),
  iif(ship = ship_2 AND skip = skip_2, skip, NULL), iif(pricing = pricing_2, pricing, NULL),
  iif(is_withheld, 'noarchive', NULL), joined.first_seen, last_seen
FROM joined_card AS joined JOIN staging.card AS known ON known.first = joined.id
JOIN placed USING (rank)
"""
_CARDS_DIFFER = """
SELECT id FROM joined_card WHERE slug <> slug_2 OR badge <> badge_2 OR pricing <> pricing_2
  OR ship <> ship_2 OR skip <> skip_2 ORDER BY id
"""

_TOOLS = """
CREATE TEMP TABLE joined_tool AS
SELECT side.tool AS id, min(first_seen) AS first_seen, max(rank) AS rank
FROM side JOIN seen ON seen.side = side.id GROUP BY side.tool
"""
_TOOL_ROWS = """
SELECT joined.id, known.site, known.name, (
  SELECT card.name FROM version_side AS shown JOIN side ON side.id = shown.side
  JOIN card ON card.id = side.card
  WHERE shown.version = placed.version AND side.tool = joined.id ORDER BY position LIMIT 1),
  joined.first_seen, last_seen
FROM joined_tool AS joined JOIN staging.tool AS known ON known.first = joined.id
JOIN placed USING (rank) ORDER BY known.name, known.site
"""

_QUOTES = f"""
CREATE TEMP TABLE joined_quote AS
SELECT own.quote AS id, min(first_seen) AS first_seen, max(rank) AS rank,
  min(own.withheld IS NOT NULL) AS is_withheld, {_TOOLS_STATED},
  min(reviewer) AS reviewer, max(reviewer) AS reviewer_2, min(score) AS score,
  max(score) AS score_2,
  min(iif(verdict_source = 'page', verdict, NULL)) AS printed,
  max(iif(verdict_source = 'page', verdict, NULL)) AS printed_2,
  min(iif(verdict_source = 'page', NULL, verdict)) AS inferred,
  max(iif(verdict_source = 'page', NULL, verdict)) AS inferred_2,
  min(CASE verdict_source WHEN 'page' THEN 1 WHEN 'unanimous' THEN 2 WHEN 'cue' THEN 3
    WHEN 'remainder' THEN 4 END) AS source
FROM side_quote AS own JOIN side ON side.id = own.side JOIN seen ON seen.side = own.side
JOIN slugs ON slugs.id = side.tool GROUP BY own.quote
"""
_QUOTE_ROWS = f"""
INSERT INTO quote
SELECT id, key, site, tool_name, tool, card, reviewer, score, verdict,
  iif(verdict IS NULL, NULL, CASE source WHEN 1 THEN 'page' WHEN 2 THEN 'unanimous'
    WHEN 3 THEN 'cue' ELSE 'remainder' END),
  iif(is_withheld, NULL, text), length(text), iif(is_withheld, 'noarchive', NULL), first_seen,
  last_seen
FROM (
  SELECT joined.id, lower(hex(known.key)) AS key, site, tool_name, {_JOINED_TOOL} AS tool, (
    SELECT side.card FROM version_side AS shown JOIN side ON side.id = shown.side
    JOIN side_quote AS own ON own.side = side.id
    WHERE shown.version = placed.version AND own.quote = joined.id
    ORDER BY slot, position LIMIT 1
    ) AS card, iif(reviewer = reviewer_2, reviewer, NULL) AS reviewer,
    iif(score = score_2, score, NULL) AS score,
    iif(printed IS NULL, iif(inferred = inferred_2, inferred, NULL),
      iif(printed = printed_2, printed, NULL)) AS verdict,
    source, is_withheld, text, joined.first_seen, last_seen
  FROM joined_quote AS joined JOIN staging.quote AS known ON known.first = joined.id
  JOIN placed USING (rank))
"""
_QUOTES_DIFFER = """
SELECT id FROM joined_quote WHERE slug <> slug_2 OR reviewer <> reviewer_2 OR score <> score_2
  OR printed <> printed_2 OR inferred <> inferred_2 OR printed <> inferred ORDER BY id
"""

_REVIEWER_ROWS = """
INSERT INTO reviewer
SELECT joined.id, known.name, joined.first_seen, last_seen
FROM (
  SELECT reviewer AS id, min(first_seen) AS first_seen, max(rank) AS rank
  FROM side_quote JOIN seen USING (side) WHERE reviewer IS NOT NULL GROUP BY reviewer) AS joined
JOIN staging.reviewer AS known ON known.first = joined.id JOIN placed USING (rank)
"""

_WHERE_SHOWN = """
comparison.comparison, coalesce(version.first_seen, 'of no known date')
FROM {of} JOIN version_side AS shown ON shown.side = side.id
JOIN comparison_version AS version ON version.id = shown.version
JOIN comparison ON comparison.id = version.comparison JOIN page ON page.id = comparison.page
JOIN slugs ON slugs.id = side.tool
"""
_FIRST_SHOWN = "ORDER BY page.site, page.url, version.number, shown.position"
_OF_A_CARD = f"""
SELECT slug, badge, votes_ship || ' ship / ' || votes_skip || ' skip', pricing,
{_WHERE_SHOWN.format(of="side")} WHERE side.card = ? {_FIRST_SHOWN}
"""
_OF_A_QUOTE = f"""
SELECT slug, reviewer.name, score, iif(verdict_source = 'page', verdict, NULL),
  iif(verdict_source = 'page', NULL, verdict),
{_WHERE_SHOWN.format(of="side_quote AS own JOIN side ON side.id = own.side")}
LEFT JOIN reviewer ON reviewer.id = own.reviewer WHERE own.quote = ? {_FIRST_SHOWN}
"""
_CARD_FIELDS = ("slug", "badge", "votes", "pricing")
_QUOTE_FIELDS = ("slug", "reviewer", "score", "verdict", "inferred verdict")


def join_things(db: sqlite3.Connection, ids: PublicIds) -> None:
    """Make the rows of all things that versions show, and the findings where these disagree.

    Shape: `db` holds the versions, with the staging file attached; of `JOINED` it holds nothing.
    """
    for sql in _SEEN:
        db.execute(sql)
    _insert_sides(db, ids)
    # Requests by while the rest is made; in the published file they come last.
    db.execute("CREATE INDEX shown_side ON version_side (side)")
    for sql in (_CARDS, _CARD_ROWS, _TOOLS):
        db.execute(sql)
    insert_rows(db, rows.ToolRow, _tool_rows(db))
    for sql in (_REVIEWER_ROWS, _QUOTES, _QUOTE_ROWS):
        db.execute(sql)
    insert_rows(db, rows.FindingRow, _conflicts(db))
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
        insert_rows(db, rows.SideRow, sides)
        insert_rows(db, rows.SideQuoteRow, quotes)


def _tool_rows(db: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """The rows of tools; one goes by its name alone unless two sites have one of the name."""
    for name, group in groupby(db.execute(_TOOL_ROWS).fetchall(), key=itemgetter(2)):
        same = list(group)
        slug = None if name.startswith("name:") else name
        for number, site, _, shown, first_seen, last_seen in same:
            key = name if len(same) == 1 else f"{site}:{name}"
            url = site_named(site).tool_address(slug) if slug else None
            yield number, key, site, slug, shown, url, first_seen, last_seen


def _conflicts(db: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    code = "observation_conflict"
    for (card,) in db.execute(_CARDS_DIFFER).fetchall():
        stated = _stated(db.execute(_OF_A_CARD, (card,)), len(_CARD_FIELDS))
        for at, name, detail in _differing(stated, _CARD_FIELDS):
            number = conflict_id(card, SIDES, at)
            yield number, None, None, card, None, code, name, detail
    for (quote,) in db.execute(_QUOTES_DIFFER).fetchall():
        stated = _stated(db.execute(_OF_A_QUOTE, (quote,)), len(_QUOTE_FIELDS))
        for at, name, detail in (*_differing(stated, _QUOTE_FIELDS), *_printed(stated)):
            number = conflict_id(quote, PLACES, at)
            yield number, None, None, None, quote, code, name, detail


def _stated(found: Iterable[tuple[Any, ...]], count: int) -> list[dict[Any, str]]:
    """By field each value that is stated, and where first."""
    stated: list[dict[Any, str]] = [{} for _ in range(count)]
    for *values, comparison, date in found:
        for value, known in zip(values, stated, strict=True):
            if value is not None and value not in known:
                known[value] = f"{comparison}, {date}"
    return stated


def _differing(
    stated: list[dict[Any, str]], names: tuple[str, ...]
) -> Iterator[tuple[int, str, str]]:
    """Place, name and detail of each field of which more than one value is stated."""
    for at, (name, values) in enumerate(zip(names, stated, strict=True)):
        if len(values) > 1:
            told = sorted(f"{_short(value)} ({where})" for value, where in values.items())
            yield at, name, " | ".join(told)


def _printed(stated: list[dict[Any, str]]) -> Iterator[tuple[int, str, str]]:
    """A printed verdict against an inferred one."""
    printed, inferred = stated[-2:]
    if len(printed) == 1 and len(inferred) == 1 and printed.keys() != inferred.keys():
        (value, where), (one,) = next(iter(inferred.items())), printed
        yield len(stated), "verdict", f"printed {one}, inferred {value} ({where})"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
