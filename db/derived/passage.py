"""Where the sentences and clauses of a text lie, found once for all rules.

Pure. The rules look at no more than the sentence around a place, and at no more than `REACH` of it:
so their time grows with the text and no faster.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

REACH = 240
"""So far to each side a rule looks at most. Units: characters."""
ABBREVIATIONS = (
    "a.m.", "approx.", "ca.", "cf.", "dr.", "e.g.", "etc.", "i.e.", "inc.", "ltd.", "mr.", "mrs.",
    "ms.", "no.", "p.m.", "prof.", "st.", "vs.",
)  # fmt: skip
"""Words whose full stop ends no sentence."""
_END = re.compile(r"[.!?…][”\"’')\]]*(?= |\Z)")
_STRONG = re.compile(
    r"[;:—–()]| - |, (?=(?:and|but|or|while|whereas|yet|though|so|which|who|whose)\b)| that "
)
_WORD = re.compile(r"\S+\Z")
_IN_ANY_CASE = re.IGNORECASE.value
_ALIKE = str.maketrans("İıſ", "iis")
"""Letters that a pattern takes for another in whatever case, and `lower` does not."""
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
DIGIT_SIGNS = tuple("0123456789")
YEAR_SIGNS = ("19", "20")


def any_of(words: str) -> re.Pattern[str]:
    """A pattern of whole words or phrases with a stroke between them, in whatever case.

    >>> [it[0] for it in any_of("may|set to").finditer("It may be set to go in May-time.")]
    ['may', 'set to']
    """
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)


class TextSpan(NamedTuple):
    """`[start, end)` in code points of the text."""

    start: int
    end: int


class Passage:
    """A text with the places of its sentences.

    >>> it = Passage("Up by 2 p.m. today. Down again?")
    >>> [it.text[slice(*it.sentence(at))] for at in (0, 20)], it.is_question(3), it.is_question(22)
    (['Up by 2 p.m. today.', 'Down again?'], False, True)
    """

    def __init__(self, text: str) -> None:
        self.text = text
        ends = (found for found in _END.finditer(text) if not _is_abbreviation(text, found))
        self._ends = [found.end() for found in ends]

    @cached_property
    def _breaks(self) -> list[int]:
        return [found.end() for found in _STRONG.finditer(self.text)]

    @cached_property
    def _plain(self) -> str:
        """The text with 0 for digits of other scripts, which a pattern takes for digits."""
        return self.text if self.text.isascii() else _OTHER_DIGIT.sub("0", self.text)

    @cached_property
    def _lowered(self) -> str:
        """The same in small letters."""
        return self._plain.translate(_ALIKE).lower()

    def found(self, pattern: re.Pattern[str], signs: Iterable[str]) -> Iterable[re.Match[str]]:
        """What a pattern finds; a text that holds none of its signs, as most do, is not searched.

        Shape: in all that the pattern finds stands one of the signs, in small letters where the
        pattern takes any.
        """
        held = self._lowered if pattern.flags & _IN_ANY_CASE else self._plain
        return pattern.finditer(self.text) if any(map(held.__contains__, signs)) else ()

    def sentence(self, at: int) -> TextSpan:
        """The sentence that a place lies in, without white space around it."""
        index = bisect_right(self._ends, at)
        start = self._ends[index - 1] if index else 0
        end = self._ends[index] if index < len(self._ends) else len(self.text)
        while start < end and self.text[start] == " ":
            start += 1
        return TextSpan(start, end)

    def before(self, at: int) -> str:
        """The words of the sentence before a place."""
        return self.text[max(self.sentence(at).start, at - REACH) : at]

    def after(self, at: int) -> str:
        """The words of the sentence from the end of a span on."""
        return self.text[at : min(self.sentence(max(at - 1, 0)).end, at + REACH)]

    def clause(self, start: int, end: int) -> str:
        """The clause around a span: between semicolons, dashes, brackets, `, and` and `that`.

        Behind a span amid its clause it ends with a comma: another begins there.
        """
        sentence = self.sentence(start)
        left = bisect_right(self._breaks, start)
        right = bisect_left(self._breaks, end + 1)
        first = self._breaks[left - 1] if left else 0
        last = self._breaks[right] if right < len(self._breaks) else len(self.text)
        first = max(first, sentence.start, start - REACH)
        last = min(last, sentence.end, end + REACH)
        comma = self.text.find(", ", end, last)
        if comma >= 0 and start - first > 1:
            last = comma
        return self.text[first:last]

    def is_first(self, at: int) -> bool:
        """Whether a place is the head of a sentence, of quoted words or of what a colon opens."""
        start = self.sentence(at).start
        is_head = at - start <= 4 and not self.text[start:at].strip("“\"‘'([*•- ")
        return is_head or self.text[max(0, at - 2) : at] in (": ", " “", ' "')

    def is_question(self, at: int) -> bool:
        """Whether the sentence of a place asks."""
        return "?" in self.text[self.sentence(at).end - 3 : self.sentence(at).end]


def _is_abbreviation(text: str, end: re.Match[str]) -> bool:
    word = _WORD.search(text, max(0, end.start() - 8), end.start() + 1)
    return word is not None and word[0].lower().lstrip('(“"') in ABBREVIATIONS
