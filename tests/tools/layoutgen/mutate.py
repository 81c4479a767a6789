"""Harmed pages: cuts, one block dropped, doubled or emptied, and pages that must fail."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from layoutgen.bad import bad_pages
from layoutgen.markup import Rendered, blocks
from layoutgen.truth import PageTruth

Layout = Callable[[PageTruth, Random], Rendered]
KINDS = ("drop", "double", "empty")
UNCOMPARED = ("path", "layout", "schema", "trace")

__all__ = [
    "Mutant",
    "bad_pages",
    "cuts",
    "differences",
    "judge",
    "judge_cut",
    "mutants",
    "mutants_of",
    "simplified",
]


@dataclass(frozen=True)
class Mutant:
    """One page with one block changed."""

    kind: str
    block: str
    html: bytes
    allowed: tuple[dict[str, Any], ...]
    """Records that are right for the page: the unharmed one first, then what a person reads."""
    baseline: tuple[str, ...]
    """Codes that the unharmed page may have, for when its own line is not at hand."""


def cuts(body: bytes, rng: Random | None = None, count: int | None = None) -> Iterator[bytes]:
    """Every beginning of a page, or with `count` that many of them."""
    places: list[int] = list(range(len(body)))
    if count is not None and count < len(places):
        places = sorted((rng or Random(0)).sample(places, count))
    for place in places:
        yield body[:place]


def mutants(truth: PageTruth, layout: Layout, rng: Random) -> Iterator[Mutant]:
    """Every marked block of one page dropped, doubled and emptied in turn."""
    return mutants_of(truth, layout(truth, rng))


def mutants_of(truth: PageTruth, page: Rendered) -> Iterator[Mutant]:
    """The mutants of a page already rendered."""
    record = truth.expected(page.style, page.address, page.shows)
    baseline = tuple(sorted({*record["findings"], *truth.optional(page.shows)}))
    for block in blocks(page.marked):
        for kind in KINDS:
            html = page.changed(block, kind)
            if html != page.html:
                right = (record, *_as_read(truth, page, record, block.name, kind))
                yield Mutant(kind, block.name, html, right, baseline)


def _as_read(
    truth: PageTruth, page: Rendered, record: dict[str, Any], name: str, kind: str
) -> list[dict[str, Any]]:
    """What a person reads where nothing else on the page speaks of the lost block.

    The whole list: the row of votes, of pricing or of the community gone for both tools, and the
    community's value gone from a card that keeps the label, where no table states it.
    """
    if kind == "double":
        return []
    new = copy.deepcopy(record)
    if name in ("d.votes.row", "d.pricing.row"):
        for tool in new["tools"]:
            tool[name.split(".")[1]] = None
        return [new]
    if name == "d.community.row":
        for tool, true in zip(new["tools"], truth.tools, strict=True):
            share = true.community[0] if true.community else None
            tool["community"] = {"ship_percent": share, "ship": None, "votes": None}
        return [new]
    if name.endswith(".community.value") and "community" not in page.shows.rows:
        new["tools"][int(name[1])]["community"] = dict.fromkeys(("ship_percent", "ship", "votes"))
        return [new]
    return []


def simplified(line: dict[str, Any]) -> dict[str, Any]:
    """A parsed line as `PageTruth.expected` writes it: without what is not compared."""
    new = {k: v for k, v in line.items() if k not in UNCOMPARED}
    if "findings" in new:
        new["findings"] = sorted({f["code"] for f in new["findings"]})
    return new


def differences(
    expected: dict[str, Any], line: dict[str, Any], optional: set[str] | None = None
) -> list[tuple[str, Any, Any]]:
    """Every place where a comparison's line is not the expected record: field, expected, got.

    Absent: an empty list means that the two are equal, `optional` findings apart.
    """
    got = simplified(line)
    may = optional or set()
    want = {**expected, "findings": [c for c in expected["findings"] if c not in may]}
    if "findings" in got:
        got["findings"] = [c for c in got["findings"] if c not in may]
    return list(_differ("", want, got))


def _differ(where: str, want: Any, got: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(want, dict) and isinstance(got, dict):
        for key in {**want, **got}:
            place = f"{where}.{key}" if where else key
            yield from _differ(place, want.get(key, "(no such key)"), got.get(key, "(no such key)"))
    elif (
        isinstance(want, list)
        and isinstance(got, list)
        and len(want) == len(got)
        and where in ("tools", "quotes")
    ):
        for n, (one, two) in enumerate(zip(want, got, strict=True)):
            yield from _differ(f"{where}[{n}]", one, two)
    elif want != got or type(want) is not type(got):
        yield where, want, got


def judge(
    mutant: Mutant,
    truth: PageTruth,
    outcome_line: dict[str, Any],
    whole_line: dict[str, Any] | None = None,
) -> str:
    """`ok` for a failure, an allowed record, or another record that says so by a new finding.

    Shape: `whole_line` is what the unharmed page gave; a finding is new that was not there.
    """
    if outcome_line["kind"] == "failure":
        return "ok"
    if outcome_line["kind"] != "comparison":
        return "wrong"
    found = outcome_line["findings"]
    if whole_line is None or whole_line["kind"] != "comparison":
        is_new = bool({f["code"] for f in found} - set(mutant.baseline))
    else:
        is_new = any(f not in whole_line["findings"] for f in found)
    optional = {f["code"] for f in found} | set(mutant.baseline)
    is_right = any(not differences(r, outcome_line, optional) for r in mutant.allowed)
    return "ok" if is_new or is_right else "wrong"


def judge_cut(truth: PageTruth, page: Rendered, outcome_line: dict[str, Any]) -> str:
    """`ok` for a failure or the full record of the uncut page, never another."""
    if outcome_line["kind"] == "failure":
        return "ok"
    record = truth.expected(page.style, page.address, page.shows)
    return "wrong" if differences(record, outcome_line, truth.optional(page.shows)) else "ok"
