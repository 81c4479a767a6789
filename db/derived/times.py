"""Expressions of time, and the horizon that each states; whether it is a prediction is not asked.

Pure. Each form is a pattern of bounded length, read by the groups that it has. A definite end gives
a horizon, an indefinite one ("soon", "in a few years", a season, a calendar decade) gives None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Literal, NamedTuple

from db.derived.dates import DATE, SOFT, to_date
from db.derived.horizon import Horizon, TimeRelation, TimeUnit
from db.derived.passage import YEAR_SIGNS, Passage
from db.derived.quantities import WORDS, to_number

ExpressionKind = Literal["date", "bare", "counted", "to come", "running", "vague", "loose"]
"""How an expression is to be judged: see `predictions`."""

PREPOSITIONS: dict[TimeRelation, str] = {
    "in": r"in|on|at|come|during|around|near|from|for|towards?|starting(?: in)?|beginning in"
    r"|effective|as (?:early|soon|late) as|as of",
    "by": r"by|no later than|not later than",
    "within": r"within",
    "before": r"before|ahead of|prior to",
    "until": r"until|till|through|(?:well )?into|(?:up |out )?to",
    "next": r"over|across",
}
"""What stands before a date or a period, by the relation that it says."""
VAGUE = (
    r"soon|sooner or later|before long|before you know it|shortly|eventually|ultimately"
    r"|(?:one|some) ?day|one of these (?:days|years)|any (?:day|year|time) now|in due course"
    r"|(?:sometime|any ?time|some time) soon|(?:in|over) the long(?:er)? (?:run|term)|longer term"
    r"|(?:in|for) the (?:near |foreseeable |distant |not[- ]too[- ]distant )?future"
    r"|down the (?:road|line)|(?:in|for) (?:the )?(?:years|months|weeks) (?:ahead|to come)"
    r"|(?:with)?in our lifetime|at (?:some future|a later) date|when the time comes"
)
"""Expressions of what is to come without a definite end."""
LOOSE = r"in time|over time|in the end|at some point|in future|in the (?:short|medium) term"
"""The same, but said as often of what has been or of anything."""
OUTLOOKS = (
    r"view|outlook|predictions?|forecast|horizon|bet|question|thesis|picture|case|risk|wager|call"
    r"|scenario|fate|expectation|test|prognosis|projection|prospect|odds|guess|prophecy"
)
"""What makes a prediction of the length before it: "the 12-month outlook"."""
UNITS: dict[str, tuple[int, TimeUnit]] = {
    "day": (1, "day"), "week": (1, "week"), "fortnight": (2, "week"), "month": (1, "month"),
    "quarter": (1, "quarter"), "year": (1, "year"), "decade": (10, "year"),
}  # fmt: skip

_UNIT = rf"(?:{'|'.join(UNITS)})s?"
_ONE = rf"(?:\d{{1,3}}|(?:a )?couple(?: of)?|half an?|a dozen|an?|one|{WORDS})"
_AMOUNT = rf"{_ONE}(?:(?: to | or | or even |-|–){_ONE})?"
_OR_TWO = r"(?: or (?:two|three|so)\b)?"
_LENGTH = rf"(?P<length>{_AMOUNT}[ -]{_UNIT}{_OR_TWO}(?: and a half)?)"
_NAMED = r"(?:week|month|quarter|year)"
_ABOUT = r"(?:(?:about|around|roughly|some|maybe|perhaps|at least|just|only|as little as|the) )?"
_LESS = r"(?:less than|under|fewer than|no more than|not more than|at most)"
_MANY = r"(?:a few|few|several|some|many|a handful of|a matter of|a number of)"
_COMING = r"(?:next|coming|following)"
_PART = (
    r"(?:(?:the )?(?:very )?(?:end|close|start|beginning|middle|first half|second half) of "
    r"|early |late |later |mid-)?"
)
_PREP = rf"(?P<prep>{'|'.join(PREPOSITIONS.values())})"
_SAY = r"(?:(?:at least|about|around|roughly|perhaps|maybe|say|, say,|some ?time in) )?"
_SEASONS = ("spring", "summer", "autumn", "winter")
_SEASON = rf"(?:{'|'.join(_SEASONS)})"
_SIGN = re.compile(rf"(?:19|20)\d\d|\b(?:{_UNIT}|{_SEASON}|{VAGUE}|{LOOSE})\b", re.IGNORECASE)
"""What stands in every expression: the forms are tried on sentences that hold one."""
_SIGNS = (
    *YEAR_SIGNS, *UNITS, *_SEASONS, "soon", "long", "know it", "shortly",
    "eventually", "ultimately", "course", "time", "future", "down the", "later date", "the end",
    "point", "term",
)  # fmt: skip
_SPOKEN = re.compile(rf"\b{_ONE}\b")


class Expression(NamedTuple):
    """A time expression and where it stands. Absent: a horizon of None has no definite end."""

    start: int
    end: int
    kind: ExpressionKind
    horizon: Horizon | None


class _Form(NamedTuple):
    kind: ExpressionKind
    relation: TimeRelation
    pattern: re.Pattern[str]


def _form(kind: ExpressionKind, relation: TimeRelation, pattern: str) -> _Form:
    return _Form(kind, relation, re.compile(rf"(?<![\w’'-])(?:{pattern})(?!\w)", re.IGNORECASE))


FORMS = (
    _form("date", "in", rf"{_PREP} {_SAY}(?P<date>{SOFT}?{DATE})(?: or (?P<or>20\d\d))?"),
    _form("date", "in", rf"between {DATE} and (?P<date>{DATE})"),
    _form("bare", "in", rf"(?P<date>{SOFT}?{DATE})"),
    _form("counted", "within", rf"(?:within"
          rf"|inside(?: of)?) (?:the )?(?:{_COMING} )?{_ABOUT}{_LENGTH}"),
    _form("counted", "within", rf"in {_LESS} {_LENGTH}"),
    _form("counted", "in", rf"in {_ABOUT}{_LENGTH}(?:['’]s?)?(?: time| from (?:now|today))?"),
    _form("counted", "in", rf"{_LENGTH} (?:from (?:now|today)|hence|out|away|off)(?! of)"),
    _form("to come", "next", rf"(?:(?!for {_COMING}){_PREP} )?{_PART}(?:the |our |your |their "
          rf"|this )?{_COMING}"
          rf" (?P<length>(?:{_AMOUNT} {_UNIT}|{_NAMED}|decade){_OR_TWO})"),
    _form("to come", "until", rf"(?:for )?(?:at least )?(?P<length>(?:another|a further)"
          rf" (?:{_AMOUNT} )?{_UNIT}{_OR_TWO}|{_AMOUNT} (?:more|further|extra) {_UNIT})"),
    _form("to come", "in", rf"(?P<length>(?:\d{{1,3}}|{WORDS})[ -]{_UNIT})"
          rf"(?= (?:\w+ )?(?:{OUTLOOKS})\b)"),
    _form("to come", "in", rf"giv(?:es?|ing) (?:(?!\d)[\w’'-]+ ){{1,5}}?(?P<span>{_LENGTH})"),
    _form("running", "in", rf"(?:(?!for ){_PREP} )?{_PART}this (?P<running>{_NAMED})"),
    _form("running", "in", rf"{_PREP} (?:the )?(?:end|close) of (?:the )?(?P<running>{_NAMED})"),
    _form("running", "within", rf"within the (?P<running>{_NAMED})"),
    _form("running", "by", rf"by (?:the )?(?P<running>{_NAMED})(?:['’]s |[- ])end"),
    _form("vague", "in", rf"(?:in|within|over|for|during) (?:the )?(?:{_COMING} (?:{_MANY} )?"
          rf"|(?:just )?{_MANY} (?:short |more )?){_UNIT}(?<=s)(?: from now| to come)?"),
    _form("vague", "in", rf"{_MANY} (?:short |more )?{_UNIT} (?:from now|hence|out|away)"),
    _form("vague", "in", rf"(?:{_PREP} )?(?:the )?(?:{_COMING}|this) (?:{_SEASON}|decade)"),
    _form("vague", "in", rf"(?:by|before|come|until) (?:the )?(?:early |late )?{_SEASON}"),
    _form("vague", "in", rf"{_PREP} (?:the )?(?:end of |rest of )?(?:the decade|20[3-9]0s)"),
    _form("loose", "in", rf"(?:in|over|during) (?:the )?{_SEASON}|{LOOSE}"),
    _form("vague", "in", VAGUE),
)  # fmt: skip
"""Every form of a time expression: how it is judged, the relation where its preposition says no
other, and its pattern. Of two that overlap the one that begins first, then the longer, then the
earlier form is taken."""


def find_expressions(passage: Passage) -> Iterator[Expression]:
    """Every expression of time, overlapping ones too; of one sentence in the order of the forms."""
    sentences = {passage.sentence(it.start()) for it in passage.found(_SIGN, _SIGNS)}
    for form, (start, end) in product(FORMS, sentences):
        for found in form.pattern.finditer(passage.text, start, end):
            horizon = _horizon(form, found)
            if horizon is not None or form.kind in ("vague", "loose"):
                group = "span" if "span" in form.pattern.groupindex else 0
                yield Expression(*found.span(group), form.kind, horizon)


def _horizon(form: _Form, found: re.Match[str]) -> Horizon | None:
    said = found.groupdict()
    relation = _relation(form, said.get("prep"))
    if "date" in said:
        day = said.get("or") or to_date(said["date"])
        return Horizon(relation, date=day) if day else None
    if "running" in said:
        return Horizon(relation, 0, UNITS[said["running"].lower()][1])
    length = to_length(said["length"]) if "length" in said else None
    return Horizon(relation, *length) if length else None


def _relation(form: _Form, prep: str | None) -> TimeRelation:
    """What a preposition says; one that says no more than "in" leaves it to the form."""
    for relation, words in PREPOSITIONS.items():
        if relation != "in" and prep and re.fullmatch(words, prep, re.IGNORECASE):
            return relation
    return form.relation


def to_length(words: str) -> tuple[int, TimeUnit] | None:
    """The length that words say, of a range the upper bound. Absent: None where it is none or 0.

    >>> [to_length(each) for each in ("12 months", "a year or two", "half a year", "a decade")]
    [(12, 'month'), (2, 'year'), (6, 'month'), (10, 'year')]
    >>> to_length("two to three-week"), to_length("half a day"), to_length("a year and a half")
    ((3, 'week'), None, (18, 'month'))
    """
    whole, _, _ = words.lower().partition(" and a half")
    found = re.search("|".join(UNITS), whole)
    if found is None:
        return None
    times, unit = UNITS[found[0]]
    amount = to_number((_SPOKEN.findall(whole) or ["one"])[-1]) * times
    if words.lower() != whole:
        amount += to_number("half") * times
    if amount % 1 and unit == "year":
        amount, unit = amount * 12, "month"
    return (int(amount), unit) if amount and not amount % 1 else None
