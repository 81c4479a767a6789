"""Two texts beside each other, the words marked in which they differ.

Bounded: what is longer than a person compares by eye is shown by its beginning, and not marked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

from markupsafe import Markup, escape

MOST_WORDS = 400
MOST_CHARACTERS = 4000
MOST_MEETINGS = 5000
"""How often a word of one text may meet itself in the other. "a b" 200 times beside "a" 400 times
took 1.3 s, though neither is long: the effort grows by these meetings and by the words."""
AROUND = 12
"""Of what stays the same, so many words are shown beside what does not."""
SHOWN_UNMARKED = 600
"""Units: characters."""
WORD = re.compile(r"\S+\s*|\s+")
MarkedTexts = tuple[Markup, Markup]


def differing_words(old: str, new: str) -> MarkedTexts:
    """Both texts, what only the old has in <del>, what only the new has in <ins>.

    >>> differing_words("Free for one desk", "Free for two desks")
    (Markup('Free for <del>one desk</del>'), Markup('Free for <ins>two desks</ins>'))
    """
    before, after = WORD.findall(old), WORD.findall(new)
    if max(len(old), len(new)) > MOST_CHARACTERS or not _are_comparable(before, after):
        return escape(beginning(old)), escape(beginning(new))
    told = list(_parts(before, after))
    return (
        Markup().join(_part(before[a:b], same, "del", ends) for same, ends, a, b, _, _ in told),
        Markup().join(_part(after[a:b], same, "ins", ends) for same, ends, _, _, a, b in told),
    )


def beginning(text: str) -> str:
    """A text, or how it begins where it is long."""
    return text if len(text) <= SHOWN_UNMARKED else f"{text[:SHOWN_UNMARKED].rstrip()}…"


def _are_comparable(before: list[str], after: list[str]) -> bool:
    one, other = (Counter(word.strip() for word in words) for words in (before, after))
    meetings = sum(n * other[word] for word, n in one.items())
    return max(len(before), len(after)) <= MOST_WORDS and meetings <= MOST_MEETINGS


def _parts(before: list[str], after: list[str]) -> Iterator[tuple[bool, str, int, int, int, int]]:
    """The runs of both texts: whether they are the same, at which ends the texts go on, where."""
    compared = SequenceMatcher(
        None, [word.strip() for word in before], [word.strip() for word in after], autojunk=False
    )
    codes = compared.get_opcodes()
    for at, (code, *places) in enumerate(codes):
        ends = ("b" if at else "") + ("a" if at < len(codes) - 1 else "")
        a, b, c, d = places
        yield code == "equal", ends, a, b, c, d


def _part(words: list[str], is_same: bool, tag: str, ends: str) -> Markup:
    """A run of words; of a long one that stays the same only what stands beside the others."""
    if not words:
        return Markup()
    if not is_same:
        text = "".join(words)
        kept = text.rstrip()
        return Markup("<{0}>{1}</{0}>{2}").format(Markup(tag), kept, text[len(kept) :])
    head = AROUND if "b" in ends else 0
    tail = AROUND if "a" in ends else 0
    if len(words) <= head + tail + AROUND:
        return escape("".join(words))
    return escape("".join(words[:head]) + "… " + "".join(words[len(words) - tail :]))
