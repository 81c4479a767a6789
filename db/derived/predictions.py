"""Time expressions by which something is said to happen, or to go on, after the writing.

Pure. A date must lie after the writing. A length ("in 12 months") counts unless its clause speaks
of what has been, of a duration of work, of terms, or counts from another event. A question predicts
nothing. What has no definite end is found all the same, and is not checkable.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from db.derived.dates import first_day, last_day
from db.derived.horizon import Horizon
from db.derived.passage import Passage
from db.derived.tense import has_future, has_past
from db.derived.times import Expression, ExpressionKind, find_expressions

METHOD = "time-expressions"
METHOD_VERSION = 1

TERMS = (
    "notice", "trial", "trials", "refund", "refunds", "refunded", "billed", "billing",
    "invoice", "invoiced", "contract", "warranty", "renew", "renews", "renewal", "cancel",
    "cancelled", "money back", "guarantee", "guaranteed", "delivery", "reply", "replies",
    "answers", "answered", "valid", "expire", "expires", "retention", "support",
)  # fmt: skip
"""Words of terms and services: a length of days or weeks beside them is theirs."""
WORK = (
    "take", "takes", "took", "taking", "learn", "learns", "learnt", "pays for itself",
    "pay for itself", "paid for itself", "pays back", "paid back",
)  # fmt: skip
"""Words that make a length close behind them one of work."""
DOING = (
    "finish", "finishes", "finished", "write", "wrote", "written", "build", "built", "read",
    "train", "trains", "trained", "set up", "installed", "migrate", "migrated", "done", "ready",
    "delivered",
)  # fmt: skip
"""The same, where nothing else in the clause speaks of what is to come."""
FRAMES = (
    "once", "twice", "times", "first time", "second time", "third time", "best", "worst",
    "longest", "first", "most", "fastest", "more", "less", "as much",
)  # fmt: skip
"""Words that make a length right behind them the frame of a count or of a comparison."""
SCHEDULED = (
    "lands", "ships", "arrives", "closes", "opens", "ends", "starts", "launches", "expires",
    "lapses", "comes", "drops", "says", "say", "leaves", "shuts", "stops",
)  # fmt: skip
"""Verbs of the present by which something is said to come on a day."""
COUNTED_NOUNS = (
    "tokens", "lines", "words", "bits", "bytes", "characters", "users", "customers", "people",
    "rows", "files", "pages", "pixels", "dollars", "euros", "pounds", "samples", "steps",
    "nodes", "cases", "calls", "requests", "images", "questions", "dimensions", "edition",
    "release", "version", "model", "tax", "rules", "prices",
)  # fmt: skip
"""What makes a mere number of a year, or a name: "in 2048 tokens", "by the 2027 rules"."""


def _any(words: tuple[str, ...]) -> str:
    return rf"(?<![\w-])(?:{'|'.join(sorted(words, key=len, reverse=True))})(?![\w-])"


_TERMS = re.compile(_any(TERMS), re.IGNORECASE)
_WORK = re.compile(
    rf"{_any(WORK)}[^,.;:!?]{{0,24}}\Z|{_any(FRAMES)}(?: [\w’'-]+){{0,2}} \Z", re.IGNORECASE
)
_DOING = re.compile(rf"{_any(DOING)}[^,.;:!?]{{0,24}}\Z", re.IGNORECASE)
_ABLE = re.compile(
    r"\b(?:you|I|one|anyone|we|they|who) (?:can|could|might have)\b[^,.;:!?]{0,40}\Z", re.IGNORECASE
)
_FROM_EVENT = re.compile(
    r" (?:of (?:the|a|an|its|your|their|our|my|use|launch|purchase|release|\w+ing\b)"
    r"|after\b|since\b)"
)
_NOT_A_YEAR = re.compile(rf" {_any(COUNTED_NOUNS)}", re.IGNORECASE)
_PARTS_OF = re.compile(r"['’]s\b|-\w")
_SCHEDULED = re.compile(_any(SCHEDULED), re.IGNORECASE)
_LATE = re.compile(r"\b(?:late|end|close|second half|autumn|winter)\b")
_SOON = re.compile(r"(?:\bas|\btoo|\bhow|\bno|\bso) \Z", re.IGNORECASE)
_NARRATED = re.compile(
    r" (?:last|ago|after|when I|in (?:January|February|March|April|June|July|August|September"
    r"|October|November|December)|as\b)",
    re.IGNORECASE,
)


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
    passage = Passage(text)
    found = (it for it in find_expressions(text) if _is_prediction(passage, it, written))
    chosen: list[Expression] = []
    for each in sorted(found, key=lambda it: (it.start, -it.end)):
        if not chosen or each.start >= chosen[-1].end:
            chosen.append(each)
    return tuple(Prediction(it.start, it.end, text[it.start : it.end], it.horizon) for it in chosen)


def _is_prediction(passage: Passage, it: Expression, written: date) -> bool:
    if passage.is_question(it.start):
        return False
    return _JUDGES[it.kind](passage, it, written)


def _is_date_to_come(passage: Passage, it: Expression, written: date) -> bool:
    said = it.horizon.date if it.horizon else None
    if said is None or last_day(said) <= written or first_day(said).year > written.year + 100:
        return False
    if len(said) == 4 and _NOT_A_YEAR.match(passage.text, it.end):
        return False
    clause = passage.clause(it.start, it.end)
    if first_day(said) <= written and it.horizon and it.horizon.relation in ("in", "next"):
        is_late = _LATE.search(passage.text[it.start : it.end]) is not None
        return (is_late or has_future(clause)) and not has_past(clause)
    return True


def _is_counted_from_now(passage: Passage, it: Expression, written: date) -> bool:
    before = passage.before(it.start)
    if _FROM_EVENT.match(passage.text, it.end) or _WORK.search(before) or _ABLE.search(before):
        return False
    clause = passage.clause(it.start, it.end)
    if _DOING.search(before) and not has_future(clause):
        return False
    is_short = it.horizon is not None and it.horizon.unit in ("day", "week")
    words = passage.text[it.start : it.end]
    is_idle = is_short or re.match(r"in an? (?!couple|dozen|decade)", words) is not None
    is_head = not before.strip() or before.rstrip().endswith((":", ";", ", and", ", but", "—"))
    is_set = is_head or has_future(clause) or _SCHEDULED.search(clause) is not None
    if is_idle and (not is_set or _TERMS.search(clause)):
        return False
    return not _is_told(clause)


def _is_told(clause: str) -> bool:
    """Whether a clause speaks of what has been alone."""
    return has_past(clause) and not has_future(clause)


def _is_going_on(passage: Passage, it: Expression, written: date) -> bool:
    return not _is_told(passage.clause(it.start, it.end))


def _is_to_come(passage: Passage, it: Expression, written: date) -> bool:
    if _PARTS_OF.match(passage.text, it.end):
        return False
    return not _is_told(passage.clause(it.start, it.end))


def _is_running(passage: Passage, it: Expression, written: date) -> bool:
    clause = passage.clause(it.start, it.end)
    return (
        not _PARTS_OF.match(passage.text, it.end)
        and (
            has_future(clause)
            or passage.text.startswith(("later", "Later"), it.start)
            or (it.horizon is not None and it.horizon.relation != "in")
        )
        and not _is_told(clause)
    )


def _is_vague(passage: Passage, it: Expression, written: date) -> bool:
    if _SOON.search(passage.before(it.start)) or _NARRATED.match(passage.text, it.end):
        return False
    return not _is_told(passage.clause(it.start, it.end))


def _is_loose(passage: Passage, it: Expression, written: date) -> bool:
    return has_future(passage.clause(it.start, it.end)) and _is_vague(passage, it, written)


def _is_staying(passage: Passage, it: Expression, written: date) -> bool:
    is_long = it.horizon is not None and it.horizon.unit in ("month", "quarter", "year")
    clause = passage.clause(it.start, it.end)
    return is_long and has_future(clause) and not _is_told(clause)


def _is_sure(passage: Passage, it: Expression, written: date) -> bool:
    return not _PARTS_OF.match(passage.text, it.end)


_JUDGES: dict[ExpressionKind, Callable[[Passage, Expression, date], bool]] = {
    "date": _is_date_to_come,
    "counted": _is_counted_from_now,
    "going on": _is_going_on,
    "to come": _is_to_come,
    "staying": _is_staying,
    "running": _is_running,
    "sure": _is_sure,
    "vague": _is_vague,
    "loose": _is_loose,
}
