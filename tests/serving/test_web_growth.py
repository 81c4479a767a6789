"""No page of ours asks for more than it shows: neither statements nor steps grow with the file."""

from __future__ import annotations

import contextlib
import sqlite3
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from web_sample import database

from web.asking import connected, rows
from web.hardening import harden
from web.pages import comparison, notes, quote, release, reviewer, shared, tool
from web.pages.search import PLACES, search

ROOT = Path(__file__).parents[2]
SMALL, LARGE = 15 * 14 // 2, 45 * 44 // 2
"""Each tool against each: 15 tools, and 45."""
SHOWN = 5
"""So many rows a page lists here, so that both files have more."""


def quotes_of_reviewer(conn: sqlite3.Connection) -> object:
    """One page of the quotes of a reviewer, whose numbers were read before."""
    found = reviewer.reviewer(conn, "Tinkerer")
    numbers = array("q", [shared.PER_PAGE, *range(2, 3 * shared.PER_PAGE, 3)])
    return found and reviewer.quotes_numbered(conn, numbers, "Tinkerer")


PAGES: dict[str, Callable[[sqlite3.Connection], object]] = {
    "compare": lambda conn: comparison.comparison(conn, "tool-00003-vs-tool-00007"),
    "tool": lambda conn: tool.tool(conn, "tool-00007"),
    "quote": lambda conn: quote.quote(conn, QUOTE),
    "release": lambda conn: release.release(conn, "2026-10"),
    "reviewer": quotes_of_reviewer,
    "taken down": lambda conn: notes.takedown(conn, "compare", "a-vs-b"),
}
QUOTE = f"{b'3'.hex()}0e{'0' * 64}"[:64]
LISTS = {"shown", "place", "each", "json_each", "takedown", "CONSTANT"}
"""What may be read from end to end: parts of these queries, lists they are given, take-downs."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[sqlite3.Connection]]:
    """A small file and a large one, in each a correction and a take-down."""
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        patch.syspath_prepend(ROOT / "bench")
        from serving import fill  # type: ignore[import-not-found]

        opened = []
        for comparisons in (SMALL, LARGE):
            path = tmp_path_factory.mktemp("filled") / "verdicts-1.db"
            fill(path, comparisons)
            with contextlib.closing(sqlite3.connect(path)) as conn, conn:
                conn.execute(TAKEDOWN)
                conn.execute(CORRECTION)
            opened.append(stack.enter_context(contextlib.closing(connected(path))))
            harden(opened[-1])
        yield opened


TAKEDOWN = """insert into takedown (kind, site, target, reason, added_at)
values ('page', 'bench', 'https://bench.example/compare/a-vs-b', 'asked', '2026-11-01')"""
CORRECTION = """insert into correction (kind, site, target, tool_id, note, added_at)
values ('tool', 'bench', 'tool-00003', 3 * 3 + 1, 'a note', '2026-11-01')"""


def asked(conn: sqlite3.Connection, page: str) -> tuple[list[str], int]:
    """The statements that a page asks, and the steps that SQLite's machine takes for them."""
    statements, steps = list[str](), 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    assert PAGES[page](conn) is not None or page in ("release", "taken down")  # and is asked before
    conn.set_trace_callback(statements.append)
    conn.set_progress_handler(step, 1)
    PAGES[page](conn)
    conn.set_trace_callback(None)
    conn.set_progress_handler(None, 0)
    return [each for each in statements if not each.startswith("--")], steps


def scanned(conn: sqlite3.Connection, statement: str) -> set[str]:
    """What a statement reads from end to end, apart from its own parts."""
    steps = [each.detail.split() for each in rows(conn, f"explain query plan {statement}")]
    return {step[1] for step in steps if step[0] == "SCAN" and not step[1].startswith("(")}


@pytest.mark.parametrize("page", PAGES)
def test_neither_the_statements_nor_the_steps_of_a_page_grow_with_the_file(
    files: list[sqlite3.Connection], page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool, "MOST_RIVALS", SHOWN)
    monkeypatch.setattr(quote, "MOST_ROWS", SHOWN)
    (few, short), (many, long) = [asked(conn, page) for conn in files]
    assert 0 < len(few) == len(many) <= 12
    assert short <= long < short * 1.1 + 50


INDEXES = {each.fts for each in PLACES.values()}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_finds_all_it_shows_by_an_index(files: list[sqlite3.Connection], page: str) -> None:
    statements, _ = asked(files[1], page)
    for statement in statements:
        assert scanned(files[1], statement) <= LISTS, statement


def test_a_search_asks_a_few_statements_and_no_big_table_from_end_to_end(
    files: list[sqlite3.Connection],
) -> None:
    statements = list[str]()
    files[1].set_trace_callback(statements.append)
    found = {each: search(files[1], "marked", each, 1, {})["results"] for each in PLACES}
    files[1].set_trace_callback(None)
    assert {name: len(each) for name, each in found.items() if each} == {"quotes": shared.PER_PAGE}
    for statement in [each for each in statements if each.startswith(("select", "\nwith"))]:
        assert scanned(files[1], statement) <= {"best", *INDEXES, *LISTS}, statement


def test_a_tool_lists_every_quote_that_a_look_at_all_its_places_finds(
    files: list[sqlite3.Connection],
) -> None:
    for conn in (*files, connected(database().resolve())):
        for row in rows(conn, "select id, tool from tool"):
            found = tool.tool(conn, row.tool)
            assert found
            assert {each.id for each in found.quotes} == {
                each.id for each in rows(conn, EVERY_QUOTE, id=row.id)
            }
            cards = rows(
                conn, "select distinct card_id from version_tool where tool_id = :id", id=row.id
            )
            assert {each.id for each in found.cards} == {each.card_id for each in cards}


EVERY_QUOTE = """
select distinct vq.quote_id as id from version_quote vq join version_tool vt
on vt.version_id = vq.version_id and vt.position = vq.tool_position where vt.tool_id = :id"""
