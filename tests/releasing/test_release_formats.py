"""Every table of a release reads the same from every form, in the readers that people use."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
import pyarrow.parquet
from release_home import FORMULA, NUMBER, PLUS, Release, plain, release

from db.release.about import GUARD
from db.release.tables import ReleasedColumn, ReleasedTable, ordered

Rows = list[tuple[Any, ...]]


def differing(made: Release, read: Any) -> list[str]:
    """The tables whose rows a reader gives otherwise than the release's database."""
    assert len(made.tables) > 15 and sum(table.rows for table in made.tables) > 300
    return [each.name for each in made.tables if read(each) != made.rows(each)]


def rows_of(frame: pandas.DataFrame) -> Rows:
    values = frame.astype(object).where(frame.notna(), None)
    return list(values.itertuples(index=False, name=None))


def test_the_home_holds_what_trips_readers(built: Path) -> None:
    with closing(sqlite3.connect(built / "public" / "current.db")) as db:
        names = {name for (name,) in db.execute("SELECT name FROM tool")}
        lines = {
            line for row in db.execute("SELECT tagline, description FROM card") for line in row
        }
    assert {FORMULA.name, NUMBER.name, PLUS.name} == {"@none/pad", "1.10", "NA"} <= names
    assert {FORMULA.tagline, NUMBER.tagline, NUMBER.description, PLUS.tagline} <= lines


def test_parquet_reads_the_same_in_four_readers(made: Release) -> None:
    def path(table: ReleasedTable) -> Path:
        return made.folder / "parquet" / f"{table.name}.parquet"

    def arrow(table: ReleasedTable) -> Rows:
        read = pyarrow.parquet.read_table(path(table))
        return list(zip(*(column.to_pylist() for column in read.columns), strict=True))

    assert differing(made, arrow) == []
    assert differing(made, lambda table: duckdb.read_parquet(str(path(table))).fetchall()) == []
    assert differing(made, lambda table: polars.read_parquet(path(table)).rows()) == []
    nullable = "numpy_nullable"
    pandas_ = lambda table: rows_of(pandas.read_parquet(path(table), dtype_backend=nullable))  # noqa: E731
    assert differing(made, pandas_) == []


def test_a_column_has_its_type_in_parquet_whatever_the_rows(made: Release) -> None:
    small = 0
    for table in made.tables:
        schema = pyarrow.parquet.read_schema(made.folder / "parquet" / f"{table.name}.parquet")
        kinds = {field.name: str(field.type) for field in schema}
        wanted = {
            each.name: {"integer": "int64", "number": "double", "string": "string"}[each.kind]
            for each in table.columns
            if each.maximum is None and not each.choices
        }
        assert wanted.items() <= kinds.items()
        assert [field.nullable for field in schema] == [not c.is_required for c in table.columns]
        assert all(field.metadata[b"description"] for field in schema)
        assert schema.metadata[b"release"].decode() == made.folder.name
        small += sum(kind == "int32" for kind in kinds.values())
    assert small > 5
    assert any(table.rows == 0 for table in made.tables)
    file = pyarrow.parquet.ParquetFile(made.folder / "parquet" / f"{made.tables[0].name}.parquet")
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def undo(cell: str) -> str:
    return cell.removeprefix(GUARD)


def test_csv_reads_the_same_with_nulls_and_empty_texts_apart(made: Release) -> None:
    def undone(table: ReleasedTable, rows: Rows) -> Rows:
        def value(column: Any, cell: str | None) -> Any:
            if cell is None:
                return None
            return {"integer": int, "number": float}.get(column.kind, undo)(cell)

        kinds = table.columns
        return [tuple(map(value, kinds, row)) for row in rows]

    def by_duckdb(table: ReleasedTable) -> Rows:
        path = made.folder / "csv" / f"{table.name}.csv"
        sql = f"FROM read_csv('{path}', all_varchar=true, allow_quoted_nulls=false, header=true)"
        return undone(table, duckdb.sql(sql).fetchall())

    def by_polars(table: ReleasedTable) -> Rows:
        path = made.folder / "csv" / f"{table.name}.csv"
        return undone(table, polars.read_csv(path, infer_schema=False).rows())

    assert differing(made, by_duckdb) == []
    assert differing(made, by_polars) == []


def test_no_cell_of_csv_is_a_formula_to_a_spreadsheet(made: Release) -> None:
    guarded = 0
    for table in made.tables:
        with (made.folder / "csv" / f"{table.name}.csv").open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        assert header == table.names
        for row in rows:
            for column, cell in zip(table.columns, row, strict=True):
                is_number = column.kind != "string"
                assert is_number or not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
                guarded += cell.startswith("'")
    assert guarded > 3 or made.folder.name.endswith("facts")


def test_json_lines_read_the_same_in_four_readers(made: Release) -> None:
    def path(table: ReleasedTable) -> Path:
        return made.folder / "jsonl" / f"{table.name}.jsonl.gz"

    def by_python(table: ReleasedTable) -> Rows:
        lines = [json.loads(line) for line in plain(path(table)).splitlines()]
        assert all(list(line) == table.names for line in lines)
        return [tuple(line.values()) for line in lines]

    def by_duckdb(table: ReleasedTable) -> Rows:
        sql = {"integer": "BIGINT", "number": "DOUBLE", "string": "VARCHAR"}
        kinds = {each.name: sql[each.kind] for each in table.columns}
        return duckdb.sql(f"FROM read_json('{path(table)}', columns={kinds})").fetchall()

    def by_pandas(table: ReleasedTable) -> Rows:
        if not table.rows:
            return []
        read = pandas.read_json(path(table), lines=True, dtype=False)
        return rows_of(read)

    def by_polars(table: ReleasedTable) -> Rows:
        return (
            polars.read_ndjson(path(table), infer_schema_length=None).rows() if table.rows else []
        )

    assert differing(made, by_python) == []
    assert differing(made, by_duckdb) == []
    assert differing(made, by_pandas) == []
    assert differing(made, by_polars) == []


def test_the_database_is_the_published_one_without_search_tables(
    built: Path, made: Release
) -> None:
    sql = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view', 'index') ORDER BY 1"
    with closing(sqlite3.connect(made.database)) as db:
        names = [name for (name,) in db.execute(sql)]
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        views = [
            name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'view'")
        ]
        assert views and all(
            db.execute(f'SELECT count(*) FROM "{view}"').fetchone() for view in views
        )
    with closing(sqlite3.connect(built / "public" / "current.db")) as db:
        published = [name for (name,) in db.execute(sql) if "_fts" not in name]
        pragmas = [
            db.execute(f"PRAGMA {each}").fetchone() for each in ("application_id", "user_version")
        ]
    with closing(sqlite3.connect(made.database)) as db:
        assert pragmas == [
            db.execute(f"PRAGMA {each}").fetchone() for each in ("application_id", "user_version")
        ]
    gone = set(published) - set(names)
    assert set(names) <= set(published)
    assert gone == set() or made.folder.name.endswith("facts")


def test_each_table_comes_after_those_that_it_refers_to_as_far_as_there_is_an_end() -> None:
    def table(name: str, *others: str) -> ReleasedTable:
        columns = [
            ReleasedColumn(each, "integer", "Another row.", True, references=(each, "id"))
            for each in others
        ]
        return ReleasedTable(name, "A row.", tuple(columns), ("id",))

    made = [table("a", "c", "a"), table("b"), table("c", "b"), table("d", "e"), table("e", "d")]
    assert [each.name for each in ordered({each.name: each for each in made})] == list("bcaed")


def test_the_same_archive_gives_the_same_bytes_twice(
    home: Path, made: Release, tmp_path: Path
) -> None:
    options = ["--facts"] if made.folder.name.endswith("facts") else []
    again = release(home, tmp_path / "out", *options)
    assert again.folder.name == made.folder.name
    assert again.files() == made.files()
    for name in made.files():
        assert (again.folder / name).read_bytes() == (made.folder / name).read_bytes(), name
        assert not name.endswith(".gz") or (made.folder / name).read_bytes()[4:8] == bytes(4)
    sums = (made.folder / "SHA256SUMS").read_text().splitlines()
    listed = dict(reversed(line.split("  ")) for line in sums)
    held = {name for name in made.files() if name != "SHA256SUMS"}
    assert listed.keys() == held
    for name, sha256 in listed.items():
        assert hashlib.sha256((made.folder / name).read_bytes()).hexdigest() == sha256
