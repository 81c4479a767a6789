"""Prices as ranges: what is said to cost from $5, up to $10, or $5 to $10, may cost $7.

Pure. A price alone is a range of itself. Which end a price is stands in the words around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from db.derived.quantities import WORDS

PriceBound = Literal["least", "most"]
Range = tuple[Decimal, Decimal]

NEAR, APART = len(" and "), len(" and at most ")
"""So much stands at most between the ends of a range, the second told as such or not."""
REACH = 40
"""So far to each side the words around a price are read. Units: characters."""
ENDLESS = Decimal("Infinity")
_UNDENIED = r"(?<!no )(?<!not )(?<!never )"
_ABOUT = r"(?: (?:about|around|just|only|as little as|as much as))?"
_LEAST = re.compile(
    r"\b(?:from|start(?:s|ing)? (?:at|from)|begin(?:s|ning)? at|at least|upwards of|a minimum of"
    rf"|{_UNDENIED}(?:over|above|more than)|(?:no|not|never) (?:less than|under|below)){_ABOUT} \Z",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"\b(?:up to|at most|a maximum of|capped at|(?:no|not|never) (?:more than|over|above)"
    rf"|{_UNDENIED}(?:under|below|less than)){_ABOUT} \Z",
    re.IGNORECASE,
)
_AND_MORE = re.compile(r"\+| (?:and|or) (?:up|upwards?|more|above)\b| (?:upwards?|minimum)\b")
_AND_LESS = re.compile(r" (?:and|or) (?:less|below|under)\b| (?:max(?:imum)?|at (?:the )?most)\b")
_TO = re.compile(rf"(?:[-–—~]| to )(?:US ?)?[$€£]?(?:\d|{WORDS}\b)| [-–—] [$€£]")
_BETWEEN = re.compile(r"\bbetween \Z", re.IGNORECASE)


def bound_of(text: str, start: int, end: int) -> PriceBound | None:
    """Which end of a range a price at `[start, end)` is. Absent: None where it is the price.

    The other end of "$5 to $10" is told by its place alone: see `ranges`.

    >>> [bound_of(text, text.index("$"), text.index("$") + 2) for text in (
    ...     "From $5", "up to $9", "$5–10", "no more than $9", "$5 and up", "for $5", "$5 a seat")]
    ['least', 'most', 'least', 'most', 'least', None, None]
    >>> [bound_of(text, len(text) - 2, len(text)) for text in (
    ...     "no less than $5", "not less than $5", "never more than $9", "not over $5", "under $5")]
    ['least', 'least', 'most', 'most', 'most']
    """
    before, after = text[max(0, start - REACH) : start], text[end : end + REACH]
    if _MOST.search(before) or _AND_LESS.match(after):
        return "most"
    is_least = _LEAST.search(before) or _AND_MORE.match(after) or "+" in text[start:end]
    is_first = _TO.match(after) or (_BETWEEN.search(before) and after.startswith(" and "))
    return "least" if is_least or is_first else None


def ranges(prices: Iterable[tuple[int, int, Decimal, PriceBound | None]]) -> tuple[Range, ...]:
    """The ranges of a text's prices, each with its place, in order and apart.

    >>> first, second = (0, 2, Decimal(5), "least"), (6, 9, Decimal(10), None)
    >>> for given in ([first, second], [first], [second]):
    ...     print(*(f"{low} to {high}" for low, high in ranges(given)))
    5 to 10
    5 to Infinity
    10 to 10
    >>> most, lower = (14, 17, Decimal(10), "most"), (6, 9, Decimal(2), None)
    >>> for given in ([first, most], [first, lower]):
    ...     print(*(f"{low} to {high}" for low, high in ranges(given)))
    5 to 10
    2 to 2 5 to 5
    """
    found: list[Range] = []
    opened: tuple[int, Decimal] | None = None
    for start, end, value, bound in sorted(prices, key=lambda it: it[:3]):
        if opened is not None and start - opened[0] <= (APART if bound == "most" else NEAR):
            # Where it falls, "from $20 to $10", neither is the end of a range.
            found[-1] = (opened[1], max(opened[1], value))
            if value > opened[1]:
                opened = None
                continue
        opened = (end, value) if bound == "least" else None
        low = Decimal(0) if bound == "most" else value
        found.append((low, ENDLESS if bound == "least" else value))
    return _apart(found)


def _apart(found: Iterable[Range]) -> tuple[Range, ...]:
    """Ranges in order, those that meet joined."""
    apart: list[Range] = []
    for low, high in sorted(found):
        if apart and low <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(high, apart[-1][1]))
        else:
            apart.append((low, high))
    return tuple(apart)


def do_meet(mine: tuple[Range, ...], theirs: tuple[Range, ...]) -> bool:
    """Whether any of some ranges meets any of others, both in order and apart.

    >>> one, two, four = map(Decimal, (1, 2, 4))
    >>> do_meet(((one, two),), ((two, four),)), do_meet(((one, two),), ((four, four),))
    (True, False)
    """
    at, other = 0, 0
    while at < len(mine) and other < len(theirs):
        if mine[at][1] < theirs[other][0]:
            at += 1
        elif theirs[other][1] < mine[at][0]:
            other += 1
        else:
            return True
    return False
