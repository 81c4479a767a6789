"""The names that are known, found in a text whatever their case, hyphens and spaces.

Pure. A gazetteer is made once and asked of many texts; its time grows with the text, not with the
number of names.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator

_KEPT = re.compile(r"[^\w+#]|_")
_HEAD = 3
"""Names that are sought go by so many characters."""


def fold(name: str) -> str:
    """A name without case, hyphens, spaces and punctuation; + and # stay.

    >>> fold("Plover-9") == fold("plover 9"), fold("C++"), fold("C#")
    (True, 'c++', 'c#')
    """
    return name.casefold() if name.isalnum() else _KEPT.sub("", name.casefold())


class Gazetteer:
    """Canonical names by their folded form; of two alike the first in order is canonical.

    >>> it = Gazetteer(["Marlow 3", "Marlow 3 Small"])
    >>> it.canonical("marlow-3"), it.canonical("Marlow")
    ('Marlow 3', None)
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names: dict[str, str] = {}
        for name in sorted(names):
            if folded := fold(name):
                self._names.setdefault(folded, name)
        self._sorted = sorted(self._names)

    def canonical(self, words: str) -> str | None:
        """The known name that is the same. Absent: None where none is."""
        return self.of_folded(fold(words))

    def of_folded(self, folded: str) -> str | None:
        """The known name of this folded form. Absent: None where none is."""
        return self._names.get(folded)

    def may_begin(self, folded: str) -> bool:
        """Whether a known name begins with what is folded: most words begin none."""
        at = bisect_left(self._sorted, folded)
        return at < len(self._sorted) and self._sorted[at].startswith(folded)

    def __iter__(self) -> Iterator[str]:
        """The canonical names: of these alone the same gazetteer is made."""
        return iter(self._names.values())

    def differing(self, other: Gazetteer) -> set[str]:
        """The folded names by which the other finds another name than this, or none.

        >>> Gazetteer(["Ember", "Umber"]).differing(Gazetteer(["EMBER", "Umber"]))
        {'ember'}
        """
        return {name for name, _ in self._names.items() ^ other._names.items()}


class Sought:
    """Folded names, asked whether a text may hold one of them. Shape: no names are false.

    >>> it = Sought(["marlow3"])
    >>> it.may_stand_in("Of Marlow-3 I know."), it.may_stand_in("A marlow: four, 3.")
    (True, False)
    """

    def __init__(self, folded: Iterable[str]) -> None:
        self._by_head: dict[str, list[str]] = defaultdict(list)
        for name in folded:
            bare = _bare(name)
            self._by_head[bare[:_HEAD]].append(bare)
        self._short = {each for each in self._by_head if len(each) < _HEAD}

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._by_head)

    def may_stand_in(self, text: str) -> bool:
        """Whether the text holds a name, be it amid words; where it holds none no rule finds one.

        Whatever is asked of a gazetteer is a part of the text without what lies between words.
        """
        if not self:
            return False
        bare, names = _bare(text), self._by_head
        heads: Iterable[str] = names
        if len(names) > len(bare):
            heads = self._short | names.keys() & {bare[at : at + _HEAD] for at in range(len(bare))}
        return any(name in bare for head in heads if head in bare for name in names[head])


def _bare(text: str) -> str:
    """A text folded as a name is, combining marks of a lone word gone too."""
    return _KEPT.sub("", text.casefold())
