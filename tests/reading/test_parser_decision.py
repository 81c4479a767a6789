"""Which column of the decision table is whose: the head tells, or the cells, or it is refused."""

from __future__ import annotations

from typing import Any

import pytest
from fixture_tools import DESK, WREN, html_page, read

B = DESK.but(
    pricing="Nine a month",
    share="50%",
    badge="Mixed",
    panel="Mixed · 2 ship / 2 skip",
    category="Productivity",
    scores=("88/100 · ship", "52/100 · skip", "81/100 · ship", "49/100 · skip"),
)
WHOLE = read(html_page(WREN, B))


def page(header: str, *, is_turned: bool, told: bool = True) -> str:
    """The page with this header over its table, B's column first where it is turned.

    `told` is whether rows repeat what the cards say of each tool.
    """
    whole = html_page(WREN, B)
    start, end = whole.index("<table>"), whole.index("</table>")
    _, *rows = whole[start:end].replace("<table>", "").split("</tr>\n")
    shown = []
    for row in (row for row in rows if row):
        label, one, other = row.split("<td>")
        cells = [cell.removesuffix("</td>") for cell in (one, other)]
        if told or not ("Best for" in label or "Category" in label):
            shown.append((label, *(cells[::-1] if is_turned else cells)))
    body = "".join(f"{x}<td>{y}</td><td>{z}</td></tr>" for x, y, z in shown)
    return whole[:start] + f"<table><tr><th>Decision</th>{header}</tr>{body}" + whole[end:]


def said(line: dict[str, Any]) -> Any:
    return line.get("tools"), line.get("quotes")


HEADS = [
    ("COPPER WREN", "DAMSON DESK"),
    ("Copper", "Damson"),
    ("Copper W…", "Damson D…"),
    ("On Copper Wren", "On Damson Desk"),
    ("Copper Wren (2026)", "Damson Desk (2026)"),
    ("C", "D"),
    ("The first", "Damson Desk"),
    ("Copper Wren", "The other"),
]


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("heads", HEADS)
@pytest.mark.parametrize("is_turned", [False, True])
def test_a_head_in_other_words_tells_the_column(
    heads: tuple[str, str], is_turned: bool, told: bool
) -> None:
    shown = "".join(f"<th>{head}</th>" for head in (heads[::-1] if is_turned else heads))
    assert said(read(page(shown, is_turned=is_turned, told=told))) == said(WHOLE)


@pytest.mark.parametrize(
    "heads", [("Left", "Right"), ("Tool 1", "Tool 2"), ("A", "B"), ("×", "✓ B")]
)
@pytest.mark.parametrize("is_turned", [False, True])
def test_a_head_that_is_not_understood_is_made_good_by_what_the_cells_repeat(
    heads: tuple[str, str], is_turned: bool
) -> None:
    shown = "".join(f"<th>{head}</th>" for head in heads)
    assert said(read(page(shown, is_turned=is_turned))) == said(WHOLE)


@pytest.mark.parametrize("heads", [("Left", "Right"), ("Tool 1", "Tool 2"), ("A", "B")])
@pytest.mark.parametrize("is_turned", [False, True])
def test_a_head_that_nothing_tells_is_never_passed_over(
    heads: tuple[str, str], is_turned: bool
) -> None:
    shown = "".join(f"<th>{head}</th>" for head in heads)
    line = read(page(shown, is_turned=is_turned, told=False))
    assert (line["kind"], line.get("code")) == ("failure", "field_ambiguous")


def test_without_a_head_the_cells_tell_the_column() -> None:
    assert said(read(page("", is_turned=True))) == said(WHOLE)


def test_a_head_that_its_cells_contradict_refuses_the_page() -> None:
    shown = "<th>Copper Wren</th><th>Damson Desk</th>"
    line = read(page(shown, is_turned=True))
    assert (line["kind"], line.get("code")) == ("failure", "field_ambiguous")


def test_votes_that_an_exchange_of_sides_would_mend_refuse_the_page() -> None:
    shown = "<th>Copper Wren</th><th>Damson Desk</th>"
    line = read(page(shown, is_turned=True, told=False))
    assert line["kind"] == "failure", line


def test_rows_under_the_head_of_each_tool_go_by_that_head() -> None:
    whole = html_page(WREN, B)
    start, end = whole.index("<table>"), whole.index("</table>") + len("</table>")
    parts = []
    for side in (B, WREN):
        rows = (("Panel verdict", side.panel), ("Community", side.long_community))
        rows += (("Pricing", side.pricing), ("Best for", side.tagline), ("Category", side.category))
        shown = "".join(f"<dt>{label}</dt><dd>{cell}</dd>" for label, cell in rows)
        parts.append(f"<h3>{side.name.upper()}</h3><dl>{shown}</dl>")
    table = "<section><h2>Decision table</h2>" + "".join(parts) + "</section>"
    assert said(read(whole[:start] + table + whole[end:])) == said(WHOLE)


def test_a_button_in_a_cell_is_no_part_of_it() -> None:
    whole = html_page(WREN, B)
    for old in ("Free for one</td>", "Nine a month</td>"):
        whole = whole.replace(old, old.replace("</td>", " <button>See plans</button></td>"))
    assert said(read(whole)) == said(WHOLE)


def test_a_link_that_ends_both_cells_is_no_part_of_them() -> None:
    whole = html_page(WREN, B)
    for old in ("Free for one</td>", "Nine a month</td>"):
        whole = whole.replace(old, old.replace("</td>", "<p>See plans</p></td>"))
    assert said(read(whole)) == said(WHOLE)
