"""One field of one thing over time: what pages state of it, as runs of one value after another.

    pages         A ──P1──────┐          B ──P1────┐        C        P2──────
    spans         P1 ├────────┤          P1 ├──────┤        P2       ├──────┤
                                                      ▼
    runs          P1 ├───────────────────────┤   P2 ├───────┤      one change, between the two

Where two values are shown at one time, neither follows the other: that is a disagreement, and a
change only once one of them is shown alone. Pages of one day disagree too, unless a page itself
went from one to the other that day. Pure: no SQL, no rows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

MOST_AT_ONCE = 50
"""So many of the values that are shown at one time are noted as disagreeing."""
RunValue = Hashable
HasTurned = Callable[[str, RunValue, RunValue], bool]
"""Whether a page itself went from one value to the other on a day."""


class ShownSpan(NamedTuple):
    """Some pages state a value from one capture to another.

    Shape: `first` and `last` are times in ISO 8601, `place` tells where it was stated first.
    Absent: the value None is that they state none.
    """

    value: RunValue
    first: str
    last: str
    place: int


@dataclass(slots=True)
class ValueRun:
    """A value as it stood for a time. Absent: the value None is that none was stated."""

    value: RunValue
    first: str
    last: str
    place: int
    is_settled: bool = True
    """Whether it was shown alone; else another value was shown at the same time until the end."""


@dataclass(slots=True)
class Timeline:
    """The runs of a field, oldest first, and the values that were shown at one time."""

    runs: list[ValueRun] = field(default_factory=list)
    disagreeing: dict[RunValue, tuple[str, str]] = field(default_factory=dict)
    """Each value shown beside another, with the first and the last time that it was."""

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
    every = sorted(_telling(spans), key=lambda span: (span.first, span.last, span.place))
    begun: dict[RunValue, ValueRun] = {}
    current: ValueRun | None = None
    for time, shown, starting in _moments(every):
        for span in starting:
            begun.setdefault(span.value, ValueRun(span.value, span.first, span.last, span.place))
        if current is not None and current.value in shown:
            current.last = time
        if len(shown) > 1:
            found.disagree(islice(shown, MOST_AT_ONCE), time, time)
            continue
        (value,) = shown
        if current is None or value != current.value:
            if current is not None and _is_one_day(current, value, time, has_turned):
                if None not in (current.value, value):
                    found.disagree((current.value, value), current.last, time)
                continue
            current = begun.pop(value)
            current.last = time
            found.runs.append(current)
        begun.clear()
    _settle(found, every, begun)
    return found


def _telling(spans: Iterable[ShownSpan]) -> Iterator[ShownSpan]:
    """The spans, without those that state nothing while another page states something."""
    by_time = sorted(spans, key=lambda span: span.first)
    firsts, lasts = list[str](), list[str]()  # of the stretches in which anything is stated
    for span in (span for span in by_time if span.value is not None):
        if lasts and span.first <= lasts[-1]:
            lasts[-1] = max(lasts[-1], span.last)
        else:
            firsts.append(span.first)
            lasts.append(span.last)
    for span in by_time:
        at = bisect_right(firsts, span.last) - 1
        if span.value is not None or at < 0 or lasts[at] < span.first:
            yield span


def _is_one_day(current: ValueRun, value: RunValue, time: str, has_turned: HasTurned) -> bool:
    """Whether a value follows another on one day, and no page went from one to the other."""
    day = time[:10]
    return current.last[:10] == day and not has_turned(day, current.value, value)


def _settle(found: Timeline, spans: list[ShownSpan], begun: dict[RunValue, ValueRun]) -> None:
    """The newest value that is stated, where it was never shown alone."""
    stated = [span for span in spans if span.value is not None]
    if not stated:
        return
    newest = max(stated, key=lambda span: (span.last, span.first, span.place))
    run, last = found.newest, begun.get(newest.value)
    if (run is None or run.value != newest.value) and last is not None:
        last.last, last.is_settled = newest.last, False
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
