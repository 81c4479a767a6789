"""What a page holds and does not show, and what it pins to a value: no part is lost, none added."""

from __future__ import annotations

import pytest
from fixture_tools import DESK, REVIEWERS, WREN, Line, html_page, read
from hypothesis import given
from hypothesis import strategies as st

PAGE = html_page()
WHOLE = read(PAGE)
BARE = PAGE.replace("“", "").replace("”", "")
"""The page with quotes that no marks hold together."""
HALF, REST = "It sang on time.", "It went on to the end of the night."


def facts(line: Line) -> object:
    return line.get("tools"), line.get("quotes")


def quoted(markup: str) -> str:
    """The page with the first quote in this markup."""
    return BARE.replace(f"<blockquote>{HALF}</blockquote>", markup)


SHOWN_NOT_HEARD = {
    "a word amid a sentence": "It <i aria-hidden=true>never</i> sang on time.",
    "the letter that begins a word": "<i aria-hidden=true>I</i>t sang on time.",
    "a word in a drawing": "It <svg><text>never</text></svg> sang on time.",
}


@pytest.mark.parametrize("form", SHOWN_NOT_HEARD)
def test_words_that_are_shown_and_not_read_out_are_never_left_out_in_silence(form: str) -> None:
    line = read(quoted(f"<blockquote>{SHOWN_NOT_HEARD[form]}</blockquote>"))
    assert (line["kind"], line["code"]) == ("failure", "field_ambiguous")


WHOLE_WITHOUT = {
    "a letter shown twice": "<i aria-hidden=true>I</i><span>I</span>t sang on time.",
    "all of it shown twice": f"<i aria-hidden=true>{HALF}</i><span>{HALF}</span>",
    "a picture's word": f"{HALF} <svg><title>Verified</title></svg>",
    "a word that no browser shows": "It <i hidden>never</i> sang on time.",
    "a hint": f"{HALF} <i hidden>Copied</i>",
}


@pytest.mark.parametrize("form", WHOLE_WITHOUT)
def test_what_a_text_is_whole_without_costs_nothing(form: str) -> None:
    assert facts(read(quoted(f"<blockquote>{WHOLE_WITHOUT[form]}</blockquote>"))) == facts(WHOLE)


RESTS = {
    "inline": f" <span hidden>{REST}</span>",
    "a paragraph": f"</p><p hidden>{REST}",
    "without style": f"</p><div style='display:none'>{REST}</div><p>",
    "a template": f"</p><template><p>{REST}</p></template><p>",
    "without scripts": f"</p><noscript><p>{REST}</p></noscript><p>",
    "a dialog": f"</p><dialog><p>{REST}</p></dialog><p>",
}


@pytest.mark.parametrize("form", RESTS)
@pytest.mark.parametrize("field", ["quote", "description"])
def test_a_sentence_that_one_text_keeps_for_later_refuses_the_page(form: str, field: str) -> None:
    if field == "quote":
        page = quoted(f"<blockquote><p>{HALF}{RESTS[form]}</p></blockquote>".replace("<p></p>", ""))
    else:
        text = f"<div><p>{WREN.description}{RESTS[form]}</p></div>".replace("<p></p>", "")
        page = PAGE.replace(f"<div>{WREN.description}</div>", text)
    line = read(page)
    assert line["kind"] == "failure"
    assert "hid" in line["detail"]


def test_what_several_cells_hide_alike_is_no_part_of_a_quote() -> None:
    page = BARE
    for who in REVIEWERS:
        about = f"<dialog><p>{who} has tried tools since the first of them.</p></dialog>"
        page = page.replace(f"<p>{who}</p>", f"<p>{who}</p>{about}")
    assert facts(read(page)) == facts(WHOLE)


LOGOS = {
    "a picture": "<img alt='{}' src=a.png>",
    "a picture called a logo": "<img alt='{} logo' src=a.png>",
    "a drawing with a title": "<svg><title>{}</title></svg>",
    "a drawing with a label": "<svg role=img aria-label='{}'></svg>",
    "a link with a label": "<a href=/x aria-label='{}'><i></i></a>",
}


@pytest.mark.parametrize("place", ["over each column", "over all rows", "within each cell"])
@pytest.mark.parametrize("logo", LOGOS)
@pytest.mark.parametrize("is_turned", [False, True])
def test_a_tool_named_by_its_logo_alone_has_its_own_quotes(
    place: str, logo: str, *, is_turned: bool
) -> None:
    start = PAGE.index("<article>")
    end = PAGE.rindex("</article>") + len("</article>")
    cells = [f"<article>{cell}" for cell in PAGE[start:end].split("<article>")[1:]]
    marks = [LOGOS[logo].format(side.name) for side in (WREN, DESK)]
    order = (1, 0) if is_turned else (0, 1)
    if place == "over each column":
        columns = (f"<div>{marks[n]}{''.join(cells[n::2])}</div>" for n in order)
        board = f"<div>{''.join(columns)}</div>"
    elif place == "over all rows":
        heads = "".join(f"<div>{marks[n]}</div>" for n in order)
        pairs = ("".join(cells[at + n] for n in order) for at in range(0, 8, 2))
        board = f"<div>{heads}</div>" + "".join(f"<div>{pair}</div>" for pair in pairs)
    else:
        own = [c.replace("<article>", f"<article>{marks[n % 2]}") for n, c in enumerate(cells)]
        board = "".join(
            f"<div>{''.join(own[at + n] for n in order)}</div>" for at in range(0, 8, 2)
        )
    line = read(PAGE[:start] + board + PAGE[end:])
    assert [q["text"] for q in line["quotes"]] == [q["text"] for q in WHOLE["quotes"]]


def test_a_cell_whose_picture_names_the_other_tool_refuses_the_page() -> None:
    page = PAGE.replace("<article>", f"<article><img alt='{DESK.name}'>", 1)
    line = read(page)
    assert (line["kind"], line["code"]) == ("failure", "quote_side")


NOTICES = (
    "Was this review helpful?",
    "Read the full review.",
    "Sign up to read more of them.",
    "Share this quote with your team.",
    "Thanks for voting!",
    "This review was edited by our staff.",
    "Translated from German.",
    "Vendor reply: we have mended that.",
    "Limited offer: half the price until Sunday.",
    "Three months for one with the code WREN2026.",
    "We and our 812 partners store this on your device.",
    "Cookie settings can be changed here.",
    "The rest is lorem ipsum dolor sit amet.",
    "Already a member? Log in here.",
    "That is 3 days ago Helpful (12) Share",
    "It is what Share Report 5 days ago makes it.",
    "Terms apply.",
    "Share on social media. Copy link.",
    "Was this review helpful? Yes No Report this review",
    "Advertisement Cheap thimbles from 99 cents!",
    "Warning: Undefined key quote_text in /srv/page.php on line 214.",
    "Sponsored message: a thimble from $4 a month.",
    "A word from this page's sponsor: a thimble, ten percent off.",
    "Was this helpful? Yes",
    "The tool, Please enable cookies to continue reading this part.",
    "It costs Sign up for an account or log in to see more. less.",
    "Subscribe now to unlock the rest of this text.",
    "It is what Share on X Copy link Save for later makes it.",
    "Get 20% off if you use code THIMBLES at the till.",
    "Share this review Copy link Report a problem.",
    "Enter your email. It comes once a week.",
    "[… 214 words cut …] So it goes.",
    "It is open. TODO: replace this line.",
    "Correction, 4 May: the verdict was another.",
    "Printed on a Monday, Page 3 of 7.",
)


@pytest.mark.parametrize("notice", NOTICES)
@pytest.mark.parametrize("place", ["before", "amid", "behind"])
def test_a_sentence_of_the_interface_in_one_text_alone_refuses_the_page(
    notice: str, place: str
) -> None:
    for text in (HALF, WREN.description):
        forms = {"before": f"{notice} {text}", "behind": f"{text} {notice}"}
        more = forms.get(place, f"{text} {notice} {text}")
        line = read(BARE.replace(text, more))
        assert (line["kind"], line["code"]) == ("failure", "field_ambiguous"), text


HONEST = (
    "Read the manual first.",
    "It follows this to the end.",
    "We may be wrong.",
    "Is it?",
    "See the whole page before it loads.",
    "Copy this idea.",
    "Rate this low.",
    "Written by people who ship.",
    "The comments are written by hand.",
    "Follow us into a world without tabs.",
    "Click on a page to edit it in place.",
    "Translate this into forty languages.",
    "I asked for a haiku. It answered: no.",
    "The model replied: ask a human.",
    "I ran it for a week. Update: it still runs.",
    "Nothing replied — I waited.",
    "It uses your cookies and nothing else.",
    "Sign up to nothing, pay for nothing.",
    "Share this with nobody.",
    "Join us in wondering why.",
    "Open the whole thing in an editor.",
    "Show all of it to your lawyer.",
    "The review is where it shines.",
    "This page is slow.",
    "Edited by hand, it is better.",
    "Published on a Friday, as bad news is.",
    "The rest is for the brave.",
    "More on that when it works.",
    "Visit the shop and you will see.",
    "Log in to it once and never again.",
    "It knows what a [quote] is.",
    "The terms apply to nobody.",
    "We use cookies, says every banner but this.",
    "Subscribe to our list is a line that I delete.",
    "Lorem ipsum dolor sit amet has hidden worse.",
    "It turned every Traceback (most recent call last) into one sentence.",
    "It failed with error code 10061 on the train.",
    "It clears the cookie settings, and clicks accept all cookies.",
    "Already a customer? Then you know it.",
    "You have to log in twice, which is once too often.",
    "Access denied was the answer to half of my builds.",
    "The data is private by design.",
    "Use code that you can read.",
    "It is already a favourite here.",
    "An offer of help ends each page.",
    "It fills the page with lorem ipsum.",
    "Advertisement is what it calls each of my drafts.",
    "Each warning names the key, and that it stands on line 214.",
    "Copy links to it and they still work.",
    "The Share button and the Report tab are one click apart.",
    ".env files are read without a word.",
    r"It turned C:\temp\notes into \n and \r.",
    "It is at https://shiporskip.io/compare/" + "a-very-long-name-" * 6 + "of-it now.",
    "My draft came back edited for style, and shorter.",
    "It stops with code ENOMEM and no word of why.",
    "The page was generated while I read.",
    "Side note: the icons are fine.",
    "Update, a month on: it still runs.",
    "Response from support: two days.",
    "We may get another year out of it.",
    "Subscribe to the team plan and the limits go.",
    "Terms apply to the free plan, too.",
    "Cookie settings survive a restart.",
    "Visit the site on a phone and see.",
    "Log in to see a chart and you wait.",
    "Print this page and half of it is gone.",
    "Was this useful? Mostly.",
    "Join 40 readers of the log and you know.",
)
"""What a reviewer may say, in words that are like the interface's."""


@pytest.mark.parametrize("text", HONEST)
def test_what_a_reviewer_says_in_like_words_stays(text: str) -> None:
    line = read(BARE.replace(HALF, f"{HALF} {text}"))
    assert line["quotes"][0]["text"] == f"{HALF} {text}"


PRICES = {
    "two prices that run together": "<span>$9/mo</span><span>$90/yr</span>",
    "a former price": "Free for one <small>was $5</small>",
    "what is saved": "$9 <small>save 20% a year</small>",
    "a ribbon": "Free for one <b>Popular</b>",
}


@pytest.mark.parametrize("form", PRICES)
def test_a_price_with_more_than_a_price_refuses_the_page(form: str) -> None:
    page = PAGE.replace(f"<td>{WREN.pricing}</td>", f"<td>{PRICES[form]}</td>", 1)
    line = read(page)
    assert (line["kind"], line["field"]) == ("failure", "tools[0].pricing")


@pytest.mark.parametrize("price", ["$12<small>/mo</small>", "$12 <small>per seat</small>", "US$9"])
def test_a_price_keeps_its_unit(price: str) -> None:
    page = PAGE.replace(f"<td>{WREN.pricing}</td>", f"<td>{price}</td>", 1)
    assert read(page)["tools"][0]["pricing"] == price.replace("<small>", "").replace("</small>", "")


def test_prices_that_fit_each_others_entry_refuse_the_page() -> None:
    paid = DESK.but(entry="Paid", pricing="$9 a month")
    assert read(html_page(WREN, paid))["kind"] == "comparison"
    turned = html_page(WREN.but(pricing=paid.pricing), paid.but(pricing=WREN.pricing))
    line = read(turned)
    assert (line["kind"], line["field"]) == ("failure", "tools[].pricing")


DECORATIONS = ("Hot", "New", "Popular", "Staff pick", "Verified", "★ New")
VALUES = (
    HALF,
    DESK.quotes[2],
    WREN.description,
    WREN.tagline,
    DESK.pricing,
    WREN.category,
    REVIEWERS[1],
    "81/100 · ship",
)


@given(
    value=st.sampled_from(VALUES),
    word=st.sampled_from(DECORATIONS),
    tag=st.sampled_from(["span", "b", "em", "small", "sup", "mark", "strong"]),
    is_before=st.booleans(),
    is_everywhere=st.booleans(),
    has_table=st.booleans(),
)
def test_no_word_that_is_pinned_to_a_value_becomes_a_part_of_it(
    *, value: str, word: str, tag: str, is_before: bool, is_everywhere: bool, has_table: bool
) -> None:
    """Read as if it were not there, or refused: in one value, or in all that read so."""
    page = BARE if has_table else html_page(decision=False).translate({0x201C: None, 0x201D: None})
    ribbon = f"<{tag}>{word}</{tag}>"
    shown = f"{ribbon} {value}" if is_before else f"{value} {ribbon}"
    line = read(page.replace(f">{value}<", f">{shown}<", -1 if is_everywhere else 1))
    if line["kind"] == "comparison":
        assert facts(line) == facts(read(page))


def table_of(cell: str) -> str:
    """The scorecard as a table of rows; the cell's markup names its parts."""
    rows = ""
    for slot, who in enumerate(REVIEWERS):
        cells = (
            cell.format(who=who, tool=s.name, score=s.scores[slot], text=s.quotes[slot])
            for s in (WREN, DESK)
        )
        rows += "<tr>" + "".join(f"<td>{each}</td>" for each in cells) + "</tr>"
    return f"<table>{rows}</table>"


def with_scorecard(board: str, page: str = BARE) -> Line:
    start = page.index("<article>")
    end = page.rindex("</article>") + len("</article>")
    return read(page[:start] + board + page[end:])


CELLS = {
    "a link in brackets in the score's line": (
        "<u>{who}</u> <b>{score}</b> <font>[<a href=#r>permalink</a>]</font><br>{text}"
    ),
    "the tool in the score's line": "<p>{who}</p><h4>{tool} <i>{score}</i></h4><p>{text}</p>",
    "reviewer and tool in one line": "<p>{text}</p><p><b>{who}</b> on <a>{tool}</a> — {score}</p>",
}


@pytest.mark.parametrize("form", CELLS)
def test_a_score_is_read_among_the_words_of_its_line(form: str) -> None:
    assert facts(with_scorecard(table_of(CELLS[form]))) == facts(WHOLE)


def test_a_tool_whose_name_ends_in_a_bracket_is_told_from_its_reviewer() -> None:
    beta = WREN.but(name="Copper Wren (beta)")
    board = table_of(CELLS["reviewer and tool in one line"]).replace(WREN.name, beta.name)
    page = html_page(beta, DESK).translate({0x201C: None, 0x201D: None})
    assert [q["reviewer"] for q in with_scorecard(board, page)["quotes"]] == [
        who for who in REVIEWERS for _ in (1, 2)
    ]


@pytest.mark.parametrize("heads", [("CW", "DD"), ("DD", "CW")])
def test_columns_under_initials_are_each_tools_own(heads: tuple[str, str]) -> None:
    start, end = PAGE.index("<article>"), PAGE.rindex("</article>")
    cells = [f"<article>{cell}" for cell in PAGE[start:end].split("<article>")[1:]]
    columns = {"CW": cells[0::2], "DD": cells[1::2]}
    board = "".join(f"<div><b>{head}</b>{''.join(columns[head])}</div>" for head in heads)
    line = with_scorecard(board, PAGE)
    assert [q["text"] for q in line["quotes"]] == [q["text"] for q in WHOLE["quotes"]]


def test_a_cell_with_both_verdicts_refuses_the_page() -> None:
    line = read(PAGE.replace("<p>88/100 · ship</p>", "<p>88/100</p><p>ship</p><p>skip</p>", 1))
    assert (line["kind"], line["field"]) == ("failure", "quotes[].verdict")


def test_verdicts_that_fit_both_tools_together_and_neither_alone_refuse_the_page() -> None:
    """The votes are three to one each, and the quotes four to none and two to two."""
    page = html_page(WREN.but(scores=("88/100 · ship",) * 4), DESK.but(scores=DESK_HALF))
    line = read(page)
    assert (line["kind"], line["code"]) == ("failure", "quote_side")


DESK_HALF = ("88/100 · ship", "52/100 · skip", "81/100 · ship", "49/100 · skip")


@pytest.mark.parametrize("words", [WREN.description, DESK.description, "Weekly AI Tool Verdicts"])
def test_another_parts_words_in_a_quote_refuse_the_page(words: str) -> None:
    longer = (
        f"<blockquote><p>{HALF}</p><p>{words} And more of that, at some length.</p></blockquote>"
    )
    line = read(quoted(longer))
    assert (line["kind"], line["code"]) == ("failure", "field_ambiguous")


def test_votes_in_elements_of_their_own_are_no_words_of_both_cells() -> None:
    cell = "<td><b>Ship</b> <i>·</i> <span>3 ship / 1 skip</span></td>"
    line = read(PAGE.replace("<td>Ship · 3 ship / 1 skip</td>", cell))
    assert [tool["votes"] for tool in line["tools"]] == [{"ship": 3, "skip": 1}] * 2


def test_a_label_keeps_its_value_behind_the_mark_of_a_footnote() -> None:
    line = read(PAGE.replace("<li>Panel ship</li>", "<li>Panel ship<sup>[1]</sup></li>"))
    assert facts(line) == facts(WHOLE)


@pytest.mark.parametrize("said", ["No votes", "no votes yet"])
def test_no_votes_in_other_words_are_no_votes(said: str) -> None:
    page = html_page(decision=False).replace("<li>—</li>", f"<li>{said}</li>")
    none = {"ship_percent": None, "ship": 0, "votes": 0}
    assert [tool["community"] for tool in read(page)["tools"]] == [none, none]


def test_cards_without_boxes_are_read_from_heading_to_heading_where_the_table_tells() -> None:
    page = PAGE
    for side in (WREN, DESK):
        old = f"<p>{side.category}</p><h2>{side.name}</h2><p>{side.tagline}</p>"
        new = f"<h2>{side.name}</h2><p>{side.category}</p><blockquote>{side.tagline}</blockquote>"
        page = page.replace(old, new)
    page = page.replace("<section>", "").replace("</section>", "<hr>")
    assert facts(read(page)) == facts(WHOLE)


def test_a_badge_over_a_text_that_stands_over_its_statistics_is_kept() -> None:
    page = PAGE
    for side in (WREN, DESK):
        page = page.replace(f"<div>{side.description}</div>", "")
        badge = f"<p><i>Panel’s badge:</i> <b>{side.badge}</b></p>"
        page = page.replace(
            f"<p>{side.tagline}</p><p>{side.badge}</p>",
            f"<p>{side.tagline}</p>{badge}<div><p>{side.description}</p></div>",
        )
    assert facts(read(page)) == facts(WHOLE)
