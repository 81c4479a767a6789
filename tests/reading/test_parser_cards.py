"""Cards as front ends build them: the interface's words around the publisher's own.

Each page is read exactly, or refused with a reason; none gives another record.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fixture_tools import DESK, HTML, REVIEWERS, WREN, Side, html_page, read

from parsers import comparison, read_document
from schema.page import RawPage

Card = Callable[[Side, int], str]
WHOLE = read(html_page())


def stat(value: str, label: str) -> str:
    return f"<div><b>{value}</b> <i>{label}</i></div>"


def stats(s: Side) -> str:
    shown = ((s.share, "Panel ship"), (s.community, "Community"), (s.entry, "Entry"))
    return "".join(stat(*each) for each in shown)


def built(
    *,
    over: Card = lambda s, n: "",
    head: Card = lambda s, n: f"<p>{s.category}</p><h2>{s.name}</h2>",
    tagline: Card = lambda s, n: f"<p>{s.tagline}</p>",
    badge: Card = lambda s, n: f"<p>{s.badge}</p>",
    figures: Card = lambda s, n: stats(s),
    text: Card = lambda s, n: f"<p>{s.description}</p>",
    under: Card = lambda s, n: "",
) -> Card:
    """A card of these parts, in this order."""
    parts = (over, head, tagline, badge, figures, text, under)
    return lambda s, n: "<section>" + "".join(part(s, n) for part in parts) + "</section>"


def page(card: Card, *, decision: bool = True, copies: str = "01") -> str:
    """A page with its cards built so; `copies` is their order."""
    whole = html_page(decision=decision)
    start, end = whole.index("<section>"), whole.rindex("</section>") + len("</section>")
    cards = "".join(card((WREN, DESK)[int(n)], int(n)) for n in copies)
    return whole[:start] + cards + whole[end:]


def said(line: dict[str, Any]) -> tuple[Any, Any]:
    return line.get("tools"), line.get("quotes")


def under(*texts: str) -> Card:
    """What stands under a description: one text for both cards, or one for each."""
    return built(under=lambda s, n: texts[n % len(texts)].replace("NAME", s.name))


AROUND = {
    "words set apart behind the tagline": built(
        tagline=lambda s, n: f"<p>{s.tagline} <small>by maker {n}</small></p>"
    ),
    "a link": under("<a href='/x'>Visit website</a>"),
    "a link with an arrow": under("<p><a href='/x'>Visit website →</a></p>"),
    "a link with the tool's name": under("<a href='/x'>Open NAME</a>"),
    "a button": under("<button>Save</button><button>Share</button>"),
    "a button of one card": under("<button>Save</button>", ""),
    "a date in words": under("<p>Updated 3 days ago</p>", "<p>Updated a week ago</p>"),
    "a date": under("<p>Updated <time datetime='2026-11-03'>3 November</time></p>"),
    "likes": under("<div>♥ 12</div>", "<div>♥ 7</div>"),
    "tags": under("<ul><li>jobs</li><li>sound</li></ul>", "<ul><li>lists</li></ul>"),
    "the same tags": under("<ul><li>offline</li><li>small</li></ul>"),
    "a menu": under("<select><option>Weekly<option>Monthly</select>"),
    "a note field": under("<textarea>Your notes</textarea>"),
    "a popover": under("<div popover id='p'>One text that nobody sees until it is opened.</div>"),
    "a closed dialog": under("<dialog><p>One text that nobody sees until it opens.</p></dialog>"),
    "a role": under("<span role='button' tabindex='0'>Compare with another</span>"),
    "a tooltip": under("<span role='tooltip'>What the panel says, as a share of all.</span>"),
    "sponsored, over all": built(over=lambda s, n: "<p>Sponsored</p>"),
    "a rank": built(over=lambda s, n: f"<p>#{n + 1}</p>"),
    "initials": built(over=lambda s, n: f"<div>{'CW' if n == 0 else 'DD'}</div>"),
    "an icon": built(over=lambda s, n: "<i>★</i>"),
    "a date over the tagline": built(
        tagline=lambda s, n: f"<time>May {n + 1}</time><p>{s.tagline}</p>"
    ),
    "a date beside the name": built(
        head=lambda s, n: f"<p>{s.category}</p><h2>{s.name}</h2><time>May 2026</time>"
    ),
    "stars over the text": built(text=lambda s, n: stat(f"{n + 3}.2k", "Stars") + s.description),
    "a lead over the text": built(text=lambda s, n: f"<h3>About</h3><p>{s.description}</p>"),
    "few words over the text": built(
        text=lambda s, n: f"<p>{('For makers', 'For clerks')[n]}</p><p>{s.description}</p>"
    ),
    "the badge first": built(over=lambda s, n: f"<p>{s.badge}</p>", badge=lambda s, n: ""),
    "the badge over the tagline": built(
        tagline=lambda s, n: f"<p>{s.badge}</p><p>{s.tagline}</p>", badge=lambda s, n: ""
    ),
    "name, category, badge, tagline": built(
        head=lambda s, n: f"<h2>{s.name}</h2><p>{s.category}</p>",
        tagline=lambda s, n: f"<p>{s.badge}</p><p>{s.tagline}</p>",
        badge=lambda s, n: "",
    ),
    "name, tagline, category": built(
        head=lambda s, n: f"<h2>{s.name}</h2>",
        tagline=lambda s, n: f"<p>{s.tagline}</p><p>{s.category}</p>",
    ),
    "a label under the name": built(tagline=lambda s, n: f"<p>Verified</p><p>{s.tagline}</p>"),
    "a stub before the text": built(
        text=lambda s, n: f"<p>{s.description[:20]}…</p><button>More</button><p>{s.description}</p>"
    ),
    "a notice of one card": under("<p>Sponsored: the best lamp of all burns at night.</p>", ""),
    "an aside": under("<aside>Try lamps, they burn all night.</aside>", ""),
    "a word that one card alone has": under("<p>Editor's choice</p>", ""),
    "a ribbon over one card": built(over=lambda s, n: "" if n else "<p>Winner</p>"),
    "an advertisement in a box with its word": under(
        "<div><span>Sponsored</span><p>Try lamps, they burn all night.</p></div>", ""
    ),
    "buttons to vote with": under("<div><button>Ship</button><button>Skip</button></div>"),
    "a label before the category": built(
        head=lambda s, n: f"<p><i>Category: </i>{s.category}</p><h2>{s.name}</h2>"
    ),
    "a label without a colon": built(
        head=lambda s, n: f"<p><i>Category</i> {s.category}</p><h2>{s.name}</h2>"
    ),
    "a label beside the category": built(
        head=lambda s, n: f"<p><i>Category:</i> <b>{s.category}</b></p><h2>{s.name}</h2>"
    ),
    "a label before the name": built(
        head=lambda s, n: f"<p>{s.category}</p><h2><i>Tool: </i>{s.name}</h2>"
    ),
    "a label before the tagline": built(tagline=lambda s, n: f"<p><i>Tagline: </i>{s.tagline}</p>"),
    "a label before the badge": built(badge=lambda s, n: f"<p><i>Verdict: </i>{s.badge}</p>"),
    "a label and the badge first": built(
        over=lambda s, n: f"<p>Panel verdict: {s.badge}</p>", badge=lambda s, n: ""
    ),
    "a label before the text": built(text=lambda s, n: f"<p><b>About:</b> {s.description}</p>"),
    "the number of a category's tools": built(
        head=lambda s, n: f"<p><a>{s.category}</a> <small>(9{n})</small></p><h2>{s.name}</h2>"
    ),
    "the path to a category": built(
        head=lambda s, n: f"<nav><a>Tools</a> › <a>{s.category}</a></nav><h2>{s.name}</h2>"
    ),
    "a letter glued to the category": built(
        head=lambda s, n: f"<p><b>{s.name[0]}</b>{s.category}</p><h2>{s.name}</h2>"
    ),
    "an icon before the category": built(
        head=lambda s, n: f"<p>🔧 {s.category}</p><h2>{s.name}</h2>"
    ),
    "the category in the heading": built(
        head=lambda s, n: f"<h2>{s.name} <small>{s.category}</small></h2>"
    ),
    "the tagline in the heading": built(
        head=lambda s, n: f"<p>{s.category}</p><h2>{s.name} – {s.tagline}</h2>",
        tagline=lambda s, n: "",
    ),
    "the badge in the heading": built(
        head=lambda s, n: f"<p>{s.category}</p><h2>{s.name} <b>{s.badge}</b></h2>",
        badge=lambda s, n: "",
    ),
    "the badge before the name": built(
        head=lambda s, n: f"<p>{s.category}</p><h2><b>{s.badge}</b> {s.name}</h2>",
        badge=lambda s, n: "",
    ),
    "a number before the name": built(
        head=lambda s, n: f"<p>{s.category}</p><h2>{n + 1}. {s.name}</h2>"
    ),
    "the badge with its votes": built(badge=lambda s, n: f"<p>{s.badge} · 3 ship / 1 skip</p>"),
    "the badge with its share": built(badge=lambda s, n: f"<p>{s.badge} (75%)</p>"),
    "the text over the statistics": built(
        badge=lambda s, n: f"<p>{s.description}</p><p>{s.badge}</p>",
        text=lambda s, n: "<a href='/x'>Visit</a>",
    ),
    "labels under the name": built(
        head=lambda s, n: f"<h2>{s.name}</h2>",
        tagline=lambda s, n: f"<p>{s.tagline}</p><ul><li>Category: {s.category}</li></ul>",
    ),
    "a permalink": built(
        head=lambda s, n: f"<p>{s.category}</p><h2>{s.name} <a href='#x'>#</a></h2>"
    ),
    "a permalink of no width": built(
        head=lambda s, n: f"<p>{s.category}</p><h2>{s.name}<a href='#x'>\u200b</a></h2>"
    ),
    "a permalink first": built(
        head=lambda s, n: f"<p>{s.category}</p><h2><a href='#x'>¶</a> {s.name}</h2>"
    ),
}


@pytest.mark.parametrize("what", AROUND)
def test_words_of_the_interface_around_a_card_are_no_part_of_it(what: str) -> None:
    line = read(page(AROUND[what]))
    assert said(line) == said(WHOLE), line


FIGURES: dict[str, Card] = {
    "a fourth behind": built(figures=lambda s, n: stats(s) + stat(f"{n}.1k", "Stars")),
    "a fourth before": built(figures=lambda s, n: stat(f"{n}.1k", "Stars") + stats(s)),
    "a fourth between": built(
        figures=lambda s, n: stats(s).replace(
            "<div><b>Free", stat(f"4.{n}", "Rating") + "<div><b>Free"
        )
    ),
    "a share between": built(
        figures=lambda s, n: stats(s).replace(
            "<div><b>Free", stat(f"9{n}%", "Uptime") + "<div><b>Free"
        )
    ),
    "a change beside the share": built(
        figures=lambda s, n: stats(s).replace("75%</b>", f"75%</b> <small>▲ {n + 1}%</small>")
    ),
    "a signed change": built(
        figures=lambda s, n: stats(s).replace("75%</b>", f"75%</b> <small>+{n + 1}%</small>")
    ),
    "a button for more": built(
        figures=lambda s, n: stats(s).replace("</i>", "</i> <button>?</button>")
    ),
    "a button before the label": built(
        figures=lambda s, n: stats(s).replace(" <i>", " <button>i</button> <i>")
    ),
    "a tooltip in the label": built(
        figures=lambda s, n: stats(s).replace(
            "Panel ship</i>", "Panel ship</i><span role='tooltip'>How many of the panel</span>"
        )
    ),
    "a tooltip without a role": built(
        figures=lambda s, n: stats(s).replace(
            "Panel ship</i>", "Panel ship</i><span>How many of the panel would ship it</span>"
        )
    ),
}


CHANGES = ("+8", "▲ 8", " (+8)", "+12 pts", " +8%", " (▲ 2.5%)", " −3", " ↓3", " (3 of 4)", " ?")
FIGURES |= {
    f"a change in one text, {change}": built(
        figures=lambda s, n, change=change: stats(s).replace("75%", f"75%<small>{change}</small>")
    )
    for change in CHANGES
}
LINES = (
    "<p>{}% Panel ship{}</p><p>{} Community</p><p>{} Entry</p>",
    "<p>{} percent Panel ship{}</p><p>{} Community</p><p>{} Entry</p>",
    "<p>Panel ship: <b>{}%{}</b><br>Community: <b>{}</b><br>Entry: <b>{}</b></p>",
    "<p>🚢 {}% Panel ship{}<br>{} Community<br>{} 💳 Entry</p>",
    "<p>Panel ship: {}%{} | Community: {} | Entry: {}</p>",
)
FIGURES |= {
    f"in one text {number}": built(
        figures=lambda s, n, line=line: line.format(75, "", s.community, s.entry)
    )
    for number, line in enumerate(LINES)
}
FIGURES |= {
    "a tooltip in each": built(
        figures=lambda s, n: stats(s).replace(
            "</i>", "</i><button>?</button><span role=tooltip>What is said</span>"
        )
    ),
    "a change behind its label": built(
        figures=lambda s, n: LINES[0].format(75, f" (+{n})", s.community, s.entry)
    ),
}


@pytest.mark.parametrize("what", FIGURES)
def test_what_stands_among_the_statistics_costs_no_value(what: str) -> None:
    line = read(page(FIGURES[what]))
    assert said(line) == said(WHOLE), line


LONG_NOTICE = f"<aside><small>Ad</small><p>{'Lamps burn all night, and so do we. ' * 5}</p></aside>"
OTHER_SHARES = (" 80%", "-80%", "–80%", " / 80%", " → 80%", " (80%)", " was 70%", " (2 of 4)")


@pytest.mark.parametrize("beside", OTHER_SHARES)
@pytest.mark.parametrize("line", LINES)
def test_a_share_beside_another_is_none(line: str, beside: str) -> None:
    card = built(figures=lambda s, n: line.format(75, beside, s.community, s.entry))
    assert read(page(card))["kind"] == "failure"


@pytest.mark.parametrize(
    ("shown", "said"),
    [("60% (3 of 5)", (60, 3, 5)), ("60% (3/5)", (60, 3, 5)), ("60%", (60, None, None))],
)
def test_a_community_vote_is_read_with_its_counts(shown: str, said: tuple[int | None, ...]) -> None:
    line = read(html_page(WREN.but(community=shown), decision=False))
    assert tuple(line["tools"][0]["community"].values()) == said


def test_counts_that_do_not_make_the_share_are_refused() -> None:
    assert read(html_page(WREN.but(community="60% (2 of 5)")))["code"] == "field_unreadable"


SAME = (
    "NAME watches a queue and keeps what failed.",
    "People pick a job, mend it and send it again.",
    "All of it stands in one file.",
)


@pytest.mark.parametrize("box", ["<p>{}</p>", "{} "])
def test_two_tools_described_alike_but_for_their_names_are_read(box: str) -> None:
    text = "".join(box.format(sentence) for sentence in SAME)
    line = read(page(built(text=lambda s, n: f"<div>{text.replace('NAME', s.name)}</div>")))
    for tool, side in zip(line["tools"], (WREN, DESK), strict=True):
        assert tool["description"] == " ".join(SAME).replace("NAME", side.name)


@pytest.mark.parametrize("start", ["Paid plans begin at nine a month", "Ads are left out of it"])
def test_a_paragraph_that_begins_as_a_notice_does_is_kept(start: str) -> None:
    ends = f"{start}, they say.", f"{start} and of its maker's mind."
    line = read(page(built(text=lambda s, n: f"<p>{s.description}</p><p>{ends[n]}</p>")))
    assert line["tools"][0]["description"] == f"{WREN.description} {ends[0]}"


def test_a_permalink_in_the_heading_is_no_part_of_the_title() -> None:
    line = read(html_page().replace("</h1>", " <a href='#top'>#</a></h1>"))
    assert (line["title"], said(line)) == (WHOLE["title"], said(WHOLE))


def test_a_label_before_a_value_is_no_part_of_its_place_in_the_page() -> None:
    body = page(AROUND["a label before the category"])
    ((block, start, end),) = read(body, trace=True)["trace"]["tools[0].category"]
    assert read_document(RawPage(None, body.encode(), HTML)).text[block][start:end] == WREN.category


def test_few_words_under_the_statistics_are_a_text_before_a_sentence_over_them_is() -> None:
    card = built(
        badge=lambda s, n: f"<p>{s.badge}</p><p>Made by people in town {n}.</p>",
        text=lambda s, n: f"<p>{('Sings at night', 'Keeps one list')[n]}</p>",
    )
    line = read(page(card))
    assert [tool["description"] for tool in line["tools"]] == ["Sings at night", "Keeps one list"]


def test_a_link_that_ends_both_taglines_is_no_word_of_theirs() -> None:
    card = built(tagline=lambda s, n: f"<p>{s.tagline} <a href='/x'>Visit</a></p>")
    for decision in (True, False):
        line = read(page(card, decision=decision))
        assert (line["kind"], line["field"]) == ("failure", "tagline")


@pytest.mark.parametrize("name", ["Copper Wren Pro", "Copper Wren+", "Copper Wren (Beta)"])
def test_a_card_of_a_longer_name_is_another_tools(name: str) -> None:
    """Only words that the page repeats elsewhere may stand in one text with a name."""
    line = read(html_page().replace(f"<h2>{WREN.name}", f"<h2>{name}"))
    assert (line["kind"], line["code"]) == ("failure", "names_mismatch")


@pytest.mark.parametrize("what", ["a label without a colon", "the number of a category's tools"])
def test_without_the_decision_table_more_than_a_category_is_refused(what: str) -> None:
    line = read(page(AROUND[what], decision=False))
    assert (line["kind"], line["field"]) == ("failure", "category")


@pytest.mark.parametrize("who", ["{who} on {name}", "{letters} {who}"])
def test_what_is_more_than_a_reviewers_name_is_left_out(who: str) -> None:
    whole = html_page()
    for side in (WREN, DESK):
        for name in ("Builder", "Sceptic", "Archivist", "Night Porter"):
            said_so = who.format(who=name, name=side.name, letters=name[:2].upper())
            whole = whole.replace(f"<p>{name}</p>", f"<p>{said_so}</p>", 1)
    assert {quote["reviewer"] for quote in read(whole)["quotes"]} == {*REVIEWERS}


DOUBTFUL = {
    "an advertisement beside the text's box": built(
        text=lambda s, n: f"<div><p>{s.description}</p></div>",
        under=lambda s, n: f"<p>Try lamp number {n}, it burns all night.</p>",
    ),
    "a last sentence of both in an element": built(
        text=lambda s, n: f"<p>{s.description} <b>Ship it today!</b></p>"
    ),
    "a mark behind one text": built(
        text=lambda s, n: f"<p>{s.description}{' New' if n else ''}</p>"
    ),
    "a text that is cut": built(text=lambda s, n: f"<p>{s.description[:20]}…</p>"),
    "a text that is cut, with a button": built(
        text=lambda s, n: f"<p>{s.description[:20]}... <button>Read more</button></p>"
    ),
    "a date of each in a sentence": under(
        "<p>Last reviewed: 3 May 2026.</p>", "<p>Last reviewed: 14 June 2026.</p>"
    ),
    "a sentence of both with the tool's name": under("<p>Try NAME for free today.</p>"),
    "a mark glued to the text": built(
        text=lambda s, n: f"<div>{s.description}<small>Checked in May</small></div>"
    ),
    "a text over the statistics in one card": built(
        tagline=lambda s, n: f"<p>{s.tagline}</p>" + (f"<p>{s.description}</p>" if n else ""),
        text=lambda s, n: "" if n else f"<p>{s.description}</p>",
    ),
    "a sentence of both": under("<p>It asks for nothing that it has no use for.</p>"),
    "a label glued to one tagline alone": built(
        tagline=lambda s, n: f"<p>{'' if n else 'Tool: '}{s.tagline}</p>"
    ),
    "a word that may be the badge": built(badge=lambda s, n: f"<p>We say {s.badge}!</p>"),
    "an advertisement longer than the text, in a box": built(
        text=lambda s, n: f"<p>{s.description}</p>" + (LONG_NOTICE if n else "")
    ),
    "a notice between paragraphs": built(
        text=lambda s, n: (
            f"<p>One half of {s.name}.</p><div><b>Ad</b><p>Lamps!</p></div><p>{s.description}</p>"
        )
    ),
    "a description of both, and one more sentence": built(
        text=lambda s, n: f"<p>{s.name} sings at the end of jobs, or hides a list.</p>",
        under=lambda s, n: "<p>It asks for nothing that it has no use for.</p>",
    ),
    "two words alone": under("<p>Ship it!</p>", "<p>Skip it!</p>"),
    "an advertisement of another shape": under(
        "<div class=ad>Sponsored: the best lamp of all is at Lamps and Sons.</div>"
    ),
    "words that end the text": built(
        text=lambda s, n: f"<p>{s.description} <span>Updated 3 days ago</span></p>"
    ),
    "words that go on": built(
        text=lambda s, n: f"<p>{s.description[:-1]} with <button>plugins</button> and more.</p>"
    ),
    "a button between paragraphs": built(
        text=lambda s, n: f"<p>One half of {s.name}.</p><button>More</button><p>{s.description}</p>"
    ),
    "a label of both between paragraphs": built(
        text=lambda s, n: f"<p>One half of {s.name}.</p><p>Details</p><p>{s.description}</p>"
    ),
}


@pytest.mark.parametrize("what", DOUBTFUL)
def test_what_cannot_be_told_from_the_text_refuses_the_page(what: str) -> None:
    line = read(page(DOUBTFUL[what]))
    assert line["kind"] == "failure", line["tools"]
    assert line["code"] in ("field_ambiguous", "field_missing", "field_unreadable", "field_word")


@pytest.mark.parametrize(
    "card", [AROUND["name, category, badge, tagline"], AROUND["name, tagline, category"]]
)
def test_without_the_decision_table_category_and_tagline_are_not_told_apart(card: Card) -> None:
    line = read(page(card, decision=False))
    assert (line["kind"], line["code"]) == ("failure", "field_ambiguous")


@pytest.mark.parametrize("order", ["0101", "0011", "010101", "000111"])
def test_copies_of_the_cards_for_other_screens_are_dropped(order: str) -> None:
    line = read(page(built(), copies=order))
    assert said(line) == said(WHOLE), line


@pytest.mark.parametrize("order", ["01010", "0110", "01010101"])
def test_cards_that_are_not_two_and_copies_are_refused(order: str) -> None:
    line = read(page(built(), copies=order))
    assert line["kind"] == "failure"


@pytest.mark.parametrize("words", ["Watch", "Hold off", "Hold!", "Wait & see", "A+"])
def test_other_words_in_the_place_of_the_badges_refuse_the_page(words: str) -> None:
    other = page(built(badge=lambda s, n: f"<p>{(words, 'Hold')[n]}</p>"))
    assert (read(other)["code"], read(other)["field"]) == ("field_word", "badge")


def test_a_chip_that_says_no_verdict_is_no_badge() -> None:
    line = read(page(built(badge=lambda s, n: f"<p>{('New', 'Popular')[n]}</p>")))
    assert [tool["badge"] for tool in line["tools"]] == [None, None]


def test_copies_whose_badges_differ_are_refused() -> None:
    whole = page(built(), copies="0101")
    at = whole.rindex(f">{WREN.badge}<", 0, whole.index("Decision"))
    assert read(whole)["kind"] == "comparison"
    assert read(f"{whole[:at]}>Skip<{whole[at + len(f'>{WREN.badge}<') :]}")["code"] == "card_count"


def test_copies_that_differ_are_refused() -> None:
    shown = iter(range(6))
    line = read(
        page(built(tagline=lambda s, n: f"<p>{s.tagline} {next(shown)}</p>"), copies="0101")
    )
    assert line["kind"] == "failure"


HEADINGS = [
    "Copper Wren vs. Damson Desk",
    "Copper Wren VS Damson Desk",
    "Copper Wren Vs Damson Desk",
    "Copper Wren VS. Damson Desk",
    "Copper Wren vs Damson Desk (2026)",
    "Copper Wren vs. Damson Desk 2026",
    "Copper Wren vs Damson Desk in 2026",
    "Copper Wren vs Damson Desk – 2026",
]


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_in_another_form_is_read_and_stays_as_it_was_published(heading: str) -> None:
    line = read(html_page().replace("<h1>Copper Wren vs Damson Desk", f"<h1>{heading}"))
    assert line["title"] == heading
    assert said(line) == said(WHOLE)


def test_the_year_of_a_name_is_the_names_own() -> None:
    desk = DESK.but(name="Damson Desk (2026)")
    line = read(html_page(WREN, desk))
    assert line["tools"][1]["name"] == "Damson Desk (2026)"


@pytest.mark.parametrize("heading", ["Copper Wren and Damson Desk", "Copper Wren vs Damson Desks"])
def test_a_heading_that_the_names_do_not_make_is_none(heading: str) -> None:
    line = read(html_page().replace("<h1>Copper Wren vs Damson Desk", f"<h1>{heading}"))
    assert line["kind"] == "failure"


LABELS = ("Category", "Tool", "Tagline", "Verdict", "Panel ship", "Community", "Entry", "About")


def columns(*, headed: bool, short: bool = False) -> str:
    """The cards as the columns of one table, a row for each field."""
    rows = []
    for number, label in enumerate(LABELS):
        cells = []
        for s in (WREN, DESK):
            values = (s.category, s.name, s.tagline, s.badge)
            values += (s.share, s.community, s.entry, s.description)
            told = "" if headed or label not in ("Panel ship", "Community", "Entry") else label
            cells.append(f"<td><b>{values[number]}</b> {told and f'<i>{told}</i>'}</td>")
        head = f"<th>{label}</th>" if headed else ""
        rows.append(f"<tr>{head}{''.join(cells[: 1 if short and number == 2 else 2])}</tr>")
    whole = html_page()
    start, end = whole.index("<section>"), whole.rindex("</section>") + len("</section>")
    return whole[:start] + f"<table>{''.join(rows)}</table>" + whole[end:]


@pytest.mark.parametrize("headed", [False, True])
def test_cards_that_are_columns_of_one_table_are_read(headed: bool) -> None:
    page = columns(headed=headed)
    line = read(page, trace=True)
    assert said(line) == said(WHOLE), line
    blocks = read_document(RawPage(None, page.encode(), HTML)).text
    for path, shown in (("tools[0].tagline", WREN.tagline), ("tools[1].name", DESK.name)):
        ((block, start, end),) = line["trace"][path]
        assert blocks[block][start:end] == shown


UNKNOWN = {"Category": "Department", "Tagline": "In one line", "Verdict": "We say", "About": "More"}


def shop(*, head: bool = True, decision: bool = False) -> str:
    """The cards as a shop compares products: names over the columns, an empty row at the foot."""
    page = columns(headed=head)
    name = f"<tr><th>Tool</th><td><b>{WREN.name}</b> </td><td><b>{DESK.name}</b> </td></tr>"
    corner, foot = ("<th>Property</th>", "<td></td>") if head else ("", "")
    if not head:
        name = f"<tr><td><b>{WREN.name}</b> </td><td><b>{DESK.name}</b> </td></tr>"
    assert name in page
    page = page.replace(name, "")
    for known, unknown in UNKNOWN.items() if head else ():
        page = page.replace(f"<th>{known}</th>", f"<th>{unknown}</th>", 1)
    links = "".join(f"<td><a href=/tool/{n}>View</a></td>" for n in (1, 2))
    start, end = page.index("<table>"), page.index("</table>") + len("</table>")
    rows, rest = page[start + len("<table>") : end - len("</table>")], page[end:]
    tail = f"<tfoot><tr>{foot}{links}</tr></tfoot>"
    if decision:
        first = rest.index("<table>") + len("<table>")
        last = rest.index("</table>", first)
        tail = f"<tbody><tr><td colspan=3>Side by side</td></tr>{rest[first:last]}</tbody>"
        rest = rest[: first - len("<table>")] + rest[last + len("</table>") :]
    names = f"<th><i>CW</i><b>{WREN.name}</b></th><th><i>DD</i><b>{DESK.name}</b></th>"
    table = f"<thead><tr>{corner}{names}</tr></thead><tbody>{rows}</tbody>{tail}"
    return f"{page[:start]}<table><caption>The tools</caption>{table}</table>{rest}"


@pytest.mark.parametrize("head", [False, True])
def test_cards_as_rows_under_the_names_of_their_columns_are_read(head: bool) -> None:
    line = read(shop(head=head))
    assert said(line) == said(WHOLE), line


def test_a_decision_table_below_in_the_same_table_is_read_as_itself() -> None:
    assert said(read(shop(decision=True))) == said(WHOLE)


def test_words_between_the_cells_of_a_row_refuse_the_page() -> None:
    page = columns(headed=False)
    start, end = page.index("<table>"), page.index("</table>") + len("</table>")
    grid = page[start:end].replace("table>", "main>").replace("tr>", "section>")
    grid = grid.replace("td>", "div>")
    assert said(read(page[:start] + grid + page[end:])) == said(WHOLE)
    cell = f"<div><b>{DESK.tagline}"
    stray = page[:start] + grid.replace(cell, f"and never {cell}") + page[end:]
    assert read(stray)["kind"] == "failure"


def test_words_of_a_cell_of_such_a_table_that_are_not_read_out_refuse_the_page() -> None:
    half, _, rest = WREN.description.partition(" ")
    page = shop().replace(WREN.description, f"{half} <i aria-hidden=true>never</i> {rest}")
    line = read(page)
    assert (line["kind"], line["field"]) == ("failure", "tools[0].description")


def test_a_row_under_a_head_of_its_own_beside_the_descriptions_refuses_the_page() -> None:
    page = shop()
    more = "<tr><th>Caveats</th><td>It is slow to start.</td><td>It is dear to keep.</td></tr>"
    at = page.index("</tr>", page.index(DESK.description)) + len("</tr>")
    line = read(page[:at] + more + page[at:])
    assert line["kind"] == "failure", line


def test_a_narrower_row_behind_such_cards_refuses_the_page_as_a_cell_may_span_it() -> None:
    page = columns(headed=False)
    spanning = page.replace(f"<td><b>{WREN.description}", f"<td rowspan=2><b>{WREN.description}")
    at = page.index("</table>") + len("<td rowspan=2>") - len("<td>")
    assert said(read(spanning)) == said(WHOLE)
    line = read(f"{spanning[:at]}<tr><td>It is dear to keep, too.</td></tr>{spanning[at:]}")
    assert line["kind"] == "failure", line


def test_a_page_is_read_by_columns_once_however_many_tables_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turned, by_columns = [], comparison.by_columns
    monkeypatch.setattr(
        comparison, "by_columns", lambda *args: turned.append(args[1]) or by_columns(*args)
    )
    page = columns(headed=False)
    start, end = page.index("<table>"), page.index("</table>") + len("</table>")
    assert read(page.replace(WREN.name, "Somebody", 1))["kind"] == "failure"
    assert len(turned) == 1
    turned.clear()
    lists = "<p>75% <i>Panel ship</i></p>" * (comparison.MOST_LABELS + 1)
    assert read(page[:start] + lists + page[end:])["kind"] == "failure"
    assert len(turned) == comparison.MOST_LABELS


@pytest.mark.parametrize("headed", [False, True])
def test_a_table_of_cards_that_lacks_a_cell_is_refused(headed: bool) -> None:
    assert read(columns(headed=headed, short=True))["kind"] == "failure"


# --- words in an element of their own at the edge of a value ---

ASIDE = ("<small>New</small>", "<sup>2</sup>", "<label>i</label>")


@pytest.mark.parametrize("words", ASIDE)
def test_words_set_apart_behind_a_category_are_left_out_where_the_table_says_it(words: str) -> None:
    card = built(head=lambda s, n: f"<p>{s.category} {words}</p><h2>{s.name}</h2>")
    assert said(read_page_of(card)) == said(read_page_of(built()))
    line = read_page_of(card, decision=False)
    assert line["kind"] == "failure" and "category" in line["field"]


def test_a_sign_at_the_end_of_a_value_is_no_part_of_it() -> None:
    card = built(
        head=lambda s, n: f"<p>{s.category} →</p><h2>{s.name}</h2>",
        tagline=lambda s, n: f"<p>• {s.tagline}</p>",
    )
    assert said(read_page_of(card)) == said(read_page_of(built()))


def test_a_stressed_word_of_one_value_is_its_own() -> None:
    card = built(
        tagline=lambda s, n: (
            f"<p>{s.tagline.replace(' ', ' <em>', 1)}</em></p>" if n else f"<p>{s.tagline}</p>"
        )
    )
    assert said(read_page_of(card)) == said(read_page_of(built()))


def test_a_footnotes_mark_is_no_part_of_a_text() -> None:
    mark = "<sup><a href='#n1'>[1]</a></sup>"
    card = built(text=lambda s, n: f"<p>{s.description}{mark}</p>")
    assert said(read_page_of(card)) == said(read_page_of(built()))


AMID = {
    "a line of code": lambda s: f"<div>Install it with <pre>add {s.name}</pre> and {s.description}",
    "a list": lambda s: f"<div>It has <ul><li>{s.tagline}</li></ul> and {s.description}</div>",
    "the beginning that both have": lambda s: (
        f"<div>Put in <pre>{s.name}</pre> and {s.description}"
    ),
}


@pytest.mark.parametrize("what", AMID)
def test_no_words_of_a_description_are_lost_where_others_stand_amid_them(what: str) -> None:
    line = read_page_of(built(text=lambda s, n: AMID[what](s)))
    assert (line["kind"], line.get("field")) == ("failure", "description"), line


def test_a_link_alone_is_no_description() -> None:
    card = built(text=lambda s, n: "<p><a href='/x'>Open website</a></p>")
    line = read_page_of(card)
    assert (line["code"], line["field"]) == ("field_missing", "description")


@pytest.mark.parametrize("end", ["[...]", "[…]", "(...)"])
def test_an_ellipsis_in_brackets_is_a_cut(end: str) -> None:
    card = built(text=lambda s, n: f"<p>{s.description[:40]} {end}</p>")
    assert read_page_of(card)["code"] == "field_ambiguous"


def test_a_last_sentence_that_both_end_with_is_theirs_where_it_stands_in_their_text() -> None:
    last = "It works with nine others today."
    whole = read_page_of(built(text=lambda s, n: f"<p>{s.description} {last}</p>"))
    assert all(tool["description"].endswith(last) for tool in whole["tools"])
    apart = read_page_of(built(text=lambda s, n: f"<p>{s.description}</p><p>{last}</p>"))
    assert apart["code"] == "field_ambiguous"


def test_a_custom_element_beside_no_bare_text_is_a_block() -> None:
    card = built(
        head=lambda s, n: (
            f"<x-date><time>May {n + 1}</time></x-date><x-kind>{s.category}</x-kind>"
            f"<x-name>{s.name}</x-name>"
        ),
        text=lambda s, n: f"<x-text>{s.description}</x-text><x-link><a>Open it</a></x-link>",
    )
    assert said(read_page_of(card)) == said(read_page_of(built()))


@pytest.mark.parametrize("price", ["$NaN", "€undefined a month", "from $null"])
def test_a_currency_without_a_number_is_no_price(price: str) -> None:
    whole = html_page()
    shown = whole.replace(WREN.pricing, price, 1)
    assert shown != whole
    assert read(shown)["kind"] == "failure"


def read_page_of(card: Card, *, decision: bool = True) -> dict[str, Any]:
    return read(page(card, decision=decision))
