"""Whoever follows the pages of a table or view, in any order, is given each row exactly once."""

from __future__ import annotations

import html
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from test_web_pages import TABLES
from web_sample import database
from web_server import Server, serving

EVERY = [*TABLES, "takedown", "correction", "odd_pair", "odd_text"]
ODD = """
CREATE TABLE odd_pair (a TEXT, b INTEGER, kind TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID;
CREATE TABLE odd_text (name TEXT PRIMARY KEY, kind TEXT) WITHOUT ROWID;
"""
KINDS = [None, "", "$null", "a,b", "same", "same", "same"]


def plant(path: Path) -> None:
    """Keys that no table of ours has, and an index without its key on every column there is."""
    with closing(sqlite3.connect(path)) as conn:
        conn.executescript(ODD)
        for at, kind in enumerate(KINDS * 4):
            conn.execute("INSERT INTO odd_pair VALUES (?, ?, ?)", (f"{at % 4},~", at // 4, kind))
            conn.execute("INSERT INTO odd_text VALUES (?, ?)", (f"name {at}, of/many", kind))
        for at in range(7):
            conn.execute(
                "INSERT INTO correction (kind, site, target, note, added_at) VALUES"
                " ('tool', 'shiporskip', ?, 'Noted.', '2026-11-02T00:00:00Z')", (f"t{at}",),
            )  # fmt: skip
        listed = conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in listed:
            if "_fts" not in table and not table.startswith("sqlite_"):
                for (column,) in conn.execute("SELECT name FROM pragma_table_info(?)", (table,)):
                    sql = f'CREATE INDEX "planted {table} {column}" ON "{table}" ("{column}")'
                    conn.execute(sql)
        conn.commit()


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    path = tmp_path_factory.mktemp("planted") / "verdicts-planted.db"
    shutil.copyfile(database().resolve(), path)
    plant(path)
    with serving(path) as running:
        yield running


def rows_of(server: Server, path: str) -> list[str]:
    """Every row of a table in the order in which its pages give them."""
    rows: list[str] = []
    asked = path
    while asked:
        page = json.loads(server.ask(asked).body)
        rows += [json.dumps(row, sort_keys=True) for row in page["rows"]]
        asked = f"{path}&_next={quote(page['next'])}" if page["next"] else ""
    return rows


def as_sqlite_sorts(value: object) -> tuple[bool, object]:
    return value is not None, value


@pytest.mark.parametrize("table", EVERY)
def test_pages_in_any_order_give_every_row_once_and_in_that_order(
    planted: Server, table: str
) -> None:
    first = json.loads(planted.ask(f"/verdicts/{table}.json?_size=max&_extra=columns").body)
    every = sorted(json.dumps(row, sort_keys=True) for row in first["rows"])
    assert every
    size = max(len(every) // 3, 1)
    for column in ("", *first["columns"]):
        for way in ("_sort", "_sort_desc") if column else ("",):
            order = f"&{way}={column}" if column else ""
            given = rows_of(planted, f"/verdicts/{table}.json?_size={size}{order}")
            assert sorted(given) == every, order
            sorts = [as_sqlite_sorts(json.loads(row)[column]) for row in given if column]
            assert sorts == sorted(sorts, reverse=way == "_sort_desc"), order


@pytest.mark.parametrize(
    ("table", "narrowed"),
    [
        ("quote", "_facet=reviewer_id&_facet=verdict&score__gt=1"),
        ("quote", "_search=screenshot"),
        ("quote", "_where=id+in+(select+id+from+quote+order+by+score+limit+9)"),
        ("quote", "reviewer_id__notnull=1&_labels=on"),
        ("quote", '_through={"table":"side_quote","column":"slot","value":"1"}'),
        ("comparison_quote", "_facet=verdict&tool_position=1"),
        ("comparison_quote", "_where=score+>+0"),
        ("page", "state__not=stored&_facet=state"),
        ("quote", "_col=text"),
        ("comparison_quote", "_col=text"),
    ],
)
def test_what_is_narrowed_gives_every_row_once_too(
    planted: Server, table: str, narrowed: str
) -> None:
    path = f"/verdicts/{table}.json?{quote(narrowed, safe='=&+_()')}"
    every = sorted(rows_of(planted, f"{path}&_size=max"))
    assert len(every) > 3
    for order in ("", "&_sort={}", "&_sort_desc={}"):
        for column in {"quote": ["verdict", "score"], "page": ["site"]}.get(
            table, ["verdict", "slot"]
        ):
            size = max(len(every) // 3, 1)
            given = rows_of(planted, f"{path}&_size={size}{order.format(column)}")
            assert sorted(given) == every, order


@pytest.mark.parametrize("table", ["quote", "page", "side", "capture", "finding"])
@pytest.mark.parametrize("order", ["", "&_sort={}", "&_sort_desc={}"])
def test_the_pages_that_people_turn_show_every_row_once(
    planted: Server, table: str, order: str
) -> None:
    column = {"quote": "verdict", "side": "badge", "finding": "code"}.get(table, "id")
    asked = f"/verdicts/{table}?_size=7{order.format(column)}"
    shown: list[str] = []
    while asked:
        page = planted.ask(asked).text
        shown += re.findall(r'data-name="id"[^>]*><bdi><a[^>]*>(\d+)</a>', page)
        found = re.search(r'<a rel="next" href="([^"]+)"', page)
        asked = html.unescape(found[1]) if found else ""
    ids = json.loads(planted.ask(f"/verdicts/{table}.json?_size=max").body)["rows"]
    assert sorted(map(int, shown)) == [row["id"] for row in sorted(ids, key=lambda row: row["id"])]


def test_a_view_is_given_in_the_order_of_its_pages_and_quotes(planted: Server) -> None:
    rows = [json.loads(row) for row in rows_of(planted, "/verdicts/comparison_quote.json?_size=9")]
    places = [(row["comparison"], row["position"]) for row in rows]
    assert places == sorted(set(places))


@pytest.mark.parametrize("token", ["x", "-1", "1_0", "1.5", "1,2", " 1", "9" * 30])
def test_what_is_no_place_in_a_view_is_refused(planted: Server, token: str) -> None:
    answer = planted.ask(f"/verdicts/comparison_quote.json?_next={quote(token)}")
    assert answer.status == 400 and "is no next page" in json.loads(answer.body)["error"]


@pytest.mark.parametrize("table", ["quote_fts", "card_fts", "quote~5Ffts"])
def test_the_index_of_the_search_has_no_pages_and_says_what_does(
    planted: Server, table: str
) -> None:
    for path in (f"/verdicts/{table}", f"/verdicts/{table}.json?_sort=rank"):
        answer = planted.ask(path)
        assert answer.status in (400, 404) and "rows" not in answer.headers
    told = planted.ask("/verdicts/quote_fts.json")
    assert "no order of rows" in json.loads(told.body)["error"]
    sql = quote("select rowid from quote_fts where quote_fts match 'screenshot'")
    assert json.loads(planted.ask(f"/verdicts/-/query.json?sql={sql}").body)["rows"]


def test_a_query_of_ones_own_keeps_its_order(planted: Server) -> None:
    def told(sql: str) -> list[int]:
        answer = planted.ask(f"/verdicts/-/query.json?_shape=array&sql={quote(sql)}")
        return [row["id"] for row in json.loads(answer.body)]

    assert told("select id, text from quote order by id desc limit 3") == [
        *reversed(told("select id from quote order by id limit 100")[-3:])
    ]
    assert told("select id, 1 from card union select id, 2 from tool order by 2, id limit 3")
    assert told("select id, count(*) from quote group by reviewer_id order by 2 limit 3")
    plain = "select verdict from comparison_quote union select verdict from quote limit 5"
    assert json.loads(planted.ask(f"/verdicts/-/query.json?sql={quote(plain)}").body)["ok"]
