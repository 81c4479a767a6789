"""Building the database: all of it, with nothing new, with one capture in a hundred new.

Homes of a publisher that sets each of its tools beside each other, made by `homes`. Peak memory is
given twice: that of the largest process, and that of all together (main process and workers, what
they share counted once). The exponent of growth is the slope of the processor's time over the
number of pages, both as logarithms.
"""

from __future__ import annotations

import importlib.util
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from homes import copy_home
from measuring import HERE, Bench, Cost, Row, Series, Tree, exponent, missing, summed

GROWTH = {"tiny": {10: 1}, "quick": {1_000: 5, 10_000: 3, 100_000: 1}, "million": {
    1_000: 3, 10_000: 3, 100_000: 1, 1_000_000: 1}}  # fmt: skip
"""Pages, and in how many rounds each number is built."""
HELD = {"tiny": {10: 1}, "quick": {4_000: 5, 16_000: 3}, "million": {4_000: 5, 16_000: 3}}
AGAINST = 20_000
"""An older state is built with no more pages: before 0.3 a million took 90 GB. Units: pages."""
TEXTS = {
    "quote": ("text",), "card": ("name", "category", "tagline", "description", "pricing"),
    "comparison": ("title",),
}  # fmt: skip
"""What a reader reads."""


def home_for(bench: Bench, tree: Tree, pages: int, size: str) -> Path:
    """A home that this state of the project can read; made once for all that agree on a ledger."""
    tables = (tree.path / "archive/ledger/tables.py").read_text()
    key = ("home", pages, size, tables)
    if key not in bench.made:
        if bench.homes is not None and tree is bench.now:
            path = bench.homes / f"{pages}-{size}"
        else:
            path = bench.place("made")
        if not path.exists():
            part = path.with_name(path.name + ".part")
            shutil.rmtree(part, ignore_errors=True)
            words = [str(HERE / "homes.py"), str(part), "--pages", str(pages), "--size", size]
            bench.run(tree, words)
            part.rename(path)
        bench.made[key] = path
    return bench.made[key]


def about(path: str) -> dict[str, float]:
    """Bytes of a database, and of the texts in it, for each of its comparisons."""
    with closing(sqlite3.connect(path)) as db:
        (count,) = db.execute("SELECT count(*) FROM comparison").fetchone()
        texts = 0
        for table, columns in TEXTS.items():
            of_row = " + ".join(f"coalesce(length(CAST({name} AS BLOB)), 0)" for name in columns)
            texts += db.execute(f"SELECT coalesce(sum({of_row}), 0) FROM {table}").fetchone()[0]
    return {"comparisons": count, "size": Path(path).stat().st_size / count, "text": texts / count}


def measure(bench: Bench) -> Iterator[Row]:
    """A full build, one with nothing new, one with a hundredth new, at each number of pages."""
    series, sizes = Series(), GROWTH[bench.scale]
    for pages, rounds in sizes.items():
        for _, tree in bench.turns(rounds):
            if tree is bench.now or pages <= AGAINST:
                _three(series, bench, tree, pages)
    yield from series.rows()
    for tree in bench.trees:
        built = [each for each in sizes if tree is bench.now or each <= AGAINST]
        costs = [series.median(f"{each:,} pages, processor", tree) for each in built]
        for start in range(len(built) - 1):
            slope = exponent(built[start:], costs[start:])
            what = f"exponent of growth, {built[start]:,} to {built[-1]:,} pages"
            yield Row(what, slope, "", tree=tree.name)
        if len(built) < len(sizes):
            yield missing(f"{tree.name}: more than {AGAINST:,} pages", "not run: too much memory")


def _three(series: Series, bench: Bench, tree: Tree, pages: int) -> None:
    """Build a copy of a home, again, and once more after it grew by a hundredth."""
    home = copy_home(home_for(bench, tree, pages, "4k"), bench.place("build"))
    full, what = _build(bench, tree, home), f"{pages:,} pages"
    series.add_cost(tree, what, full, pages)
    found, _ = bench.call(tree, "builds", "about", path=full.said.splitlines()[-1])
    assert found["comparisons"] == pages, found
    series.add(tree, f"{what}, database a comparison", "bytes", found["size"])
    series.add(
        tree,
        f"{what}, database a comparison beyond its text",
        "bytes",
        found["size"] - found["text"],
    )
    again = _build(bench, tree, home)
    words = [str(HERE / "homes.py"), str(home), "--pages", str(pages), "--grow", "0.01"]
    bench.run(tree, words)
    grown = _build(bench, tree, home)
    for name, cost in (("nothing new", again), ("one in a hundred new", grown)):
        series.add(tree, f"{what}, {name}, seconds", "s", cost.seconds)
        series.add(tree, f"{what}, {name}, processor", "s", cost.processor)
        share = 100 * cost.processor / full.processor
        series.add(tree, f"{what}, {name}, of a full build's processor", "%", share)
    shutil.rmtree(home)


def _build(bench: Bench, tree: Tree, home: Path, *more: object, workers: int = 2) -> Cost:
    workers = 1 if bench.scale == "tiny" else workers  # each takes a second to begin
    return bench.verdicts(tree, "build", "--home", home, "--workers", workers, *more)


def held(bench: Bench) -> Iterator[Row]:
    """A full build of pages of 14 KB."""
    series = Series()
    for pages, rounds in HELD[bench.scale].items():
        for _, tree in bench.turns(rounds):
            home = copy_home(home_for(bench, tree, pages, "14k"), bench.place("build"))
            series.add_cost(tree, f"{pages:,} pages of 14 KB", _build(bench, tree, home), pages)
            shutil.rmtree(home)
    yield from series.rows()


def workers(bench: Bench) -> Iterator[Row]:
    """One worker beside two, and two of Dask's; a ratio is of pages a second."""
    pages, series, ratios = bench.size(4_000, 10), Series(), list[float]()
    dask = dask_is_missing(bench)
    engines: dict[str, tuple[int, list[str]]] = {"two workers": (2, [])}
    if bench.scale != "tiny":
        engines = {"one worker": (1, []), **engines}
    if not dask:
        engines["Dask, two workers"] = (2, ["--engine", "dask"])
    rates: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(bench.rounds):
        for name, (count, words) in engines.items():
            source = home_for(bench, bench.now, pages, "14k")
            home = copy_home(source, bench.place("build"))
            cost = _build(bench, bench.now, home, *words, workers=count)
            series.add_cost(bench.now, name, cost, pages)
            rates[name].append(1 / cost.seconds)
            shutil.rmtree(home)
    yield from series.rows()
    for name, other in (("two workers", "one worker"), ("Dask, two workers", "two workers")):
        if name in rates and other in rates:
            ratios = [a / b for a, b in zip(rates[name], rates[other], strict=True)]
            yield summed(f"{name} beside {other}", ratios, "x")
    if dask:
        yield missing("Dask, two workers", dask)


def dask_is_missing(bench: Bench) -> str:
    """Why a build cannot be run by Dask; nothing where it can."""
    if "dask" not in bench.verdicts(bench.now, "build", "--help").said:
        return "not installed: `verdicts build` has no such engine yet"
    if importlib.util.find_spec("distributed") is None:
        return "not installed: the extra `dask`"
    return ""
