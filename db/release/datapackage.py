"""`datapackage.json`: tables with types, keys and references, and every data file with its hash.

The tabular resources are the CSV files; Parquet, JSON Lines and the database stand as plain files.
Source: Data Package, version 1, whose words other tools check (of version 2 many check none).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from db.release.about import (
    GUARD,
    GUARD_WORDS,
    KEYWORDS,
    LICENCE,
    LICENCE_URL,
    LICENCE_WORDS,
    PUBLISHER,
    AboutRelease,
    ReleasedFile,
)
from db.release.tables import ReleasedColumn, ReleasedTable

CSV = "text/csv"


def datapackage(
    about: AboutRelease, tables: Iterable[ReleasedTable], files: Iterable[ReleasedFile]
) -> dict[str, Any]:
    """The descriptor of a release."""
    known = {table.name: table for table in tables}
    described = [each for each in files if each.table is None or each.media_type == CSV]
    others = [each for each in files if each not in described]
    resources = [_resource(each, known.get(each.table or "")) for each in [*described, *others]]
    return {
        "profile": "data-package",
        "name": about.name.lower(),
        "title": about.title,
        "description": about.description,
        "version": about.release,
        "created": about.newest,
        **({"homepage": about.base} if about.base else {}),
        "licenses": [{"name": LICENCE, "title": LICENCE_WORDS, "path": LICENCE_URL}],
        "sources": [{"title": each.title, "path": each.base} for each in about.sources],
        "contributors": [{"title": PUBLISHER, "role": "publisher"}],
        "keywords": [*KEYWORDS],
        "csvGuard": {"prefix": GUARD, "description": GUARD_WORDS},
        "resources": resources,
    }


def _resource(file: ReleasedFile, table: ReleasedTable | None) -> dict[str, Any]:
    is_csv = table is not None and file.media_type == CSV
    name = table.name if table is not None and is_csv else file.path.lower()
    common = {
        "name": name,
        "path": file.path,
        "description": file.what,
        "mediatype": file.media_type,
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
    }
    if table is None or not is_csv:
        return {"profile": "data-resource", "type": "file", **common}
    return {
        "profile": "tabular-data-resource",
        **common,
        "format": "csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": table_schema(table),
    }


def table_schema(table: ReleasedTable) -> dict[str, Any]:
    """The Table Schema of a table."""
    references = [
        {
            "fields": [column.name],
            "reference": {
                "resource": "" if column.references[0] == table.name else column.references[0],
                "fields": [column.references[1]],
            },
        }
        for column in table.columns
        if column.references
    ]
    return {
        "fields": [_field(each) for each in table.columns],
        "missingValues": [""],
        "primaryKey": [*table.key],
        **({"foreignKeys": references} if references else {}),
    }


def _field(column: ReleasedColumn) -> dict[str, Any]:
    said = {
        # The empty text counts as missing to those who check.
        "required": (column.is_required and not column.has_empty) or None,
        "unique": column.is_unique or None,
        "minimum": column.minimum,
        "maximum": column.maximum,
        "pattern": column.pattern,
        "enum": [*column.choices] or None,
    }
    constraints = {name: value for name, value in said.items() if value is not None}
    return {
        "name": column.name,
        "type": column.kind,
        "description": column.description,
        **({"constraints": constraints} if constraints else {}),
    }
