from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from db_home import ALDER, BIRCH, page, store

from db import build
from db.rows.tables import columns, create_indexes, create_tables, descriptions, insert_rows
from schema.errors import BuildError
from schema.rows import ROWS, SEARCHED, VIEWS
from schema.rows.about import SiteRow


@pytest.fixture
def empty() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    create_tables(connection)
    create_indexes(connection)
    return connection


def test_every_table_is_strict(empty: sqlite3.Connection) -> None:
    listed = empty.execute("PRAGMA table_list").fetchall()
    strict = {row[1]: row[5] for row in listed if row[2] == "table" and "_fts" not in row[1]}
    ours = {name: is_strict for name, is_strict in strict.items() if "sqlite_" not in name}
    assert ours == {model.table: 1 for model in ROWS}


def test_the_contracts_tables_and_view_exist(empty: sqlite3.Connection) -> None:
    names = {name for (name,) in empty.execute("SELECT name FROM sqlite_master")}
    wanted = "comparison comparison_version tool card quote reviewer capture page failure finding"
    assert {*wanted.split(), "crawl", "release", "comparison_quote"} <= names
    shown = [row[1] for row in empty.execute("PRAGMA table_info(comparison_quote)")]
    assert shown[:5] == ["comparison", "position", "tool_position", "slot", "reviewer"]
    assert shown[5:] == ["score", "verdict", "verdict_source", "quote", "text"]


def test_every_table_view_and_column_has_a_sentence(empty: sqlite3.Connection) -> None:
    told = {(table, column): sentence for table, column, sentence in descriptions()}
    for name in (*(model.table for model in ROWS), *VIEWS):
        present = [row[1] for row in empty.execute(f'PRAGMA table_info("{name}")')]
        described = {column for table, column in told if table == name}
        assert described == {None, *present}
    bad = [key for key, text in told.items() if len(text) < 12 or "\n" in text]
    assert not bad


def test_two_views_by_names_share_a_column_only_where_it_means_the_same() -> None:
    means: dict[str, set[str | None]] = {}
    for name in ("quotes", "cards", "comparisons", "changes"):
        for column, field in VIEWS[name].model_fields.items():
            means.setdefault(column, set()).add(field.description)
    assert {column: told for column, told in means.items() if len(told) > 1} == {}


def test_every_foreign_key_leads_to_a_table_with_a_label_and_has_an_index_if_asked_by(
    empty: sqlite3.Connection,
) -> None:
    labels = {model.table: model.label for model in ROWS}
    for model in ROWS:
        indexed = {
            empty.execute(f'PRAGMA index_info("{index[1]}")').fetchone()[2]
            for index in empty.execute(f'PRAGMA index_list("{model.table}")').fetchall()
        }
        for key in empty.execute(f'PRAGMA foreign_key_list("{model.table}")').fetchall():
            assert labels[key[2]] is not None
            is_asked = key[3] not in model.rarely_asked and key[2] != "site"
            assert (key[3] in indexed) is is_asked


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("panel_ship_percent", 101),
        ("panel_ship_percent", -1),
        ("panel_ship_percent", "half"),
        ("entry", "Gratis"),
        ("badge", "Maybe"),
        ("votes_ship", -1),
        ("key", "abc"),
        ("name", None),
        ("tool_id", 99),
    ],
)
def test_a_value_that_no_record_may_hold_is_refused_by_the_database(
    empty: sqlite3.Connection, column: str, value: object
) -> None:
    good = {
        "id": 1,
        "key": "0" * 64,
        "site": "sample",
        "name": "Alder",
        "category": "Tools",
        "entry": "Free",
        "panel_ship_percent": 75,
        "first_seen": "x",
        "last_seen": "x",
        "badge": None,
        "votes_ship": None,
        "tool_id": 1,
    }
    empty.execute("INSERT INTO site VALUES ('sample', 'Sample', 'https://sample.example')")
    empty.execute("INSERT INTO tool (id, tool, site, name) VALUES (1, 'alder', 'sample', 'Alder')")
    sql = f"INSERT INTO card ({', '.join(good)}) VALUES ({', '.join('?' for _ in good)})"
    empty.execute(sql, list(good.values()))
    empty.execute("DELETE FROM card")
    with pytest.raises(sqlite3.IntegrityError):
        empty.execute(sql, list((good | {column: value}).values()))


def test_a_row_that_the_database_refuses_is_told_by_its_table(empty: sqlite3.Connection) -> None:
    row = ("sample", None, "https://sample.example")
    with pytest.raises(BuildError, match=r"a row of site cannot be published: .*site\.title"):
        insert_rows(empty, SiteRow, [row])


def test_columns_come_in_a_fixed_order_with_the_id_first() -> None:
    for model in ROWS:
        names = [column.name for column in columns(model)]
        assert names[0] == ("id" if "id" in model.model_fields else model.told_by[0])
        assert sorted(names) == sorted(model.model_fields)


def test_search_finds_stemmed_and_accent_folded_words(tmp_path: Path) -> None:
    store(tmp_path, [page(ALDER, BIRCH)])
    published = sqlite3.connect(build(tmp_path, workers=1).path)
    count = "SELECT count(*) FROM {0} WHERE {0} MATCH ?"
    assert published.execute(count.format("quote_fts"), ["run circle"]).fetchone() == (4,)
    assert published.execute(count.format("quote_fts"), ["desk"]).fetchone() == (4,)
    assert published.execute(count.format("card_fts"), ["forgetting"]).fetchone() == (2,)
    assert published.execute(count.format("card_fts"), ["pricing : free"]).fetchone() == (2,)
    assert set(SEARCHED) == {"quote", "card", "reviewer", "correction"}
