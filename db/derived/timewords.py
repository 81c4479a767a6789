"""The words that expressions of time are made of, and the length that some of them say.

Pure: closed lists, and patterns of bounded length made of them.
"""

from __future__ import annotations

import re

from db.derived.horizon import TimeRelation, TimeUnit
from db.derived.quantities import WORDS, to_number

PREPOSITIONS: dict[str, TimeRelation] = {
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
    "soon", "eventually", "one day", "some day", "someday", "one of these days",
    "sooner or later", "in the long run", "in the long term", "over the long run",
    "over the long term", "in the near future", "in the foreseeable future",
    "for the foreseeable future", "in the not too distant future",
    "in the not-too-distant future", "in the future", "down the road", "down the line",
    "before long", "in due course", "any day now", "sometime soon", "any time soon",
    "anytime soon", "in the years ahead", "in the months ahead", "in the weeks ahead",
    "in years to come", "for years to come", "in the years to come", "in the months to come",
    "in the fullness of time", "shortly", "ultimately", "in short order", "any year now",
    "any time now", "before you know it", "one of these years", "in our lifetime",
    "within our lifetime", "in the longer run", "in the longer term", "longer term",
    "in the distant future", "at some future date", "at a later date", "when the time comes",
    "next decade",
)  # fmt: skip
"""Expressions of what is to come without a definite end."""
LOOSE = ("in time", "over time", "in the end", "at some point", "in future", "in the short term",
         "in the medium term")  # fmt: skip
"""The same, but said as often of what has been or of anything."""
OUTLOOKS = (
    "view", "outlook", "prediction", "forecast", "horizon", "bet", "question", "thesis",
    "picture", "case", "risk", "wager", "call", "scenario", "fate", "expectation", "test",
    "prognosis", "projection", "prospect", "odds", "guess", "prophecy",
)  # fmt: skip
"""What makes a prediction of the length before it: "the 12-month outlook"."""
UNITS: dict[str, tuple[int, TimeUnit]] = {
    "day": (1, "day"), "week": (1, "week"), "fortnight": (2, "week"), "month": (1, "month"),
    "quarter": (1, "quarter"), "year": (1, "year"), "decade": (10, "year"),
}  # fmt: skip

UNIT = rf"(?:{'|'.join(UNITS)})s?"
ONE = rf"(?:\d{{1,3}}|a couple(?: of)?|half an?|a dozen|an?|one|{WORDS})"
AMOUNT = rf"{ONE}(?:(?: to | or | or even |-|–){ONE})?"
LENGTH = rf"(?:{AMOUNT}[ -]{UNIT}(?: or (?:two|three|so)\b)?(?: and a half)?)"
ABOUT = r"(?:(?:about|around|roughly|some|maybe|perhaps|at least|just|only|as little as|the) )?"
LESS = r"(?:less than|under|fewer than|no more than|not more than|at most)"
MANY = r"(?:a few|few|several|some|many|a handful of|a matter of|a number of|a good many)"
COMING = r"(?:next|coming|following)"
NAMED = r"(?:week|month|quarter|year)"
PART = (
    r"(?:(?:the )?(?:very )?(?:end|close|start|beginning|middle|first half|second half) of "
    r"|early |late |later |mid-)?"
)
PREP = "|".join(sorted(PREPOSITIONS, key=len, reverse=True))
NOT_FOR = PREP.replace("|for|", "|")
LONG = rf"{AMOUNT}[ -](?:month|quarter|year)s?(?: or (?:two|three|so)\b)?"
SAY = (
    r"(?:at least |about |around |roughly |perhaps |maybe |say |, say, |sometime in "
    r"|some time in )?"
)
SEASON = r"(?:spring|summer|autumn|winter)"


def to_length(words: str) -> tuple[int, TimeUnit] | None:
    """The length that words say, of a range the upper bound. Absent: None where they say none.

    >>> [to_length(each) for each in ("12 months", "a year or two", "half a year", "a decade")]
    [(12, 'month'), (2, 'year'), (6, 'month'), (10, 'year')]
    >>> to_length("two to three-week"), to_length("3 month"), to_length("a year and a half")
    ((3, 'week'), None, (18, 'month'))
    """
    found = re.search(rf"({'|'.join(UNITS)})(s?)", words.lower())
    if found is None:
        return None
    said = re.sub(r"(?:a )?couple(?: of)?", "two", words[: found.start()].lower())
    upper = re.split(r" to | or even | or |–|(?<=\d)-(?=\d)", said.strip(" -"))[-1]
    tail = re.search(r" or (two|three)\b", words[found.end() :])
    upper = tail[1] if tail else upper
    times, unit = UNITS[found[1]]
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
