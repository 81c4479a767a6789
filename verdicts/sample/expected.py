"""What must come out of the sample site, worked out from its content alone.

This is a second opinion on the whole path, so it must never import the parsers. The same list
lies beside it as expected.json; `python -m verdicts.sample --accept` rewrites that.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, TypedDict

from verdicts.sample import content
from verdicts.sample.faults import CODES

JSON = dict[str, Any]


class Expected(TypedDict):
    """Everything that must come out of the sample site."""

    site: str
    pages: list[JSON]
    """One a comparison address, ordered by address: a record or a failure."""
    others: list[str]
    """Addresses that a crawl reads to find the comparisons."""
    gone: list[str]
    """Known comparison addresses that answer 404."""
    counts: JSON
    """Totals over the good pages, and failures and findings by code."""


def expected() -> Expected:
    """The list of what must come out: each page's record or failure, and the totals.

    Shape: a record is one line of `verdicts parse` without `layout`, `path` and the findings'
    `detail` (a finding is `[code, field]`); a failure is `{kind, url, code}`.
    """
    pairs = content.load_pairs()
    return Expected(
        site=content.SITE,
        pages=[
            {"kind": "failure", "url": pair.url, "code": CODES[pair.fault]}
            if pair.fault
            else _record(pair)
            for pair in pairs
        ],
        others=[f"{content.BASE}/", f"{content.BASE}/compare"],
        gone=[content.BASE + path for path in content.load_gone()],
        counts=_counts(
            [pair for pair in pairs if not pair.fault], [pair for pair in pairs if pair.fault]
        ),
    )


def dump(value: Expected) -> str:
    """The list as the text of expected.json: one page a line, so that a diff can be read."""
    rest: JSON = {key: part for key, part in value.items() if key != "pages"}
    lines = ",\n".join("  " + json.dumps(page, ensure_ascii=False) for page in value["pages"])
    head = json.dumps(rest, ensure_ascii=False, indent=1).removesuffix("\n}")
    return f'{head},\n "pages": [\n{lines}\n ]\n}}\n'


def _record(pair: content.SamplePair) -> JSON:
    sides = (pair.a, pair.b)
    return {
        "kind": "comparison",
        "schema": 1,
        "url": pair.url,
        "title": pair.title,
        "tools": [_tool(position, tool) for position, tool in enumerate(sides, 1)],
        "quotes": list(_quotes(pair)),
        "findings": _findings(pair),
    }


def _tool(position: int, tool: content.SampleTool) -> JSON:
    ship, votes = tool.community or (0, 0)
    return {
        "position": position,
        "slug": tool.slug,
        "name": tool.name,
        "category": tool.category,
        "tagline": tool.tagline,
        "badge": tool.badge,
        "panel_ship_percent": tool.share_percent,
        "votes": {"ship": tool.ship, "skip": tool.skip},
        "community": {"ship_percent": tool.community_percent, "ship": ship, "votes": votes},
        "entry": tool.entry,
        "pricing": tool.pricing,
        "description": " ".join(tool.paragraphs),
    }


def _quotes(pair: content.SamplePair) -> Iterator[JSON]:
    for slot in range(1, 5):
        for side, tool in enumerate((pair.a, pair.b), 1):
            if slot > len(tool.reviews):
                continue
            review = tool.reviews[slot - 1]
            yield {
                "position": 2 * (slot - 1) + side,
                "tool": side,
                "slot": slot,
                "reviewer": review.reviewer.removeprefix("The "),
                "score": review.score,
                "verdict": review.verdict,
                "verdict_source": "page",
                "verdict_span": None,
                "text": review.text,
            }


def _findings(pair: content.SamplePair) -> list[list[str]]:
    found = [
        finding
        for index, tool in enumerate((pair.a, pair.b))
        for finding in _tool_findings(f"tools[{index}]", tool)
    ]
    return sorted(found, key=lambda finding: (finding[1], finding[0]))


def _tool_findings(field: str, tool: content.SampleTool) -> Iterator[list[str]]:
    cast = Counter(review.verdict for review in tool.reviews)
    if content.round_percent(tool.ship, tool.ship + tool.skip) != tool.share_percent:
        yield ["share_disagrees", f"{field}.panel_ship_percent"]
    if (cast["ship"], cast["skip"]) != (tool.ship, tool.skip):
        yield ["verdicts_disagree", f"{field}.votes"]
    if tool.best_for != tool.tagline:
        yield ["tagline_disagrees", f"{field}.tagline"]


def _counts(good: list[content.SamplePair], faulty: list[content.SamplePair]) -> JSON:
    sides = [tool for pair in good for tool in (pair.a, pair.b)]
    found = Counter(code for pair in good for code, _ in _findings(pair))
    return {
        "pages": len(good) + len(faulty),
        "comparisons": len(good),
        "tools": len({tool.slug for tool in sides}),
        "names": len({tool.name for tool in sides}),
        "cards": len({_card_key(tool) for tool in sides}),
        "quotes": len(
            {_key(content.SITE, t.name, review.text) for t in sides for review in t.reviews}
        ),
        "quote_slots": sum(len(tool.reviews) for tool in sides),
        "reviewers": len({review.reviewer for tool in sides for review in tool.reviews}),
        "failures": dict(sorted(Counter(CODES[pair.fault or ""] for pair in faulty).items())),
        "findings": dict(sorted(found.items())),
    }


def _card_key(tool: content.SampleTool) -> str:
    return _key(
        content.SITE,
        tool.name,
        tool.category,
        tool.tagline,
        " ".join(tool.paragraphs),
        tool.entry,
        tool.share_percent,
    )


def _key(*values: str | int) -> str:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
