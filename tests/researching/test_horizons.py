"""When a prediction falls due: between two days, however long the months and years are."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.derived import Due, Horizon, due_between
from db.derived.horizon import TimeRelation, TimeUnit, end_of, shifted

UNITS: tuple[TimeUnit, ...] = ("day", "week", "month", "quarter", "year")
RELATIONS: tuple[TimeRelation, ...] = ("in", "within", "by", "before", "until", "next")
days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
lengths = st.builds(Horizon, st.sampled_from(RELATIONS), st.integers(0, 60), st.sampled_from(UNITS))


@given(horizon=lengths, absent=days, gap=st.integers(0, 400))
def test_the_interval_is_in_order_and_never_before_the_words(
    horizon: Horizon, absent: date, gap: int
) -> None:
    seen = absent + timedelta(days=gap)
    due = due_between(horizon, absent, seen)
    assert due.earliest is not None and absent <= due.earliest <= due.latest >= seen


@given(horizon=lengths, absent=days, gap=st.integers(0, 400), less=st.integers(0, 400))
def test_knowing_better_when_it_was_made_never_widens_the_interval(
    horizon: Horizon, absent: date, gap: int, less: int
) -> None:
    seen = absent + timedelta(days=gap)
    narrow = due_between(horizon, absent + timedelta(days=min(less, gap)), seen)
    wide = due_between(horizon, absent, seen)
    assert wide.earliest is not None and narrow.earliest is not None
    assert wide.earliest <= narrow.earliest and narrow.latest == wide.latest


@given(day=days, amount=st.integers(0, 200))
def test_whole_months_and_years_are_kept_whole(day: date, amount: int) -> None:
    assert shifted(day, 12 * amount, "month") == shifted(day, amount, "year")
    assert shifted(day, 3 * amount, "month") == shifted(day, amount, "quarter")
    later = shifted(day, amount, "month")
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == amount
    assert later.day == day.day or later == end_of("month", later)


@given(day=days, unit=st.sampled_from(UNITS))
def test_the_end_of_a_unit_is_its_last_day(day: date, unit: TimeUnit) -> None:
    end = end_of(unit, day)
    assert end >= day and end_of(unit, end) == end
    assert end_of(unit, end + timedelta(days=1)) > end


@pytest.mark.parametrize(
    ("horizon", "absent", "seen", "earliest", "latest"),
    [
        (Horizon("in", 12, "month"), "2027-02-28", "2028-02-29", "2028-02-28", "2029-02-28"),
        (Horizon("in", 1, "month"), "2027-01-31", "2028-01-31", "2027-02-28", "2028-02-29"),
        (Horizon("within", 0, "quarter"), "2026-03-31", "2026-04-01", "2026-03-31", "2026-06-30"),
        (Horizon("next", 1, "year"), "2026-07-01", "2026-07-01", "2027-07-01", "2027-12-31"),
        (Horizon("before", 1, "year"), "2026-07-01", "2026-07-01", "2026-12-31", "2027-12-31"),
        (Horizon("by", date="2028-02"), "2026-07-01", "2026-07-01", "2028-02-29", "2028-02-29"),
        (Horizon("before", date="2027"), "2026-07-01", "2026-07-01", "2026-12-31", "2027-12-31"),
    ],
)
def test_a_horizon_is_due_between(
    horizon: Horizon, absent: str, seen: str, earliest: str, latest: str
) -> None:
    due = due_between(horizon, date.fromisoformat(absent), date.fromisoformat(seen))
    assert due == Due(date.fromisoformat(earliest), date.fromisoformat(latest))


def test_of_words_that_may_always_have_been_there_only_the_latest_day_is_known() -> None:
    assert due_between(Horizon("in", 1, "week"), None, date(2026, 7, 1)) == Due(
        None, date(2026, 7, 8)
    )


def test_what_lies_beyond_the_calendar_is_its_last_day() -> None:
    assert shifted(date(9999, 6, 1), 1, "year") == date.max
    assert shifted(date(9999, 12, 30), 2, "week") == date.max
