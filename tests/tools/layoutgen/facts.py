"""The facts of one made-up comparison, and the record that a page about it must give.

The record is worked out from the contract alone; nothing here may look at the parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

ROWS = ("votes", "community", "pricing", "best", "category")
WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


@dataclass(frozen=True)
class Shows:
    """What a layout shows; what it does not show is null in the record."""

    badge: bool = True
    rows: tuple[str, ...] = ROWS
    reviewer: bool = True
    row_reviewer: bool = False
    """One reviewer's name stands for both cells of its row."""
    score: bool = True
    gap: bool = False
    """A missing quote leaves an empty cell where it would stand."""
    links: bool = False
    """The cards link to /tool/<slug>."""
    is_certain: bool = True
    """Fewer than eight quotes still have certain sides."""
    hidden: bool = False
    """Hidden parts of the page hold other cards."""


@dataclass
class QuoteTruth:
    """One reviewer's words: paragraphs, score and verdict."""

    paragraphs: list[str]
    score: int
    verdict: str
    cue: str | None = None

    @property
    def text(self) -> str:
        return norm(" ".join(self.paragraphs))


@dataclass
class ToolTruth:
    """One invented tool."""

    slug: str
    name: str
    category: str
    tagline: str
    paragraphs: list[str]
    ship: int
    skip: int
    community: tuple[int, int, int] | None
    entry: str
    pricing: str
    quotes: list[QuoteTruth]
    gap: int = 4
    odd: str | None = None
    """A deliberate disagreement: the code of the finding it must give."""

    @property
    def share(self) -> int:
        return int(100 * self.ship / (self.ship + self.skip) + 0.5)

    @property
    def word(self) -> str:
        return "Ship" if self.share >= 67 else "Mixed" if self.share == 50 else "Skip"

    @property
    def badge(self) -> str:
        if self.odd != "badge_disagrees":
            return self.word
        return "Ship" if self.word != "Ship" else "Mixed"

    @property
    def votes(self) -> tuple[int, int]:
        if self.odd != "share_disagrees":
            return self.ship, self.skip
        return (self.ship - 1, self.skip + 1) if self.ship else (1, self.skip - 1)

    def row(self, name: str) -> str:
        """The tool's cell in one row of the decision table."""
        if name == "votes":
            return f"{self.word} · {self.votes[0]} ship / {self.votes[1]} skip"
        if name == "community":
            if self.community is None:
                return "No community votes yet"
            return "{}% Ship ({} / {})".format(*self.community)
        if name == "best":
            return self.tagline + (" at last" if self.odd == "tagline_disagrees" else "")
        if name == "category":
            return "Attics & Cellars" if self.odd == "category_disagrees" else self.category
        return self.pricing

    def slots(self, shows: Shows) -> dict[int, QuoteTruth]:
        """The row in which each quote stands."""
        numbers = [s for s in (1, 2, 3, 4) if len(self.quotes) == 4 or s != self.gap]
        if not shows.gap:
            numbers = [1, 2, 3, 4]
        return dict(zip(numbers, self.quotes, strict=False))


@dataclass
class PageTruth:
    """Two tools on one page."""

    tools: tuple[ToolTruth, ToolTruth]
    reviewers: list[str]
    other_reviewer: str | None
    """Who speaks of B in the fourth row, where that is somebody else."""
    url: str
    url_from: str
    """`asked`, `canonical` or `nowhere`."""
    tags: set[str] = field(default_factory=set)

    @property
    def title(self) -> str:
        return f"{self.tools[0].name} vs {self.tools[1].name}"

    def cell(self, tool: int, slot: int, shows: Shows) -> QuoteTruth | None:
        return self.tools[tool].slots(shows).get(slot)

    def filled_rows(self, shows: Shows) -> list[int]:
        return [s for s in (1, 2, 3, 4) if any(self.cell(t, s, shows) for t in (0, 1))]

    def reviewer(self, tool: int, slot: int, shows: Shows) -> str:
        """The name as printed in a cell or row."""
        if tool and slot == 4 and self.other_reviewer and not shows.row_reviewer:
            return self.other_reviewer
        return self.reviewers[slot - 1]

    def expected(
        self, style: str, url: str | None = None, shows: Shows | None = None
    ) -> dict[str, Any]:
        """The record of this page as far as `shows`; findings as codes, in sorted order."""
        shows = shows or Shows()
        slugs, codes = self._slugs(url, shows)
        quotes = [q for t in (0, 1) for q in self._quotes(t, shows)]
        record: dict[str, Any] = {
            "kind": "comparison",
            "url": url,
            "title": norm(self.title),
            "tools": [self._tool(t, slugs[t], shows) for t in (0, 1)],
            "quotes": sorted(quotes, key=lambda q: q["position"]),
        }
        record["findings"] = sorted({*codes, *self._findings(shows)})
        return record

    def optional(self, shows: Shows) -> set[str]:
        """Findings that the contract neither asks for nor forbids on this page."""
        # Rows by two different people are published so; whether to remark on it is left open.
        codes = {"reviewers_differ"} if self.other_reviewer else set()
        codes |= {"hidden_content"} if shows.hidden else set()
        if any(t.share in (33, 67) for t in self.tools):
            codes |= {"badge_disagrees"}
        if len({t.community is None for t in self.tools}) == 2:
            codes |= {"uneven_sides"}
        if any(t.odd in ("share_disagrees", "verdicts_disagree") for t in self.tools):
            codes |= {
                "verdicts_disagree",
                "votes_disagree",
                "panel_verdict_disagrees",
                "badge_disagrees",
            }
        if "conflict" in self.tags:
            codes |= {"cue_conflict"}
        return codes

    def _tool(self, t: int, slug: str | None, shows: Shows) -> dict[str, Any]:
        tool = self.tools[t]
        ship, skip = tool.votes
        return {
            "position": t + 1,
            "slug": slug,
            "name": norm(tool.name),
            "category": norm(tool.category),
            "tagline": norm(tool.tagline),
            "badge": tool.badge if shows.badge else None,
            "panel_ship_percent": tool.share,
            "votes": {"ship": ship, "skip": skip} if "votes" in shows.rows else None,
            "community": _community(tool, shows),
            "entry": tool.entry,
            "pricing": norm(tool.pricing) if "pricing" in shows.rows else None,
            "description": norm(" ".join(tool.paragraphs)),
        }

    def _quotes(self, t: int, shows: Shows) -> list[dict[str, Any]]:
        given = _verdicts(self.tools[t], shows)
        out = []
        for (slot, quote), (verdict, source) in zip(
            self.tools[t].slots(shows).items(), given, strict=True
        ):
            name = norm(self.reviewer(t, slot, shows)).removeprefix("The ")
            start = quote.text.find(quote.cue) if quote.cue and source == "cue" else -1
            out.append(
                {
                    "position": 2 * (slot - 1) + t + 1,
                    "tool": t + 1,
                    "slot": slot,
                    "reviewer": name if shows.reviewer else None,
                    "score": quote.score if shows.score else None,
                    "verdict": verdict,
                    "verdict_source": source,
                    "verdict_span": [start, start + len(quote.cue or "")] if start >= 0 else None,
                    "text": quote.text,
                }
            )
        return out

    def _slugs(self, url: str | None, shows: Shows) -> tuple[list[str | None], list[str]]:
        """Slugs as the address gives them, and the findings of reading it."""
        if url is None:
            return [None, None], []
        path = url.rsplit("/", 1)[1]
        cuts = [m.start() for m in re.finditer("(?=-vs-)", path)]
        pairs = [(path[:c], path[c + 4 :]) for c in cuts]
        real = (self.tools[0].slug, self.tools[1].slug)
        if len(pairs) > 1:
            ordered = [p for p in pairs if p[0] < p[1]]
            pairs = [real] if shows.links else ordered
            if len(pairs) != 1:
                return [None, None], ["slug_ambiguous"]
        return list(pairs[0]), [] if pairs[0][0] < pairs[0][1] else ["slug_order"]

    def _findings(self, shows: Shows) -> set[str]:
        codes: set[str] = set()
        for tool in self.tools:
            if tool.odd == "badge_disagrees" and shows.badge:
                codes |= {"badge_disagrees"}
                codes |= {"panel_verdict_disagrees"} if "votes" in shows.rows else set()
            needs = {
                "share_disagrees": "votes",
                "tagline_disagrees": "best",
                "category_disagrees": "category",
            }
            if tool.odd in needs and needs[tool.odd] in shows.rows:
                codes |= {tool.odd}
            if tool.odd == "verdicts_disagree" and shows.score:
                codes |= {"verdicts_disagree"}
        if "conflict" in self.tags and not shows.score:
            codes |= {"cue_conflict"}
        return codes


def norm(text: str) -> str:
    """Text as a record holds it: white space runs as one space, nothing else changed."""
    return re.sub(f"[{WHITE}]+", " ", text).strip(" ")


def _community(tool: ToolTruth, shows: Shows) -> dict[str, int | None]:
    if tool.community is None:
        count = 0 if "community" in shows.rows else None
        return {"ship_percent": None, "ship": count, "votes": count}
    share, ship, votes = tool.community
    if "community" not in shows.rows:
        return {"ship_percent": share, "ship": None, "votes": None}
    return {"ship_percent": share, "ship": ship, "votes": votes}


def _verdicts(tool: ToolTruth, shows: Shows) -> list[tuple[str | None, str | None]]:
    """Verdict and source of each quote: printed, unanimous, cue, remainder, in that order."""
    if shows.score:
        return [(q.verdict, "page") for q in tool.quotes]
    if tool.share in (0, 100):
        return [("ship" if tool.share else "skip", "unanimous")] * len(tool.quotes)
    # Every cue of `words.CUES` speaks for a skip, so it counts only where skips are fewer.
    cued = [q.cue is not None and tool.ship > tool.skip for q in tool.quotes]
    if not any(cued) or sum(cued) > tool.skip:
        return [(None, None)] * len(tool.quotes)
    rest = ("ship", "remainder") if sum(cued) == tool.skip else (None, None)
    return [("skip", "cue") if c else rest for c in cued]
