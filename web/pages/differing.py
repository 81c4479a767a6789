"""Two texts beside each other, with the words marked in which they differ.

The work is bounded: texts that would take long to compare, or have little in common, are marked as
a whole.
"""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from itertools import pairwise, takewhile

from markupsafe import Markup

from web.words import cued

MOST_WORDS = 1000
"""So much of each text is shown. Units: words."""
LONGEST_WORD = 200
MOST_SHOWN = 2000
"""So much of a text is shown beside another. Units: code points."""
MOST_PAIRS = 3000
"""Of how many pairs of equal words the longest run is looked for: what it takes grows by them."""
LEAST_ALIKE = 0.4
"""Of texts that are less alike, single words that both have by chance would stay unmarked."""

MarkedWords = tuple[bool, list[str]]
"""Words in a row, and whether both texts have them."""


def differing(
    old: str | None, new: str | None, around: int = 0, most: int = MOST_SHOWN
) -> tuple[Markup, Markup]:
    """Both texts, escaped, what only the old one has as <del> and only the new one as <ins>.

    Shape: `around` is how many equal words are shown beside marked ones; 0 shows them all. `most`
        is how many code points are shown; what follows is left out.
    Absent: an empty text where there is none.

    >>> differing("free for one person", "free for two people")
    (Markup('free for <del>one person</del>'), Markup('free for <ins>two people</ins>'))
    >>> differing(None, "one < two")
    (Markup(''), Markup('<ins>one &lt; two</ins>'))
    """
    a, b = _words(old), _words(new)
    blocks = [(0, 0, 0), *_equal(a, b)]
    olds, news = list[MarkedWords](), list[MarkedWords]()
    for before, block in pairwise(blocks):
        for runs, words, at in ((olds, a, 0), (news, b, 1)):
            runs.append((False, words[before[at] + before[2] : block[at]]))
            runs.append((True, words[block[at] : block[at] + block[2]]))
    return _marked(olds, "del", around, most), _marked(news, "ins", around, most)


def _words(text: str | None) -> list[str]:
    words = (text or "").split(maxsplit=MOST_WORDS)
    cut = [f"{word[:LONGEST_WORD]}…" if len(word) > LONGEST_WORD else word for word in words]
    return [*cut[:MOST_WORDS], "…"] if len(words) > MOST_WORDS else cut


def _equal(a: list[str], b: list[str]) -> list[tuple[int, int, int]]:
    """Where equal words begin in both, and how many: the ends, and between them what is found."""
    head = _alike(a, b)
    tail = _alike(a[head:][::-1], b[head:][::-1])
    ends = [(0, 0, head), (len(a) - tail, len(b) - tail, tail), (len(a), len(b), 0)]
    a, b = a[head : len(a) - tail], b[head : len(b) - tail]
    in_b = Counter(b)
    if not 0 < sum(in_b[word] for word in a) <= MOST_PAIRS:
        return ends
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.ratio() < LEAST_ALIKE:
        return ends
    found = matcher.get_matching_blocks()[:-1]
    return [ends[0], *((x + head, y + head, size) for x, y, size in found), *ends[1:]]


def _alike(a: list[str], b: list[str]) -> int:
    """How many words both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def _marked(runs: list[MarkedWords], tag: str, around: int, most: int) -> Markup:
    told = [run for run in runs if run[1]]
    parts = list[Markup]()
    for at, (is_equal, words) in enumerate(told):
        first, last = at == 0, at == len(told) - 1
        text = " ".join(_shown(words, around, first, last) if is_equal else words)
        frame = "{}" if is_equal else f"<{tag}>{{}}</{tag}>"
        parts.append(Markup(frame).format(text if len(text) <= most else f"{text[:most]}…"))
        most -= len(text)
        if most <= 0:
            break
    return Markup(" ").join(parts)


def _shown(words: list[str], around: int, is_first: bool, is_last: bool) -> list[str]:
    """Equal words as far as they are wanted: those beside what is marked, all where nothing is."""
    before, after = (0 if is_first else around), (0 if is_last else around)
    if not around or (is_first and is_last) or len(words) <= before + after + 1:
        return words
    return [*words[:before], "…", *words[len(words) - after :]]


def excerpt(text: str, start: int, end: int, around: int) -> Markup:
    """Words of a text, marked, with what stands around them. Units: code points.

    >>> excerpt("from 9 to 5 each day", 5, 11, 5)
    Markup('from <mark class="cue">9 to 5</mark> each…')
    """
    end = min(end, start + 2 * around)
    since, until = max(0, start - around), end + around
    before, after = ("…" if since else ""), ("…" if until < len(text) else "")
    told = cued(text[since:until], start - since, end - since)
    return Markup("{}{}{}").format(before, told, after)
