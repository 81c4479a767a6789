"""Everything that is measured, in one table: `make bench`, or `python bench --only build`.

Prints a row a figure (the median of the rounds, its extremes, and beside an older state or a peer
how many times as good the present state is), and appends a JSON line a measurement to `--results`,
with the machine, its load before and after, and the versions. Run alone on the machine. `--against
REV` checks an older revision out beside this one and runs it in turns with it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from measuring import NOW, ROOT, Bench, Row, Tree, peers

Measure = Callable[[Bench], Iterator[Row]]
MEASUREMENTS = {
    "parse": ("parsing", "a parse beside a bare one"),
    "grammar": ("grammar", "the same grammar over other trees"),
    "warc": ("warcs", "reading a WARC file"),
    "import": ("taking", "taking in pages"),
    "build": ("builds", "a build, nothing new, and one hundredth new"),
    "held": ("builds:held", "a build of larger pages"),
    "workers": ("builds:workers", "one worker and two, and Dask"),
    "crawl": ("crawl", "a crawl on loopback"),
    "serve": ("scripts:serve", "pages beside Datasette's own"),
    "stored": ("stored", "stored queries beside the bare SQL"),
    "rules": ("rules", "the rules on text, and how they grow with it"),
    "commands": ("scripts:commands", "how the other commands grow"),
}
"""The module and function of each: `measure` where none is named."""
SCALES = ("tiny", "quick", "million")
SCALED = "tiny tries that all of it runs; quick builds 100,000 pages, million ten times as many."
MILLION = ("build",)
"""What `--scale million` runs unless something is named."""
PACKAGES = (
    "selectolax", "pydantic", "scrapy", "datasette", "sqlite-utils", "lxml", "parsel",
    "distributed", "beautifulsoup4", "fastwarc", "warcio",
)  # fmt: skip


def measurement(name: str) -> Measure:
    """The function of a measurement."""
    module, _, function = MEASUREMENTS[name][0].partition(":")
    found: Measure = getattr(import_module(module), function or "measure")
    return found


def machine() -> dict[str, Any]:
    """What ran it. Units: MiB of memory."""
    about = Path("/proc/cpuinfo")
    lines = about.read_text().splitlines() if about.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": next(names, platform.machine()),
        "cores": os.cpu_count(),
        "memory": memory,
    }


def versions() -> dict[str, str]:
    """Of Python, SQLite, what we are built on, the peers, and this checkout."""
    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    folder = peers()
    if folder is not None:
        sys.path.append(str(folder))
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found | {"revision": revision(ROOT)}


def revision(path: Path) -> str:
    """The commit of a checkout, with a + where files differ from it."""
    try:
        commit = _git("rev-parse", "--short", "HEAD", where=path)
        is_changed = bool(_git("status", "--porcelain", where=path))
    except (OSError, subprocess.CalledProcessError):
        return "no checkout"
    return commit + "+" * is_changed


def _git(*words: str, where: Path = ROOT) -> str:
    done = subprocess.run(
        ["git", "-C", str(where), *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@contextmanager
def checked_out(against: str | None, folder: Path) -> Iterator[list[Tree]]:
    """The present state, and the one that it is to be measured against."""
    trees = [Tree(NOW, ROOT)]
    if not against:
        yield trees
        return
    name = _git("rev-parse", "--short", f"{against}^{{commit}}")
    path = folder / "against"
    _git("worktree", "add", "--detach", str(path), name)
    try:
        yield [*trees, Tree(name, path)]
    finally:
        _git("worktree", "remove", "--force", str(path))


def show(row: Row) -> str:
    """A line of the table."""
    if row.value is None:
        return f"  {row.what:58} {row.note}"
    spread = ""
    if row.spread is not None and row.count > 1:
        spread = f"{number(row.spread[0])} to {number(row.spread[1])}, {row.count} rounds"
    ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
    figure = f"{number(row.value)} {row.unit}"
    return f"  {row.what:58} {row.tree:>12} {figure:>14} {ratio:>8}  {spread} {row.note}".rstrip()


def number(value: float) -> str:
    """Three figures of a number, and no more.

    >>> number(0.01234), number(12.345), number(123456.0)
    ('0.0123', '12.3', '123,456')
    """
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def run(bench: Bench, names: list[str], results: Path | None) -> int:
    """Measure, print and note; gives the number of rows."""
    about = {"machine": machine(), "versions": versions()}
    load = os.getloadavg()[0]
    print(f"{about['machine']}\n{about['versions']}\nload {load:.2f}")
    if load > 0.3 and bench.scale != "tiny":
        print("the machine is not idle: of all this only the ratios may be relied on")
    head = f"  {'':58} {'':>12} {'median':>14} {'now is':>8}  extremes"
    rows = 0
    for name in names:
        print(f"\n{name}: {MEASUREMENTS[name][1]}\n{head}", flush=True)
        begun, before, found = datetime.now(UTC), os.getloadavg(), list[Row]()
        for row in measurement(name)(bench):
            print(show(row), flush=True)
            found.append(row)
        rows += len(found)
        if results is not None:
            line = {
                "measurement": name,
                "at": begun.isoformat(timespec="seconds"),
                "seconds": round((datetime.now(UTC) - begun).total_seconds(), 1),
                "scale": bench.scale,
                "against": bench.trees[1].name if len(bench.trees) > 1 else None,
                "load": [before, os.getloadavg()],
                "rows": [asdict(row) for row in found],
            }
            with results.open("a") as file:
                file.write(json.dumps(about | line) + "\n")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python bench", description=__doc__)
    told = (
        f"These alone: {', '.join(f'{name} ({what})' for name, (_, what) in MEASUREMENTS.items())}."
    )
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, help=told)
    parser.add_argument("--against", help="An older revision, measured in turns with this state.")
    parser.add_argument("--rounds", type=int, default=5, help="The median of so many is told.")
    parser.add_argument("--scale", choices=SCALES, default="quick", help=SCALED)
    parser.add_argument("--python", default=sys.executable, help="What runs the project.")
    parser.add_argument("--homes", type=Path, help="Where homes are kept; those there are used.")
    parser.add_argument("--folder", type=Path, help="A folder on the disk to measure.")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results.jsonl")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=given.folder, prefix="bench-"))
    names = given.only or (MILLION if given.scale == "million" else MEASUREMENTS)
    try:
        with checked_out(given.against, folder) as trees:
            homes = given.homes.absolute() if given.homes else None
            bench = Bench(folder, trees, given.scale, given.rounds, homes, given.python)
            run(bench, list(names), given.results)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
