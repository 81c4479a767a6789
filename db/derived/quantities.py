"""Numbers as they are written: digits, words, and ranges of them.

Pure. Every pattern is of bounded length.
"""

from __future__ import annotations

import re
from decimal import Decimal

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
LARGE = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000,
         "trillion": 1_000_000_000_000}  # fmt: skip
_SMALL = (
    {word: number for number, word in enumerate(ONES)}
    | {word: 10 * (number + 2) for number, word in enumerate(TENS)}
    | {"a": 1, "an": 1, "couple": 2, "dozen": 12}
)

_ONE = "|".join(sorted((*ONES, *TENS, "dozen"), key=len, reverse=True))
WORDS = rf"(?:(?:{'|'.join(TENS)})-(?:{'|'.join(ONES[1:10])})|{_ONE})"
"""A number below a hundred in words."""
DIGITS = r"(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,12})(?:\.\d{1,6})?"
"""A number in digits, with or without commas."""


def to_number(words: str) -> Decimal:
    """The number that digits or words say; large words after a number multiply it.

    >>> [str(to_number(each)) for each in ("1,200", "0.40", "twenty-four", "7.6 billion")]
    ['1200', '0.40', '24', '7600000000.0']
    >>> str(to_number("half a")), str(to_number("a hundred"))
    ('0.5', '100')
    """
    number = Decimal(1)
    for word in re.split(r"[ -]", words.lower().replace(",", "").strip()):
        if word == "half":
            number = Decimal("0.5")
        elif word in LARGE:
            number *= LARGE[word]
        elif word == "dozen":
            number *= 12
        elif word in _SMALL:
            is_tail = number >= 20 and number % 10 == 0 and 0 < _SMALL[word] < 10
            number = number + _SMALL[word] if is_tail else number * _SMALL[word]
        elif word[:1].isdigit():
            number *= Decimal(word)
    return number


def plain(number: Decimal) -> str:
    """A number without exponent, separators or trailing zeros.

    >>> plain(Decimal("1.10")), plain(Decimal("1E+3")), plain(Decimal("0.0"))
    ('1.1', '1000', '0')
    """
    return f"{number.normalize():f}"
