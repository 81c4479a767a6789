"""Agreement, intervals, templates and near-duplicates, on small tables whose figures are known."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.rows.tables import create_tables
from db.statistics import near
from db.statistics.agreement import agreement_rows, gwet_ac1
from db.statistics.bootstrap import ratios
from db.statistics.near import near_rows
from db.statistics.reviewers import reviewer_rows
from db.statistics.templates import is_mined, template_rows

NAMES = ("Archivist", "Builder", "Doubter", "Tinkerer")


class Shown:
    """A database of cards and quotes alone, one card a tool."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        create_tables(self.db)
        self._add("site", site="sample", title="Sample", base="https://sample.example")
        for name in NAMES:
            self._add("reviewer", name=name)

    def _add(self, table: str, **values: Any) -> int:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        added = self.db.execute(sql, [*values.values()]).lastrowid
        assert added is not None
        return added

    def tool(
        self, key: str, verdicts: list[str | None], texts: list[str] | None = None, **more: Any
    ) -> None:
        """A tool and its quotes, by the reviewers in their order; what is None is not printed."""
        of = {"site": "sample"}
        tool = self._add("tool", tool=key, name=key, **of)
        said = {"category": more.get("category", "Tools"), "entry": "Free", "name": key}
        share = 100 * verdicts.count("ship") // len(verdicts)
        card = self._add("card", key=sha(key), tool_id=tool, panel_ship_percent=share, **of, **said)
        side = self._add("side", tool_id=tool, card_id=card, community_stated=0)
        for at, verdict in enumerate(verdicts):
            text = texts[at] if texts else f"{key} {at}"
            told = {"reviewer_id": at + 1, "verdict": verdict or "ship"}
            told["verdict_source"] = "page" if verdict else "cue"
            about = {"tool_name": key, "tool_id": tool, "card_id": card, **of}
            quote = self._add(
                "quote", key=sha(key, text), text=text, characters=len(text), **about, **told
            )
            self._add("side_quote", side_id=side, slot=at + 1, quote_id=quote, **told)


def sha(*parts: str) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@pytest.fixture
def shown() -> Shown:
    return Shown()


def agreement(shown: Shown) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    return {row[1:4]: row[4:9] for row in agreement_rows(shown.db)}


def fill(shown: Shown, *panels: str) -> None:
    words = {"+": "ship", "-": "skip", ".": None}
    for number, panel in enumerate(panels):
        shown.tool(f"tool-{number}", [words[each] for each in panel])


def test_phi_share_and_n_of_two_reviewers_are_those_counted_by_hand(shown: Shown) -> None:
    fill(shown, "--", "--", "-+", "+-", "++", "++", "++", ".+")
    found = agreement(shown)
    # a=2 b=1 c=1 d=3: (2*3 - 1*1) / sqrt(3 * 4 * 3 * 4)
    assert found[1, 2, "phi"][:2] == (7, 0.4167)
    assert found[1, 2, "share"][:2] == (7, 0.7143)
    low, high = found[1, 2, "phi"][2:4]
    assert -1 <= low < 0.4167 < high <= 1


def test_what_is_inferred_enters_no_agreement_and_no_skip_rate(shown: Shown) -> None:
    fill(shown, "-.", "-.", "-.")
    assert agreement(shown) == {}
    rates = {row[1]: row[4:6] for row in reviewer_rows(shown.db) if row[2] == "skip_rate"}
    assert rates == {1: (3, 1.0)}


def test_where_all_agree_or_one_never_varies_there_is_no_coefficient_but_the_reason(
    shown: Shown,
) -> None:
    fill(shown, *["+++"] * 6)
    found = agreement(shown)
    for key in ((1, 2, "phi"), (None, None, "alpha"), (None, None, "ac1")):
        assert found[key] == (6, None, None, None, "all_agree")
    assert found[1, 2, "share"] == (6, 1.0, 1.0, 1.0, None)
    fill_more = Shown()
    fill(fill_more, *["+-", "++"] * 3)
    assert agreement(fill_more)[1, 2, "phi"] == (6, None, None, None, "one_value")


def test_alpha_is_that_of_the_library_on_reviewers_by_tools_with_gaps_as_nan(shown: Shown) -> None:
    panels = ["+-+", "++.", "-+-", "+++", "--+", ".--", "+-+"]
    fill(shown, *panels)
    code = {"+": 1.0, "-": 0.0, ".": np.nan}
    table = np.array([[code[each] for each in panel] for panel in panels]).T
    wanted = krippendorff.alpha(reliability_data=table, level_of_measurement="nominal")
    assert agreement(shown)[None, None, "alpha"][:2] == (7, round(wanted, 4))


def test_ac1_is_that_of_the_published_formula() -> None:
    # 118 of 125 units alike + +, 5 and 2 split, none - -: pa = 0.944, pi = (123 + 120) / 250.
    patterns, times = np.array([[2, 0], [1, 1]]), np.array([118, 7])
    pi = 243 / 250
    chance = 2 * pi * (1 - pi)
    assert gwet_ac1(patterns, times) == pytest.approx((0.944 - chance) / (1 - chance))
    assert gwet_ac1(patterns, times) == pytest.approx(0.9408, abs=1e-4)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.text("+-", min_size=4, max_size=4), min_size=2, max_size=12))
def test_with_equal_panels_alpha_depends_on_counts_alone_and_order_on_nothing(
    panels: list[str],
) -> None:
    found = []
    for turned in (panels, ["".join(sorted(each)) for each in panels]):
        shown = Shown()
        fill(shown, *turned)
        found.append(agreement(shown)[None, None, "alpha"][1])
    assert found[0] == found[1]


def test_an_interval_wants_five_tools_and_narrows_with_more() -> None:
    def of(tools: int) -> Any:
        return ratios(np.array([[each % 2] for each in range(tools)]), np.ones((tools, 1)))[0]

    assert of(4)[2:] == (None, None)
    few, many = of(10), of(1000)
    assert few.low < many.low < 0.5 < many.high < few.high
    assert many == of(1000)


def test_an_interval_is_over_tools_so_that_more_quotes_of_one_tool_make_none_narrower() -> None:
    parts, wholes = np.array([[1], [0], [1], [0], [1], [0]]), np.ones((6, 1))
    assert ratios(parts, wholes)[0][1:] == ratios(100 * parts, 100 * wholes)[0][1:]


def test_skip_rates_are_given_by_category_and_score_where_there_is_none_is_no_row(
    shown: Shown,
) -> None:
    shown.tool("a", ["skip"], category="Maps")
    shown.tool("b", ["ship"], category="Clocks")
    found = {row[2:4]: row[4:6] for row in reviewer_rows(shown.db)}
    assert found["skip_rate", None] == (2, 0.5)
    assert found["skip_rate", "Maps"] == (1, 1.0) and found["skip_rate", "Clocks"] == (1, 0.0)
    assert ("mean_score", None) not in found
    assert found["mean_characters", None] == (2, 3.0)


def test_a_template_is_mined_on_one_half_and_covers_so_much_of_the_other(shown: Shown) -> None:
    keys = [f"tool-{number}" for number in range(40)]
    texts = {
        key: f"{key} word{at} and the hinge of the matter is grease, says {key[::-1]}."
        if at % 2
        else f"{key} brings rain{at} over dry{at} land{at} whenever{at} asked{at} politely{at}."
        for at, key in enumerate(keys)
    }
    for key in keys:
        shown.tool(key, ["ship"], [texts[key]])
    (row,) = template_rows(shown.db)
    reviewer_id, rank, quote_id, start, end, words, mined, mined_n, held, held_n, cover = row[:11]
    (text,) = shown.db.execute("SELECT text FROM quote WHERE id = ?", [quote_id]).fetchone()
    assert text[start:end] == "and the hinge of the matter is grease"
    assert (reviewer_id, rank, words) == (1, 1, 8)
    halves = [[key for key in keys if is_mined(key) is half] for half in (True, False)]
    counts = [sum("hinge" in texts[key] for key in half) for half in halves]
    assert (mined, mined_n, held, held_n) == (
        counts[0], len(halves[0]), counts[1], len(halves[1]),
    )  # fmt: skip
    assert cover == row[11] == round(held / held_n, 4) and row[12] <= cover <= row[13]


def test_quotes_that_differ_in_few_words_are_near_and_short_ones_are_not_compared(
    shown: Shown,
) -> None:
    words = [f"word{number}" for number in range(30)]
    other = [*words[:28], "quite", "else"]
    shown.tool("a", ["ship"], [" ".join(words)])
    shown.tool("b", ["ship"], [" ".join(other).upper() + "!"])
    shown.tool("c", ["ship"], [" ".join(reversed(words))])
    shown.tool("d", ["ship"], ["Fine, fine."])
    shown.tool("e", ["ship"], ["Fine, fine!"])
    ((a, b, likeness, *_),) = near_rows(shown.db)
    # 26 runs of three words in common, of 28 of each.
    assert {a, b} == {1, 2} and likeness == round(26 / 30, 4)


def test_a_thousand_equal_quotes_give_few_pairs_each(shown: Shown) -> None:
    text = " ".join(f"word{number}" for number in range(30))
    for number in range(1000):
        shown.tool(f"tool-{number}", ["ship"], [f"{text} {number}"])
    pairs = [row[:2] for row in near_rows(shown.db)]
    assert 1000 < len(pairs) <= 5000 and len(set(pairs)) == len(pairs)


def test_figures_do_not_depend_on_the_order_in_which_tools_came(tmp_path: Path) -> None:
    panels = [f"{'+' if number % 3 else '-'}{'-' if number % 4 else '+'}" for number in range(24)]
    words = {"+": "ship", "-": "skip"}
    found = []
    for order in (range(24), reversed(range(24))):
        shown = Shown()
        for number in order:
            shown.tool(f"tool-{number}", [words[each] for each in panels[number]])
        found.append([[*agreement_rows(shown.db)], [*reviewer_rows(shown.db)]])
    assert found[0] == found[1]


def test_near_quotes_are_the_same_however_many_are_signed_at_once(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(40):
        words = [f"word{(at // 2 + n) % 60}" for n in range(30)]
        shown.tool(f"tool-{at}", ["ship"], [" ".join(words[: 29 + at % 2])])
    pairs = list(near_rows(shown.db))
    assert pairs
    monkeypatch.setattr(near, "WORDS_AT_ONCE", 1)
    assert list(near_rows(shown.db)) == pairs
