"""Databases that differ in all that a page shows, published one after another, and their readers.

Each holds its number in every name, title and quote, so that an answer tells of which edition each
of its parts is.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from web_sample import database
from web_server import Server

from archive import Home
from db.publish.publish import publish
from machine.files import file_sha256
from parsers import PARSER_VERSION
from schema.published import CANDIDATE, Manifest, database_name

MARK = re.compile(r"edition-(\d{4})")
MARKED = (
    ("tool", "name"), ("card", "name"), ("quote", "text"), ("comparison", "title"),
    ("card", "tagline"), ("reviewer", "name"),
)  # fmt: skip
HTML = (
    "/",
    "/compare/brass-kettle-vs-lantern-notes",
    "/tool/quillfish",
    "/verdicts/quote",
    "/tools",
)
JSON = (
    "/verdicts/quote.json?_size=max",
    "/verdicts/comparison.json",
    "/verdicts/-/query.json?sql=select+a.name,b.text,title+from+tool+a,quote+b,comparison+limit+99",
)
WAIT_S = 60.0
PAUSE_S = 0.005
"""What a client takes between two requests: on one core, it would take that of the server."""


def candidate(home: Path, number: int) -> Manifest:
    """Write edition `number` of the sample, as a build does before it is named; its manifest."""
    path = home / "public" / CANDIDATE
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(database(), path)
    with closing(sqlite3.connect(path)) as conn, conn:
        for table, column in MARKED:
            conn.execute(f"update {table} set {column} = {column} || ' edition-{number:04}'")
    sha256 = file_sha256(path)
    return Manifest(
        name=database_name(sha256),
        sha256=sha256,
        size=path.stat().st_size,
        rows={},
        states={},
        parser=PARSER_VERSION,
        damaged=0,
    )


def published(home: Path, number: int) -> Path:
    """Publish edition `number` as a build does."""
    manifest = candidate(home, number)
    return publish(Home(home), home / "public" / CANDIDATE, manifest)


def numbers(text: str) -> set[int]:
    """The editions of which a text shows something."""
    return {int(number) for number in MARK.findall(text)}


def shows(server: Server, number: int) -> bool:
    """Whether a server shows edition `number` now."""
    return numbers(server.ask("/").text) == {number}


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < end, "it never came to be so"
        time.sleep(0.05)


@dataclass
class Readers:
    """What clients got that read all the time: editions in their order, and all that is wrong."""

    address: str
    seen: list[list[int]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    is_over: threading.Event = field(default_factory=threading.Event)

    def read(self, paths: tuple[str, ...], seen: list[int]) -> None:
        """Ask for the paths in turn on one connection until it is over."""
        conn = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=WAIT_S)
        with closing(conn):
            while not self.is_over.is_set():
                for path in paths:
                    begun = time.monotonic()
                    try:
                        conn.request("GET", path)
                        answer = conn.getresponse()
                        found = numbers(answer.read().decode())
                    except (OSError, http.client.HTTPException) as error:
                        self.wrong.append(f"{path}: {error!r}")
                        return
                    self.slowest_s = max(self.slowest_s, time.monotonic() - begun)
                    if answer.status != 200 or len(found) != 1:
                        self.wrong.append(f"{path}: {answer.status}, of {sorted(found)}")
                    else:
                        seen.append(found.pop())
                    time.sleep(PAUSE_S)


@contextmanager
def reading(address: str, clients: int = 4) -> Iterator[Readers]:
    """Clients that read all the time, every other one pages and JSON."""
    readers = Readers(address)
    readers.seen = [[] for _ in range(clients)]
    threads = [
        threading.Thread(target=readers.read, args=((HTML, JSON)[at % 2], seen))
        for at, seen in enumerate(readers.seen)
    ]
    for thread in threads:
        thread.start()
    try:
        yield readers
    finally:
        readers.is_over.set()
        for thread in threads:
            thread.join()


def held(process: int, folder: Path) -> set[str]:
    """The databases of a folder that a process has open (Linux)."""
    links = []
    for each in Path(f"/proc/{process}/fd").iterdir():
        try:
            links.append(Path(os.readlink(each)))
        except FileNotFoundError:  # closed meanwhile
            continue
    return {path.name for path in links if path.parent == folder.resolve()}
