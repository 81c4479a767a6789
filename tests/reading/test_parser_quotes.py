"""What is a quote, whose it is and of which tool: read exactly, or refused where none can tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fixture_tools import HTML, URL, Line, read

from parsers.scorecard.arrangements import ARRANGEMENTS

A, B = "Kettle Pot", "Lantern Max"
WHO = ("Tinkerer", "Doubter", "Archivist", "Bookkeeper")
WORDS = ("kettle", "lantern", "harbour", "ledger", "marble", "window", "copper", "meadow")
SAID = [f"A plain {word} is kept in mind and on the table for a good while." for word in WORDS]
VERDICTS = ["ship", "skip", "ship", "ship", "skip", "ship", "ship", "skip"]
SCORES = [81, 62, 83, 84, 55, 86, 87, 48]
Cell = Callable[[int], str]


def card(name: str, share: int) -> str:
    return (
        f"<article><p>Developer Tools</p><h2>{name}</h2><p>It keeps {name} warm</p><p>{share}%</p>"
        "<p>Panel ship</p><p>—</p><p>Community</p><p>Free</p><p>Entry</p>"
        f"<p>All of {name} in one sentence.</p></article>"
    )


def reading(scorecard: str) -> Line:
    body = (
        f"<body><h1>{A} vs {B}</h1>{card(A, 75)}{card(B, 50)}<h2>Reviewer scorecard</h2>"
        f"<main>{scorecard}</main><footer><p>The end</p></footer></body>"
    )
    line = read(body.encode(), url=URL, content_type=HTML)
    return {key: value for key, value in line.items() if key not in ("layout", "trace")}


def score(at: int) -> str:
    return f"{SCORES[at]}/100 · {VERDICTS[at]}"


def cell(at: int, *, over: str = "", under: str = "", quote: str | None = None) -> str:
    text = f"<p>{SAID[at]}</p>" if quote is None else quote
    return f"<div>{over}<b>{WHO[at // 2]}</b><i>{score(at)}</i>{text}{under}</div>"


def rows(of: Cell) -> str:
    return "".join(f"<section>{of(at)}{of(at + 1)}</section>" for at in range(0, 8, 2))


WHOLE = reading(rows(cell))


def is_right(line: Line, whole: Line = WHOLE) -> bool:
    return line == whole


def test_the_page_that_the_others_are_compared_with_is_read() -> None:
    assert [(q["score"], q["verdict"], q["text"]) for q in WHOLE["quotes"]] == list(
        zip(SCORES, VERDICTS, SAID, strict=True)
    )
    assert WHOLE["findings"] == []


# --- heads ---

UNDERSTOOD = {
    "the names": (A, B),
    "in capitals": (A.upper(), B.upper()),
    "cut off": ("Kettle…", "Lantern M..."),
    "on": (f"On {A}", f"On {B}"),
    "held": (f"What they said of {A}", f"What they said of {B}"),
    "with a colon": (f"{A}:", f"{B}:"),
    "with a count": (f"{A} (4)", f"{B} (4)"),
    "in quotation marks": (f"“{A}”", f"“{B}”"),
    "of an address": ("kettle-pot", "lantern-max"),
    "a letter": ("K", "L"),
    "a word": ("Kettle", "Lantern"),
    "a sentence": (f"Here is what we think of {A}.", f"Here is what we think of {B}."),
}
UNREAD = {
    "numbers": ("Tool 1", "Tool 2"),
    "bare numbers": ("1", "2"),
    "places": ("Left", "Right"),
    "other names": ("The incumbent", "The challenger"),
    "letters of no name": ("A", "B"),
    "both names": (f"{A} vs {B}", f"{B} vs {A}"),
}


def in_columns(a: str, b: str) -> str:
    parts = ((b, range(1, 8, 2)), (a, range(0, 8, 2)))
    return "".join(
        f"<section><h3>{head}</h3>{''.join(map(cell, of))}</section>" for head, of in parts
    )


def in_list(a: str, b: str) -> str:
    return in_columns(a, b).replace("<section>", "").replace("</section>", "")


def in_table(a: str, b: str) -> str:
    body = "".join(
        f"<tr><th>{WHO[at // 2]}<td>{bare(at + 1)}<td>{bare(at)}" for at in range(0, 8, 2)
    )
    return f"<table><tr><th>Reviewer<th>{b}<th>{a}{body}</table>"


def bare(at: int) -> str:
    return f"<i>{score(at)}</i><p>{SAID[at]}</p>"


def in_grid(a: str, b: str) -> str:
    return f"<div><h3>{b}</h3><h3>{a}</h3></div>" + "".join(
        f"<section>{cell(at + 1)}{cell(at)}</section>" for at in range(0, 8, 2)
    )


def of_reviewers(a: str, b: str) -> str:
    parts = ((b, range(1, 8, 2)), (a, range(0, 8, 2)))
    lines = (f"<tr><th>{head}{''.join(f'<td>{cell(at)}' for at in of)}" for head, of in parts)
    return f"<table>{''.join(lines)}</table>"


HEADED = [in_columns, in_list, in_table, in_grid, of_reviewers]


@pytest.mark.parametrize("headed", HEADED)
@pytest.mark.parametrize("how", UNDERSTOOD)
def test_a_head_that_names_a_tool_in_its_own_way_tells_the_side(how: str, headed: Any) -> None:
    """The second tool stands first; position alone would turn all eight quotes round."""
    line = reading(headed(*UNDERSTOOD[how]))
    assert is_right(line), line.get("detail")


@pytest.mark.parametrize("headed", HEADED)
@pytest.mark.parametrize("how", UNREAD)
def test_a_head_that_is_not_understood_is_never_ignored(how: str, headed: Any) -> None:
    """Without verdicts, for those would tell that the sides are turned round."""
    page = headed(*UNREAD[how]).replace(" · ship", "").replace(" · skip", "")
    assert reading(page)["code"] == "quote_side"


@pytest.mark.parametrize("how", [*UNREAD, "the names", "in capitals", "on", "cut off", "a word"])
@pytest.mark.parametrize("where", ["over", "under"])
def test_a_line_of_each_cell_tells_its_tool_or_refuses_the_page(how: str, where: str) -> None:
    names = (UNREAD | UNDERSTOOD)[how]

    def of(at: int) -> str:
        other = at + 1 - 2 * (at % 2)  # the second tool first
        return cell(other, **{where: f"<span>{names[other % 2]}</span>"})  # type: ignore[arg-type]

    line = reading(rows(of))
    assert is_right(line) or line["code"] == "quote_side", line
    assert is_right(line) == (how in ("the names", "in capitals", "on", "cut off"))


def test_verdicts_that_fit_the_other_tool_on_both_sides_are_turned_round() -> None:
    line = reading(rows(lambda at: cell(at + 1 - 2 * (at % 2))))
    assert (line["code"], line["field"]) == ("quote_side", "quotes")


def test_verdicts_that_disagree_on_one_side_are_a_finding() -> None:
    line = reading(rows(cell).replace("62/100 · skip", "62/100 · ship"))
    assert [finding["code"] for finding in line["findings"]] == ["verdicts_disagree"]


# --- what stands beside a quote ---

BESIDE: dict[str, Cell] = {
    "a time ago": lambda at: f"{at + 1} days ago",
    "a date": lambda at: f"March {at + 1}, 2026",
    "a day": lambda at: ("Monday", "Tuesday", "Friday", "noon", "May", "June", "July", "dusk")[at],
    "a count": lambda at: str(3 * at),
    "likes": lambda at: f"👍 {at}",
    "helpful": lambda at: f"Helpful ({at})",
    "a sentence with a count": lambda at: f"{at + 2} people found this of use.",
    "a question": lambda at: "Was this of use?",
    "a button's word": lambda at: "Share",
    "some edited": lambda at: "edited" if at in (2, 5) else "",
    "stars": lambda at: "★★★★☆",
    "one advertisement": lambda at: "Try Gamma for a month." if at == 3 else "",
}


def tagged(tag: str, text: str) -> str:
    return f"<{tag}>{text}</{tag}>" if text else ""


@pytest.mark.parametrize("tag", ["p", "span", "small", "div", "time", "button", "footer"])
@pytest.mark.parametrize("what", BESIDE)
def test_a_short_block_beside_a_quote_is_no_part_of_it(what: str, tag: str) -> None:
    for page in (
        rows(lambda at: cell(at, under=tagged(tag, BESIDE[what](at)))),
        rows(lambda at: cell(at, quote=tagged(tag, BESIDE[what](at)) + f"<p>{SAID[at]}</p>")),
        rows(lambda at: cell(at, over=tagged(tag, BESIDE[what](at)))),
    ):
        line = reading(page)
        assert is_right(line) or line["code"] in ("cell_shape", "field_ambiguous"), line


@pytest.mark.parametrize("tag", ["span", "small", "b", "br"])
@pytest.mark.parametrize("what", [w for w in BESIDE if w != "one advertisement"])
def test_what_ends_the_paragraph_of_a_quote_is_never_taken_for_its_words(
    what: str, tag: str
) -> None:
    def of(at: int) -> str:
        end = f" {tagged(tag, BESIDE[what](at))}" if tag != "br" else f"<br>{BESIDE[what](at)}"
        return cell(at, quote=f"<p>{SAID[at]}{end}</p>")

    line = reading(rows(of))
    assert is_right(line) or line["code"] in ("cell_shape", "field_ambiguous"), line


def test_quotes_of_several_paragraphs_and_of_other_lengths_are_read_whole() -> None:
    parts = [[SAID[at], "It rang twice.", "So it goes."][: 1 + at % 3] for at in range(8)]
    page = rows(lambda at: cell(at, quote="".join(f"<p>{part}</p>" for part in parts[at])))
    assert [q["text"] for q in reading(page)["quotes"]] == [" ".join(each) for each in parts]


# --- the interface ---

HEADS: dict[str, Cell] = {
    "a permalink by the score": lambda at: (
        f"<b>{WHO[at // 2]}</b><i>{score(at)} <a href=#>#</a></i>"
    ),
    "a permalink by the name": lambda at: (
        f"<b>{WHO[at // 2]} <a href=#>#</a></b><i>{score(at)}</i>"
    ),
    "a letter for a picture": lambda at: (
        f"<i>{WHO[at // 2][0]}</i><b>{WHO[at // 2]}</b><i>{score(at)}</i>"
    ),
    "two letters by the name": lambda at: (
        f"<p><i>{WHO[at // 2][:2]}</i> <b>{WHO[at // 2]}</b></p><i>{score(at)}</i>"
    ),
    "a summary": lambda at: f"<summary>{WHO[at // 2]} <strong>{score(at)}</strong></summary>",
    "a button": lambda at: f"<h4><button>{WHO[at // 2]} <b>{score(at)}</b></button></h4>",
    "boxes in a button": lambda at: (
        f"<button><span>{WHO[at // 2]}</span><span>{score(at)}</span></button>"
    ),
    "the name in a button": lambda at: f"<button>{WHO[at // 2]}</button><b>{score(at)}</b>",
    "a label": lambda at: f"<b>{WHO[at // 2]}</b><i>Score: {score(at)}</i>",
    "a dash": lambda at: f"<cite>— {WHO[at // 2]}</cite><i>{score(at)}</i>",
}


@pytest.mark.parametrize("after", ["", "<button>Share</button>", "<span>Copy link</span>"])
@pytest.mark.parametrize("how", HEADS)
def test_signs_and_controls_cost_no_value_and_replace_none(how: str, after: str) -> None:
    for page in (
        rows(lambda at: f"<div>{HEADS[how](at)}<p>{SAID[at]}</p>{after}</div>"),
        rows(lambda at: f"<div><p>{SAID[at]}</p>{HEADS[how](at)}{after}</div>"),
    ):
        line = reading(page)
        assert is_right(line), line.get("detail") or line["quotes"][0]


def lines(at: int, form: str) -> str:
    """A quote in lines of a few words, each an element."""
    words = f"{SAID[at]} {SAID[at]}".replace(".", "").split()
    return "".join(form.format(" ".join(words[n : n + 4])) for n in range(0, len(words), 4))


AMID: dict[str, Cell] = {
    "a stressed word that a style makes a block": (
        lambda at: "<p>" + SAID[at].replace(" ", " <b style='display:block'>", 1) + "</b></p>"
    ),
    "lines that a style makes blocks": (
        lambda at: f"<p>{lines(at, '<span style=display:block>{}</span>')}</p>"
    ),
    "lines that are blocks": lambda at: f"<div>{lines(at, '<div>{}</div>')}</div>",
    "a line of code amid it": (
        lambda at: (
            f"<div>Run it {'abcdefgh'[at]} <pre>wren sing {at}</pre> and then: {SAID[at]}</div>"
        )
    ),
    "a list amid it": (
        lambda at: (
            f"<div>It has {'abcdefgh'[at]}<ul><li>no end {at}</li></ul> and then: {SAID[at]}</div>"
        )
    ),
}


def test_a_row_of_a_table_with_an_empty_cell_more_refuses_the_page() -> None:
    lines = [f"<tr><td>{cell(at)}</td><td>{cell(at + 1)}</td></tr>" for at in range(0, 8, 2)]
    table = f"<table><tr><th>{A}</th><th>{B}</th></tr>{{}}</table>"
    assert is_right(reading(table.format("".join(lines))))
    lines[2] = lines[2].replace("<td>", "<td></td><td>", 1)
    assert reading(table.format("".join(lines)))["code"] == "quote_side"


@pytest.mark.parametrize("what", AMID)
@pytest.mark.parametrize("alone", [False, True])
def test_no_words_of_a_quote_are_lost_where_others_stand_amid_them(what: str, alone: bool) -> None:
    change = AMID[what]
    line = reading(
        rows(
            lambda at: (
                f"<article><header><h4>{WHO[at // 2]}</h4><i>{score(at)}</i></header>"
                f"{change(at) if at == 2 or not alone else f'<div>{SAID[at]}</div>'}</article>"
            )
        )
    )
    shown = line.get("quotes") or [{"text": ""}] * 8
    whole = [re.sub(r"<[^>]*>", " ", change(at)) for at in range(8)]
    for at, (quote, said) in enumerate(zip(shown, whole, strict=True)):
        is_changed = at == 2 or not alone
        assert quote["text"] in ("", " ".join((said if is_changed else SAID[at]).split()))


GOES_ON: dict[str, Cell] = {
    "a list behind a colon": (
        lambda at: f"<p>{SAID[at][:-1]}, which is:</p><ul><li>no end {at}</li></ul>"
    ),
    "a list": lambda at: f"<p>{SAID[at]}</p><ul><li>no end {at}</li><li>no start</li></ul>",
    "lines of code": lambda at: f"<p>{SAID[at]}</p><pre>wren sing {at}</pre>",
    "its first words before it": lambda at: (
        f"<p>I wanted it {at}, but</p><p>{SAID[at].lower()}</p>"
    ),
}


@pytest.mark.parametrize("what", GOES_ON)
def test_a_quote_that_goes_on_or_begins_beside_it_refuses_the_page(what: str) -> None:
    page = rows(
        lambda at: (
            f"<article><header><h4>{WHO[at // 2]}</h4><i>{score(at)}</i></header>"
            f"{GOES_ON[what](at) if at == 2 else f'<p>{SAID[at]}</p>'}</article>"
        )
    )
    assert reading(page)["code"] == "cell_shape"


def test_whoever_speaks_once_of_each_tool_is_told_before_chips_that_differ() -> None:
    chip = "On search|On tests|On price|On style|On mail|On maps|On notes|On talk".split("|")
    page = rows(
        lambda at: (
            f"<article><h4>{WHO[at // 2]}</h4><p>{SAID[at]}</p><p>{chip[at]}</p>"
            f"<p>{score(at)}</p></article>"
        )
    )
    assert is_right(reading(page)), reading(page).get("detail")


@pytest.mark.parametrize("how", ["aria-controls", "aria-labelledby"])
def test_panels_that_their_tabs_call_by_the_other_tools_name_refuse_the_page(how: str) -> None:
    def tabbed(heads: tuple[str, str], of: str) -> str:
        tabs = "".join(
            f"<button role=tab id=t{n} {f'aria-controls=p{n}' if how == 'aria-controls' else ''}>"
            f"{head}</button>"
            for n, head in zip(of, heads, strict=True)
        )
        panels = "".join(
            f"<div id=p{n} role=tabpanel aria-labelledby=t{n} {'hidden' if n == '1' else ''}>"
            f"{''.join(cell(at) for at in range(int(n), 8, 2))}</div>"
            for n in "01"
        )
        return f"<div role=tablist>{tabs}</div>{panels}"

    assert is_right(reading(tabbed((A, B), "01")))
    assert reading(tabbed((B, A), "01"))["code"] == "quote_side"
    again = reading(tabbed((B, A), "10"))  # the tabs in another order than their panels
    assert again["kind"] == "failure" or is_right(again)


CREDITS: dict[str, Cell] = {
    "in one line": lambda at: f"<cite>{WHO[at // 2]}</cite><i>{score(at)}</i>",
    "boxes by their own style": lambda at: (
        f"<cite><span style='display:block'>{WHO[at // 2]}</span>"
        f"<span style='color:red; display: block'>{score(at)}</span></cite>"
    ),
}


@pytest.mark.parametrize("marks", ["{}", "“{}”"])
@pytest.mark.parametrize("how", CREDITS)
def test_a_citation_right_behind_the_bare_words_of_a_quote_is_none_of_them(
    how: str, marks: str
) -> None:
    line = reading(
        rows(lambda at: f"<blockquote>{marks.format(SAID[at])}{CREDITS[how](at)}</blockquote>")
    )
    assert is_right(line), line.get("detail") or line["quotes"][0]


def test_a_button_that_reads_as_a_verdict_is_none() -> None:
    line = reading(
        rows(
            lambda at: (
                f"<div><b>{WHO[at // 2]}</b><i>{SCORES[at]}/100</i><button>Skip</button>"
                f"<i>{VERDICTS[at]}</i><p>{SAID[at]}</p></div>"
            )
        )
    )
    assert is_right(line)


# --- stubs ---


def stub(at: int) -> str:
    return " ".join(SAID[at].split()[:6])


STUBS: dict[str, Cell] = {
    "before the whole": lambda at: f"<p>{stub(at)}…</p><p>{SAID[at]}</p>",
    "over the whole": lambda at: (
        f"<p>{stub(at)}...</p><details><summary>Read more</summary><p>{SAID[at]}</p></details>"
    ),
    "as a summary": lambda at: (
        f"<details><summary>{stub(at)}…</summary><p>{SAID[at]}</p></details>"
    ),
    "without a sign": lambda at: f"<p>{stub(at)}</p><p>{SAID[at]}</p>",
}
ALONE: dict[str, Cell] = {
    "an ellipsis": lambda at: f"<p>{stub(at)}…</p>",
    "three dots and a button": lambda at: f"<p>{stub(at)}...</p><button>Show more</button>",
    "a link": lambda at: f"<p>{stub(at)} … <a href=/x>Read more</a></p>",
    "a word": lambda at: f"<p>{stub(at)} Read more</p>",
    "brackets": lambda at: f"<p>{stub(at)} […]</p>",
    "half a sentence": lambda at: f"<p>{stub(at)}</p><p hidden>{SAID[at]}</p>",
    "in quotation marks": lambda at: f"<p>“{stub(at)}…”</p>",
}


@pytest.mark.parametrize("how", STUBS)
def test_of_a_stub_and_the_whole_quote_the_whole_is_read(how: str) -> None:
    assert is_right(reading(rows(lambda at: cell(at, quote=STUBS[how](at)))))


@pytest.mark.parametrize("how", ALONE)
def test_a_stub_alone_is_no_quote(how: str) -> None:
    line = reading(rows(lambda at: cell(at, quote=ALONE[how](at))))
    assert (line["kind"], line["code"]) == ("failure", "truncated_quote")


@pytest.mark.parametrize("how", ["an ellipsis", "three dots and a button", "a link", "brackets"])
def test_one_stub_among_whole_quotes_is_none(how: str) -> None:
    line = reading(rows(lambda at: cell(at, quote=ALONE[how](at) if at == 3 else None)))
    assert line["code"] == "truncated_quote"


def test_a_button_that_folds_a_whole_quote_is_nothing() -> None:
    page = rows(lambda at: cell(at, under="<button>Show more</button><a href=/x>Full review</a>"))
    assert is_right(reading(page))


def test_a_beginning_that_runs_on_into_the_whole_is_refused() -> None:
    page = rows(
        lambda at: cell(at, quote=f"<p><span>{stub(at)}…</span><span>{SAID[at]}</span></p>")
    )
    assert reading(page)["code"] == "duplicate_block"


# --- rows that name two reviewers ---


GUESTS = (("Ada", "Ben"), ("Cleo", "Dan"), ("Eve", "Finn"), ("Gus", "Hana"))


def mixed(own: tuple[int, ...]) -> Iterator[str]:
    for shape in ("<section>{0}{1}{2}</section>", "<tr><th>{0}<td>{1}<td>{2}"):
        shown = ""
        for row, who in enumerate(WHO):
            names = [f"<b>{guest}</b>" if row in own else "" for guest in GUESTS[row]]
            pair = [f"<div>{name}{bare(2 * row + n)}</div>" for n, name in enumerate(names)]
            head = "" if row in own else f"<h3>{who}</h3>"
            shown += shape.format(head, *pair)
        yield f"<table>{shown}</table>" if "<tr>" in shape else shown


@pytest.mark.parametrize("own", [(3,), (0,), (1,), (2, 3), (0, 1, 3)])
def test_a_row_may_be_headed_by_its_reviewer_and_another_name_two(own: tuple[int, ...]) -> None:
    names = [(who, who) if row not in own else GUESTS[row] for row, who in enumerate(WHO)]
    for page in mixed(own):
        line = reading(page)
        assert line["kind"] == "comparison", line
        found = [quote["reviewer"] for quote in line["quotes"]]
        assert found == [name for pair in names for name in pair]


def test_a_row_that_is_headed_and_names_its_own_is_not_certain() -> None:
    page = next(mixed((3,))).replace("<section><div><b>Gus", "<section><h3>Guests</h3><div><b>Gus")
    assert reading(page)["code"] == "cell_shape"


def test_one_cell_alone_that_lacks_its_reviewer_is_not_certain() -> None:
    page = rows(cell).replace("<b>Doubter</b>", "", 1)
    assert reading(page)["code"] == "cell_shape"


# --- scores and verdicts in other forms ---

FORMS: dict[str, Cell] = {
    "of ten": lambda at: f"<i>{SCORES[at] / 10}/10 · {VERDICTS[at]}</i>",
    "a share": lambda at: f"<i>{SCORES[at]}% · {VERDICTS[at]}</i>",
    "a share and a verdict": lambda at: f"<u>{SCORES[at]}%</u> <i>{VERDICTS[at]}</i>",
    "done": lambda at: f"<i>{SCORES[at]}/100 · {VERDICTS[at]}ped</i>",
    "would": lambda at: f"<i>{SCORES[at]}/100</i> <u>Would {VERDICTS[at]}</u>",
    "with 'it'": lambda at: f"<i>{SCORES[at]}/100 · {VERDICTS[at].title()} it</i>",
    "an icon between": lambda at: f"<i>{SCORES[at]}/100 🚢 {VERDICTS[at].title()}</i>",
    "in words": lambda at: f"<i>{SCORES[at]} out of 100 · {VERDICTS[at]}</i>",
    "in words and elements": lambda at: (
        f"<b>{SCORES[at]}</b><small>out of 100</small><u>{VERDICTS[at]}</u>"
    ),
    "labels in the texts": lambda at: f"<i>Score: {SCORES[at]}</i> <i>Verdict: {VERDICTS[at]}</i>",
    "labels in elements": lambda at: (
        f"<span>Score: </span><b>{SCORES[at]}/100</b><span>Verdict: </span><b>{VERDICTS[at]}</b>"
    ),
    "points": lambda at: f"<i>{SCORES[at]} points · {VERDICTS[at]}</i>",
    "said twice": lambda at: (
        f"<span>{SCORES[at]}/100</span><span>{SCORES[at]}/100 · {VERDICTS[at]}</span>"
    ),
    "edited, with a link to itself": lambda at: f"{score(at)} <span>edited</span><a href=#x>#</a>",
}
OTHER_FORMS: dict[str, Cell] = {
    "of ten with hundredths": lambda at: f"<i>{SCORES[at] / 10}5/10 · {VERDICTS[at]}</i>",
    "of two scales": lambda at: f"<i>{score(at) if at else '8.1/10 · ship'}</i>",
    "of five": lambda at: f"<i>{SCORES[at] / 20}/5 · {VERDICTS[at]}</i>",
    "a bare number": lambda at: f"<i>{SCORES[at]}</i><u>{VERDICTS[at]}</u>",
    "of twenty, it may be": lambda at: f"<i>Score: {SCORES[at] // 5} · {VERDICTS[at]}</i>",
    "a picture for the verdict": lambda at: f"<i>{SCORES[at]}/100</i><img alt='{VERDICTS[at]}'>",
    "a sign for the verdict": lambda at: (
        f"<i>{SCORES[at]}/100 {'✓' if VERDICTS[at] == 'ship' else '✗'}</i>"
    ),
    "a bar for the score": lambda at: (
        f"<i>{VERDICTS[at]}</i><meter value={SCORES[at]} max=100></meter>"
    ),
    "another word": lambda at: f"<p>{SCORES[at]}/100 · would not {VERDICTS[at]}</p>",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_score_in_a_form_that_says_as_much_is_read_exactly(form: str) -> None:
    page = rows(
        lambda at: f"<div><b>{WHO[at // 2]}</b><p>{FORMS[form](at)}</p><p>{SAID[at]}</p></div>"
    )
    line = reading(page)
    assert is_right(line), line.get("detail") or line["quotes"][0]


@pytest.mark.parametrize("form", OTHER_FORMS)
def test_a_score_that_is_no_whole_number_of_a_hundred_is_refused(form: str) -> None:
    page = rows(
        lambda at: f"<div><b>{WHO[at // 2]}</b>{OTHER_FORMS[form](at)}<p>{SAID[at]}</p></div>"
    )
    assert reading(page)["kind"] == "failure"


def test_a_form_that_is_not_read_is_named() -> None:
    page = rows(lambda at: f"<div><i>{SCORES[at] / 20}/5</i><p>{SAID[at]}</p></div>")
    line = reading(page)
    assert line["code"] == "quote_count"
    assert "4.05/5" in line["detail"]


def test_one_score_of_the_whole_does_not_hide_those_of_the_cells() -> None:
    of = rows(
        lambda at: (
            f"<div><b>{WHO[at // 2]}</b><p>Score: {SCORES[at]} · {VERDICTS[at]}</p>"
            f"<p>{SAID[at]}</p></div>"
        )
    )
    assert is_right(reading("<p>All in all: 77/100</p>" + of))


def test_a_legend_of_the_verdicts_is_no_cell() -> None:
    of = rows(lambda at: f"<div><b>{WHO[at // 2]}</b><i>{VERDICTS[at]}</i><p>{SAID[at]}</p></div>")
    line = reading("<p><span>Ship</span><span>Skip</span></p>" + of)
    assert [quote["verdict"] for quote in line["quotes"]] == VERDICTS


# --- reviewers in other forms ---


def shown_by(who: str) -> str:
    """Rows whose cells name their reviewer so; the second tool's name is B."""
    return rows(
        lambda at: (
            f"<div><h3>{who.format(who=WHO[at // 2], tool=(A, B)[at % 2])}</h3>"
            f"<i>{score(at)}</i><p>{SAID[at]}</p></div>"
        )
    )


NAMED = (
    "Reviewer: {who}",
    "<span>Reviewer: </span>{who}",
    "Reviewed by the {who}",
    "{who} says:",
    "{who} on {tool}",
    "{who} <span>on {tool}</span>",
    "{who}’s take on {tool}",
    "— {who}, on {tool}",
    "{tool}: {who}",
    "{who} rates {tool}:",
    "<span>Reviewer</span><span>{who}</span>",
)


@pytest.mark.parametrize("who", NAMED)
def test_a_label_or_the_tool_beside_a_reviewer_is_no_part_of_the_name(who: str) -> None:
    line = reading(shown_by(who.replace("the {who}", "{who}")))
    assert is_right(line), line.get("detail") or line["quotes"][0]


def test_a_reviewer_beside_whom_a_tool_is_named_in_another_way_is_refused() -> None:
    line = reading(shown_by("{who} against {tool} again"))
    assert (line["code"], line["field"]) == ("cell_shape", "quotes[].reviewer")


def test_the_tool_beside_a_reviewer_tells_the_side() -> None:
    turned = rows(
        lambda at: cell(at + 1 - 2 * (at % 2)).replace("</b>", f" on {(B, A)[at % 2]}</b>", 1)
    )
    assert is_right(reading(turned))


@pytest.mark.parametrize("badge", ["Pinned", "New"])
def test_a_badge_built_like_a_name_in_one_cell_is_never_the_reviewer(badge: str) -> None:
    line = reading(rows(lambda at: cell(at, over=f"<b>{badge}</b>" if at == 2 else "")))
    assert is_right(line) or line["code"] == "cell_shape"


def test_an_element_beside_a_name_that_runs_into_it_is_no_part_of_it() -> None:
    badged = rows(cell).replace("<b>Doubter</b>", "<p><b>Doubter</b><i>Pinned</i></p>", 1)
    assert is_right(reading(badged))
    everywhere = rows(cell).replace("<b>", "<p><b>").replace("</b>", "</b><i>Panelist</i></p>")
    assert reading(everywhere)["code"] == "cell_shape"
    offered = rows(cell).replace("</b>", "</b><a href=/r>Read the review</a>")
    assert is_right(reading(offered))


def test_quotes_before_their_scores_outside_of_any_element_are_refused() -> None:
    page = "".join(
        f"<p>{SAID[at]}</p><small>{(A, B)[at % 2]}</small><p>{WHO[at // 2]}</p><p>{score(at)}</p>"
        for at in range(8)
    )
    assert reading(page)["code"] == "cell_shape"


@pytest.mark.parametrize("badge", [" Top", " <span>Staff pick</span>"])
def test_a_badge_within_the_name_of_one_cell_is_refused(badge: str) -> None:
    line = reading(rows(cell).replace("<b>Doubter</b>", f"<b>Doubter{badge}</b>", 1))
    assert (line["code"], line["field"]) == ("cell_shape", "quotes[].reviewer")


def test_initials_that_each_name_begins_with_are_an_avatars() -> None:
    named = rows(cell)
    for who in WHO:
        named = named.replace(f"<b>{who}", f"<b><span>{who[:2].upper()}</span> {who}")
    assert is_right(reading(named))


def test_one_line_may_hold_reviewer_verdict_and_score_in_any_order() -> None:
    for form in ("{who}: {verdict}, {score}/100", "{verdict} — {who}, {score}/100"):
        page = rows(
            lambda at, form=form: (  # type: ignore[misc]
                f"<div><p>{form.format(who=WHO[at // 2], verdict=VERDICTS[at], score=SCORES[at])}"
                f"</p><p>{SAID[at]}</p></div>"
            )
        )
        assert is_right(reading(page))


def test_the_initials_of_an_avatar_are_no_reviewer_where_the_row_is_headed_by_the_name() -> None:
    page = "".join(
        f"<section><h3>{WHO[at // 2]}</h3>"
        + "".join(f"<div><b>{WHO[at // 2][:2].upper()}</b>{bare(n)}</div>" for n in (at, at + 1))
        + "</section>"
        for at in range(0, 8, 2)
    )
    assert is_right(reading(page))


def test_a_row_may_say_more_of_its_reviewer_behind_the_name() -> None:
    page = "".join(
        f"<section><h3>{who}</h3><p>Looks at the {who.lower()}’s side first.</p>"
        f"<div>{bare(2 * n)}</div><div>{bare(2 * n + 1)}</div></section>"
        for n, who in enumerate(WHO)
    )
    assert is_right(reading(page))


def transposed(box: str, row: str, head: str, of: str) -> str:
    def line(first: str, texts: list[str], tag: str) -> str:
        inner = "".join(f"<{tag}>{text}</{tag}>" for text in texts)
        return f"<{row}><{head}>{first}</{head}>{inner}</{row}>"

    lines = [line("", list(WHO), head)]
    lines += [line((A, B)[n], [bare(at) for at in range(n, 8, 2)], of) for n in (0, 1)]
    return f"<{box}>{''.join(lines)}</{box}>"


def test_reviewers_that_head_the_columns_of_a_table_are_read() -> None:
    assert is_right(reading(transposed("table", "tr", "th", "td")))


def test_names_in_a_line_over_the_cells_are_never_ignored() -> None:
    """Reviewers' tabs, it may be: which panel each opens is not written."""
    tabs = "".join(f"<button role=tab>{who}</button>" for who in WHO)
    line = reading(tabs + rows(lambda at: f"<div>{bare(at)}</div>"))
    assert (line["code"], line["field"]) == ("cell_shape", "quotes[].reviewer")


def test_a_definition_list_names_reviewer_and_score_in_its_terms() -> None:
    items = (f"<dt>{WHO[at // 2]} — {score(at)}</dt><dd>{SAID[at]}</dd>" for at in range(8))
    assert is_right(reading(f"<dl>{''.join(items)}</dl>"))


def test_a_line_of_a_cell_may_hold_reviewer_score_and_verdict() -> None:
    def of(at: int) -> str:
        return f"<td><b>{WHO[at // 2]}</b> {SCORES[at]}/100 · <em>{VERDICTS[at]}</em><br>{SAID[at]}"

    lines = "".join(f"<tr>{of(at)}{of(at + 1)}" for at in range(0, 8, 2))
    assert is_right(reading(f"<table>{lines}</table>"))


def test_a_second_paragraph_in_the_blockquote_of_one_quote_is_its_own() -> None:
    more = "<p>So it was.</p>"
    page = rows(
        lambda at: cell(at, quote=f"<blockquote><p>{SAID[at]}</p>{more * (at == 3)}</blockquote>")
    )
    assert reading(page)["quotes"][3]["text"] == f"{SAID[3]} So it was."


def test_a_word_of_the_interface_in_the_blockquote_of_one_quote_is_refused() -> None:
    more = "<p>Edited by the panel.</p>"
    page = rows(
        lambda at: cell(at, quote=f"<blockquote><p>{SAID[at]}</p>{more * (at == 3)}</blockquote>")
    )
    assert reading(page)["code"] == "cell_shape"


def test_a_label_glued_to_every_quote_is_refused() -> None:
    page = rows(lambda at: cell(at, quote=f"<p>Review: {SAID[at]}</p>"))
    assert reading(page)["code"] == "cell_shape"


# --- copies ---


@pytest.mark.parametrize("times", [2, 3])
def test_copies_of_the_scorecard_are_read_once(times: int) -> None:
    assert is_right(reading(f"<div>{rows(cell)}</div>" * times))


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("81/100", "99/100", "score"),
        ("81/100 · ship", "81/100 · skip", "verdict"),
        ("<b>Tinkerer</b>", "<b>Stranger</b>", "reviewer"),
    ],
)
def test_copies_that_differ_in_what_they_state_are_refused(old: str, new: str, field: str) -> None:
    copy = rows(cell).replace(old, new, 1)
    line = reading(f"<div>{rows(cell)}</div><div>{copy}</div>")
    assert (line["code"], line["field"]) == ("field_ambiguous", f"quotes[].{field}")


def test_every_arrangement_has_a_name_of_its_own_and_a_drawing() -> None:
    assert len({each.name for each in ARRANGEMENTS}) == len(ARRANGEMENTS)
    assert all("A1]" in each.drawing for each in ARRANGEMENTS)


# --- words in an element of their own at the edge of a value ---


def beside(form: str, *, of: range = range(8)) -> str:
    """Rows whose reviewers' names stand in this form, in the cells named."""
    return rows(
        lambda at: (
            cell(at).replace(
                f"<b>{WHO[at // 2]}</b>", form.format(who=WHO[at // 2], letter=WHO[at // 2][0])
            )
            if at in of
            else cell(at)
        )
    )


@pytest.mark.parametrize(
    "form",
    [
        "<h3><span>{letter}</span>{who}</h3>",
        "<h3><span>{letter}</span><span>The {who}</span></h3>",
        "<b>{who}</b>",
        "<b>{who} →</b>",
        "<h3>{who}<span>[<a href='/edit'>edit</a>]</span></h3>",
        "<h3>{who} <a href='#c'>🔗</a></h3>",
        "<h3>{who}<sup><a href='#n1'>1</a></sup></h3>",
    ],
)
def test_letters_signs_and_links_beside_a_reviewer_are_no_part_of_the_name(form: str) -> None:
    line = reading(beside(form))
    assert is_right(line), line.get("detail")


@pytest.mark.parametrize("more", ["<small>Verified</small>", "<sup>2</sup>", "<abbr>?</abbr>"])
@pytest.mark.parametrize("of", [range(8), range(2, 3)])
def test_words_set_apart_beside_a_reviewer_are_never_a_part_of_the_name(
    more: str, of: range
) -> None:
    line = reading(beside("<p>{who} " + more + "</p>", of=of))
    assert line["code"] == "cell_shape"


@pytest.mark.parametrize("motto", ["reads the small print", "asks who pays"])
def test_a_motto_behind_every_name_is_no_part_of_it(motto: str) -> None:
    assert reading(beside("<p><b>{who} " + motto + "</b></p>"))["code"] == "cell_shape"
    assert is_right(reading(beside("<b>{who}</b> <i>" + motto + "</i>")))


def test_a_score_or_a_verdict_that_is_not_understood_refuses_the_page() -> None:
    for more in (" ▲ 4 since May", " 98 reviews"):
        page = rows(
            lambda at, more=more: (  # type: ignore[misc]
                f"<div><b>{WHO[at // 2]}</b><p>{SCORES[at]}/100{more}</p><p>{VERDICTS[at]}</p>"
                f"<p>{SAID[at]}</p></div>"
            )
        )
        line = reading(page)
        assert (line["code"], line["field"]) == ("cell_shape", "quotes[].score")
    said = rows(
        lambda at: (
            f"<div><b>{WHO[at // 2]}</b><p>{SCORES[at]}/100</p><p>They would {VERDICTS[at]} it</p>"
            f"<p>{SAID[at]}</p></div>"
        )
    )
    assert reading(said)["code"] == "cell_shape"


@pytest.mark.parametrize("words", ["<small>Top</small> ", "<b>Berlin:</b> "])
def test_words_set_apart_before_every_quote_are_no_part_of_it(words: str) -> None:
    line = reading(rows(lambda at: cell(at, quote=f"<p>{words}{SAID[at]}</p>")))
    assert line["kind"] == "failure"


def test_a_stressed_first_word_of_one_quote_is_its_own() -> None:
    stressed = rows(cell).replace("<p>A plain", "<p><em>A</em> plain", 1)
    assert is_right(reading(stressed))


def test_heads_that_contradict_the_names_in_the_cells_refuse_the_page() -> None:
    heads = f"<table><tr><th>{A}</th><th>{B}</th></tr>"
    told = [
        f"<tr><td>{cell(at + 1, over=f'<i>{B}</i>')}</td>"
        f"<td>{cell(at, over=f'<i>{A}</i>')}</td></tr>"
        for at in range(0, 8, 2)
    ]
    line = reading(heads + "".join(told) + "</table>")
    assert (line["kind"], line["code"]) == ("failure", "quote_side")


def test_cells_of_which_only_some_name_their_tool_refuse_the_page() -> None:
    def labelled(at: int) -> str:
        name = "Another Tool" if at in (3, 6) else (A, B)[at % 2]
        return cell(at, over=f"<small>{name}</small>")

    assert reading(rows(labelled))["code"] == "quote_side"
    assert is_right(reading(rows(lambda at: cell(at, over=f"<small>{(A, B)[at % 2]}</small>"))))


@pytest.mark.parametrize("word", ["vs", "Over", "Not", "Instead of", "Switching from"])
def test_a_head_that_names_the_other_tool_is_not_read_as_its_own(word: str) -> None:
    columns = "".join(
        f"<section><h3>{word} {(B, A)[tool]}</h3>{''.join(cell(at) for at in range(tool, 8, 2))}"
        "</section>"
        for tool in (0, 1)
    )
    assert reading(columns)["code"] == "quote_side"
    said = columns.replace(f"{word} {B}", f"What we said of {A}").replace(
        f"{word} {A}", f"What we said of {B}"
    )
    assert is_right(reading(said))


def test_a_picture_within_a_sentence_parts_no_quote() -> None:
    pictured = rows(cell).replace("is kept in mind", "is <img alt='🚀' src='/r.svg'> kept in mind")
    assert is_right(reading(pictured))


@pytest.mark.parametrize("word", ["Sponsored", "Ad", "Promoted"])
def test_a_cell_that_was_paid_for_is_no_quote(word: str) -> None:
    line = reading(rows(lambda at: cell(at, over=f"<small>{word}</small>" if at == 3 else "")))
    assert line["kind"] == "failure"


def test_words_glued_behind_a_last_sentence_are_no_part_of_it() -> None:
    line = reading(rows(lambda at: cell(at, quote=f"<p>{SAID[at]}<span>The end of it.</span></p>")))
    assert line["kind"] == "failure"


def test_a_number_in_brackets_is_a_quotes_own_where_nothing_lies_between() -> None:
    def with_number(markup: str) -> Line:
        return reading(rows(lambda at: cell(at, quote=f"<p>{SAID[at]} {markup.format(at)}</p>")))

    told = [quote["text"] for quote in with_number("({})")["quotes"]]
    assert told == [f"{SAID[at]} ({at})" for at in range(8)]
    assert with_number("<span>({})</span>")["kind"] == "failure"
