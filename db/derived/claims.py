"""Values that a text states: parameters, licence, price, context, memory, dates, openness.

Pure. A claim is of the text's tool, or of another product; a condition, a question or a denial is
none. What stands inside a name is a part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from db.derived.amounts import Attribute, FoundValue, find_contexts, find_memory, find_parameters
from db.derived.events import find_events
from db.derived.gazetteer import Gazetteer
from db.derived.licences import find_licences
from db.derived.mentions import all_names
from db.derived.names import FoundName
from db.derived.openness import find_openness
from db.derived.passage import Passage
from db.derived.prices import find_prices
from db.derived.subjects import Subjects

METHOD = "values-and-units"
METHOD_VERSION = 1

DENIED = re.compile(
    r"\b(?:not|no|never|without|isn['’]t|aren['’]t|wasn['’]t|neither|nor|nothing"
    r"|hardly|barely|lacks?"
    r"|instead of|don['’]t|doesn['’]t|pretends?|no longer)\b[^,.;:!?]{0,25}\Z",
    re.IGNORECASE,
)
"""Words before a licence, openness or "free", in its own clause, by which it is denied."""
REFUSED = re.compile(
    r"\b(?:(?:do not|don['’]t|does not|doesn['’]t|did not|didn['’]t|never"
    r"|nobody) (?:need|want|take|have|cost)s?"
    r"|no need for|not|no|without|neither|nor|instead of|rather than)(?: an?| the"
    r"| any| some)?(?: whole)? \Z",
    re.IGNORECASE,
)
"""Words right before an amount by which it is denied."""
NO_DENIAL = re.compile(
    r"\b(?:not|no|nothing|never) (?:only|just|merely|more than|less than|but|bad"
    r"|least|later than)\b",
    re.IGNORECASE,
)
"""Words that deny nothing though they begin so."""
SUPPOSED = re.compile(
    r"(?:(?:\A|[,;:.—(] ?|\b(?:and|but|or|only|even|not) )(?:if|unless|suppose|were"
    r"|had|whether|imagine)\b"
    r"|(?:\A|, )(?:would|should) (?:it|they|this)\b|\b(?:as if|as though|ask(?:s"
    r"|ed)? for|would be|could be|might be|should be|asking whether|wonder"
    r"|wish|wishes|until it is|until they)\b)[^,.;:!?]{0,60}\Z",
    re.IGNORECASE,
)
"""Words before a value by which it is only supposed."""
WORDED = ("licence", "openness")


@dataclass(frozen=True)
class Claim:
    """A stated value at `[start, end)` in code points of the text.

    Absent: the unit is None where the attribute has none.
    """

    start: int
    end: int
    words: str
    attribute: Attribute
    value: str
    unit: str | None
    subject: Literal["tool", "other"]


def find_claims(text: str, tool: str, known: Gazetteer, written: date) -> tuple[Claim, ...]:
    """The claims of a text about a tool in order, none overlapping another.

    >>> known, day = Gazetteer(["Ember 2", "Umber"]), date(2026, 7, 1)
    >>> def shown(text):
    ...     found = find_claims(text, "Ember 2", known, day)
    ...     return [(it.words, it.value, it.unit, it.subject) for it in found]
    >>> shown("A 7B model for $5 a month. Umber costs $9 a month.")
    [('7B', '7e9', None, 'tool'), ('$5 a month', '5', 'USD/month', 'tool'),
     ('$9 a month', '9', 'USD/month', 'other')]
    >>> shown("It is not open source. Umber 70B is a name. Is it under MIT?")
    []
    """
    passage = Passage(text)
    names = all_names(passage, known)
    subjects = Subjects(passage, names, tool)
    values = _apart(_values(passage, written), names)
    return tuple(
        Claim(it.start, it.end, text[it.start : it.end], it.attribute, it.value, it.unit,
              "other" if subjects.is_of_another(it.start, it.end) else "tool")
        for it in values
        if _is_claimed(passage, it)
    )  # fmt: skip


def _values(passage: Passage, written: date) -> Iterator[FoundValue]:
    yield from find_prices(passage)
    yield from find_memory(passage)
    yield from find_contexts(passage)
    yield from find_parameters(passage)
    for it in find_licences(passage):
        yield FoundValue(it.start, it.end, "licence", it.value, None)
    yield from find_openness(passage)
    yield from find_events(passage, written)


def _apart(values: Iterator[FoundValue], names: Sequence[FoundName]) -> list[FoundValue]:
    """The values outside of names, in order; of two that overlap the one that was found first."""
    held = {at for name in names for at in range(name.start, name.end)}
    found: list[FoundValue] = []
    for each in values:
        places = range(each.start, each.end)
        if held.isdisjoint(places):
            held.update(places)
            found.append(each)
    return sorted(found)


def _is_claimed(passage: Passage, it: FoundValue) -> bool:
    if passage.is_question(it.start):
        return False
    before = passage.before(it.start)
    if it.attribute == "price" and it.value == "0" and it.unit is None:
        before = before.removesuffix("at ").removesuffix("for ")
    if SUPPOSED.search(before[-90:]):
        return False
    told = NO_DENIAL.sub("", before[-80:])
    is_worded = it.attribute in WORDED or (it.attribute == "price" and it.unit is None)
    return (DENIED if is_worded else REFUSED).search(told) is None or it.attribute == "date"
