"""What a site file says of its publisher: names, addresses and anchor words.

This module must not fetch and must not know any one site.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

USUAL_SPELLINGS = (r";jsessionid=[^/;]*", r"/$", r"/amp$", r"\.html?$")
"""A session's number, a slash at the end, the page for telephones, the name of a file."""
_ESCAPED = re.compile(r"%(2[dD]|5[fF]|7[eE]|3\d|[46][1-9a-fA-F]|[57][\daA])")
"""Letters, digits and `-_~` as escapes; the dot is left out, as it could climb out of a folder."""

_NUMBER_IN_PATH = re.compile(r"/(?:page|p)[/-]?\d{1,9}/?$", re.IGNORECASE)
_NUMBER_IN_QUERY = re.compile(r"(?:page|paged|pg|p|start|offset|from|skip)=\d{1,9}", re.IGNORECASE)
"""How the numbered pages of a list are told from each other."""


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
        return [*self.verdicts][[*self.verdicts.values()].index("ship")]

    @property
    def skip(self) -> str:
        """The publisher's word for skip."""
        return [*self.verdicts][[*self.verdicts.values()].index("skip")]


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

    `spellings` are expressions for what may stand in the path of a comparison and says nothing of
    which page it is, each cut once, in this order: `/compare/a-vs-b.html` is then the page
    `/compare/a-vs-b`. A language in front would be `r"^/fr(?=/)"`, if its pages show the same.
    Of several addresses of one page the one that is known first is asked; those that no
    expression explains are known and not asked. Escaped letters (`%2d`) are always the letters.
    """

    name: str
    title: str
    base: str
    hosts: tuple[str, ...]
    comparison: str
    tool: str
    listings: tuple[str, ...] = ("/",)
    spellings: tuple[str, ...] = ()
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
        path = _unescaped(parts.path) or "/"
        if parts.query and not self._match(path):
            path += "?" + parts.query
        return self.base + path

    def plain_address(self, url: str) -> str:
        """The own address of a comparison as it is without its spelling; of another page, its own.

        Two addresses with one plain address are one page.
        """
        own = self.own_address(url)
        path = urlsplit(own).path
        return self.base + _cut(path, self.spellings) if self._match(path) else own

    def is_odd_comparison(self, url: str) -> bool:
        """Whether an address holds that of a comparison, in a spelling that is not this site's."""
        path = _unescaped(urlsplit(url).path)
        return self._match(path) is None and bool(re.search(f"(?i:{self.comparison})", path))

    def is_comparison(self, url: str) -> bool:
        """Whether the address is one of a comparison page, on any host."""
        return self._match(urlsplit(url).path) is not None

    def is_listing(self, url: str) -> bool:
        """Whether the address is worth fetching only for the links it holds."""
        path = urlsplit(self.list_address(url)).path or "/"
        return any(re.fullmatch(pattern, path) for pattern in self.listings)

    def list_address(self, url: str) -> str:
        """The address of the list that an address is a numbered page of; itself where it is none.

        Shape: `/compare?sort=new&page=12`, `/compare/page/3` -> `/compare?sort=new`, `/compare`.
        """
        parts = urlsplit(url)
        path = _NUMBER_IN_PATH.sub("", parts.path) or "/"
        values = [each for each in parts.query.split("&") if not _NUMBER_IN_QUERY.fullmatch(each)]
        return parts._replace(path=path, query="&".join(values)).geturl()

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
        found, at = list[tuple[str, str]](), pair.find(cut, 1)
        while 0 < at < len(pair) - len(cut):
            found.append((pair[:at], pair[at + len(cut) :]))
            at = pair.find(cut, at + 1)
        return found

    def tool_address(self, slug: str) -> str:
        """The address of a tool's own page, for a link; it is known, not fetched."""
        return self.base + self.tool_page.format(slug=slug)

    def tool_slug(self, link: str) -> str | None:
        """The slug of a link to a tool's own page. Absent: None for another link."""
        match = re.fullmatch(self.tool, urlsplit(link).path)
        return match["slug"] if match else None

    def _match(self, path: str) -> re.Match[str] | None:
        return _matched(self.comparison, self.spellings, path)


@lru_cache(maxsize=64)
def _matched(comparison: str, spellings: tuple[str, ...], path: str) -> re.Match[str] | None:
    """A path as that of a comparison, which is asked again and again of a page's address."""
    path = _unescaped(path)
    found = re.fullmatch(comparison, path)
    return found or (re.fullmatch(comparison, _cut(path, spellings)) if spellings else None)


def _cut(path: str, spellings: tuple[str, ...]) -> str:
    """A path without what its spelling adds."""
    for spelling in spellings:
        path = re.sub(spelling, "", path, count=1)
    return path


def _unescaped(path: str) -> str:
    """A path with its escaped letters as letters. Source: RFC 3986, section 6.2.2.2.

    >>> _unescaped("/compare/%61lder%2dvs-birch%2F%C3%A9")
    '/compare/alder-vs-birch%2F%C3%A9'
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), path) if "%" in path else path
