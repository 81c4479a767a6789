"""Names of products and organisations as they stand in a text, the tool's own among them.

Pure. A name is a run of words with capitals, with its size, version and edition, or one that the
gazetteer knows. Precision first: a single unknown word with a capital counts only where a capital
can mean nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from db.derived.gazetteer import Gazetteer
from db.derived.lexicon import COMMON, EDITIONS, LOWER_CASE, NOT_NAMES, ORGANISATIONS
from db.derived.passage import Passage

LONGEST = 8
"""No name has more words. Units: words."""
_WORD = re.compile(
    r"[^\W_]+(?:\.\d+)*(?:\.(?:js|cpp|ai|io|py|rs|dev|app|net)(?!\w))?(?:\+\+|#(?!\w))?"
)
_VERSION = re.compile(r"(?:v?\d{1,4}(?:\.\d{1,3})*[a-z]?|\d{1,4}(?:\.\d)?[BM]|[A-Z]\d{1,4})\Z")
_JOINT = re.compile(r" |-| & |\.(?=\d)")
_SIZE = re.compile(r" \(\d{1,4}(?:\.\d+)?[BM]\)")
_COUNTED = re.compile(
    r"[ -](?:days?|weeks?|months?|years?|hours?|minutes?|times|percent|users|people|dollars|euros"
    r"|pounds|GB|MB|tokens|points|pages|lines|of)\b|%|[.,]\d"
)
_PLACED = re.compile(r"\b(?:in|near|outside|before|after|around|across|to|from) \Z")
_PRESSED = re.compile(r"\b(?:press|click|hit|tap|item|button|menu|called) \Z", re.I)
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|Professor|Sir|Lady|Lord|Saint|St|Aunt|Uncle|as)\.? \Z", re.I
)
_AFTER_CAPITAL = re.compile(r"[a-z,;] [A-Z]\w* \Z|\bNew \Z")
_HANDED = re.compile(
    r"\b(?:for|than|over|with|from|like|beside|calls|drives|uses|using|by|against|of"
    r"|on|and|or|to)\s\Z"
)
_DETERMINED = re.compile(
    r"\b(?:a|an|the|my|your|his|her|our|their|its|this|that|some|any|every|no|own) (?:\w+ )?\Z",
    re.I,
)


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

    @property
    def is_capital(self) -> bool:
        """Whether it may begin a name: it has a capital first."""
        return self.text[:1].isupper()

    @property
    def is_inner(self) -> bool:
        """Whether its capitals or digits stand where no ordinary word has them."""
        has_letters = any(each.islower() for each in self.text)
        inner = any(each.isupper() or each.isdigit() for each in self.text[1:])
        return inner and has_letters and not self.text[0].isdigit()

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
    text = passage.text
    words = [_Word(it.start(), it.end(), it[0]) for it in _WORD.finditer(text)]
    blocked = _blocked(words, taken)
    found: list[FoundName] = []
    at = 0
    while at < len(words):
        end = None if at in blocked else _name_at(passage, words, at, known, blocked)
        if end is None:
            at += 1
            continue
        size = _SIZE.match(text, words[end - 1].end)
        start, stop = words[at].start, size.end() if size else words[end - 1].end
        found.append(FoundName(start, stop, text[start:stop], known.canonical(text[start:stop])))
        at = end
        while at < len(words) and words[at].start < stop:
            at += 1
    return _with_repeats(passage, found, words, blocked, known)


def _blocked(words: Sequence[_Word], taken: Sequence[tuple[int, int]]) -> set[int]:
    spans = iter(sorted(taken))
    span = next(spans, None)
    found = set()
    for at, word in enumerate(words):
        while span is not None and span[1] <= word.start:
            span = next(spans, None)
        if span is not None and span[0] < word.end:
            found.add(at)
    return found


def _name_at(
    passage: Passage, words: Sequence[_Word], at: int, known: Gazetteer, blocked: set[int]
) -> int | None:
    """The word after the name that begins at a word. Absent: None where none begins."""
    end = _known_end(passage, words, at, known, blocked)
    run = _run_end(passage, words, at, known, blocked)
    if end is not None:
        return max(end, run if run is not None and words[at].is_capital else end)
    if run is None:
        return None
    size = _SIZE.match(passage.text, words[run - 1].end)
    if size and known.canonical(passage.text[words[at].start : size.end()]):
        return run
    return run if _is_unknown_name(passage, words[at:run], known) else None


def _joined(text: str, one: _Word, other: _Word) -> bool:
    return other.start - one.end <= 3 and _JOINT.fullmatch(text, one.end, other.start) is not None


def _known_end(
    passage: Passage, words: Sequence[_Word], at: int, known: Gazetteer, blocked: set[int]
) -> int | None:
    """The longest known name from a word on."""
    best = None
    for end in range(at + 1, min(at + LONGEST, len(words)) + 1):
        last = words[end - 1]
        if end - 1 in blocked or last.end - words[at].start > 2 * known.longest:
            break
        if end - 1 > at and not _joined(passage.text, words[end - 2], last):
            break
        if known.canonical(passage.text[words[at].start : last.end]) and _is_meant(
            passage, words[at:end]
        ):
            best = end
    return best


def _is_meant(passage: Passage, words: Sequence[_Word]) -> bool:
    """Whether the words of a known name are one: they have a capital, or stand as a name does."""
    text, first, last = passage.text, words[0], words[-1]
    if len(words) > 1 or any(each.isdigit() for each in first.text):
        return True
    if not first.is_capital:
        return (
            not _DETERMINED.search(passage.before(first.start))
            and _HANDED.search(passage.before(first.start)) is not None
            and re.match(
                r"[,.;:!?)]|['’]s\b|\Z| (?:and|or|but|is|does|did)\b", text[last.end :][:8]
            )
            is not None
        )
    if passage.is_first(first.start):
        after = text[last.end : last.end + 40]
        is_idiom = re.match(rf" \w+ {re.escape(first.text.lower())}\b", after)
        return not is_idiom and first.text.lower() not in COMMON
    return _PRESSED.search(passage.before(first.start)) is None


def _run_end(
    passage: Passage, words: Sequence[_Word], at: int, known: Gazetteer, blocked: set[int]
) -> int | None:
    """The end of the run of words with capitals, versions and editions from a word on."""
    if not words[at].is_capital and not words[at].is_inner:
        return None
    end = at + 1
    while end < min(at + LONGEST, len(words)) and end not in blocked:
        word = words[end]
        if not _joined(passage.text, words[end - 1], word) or not _carries_on(passage, word):
            break
        end += 1
    return end


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
    first = words[0]
    if is_ordinary(first.text) or (first.text == "I") or len(first.text) == 1:
        return False
    if first.is_shouted:
        is_version = len(words) > 1 and any(each.isdigit() for each in words[1].text)
        return first.text in ORGANISATIONS or is_version
    if first.is_inner or any(word.is_inner for word in words[1:]):
        return _VERSION.match(first.text) is None or len(words) > 1 or len(first.text) > 2
    before = passage.before(first.start)
    if _PRESSED.search(before):
        return False
    if _TITLED.search(before) or (len(words) == 1 and _AFTER_CAPITAL.search(before)):
        return False
    if passage.is_first(first.start):
        is_formed = re.search(r"(?:ing|ed|ly|[^s]s)\Z", first.text) is not None
        is_alone = len(words) == 1 or _VERSION.match(words[1].text) is not None
        return not (is_alone or is_formed or known.canonical(words[1].text))
    return len(words) > 1 or _PLACED.search(before) is None


def _with_repeats(
    passage: Passage,
    found: list[FoundName],
    words: Sequence[_Word],
    blocked: set[int],
    known: Gazetteer,
) -> list[FoundName]:
    """With single words at the head of a sentence that stand elsewhere as a name, or its head."""
    heads = {name.words for name in found} | {name.words.split(" ")[0] for name in found}
    places = {place for name in found for place in range(name.start, name.end)}
    more = [
        FoundName(word.start, word.end, word.text, None)
        for at, word in enumerate(words)
        if at not in blocked
        and word.start not in places
        and known.canonical(word.text) is None
        and (_is_head(word, heads) or _is_lower_case_name(passage, word))
    ]
    return sorted([*found, *more])


def _is_head(word: _Word, heads: set[str]) -> bool:
    return word.is_capital and word.text in heads and not is_ordinary(word.text)


def _is_lower_case_name(passage: Passage, word: _Word) -> bool:
    """Whether a word without a capital is a name: `libfennel`, or one at the head of a sentence."""
    text = word.text
    if not text.islower() or not text.isalpha() or len(text) < 5:
        return (
            text.islower()
            and re.search(r"\.(?:js|cpp|ai|io|py|rs|dev|app|net)\Z", text) is not None
        )
    if text.startswith("lib"):
        return text not in LOWER_CASE
    head = passage.sentence(word.start).start
    before = passage.text[max(0, head - 3) : head]
    return (
        head == word.start > 0 and re.fullmatch(r"\w\. ", before) is not None and text not in COMMON
    )
