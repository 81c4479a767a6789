"""A home with so many captures, for measuring how commands grow: `python bench/homes.py N FOLDER`.

Four crawls of one site, a quarter of the captures each: all pages new; all unchanged; one in five
with other bytes that say the same; all unchanged again. A page of 4 KB shows two of about
sqrt(N / 2) invented tools. Everything is written by the product's own store, ledger and profiler,
in large transactions and without waiting for the disk; what a page shows is put together from its
two tools, each of which was read once.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations, islice
from pathlib import Path
from random import Random

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(Path(__file__).parent), str(ROOT)]

from pages import _sentence  # noqa: E402

BASE = "https://sample.example"
DAYS = ("2026-08-01", "2026-09-05", "2026-10-10", "2026-11-14")
"""Each crawl is on a day on which every page is due."""
NOW = "2026-11-15T12:00:00Z"
"""The time for commands that only look at the home."""
CHANGED = 5
"""One page in so many has other bytes in the third crawl."""
AHEAD = 20
"""For so many captured pages one more is known and waits."""
BATCH = 1000
REVIEWERS = ("Tinkerer", "Doubter", "Archivist", "Bookkeeper")
_SPACE = "<!-- " + "x" * 95 + " -->"


def tool_of(number: int) -> dict[str, object]:
    """What every page shows of one tool."""
    rng = Random(number)
    name = f"Tool {number:05d}"
    quotes = [f"{name}: {_sentence(rng, rng.randint(9, 16))}" for _ in REVIEWERS]
    return {
        "slug": f"tool-{number:05d}",
        "name": name,
        "tagline": _sentence(rng, 6),
        "description": f"{name} {_sentence(rng, 14)} {_sentence(rng, 12)}",
        "pricing": f"Free for {rng.randint(2, 90)} desks",
        "score": rng.randint(55, 95),
        "quotes": quotes,
    }


def html(a: dict[str, object], b: dict[str, object], edition: int = 1) -> bytes:
    """A whole page of 4 KB; another edition has other bytes that say the same."""

    def card(tool: dict[str, object]) -> str:
        return (
            f"<article><p>Developer Tools</p><h2>{tool['name']}</h2><p>{tool['tagline']}</p>"
            "<p>Ship</p><div><p>100%</p><p>Panel ship</p></div>"
            "<div><p>—</p><p>Community</p></div><div><p>Free</p><p>Entry</p></div>"
            f"<p>{tool['description']}</p></article>"
        )

    def cell(tool: dict[str, object], row: int) -> str:
        quote = tool["quotes"][row]  # type: ignore[index]
        said = f"<p>{tool['score']}/100 · ship</p><p>{quote}</p>"
        return f"<div class=cell><p>{REVIEWERS[row]}</p>{said}</div>"

    rows = "".join(f"<div class=row>{cell(a, row)}{cell(b, row)}</div>" for row in range(4))
    decision = [
        ("Decision", a["name"], b["name"]),
        ("Panel verdict", "Ship · 4 ship / 0 skip", "Ship · 4 ship / 0 skip"),
        ("Community", "No community votes yet", "No community votes yet"),
        ("Pricing", a["pricing"], b["pricing"]),
        ("Best for", a["tagline"], b["tagline"]),
        ("Category", "Developer Tools", "Developer Tools"),
    ]
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in decision)
    title = f"{a['name']} vs {b['name']}"
    page = (
        f"<!doctype html><html><head><meta charset=utf-8><title>{title}</title></head><body>"
        f"<p>Compare/{title}</p><p>AI tool comparison</p><h1>{title}</h1>"
        f"<p>Which one should you ship with?</p><main>{card(a)}{card(b)}</main>"
        f"<table>{cells}</table><section><h2>Reviewer scorecard</h2>{rows}</section>"
        f"<footer><p>One letter a week.</p></footer><!-- {edition} -->"
    )
    room = 4096 - len(page.encode()) - len("</body></html>")
    return (page + _SPACE * max(0, room // len(_SPACE)) + "</body></html>").encode()


def url_of(a: dict[str, object], b: dict[str, object]) -> str:
    return f"{BASE}/compare/{a['slug']}-vs-{b['slug']}"


def pairs_of(captures: int) -> tuple[list[dict[str, object]], list[tuple[int, int]]]:
    """The tools, and the pairs that have a page: those captured first, then those that wait."""
    pages = captures // len(DAYS)
    known = pages + -(-pages // AHEAD)
    count = math.ceil((1 + math.sqrt(1 + 8 * known)) / 2)
    pairs = list(islice(combinations(range(count), 2), known))
    Random(captures).shuffle(pairs)
    return [tool_of(number) for number in range(count)], pairs


@contextmanager
def in_bulk() -> Iterator[None]:
    """The product's own writing, without waiting for the disk and with nested transactions."""
    from archive.ledger.ledger import Ledger
    from archive.store.store import Store

    sync, transaction, read_back = os.fsync, Ledger.transaction, Store._read_back

    @contextmanager
    def nested(self: Ledger):  # type: ignore[no-untyped-def]
        if self._db.in_transaction:
            yield self._db
            return
        with transaction(self) as db:
            yield db

    os.fsync, Ledger.transaction = lambda _: None, nested  # type: ignore[assignment]
    Store._read_back = lambda *_: None  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        os.fsync, Ledger.transaction = sync, transaction  # type: ignore[method-assign]
        Store._read_back = read_back  # type: ignore[method-assign]


def make_home(path: Path, captures: int) -> None:
    """Make the home, without record files or a published database."""
    from archive import Home
    from archive.ledger.frontier import Found
    from machine.clock import as_of

    tools, pairs = pairs_of(captures)
    captured = pairs[: captures // len(DAYS)]
    seen = _traits(tools)
    with in_bulk():
        for edition, day in enumerate(DAYS):
            with as_of(f"{day}T06:00:00Z"):
                _crawl(Home(path), tools, captured, edition, seen)
        with as_of(NOW):
            from archive import open_run

            with open_run(Home(path), "crawl") as books, books.ledger.transaction():
                for tool in tools:
                    books.frontier.know(
                        Found("sample", f"{BASE}/tool/{tool['slug']}", "other"), wants=False
                    )
                for a, b in pairs[len(captured) :]:
                    books.frontier.know(
                        Found("sample", url_of(tools[a], tools[b]), "comparison"), wants=False
                    )


def _crawl(home, tools, captured, edition, seen) -> None:  # type: ignore[no-untyped-def]
    """One crawl of all pages."""
    from archive import open_run
    from archive.ledger.frontier import Found
    from archive.ledger.leases import captured as was_captured
    from archive.ledger.leases import end_attempt
    from archive.store.store import Exchange
    from crawler.drift import profiler
    from crawler.reading.look import PageLook
    from crawler.reading.traits import PageTraits
    from machine.clock import stamp

    profiler.SAVE_EVERY = 1 << 40
    with open_run(home, "crawl") as books:
        books.ledger._db.execute("PRAGMA synchronous = OFF")
        seeing = profiler.Profiler(books)
        for begin in range(0, len(captured), BATCH):
            with books.ledger.transaction():
                for at, (a, b) in enumerate(captured[begin : begin + BATCH], begin):
                    is_new = edition == 2 and at % CHANGED == 0
                    is_older = edition == 3 and at % CHANGED == 0
                    body = html(tools[a], tools[b], 2 if is_new or is_older else 1)
                    url = url_of(tools[a], tools[b])
                    head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
                    block = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
                    exchange = Exchange("sample", url, url, stamp(), "crawl", block)
                    page_id = books.frontier.know(Found("sample", url, "comparison"))
                    lease = books.frontier.lease(page_id)

                    def settle(db, capture, same, lease=lease):  # type: ignore[no-untyped-def]
                        end_attempt(
                            db, lease, was_captured(200), capture_id=capture, is_unchanged=same
                        )

                    stored = books.store.add(exchange, exchange.message(), page_id, settle)
                    if stored.is_unchanged:
                        seeing.see_unchanged("sample")
                    else:
                        layout, parts = seen
                        page = PageTraits(layout, (parts[a], parts[b]))
                        seeing.see("sample", stored.capture_id, PageLook(traits=page))
        seeing.finish()
        books.note(site="sample", asked=len(captured), stored=len(captured), exit_code=0)


def _traits(tools):  # type: ignore[no-untyped-def]
    """The layout, and what a page shows of each tool, from one page of each two."""
    from crawler.reading.look import LookTask, look
    from schema.page import RawPage

    layout, parts = "", []
    for at in range(0, len(tools), 2):
        a, b = tools[at], tools[min(at + 1, len(tools) - 1)]
        if a is b:
            a = tools[0]
        page = RawPage(url_of(a, b), html(a, b), "text/html; charset=utf-8")
        found = look(LookTask(page, "sample", "record"))
        assert found.traits is not None and found.failure is None, found
        layout = found.traits.layout
        parts += found.traits.parts if a is not tools[0] or at == 0 else found.traits.parts[1:]
    return layout, parts


def home_of(folder: Path, captures: int, *, is_built: bool) -> Path:
    """The home of that size, made in a process of its own where it is not there yet."""
    path = folder / f"{captures}{'-built' if is_built else ''}"
    if not (path / "ready").exists():
        command = [sys.executable, __file__, str(captures), str(path)]
        env = os.environ | {"PYTHONPATH": str(ROOT)}
        subprocess.run(command + ["--build"] * is_built, env=env, check=True)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("captures", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--build", action="store_true", help="Build and publish it too.")
    given = parser.parse_args()
    make_home(given.folder, given.captures)
    if given.build:
        from db import build

        build(given.folder, workers=1)
    (given.folder / "ready").touch()


if __name__ == "__main__":
    main()
