"""Which pages of one site to ask first, so that the fewest of them show every tool.

Every page shows two complete tools: tools are the nodes of a graph, pages its edges, and the
fewest pages that touch every tool are a minimum edge cover: a maximum matching, and one page more
for each tool that it leaves out. Pure: nothing is read, written or asked here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import rustworkx

ToolPair = tuple[str, str]
Standing = Literal["seen", "open", "closed"]
"""`seen` is stored, gave a record and is not due; `open` may be asked now; `closed` is neither."""


@dataclass(frozen=True, slots=True)
class CoverPage:
    """A comparison page as the plan sees it.

    `ways` are all readings of two tools from its address; `is_doubtful` one that failed before,
    which is taken only where no other page does as well.
    """

    id: int
    url: str
    ways: tuple[ToolPair, ...]
    standing: Standing
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Cover:
    """A plan: the pages that show every tool not yet seen, and the rest of those to be asked.

    `first` and `rest` are page ids in the order to ask them. `tools` are all that the addresses
    name, `seen` those on a stored page, `lost` those that are neither seen nor on any page that
    may be asked. `unclear` counts the addresses that could be read in several ways.
    """

    first: tuple[int, ...]
    rest: tuple[int, ...]
    tools: frozenset[str]
    seen: frozenset[str]
    lost: frozenset[str]
    unclear: int


def plan_cover(
    places: Iterable[CoverPage], *, slugs: Collection[str] = (), named: Collection[int] = ()
) -> Cover:
    """The plan for one site's pages, the same in whatever order they are given.

    `slugs` are further tools known to exist, which decide how an address is to be read; `named`
    are pages that come first whatever they show.

    >>> pages = [CoverPage(1, "a-b", (("a", "b"),), "open"),
    ...          CoverPage(2, "b-c", (("b", "c"),), "open"),
    ...          CoverPage(3, "c-d", (("c", "d"),), "open")]
    >>> plan_cover(pages).first
    (1, 3)
    """
    ordered = sorted(places, key=_rank)
    pairs = read_pairs(ordered, slugs)
    tools = frozenset(tool for pair in pairs.values() for tool in pair)
    stored = [place for place in ordered if place.standing == "seen"]
    seen = frozenset(tool for place in stored for tool in pairs.get(place.id, ()))
    open_ = [place for place in ordered if place.standing == "open"]
    asked_for = frozenset(named)
    first = [place.id for place in open_ if place.id in asked_for]
    missing = tools - seen - {tool for page in first for tool in pairs.get(page, ())}
    clear = [(place, pairs[place.id]) for place in open_ if place.id in pairs]
    chosen, lost = _edge_cover(clear, missing)
    first += chosen
    unclear = [place for place in ordered if place.id not in pairs]
    taken = set(first)
    first += [
        place.id
        for place in unclear
        if place.standing == "open"
        and place.id not in taken
        and not {tool for way in place.ways for tool in way} <= tools - lost
    ]
    taken.update(first)
    rest = tuple(place.id for place in open_ if place.id not in taken)
    return Cover(tuple(first), rest, tools, seen, lost, len(unclear))


def _rank(place: CoverPage) -> tuple[bool, str, int]:
    return place.is_doubtful, place.url, place.id


def read_pairs(places: Sequence[CoverPage], slugs: Collection[str]) -> dict[int, ToolPair]:
    """The two tools of each page whose address tells them.

    Of several ways the one whose tools are both known is taken, else the only one in sorted order.
    Absent: a page is left out where no rule decides.
    """
    pairs = {place.id: place.ways[0] for place in places if len(place.ways) == 1}
    known = {tool for pair in pairs.values() for tool in pair} | set(slugs)
    for place in places:
        if len(place.ways) < 2:
            continue
        for fitting in (
            [way for way in place.ways if known >= set(way)],
            [way for way in place.ways if way[0] < way[1]],
        ):
            if len(fitting) == 1:
                pairs[place.id] = fitting[0]
                break
    return pairs


def _edge_cover(
    pages: Sequence[tuple[CoverPage, ToolPair]], missing: Collection[str]
) -> tuple[list[int], frozenset[str]]:
    """The fewest of the pages that touch every missing tool; the tools that no page touches.

    Pages that show two missing tools come before those that show one.
    """
    best: dict[ToolPair, CoverPage] = {}
    for place, (a, b) in pages:
        # The pages are in order of rank, so of several with one pair the first is the best.
        if a != b and a in missing and b in missing:
            best.setdefault((min(a, b), max(a, b)), place)
    matched = maximum_matching(
        {pair: 1 if place.is_doubtful else 2 for pair, place in best.items()}
    )
    left = set(missing) - {tool for pair in matched for tool in pair}
    single: dict[str, CoverPage] = {}
    for place, pair in sorted(pages, key=lambda page: page[1][0] == page[1][1]):
        for tool in left.intersection(pair):
            single.setdefault(tool, place)
    chosen = sorted((best[pair] for pair in matched), key=_rank)
    chosen += sorted(single.values(), key=_rank)
    return [place.id for place in chosen], frozenset(left - single.keys())


def maximum_matching(weights: Mapping[ToolPair, int]) -> list[ToolPair]:
    """As many pairs as can be had without a shared tool; of several such sets one of most weight.

    >>> maximum_matching({("a", "b"): 1, ("b", "c"): 1, ("c", "d"): 1})
    [('a', 'b'), ('c', 'd')]
    """
    tools = sorted({tool for pair in weights for tool in pair})
    index = {tool: at for at, tool in enumerate(tools)}
    # No pair comes twice, so there is no need to look for it at every edge (20 times slower).
    graph: rustworkx.PyGraph[str, int] = rustworkx.PyGraph(multigraph=True)
    graph.add_nodes_from(tools)
    graph.add_edges_from([(index[a], index[b], weights[a, b]) for a, b in sorted(weights)])
    found = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    return sorted((tools[min(edge)], tools[max(edge)]) for edge in found)
