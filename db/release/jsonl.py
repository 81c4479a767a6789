"""A table of a release as JSON Lines in gzip: all keys in every line, in the table's order."""

from __future__ import annotations

import gzip
import sqlite3
from itertools import islice
from pathlib import Path

from db.release.tables import AT_ONCE, ReleasedTable, quoted

LEVEL = 6


def write_jsonl(db: sqlite3.Connection, table: ReleasedTable, path: Path) -> None:
    """Write the rows of a table; the bytes tell neither a time nor the file's name."""
    pairs = ", ".join(f"'{name}', {quoted(name)}" for name in table.names)
    found = db.execute(table.select(f"json_object({pairs})"))
    with path.open("wb") as file, gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as packed:
        while lines := [line for (line,) in islice(found, AT_ONCE)]:
            packed.write("".join(f"{line}\n" for line in lines).encode())
