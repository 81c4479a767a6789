"""The ids of published rows: each follows from what is archived, none from how many there are.

What is distinct, a tool, a card, a quote or a reviewer, goes by where it was shown first: its
capture's number and the place on the page. Two of a kind never share one, and a new page moves
none, for a new capture's number is greater than all before it.

    page            1234567              the first capture stored of it
    version         1234567              the first capture stored of it
    tool, card      1234567 * 2 + side   shown first there
    quote, reviewer 1234567 * 8 + place
    side            (1234567 * 2 + side) * 32 + what of it is withheld
    change, history (1234567 * 2 + side) * 128 + field, of the version that shows the new value
    claim, mention  (1234567 * 16 + text) * 32768 + where in that text it begins

All stay below 2 ** 53, up to a billion captures and far beyond: JavaScript and R count in floats,
and give a greater one as its neighbour or not at all.
"""

from __future__ import annotations

import sqlite3
from array import array

UNCAPTURED = 1 << 52
"""From here on stand the pages of which nothing is stored, by their numbers in the ledger."""
SIDES, PLACES, FINDINGS = 2, 8, 1000
"""So many cards, quotes and findings may have one capture's number in front of their ids."""
PATTERNS = 32
"""So many ways there are to withhold a side's description and its four quotes, or some of them."""
CONFLICTS = 500
"""From here on stand findings about a card or quote that captures disagree on.

No page has as many of its own: it has some eighty values, and few codes for each.
"""
FIELDS_OF_SIDE = 120
"""So many fields of a side may change at once and have ids that say where; 128 with what follows:
the tool itself, and its comparison that appeared or is gone."""
TOOL, APPEARED, GONE = 125, 126, 127
READINGS = 1 << 51
"""From here on stand what other versions of the parser read otherwise, by numbers of the ledger."""
CROWDED = 1 << 52
"""From here on stand changes that no room is left for where they belong."""
TEXTS = 16
"""So many texts of one capture are read by rules: eight quotes, and four fields of each card."""
LENGTHS = 1 << 15
"""No text is as long: a quote or description has at most 20,000 characters."""
FIELDS = 20
"""So many fields of one card or quote may be disagreed on."""


def finding_id(version: int, at: int) -> int:
    """The id of a version's finding, by its place among them."""
    return version * FINDINGS + at


def conflict_id(thing: int, places: int, at: int) -> int:
    """The id of a finding about a card or quote, by the thing's id and the field's place.

    Shape: `places` is SIDES for a card, PLACES for a quote.
    """
    capture, place = divmod(thing, places)
    shift = 0 if places == SIDES else SIDES
    return capture * FINDINGS + CONFLICTS + (shift + place) * FIELDS + at


def change_id(place: int, at: int) -> int:
    """The id of a change, and of a run of history, by where its value was shown first.

    Shape: `place` is a version's id * 2 + side, `at` the field's place among those of a side.
    """
    return place * 128 + at


def quote_span_id(quote: int, start: int) -> int:
    """The id of what a rule read from a quote, by where in its text it begins."""
    capture, place = divmod(quote, PLACES)
    return (capture * TEXTS + place) * LENGTHS + start


def card_span_id(card: int, at: int, start: int) -> int:
    """The id of what a rule read from a card, by the place of its field and where it begins."""
    capture, side = divmod(card, SIDES)
    text = PLACES + side * (TEXTS - PLACES) // SIDES + at
    return (capture * TEXTS + text) * LENGTHS + start


def text_of(number: int) -> tuple[bool, int, int]:
    """Whether what was read stands in a quote, the id of the quote or card, and the card's field.

    >>> text_of(quote_span_id(77, 5)), text_of(card_span_id(77, 3, 5))
    ((True, 77, 0), (False, 77, 3))
    """
    capture, text = divmod(number // LENGTHS, TEXTS)
    if text < PLACES:
        return True, capture * PLACES + text, 0
    side, at = divmod(text - PLACES, (TEXTS - PLACES) // SIDES)
    return False, capture * SIDES + side, at


class PublicIds:
    """The id of each distinct thing, by its number in the staging file. Units: 8 bytes a thing."""

    def __init__(self, staging: sqlite3.Connection) -> None:
        every = ("tool", "card", "quote", "reviewer", "side")
        self.tool, self.card, self.quote, self.reviewer, self.side = (
            _firsts(staging, table) for table in every
        )


def _firsts(staging: sqlite3.Connection, table: str) -> array[int]:
    (count,) = staging.execute(f"SELECT coalesce(max(n), 0) FROM {table}").fetchone()
    found = array("q", bytes(8 * (count + 1)))
    for n, first in staging.execute(f"SELECT n, first FROM {table}"):
        found[n] = first
    return found
