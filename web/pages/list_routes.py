"""The lists of tools, comparisons and reviewers: sorted, filtered, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from web import words
from web.pages import comparisons, reviewers, signs, tools
from web.pages.lists import BADGES, ENTRIES, PER_LIST, Wanted, wanted
from web.pages.showing import absolute, listed, once, read, show
from web.upstream import Datasette, Request, Response

TITLES = {"tools": "Tools", "comparisons": "Comparisons", "reviewers": "Reviewers"}


async def tool_list(datasette: Datasette, request: Request) -> Response:
    """The tools, each as its newest captures show it."""
    asked = wanted(request, tools.FILTERS, tools.SORTS)
    found = tools.chosen(await once(datasette, tools.all_tools), asked)
    page = words.page_number(request.args.get("page"))
    shown = found[(page - 1) * PER_LIST : page * PER_LIST]
    return await _list(
        datasette, request, "tools", asked, len(found), shown, tools.FILTERS, tools.SORTS
    )


async def comparison_list(datasette: Datasette, request: Request) -> Response:
    """The comparisons, with the shares of both sides."""
    asked = wanted(request, comparisons.FILTERS, comparisons.SORTS)
    found = await listed(datasette, asked, lambda conn: comparisons.chosen(conn, asked))
    page = words.page_number(request.args.get("page"))
    numbers = found[(page - 1) * PER_LIST : page * PER_LIST]
    shown = await read(datasette, lambda conn: comparisons.numbered(conn, numbers))
    filters, sorts = comparisons.FILTERS, comparisons.SORTS
    return await _list(datasette, request, "comparisons", asked, len(found), shown, filters, sorts)


async def reviewer_list(datasette: Datasette, request: Request) -> Response:
    """The reviewers, by name."""
    asked = wanted(request, reviewers.FILTERS, reviewers.SORTS)
    found = reviewers.chosen(await once(datasette, reviewers.by_category), asked)
    page = words.page_number(request.args.get("page"))
    shown = found[(page - 1) * PER_LIST : page * PER_LIST]
    filters, sorts = reviewers.FILTERS, reviewers.SORTS
    return await _list(datasette, request, "reviewers", asked, len(found), shown, filters, sorts)


async def _list(
    datasette: Datasette,
    request: Request,
    kind: str,
    asked: Wanted,
    total: int,
    shown: list[Any],
    filters: tuple[str, ...],
    sorts: Mapping[str, str],
) -> Response:
    page = words.page_number(request.args.get("page"))
    path = f"/{kind}"
    at, home = absolute(datasette, request, path), absolute(datasette, request, "/").rstrip("/")
    return show(
        datasette,
        request,
        f"{kind}.html",
        asked=asked,
        total=total,
        shown=shown,
        filters=filters,
        sorts=sorts,
        badges=BADGES,
        entries=ENTRIES,
        categories=tools.categories(await once(datasette, tools.all_tools)),
        page=page,
        pages=min(-(-total // PER_LIST), words.MOST_PAGES),
        list_path=path,
        # Of the many ways to filter and sort it, search engines are to keep the plain one.
        noindex=asked != Wanted(),
        canonical=path if page == 1 else f"{path}?page={page}",
        described=signs.page(at, home, TITLES[kind], "CollectionPage"),
    )


ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (r"^/tools$", tool_list),
    (r"^/comparisons$", comparison_list),
    (r"^/reviewers$", reviewer_list),
]
