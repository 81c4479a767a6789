"""One field of one thing over time: what pages state of it, as runs of one value after another.

    pages         A ──P1──────┐          B ──P1────┐        C        P2──────
    spans         P1 ├────────┤          P1 ├──────┤        P2       ├──────┤
                                                      ▼
    runs          P1 ├───────────────────────┤   P2 ├───────┤      one change, between the two

Where two values are shown at one time, neither follows the other: that is a disagreement, and a
change only once one of them is shown alone. Pages of one day disagree too, unless a page itself
went from one to the other that day. Spans lie between places (db.staging.places): one that a wrong
clock gave has its order and no date; one of a month or a year counts where nothing else was shown
that may have come before it as well as after. Pure: no SQL, no rows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from db.staging.places import VAGUE, sound_date

MOST_AT_ONCE = 50
"""So many of the values that are shown at one time are noted as disagreeing."""
RunValue = Hashable
HasTurned = Callable[[str, RunValue, RunValue], bool]
"""Whether a page itself went from one value to the other on a day."""


class ShownSpan(NamedTuple):
    """Some pages state a value from one capture to another.

    Shape: `first` and `last` are places in time, `place` tells where it was stated first, `since`
    and `until` the first and the last sound date between.
    Absent: the value None is that they state none; dates are None where the places are all.
    """

    value: RunValue
    first: str
    last: str
    place: int
    since: str | None = None
    until: str | None = None


@dataclass(slots=True)
class ValueRun:
    """A value as it stood for a time.

    Shape: `at` is the last place in time where it was shown.
    Absent: the value None is that none was stated, dates are None where none is sound.
    """

    value: RunValue
    first: str | None
    last: str | None
    at: str
    place: int
    is_settled: bool = True
    """Whether it was shown alone; else another value was shown at the same time until the end."""

    @classmethod
    def of(cls, span: ShownSpan) -> ValueRun:
        """The run that begins with a span."""
        run = cls(span.value, None, None, span.last, span.place)
        run.go_on(span)
        return run

    def go_on(self, span: ShownSpan) -> None:
        """It is shown by a span too."""
        until = span.until or sound_date(span.last)
        self.first = self.first or span.since or sound_date(span.first)
        self.last = max(filter(None, (self.last, until)), default=None)
        self.at = max(self.at, span.last)


@dataclass(slots=True)
class Timeline:
    """The runs of a field, oldest first, and the values that were shown at one time."""

    runs: list[ValueRun] = field(default_factory=list)
    disagreeing: dict[RunValue, tuple[str, str]] = field(default_factory=dict)
    """Each value shown beside another, with the first and the last place in time where it was."""

    @property
    def newest(self) -> ValueRun | None:
        """The newest value that is stated. Absent: None where none ever was."""
        return next((run for run in reversed(self.runs) if run.value is not None), None)

    def disagree(self, values: Iterable[RunValue], first: str, last: str) -> None:
        """Note that values were shown at one time."""
        for value in values:
            since, until = self.disagreeing.get(value, (first, last))
            self.disagreeing[value] = min(first, since), max(last, until)


def timeline(spans: Iterable[ShownSpan], has_turned: HasTurned = lambda *_: False) -> Timeline:
    """What pages state of a field, put in order.

    >>> [run.value for run in timeline([ShownSpan(1, "2026-01-01", "2026-01-03", 0),
    ...                                 ShownSpan(2, "2026-01-05", "2026-01-05", 1)]).runs]
    [1, 2]
    """
    found = Timeline()
    every = sorted(
        _telling(_placed([*spans])), key=lambda span: (span.first, span.last, span.place)
    )
    begun: dict[RunValue, ValueRun] = {}
    current: ValueRun | None = None
    for time, shown, starting in _moments(every):
        for span in starting:
            if span.value in begun:
                begun[span.value].go_on(span)
            else:
                begun[span.value] = ValueRun.of(span)
            if current is not None and span.value == current.value:
                current.go_on(span)
        if len(shown) > 1:
            found.disagree(islice(shown, MOST_AT_ONCE), time, time)
            continue
        (value,) = shown
        if current is None or value != current.value:
            date = sound_date(time) or begun[value].first
            if current is not None and _is_one_day(current, value, date, has_turned):
                if None not in (current.value, value):
                    found.disagree((current.value, value), current.at, time)
                continue
            current = begun.pop(value)
            found.runs.append(current)
        begun.clear()
    _settle(found, every, begun)
    return found


class _Stretches:
    """The stretches of time in which some spans lie."""

    def __init__(self, spans: Iterable[ShownSpan]) -> None:
        self._firsts, self._lasts = list[str](), list[str]()
        for span in sorted(spans, key=lambda span: span.first):
            if self._lasts and span.first <= self._lasts[-1]:
                self._lasts[-1] = max(self._lasts[-1], span.last)
            else:
                self._firsts.append(span.first)
                self._lasts.append(span.last)

    def touch(self, first: str, last: str) -> bool:
        """Whether any lies between two places, wholly or in part."""
        at = bisect_right(self._firsts, last) - 1
        return at >= 0 and self._lasts[at] >= first


def _placed(spans: list[ShownSpan]) -> Iterator[ShownSpan]:
    """The spans whose place is known: of those dated by month or year the ones that lie apart."""
    exact = [span for span in spans if VAGUE not in span.first]
    yield from exact
    stretches, until, together = _Stretches(exact), "", list[ShownSpan]()
    vague = [each for span in spans if VAGUE in span.first for each in _ends(span, stretches)]
    for span in sorted(vague, key=lambda it: it.first):
        if span.first > until:
            yield from _apart(together, until, stretches)
            together = []
        together.append(span)
        until = max(until, span.last.partition(VAGUE)[2])
    yield from _apart(together, until, stretches)


def _ends(vague: ShownSpan, stretches: _Stretches) -> list[ShownSpan]:
    """A span, or its two ends where anything else was shown between them."""
    first, last = vague.first.partition(VAGUE)[0], vague.last.partition(VAGUE)[2]
    if vague.first == vague.last or not stretches.touch(first, last):
        return [vague]
    return [vague._replace(last=vague.first), vague._replace(first=vague.last)]


def _apart(vague: list[ShownSpan], until: str, stretches: _Stretches) -> list[ShownSpan]:
    """Spans that may have been at one time, where they agree and nothing else was shown then."""
    values = {span.value for span in vague}
    is_apart = len(values) == 1 and not stretches.touch(vague[0].first.partition(VAGUE)[0], until)
    return vague if is_apart else []


def _telling(spans: Iterable[ShownSpan]) -> Iterator[ShownSpan]:
    """The spans, without those that state nothing while another page states something."""
    every = [*spans]
    stated = _Stretches(span for span in every if span.value is not None)
    for span in every:
        if span.value is not None or not stated.touch(span.first, span.last):
            yield span


def _is_one_day(
    current: ValueRun, value: RunValue, date: str | None, has_turned: HasTurned
) -> bool:
    """Whether a value follows another on one day, and no page went from one to the other."""
    if date is None or current.last is None:
        return False
    day = date[:10]
    return current.last[:10] == day and not has_turned(day, current.value, value)


def _settle(found: Timeline, spans: list[ShownSpan], begun: dict[RunValue, ValueRun]) -> None:
    """The newest value that is stated, where it was never shown alone."""
    stated = [span for span in spans if span.value is not None]
    if not stated:
        return
    newest = max(stated, key=lambda span: (span.last, span.first, span.place))
    run, last = found.newest, begun.get(newest.value)
    if (run is None or run.value != newest.value) and last is not None:
        last.is_settled = False
        found.runs.append(last)


def _moments(spans: list[ShownSpan]) -> Iterator[tuple[str, Counter[RunValue], list[ShownSpan]]]:
    """Each time at which a span begins or ends: what is shown then, and what begins with it.

    The count is the same object each time: a copy of thousands of values for each of thousands of
    times would take for ever.
    """
    starts, ends = defaultdict[str, list[ShownSpan]](list), defaultdict[str, list[ShownSpan]](list)
    for span in spans:
        starts[span.first].append(span)
        ends[span.last].append(span)
    shown = Counter[RunValue]()
    for time in sorted(starts.keys() | ends.keys()):
        starting = starts.get(time, [])
        shown.update(span.value for span in starting)
        yield time, shown, starting
        for span in ends.get(time, []):
            shown[span.value] -= 1
            if not shown[span.value]:
                del shown[span.value]
