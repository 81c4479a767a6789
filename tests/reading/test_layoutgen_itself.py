"""The layout generator is sound: pages show what their records say, and the judge can say no."""

from __future__ import annotations

import copy
import json
from html.parser import HTMLParser
from random import Random
from typing import Any

import pytest
from layoutgen import HTML_LAYOUTS, LAYOUTS, TEXT_LAYOUTS, Rendered, facts, make_truth, mutate
from layoutgen.bad import bad_pages
from layoutgen.markup import bare, blocks
from layoutgen.truth import PageTruth, Shows, norm, plain_truth

from schema.codes import FINDINGS
from schema.records import Comparison

SEEDS = range(1, 26)
UNSEEN = {"script", "style", "template", "noscript", "dialog", "title", "svg"}
VOID = {"br", "hr", "meta", "link", "input", "path"}


class Words(HTMLParser):
    """The shown text of a page, by the standard library alone; br is a space."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in VOID:
            self.parts.append(" " if tag == "br" else "")
        elif (
            self.unseen
            or tag in UNSEEN
            or "hidden" in given
            or "aria-hidden" in given
            or "display:none" in (given.get("style") or "")
        ):
            self.unseen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.unseen:
            while self.unseen.pop() != tag:
                pass
        if tag in ("p", "div"):
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.parts.append(data)


def page_of(layout: str, seed: int) -> tuple[PageTruth, Rendered, dict[str, Any]]:
    rng = Random(f"{layout}:{seed}")
    made = make_truth(rng)
    page = LAYOUTS[layout](made, rng)
    return made, page, made.expected(page.style, page.address, page.shows)


def line_of(record: dict[str, Any], codes: list[str]) -> dict[str, Any]:
    found = [{"code": c, "field": None, "detail": "made up"} for c in codes]
    return {
        **copy.deepcopy(record),
        "schema": 1,
        "path": None,
        "layout": "html:0",
        "findings": found,
    }


def shown_words(page: Rendered) -> str:
    text = bare(page.marked)
    if page.style == "html":
        reader = Words()
        reader.feed(text)
        text = "".join(reader.parts)
    return norm(text)


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_every_value_of_the_record_can_be_read_on_the_page(layout: str) -> None:
    for seed in SEEDS:
        _, page, record = page_of(layout, seed)
        words = shown_words(page)
        assert record["title"] in words
        for tool in record["tools"]:
            for key in ("name", "category", "tagline", "description", "pricing"):
                assert tool[key] is None or tool[key] in words, (layout, seed, key)
            assert f"{tool['panel_ship_percent']}%" in words
        for quote in record["quotes"]:
            assert quote["text"] in words, (layout, seed, quote["position"])
            assert quote["score"] is None or f"{quote['score']}/100 · {quote['verdict']}" in words
        assert "Phantom" not in words and "Nobody sees this one" not in words


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_every_record_is_one_the_schema_allows(layout: str) -> None:
    for seed in SEEDS:
        _, _, record = page_of(layout, seed)
        line = line_of(record, record["findings"])
        Comparison.model_validate_json(json.dumps(line))
        assert set(record["findings"]) <= set(FINDINGS)


@pytest.mark.parametrize("layout", sorted(HTML_LAYOUTS))
def test_bytes_decode_to_the_same_page_in_their_own_encoding(layout: str) -> None:
    _, page, _ = page_of(layout, 3)
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        if page.encode(bare(page.marked)) != page.html:
            pytest.fail("the page does not encode to its own bytes")
        try:
            text = page.html.decode(encoding)
        except UnicodeError:
            continue
        if "<" in text and norm(text):
            return
    pytest.fail("the page decodes in no encoding")


def test_equal_seeds_give_equal_pages_and_others_differ() -> None:
    for layout in LAYOUTS:
        assert page_of(layout, 5)[1].html == page_of(layout, 5)[1].html
        assert page_of(layout, 5)[1].html != page_of(layout, 6)[1].html


def test_layouts_are_many_and_of_different_markup() -> None:
    assert len(HTML_LAYOUTS) >= 10
    made = plain_truth(Random(4))
    shapes = {layout(made, Random(4)).html[:4000] for layout in HTML_LAYOUTS.values()}
    assert len(shapes) == len(HTML_LAYOUTS)
    assert {page_of(name, 1)[1].style for name in TEXT_LAYOUTS} == {"text-1", "text-2"}


def test_style_one_has_thirty_five_lines_and_no_last_line_end() -> None:
    page = LAYOUTS["text1"](plain_truth(Random(9)), Random(9))
    assert page.html.decode().count("\n") == 34
    assert not page.html.endswith(b"\n")


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (Shows(), {"ship_percent": None, "ship": 0, "votes": 0}),
        (Shows(rows=()), {"ship_percent": None, "ship": None, "votes": None}),
    ],
)
def test_no_votes_and_nothing_said_are_two_things(seen: Shows, said: dict[str, Any]) -> None:
    made = plain_truth(Random(2))
    made.tools[0].community = None
    assert made.expected("html", None, seen)["tools"][0]["community"] == said


def test_verdicts_follow_the_order_of_the_contract() -> None:
    bare_page = Shows(score=False, reviewer=False, badge=False, rows=())
    made = plain_truth(Random(3))
    tool = made.tools[0]
    tool.ship, tool.skip = 3, 1
    tool.quotes[1].cue = "this is a skip"
    tool.quotes[1].paragraphs = ["For us this is a skip."]
    mine = [q for q in made.expected("html", None, bare_page)["quotes"] if q["tool"] == 1]
    assert [q["verdict_source"] for q in mine] == ["remainder", "cue", "remainder", "remainder"]
    assert mine[1]["verdict_span"] == [7, 21]
    assert {q["verdict_source"] for q in made.expected("html")["quotes"]} == {"page"}
    tool.ship, tool.skip = 4, 0
    assert facts._verdicts(tool, bare_page) == [("ship", "unanimous")] * 4
    tool.ship, tool.skip = 1, 3
    assert facts._verdicts(tool, bare_page) == [(None, None)] * 4


def test_every_block_can_be_dropped_doubled_and_emptied() -> None:
    made = plain_truth(Random(7))
    for layout in HTML_LAYOUTS.values():
        page = layout(made, Random(7))
        names = {b.name for b in blocks(page.marked)}
        assert {"title", "scorecard", "t0.name", "t1.description", "q14.text"} <= names
        kinds = [m.kind for m in mutate.mutants(made, layout, Random(7))]
        assert min(kinds.count(k) for k in mutate.KINDS) >= 30
        drop = next(
            m
            for m in mutate.mutants_of(made, page)
            if (m.kind, m.block) == ("drop", "t0.description")
        )
        assert len(drop.html) < len(page.html)


def test_the_judge_accepts_the_right_and_refuses_a_silent_wrong() -> None:
    made = plain_truth(Random(11))
    page = HTML_LAYOUTS["table_rows"](made, Random(11))
    record = made.expected(page.style, page.address, page.shows)
    mutant = next(m for m in mutate.mutants_of(made, page) if m.block == "t0.tagline")
    wrong = line_of(record, [])
    wrong["tools"][0]["tagline"] = "something else"
    flagged = {**wrong, "findings": [{"code": "tagline_disagrees", "field": None, "detail": ""}]}
    failure = {"kind": "failure", "code": "field_missing"}
    assert mutate.judge(mutant, made, line_of(record, [])) == "ok"
    assert mutate.judge(mutant, made, failure) == "ok"
    assert mutate.judge(mutant, made, flagged) == "ok"
    assert mutate.judge(mutant, made, wrong) == "wrong"
    assert mutate.judge(mutant, made, flagged, line_of(record, [])) == "ok"
    assert mutate.judge(mutant, made, flagged, flagged) == "wrong"
    assert mutate.judge_cut(made, page, wrong) == "wrong"
    assert mutate.judge_cut(made, page, flagged) == "wrong"


def test_differences_name_the_field_and_tell_null_from_zero() -> None:
    record = plain_truth(Random(1)).expected("html")
    line = line_of(record, record["findings"])
    assert mutate.differences(record, line) == []
    line["quotes"][3]["score"] = None
    want = record["quotes"][3]["score"]
    assert mutate.differences(record, line) == [("quotes[3].score", want, None)]
    line["quotes"].pop()
    assert [d[0] for d in mutate.differences(record, line)] == ["quotes"]


def test_cuts_are_beginnings_of_the_page() -> None:
    body = b"<p>whole</p>"
    assert list(mutate.cuts(body)) == [body[:n] for n in range(len(body))]
    assert all(body.startswith(c) for c in mutate.cuts(body, Random(1), 5))


def test_bad_pages_are_many_and_none_is_the_good_one() -> None:
    pages = list(bad_pages(Random(6)))
    assert len({name for name, _ in pages}) == len(pages) > 100
    assert len({body for _, body in pages}) > 0.97 * len(pages)
