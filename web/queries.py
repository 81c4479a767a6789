"""What our own pages ask of the database: each function reads one page's facts.

Every function takes an open connection and gives plain rows. Statistics count distinct quotes and
printed verdicts only; the same quote on forty pages is one quote.
"""

from __future__ import annotations

import sqlite3

from web.notes import add_notes, counts
from web.upstream import ResultRow

MOST_ROWS = 200
"""How many comparisons a tool's or a quote's page lists before it points to the table."""
PER_PAGE = 20
DATED = "iif(last_seen is null, null, captured_at) as captured_at"
"""The date of a comparison's capture, where it is a sound one."""
MOST_SLOTS = 4
"""Rows of a whole scorecard."""


def rows(conn: sqlite3.Connection, sql: str, **values: object) -> list[ResultRow]:
    """All rows of a query, as dictionaries."""
    return [dict(row) for row in conn.execute(sql, values)]


def first(conn: sqlite3.Connection, sql: str, **values: object) -> ResultRow | None:
    """The first row of a query; None where there is none."""
    found = rows(conn, sql, **values)
    return found[0] if found else None


def count(conn: sqlite3.Connection, sql: str, **values: object) -> int:
    """The one number a query gives."""
    found: int = conn.execute(sql, values).fetchone()[0]
    return found


def home(conn: sqlite3.Connection) -> ResultRow:
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
            conn,
            "select min(captured_at) as first, max(captured_at) as last from capture"
            " where date_source <> 'file'",
        ),
    }


def reviewers(conn: sqlite3.Connection) -> list[ResultRow]:
    """Each reviewer with distinct quotes and printed verdicts."""
    return rows(
        conn,
        "select r.name, count(q.id) as quotes,"
        " sum(q.verdict = 'ship' and q.verdict_source = 'page') as ship,"
        " sum(q.verdict = 'skip' and q.verdict_source = 'page') as skip"
        " from reviewer r left join quote q on q.reviewer = r.id"
        " group by r.id order by r.name collate nocase limit 100",
    )


def comparison(conn: sqlite3.Connection, key: str) -> ResultRow | None:
    """One comparison as its shown capture has it; None where nothing whole goes by the key."""
    found = first(
        conn,
        "select c.*, s.title as site_title, p.state as page_state, a.date_source,"
        " a.body_sha256, coalesce(a.opt_outs, '') || ' ' || coalesce((select opt_outs from capture"
        " where page = c.page order by id desc limit 1), '') as opt_outs,"
        " v.number as version_number from comparison c"
        " left join site s on s.site = c.site left join page p on p.id = c.page"
        " left join capture a on a.id = c.capture"
        " left join comparison_version v on v.id = c.version where c.comparison = :key",
        key=key,
    )
    if found is None:
        return None
    version = found["version"]
    tools = add_notes(conn, "tool", _version_tools(conn, version), "tool_id")
    if len(tools) != 2:
        return None
    add_notes(conn, "page", [found], "page")
    quotes = add_notes(conn, "quote", _version_quotes(conn, version), "quote_id")
    # A file made before there were take-downs has no such column.
    itself = first(conn, "select * from comparison_version where id = :version", version=version)
    taken_down = (itself or {}).get("quotes_taken_down") or 0
    is_complete = taken_down and len(quotes) + taken_down == 2 * MOST_SLOTS
    return {
        **found,
        "tools": tools,
        "slots": _slots(quotes, MOST_SLOTS if is_complete else 0),
        "quotes_taken_down": taken_down,
        "is_missing_only_taken_down": is_complete,
        "versions": rows(
            conn,
            "select id, number, title, layout, first_seen, last_seen from comparison_version"
            " where comparison = :id order by number desc limit 50",
            id=found["id"],
        ),
        "findings": rows(
            conn,
            "select f.code, f.field, f.detail, k.description from finding f"
            " left join code k on k.code = f.code"
            " where (f.comparison = :id and (f.version is null or f.version = :version))"
            " or f.card in (select card from version_tool where version = :version)"
            " or f.quote in (select quote from version_quote where version = :version)"
            " order by f.id limit 50",
            id=found["id"],
            version=version,
        ),
    }


def _version_tools(conn: sqlite3.Connection, version: int) -> list[ResultRow]:
    found = rows(
        conn,
        "select vt.*, t.id as tool_id, t.tool as tool_key, t.slug, t.url, k.name, k.category,"
        " k.tagline, k.description, k.entry, k.panel_ship_percent, k.withheld as nowhere"
        " from version_tool vt"
        " join tool t on t.id = vt.tool join card k on k.id = vt.card"
        " where vt.version = :version order by vt.position",
        version=version,
    )
    return [_as_here(row, "description") for row in found]


def _version_quotes(conn: sqlite3.Connection, version: int) -> list[ResultRow]:
    found = rows(
        conn,
        "select r.name as reviewer, q.id as quote_id, q.key, q.text, q.withheld as nowhere, vq.*"
        " from version_quote vq join quote q on q.id = vq.quote"
        " left join reviewer r on r.id = vq.reviewer"
        " where vq.version = :version order by vq.position",
        version=version,
    )
    return [_as_here(row, "text") for row in found]


def _as_here(row: ResultRow, words: str) -> ResultRow:
    """A row with the words that its own page may show, be they shown elsewhere.

    A file made before an address could keep words to itself has no such column.
    """
    withheld = row.get("withheld") or row["nowhere"]
    return {**row, "withheld": withheld, words: None if withheld else row[words]}


def _slots(quotes: list[ResultRow], rows_there: int) -> list[ResultRow]:
    """The quotes by row of the scorecard; the reviewer where both cells of a row share one."""
    slots: dict[int, dict[int, ResultRow]] = {slot: {} for slot in range(1, rows_there + 1)}
    for quote in quotes:
        slots.setdefault(quote["slot"], {})[quote["tool_position"]] = quote
    named = {slot: {q["reviewer"] for q in cells.values()} for slot, cells in slots.items()}
    return [
        {
            "slot": slot,
            "cells": cells,
            "reviewer": min(named[slot]) if len(named[slot]) == 1 else None,
        }
        for slot, cells in sorted(slots.items())
    ]


def tool_key(conn: sqlite3.Connection, number: int | None) -> str | None:
    """The key of a tool by its number in the file."""
    found = first(conn, "select tool from tool where id = :number", number=number)
    return found["tool"] if found else None


def tool(conn: sqlite3.Connection, key: str) -> ResultRow | None:
    """One tool: its cards over time, its quotes, where it is compared, and its namesakes."""
    found = first(
        conn,
        "select t.*, s.title as site_title from tool t left join site s on s.site = t.site"
        " where t.tool = :key",
        key=key,
    )
    if found is None:
        return None
    of_all = first(
        conn,
        "select coalesce(min(noindex), 0) as noindex, count(*) as comparisons_count"
        " from comparison where tool_a = :id or tool_b = :id",
        id=found["id"],
    )
    return {
        **found,
        **(of_all or {}),
        "cards": rows(
            conn,
            "select * from card where id in (select card from version_tool where tool = :id)"
            " order by last_seen desc, id desc limit 20",
            id=found["id"],
        ),
        "notes": add_notes(conn, "tool", [found])[0]["notes"],
        "quotes": add_notes(
            conn, "quote", rows(conn, QUOTES_OF_TOOL, id=found["id"], most=MOST_ROWS)
        ),
        "comparisons": rows(
            conn,
            f"select comparison, title, {DATED} from comparison"
            " where tool_a = :id or tool_b = :id order by comparison limit :most",
            id=found["id"],
            most=MOST_ROWS,
        ),
        "namesakes": rows(
            conn,
            "select tool, name, site, first_seen, last_seen from tool"
            " where name = :name and id <> :id order by tool limit 50",
            id=found["id"],
            name=found["name"],
        ),
    }


QUOTES_OF_TOOL = """
select q.id, q.key, q.text, q.withheld, q.score, q.verdict, q.verdict_source, q.first_seen,
       q.last_seen, q.tool_name, r.name as reviewer
from quote q left join reviewer r on r.id = q.reviewer
where q.id in (
  select vq.quote from version_quote vq
  join version_tool vt on vt.version = vq.version and vt.position = vq.tool_position
  where vt.tool = :id)
order by q.last_seen desc, q.id limit :most"""


def reviewer(conn: sqlite3.Connection, name: str, page: int) -> ResultRow | None:
    """One reviewer: counts over distinct quotes, and one page of the quotes themselves."""
    found = first(conn, "select * from reviewer where name = :name", name=name)
    if found is None:
        return None
    counts = first(
        conn,
        "select count(*) as quotes, count(score) as scored, round(avg(score), 1) as mean_score,"
        " sum(verdict = 'ship' and verdict_source = 'page') as ship,"
        " sum(verdict = 'skip' and verdict_source = 'page') as skip"
        " from quote where reviewer = :id",
        id=found["id"],
    )
    return {
        **found,
        "counts": counts,
        "quotes": add_notes(
            conn,
            "quote",
            rows(
                conn,
                "select q.id, q.key, q.text, q.withheld, q.score, q.verdict, q.verdict_source,"
                " q.first_seen, q.last_seen, q.tool_name, t.tool as tool_key, :name as reviewer"
                " from quote q"
                " left join tool t on t.id = q.tool where q.reviewer = :id"
                " order by q.tool_name collate nocase, q.id limit :most offset :skipped",
                id=found["id"],
                name=name,
                most=PER_PAGE,
                skipped=(page - 1) * PER_PAGE,
            ),
        ),
    }


def quote(conn: sqlite3.Connection, key: str) -> ResultRow | None:
    """One quote and every comparison that shows it, or once did."""
    found = first(
        conn,
        "select q.*, r.name as reviewer_name, s.title as site_title from quote q"
        " left join reviewer r on r.id = q.reviewer left join site s on s.site = q.site"
        " where q.key = :key",
        key=key,
    )
    if found is None:
        return None
    add_notes(conn, "quote", [found])
    shown_on = rows(conn, COMPARISONS_OF_QUOTE, id=found["id"], most=MOST_ROWS)
    return {
        **found,
        "noindex": bool(shown_on) and all(each["noindex"] for each in shown_on),
        "tools": rows(
            conn,
            "select distinct t.tool, t.name from version_quote vq join version_tool vt"
            " on vt.version = vq.version and vt.position = vq.tool_position"
            " join tool t on t.id = vt.tool where vq.quote = :id order by t.tool limit 20",
            id=found["id"],
        ),
        "comparisons": shown_on,
    }


COMPARISONS_OF_QUOTE = """
select c.comparison, c.title, c.noindex,
       iif(c.last_seen is null, null, c.captured_at) as captured_at, min(vq.position) as position,
       max(v.id = c.version) as is_shown
from version_quote vq join comparison_version v on v.id = vq.version
join comparison c on c.id = v.comparison
where vq.quote = :id group by c.id order by c.comparison limit :most"""


def release(conn: sqlite3.Connection, name: str) -> ResultRow | None:
    """One citable release, withdrawn or not; None where there never was one of that name."""
    return first(conn, "select * from release where release = :name", name=name)
