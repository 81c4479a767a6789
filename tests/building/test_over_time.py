"""What pages state of one field over time becomes runs, changes and disagreements, in any order."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from db.rows.over_time import ShownSpan, Timeline, timeline

DAYS = [f"2026-11-{day:02d}T12:00:00Z" for day in range(1, 29)]


def runs(found: Timeline) -> list[tuple[object, str, str]]:
    return [(run.value, run.first[8:10], run.last[8:10]) for run in found.runs]


def span(value: object, first: int, last: int | None = None, place: int = 0) -> ShownSpan:
    return ShownSpan(value, DAYS[first], DAYS[first if last is None else last], place)


def test_a_value_that_another_follows_is_one_change_however_many_pages_show_it() -> None:
    found = timeline([span("a", 0), span("a", 1), span("b", 3), span("b", 4), span("a", 2)])
    assert runs(found) == [("a", "01", "03"), ("b", "04", "05")]
    assert not found.disagreeing


def test_a_value_that_comes_back_is_a_run_of_its_own() -> None:
    found = timeline([span("a", 0), span("b", 2), span("a", 4)])
    assert runs(found) == [("a", "01", "01"), ("b", "03", "03"), ("a", "05", "05")]


def test_what_one_page_shows_throughout_is_not_changed_by_another_page_but_disagrees() -> None:
    found = timeline([span("a", 0, 9), span("b", 4)])
    assert runs(found) == [("a", "01", "10")]
    assert set(found.disagreeing) == {"a", "b"}
    assert found.newest is not None and found.newest.value == "a"


def test_pages_of_one_day_disagree_unless_a_page_itself_went_from_one_to_the_other() -> None:
    morning = ShownSpan("a", "2026-11-03T09:00:00Z", "2026-11-03T09:00:00Z", 0)
    noon = ShownSpan("b", "2026-11-03T12:00:00Z", "2026-11-03T12:00:00Z", 1)
    apart = timeline([morning, noon])
    assert set(apart.disagreeing) == {"a", "b"}
    assert [run.is_settled for run in apart.runs] == [True, False]
    assert apart.newest is not None and apart.newest.value == "b"
    turned = timeline([morning, noon], lambda *told: told == ("2026-11-03", "a", "b"))
    assert [run.value for run in turned.runs if run.is_settled] == ["a", "b"]
    assert not turned.disagreeing


def test_two_values_at_one_time_are_settled_by_the_one_that_is_shown_alone_later() -> None:
    found = timeline([span("a", 0, 3), span("b", 2, 6)])
    assert runs(found) == [("a", "01", "04"), ("b", "03", "07")]
    assert all(run.is_settled for run in found.runs)


def test_what_is_stated_no_more_is_a_run_of_none_and_the_newest_stays_what_was_stated() -> None:
    found = timeline([span("a", 0), span(None, 2)])
    assert [run.value for run in found.runs] == ["a", None]
    assert found.newest is not None and found.newest.value == "a"


def test_a_page_that_states_nothing_does_not_disagree_with_one_that_does() -> None:
    found = timeline([span("a", 0, 5), span(None, 2)])
    assert runs(found) == [("a", "01", "06")]
    assert not found.disagreeing


class Looked:
    """A value that counts how often any of its kind is looked at."""

    count = 0

    def __hash__(self) -> int:
        Looked.count += 1
        return id(self)


def test_thousands_of_values_at_one_time_are_not_looked_at_each_for_each_time() -> None:
    days = [str(date(2026, 1, 1) + timedelta(days=at)) for at in range(2000)]
    told = [ShownSpan(Looked(), day, days[-1], at) for at, day in enumerate(days)]
    Looked.count = 0
    found = timeline(told)
    assert found.newest is not None and found.newest.value is told[-1].value
    assert len(found.disagreeing) >= 50
    assert Looked.count < 150 * len(told)


spans = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", None]), st.integers(0, 27), st.integers(0, 27)).map(
        lambda told: (told[0], min(told[1:]), max(told[1:]))
    ),
    max_size=12,
)


@given(spans, st.randoms(use_true_random=False))
def test_the_order_in_which_pages_are_met_does_not_matter(
    told: list[tuple[object, int, int]], rng: random.Random
) -> None:
    every = [span(*each, place=place) for place, each in enumerate(told)]
    mixed = every[:]
    rng.shuffle(mixed)
    assert timeline(mixed) == timeline(every)


@given(spans)
def test_runs_follow_each_other_and_the_newest_is_what_was_stated_last(
    told: list[tuple[object, int, int]],
) -> None:
    every = [span(*each, place=place) for place, each in enumerate(told)]
    found = timeline(every)
    values = [run.value for run in found.runs]
    assert all(a != b for a, b in pairwise(values))
    firsts = [run.first for run in found.runs]
    assert firsts == sorted(firsts)
    stated = [each for each in every if each.value is not None]
    assert (found.newest is None) is (not stated)
    if found.newest is not None:
        last = max(each.last for each in stated)
        assert any(each.value == found.newest.value and each.last == last for each in stated)
    shown = {each.value for each in every}
    assert {*values, *found.disagreeing} <= shown
