"""Rows of a release as Arrow's batches. `pyarrow` is an extra of the installation.

A type follows from the model, never from the values: a column without one value keeps its type.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]

from db.release.tables import AT_ONCE, ReleasedColumn, ReleasedTable


def schema_of(table: ReleasedTable, told: dict[str, str]) -> Any:
    """The Arrow schema of a table. Shape: `told` is kept in the file, names to texts."""
    return pa.schema([_field(each) for each in table.columns], metadata=told)


def batches(db: sqlite3.Connection, table: ReleasedTable, schema: Any) -> Iterator[Any]:
    """The rows of a table in the order of their keys, some thousand at a time."""
    found = db.execute(table.select())
    while rows := found.fetchmany(AT_ONCE):
        values = zip(schema.types, zip(*rows, strict=True), strict=True)
        arrays = [pa.array(column, type_) for type_, column in values]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _field(column: ReleasedColumn) -> Any:
    integers = pa.int32() if column.is_small else pa.int64()
    kinds = {"integer": integers, "number": pa.float64(), "string": pa.string()}
    told = {"description": column.description}
    return pa.field(column.name, kinds[column.kind], nullable=not column.is_required, metadata=told)
