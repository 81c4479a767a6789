"""Time expressions by which something is said to happen, or to go on, after the writing.

Pure. A date must lie after the writing. A length ("in 12 months") counts unless its clause speaks
of what has been, of a duration of work, of terms, or counts from another event. A question predicts
nothing. What has no definite end is found all the same, and is not checkable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from db.derived.dates import first_day, last_day
from db.derived.horizon import Horizon
from db.derived.passage import Passage, any_of
from db.derived.tense import has_future, has_past, is_told
from db.derived.times import Expression, find_expressions

METHOD = "time-expressions"
METHOD_VERSION = 2

_TERMS = any_of(
    r"notice|trials?|refund(?:s|ed)?|billed|billing|invoiced?|contract|warranty|renew(?:s|al)?"
    r"|cancel|cancelled|money back|guaranteed?|delivery|repl(?:y|ies)|answer(?:s|ed)|valid"
    r"|expires?|retention|support"
)
"""Words of terms and services: a length of days or weeks beside them is theirs."""
_WORK = re.compile(
    any_of(
        r"take[sn]?|took|taking|learn(?:s|t)?|pa(?:y|ys|id) (?:for itself|back)|finish(?:es|ed)?"
        r"|write|wrote|written|build|built|read|train(?:s|ed)?|set up|installed|migrated?|done"
        r"|ready|delivered|once|twice|times|first|best|worst|longest|fastest|most|more|less"
    ).pattern + r"[^,.;:!?]{0,30}\Z", re.IGNORECASE,
)  # fmt: skip
"""Words that make a length close behind them one of work, or the frame of a count."""
_FROM_EVENT = re.compile(
    r" (?:of (?:the|an?|its|your|their|our|my|use|launch|purchase|release|\w+ing\b)|after\b"
    r"|since\b)"
)
_FROM_NOW = re.compile(r"(?:s['’]? time|now|today|hence)\Z", re.IGNORECASE)
_IN_ONE = re.compile(r"in an? (?!couple|dozen|decade)", re.IGNORECASE)
_NOT_A_YEAR = re.compile(
    r" (?:tokens|lines|words|characters|users|customers|people|rows|files|pages|pixels|dollars"
    r"|euros|samples|steps|nodes|calls|images|edition|release|version|model|tax|rules|prices)\b"
)
"""What makes a mere number of a year, or a name: "in 2048 tokens", "by the 2027 rules"."""
_PARTS_OF = re.compile(r"['’]s\b|-\w")
_LATE = re.compile(r"\b(?:late|end|close|second half|autumn|winter)\b")
_SOON = re.compile(r"\b(?:as|too|how|no|so) \Z", re.IGNORECASE)
_NARRATED = re.compile(r" (?:last|ago|after|when I|as)\b")


@dataclass(frozen=True)
class Prediction:
    """A time expression of what is to come: `[start, end)` in code points of the text.

    Absent: the horizon is None where the expression has no definite end.
    """

    start: int
    end: int
    words: str
    horizon: Horizon | None

    @property
    def is_checkable(self) -> bool:
        """Whether a day can be named by which the prediction has come true or not."""
        return self.horizon is not None


def find_predictions(text: str, written: date) -> tuple[Prediction, ...]:
    """The predictions of a text in order, none overlapping another.

    >>> day = date(2026, 7, 1)
    >>> def shown(text):
    ...     found = find_predictions(text, day)
    ...     return [(it.words, it.horizon and it.horizon.relation) for it in found]
    >>> shown("Gone by 2028, or sold within two years.")
    [('by 2028', 'by'), ('within two years', 'within')]
    >>> shown("The 18-month outlook is poor; soon it rains."), shown("It broke twice in 12 months.")
    ([('18-month', 'in'), ('soon', None)], [])
    >>> shown("Will it be here by 2028?"), shown("It came in 2024.")
    ([], [])
    """
    return predictions_in(Passage(text), written)


def predictions_in(passage: Passage, written: date) -> tuple[Prediction, ...]:
    """The predictions of a passage, as of a text."""
    text = passage.text
    found = (it for it in find_expressions(passage) if _is_prediction(passage, it, written))
    chosen: list[Expression] = []
    for each in sorted(found, key=lambda it: (it.start, -it.end)):
        if not chosen or each.start >= chosen[-1].end:
            chosen.append(each)
    return tuple(Prediction(it.start, it.end, text[it.start : it.end], it.horizon) for it in chosen)


def _is_prediction(passage: Passage, it: Expression, written: date) -> bool:
    if passage.is_question(it.start) or _PARTS_OF.match(passage.text, it.end):
        return False
    clause = passage.clause(it.start, it.end)
    if it.kind in ("date", "bare"):
        return _is_date_to_come(passage, it, clause, written)
    if _FROM_NOW.search(passage.text[it.start : it.end]):
        return True
    if is_told(clause):
        return False
    if it.kind == "to come":
        return True
    if it.kind == "running":
        return has_future(clause) or (it.horizon is not None and it.horizon.relation != "in")
    judge = _is_counted_from_now if it.kind == "counted" else _is_vague
    return judge(passage, it, clause)


def _is_date_to_come(passage: Passage, it: Expression, clause: str, written: date) -> bool:
    said = it.horizon.date if it.horizon else None
    if said is None or last_day(said) <= written or first_day(said).year > written.year + 100:
        return False
    if len(said) == 4 and _NOT_A_YEAR.match(passage.text, it.end):
        return False
    if it.kind == "bare" and not has_future(clause):
        return False
    if first_day(said) <= written and it.horizon and it.horizon.relation in ("in", "next"):
        is_late = _LATE.search(passage.text[it.start : it.end]) is not None
        return (is_late or has_future(clause)) and not has_past(clause)
    return True


def _is_counted_from_now(passage: Passage, it: Expression, clause: str) -> bool:
    before = passage.before(it.start)
    if _FROM_EVENT.match(passage.text, it.end):
        return False
    is_head = not before.strip() or before.rstrip().endswith((":", ";", ", and", ", but", "—"))
    is_short = it.horizon is not None and it.horizon.unit in ("day", "week")
    if is_short or _IN_ONE.match(passage.text, it.start):
        return (is_head or has_future(clause)) and not _TERMS.search(clause)
    return has_future(clause) or not _WORK.search(before)


def _is_vague(passage: Passage, it: Expression, clause: str) -> bool:
    if _SOON.search(passage.before(it.start)) or _NARRATED.match(passage.text, it.end):
        return False
    return it.kind == "vague" or has_future(clause)
