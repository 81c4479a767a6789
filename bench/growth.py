"""How every command grows with the captures of a home: `python bench/growth.py [COMMAND ...]`.

Each command is a process on a home of each size (bench/homes.py, made once under `--homes`), those
that write on a copy of it. Printed: seconds, seconds of processor, peak memory of the largest
process, and the exponent of growth between two sizes: the logarithm of how much the processor's
time grew, above what the command takes on a home of ten captures, over that of how much the home
did. `--against` names another checkout, run in turns with this one.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(Path(__file__).parent)]

from homes import NOW, home_of, html, pairs_of, url_of  # noqa: E402

FLOOR = 10
"""The size at which a command costs nothing but its start. Units: captures."""
SIZES = (1_000, 10_000, 100_000)
CRAWLED = 60
"""So many pages a crawl asks for."""
DUE = "2027-06-01T12:00:00Z"
"""When every page is due."""
COMMANDS = {
    "status": ["status", "--json"],
    "plan": ["plan", "--json"],
    "check": ["check"],
    "drift": ["drift", "--json"],
    "drift-run": ["drift", "--json", "--run", "3"],
    "prune": ["prune"],
    "takedown": ["takedown", "add", "{url}", "--reason", "asked by its author"],
    "takedown-tool": ["takedown", "add", "{tool}", "--reason", "asked by its author"],
    "backup": ["backup", "--to", "{folder}/backup"],
    "crawl": ["crawl", "--allow-private", "--delay", "0", "--max-pages", str(CRAWLED)],
}
"""A copy of the home is made for those that write."""
WRITING = ("prune", "takedown", "takedown-tool", "crawl")
ENDINGS = (0, 10, 20)


@dataclass(frozen=True)
class Measured:
    """One process. Units: seconds, MiB."""

    command: str
    captures: int
    root: str
    seconds: float
    processor: float
    memory: float


class Mirror(ThreadingHTTPServer):
    """The pages of a home on loopback, made as they are asked for."""

    daemon_threads = True

    def __init__(self, captures: int) -> None:
        tools, pairs = pairs_of(captures)
        places = {url_of(tools[a], tools[b]).partition(".example")[2]: (a, b) for a, b in pairs}

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16

            def do_GET(self) -> None:
                pair = places.get(self.path)
                data = html(tools[pair[0]], tools[pair[1]]) if pair else b""
                self.send_response(200 if pair else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def copy_of(home: Path, to: Path) -> Path:
    """A home of its own: what never changes once it has its name is linked."""

    def put(source: str, target: str) -> None:
        is_fixed = Path(source).suffix in (".gz", ".db") and not source.endswith("ledger.db")
        (os.link if is_fixed else shutil.copy2)(source, target)

    shutil.copytree(home, to, copy_function=put, symlinks=True)
    return to


def move_to_mirror(home: Path, origin: str) -> None:
    """Let the crawl ask a mirror for every page."""
    import sqlite3

    with sqlite3.connect(home / "ledger.db") as db:
        db.execute("UPDATE page SET origin = ? WHERE role = 'comparison'", (origin,))


def run_once(command: str, captures: int, root: Path, homes: Path) -> Measured:
    """One process on a home of that size."""
    home = home_of(homes, captures, is_built=True)
    with tempfile.TemporaryDirectory(dir=homes) as name:
        folder, mirror = Path(name), None
        if command in WRITING:
            home = copy_of(home, folder / "home")
        tools, pairs = pairs_of(captures)
        first = [tools[at] for at in pairs[0]]
        words = {"url": url_of(*first), "tool": first[0].slug, "folder": name}
        env = os.environ | {"PYTHONPATH": str(root), "VERDICTS_NOW": NOW}
        if command == "crawl":
            mirror, env["VERDICTS_NOW"] = Mirror(captures), DUE
            move_to_mirror(home, f"http://127.0.0.1:{mirror.server_address[1]}")
        words = [each.format(**words) for each in COMMANDS[command]]
        asked = [sys.executable, "-m", "verdicts", *words, "--home", str(home)]
        found = _timed(asked, env, cwd=root)
        if mirror is not None:
            mirror.shutdown()
    return Measured(command, captures, root.name, *found)


def _timed(asked: list[str], env: dict[str, str], cwd: Path) -> tuple[float, float, float]:
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(asked, env=env, cwd=cwd, stdout=subprocess.DEVNULL, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode not in ENDINGS:
            raise SystemExit(f"{asked}: {process.returncode}: {said.read()[-2000:].decode()}")
    seconds = time.perf_counter() - begun
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def exponent(floor: float, small: Measured, large: Measured) -> float:
    """By which power the processor's time grew with the home; 0 where it did not."""
    grown = (large.processor - floor) / max(small.processor - floor, 0.02)
    return math.log(max(grown, 1)) / math.log(large.captures / small.captures)


def median_of(found: list[Measured]) -> Measured:
    first = found[0]
    middle = (
        statistics.median(getattr(each, name) for each in found)
        for name in ("seconds", "processor", "memory")
    )
    return Measured(first.command, first.captures, first.root, *middle)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commands", nargs="*", choices=[*COMMANDS, []], default=[])
    parser.add_argument("--homes", type=Path, default=Path(tempfile.gettempdir()) / "homes")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--against", type=Path, help="Another checkout, run in turns with this.")
    parser.add_argument("--results", type=Path, help="A file that gets a JSON line each.")
    given = parser.parse_args()
    given.homes.mkdir(parents=True, exist_ok=True)
    roots = [ROOT, *([given.against.resolve()] if given.against else [])]
    print(
        f"{'command':14} {'captures':>9} {'root':>10} {'s':>7} {'cpu s':>7} {'MiB':>6} {'power':>6}"
    )
    for command in given.commands or COMMANDS:
        before: dict[Path, Measured] = {}
        floors: dict[Path, float] = {}
        for captures in (FLOOR, *given.sizes):
            runs: dict[Path, list[Measured]] = {root: [] for root in roots}
            for _ in range(given.rounds):
                for root in roots:
                    runs[root].append(run_once(command, captures, root, given.homes))
            for root, found in runs.items():
                one = median_of(found)
                power = exponent(floors[root], before[root], one) if root in before else None
                if captures == FLOOR:
                    floors[root] = one.processor
                else:
                    before[root] = one
                _tell(one, power, given.results)


def _tell(one: Measured, power: float | None, results: Path | None) -> None:
    told = "" if power is None else f"{power:.2f}"
    print(
        f"{one.command:14} {one.captures:>9,} {one.root:>10} {one.seconds:>7.2f}"
        f" {one.processor:>7.2f} {one.memory:>6.0f} {told:>6}",
        flush=True,
    )
    if results is not None:
        machine = {"python": platform.python_version(), "load": os.getloadavg()[0]}
        line = {"bench": "commands", **asdict(one), "power": power, **machine}
        with results.open("a") as file:
            file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
