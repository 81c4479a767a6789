"""Whether the words of a clause speak of what is to come, or of what has been.

Pure. No grammar is known here, only closed lists of words; where neither list decides, both answers
are no.
"""

from __future__ import annotations

import re

from db.derived.passage import any_of

_FUTURE = any_of(
    r"will|won['’]t|shall|going to|gonna|(?:about|set|bound|ought) to|expect(?:s|ed)?|predict(?:s"
    r"|ed|ion)?|forecast|bets?|wager|promise[sd]?|plan(?:s|ned)?|due|hopes?|might|may|should"
    r"|scheduled|slated|roadmap|intends|aims|likely|unlikely|odds|guess|suspect|doubt|pledge[sd]"
    r"|targets?|(?:\w+['’])(?:ll|d)|ships|lands|arrives|launches|opens|starts|ends|closes|stops"
    r"|expires|lapses"
)
"""Words that make a clause one about what is to come."""
_PAST = any_of(
    r"was|were|had|did|(?:did|was|were|had)n['’]t|went|came|gave|took|saw|wrote|ran|knew|began"
    r"|broke|grew|fell|drew|drove|ate|flew|forgot|rose|sat|sank|swore|woke|wore|rang|threw|spoke"
    r"|became|chose|ago|last (?:week|month|year)|yesterday"
)
"""Words that make a clause one about what has been."""
_EITHER = (
    r"got|made|said|told|found|built|lost|won|paid|sold|bought|kept|left|felt|thought|held|heard"
    r"|led|met|sent|spent|stood|taught|understood|brought|caught|learnt|slept|meant|dealt|fed|hid"
    r"|stuck"
)
"""Words that are verbs of the past, or stand after one that is not."""
_BARE = frozenset(
    "is are be been being get gets getting got a an the its their our my your his her this"
    " that's of"
    " by with in on for to as and or more less most so too very not no than even it's they're any"
    " every some at from stay stays remain remains become becomes look looks feel feels seems"
    " fully"
    " well".split()
)
"""Words after which one in -ed, or one that may be either, is no verb of the past."""
_PASSED = re.compile(rf"([\w’'-]{{1,30}}) (?:[a-z]{{2,14}}(?:[^e\W]ed)|{_EITHER})(?![\w-])")


def has_future(clause: str) -> bool:
    """Whether a clause speaks of what is to come.

    >>> [has_future(each) for each in ("it will rain", "they'll leave", "the Will Co. left")]
    [True, True, True]
    """
    return _FUTURE.search(clause) is not None


def has_past(clause: str) -> bool:
    """Whether a clause speaks of what has been.

    >>> [has_past(each) for each in ("it ran", "the page loaded", "it is loaded", "a used car")]
    [True, True, False, False]
    """
    if _PAST.search(clause):
        return True
    return any(found[1].lower() not in _BARE for found in _PASSED.finditer(clause))


def is_told(clause: str) -> bool:
    """Whether a clause speaks of what has been alone."""
    return has_past(clause) and not has_future(clause)
