"""Of whom a value is said: the text's tool, or another product that the sentence is about.

Pure.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from db.derived.mentions import is_self
from db.derived.names import FoundName
from db.derived.passage import Passage

_SET_AGAINST = re.compile(
    r"\b(?:against|versus|vs\.?|unlike|compared (?:to|with)"
    r"|(?<!more )(?<!less )(?<!fewer )than)(?: the| its| their)? \Z",
    re.IGNORECASE,
)
_WHICH = re.compile(r",? (?:which|who|whose|at)\b[^.;:!?]{0,80}")
_PRONOUN = re.compile(r"(?:It|Its|They|Their|That one|Both)\b(?:['’]s)?")
_CLAUSE_HEAD = re.compile(
    r"(?:\A|[;:,—–] ?|\b(?:and|but|while|meanwhile|whereas|because|that|if|when|yet|or|where) )\Z",
    re.IGNORECASE,
)
_HEAD_BREAK = re.compile(
    r"[;:—–]|, (?:and|but|while|whereas|yet|so)\b|\b(?:it|this|its|mine|here|we|I"
    r"|you|which|that)\b",
    re.IGNORECASE,
)


class Subjects:
    """The names of a text, asked of whom a value is said: of the tool, or of another."""

    def __init__(self, passage: Passage, names: Sequence[FoundName], tool: str) -> None:
        self._passage, self._names = passage, names
        self._starts = [name.start for name in names]
        # Found once: between a name and a value far behind it every value would look anew.
        self._breaks = [it.span() for it in _HEAD_BREAK.finditer(passage.text)]
        self._others = {name.start for name in names if not is_self(name, tool)}

    def is_of_another(self, start: int, end: int) -> bool:
        """Whether what stands at a span is said of another product and not of the tool."""
        passage = self._passage
        if _SET_AGAINST.search(passage.before(start)):
            return True
        sentence = passage.sentence(start)
        at = bisect_left(self._starts, start)
        if at and self._starts[at - 1] >= sentence.start:
            nearest = self._names[at - 1]
            return nearest.start in self._others and self._is_subject(nearest, start)
        has_pronoun = _PRONOUN.match(passage.text, sentence.start) is not None
        return has_pronoun and self._was_of_another(sentence.start)

    def _was_of_another(self, at: int) -> bool:
        """Whether the sentence before is about another: that stands at its head."""
        return at >= 2 and self._passage.sentence(at - 2).start in self._others

    def _is_subject(self, name: FoundName, at: int) -> bool:
        """Whether the clause of a value is about the name before it."""
        passage = self._passage
        if _WHICH.fullmatch(passage.text, name.end, at):
            return True
        if _CLAUSE_HEAD.search(passage.before(name.start)) is None:
            return False
        following = bisect_left(self._breaks, (name.end, 0))
        return following == len(self._breaks) or self._breaks[following][1] > at
