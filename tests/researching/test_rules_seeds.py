"""What the rules find on the five real pages: told by tool and place, no sentence is repeated.

The pages are other people's words and lie outside the project, where `$VERDICTS_SEEDS` says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fixture_tools import TEXT, read

from db.derived import (
    Conflict,
    Gazetteer,
    Prediction,
    Stated,
    find_claims,
    find_conflicts,
    find_predictions,
)

SEEN = date(2026, 7, 1)
CONFLICTS = {
    ("Axolotl v0.16", "entry", None, (21, 32)),
    ("Mistral 8x24B Mixture-of-Experts", "parameters", (32, 37), (47, 52)),
}
"""Tool, attribute, and where both values stand in the description; of a label None."""


@cache
def lines() -> list[dict[str, Any]]:
    given = os.environ.get("VERDICTS_SEEDS")
    if not given:
        pytest.skip("VERDICTS_SEEDS does not name a folder with the five real pages")
    paths = sorted(Path(given).glob("*.txt"))
    if not paths:
        pytest.skip(f"there are no real pages in {given}")
    return [read(path.read_bytes(), url=None, content_type=TEXT) for path in paths]


def texts() -> Iterator[tuple[str, str, str]]:
    """Each distinct text once: its tool, its field, and its words."""
    found = {}
    for line in lines():
        for tool in line["tools"]:
            found[tool["name"], "description", tool["description"]] = None
        for quote in line["quotes"]:
            found[line["tools"][quote["tool"] - 1]["name"], "quote", quote["text"]] = None
    yield from found


def predictions() -> list[tuple[str, Prediction]]:
    quotes = [(tool, text) for tool, field, text in texts() if field == "quote"]
    return [(tool, it) for tool, text in quotes for it in find_predictions(text, SEEN)]


def conflicts() -> tuple[Conflict, ...]:
    known = Gazetteer({tool for tool, _, _ in texts()})
    stated = {
        Stated(tool["name"], "card", None, entry=tool["entry"])
        for line in lines()
        for tool in line["tools"]
    }
    for number, (tool, field, text) in enumerate(texts()):
        for claim in find_claims(text, tool, known, SEEN):
            stated.add(Stated(tool, f"{field} {number}", claim))
    return find_conflicts(stated)


def test_the_distinct_quotes_hold_fifteen_predictions_that_have_an_end() -> None:
    """Fourteen of what will happen were counted by hand; one more is a condition, which counts."""
    checkable = [it for _, it in predictions() if it.horizon is not None]
    assert len({tool for tool, _ in predictions()}) == 7
    assert len(checkable) == 15
    assert sum(it.horizon.date is not None for it in checkable if it.horizon) == 3


def test_the_two_known_conflicts_are_found_and_no_other() -> None:
    found = {
        (
            it.tool,
            it.attribute,
            it.one.claim and (it.one.claim.start, it.one.claim.end),
            it.other.claim and (it.other.claim.start, it.other.claim.end),
        )
        for it in conflicts()
    }
    assert found == CONFLICTS
