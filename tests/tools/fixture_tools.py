"""Small invented pages for the parser's tests, and the line that the parser makes of one."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

from parsers import read_page
from schema.page import RawPage
from schema.records import dump_line

Line = dict[str, Any]
ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
URL = "https://shiporskip.io/compare/copper-wren-vs-damson-desk"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
REVIEWERS = ("Builder", "Sceptic", "Archivist", "Night Porter")


@dataclass(frozen=True)
class Side:
    """What a small page says of one tool; every part may be replaced by a test."""

    name: str
    tagline: str
    description: str
    quotes: tuple[str, ...]
    category: str = "Developer Tools"
    share: str = "75%"
    community: str = "—"
    entry: str = "Free"
    badge: str = "Ship"
    panel: str = "Ship · 3 ship / 1 skip"
    long_community: str = "No community votes yet"
    pricing: str = "Free for one"
    best_for: str | None = None
    scores: tuple[str, ...] = ("88/100 · ship", "52/100 · skip", "81/100 · ship", "79/100 · ship")

    def but(self, **changes: Any) -> Side:
        """The same side with some parts changed."""
        return replace(self, **changes)

    def saying(self, slot: int, text: str) -> Side:
        """The same side with another quote in one slot, 1 to 4."""
        quotes = list(self.quotes)
        quotes[slot - 1] = text
        return replace(self, quotes=tuple(quotes))


WREN = Side(
    "Copper Wren",
    "Sings when a job ends",
    "Copper Wren watches long jobs and sings at their end.",
    ("It sang on time.", "It sang all night.", "A song is a record too.", "Cheap, and in tune."),
)
DESK = Side(
    "Damson Desk",
    "Keeps a quiet list",
    "Damson Desk keeps one list and hides the rest.",
    (
        "One file, no server.",
        "One list is not a plan.",
        "I could read it in a century.",
        "Costs less than paper.",
    ),
)


def decision_rows(a: Side, b: Side) -> list[tuple[str, str, str]]:
    """The rows of the decision table."""

    def cells(s: Side) -> tuple[str, ...]:
        best = s.tagline if s.best_for is None else s.best_for
        return s.panel, s.long_community, s.pricing, best, s.category

    labels = ("Panel verdict", "Community", "Pricing", "Best for", "Category")
    return list(zip(labels, cells(a), cells(b), strict=True))


def text_one(a: Side = WREN, b: Side = DESK) -> bytes:
    """A page of style 1: one block a line, no final line end."""
    out = ["AI tool comparison", f"{a.name} vs {b.name}", "Which of the two would you keep?"]
    for s in (a, b):
        out += [
            s.category,
            s.name,
            s.tagline,
            s.share,
            "Panel ship",
            s.community,
            "Community",
            s.entry,
            "Entry",
            s.description,
        ]
    out.append("Reviewer scorecard")
    for one, other in zip(a.quotes, b.quotes, strict=True):
        out += [f"“{one}”", f"“{other}”"]
    return "\n".join([*out, "Weekly AI Tool Verdicts", "One letter a week"]).encode()


def text_two(a: Side = WREN, b: Side = DESK) -> bytes:
    """A page of style 2: blocks between blank lines, the decision table as one block."""
    out = ["AI tool comparison", f"{a.name} vs {b.name}", "Which of the two would you keep?"]
    for s in (a, b):
        out += [
            s.name[0],
            s.category,
            s.name,
            s.tagline,
            s.badge,
            s.share,
            "Panel ship",
            "Community",
            s.entry,
            "Entry",
            s.description,
        ]
    cells = [cell for row in decision_rows(a, b) for cell in row]
    out += ["\n".join(["Decision", a.name, b.name, *cells]), "Reviewer scorecard"]
    for slot, who in enumerate(REVIEWERS):
        for s in (a, b):
            out += [f"{who}\n{s.scores[slot]}", s.quotes[slot]]
    return "\n\n".join([*out, "Weekly AI Tool Verdicts"]).encode()


def html_page(
    a: Side = WREN,
    b: Side = DESK,
    *,
    head: str = "",
    before: str = "",
    after: str = "",
    scored: bool = True,
    decision: bool = True,
) -> str:
    """A page of plain sections; `head`, `before` and `after` are markup put in as it is."""
    e = escape
    cards = "".join(
        f"<section><p>{e(s.category)}</p><h2>{e(s.name)}</h2><p>{e(s.tagline)}</p>"
        f"<p>{e(s.badge)}</p><ul><li>{e(s.share)}</li><li>Panel ship</li>"
        f"<li>{e(s.community)}</li><li>Community</li><li>{e(s.entry)}</li><li>Entry</li></ul>"
        f"<div>{e(s.description)}</div></section>\n"
        for s in (a, b)
    )
    rows = (
        "".join(
            f"<tr><th>{x}</th><td>{e(y)}</td><td>{e(z)}</td></tr>\n"
            for x, y, z in decision_rows(a, b)
        )
        if decision
        else ""
    )
    table = (
        (
            f"<table><tr><th>Decision</th><th>{e(a.name)}</th><th>{e(b.name)}</th></tr>\n"
            f"{rows}</table>\n"
        )
        if decision
        else ""
    )
    cells = ""
    for slot, who in enumerate(REVIEWERS):
        for s in (a, b):
            line = f"<p>{who}</p><p>{e(s.scores[slot])}</p>" if scored else ""
            cells += f"<article>{line}<blockquote>“{e(s.quotes[slot])}”</blockquote></article>\n"
    return (
        f'<!doctype html><html><head><meta charset="utf-8">{head}</head><body>{before}'
        f"<p>AI tool comparison</p><h1>{e(a.name)} vs {e(b.name)}</h1>\n{cards}{table}"
        f"<h2>Reviewer scorecard</h2>\n<div>{cells}</div>{after}"
        "<p>Weekly AI Tool Verdicts</p></body></html>\n"
    )


def read(
    body: bytes | str,
    *,
    url: str | None = URL,
    content_type: str | None = HTML,
    site: str = "shiporskip",
    trace: bool = False,
) -> Line:
    """The line that `verdicts parse` would print of a page."""
    data = body.encode() if isinstance(body, str) else body
    record = read_page(RawPage(url, data, content_type), site=site)
    line: Line = json.loads(dump_line(record, trace=trace))
    return line


def read_one(a: Side = WREN, b: Side = DESK) -> Line:
    """The line of a small page of style 1."""
    return read(text_one(a, b), content_type=TEXT)


def codes(line: Line) -> set[str]:
    """The codes of a comparison's findings."""
    return {finding["code"] for finding in line["findings"]}
