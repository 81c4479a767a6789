"""Words that stand in a text's place of the tree and are not read with it: was a part lost?

<h3><i aria-hidden=true>K</i> Kettle   a picture's letter: the name is whole
It <i aria-hidden=true>never</i> sang. shown, though not read out: lost
<i aria-hidden=true>I</i>t sang.       the same, unless it stands there once more
It <i hidden>never</i> sang.           not shown: the page says that it sang
It sang. <i hidden>And it slept late.</i>  a sentence of four words or more: lost
It sang. <i hidden>Copied</i>          a few words behind a whole sentence: the interface's
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from parsers.page.document import Document, Unshown
from parsers.page.inline import INLINE
from parsers.sentences import ENDS, ends_sentence, is_cut, without_cut

NEAR = 6
"""So many runs beside hidden words are looked at."""
MANY_WORDS = 4
"""So many words that end as a sentence may be one of the text's."""
_FIGURES = re.compile(r"\d+")


def lost_words(document: Document, start: int, end: int) -> str | None:
    """The hidden words that the text of blocks [start, end) lacks. Absent: None for none."""
    hidden = document.hidden
    if not hidden:
        return None
    first, stop = document.runs_of(start, end)
    at, shown = bisect_left(hidden, (first,)), ""
    while at < len(hidden) and hidden[at].run <= stop:
        shown = shown or document.join(start, end)
        if _is_lost(document, hidden[at], start, end, shown):
            return hidden[at].text
        at += 1
    return None


def hidden_rest(
    document: Document, places: Sequence[tuple[int, int]], *, has_offer: bool = True
) -> str | None:
    """A hidden sentence beside one of several texts, which are blocks [start, end).

    Absent: None where there is none, where another text has the same, figures aside, or where each
    has one and the page `has_offer` of none: no part of it.
    """
    if not document.hidden:
        return None
    found = [_sentences_beside(document, *place) for place in places]
    if all(found) and not has_offer:
        return None
    counts = Counter(text for own in found for text in {_FIGURES.sub("0", each) for each in own})
    each = (text for own in found for text in own)
    return next((text for text in each if counts[_FIGURES.sub("0", text)] == 1), None)


def _sentences_beside(document: Document, start: int, end: int) -> list[str]:
    """The hidden sentences in the elements that hold blocks [start, end)."""
    own = document.element[start]
    held = {own, document.parent[own]}
    first, stop = document.runs_of(start, end)
    shown = document.join(start, end)
    return [
        each.text
        for each in document.hidden[bisect_left(document.hidden, (first,)) :]
        if each.run <= stop
        and not held.isdisjoint((each.element, document.parent[each.element]))
        and _is_sentence(each.text)
        and each.text not in shown
        and not (is_cut(each.text) and shown.startswith(without_cut(each.text)))
    ]


def _is_lost(document: Document, words: Unshown, start: int, end: int, shown: str) -> bool:
    """Whether words are of one line with shown ones, and these go on from them or to them."""
    if len(words.text) > 1 and words.text in shown:
        return False
    before, after = _beside(document, words, start, end)
    if after and not words.is_silent:
        return False
    if before and after:
        is_open = not before.endswith((*ENDS, "”", ":", ")")) or after[0].islower()
        return is_open or _is_sentence(words.text)
    if before:
        is_open = before[-1:].isalnum() or before[-1:] in ",;–—"
        return (is_open and before.count(" ") >= MANY_WORDS) or _is_sentence(words.text)
    return bool(after) and (after[0].islower() or _is_sentence(words.text))


def _is_sentence(text: str) -> bool:
    return text.count(" ") + 1 >= MANY_WORDS and (ends_sentence(text) or text[-1] == "”")


def _beside(document: Document, words: Unshown, start: int, end: int) -> tuple[str, str]:
    """The shown words of the text right before and after hidden ones, in one line with them."""
    host, runs = _block_above(document, words.element), document.runs
    low, high = document.runs_of(start, end)
    before = [
        run
        for run in runs[max(low, words.run - NEAR) : words.run]
        if _block_above(document, run[1]) == host
    ]
    after = [
        run
        for run in runs[words.run : min(words.run + NEAR, high)]
        if _block_above(document, run[1]) == host
    ]
    line = {run[2:] for run in (*before[-1:], *after[:1])}
    return (
        "".join(run[0] for run in before if run[2:] in line).rstrip(),
        "".join(run[0] for run in after if run[2:] in line).lstrip(),
    )


def _block_above(document: Document, element: int) -> int:
    while document.tag[element] in INLINE:
        element = document.parent[element]
    return element
