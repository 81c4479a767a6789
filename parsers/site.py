"""What a site file says of its publisher: names, addresses and anchor words.

This module must not fetch and must not know any one site.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Words:
    """The anchor words of a publisher's pages; the defaults are those of `shiporskip`.

    All are matched without case and without icons or a colon around them.
    """

    kicker: str = "AI tool comparison"
    """The block before the heading."""
    versus: str = " vs "
    panel_ship: str = "Panel ship"
    community: str = "Community"
    entry: str = "Entry"
    decision: tuple[str, ...] = ("Decision", "Decision table")
    scorecard: str = "Reviewer scorecard"
    panel_verdict: str = "Panel verdict"
    pricing: str = "Pricing"
    best_for: str = "Best for"
    category: str = "Category"
    no_votes: str = "No community votes yet"
    newsletter: tuple[str, ...] = ("Weekly AI Tool Verdicts",)
    """Blocks that end the scorecard where nothing but the order of the text tells its end."""
    verdicts: dict[str, str] = field(
        default_factory=lambda: {
            form.format(word): word
            for form in ("{}", "{}ped", "would {}", "{} it", "{}s it")
            for word in ("ship", "skip")
        },
        hash=False,
    )
    badges: dict[str, str] = field(
        default_factory=lambda: {"ship": "Ship", "mixed": "Mixed", "skip": "Skip"}, hash=False
    )
    entries: dict[str, str] = field(
        default_factory=lambda: {"free": "Free", "paid": "Paid"}, hash=False
    )

    @property
    def ship(self) -> str:
        """The publisher's word for ship."""
        return next(word for word, verdict in self.verdicts.items() if verdict == "ship")

    @property
    def skip(self) -> str:
        """The publisher's word for skip."""
        return next(word for word, verdict in self.verdicts.items() if verdict == "skip")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a site's pages hold what: CSS selectors, tried before the grammar.

    `heading` and `card` (one and two matches) and `cell` (eight, or six) are looked for in the
    page; then the fields of a card in each card, those of a cell in each cell, one match each.
    `pricing` and `votes` are looked for in the page, the first tool's first. Absent: what is None
    is not looked for. Labels are not wanted: the selector says what a value is.
    """

    heading: str
    card: str
    name: str
    category: str
    tagline: str
    share: str
    entry: str
    description: str
    cell: str
    quote: str
    badge: str | None = None
    community: str | None = None
    reviewer: str | None = None
    score: str | None = None
    verdict: str | None = None
    votes: str | None = None
    pricing: str | None = None
    by_tool: bool = False
    """Whether the page has all cells of the first tool first; else they stand in turns."""


@dataclass(frozen=True, slots=True)
class Site:
    """One publisher: what its addresses mean and which words anchor its pages.

    `comparison` is a regular expression for the path of a comparison page with the group `pair`
    (both slugs joined by -vs-) or the two groups `a` and `b`. `listings` are expressions for the
    paths that lead to comparisons.
    """

    name: str
    title: str
    base: str
    hosts: tuple[str, ...]
    comparison: str
    tool: str
    listings: tuple[str, ...] = ("/",)
    tool_page: str = "/tool/{slug}"
    words: Words = Words()
    layout: Layout | None = None
    """Said only for a site whose pages the grammar refuses."""

    def own_address(self, url: str) -> str:
        """The same page on the site's own base.

        Shape: `http://127.0.0.1:8000/compare/a-vs-b?utm=1#x` -> `<base>/compare/a-vs-b`;
        a query is kept unless the page is a comparison.
        """
        parts = urlsplit(url)
        path = parts.path or "/"
        if parts.query and not self._match(path):
            path += "?" + parts.query
        return self.base + path

    def is_comparison(self, url: str) -> bool:
        """Whether the address is one of a comparison page, on any host."""
        return self._match(urlsplit(url).path) is not None

    def is_listing(self, url: str) -> bool:
        """Whether the address is worth fetching only for the links it holds."""
        path = urlsplit(url).path or "/"
        return any(re.fullmatch(pattern, path) for pattern in self.listings)

    def pair(self, url: str) -> str | None:
        """Both slugs of a comparison address as `a-vs-b`. Absent: None for another address."""
        match = self._match(urlsplit(url).path)
        if match is None:
            return None
        groups = match.groupdict()
        return groups["pair"] if "pair" in groups else f"{groups['a']}-vs-{groups['b']}"

    def slugs(self, url: str) -> list[tuple[str, str]]:
        """Every way to read two slugs from a comparison address; empty for another address."""
        match = self._match(urlsplit(url).path)
        if match is None:
            return []
        groups = match.groupdict()
        if "pair" not in groups:
            return [(groups["a"], groups["b"])]
        pair, cut = groups["pair"], "-vs-"
        starts = [at for at in range(1, len(pair) - len(cut)) if pair.startswith(cut, at)]
        return [(pair[:at], pair[at + len(cut) :]) for at in starts]

    def tool_address(self, slug: str) -> str:
        """The address of a tool's own page, for a link; it is known, not fetched."""
        return self.base + self.tool_page.format(slug=slug)

    def tool_slug(self, link: str) -> str | None:
        """The slug of a link to a tool's own page. Absent: None for another link."""
        match = re.fullmatch(self.tool, urlsplit(link).path)
        return match["slug"] if match else None

    def _match(self, path: str) -> re.Match[str] | None:
        return re.fullmatch(self.comparison, path)
