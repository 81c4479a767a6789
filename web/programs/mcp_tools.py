"""The tools of the MCP endpoint: the questions that an assistant asks of this archive.

What goes wrong as expected (no such key, no day) is data with a sentence: mcp 2.3 tells a client
nothing of an exception's words, and shows an empty list as nothing at all.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, TypeVar

import datasette_mcp  # type: ignore[import-not-found,import-untyped,unused-ignore]
from mcp.server.mcpserver import Context, MCPServer  # type: ignore[import-not-found,unused-ignore]
from mcp.types import ToolAnnotations  # type: ignore[import-not-found,unused-ignore]
from pydantic import Field

from schema.dates import is_date
from web.asking import ShownRow, rows
from web.describe import PURPOSE, TITLE
from web.pages import notes
from web.pages.search import search
from web.pages.shared import PER_PAGE
from web.programs.addresses import Addresses
from web.programs.entities import ABOUT, answer_of, found_at
from web.programs.mcp_shapes import (
    FoundQuote,
    FoundQuotes,
    ToldChange,
    ToldChanges,
    ToldComparison,
    ToldTool,
)
from web.programs.shapes import Answer, shaped
from web.showing import read
from web.upstream import Datasette, Request
from web.words import LONGEST_SEARCH, MARK_END, MARK_START, MOST_PAGES

T = TypeVar("T")
READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
MOST_CHANGES = 100
UNMARKED = str.maketrans("", "", MARK_START + MARK_END)
TOO_SLOW = "This took longer than the server allows: ask for less."
NO_DAY = "{!r} is no day: write one such as 2026-11-01."
INSTRUCTIONS = (
    f"{PURPOSE} {ABOUT} Verdicts whose verdict_source is not page were inferred."
    " Cite the page of each answer, with the day captured."
)
KeyGiven = Annotated[str, Field(description="The key: the last part of the address of its page.")]
Day = Annotated[str, Field(description="A day such as 2026-11-01; empty for any.")]

CHANGES = f"""
select seen_by, seen_after, kind, cause, field, tool, reviewer, comparison, old, new from changes
where seen_by >= :since and (:until = '' or seen_by <= :until || 'T23:59:59Z')
  and :tool in ('', tool)
order by seen_by desc, change_id desc limit {MOST_CHANGES + 1}"""


def server_for(datasette: Datasette) -> MCPServer:
    """The MCP server of one archive: our tools, and datasette-mcp's where visitors may ask SQL."""
    with _root_logger_held():
        server = MCPServer(TITLE, instructions=INSTRUCTIONS)
    add_tools(server, datasette)
    if datasette.setting("default_allow_sql"):
        datasette_mcp.register_mcp_tools(datasette, server)
    return server


@contextmanager
def _root_logger_held() -> Iterator[None]:
    """Keeps the log of everything as it is: MCPServer would print each request into it."""
    root, held = logging.getLogger(), logging.NullHandler()
    root.addHandler(held)  # basicConfig, which it calls, does nothing where there is one
    try:
        yield
    finally:
        root.removeHandler(held)
        logging.getLogger("mcp").setLevel(logging.ERROR)  # its warnings are of what visitors send


def add_tools(server: MCPServer, datasette: Datasette) -> None:
    """Puts our tools on a server."""

    async def search_quotes(
        words: Annotated[str, Field(description="Words that all must occur in the quote.")],
        ctx: Context,
        page: Annotated[int, Field(ge=1, le=MOST_PAGES)] = 1,
    ) -> FoundQuotes:
        """Quotes of reviewers that hold all the words, the best first, twenty at a time."""
        asked = words.strip()[:LONGEST_SEARCH]
        found = await _tried(datasette, lambda conn: search(conn, asked, "quotes", page, {}))
        if found is None:
            return FoundQuotes(said=TOO_SLOW, found=0, quotes=[])
        to, total = _addresses(datasette, ctx), found["counts"].get("quotes", 0)
        quotes = [_found(row, to) for row in found["results"]]
        said = f"{total} quotes hold these words" if total else "No quote holds all of these words"
        at = f"; this is page {page} of {-(-total // PER_PAGE)}." if total else "."
        return FoundQuotes(said=said + at, found=total, quotes=quotes)

    async def get_comparison(key: KeyGiven, ctx: Context, as_of: Day = "") -> ToldComparison:
        """One published comparison: both tools, all scores, verdicts and words of reviewers."""
        said, found = await _told(datasette, ctx, "compare", key, as_of)
        return ToldComparison.model_validate({"said": said, "comparison": found})

    async def get_tool(key: KeyGiven, ctx: Context, as_of: Day = "") -> ToldTool:
        """One tool: its cards over time, what reviewers said, what changed, where it stands."""
        said, found = await _told(datasette, ctx, "tool", key, as_of)
        return ToldTool.model_validate({"said": said, "tool": found})

    async def list_changes(
        since: Annotated[str, Field(description="A day such as 2026-11-01.")],
        until: Day = "",
        tool: Annotated[str, Field(description="The key of a tool; empty for all.")] = "",
    ) -> ToldChanges:
        """What appeared, changed or vanished since a day, the newest first, a hundred at most."""
        for day in filter(None, (since, until)):
            if not is_date(day):
                return ToldChanges(said=NO_DAY.format(day), is_complete=True, changes=[])
        given = {"since": since, "until": until, "tool": tool}
        found = await _tried(datasette, lambda conn: rows(conn, CHANGES, **given))
        if found is None:
            return ToldChanges(said=TOO_SLOW, is_complete=False, changes=[])
        changes = [shaped(ToldChange, row) for row in found[:MOST_CHANGES]]
        is_complete = len(found) <= MOST_CHANGES
        more = "" if is_complete else ", and there are more before these: name until"
        said = f"{len(changes)} changes{more}." if changes else "Nothing changed in that time."
        return ToldChanges(said=said, is_complete=is_complete, changes=changes)

    for tool in (search_quotes, get_comparison, get_tool, list_changes):
        server.add_tool(tool, annotations=READS)


async def _tried(datasette: Datasette, question: Callable[[sqlite3.Connection], T]) -> T | None:
    """What a query function gives; None where it takes longer than it may."""
    try:
        return await read(datasette, question)
    except sqlite3.OperationalError as error:
        if error.args != ("interrupted",):
            raise
        return None


async def _told(
    datasette: Datasette, ctx: Context, place: str, key: str, as_of: str
) -> tuple[str, Answer | None]:
    """A sentence on what goes by a key, and the thing itself where there is one."""
    if as_of and not is_date(as_of):
        return NO_DAY.format(as_of), None
    found = await found_at(datasette, place, key, as_of or None)
    if found is not None:
        answer = answer_of(datasette, _addresses(datasette, ctx), place, found, as_of or None)
        return f"As published; see {answer.page}", answer
    gone = await read(datasette, lambda conn: notes.takedown(conn, place, key))
    if gone is not None:
        return f"Taken down on {gone.added_at[:10]}: {gone.reason}", None
    when = f" by {as_of}" if as_of else ""
    return f"Nothing goes by the key {key[:200]!r}{when}; search_quotes finds keys.", None


def _found(row: ShownRow, to: Addresses) -> FoundQuote:
    return shaped(
        FoundQuote,
        row,
        quote=row.key,
        page=to.page("quote", row.key),
        tool=row.tool_key,
        tool_name=row.about.translate(UNMARKED),
        words=(row.snippet or "").translate(UNMARKED) if row.withheld is None else "",
    )


def _addresses(datasette: Datasette, ctx: Context) -> Addresses:
    # Each comes over HTTP, and so has one.
    scope = ctx.request_context.request.scope  # type: ignore[union-attr,unused-ignore]
    return Addresses(datasette, Request(scope, None))
