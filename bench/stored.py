"""What the stored queries cost: `python bench/stored.py --comparisons 100000 [--distinct]`.

A database is filled by SQL, with figures that a build would derive; each query is asked as a page
for programs, of a server on a connection of its own, and in turns with it as bare SQL through
`sqlite3`. Prints milliseconds of both (medians of the rounds), their ratio, and the rows given.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(Path(__file__).parent), str(ROOT)]

from measuring import Bench, Row  # noqa: E402
from serving import BEFORE, NOW, SPACING, Client, Columns, fill, put, serving  # noqa: E402

MOST_ROWS = 1_001
"""So many rows Datasette reads of an answer at most."""
SIZES = {"tiny": 30, "quick": 10_000, "million": 100_000}


class Asked(NamedTuple):
    """What a query took; its status is 400 where that was too long. Units: milliseconds."""

    name: str
    status: int
    rows: int
    served: float
    bare: float


def filled(folder: Path, comparisons: int, *, distinct: bool) -> Path:
    """The database, made where it is not there yet."""
    path = folder / f"stored-{comparisons}{'-distinct' if distinct else ''}.db"
    if not path.exists():
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        fill(part, comparisons, distinct=distinct)
        with contextlib.closing(sqlite3.connect(part)) as conn, conn:
            _derive(conn)
        part.rename(path)
    return path


def _derive(conn: sqlite3.Connection) -> None:
    """Rows of what a build reads in texts and counts, about as many as it finds, and changes."""
    method = {"method": "'bench'", "method_version": "1"}
    place = {"span_start": "0", "span_end": "12"}
    dated = {"first_seen": BEFORE, "last_seen": NOW}
    of_tool = {"tool_id": "tool.id", "field": "'pricing'", "version_id": f"{SPACING}"}
    tables: list[tuple[str, Columns, str]] = [
        ("alias", {"tool_id": "id", "name": "name", **dated}, "from tool"),
        ("mention", {
            "id": "id", **method, **place, "quote_id": "id",
            "tool_id": "iif(id % 2, tool_id, null)",
        }, "from quote where id % 5 = 0"),
        ("prediction", {
            "id": "id", **method, "quote_id": "id", **place, "event_start": "0", "event_end": "80",
            "checkable": "1", "horizon_relation": "'in'", "horizon_amount": "12",
            "horizon_unit": "'month'", "made_by": BEFORE, "state": "'open'",
            "due_from": "date('2027-01-01', '+' || (id % 365) || ' days')",
            "due_until": "date('2027-01-31', '+' || (id % 365) || ' days')",
        }, "from quote where id % 10 = 0"),
        ("claim", {
            "id": "id", **method, "tool_id": "tool_id", "card_id": "id", "field": "'entry'",
            "span_start": "0", "span_end": "4", "attribute": "'entry'", "stated_value": "entry",
            "subject": "'tool'",
        }, "from card"),
        ("claim", {
            "id": "id", **method, "tool_id": "tool_id", "card_id": "card_id", "quote_id": "id",
            "field": "'text'", **place, "attribute": "iif(id % 9, 'price', 'memory')",
            "stated_value": "id % 7", "unit": "'USD/month'", "subject": "'tool'",
        }, "from quote where id % 2 = 0"),
        ("conflict", {
            **method, "claim_a_id": "quote.id", "claim_b_id": "card.id",
            "tool_id": "quote.tool_id", "kind": "'two_cards'", "attribute": "'price'",
        }, "from quote join card on card.id = card_id where quote.id % 20 = 0"),
        ("near_duplicate", {
            **method, "quote_a_id": "id", "quote_b_id": f"id + {SPACING}", "likeness": "0.6",
        }, f"from quote where id % 50 = 0 and id < (select max(id) - {SPACING} from quote)"),
        ("history", {
            "id": "2 * tool.id + at", **of_tool, "number": "at + 1",
            "value": "iif(at, '9 crowns', 'Free')", **dated,
        }, "from tool, (select 0 as at union select 1) where tool.id % 5 = 0"),
        ("change", {
            "id": "id", **of_tool, "kind": "'changed'", "cause": "'source'", "old": "'Free'",
            "new": "'9 crowns'", "seen_by": NOW,
        }, "from tool"),
        ("tool_pair", {
            "tool_a_id": "id", "tool_b_id": f"id + {SPACING}", "score": "95", "suggests": "'same'",
        }, f"from tool where id % 20 = 0 and id < (select max(id) - {SPACING} from tool)"),
        ("inference_accuracy", {
            "id": "id", **method, "tool_id": "id", "source": "'cue'", "marked": "1",
            "correct": "1", "relevant": "1", "precision": "1.0", "recall": "1.0",
        }, "from tool"),
    ]  # fmt: skip
    for table, columns, source in tables:
        put(conn, table, columns, source)


def ask_all(path: Path, rounds: int) -> Iterator[Asked]:
    """What each query's example took, through a server and without."""
    from urllib.parse import parse_qsl

    from web.stored import stored_queries

    with serving(ROOT, path) as (port, _), contextlib.closing(sqlite3.connect(path)) as conn:
        for query in stored_queries().values():
            asked = dict.fromkeys((each.name for each in query.parameters), "")
            asked |= dict(parse_qsl(query.example, keep_blank_values=True))
            address = query.example_path.replace(query.path, f"{query.path}.json")
            served, bare = list[float](), list[float]()
            for _ in range(rounds):
                client = Client(port)  # one that is kept is closed while bare SQL takes seconds
                begun = time.perf_counter()
                status = client.ask(address)
                served.append(time.perf_counter() - begun)
                if status not in (200, 400):
                    raise SystemExit(f"{address} was answered with {status}")
                begun = time.perf_counter()
                rows = len(conn.execute(query.sql, asked).fetchmany(MOST_ROWS))
                bare.append(time.perf_counter() - begun)
            took = (1000 * statistics.median(each) for each in (served, bare))
            yield Asked(query.name, status, rows, *took)


def measure(bench: Bench) -> Iterator[Row]:
    """Milliseconds of each query; `x`: how many times the bare SQL."""
    comparisons = SIZES[bench.scale]
    words = [str(Path(__file__)), "--comparisons", str(comparisons), "--json"]
    said = bench.run(bench.now, [*words, "--rounds", str(bench.rounds)]).said
    for asked in (Asked(*each) for each in json.loads(said)):
        what = f"{asked.name}, {comparisons:,} comparisons"
        yield Row(what, asked.served, "ms", count=bench.rounds)
        yield Row(f"{what}, to the bare SQL", asked.served / asked.bare, "x")


def main() -> None:
    """Fill what is missing, ask, and print the table, the slowest first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comparisons", type=int, default=SIZES["quick"])
    parser.add_argument("--distinct", action="store_true", help="No card or quote stands twice.")
    parser.add_argument("--folder", type=Path, help="where the databases are kept")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = filled(given.folder or Path(folder), given.comparisons, distinct=given.distinct)
        found = sorted(ask_all(path, given.rounds), key=lambda each: -each.served)
    if given.json:
        print(json.dumps(found))
        return
    print(f"{'query':30} {'status':>6} {'rows':>5} {'served ms':>10} {'bare ms':>8} {'ratio':>6}")
    for each in found:
        took = f"{each.served:10.1f} {each.bare:8.1f} {each.served / each.bare:6.2f}"
        print(f"{each.name:30} {each.status:6} {each.rows:5} {took}")


if __name__ == "__main__":
    main()
