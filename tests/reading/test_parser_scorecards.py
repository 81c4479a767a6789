"""Scorecards of other makes: verdicts alone, quotes that quote, reviewers outside the cells."""

from __future__ import annotations

from typing import Any

import pytest
from fixture_tools import HTML, URL, read

REVIEWERS = ("Tinkerer", "Doubter", "Archivist", "Bookkeeper")
WORDS = ("kettle", "lantern", "harbour", "ledger", "marble", "window", "copper", "meadow")


def card(name: str) -> str:
    return (
        f"<article><p>Developer Tools</p><h2>{name}</h2><p>It keeps {name} warm</p>"
        "<p>75%</p><p>Panel ship</p><p>—</p><p>Community</p><p>Free</p><p>Entry</p>"
        f"<p>All of {name} in one sentence.</p></article>"
    )


def page(cell: Any) -> bytes:
    rows = "".join(
        f"<section><h3>{reviewer}</h3>"
        + "".join(f"<div>{cell(2 * n + side, WORDS[2 * n + side])}</div>" for side in (0, 1))
        + "</section>"
        for n, reviewer in enumerate(REVIEWERS)
    )
    return (
        f"<body><h1>Kettle vs Lantern</h1>{card('Kettle')}{card('Lantern')}"
        f"<h2>Reviewer scorecard</h2><main>{rows}</main><footer><p>The end</p></footer>"
    ).encode()


def quotes_of(cell: Any) -> list[dict[str, Any]]:
    line = read(page(cell), url=URL, content_type=HTML)
    assert line["kind"] == "comparison", line
    quotes: list[dict[str, Any]] = line["quotes"]
    return quotes


VERDICTS = ["ship", "skip", "ship", "ship", "ship", "ship", "skip", "ship"]


@pytest.mark.parametrize("quote", ["<p>“Plain {}, said once.”</p>", "<p>Plain {}, said once.</p>"])
def test_a_verdict_without_a_score_is_the_verdict_and_never_the_reviewer(quote: str) -> None:
    found = quotes_of(lambda at, word: f"<b>{VERDICTS[at]}</b>{quote.format(word)}")
    assert [quote["verdict"] for quote in found] == VERDICTS
    assert {quote["verdict_source"] for quote in found} == {"page"}
    assert [quote["reviewer"] for quote in found] == [r for r in REVIEWERS for _ in (0, 1)]
    assert {quote["score"] for quote in found} == {None}
    assert [quote["text"] for quote in found] == [f"Plain {word}, said once." for word in WORDS]


def test_a_word_in_every_cell_is_not_the_reviewer_beside_the_heading_of_a_row() -> None:
    found = quotes_of(lambda at, word: f"<b>Verified</b><p>“Plain {word}, said once.”</p>")
    assert [quote["reviewer"] for quote in found] == [r for r in REVIEWERS for _ in (0, 1)]


@pytest.mark.parametrize(
    "inside",
    [
        ("“First of {}.", "“Done” is a word, and so is {}.”"),
        ("“They call {} “later”", "and mean {} never.”"),
    ],
)
def test_a_quote_of_several_paragraphs_may_quote_others(inside: tuple[str, str]) -> None:
    one, two = inside
    found = quotes_of(lambda at, word: f"<p>{one.format(word)}</p><p>{two.format(word)}</p>")
    assert found[0]["text"] == f"{one.format(WORDS[0])} {two.format(WORDS[0])}"[1:-1]


def test_a_quote_that_is_never_closed_is_refused() -> None:
    cell = page(lambda at, word: f"<p>“Plain {word}, said once.{'' if at == 3 else '”'}</p>")
    assert read(cell, url=URL, content_type=HTML)["code"] == "cell_shape"


def test_links_before_the_heading_are_no_decision_table() -> None:
    body = page(lambda at, word: f"<b>8{at}/100 · ship</b><p>Plain {word}, said once.</p>")
    nav = b"<nav><a href=/a>Community</a> <a href=/b>Pricing</a> <a href=/c>Best for</a></nav>"
    line = read(body.replace(b"<body>", b"<body>" + nav), url=URL, content_type=HTML)
    assert line["kind"] == "comparison"
    assert [f for f in line["findings"] if f["code"] == "decision_row"] == []


def rows_of(row: Any) -> bytes:
    def cell(at: int) -> str:
        return f"<div><b>8{at}/100 · ship</b><p>Plain {WORDS[at]}, said once.</p></div>"

    shown = "".join(
        row(n, reviewer, cell(2 * n), cell(2 * n + 1)) for n, reviewer in enumerate(REVIEWERS)
    )
    whole = page(lambda at, word: "").decode()
    start, end = whole.index("<main>") + 6, whole.index("</main>")
    return (whole[:start] + shown + whole[end:]).encode()


def reviewers_of(row: Any) -> list[str | None]:
    line = read(rows_of(row), url=URL, content_type=HTML)
    assert line["kind"] == "comparison", line
    return [quote["reviewer"] for quote in line["quotes"]]


IN_ROWS: dict[str, Any] = {
    "over the cells": lambda n, who, a, b: f"<h3>{who}</h3>{a}{b}",
    "over the cells, a word between them": lambda n, who, a, b: f"<h3>{who}</h3>{a}<i>vs</i>{b}",
    "over the cells, the tools' names too": lambda n, who, a, b: (
        f"<h3>{who}</h3><i>Kettle</i>{a}<i>Lantern</i>{b}"
    ),
    "between the cells": lambda n, who, a, b: f"{a}<h3>{who}</h3>{b}",
    "between the cells of one row": lambda n, who, a, b: (
        f"{a}<h3>{who}</h3>{b}" if n == 1 else f"<h3>{who}</h3>{a}{b}"
    ),
    "over each cell": lambda n, who, a, b: f"<h3>{who}</h3>{a}<h3>{who}</h3>{b}",
}


@pytest.mark.parametrize("where", IN_ROWS)
def test_a_reviewer_outside_the_cells_of_a_row_is_read_for_both(where: str) -> None:
    def boxed(*parts: Any) -> str:
        return f"<section>{IN_ROWS[where](*parts)}</section>"

    assert reviewers_of(boxed) == [who for who in REVIEWERS for _ in (0, 1)]


def test_a_reviewer_behind_a_row_is_never_given_to_the_next() -> None:
    found = reviewers_of(lambda n, who, a, b: f"<section>{a}{b}<h3>{who}</h3></section>")
    assert found == [who for who in REVIEWERS for _ in (0, 1)]
    flat = rows_of(lambda n, who, a, b: f"<section>{a}{b}</section><h3>{who}</h3>")
    assert read(flat, url=URL, content_type=HTML)["code"] == "cell_shape"


def test_a_word_between_the_cells_of_every_row_is_no_reviewer() -> None:
    found = reviewers_of(lambda n, who, a, b: f"<section>{a}<i>vs</i>{b}</section>")
    assert set(found) == {None}


def test_two_names_in_a_row_are_not_certain() -> None:
    body = rows_of(
        lambda n, who, a, b: f"<section><h3>{who}</h3>{a}<h3>{REVIEWERS[n - 1]}</h3>{b}</section>"
    )
    line = read(body, url=URL, content_type=HTML)
    assert (line["code"], line["field"]) == ("cell_shape", "quotes[].reviewer")
