"""Whether a text calls something open source, of open weights, or closed.

Pure. Talk of such things in general says it of nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from db.derived.amounts import FoundValue
from db.derived.passage import Passage

_OPEN = re.compile(r"(?<![\w-])open[- ](?:source(?:d)?|weights?)(?![\w-])", re.IGNORECASE)
_CLOSED = re.compile(
    r"(?<![\w-])(?:closed[- ](?:source|weights?)|proprietary|closed(?= (?:flagship"
    r"|models?|weights|source|api|system|code|service|core|binary)\b))(?![\w-])",
    re.IGNORECASE,
)
_CLOSED_AFTER = re.compile(
    r"\b(?:weights|code|source|model|core|engine|server|rest) (?:is|are|stays?"
    r"|remains?|being) (?:still |all |entirely |firmly )?(?P<closed>closed)(?![\w-])",
    re.IGNORECASE,
)
_TALK_BEFORE = re.compile(
    r"(?:(?<![\w-])(?:for|of|about|against|than|to|toward|towards|favou?rs?|like"
    r"|loves?|prefers?|in|called|named|into|between|beyond|some|any|every|other|most"
    r"|many|"
    r"few|all|more|big|when|whether|says?|while|across|over|by|from|item|button|menu"
    r"|where|because|whole|truly wants|go|going) |['‘’\"“])\Z",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"\b(?:footer|card|page|readme|repository|label|site|website|licence|license"
    r"|maker|team|it|they|box) (?:says|say|said) \Z",
    re.IGNORECASE,
)
_TALK_AFTER = re.compile(
    r"[- ](?:\w+ )?(?:projects|tools|models|alternatives|people|developers"
    r"|maintainers|software|community|communities|world|advocates|purists|fans"
    r"|movement|argument"
    r"|debate|strategy|data|adoption|stack|ecosystem|crowd|folk|way|file|is an?"
    r"|as an?|means|matters|wins|won|lovers|deployments|infrastructure|providers"
    r"|hardware|formats?|standards?|question|rivals|competitors|labs?)\b",
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
    text = passage.text
    for it in _OPEN.finditer(text):
        value = "open weights" if "weight" in it[0].lower() else "open source"
        if _is_said(passage, it):
            yield FoundValue(it.start(), it.end(), "openness", value, None)
    for it in _CLOSED.finditer(text):
        if _is_said(passage, it):
            yield FoundValue(it.start(), it.end(), "openness", "closed", None)
    for it in _CLOSED_AFTER.finditer(text):
        yield FoundValue(*it.span("closed"), "openness", "closed", None)


def _is_said(passage: Passage, it: re.Match[str]) -> bool:
    before = passage.before(it.start())
    if _TALK_BEFORE.search(before[-30:]) and not _SAYS.search(before[-40:]):
        return False
    return not _TALK_AFTER.match(passage.text, it.end()) or _ONE.search(before) is not None
