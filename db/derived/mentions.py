"""Products and organisations that a text names beside its own tool, and what it says of them.

Pure. The gazetteer of known names is given. A mention that is none of them stays, with null.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from db.derived.dates import find_dates
from db.derived.gazetteer import Gazetteer, fold
from db.derived.licences import find_licences
from db.derived.names import FoundName, find_names
from db.derived.passage import Passage
from db.derived.relations import LISTED, MentionRelation, relation_of

METHOD = "names-and-phrases"
METHOD_VERSION = 1

_SIZE = re.compile(r" \(\d{1,4}(?:\.\d+)?[BM]\)\Z")
"""A size in brackets, without which a text calls its own tool by name."""


@dataclass(frozen=True)
class Mention:
    """A named product or organisation: `[start, end)` in code points of the text.

    Absent: the entity is None where no known name is the same, the relation without words for it.
    """

    start: int
    end: int
    words: str
    entity: str | None
    relation: MentionRelation | None


def find_mentions(text: str, tool: str, known: Gazetteer) -> tuple[Mention, ...]:
    """The mentions of a text about a tool in order, none overlapping another.

    >>> known = Gazetteer(["Ember 2", "Umber", "Lantern"])
    >>> def shown(text):
    ...     found = find_mentions(text, "Ember 2", known)
    ...     return [(it.words, it.entity, it.relation) for it in found]
    >>> shown("Ember runs on Umber and is cheaper than Lantern Pro.")
    [('Umber', 'Umber', 'dependency'), ('Lantern Pro', None, 'competitor')]
    >>> shown("By the lantern light of April I wrote Python in Leeds.")
    []
    """
    passage = Passage(text)
    found: list[Mention] = []
    for name in all_names(passage, known):
        if not is_self(name, tool):
            is_next = found and LISTED.fullmatch(text, found[-1].end, name.start)
            relation = found[-1].relation if is_next else relation_of(passage, name.start)
            found.append(Mention(*name, relation))
    return tuple(found)


def all_names(passage: Passage, known: Gazetteer) -> list[FoundName]:
    """The names of a text, the tool's own among them, outside of dates and licences."""
    text = passage.text
    taken = [*find_dates(text), *((it.start, it.end) for it in find_licences(passage))]
    return find_names(passage, known, taken)


def is_self(name: FoundName, tool: str) -> bool:
    """Whether a name is the tool's own, or a shorter form of it that is no other tool's name."""
    if name.entity is not None:
        return fold(name.entity) in (fold(tool), fold(_SIZE.sub("", tool)))
    words, own = fold_words(name.words), fold_words(tool)
    return words == own[: len(words)] or (len(words) == 1 and words[0] in own)


def fold_words(name: str) -> list[str]:
    """The words of a name, folded.

    >>> fold_words("Marlow 3 (24B)"), fold_words("Plover-9")
    (['marlow', '3', '24b'], ['plover', '9'])
    """
    return [fold(word) for word in name.replace("-", " ").split() if fold(word)]
