"""The page of the search: anything may be typed, nothing is a syntax error."""

from __future__ import annotations

from web import words
from web.pages import reviewers, tools
from web.pages.lists import BADGES, ENTRIES
from web.pages.search import PLACES, search, suggestion, vocabulary
from web.pages.shared import PER_PAGE
from web.showing import once, once_apart, read, show
from web.upstream import Base400, Datasette, Request, Response

CHOICES = {"verdict": ("ship", "skip"), "badge": BADGES, "entry": ENTRIES}
FILTERS = (*CHOICES, "reviewer", "category")


async def search_page(datasette: Datasette, request: Request) -> Response:
    """What was found, best first; what other places hold, and what may have been meant."""
    asked = (request.args.get("q") or "").strip()[: words.LONGEST_SEARCH]
    place = request.args.get("in") if request.args.get("in") in PLACES else "quotes"
    page = words.page_number(request.args.get("page"))
    filters = {name: _filter(request, name) for name in FILTERS}
    found = await read(datasette, lambda conn: search(conn, asked, place, page, filters))
    meant = None
    if found["counts"] and not any(found["counts"].values()):
        stems = await once_apart(datasette, vocabulary)
        meant = await read(datasette, lambda conn: suggestion(conn, asked, stems))
    total = found["counts"].get(place, 0)
    names = sorted({each.name for each in await once(datasette, reviewers.by_category)})
    return show(
        datasette,
        request,
        "search.html",
        q=asked,
        place=place,
        page=page,
        total=total,
        pages=min(-(-total // PER_PAGE), words.MOST_PAGES),
        per_page=PER_PAGE,
        meant=meant,
        filters=filters,
        offered=PLACES[place].asked,
        choices=CHOICES
        | {
            "reviewer": names[:200],
            "category": [n for n, _ in tools.categories(await once(datasette, tools.all_tools))],
        },
        noindex=True,
        canonical="/search",
        **found,
    )


def _filter(request: Request, name: str) -> str:
    value: str = (request.args.get(name) or "").strip()
    if value and name in CHOICES and value not in CHOICES[name]:
        raise Base400(f"{name}={value!r}: one of {', '.join(CHOICES[name])}.")
    return value
