"""What our own pages ask of the database: each function reads one page's facts.

Every function takes an open connection and gives plain rows. Statistics count distinct quotes and
printed verdicts only; the same quote on forty pages is one quote.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from typing import Any

from web.asking import ShownRow, ask, count, first, rows
from web.notes import add_notes, counts

MOST_ROWS = 200
"""How many comparisons a tool's or a quote's page lists before it points to the table."""
PER_PAGE = 20
DATED = "iif(captured_at between first_seen and last_seen, captured_at, last_seen) as captured_at"
"""The date of a comparison's capture, or where it is no sound one when it was last seen before."""
DATED_C = DATED.replace("first_seen", "c.first_seen").replace("last_seen", "c.last_seen")
IS_WRONG = "a.date_precision = 'second' and a.captured_until is not a.captured_at"
"""Whether a wrong clock dated the capture `a`: the second named is not the last it may mean."""
IN_ORDER = "iif(date_precision in ('month', 'year'), captured_at, captured_until)"
"""What captures are sorted by: where a clock was wrong, the date of the crawl after it tells."""
MOST_CARDS = 20
MOST_PLACES = 2000
"""At how many of its places words are looked at for a tool that shares them with another."""
MOST_SLOTS = 4
"""Rows of a whole scorecard."""


def home(conn: sqlite3.Connection) -> dict[str, Any]:
    """Counts, the newest comparisons, tools, reviewers, and every failure by its code."""
    tables = ("comparison", "tool", "card", "quote", "reviewer", "capture", "failure", "finding")
    return {
        "counts": {table: count(conn, f"select count(*) from {table}") for table in tables}
        | counts(conn),
        "states": rows(
            conn, "select state, count(*) as n from page group by state order by n desc, state"
        ),
        "failures": rows(
            conn,
            "select f.code, count(*) as n, c.description from failure f"
            " left join code c on c.code = f.code group by f.code order by n desc, f.code",
        ),
        "newest": rows(
            conn,
            f"select comparison, title, site, {DATED} from comparison"
            " order by last_seen is null, captured_at desc, id desc limit 12",
        ),
        "tools": rows(
            conn,
            "select tool, name, count(*) over (partition by name) as namesakes from tool"
            " order by name collate nocase, tool limit 60",
        ),
        "reviewers": reviewers(conn),
        "sites": rows(conn, "select site, title, base from site order by site"),
        "span": first(
            conn, "select min(first_seen) as first, max(last_seen) as last from comparison"
        ),
    }


def reviewers(conn: sqlite3.Connection) -> list[ShownRow]:
    """Each reviewer with distinct quotes and printed verdicts."""
    return rows(
        conn,
        "select r.name, count(q.id) as quotes,"
        " sum(q.verdict = 'ship' and q.verdict_source = 'page') as ship,"
        " sum(q.verdict = 'skip' and q.verdict_source = 'page') as skip"
        " from reviewer r left join quote q on q.reviewer_id = r.id"
        " group by r.id order by r.name collate nocase limit 100",
    )


def comparison(conn: sqlite3.Connection, key: str, as_of: str | None = None) -> ShownRow | None:
    """One comparison as its shown capture has it, or as it was on a day.

    Absent: None where nothing whole goes by the key, or nothing was captured by that day.
    """
    found = first(conn, COMPARISON, key=key)
    if found is not None and as_of is not None:
        then = first(conn, COMPARISON_AS_OF, id=found.page_id, until=f"{as_of}T23:59:59Z")
        found = then and ShownRow(**(vars(found) | vars(then)))
    if found is None:
        return None
    found.tools = rows(conn, TOOLS_OF_VERSION, version=found.version_id)
    if len(found.tools) != 2:
        return None
    quotes = rows(conn, QUOTES_OF_VERSION, version=found.version_id)
    for tool in found.tools:
        _as_here(tool, "description")
    for each in quotes:
        _as_here(each, "text")
    add_notes(conn, "page", [found], "page_id")
    add_notes(conn, "tool", found.tools, "tool_id")
    add_notes(conn, "quote", quotes, "quote_id")
    found.quotes_taken_down = taken_down = found.quotes_taken_down or 0
    is_complete = bool(taken_down) and len(quotes) + taken_down == 2 * MOST_SLOTS
    found.is_missing_only_taken_down = is_complete
    found.slots = _slots(quotes, MOST_SLOTS if is_complete else 0)
    found.versions = rows(conn, VERSIONS, id=found.id)
    found.findings = rows(conn, FINDINGS, id=found.id, version=found.version_id)
    return found


COMPARISON = f"""
select v.*, c.*, p.url, s.title as site_title, p.state as page_state, a.date_source,
       a.date_precision, {IS_WRONG} as is_clock_wrong, a.body_sha256, a.opt_outs, (
         select opt_outs from capture where page_id = c.page_id
         order by date_source = 'file', captured_until is null desc, {IN_ORDER} desc, id desc
         limit 1) as newest_opt_outs,
       v.number as version_number
from comparison c
left join site s on s.site = c.site left join page p on p.id = c.page_id
left join capture a on a.id = c.capture_id left join comparison_version v on v.id = c.version_id
where c.comparison = :key"""

# What a page said on a day is what its newest good capture until then gave.
COMPARISON_AS_OF = f"""
select v.id as version_id, v.number as version_number, v.title, v.layout, v.quotes_taken_down,
       v.first_seen, v.last_seen, a.captured_at, a.date_source, a.date_precision,
       {IS_WRONG} as is_clock_wrong, a.body_sha256, a.opt_outs,
       null as newest_opt_outs, 'stored' as state
from comparison_version v join capture a on a.id = (
  select id from capture where version_id = v.id and date_source <> 'file'
    and captured_until <= :until order by {IN_ORDER} desc, id desc limit 1)
where v.page_id = :id order by v.number desc limit 1"""

TOOLS_OF_VERSION = """
select vt.*, t.id as tool_id, t.tool as tool_key, t.slug, t.url, k.name, k.category, k.tagline,
       k.description, k.entry, k.panel_ship_percent, k.withheld as nowhere
from version_tool vt join tool t on t.id = vt.tool_id join card k on k.id = vt.card_id
where vt.version_id = :version order by vt.position"""

QUOTES_OF_VERSION = """
select vq.*, r.name as reviewer, q.id as quote_id, q.key, q.text, q.withheld as nowhere
from version_quote vq join quote q on q.id = vq.quote_id
left join reviewer r on r.id = vq.reviewer_id where vq.version_id = :version order by vq.position"""

VERSIONS = """
select id, number, title, layout, first_seen, last_seen from comparison_version
where page_id = :id order by number desc limit 50"""

FINDINGS = """
select f.code, f.field, f.detail, k.description from finding f left join code k on k.code = f.code
where (f.comparison_id = :id and f.last_version_id = :version)
   or f.card_id in (select card_id from version_tool where version_id = :version)
   or f.quote_id in (select quote_id from version_quote where version_id = :version)
order by f.id limit 50"""


def _as_here(row: ShownRow, words: str) -> None:
    """Leave a row only the words that its own page may show, be they shown elsewhere."""
    row.withheld = row.withheld or row.nowhere
    if row.withheld:
        setattr(row, words, None)


def _slots(quotes: list[ShownRow], rows_there: int) -> list[ShownRow]:
    """The quotes by row of the scorecard; the reviewer where both cells of a row share one."""
    slots: dict[int, dict[int, ShownRow]] = {slot: {} for slot in range(1, rows_there + 1)}
    for quote in quotes:
        slots.setdefault(quote.slot, {})[quote.tool_position] = quote
    named = {slot: {q.reviewer for q in cells.values()} for slot, cells in slots.items()}
    return [
        ShownRow(
            slot=slot, cells=cells, reviewer=min(named[slot]) if len(named[slot]) == 1 else None
        )
        for slot, cells in sorted(slots.items())
    ]


def tool_key(conn: sqlite3.Connection, number: int | None) -> str | None:
    """The key of a tool by its number in the file."""
    found = first(conn, "select tool from tool where id = :number", number=number)
    return found.tool if found else None


def tools_compared(conn: sqlite3.Connection) -> dict[int, tuple[int, int]]:
    """In how many comparisons each tool is, and whether all of them are kept out of indexes.

    Counted once for all tools: of a million comparisons one tool may have thousands.
    """
    sql = """
    select tool, count(*), min(noindex) from (
      select tool_a_id as tool, noindex from comparison
      union all select tool_b_id, noindex from comparison where tool_b_id <> tool_a_id)
    group by tool"""
    return {number: (compared, noindex) for number, compared, noindex in ask(conn, sql)}


def tool(conn: sqlite3.Connection, key: str) -> ShownRow | None:
    """One tool: its cards over time, its quotes, where it is compared, and its namesakes.

    It does not say in how many comparisons the tool is.
    """
    found = first(conn, TOOL, key=key)
    if found is None:
        return None
    add_notes(conn, "tool", [found])
    cards = rows(conn, CARDS_SHOWN, id=found.id)
    names = {card.name for card in cards}
    found.cards = cards[:MOST_CARDS]
    found.quotes = rows(
        conn, QUOTES_OF_TOOL, id=found.id, names=json.dumps(sorted(names)),
        places=MOST_PLACES, most=MOST_ROWS,
    )  # fmt: skip
    add_notes(conn, "quote", found.quotes)
    found.history = rows(conn, HISTORY_OF_TOOL, id=found.id, most=MOST_ROWS)
    found.comparisons = rows(conn, COMPARISONS_OF_TOOL, id=found.id, most=MOST_ROWS)
    found.namesakes = rows(conn, NAMESAKES, id=found.id, name=found.name)
    return found


def tool_as_of(conn: sqlite3.Connection, key: str, as_of: str) -> ShownRow | None:
    """A tool as the newest capture until the end of a day shows it: one card, its quotes.

    Absent: None where nothing of it was captured by then.
    """
    found, until = first(conn, TOOL, key=key), f"{as_of}T23:59:59Z"
    side = found and first(conn, SIDE_AS_OF, id=found.id, until=until)
    if found is None or side is None:
        return None
    add_notes(conn, "tool", [found])
    found.cards = [side]
    found.quotes = add_notes(conn, "quote", rows(conn, QUOTES_OF_SIDE, side=side.side_id))
    for each in found.quotes:
        _as_here(each, "text")
    _as_here(side, "description")
    found.name, found.history, found.comparisons, found.namesakes = side.name, [], [], []
    return found


SIDE_AS_OF = """
select k.*, s.id as side_id, s.badge, s.votes_ship, s.votes_skip, s.pricing, s.withheld,
       k.withheld as nowhere, seen.first_seen as pricing_since, seen.first_seen,
       min(seen.last_seen, :until) as last_seen
from side s join side_seen seen on seen.side_id = s.id join card k on k.id = s.card_id
where s.tool_id = :id and seen.first_seen <= :until
order by min(seen.last_seen, :until) desc, seen.first_seen desc, seen.id desc limit 1"""

QUOTES_OF_SIDE = """
select q.id, q.key, q.text, own.withheld, q.withheld as nowhere, own.score, own.verdict,
       own.verdict_source, q.first_seen, q.last_seen, q.tool_name, r.name as reviewer
from side_quote own join quote q on q.id = own.quote_id
left join reviewer r on r.id = own.reviewer_id where own.side_id = :side order by own.slot"""

TOOL = """
select t.*, s.title as site_title from tool t left join site s on s.site = t.site
where t.tool = :key"""

# From one card to the next in the index: a tool shows few, in any number of comparisons.
CARDS_SHOWN = """
with recursive shown(card) as (
  select min(card_id) from version_tool where tool_id = :id
  union all
  select (select min(card_id) from version_tool where tool_id = :id and card_id > shown.card)
  from shown where shown.card is not null)
select k.* from shown cross join card k on k.id = shown.card
order by k.last_seen desc, k.id desc"""

# Words are said of a name. Those that other tools showed last are looked for in their places.
QUOTES_OF_TOOL = """
select q.id, q.key, q.text, q.withheld, q.score, q.verdict, q.verdict_source, q.first_seen,
       q.last_seen, q.tool_name, r.name as reviewer
from quote q left join reviewer r on r.id = q.reviewer_id
where q.tool_name in (select value from json_each(:names)) and (
  q.tool_id = :id or :id in (
    select vt.tool_id
    from (select version_id, tool_position from version_quote where quote_id = q.id limit :places)
      place
    cross join version_tool vt on vt.version_id = place.version_id and vt.position = tool_position))
order by q.last_seen desc, q.id limit :most"""

# Words are shown as cards and quotes; here a key alone would stand for them.
HISTORY_OF_TOOL = """
select h.field, h.value, h.first_seen, h.last_seen, r.name as reviewer, h.slot,
       lead(h.id) over run is null as is_newest
from history h left join reviewer r on r.id = h.reviewer_id
where h.tool_id = :id and h.field not in ('description', 'quote')
window run as (partition by h.field, h.reviewer_id, h.slot order by h.number)
order by h.reviewer_id is not null, h.field, reviewer, h.slot, h.number limit :most"""

COMPARISONS_OF_TOOL = f"""
select comparison, title, {DATED} from comparison where id in (
  select id from (select id from comparison where tool_a_id = :id order by id limit :most)
  union select id from (select id from comparison where tool_b_id = :id order by id limit :most)
  order by id limit :most)
order by comparison"""

NAMESAKES = """
select tool, name, site, first_seen, last_seen from tool
where name = :name and id <> :id order by tool limit 50"""


def said_by(conn: sqlite3.Connection, name: str) -> tuple[array[int], ShownRow | None]:
    """The numbers of all a reviewer's distinct quotes, as they are listed, and counts over them.

    Read once, since each page of them is a part.
    """
    listed = ask(conn, f"select id {SAID_BY} order by tool_name collate nocase, id", name=name)
    counts = first(
        conn,
        "select count(*) as quotes, count(score) as scored, round(avg(score), 1) as mean_score,"
        " sum(verdict = 'ship' and verdict_source = 'page') as ship,"
        f" sum(verdict = 'skip' and verdict_source = 'page') as skip {SAID_BY}",
        name=name,
    )
    return array("q", (number for (number,) in listed)), counts


SAID_BY = "from quote where reviewer_id = (select id from reviewer where name = :name)"


def reviewer(conn: sqlite3.Connection, name: str) -> ShownRow | None:
    """One reviewer; None where there is none of that name."""
    return first(conn, "select * from reviewer where name = :name", name=name)


def quotes_numbered(conn: sqlite3.Connection, numbers: array[int], reviewer: str) -> list[ShownRow]:
    """These quotes of one reviewer, in this order."""
    listed = json.dumps(numbers.tolist())
    return add_notes(conn, "quote", rows(conn, QUOTES_NUMBERED, numbers=listed, name=reviewer))


QUOTES_NUMBERED = """
select q.id, q.key, q.text, q.withheld, q.score, q.verdict, q.verdict_source, q.first_seen,
       q.last_seen, q.tool_name, t.tool as tool_key, :name as reviewer
from json_each(:numbers) each cross join quote q on q.id = each.value
left join tool t on t.id = q.tool_id order by each.key"""


def quote(conn: sqlite3.Connection, key: str) -> ShownRow | None:
    """One quote and the comparisons that show it, or once did."""
    found = first(conn, QUOTE, key=key)
    if found is None:
        return None
    add_notes(conn, "quote", [found])
    found.tools = rows(conn, TOOLS_OF_QUOTE, id=found.id, most=MOST_ROWS)
    found.comparisons = rows(conn, COMPARISONS_OF_QUOTE, id=found.id, most=MOST_ROWS)
    found.earlier = rows(conn, EARLIER, **{name: getattr(found, name) for name in IN_QUOTE})
    found.noindex = bool(found.comparisons) and all(each.noindex for each in found.comparisons)
    return found


QUOTE = """
select q.*, r.name as reviewer_name, s.title as site_title from quote q
left join reviewer r on r.id = q.reviewer_id left join site s on s.site = q.site
where q.key = :key"""

# What the reviewer's score and verdict were before, while these words were shown.
EARLIER = """
select field, value, last_seen from history
where tool_id = :tool_id and reviewer_id is :reviewer_id and field in ('score', 'verdict')
  and value is not null and last_seen >= :first_seen and last_seen < iif(field = 'score',
    :score_since, :verdict_since)
order by field desc, last_seen limit 50"""
IN_QUOTE = ("tool_id", "reviewer_id", "first_seen", "score_since", "verdict_since")

TOOLS_OF_QUOTE = """
select distinct t.tool, t.name
from (select version_id, tool_position from version_quote where quote_id = :id limit :most) place
cross join version_tool vt on vt.version_id = place.version_id and vt.position = tool_position
cross join tool t on t.id = vt.tool_id order by t.tool limit 20"""

# The first so many are found before anything else of them is read.
COMPARISONS_OF_QUOTE = f"""
select *, position is not null as is_shown from (
  select c.comparison, c.title, c.noindex, {DATED_C},
         (select min(position) from version_quote
          where version_id = c.version_id and quote_id = :id) as position
  from (select distinct v.page_id as id from version_quote vq
        cross join comparison_version v on v.id = vq.version_id
        where vq.quote_id = :id limit :most) shown
  cross join comparison c on c.id = shown.id)
order by comparison"""


def release(conn: sqlite3.Connection, name: str) -> ShownRow | None:
    """One citable release, withdrawn or not; None where there never was one of that name."""
    return first(conn, "select * from release where release = :name", name=name)
