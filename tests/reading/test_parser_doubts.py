"""Pages at which a careful reader would stop: refused with a reason, or read as the page says.

Each stands for a kind that was met. The page is made from one that is read right.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fixture_tools import DESK, REVIEWERS, WREN, Line, html_page, read, read_one

PAGE = html_page().replace("“", "").replace("”", "")
WHOLE = read(PAGE)
SCORES = re.compile(r"<p>(\d\d/100) · (ship|skip)</p>")
Change = Callable[[str], str]


def facts(line: Line) -> object:
    return line.get("tools"), line.get("quotes")


def before_scores(words: str) -> Change:
    """The page with words in one text with each score, behind the reviewer's own element."""
    return lambda page: SCORES.sub(rf"<p>{words}\1 · \2</p>", page)


def chips(*words: str) -> Change:
    """The page with a chip in each cell, in turn."""

    def change(page: str) -> str:
        turns = iter(words * 8)
        return re.sub(r"<article>", lambda _: f"<article><i>{next(turns)}</i>", page)

    return change


def longer(but_first: str) -> Callable[[re.Match[str]], str]:
    """Each quote with more words behind it, but for one in place of the first."""
    begun: list[str] = []

    def change(match: re.Match[str]) -> str:
        begun.append(match[0])
        return but_first if len(begun) == 1 else f"{match[0]} I have kept it, and so would you."

    return change


def first(old: str, new: str) -> Change:
    return lambda page: page.replace(old, new, 1)


def over_cells(markup: str) -> Change:
    return lambda page: page.replace("<article>", f"{markup}<article>", 1)


def in_rows(style: str, cell_style: str = "") -> Change:
    """The page with its cells in rows of two, in this style."""

    def change(page: str) -> str:
        start, end = page.index("<article>"), page.rindex("</article>") + len("</article>")
        cells = [f"<article{cell_style}>{c}" for c in page[start:end].split("<article>")[1:]]
        pairs = zip(cells[::2], cells[1::2], strict=True)
        rows = (f'<div style="{style}">{one}{two}</div>' for one, two in pairs)
        return page[:start] + "".join(rows) + page[end:]

    return change


def in_order(*numbers: int) -> Change:
    """The page with its cells in another order, counted from 0 as they stand."""

    def change(page: str) -> str:
        start, end = page.index("<article>"), page.rindex("</article>") + len("</article>")
        cells = page[start:end].split("<article>")[1:]
        return page[:start] + "".join(f"<article>{cells[n]}" for n in numbers) + page[end:]

    return change


def beside_names(form: str) -> Change:
    return lambda page: re.sub(
        r"<article><p>([A-Z][a-zA-Z ]+)</p>", rf"<article><p>{form}</p>", page
    )


Q1 = f"<blockquote>{WREN.quotes[0]}</blockquote>"
PRICE = f"<td>{WREN.pricing}</td>"

REFUSED: dict[str, tuple[Change, str, str | None]] = {
    "a date before each score": (before_scores("3 Nov 2026 · "), "cell_shape", "quotes[].reviewer"),
    "a label before each score": (before_scores("Overall "), "cell_shape", "quotes[].reviewer"),
    "a number before each score": (before_scores("#12 · "), "quote_count", "quotes"),
    "a former score": (before_scores("80/100 → "), "quote_count", "quotes"),
    "about a score": (before_scores("~"), "quote_count", "quotes"),
    "two chips like names": (
        chips("Engineer", "Engineer", "Analyst", "Analyst", "Editor", "Editor", "Maker", "Maker"),
        "cell_shape",
        "quotes[].reviewer",
    ),
    "a head that names both, turned": (
        over_cells(f"<h3>{DESK.name} vs {WREN.name}</h3>"),
        "quote_side",
        "quotes",
    ),
    "a verdict denied by its sign": (
        lambda page: SCORES.sub(r"<p>\1</p><p>❌ Ship</p>", page),
        "cell_shape",
        "quotes[].verdict",
    ),
    "a verdict answered": (
        lambda page: SCORES.sub(r"<p>\1</p><p>Would ship</p><p>no</p>", page),
        "cell_shape",
        "quotes[].verdict",
    ),
    "drawn scores": (
        lambda page: SCORES.sub(r"<svg><text>\1</text></svg><p>\2</p>", page),
        "cell_shape",
        "quotes[].score",
    ),
    "a row turned by its style": (
        in_rows("display:flex;flex-direction:row-reverse"),
        "quote_side",
        "quotes",
    ),
    "cells ordered by their style": (
        in_rows("display:flex", ' style="order:2"'),
        "quote_side",
        "quotes",
    ),
    "a list in which no two neighbours and no two halves agree": (
        in_order(0, 2, 4, 6, 7, 1, 3, 5),
        "quote_side",
        "quotes",
    ),
    "a reviewer who judges a tool twice": (
        lambda page: page.replace(f"<p>{REVIEWERS[1]}</p>", f"<p>{REVIEWERS[0]}</p>"),
        "quote_side",
        "quotes",
    ),
    "the words of one quote in three": (
        lambda page: html_page(WREN, DESK.saying(1, WREN.quotes[0]).saying(2, WREN.quotes[0])),
        "duplicate_block",
        "quotes[0].text",
    ),
    "a quote of the other tool once more": (
        lambda page: html_page(
            WREN.saying(1, f"{WREN.name} is quick."), DESK.saying(1, f"{WREN.name} is quick.")
        ),
        "duplicate_block",
        "quotes[1].text",
    ),
    "a maker's answer": (
        first(Q1, Q1.replace(".<", ". The maker replied: we sing in tune since March.<")),
        "field_ambiguous",
        "quotes[0].text",
    ),
    "how much is not shown": (
        first(Q1, Q1.replace(".<", ". [+3 more lines]<")),
        "truncated_quote",
        "quotes[].text",
    ),
    "an offer of the rest in one cell": (
        first(Q1, f"{Q1}<p>Read more</p>"),
        "truncated_quote",
        "quotes[].text",
    ),
    "a sentence about the missing text": (
        first(WREN.quotes[0], "This review could not be loaded. Please try again later."),
        "field_unreadable",
        "quotes[0].text",
    ),
    "a note to the writer": (
        first(WREN.description, "TODO: write a text"),
        "field_unreadable",
        "tools[0].description",
    ),
    "a description that is but a date": (
        lambda page: html_page(
            WREN.but(description="Updated 3 May"), DESK.but(description="Updated 4 May")
        ),
        "field_missing",
        "description",
    ),
    "a description that is but its maker": (
        first(WREN.description, "Made by Petrel Collective"),
        "field_missing",
        "description",
    ),
    "the beginning of another quote before one": (
        first(Q1, f"<blockquote>One file that holds the whole of…</blockquote>{Q1}"),
        "cell_shape",
        "quotes",
    ),
    "another's name behind each reviewer's": (
        beside_names(r"<b>\1</b> <small>written by Clara</small>"),
        "cell_shape",
        "quotes[].reviewer",
    ),
    "a motto behind one name": (
        first(
            f"<article><p>{REVIEWERS[0]}</p>",
            f"<article><p><b>{REVIEWERS[0]}</b> <small>Asks what it costs</small></p>",
        ),
        "cell_shape",
        "quotes[].reviewer",
    ),
    "a description cut off": (
        first(WREN.description, f"{WREN.description[:-1]} and…"),
        "field_ambiguous",
        "description",
    ),
    "a sentence of consent": (
        first(WREN.quotes[0], "This content is blocked until you accept cookies."),
        "field_unreadable",
        "quotes[0].text",
    ),
    "a sentence about access": (
        first(WREN.quotes[0], "Access denied. You must be logged in to read this review."),
        "field_unreadable",
        "quotes[0].text",
    ),
    "the tagline once more": (
        first(WREN.description, WREN.tagline + "<br>"),
        "duplicate_block",
        "tools[0].description",
    ),
    "the price in the description": (
        first(WREN.description, f"Pricing: one crown. {WREN.description}"),
        "field_ambiguous",
        "description",
    ),
    "descriptions that name the other tool": (
        lambda page: html_page(
            WREN.but(description=DESK.description), DESK.but(description=WREN.description)
        ),
        "field_ambiguous",
        "tools[].description",
    ),
    "quotes that name the other tool": (
        lambda page: html_page(
            WREN.saying(1, f"{DESK.name} did well.").saying(2, f"I kept {DESK.name} open."), DESK
        ),
        "quote_side",
        "quotes",
    ),
    "cents in an element of their own": (
        first(PRICE, "<td>$12<sup>99</sup> a month</td>"),
        "field_unreadable",
        "tools[0].pricing",
    ),
    "what is saved": (
        first(PRICE, "<td><p>$12 a month</p><p>Save 20% yearly</p></td>"),
        "field_ambiguous",
        "tools[0].pricing",
    ),
    "a raised figure behind a word": (
        first(Q1, Q1.replace("time.", "time<sup>2</sup>.")),
        "field_unreadable",
        "quotes[0].text",
    ),
    "a row that stands twice": (
        lambda page: html_page(WREN.saying(2, WREN.quotes[0]), DESK.saying(2, DESK.quotes[0])),
        "duplicate_block",
        "quotes[2].text",
    ),
    "markup that is shown": (
        first(Q1, Q1.replace("It ", "&lt;b&gt;It&lt;/b&gt; ", 1)),
        "field_unreadable",
        "quotes[0].text",
    ),
    "escapes that are shown": (
        first(Q1, f"{Q1[:-13]} \\n\\nAnd \\u2014 so on.</blockquote>"),
        "field_unreadable",
        "quotes[0].text",
    ),
    "letters that were lost": (
        first(Q1, f"{Q1[:-13]} Th?t w?rks n?w.</blockquote>"),
        "field_unreadable",
        "quotes[0].text",
    ),
    "a word without an end": (
        first(Q1, f"{Q1[:-13]} {'aB3' * 30}.</blockquote>"),
        "field_unreadable",
        "quotes[0].text",
    ),
    "a second name below a quote": (
        first(Q1, f"{Q1}<p>— Somebody Else</p>"),
        "cell_shape",
        "quotes[].reviewer",
    ),
    "another reviewer's name below a quote": (
        first(Q1, f"{Q1}<p>{REVIEWERS[2]}</p>"),
        "cell_shape",
        "quotes[].reviewer",
    ),
    "a link in place of a quote": (first(Q1, f"<a href=/demo>{Q1}</a>"), "cell_shape", "quotes"),
    "a phrase in place of a quote": (
        lambda page: re.sub("(?<=<blockquote>)[^<]*", longer("Book a demo"), page),
        "truncated_quote",
        "quotes[].text",
    ),
    "a beginning with an offer before the whole of each quote": (
        lambda page: re.sub(
            "<blockquote>(.*?)(?=</blockquote>)",
            r"<blockquote>“\1…” <span>Read more</span> “\1 I would buy it.”",
            page,
        ),
        "duplicate_block",
        "quotes[].text",
    ),
    "two texts that part the cells": (
        lambda page: re.sub(
            r"<article>",
            lambda m: (
                f"<article><i>{'Nord' if page.count('<article>', 0, m.start()) < 4 else 'Sued'}</i>"
            ),
            page,
        ),
        "quote_side",
        "quotes",
    ),
}


@pytest.mark.parametrize("doubt", REFUSED)
def test_a_page_that_leaves_a_doubt_is_refused_with_its_reason(doubt: str) -> None:
    change, code, field = REFUSED[doubt]
    line = read(change(PAGE))
    assert (line["kind"], line.get("code"), line.get("field")) == ("failure", code, field), line


def rowspans(page: str) -> str:
    """The scorecard as a table whose reviewers head two rows each."""
    start, end = page.index("<article>"), page.rindex("</article>") + len("</article>")
    rows = ""
    for slot, who in enumerate(REVIEWERS):
        one, two = (
            f"<td>{s.name}</td><td>{s.scores[slot]}</td><td>{s.quotes[slot]}</td>"
            for s in (WREN, DESK)
        )
        rows += f"<tr><th rowspan=2>{who}</th>{one}</tr><tr>{two}</tr>"
    return f"{page[:start]}<table>{rows}</table>{page[end:]}"


def reviewers_behind(page: str) -> str:
    """The scorecard as a table whose last column names the reviewer."""
    start, end = page.index("<article>"), page.rindex("</article>") + len("</article>")
    rows = ""
    for slot, who in enumerate(REVIEWERS):
        cells = (f"<td><p>{s.scores[slot]}</p><p>{s.quotes[slot]}</p></td>" for s in (WREN, DESK))
        rows += f"<tr>{''.join(cells)}<td>{who}</td></tr>"
    return f"{page[:start]}<table>{rows}</table>{page[end:]}"


def tabs(page: str) -> str:
    """A tab for each reviewer, a table under the tools' names in it, the score behind the quote."""
    start, end = page.index("<article>"), page.rindex("</article>") + len("</article>")
    heads = f"<tr><th>{WREN.name}</th><th>{DESK.name}</th></tr>"
    shown = "".join(f"<li><button>{who}</button></li>" for who in REVIEWERS)
    board = f"<ul>{shown}</ul>"
    for slot, who in enumerate(REVIEWERS):
        cells = (
            f"<td><h5>{who}</h5><blockquote>{s.quotes[slot]}</blockquote><p>{s.scores[slot]}</p>"
            f"<button>{('Flag', 'Report')[(slot + n) % 2]}</button></td>"
            for n, s in enumerate((WREN, DESK))
        )
        board += f"<div><table>{heads}<tr>{''.join(cells)}</tr></table></div>"
    return f"{page[:start]}{board}{page[end:]}"


def headed_sections(page: str) -> str:
    """A section for each reviewer, and one more behind the last that is none."""
    start, end = page.index("<article>"), page.rindex("</article>") + len("</article>")
    board = ""
    for slot, who in enumerate(REVIEWERS):
        cells = (
            f"<blockquote><p><b>{s.name}</b><br>{s.scores[slot]}</p><p>{s.quotes[slot]}</p>"
            "</blockquote>"
            for s in (WREN, DESK)
        )
        board += f"<h3>{who}</h3>{''.join(cells)}"
    return f"{page[:start]}{board}<h3>How we score</h3><p>By hand.</p>{page[end:]}"


def related_behind(page: str) -> str:
    """The quotes of each tool one under the other, and links to others right behind the last."""
    start, end = page.index("<article>"), page.rindex("</article>") + len("</article>")
    board = "".join(
        f"<h3>{side.name}</h3>"
        + "".join(
            f"<p><b>{who}</b> {score}</p><blockquote><p>{said}</p></blockquote>"
            for who, score, said in zip(REVIEWERS, side.scores, side.quotes, strict=True)
        )
        for side in (WREN, DESK)
    )
    links = "<div><p>Related</p><ul><li><a href=/compare/a-vs-b>Ant vs Bee</a></ul></div>"
    return f"{page[:start]}{board}{links}{page[end:]}"


READ: dict[str, Change] = {
    "links to others right behind the last quote": related_behind,
    "sections, and one that is no reviewer's": headed_sections,
    "a tab for each reviewer": tabs,
    "a motto behind each name": beside_names(r"<b>\1</b> <small>Asks what it costs</small>"),
    "a label before each name": beside_names(r"<span>Verdicts by </span><b>\1</b>"),
    "a hint under the cards": first(
        "<h2>Decision",
        "<div><p>Tip</p><p>Prices change often, so look twice.</p></div><h2>Decision",
    ),
    "links to edit a section in lines of their own": lambda page: page.replace(
        "</h2>", "</h2><span><span>[</span><a href=/e><span>edit</span></a><span>]</span></span>"
    ),
    "reviewers that head two rows each": rowspans,
    "reviewers behind their rows": reviewers_behind,
    "a chip that more cells share": chips("Firm", "Firm", "Tentative"),
    "the number of a section": first("Reviewer scorecard", "3. Reviewer scorecard"),
    "scores in brackets": lambda page: SCORES.sub(r"<p>(\1 · \2)</p>", page),
    "handles": lambda page: re.sub(
        r"<article><p>([A-Z][a-z ]+[A-Za-z]*)</p>", r"<article><p><b>\1</b> <i>@here</i></p>", page
    ),
    "a reviewer's picture": lambda page: re.sub(r"<article><p>([A-Z])", r"<article><p>🔧 \1", page),
    "a price struck by its style": first(
        PRICE, f'<td><span style="text-decoration:line-through">$9</span> {WREN.pricing}</td>'
    ),
    "prose cut by css alone": lambda page: page.replace(
        "<blockquote>", '<blockquote style="overflow:hidden">'
    ),
    "rows whose styles turn nothing": in_rows("display:flex;flex-direction:row"),
}


@pytest.mark.parametrize("form", READ)
def test_what_costs_no_doubt_is_read(form: str) -> None:
    assert facts(read(READ[form](PAGE))) == facts(WHOLE)


def test_quotes_that_hold_the_other_tool_up_are_read_beside_one_that_names_its_own() -> None:
    told = WREN.saying(1, f"{DESK.name} did well.").saying(2, f"I kept {DESK.name} open.")
    assert read(html_page(told, DESK))["code"] == "quote_side"
    line = read(html_page(told.saying(3, f"{WREN.name} stays."), DESK))
    assert line["quotes"][0]["text"] == f"{DESK.name} did well."


@pytest.mark.parametrize("word", ["Permalink", "Overall", "Details", "AI generated", "Anonymous"])
def test_a_word_of_the_interface_is_no_reviewer(word: str) -> None:
    page = PAGE
    for who in REVIEWERS:
        page = page.replace(f"<p>{who}</p>", f"<p>{word}</p>")
    assert {quote["reviewer"] for quote in read(page)["quotes"]} == {None}


def test_votes_of_thousands_are_read() -> None:
    page = PAGE.replace("<td>No community votes yet</td>", "<td>72% Ship (1,204 / 1,672)</td>", 1)
    votes = read(page)["tools"][0]["community"]
    assert votes == {"ship_percent": 72, "ship": 1204, "votes": 1672}


@pytest.mark.parametrize(
    ("card", "table"), [("80%", "No community votes yet"), ("—", "0% Ship (3 / 5)")]
)
def test_a_community_that_contradicts_itself_is_a_finding(card: str, table: str) -> None:
    line = read(html_page(WREN.but(community=card, long_community=table)))
    assert "community_disagrees" in {finding["code"] for finding in line["findings"]}


@pytest.mark.parametrize("more", ["", " Pro"])
def test_names_that_stand_in_each_others_slug_have_none(more: str) -> None:
    line = read(html_page(DESK.but(name=DESK.name + more), WREN.but(name=WREN.name + more)))
    assert [tool["slug"] for tool in line["tools"]] == [None, None]
    assert "slug_ambiguous" in {finding["code"] for finding in line["findings"]}


@pytest.mark.parametrize(
    "said",
    [
        "I'd skip the enterprise tier and keep the small one.",
        "Without that log, this is a skip.",
        "Anyone who tells you this is a skip has not tried it.",
        "You can skip this one chapter of the manual.",
        "The others say “this is a skip” and are mistaken.",
        "It was almost my skip of the month.",
        "For hobbyists this is a skip; for teams it is a must.",
    ],
)
def test_what_is_not_said_of_the_tool_itself_is_no_cue(said: str) -> None:
    line = read_one(WREN.but(share="75%").saying(2, said))
    assert [quote["verdict"] for quote in line["quotes"] if quote["tool"] == 1] == [None] * 4


def test_the_same_words_of_two_tools_are_a_finding() -> None:
    line = read(html_page(WREN, DESK.saying(1, WREN.quotes[0])))
    assert "duplicate_quote" in {finding["code"] for finding in line["findings"]}
