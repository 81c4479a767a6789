"""Words and numbers of a picture, as short as its place is wide."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, count

ELLIPSIS = "…"
WIDE = frozenset({"W", "F"})
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of what has no shape of its own, or turns the direction of what follows. XML allows
most control characters nowhere."""
MARKS = frozenset({"Mn", "Me"})
"""What stands above or below a letter: a name may pile up hundreds."""
MOST_MARKS = 2
CAPITAL = 1.3
MOST_LINES = 4


def shortened(text: str, width: float) -> str:
    """A label that fits, in one line. Units: `width` is in small letters.

    >>> shortened("local ai / distributed inference", 12), shortened("one\\u202e two", 12)
    ('local ai /…', 'one two')
    """
    whole = "".join(_shapes(text))
    if _width(whole) <= width:
        return whole
    reached = list(accumulate(map(_size, whole)))
    kept = whole[: bisect_right(reached, width - 1)]
    return kept.rstrip() + ELLIPSIS


def _width(text: str) -> float:
    return sum(map(_size, text))


def _size(letter: str) -> float:
    """How many small letters a letter is as wide as."""
    if unicodedata.category(letter) in MARKS:
        return 0
    if unicodedata.east_asian_width(letter) in WIDE:
        return 2
    return CAPITAL if letter.isupper() else 1


def _shapes(text: str) -> Iterator[str]:
    """What of a text can be seen, any white space as one space."""
    marks = 0
    for letter in " ".join(text.split()):
        kind = unicodedata.category(letter)
        marks = marks + 1 if kind in MARKS else 0
        if kind not in UNSEEN and marks <= MOST_MARKS:
            yield letter


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a text. Units: letters. What is longer than a line is shortened."""
    lines = [""]
    for word in (shortened(word, width) for word in text.split()):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return lines


def counted(number: int, one: str, many: str = "") -> str:
    """A number with what it counts.

    >>> counted(1, "tool"), counted(1200, "tool"), counted(2, "entry", "entries")
    ('1 tool', '1,200 tools', '2 entries')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def scale(most: int) -> list[int]:
    """The numbers at the lines of an axis from 0 to at least `most`.

    >>> scale(3), scale(48), scale(0)
    ([0, 1, 2, 3], [0, 20, 40, 60], [0, 1])
    """
    steps = (digit * 10**power for power in count() for digit in (1, 2, 5))
    step = next(step for step in steps if most <= MOST_LINES * step)
    return [step * at for at in range(max(1, -(-most // step)) + 1)]
