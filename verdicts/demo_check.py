"""What the published database says of the sample site, beside what the site's own list says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from schema.records import Tool
from verdicts.sample import Expected

_COUNTS = {
    name: f"SELECT count(*) FROM {table}"
    for name, table in (
        ("comparisons", "comparison"),
        ("tools", "tool"),
        ("cards", "card"),
        ("quotes", "quote"),
        ("quote_slots", "comparison_quote"),
        ("reviewers", "reviewer"),
    )
}
_COMPARISONS = """
    SELECT c.*, p.url FROM comparison c JOIN page p ON p.id = c.page_id ORDER BY p.url
"""
_TOOLS = """
    SELECT vt.*, t.slug, c.name, c.category, c.tagline, c.entry, c.panel_ship_percent,
           c.description
    FROM version_tool vt JOIN tool t ON t.id = vt.tool_id JOIN card c ON c.id = vt.card_id
    WHERE vt.version_id = ? ORDER BY vt.position
"""
_QUOTES = """
    SELECT vq.*, r.name AS reviewer_name, q.text
    FROM version_quote vq JOIN quote q ON q.id = vq.quote_id
    LEFT JOIN reviewer r ON r.id = vq.reviewer_id WHERE vq.version_id = ? ORDER BY vq.position
"""
_FINDINGS = "SELECT code, field FROM finding WHERE version_id = ? ORDER BY field, code"
_FAILURES = "SELECT DISTINCT p.url, f.code FROM failure f JOIN page p ON p.id = f.page_id"


def differences(database: Path, listed: Expected) -> Iterator[str]:
    """One line for each page on which database and list differ."""
    with closing(sqlite3.connect(f"{database.as_uri()}?immutable=1", uri=True)) as db:
        db.row_factory = sqlite3.Row
        found = {page["url"]: page for page in _pages(db)}
        counts = {name: db.execute(sql).fetchone()[0] for name, sql in _COUNTS.items()}
    wanted = {page["url"]: page for page in listed["pages"]}
    for url in listed["gone"]:
        wanted[url] = {"kind": "failure", "url": url, "code": "http_status"}
    for name, count in counts.items():
        if count != listed["counts"][name]:
            yield f"{name}: {count} instead of {listed['counts'][name]}"
    for url in sorted(found.keys() | wanted.keys()):
        if url not in found:
            yield f"{url}: not in the database"
        elif url not in wanted:
            yield f"{url}: not on the list"
        else:
            yield from _page_differences(url, found[url], wanted[url])


def _page_differences(url: str, found: dict[str, Any], wanted: dict[str, Any]) -> Iterator[str]:
    for field in wanted.keys() - {"schema"}:
        if found.get(field) != wanted[field]:
            yield f"{url}: {field}: {found.get(field)!r:.200} instead of {wanted[field]!r:.200}"


def _pages(db: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    for row in db.execute(_COMPARISONS).fetchall():
        version = row["version_id"]
        yield {
            "kind": "comparison",
            "url": row["url"],
            "title": row["title"],
            "tools": [_tool(tool) for tool in db.execute(_TOOLS, [version])],
            "quotes": [_quote(quote) for quote in db.execute(_QUOTES, [version])],
            "findings": [list(finding) for finding in db.execute(_FINDINGS, [version])],
        }
    for row in db.execute(_FAILURES):
        yield {"kind": "failure", "url": row["url"], "code": row["code"]}


def _tool(row: sqlite3.Row) -> dict[str, Any]:
    votes = {"ship": row["votes_ship"], "skip": row["votes_skip"]}
    community = {
        "ship_percent": row["community_ship_percent"],
        "ship": row["community_ship"],
        "votes": row["community_votes"],
    }
    plain = Tool.model_fields.keys() - {"votes", "community"}
    return {name: row[name] for name in plain} | {
        "votes": votes if row["votes_ship"] is not None else None,
        "community": community if row["community_stated"] else None,
    }


def _quote(row: sqlite3.Row) -> dict[str, Any]:
    names = ("position", "slot", "score", "verdict", "verdict_source", "text")
    span = [row["verdict_start"], row["verdict_end"]]
    return {name: row[name] for name in names} | {
        "tool": row["tool_position"],
        "reviewer": row["reviewer_name"],
        "verdict_span": span if row["verdict_start"] is not None else None,
    }
