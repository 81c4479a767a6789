"""What the words of a scorecard's block may be: a name, a sentence, the interface's, a stub."""

from __future__ import annotations

import re
from functools import lru_cache

from parsers.sentences import ENDS, is_cut, without_cut

LONGEST_NAME, MOST_WORDS = 60, 8
BEGINNING = 24
"""So many characters are not said twice in a quote. Units: characters."""
_STOPS = ENDS + '”"'
_INTERFACE = re.compile(
    r"\b(?:ago|yesterday|today|just now|last (?:week|month|year)|edited|updated|posted|published"
    r"|filed|shared?|copy|copied|repl(?:y|ies)|likes?|liked|helpful|votes?|report|flag|sponsored"
    r"|advertisement|ad|pinned|featured)\b"
    r"|\bverified(?: (?:buyer|customer|by|owner|purchase|review|reviewer|user))?\W*\Z",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"\W*(?:ads?|advert|advertisement|paid|partner|promoted|sponsored)"
    r"(?: (?:ad|content|link|partner|post|result))?\W*",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"[^\w]*(?:(?:out )?of|points|pts|rat(?:ed|ing)|scored?|stars?|[\d\W])*\d"
    r"(?:(?:out )?of|points|pts|stars?|[\d\W])*",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"\d+")
_NO_NAMES = frozenset(
    (
        "about", "ai generated", "anonymous", "beta", "comment", "comments", "context", "details",
        "discuss", "english", "final", "full transcript", "how we score", "info", "methodology",
        "opinion", "original", "our score", "overall", "panelist", "permalink", "profile", "quote",
        "rating", "review", "reviewer", "score", "scores", "source", "summary", "total",
        "transcript", "verdict",
    )
)  # fmt: skip
"""What a cell says beside its score and is no persona's name."""
_ABSENT = re.compile(
    r"(?:no|not|none)(?: (?:yet )?(?:answer(?:ed)?|available|comments?|given|opinions?|quotes?"
    r"|rated|ratings?|review(?:s|ed)?|reviewers?|scores?|scored|tested|verdicts?|voted?|votes)\b"
    r"|\W*\Z)",
    re.IGNORECASE,
)
_OFFER = re.compile(r"(?:all|follow|more|open|read|see|show|view|visit)\s", re.IGNORECASE)
_MORE = (
    r"(?:(?:read|show|see|view|load|continue|expand)(?: reading)?(?: the| this)?"
    r"(?: full| whole| entire)?(?: more| all| rest| on| quote| review| text)?|more)"
)
_AMOUNT = re.compile(
    r"(?:\A|\W)(?:and |plus |\+ ?)?\d+ more (?:characters|lines|paragraphs|sentences|words)\W*\Z"
    r"|[(\[](?:cont(?:\.|inued)?|more)[)\]]\W*\Z",
    re.IGNORECASE,
)
_MORE_BEGINS = "cCeElLmMrRsSſvV"
_IS_MORE = re.compile(rf"\W*{_MORE}\W*", re.IGNORECASE)
_ENDS_IN_MORE = re.compile(
    rf"(?:(?:…|\.\.\.)\W*{_MORE}|\b(?:read|show|see|view) (?:full|more|all))\W*$", re.IGNORECASE
)
_TAIL = re.compile(r"[.!?…][”\"')\]]* ([^.!?…]{0,99}[\w)])$")


def is_name_like(text: str) -> bool:
    """Whether a text could be a reviewer's name rather than a sentence."""
    return (
        len(text) <= LONGEST_NAME
        and len(text.split()) <= MOST_WORDS
        and text[-1] not in _STOPS
        and text[0] not in '“"'
    )


@lru_cache(maxsize=256)
def may_be_reviewer(text: str) -> bool:
    """Whether a short text says who speaks: it has letters, no digit, no word of the interface."""
    return (
        any(map(str.isalpha, text))
        and not any(map(str.isdigit, text))
        and text.casefold().strip(" :·") not in _NO_NAMES
        and not is_absent(text)
        and not is_interface(text)
    )


def is_absent(text: str) -> bool:
    """Whether a short text says that there is nothing: `No verdict`, `Not reviewed`."""
    return _ABSENT.match(text) is not None


def is_interface(text: str) -> bool:
    """Whether a short text holds a word of the interface, or offers something to open."""
    return _INTERFACE.search(text) is not None or _OFFER.match(text) is not None


def is_notice(text: str) -> bool:
    """Whether a text is nothing but the word over what was paid for."""
    if len(text) > LONGEST_NAME or (text[0].isalnum() and text[0] not in "aApPsSſ"):
        return False
    return _NOTICE.fullmatch(text) is not None


def is_figure(text: str) -> bool:
    """Whether a text may state a score in a way that is not read: a number, or what it is out of.

    >>> [is_figure(text) for text in ("81", "4.1 of 5", "Score", "3 days ago")]
    [True, True, False, False]
    """
    return len(text) <= LONGEST_NAME and _FIGURE.fullmatch(text) is not None


def masked(text: str) -> str:
    """A short text without its figures, as the interface repeats it with others."""
    return _FIGURES.sub("0", text) if len(text) <= 2 * LONGEST_NAME else text


def is_stub(text: str, others: str) -> bool:
    """Whether a text is the beginning of the others, cut off or shown before them.

    >>> is_stub("It sang on…", "It sang on time.")
    True
    """
    bare = text.removesuffix("”").rstrip()
    stem = without_cut(bare)
    is_told = stem != bare or not is_name_like(text)
    return bool(stem) and is_told and len(others) > len(stem) and others.startswith(stem)


def is_more(text: str) -> bool:
    """Whether a text offers the rest of another, as 'Read more' does."""
    if len(text) > LONGEST_NAME or (text[0].isalnum() and text[0] not in _MORE_BEGINS):
        return False
    return _IS_MORE.fullmatch(text) is not None


def says_how_much_more(text: str) -> bool:
    """Whether a text ends by saying how much of it is not shown: `... and 214 more words`."""
    end = text[-LONGEST_NAME:].lower()
    if "more" not in end and "cont" not in end:
        return False
    return _AMOUNT.search(text, max(0, len(text) - LONGEST_NAME)) is not None


def ends_in_more(text: str) -> bool:
    """Whether a text ends by offering the rest of itself."""
    end = text[-12:].casefold()
    if not ("more" in end or "full" in end or "all" in end):
        return False
    return _ENDS_IN_MORE.search(text, max(0, len(text) - LONGEST_NAME)) is not None


def is_twice(text: str) -> bool:
    """Whether a text, cut off, without a space or behind an offer, begins again within itself."""
    at = text.find(text[:BEGINNING], 6) if len(text) > BEGINNING else -1
    if at < 0:
        return False
    before = text[:at]
    return not before.endswith(" ") or is_cut(before) or ends_in_more(before.rstrip(" "))


def is_ended(text: str) -> bool:
    """Whether a text ends in a sign that ends a sentence, or in a picture, rather than a word."""
    return not text[-1:].isalnum() and text[-1:] not in (",", ";", ":", "-", "–", "—")


def tail_of(text: str) -> str | None:
    """The words behind the last full sentence that end in nothing: a date, a count, a button.

    Absent: None where a text ends as sentences do, or is one without an end.

    >>> tail_of("It sang on time. 3 days ago")
    '3 days ago'
    """
    if not (text[-1:].isalnum() or text[-1:] in "_)"):
        return None
    match = _TAIL.search(text, max(0, len(text) - 110))
    return match[1] if match else None
