"""What the parser infers, held against what is printed: printed verdicts are hidden, and inferred.

The inference is the parser's own. Beside it stands what logic decides, found by going through
every way in which a panel can have voted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from db.statistics.bootstrap import Estimate, ratios, rounded
from db.statistics.methods import HIDDEN
from db.statistics.panels import Panel, PanelVotes, panels
from parsers import infer_verdicts
from schema.records import Verdict

SOURCES = ("unanimous", "cue", "remainder", "baseline")
BASELINE_SLOT = 4
"""The baseline takes the quote of this slot for the skip of a card that has one."""
VERDICTS: tuple[Verdict, Verdict] = ("ship", "skip")


class Marks(NamedTuple):
    """Verdicts that were marked, those of them that are as printed, and those to be marked.

    Shape: `correct` of `marked` is the precision, `correct` of `relevant` the recall. To be marked
    are: by logic (unanimous, remainder) all that share and cues decide; by a cue, and by the
    baseline, all that are printed as the minority of their card.
    """

    marked: int = 0
    correct: int = 0
    relevant: int = 0


def judge(panel: Panel, hidden: Collection[int] | None = None) -> dict[str, Marks]:
    """The marks by each source where printed verdicts of a panel are hidden.

    Shape: `hidden` are slots; without it all are. A quote that prints none is never correct.
    """
    slots = [each.slot for each in panel.quotes]
    truth = [each.verdict for each in panel.quotes]
    places = [at for at, slot in enumerate(slots) if hidden is None or slot in hidden]
    known = [None if at in places else verdict for at, verdict in enumerate(truth)]
    texts = [each.text or "" for each in panel.quotes]
    found, _ = infer_verdicts(texts, known, panel.share, panel.votes)
    cued = [each.verdict if each.source in ("page", "cue") else None for each in found]
    by_logic = decided(cued, panel.share, panel.votes)
    minority, count = _minority(len(truth), panel.share, panel.votes)
    wanted = {
        "unanimous": [panel.share in (0, 100) and by_logic[at] is not None for at in places],
        "cue": [minority is not None and truth[at] == minority for at in places],
        "remainder": [
            panel.share not in (0, 100) and cued[at] is None and by_logic[at] is not None
            for at in places
        ],
    }
    marked = {
        source: [found[at].verdict if found[at].source == source else None for at in places]
        for source in SOURCES
    }
    is_one_skip = minority == "skip" and count == 1
    marked["baseline"] = [
        "skip" if is_one_skip and slots[at] == BASELINE_SLOT else None for at in places
    ]
    wanted["baseline"] = wanted["cue"]
    told = [truth[at] for at in places]
    return {each: _counted(marked[each], told, wanted[each]) for each in SOURCES}


def _counted(
    marked: Sequence[Verdict | None], truth: Sequence[Verdict | None], wanted: Sequence[bool]
) -> Marks:
    correct = sum(
        one is not None and one == other for one, other in zip(marked, truth, strict=True)
    )
    return Marks(sum(each is not None for each in marked), correct, sum(wanted))


def decided(
    known: Sequence[Verdict | None], share: int, votes: PanelVotes | None
) -> list[Verdict | None]:
    """What logic decides: the verdicts that are the same in every way in which a panel can vote.

    >>> decided([None, None, None, "skip"], 75, None)
    ['ship', 'ship', 'ship', 'skip']
    >>> decided([None, None, None, None], 75, None)
    [None, None, None, None]
    """
    ways = [
        way
        for way in _ways(len(known), share, votes)
        if all(told in (None, verdict) for told, verdict in zip(known, way, strict=True))
    ]
    said = [{way[at] for way in ways} for at in range(len(known))]
    return [next(iter(each)) if len(each) == 1 else None for each in said]


@cache
def _ways(count: int, share: int, votes: PanelVotes | None) -> tuple[tuple[Verdict, ...], ...]:
    """Every way in which so many can have voted for such a share, printed in whole percent."""
    return tuple(
        way
        for way in product(VERDICTS, repeat=count)
        if count
        and abs(100 * way.count("ship") / count - share) < 1
        and votes in (None, (way.count("ship"), way.count("skip")))
    )


def _minority(count: int, share: int, votes: PanelVotes | None) -> tuple[Verdict | None, int]:
    """The verdict that fewer gave, and how many. Absent: None where there is no such verdict."""
    ways = _ways(count, share, votes)
    ships, skips = (ways[0].count(each) for each in VERDICTS) if ways else (0, 0)
    if 0 in (ships, skips) or ships == skips:
        return None, 0
    return ("ship", ships) if ships < skips else ("skip", skips)


def accuracy_rows(db: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """For all tools and for each the marks by source; `db` holds cards, sides and quotes."""
    judged = {panel.tool_id: judge(panel) for panel in panels(db) if _is_whole(panel)}
    if not judged:
        return
    number = 0
    for source in SOURCES:
        marks = np.array([each[source] for each in judged.values()])
        correct, below = marks[:, [1, 1]], marks[:, [0, 2]]
        number += 1
        yield number, None, source, *marks.sum(0).tolist(), *_told(ratios(correct, below))
    for tool_id, each in judged.items():
        for source, made in each.items():
            if made.marked or made.relevant:
                number += 1
                figures = [_share(made.correct, below) for below in (made.marked, made.relevant)]
                yield number, tool_id, source, *made, *_told(figures)


def _is_whole(panel: Panel) -> bool:
    """Whether all of a panel's words and verdicts are there."""
    return all(each.verdict is not None and each.text is not None for each in panel.quotes)


def _share(part: int, whole: int) -> Estimate:
    """The figure of one tool, of which there is no interval."""
    return Estimate(whole, rounded(part / whole) if whole else None, None, None)


def _told(figures: list[Estimate]) -> tuple[Any, ...]:
    """The columns behind the counts: precision and recall with their intervals, and the method."""
    return (*(value for each in figures for value in each[1:]), *HIDDEN.made_by)
