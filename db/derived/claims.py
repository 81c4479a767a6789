"""Values that a text states: parameters, licence, price, context, memory, dates, openness.

Pure. A claim is of the text's tool, or of another product; a condition, a question or a denial is
none. What stands inside a name is a part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
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
METHOD_VERSION = 2

_NOT = (
    r"(?<![\w-])(?:not|no|never|without|(?:is|are|was|do|does|did)n['’]t|neither|nor|nothing"
    r"|nobody|hardly|barely|lacks?|instead of|rather than)(?! (?:only|just|merely|more than"
    r"|less than|but|least|later than)\b)"
)
_DENIED = re.compile(rf"{_NOT}\b[^,.;:!?]{{0,25}}\Z", re.IGNORECASE)
"""Words before a licence, openness or "free", in its own clause, by which it is denied."""
_REFUSED = re.compile(
    rf"{_NOT}(?: (?:needs?|wants?|takes?|have|costs?|need for))?(?: (?:an?|the|any|some"
    rf"|whole))* \Z",
    re.IGNORECASE,
)
"""Words right before an amount by which it is denied."""
_SUPPOSED = re.compile(
    r"(?:(?:\A|[,;:.—(] ?|\b(?:and|but|or|only|even|not) )(?:if|unless|suppose|were|had|whether"
    r"|imagine)\b|(?:\A|, )(?:would|should) (?:it|they|this)\b|\b(?:as (?:if|though)"
    r"|ask(?:s|ed)? for|(?:would|could|might|should) be|asking whether|wonder|wish(?:es)?"
    r"|until it is|until they are)\b)[^,.;:!?]{0,60}\Z",
    re.IGNORECASE,
)
"""Words before a value by which it is only supposed."""


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
    return claims_in(passage, tool, partial(all_names, passage, known), written)


def claims_in(
    passage: Passage, tool: str, asked: Callable[[], Sequence[FoundName]], written: date
) -> tuple[Claim, ...]:
    """The claims of a passage; its names are asked for only where it states a value."""
    values = [it for it in _values(passage, written) if _is_claimed(passage, it)]
    if not values:
        return ()
    names, text = asked(), passage.text
    subjects = Subjects(passage, names, tool)
    return tuple(
        Claim(it.start, it.end, text[it.start : it.end], it.attribute, it.value, it.unit,
              "other" if subjects.is_of_another(it.start, it.end) else "tool")
        for it in _apart(values, names)
    )  # fmt: skip


def _values(passage: Passage, written: date) -> Iterator[FoundValue]:
    yield from find_prices(passage)
    yield from find_memory(passage)
    yield from find_contexts(passage)
    yield from find_parameters(passage)
    yield from find_licences(passage)
    yield from find_openness(passage)
    yield from find_events(passage, written)


def _apart(values: Sequence[FoundValue], names: Sequence[FoundName]) -> list[FoundValue]:
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
    before = passage.before(it.start)[-90:]
    if passage.is_question(it.start) or _SUPPOSED.search(before):
        return False
    is_free = it.attribute == "price" and it.unit is None
    is_worded = is_free or it.attribute in ("licence", "openness")
    return it.attribute == "date" or not (_DENIED if is_worded else _REFUSED).search(before)
