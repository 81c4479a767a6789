"""Which column of the decision table is whose: the head tells, or the cells, or it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fixture_tools import DESK, WREN, decision_rows, html_page, read

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


Row = Callable[[str, str, str], str]
HEAD = f"<tr><th>Decision</th><th>{WREN.name}</th><th>{B.name}</th></tr>"


def plain(label: str, one: str, other: str) -> str:
    return f"<tr><th>{label}</th><td>{one}</td><td>{other}</td></tr>"


def tabled(row: Row = plain, head: str = HEAD, over: str = "") -> str:
    """The page with its table built so."""
    rows = "".join(row(*each) for each in decision_rows(WREN, B))
    return with_table(f"{over}<table>{head}{rows}</table>")


def with_table(table: str) -> str:
    whole = html_page(WREN, B)
    start, end = whole.index("<table>"), whole.index("</table>") + len("</table>")
    return whole[:start] + table + whole[end:]


def in_cells(form: str) -> Row:
    """A row whose cells are `form`, of the label, the tool's name and what is said of it."""

    def row(label: str, one: str, other: str) -> str:
        sides = ((WREN.name, one), (B.name, other))
        cells = (f"<td>{form.format(label=label, name=n, said=said)}</td>" for n, said in sides)
        return f"<tr><th>{label}</th>{''.join(cells)}</tr>"

    return row


def by_tool(item: str) -> str:
    """A list of labels and cells for each tool."""
    lists = "<h2>Decision table</h2>"
    for number, side in enumerate((WREN, B), 1):
        items = (item.format(label=row[0], said=row[number]) for row in decision_rows(WREN, B))
        lists += f"<h3>{side.name}</h3><ul>{''.join(items)}</ul>"
    return with_table(lists)


def with_names() -> str:
    """A list in which each cell stands behind its tool's name."""
    rows = (
        f"<dt>{label}</dt><dd>{WREN.name}</dd><dd>{one}</dd><dd>{B.name}</dd><dd>{other}</dd>"
        for label, one, other in decision_rows(WREN, B)
    )
    return with_table(f"<h2>Decision table</h2><dl>{''.join(rows)}</dl>")


def mirrored(label: str, one: str, other: str) -> str:
    return f"<tr><td>{one}</td><th>{label}</th><td>{other}</td></tr>"


def alone(label: str, one: str, other: str) -> str:
    return f"<tr><td>{label}: {one}</td><td>{label}: {other}</td></tr>"


def said_twice(label: str, one: str, other: str) -> str:
    return plain(label, one, other).replace("</tr>", "<td>Tie</td></tr>")


def parted(label: str, one: str, other: str) -> str:
    return f"<tr><th>{label}</th><td>{one}</td><td>vs</td><td>{other}</td></tr>"


def headed(*heads: str) -> str:
    return "<tr>" + "".join(f"<th>{head}</th>" for head in heads) + "</tr>"


FORMS: dict[str, Callable[[], str]] = {
    "a label glued to each cell": lambda: tabled(in_cells("<i>{label}: </i>{said}")),
    "a label without a colon in each cell": lambda: tabled(in_cells("<i>{label}</i> {said}")),
    "a label beside each cell": lambda: tabled(in_cells("<div>{label}</div><div>{said}</div>")),
    "labels in the cells alone": lambda: tabled(
        alone, headed(WREN.name, B.name), "<h2>Decision table</h2>"
    ),
    "a name glued to each cell": lambda: tabled(in_cells("{name}: {said}")),
    "a name without a colon in each cell": lambda: tabled(in_cells("<b>{name}</b> {said}")),
    "a name beside each cell": lambda: tabled(in_cells("<b>{name}</b><span>{said}</span>")),
    "names between the cells": with_names,
    "a list a tool": lambda: by_tool("<li><b>{label}:</b> {said}</li>"),
    "a list a tool, in one text": lambda: by_tool("<li>{label}: {said}</li>"),
    "labels in the middle": lambda: tabled(mirrored, headed(WREN.name, "Decision", B.name)),
    "labels in the middle, under vs": lambda: tabled(
        mirrored, headed(WREN.name, "vs", B.name), "<h2>Decision table</h2>"
    ),
    "a column between the cells": lambda: tabled(parted),
    "a button beside the label": lambda: tabled().replace(
        "</th><td>", " <button>?</button></th><td>"
    ),
    "a tooltip beside the label": lambda: tabled().replace(
        "</th><td>", "<i role=tooltip>What it says</i></th><td>"
    ),
    "an explanation in the label": lambda: tabled().replace(
        "</th><td>", " <small>as the panel says</small></th><td>"
    ),
    "no word over the table": lambda: tabled(head=headed("", WREN.name, B.name)),
    "votes with a comma": lambda: tabled().replace("ship / ", "ship, "),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_row_is_read_in_whatever_form_it_stands(form: str) -> None:
    line = read(FORMS[form]())
    assert said(line) == said(WHOLE), line
    assert line["findings"] == []


def test_a_third_column_is_told_by_its_head_and_is_a_finding() -> None:
    line = read(tabled(said_twice, HEAD.replace("</tr>", "<th>Better</th></tr>")))
    assert said(line) == said(WHOLE)
    assert [finding["code"] for finding in line["findings"]] == ["decision_row"]


@pytest.mark.parametrize("number", [0, 1])
def test_an_empty_cell_is_null_for_its_own_tool_alone(number: int) -> None:
    prices = [WREN.pricing, B.pricing]
    line = read(tabled().replace(f"<td>{prices[number]}</td>", "<td></td>"))
    prices[number] = None  # type: ignore[call-overload]
    assert [tool["pricing"] for tool in line["tools"]] == prices


LOST = {
    "a template": ("Nine a month", "${{pricing}}", "field_unreadable"),
    "a template named as the row": ("Nine a month", "${pricing}", "field_unreadable"),
    "one text for both": ("Free for one</td><td>Nine", "Free for one; nine", "field_ambiguous"),
    "three cells": ("Nine a month", "Nine a month</td><td>Ten", "field_ambiguous"),
    "a row that stands twice": (
        "<tr><th>Pricing",
        plain("Pricing", "One", "Two") + "<tr><th>Pricing",
        "field_ambiguous",
    ),
    "a link to more": (
        "Nine a month",
        "Nine a month <a href='/x'>See pricing</a>",
        "field_ambiguous",
    ),
}


@pytest.mark.parametrize("what", LOST)
def test_a_row_that_cannot_be_told_apart_is_never_null_in_silence(what: str) -> None:
    old, new, code = LOST[what]
    line = read(tabled().replace(old, new))
    assert (line["kind"], line["code"], line["field"][-7:]) == ("failure", code, "pricing")


def test_what_opens_both_cells_of_one_row_by_chance_is_kept() -> None:
    page = tabled().replace("Free for one", "Pricing on demand")
    line = read(page.replace("Nine a month", "Pricing by the month"))
    assert [tool["pricing"] for tool in line["tools"]] == [
        "Pricing on demand",
        "Pricing by the month",
    ]


def test_a_list_of_other_tools_is_no_decision_table() -> None:
    """It has labels and cells, and neither these tools' names nor their words."""
    lists = "".join(
        f"<h3>{name}</h3><ul><li>Category: Music</li><li>Pricing: {price}</li>"
        f"<li>Best for: {name}</li></ul>"
        for name, price in (("Plum Lamp", "Two a day"), ("Quince Fan", "Six a day"))
    )
    line = read(with_table(lists))
    assert [tool["pricing"] for tool in line["tools"]] == [None, None]
    assert [tool["votes"] for tool in line["tools"]] == [None, None]


UNTOLD = {
    "a label glued to each cell",
    "a label without a colon in each cell",
    "a name glued to each cell",
    "a name without a colon in each cell",
    "names between the cells",
}
"""Forms in which a cell does not stand alone: the card's texts are then not told by them."""


@pytest.mark.parametrize("form", FORMS)
def test_what_a_card_says_over_and_under_its_name_is_told_by_a_table_of_any_form(form: str) -> None:
    """The row of a field tells it, and never the cells of the next row or the names in them."""
    whole = FORMS[form]()
    for side in (WREN, B):
        old = f"<p>{side.tagline}</p>"
        new = f"{old}<p>{side.category}</p>"
        whole = whole.replace(f"<p>{side.category}</p><h2>", f"<p>{side.name[0]}</p><h2>")
        whole = whole.replace(old, new)
    line = read(whole)
    if form in UNTOLD:
        assert line["kind"] == "failure"
    else:
        assert said(line) == said(WHOLE), line
