"""The lists of tools, comparisons and reviewers: sorted, filtered, a page at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from web import words
from web.pages import comparisons, reviewers, signs, tools
from web.pages.lists import BADGES, ENTRIES, PER_LIST, AskedList, wanted
from web.showing import absolute, listed, once, read, root_of, show
from web.upstream import Datasette, Request, Response

ListPage = tuple[int, Sequence[Any]]
"""How many there are, and those of the page that is asked for."""


@dataclass(frozen=True)
class ListKind:
    """One of the lists: what it is called, what may be asked of it, and how that is found."""

    title: str
    filters: tuple[str, ...]
    sorts: dict[str, str]
    find: Callable[[Datasette, AskedList, slice], Awaitable[ListPage]]


async def _tools(datasette: Datasette, asked: AskedList, page: slice) -> ListPage:
    found = tools.chosen(await once(datasette, tools.all_tools), asked)
    return len(found), found[page]


async def _comparisons(datasette: Datasette, asked: AskedList, page: slice) -> ListPage:
    found = await listed(datasette, asked, lambda conn: comparisons.chosen(conn, asked))
    return len(found), await read(datasette, lambda conn: comparisons.numbered(conn, found[page]))


async def _reviewers(datasette: Datasette, asked: AskedList, page: slice) -> ListPage:
    found = reviewers.chosen(await once(datasette, reviewers.by_category), asked)
    return len(found), found[page]


KINDS = {
    "tools": ListKind("Tools", tools.FILTERS, tools.SORTS, _tools),
    "comparisons": ListKind("Comparisons", comparisons.FILTERS, comparisons.SORTS, _comparisons),
    "reviewers": ListKind("Reviewers", reviewers.FILTERS, reviewers.SORTS, _reviewers),
}


async def list_page(datasette: Datasette, request: Request) -> Response:
    """A page of one of the lists."""
    kind = request.url_vars["kind"]
    told, path = KINDS[kind], f"/{kind}"
    asked = wanted(request, told.filters, told.sorts)
    page = words.page_number(request.args.get("page"))
    bounds = slice((page - 1) * PER_LIST, page * PER_LIST)
    total, shown = await told.find(datasette, asked, bounds)
    at, home = absolute(datasette, request, path), root_of(datasette, request)
    return show(
        datasette,
        request,
        f"{kind}.html",
        asked=asked,
        total=total,
        shown=shown,
        filters=told.filters,
        sorts=told.sorts,
        badges=BADGES,
        entries=ENTRIES,
        categories=tools.categories(await once(datasette, tools.all_tools)),
        page=page,
        pages=min(-(-total // PER_LIST), words.MOST_PAGES),
        list_path=path,
        # Of the many ways to filter and sort it, search engines are to keep the plain one.
        noindex=asked != AskedList(),
        canonical=path if page == 1 else f"{path}?page={page}",
        described=signs.page(at, home, told.title, "CollectionPage"),
    )


ROUTES = [(rf"^/(?P<kind>{'|'.join(KINDS)})$", list_page)]
