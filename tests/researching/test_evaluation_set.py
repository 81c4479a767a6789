"""The hand-labelled set is whole: its spans, vocabularies and forms, and enough of each kind."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from fixture_tools import FIXTURES

Text = dict[str, Any]
FOLDER = FIXTURES / "evaluation"
HALVES = ("dev", "heldout")
LABELS = ("predictions", "mentions", "claims")
RELATIONS = {"competitor", "alternative", "dependency", None}
TIMES = {"in", "within", "by", "until", "next", "before"}
UNITS = {"day", "week", "month", "quarter", "year"}
NUMBER = r"(?:0|[1-9]\d*)(?:\.\d*[1-9])?"
DATE = r"20\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?|-Q[1-4])?"
FORMS = {
    "parameters": (rf"(?:\d+x)?{NUMBER}e(?:6|9|12)", r"(?:active)?"),
    "licence": (r"[A-Z][A-Za-z]*\d?(?:-[A-Za-z\d.]+)*", ""),
    "price": (NUMBER, r"(?:(?:USD|EUR|GBP)(?:/[a-z ]+)*)?"),
    "context": (r"[1-9]\d*", "tokens"),
    "memory": (NUMBER, "MB|GB"),
    "date": (DATE, ""),
    "openness": ("open source|open weights|closed", ""),
}
"""Each attribute's form of value and of unit; an empty unit is null."""


def lines(name: str) -> list[Text]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()]


def labels(name: str, kind: str) -> list[Text]:
    return [label for text in lines(name) for label in text[kind]]


@pytest.mark.parametrize("half", HALVES)
def test_each_span_is_the_words_that_it_states_and_none_overlaps(half: str) -> None:
    for text in lines(half):
        spans = sorted(
            (label for kind in LABELS for label in text[kind]), key=lambda it: it["start"]
        )
        for label in spans:
            words = label["words"]
            assert text["text"][label["start"] : label["end"]] == words, text["id"]
            assert words == words.strip() != "", text["id"]
        assert all(one["end"] <= other["start"] for one, other in pairwise(spans)), text["id"]


def test_ids_and_texts_are_unique_and_the_halves_equal_in_size() -> None:
    dev, heldout = lines("dev"), lines("heldout")
    assert len(dev) == len(heldout)
    assert Counter(text["kind"] for text in dev) == Counter(text["kind"] for text in heldout)
    for field in ("id", "text"):
        assert max(Counter(text[field] for text in dev + heldout).values()) == 1, field
    assert not {text["tool"] for text in dev} & {text["tool"] for text in heldout}


@pytest.mark.parametrize("half", HALVES)
def test_texts_use_closed_vocabularies(half: str) -> None:
    for text in lines(half):
        assert text["kind"] in {"quote", "description", "pricing"}, text["id"]
        assert text["entry"] in {"Free", "Paid", None}, text["id"]
        assert text["tool"] in text["known_tools"], text["id"]


@pytest.mark.parametrize("half", HALVES)
def test_a_horizon_is_a_length_or_a_date_and_filled_exactly_where_checkable(half: str) -> None:
    for label in labels(half, "predictions"):
        horizon = label["horizon"]
        length = horizon["amount"] is not None and horizon["unit"] in UNITS
        dated = horizon["date"] is not None and re.fullmatch(DATE, horizon["date"]) is not None
        if label["is_checkable"]:
            assert length != dated and horizon["relation"] in TIMES, label
            assert None in (horizon["amount"], horizon["date"]), label
        else:
            assert set(horizon.values()) == {None}, label


@pytest.mark.parametrize("half", HALVES)
def test_a_mention_is_of_a_known_tool_or_of_none_and_never_of_the_tool_itself(half: str) -> None:
    for text in lines(half):
        for label in text["mentions"]:
            assert label["relation"] in RELATIONS, text["id"]
            assert label["entity"] in {*text["known_tools"], None} - {text["tool"]}, text["id"]
            assert label["words"] != text["tool"], text["id"]


@pytest.mark.parametrize("half", HALVES)
def test_each_claim_has_its_attributes_form(half: str) -> None:
    for label in labels(half, "claims"):
        value, unit = FORMS[label["attribute"]]
        assert re.fullmatch(value, label["value"]), label
        assert label["unit"] != "" and re.fullmatch(unit, label["unit"] or ""), label
        assert label["subject"] in {"tool", "other"}, label


@pytest.mark.parametrize("half", HALVES)
def test_each_half_has_enough_of_every_kind_and_a_third_without_any(half: str) -> None:
    texts = lines(half)
    count = {kind: len(labels(half, kind)) for kind in LABELS}
    assert count["predictions"] >= 60 and min(count["mentions"], count["claims"]) >= 90, count
    empty = sum(not any(text[kind] for kind in LABELS) for text in texts)
    assert 0.3 <= empty / len(texts) <= 0.4
    attributes = Counter(label["attribute"] for label in labels(half, "claims"))
    assert attributes.keys() == FORMS.keys() and min(attributes.values()) >= 5, attributes
    assert {label["relation"] for label in labels(half, "mentions")} == RELATIONS


def test_pairs_of_names_are_unique_and_as_many_of_each_label_in_both_halves() -> None:
    pairs = lines("names")
    assert max(Counter(pair["id"] for pair in pairs).values()) == 1
    assert max(Counter(frozenset((pair["a"], pair["b"])) for pair in pairs).values()) == 1
    count = Counter((pair["half"], pair["label"]) for pair in pairs)
    assert {label for _, label in count} == {"same", "different", "candidate"}
    assert all(count["dev", label] == count["heldout", label] >= 10 for _, label in count)
    assert all(pair["why"] and pair["a"] != pair["b"] for pair in pairs)
