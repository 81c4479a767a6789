"""What a sentence says of a mentioned thing and the tool, where it says so in plain words.

Pure. A phrase right before the name decides, or one before the list that it stands in. No phrase,
no relation: most mentions have none.
"""

from __future__ import annotations

import re
from typing import Literal

from db.derived.passage import Passage

MentionRelation = Literal["competitor", "alternative", "dependency"]

PHRASES: dict[MentionRelation, str] = {
    "alternative": r"instead of|rather than|in place of|replac(?:es?|ed|ing)|uninstall(?:ed|s)?"
    r"|alternatives? to|(?:replacements?|substitutes?) for|just use|(?:mov|migrat|switch"
    r"|chang)(?:ed|es?|ing) (?:[a-z]+ ){0,5}?(?:from|to|out of)",
    "dependency": r"(?:built|based|runs?|running|sits?|stands?|depends?|depending|rel(?:y|ies"
    r"|ying)) (?:on|upon|atop|around|through)(?: top of)?|on top of|(?:powered|hosted) by"
    r"|(?:works?|integrates?|syncs?|integration) with|plugs? into|needs|requires|calls|by way of"
    r"|(?:plugins?|add-ons?|extensions?|companion|wrapper|recipes) (?:for|around)",
    "competitor": r"(?:competitors?|rivals?)(?:,? such as| like| is| are|:)?|compet(?:es?"
    r"|ing) with|compar(?:ed|ing) (?:it |this )?(?:with|to)|unlike|versus|vs\.?|(?:[a-z]{2,}er"
    r"|(?:more|less) [a-z]+|worse) than",
}
"""The words that say each relation."""
_SAID = re.compile(
    rf"(?<![\w-])(?:{'|'.join(f'(?P<{name}>{words})' for name, words in PHRASES.items())})"
    r"(?: (?:the|an?|its|their|our|my|old))? \Z",
    re.IGNORECASE,
)
LISTED = re.compile(r",? (?:and|or|nor) |, ")
"""What stands between two names of one list: the second has the relation of the first."""


def relation_of(passage: Passage, start: int) -> MentionRelation | None:
    """The relation to the tool of what is named at a place. Absent: None where none is said.

    >>> def of(text, name):
    ...     return relation_of(Passage(text), text.index(name))
    >>> of("It runs on Umber.", "Umber"), of("I moved from Umber to it.", "Umber")
    ('dependency', 'alternative')
    >>> of("Slower than Umber.", "Umber"), of("Made by Umber.", "Umber")
    ('competitor', None)
    """
    said = _SAID.search(passage.before(start)[-60:])
    return next((name for name in PHRASES if said and said[name]), None)
