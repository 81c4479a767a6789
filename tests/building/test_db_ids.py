"""Ids of rows are numbers that every reader gives exactly, also of an archive that has grown."""

from __future__ import annotations

from itertools import pairwise

import pytest

from db.rows.changes import Numbers
from db.staging import ids

EXACT = 2**53
"""A reader that counts in floats, as JavaScript and R do, gives whole numbers below it exactly."""
CAPTURES = 10**9


@pytest.mark.parametrize(
    "largest",
    [
        ids.UNCAPTURED + CAPTURES,
        ids.READINGS + CAPTURES,
        ids.finding_id(CAPTURES, ids.FINDINGS - 1),
        ids.conflict_id(CAPTURES * ids.PLACES + ids.PLACES - 1, ids.PLACES, ids.FIELDS - 1),
        ids.quote_span_id(CAPTURES * ids.PLACES + ids.PLACES - 1, ids.LENGTHS - 1),
        ids.card_span_id(CAPTURES * ids.SIDES + 1, 3, ids.LENGTHS - 1),
    ],
)
def test_ids_of_a_billion_captures_are_exact_in_every_reader(largest: int) -> None:
    assert CAPTURES < largest < EXACT


def test_changes_that_crowd_at_one_place_have_ids_of_their_own_that_are_exact() -> None:
    numbers, place = Numbers(), CAPTURES * ids.SIDES + 1
    given = [numbers.number(place, 0) for _ in range(ids.FIELDS_OF_SIDE + 50)]
    assert all(one < other for one, other in pairwise(given))
    assert given[-1] > ids.CROWDED > given[0] and float(given[-1]) < EXACT
    beside = ids.change_id(place, ids.GONE), ids.READINGS + CAPTURES
    assert given[ids.FIELDS_OF_SIDE - 1] < beside[0] < beside[1] < ids.CROWDED
