"""Past dates of a product's or maker's events: made, released, founded, retired, trained up to.

Pure. What the writer did in a year, and names of editions, are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from db.derived.amounts import FoundValue
from db.derived.dates import DATE, SOFT, first_day, to_date
from db.derived.passage import Passage

EVENTS = (
    "released", "release", "launched", "launch", "launches", "founded", "built", "made",
    "written", "rewritten", "wrote", "retired", "withdrawn", "trained", "cutoff", "cut-off",
    "cut off", "went out", "came out", "come out", "out since", "shut down", "closed",
    "discontinued", "open-sourced", "open sourced", "announced", "acquired", "started", "began",
    "begun", "born", "introduced", "published", "shipped", "first appeared", "appeared",
    "arrived", "debuted", "debut", "established", "created", "developed", "maintained",
    "updated", "dates from", "dating from", "dates back to", "around since", "sold since",
    "renamed", "forked", "first commit", "first version", "incorporated", "merged", "bought by",
    "deprecated", "abandoned", "ended", "stopped", "data up to", "data to", "knowledge",
    "unveiled", "opened", "available since", "stable since", "went live", "went public",
    "went open source", "open source since", "died", "ends", "stops", "ran until", "joined",
    "changed hands", "taken over", "spun out", "split", "ported", "relicensed", "patented",
    "sold to", "since", "in print", "on sale", "last commit", "last release", "copyright",
    "first seen", "goes back to", "go back to", "old as", "finished", "completed", "dropped",
    "bought", "moved", "turned", "reached", "hired", "printed", "invented", "registered",
    "signed", "went", "in beta", "left beta",
)  # fmt: skip
"""Words by which a date is one of an event of a product or its maker."""
_BEFORE = (
    r"(?:in|on|since|of|from|to|until|by|till|through|as of|before|after|during|at"
    r"|around|back in|in about)"
)
_DATED = re.compile(
    rf"(?:(?<=\()|(?<![\w-]){_BEFORE} |, |: |(?<=\w) (?=\D|\d{{1,2}} "
    rf"|\d{{4}}-))(?P<soft>{SOFT})?(?P<date>{DATE})(?! (?:edition|version|release"
    rf"|model|rules|tax|tables)\b)"
)
_EVENT = re.compile(
    rf"(?<![\w-])(?:{'|'.join(sorted(EVENTS, key=len, reverse=True))})(?![\w-])", re.IGNORECASE
)
_MINE = re.compile(
    r"\b(?:customers?|users?|readers?|subscribers?|members?|fans?) since\b|\b(?:I|we"
    r"|my|me|our|us|somebody|a friend) (?:\w+ )?(?:\w+ed|bought|built|wrote|made"
    r"|began|started|came|went|left|met|moved|was|were|had|used|got|saw)\b",
    re.IGNORECASE,
)


def find_events(passage: Passage, written: date) -> Iterator[FoundValue]:
    """The past dates of events in a text that was written on a day.

    >>> def shown(text):
    ...     found = find_events(Passage(text), date(2026, 7, 1))
    ...     return [(text[it.start:it.end], it.value) for it in found]
    >>> shown("Founded in 2021, released on 9 April 2026; trained on mail up to June 2025.")
    [('2021', '2021'), ('9 April 2026', '2026-04-09'), ('June 2025', '2025-06')]
    >>> shown("I built my shed in 2021. Released by 2028. The 2024 edition. In 2024 it rained.")
    []
    """
    for it in _DATED.finditer(passage.text):
        said = to_date(it["date"])
        if said is None or first_day(said) > written or not _is_event(passage, it):
            continue
        yield FoundValue(
            *it.span("date"), "date", to_date((it["soft"] or "") + it["date"]) or said, None
        )


def _is_event(passage: Passage, it: re.Match[str]) -> bool:
    clause = passage.clause(it.start("date"), it.end("date"))
    near = _EVENT.search(clause) or _EVENT.search(passage.before(it.start("date"))[-80:])
    return near is not None and _MINE.search(clause) is None
