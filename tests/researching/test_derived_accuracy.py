"""Inferred verdicts held against printed ones: by logic exactly, by cues with precision and n."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from itertools import combinations, product
from pathlib import Path

import pytest
from fixture_tools import TEXT
from hypothesis import given, settings
from hypothesis import strategies as st

from db.statistics.accuracy import Marks, judge
from db.statistics.panels import Panel, PanelQuote
from parsers import card_key, read_page
from schema.page import RawPage
from schema.records import Comparison, Tool, Verdict
from verdicts.sample import BASE, pages

PLAIN = "It did what the box said, and did it again on Sunday."
CUES: dict[Verdict, str] = {"skip": "Nice hinges, but this is a skip.", "ship": "I'd ship it."}
VERDICTS: tuple[Verdict, Verdict] = ("ship", "skip")


def panel(verdicts: list[Verdict | None], share: int, cued: tuple[int, ...] = ()) -> Panel:
    """Quotes that print these verdicts; in the slots `cued` they name the minority's."""
    minority: Verdict = "skip" if share > 50 else "ship"
    texts = [CUES[minority] if slot in cued else PLAIN for slot in range(1, len(verdicts) + 1)]
    told = enumerate(zip(verdicts, texts, strict=True), 1)
    quotes = tuple(PanelQuote(slot, slot, verdict, text) for slot, (verdict, text) in told)
    return Panel(1, share, None, quotes)


def panels_of(records: Iterable[Comparison], site: str) -> list[Panel]:
    """The panel on each distinct card, numbered as they are met."""
    found: dict[str, Panel] = {}
    for record in records:
        for tool in record.tools:
            votes = None if tool.votes is None else (tool.votes.ship, tool.votes.skip)
            told = (tool.panel_ship_percent, votes, quotes_of(record, tool))
            found.setdefault(card_key(site, tool), Panel(len(found) + 1, *told))
    return list(found.values())


def quotes_of(record: Comparison, tool: Tool) -> tuple[PanelQuote, ...]:
    return tuple(
        PanelQuote(
            each.slot, None, each.verdict if each.verdict_source == "page" else None, each.text
        )
        for each in record.quotes
        if each.tool == tool.position
    )


def total(every: list[dict[str, Marks]], source: str) -> Marks:
    return Marks(*map(sum, zip(*(each[source] for each in every), strict=True)))


@st.composite
def cards(draw: st.DrawFn) -> tuple[Panel, set[int]]:
    """A panel whose share is that of its verdicts, cues in quotes of its minority, and slots."""
    verdicts = draw(st.lists(st.sampled_from(VERDICTS), min_size=1, max_size=4))
    ships, count = verdicts.count("ship"), len(verdicts)
    minority = "skip" if 2 * ships > count else "ship"
    likely = [slot for slot, each in enumerate(verdicts, 1) if each == minority]
    cued = draw(st.sets(st.sampled_from(likely))) if likely and 0 < ships < count else set()
    hidden = draw(st.sets(st.integers(1, count)))
    return panel([*verdicts], round(100 * ships / count), tuple(cued)), hidden


def settled(card: Panel, hidden: set[int]) -> set[int]:
    """The hidden slots whose verdict is the same however the rest may have voted."""
    ships = sum(each.verdict == "ship" for each in card.quotes)
    is_lone = ships * 2 != len(card.quotes)
    minority = "skip" if 2 * ships > len(card.quotes) else "ship"
    seen = {
        each.slot: each.verdict
        for each in card.quotes
        if each.slot not in hidden
        or (is_lone and each.text == CUES[minority] and card.share not in (0, 100))  # type: ignore[index]
    }
    ways = [
        way
        for way in product(VERDICTS, repeat=len(card.quotes))
        if way.count("ship") == ships and all(way[slot - 1] == told for slot, told in seen.items())
    ]
    open_slots = hidden - seen.keys()
    return {slot for slot in open_slots if len({way[slot - 1] for way in ways}) == 1}


@settings(max_examples=400)
@given(cards())
def test_logic_marks_exactly_what_it_decides_whatever_is_hidden(
    card: tuple[Panel, set[int]],
) -> None:
    marks = judge(*card)
    by_logic = [marks["unanimous"], marks["remainder"]]
    assert all(each.marked == each.correct == each.relevant for each in by_logic)
    assert sum(each.marked for each in by_logic) == len(settled(*card))


def comparisons(found: Iterable[RawPage], site: str) -> list[Comparison]:
    read = (read_page(each, site=site) for each in found)
    return [each for each in read if isinstance(each, Comparison)]


def records() -> list[Comparison]:
    shown = [each for each in pages() if each.path.startswith("/compare/") and each.status == 200]
    return comparisons(
        (RawPage(BASE + each.path, each.body, each.content_type) for each in shown), "sample"
    )


def test_with_any_tools_of_the_sample_hidden_logic_has_precision_and_recall_of_1() -> None:
    every = [
        each
        for each in panels_of(records(), "sample")
        if all(quote.verdict is not None for quote in each.quotes)
    ]
    assert len(every) > 15
    for hidden in (every, every[:5], every[::2]):
        judged = [judge(each) for each in hidden]
        unanimous, remainder = (total(judged, name) for name in ("unanimous", "remainder"))
        assert unanimous.marked == unanimous.correct == unanimous.relevant
        assert remainder.marked == remainder.correct == remainder.relevant
    assert total([judge(each) for each in every], "unanimous").marked >= 8


def test_a_distinct_card_is_one_panel_however_many_pages_show_it() -> None:
    shown = records()
    every = panels_of(shown, "sample")
    assert len(every) < 2 * len(shown) / 3
    assert panels_of([*shown, *shown], "sample") == every


def test_of_the_real_cards_logic_and_cues_decide_24_of_32_verdicts() -> None:
    folder = os.environ.get("VERDICTS_SEEDS")
    if not folder:
        pytest.skip("VERDICTS_SEEDS does not name a folder with the five real pages")
    bodies = [path.read_bytes() for path in sorted(Path(folder).glob("*.txt"))]
    found = panels_of(
        comparisons((RawPage(None, each, TEXT) for each in bodies), "shiporskip"), "shiporskip"
    )
    judged = [judge(each) for each in found]
    marked = {name: total(judged, name).marked for name in ("unanimous", "cue", "remainder")}
    assert len(found) == 8 and sum(len(each.quotes) for each in found) == 32
    assert sum(marked.values()) == 24 and marked["unanimous"] == 8
    by_logic = [total(judged, name) for name in ("unanimous", "remainder")]
    assert all(each.marked == each.relevant for each in by_logic)


def test_a_cue_in_the_wrong_quote_costs_precision_and_is_not_hidden_by_logic() -> None:
    marks = judge(panel(["ship", "ship", "ship", "skip"], 75, cued=(2,)))
    assert marks["cue"] == (1, 0, 1)
    assert marks["remainder"] == Marks(marked=3, correct=2, relevant=3)


def test_a_printed_verdict_against_the_share_costs_the_precision_of_logic() -> None:
    assert judge(panel(["ship", "ship", "ship", "skip"], 100))["unanimous"] == (4, 3, 4)


@pytest.mark.parametrize(
    ("verdicts", "share", "expected"),
    [
        ("ship ship ship skip", 75, (1, 1, 1)),
        ("ship skip ship ship", 75, (1, 0, 1)),
        ("skip ship skip skip", 25, (0, 0, 1)),
        ("ship ship skip skip", 50, (0, 0, 0)),
    ],
)
def test_the_baseline_takes_slot_4_for_the_skip_of_a_card_that_has_one(
    verdicts: str, share: int, expected: tuple[int, ...]
) -> None:
    marks = judge(panel([*verdicts.split()], share))  # type: ignore[list-item]
    assert marks["baseline"] == expected
    assert marks["cue"] == (0, 0, expected[2])


def test_what_is_not_hidden_is_taken_as_it_is_printed() -> None:
    card = panel(["ship", "skip", "ship", "ship"], 75)
    counted = Counter[int]()
    for hidden in combinations(range(1, 5), 3):
        counted[judge(card, hidden)["remainder"].marked] += 1
    assert counted == {0: 3, 3: 1}
