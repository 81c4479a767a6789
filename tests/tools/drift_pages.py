"""Unharmed pages whose records are known, as sources that can be edited at a place.

Every element of a source is known by its place, and by which fields the parser read from the
blocks in it: so a rule can change what a reader sees, and say what the reader sees then.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import Any

for _folder in (Path(__file__).parent, Path(__file__).parents[2]):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

from fixture_tools import FIXTURES  # noqa: E402
from layoutgen import HTML_LAYOUTS, plain_truth  # noqa: E402
from layoutgen.markup import bare  # noqa: E402

from parsers import explain  # noqa: E402
from schema.page import RawPage  # noqa: E402
from schema.records import dump_line  # noqa: E402
from verdicts.fixtures import GOOD, find_fixtures, load_fixture  # noqa: E402

Line = dict[str, Any]
Edit = tuple[int, int, str]
"""Start and end in the source, and what stands there instead."""
VOID = frozenset(("area base br col embed hr img input link meta path source track wbr").split())
UNSEEN = frozenset(
    (
        "head script style template noscript noembed noframes svg math canvas audio video iframe "
        "object embed title meta link datalist progress meter dialog"
    ).split()
)
CLOSED_BY = {
    "td": ("td", "th"),
    "th": ("td", "th"),
    "tr": ("tr",),
    "li": ("li",),
    "dd": ("dt", "dd"),
    "dt": ("dt", "dd"),
    "p": ("p",),
}


@dataclass(frozen=True)
class Element:
    """Where an element stands in the source, and in the visible text without white space."""

    tag: str
    parent: int
    start: int
    inner: int
    after: int
    end: int
    first: int
    last: int
    has_own_text: bool


class _Reader(HTMLParser):
    """The elements of a source, with their places; visible text counted without white space."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.source = source
        self.lines = [0, *(m.end() for m in re.finditer("\n", source))]
        self.made: list[list[Any]] = []
        self.stack: list[int] = []
        self.seen: list[str] = []
        self.texts: list[tuple[int, int, str]] = []  # start, end, text
        self.count = 0
        self.unseen = 0
        self.feed(source)
        self.close()
        while self.stack:
            self._pop(len(source), len(source))

    def _at(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def _pop(self, after: int, end: int) -> None:
        made = self.made[self.stack.pop()]
        made[4:6], made[7] = [after, end], self.count
        self.unseen -= made[9]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = self._at()
        if tag in VOID:
            return
        if tag in CLOSED_BY and self.stack:
            top = self.made[self.stack[-1]][0]
            if top in CLOSED_BY[tag] or (tag == "tr" and top in ("td", "th")):
                self._pop(at, at)
                if tag == "tr" and self.made[self.stack[-1]][0] == "tr":
                    self._pop(at, at)
        given = dict(attrs)
        is_hidden = (
            tag in UNSEEN
            or "hidden" in given
            or given.get("aria-hidden") == "true"
            or "display:none" in (given.get("style") or "")
        )
        inner = at + len(self.get_starttag_text() or "")
        self.made.append(
            [
                tag,
                self.stack[-1] if self.stack else -1,
                at,
                inner,
                inner,
                inner,
                self.count,
                self.count,
                False,
                int(is_hidden),
            ]
        )
        self.stack.append(len(self.made) - 1)
        self.unseen += is_hidden

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.handle_starttag(tag, attrs)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in (self.made[at][0] for at in self.stack):
            return
        at = self._at()
        end = self.source.find(">", at) + 1
        while self.made[self.stack[-1]][0] != tag:
            self._pop(at, at)
        self._pop(at, end)

    def _text(self, raw: str, text: str) -> None:
        bare_text = "".join(text.split())
        if self.unseen or not bare_text or not self.stack:
            return
        at = self._at()
        self.texts.append((at, at + len(raw), text))
        self.made[self.stack[-1]][8] = True
        self.seen.append(bare_text)
        self.count += len(bare_text)

    def handle_data(self, data: str) -> None:
        self._text(data, data)

    def handle_entityref(self, name: str) -> None:
        self._text(f"&{name};", unescape(f"&{name};"))

    def handle_charref(self, name: str) -> None:
        self._text(f"&#{name};", unescape(f"&#{name};"))


@dataclass(frozen=True)
class Page:
    """One unharmed page whose record is known to be right."""

    name: str
    source: str
    encode: Callable[[str], bytes]
    content_type: str | None
    url: str | None
    site: str

    def line(self, body: bytes) -> Line:
        """What the parser makes of a changed body."""
        found = explain(RawPage(self.url, body, self.content_type), site=self.site)
        if found.problem is not None:
            return {"kind": "failure", "code": found.problem.code, "field": found.problem.field}
        assert found.record is not None
        line: Line = json.loads(dump_line(found.record))
        return line

    @cached_property
    def whole(self) -> Line:
        return self.line(self.encode(self.source))

    @cached_property
    def reader(self) -> _Reader:
        return _Reader(self.source)

    @cached_property
    def elements(self) -> list[Element]:
        return [Element(*made[:9]) for made in self.reader.made]

    @cached_property
    def fields(self) -> list[tuple[int, int, str]]:
        """For each block the characters it covers (without white space), and what it gave."""
        body = self.encode(self.source)
        found = explain(RawPage(self.url, body, self.content_type), site=self.site)
        assert found.document is not None
        texts = ["".join(text.split()) for text in found.document.text]
        assert "".join(texts) == "".join(self.reader.seen), self.name
        starts = [0]
        for text in texts:
            starts.append(starts[-1] + len(text))
        return [
            (starts[block], starts[block + 1], name)
            for name, places in found.trace.items()
            for block, _, _ in places
        ]

    def fields_in(self, element: Element) -> list[str]:
        """The fields whose every block lies in an element, in the order of the page."""
        inside = [f for f in self.fields if element.first <= f[0] and f[1] <= element.last]
        outside = {
            name
            for start, end, name in self.fields
            if not (element.first <= start and end <= element.last)
        }
        names = dict.fromkeys(name for *_, name in sorted(inside))
        return [name for name in names if name not in outside]

    def partly_in(self, element: Element) -> list[str]:
        """The fields of which only some blocks lie in an element."""
        names = {f[2] for f in self.fields if f[0] < element.last and f[1] > element.first}
        return sorted(names - set(self.fields_in(element)))

    def text(self, element: Element) -> str:
        return " ".join(
            " ".join(
                t for a, _, t in self.reader.texts if element.inner <= a < element.after
            ).split()
        )

    def edited(self, *edits: Edit) -> bytes:
        text = self.source
        for start, end, new in sorted(edits, reverse=True):
            text = text[:start] + new + text[end:]
        return self.encode(text)


IN_PIECES = ("shadow-lit", "streamed-react", "streamed-solid", "tabs-closed")
"""Fixtures whose markup is not in the order that is shown, so a place says nothing."""


def pages() -> list[Page]:
    """Every good HTML fixture of the sample site, and generated pages in every layout."""
    found = []
    for folder in find_fixtures(FIXTURES):
        if folder.name.endswith(IN_PIECES):
            continue
        if (folder / GOOD).is_file() and (folder / "page.html").is_file():
            fixture = load_fixture(folder)
            body = fixture.page.body
            encoding = "utf-8"
            try:
                body.decode(encoding)
            except UnicodeDecodeError:
                encoding = "cp1252"
            found.append(
                Page(
                    f"fixture {folder.name}",
                    body.decode(encoding),
                    lambda text, encoding=encoding: text.encode(encoding, "xmlcharrefreplace"),
                    fixture.page.content_type,
                    fixture.page.url,
                    fixture.site,
                )
            )
    for name, layout in HTML_LAYOUTS.items():
        rng = Random(f"drift:{name}")
        truth = plain_truth(rng)
        made = layout(truth, rng)
        found.append(
            Page(
                f"layout {name}",
                bare(made.marked),
                made.encode,
                made.content_type,
                made.asked,
                "shiporskip",
            )
        )
    return found
