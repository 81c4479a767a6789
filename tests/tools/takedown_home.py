"""A small home from which something is taken down, and what tells whether any of it is left."""

from __future__ import annotations

import gzip
import signal
import sqlite3
import sys
import zlib
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import forked
import pytest
from db_home import ALDER, BASE, BIRCH, CEDAR, TUESDAY, Answer, Card, html, page, store, url_of

from archive import Home
from archive.takedown.copy import entering, insert
from archive.takedown.takedowns import Matches, Takedown
from db import BuildReport
from db import build as build_with
from db.records.recordfile import zstd
from parsers import read_page
from parsers.keys import quote_key
from schema.page import RawPage
from schema.records import Comparison

PAGES = [page(ALDER, BIRCH), page(ALDER, CEDAR), page(BIRCH, CEDAR)]
TAKEN_PAGE = url_of(ALDER, BIRCH)
AHEAD = f"{BASE}/compare/elm-vs-fir"
QUOTE = ALDER.quote(1)
KEY = quote_key("sample", ALDER.name, QUOTE)
REASON = "asked by its author"
NOW = "2026-11-20T00:00:00Z"


@dataclass(frozen=True)
class Told(Card):
    """A card under which each quote is a sentence of its own."""

    quotes: tuple[str, ...] = ()

    def quote(self, row: int) -> str:
        return self.quotes[row - 1]


OAK = Told(
    "oak",
    "Oak Lens",
    words="",
    tagline="Reads what was said and asks who does it",
    description="Oak Lens sits in meetings, takes notes and sends each of us the part we fear.",
    quotes=(
        "It reads a year of meeting notes and finds the one promise that nobody kept, ours too.",
        "The index is a folder of plain files, so the day it closes we lose only the colours.",
        "Half an hour after the trial began it had renamed every branch, and it was right to.",
        "For the price of one lunch a month it saves me a second lunch with the auditors.",
    ),
)
PINE = Told(
    "pine",
    "Pine Shelf",
    words="",
    tagline="Finds the page again",
    description="Pine Shelf keeps every manual of the house and answers from them, page by page.",
    quotes=(
        "Answers come with the page they were taken from, which no colleague of mine ever did.",
        "It went silent for an afternoon when the disk was full and said so only in a log.",
        "A tool this small should not need a daemon and two sockets to say good morning.",
        "Nobody on my floor reads manuals; this one they read aloud and with voices.",
    ),
)


def built(home: Path, clock: pytest.MonkeyPatch) -> Path:
    """A home with three pages, built."""
    clock.setenv("VERDICTS_NOW", NOW)
    store(home, PAGES)
    build(home)
    return home


def build(home: Path, *, accept_loss: bool = False) -> BuildReport:
    return build_with(home, workers=1, accept_loss=accept_loss)


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def one(path: Path, sql: str) -> object:
    return rows(path, sql)[0][0]


def state_of(database: Path, url: str) -> object:
    return one(database, f"SELECT state FROM page WHERE url = '{url}'")


def note_export(home: Path, folder: Path, release: str) -> None:
    """Note a folder as one that a release was written to."""
    with entering(Home(home)) as db:
        insert(db, "export", {"folder": str(folder), "release": release, "made_at": TUESDAY})


def tombstones(home: Path) -> list[Path]:
    return sorted((home / "public").rglob("*.withdrawn.json"))


def readable(path: Path) -> bytes:
    """A file's bytes, and those that its gzip members, or its zstd frames, stand for."""
    data = path.read_bytes()
    for undone in (gzip.decompress, zstd.decompress):
        with suppress(OSError, EOFError, zlib.error, zstd.ZstdError):
            return data + undone(data)
    return data


def holding(folder: Path, words: str) -> list[str]:
    """The files below a folder that hold the words."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path.name for path in files if words.encode() in readable(path)]


def reworded(a: Card, b: Card, *rows_of: tuple[Card, int]) -> Answer:
    """A page, captured later, of which some quotes say something else."""
    answer, body = page(a, b, at=TUESDAY), html(a, b)
    for card, row in rows_of:
        words = f"Nobody said so of {card.slug} before, in row {row}."
        body = body.replace(card.quote(row).encode(), words.encode())
    return replace(answer, body=body)


TAKE = """
import importlib, os, signal, sys
from pathlib import Path
from archive import Home
from db.takedown.withdraw import take_down
home, asked, name, when, erase = sys.argv[1:]
module, _, function = name.rpartition(".")
module = importlib.import_module(module)
real = getattr(module, function)
def killed(*given, **named):
    result = real(*given, **named) if when == "after" else None
    os.kill(os.getpid(), signal.SIGKILL)
    return result
setattr(module, function, killed)
take_down(Home(Path(home)), asked, reason="asked by its author", erase=bool(erase))
"""


def kill_take_down(home: Path, name: str, when: str, *, erase: bool = False) -> None:
    """Take down a page in a process that is killed before or after it calls a function."""
    done = forked.run(
        [sys.executable, "-c", TAKE, home, TAKEN_PAGE, name, when, "1" if erase else ""],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def read(body: bytes) -> Comparison:
    """The record of a page."""
    found = read_page(
        RawPage(url=None, body=body, content_type="text/html; charset=utf-8"), site="sample"
    )
    assert isinstance(found, Comparison)
    return found


def entered(kind: Literal["page", "tool", "quote"], matches: Matches) -> Takedown:
    """A take-down that holds, as the ledger has it."""
    about = {"kind": kind, "site": "sample", "target": "target"}
    return Takedown(id=1, **about, matches=matches, reason=REASON, added_at=NOW)
