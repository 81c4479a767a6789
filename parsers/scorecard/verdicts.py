"""The verdict of each quote: printed, or what logic and the quote's own words decide.

In this order: page, unanimous (share 100 or 0), cue (a listed phrase by which a quote names the
minority verdict of its card), remainder (what the share then settles). An inferred verdict never
overwrites a printed one. docs/verdicts.md explains the list to readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from schema.records import Verdict, VerdictSource

CUES: dict[Verdict, tuple[str, ...]] = {
    "skip": (
        "this is a skip", "it is a skip", "it's a skip", "that's a skip", "that is a skip",
        "this one is a skip", "this one's a skip", "so it's a skip", "a skip for me",
        "a skip from me",
        "a hard skip", "an easy skip", "a clear skip", "a soft skip", "earns the skip",
        "earns a skip", "earns it a skip", "gets a skip", "gets the skip", "i skip this",
        "i'm skipping", "i am skipping", "i'd skip", "i would skip", "i'll skip",
        "skipping on the basis", "skipping because", "skipping this one", "skip this one",
        "skip because", "the skip isn't about", "the skip is about", "the skip is for",
        "the skip comes from", "my skip", "my verdict is skip", "verdict: skip",
        "would flip this to a ship", "would flip me to a ship", "would flip it to a ship",
        "would turn this into a ship", "would make this a ship", "would make it a ship",
        "would change this to a ship", "would move this to a ship",
    ),
    "ship": (
        "this is a ship", "it is a ship", "it's a ship", "that's a ship", "that is a ship",
        "this one is a ship", "this one's a ship", "so it's a ship", "a ship for me",
        "a ship from me",
        "a hard ship", "an easy ship", "a clear ship", "a soft ship", "earns the ship",
        "earns a ship", "earns it a ship", "gets a ship", "gets the ship", "i ship this",
        "i'm shipping this", "i am shipping this", "i'd ship", "i would ship", "i'll ship",
        "shipping on the basis", "shipping this because", "ship this one", "ships because",
        "the ship isn't about", "the ship is about", "the ship is for", "the ship comes from",
        "my ship", "my verdict is ship", "verdict: ship",
        "would flip this to a skip", "would flip me to a skip", "would flip it to a skip",
        "would turn this into a skip", "would make this a skip", "would make it a skip",
        "would change this to a skip", "would move this to a skip",
    ),
}  # fmt: skip
"""The closed list. Phrases of verdict v are only read on cards where v is the minority."""


_FOLLOWED = (
    r"(?=\W*\Z|[^\w\s’']|\s*[–—(]|\s+(?:a(?:ll|nd|s|t|fter|lready|lthough|nyway|gain)|b(?:ecause|efore|ut|y)"
    r"|despite|during|either|even|except|for|given|here|i[fnst]|just|like|no|not|now|of|on|once|only"
    r"|or|out|over|rather|regardless|right|simply|since|so|still|th(?:an|at|en|ere|is|ough|ese|ose)"
    r"|to(?:day)?|under|un(?:less|til)|wh(?:atever|en|enever|ere|ile|o|y|ose|ich)|with(?:out)?|yet"
    r"|every|everybody|from|either|any|anybody|I|you|we|they|he|she|the|my)\b)"
)
"""What may stand behind a phrase: an end, a sign, or a word that makes it no part of another."""
_BARE = re.compile(r"(?:d|ll) (?:skip|ship)\Z", re.IGNORECASE)
_TOOL_ITSELF = re.compile(
    r"\W*\Z|[^\w\s]|\s*[–—(]|\s+(?:it|this(?: one)?(?=\W|\Z)|and|but|because|for|if|in|now|on|once"
    r"|since|so|though|today|until|unless|when|while|with|without|either way|regardless)\b",
    re.IGNORECASE,
)
"""What may stand behind `I'd skip`: no other thing that is skipped."""


def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    texts = "|".join(re.escape(phrase).replace("'", "['’]") for phrase in longest_first)
    return re.compile(rf"(?<!\w)(?:{texts})(?!\w|-\w){_FOLLOWED}", re.IGNORECASE)


_CUES = {verdict: _pattern(phrases) for verdict, phrases in CUES.items()}
_NAMED = re.compile(r"s[hk]ip", re.IGNORECASE)
"""What each phrase holds once."""
LONGEST_CUE = 40
"""No phrase is longer. Units: characters."""
CANCELS = (
    "not", "n't", "never", "hardly", "barely", "nor", "no", "nobody", "none", "few", "unlikely",
    "wrong", "if", "whether", "why", "think", "thinks", "say", "says", "said", "call", "calls",
    "called", "claim", "claims", "doubt", "doubts", "argue", "argues", "believe", "believes",
    "critics", "suggest", "suggests", "insist", "insists", "without", "almost", "nothing",
    "anyone", "ago", "once", "tell", "tells", "told",
)  # fmt: skip
"""Words before a phrase, in its own clause, that turn or report it: then it is no cue."""

_UNLESS = re.compile(
    r"(?:(?<![\w-])(?:"
    + "|".join(word for word in CANCELS if word != "n't")
    + r")(?![\w-])|n['’]t\b)"
    r"[^.,;:!?—–()]{0,40}$",
    re.IGNORECASE,
)


_DEPENDS = re.compile(r"(?:^|[.;:!?]\s)without\b[^.;:!?—–]{0,60}$", re.IGNORECASE)
"""What a verdict would depend on."""
_FOR_SOME = re.compile(r"(?<!\w)for [^.,;:!?—–()]{0,40}$", re.IGNORECASE)
_FOR_OTHERS = re.compile(r"[^.!?;,—–]{0,40}[;,—–] ?(?:but |and )?for (?!now\b)", re.IGNORECASE)
"""A verdict that holds for some, with what holds for others right behind."""


class Inferred(NamedTuple):
    """A verdict, how it is known, and the place of the deciding words if words decided."""

    verdict: Verdict | None = None
    source: VerdictSource | None = None
    span: tuple[int, int] | None = None


def find_cue(text: str, minority: Verdict) -> tuple[int, int] | None:
    """Where a quote names the minority verdict. Absent: None where it does not.

    >>> find_cue("Nice, but this is a skip.", "skip")
    (10, 24)
    >>> find_cue("I would not say this is a skip.", "skip")
    """
    for match in _cues(text, minority):
        place = max(0, match.start() - 60), match.start()
        is_turned = _UNLESS.search(text, *place) or _DEPENDS.search(text, *place)
        is_of_some = _FOR_SOME.search(text, *place) and _FOR_OTHERS.match(text, match.end())
        is_other = _BARE.search(match[0]) and not _TOOL_ITSELF.match(text, match.end())
        if not (is_turned or is_other or is_of_some or _is_quoted(text, match.start())):
            return match.span()
    return None


def _cues(text: str, minority: Verdict) -> Iterator[re.Match[str]]:
    """The phrases in a text, looked for only around the words that they turn on."""
    pattern, at = _CUES[minority], 0
    for named in _NAMED.finditer(text):
        for start in range(max(at, named.start() - LONGEST_CUE), named.start() + 1):
            at = start + 1
            if text[start - 1 : start].isalnum():  # amid a word, as most places are
                continue
            if match := pattern.match(text, start):
                yield match
                at = match.end()
                break


def _is_quoted(text: str, at: int) -> bool:
    """Whether a place stands in quotation marks within a text: somebody else's words."""
    start = text.startswith("“")
    return text.count("“", start, at) > text.count("”", start, at) or text.count('"', 0, at) % 2 > 0


def infer_verdicts(
    texts: list[str], printed: list[Verdict | None], share: int, votes: tuple[int, int] | None
) -> tuple[list[Inferred], bool]:
    """The verdict of each of one tool's quotes, and whether its cues contradict its share.

    Shape: the quotes' texts and printed verdicts in order; as many verdicts out.
    """
    found = [Inferred(v, "page") if v else Inferred() for v in printed]
    if all(printed):
        return found, False
    expected = _expected(len(texts), share, votes)
    if expected is None:
        return found, False
    if 0 in expected.values() and share in (0, 100):
        sole: Verdict = "ship" if share == 100 else "skip"
        return [i if i.verdict else Inferred(sole, "unanimous") for i in found], False
    found, is_conflict = _with_cues(found, texts, expected)
    return _with_remainder(found, expected), is_conflict


def _expected(count: int, share: int, votes: tuple[int, int] | None) -> dict[Verdict, int] | None:
    """How many quotes must say ship and skip. Absent: None where share and votes do not tell."""
    ships = round(share * count / 100)
    if not count or abs(100 * ships / count - share) >= 1:
        return None
    if votes is not None and votes != (ships, count - ships):
        return None
    return {"ship": ships, "skip": count - ships}


def _with_cues(
    found: list[Inferred], texts: list[str], expected: dict[Verdict, int]
) -> tuple[list[Inferred], bool]:
    if expected["ship"] == expected["skip"]:
        return found, False
    minority: Verdict = "ship" if expected["ship"] < expected["skip"] else "skip"
    cues = [None if i.verdict else find_cue(t, minority) for i, t in zip(found, texts, strict=True)]
    known = sum(i.verdict == minority for i in found)
    if sum(cue is not None for cue in cues) + known > expected[minority]:
        return found, any(cues)
    return [
        Inferred(minority, "cue", cue) if cue else i for i, cue in zip(found, cues, strict=True)
    ], False


def _with_remainder(found: list[Inferred], expected: dict[Verdict, int]) -> list[Inferred]:
    pairs: tuple[tuple[Verdict, Verdict], ...] = (("ship", "skip"), ("skip", "ship"))
    for verdict, other in pairs:
        known = sum(i.verdict == verdict for i in found)
        if known == expected[verdict] and any(i.verdict for i in found):
            return [i if i.verdict else Inferred(other, "remainder") for i in found]
    return found
