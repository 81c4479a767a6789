"""Of whom a value is said: the text's tool, or another product that the sentence is about.

Pure.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from db.derived.names import Name
from db.derived.passage import Passage
from db.derived.relations import is_clause_head

_SET_AGAINST = re.compile(
    r"\b(?:against|versus|vs\.?|unlike|compared (?:to|with)|than)(?: the| its| their)? \Z",
    re.IGNORECASE,
)
_REAL_THING = re.compile(
    r" (?:for|at) (?:the (?:real|big|other|original|full)|its (?:rival|elder))\b"
)
_WHICH = re.compile(r",? (?:which|who|whose|at)\b[^.;:!?]{0,80}\Z")
_PRONOUN = re.compile(r"(?:It|Its|They|Their|That one|Both)\b(?:['’]s)?")
_OFFERS = re.compile(r"['’]s (?:\w+ ){0,3}\Z")
_HEAD_BREAK = re.compile(
    r"[;:—–]|, (?:and|but|while|whereas|yet|so)\b|\b(?:it|this|its|mine|here|we|I|you|which|that)\b",
    re.IGNORECASE,
)


def is_of_another(
    passage: Passage, start: int, end: int, others: Sequence[Name], names: Sequence[Name]
) -> bool:
    """Whether what stands at a span is said of one of the others and not of the tool."""
    before = passage.before(start)
    if _SET_AGAINST.search(before) or _REAL_THING.match(passage.text, end):
        return True
    sentence = passage.sentence(start)
    at = bisect_left([name.start for name in names], start)
    nearest = names[at - 1] if at and names[at - 1].start >= sentence.start else None
    if nearest is not None:
        return nearest in others and _is_subject(passage, nearest, start)
    return bool(_PRONOUN.match(passage.text, sentence.start)) and _was_of_another(
        passage, sentence.start, others, names
    )


def _is_subject(passage: Passage, name: Name, at: int) -> bool:
    """Whether the clause of a value is about the name before it."""
    between = passage.text[name.end : at]
    if _WHICH.match(between) or _OFFERS.fullmatch(between) or between.strip() in ("at", "with its"):
        return True
    return is_clause_head(passage.before(name.start)) and not _HEAD_BREAK.search(between)


def _was_of_another(
    passage: Passage, at: int, others: Sequence[Name], names: Sequence[Name]
) -> bool:
    """Whether the sentence before is about another: its first name, at its head, is one."""
    if at < 2:
        return False
    sentence = passage.sentence(at - 2)
    first = next((name for name in names if sentence.start <= name.start < sentence.end), None)
    return first is not None and first in others and first.start == sentence.start
