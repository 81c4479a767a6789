"""Scorecards with an empty place for a missing cell, and with every cell there twice."""

from __future__ import annotations

from typing import Any

import pytest
from fixture_tools import HTML, URL, read

REVIEWERS = ("Tinkerer", "Doubter", "Archivist", "Bookkeeper")
WORDS = ("kettle", "lantern", "harbour", "ledger", "marble", "window", "copper", "meadow")


def card(name: str, share: int) -> str:
    return (
        f"<article><p>Developer Tools</p><h2>{name}</h2><p>It keeps {name} warm</p>"
        f"<p>{share}%</p><p>Panel ship</p><p>—</p><p>Community</p><p>Free</p><p>Entry</p>"
        f"<p>All of {name} in one sentence.</p></article>"
    )


def cell(at: int, reviewer: str | None) -> str:
    name = f"<h4>{reviewer}</h4>" if reviewer else ""
    return f"<li>{name}<b>8{at}/100 · ship</b><p>Plain {WORDS[at]}, said once.</p></li>"


def read_page(scorecard: str, shares: tuple[int, int] = (75, 75)) -> dict[str, Any]:
    body = (
        f"<body><h1>Kettle vs Lantern</h1>{card('Kettle', shares[0])}{card('Lantern', shares[1])}"
        f"<h2>Reviewer scorecard</h2><main>{scorecard}</main><footer><p>The end</p></footer>"
    )
    return read(body.encode(), url=URL, content_type=HTML)


def shares_without(at: int) -> tuple[int, int]:
    return (67, 75) if at % 2 == 0 else (75, 67)


def in_rows(at: int) -> str:
    return REVIEWERS[at // 2]


@pytest.mark.parametrize("empty", ["<li></li>", "<li>—</li>", "<li><p></p></li>"])
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("missing", range(8))
def test_an_empty_place_in_a_list_tells_which_cell_is_missing(
    missing: int, named: bool, empty: str
) -> None:
    shown = "".join(
        empty if at == missing else cell(at, in_rows(at) if named else None) for at in range(8)
    )
    line = read_page(f"<ul>{shown}</ul>", shares_without(missing))
    assert [(quote["position"], quote["score"]) for quote in line["quotes"]] == [
        (at + 1, 80 + at) for at in range(8) if at != missing
    ]


@pytest.mark.parametrize("missing", range(8))
def test_an_empty_place_in_a_list_of_two_columns_tells_so_by_the_reviewers(missing: int) -> None:
    """The first four cells are about one tool: place 5 of the list is row 1 of the other."""
    columns = [(at % 4) * 2 + at // 4 for at in range(8)]
    shown = "".join(
        "<li></li>" if at == missing else cell(at, REVIEWERS[at // 2]) for at in columns
    )
    line = read_page(f"<ul>{shown}</ul>", shares_without(missing))
    assert [(quote["position"], quote["score"]) for quote in line["quotes"]] == [
        (at + 1, 80 + at) for at in range(8) if at != missing
    ]


@pytest.mark.parametrize("at", range(8))
def test_a_notice_among_seven_cells_is_no_empty_place(at: int) -> None:
    cells = [cell(number, None) for number in range(7)]
    cells.insert(at, "<li><p>A word from our sponsor</p></li>")
    line = read_page(f"<ul>{''.join(cells)}</ul>", (75, 67))
    assert (line["kind"], line.get("code")) == ("failure", "quote_side")


def copies(order: str, row: Any) -> str:
    rows = [[cell(2 * n, REVIEWERS[n]), cell(2 * n + 1, REVIEWERS[n])] for n in range(4)]
    if order == "one after the other":
        return "".join(row(a + b) for a, b in rows) * 2
    if order == "row by row":
        return "".join(row(a + b) * 2 for a, b in rows)
    return "".join(row(a + a + b + b) for a, b in rows)


@pytest.mark.parametrize(
    "row", [lambda inner: f"<ul>{inner}</ul>", lambda inner: inner], ids=["rows", "one list"]
)
@pytest.mark.parametrize("order", ["one after the other", "row by row", "cell by cell"])
def test_a_copy_of_every_cell_is_dropped_in_whatever_order_it_stands(order: str, row: Any) -> None:
    line = read_page(copies(order, row))
    assert [(quote["position"], quote["score"], quote["reviewer"]) for quote in line["quotes"]] == [
        (at + 1, 80 + at, in_rows(at)) for at in range(8)
    ]


def test_a_copy_that_lacks_a_cell_is_refused() -> None:
    whole = copies("row by row", lambda inner: f"<ul>{inner}</ul>")
    line = read_page(whole.replace(cell(3, REVIEWERS[1]), "", 1))
    assert (line["kind"], line.get("code")) == ("failure", "quote_count")
