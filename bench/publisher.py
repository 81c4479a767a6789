"""A publisher of invented tools that sets each of them beside each other, as the real one does.

T tools give T(T-1)/2 pages; a tool's card and its four quotes are the same on every page of it. A
publisher that repeats nothing has two tools of its own for each page. Everything follows from a
seed, and no word is anybody's: they are put together from syllables.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from random import Random
from typing import NamedTuple

BASE = "https://sample.example"
REVIEWERS = ("Tinkerer", "Doubter", "Archivist", "Bookkeeper")
CATEGORIES = ("Developer Tools",) * 8 + ("Productivity", "AI Models")
PANELS = (("Ship", 100, 4), ("Ship", 75, 3), ("Ship", 75, 3), ("Mixed", 50, 2), ("Skip", 25, 1))
"""Badge, share and votes for, as often as the real publisher has them, about."""
SYLLABLES = "ba ke lo mi nu pra sto te vi zo dra flu gar hem jin kru lep mor nal".split()
KNOWN_WORDS = 6_000
LINKS = 6


@dataclass(frozen=True)
class Size:
    """How much a page says and how much markup stands around it. Units: characters, elements."""

    quote: int
    description: int
    depth: int
    script: int
    links: int


SIZES = {"4k": Size(110, 130, 0, 100, 2), "14k": Size(520, 520, 1, 2_000, LINKS)}
"""Pages of about 4 KB and 14 KB."""


class Tool(NamedTuple):
    """What every page of a tool says of it."""

    slug: str
    name: str
    category: str
    tagline: str
    panel: tuple[str, int, int]
    pricing: str
    description: str
    quotes: tuple[str, ...]
    scores: tuple[int, ...]


class Page(NamedTuple):
    """One comparison: its address, and the bytes that it answers with."""

    url: str
    body: bytes


class Publisher:
    """All comparisons of a publisher, by their numbers from 0; `pages` of them are told apart.

    Shape: `size` is a key of SIZES. In one that is `distinct` no card and no quote stands twice.
    """

    def __init__(
        self, pages: int, *, size: str = "4k", distinct: bool = False, seed: int = 1
    ) -> None:
        self.size, self.is_distinct, self.seed = SIZES[size], distinct, seed
        self.pages = pages
        self.tools = 2 * pages if distinct else tools_for(pages)
        self._order = Random(f"order {seed}").sample(range(pages), pages)
        """Pages are met in no order of their tools, as links lead to them."""

    def tool(self, number: int) -> Tool:
        """A tool by its number."""
        if self.is_distinct:
            return make_tool(number, self.size, self.seed)
        return kept_tool(number, self.size, self.seed)

    def pair(self, number: int) -> tuple[int, int]:
        """The numbers of the tools that a page sets side by side."""
        place = self._order[number] if number < self.pages else number
        if self.is_distinct:
            return 2 * place, 2 * place + 1
        # The pairs of the first k tools come before those of tool k: a publisher only grows.
        later = (1 + math.isqrt(1 + 8 * place)) // 2
        return place - later * (later - 1) // 2, later

    def page(self, number: int, edition: int = 0) -> Page:
        """A page. Another edition says one quote otherwise."""
        a, b = (self.tool(each) for each in self.sides(number))
        if edition:
            a = a._replace(quotes=(f"{a.quotes[0]} Edition {edition}.", *a.quotes[1:]))
        parts = drawn if self.is_distinct else drawn_once
        return Page(url_of(a, b), html(a, b, self.size, parts))

    def url(self, number: int) -> str:
        """The address of a page."""
        return url_of(*(self.tool(each) for each in self.sides(number)))

    def sides(self, number: int) -> tuple[int, int]:
        """The numbers of a page's tools in the order of their slugs, as it shows them."""
        a, b = self.pair(number)
        return (a, b) if self.tool(a).slug < self.tool(b).slug else (b, a)


def url_of(a: Tool, b: Tool) -> str:
    """The address of the page of two tools."""
    return f"{BASE}/compare/{a.slug}-vs-{b.slug}"


def tools_for(pages: int) -> int:
    """So many tools give so many pages, or a few more: 1,415 give a million."""
    return math.ceil((1 + math.sqrt(1 + 8 * pages)) / 2)


@cache
def vocabulary() -> tuple[list[str], list[float]]:
    """Invented words, and how often each is used: a few very often, most seldom."""
    rng, words = Random("words"), dict[str, None]()
    while len(words) < KNOWN_WORDS:
        words["".join(rng.choices(SYLLABLES, k=rng.choice((1, 2, 2, 3))))] = None
    return list(words), list(accumulate(1 / (place + 3) for place in range(KNOWN_WORDS)))


def text(rng: Random, characters: int) -> str:
    """Sentences of about so many characters."""
    words, weights = vocabulary()
    said = rng.choices(words, cum_weights=weights, k=max(3, characters // 6))
    size = rng.randint(9, 16)
    sentences = (said[at : at + size] for at in range(0, len(said), size))
    return " ".join(" ".join(each).capitalize() + "." for each in sentences)


def make_tool(number: int, size: Size, seed: int) -> Tool:
    """A tool: slug, name and texts of its own, whatever other tools there are."""
    rng = Random(f"{seed} {number}")
    name = "".join(SYLLABLES[int(digit)] for digit in str(number)).capitalize()
    name += f" {rng.choice(vocabulary()[0]).capitalize()}"
    words = [*rng.choices(vocabulary()[0], k=4)]
    panel = rng.choice(PANELS)
    return Tool(
        f"{name.lower().replace(' ', '-')}-{'-'.join(words)}-{number}",
        name,
        rng.choice(CATEGORIES),
        text(rng, 50).rstrip("."),
        panel,
        f"{'Free for one desk, then' if number % 3 else 'From'} {rng.randint(3, 90)} crowns",
        f"{name} {text(rng, size.description)}",
        tuple(f"{name} {text(rng, size.quote)}" for _ in REVIEWERS),
        tuple(rng.randint(*((60, 95) if row < panel[2] else (20, 49))) for row in range(4)),
    )


kept_tool = lru_cache(maxsize=4_096)(make_tool)

LABELS = ("Decision", "Panel verdict", "Community", "Pricing", "Best for", "Category")


class Drawn(NamedTuple):
    """The markup of a tool: its card, its column of the decision table, its four cells."""

    card: str
    decision: tuple[str, ...]
    cells: tuple[str, ...]


def drawn(tool: Tool, size: Size) -> Drawn:
    """What every page of a tool shows of it."""
    badge, share, ship = tool.panel
    entry = "Free" if tool.pricing.startswith("Free") else "Paid"
    statistics = ((f"{share}%", "Panel ship"), ("—", "Community"), (entry, "Entry"))
    card = (
        f'<article class="card rounded">{box(f"<p>{tool.category}</p>", size)}'
        f"{box(f'<h2>{tool.name}</h2>', size)}<p>{tool.tagline}</p><span>{badge}</span>"
        + "".join(
            box(f"<div><p>{value}</p><p>{label}</p></div>", size) for value, label in statistics
        )
        + f"{box(f'<p>{tool.description}</p>', size)}</article>"
    )
    votes = f"{badge} · {ship} ship / {4 - ship} skip"
    decision = (
        tool.name,
        votes,
        "No community votes yet",
        tool.pricing,
        tool.tagline,
        tool.category,
    )
    cells = tuple(
        f'<div class="cell"><h4>{reviewer}</h4>'
        f"{box(f'<p>{score}/100 · {_word(row, ship)}</p>', size)}"
        f"{box(f'<p>{quote}</p>', size)}</div>"
        for row, (reviewer, score, quote) in enumerate(
            zip(REVIEWERS, tool.scores, tool.quotes, strict=True)
        )
    )
    return Drawn(card, decision, cells)


Draw = Callable[[Tool, Size], Drawn]
drawn_once: Draw = lru_cache(maxsize=4_096)(drawn)


def html(a: Tool, b: Tool, size: Size = SIZES["4k"], parts: Draw = drawn_once) -> bytes:
    """The page of two tools. What is no tool's follows from its address."""
    left, right = parts(a, size), parts(b, size)
    title, seed = f"{a.name} vs {b.name}", zlib.crc32(url_of(a, b).encode())
    decision = "".join(
        f"<tr><th>{label}</th><td>{one}</td><td>{other}</td></tr>"
        for label, one, other in zip(LABELS, left.decision, right.decision, strict=True)
    )
    rows = "".join(
        f'<div class="grid gap-4 row">{one}{other}</div>'
        for one, other in zip(left.cells, right.cells, strict=True)
    )
    script = "".join(f"self.push([{n},{(seed + n) * 7919}]);" for n in range(size.script // 24))
    links = "".join(
        f'<li><a href="/news/letter-{(seed + n) % 9_973}">Letter {n}</a></li>'
        for n in range(size.links)
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<script>{script}</script></head><body>"
        f'<nav><a href="/">Home</a><span>Compare/{title}</span></nav><main>'
        f"<p>AI tool comparison</p><h1>{title}</h1><p>Which one should you ship with?</p>"
        f'<section class="grid gap-6">{left.card}{right.card}</section>'
        f"<table>{decision}</table>"
        f"<section><h2>Reviewer scorecard</h2>{rows}</section></main>"
        f"<aside><ul>{links}</ul></aside>"
        "<footer><p>Weekly AI Tool Verdicts</p><p>One letter a week.</p></footer></body></html>"
    ).encode()


def _word(row: int, ship: int) -> str:
    return "ship" if row < ship else "skip"


def box(inner: str, size: Size) -> str:
    """The markup with elements round it, as component frameworks leave behind."""
    opening = "".join(
        f'<div class="u-{n:02d} px-4 mt-{n} text-sm leading-6 text-slate-700" data-k="{n}">'
        for n in range(size.depth)
    )
    return opening + inner + "</div>" * size.depth
