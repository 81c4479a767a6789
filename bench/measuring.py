"""What a measurement works with: states of the project, processes that are timed, rows of a table.

A measurement is a function from a `Bench` to rows. It runs each thing as a process of its own with
PYTHONPATH at the state of the project that is meant, the states in turns within each round.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
LOCK = HERE / "requirements.lock"
CLK = os.sysconf("SC_CLK_TCK")
LOOK_S = 0.1
"""Between two looks at the memory of all processes together. Units: seconds."""
NOW = "now"
"""What the present state is called."""


@dataclass(frozen=True)
class Tree:
    """A state of the project: where it is checked out, and what it is called."""

    name: str
    path: Path


@dataclass(frozen=True)
class Row:
    """One figure: the median of `count` rounds and their extremes.

    `tree` is the present state, an older one or a peer. `ratio` says how many times as good the
    present state is as this one: in time, memory and bytes less, in pages a second more.
    Absent: `value` is None where `note` says why nothing was measured.
    """

    what: str
    value: float | None
    unit: str
    spread: tuple[float, float] | None = None
    count: int = 1
    tree: str = NOW
    ratio: float | None = None
    note: str = ""


def missing(what: str, why: str) -> Row:
    """The row of what could not be measured."""
    return Row(what, None, "", count=0, note=why)


@dataclass(frozen=True)
class Cost:
    """What a process and all that it started took. Units: seconds, MiB.

    `peak` is that of the largest process; `together` the most that all of them held at one moment,
    what they share counted once, looked at ten times a second. Absent: None without Linux's /proc.
    """

    seconds: float
    processor: float
    peak: float
    together: float | None
    said: str


@dataclass
class Bench:
    """What is measured: `scale` is `tiny` for a trial of this code, `quick` or `million`."""

    folder: Path
    trees: list[Tree]
    scale: Literal["tiny", "quick", "million"] = "quick"
    rounds: int = 5
    homes: Path | None = None
    """Where homes are kept for another time. Absent: None for none."""
    python: str = sys.executable
    made: dict[tuple[object, ...], Path] = field(default_factory=dict)

    @property
    def now(self) -> Tree:
        """The present state."""
        return self.trees[0]

    def size(self, quick: int, tiny: int) -> int:
        """So many pages, or a few where only this code is tried."""
        return tiny if self.scale == "tiny" else quick

    def turns(self, most: int = 99) -> Iterator[tuple[int, Tree]]:
        """Each round, and in it each state of the project, the first one last every second time."""
        for number in range(min(self.rounds, most)):
            for tree in self.trees[:: -1 if number % 2 else 1]:
                yield number, tree

    def place(self, name: str) -> Path:
        """A path in the folder of this run at which nothing is."""
        return Path(tempfile.mkdtemp(dir=self.folder, prefix=f"{name}-")) / "here"

    def call(
        self, tree: Tree, module: str, function: str, *, libs: bool = False, **given: Any
    ) -> tuple[Any, Cost]:
        """What a function of a module of this folder gives, called in a process of its own."""
        words = [str(HERE / "child.py"), module, function, json.dumps(given, default=str)]
        cost = self.run(tree, words, libs=libs)
        return json.loads(cost.said.splitlines()[-1]), cost

    def verdicts(self, tree: Tree, *words: object, endings: Sequence[int] = (0,)) -> Cost:
        """What one of the project's own commands took."""
        return self.run(tree, ["-m", "verdicts", *map(str, words)], endings=endings)

    def run(
        self, tree: Tree, words: list[str], *, libs: bool = False, endings: Sequence[int] = (0,)
    ) -> Cost:
        """What an interpreter took with the project in that state."""
        paths = [str(tree.path)]
        if libs and (folder := peers()) is not None:
            paths.append(str(folder))
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
        return timed([self.python, *words], environment, self.folder, endings)


def timed(
    words: list[str], environment: dict[str, str], folder: Path, endings: Sequence[int] = (0,)
) -> Cost:
    """Run a program to its end. Raises: SystemExit with its last words where it ends otherwise."""
    with (
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as problems,
        tempfile.NamedTemporaryFile() as report,
    ):
        launcher = [sys.executable, "-I", "-S", str(HERE / "launch.py"), report.name]
        begun = time.perf_counter()
        process = subprocess.Popen(
            [*launcher, *words],
            env=environment,
            cwd=folder,
            stdout=out,
            stderr=problems,
            stdin=subprocess.DEVNULL,
        )
        looking = _Looking(process.pid)
        process.wait()
        seconds = time.perf_counter() - begun
        together = looking.end()
        out.seek(0), problems.seek(0)
        said, last = out.read().decode(), problems.read().decode(errors="replace")[-2_000:]
        ended, processor, peak = json.loads(report.read() or b"[null, 0, 0]")
    if ended not in endings:
        raise SystemExit(f"{' '.join(words)[:400]}\nended with {ended}: {last}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Cost(seconds, processor, peak / unit, together, said)


class _Looking:
    """A thread that looks at the memory of a process and of all below it, until told to end."""

    def __init__(self, pid: int) -> None:
        self.pid, self.most = pid, 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.has_proc = Path("/proc/self/smaps_rollup").exists()
        if self.has_proc:
            self.thread.start()

    def _look(self) -> None:
        while not self.ended.wait(LOOK_S):
            _launcher, *family = _family(self.pid)
            self.most = max(self.most, sum(map(_proportional, family)))

    def end(self) -> float | None:
        self.ended.set()
        if not self.has_proc:
            return None
        self.thread.join()
        return self.most / 1024


def _family(pid: int) -> Iterator[int]:
    """A process and those below it."""
    yield pid
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has ended
        return
    for each in below:
        yield from _family(int(each))


def _proportional(pid: int) -> int:
    """The memory of a process, its share of what it shares with others. Units: KiB."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("Pss:")), 0)
    except OSError:  # it has ended
        return 0


@functools.cache
def peers() -> Path | None:
    """The folder of the libraries we are measured beside, installed where it is missing.

    Absent: None where they cannot be installed, which is told on standard error.
    """
    state = hashlib.sha256(f"{LOCK.read_text()}{sys.version}".encode()).hexdigest()[:12]
    folder = ROOT / ".bootstrap" / f"bench-{state}"
    if (folder / "made").exists():
        return folder
    words = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    words += ["--require-hashes", "--no-deps", "--upgrade", "--target", str(folder)]
    words += ["-r", str(LOCK)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"the peers could not be installed: {done.stderr.strip()[-300:]}", file=sys.stderr)
        return None
    (folder / "made").touch()
    return folder


NO_PEERS = "not run: bench/requirements.lock could not be installed"


class Series:
    """Figures of rounds, by what they are and of which state of the project."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str, str], dict[str, list[float]]] = {}

    def add(
        self, tree: Tree | str, what: str, unit: str, value: float, *, more: bool = False
    ) -> None:
        """Add the figure of a round; `more` where more of it is better."""
        name = tree if isinstance(tree, str) else tree.name
        key = (what, unit, "more" if more else "less")
        self.found.setdefault(key, {}).setdefault(name, []).append(value)

    def add_cost(self, tree: Tree, what: str, cost: Cost, pages: int | None = None) -> None:
        """Add what a process took."""
        self.add(tree, f"{what}, seconds", "s", cost.seconds)
        self.add(tree, f"{what}, processor", "s", cost.processor)
        if pages:
            self.add(tree, f"{what}, pages a second", "/s", pages / cost.seconds, more=True)
        self.add(tree, f"{what}, peak of one process", "MiB", cost.peak)
        if cost.together is not None:
            self.add(tree, f"{what}, peak of all together", "MiB", cost.together)

    def median(self, what: str, tree: Tree | str = NOW) -> float:
        """The middle figure."""
        name = tree if isinstance(tree, str) else tree.name
        return next(
            statistics.median(by_tree[name])
            for key, by_tree in self.found.items()
            if key[0] == what
        )

    def rows(self) -> Iterator[Row]:
        """A row for each; that of an older state or of a peer has the ratio, round by round."""
        for (what, unit, better), by_tree in self.found.items():
            for name, values in by_tree.items():
                ours = by_tree.get(NOW, [])
                ratio = None if name == NOW else _ratio(ours, values, better)
                yield summed(what, values, unit, tree=name, ratio=ratio)


def _ratio(ours: list[float], theirs: list[float], better: str) -> float | None:
    pairs = [(a, b) for a, b in zip(ours, theirs, strict=False) if a and b]
    if not pairs:
        return None
    return statistics.median(a / b if better == "more" else b / a for a, b in pairs)


def summed(what: str, values: Iterable[float], unit: str, **more: Any) -> Row:
    """The row of the rounds' figures."""
    found = list(values)
    return Row(what, statistics.median(found), unit, (min(found), max(found)), len(found), **more)


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """By which power a cost grows with the size: the slope of the logarithms' line."""
    xs, ys = [math.log(each) for each in sizes], [math.log(each) for each in costs]
    return statistics.linear_regression(xs, ys).slope
