"""A page read by a site's own selectors, where it has some: the grammar still judges every value.

What the selectors find is written out as the plainest page that the grammar knows, and that page
is read: placeholders, ranges, names that make the heading and all cross-checks hold as for any
other. What is not visible in the page is not found, so a selector cannot bring it back.

    selectors -> blocks of the page -> a plain page of these -> grammar -> record
                      <------------- trace, block by block -------------

This module must not know what any text means.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from parsers.comparison import read_comparison
from parsers.page.context import Trace
from parsers.page.document import Document
from parsers.page.html import read_html
from parsers.page.scan import Shape
from parsers.page.tree import Markup
from parsers.site import Layout, Site
from schema.records import Comparison

IN_TABLES = frozenset(("tbody", "tr", "td", "th"))


class _UnmatchedError(Exception):
    """The selectors are of another page than this."""


Part = tuple[LexborNode, range]
"""An element, and the blocks of the page under it."""


@dataclass(slots=True)
class _Plain:
    """A plain page while it is written; `origin` has for each of its blocks that of the page."""

    document: Document
    html: list[str] = field(default_factory=list)
    origin: list[int | None] = field(default_factory=list)

    def put(self, tag: str, *said: str | range) -> None:
        """An element that holds words of ours and blocks of the page."""
        self.html.append(f"<{tag}>")
        for each in said:
            if isinstance(each, str):
                self._block(each, None)
            else:
                for at in each:
                    self._block(self.document.text[at], at)
        self.html.append(f"</{tag}>")

    def _block(self, text: str, at: int | None) -> None:
        self.html.append(f"<p>{escape(text)}</p>")
        self.origin.append(at)

    def row(self, tag: str, *cells: tuple[str | range, ...]) -> None:
        """A row of a table."""
        self.html.append("<tr>")
        for cell in cells:
            self.put(tag, *cell)
        self.html.append("</tr>")


def read_laid_out(
    document: Document, site: Site, url: str | None, markup: Markup, trace: Trace
) -> Comparison:
    """The record of one page, by the site's layout where it fits, else by the grammar alone.

    Raises: as `read_comparison`.
    """
    if site.layout is None or document.kind != "html":
        return read_comparison(document, site, url, markup.data, trace)
    try:
        plain = _restated(document, markup.tree, site, site.layout)
    except _UnmatchedError:
        return read_comparison(document, site, url, markup.data, trace)
    restated = read_html(Markup("".join(plain.html).encode(), Shape(may_have_noscript=False)))
    restated.canonicals = document.canonicals
    try:
        record = read_comparison(restated, site, url, markup.data, trace)
    finally:
        for path, places in trace.items():
            found = [(plain.origin[block], start, end) for block, start, end in places]
            trace[path] = tuple((at, start, end) for at, start, end in found if at is not None)
    paths = "\n".join(document.path(at) for at in plain.origin if at is not None)
    layout = "html:" + hashlib.sha256(paths.encode()).hexdigest()[:8]
    return record.model_copy(update={"trace": trace, "layout": layout})


def _restated(document: Document, tree: LexborHTMLParser, site: Site, layout: Layout) -> _Plain:
    """The plain page. Raises: _UnmatchedError."""
    words, plain, page = site.words, _Plain(document), range(len(document.text))
    plain.put("div", words.kicker)
    plain.put("h1", _found(document, tree, layout.heading, page, 1)[0][1])
    names = []
    for card in _found(document, tree, layout.card, page, 2):
        names.append(_value(document, card, layout.name))
        _put_card(plain, card, site, layout)
    rows = ((words.panel_verdict, layout.votes), (words.pricing, layout.pricing))
    plain.html.append("<table>")
    plain.row("th", (words.decision[0],), *((name,) for name in names))
    for label, selector in rows:
        if selector:
            one, two = _found(document, tree, selector, page, 2)
            plain.row("td", (label,), (one[1],), (two[1],))
    plain.html.append("</table>")
    _put_cells(plain, _found(document, tree, layout.cell, page, 6, 8), names, site, layout)
    return plain


def _put_card(plain: _Plain, card: Part, site: Site, layout: Layout) -> None:
    document, words = plain.document, site.words
    plain.html.append("<section>")
    for selector in (layout.category, layout.name, layout.tagline, layout.badge):
        plain.put("div", _value(document, card, selector))
    for selector, label in (
        (layout.share, words.panel_ship),
        (layout.community, words.community),
        (layout.entry, words.entry),
    ):
        plain.put("div", _value(document, card, selector), label)
    plain.put("div", _value(document, card, layout.description))
    plain.html.append("</section>")


def _put_cells(
    plain: _Plain, cells: list[Part], names: list[range], site: Site, layout: Layout
) -> None:
    """The scorecard as a table with a column a tool, and what shows that the page goes on."""
    document, half = plain.document, len(cells) // 2
    one, two = (cells[:half], cells[half:]) if layout.by_tool else (cells[::2], cells[1::2])
    plain.put("h2", site.words.scorecard)
    plain.html.append("<table>")
    plain.row("th", *((name,) for name in names))
    parts = (layout.reviewer, layout.score, layout.verdict, layout.quote)
    for pair in zip(one, two, strict=True):
        plain.row("td", *(tuple(_value(document, cell, part) for part in parts) for cell in pair))
    plain.html.append("</table>")
    if max(place.stop for _, place in cells) < len(document.text):
        plain.put("footer", site.title)


def _value(document: Document, part: Part, selector: str | None) -> range:
    """The blocks of the one element in a card or cell. Absent: none where it is not looked for.

    Raises: _UnmatchedError, also where words of the interface are among them.
    """
    if selector is None:
        return range(0)
    ((_, place),) = _found(document, part[0], selector, part[1], 1)
    if not document.controls.isdisjoint(place) or any(document.glue[at] != " " for at in place[1:]):
        raise _UnmatchedError
    return place


def _found(
    document: Document,
    above: LexborHTMLParser | LexborNode,
    selector: str,
    within: range,
    *counts: int,
) -> list[Part]:
    """The elements that a selector finds, and their blocks among those of the page.

    Raises: _UnmatchedError where they are more or fewer, or not visible there.
    """
    nodes = above.css(selector)
    if len(nodes) not in counts:
        raise _UnmatchedError
    parts, at = list[Part](), within.start
    for node in nodes:
        text = _text(node)
        starts = range(at, within.stop - len(text) + 1)
        first = next((n for n in starts if document.text[n : n + len(text)] == text), None)
        if first is None:
            raise _UnmatchedError
        at = first + len(text)
        parts.append((node, range(first, at)))
    return parts


def _text(node: LexborNode) -> list[str]:
    html = node.html or ""
    if node.tag in IN_TABLES:
        html = f"<table>{html}</table>"
    return read_html(Markup(html.encode())).text
