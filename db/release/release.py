"""The whole of a release in one line: a published database becomes a folder for others.

    published -> its own database -> tables in three forms -> index -> descriptions -> papers
              -> SHA256SUMS -> the folder gets its name

A release is the same bytes for the same published file, ledger and libraries; its folder is there
whole or not at all. What it leaves out it leaves out first, in its own database: every other file
is read from that.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archive import Home, index
from db.publish.publish import present
from db.release.about import DATABASE, AboutRelease, ReleasedFile, ReleasedSite, file_of
from db.release.arrow import arrow, batches, schema_of
from db.release.citation import citation_bib, citation_cff, citation_line
from db.release.crate import crate, dataset
from db.release.croissant import PARQUET, croissant
from db.release.csv import writing_csv
from db.release.datapackage import CSV, datapackage
from db.release.jsonl import write_jsonl
from db.release.papers import changelog, datasheet, licence, readme
from db.release.parquet import writing_parquet
from db.release.sqlite import write_database
from db.release.tables import ReleasedTable, read_tables, read_views
from db.rows.write import connect_read_only
from machine.files import file_sha256, fsync_file, fsync_folder, put_in_place
from schema.errors import StartError

JSONL = "application/jsonl+gzip"
LINKED = "application/ld+json"
SUMS = "SHA256SUMS"
ReleaseProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ReleaseReport:
    """A release that was made, and where."""

    folder: Path
    release: str
    rows: dict[str, int]
    """Number of rows of each table."""
    files: int
    size: int
    """All files together. Units: bytes."""
    unsealed: int
    """Captures whose WARC file is still being written, so that the index cannot name it."""


def export(
    home: Path, out: Path, *, is_facts: bool, base: str | None, progress: ReleaseProgress
) -> ReleaseReport:
    """Make a release of what is published, in a folder of its own under `out`.

    Raises: StartError where nothing is published, or pyarrow is not installed.
    """
    arrow()
    place = Home(home)
    published = present(place)
    if published is None:
        raise StartError(what=f"{home}: nothing is published yet; `verdicts build` does it")
    about = _about(published, out, is_facts=is_facts, base=base)
    folder = out / about.release
    with _appearing(folder) as part, closing(_database(published, part, about)) as db:
        tables, files = read_tables(db), [_told_database(part)]
        for number, table in enumerate(tables, 1):
            files += _write_table(db, table, part, about)
            progress("tables", number, len(tables))
        files += _write_views(db, part)
        captures = {row[0] for row in db.execute("SELECT id FROM capture")}
        found = index(home, only=captures)
        lines = "".join(f"{line}\n" for line in found.lines)
        files.append(_write(part, "index.cdxj", lines, "text/plain", "Where each capture lies."))
        files = _write_papers(part, about, tables, files)
        _write_sums(part, files)
    size = sum(each.size for each in files)
    rows = {each.name: each.rows for each in tables}
    return ReleaseReport(folder, about.release, rows, len(files) + 1, size, found.unsealed)


def _about(published: Path, out: Path, *, is_facts: bool, base: str | None) -> AboutRelease:
    with closing(connect_read_only(published)) as db:
        newest = db.execute(
            "SELECT captured_at FROM capture ORDER BY date_source = 'file', captured_at DESC"
        ).fetchone()
        sites = db.execute("SELECT title, base FROM site ORDER BY title").fetchall()
    if newest is None:
        raise StartError(what=f"{published}: it holds no capture, so there is nothing to release")
    release = _next_name(out, newest[0][:10], "-facts" if is_facts else "")
    return AboutRelease(
        release=release,
        newest=newest[0],
        is_facts=is_facts,
        sources=tuple(ReleasedSite(*each) for each in sites),
        base=f"{base.rstrip('/')}/{release}/" if base else None,
        program=f"verdicts {version('verdicts')}",
        database_sha256=file_sha256(published),
    )


def _next_name(out: Path, date: str, kind: str) -> str:
    """The date with the first number that no folder there has."""
    number = 1
    while (out / f"{date}.{number}{kind}").exists():
        number += 1
    return f"{date}.{number}{kind}"


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A folder to fill that gets its name at the end, its files durable; else nothing is left."""
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        for path in sorted(part.rglob("*")):
            fsync_folder(path) if path.is_dir() else fsync_file(path)
        fsync_folder(part)
        put_in_place(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _database(published: Path, part: Path, about: AboutRelease) -> sqlite3.Connection:
    write_database(published, part / DATABASE, is_facts=about.is_facts)
    return connect_read_only(part / DATABASE)


def _told_database(part: Path) -> ReleasedFile:
    return file_of(part, DATABASE, "application/vnd.sqlite3", "All tables and views, for SQLite.")


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
    with writing_parquet(as_parquet, schema) as one, writing_csv(as_csv, schema) as other:
        for batch in batches(db, table, schema):
            one(batch)
            other(batch)
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
    part: Path, about: AboutRelease, tables: list[ReleasedTable], data: list[ReleasedFile]
) -> list[ReleasedFile]:
    """What describes the data, for people and machines; gives all files so far."""
    page = "text/markdown"
    cite_as, cff, bib = citation_line(about), citation_cff(about), citation_bib(about)
    files = [
        *data,
        _write(part, "LICENSE.md", licence(about), page, "What may be done with it."),
        _write(part, "DATASHEET.md", datasheet(about, tables), page, "How it came about."),
        _write(part, "CHANGELOG.md", changelog(tables), page, "What changed, by table."),
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
