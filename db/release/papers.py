"""The papers of a release that people read: README, datasheet, changelog, licence."""

from __future__ import annotations

from collections.abc import Iterable

from db.release.about import CHANGES, DATABASE, GUARD_WORDS, LICENCE_URL, AboutRelease, ReleasedFile
from db.release.changes import DataChanges
from db.release.citation import citation_line
from db.release.tables import ReleasedTable

_README = """\
# {title}

{description}

To cite it: {citation}

LICENSE.md says what may be done with it, DATASHEET.md how it came about, CHANGELOG.md what it holds
beside other releases. `sha256sum -c SHA256SUMS` says whether all of it is as it was made.

## Files

| file | what it is |
|---|---|
{files}

Each table is there as `parquet/NAME.parquet`, `csv/NAME.csv` and `jsonl/NAME.jsonl.gz`: the same
rows in the order of their keys.
`{database}` wants SQLite 3.37 or newer. Views stand in it and, for other programs, in `views.sql`.

## Reading it

Parquet keeps every type, also of a column that holds nothing yet. These lines run in this folder:

```python
import duckdb
duckdb.sql("SELECT count(*) FROM 'parquet/{table}.parquet'")
duckdb.sql("SELECT * FROM read_json('jsonl/{table}.jsonl.gz', sample_size=-1)")
duckdb.sql("SELECT * FROM read_csv('csv/{table}.csv', allow_quoted_nulls=false, all_varchar=true)")
```

```python
import pandas
pandas.read_parquet("parquet/{table}.parquet", dtype_backend="pyarrow")
pandas.read_json("jsonl/{table}.jsonl.gz", lines=True, dtype=False)
```

```python
import polars
polars.read_parquet("parquet/{table}.parquet")
polars.read_ndjson("jsonl/{table}.jsonl.gz", infer_schema_length=None)
```

Without these options readers of JSON Lines take a version such as "1.10" for a number, or a column
that begins with nulls for one that has no values; before pandas 3.1, `read_json` also wants
`convert_dates=False`. Times are text in UTC, such as
2026-12-01T00:00:00Z: compare them as text or convert them, with their zone.

{guard}

## Tables

| table | rows | what a row is |
|---|---|---|
{tables}
"""

_DATASHEET = """\
# Datasheet

Of {title}. The headings are those of "Datasheets for Datasets" (Gebru and others, 2021).

## Motivation

So that what is published about AI tools, by whom and when, can be studied and checked later. Made
by the maintainers of the program verdicts; no publisher had a part in it.

## Composition

{composition} Cards and quotes stand once each, however many pages show them: count those, not
what pages show. The people who speak in quotes are personas of the publisher's. Whatever is known
to be missing or in disagreement is a row of the tables of failures and findings. The time of each
capture and what says so stand beside it.

{kind}

Pages and tools that were taken down on request are not in it. Where the pages that show a text ask
that no copy be shown, or for no use by AI, the text is null and `withheld` says why; its hash and
length stay.

## Collection

Pages were fetched slowly, within robots.txt, or imported from other people's captures. Each answer
is kept as it came; `index.cdxj` says where, for whoever holds the archive. Sources: {sources}.

## Preprocessing

{program} read the pages into tables, the same for the same bytes. White space is made one space,
outer quotation marks of quotes are taken off, nothing else is changed. A verdict that no page
prints may be inferred from a panel's share or the quote's own words; `verdict_source` says which it
is, and an inferred one never replaces a printed one. All files with rows are read from the one
database of the release, which has the SHA-256 `{sha256}`.

## Uses

Descriptive study of what is published. It is no measure of the tools: pages share cards, shares
have five levels, and one generator may speak for all reviewers. Nothing in it was verified.

## Distribution

{licence}

{guard}

## Maintenance

A release never changes; it can only be withdrawn, for a take-down. Its date is that of its newest
capture, {date}. The same archive, parser and decisions give the same bytes.
"""

_LICENCE = """\
# Licence

## What the archive adds

Verdicts inferred from shares and from the words of a quote, and the places of those words; failures
and findings; states, versions, dates and hashes; names and descriptions of tables and columns, and
the arrangement of the whole. To the extent that there are rights in these, they are licensed under
the Creative Commons Attribution 4.0 International licence: {url}legalcode

A fitting credit is: verdicts, {release}, CC BY 4.0

## What publishers wrote

{held} remain the property of their authors and owners. The archive holds no rights in
them and grants no licence to them. They are shown as published, with their source and date, for
reading, quotation and research within the law of the reader's country; whoever copies or
republishes them must have a right of their own to do so.

The project is not affiliated with, endorsed by or checked by any publisher.
"""

_CHANGELOG = """\
# What changed, by table

{told}

| table | rows | appeared | changed | vanished |
|---|---|---|---|---|
{tables}

`{file}` names each of these rows by its key, and of those that changed the columns. Dates of a row
that was merely seen again count as changed; what publishers themselves changed is in the table
`change`, with its values.
"""


def readme(about: AboutRelease, tables: list[ReleasedTable], files: Iterable[ReleasedFile]) -> str:
    """README.md. Shape: `tables` are all of the release."""
    widest = max(tables, key=lambda each: (each.rows > 0, len(each.columns)))
    return _README.format(
        title=about.title,
        description=about.description,
        citation=citation_line(about),
        database=DATABASE,
        table=widest.name,
        guard=GUARD_WORDS,
        files="\n".join(f"| `{each.path}` | {each.what} |" for each in files if not each.table),
        tables="\n".join(f"| `{t.name}` | {t.rows} | {t.description} |" for t in tables),
    )


def datasheet(about: AboutRelease, tables: list[ReleasedTable]) -> str:
    """DATASHEET.md."""
    parts = ", ".join(f"{each.name} {each.rows}" for each in tables if each.rows)
    return _DATASHEET.format(
        title=about.title,
        composition=f"Rows by table: {parts}.",
        kind=about.description,
        sources=", ".join(f"{each.title} ({each.base})" for each in about.sources),
        program=about.program,
        sha256=about.database_sha256,
        licence=_held(about) + " remain their owners': LICENSE.md says more.",
        guard=GUARD_WORDS,
        date=about.date,
    )


def licence(about: AboutRelease) -> str:
    """LICENSE.md."""
    return _LICENCE.format(url=LICENCE_URL, release=about.release, held=_held(about))


def changelog(about: AboutRelease, changes: DataChanges) -> str:
    """CHANGELOG.md of the data."""
    told = f"Since the release {about.since}: {changes.line}."
    if about.since is None:
        told = "No release before this one is compared with it: every row is new."
    lines = "\n".join(
        f"| `{t.name}` | {t.rows} | {t.appeared} | {t.changed} | {t.vanished} |"
        for t in changes.tables
    )
    return _CHANGELOG.format(told=told, tables=lines, file=CHANGES)


def _held(about: AboutRelease) -> str:
    words = "Names, marks, scores" if about.is_facts else "Texts, names, marks, scores"
    return f"{words} and verdicts that publishers printed"
