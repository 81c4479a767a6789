"""Two published values of one thing are shown side by side; history and parts are no conflict."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.derived import Claim, Gazetteer, Stated, bound_of, find_claims, find_conflicts
from db.derived.conflicts import MOST_TEXTS

WRITTEN = date(2026, 7, 1)


def stated(key: str, text: str, tool: str = "ember") -> list[Stated]:
    found = find_claims(text, "Ember", Gazetteer(["Ember", "Umber"]), WRITTEN)
    assert found
    return [Stated(tool, key, it, bound=bound_of(text, it.start, it.end)) for it in found]


def shown(statements: list[Stated]) -> list[tuple[str, str, str]]:
    def value(it: Stated) -> str:
        return it.claim.value if it.claim else it.entry or ""

    return [(it.attribute, value(it.one), value(it.other)) for it in find_conflicts(statements)]


def test_a_paid_card_whose_text_says_open_source_is_one() -> None:
    label = Stated("ember", "card", None, entry="Paid")
    text = stated("card", "An open-source kettle.")
    assert shown([label, *text]) == [("entry", "Paid", "open source")]
    assert shown([replace(label, entry="Free"), *text]) == []


def test_two_mixtures_are_one_in_one_text_and_in_two() -> None:
    here = stated("a", "An 8x7B model, also called 8x5B.")
    assert shown(here) == [("parameters", "8x7e9", "8x5e9")]
    assert shown([*stated("a", "An 8x7B model."), *stated("b", "An 8x5B model.")]) == [
        ("parameters", "8x7e9", "8x5e9")
    ]


def test_parts_of_one_text_and_texts_that_share_a_value_are_none() -> None:
    assert shown(stated("a", "A 9B decoder and a 2B encoder.")) == []
    assert shown([*stated("a", "A 9B and a 2B model."), *stated("b", "A 9B model.")]) == []
    assert shown([*stated("a", "Under GPL-3.0."), *stated("b", "Under GPL.")]) == []


def test_two_cards_of_one_tool_at_one_time_differ_in_price() -> None:
    cheap, dear = stated("a", "It costs $5 a month."), stated("b", "It costs $9 a month.")
    assert shown([*cheap, *dear]) == [("price", "5", "9")]
    assert shown([*cheap, *(replace(it, tool="umber") for it in dear)]) == []


def test_a_price_that_came_after_another_is_history() -> None:
    before = [replace(it, last_seen=date(2026, 1, 1)) for it in stated("a", "It costs $5 a month.")]
    after = [replace(it, first_seen=date(2026, 2, 1)) for it in stated("b", "It costs $9 a month.")]
    assert shown([*before, *after]) == []


def test_what_is_said_of_another_product_is_none() -> None:
    assert (
        shown([*stated("a", "It costs $5 a month."), *stated("b", "Umber costs $9 a month.")]) == []
    )


def test_of_hundreds_of_texts_the_newest_are_compared_and_no_more() -> None:
    many = [
        replace(it, last_seen=date(2026, 1, 1 + at % 28))
        for at in range(200)
        for it in stated(f"{at:03d}", f"It costs ${at + 1} a month.")
    ]
    new = [replace(it, last_seen=None) for it in stated("zzz", "It costs $999 a month.")]
    found = find_conflicts([*many, *new])
    assert len(found) == MOST_TEXTS * (MOST_TEXTS - 1) // 2
    assert any(new[0] in (it.one, it.other) for it in found)


def test_texts_of_hundreds_of_prices_are_compared_in_no_time() -> None:
    many = [
        Stated("ember", f"{text:02}", Claim(at, at + 1, "", "price", f"{text}.{at}", "USD", "tool"))
        for text in range(20)
        for at in range(500)
    ]
    begun = time.perf_counter()
    assert len(find_conflicts(many)) == 20 * 19 // 2
    assert time.perf_counter() - begun < 5


@given(
    least=st.integers(1, 500),
    width=st.integers(1, 500),
    price=st.integers(1, 1500),
    form=st.sampled_from(
        ["${}-${} a month", "${}–{}/mo", "${} to ${} a month", "{}-{} dollars a month",
         "between ${} and ${} a month", "from ${} to ${} per month", "${} a month - ${} a month"]
    ),
)  # fmt: skip
def test_a_price_speaks_against_a_range_that_it_lies_outside_of_and_no_other(
    least: int, width: int, price: int, form: str
) -> None:
    most = least + width
    two = stated("a", f"It costs {form.format(least, most)}.")
    assert [(it.claim.value, it.claim.unit) for it in two if it.claim] == [
        (f"{each}", "USD/month") for each in (least, most)
    ]
    one = stated("b", f"It costs ${price} a month.")
    found = shown([*two, *one])
    assert bool(found) is not (least <= price <= most)
    assert shown([*two, *stated("b", f"It costs from ${price} a month.")]) == (
        [] if price <= most else [("price", f"{least}", f"{price}")]
    )
    for words in ("up to", "no more than"):
        assert bool(shown([*two, *stated("b", f"It costs {words} ${price} a month.")])) is not (
            price >= least
        )


@pytest.mark.parametrize(
    ("text", "conflicts"),
    [
        ("Starts at $5 a month.", False),
        ("$5+ a month.", False),
        ("$5 a month and up.", False),
        ("Up to $10 a month.", False),
        ("Less than $10 a month.", False),
        ("Up to $5 a month.", True),
        ("It starts at $9 a month.", True),
        ("It costs $5 or $10 a month.", True),
        ("It costs $5 a month for 10 seats.", True),
    ],
)
def test_seven_dollars_speak_against_what_they_do_not_lie_in(text: str, conflicts: bool) -> None:
    seven = stated("b", "It costs $7 a month.")
    assert bool(shown([*stated("a", text), *seven])) is conflicts
    assert shown([*stated("a", text), *stated("b", text)]) == []


def test_what_costs_at_most_and_what_costs_at_least_differ_where_they_do_not_meet() -> None:
    low, high = (
        Stated("ember", key, Claim(0, 1, "", "price", value, "USD", "tool"), bound=bound)
        for key, value, bound in (("a", "5", "most"), ("b", "9", "least"))
    )
    assert shown([low, high]) == [("price", "5", "9")]
    assert shown([low, replace(high, claim=replace(high.claim, value="4"))]) == []


claims = st.builds(
    Claim, st.integers(0, 9), st.just(10), st.just("x"), st.sampled_from(["price", "openness"]),
    st.sampled_from(["5", "9", "closed"]), st.none(), st.sampled_from(["tool", "other"]),
)  # fmt: skip
statements = st.lists(
    st.builds(Stated, st.sampled_from("xy"), st.sampled_from("abc"), claims), max_size=8
)


@settings(max_examples=300)
@given(given_statements=statements, order=st.randoms())
def test_the_order_of_statements_does_not_count(
    given_statements: list[Stated], order: object
) -> None:
    shuffled = list(given_statements)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert find_conflicts(given_statements) == find_conflicts(shuffled)


@pytest.mark.parametrize(
    ("said", "other", "do_differ"),
    [
        ("It costs no less than $50 a month.", "It costs $60 a month.", False),
        ("It costs no less than $50 a month.", "It costs $5 a month.", True),
        ("It costs never more than $9 a month.", "It costs $90 a month.", True),
        ("It costs from $5 up to $10 a month.", "It costs $400 a month.", True),
        ("It costs from $5 up to $10 a month.", "It costs $7 a month.", False),
        ("It costs $5/mo-$10/mo.", "It costs $7 a month.", False),
        ("It costs $5/mo-$10/mo.", "It costs $70 a month.", True),
        ("Its price fell from $20 to $10 a month.", "It costs $500 a month.", True),
    ],
)
def test_a_range_said_by_denial_or_by_both_ends_holds_what_lies_in_it_alone(
    said: str, other: str, do_differ: bool
) -> None:
    assert bool(shown([*stated("a", said), *stated("b", other)])) is do_differ
