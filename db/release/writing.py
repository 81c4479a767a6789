"""The files of a release, written into a folder: data first, then what describes it.

    its own database -> tables in three forms -> views -> index -> what changed -> papers -> sums

Everything is read from the release's own database, which lacks what a release leaves out.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from pyarrow.parquet import ParquetWriter  # type: ignore[import-untyped]

from archive import Home, index
from db.release.about import (
    CHANGES,
    DATABASE,
    SUMS,
    AboutRelease,
    ReleasedFile,
    ReleaseProgress,
    file_of,
)
from db.release.arrow import batches, schema_of
from db.release.changes import DataChanges, write_changes
from db.release.citation import citation_bib, citation_cff, citation_line
from db.release.crate import crate, dataset
from db.release.croissant import PARQUET, croissant
from db.release.csv import csv_writer, guarded
from db.release.datapackage import CSV, datapackage
from db.release.jsonl import write_jsonl
from db.release.papers import changelog, datasheet, licence, readme
from db.release.tables import ReleasedTable, read_views

JSONL = "application/jsonl+gzip"
LINKED = "application/ld+json"


def write_files(
    home: Home,
    db: sqlite3.Connection,
    part: Path,
    about: AboutRelease,
    before: Path | None,
    tables: list[ReleasedTable],
    progress: ReleaseProgress,
) -> int:
    """Write all but the database, which is there and open; gives how many captures have no line.

    Absent: `before`, the database of the release before, is None where there is none to compare.
    """
    files = [
        file_of(part, DATABASE, "application/vnd.sqlite3", "All tables and views, for SQLite.")
    ]
    for number, table in enumerate(tables, 1):
        files += _write_table(db, table, part, about)
        progress("tables", number, len(tables))
    files += _write_views(db, part)
    found = index(home.path, only={row[0] for row in db.execute("SELECT id FROM capture")})
    lines = "".join(f"{line}\n" for line in found.lines)
    files.append(_write(part, "index.cdxj", lines, "text/plain", "Where each capture lies."))
    changes = write_changes(before, part / DATABASE, tables, part / CHANGES)
    what = "Which rows appeared, changed or vanished since the release before, by their keys."
    files.append(file_of(part, CHANGES, JSONL, what))
    _write_sums(part, _write_papers(part, about, tables, changes, files))
    return found.unsealed


def _write_table(
    db: sqlite3.Connection, table: ReleasedTable, part: Path, about: AboutRelease
) -> list[ReleasedFile]:
    """The files that hold the rows of a table."""
    forms = ((PARQUET, "parquet", "parquet"), (CSV, "csv", "csv"), (JSONL, "jsonl", "jsonl.gz"))
    paths = [f"{kind}/{table.name}.{ending}" for _, kind, ending in forms]
    for path in paths:
        (part / path).parent.mkdir(exist_ok=True)
    as_parquet, as_csv, as_jsonl = (part / path for path in paths)
    told = {"release": about.release, "table": table.name, "description": table.description}
    schema = schema_of(table, told)
    parquet = ParquetWriter(as_parquet, schema, compression="zstd")
    with parquet, csv_writer(as_csv, schema) as csv:
        for batch in batches(db, table, schema):
            parquet.write_batch(batch)
            csv.write_batch(guarded(batch))
    write_jsonl(db, table, as_jsonl)
    return [
        file_of(part, path, media_type, table.description, table.name)
        for path, (media_type, _, _) in zip(paths, forms, strict=True)
    ]


def _write_views(db: sqlite3.Connection, part: Path) -> list[ReleasedFile]:
    text = "".join(f"{sql};\n" for sql in read_views(db).values())
    what = "The views, in SQL that other programs take too."
    return [_write(part, "views.sql", text, "application/sql", what)]


def _write_papers(
    part: Path,
    about: AboutRelease,
    tables: list[ReleasedTable],
    changes: DataChanges,
    data: list[ReleasedFile],
) -> list[ReleasedFile]:
    """What describes the data, for people and machines; gives all files so far."""
    page = "text/markdown"
    cite_as, cff, bib = citation_line(about), citation_cff(about), citation_bib(about)
    files = [
        *data,
        _write(part, "LICENSE.md", licence(about), page, "What may be done with it."),
        _write(part, "DATASHEET.md", datasheet(about, tables), page, "How it came about."),
        _write(part, "CHANGELOG.md", changelog(about, changes), page, "What changed, by table."),
        _write(part, "CITATION.cff", cff, "application/yaml", "How to cite it."),
        _write(part, "citation.bib", bib, "application/x-bibtex", "How to cite it in BibTeX."),
    ]
    package, record_sets = datapackage(about, tables, data), croissant(about, tables, data, cite_as)
    described = (
        ("datapackage.json", package, "application/json", "As a data package."),
        ("croissant.json", record_sets, LINKED, "As Croissant has it."),
        ("dataset.jsonld", dataset(about, data), LINKED, "As schema.org has it."),
    )
    for path, said, media_type, what in described:
        files.append(_write(part, path, _json(said), media_type, what))
    files.append(_write(part, "README.md", readme(about, tables, files), page, "Begin here."))
    packed, what = _json(crate(about, files)), "As an RO-Crate."
    return [*files, _write(part, "ro-crate-metadata.json", packed, LINKED, what)]


def _write_sums(part: Path, files: list[ReleasedFile]) -> None:
    lines = sorted(f"{each.sha256}  {each.path}\n" for each in files)
    (part / SUMS).write_text("".join(lines), "utf-8", newline="\n")


def _write(part: Path, path: str, text: str, media_type: str, what: str) -> ReleasedFile:
    (part / path).write_text(text, "utf-8", newline="\n")
    return file_of(part, path, media_type, what)


def _json(said: dict[str, Any]) -> str:
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"
