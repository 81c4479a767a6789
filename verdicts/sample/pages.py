"""The pages of the sample site as bytes, without a server.

Two layouts take turns by a rule that depends on the address alone. Nothing here knows the
parsers: a page is made from the content and one template.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import zip_longest

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from verdicts.sample.content import (
    BASE,
    Review,
    SamplePair,
    SampleTool,
    load_gone,
    load_pairs,
    load_tools,
)
from verdicts.sample.discovery import discovery_files
from verdicts.sample.faults import INSTEAD, cut, spoil

HTML = "text/html; charset=utf-8"
LEAD = "Two made-up tools on one bench: what each costs, who liked it, and where the panel parted."
PICKS = 6


@dataclass(frozen=True, slots=True)
class SamplePage:
    """One address of the sample site and what it answers."""

    path: str
    """The path from the root, such as `/compare/a-vs-b`."""
    body: bytes
    """The answer's body, before any content encoding."""
    status: int = 200
    """The HTTP status."""
    content_type: str = HTML
    """The Content-Type header."""


def pages(base: str = BASE) -> list[SamplePage]:
    """Every address of the site: home, listing, comparisons, tools, robots.txt and sitemaps.

    Shape: `base` is what the sitemaps' absolute addresses begin with; the other pages use
    links from the root.
    """
    return [*_html_pages(), *(SamplePage(*one) for one in discovery_files(base, _listed()))]


def layout_of(pair: SamplePair) -> str:
    """Which of the two layouts, "one" or "two", a page has: a rule of its path alone."""
    return "two" if zlib.crc32(pair.path.removeprefix("/compare/").encode()) % 2 else "one"


@lru_cache(maxsize=1)
def _html_pages() -> tuple[SamplePage, ...]:
    found = [_home(), _listing()]
    found += [SamplePage(pair.path, _comparison(pair)) for pair in load_pairs()]
    found += [_tool_page(tool) for tool in load_tools().values()]
    found += [SamplePage(path, not_found(), 404) for path in load_gone()]
    return tuple(found)


def not_found() -> bytes:
    """The body for an address that the site does not have."""
    return _render("not_found.html")


def _comparison(pair: SamplePair) -> bytes:
    if pair.fault in INSTEAD:
        return _render(f"{pair.fault}.html", pair=pair)
    shown = spoil(pair)
    html = _text(f"{layout_of(pair)}.html", pair=shown, related=_related(pair), lead=LEAD)
    return cut(shown, html).encode()


def _related(pair: SamplePair) -> list[SamplePair]:
    ours = {pair.a.slug, pair.b.slug}
    return [
        one
        for one in load_pairs()
        if one.path != pair.path and not one.fault and ours & {one.a.slug, one.b.slug}
    ][:4]


def _home() -> SamplePage:
    good = [pair for pair in load_pairs() if not pair.fault]
    picks = good[:: max(1, len(good) // PICKS)][:PICKS]
    body = _render(
        "home.html", tools=list(load_tools().values()), picks=picks, count=len(load_pairs())
    )
    return SamplePage("/", body)


def _listing() -> SamplePage:
    titles = {pair.path: pair.title for pair in load_pairs()}
    links = [(path, titles.get(path, "A comparison that was taken away")) for path in _listed()]
    return SamplePage("/compare", _render("listing.html", links=links))


def _listed() -> list[str]:
    return sorted([*(pair.path for pair in load_pairs()), *load_gone()])


def _tool_page(tool: SampleTool) -> SamplePage:
    mine = [pair for pair in load_pairs() if tool.slug in (pair.a.slug, pair.b.slug)]
    return SamplePage(f"/tool/{tool.slug}", _render("tool.html", tool=tool, pairs=mine))


def _render(template: str, **values: object) -> bytes:
    return _text(template, **values).encode()


def _text(template: str, **values: object) -> str:
    return _environment().get_template(template).render(**values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("verdicts.sample"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals.update(
        c=_class, community_short=_community_short, decision=_decision, rows=_rows, script=_script
    )
    return made


def _class(word: str) -> str:
    """A class name that says nothing, as build tools make them."""
    return "x" + sha256(word.encode()).hexdigest()[:6]


def _community_short(tool: SampleTool) -> str:
    return "—" if tool.community is None else f"{tool.community_percent}%"


def _community_long(tool: SampleTool) -> str:
    if tool.community is None:
        return "No community votes yet"
    ship, votes = tool.community
    return f"{tool.community_percent}% Ship ({ship} / {votes})"


def _decision(pair: SamplePair) -> list[tuple[str, str, str]]:
    """The rows of the decision table: label, cell of A, cell of B."""

    def row(tool: SampleTool) -> tuple[str, ...]:
        votes = f"{tool.badge} · {tool.ship} ship / {tool.skip} skip"
        return votes, _community_long(tool), tool.pricing, tool.best_for, tool.category

    labels = ("Panel verdict", "Community", "Pricing", "Best for", "Category")
    return list(zip(labels, row(pair.a), row(pair.b), strict=True))


def _rows(pair: SamplePair) -> list[tuple[Review | None, Review | None]]:
    return list(zip_longest(pair.a.reviews, pair.b.reviews))


def _script(pair: SamplePair) -> Markup:
    """Data for a script: a second statement of the page that no reader of the page sees."""
    data = [{"name": tool.name, "price": tool.pricing, "mood": 0} for tool in (pair.a, pair.b)]
    return Markup(json.dumps(data).replace("<", "\\u003c"))
