"""The pages of a reviewer, of a category, and the home page: their facts handed to templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from web import words
from web.mishaps import error_page
from web.pages import category, comparisons, home, reviewer, reviewers, signs, tool, tools
from web.pages.lists import PER_LIST, AskedList, wanted
from web.pages.matrix import MAJORITY
from web.pages.shared import PER_PAGE
from web.showing import NOT_FOUND, absolute, edition_of, listed, once, read, root_of, show
from web.upstream import Datasette, Request, Response

MOST_REVIEWERS = 20


async def home_page(datasette: Datasette, request: Request) -> Response:
    """What this is, what changed lately, and the ways in."""
    edition = edition_of(datasette)
    facts = await once(datasette, home.home, edition)
    await once(datasette, tool.tools_compared)
    at, span = root_of(datasette, request), facts["span"]
    described = signs.dataset(at, span.first, span.last, edition)
    return show(datasette, request, "home.html", canonical="/", described=described, **facts)


async def reviewer_page(datasette: Datasette, request: Request) -> Response:
    """One reviewer's figures, and the quotes that are wanted."""
    name = words.key_of(request.url_vars["key"])
    asked = wanted(request, reviewer.FILTERS, reviewer.SORTS)
    page = words.page_number(request.args.get("page"))
    found = await read(datasette, lambda conn: reviewer.reviewer(conn, name))
    if found is None:
        return await error_page(datasette, request, 404, NOT_FOUND)
    numbers, found.counts = await once(datasette, reviewer.said_by, name)
    is_whole = asked == AskedList()
    if not is_whole:
        key = ("reviewer", name, asked)
        numbers = await listed(datasette, key, lambda conn: reviewer.chosen(conn, name, asked))
    parts = [each for each in await once(datasette, reviewers.by_category) if each.name == name]
    found.categories = sorted(parts, key=lambda each: (-each.quotes, each.category))
    found.agreement = reviewer.agreement(await once(datasette, reviewer.pairs), name)
    shown = numbers[(page - 1) * PER_PAGE : page * PER_PAGE]
    ends = (found.counts.harshest, found.counts.kindest)

    found.harshest, found.kindest, found.quotes = await read(
        datasette,
        lambda conn: [reviewer.quotes_numbered(conn, each, name) for each in (*ends, shown)],
    )
    path = words.address("reviewer", name)
    return show(
        datasette,
        request,
        "reviewer.html",
        r=found,
        asked=asked,
        is_first=is_whole and page == 1,
        filters=reviewer.FILTERS,
        sorts=reviewer.SORTS,
        categories=[(each.category, each.quotes) for each in found.categories],
        total=len(numbers),
        page=page,
        pages=min(-(-len(numbers) // PER_PAGE), words.MOST_PAGES),
        list_path=path,
        noindex=not is_whole,
        canonical=path if page == 1 else f"{path}?page={page}",
        described=_described(datasette, request, path, name),
    )


async def category_page(datasette: Datasette, request: Request) -> Response:
    """The tools of one category, and what their panels and reviewers print."""
    name = words.key_of(request.url_vars["key"])
    page = words.page_number(request.args.get("page"))
    if not await read(datasette, lambda conn: category.is_known(conn, name)):
        return await error_page(datasette, request, 404, NOT_FOUND)
    found = tools.chosen(await once(datasette, tools.all_tools), AskedList(category=name))
    parts = [each for each in await once(datasette, reviewers.by_category) if each.category == name]
    counted = (await once(datasette, category.compared)).get(name, category.Compared())
    widest = await read(datasette, lambda conn: comparisons.numbered(conn, counted.widest))
    path = words.address("category", name)
    return show(
        datasette,
        request,
        "category.html",
        name=name,
        tools=found[(page - 1) * PER_LIST : page * PER_LIST],
        total=len(found),
        shares=category.shares(found),
        ship=sum(tool.share > MAJORITY for tool in found),
        free=sum(tool.entry == "Free" for tool in found),
        compared=counted,
        across=counted.across.most_common(category.MOST_ACROSS),
        widest=widest,
        reviewers=parts[:MOST_REVIEWERS],
        page=page,
        pages=min(-(-len(found) // PER_LIST), words.MOST_PAGES),
        asked=AskedList(),
        list_path=path,
        canonical=path if page == 1 else f"{path}?page={page}",
        described=_described(datasette, request, path, name),
    )


def _described(datasette: Datasette, request: Request, path: str, name: str) -> signs.Described:
    home = root_of(datasette, request)
    return signs.page(absolute(datasette, request, path), home, name, "CollectionPage")


ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (r"^/$", home_page),
    (r"^/reviewer/(?P<key>[^/]+)$", reviewer_page),
    (r"^/category/(?P<key>[^/]+)$", category_page),
]
