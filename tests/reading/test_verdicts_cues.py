"""Verdicts: printed, unanimous, by a listed cue, by what remains; null where nothing decides."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fixture_tools import DESK, ROOT, TEXT, WREN, codes, html_page, read, read_one, text_two

from parsers.scorecard.verdicts import CANCELS, CUES, infer_verdicts

CASES = [(verdict, cue) for verdict, cues in CUES.items() for cue in cues]
SHARE = {"skip": "75%", "ship": "25%"}
OTHER = {"skip": "ship", "ship": "skip"}


def verdicts(line: dict[str, Any], tool: int = 1) -> list[tuple[str | None, str | None]]:
    return [(q["verdict"], q["verdict_source"]) for q in line["quotes"] if q["tool"] == tool]


def with_quote(text: str, share: str = "75%", slot: int = 2) -> dict[str, Any]:
    """The line of a page of style 1, where nothing is printed, with one quote of one's own."""
    return read_one(WREN.but(share=share).saying(slot, text))


def span_text(line: dict[str, Any], number: int) -> str:
    quote = line["quotes"][number]
    start, end = quote["verdict_span"]
    return str(quote["text"][start:end])


NOTHING = [(None, None)] * 4

# --- the closed list ---


def test_the_list_is_the_documented_one() -> None:
    text = (ROOT / "docs" / "verdicts.md").read_text("utf-8")
    skip, ship = text.split("phrases that name a skip:")[1].split("phrases that name a ship:")
    assert tuple(re.findall(r"^- `(.+)`$", skip, re.MULTILINE)) == CUES["skip"]
    assert tuple(re.findall(r"^- `(.+)`$", ship, re.MULTILINE)) == CUES["ship"]


def test_the_words_that_cancel_a_cue_are_the_documented_ones() -> None:
    text = " ".join((ROOT / "docs" / "verdicts.md").read_text("utf-8").split())
    listed = text.split("turns or reports it: ")[1].split(". ")[0]
    assert tuple(re.findall(r"`(.+?)`", listed)) == CANCELS


def test_no_phrase_stands_twice_or_for_both_verdicts() -> None:
    cues = [cue for _, cue in CASES]
    assert len(set(cues)) == len(cues)
    assert all(cue == cue.lower().strip() for cue in cues)
    assert {"this is a skip", "skipping on the basis", "would flip this to a ship"} <= set(cues)


def test_the_documentation_names_every_source() -> None:
    text = (ROOT / "docs" / "verdicts.md").read_text("utf-8")
    for source in ("page", "unanimous", "cue", "remainder", "cue_conflict"):
        assert f"`{source}`" in text


@pytest.mark.parametrize(("verdict", "cue"), CASES)
def test_a_cue_names_the_minority_and_settles_the_rest(verdict: str, cue: str) -> None:
    line = with_quote(
        f"It sings well; for the night shift, {cue}, whatever they pay.", SHARE[verdict]
    )
    rest = (OTHER[verdict], "remainder")
    assert verdicts(line) == [rest, (verdict, "cue"), rest, rest]
    assert cue in span_text(line, 2) or span_text(line, 2) in cue
    assert codes(line) == set()


@pytest.mark.parametrize(("verdict", "cue"), CASES)
def test_a_phrase_for_the_majority_is_no_cue(verdict: str, cue: str) -> None:
    line = with_quote(
        f"It sings well; for the night shift, {cue}, whatever they pay.", SHARE[OTHER[verdict]]
    )
    assert verdicts(line) == NOTHING
    assert codes(line) == set()


@pytest.mark.parametrize(("verdict", "cue"), CASES)
def test_at_an_even_share_no_phrase_decides(verdict: str, cue: str) -> None:
    assert verdicts(with_quote(f"For the night shift, {cue}.", "50%")) == NOTHING


@pytest.mark.parametrize(
    "text",
    [
        "This Is A SKIP.",
        "THIS IS A SKIP",
        "So: this is a skip!",
        "It’s a skip.",
        "It's a skip.",
        "That’s a skip, then.",
        "(this is a skip)",
        "“This is a skip”, I wrote.",
        "this is a skip—sorry",
        "I like it; still, this is a skip.",
        "It is not bad. This is a skip.",
        "No server, no bill, and this is a skip all the same.",
    ],
)
def test_a_cue_is_found_in_any_case_and_place(text: str) -> None:
    line = with_quote(text)
    assert verdicts(line)[1] == ("skip", "cue")
    assert span_text(line, 2).lower().replace("’", "'") in CUES["skip"]


@pytest.mark.parametrize(
    "text",
    [
        "This is not a skip.",
        "I would not say this is a skip.",
        "I don't think this is a skip.",
        "Nobody can say this is a skip.",
        "If this is a skip, I am a hat.",
        "They say this is a skip.",
        "Some call it, wrongly: never this is a skip.",
        "My neighbour thinks this is a skip.",
        "He claims this is a skip.",
        "I can’t say it's a skip.",
        "Whether this is a skip depends.",
        "Hardly a skip for me.",
        "It is never a skip from me.",
        "This is why it's a skip to nobody.",
        "This is a skipping rope.",
        "this is a skip-level talk",
        "It skips a beat.",
        "Skip the manual.",
        "I skip lunch for it.",
        "A ship in a bottle.",
        "There's no skip here.",
        "I wouldn't say that's a skip.",
        "The word skip, no more.",
        "I doubt that this is a skip.",
        "Critics argue this is a skip.",
        "Nobody believes this is a skip.",
    ],
)
def test_a_phrase_that_is_turned_reported_or_another_word_is_no_cue(text: str) -> None:
    assert verdicts(with_quote(text)) == NOTHING


def test_more_cues_than_the_share_allows_count_for_nothing() -> None:
    a = WREN.saying(1, "For me this is a skip.").saying(3, "Here too: it's a skip.")
    line = read_one(a)
    assert verdicts(line) == NOTHING
    assert codes(line) == {"cue_conflict"}
    assert [f["field"] for f in line["findings"]] == ["tools[0]"]


def test_fewer_cues_than_the_share_names_leave_the_rest_open() -> None:
    """Two of four say skip on a card of 50 %: no minority. On one of a third, one cue is all."""
    seven = WREN.but(
        share="33%",
        panel="Skip · 1 ship / 2 skip",
        badge="Skip",
        quotes=("So: this is a ship.", "No.", "Nor for me.", ""),
    )
    body = html_page(seven, scored=False)
    empty = "<article><blockquote>“”</blockquote></article>\n"
    assert empty in body
    line = read(body.replace(empty, ""))
    if line["kind"] == "comparison":  # where its side is certain
        assert verdicts(line) == [("ship", "cue"), ("skip", "remainder"), ("skip", "remainder")]
    else:
        assert line["code"] == "quote_side"


@pytest.mark.parametrize(("share", "verdict"), [("100%", "ship"), ("0%", "skip")])
def test_a_share_of_all_or_none_decides_every_quote(share: str, verdict: str) -> None:
    """Whatever the quotes say of themselves."""
    line = with_quote(f"And yet this is a {OTHER[verdict]}.", share)
    assert verdicts(line) == [(verdict, "unanimous")] * 4
    assert all(quote["verdict_span"] is None for quote in line["quotes"])


@pytest.mark.parametrize("page", ["html", "text"])
def test_a_printed_verdict_is_never_overwritten(page: str) -> None:
    """By a share of 100, by a cue, or by what would remain; what disagrees is a finding."""
    a = WREN.but(share="100%", panel="Ship · 4 ship / 0 skip").saying(1, "For me this is a skip.")
    line = read(html_page(a)) if page == "html" else read(text_two(a), content_type=TEXT)
    assert verdicts(line) == [
        ("ship", "page"),
        ("skip", "page"),
        ("ship", "page"),
        ("ship", "page"),
    ]
    assert codes(line) == {"verdicts_disagree"}
    assert all(quote["verdict_span"] is None for quote in line["quotes"])


@pytest.mark.parametrize(
    ("share", "rest"), [(0, ("skip", "unanimous")), (25, ("skip", "remainder")), (50, (None, None))]
)
def test_a_printed_verdict_stands_where_the_others_are_worked_out(
    share: int, rest: tuple[str | None, str | None]
) -> None:
    """No page is read so today: cells that print unlike parts are refused before."""
    found, _ = infer_verdicts(["It is.", "a", "b", "c"], ["ship", None, None, None], share, None)
    assert [(i.verdict, i.source) for i in found] == [("ship", "page"), rest, rest, rest]


def test_one_side_is_settled_without_the_other() -> None:
    line = read_one(WREN, DESK.saying(4, "And so this is a skip."))
    assert verdicts(line, 1) == NOTHING
    rest = ("ship", "remainder")
    assert verdicts(line, 2) == [rest, rest, rest, ("skip", "cue")]


def test_a_share_that_four_reviewers_cannot_give_decides_nothing() -> None:
    assert verdicts(with_quote("This is a skip.", "67%")) == NOTHING
    assert verdicts(with_quote("This is a skip.", "80%")) == NOTHING


def test_without_a_cue_nothing_is_decided_and_nothing_guessed() -> None:
    line = read_one()
    assert verdicts(line) == NOTHING
    assert {(q["reviewer"], q["score"], q["verdict_span"]) for q in line["quotes"]} == {
        (None, None, None)
    }


def test_votes_that_contradict_the_share_decide_nothing() -> None:
    a = WREN.but(panel="Mixed · 2 ship / 2 skip").saying(2, "This is a skip.")
    line = read(html_page(a, scored=False))
    assert verdicts(line) == NOTHING
    assert "share_disagrees" in codes(line)
