"""What a page costs a visitor: pages of ours beside Datasette's row and table pages, in one run.

Databases of invented comparisons are filled by SQL, each tool against each; a server for each takes
turns with the others, asked by four clients that keep their connections. Prints requests a second
(median of the rounds, and their spread), milliseconds at the 95th percentile, the server's own
processor time a request, and both as ratios to what Datasette itself has in the page's place on the
same server: a row, a table, a table's search.
`python bench/serving.py --comparisons 10000 1000000`, or 12500 of `--tools 2500`. `--against DIR`
serves the same files with an older state of the project too.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(Path(__file__).parent), str(ROOT)]
CLIENTS, ROUNDS, SECONDS, ADDRESSES = 4, 5, 2.0, 400
NOW, BEFORE = "'2026-11-01T12:00:00Z'", "'2026-10-02T08:30:00Z'"
REVIEWERS = ("Tinkerer", "Doubter", "Archivist", "Bookkeeper")
SPACING = 3
"""A build numbers nothing densely, so neither does this."""
Address = tuple[int, int]
"""A server's port and the number of its process."""
Columns = dict[str, str]
"""An SQL expression for each column that is filled."""
BESIDE = {
    **dict.fromkeys(("comparisons", "narrowed"), "table of comparisons"),
    "tools": "table of tools",
    "search rare": "table search",
    "search two": "table search two",
}
"""What Datasette has in the place of a page of ours, where it is not a row."""
KEY = "substr(lower(hex({0})) || '{1}' || printf('%064d', 0), 1, 64)"


def fill(
    path: Path, comparisons: int, quotes: int = 4, *, tools: int = 0, distinct: bool = False
) -> None:
    """Make a database of so many comparisons, each tool with so many quotes of each reviewer.

    Without a number of tools each is beside each; in one that is `distinct` each comparison has
    two tools of its own.
    """
    from db.rows.tables import create_indexes, create_tables

    with contextlib.closing(sqlite3.connect(path)) as conn:
        for setting in ("journal_mode = off", "synchronous = off", "cache_size = -400000"):
            conn.execute(f"pragma {setting}")
        create_tables(conn)
        near = -(-comparisons // tools) + 1 if tools else comparisons
        if not tools:
            tools = 2 * comparisons if distinct else 1 + int((2 * comparisons) ** 0.5 + 0.5)
        _fill_texts(conn, tools, quotes // 4 or 1)
        beside = f"b.id > a.id and b.id <= a.id + {near * SPACING}"
        if distinct:
            beside = f"b.id = a.id + {SPACING} and a.id / {SPACING} % 2 = 0"
        _fill_comparisons(conn, comparisons, beside)
        create_indexes(conn)
        conn.commit()


def _fill_texts(conn: sqlite3.Connection, tools: int, generations: int) -> None:
    from pages import _WORDS, _text

    from db.rows.tables import descriptions, insert_rows
    from schema.rows.about import DescriptionRow

    insert_rows(conn, DescriptionRow, ((n, *row) for n, row in enumerate(descriptions(), 1)))
    rng = random.Random("serving")
    conn.execute("create temp table text as select 0 as n, '' as words, '' as name limit 0")
    # A few words in each text that few others hold: a search has rare and common ones.
    texts = (
        (n, f"{_text(rng, 600)} Marked {rng.choice(_WORDS)}{n % 997}.", f"Tool {n:05d}")
        for n in range(tools * max(4 * generations, 4))
    )
    conn.executemany("insert into text values (?, ?, ?)", texts)
    put(conn, "site", {"site": "'bench'", "title": "'Bench'", "base": "'https://bench.example'"})
    for n, name in enumerate(REVIEWERS, 1):
        put(conn, "reviewer", {"id": str(n), "name": f"'{name}'", **_dated()})
    of_tool = f"from text where n < {tools} order by n"
    tool: Columns = {
        "id": f"n * {SPACING} + 1", "tool": "printf('tool-%05d', n)", "site": "'bench'",
        "slug": "printf('tool-%05d', n)", "name": "name", "name_since": BEFORE,
        "url": "printf('https://bench.example/tool/tool-%05d', n)", **_dated(),
    }  # fmt: skip
    put(conn, "tool", tool, of_tool)
    card: Columns = {
        "id": tool["id"], "key": KEY.format("n", "ca"), "site": "'bench'", "tool_id": tool["id"],
        "name": "name", "category": "'Developer Tools'", "tagline": "substr(words, 1, 60)",
        "description": "substr(words, 1, 450)", "entry": "iif(n % 3, 'Free', 'Paid')",
        "panel_ship_percent": "75", "badge": "'Ship'", "votes_ship": "3", "votes_skip": "1",
        "pricing": "'Free for one person'", **_dated(),
    }  # fmt: skip
    put(conn, "card", card, of_tool)
    number = f"(n % {tools}) * {SPACING} + 1"
    said: Columns = {
        "id": f"n * {SPACING} + 2", "key": KEY.format("n", "0e"), "site": "'bench'",
        "tool_name": f"printf('Tool %05d', n % {tools})", "tool_id": number, "card_id": number,
        "reviewer_id": f"n / {tools} % 4 + 1", "score": "74 + n % 15",
        "verdict": f"iif(n / {tools} % 4 = 1, 'skip', 'ship')", "verdict_source": "'page'",
        "text": "words", "characters": "length(words)", **_dated(),
    }  # fmt: skip
    put(conn, "quote", said, "from text order by n")


def _dated() -> Columns:
    return {"first_seen": BEFORE, "last_seen": NOW}


def _fill_comparisons(conn: sqlite3.Connection, comparisons: int, beside: str) -> None:
    conn.execute(
        "create temp table pair as select row_number() over () as n, a.id as a, b.id as b,"
        " a.slug || '-vs-' || b.slug as key, a.name || ' vs ' || b.name as title"
        f" from tool a join tool b on {beside} limit {comparisons}"
    )
    n = f"n * {SPACING}"
    url = "'https://bench.example/compare/' || key"
    page: Columns = {
        "id": n, "site": "'bench'", "url": url, "key": "key", "state": "'stored'",
        "due": "0", "captures": "1", "last_captured_at": NOW,
    }  # fmt: skip
    capture: Columns = {
        "id": n, "page_id": n, "captured_at": NOW, "date_source": "'crawl'",
        "date_precision": "'second'", "captured_until": NOW, "status": "200",
        "content_type": "'text/html'", "kind": "'response'", "body_sha256": KEY.format("n", "b0"),
        "outcome": "'comparison'", "opt_outs": "'[]'", "version_id": n,
    }  # fmt: skip
    comparison: Columns = {
        "id": n, "comparison": "key", "site": "'bench'", "title": "title",
        "layout": "'html:9f3c'", "tool_a_id": "a", "tool_b_id": "b", "card_a_id": "a",
        "card_b_id": "b", "page_id": n, "capture_id": n, "version_id": n, "captured_at": NOW,
        "state": "'stored'", "noindex": "0", **_dated(),
    }  # fmt: skip
    version: Columns = {
        "id": n, "page_id": n, "number": "1", "title": "title",
        "layout": "'html:9f3c'", "record_sha256": KEY.format("n", "ec"), **_dated(),
    }  # fmt: skip
    for table, columns in (
        ("page", page), ("capture", capture), ("comparison", comparison),
        ("comparison_version", version),
    ):  # fmt: skip
        put(conn, table, columns, "from pair order by n")
    (tools,) = conn.execute("select count(*) from tool").fetchone()
    side: Columns = {
        "id": "id", "tool_id": "id", "card_id": "id", "badge": "'Ship'", "votes_ship": "3",
        "votes_skip": "1", "community_stated": "0", "pricing": "'Free for one person'",
    }  # fmt: skip
    put(conn, "side", side, "from tool order by id")
    seen: Columns = {"id": "a", "side_id": "a", "version_id": f"min(n) * {SPACING}", **_dated()}
    first = "(select a, n from pair union all select b, n from pair)"
    put(conn, "side_seen", seen, f"from {first} group by a")
    about = f"(id / {SPACING} + (slot - 1) * {tools})"
    cell: Columns = {
        "side_id": "id", "slot": "slot", "reviewer_id": "slot", "score": f"74 + {about} % 15",
        "verdict": "iif(slot = 2, 'skip', 'ship')", "verdict_source": "'page'",
        "quote_id": f"{about} * {SPACING} + 2",
    }  # fmt: skip
    slots = "(with s(slot) as (values (1), (2), (3), (4)) select slot from s)"
    put(conn, "side_quote", cell, f"from tool, {slots} order by id, slot")
    places = "(with s(at) as (values (1), (2)) select at from s)"
    shown: Columns = {"version_id": n, "position": "at", "side_id": "iif(at = 1, a, b)"}
    put(conn, "version_side", shown, f"from pair, {places} order by n, at")
    finding: Columns = {
        "id": n, "comparison_id": n, "version_id": n, "last_version_id": n,
        "code": "'slug_order'", "detail": "'invented'",
    }  # fmt: skip
    put(conn, "finding", finding, "from pair where n % 50 = 0 order by n")


def put(conn: sqlite3.Connection, table: str, columns: Columns, source: str = "") -> None:
    """Fill those of the columns that the table has."""
    there = {name for _, name, *_ in conn.execute(f"pragma table_info({table})")}
    # An older state of the tables has other names for what holds an id.
    named = {name if name in there else name.removesuffix("_id"): name for name in columns}
    kept = {name: columns[own] for name, own in named.items() if name in there}
    names = ", ".join(f'"{name}"' for name in kept)
    conn.execute(f'insert into "{table}" ({names}) select {", ".join(kept.values())} {source}')


def addresses(path: Path) -> dict[str, list[str]]:
    """The paths asked for, by what they are."""
    rng = random.Random("asked")
    with contextlib.closing(sqlite3.connect(path)) as conn:

        def some(column: str, table: str) -> list[str]:
            (last,) = conn.execute(f"select max(id) from {table}").fetchone()
            sql = f"select {column} from {table} where id >= ? order by id limit 1"
            places = [rng.randint(1, last) for _ in range(ADDRESSES)]
            return [str(conn.execute(sql, (place,)).fetchone()[0]) for place in places]

        words = [text.split()[-1].strip(".") for text in some("text", "quote")]
        common = [" ".join(text.split()[3:5]) for text in some("text", "quote")]
        numbers, named = some("id", "comparison"), some("name", "tool")
        compared = [f"/compare/{key}" for key in some("comparison", "comparison")]
        return {
            "row": [f"/verdicts/comparison/{key}" for key in some("id", "comparison")],
            "table": [f"/verdicts/comparison?tool_a_id={key}" for key in some("id", "tool")],
            "table of comparisons": [
                f"/verdicts/comparison?_next={NOW[1:-1]},{n}" for n in numbers
            ],
            "table of tools": [f"/verdicts/tool?_next={quote(name)},1" for name in named],
            "table search two": [f"/verdicts/quote?_search={quote(pair)}" for pair in common],
            "table search": [f"/verdicts/quote?_search={quote(word)}" for word in words],
            "comparisons": [f"/comparisons?page={rng.randint(1, 200)}" for _ in range(ADDRESSES)],
            "narrowed": [f"/comparisons?tool={key}" for key in some("tool", "tool")],
            "tools": [f"/tools?page={rng.randint(1, 40)}" for _ in range(ADDRESSES)],
            "compare": compared,
            "compare 304": compared,
            "tool": [f"/tool/{key}" for key in some("tool", "tool")],
            "quote": [f"/quote/{key}" for key in some("key", "quote")],
            "reviewer": [
                f"/reviewer/{rng.choice(REVIEWERS)}?page={rng.randint(1, 70)}" for _ in range(50)
            ],
            "search rare": [f"/search?q={quote(word)}" for word in words],
            "search two": [f"/search?q={quote(pair)}" for pair in common],
            "home": ["/"],
        }


class Client:
    """One connection that is kept, and asks as little of the processor as it can."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.tags = dict[str, bytes]()

    def ask(self, path: str, *, again: bool = False) -> int:
        """The status of the answer, read to its end; its tag is sent back where asked again."""
        known = f"If-None-Match: {self.tags[path].decode()}\r\n" if path in self.tags else ""
        asked = f"GET {path} HTTP/1.1\r\nHost: bench.example\r\n{known if again else ''}\r\n"
        self.socket.sendall(asked.encode())
        got = self.socket.recv(65536)
        while b"\r\n\r\n" not in got:
            got += self.socket.recv(65536)
        head, _, body = got.partition(b"\r\n\r\n")
        named = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        status = int(head[9:12])
        if b"etag" in named:
            self.tags[path] = head[head.lower().index(b"etag: ") + 6 :].partition(b"\r\n")[0]
        if b"content-length" in named and status != 304:
            while len(body) < int(named[b"content-length"]):
                body += self.socket.recv(65536)
        elif status != 304:
            while not body.endswith(b"0\r\n\r\n"):
                body += self.socket.recv(65536)
        return status


@dataclass
class Round:
    """One turn of one page: its requests, and what they took. Units: seconds."""

    rate: float
    took: list[float]
    processor: float
    """The server's processor time a request."""


def used(process: int) -> float:
    """The processor time that a process has used so far. Units: seconds."""
    after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def load(at: Address, paths: list[str], seconds: float, *, again: bool) -> Round:
    """What so many seconds of all clients together gave."""
    port, process = at
    took: list[float] = []
    wrong: list[int] = []
    held = Client(port)
    for path in paths if again else []:
        held.ask(path)
    begun, before = time.perf_counter(), used(process)

    def visit(number: int) -> None:
        client = Client(port)
        client.tags = held.tags
        mine = paths[number::CLIENTS] or paths
        at = 0
        start = time.perf_counter()
        while time.perf_counter() - start < seconds:
            asked = time.perf_counter()
            status = client.ask(mine[at % len(mine)], again=again)
            took.append(time.perf_counter() - asked)
            if status != (304 if again and client.tags else 200):
                wrong.append(status)
            at += 1

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise SystemExit(f"{paths[0]} and others were answered with {set(wrong)}")
    whole = time.perf_counter() - begun
    return Round(len(took) / whole, took, (used(process) - before) / (len(took) or 1))


@contextlib.contextmanager
def serving(tree: Path, database: Path) -> Iterator[Address]:
    """A server of this state of the project."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", "web", str(database)]
    with subprocess.Popen(
        command, cwd=tree, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline().strip().rstrip("/").rpartition(":")[2])
            yield port, server.pid
        finally:
            server.terminate()


def main() -> None:
    """Fill what is missing, serve it, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comparisons", type=int, nargs="+", default=[10_000])
    parser.add_argument("--tools", type=int, default=0, help="how many; else each beside each")
    parser.add_argument("--quotes", type=int, default=4, help="distinct quotes of each tool")
    parser.add_argument("--folder", type=Path, help="where the databases are kept")
    parser.add_argument("--against", type=Path, help="an older state of the project")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--only", nargs="+", help="these pages alone")
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = {}
        for number in asked.comparisons:
            path = folder / f"bench-{number}-{asked.tools}-{asked.quotes}.db"
            if not path.exists():
                fill(path.with_suffix(".part"), number, asked.quotes, tools=asked.tools)
                path.with_suffix(".part").rename(path)
            for name, tree in (("before", asked.against), ("now", ROOT)):
                if tree:
                    at = stack.enter_context(serving(tree, path))
                    servers[f"{name} {number:,}"] = at, addresses(path)
        report(servers, asked)


def report(
    servers: dict[str, tuple[Address, dict[str, list[str]]]], asked: argparse.Namespace
) -> None:
    """Ask all of them in turns, and print what each page took."""
    told: dict[tuple[str, str], list[Round]] = {}
    for turn in range(asked.rounds + 1):  # the first warms up
        for name, (at, pages) in servers.items():
            for page, paths in pages.items():
                if not asked.only or page in asked.only:
                    seconds = asked.seconds if turn else min(asked.seconds, 0.5)
                    found = load(at, paths, seconds, again=page.endswith("304"))
                    told.setdefault((name, page), []).extend([found] if turn else [])
    print(HEADING)
    for (name, page), rounds in told.items():
        print(line(name, page, rounds, told.get((name, BESIDE.get(page, "row")), rounds)))


HEADING = (
    f"{'server':18} {'page':20} {'a second':>9} {'spread':>11} {'p50 ms':>7} {'p95 ms':>7}"
    f" {'cpu ms':>7} {'to Datasette':>16} {'cpu so':>11}"
)


def line(name: str, page: str, rounds: list[Round], rows: list[Round]) -> str:
    """What one page of one server took, beside the row page of the same."""
    rates = [each.rate for each in rounds]
    took = sorted(1000 * each for one in rounds for each in one.took)
    rate, processor = statistics.median(rates), _processor(rounds)
    spread = f"{min(rates):.0f}..{max(rates):.0f}"
    to_row = rate / statistics.median(each.rate for each in rows)
    return (
        f"{name:18} {page:20} {rate:9.1f} {spread:>11} {took[len(took) // 2]:7.1f}"
        f" {took[int(len(took) * 0.95)]:7.1f} {1000 * processor:7.2f} {to_row:16.2f}"
        f" {_processor(rows) / processor:11.2f}"
    )


def _processor(rounds: list[Round]) -> float:
    return statistics.median(each.processor for each in rounds) or float("nan")


if __name__ == "__main__":
    main()
