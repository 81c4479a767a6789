"""Expressions of time, and the horizon that each states; whether it is a prediction is not asked.

Pure. Each form is a pattern of bounded length and what reads it. A definite end gives a horizon, an
indefinite one ("soon", "in a few years", a season, a calendar decade) gives None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from db.derived.dates import DATE, SOFT, to_date
from db.derived.horizon import Horizon, TimeRelation, TimeUnit
from db.derived.quantities import WORDS
from db.derived.timewords import (
    ABOUT,
    AMOUNT,
    COMING,
    LENGTH,
    LESS,
    LONG,
    LOOSE,
    MANY,
    NAMED,
    NOT_FOR,
    OUTLOOKS,
    PART,
    PREP,
    PREPOSITIONS,
    SAY,
    SEASON,
    UNIT,
    UNITS,
    VAGUE,
    to_length,
)

ExpressionKind = Literal[
    "date", "counted", "going on", "staying", "running", "to come", "sure", "vague", "loose"
]
"""How an expression is to be judged: see `predictions`."""


class Expression(NamedTuple):
    """A time expression and where it stands. Absent: a horizon of None has no definite end."""

    start: int
    end: int
    kind: ExpressionKind
    horizon: Horizon | None


def _dated(found: re.Match[str]) -> Horizon | None:
    words = (found["soft"] or "") + found["date"]
    said = found["or"] or to_date(words)
    return (said and Horizon(PREPOSITIONS[found["prep"].lower()], date=said)) or None


def _bare_date(found: re.Match[str]) -> Horizon | None:
    said = to_date(found["date"])
    return Horizon("in", date=said) if said else None


def _counted(relation: TimeRelation) -> Callable[[re.Match[str]], Horizon | None]:
    def read(found: re.Match[str]) -> Horizon | None:
        length = to_length(found["length"])
        return Horizon(relation, *length) if length else None

    return read


def _period(found: re.Match[str]) -> Horizon | None:
    """Of this or the next week, month, quarter or year."""
    unit = re.search(rf"{NAMED}\b", found["period"].lower())
    is_next = re.search(rf"\b{COMING}\b", found["period"].lower())
    prep = (found["prep"] or "").lower()
    relation = PREPOSITIONS[prep] if prep else "in"
    if is_next and relation == "in":
        relation = "next"
    named: TimeUnit = UNITS[unit[0].lower()][1] if unit else "year"
    return Horizon(relation, 1 if is_next else 0, named)


def _ahead(found: re.Match[str]) -> Horizon | None:
    return Horizon("next", 1, UNITS[found["one"].lower()][1])


def _after_next(found: re.Match[str]) -> Horizon | None:
    relation: dict[str, TimeRelation] = {"by": "by", "un": "until"}
    return Horizon(relation.get(found[0][:2].lower(), "next"), 2, UNITS[found["after"].lower()][1])


def _same_time(found: re.Match[str]) -> Horizon | None:
    prep = (found["prep"] or "in").lower()
    return Horizon(PREPOSITIONS[prep], 1, UNITS[found["one"].lower()][1])


def _unit_end(found: re.Match[str]) -> Horizon | None:
    unit = found["unit"] or found["unit2"] or found["unit3"]
    return Horizon(PREPOSITIONS[found["prep"].lower()], 0, UNITS[unit.lower()][1])


def _rest(found: re.Match[str]) -> Horizon | None:
    return Horizon("until", 0, UNITS[found["rest"].lower()][1])


def _vague(found: re.Match[str]) -> None:
    return None


class _Form(NamedTuple):
    kind: ExpressionKind
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Horizon | None]


def _form(
    kind: ExpressionKind, pattern: str, read: Callable[[re.Match[str]], Horizon | None]
) -> _Form:
    return _Form(kind, re.compile(rf"(?<![\w’'-])(?:{pattern})(?![\w])", re.IGNORECASE), read)


def _phrases(phrases: tuple[str, ...]) -> str:
    return "|".join(re.escape(each) for each in sorted(phrases, key=len, reverse=True))


_DUE = (
    r"due|expected|expect(?: \w+){1,4}|coming|arriving|landing|eta|eta:|planned"
    r"|scheduled|slated|ends?|expires?|closes?|runs out|lapses|begins?|starts?"
)
_FORWARD = (
    rf"(?:{LENGTH}|{UNIT} or (?:two|three|so)\b|couple(?: of)? {UNIT}"
    rf"|dozen {UNIT}|decade|half[- ]decade|century)"
)
_WAIT = r"(?:about |around |roughly |maybe |perhaps |at most |at least |only |just |barely )?"
FORMS = (
    _form(
        "date",
        rf"(?P<prep>{PREP}) {SAY}(?P<soft>{SOFT})?(?P<date>{DATE})(?: or"
        rf" (?P<or>20\d\d))?",
        _dated,
    ),
    _form("date", rf"between {DATE} and (?P<date>{DATE})", _bare_date),
    _form("date", rf"(?:{_DUE}) (?P<bare>{SOFT}?(?P<date>{DATE}))", _bare_date),
    _form("date", rf"(?P<bare>(?:early|mid|late)[ -](?P<date>{DATE}))", _bare_date),
    _form(
        "date",
        r"(?P<bare>(?P<date>20\d\d))(?= (?:will|is when|is the year|brings|may|might"
        r"|could|should|decides))",
        _bare_date,
    ),
    _form(
        "counted",
        rf"(?:within|inside(?: of)?) (?:the )?(?:{COMING} )?{ABOUT}(?P<length>{LENGTH}"
        rf"|{_FORWARD})",
        _counted("within"),
    ),
    _form("counted", rf"in {LESS} (?P<length>{LENGTH})", _counted("within")),
    _form(
        "to come",
        r"(?:over |in |within |during |for )?the next (?P<length>decade|century)",
        _counted("next"),
    ),
    _form(
        "sure",
        rf"(?P<length>{LENGTH}) (?:from (?:now|today)|hence|down the (?:road|line))",
        _counted("in"),
    ),
    _form(
        "sure", rf"(?:with)?in {LESS} (?P<length>{LENGTH}) from (?:now|today)", _counted("within")
    ),
    _form(
        "to come",
        rf"(?:in|over|during|for|through|throughout|across)(?: the| our| your"
        rf"| their)? {COMING} (?P<length>{_FORWARD})",
        _counted("next"),
    ),
    _form(
        "to come",
        rf"(?:the {COMING}|{COMING}) (?P<length>{LENGTH}|{UNIT} or (?:two|three|so)\b"
        rf"|couple of {UNIT})",
        _counted("next"),
    ),
    _form("to come", rf"(?:in|over|during|for|within) the (?P<one>{NAMED}) ahead", _ahead),
    _form("sure", rf"in (?P<length>{LENGTH})(?:['’]s?)? time", _counted("in")),
    _form("counted", rf"(?P<length>{LENGTH}) (?:out|away|off)(?! of)", _counted("in")),
    _form("counted", rf"in {ABOUT}(?P<length>{LENGTH}|half[- ]a[- ]decade)", _counted("in")),
    _form(
        "going on",
        rf"(?:for )?(?:at least )?another (?P<length>(?:{AMOUNT}[ -])?{UNIT}(?: or"
        rf" (?:two|three|so)\b)?)",
        _counted("until"),
    ),
    _form(
        "going on",
        rf"(?:for )?(?P<length>{AMOUNT} (?:more|further|extra) {UNIT})",
        _counted("until"),
    ),
    _form("going on", rf"(?:for )?a further (?P<length>{LENGTH}|{UNIT})", _counted("until")),
    _form("going on", rf"(?:for )?(?P<length>{LENGTH}) longer", _counted("until")),
    _form("to come", rf"(?:in |by |until )?the (?P<after>{NAMED}) after next", _after_next),
    _form("date", rf"(?P<bare>(?:early|late) in (?P<date>{DATE}))", _bare_date),
    _form(
        "date",
        rf"(?P<bare>the (?:end|start|beginning|close|middle) of (?P<date>{DATE}))",
        _bare_date,
    ),
    _form(
        "staying",
        rf"(?:last|survive|outlive|live|hold|stand"
        rf"|keep) (?P<bare>(?:for )?(?P<length>{LENGTH}))",
        _counted("until"),
    ),
    _form(
        "to come",
        rf"(?P<length>(?:\d{{1,3}}|{WORDS})[ -](?:day|week|month|quarter"
        rf"|year))(?= (?:\w+ )?(?:{'|'.join(OUTLOOKS)})\b)",
        _counted("in"),
    ),
    _form(
        "to come",
        rf"(?:give|gives"
        rf"|giving) (?:(?!\d)[\w’'-]+ ){{1,5}}?(?P<bare>(?P<length>{LENGTH}))",
        _counted("in"),
    ),
    _form(
        "sure",
        rf"(?:has|have|got|leaves (?:it|them)|leave (?:it"
        rf"|them)) {_WAIT}(?P<bare>(?P<length>{LONG}))(?= left| to (?:live|find|prove"
        rf"|fix|win|run|decide)| at most| before)",
        _counted("in"),
    ),
    _form(
        "to come",
        rf"(?:(?P<prep>{NOT_FOR}) )?(?P<period>{PART}(?:the |this )?{COMING} {NAMED})",
        _period,
    ),
    _form("running", rf"(?:(?P<prep>{NOT_FOR}) )?(?P<period>{PART}this {NAMED})", _period),
    _form(
        "sure",
        rf"(?P<prep>by|before|until|till) (?P<period>(?:the )?(?:end|close) of (?:the"
        rf"|this) (?:calendar )?{NAMED})",
        _period,
    ),
    _form(
        "sure",
        rf"(?P<prep>at|come|towards|toward|in|around) (?P<period>(?:the )?(?:end"
        rf"|close) of (?:the|this) (?:calendar )?{NAMED})",
        _period,
    ),
    _form("running", rf"(?P<prep>within) (?P<period>the {NAMED})", _period),
    _form(
        "to come",
        rf"(?:for|over|through|throughout|during) the (?:rest|remainder) of (?:the"
        rf"|this) (?P<rest>{NAMED})",
        _rest,
    ),
    _form(
        "sure",
        r"(?P<prep>by|before) (?:the )?(?:(?P<unit>year|quarter|month|week)(?:['’]s end"
        r"|[- ]end)|end of (?P<unit2>year|quarter|month|week)|(?P<unit3>year|quarter"
        r"|month|week) (?:is (?:out|over|up)|ends|closes))",
        _unit_end,
    ),
    _form("sure", rf"(?:(?P<prep>by|before) )?this time next (?P<one>{NAMED})", _same_time),
    _form(
        "vague",
        rf"(?:in|within|over|for"
        rf"|during) (?:the )?(?:{COMING} )?(?:just )?{MANY} (?:short "
        rf"|more )?{UNIT}(?: from now| to come| out)?",
        _vague,
    ),
    _form(
        "sure",
        rf"{MANY} (?:short |more )?{UNIT} (?:from now|hence|out|down the (?:line|road))"
        rf"|(?:months|years|weeks|decades) (?:from now|hence)",
        _vague,
    ),
    _form(
        "vague",
        rf"(?:(?:in|over|during|within|for) )?(?:the )?{COMING} (?:few "
        rf"|several )?(?:days|weeks|months|quarters|years|decades)",
        _vague,
    ),
    _form("loose", r"(?:in|within) (?:(?:days|weeks|months|years|decades))", _vague),
    _form(
        "sure",
        r"(?:in|by|before|until|during|into|through) the (?:early |late |mid-)?20[3-9]0s",
        _vague,
    ),
    _form(
        "sure",
        rf"(?:(?:in|by|before|until|over|come|during) )?(?:the )?(?:next"
        rf"|coming) {SEASON}",
        _vague,
    ),
    _form(
        "vague",
        rf"(?:by|before|come|until) (?:the |this )?(?:end of |early "
        rf"|late )?(?:the )?{SEASON}",
        _vague,
    ),
    _form("vague", rf"(?:(?:in|over|during) )?this {SEASON}", _vague),
    _form("loose", rf"(?:in|over|during) (?:the )?{SEASON}", _vague),
    _form(
        "vague",
        r"(?:(?:by|before|until|at|towards|within|in|over|for"
        r"|during) )?(?:(?:the )?(?:end|close|rest|turn|middle) of )?(?:the"
        r"|this) decade(?:['’]s end)?(?: is (?:out|over)| ends)?",
        _vague,
    ),
    _form("vague", _phrases(VAGUE), _vague),
    _form("loose", _phrases(LOOSE), _vague),
)
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
