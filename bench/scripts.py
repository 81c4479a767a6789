"""Measurements that are programs of their own: run with this state and an older one, and read.

serving   pages of ours beside Datasette's row and table pages
commands  how status, plan, check, drift, prune, takedown and backup grow with their home
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from measuring import HERE, NOW, Bench, Row, missing

_LINE = re.compile(
    r"(now|before) ([\d,]+) +(\S.*?) +([\d.]+) +([\d.]+)\.\.([\d.]+) +([\d.]+) +([\d.]+)(?: |$)"
)
"""Server, comparisons, page, requests a second, their extremes, median and p95 in milliseconds."""
SERVED = {"tiny": [30], "quick": [10_000], "million": [10_000, 1_000_000]}
GROWN = {"tiny": [20], "quick": [1_000, 10_000], "million": [1_000, 10_000, 100_000]}
ROW_PAGE = "row"


def serve(bench: Bench) -> Iterator[Row]:
    """Requests a second at four clients, and the 95th percentile; `x`: to Datasette's row page."""
    if not (HERE / "serving.py").exists():
        yield missing("pages served", "not here yet: bench/serving.py")
        return
    words = [str(HERE / "serving.py"), "--rounds", str(bench.rounds), "--comparisons"]
    words += map(str, SERVED[bench.scale])
    if bench.scale == "tiny":
        words += ["--seconds", "0.1", "--only", ROW_PAGE, "compare"]
    said = bench.run(bench.now, [*words, *_against(bench)]).said
    found = [match.groups() for match in map(_LINE.match, said.splitlines()) if match]
    if not found:
        raise SystemExit(f"serving: its table is not as it was: {said[-500:]}")
    rates = {each[:3]: float(each[3].replace(",", "")) for each in found}
    for server, size, page, rate, low, high, _, p95 in found:
        what, tree = f"{page}, {size} comparisons", _tree(bench, server == NOW)
        ours = rates.get((NOW, size, page), 0)
        ratio = None if tree == NOW else ours / float(rate)
        spread = (float(low), float(high))
        yield Row(what, float(rate), "/s", spread, bench.rounds, tree, ratio)
        yield Row(f"{what}, p95", float(p95), "ms", tree=tree)
        row = rates.get((server, size, ROW_PAGE))
        if row and page != ROW_PAGE:
            yield Row(f"{what}, to the row page", float(rate) / row, "x", tree=tree)


def commands(bench: Bench) -> Iterator[Row]:
    """Seconds, seconds of the processor and peak memory of each command, and the exponent."""
    results = bench.place("commands")
    words = [str(HERE / "growth.py"), *(["status"] if bench.scale == "tiny" else [])]
    words += ["--homes", str(bench.place("homes")), "--results", str(results)]
    words += ["--sizes", *map(str, GROWN[bench.scale])]
    bench.run(bench.now, [*words, *_against(bench)])
    for line in map(json.loads, results.read_text().splitlines()):
        what = f"{line['command']}, {line['captures']:,} captures"
        tree = _tree(bench, line["root"] == bench.now.path.name)
        yield Row(f"{what}, processor", line["processor"], "s", tree=tree)
        yield Row(f"{what}, peak of one process", line["memory"], "MiB", tree=tree)
        if line["power"] is not None:
            yield Row(f"{what}, exponent of growth", line["power"], "", tree=tree)


def _against(bench: Bench) -> list[str]:
    return ["--against", str(bench.trees[1].path)] if len(bench.trees) > 1 else []


def _tree(bench: Bench, is_now: bool) -> str:
    return bench.trees[0 if is_now else -1].name
