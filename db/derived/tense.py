"""Whether the words of a clause speak of what is to come, or of what has been.

Pure. No grammar is known here, only closed lists of words; where neither list decides, both answers
are no.
"""

from __future__ import annotations

import re

FUTURE = (
    "will", "won't", "shall", "going to", "gonna", "about to", "set to", "bound to", "expect",
    "expects", "expected", "predict", "predicts", "predicted", "prediction", "forecast", "bet",
    "bets", "wager", "promise", "promises", "promised", "plan", "plans", "planned", "due",
    "hope", "hopes", "might", "may", "should", "ought to", "scheduled", "slated", "roadmap",
    "intends", "aims", "likely", "unlikely", "odds", "would bet", "guess", "suspect", "doubt",
    "pledges", "pledged", "target", "targets",
)  # fmt: skip
"""Words that make a clause one about what is to come."""
PAST = (
    "was", "were", "had", "did", "didn't", "wasn't", "weren't", "hadn't", "went", "came",
    "gave", "took", "saw", "wrote", "ran", "knew", "began", "broke", "grew", "fell", "drew",
    "drove", "ate", "flew", "forgot", "rose", "sat", "sank", "swore", "woke", "wore", "rang",
    "threw", "spoke", "became", "chose", "ago", "last week", "last month", "last year",
    "yesterday",
)  # fmt: skip
"""Words that make a clause one about what has been."""
EITHER = (
    "got", "made", "said", "told", "found", "built", "lost", "won", "paid", "sold", "bought",
    "kept", "left", "felt", "thought", "held", "heard", "led", "met", "sent", "spent", "stood",
    "taught", "understood", "brought", "caught", "learnt", "slept", "meant", "dealt", "fed",
    "hid", "stuck",
)  # fmt: skip
"""Words that are verbs of the past, or stand after one that is not."""
BARE = (
    "is", "are", "be", "been", "being", "get", "gets", "getting", "got", "a", "an", "the",
    "its", "their", "our", "my", "your", "his", "her", "this", "that's", "of", "by", "with",
    "in", "on", "for", "to", "as", "and", "or", "more", "less", "most", "so", "too", "very",
    "not", "no", "than", "even", "it's", "they're", "any", "every", "some", "at", "from",
    "stay", "stays", "remain", "remains", "become", "becomes", "look", "looks", "feel", "feels",
    "seems", "fully", "well",
)  # fmt: skip
"""Words after which one in -ed, or one that may be either, is no verb of the past."""


def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_FUTURE = re.compile(rf"(?<![\w-])(?:{_any_of(FUTURE)})(?![\w-])|['’](?:ll|d)\b", re.IGNORECASE)
_PAST = re.compile(rf"(?<![\w-])(?:{_any_of(PAST)})(?![\w-])", re.IGNORECASE)
_PASSED = re.compile(rf"([\w’'-]{{1,30}}) (?:[a-z]{{2,14}}(?:[^e\W]ed)|{_any_of(EITHER)})(?![\w-])")


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
    return any(found[1].lower() not in BARE for found in _PASSED.finditer(clause))
