"""Expressions of time, and the horizon that each states; whether it is a prediction is not asked.

Pure. Each form is a pattern of bounded length and what reads it. A definite end gives a horizon, an
indefinite one ("soon", "in a few years", a season, a calendar decade) gives None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from db.derived.dates import DATE, SOFT, to_date
from db.derived.horizon import Horizon, Relation, Unit
from db.derived.quantities import WORDS, to_number

Kind = Literal[
    "date", "counted", "going on", "staying", "running", "to come", "sure", "vague", "loose"
]
"""How an expression is to be judged: see `predictions`."""

PREPOSITIONS: dict[str, Relation] = {
    "in": "in", "on": "in", "at": "in", "come": "in", "during": "in", "around": "in", "from": "in",
    "starting": "in", "starting in": "in", "as early as": "in", "as soon as": "in", "as of": "in",
    "towards": "in", "toward": "in", "beginning in": "in", "effective": "in", "for": "in",
    "by": "by", "no later than": "by", "not later than": "by", "within": "within",
    "before": "before", "ahead of": "before", "prior to": "before", "until": "until",
    "till": "until", "through": "until", "well into": "until", "into": "until", "over": "next",
    "to": "until", "up to": "until", "out to": "until", "as late as": "in", "near": "in",
}  # fmt: skip
"""What stands before a date or a period, and the relation that it says."""
VAGUE = (
    "soon", "eventually", "one day", "some day", "someday", "one of these days", "sooner or later",
    "in the long run", "in the long term", "over the long run", "over the long term",
    "in the near future", "in the foreseeable future", "for the foreseeable future",
    "in the not too distant future", "in the not-too-distant future", "in the future",
    "down the road", "down the line", "before long", "in due course", "any day now",
    "sometime soon", "any time soon", "anytime soon", "in the years ahead", "in the months ahead", "in the weeks ahead",
    "in years to come", "for years to come", "in the years to come", "in the months to come",
    "in the fullness of time", "shortly", "ultimately", "in short order", "any year now",
    "any time now", "before you know it", "one of these years", "in our lifetime",
    "within our lifetime", "in the longer run", "in the longer term", "longer term", "in the distant future",
    "at some future date", "at a later date", "in the months ahead", "when the time comes", "next decade",
)  # fmt: skip
"""Expressions of what is to come without a definite end."""
LOOSE = ("in time", "over time", "in the end", "at some point", "in future", "in the short term",
         "in the medium term")  # fmt: skip
"""The same, but said as often of what has been or of anything."""
OUTLOOKS = (
    "view", "outlook", "prediction", "forecast", "horizon", "bet", "question", "thesis", "picture",
    "case", "risk", "wager", "call", "scenario", "fate", "expectation", "test", "prognosis", "projection", "prospect", "odds", "guess", "prophecy",
)  # fmt: skip
"""What makes a prediction of the length before it: "the 12-month outlook"."""
_UNITS: dict[str, tuple[int, Unit]] = {
    "day": (1, "day"), "week": (1, "week"), "fortnight": (2, "week"), "month": (1, "month"),
    "quarter": (1, "quarter"), "year": (1, "year"), "decade": (10, "year"),
}  # fmt: skip

_UNIT = rf"(?:{'|'.join(_UNITS)})s?"
_ONE = rf"(?:\d{{1,3}}|a couple(?: of)?|half an?|a dozen|an?|one|{WORDS})"
_AMOUNT = rf"{_ONE}(?:(?: to | or | or even |-|–){_ONE})?"
_LENGTH = rf"(?:{_AMOUNT}[ -]{_UNIT}(?: or (?:two|three|so)\b)?(?: and a half)?)"
_ABOUT = r"(?:(?:about|around|roughly|some|maybe|perhaps|at least|just|only|as little as|the) )?"
_LESS = r"(?:less than|under|fewer than|no more than|not more than|at most)"
_MANY = r"(?:a few|few|several|some|many|a handful of|a matter of|a number of|a good many)"
_COMING = r"(?:next|coming|following)"
_NAMED = r"(?:week|month|quarter|year)"
_PART = (
    r"(?:(?:the )?(?:very )?(?:end|close|start|beginning|middle|first half|second half) of "
    r"|early |late |later |mid-)?"
)
_PREP = "|".join(sorted(PREPOSITIONS, key=len, reverse=True))
_NOT_FOR = _PREP.replace("|for|", "|")
_LONG = rf"{_AMOUNT}[ -](?:month|quarter|year)s?(?: or (?:two|three|so)\b)?"
_SAY = r"(?:at least |about |around |roughly |perhaps |maybe |say |, say, |sometime in |some time in )?"
_SEASON = r"(?:spring|summer|autumn|winter)"


class Expression(NamedTuple):
    """A time expression and where it stands. Absent: a horizon of None has no definite end."""

    start: int
    end: int
    kind: Kind
    horizon: Horizon | None


def to_length(words: str) -> tuple[int, Unit] | None:
    """The length that words say, of a range the upper bound. Absent: None where they say none.

    >>> [to_length(each) for each in ("12 months", "a year or two", "half a year", "a decade")]
    [(12, 'month'), (2, 'year'), (6, 'month'), (10, 'year')]
    >>> to_length("two to three-week"), to_length("3 month"), to_length("a year and a half")
    ((3, 'week'), None, (18, 'month'))
    """
    found = re.search(rf"({'|'.join(_UNITS)})(s?)", words.lower())
    if found is None:
        return None
    said = re.sub(r"(?:a )?couple(?: of)?", "two", words[: found.start()].lower())
    upper = re.split(r" to | or even | or |–|(?<=\d)-(?=\d)", said.strip(" -"))[-1]
    tail = re.search(r" or (two|three)\b", words[found.end() :])
    upper = tail[1] if tail else upper
    times, unit = _UNITS[found[1]]
    amount = to_number(upper.replace("-", " ") if "half" in upper else upper) * times
    is_single = upper in ("", "a", "an", "one", "1", "half a", "half an")
    if not (found[2] or is_single or tail or words[found.start() - 1] == "-"):
        return None
    if "and a half" in words or amount % 1:
        return (
            (int(amount * 12) + (6 if "half" in words[found.end() :] else 0), "month")
            if (unit == "year")
            else None
        )
    return int(amount), unit


def _dated(found: re.Match[str]) -> Horizon | None:
    words = (found["soft"] or "") + found["date"]
    said = found["or"] or to_date(words)
    return (said and Horizon(PREPOSITIONS[found["prep"].lower()], date=said)) or None


def _bare_date(found: re.Match[str]) -> Horizon | None:
    said = to_date(found["date"])
    return Horizon("in", date=said) if said else None


def _counted(relation: Relation) -> Callable[[re.Match[str]], Horizon | None]:
    def read(found: re.Match[str]) -> Horizon | None:
        length = to_length(found["length"])
        return Horizon(relation, *length) if length else None

    return read


def _period(found: re.Match[str]) -> Horizon | None:
    """Of this or the next week, month, quarter or year."""
    unit = re.search(rf"{_NAMED}\b", found["period"].lower())
    is_next = re.search(rf"\b{_COMING}\b", found["period"].lower())
    prep = (found["prep"] or "").lower()
    relation = PREPOSITIONS[prep] if prep else "in"
    if is_next and relation == "in":
        relation = "next"
    named: Unit = _UNITS[unit[0].lower()][1] if unit else "year"
    return Horizon(relation, 1 if is_next else 0, named)


def _ahead(found: re.Match[str]) -> Horizon | None:
    return Horizon("next", 1, _UNITS[found["one"].lower()][1])


def _after_next(found: re.Match[str]) -> Horizon | None:
    relation: dict[str, Relation] = {"by": "by", "un": "until"}
    return Horizon(relation.get(found[0][:2].lower(), "next"), 2, _UNITS[found["after"].lower()][1])


def _same_time(found: re.Match[str]) -> Horizon | None:
    prep = (found["prep"] or "in").lower()
    return Horizon(PREPOSITIONS[prep], 1, _UNITS[found["one"].lower()][1])


def _unit_end(found: re.Match[str]) -> Horizon | None:
    unit = found["unit"] or found["unit2"] or found["unit3"]
    return Horizon(PREPOSITIONS[found["prep"].lower()], 0, _UNITS[unit.lower()][1])


def _rest(found: re.Match[str]) -> Horizon | None:
    return Horizon("until", 0, _UNITS[found["rest"].lower()][1])


def _vague(found: re.Match[str]) -> None:
    return None


class _Form(NamedTuple):
    kind: Kind
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Horizon | None]


def _form(kind: Kind, pattern: str, read: Callable[[re.Match[str]], Horizon | None]) -> _Form:
    return _Form(kind, re.compile(rf"(?<![\w’'-])(?:{pattern})(?![\w])", re.IGNORECASE), read)


def _phrases(phrases: tuple[str, ...]) -> str:
    return "|".join(re.escape(each) for each in sorted(phrases, key=len, reverse=True))


_DUE = r"due|expected|expect(?: \w+){1,4}|coming|arriving|landing|eta|eta:|planned|scheduled|slated|ends?|expires?|closes?|runs out|lapses|begins?|starts?"
_FORWARD = rf"(?:{_LENGTH}|{_UNIT} or (?:two|three|so)\b|couple(?: of)? {_UNIT}|dozen {_UNIT}|decade|half[- ]decade|century)"
_WAIT = r"(?:about |around |roughly |maybe |perhaps |at most |at least |only |just |barely )?"
FORMS = (
    _form("date", rf"(?P<prep>{_PREP}) {_SAY}(?P<soft>{SOFT})?(?P<date>{DATE})(?: or (?P<or>20\d\d))?", _dated),
    _form("date", rf"between {DATE} and (?P<date>{DATE})", _bare_date),
    _form("date", rf"(?:{_DUE}) (?P<bare>{SOFT}?(?P<date>{DATE}))", _bare_date),
    _form("date", rf"(?P<bare>(?:early|mid|late)[ -](?P<date>{DATE}))", _bare_date),
    _form("date", r"(?P<bare>(?P<date>20\d\d))(?= (?:will|is when|is the year|brings|may|might|could|should|decides))", _bare_date),
    _form("counted", rf"(?:within|inside(?: of)?) (?:the )?(?:{_COMING} )?{_ABOUT}(?P<length>{_LENGTH}|{_FORWARD})", _counted("within")),
    _form("counted", rf"in {_LESS} (?P<length>{_LENGTH})", _counted("within")),
    _form("to come", r"(?:over |in |within |during |for )?the next (?P<length>decade|century)", _counted("next")),
    _form("sure", rf"(?P<length>{_LENGTH}) (?:from (?:now|today)|hence|down the (?:road|line))", _counted("in")),
    _form("sure", rf"(?:with)?in {_LESS} (?P<length>{_LENGTH}) from (?:now|today)", _counted("within")),
    _form("to come", rf"(?:in|over|during|for|through|throughout|across)(?: the| our| your| their)? {_COMING} (?P<length>{_FORWARD})", _counted("next")),
    _form("to come", rf"(?:the {_COMING}|{_COMING}) (?P<length>{_LENGTH}|{_UNIT} or (?:two|three|so)\b|couple of {_UNIT})", _counted("next")),
    _form("to come", rf"(?:in|over|during|for|within) the (?P<one>{_NAMED}) ahead", _ahead),
    _form("sure", rf"in (?P<length>{_LENGTH})(?:['’]s?)? time", _counted("in")),
    _form("counted", rf"(?P<length>{_LENGTH}) (?:out|away|off)(?! of)", _counted("in")),
    _form("counted", rf"in {_ABOUT}(?P<length>{_LENGTH}|half[- ]a[- ]decade)", _counted("in")),
    _form("going on", rf"(?:for )?(?:at least )?another (?P<length>(?:{_AMOUNT}[ -])?{_UNIT}(?: or (?:two|three|so)\b)?)", _counted("until")),
    _form("going on", rf"(?:for )?(?P<length>{_AMOUNT} (?:more|further|extra) {_UNIT})", _counted("until")),
    _form("going on", rf"(?:for )?a further (?P<length>{_LENGTH}|{_UNIT})", _counted("until")),
    _form("going on", rf"(?:for )?(?P<length>{_LENGTH}) longer", _counted("until")),
    _form("to come", rf"(?:in |by |until )?the (?P<after>{_NAMED}) after next", _after_next),
    _form("date", rf"(?P<bare>(?:early|late) in (?P<date>{DATE}))", _bare_date),
    _form("date", rf"(?P<bare>the (?:end|start|beginning|close|middle) of (?P<date>{DATE}))", _bare_date),
    _form("staying", rf"(?:last|survive|outlive|live|hold|stand|keep) (?P<bare>(?:for )?(?P<length>{_LENGTH}))", _counted("until")),
    _form("to come", rf"(?P<length>(?:\d{{1,3}}|{WORDS})[ -](?:day|week|month|quarter|year))(?= (?:\w+ )?(?:{'|'.join(OUTLOOKS)})\b)", _counted("in")),
    _form("to come", rf"(?:give|gives|giving) (?:(?!\d)[\w’'-]+ ){{1,5}}?(?P<bare>(?P<length>{_LENGTH}))", _counted("in")),
    _form("sure", rf"(?:has|have|got|leaves (?:it|them)|leave (?:it|them)) {_WAIT}(?P<bare>(?P<length>{_LONG}))(?= left| to (?:live|find|prove|fix|win|run|decide)| at most| before)", _counted("in")),
    _form("to come", rf"(?:(?P<prep>{_NOT_FOR}) )?(?P<period>{_PART}(?:the |this )?{_COMING} {_NAMED})", _period),
    _form("running", rf"(?:(?P<prep>{_NOT_FOR}) )?(?P<period>{_PART}this {_NAMED})", _period),
    _form("sure", rf"(?P<prep>by|before|until|till) (?P<period>(?:the )?(?:end|close) of (?:the|this) (?:calendar )?{_NAMED})", _period),
    _form("sure", rf"(?P<prep>at|come|towards|toward|in|around) (?P<period>(?:the )?(?:end|close) of (?:the|this) (?:calendar )?{_NAMED})", _period),
    _form("running", rf"(?P<prep>within) (?P<period>the {_NAMED})", _period),
    _form("to come", rf"(?:for|over|through|throughout|during) the (?:rest|remainder) of (?:the|this) (?P<rest>{_NAMED})", _rest),
    _form("sure", r"(?P<prep>by|before) (?:the )?(?:(?P<unit>year|quarter|month|week)(?:['’]s end|[- ]end)|end of (?P<unit2>year|quarter|month|week)|(?P<unit3>year|quarter|month|week) (?:is (?:out|over|up)|ends|closes))", _unit_end),
    _form("sure", rf"(?:(?P<prep>by|before) )?this time next (?P<one>{_NAMED})", _same_time),
    _form("vague", rf"(?:in|within|over|for|during) (?:the )?(?:{_COMING} )?(?:just )?{_MANY} (?:short |more )?{_UNIT}(?: from now| to come| out)?", _vague),
    _form("sure", rf"{_MANY} (?:short |more )?{_UNIT} (?:from now|hence|out|down the (?:line|road))|(?:months|years|weeks|decades) (?:from now|hence)", _vague),
    _form("vague", rf"(?:(?:in|over|during|within|for) )?(?:the )?{_COMING} (?:few |several )?(?:days|weeks|months|quarters|years|decades)", _vague),
    _form("loose", r"(?:in|within) (?:(?:days|weeks|months|years|decades))", _vague),
    _form("sure", r"(?:in|by|before|until|during|into|through) the (?:early |late |mid-)?20[3-9]0s", _vague),
    _form("sure", rf"(?:(?:in|by|before|until|over|come|during) )?(?:the )?(?:next|coming) {_SEASON}", _vague),
    _form("vague", rf"(?:by|before|come|until) (?:the |this )?(?:end of |early |late )?(?:the )?{_SEASON}", _vague),
    _form("vague", rf"(?:(?:in|over|during) )?this {_SEASON}", _vague),
    _form("loose", rf"(?:in|over|during) (?:the )?{_SEASON}", _vague),
    _form("vague", r"(?:(?:by|before|until|at|towards|within|in|over|for|during) )?(?:(?:the )?(?:end|close|rest|turn|middle) of )?(?:the|this) decade(?:['’]s end)?(?: is (?:out|over)| ends)?", _vague),
    _form("vague", _phrases(VAGUE), _vague),
    _form("loose", _phrases(LOOSE), _vague),
)  # fmt: skip
"""Every form of a time expression. Of two that overlap the one that begins first, then the longer,
then the earlier form is taken."""


def find_expressions(text: str) -> Iterator[Expression]:
    """Every expression of time, overlapping ones too, in the order of the forms."""
    for kind, pattern, read in FORMS:
        for found in pattern.finditer(text):
            horizon = read(found)
            if horizon is None and read is not _vague:
                continue
            group = "bare" if "bare" in pattern.groupindex else 0
            yield Expression(found.start(group), found.end(group), kind, horizon)
