"""Homes with so many captures: `python bench/homes.py FOLDER --pages 100000 --crawls 1`.

One crawl or several of a publisher's pages, a day for each, written in bulk. `grow` adds a share of
new captures through the product's own store. The bytes follow from the arguments alone.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bulk import CONTENT_TYPE, REPORT, ROWS, SITE, Bulk, Visit
from publisher import SIZES, Publisher, Tool, html, url_of

__all__ = ["NOW", "home_of", "html", "pairs_of", "url_of"]
"""What `commands` takes from here."""
CRAWLS = 4
"""So many crawls a home has that `home_of` makes."""
CHANGED = 5
"""From the third crawl on one page in so many says something else."""
NOW = "2026-11-20T06:00:00Z"
"""When `grow` adds captures, and for commands that only look at a home."""
AHEAD = 20
"""For so many pages of such a home one more is known and waits."""


def write_home(
    path: Path, publisher: Publisher, *, crawls: int = 1, waiting: int = 0, is_seen: bool = False
) -> None:
    """A home of so many crawls: all pages new; all unchanged; one in five says something else in
    the third; all unchanged again.

    `is_seen` has the ledger hold what each crawl saw of the site's layout, as `drift` wants it.
    """
    bulk, visits = Bulk(path, publisher), list[Visit]()
    for number in range(crawls):
        for visit in bulk.crawl(_later if number >= 2 else _first, keeps=crawls > 1):
            if is_seen:
                visits.append(visit)
    bulk.close(waiting=waiting)
    if is_seen:
        _profile(path, publisher, visits)


def _first(page: int) -> int:
    return 0


def _later(page: int) -> int:
    return int(page % CHANGED == 0)


def _profile(path: Path, publisher: Publisher, visits: list[Visit]) -> None:
    """Enter what each crawl saw: of each tool what one page shows, put together page by page."""
    from archive import Home
    from archive.ledger import Ledger
    from crawler.drift import profiler
    from crawler.reading.look import PageLook

    profiler.SAVE_EVERY = 1 << 40
    traits = _Traits(publisher)
    with closing(Ledger(Home(path).ledger)) as ledger:
        for run, seen in groupby(visits, lambda visit: visit.run):
            seeing = profiler.Profiler(SimpleNamespace(ledger=ledger, id=run))  # type: ignore[arg-type]
            for visit in seen:
                if visit.is_unchanged:
                    seeing.see_unchanged(SITE)
                else:
                    look = PageLook(traits=traits.of(visit.page, visit.edition))
                    seeing.see(SITE, visit.capture_id, look)
            seeing.finish()


class _Traits:
    """What pages show, each tool of them read once in each edition."""

    def __init__(self, publisher: Publisher) -> None:
        self.publisher, self.layout = publisher, ""
        self.parts: dict[tuple[int, int], Any] = {}

    def of(self, page: int, edition: int) -> Any:
        from crawler.reading.traits import PageTraits

        a, b = self.publisher.sides(page)
        keys = ((a, edition), (b, 0))
        if not all(key in self.parts for key in keys):
            self.parts |= zip(keys, self._read(page, edition), strict=True)
        return PageTraits(self.layout, tuple(self.parts[key] for key in keys))

    def _read(self, number: int, edition: int) -> Any:
        from crawler.reading.look import LookTask, look
        from schema.page import RawPage

        url, body = self.publisher.page(number, edition)
        found = look(LookTask(RawPage(url, body, CONTENT_TYPE), SITE, "record"))
        assert found.traits is not None and found.failure is None, found
        self.layout = found.traits.layout
        return found.traits.parts


def history_of(captures: int) -> Publisher:
    """The publisher whose pages a home of so many captures shows, each captured four times."""
    return Publisher(max(1, captures // CRAWLS), seed=captures)


def pairs_of(captures: int) -> tuple[list[Tool], list[tuple[int, int]]]:
    """The tools of such a home, and the two of each page: of those captured, then those waiting."""
    history = history_of(captures)
    known = history.pages + waiting_of(history)
    pairs = [history.sides(number) for number in range(known)]
    return [history.tool(number) for number in range(max(map(max, pairs)) + 1)], pairs


def waiting_of(history: Publisher) -> int:
    """So many pages are known and wait."""
    return -(-history.pages // AHEAD)


def home_of(folder: Path, captures: int, *, is_built: bool) -> Path:
    """The home of so many captures of four crawls, made in a process of its own where it is not
    there yet. One page in twenty more is known and waits."""
    path = folder / f"{captures}{'-built' if is_built else ''}"
    if not (path / "ready").exists():
        shutil.rmtree(path, ignore_errors=True)
        command = [sys.executable, __file__, str(path), "--captures", str(captures)]
        subprocess.run([*command, *(["--build"] if is_built else [])], check=True)
        (path / "ready").touch()
    return path


def grow(path: Path, publisher: Publisher, share: float = 0.01) -> int:
    """Add so large a share of new captures to a home, as another crawl would; gives their number.

    Of four one is a page that was not there, two say something else, one is as it was.
    """
    from archive import Home, open_run
    from archive.ledger.frontier import Found
    from archive.ledger.leases import captured, end_attempt
    from archive.store.store import Exchange
    from machine.clock import as_of, stamp

    count = max(4, round(publisher.pages * share))
    with as_of(NOW), _without_waiting(), open_run(Home(path), "crawl") as books:
        books.ledger._db.execute("PRAGMA synchronous = OFF")
        with books.ledger.transaction():
            for number in range(count):
                page = (
                    publisher.pages + number
                    if number % 4 == 0
                    else number * (publisher.pages // count)
                )
                url, body = publisher.page(page, edition=int(number % 4 in (1, 2)))
                head = (
                    f"HTTP/1.1 200 OK\r\nContent-Type: {CONTENT_TYPE}\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n"
                ).encode()
                exchange = Exchange(SITE, url, url, stamp(), "crawl", head + body)
                page_id = books.frontier.know(Found(SITE, url, "comparison"))
                lease = books.frontier.lease(page_id)
                books.store.add(
                    exchange, exchange.message(), page_id,
                    lambda db, capture, same, lease=lease: end_attempt(
                        db, lease, captured(200), capture_id=capture, is_unchanged=same
                    ),
                )  # fmt: skip
        books.note(site=SITE, asked=count, stored=count, exit_code=0, report=json.dumps(REPORT))
    return count


@contextmanager
def _without_waiting() -> Iterator[None]:
    """The product's own writing in one transaction, without a wait for the disk."""
    from archive.ledger.ledger import Ledger

    sync, transaction = os.fsync, Ledger.transaction

    @contextmanager
    def nested(self: Any) -> Iterator[Any]:
        if self._db.in_transaction:
            yield self._db
            return
        with transaction(self) as db:
            yield db

    os.fsync, Ledger.transaction = lambda _: None, nested  # type: ignore[assignment]
    try:
        yield
    finally:
        os.fsync, Ledger.transaction = sync, transaction  # type: ignore[method-assign]


def copy_home(source: Path, target: Path) -> Path:
    """The same home at another place: the segments are the same files, the rest is copied."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir()
        elif path.parent.name == "warc" and source.stat().st_dev == target.stat().st_dev:
            place.hardlink_to(path)
        elif path.suffix != ".lock":
            shutil.copy2(path, place, follow_symlinks=False)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=1_000)
    parser.add_argument("--size", choices=SIZES, default="4k")
    parser.add_argument("--distinct", action="store_true", help="No card or quote stands twice.")
    parser.add_argument("--crawls", type=int, default=1)
    parser.add_argument("--waiting", type=int, default=0, help="So many more pages wait.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--grow", type=float, help="Add such a share of captures to the home.")
    parser.add_argument("--captures", type=int, help="So many captures of four crawls instead.")
    parser.add_argument("--build", action="store_true", help="Build and publish that too.")
    given = parser.parse_args()
    publisher = Publisher(given.pages, size=given.size, distinct=given.distinct, seed=given.seed)
    begun = time.perf_counter()
    if given.grow:
        print(json.dumps({"captures": grow(given.folder, publisher, given.grow)}))
    elif given.captures:
        history = history_of(given.captures)
        waiting = waiting_of(history)
        write_home(given.folder, history, crawls=CRAWLS, waiting=waiting, is_seen=True)
    else:
        write_home(given.folder, publisher, crawls=given.crawls, waiting=given.waiting)
    if given.build:
        from db import build

        build(given.folder, workers=1 if (given.captures or given.pages) < ROWS else 2)
    print(f"{time.perf_counter() - begun:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
