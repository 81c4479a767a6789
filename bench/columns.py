"""A published database beside its tables as Parquet, asked by DuckDB: size, and seconds a query.

For docs/capacity.md. Needs two packages that are no part of the project, in any environment:
`pip install duckdb pyarrow`, then `python bench/columns.py data/public/current.db`. Each query is
asked three times of both, in turns; the least of each is told, and whether the answers are equal.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

AT_ONCE = 100_000
SHOWN = "version_side v join side_quote s using (side_id) join comparison c using (version_id)"
QUERIES = {
    "verdicts shown, by reviewer": f"select s.reviewer_id, s.verdict, count(*) from {SHOWN}"
    " group by 1, 2 order by 1, 2",
    "comparisons, by layout and state": "select layout, state, count(*) from comparison"
    " group by 1, 2 order by 1, 2",
    "captures, by month and outcome": "select substr(captured_at, 1, 7), outcome, count(*)"
    " from capture group by 1, 2 order by 1, 2",
    "tools, by comparisons": "select t.name, count(*) from comparison c join tool t"
    " on t.id in (c.tool_a_id, c.tool_b_id) group by t.id, t.name order by 2 desc, 1 limit 20",
    "one comparison, by its key": "select title, captured_at from comparison"
    " where comparison = (select max(comparison) from comparison)",
}


def write_parquet(database: sqlite3.Connection, folder: Path) -> dict[str, Path]:
    """Each table of a database as one Parquet file under zstd, its types stated."""
    sql = "select name from sqlite_schema where type = 'table' and sql like '%STRICT%'"
    made = {}
    for (table,) in database.execute(sql).fetchall():
        about = database.execute(f"pragma table_info({table})").fetchall()
        kinds = {row[1]: pa.int64() if row[2] == "INTEGER" else pa.string() for row in about}
        schema = pa.schema(list(kinds.items()))
        made[table] = folder / f"{table}.parquet"
        found, count = database.execute(f"select * from {table}"), 0
        with pq.ParquetWriter(made[table], schema, compression="zstd") as writer:
            while rows := found.fetchmany(AT_ONCE):
                columns = zip(zip(*rows, strict=True), kinds.values(), strict=True)
                arrays = [pa.array(values, kind) for values, kind in columns]
                writer.write_table(pa.table(arrays, schema=schema))
                count += len(rows)
        # Leaving a writer by an error writes a whole file of the rows so far.
        assert pq.read_metadata(made[table]).num_rows == count, table
    return made


def least(asks: dict[str, Callable[[str], list[Any]]], sql: str) -> tuple[dict[str, float], bool]:
    """The least seconds of each, and whether all gave the same rows."""
    took: dict[str, list[float]] = {name: [] for name in asks}
    answers: dict[str, list[Any]] = {}
    for _ in range(3):
        for name, ask in asks.items():
            begun = time.perf_counter()
            answers[name] = [tuple(row) for row in ask(sql)]
            took[name].append(time.perf_counter() - begun)
    first, *others = answers.values()
    return {name: min(each) for name, each in took.items()}, all(each == first for each in others)


def main() -> None:
    """Write the files, ask both, print a table."""
    path = Path(sys.argv[1]).resolve()
    uri = f"{path.as_uri()}?mode=ro&immutable=1"
    with (
        closing(sqlite3.connect(uri, uri=True)) as database,
        tempfile.TemporaryDirectory() as name,
        duckdb.connect() as columns,
    ):
        begun = time.perf_counter()
        files = write_parquet(database, Path(name))
        seconds = time.perf_counter() - begun
        for table, file in files.items():
            columns.execute(f"create view {table} as from '{file}'")
        sizes = [file.stat().st_size for file in (path, *files.values())]
        versions = {"SQLite": sqlite3.sqlite_version, "DuckDB": duckdb.__version__}
        print(versions | {"pyarrow": pa.__version__})
        print(
            f"database {sizes[0] / 1e6:.1f} MB, Parquet {sum(sizes[1:]) / 1e6:.1f} MB, "
            f"written in {seconds:.0f} s"
        )
        asks = {
            "SQLite": lambda sql: database.execute(sql).fetchall(),
            "DuckDB": lambda sql: columns.execute(sql).fetchall(),
        }
        for what, sql in QUERIES.items():
            took, is_same = least(asks, sql)
            told = ", ".join(f"{name} {1000 * each:.1f} ms" for name, each in took.items())
            print(f"{what}: {told}{'' if is_same else ', and the answers differ'}")


if __name__ == "__main__":
    main()
