"""A home whose words are made to trip readers, and releases of it."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from commands import verdicts
from db_home import ALDER, BIRCH, CEDAR, TUESDAY, WEDNESDAY, Card, page, store

from db import build
from db.release.tables import ReleasedTable, read_tables

NOW = "2026-11-20T00:00:00Z"
FORMULA = Card(
    "formula", "@none/pad", tagline="=1+1 drawers", pricing="-5 crowns", description="@home, or not"
)
NUMBER = Card("na", "1.10", tagline="'Tis a drawer", description='Said “so”, "and" so; 007, Ü💡')
PLUS = Card("plus", "NA", tagline="+1 for the drawer", words="=cmd|' /C calc'!A0")
ASKING = '<meta name="robots" content="noai">'


@dataclass(frozen=True)
class Release:
    """The folder of a release, with the tables that its own database tells of."""

    folder: Path
    tables: list[ReleasedTable]

    @property
    def database(self) -> Path:
        return self.folder / "verdicts.db"

    def rows(self, table: ReleasedTable) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.database)) as db:
            return db.execute(table.select()).fetchall()

    def files(self) -> dict[str, bytes]:
        """Every file with its bytes, as they are before packing."""
        return {
            str(path.relative_to(self.folder)): plain(path)
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }

    def described(self, name: str) -> dict[str, Any]:
        return json.loads((self.folder / name).read_text("utf-8"))


def plain(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def make_home(home: Path) -> Path:
    """A home with a published database: names, formulas, an address that asks for no use by AI."""
    asking = page(CEDAR, NUMBER, at=WEDNESDAY, head=ASKING)
    answers = [page(ALDER, BIRCH), page(FORMULA, NUMBER), page(PLUS, ALDER, at=TUESDAY)]
    dearer = replace(ALDER, pricing="Nine crowns for each desk", tagline="Two drawers for one idea")
    answers.append(page(dearer, BIRCH, at=WEDNESDAY))
    store(home, [*answers, asking, page(Card("bad", "None"), ALDER)])
    build(home, workers=1)
    return home


def release(home: Path, out: Path, *options: str) -> Release:
    """A release made by the command."""
    done = verdicts("export", "--home", home, "--out", out, "--json", *options)
    assert done.returncode == 0, done.stderr
    folder = Path(json.loads(done.stdout)["folder"])
    with closing(sqlite3.connect(folder / "verdicts.db")) as db:
        return Release(folder, read_tables(db))
