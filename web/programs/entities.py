"""JSON at each entity's address: `/tool/KEY.json` is what `/tool/KEY` shows, for programs.

A key that itself ends in .json is a page's. What a page withholds is withheld here, by the same
functions; what is gone is 410, what never was 404, an argument that there is not 400.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from schema.dates import is_date
from web.asking import ShownRow
from web.mishaps import error_page
from web.pages import notes
from web.pages.comparison import comparison
from web.pages.keyed import keyed
from web.pages.people_routes import reviewer_page
from web.pages.quote import quote
from web.pages.release import release
from web.pages.reviewer import quotes_numbered, reviewer, said_by
from web.pages.tool import tools_compared
from web.programs.addresses import Addresses
from web.programs.shapes import (
    Answer,
    ComparedTool,
    ComparisonAnswer,
    ComparisonPart,
    CorrectionPart,
    EarlierPart,
    ErrorAnswer,
    FindingPart,
    PlacedQuote,
    QuoteAnswer,
    QuotePlace,
    ReleaseAnswer,
    ReviewerAnswer,
    S,
    SeenCard,
    SeenQuote,
    TakedownPart,
    ToolAnswer,
    ToolPart,
    ValuePart,
    VersionPart,
    shaped,
)
from web.programs.whole_tool import whole_tool, whole_tool_as_of
from web.showing import NOT_FOUND, edition_of, once, read
from web.upstream import Base400, Datasette, Request, Response
from web.words import MOST_PAGES, key_of, web_address

ABOUT = (
    "Unofficial; as published on the days named, not verified."
    " Publishers' text: no licence granted. Our annotations: CC BY 4.0."
)
PER_PART = 100
"""Quotes of a reviewer in one answer."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of thing that has an address: how it is asked for, and how it is told."""

    question: Callable[..., ShownRow | None]
    answer: Callable[[ShownRow, Addresses], dict[str, Any]]
    shape: type[Answer]
    question_as_of: Callable[..., ShownRow | None] | None = None
    """Given a day as well. Absent: None where it is not asked for a day."""


def _spoken(row: ShownRow, to: Addresses) -> dict[str, Any]:
    return {"page": to.page("quote", row.key), "corrections": _corrections(row)}


def _parts(shape: type[S], rows: Iterable[ShownRow]) -> list[S]:
    return [shaped(shape, row) for row in rows]


def _corrections(row: ShownRow) -> list[CorrectionPart]:
    return _parts(CorrectionPart, row.notes)


def _seen(rows: Iterable[ShownRow], to: Addresses) -> list[SeenQuote]:
    return [shaped(SeenQuote, row, **_spoken(row, to)) for row in rows]


def _in_list(rows: Iterable[ShownRow], to: Addresses) -> list[ComparisonPart]:
    return [shaped(ComparisonPart, row, page=to.page("compare", row.comparison)) for row in rows]


def _tools(rows: Iterable[ShownRow], to: Addresses) -> list[ToolPart]:
    return [shaped(ToolPart, row, page=to.page("tool", row.tool)) for row in rows]


def _compared(row: ShownRow, to: Addresses) -> ComparedTool:
    beside = {"page": to.page("tool", row.tool_key), "url": web_address(row.url)}
    return shaped(ComparedTool, row, tool=row.tool_key, corrections=_corrections(row), **beside)


def _comparison(found: ShownRow, to: Addresses) -> dict[str, Any]:
    cells = [cell for slot in found.slots for cell in slot.cells.values()]
    quotes = [shaped(PlacedQuote, q, tool=q.tool_position, **_spoken(q, to)) for q in cells]
    told = [json.loads(each) for each in (found.opt_outs, found.newest_opt_outs) if each]
    return {
        "url": web_address(found.url),
        "version": found.version_number,
        "opt_outs": sorted({name for names in told for name in names}),
        "tools": [_compared(each, to) for each in found.tools],
        "quotes": sorted(quotes, key=lambda each: each.position),
        "corrections": _corrections(found),
        "findings": _parts(FindingPart, found.findings),
        "versions": _parts(VersionPart, found.versions),
        "tables": {
            "comparison": to.table("comparison", comparison=found.comparison),
            "quotes": to.table("comparison_quote", comparison=found.comparison),
            "captures": to.table("capture", page_id=found.page_id),
            "versions": to.table("comparison_version", page_id=found.page_id),
        },
    }


def _tool(found: ShownRow, to: Addresses) -> dict[str, Any]:
    return {
        "url": web_address(found.url),
        "cards": _parts(SeenCard, found.cards),
        "quotes": _seen(found.quotes, to),
        "history": _parts(ValuePart, found.history),
        "comparisons": _in_list(found.comparisons, to),
        "namesakes": _tools(found.namesakes, to),
        "corrections": _corrections(found),
        "tables": {
            "cards": to.table("cards", tool=found.tool),
            "changes": to.table("changes", tool=found.tool),
            "comparisons_first": to.table("comparisons", tool_a=found.tool),
            "comparisons_second": to.table("comparisons", tool_b=found.tool),
            "quotes": to.table("quotes", tool=found.tool),
        },
    }


def _quote(found: ShownRow, to: Addresses) -> dict[str, Any]:
    places = [
        shaped(QuotePlace, each, page=to.page("compare", each.comparison))
        for each in found.comparisons
    ]
    return {
        **_spoken(found, to),
        "reviewer": found.reviewer_name,
        "earlier": _parts(EarlierPart, found.earlier),
        "tools": _tools(found.tools, to),
        "comparisons": places,
        "tables": {"quote": to.table("quotes", quote=found.key)},
    }


def _release(found: ShownRow, to: Addresses) -> dict[str, Any]:
    return {"tables": {"release": to.table("release", release=found.release)}}


ENTITIES = {
    "compare": Entity(comparison, _comparison, ComparisonAnswer, comparison),
    "tool": Entity(whole_tool, _tool, ToolAnswer, whole_tool_as_of),
    "quote": Entity(quote, _quote, QuoteAnswer),
    "release": Entity(release, _release, ReleaseAnswer),
}
PATH = rf"^/(?P<place>{'|'.join(ENTITIES)})/(?P<key>[^/]+)(?<!\.csl)\.json$"
REVIEWER_PATH = r"^/reviewer/(?P<key>[^/]+)\.json$"


def answer_of(
    datasette: Datasette, to: Addresses, place: str, found: ShownRow, as_of: str | None = None
) -> Answer:
    """What is answered for a thing that was found."""
    kind = ENTITIES[place]
    key = {"compare": "comparison", "quote": "key"}.get(place, place)
    common = {
        "page": to.page(place, getattr(found, key)) + (f"?as_of={as_of}" if as_of else ""),
        "edition": edition_of(datasette),
        "about": ABOUT,
    }
    dated = {"as_of": as_of} if "as_of" in kind.shape.model_fields else {}
    return shaped(kind.shape, found, **{**kind.answer(found, to), **common, **dated})


async def found_at(
    datasette: Datasette, place: str, key: str, as_of: str | None = None
) -> ShownRow | None:
    """A thing by its key, as of a day where one is asked for; None where there is none."""
    kind = ENTITIES[place]
    compared = await once(datasette, tools_compared)

    def question(conn: sqlite3.Connection) -> ShownRow | None:
        if as_of is None or kind.question_as_of is None:
            return kind.question(conn, key)
        return kind.question_as_of(conn, key, as_of)

    found = await read(datasette, question)
    if found is not None and place == "tool":
        found.comparisons_count = None if as_of else compared.get(found.id, (0, 0))[0]
    return found


async def entity(datasette: Datasette, request: Request) -> Response:
    """The JSON of a comparison, tool, quote or release."""
    place, part = request.url_vars["place"], request.url_vars["key"]
    if own := await page_at(datasette, request, place, f"{part}.json"):
        return own
    as_of = only(request, "as_of" if ENTITIES[place].question_as_of else None)
    if as_of is not None and not is_date(as_of):
        raise Base400(f"as_of={as_of!r}: a date such as 2026-11-01.")
    key, to = key_of(part), Addresses(datasette, request)
    found = await found_at(datasette, place, key, as_of)
    if found is None:
        return await missing(datasette, request, place, key)
    is_gone = getattr(found, "withdrawn_at", None) is not None
    return as_json(answer_of(datasette, to, place, found, as_of), status=410 if is_gone else 200)


async def missing(datasette: Datasette, request: Request, place: str, key: str) -> Response:
    """Gone on request, with the date and the reason, or never there."""
    found = await read(datasette, lambda conn: notes.takedown(conn, place, key))
    if found is None:
        return await error_page(datasette, request, 404, NOT_FOUND)
    sentence = f"Taken down on {found.added_at[:10]}: {found.reason}"
    gone = shaped(TakedownPart, found)
    said = ErrorAnswer(error=sentence, errors=[sentence], status=410, takedown=gone)
    return as_json(said, status=410)


async def reviewer_json(datasette: Datasette, request: Request) -> Response:
    """The JSON of a reviewer: counts, and a part of all quotes."""
    part = request.url_vars["key"]
    name = key_of(part)
    if own := await page_at(datasette, request, "reviewer", f"{part}.json"):
        return own
    asked = only(request, "page") or "1"
    if not (asked.isascii() and asked.isdecimal() and 0 < int(asked[:5]) <= MOST_PAGES):
        raise Base400(f"page={asked[:20]!r}: a number from 1 to {MOST_PAGES}.")
    found = await read(datasette, lambda conn: reviewer(conn, name))
    if found is None:
        return await error_page(datasette, request, 404, NOT_FOUND)
    numbers, counts = await once(datasette, said_by, name)
    to, at = Addresses(datasette, request), int(asked)
    listed: array[int] = numbers[(at - 1) * PER_PART : at * PER_PART]
    quotes = await read(datasette, lambda conn: quotes_numbered(conn, listed, name))
    page = to.page("reviewer", name)
    said = shaped(
        ReviewerAnswer,
        found,
        page=page,
        edition=edition_of(datasette),
        about=ABOUT,
        tables={"quotes": to.table("quotes", reviewer=name)},
        quotes_count=len(numbers),
        scored=counts.scored,
        mean_score=counts.mean_score,
        ship=counts.ship,
        skip=counts.skip,
        quotes=_seen(quotes, to),
        next=f"{page}.json?page={at + 1}" if at * PER_PART < len(numbers) else None,
    )
    return as_json(said)


def as_json(said: Answer | ErrorAnswer, *, status: int = 200) -> Response:
    """An answer as it is sent: the page is what search engines are to list."""
    headers = {"x-robots-tag": "noindex"}
    if isinstance(said, Answer):
        headers["link"] = f'<{said.page}>; rel="canonical"'
    return Response(said.model_dump_json(), status, headers, content_type="application/json")


def only(request: Request, known: str | None) -> str | None:
    """The one argument that there is. Absent: None where it is not given.

    Raises: Base400 for any other, and where it stands there twice.
    """
    for name in request.args:
        if name != known:
            raise Base400(f"There is no argument {name!r} here.")
        if len(request.args.getlist(name)) > 1:
            raise Base400(f"{name} stands there more than once.")
    return request.args.get(known) if known else None


async def page_at(datasette: Datasette, request: Request, place: str, part: str) -> Response | None:
    """The page whose key is the whole last part of the address; None where there is none."""
    question = reviewer if place == "reviewer" else ENTITIES[place].question
    if await read(datasette, lambda conn: question(conn, key_of(part))) is None:
        return None
    route = {"kwargs": {"place": place, "key": part}}
    asked = Request({**request.scope, "url_route": route}, request.receive)
    shown = reviewer_page if place == "reviewer" else keyed
    return await shown(datasette, asked)
