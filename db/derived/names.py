"""Names of products and organisations as they stand in a text, the tool's own among them.

Pure. A name is a run of words with capitals, with its size, version and edition, or one that the
gazetteer knows. Precision first: a single unknown word with a capital counts only where a capital
can mean nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, takewhile
from typing import NamedTuple

from db.derived.gazetteer import Gazetteer, fold
from db.derived.lexicon import COMMON, EDITIONS, NOT_NAMES, ORGANISATIONS
from db.derived.passage import Passage

LONGEST = 8
"""No name has more words. Units: words."""
_WORD = re.compile(
    r"[^\W_]+(?:\.\d+)*(?:\.(?:js|cpp|ai|io|py|rs|dev|app|net)(?!\w))?(?:\+\+|#(?!\w))?"
)
_VERSION = re.compile(r"(?:v?\d{1,4}(?:\.\d{1,3})*[a-z]?|\d{1,4}(?:\.\d)?[BM]|[A-Z]\d{1,4})\Z")
_LIBRARY = re.compile(r"(?:lib(?![aeir])[a-z]{3,}|[a-z]\w+\.(?:js|cpp|ai|io|rs|dev|app))\Z")
_JOINT = re.compile(r" |-| & |\.(?=\d)")
_SIZE = re.compile(r" \(\d{1,4}(?:\.\d+)?[BM]\)")
_COUNTED = re.compile(
    r"[ -](?:days?|weeks?|months?|years?|hours?|minutes?|times|percent|users|people|dollars|euros"
    r"|pounds|GB|MB|tokens|points|pages|lines|of)\b|%|[.,]\d"
)
_NO_NAME_BEFORE = re.compile(
    r"\b(?:press|click|hit|tap|menu|called|[MD]rs?|Ms|Prof|Professor|Sir|Lady|Lord|Saint|St"
    r"|as)\.? \Z",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"(?:\b(?:in|near|outside|before|after|around|across|to|from)"
    r"|[a-z,;] [A-Z]\w*) \Z"
)
_HANDED = re.compile(
    r"\b(?:for|than|over|with|from|like|beside|calls|drives|uses|using|by|against|of|on|and|or"
    r"|to) \Z"
)
_LET_GO = re.compile(r"[,.;:!?)]|['’]s\b|\Z| (?:and|or|but|is|does|did)\b")


class FoundName(NamedTuple):
    """A name's place in a text; `entity` is the known name that it is.

    Absent: the entity is None where no known name is the same.
    """

    start: int
    end: int
    words: str
    entity: str | None


class _Word(NamedTuple):
    start: int
    end: int
    text: str
    folded: str

    @property
    def is_capital(self) -> bool:
        """Whether it may begin a name: it has a capital first."""
        return self.text[:1].isupper()

    @property
    def is_plain(self) -> bool:
        """Whether it is of small letters alone: then it is neither `is_capital` nor `is_inner`."""
        text = self.text
        return text.isalpha() and text.islower() and not text.startswith("lib")

    @property
    def is_inner(self) -> bool:
        """Whether it is formed as no ordinary word is: capitals within, or `libquill`."""
        if _LIBRARY.match(self.text):
            return True
        inner = any(each.isupper() or each.isdigit() for each in self.text[1:])
        return inner and not self.text.isupper() and not self.text[0].isdigit()

    @property
    def is_shouted(self) -> bool:
        """Whether it is of capitals alone."""
        return len(self.text) > 1 and self.text.isupper() and self.text.isalpha()


def find_names(
    passage: Passage, known: Gazetteer, taken: Sequence[tuple[int, int]] = ()
) -> list[FoundName]:
    """The names of a text in order; none overlaps what is taken (dates and licences).

    >>> known = Gazetteer(["Lantern", "Plover-9"])
    >>> passage = Passage("Lantern Pro beats plover 9, says Umber & Co.")
    >>> [it.words for it in find_names(passage, known)]
    ['Lantern Pro', 'plover 9', 'Umber & Co']
    """
    held = {at for span in taken for at in range(*span)}
    words = (_Word(*it.span(), text := it[0], fold(text)) for it in _WORD.finditer(passage.text))
    free = [word for word in words if word.start not in held and word.end - 1 not in held]
    ends = _ends(passage.text, free)
    found: list[FoundName] = []
    at = 0
    while at < len(free):
        if free[at].is_plain and not known.may_begin(free[at].folded):
            at += 1
            continue
        run = free[at : min(ends[at], at + LONGEST)]
        count = _length(passage, run, known)
        if not count:
            at += 1
            continue
        start, end = run[0].start, run[count - 1].end
        size = _SIZE.match(passage.text, end)
        end = size.end() if size else end
        found.append(
            FoundName(start, end, passage.text[start:end], known.canonical(passage.text[start:end]))
        )
        at += count
        while at < len(free) and free[at].start < end:
            at += 1
    return sorted([*found, *_repeats(free, found)])


def _repeats(words: Sequence[_Word], found: Sequence[FoundName]) -> list[FoundName]:
    """Single words, such as one at the head of a sentence, that begin a name elsewhere."""
    heads = {name.words.split(" ")[0] for name in found if name.words[0].isupper()}
    if not heads:
        return []
    held = {at for name in found for at in range(name.start, name.end)}
    return [
        FoundName(*word[:3], None)
        for word in words
        if word.text in heads and word.start not in held and not is_ordinary(word.text)
    ]


def _ends(text: str, words: Sequence[_Word]) -> list[int]:
    """Behind which word the words end that are joined to each, one to the next."""
    ends = [*range(1, len(words) + 1)]
    for at in range(len(words) - 2, -1, -1):
        if _JOINT.fullmatch(text, words[at].end, words[at + 1].start):
            ends[at] = ends[at + 1]
    return ends


def _length(passage: Passage, run: Sequence[_Word], known: Gazetteer) -> int:
    """How many words of a run are a name that begins with its first; 0 where none does."""
    first = run[0]
    folded = accumulate(word.folded for word in run)
    lengths = [
        count
        for count, name in enumerate(takewhile(known.may_begin, folded), 1)
        if known.of_folded(name) and _is_meant(passage, run[:count])
    ]
    if first.is_plain or not (first.is_capital or first.is_inner):
        return max(lengths, default=0)
    capitals = 1
    while capitals < len(run) and _carries_on(passage, run[capitals]):
        capitals += 1
    size = _SIZE.match(passage.text, run[capitals - 1].end)
    is_known = lengths or (size and known.canonical(passage.text[first.start : size.end()]))
    if is_known or _is_unknown_name(passage, run[:capitals], known):
        lengths.append(capitals)
    return max(lengths, default=0)


def _is_meant(passage: Passage, words: Sequence[_Word]) -> bool:
    """Whether the words of a known name are one: they have a capital, or stand as a name does."""
    first, before = words[0], passage.before(words[0].start)
    if len(words) > 1 or any(each.isdigit() for each in first.text):
        return True
    if not first.is_capital:
        is_let_go = _LET_GO.match(passage.text, first.end)
        return _HANDED.search(before) is not None and is_let_go is not None
    is_head = passage.is_first(first.start)
    return first.text.lower() not in COMMON if is_head else not _NO_NAME_BEFORE.search(before)


def _carries_on(passage: Passage, word: _Word) -> bool:
    if _VERSION.match(word.text):
        return _COUNTED.match(passage.text, word.end) is None
    lowered = word.text.lower()
    if not word.is_capital or (lowered in NOT_NAMES and lowered not in EDITIONS):
        return False
    return not word.is_shouted or lowered == "ai" or word.text in ORGANISATIONS


def is_ordinary(word: str) -> bool:
    """Whether a word with a capital names nothing by itself, in the plural neither.

    >>> is_ordinary("Sundays"), is_ordinary("Umber")
    (True, False)
    """
    lowered = word.lower()
    return lowered in NOT_NAMES or lowered.removesuffix("s") in NOT_NAMES


def _is_unknown_name(passage: Passage, words: Sequence[_Word], known: Gazetteer) -> bool:
    first, before = words[0], passage.before(words[0].start)
    if is_ordinary(first.text) or len(first.text) == 1:
        return False
    if first.is_shouted:
        is_version = len(words) > 1 and any(each.isdigit() for each in words[1].text)
        return first.text in ORGANISATIONS or is_version
    if any(word.is_inner for word in words):
        return _VERSION.match(first.text) is None or len(words) > 1 or len(first.text) > 2
    if _NO_NAME_BEFORE.search(before):
        return False
    if passage.is_first(first.start):
        is_formed = re.search(r"(?:ing|ed|ly|[^s]s)\Z", first.text) is not None
        is_alone = len(words) == 1 or _VERSION.match(words[1].text) is not None
        return not (is_alone or is_formed or known.canonical(words[1].text))
    return len(words) > 1 or _PLACED.search(before) is None
