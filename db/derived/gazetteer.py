"""The names that are known, found in a text whatever their case, hyphens and spaces.

Pure. A gazetteer is made once and asked of many texts; its time grows with the text, not with the
number of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_KEPT = re.compile(r"[^\w+#]|_")


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

    def canonical(self, words: str) -> str | None:
        """The known name that is the same. Absent: None where none is."""
        return self.of_folded(fold(words))

    def of_folded(self, folded: str) -> str | None:
        """The known name of this folded form. Absent: None where none is."""
        return self._names.get(folded)
