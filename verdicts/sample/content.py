"""The words of the sample site: invented tools, what a panel says of them, and who meets whom.

All content is data in tools/*.toml and comparisons.toml; this module only loads it. It must not
know how a page looks, nor what the parsers make of it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

BASE = "https://sample.example"
SITE = "sample"
PLAIN = ("name", "category", "tagline", "entry", "pricing", "badge", "share_percent")
"""What a tool's file says under the same names."""


@dataclass(frozen=True, slots=True)
class Review:
    """One reviewer's words on one tool, as the sample site holds them."""

    reviewer: str
    """The reviewer's name, with its leading "The"."""
    score: int
    """Points out of 100."""
    verdict: str
    """The word "ship" or "skip"."""
    text: str
    """The quote, white space already tidy."""


@dataclass(frozen=True, slots=True)
class SampleTool:
    """One invented product and all that the site says of it."""

    slug: str
    name: str
    category: str
    tagline: str
    entry: str
    pricing: str
    badge: str
    share_percent: int
    ship: int
    """Panel votes for ship, as the decision table prints them."""
    skip: int
    """Panel votes for skip, as the decision table prints them."""
    community: tuple[int, int] | None
    """Community votes for ship and all community votes; None where nobody voted."""
    best_for: str
    """The decision table's "Best for": nearly always the tagline again."""
    paragraphs: tuple[str, ...]
    """The description, one string a paragraph."""
    reviews: tuple[Review, ...]
    """Three or four reviews, in the order of the scorecard's rows."""

    @property
    def community_percent(self) -> int | None:
        """The community's share for ship in percent; None where nobody voted."""
        return None if self.community is None else round_percent(*self.community)


@dataclass(frozen=True, slots=True)
class SamplePair:
    """Two tools on one page. `fault` names what is wrong with the page, if anything."""

    a: SampleTool
    b: SampleTool
    fault: str | None = None

    @property
    def path(self) -> str:
        """The page's path: `/compare/<slug-a>-vs-<slug-b>`."""
        return f"/compare/{self.a.slug}-vs-{self.b.slug}"

    @property
    def url(self) -> str:
        """The page's own address on the sample site's base."""
        return BASE + self.path

    @property
    def title(self) -> str:
        """The heading: both display names."""
        return f"{self.a.name} vs {self.b.name}"


def round_percent(part: int, whole: int) -> int:
    """A share as a whole percent: `round_percent(2, 3)` gives 67."""
    return round(100 * part / whole)


@lru_cache(maxsize=1)
def load_tools() -> dict[str, SampleTool]:
    """Every tool by slug, in the order of the slugs; the file's name is the slug."""
    folder = files(__package__) / "tools"
    names = sorted(
        entry.name.removesuffix(".toml")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    )
    return {
        name: _tool(name, tomllib.loads((folder / f"{name}.toml").read_text("utf-8")))
        for name in names
    }


@lru_cache(maxsize=1)
def load_pairs() -> tuple[SamplePair, ...]:
    """Every comparison the site offers, good and faulty, ordered by path."""
    tools, table = load_tools(), _comparisons()
    pairs = [SamplePair(tools[a], tools[b]) for a, b in table["pairs"]]
    pairs += [
        SamplePair(tools[one["pair"][0]], tools[one["pair"][1]], one["fault"])
        for one in table["faulty"]
    ]
    return tuple(sorted(pairs, key=lambda pair: pair.path))


@lru_cache(maxsize=1)
def load_gone() -> tuple[str, ...]:
    """The paths of comparisons that are still listed but answer 404."""
    return tuple(f"/compare/{a}-vs-{b}" for a, b in _comparisons()["gone"])


def _comparisons() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "comparisons.toml").read_text("utf-8"))


def _tool(slug: str, raw: dict[str, Any]) -> SampleTool:
    ship, skip = raw["votes"]
    community = raw.get("community")
    return SampleTool(
        slug=slug,
        **{name: raw[name] for name in PLAIN},
        ship=ship,
        skip=skip,
        community=None if community is None else (community[0], community[1]),
        best_for=raw.get("best_for", raw["tagline"]),
        paragraphs=tuple(_tidy(part) for part in raw["description"].strip().split("\n\n")),
        reviews=tuple(
            Review(one["reviewer"], one["score"], one["verdict"], _tidy(one["text"]))
            for one in raw["reviews"]
        ),
    )


def _tidy(text: str) -> str:
    return " ".join(text.split())
