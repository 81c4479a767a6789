"""Values in inline elements side by side are read one by one, and joined where they are one."""

from __future__ import annotations

import pytest

from parsers import parse_page
from schema.page import RawPage
from schema.records import Comparison

REVIEWERS = ("Tinkerer", "Doubter", "Bookkeeper", "Archivist")


def card(name: str, share: str) -> str:
    stats = "".join(
        f"<div>{value}<span>{label}</span></div>"
        for value, label in (
            (share, "Panel ship"),
            ("<span>—</span>", "Community"),
            ("<span>Free</span>", "Entry"),
        )
    )
    return (
        f"<article><p>Gaming</p><h2>{name}</h2><p>A {name} for the hall</p>{stats}"
        f"<p>{name} stands in the hall and waits.</p></article>"
    )


def page(row: str, share: str = "<span>75%</span>") -> Comparison:
    """A comparison whose decision table has this one row of spans besides its header."""
    table = f"<div><span>Decision</span><span>Gong</span><span>Harp</span></div><div>{row}</div>"
    cells = "".join(
        f"<div><p>{reviewer}</p><p>8{n}/100 · {'skip' if n == 3 else 'ship'}</p>"
        f"<p>{reviewer} has heard the {name} and says so at length.</p></div>"
        for n, reviewer in enumerate(REVIEWERS)
        for name in ("Gong", "Harp")
    )
    html = (
        f"<html><body><p>AI tool comparison</p><h1>Gong vs Harp</h1>{card('Gong', share)}"
        f"{card('Harp', share)}<section>{table}</section><h2>Reviewer scorecard</h2>{cells}"
        "<footer>The end</footer></body></html>"
    )
    record = parse_page(RawPage(url=None, body=html.encode(), content_type="text/html"))
    assert isinstance(record, Comparison)
    return record


@pytest.mark.parametrize(
    ("first", "second", "stated"),
    [
        ("—", "No community votes yet", [(None, None, None), (None, 0, 0)]),
        ("No community votes yet", "—", [(None, 0, 0), (None, None, None)]),
        ("-", "45% Ship (9 / 20)", [(None, None, None), (45, 9, 20)]),
        ("—", "—", [(None, None, None), (None, None, None)]),
    ],
)
def test_a_dash_in_a_row_of_spans_is_a_cell(
    first: str, second: str, stated: list[tuple[int | None, int | None, int | None]]
) -> None:
    record = page(f"<span>Community</span><span>{first}</span><span>{second}</span>")
    found = [tool.community for tool in record.tools]
    assert [c and (c.ship_percent, c.ship, c.votes) for c in found] == stated
    assert record.findings == ()


@pytest.mark.parametrize(
    "share", ["<span>75</span><span>%</span>", "<b>75</b>%", "75<!-- -->%", "<span>75%</span>"]
)
def test_a_number_and_its_sign_in_two_elements_are_one_share(share: str) -> None:
    record = page("<span>Pricing</span><span>Free</span><span>Free</span>", share)
    assert [tool.panel_ship_percent for tool in record.tools] == [75, 75]
