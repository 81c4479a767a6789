"""Our lists of tools, comparisons and reviewers: filtered, sorted, a page at a time."""

from __future__ import annotations

import html
import re
import sqlite3
from array import array

import pytest
from test_web_pages import words_of
from web_sample import database
from web_server import Server, server

from web.showing import HeldLists

__all__ = ["server"]
LISTS = ["/tools", "/comparisons", "/reviewers"]


def named(page: str) -> list[str]:
    """What the rows of a list are headed by."""
    heads = re.findall(r'<th scope="row"><a[^>]*><bdi>(.*?)</bdi>', page)
    return [html.unescape(head) for head in heads]


def asked(sql: str) -> list[str]:
    conn = sqlite3.connect(f"file:{database()}?immutable=1", uri=True)
    found = [name for (name,) in conn.execute(sql)]
    conn.close()
    return found


@pytest.mark.parametrize("path", LISTS)
def test_a_list_shows_everything_there_is_and_is_light(server: Server, path: str) -> None:
    page = server.ask(path).text
    table = path[1:-1]
    assert sorted(named(page)) == sorted(
        asked(f"select {'title' if table == 'comparison' else 'name'} from {table}")
    )
    assert len(page.encode()) < 60_000
    assert not re.search(r'<t[dh][^>]*(hidden|class="more")', page), "all cells sent are shown"


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("category=Developer+Tools", "k.category = 'Developer Tools'"),
        ("badge=Mixed", "k.badge = 'Mixed'"),
        ("entry=Paid", "k.entry = 'Paid'"),
        ("share_min=67&share_max=75", "k.panel_ship_percent between 67 and 75"),
        ("name=KETTLE", "k.name like '%kettle%'"),
        ("entry=Free&badge=Mixed", "k.entry = 'Free' and k.badge = 'Mixed'"),
        ("since=2027-01-01", "0"),
    ],
)
def test_tools_and_comparisons_are_filtered_by_what_their_cards_say(
    server: Server, query: str, condition: str
) -> None:
    tools = server.ask(f"/tools?{query}").text
    expected = asked(f"select t.name from tool t join card k on k.tool_id = t.id where {condition}")
    assert sorted(named(tools)) == sorted(expected)
    if "name" not in query:
        shown = named(server.ask(f"/comparisons?{query}").text)
        one = condition.replace("k.", "a."), condition.replace("k.", "b.")
        assert sorted(shown) == sorted(
            asked(
                "select c.title from comparison c join card a on a.id = c.card_a_id"
                f" join card b on b.id = c.card_b_id where ({one[0]}) or ({one[1]})"
            )
        )
    if not expected:
        assert "None is like that." in words_of(tools)


def test_comparisons_of_a_tool_are_found_by_its_key(server: Server) -> None:
    shown = named(server.ask("/comparisons?tool=quillfish").text)
    assert len(shown) == 4 and all("Quillfish" in title for title in shown)
    assert named(server.ask("/comparisons?tool=nobody").text) == []


def test_the_widest_gap_comes_first_where_it_is_asked_for(server: Server) -> None:
    gap = "abs(a.panel_ship_percent - b.panel_ship_percent)"
    sql = f"""select {gap} from comparison c join card a on a.id = c.card_a_id
              join card b on b.id = c.card_b_id order by 1 desc"""
    page = server.ask("/comparisons?sort=gap").text
    pairs = re.findall(r"<b>(\d+)%</b>.*?<b>(\d+)%</b>", page, re.S)
    assert [abs(int(a) - int(b)) for a, b in pairs] == asked(sql)


def test_a_reviewers_share_counts_printed_verdicts_of_distinct_quotes(server: Server) -> None:
    text = words_of(server.ask("/reviewers").text)
    ship, printed = asked(
        "select sum(verdict = 'ship') from quote where verdict_source = 'page' and reviewer_id ="
        " (select id from reviewer where name = 'Builder') union all select count(*) from quote"
        " where verdict_source = 'page' and reviewer_id ="
        " (select id from reviewer where name = 'Builder')"
    )
    assert re.search(
        rf"Builder \d+ quotes {round(100 * int(ship) / int(printed))}% of {printed}\b", text
    )


@pytest.mark.parametrize(
    "path",
    [
        "/tools?share_min=101", "/tools?share_max=x", "/tools?badge=ship", "/tools?entry=Gratis",
        "/tools?since=november", "/tools?sort=best", "/tools?nothing=1", "/tools?tool=quillfish",
        "/comparisons?sort=name", "/reviewers?badge=Ship", "/tools?badge=Ship&badge=Mixed",
    ],
)  # fmt: skip
def test_what_a_list_cannot_be_asked_is_refused_in_a_sentence(server: Server, path: str) -> None:
    answer = server.ask(path)
    assert answer.status == 400
    name = path.partition("?")[2].partition("=")[0]
    assert name in words_of(answer.text)


def test_a_page_behind_the_end_leads_back_to_the_first(server: Server) -> None:
    page = server.ask("/tools?entry=Free&page=9").text
    assert named(page) == [] and 'href="/tools?entry=Free"' in page


@pytest.mark.parametrize("path", LISTS)
def test_search_engines_keep_the_plain_list_alone(server: Server, path: str) -> None:
    assert "x-robots-tag" not in server.ask(path).headers
    assert server.ask(f"{path}?name=a").headers["x-robots-tag"] == "noindex"


def test_lists_asked_for_lately_are_held_within_their_bytes() -> None:
    held = HeldLists(most_bytes=3_000)
    for name in range(10):
        held.hold(name, array("i", range(100)))
    assert held.get(0) is None and held.get(9) == array("i", range(100))
    assert held.hold("wide", array("i", range(5_000))) == held.get("wide"), "one is always held"
    assert held.get(9) is None
