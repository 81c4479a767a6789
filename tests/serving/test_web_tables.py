"""The tables of the data as people see them: headings, columns, labels and links."""

from __future__ import annotations

import html
import json
import re

import pytest
from test_web_pages import TABLES, words_of
from web_server import Server, server

from schema.rows import ROWS

__all__ = ["server"]


@pytest.mark.parametrize("table", TABLES)
def test_each_table_shows_rows_their_meaning_and_the_licence(server: Server, table: str) -> None:
    page = server.ask(f"/verdicts/{table}")
    assert page.status == 200
    assert "What the columns mean" in page.text
    assert "no licence granted" in page.text
    rows = json.loads(server.ask(f"/verdicts/{table}.json?_shape=array&_size=5").body)
    assert rows
    keys = {model.table: model.told_by or ("id",) for model in ROWS}.get(table)
    if keys is not None:
        place = ",".join(str(rows[0][key]) for key in keys)
        assert server.ask(f"/verdicts/{table}/{place}").status == 200


def test_a_table_shows_first_what_a_reader_wants_unless_told_which_columns(server: Server) -> None:
    def order(path: str) -> list[str]:
        row = re.search(r"<tbody>\s*<tr>(.*?)</tr>", server.ask(path).text, re.S)
        return re.findall(r'data-name="(\w+)"', row[1]) if row else []

    quote = order("/verdicts/quote")
    assert quote[:6] == ["id", "tool_name", "reviewer_id", "score", "verdict", "text"]
    assert quote[-1] == "key"
    assert order("/verdicts/card")[:3] == ["id", "name", "category"]
    assert order("/verdicts/crawl")[:3] == ["id", "started_at", "kind"]
    assert order("/verdicts/tool")[-2:] == ["tool", "slug"]
    assert order("/verdicts/comparison")[-1] == "comparison"
    assert order("/verdicts/quote?_col=key&_col=text") == ["id", "key", "text"]
    assert (
        '<a href="/compare/brass-kettle-vs-lantern-notes">Brass Kettle vs'
        in server.ask("/verdicts/comparison").text
    )


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_headed_in_words_and_keeps_its_names_for_queries(
    server: Server, table: str
) -> None:
    from web.describe import TITLES

    page = server.ask(f"/verdicts/{table}").text
    assert f"<h1>{TITLES[table]}</h1>" in page
    assert f"<code>{table}</code>" in page
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page, re.S)
    assert heads and not [head for head in heads if "_" in words_of(head)]


@pytest.mark.parametrize(
    ("table", "name"),
    [("tool", "name"), ("quote", "tool_name"), ("card", "name"), ("comparison", "tool_a_id")],
)
def test_a_tools_name_in_a_table_leads_to_its_page(server: Server, table: str, name: str) -> None:
    page = server.ask(f"/verdicts/{table}?_size=100").text
    cells = re.findall(rf'data-name="{name}"[^>]*><bdi>(.*?)</bdi>', page, re.S)
    assert cells and all(cell.startswith('<a href="/tool/') for cell in cells)
    led = server.ask(html.unescape(cells[-1].split('"')[1])).text
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", led) == re.findall(r"<a[^>]*>(.*?)</a>", cells[-1])


def test_a_table_leaves_out_lesser_columns_until_asked_for_all(server: Server) -> None:
    page = server.ask("/verdicts/tool?site=shiporskip").text
    assert re.search(r'class="[^"]* more" data-name="slug"', page)
    link = re.search(r'href="([^"]+)"[^>]*>all columns</a>', page)
    assert link
    whole = server.ask(html.unescape(link[1])).text
    row = re.search(r"<tbody>\s*<tr>(.*?)</tr>", whole, re.S)
    assert row and " more" not in row[1]
    (told,) = json.loads(server.ask("/verdicts/tool.json?_shape=array&_size=1").body)
    assert set(re.findall(r'data-name="(\w+)"', row[1])) == set(told)
    assert "site=shiporskip" in link[1]


def test_the_list_of_tables_names_the_columns_of_views_too(server: Server) -> None:
    text = words_of(server.ask("/verdicts").text)
    assert "comparison_quote view comparison, position, tool_position, slot, reviewer" in text


def test_every_column_put_first_is_one_of_its_table(server: Server) -> None:
    from web.describe import FIRST

    for table, columns in FIRST.items():
        (row,) = json.loads(server.ask(f"/verdicts/{table}.json?_shape=array&_size=1").body)
        assert set(columns) <= set(row), table


def test_foreign_keys_are_labelled(server: Server) -> None:
    page = server.ask("/verdicts/comparison/1").text
    assert '<a href="/tool/brass-kettle">Brass Kettle</a>' in page
    assert re.search(r'<a href="/verdicts/capture/\d+">2026-', page)
    assert '<a href="/compare/brass-kettle-vs-lantern-notes">' in page
