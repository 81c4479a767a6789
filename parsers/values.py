"""From the text of one block to a value: pure functions, no tree and no page.

Each raises FieldError when the text is not a value of its kind; none returns None for that.
"""

from __future__ import annotations

import re
from functools import lru_cache

from parsers.garbled import garbled
from parsers.placeholders import is_placeholder
from schema.errors import FieldError
from schema.records import SHORT_TEXT

LONGEST_LABEL = 60

_ICON_RANGES = (
    (0x2190, 0x21FF), (0x2300, 0x27BF), (0x2B00, 0x2BFF), (0x1F000, 0x1FAFF), (0xE0020, 0xE007F),
)  # fmt: skip
_ICONS = frozenset(
    mark
    for first, last in _ICON_RANGES
    for mark in map(chr, range(first, last + 1))
    if not mark.isalnum()
).union("\u200d\ufe0e\ufe0f\u20e3\u2022\u00b7", filter(str.isspace, map(chr, range(0x3001))))
"""Pictures, arrows, what joins them, middle dots and white space."""
_AROUND = " .:!?,;…·•–—\"'"
"""What stands around most labels, and is no part of any."""
_SHARE = re.compile(r"(0|[1-9][0-9]{0,2}) ?(?:%|per ?cent)", re.IGNORECASE)
_SHARE_LIKE = re.compile(r"[^\sA-Za-z]{0,12} ?(?:[%\uff05\u066a]|per ?cent)", re.IGNORECASE)
_CHANGED = re.compile(
    r"""
    (?P<share>[0-9]{1,3}\ ?(?:%|per\ ?cent))\s*
    (?: \(?\s*[+±−▲▼△▽↑↓⬆⬇↗↘]\ufe0f?\ ?[0-9]{1,3}(?:\.[0-9]+)?\ ?(?:%|pts?\.?|pp|points?)?\s*\)?
      | \([-–][0-9]{1,3}(?:\.[0-9]+)?\ ?(?:%|pts?\.?|pp|points?)?\)
      | \(?(?P<ship>[0-9]{1,3})\ ?(?:/|of)\ ?(?P<all>[1-9][0-9]{0,2})\)?
      | \(?\?\)?
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""A share and its change since it was last counted, its counts, or the sign of a tooltip."""
_BROKEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufffd]"
)
"""Control and broken characters, and those that turn the direction of what stands after them."""
_MOJIBAKE = re.compile(
    "\u00e2\u20ac[\u0153\u009d\u2122\u02dc\u201c\u201d\u00a6]|\u00c3[\u00a9\u00a8\u00bc\u00b6\u00a4]"
)
_CURLY = re.compile("[“”]")
NO_VOTES = frozenset(("no votes", "no votes yet", "no community votes"))
"""What is said, or read out for a dash, where a publisher's own words for it are not."""
DASHES = frozenset(("-", "–", "—", "−", "‐", "‑", "‒", "―", "n/a", "?"))


def without_icons(text: str) -> str:
    """The text without pictures, arrows and middle dots at its ends.

    >>> without_icons("★ Ship")
    'Ship'
    """
    if text[:1].isalnum() and text[-1:].isalnum():
        return text
    start, end = 0, len(text)
    while start < end and text[start] in _ICONS:
        start += 1
    while end > start and text[end - 1] in _ICONS:
        end -= 1
    return text[start:end]


def label_key(text: str) -> str:
    """A label as it is compared: without case, icons and punctuation around it.

    >>> label_key("▲ PANEL SHIP:")
    'panel ship'
    """
    if len(text) > LONGEST_LABEL:
        return ""
    text = text.strip(_AROUND)
    if text and text[0].isalnum() and text[-1].isalnum():
        return text.casefold()
    start, end = 0, len(text)
    while start < end and not (text[start].isalnum() or text[start] in "_%("):
        start += 1
    while end > start and not (text[end - 1].isalnum() or text[end - 1] in "_%)"):
        end -= 1
    return text[start:end].casefold()


word_key = lru_cache(maxsize=4_096)(label_key)
"""The same for short texts that most pages show, as a site's own words: worked out once."""


def parse_share(text: str, *, field: str) -> int:
    """A percentage. Units: percent, 0 to 100.

    Raises: FieldError for anything but ASCII digits and a percent sign, or above 100.

    >>> parse_share("75%", field="share")
    75
    """
    match = _SHARE.fullmatch(without_icons(text))
    if match is None:
        raise FieldError(code="field_unreadable", field=field, detail=f"{text[:40]!r} is no share")
    return _in_range(match[1], text, field)


def without_change(text: str) -> str:
    """A share without what stands beside it and is no share: its change, or the same in counts.

    >>> [without_change(text) for text in ("75%+8", "75% (▲ 2.5 pts)", "75% (3 of 4)", "75% ?")]
    ['75%', '75%', '75%', '75%']
    >>> [without_change(text) for text in ("75% 80%", "75%-80%", "75% (2 of 4)")]
    ['75% 80%', '75%-80%', '75% (2 of 4)']
    """
    match = _CHANGED.fullmatch(without_icons(text)) if "%" in text or "cent" in text else None
    if match is None or (match["all"] and not _is_share_of(match["share"], *match.group(2, 3))):
        return text
    return match["share"]


def _is_share_of(share: str, part: str, whole: str) -> bool:
    percent = int(re.sub(r"\D", "", share))
    return abs(100 * int(part) / int(whole) - percent) < 1


def is_share_like(text: str) -> bool:
    """Whether the text stands where a share would, readable or not."""
    return bool(_SHARE_LIKE.fullmatch(without_icons(text)))


def parse_score(number: str, *, field: str, scale: int = 100) -> int:
    """A score out of 100, as it is printed or out of 10.

    Raises: FieldError above 100, and for one that is no whole number out of 100.

    >>> parse_score("8.5", field="score", scale=10)
    85
    """
    whole, _, part = number.partition(".")
    places = 1 if scale == 10 else 0
    digits, rest = whole + part[:places].ljust(places, "0"), part[places:]
    if rest.strip("0"):
        detail = f"{number}/{scale} is no whole number out of 100"
        raise FieldError(code="field_unreadable", field=field, detail=detail)
    return _in_range(digits, f"{number}/{scale}", field)


def _in_range(digits: str, text: str, field: str) -> int:
    value = int(digits)
    if value > 100:
        raise FieldError(code="field_range", field=field, detail=f"{text[:40]!r} is over 100")
    return value


Statement = tuple[int | None, int | None, int | None]


@lru_cache(maxsize=64)
def _counted(ship: str) -> re.Pattern[str]:
    """A community vote with its counts, in a publisher's word for ship, or without it."""
    share, number = r"(0|[1-9][0-9]{0,2}) ?%", r"([0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})"
    said = rf"(?:( {re.escape(ship)})? ?\({number} ?(?:/|of) ?{number}(?: votes?)?\))"
    return re.compile(share + said, re.IGNORECASE)


@lru_cache(maxsize=64)
def _panel_votes(ship: str, skip: str) -> re.Pattern[str]:
    """The panel's votes, in a publisher's words for ship and skip."""
    number = r"([0-9]{1,3})"
    return re.compile(
        rf"(?:^|\W)(?<![0-9][.,]){number} {re.escape(ship)} ?(?:[/,·|+]|and) ?"
        rf"{number} {re.escape(skip)}\)?$",
        re.IGNORECASE,
    )


def parse_community(text: str, *, no_votes: str, field: str, ship: str = "ship") -> Statement:
    """Share, votes for ship and all votes, as far as the text states them.

    >>> parse_community("0% Ship (0 / 1)", no_votes="No community votes yet", field="community")
    (0, 0, 1)
    >>> parse_community("—", no_votes="No community votes yet", field="community")
    (None, None, None)
    """
    bare = without_icons(text)
    if bare.casefold() in DASHES or not bare:
        return (None, None, None)
    if _says_no_votes(bare, no_votes):
        return (None, 0, 0)
    counted = _counted(ship).fullmatch(bare)
    if counted is None:
        return (parse_share(bare, field=field), None, None)
    cast, votes = (int(counted[group].replace(",", "")) for group in (3, 4))
    if counted[2] is None and (not votes or not _is_share_of(counted[1], str(cast), str(votes))):
        detail = f"{text[:40]!r} does not say of what"
        raise FieldError(code="field_unreadable", field=field, detail=detail)
    if cast > votes:
        raise FieldError(code="field_range", field=field, detail=f"{cast} of {votes} votes")
    return (_in_range(counted[1], text, field), cast, votes)


def _says_no_votes(text: str, no_votes: str) -> bool:
    return label_key(text) in NO_VOTES or label_key(text) == word_key(no_votes)


def is_community_like(text: str, *, no_votes: str, ship: str = "ship") -> bool:
    """Whether the text could be a community vote, readable or not."""
    bare = without_icons(text)
    return (
        bare.casefold() in DASHES
        or is_share_like(bare)
        or _says_no_votes(bare, no_votes)
        or _counted(ship).fullmatch(bare) is not None
    )


def parse_votes(
    text: str, *, field: str, ship: str = "ship", skip: str = "skip"
) -> tuple[int, int]:
    """Ship and skip votes of the panel.

    >>> parse_votes("Ship · 3 ship / 1 skip", field="votes")
    (3, 1)
    """
    match = _panel_votes(ship, skip).search(without_icons(text))
    if match is None:
        raise FieldError(code="field_unreadable", field=field, detail=f"{text[:60]!r} are no votes")
    return int(match[1]), int(match[2])


def parse_word(text: str, words: dict[str, str], *, field: str) -> str:
    """One of a few words, written as the record writes it.

    >>> parse_word("SHIP", {"ship": "Ship"}, field="badge")
    'Ship'
    """
    try:
        return words[label_key(text)]
    except KeyError:
        known = ", ".join(dict.fromkeys(words.values()))
        raise FieldError(
            code="field_word", field=field, detail=f"{text[:40]!r} is not one of {known}"
        ) from None


def require_text(text: str, *, field: str, limit: int = SHORT_TEXT, is_clean: bool = False) -> str:
    """The text itself, if a text field may hold it.

    `is_clean` says that its characters were looked at before.

    Raises: FieldError for an empty text, a placeholder, a control or broken character, wrongly
    decoded characters, what a program garbled, or a text over its limit.
    """
    if not text:
        raise FieldError(code="field_missing", field=field, detail="nothing is there")
    if len(text) > limit:
        raise FieldError(
            code="field_length", field=field, detail=f"{len(text)} characters; at most {limit}"
        )
    broken = None if is_clean else _BROKEN.search(text) or _MOJIBAKE.search(text)
    if broken:
        raise FieldError(
            code="field_unreadable",
            field=field,
            detail=f"{broken[0]!r} at character {broken.start()}",
        )
    require_no_placeholder(text, field=field)
    if lost := garbled(text):
        raise FieldError(code="field_unreadable", field=field, detail=f"garbled: {lost[:40]!r}")
    return text


def require_no_placeholder(text: str, *, field: str) -> None:
    """Pass over a text that is one. Raises: FieldError for a placeholder."""
    if is_placeholder(text, field):
        raise FieldError(code="field_unreadable", field=field, detail=f"placeholder {text[:40]!r}")


def outer_quotes(text: str) -> tuple[int, int]:
    """The [start, end) of a text inside its outer curly quotation marks.

    The whole text when the first “ does not pair with the last ”.

    >>> outer_quotes("“a “b” c”")
    (1, 8)
    >>> outer_quotes("“a” and “b”")
    (0, 11)
    """
    if len(text) < 2 or text[0] != "“" or text[-1] != "”":
        return 0, len(text)
    if text.count("“") == text.count("”") == 1:  # most texts quote nobody
        return 1, len(text) - 1
    depth = 0
    for mark in _CURLY.finditer(text):
        depth += 1 if mark[0] == "“" else -1
        if depth <= 0 and mark.end() < len(text):
            return 0, len(text)
    return (1, len(text) - 1) if depth == 0 else (0, len(text))
