"""Where two published values of one thing differ: label and text, two texts, or two cards.

Pure. A conflict says that two values were published at one time, never that one is wrong; of a tool
with several parts both may hold.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations, product
from typing import NamedTuple

from db.derived.claims import Claim
from db.derived.ranges import PriceBound, Range, do_meet, ranges

METHOD = "two-published-values"
METHOD_VERSION = 2

AGAINST_PAID = ("open source", "open weights")
"""What a text says of openness that the label "Paid" speaks against. A price beside "Free" is
none: a tool may be free for one and paid for ten."""
MOST_TEXTS = 50
"""Of more texts that state an attribute of a tool the newest are compared."""
COMPARED = ("parameters", "licence", "price", "context", "memory", "openness")
"""Attributes of which a tool has one value, or a set that each text gives whole. Dates are of many
events, and none speaks against another."""
_VERSION = re.compile(r"-(?:\d\.\d|\d-Clause.*)\Z")
"""What a licence has beside its family's name: MIT-0 is no version of MIT."""


@dataclass(frozen=True)
class Stated:
    """A claim and where it was published: `text_key` is the quote's or card's key.

    Absent: a claim of None is the card's own label, `entry`; the days are None where not known, the
    bound where the claim is no price that begins or ends a range (`ranges.bound_of`).
    """

    tool: str
    text_key: str
    claim: Claim | None
    entry: str | None = None
    first_seen: date | None = None
    last_seen: date | None = None
    bound: PriceBound | None = None


@dataclass(frozen=True)
class Conflict:
    """Two published values of one attribute of one tool.

    Absent: the unit is None where the attribute has none.
    """

    tool: str
    attribute: str
    unit: str | None
    one: Stated
    other: Stated


class StatedValues(NamedTuple):
    """The values of one text: its own, with these the families that they belong to, and what its
    prices range over where any of those compared is a range."""

    own: set[str]
    wide: set[str]
    over: tuple[Range, ...]


def find_conflicts(statements: Iterable[Stated]) -> tuple[Conflict, ...]:
    """The conflicts among statements, in the order of tool, attribute, texts and places.

    Two texts are in conflict where both state an attribute in one unit and share no value of it:
    of prices that are ranges ("from $5", "$5 to $10"), where these do not meet.
    Each pair of texts gives one conflict an attribute and unit: of the first value in each. The
    factors of a mixture ("8x7B") are compared one with another, also in one text. Of many texts the
    newest MOST_TEXTS that state an attribute are compared: of thousands all pairs are millions.

    >>> one = Claim(3, 8, "8x24B", "parameters", "8x24e9", None, "tool")
    >>> other = Claim(9, 14, "8x22B", "parameters", "8x22e9", None, "tool")
    >>> found = find_conflicts([Stated("ember", "a", one), Stated("ember", "b", other)])
    >>> [(it.attribute, it.one.claim.value, it.other.claim.value) for it in found]
    [('parameters', '8x24e9', '8x22e9')]
    """
    by_tool: dict[str, list[Stated]] = defaultdict(list)
    for each in statements:
        if each.claim is None or each.claim.subject == "tool":
            by_tool[each.tool].append(each)
    return tuple(
        conflict
        for _, stated in sorted(by_tool.items())
        for conflict in (*_of_label(stated), *_of_texts(stated))
    )


def _of_label(stated: Sequence[Stated]) -> Iterator[Conflict]:
    labels = sorted({it for it in stated if it.claim is None and it.entry == "Paid"}, key=_order)
    open_ones = (it for it in stated if it.claim and it.claim.value in AGAINST_PAID)
    for label, (it,) in product(labels, _newest([[it] for it in sorted(open_ones, key=_order)])):
        if _is_at_one_time(label, it):
            yield Conflict(label.tool, "entry", None, label, it)


def _of_texts(stated: Sequence[Stated]) -> Iterator[Conflict]:
    groups: dict[tuple[str, str, bool], dict[str, list[Stated]]] = defaultdict(dict)
    for it in sorted((it for it in stated if it.claim), key=_order):
        if it.claim and it.claim.attribute in COMPARED:
            # A mixture's factors and its total are two ways to count, as active ones are a third.
            is_mixture = "x" in it.claim.value and it.claim.attribute == "parameters"
            # A tool is one mixture: two in one text differ as well. Of anything else it has parts.
            text = f"{it.text_key} {it.claim.value}" if is_mixture else it.text_key
            form = (it.claim.attribute, it.claim.unit or "", is_mixture)
            groups[form].setdefault(text, []).append(it)
    for (attribute, unit, _), texts in sorted(groups.items()):
        bounds = (it.bound for stated in texts.values() for it in stated)
        values = _values_over if attribute == "price" and any(bounds) else _values
        newest = [(it[0], values(it)) for it in _newest([*texts.values()])]
        for (mine, ours), (theirs, others) in combinations(newest, 2):
            if not _is_shared(ours, others) and _is_at_one_time(mine, theirs):
                yield Conflict(mine.tool, attribute, unit or None, mine, theirs)


def _newest(texts: list[list[Stated]]) -> list[list[Stated]]:
    """The newest of some texts, each with what it states, in their order."""
    days = [it.last_seen or date.max for it, *_ in texts]
    newest = sorted(range(len(texts)), key=days.__getitem__, reverse=True)[:MOST_TEXTS]
    return [texts[at] for at in sorted(newest)]


def _is_shared(mine: StatedValues, theirs: StatedValues) -> bool:
    """Whether two texts share a value; a bare family of licences is shared by its versions."""
    is_one = not (mine.own.isdisjoint(theirs.wide) and theirs.own.isdisjoint(mine.wide))
    return is_one or do_meet(mine.over, theirs.over)


def _values(stated: Sequence[Stated]) -> StatedValues:
    """Their values; source and weights that are open do not speak against each other, nor does an
    exception against its licence."""
    own = {it.claim.value.split(" ")[0] for it in stated if it.claim}
    return StatedValues(own, own | {_VERSION.sub("", value) for value in own}, ())


def _values_over(stated: Sequence[Stated]) -> StatedValues:
    """The values of prices, and what they range over."""
    claims = ((it.claim, it.bound) for it in stated)
    over = ranges((it.start, it.end, Decimal(it.value), bound) for it, bound in claims if it)
    return _values(stated)._replace(over=over)


def _is_at_one_time(one: Stated, other: Stated) -> bool:
    """Whether both were published on some day, for all that is known."""
    return not any(
        mine.last_seen and theirs.first_seen and mine.last_seen < theirs.first_seen
        for mine, theirs in ((one, other), (other, one))
    )


def _order(it: Stated) -> tuple[str, int, str]:
    # A card of many years says one thing at one place more than once: the whole decides.
    return it.text_key, it.claim.start if it.claim else -1, repr(it)
