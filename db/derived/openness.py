"""Whether a text calls something open source, of open weights, or closed.

Pure. Talk of such things in general says it of nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from db.derived.amounts import FoundValue
from db.derived.passage import Passage

_OPENNESS = re.compile(
    r"(?<![\w-])(?:open[- ](?:sourced?|(?P<weights>weights?))|(?P<closed>closed[- ](?:source"
    r"|weights?)|proprietary|closed(?= (?:flagship|models?|api|system|code|service|core"
    r"|binary)\b)|(?:(?<=weights are )|(?<=(?:code|core) is )|(?<=(?:source|server) is )"
    r"|(?<=model is ))closed))(?![\w-])",
    re.IGNORECASE,
)
_SIGNS = ("open", "closed", "proprietary")
_TALK_BEFORE = re.compile(
    r"(?:(?<![\w-])(?:for|of|about|against|than|to|towards?|favou?rs?|like|loves?|prefers?|in"
    r"|called|named|into|between|beyond|some|any|every|other|most|many|few|all|more|big|when"
    r"|whether|while"
    r"|across|over|by|from|where|because) |['‘’\"“])\Z",
    re.IGNORECASE,
)
_TALK_AFTER = re.compile(
    r"[- ](?:\w+ )?(?:projects|tools|models|alternatives|people|developers|maintainers|software"
    r"|communit(?:y|ies)|world|advocates|purists|fans|movement|argument|debate|strategy|data"
    r"|adoption|stack|ecosystem|crowd|way|file|is an?|as an?|means|matters|wins|deployments"
    r"|infrastructure|providers|hardware|formats?|standards?|question|rivals|competitors|labs?)\b",
    re.IGNORECASE,
)
_ONE = re.compile(r"\b(?:an?|the|this|its|only|first) \Z", re.IGNORECASE)


def find_openness(passage: Passage) -> Iterator[FoundValue]:
    """What a text says is open or closed.

    >>> def shown(text):
    ...     return [(text[it.start:it.end], it.value) for it in find_openness(Passage(text))]
    >>> shown("Open-source core, open weights; its server is proprietary, its code is closed.")
    [('Open-source', 'open source'), ('open weights', 'open weights'), ('proprietary', 'closed'),
     ('closed', 'closed')]
    >>> shown("The case for open weights. Open source projects tire. A closed ticket.")
    []
    """
    for it in passage.found(_OPENNESS, _SIGNS):
        if _is_said(passage, it):
            openly = "open weights" if it["weights"] else "open source"
            value = "closed" if it["closed"] else openly
            yield FoundValue(*it.span(), "openness", value, None)


def _is_said(passage: Passage, it: re.Match[str]) -> bool:
    before = passage.before(it.start())
    if _TALK_BEFORE.search(before[-30:]):
        return False
    return not _TALK_AFTER.match(passage.text, it.end()) or _ONE.search(before) is not None
