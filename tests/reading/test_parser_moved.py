"""Parts of a page that stand in another place than usual: read where a reader would, else named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fixture_tools import (
    DESK,
    HTML,
    TEXT,
    URL,
    WREN,
    Side,
    codes,
    html_page,
    read,
    text_one,
    text_two,
)

from parsers.page.links import page_links
from schema.page import RawPage

Edit = Callable[[str], str]
WHOLE = read(html_page())


def moved(text: str, before: str) -> Edit:
    """An edit that takes one piece of a page away and puts it before another."""

    def edit(page: str) -> str:
        assert text in page and before in page
        return page.replace(text, "", 1).replace(before, text + before, 1)

    return edit


def flat(page: str) -> str:
    """The page without a box around each card."""
    return page.replace("<section>", "").replace("</section>", "")


def said(line: dict[str, Any]) -> tuple[Any, Any, Any]:
    return line["title"], line["tools"], line["quotes"]


# --- cards ---

BADGE_BELOW: dict[str, Edit] = {
    "under the statistics": lambda page: page.replace("<p>Ship</p>", "").replace(
        "</ul>", "</ul><p>Ship</p>"
    ),
    "at the foot": lambda page: page.replace("<p>Ship</p>", "").replace(
        "</div></section>", "</div><p>Ship</p></section>"
    ),
    "under the statistics without boxes": lambda page: flat(
        page.replace("<p>Ship</p>", "").replace("</ul>", "</ul><p>Ship</p>")
    ),
}


@pytest.mark.parametrize("where", BADGE_BELOW)
def test_a_badge_beside_the_description_is_the_badge(where: str) -> None:
    line = read(BADGE_BELOW[where](html_page()))
    assert said(line) == said(WHOLE)
    assert codes(line) == set()


def test_a_second_badge_and_one_between_paragraphs_are_not_certain() -> None:
    twice = html_page().replace("</ul>", "</ul><p>Ship</p>")
    inside = html_page(WREN.but(description="One half.|The other.")).replace(
        "|", "</div><div>Mixed</div><div>"
    )
    assert read(twice)["field"] == "badge"
    for page in (twice, inside):
        assert read(page)["code"] == "field_ambiguous"


@pytest.mark.parametrize("guest", ["C", "Co", "D", "Copper Wren", "Damson Desk"])
@pytest.mark.parametrize("shape", [str, flat])
def test_a_letter_or_a_name_alone_beside_a_description_is_none_of_it(
    guest: str, shape: Edit
) -> None:
    for old, new in (
        ("</ul>", f"</ul><div>{guest}</div>"),
        ("</div></section>\n<table>", f"</div></section><div>{guest}</div><table>"),
        ("</div></section>\n<table>", f"</div><div>{guest}</div></section><table>"),
    ):
        line = read(shape(html_page().replace(old, new)))
        # The first name once more before the second card could head a third card.
        may_fail = guest == WREN.name and old == "</ul>"
        assert (may_fail and line["kind"] == "failure") or said(line) == said(WHOLE), new


@pytest.mark.parametrize(
    "text", ["C", "Ship", "<b>Ship</b> what you <i>have</i>.", "<b>C</b>opper Wren sings."]
)
def test_such_a_word_that_is_not_alone_or_is_all_there_is_stays(text: str) -> None:
    line = read(html_page().replace(WREN.description, text))
    if line["kind"] == "comparison":
        plain = text.translate(str.maketrans("", "", "<>/")).replace("b", "")
        shown = line["tools"][0]["description"].replace("b", "")
        assert shown.split()[0] == plain.replace("ihavei", "have").split()[0]


NO_SHARES = ["--%", "TBD", "—", "n/a", "Not rated yet", "75 of 100", "undefined"]


@pytest.mark.parametrize("shown", NO_SHARES)
def test_a_word_that_stands_for_a_share_is_told_with_its_field(shown: str) -> None:
    a, b = WREN.but(share=shown), DESK.but(share=shown)
    for tool, sides in ((0, (a, DESK)), (1, (WREN, b)), (0, (a, b))):
        for make, content_type in ((html_page, HTML), (text_one, TEXT), (text_two, TEXT)):
            line = read(make(*sides), content_type=content_type)  # type: ignore[operator]
            assert (line["code"], line["field"]) == (
                "field_unreadable",
                f"tools[{tool}].panel_ship_percent",
            ), line


@pytest.mark.parametrize(
    ("markup", "code", "field"),
    [
        (
            "<p>Panel ship: soon</p><p>Community: —</p><p>Entry: Free</p>",
            "field_unreadable",
            "tools[0].panel_ship_percent",
        ),
        (
            "<dl><dt>Panel ship<dd>soon<dt>Community<dd>—<dt>Entry<dd>Free</dl>",
            "field_unreadable",
            "tools[0].panel_ship_percent",
        ),
        (
            "<p>soon</p><p>—</p><p>Free</p><p>Panel ship</p><p>Community</p><p>Entry</p>",
            "field_unreadable",
            "tools[0].panel_ship_percent",
        ),
        (
            "<p>75%</p><p>Panel ship</p><p>soon</p><p>Community</p><p>Free</p><p>Entry</p>",
            "field_unreadable",
            "tools[0].community",
        ),
        (
            "<p>Panel ship</p><p>—</p><p>Community</p><p>Free</p><p>Entry</p>",
            "field_missing",
            "tools[0].panel_ship_percent",
        ),
        ("<p>—</p><p>Community</p><p>Free</p><p>Entry</p>", "card_missing", "tools"),
    ],
)
def test_the_statistic_without_a_value_is_named_in_any_order(
    markup: str, code: str, field: str
) -> None:
    page = html_page()
    start, end = page.index("<ul>"), page.index("</ul>") + 5
    line = read(page[:start] + markup + page[end:])
    assert (line["code"], line["field"]) == (code, field)


# --- the decision table ---

HEADER = "<tr><th>Decision</th><th>Copper Wren</th><th>Damson Desk</th></tr>\n"


def test_a_row_over_the_header_of_its_table_is_read() -> None:
    page = html_page()
    rows = page[page.index(HEADER) + len(HEADER) : page.index("</table>")].splitlines(True)
    for row in rows:
        line = read(moved(row, HEADER)(page))
        assert said(line) == said(WHOLE), row
        assert codes(line) == set()


@pytest.mark.parametrize(
    "links",
    [
        "<ul><li>Pricing</li><li>Blog</li><li>About</li></ul>",
        "<p>Pricing</p><p>Blog</p><p>About</p>",
        "<div><div>Pricing</div><div>Blog</div><div>About</div></div>",
    ],
)
def test_links_over_the_table_are_no_row_of_it(links: str) -> None:
    page = html_page(WREN.but(pricing=""), DESK.but(pricing=""))
    row = next(line for line in page.splitlines(True) if "<th>Pricing</th>" in line)
    without = page.replace(row, "")
    line = read(without.replace("<table>", links + "<table>"))
    assert [tool["pricing"] for tool in line["tools"]] == [None, None]


def sides_of(header: str, a: Side, b: Side) -> Any:
    line = read(html_page(a, b).replace(HEADER, f"<tr><th>Decision</th>{header}</tr>"))
    return [tool["pricing"] for tool in line["tools"]] if "tools" in line else line["code"]


def test_the_column_of_one_name_in_the_header_is_told_by_another_head_or_by_the_cells() -> None:
    told = WREN, DESK.but(pricing="Nine a month")
    silent = told[0].but(best_for="Loud rooms"), told[1].but(best_for="Quiet rooms")
    for header, prices in (
        ("<th>Copper Wren</th><th>The other</th>", ["Free for one", "Nine a month"]),
        ("<th>The other</th><th>Copper Wren</th>", ["Nine a month", "Free for one"]),
        ("<th>Damson <br>Desk</th><th>Copper Wren</th>", ["Nine a month", "Free for one"]),
    ):
        assert sides_of(header, *silent) == prices
    for header in ("<th>Copper Wren</th>", "<th>Damson Desk</th>"):
        assert sides_of(header, *told) == ["Free for one", "Nine a month"]
        assert sides_of(header, *silent) == "field_ambiguous"


@pytest.mark.parametrize("name", ["Damson Desk", "Damson", "DAMSON DESK"])
def test_a_header_that_names_one_tool_twice_refuses_the_page(name: str) -> None:
    header = f"<th>{name}</th><th>{name}</th>"
    assert sides_of(header, WREN, DESK.but(pricing="Nine a month")) == "field_ambiguous"


# --- links ---

COPPER = "https://shiporskip.io/compare/copper-wren-vs-damson-desk"


@pytest.mark.parametrize(
    ("base", "link"),
    [
        ("", "https://shiporskip.io/compare/a-vs-b"),
        ("<base href='/'>", "https://shiporskip.io/a-vs-b"),
        (
            "<base href='https://shiporskip.io/compare/deep/page'>",
            "https://shiporskip.io/compare/deep/a-vs-b",
        ),
        ("<base href='//mirror.example/x/'>", "https://mirror.example/x/a-vs-b"),
        (
            "<base target=_top><base href='/one/'><base href='/two/'>",
            "https://shiporskip.io/one/a-vs-b",
        ),
        ("<base href=''>", "https://shiporskip.io/compare/a-vs-b"),
        ("<base href='javascript:1'><base href='/two/'>", "https://shiporskip.io/compare/a-vs-b"),
        ("<base href='data:text/html,x'>", "https://shiporskip.io/compare/a-vs-b"),
        ("<base href='ftp://shiporskip.io/'>", "https://shiporskip.io/compare/a-vs-b"),
        ("<base href='https://['>", "https://shiporskip.io/compare/a-vs-b"),
        (
            "<!-- <base href='/no/'> --><template><base href='/no/'></template>",
            "https://shiporskip.io/compare/a-vs-b",
        ),
    ],
)
def test_links_are_read_beside_the_first_base_of_the_page(base: str, link: str) -> None:
    body = f"<html><head>{base}</head><body><a href='a-vs-b#top'>x</a>".encode()
    assert page_links(RawPage(COPPER, body, HTML)).links == (link,)
    whole = b"<a href='https://other.example/y'>x</a>"
    assert page_links(RawPage(COPPER, body + whole, HTML)).links == (
        link,
        "https://other.example/y",
    )


def test_a_canonical_link_is_read_beside_a_whole_base_only() -> None:
    link = "<link rel=canonical href='compare/a-vs-b'>"
    for base, url in (
        ("https://shiporskip.io/", "https://shiporskip.io/compare/a-vs-b"),
        ("/x/", None),
    ):
        line = read(html_page(head=f"<base href='{base}'>{link}"), url=None)
        assert line["url"] == url
        assert codes(line) == (set() if url else {"canonical_misfit"})


@pytest.mark.parametrize("link", ["https://[shiporskip.io]/compare/x", "//[", "http://[x"])
def test_a_canonical_link_that_is_none_costs_no_value(link: str) -> None:
    head = f"<link rel=canonical href='{link}'>"
    line = read(html_page(head=head))
    assert line["kind"] == "comparison" and not line["findings"]


def test_a_page_without_address_goes_by_its_canonical_link_beside_its_base() -> None:
    path = URL.removeprefix("https://shiporskip.io")
    page = html_page(head=f"<base href='https://shiporskip.io/'><link rel=canonical href='{path}'>")
    line = read(page, url=None)
    assert line["url"] == URL and line["tools"][0]["slug"] is not None


def test_slugs_are_told_by_links_beside_the_base() -> None:
    links = "".join(f'<a href="{slug}">x</a>' for slug in ("a-vs-b", "c"))
    page = html_page(head='<base href="/tool/">', after=links)
    line = read(page, url=URL.replace(URL.rsplit("/", 1)[1], "a-vs-b-vs-c"))
    assert [tool["slug"] for tool in line["tools"]] == ["a-vs-b", "c"]
