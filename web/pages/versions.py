"""Two versions of one comparison beside each other, with the words marked in which they differ."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from web import words
from web.asking import ShownRow, first, rows
from web.pages import signs
from web.pages.asked import asked, whole_number
from web.pages.comparison import MOST_SLOTS, QUOTES_OF_VERSION, TOOLS_OF_VERSION
from web.pages.differing import differing
from web.pages.keyed import missing
from web.pages.shared import as_here
from web.showing import read, root_of, show
from web.upstream import Base400, Datasette, Request, Response

SLOTS = range(1, MOST_SLOTS + 1)
MOST_LISTED = 100
"""So many versions are offered to choose from."""
OF_TOOL = {
    "name": "name",
    "category": "category",
    "tagline": "tagline",
    "description": "description",
    "entry": "entry",
    "share": "panel share",
    "badge": "badge",
    "votes": "votes",
    "pricing": "price",
    "community": "community",
}
OF_QUOTE = {"reviewer": "reviewer", "score": "score", "verdict": "verdict", "text": "words"}

COMPARISON = """
select c.id, c.comparison, c.title, c.page_id, c.noindex, c.site, s.title as site_title
from comparison c left join site s on s.site = c.site where c.comparison = :key"""
NUMBERS = """
select number, first_seen from comparison_version where page_id = :page
order by number desc limit :most"""
VERSION = """
select id, number, title, layout, first_seen, last_seen, quotes_taken_down
from comparison_version where page_id = :page and number = :number"""


def two_versions(
    conn: sqlite3.Connection, key: str, older: int | None, newer: int | None
) -> ShownRow | None:
    """A comparison with two of its versions and where they differ; the last two by default.

    Absent: None where there is no such comparison; no versions where it has one alone.
    Raises: Base400 for a version that it does not have, or where the older is not the first named.
    """
    found = first(conn, COMPARISON, key=key)
    if found is None:
        return None
    found.numbers = rows(conn, NUMBERS, page=found.page_id, most=MOST_LISTED)
    newest = found.numbers[0].number
    newer = newer or max(newest, (older or 0) + 1)
    older = older or newer - 1
    found.versions = []
    if newest == 1 and (older, newer) == (0, 1):
        return found
    if not 0 < older < newer <= newest:
        what = f"from={older}, to={newer}: an older and a newer version out of 1 to {newest}"
        raise Base400(f"{what}, such as from=1 and to=2.")
    for number in (older, newer):
        version = first(conn, VERSION, page=found.page_id, number=number)
        if version is None:
            raise Base400(f"version {number}: this archive has no such version.")
        found.versions.append(_with_words(conn, version))
    _compare(found, *found.versions)
    return found


def _with_words(conn: sqlite3.Connection, version: ShownRow) -> ShownRow:
    """A version with its tools and quotes by place, in the words that it may show."""
    tools = rows(conn, TOOLS_OF_VERSION, version=version.id)
    quotes = rows(conn, QUOTES_OF_VERSION, version=version.id)
    for tool in tools:
        as_here(tool, "description")
        tool.share = f"{tool.panel_ship_percent}%"
        is_voted = tool.votes_ship is not None
        tool.votes = f"{tool.votes_ship} ship / {tool.votes_skip} skip" if is_voted else None
        tool.community = _community(tool)
    for quote in quotes:
        as_here(quote, "text")
    version.tools = {tool.position: tool for tool in tools}
    version.quotes = {(quote.tool_position, quote.slot): quote for quote in quotes}
    return version


def _community(tool: ShownRow) -> str | None:
    """What is stated of the community's vote, in the words of `history`."""
    if not tool.community_stated:
        return None
    share = tool.community_ship_percent
    votes = "" if tool.community_votes is None else f" of {tool.community_votes} votes"
    return f"{'no share' if share is None else f'{share}%'}{votes}"


def _compare(found: ShownRow, older: ShownRow, newer: ShownRow) -> None:
    """Give a comparison the parts in which its two versions differ: the page, and each tool."""
    title = _differences(older, newer, {"title": "title", "layout": "layout"}, "")
    found.parts = [ShownRow(name="The page", rows=title, same=[])] if title else []
    names = [newer.tools.get(at, older.tools.get(at)).name for at in (1, 2)]
    for position, name in enumerate(names, 1):
        label = f"{name} ({PLACES[position - 1]})" if names[0] == names[1] else name
        part = ShownRow(name=label, rows=[], same=[])
        for what, pair, fields, words_in in _pairs(older, newer, position):
            told = _differences(*pair, fields, what, words_in)
            part.rows += told
            part.same += [] if told else [what]
        found.parts += [part] if part.rows else []


PLACES = ("first", "second")
Pair = tuple[ShownRow | None, ShownRow | None]


def _pairs(
    older: ShownRow, newer: ShownRow, position: int
) -> Iterator[tuple[str, Pair, dict[str, str], str]]:
    """What is set beside each other of a tool: its card, then the quotes of each row."""
    yield "card", _pair(older.tools, newer.tools, position), OF_TOOL, "description"
    places = (older.quotes.keys() | newer.quotes.keys()) & {(position, slot) for slot in SLOTS}
    for place in sorted(places):
        pair = _pair(older.quotes, newer.quotes, place)
        shown = pair[1] or pair[0]
        yield (shown and shown.reviewer) or f"row {place[1]}", pair, OF_QUOTE, "text"


def _pair(older: dict[Any, ShownRow], newer: dict[Any, ShownRow], place: object) -> Pair:
    return older.get(place), newer.get(place)


def _differences(
    older: ShownRow | None,
    newer: ShownRow | None,
    fields: dict[str, str],
    what: str,
    words_in: str = "",
) -> list[ShownRow]:
    """The fields in which two rows differ, of which one may not be there, marked."""
    told = []
    for field, name in fields.items():
        old, new = getattr(older, field, None), getattr(newer, field, None)
        held = {
            side: words.withheld_reason(row.withheld)
            for side, row in (("old", older), ("new", newer))
            if field == words_in and row and row.withheld
        }
        if old != new or (held and _key(older) != _key(newer)):
            shown_old, shown_new = differing(_text(old), _text(new))
            told.append(ShownRow(what=what, name=name, old=shown_old, new=shown_new, withheld=held))
    return told


def _text(value: object) -> str | None:
    """A value as it is shown. Absent: None where there is none."""
    return None if value is None else str(value)


def _key(row: ShownRow | None) -> object:
    """What tells the words of one row from others, be they withheld."""
    return row and (getattr(row, "quote_id", None) or row.card_id)


async def versions_page(datasette: Datasette, request: Request) -> Response:
    """Two versions of a comparison, or what is said of one that is not there."""
    said = asked(request, **{"from": whole_number, "to": whole_number})
    key = words.key_of(request.url_vars["key"])
    older, newer = (int(said[name]) if said[name] else None for name in ("from", "to"))
    found = await read(datasette, lambda conn: two_versions(conn, key, older, newer))
    if found is None:
        return await missing(datasette, request, "compare", key)
    path = f"{words.address('compare', key)}/changes"
    if found.versions and any(said.values()):
        path += f"?from={found.versions[0].number}&to={found.versions[1].number}"
    home = root_of(datasette, request)
    facts: dict[str, Any] = {"c": found, "noindex": bool(found.noindex) or any(said.values())}
    described = signs.page(f"{home}{path}", home, f"Two versions of {found.title}")
    return show(datasette, request, "versions.html", canonical=path, described=described, **facts)


ROUTES = [(r"^/compare/(?P<key>[^/]+)/changes$", versions_page)]
