"""Products and organisations that a text names beside its own tool, and what it says of them.

Pure. The gazetteer of known names is given. A mention that is none of them stays, with null. What
it is to the tool is said by a phrase right before the name, or before the list that it stands in;
most mentions have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from db.derived.dates import find_dates
from db.derived.gazetteer import Gazetteer, fold
from db.derived.licences import find_licences
from db.derived.names import FoundName, find_names
from db.derived.passage import Passage

METHOD = "names-and-phrases"
METHOD_VERSION = 2

MentionRelation = Literal["competitor", "alternative", "dependency"]

PHRASES: dict[MentionRelation, str] = {
    "alternative": r"instead of|rather than|in place of|replac(?:es?|ed|ing)|uninstall(?:ed|s)?"
    r"|alternatives? to|(?:replacements?|substitutes?) for|just use"
    r"|(?:mov|migrat|switch|chang)(?:ed|es?|ing) (?:[a-z]+ ){0,5}?(?:from|to|out of)",
    "dependency": r"(?:built|based|runs?|running|sits?|stands?|depends?|depending|relies|relying)"
    r" (?:on|upon|atop|around|through)(?: top of)?|on top of|(?:powered|hosted) by"
    r"|(?:works?|integrates?|syncs?|integration) with|plugs? into|needs|requires|calls|by way of"
    r"|(?:plugins?|add-ons?|extensions?|companion|wrapper|recipes) (?:for|around)",
    "competitor": r"(?:competitors?|rivals?)(?:,? such as| like| is| are|:)?"
    r"|compet(?:es?|ing) with|compar(?:ed|ing) (?:it |this )?(?:with|to)|unlike|versus|vs\.?"
    r"|(?:[a-z]{2,}er|(?:more|less) [a-z]+|worse) than",
}
"""The words that say each relation."""
_SAID = re.compile(
    rf"(?<![\w-])(?:{'|'.join(f'(?P<{name}>{words})' for name, words in PHRASES.items())})"
    r"(?: (?:the|an?|its|their|our|my|old))? \Z",
    re.IGNORECASE,
)
_LISTED = re.compile(r",? (?:and|or|nor) |, ")
"""What stands between two names of one list: the second has the relation of the first."""
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
    return mentions_in(passage, tool, all_names(passage, known))


def mentions_in(passage: Passage, tool: str, names: Iterable[FoundName]) -> tuple[Mention, ...]:
    """The mentions among the names of a passage, its tool's own left out."""
    found: list[Mention] = []
    for name in names:
        if not is_self(name, tool):
            is_next = found and _LISTED.fullmatch(passage.text, found[-1].end, name.start)
            relation = found[-1].relation if is_next else _relation_of(passage, name.start)
            found.append(Mention(*name, relation))
    return tuple(found)


def _relation_of(passage: Passage, start: int) -> MentionRelation | None:
    """The relation to the tool of what is named at a place. Absent: None where none is said.

    >>> def of(text, name):
    ...     return _relation_of(Passage(text), text.index(name))
    >>> of("It runs on Umber.", "Umber"), of("I moved from Umber to it.", "Umber")
    ('dependency', 'alternative')
    >>> of("Slower than Umber.", "Umber"), of("Made by Umber.", "Umber")
    ('competitor', None)
    """
    said = _SAID.search(passage.before(start)[-60:])
    return next((name for name in PHRASES if said and said[name]), None)


def all_names(passage: Passage, known: Gazetteer) -> list[FoundName]:
    """The names of a text, the tool's own among them, outside of dates and licences."""
    taken = [*find_dates(passage), *((it.start, it.end) for it in find_licences(passage))]
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
