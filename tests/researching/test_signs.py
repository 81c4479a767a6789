"""A text without the signs of a pattern is not searched: in all that one finds stands one of them.

Every way through a pattern is walked: what is known of the text so far is a state, and a state in
which a sign stands is done with. None may come through.
"""

from __future__ import annotations

import re
import string
import sys
from collections.abc import Iterable
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from db.derived import amounts, dates, events, licences, openness, prices, times
from db.derived.passage import YEAR_SIGNS, Passage

SIGNED: dict[str, tuple[re.Pattern[str], Iterable[str]]] = {
    "times": (times._SIGN, times._SIGNS),
    "dates": (dates._ANY_DATE, YEAR_SIGNS),
    "events": (events._DATED, YEAR_SIGNS),
    "licences": (licences._LICENCE, licences._SIGNS),
    "openness": (openness._OPENNESS, openness._SIGNS),
    "prices": (prices._PRICE, prices._PRICE_SIGNS),
    "free": (prices._FREE, prices._FREE_SIGNS),
    "parameters": (amounts._PARAMETERS, amounts._PARAMETER_SIGNS),
    "context": (amounts._CONTEXT, amounts._CONTEXT_SIGNS),
    "memory": (amounts._MEMORY, amounts._MEMORY_SIGNS),
}
DIGIT, ANY = "0", "\0"
"""What stands in a state for a digit, whichever, and for a character of which nothing is known."""
States = set[str]


class Walk:
    """The ways through a pattern on which none of some signs is met."""

    def __init__(self, pattern: re.Pattern[str], signs: Iterable[str]) -> None:
        self._signs = tuple(signs)
        self._is_lowered = bool(pattern.flags & re.IGNORECASE)
        self.left = self._after(_parser.parse(pattern.pattern, pattern.flags), {""})

    def _after(self, parsed: Iterable[tuple[Any, Any]], states: States) -> States:
        for kind, said in parsed:
            states = self._step(str(kind), said, states)
        return states

    def _step(self, kind: str, said: Any, states: States) -> States:
        if kind == "LITERAL":
            return self._with({chr(said)}, states)
        if kind == "IN":
            return self._with({it for each in said for it in _of_set(*each)}, states)
        if kind in ("ANY", "NOT_LITERAL"):
            return self._with({ANY}, states)
        if kind == "BRANCH":
            return {it for way in said[1] for it in self._after(way, states)}
        if kind in ("SUBPATTERN", "ATOMIC_GROUP"):
            return self._after(said[-1] if kind == "SUBPATTERN" else said, states)
        if kind in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, inner = said
            once = self._after(inner, states)
            more = self._with({ANY}, once) if most > 1 else set()
            return once | more | (states if not least else set())
        if kind == "ASSERT":
            # What stands ahead is no part of what is found, but of the text.
            return {it for it in states if self._after(said[1], {it})}
        assert kind in ("AT", "ASSERT_NOT"), kind
        return states

    def _with(self, characters: set[str], states: States) -> States:
        lowered = {it.lower() if self._is_lowered else it for it in characters}
        made = {state + it for state in states for it in lowered}
        return {self._kept(it) for it in made if not any(sign in it for sign in self._signs)}

    def _kept(self, state: str) -> str:
        """What of a state may be the beginning of a sign: there are few such."""
        ends = (state[at:] for at in range(len(state)))
        return next((it for it in ends if any(sign.startswith(it) for sign in self._signs)), "")


def _of_set(kind: Any, said: Any) -> Iterable[str]:
    if str(kind) == "LITERAL":
        return chr(said)
    if str(kind) == "RANGE" and said[1] - said[0] < 10:
        return map(chr, range(said[0], said[1] + 1))
    return DIGIT if str(said) == "CATEGORY_DIGIT" else ANY


@pytest.mark.parametrize("kind", SIGNED)
def test_nothing_is_found_in_a_text_without_the_signs_of_a_pattern(kind: str) -> None:
    assert not Walk(*SIGNED[kind]).left


def test_a_letter_that_a_pattern_takes_for_another_is_a_sign_too() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    for letter in (r"\d", *string.ascii_lowercase):
        signs = string.digits if letter == r"\d" else letter
        pattern = re.compile(letter, re.IGNORECASE)
        for other in pattern.findall(every):
            assert [*Passage(other).found(pattern, signs)], (letter, other)
