"""What holds for the rules on any text: spans are true, apart, in order, and move with it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from fixture_tools import FIXTURES
from hypothesis import given
from hypothesis import strategies as st

from db.derived import Gazetteer, find_claims, find_mentions, find_predictions
from db.derived.gazetteer import Sought

WRITTEN = date(2026, 7, 1)
KNOWN = Gazetteer(["Ember 2", "Umber", "Lantern", "Plover-9", "Marlow 3 (70B)"])
RULES: dict[str, Callable[[str], Sequence[Any]]] = {
    "predictions": lambda text: find_predictions(text, WRITTEN),
    "mentions": lambda text: find_mentions(text, "Ember 2", KNOWN),
    "claims": lambda text: find_claims(text, "Ember 2", KNOWN, WRITTEN),
}
PIECES = (
    "in 12 months", "by 2028", "soon", "within two years", "another year or two",
    "next spring", "on 31 June 2027", "the 18-month outlook", "Umber", "lantern",
    "Marlow 3 (70B)", "PineTag", "libquill", "Tinder & Flint", "$5 a month",
    "half a cent a page", "€25 per seat and month", "8x7B", "MIT", "Apache 2.0",
    "open source", "128k context", "16 GB of RAM", "founded in 2019", "free", "no", "not",
    "if", "will", "it", "was", "🦉", "é", "“", "”", "(", ")", ",", ".", "?", ";", "-", "2027-",
    "1,000,", "of", "a", "the", "and", "than", "million tokens", "B", "7", "per", "/", "$",
    "\u00a0",
)  # fmt: skip
texts = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=24).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=24).map("".join),
    st.text(max_size=120),
)


@pytest.mark.parametrize("rule", RULES)
@given(text=texts)
def test_a_span_is_its_words_and_none_overlaps_another(rule: str, text: str) -> None:
    found = RULES[rule](text)
    for it in found:
        assert 0 <= it.start < it.end <= len(text)
        assert text[it.start : it.end] == it.words
        assert it.words == it.words.strip(" ")
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize("rule", RULES)
@given(text=texts)
def test_the_same_text_gives_the_same(rule: str, text: str) -> None:
    assert RULES[rule](text) == RULES[rule](text)


@pytest.mark.parametrize("rule", RULES)
@given(
    text=texts, before=st.sampled_from(["Rain fell. ", "It rains 🦉 all day! ", "So what. " * 40])
)
def test_a_sentence_before_a_text_moves_its_spans_and_changes_nothing_else(
    rule: str, text: str, before: str
) -> None:
    # A sentence that begins with a pronoun is of what the one before is about.
    given_text = f"Well then. {text}"
    moved = [
        {**vars(it), "start": it.start + len(before), "end": it.end + len(before)}
        for it in RULES[rule](given_text)
    ]
    assert [vars(it) for it in RULES[rule](before + given_text)] == moved


@given(
    text=texts,
    names=st.lists(
        st.sampled_from(("12 months", "open", "C++", "İo", "ẖ 2", "it", "B 7", "é(70B)"))
    ),
    more=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=4),
)
def test_a_name_is_found_nowhere_but_where_it_may_stand(
    text: str, names: list[str], more: list[str]
) -> None:
    text += " ".join(names)
    after = Gazetteer([*KNOWN, *names, *more])
    if not Sought(after.differing(KNOWN)).may_stand_in(text):
        assert find_mentions(text, "Ember 2", after) == find_mentions(text, "Ember 2", KNOWN)
        found = (find_claims(text, "Ember 2", names, WRITTEN) for names in (after, KNOWN))
        assert next(found) == next(found)


def test_a_letter_is_folded_by_itself_and_once_for_all() -> None:
    letters = [chr(at) for at in range(sys.maxunicode + 1)]
    folded = [each.casefold() for each in letters]
    assert [each.casefold() for each in folded] == folded
    assert "".join(letters).casefold() == "".join(folded)


def test_values_within_a_name_are_no_claims_and_names_no_part_of_a_licence() -> None:
    text = "Marlow 3 (70B) is under Apache 2.0."
    assert [it.words for it in RULES["mentions"](text)] == ["Marlow 3 (70B)"]
    assert [it.words for it in RULES["claims"](text)] == ["Apache 2.0"]


def test_a_tool_is_never_mentioned_by_its_own_name() -> None:
    lines = (FIXTURES / "evaluation" / "dev.jsonl").read_text("utf-8").splitlines()
    for text in map(json.loads, lines):
        found = find_mentions(text["text"], text["tool"], Gazetteer(text["known_tools"]))
        assert text["tool"] not in {name for it in found for name in (it.words, it.entity)}


@pytest.mark.parametrize(
    ("text", "predicted"),
    [
        ("Will it be here in 12 months?", False),
        ("It broke twice in 12 months.", False),
        ("Out by 2024, gone by 2026-06-30.", False),
        ("It will be gone in 12 months.", True),
        ("Gone by 2026-07-02.", True),
    ],
)
def test_only_what_is_said_to_come_is_a_prediction(text: str, predicted: bool) -> None:
    assert bool(RULES["predictions"](text)) is predicted


@pytest.mark.parametrize(
    ("text", "words", "relation", "amount", "unit"),
    [
        ("Gone inside of two years.", "inside of two years", "within", 2, "year"),
        ("Two to three years from now it ends.", "Two to three years from now", "in", 3, "year"),
        ("Early next year they ship.", "Early next year", "next", 1, "year"),
        ("By the end of next quarter it ends.", "By the end of next quarter", "by", 1, "quarter"),
        ("It is good for another year or two.", "for another year or two", "until", 2, "year"),
        ("By the year's end it ships.", "By the year's end", "by", 0, "year"),
        ("Give this shop half a year.", "half a year", "in", 6, "month"),
        ("In a few years nobody asks.", "In a few years", None, None, None),
        ("By the 2030s it is normal.", "By the 2030s", None, None, None),
    ],
)
def test_a_time_to_come_is_read_in_each_form_that_states_it(
    text: str, words: str, relation: str | None, amount: int | None, unit: str | None
) -> None:
    (it,) = RULES["predictions"](text)
    horizon = it.horizon and (it.horizon.relation, it.horizon.amount, it.horizon.unit)
    assert (it.words, horizon) == (words, (relation, amount, unit) if relation else None)


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("Use Umber instead of it.", None),
        ("I use it instead of Umber.", "alternative"),
        ("It runs on Umber.", "dependency"),
        ("Rivals: Lantern, Plover-9 and Umber.", "competitor"),
        ("Umber made it.", None),
    ],
)
def test_a_relation_is_what_the_words_before_a_name_or_its_list_say(
    text: str, relation: str | None
) -> None:
    assert {it.relation for it in RULES["mentions"](text)} == {relation}


@pytest.mark.parametrize("word", ["is", "will be"])
def test_a_denial_a_condition_or_a_question_claims_nothing(word: str) -> None:
    for text in ("It {} not open source.", "If it {} open source, fine.", "It {} open source?"):
        assert RULES["claims"](text.format(word)) == ()
    assert [it.value for it in RULES["claims"](f"It {word} open source.")] == ["open source"]


@pytest.mark.parametrize(
    ("form", "most", "said"),
    [
        ("Q{} {year}", 4, "{year}-Q{}"),
        ("Q{} of {year}", 4, "{year}-Q{}"),
        ("{year}-Q{}", 4, "{year}-Q{}"),
        ("{year} Q{}", 4, "{year}-Q{}"),
        ("H{} {year}", 2, "{year}"),
        ("{year}-{:02}", 12, "{year}-{:02}"),
        ("{year}-05-{:02}", 31, "{year}-05-{:02}"),
        ("{} May {year}", 31, "{year}-05-{:02}"),
        ("the {}th of May {year}", 31, "{year}-05-{:02}"),
        ("May {}, {year}", 31, "{year}-05-{:02}"),
    ],
)
@given(number=st.integers(0, 99))
def test_a_date_that_the_calendar_has_is_read_whole_and_of_any_other_nothing(
    form: str, most: int, said: str, number: int
) -> None:
    there = 1 <= number <= most
    words = form.format(number, year=2027)
    found = RULES["predictions"](f"By {words} it will end.")
    dates = [it.horizon and it.horizon.date for it in found]
    assert dates == ([said.format(number, year=2027)] if there else [])
    past = RULES["claims"](f"It was released in {form.format(number, year=2025)}.")
    assert [it.value for it in past] == ([said.format(number, year=2025)] if there else [])


@pytest.mark.parametrize("words", ["the fifth quarter of 2027", "the third half of 2027",
                                   "13/2027", "32.05.2027", "0 months", "zero years"])  # fmt: skip
def test_what_is_no_time_predicts_nothing(words: str) -> None:
    assert RULES["predictions"](f"In {words} it will end.") == ()


@pytest.mark.parametrize("words", ["0B active", "A 0B model", "0 billion parameters", "0x7B",
                                   "It has 8x0B", "0 GB of RAM", "0k context"])  # fmt: skip
def test_nothing_is_no_size(words: str) -> None:
    assert RULES["claims"](f"{words}.") == ()
    assert RULES["claims"](f"{words.replace('0', '300')}.") != ()
