"""Past dates of a product's or maker's events: made, released, founded, retired, trained up to.

Pure. What the writer did in a year, and names of editions, are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from db.derived.amounts import FoundValue
from db.derived.dates import DATE, SOFT, first_day, to_date
from db.derived.passage import YEAR_SIGNS, Passage, any_of

_EVENT = any_of(
    r"(?:re)?(?:released?|launch(?:ed|es)?|written|wrote|named|built)|(?:co-?)?founded|made"
    r"|retired|withdrawn|trained|cut[- ]?off|(?:went|came|come) (?:out|live|public)|shut down"
    r"|closed|ended|discontinued|(?:open[- ])?sourced|announced|acquired|started|began|begun|born"
    r"|introduced|published|shipped|appeared|arrived|debut(?:ed)?|established|created|developed"
    r"|maintained|updated|dat(?:es|ing) (?:from|back)|since|forked|incorporated|merged|deprecated"
    r"|abandoned|stopped|unveiled|opened|died|ran until|joined|changed hands|taken over|spun out"
    r"|split|ported|relicensed|patented|sold|bought|moved|turned|finished|completed|dropped"
    r"|registered|knowledge|data (?:up )?to|(?:first|last) (?:commit|version|seen)|copyright"
    r"|in beta|on sale|go(?:es)? back to"
)
"""Words by which a date is one of an event of a product or its maker."""
_DATED = re.compile(
    r"(?:(?<=\()|(?<![\w-])(?:in|on|since|of|from|to|until|by|till|through|as of|before|after"
    r"|during|at|around) |, |: |(?<=\w) (?=\D|\d{1,2} |\d{4}-))"
    rf"(?P<date>{SOFT}?{DATE})(?! (?:edition|version|release|model|rules|tax|tables)\b)"
)
_MINE = re.compile(
    r"\b(?:customers?|users?|readers?|subscribers?|members?|fans?) since\b|\b(?:I|we|my|me|our|us)"
    r" (?:\w+ )?(?:\w+ed|bought|built|wrote|made|began|came|went|left|met|was|were|had|got|saw)\b",
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
    for it in passage.found(_DATED, YEAR_SIGNS):
        said = to_date(it["date"])
        if said and first_day(said) <= written and _is_event(passage, *it.span("date")):
            yield FoundValue(*it.span("date"), "date", said, None)


def _is_event(passage: Passage, start: int, end: int) -> bool:
    clause = passage.clause(start, end)
    near = _EVENT.search(clause) or _EVENT.search(passage.before(start)[-80:])
    return near is not None and _MINE.search(clause) is None
