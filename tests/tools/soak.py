"""Kill crawls at every moment there is, and count what was lost: it must be nothing.

    python tests/tools/soak.py --kills 300 --seed 1
    python tests/tools/soak.py --kills 60 --points              only the named points, each of them
    python tests/tools/soak.py --kills 400 --strace             at each system call that writes
    python tests/tools/soak.py --kills 40 --control no-truncation    a planted fault: must exit 1

The witness stands outside the process that is killed: the site's own log says what was asked,
the pipe of the acknowledgements what was promised. Needs Linux; the third way needs strace.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import forked
from doomed import DOOMED, SABOTAGE, Order
from soak_site import BASE, KINDS, SHUT, Kind, WitnessSite

from archive import open_archive
from db import build
from db.check import check
from db.status import status
from machine.failpoints import POINTS
from schema.errors import StartError, VerdictsError

KILLED = -9

CALLS = ("write", "fsync", "fdatasync", "rename", "ftruncate", "pwrite64", "unlink")
"""The system calls before each of which a run is killed."""
SHARES = (("point", 6), ("random", 3), ("strace", 1))
"""How a soak divides its kills."""
PERIODS = 4
"""So often a home is crawled to the end, days apart, before a new one is begun."""
CRAWL_POINTS = tuple(point for point in POINTS if not point.startswith(("ledger-", "export-")))
"""The named points that a crawl comes to; the others are of a ledger made again, of releases."""
TAIL_POINTS = ("tail-kept", "tail-cut")
"""Points that are reached only where a killed run left bytes without a commit."""


@dataclass
class Figures:
    """What was counted; `wrong` holds a sentence for each thing that must not be."""

    kills: Counter[str] = field(default_factory=Counter)
    starts: int = 0
    acknowledged: int = 0
    lost: int = 0
    asked: int = 0
    extra: int = 0
    again: int = 0
    most_extra: int = 0
    homes: int = 0
    periods: int = 0
    reads: int = 0
    builds: int = 0
    furthest_call: int = 0
    """The number of the furthest system call of one kind that a run was killed at."""
    wrong: list[str] = field(default_factory=list)

    def say(self, seconds: float) -> str:
        """The figures as one line."""
        named = {
            name: value for name, value in asdict(self).items() if name not in ("kills", "wrong")
        }
        return " ".join(f"{name}={value}" for name, value in named.items()) + (
            f" kills={self.kills.total()} seconds={seconds:.0f}"
        )


class Starter:
    """Starts runs, each the fork of a process that has imported everything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        self._forks = forked.Popen(
            [sys.executable, DOOMED],
            stdin=forked.PIPE,
            stdout=forked.PIPE,
            pass_fds=(self._write,),
            bufsize=0,
        )

    def order(self, home: Path, now: str, base: str) -> Order:
        """An order that acknowledges to our pipe."""
        return Order(str(home), base, now, str(self._folder / "said"), ack=self._write)

    def run(self, order: Order) -> int:
        """Run it to its end, whatever that is; gives the status."""
        assert self._forks.stdin is not None and self._forks.stdout is not None
        Path(order.said).unlink(missing_ok=True)
        self._forks.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            part = self._forks.stdout.read(100)
            if not part:
                raise RuntimeError("the process that forks has died")
            answer += part
        return int(answer)

    def run_traced(self, order: Order, inject: str) -> int:
        """Run it in a process under strace, which injects a fault into its system calls."""
        Path(order.said).unlink(missing_ok=True)
        call = inject.split(":")[0]
        return forked.run_traced(
            ["strace", "-qqq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={inject}"],
            [sys.executable, DOOMED, json.dumps(asdict(order))],
            pass_fds=(self._write,),
            timeout=120,
        ).returncode

    def acknowledged(self) -> list[tuple[str, str]]:
        """The lines (address, hash) that came since the last look."""
        data = b""
        try:
            while part := os.read(self._read, 1 << 16):
                data += part
        except BlockingIOError:
            pass
        return [(url, sha) for url, sha in map(str.split, data.decode().splitlines())]

    def close(self) -> None:
        """End the process that forks."""
        self._forks.communicate()
        os.close(self._read)
        os.close(self._write)


class Life:
    """One home, from its first crawl on: it is killed, started again, and looked at."""

    def __init__(
        self,
        starter: Starter,
        site: WitnessSite,
        home: Path,
        figures: Figures,
        sabotage: str | None,
        draw: random.Random,
        usual: Sequence[Counter[str]] = (),
    ) -> None:
        self._starter, self._site, self._home, self._figures = starter, site, home, figures
        self._sabotage, self._draw = sabotage, draw
        self._promised: list[tuple[str, str]] = []
        self._now = ""
        self._period = -1
        self._kills = 0
        self._usuals = usual
        self._usual: Counter[str] = Counter()
        """What a run that nobody kills asks for in the present period."""
        self._period_promised: set[str] = set()
        figures.homes += 1

    def begin_period(self) -> None:
        """A year later all is due, and the site is another one in part."""
        self._period += 1
        self._kills = 0
        self._period_promised = set()
        self._usual = self._usuals[self._period] if self._usuals else Counter()
        self._now = f"{2026 + self._period}-01-01T12:00:00Z"
        self._site.begin_period(self._period)

    def start(
        self,
        kind: str,
        *,
        kill_at: str | None = None,
        kill_after_s: float | None = None,
        inject: str | None = None,
    ) -> int:
        """One run, killed or not; gives its status."""
        order = self._starter.order(self._home, self._now, self._site.base)
        order.kill_at, order.kill_after_s, order.sabotage = kill_at, kill_after_s, self._sabotage
        order.segment_bytes = self._draw.choice((None, 6_000, 20_000))
        before = len(self._site.asked)
        if inject is None:
            status = self._starter.run(order)
        else:
            status = self._starter.run_traced(order, inject)
        self._figures.starts += 1
        asked = self._site.asked[before:]
        again = [
            path
            for path in asked
            if BASE + path in self._period_promised and path.startswith("/compare/")
        ]
        self._figures.again += len(again)
        if again:
            self._wrong(f"asked again though acknowledged: {again[:3]}")
        news = self._starter.acknowledged()
        self._promised += news
        self._period_promised |= {url for url, _ in news}
        self._figures.acknowledged += len(news)
        if status == KILLED:
            self._kills += 1
            self._figures.kills[kind] += 1
        elif status not in (0, 10):
            self._wrong(f"{kind}: exit {status}: {_said(order)}")
        return status

    def end_period(self) -> None:
        """Look at a home whose crawl came to its end."""
        self._figures.periods += 1
        asked = Counter(self._site.asked)
        self._figures.asked += asked.total()
        extra = (asked - self._usual).total()
        self._figures.extra += extra
        self._figures.most_extra = max(self._figures.most_extra, extra - self._kills)
        if extra > self._kills:
            more = dict(asked - self._usual)
            self._wrong(f"{extra} fetches too many for {self._kills} kills: {more}")
        self._require_promised()
        self._require_complete()
        for problem in check(self._home, deep=True):
            self._wrong(f"check: {problem.where}: {problem.what}")

    def _require_promised(self) -> None:
        """Every acknowledged capture is in the ledger, and its bytes are those promised."""
        archive = open_archive(self._home)
        found: Counter[tuple[str, str]] = Counter()
        for capture in archive.captures():
            try:
                archive.load(capture)
            except VerdictsError as error:
                self._wrong(f"capture {capture.id}: {error}")
            else:
                found[capture.url, capture.body_sha256] += 1
        lost = Counter(self._promised) - found
        self._figures.lost += lost.total()
        if lost:
            self._wrong(f"acknowledged and lost: {sorted(lost)[:3]}")

    def _require_complete(self) -> None:
        """Each page's newest capture is what the site shows now."""
        archive = open_archive(self._home)
        newest = {}
        for capture in archive.captures():
            if capture.role == "comparison":
                newest[capture.url] = capture
        for path, body in self._site.pages().items():
            capture = newest.pop(BASE + path, None)
            if capture is None or capture.captured_at != self._now:
                self._wrong(f"{path}: not captured on {self._now}")
            elif body is not None and archive.load(capture).body != body:
                self._wrong(f"{path}: another page than the site's")
        pages = [page for page in archive.pages() if page.url != BASE + SHUT]
        states = {page.state for page in pages if page.role == "comparison"}
        if not states <= {"captured", "failed", "gone"}:
            self._wrong(f"pages are left in the states {sorted(states)}")

    def _wrong(self, what: str) -> None:
        self._figures.wrong.append(f"home {self._home.name} period {self._period}: {what}")

    @contextmanager
    def read_beside(self) -> Iterator[None]:
        """Look at the home all the while, as `status` and `build` would."""
        is_over = threading.Event()

        def look() -> None:
            while not is_over.wait(0.15):
                try:
                    status(self._home)
                    self._figures.reads += 1
                    if self._figures.reads % 6 == 0:
                        build(self._home, workers=1, accept_loss=True)
                        self._figures.builds += 1
                except StartError:
                    continue  # before the first commit there is nothing to read
                except VerdictsError as error:
                    self._wrong(f"a reader: {error}")

        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()


def twin(starter: Starter, home: Path, kind: Kind) -> list[Counter[str]]:
    """What crawls of a home that nobody kills ask for, period by period."""
    found = []
    figures = Figures()
    with WitnessSite(kind) as site:
        life = Life(starter, site, home, figures, None, random.Random(0))
        for _ in range(PERIODS):
            life.begin_period()
            life.start("none")
            found.append(Counter(site.asked))
    if figures.wrong:
        raise RuntimeError(figures.wrong[0])
    return found


class Soak:
    """Lives, one after another, until there were enough kills."""

    def __init__(
        self, folder: Path, seed: int, *, sabotage: str | None = None, readers: bool = True
    ) -> None:
        self.figures = Figures()
        self._folder, self._draw = folder, random.Random(seed)
        self._sabotage, self._readers = sabotage, readers
        self._starter = Starter(folder)
        self._tries: Counter[str] = Counter()
        self._calls: dict[str, int] = dict.fromkeys(CALLS, 0)
        self._run_s = 1.0
        self._usuals: dict[Kind, list[Counter[str]]] = {}

    def run(self, kinds: dict[str, int]) -> Figures:
        """Kill so often of each kind."""
        left = Counter(kinds)
        try:
            while left.total() > 0 and not self.figures.wrong:
                self._live(left)
        finally:
            self._starter.close()
        return self.figures

    def _live(self, left: Counter[str]) -> None:
        home = self._folder / f"home-{self.figures.homes}"
        kind = self._draw.choice(KINDS)
        with WitnessSite(kind) as site:
            life = Life(
                self._starter,
                site,
                home,
                self.figures,
                self._sabotage,
                self._draw,
                self._usual(kind),
            )
            for _ in range(PERIODS):
                life.begin_period()
                if self._readers:
                    with life.read_beside():
                        self._kill_through(life, left)
                else:
                    self._kill_through(life, left)
                if self.figures.wrong:
                    return
                life.end_period()
                if left.total() <= 0:
                    break
        shutil.rmtree(home)

    def _usual(self, kind: Kind) -> list[Counter[str]]:
        """What a crawl that nobody kills asks for, period by period."""
        if kind not in self._usuals:
            self._usuals[kind] = twin(self._starter, self._folder / f"twin-{kind}", kind)
        return self._usuals[kind]

    def _kill_through(self, life: Life, left: Counter[str]) -> None:
        """Kill runs until one gets to its end; the last is left to."""
        for _ in range(12):
            if left.total() <= 0 or self.figures.wrong:
                break
            kind = self._draw.choices(list(left), [max(0, n) for n in left.values()])[0]
            killed = self.figures.kills.total()
            is_over = self._kill_once(life, kind)
            left[kind] -= self.figures.kills.total() - killed
            if is_over:
                return
        life.start("none")

    def _kill_once(self, life: Life, kind: str) -> bool:
        """One run that is to be killed; gives whether it came to its end instead."""
        if kind == "point":
            return self._kill_at_point(life)
        if kind == "random":
            begun = time.monotonic()
            # Often near the beginning, where a home is made, and mended.
            share = self._draw.choice((0.1, 1.1))
            after_s = self._draw.uniform(0, share * self._run_s)
            status = life.start(kind, kill_after_s=after_s)
            if status != KILLED:
                self._run_s = time.monotonic() - begun
            return status != KILLED
        call = min(CALLS, key=lambda name: self._tries[name])
        self._tries[call] += 1
        # Each of the first, then ever further on, so that the kills come to the end of a run too.
        self._calls[call] += 1 + self._draw.randint(0, self._calls[call] // 4)
        status = life.start(f"strace:{call}", inject=f"{call}:signal=KILL:when={self._calls[call]}")
        if status == KILLED:
            self.figures.furthest_call = max(self.figures.furthest_call, self._calls[call])
        else:
            self._calls[call] = 0  # a run makes fewer of them: begin again
        return status != KILLED

    def _kill_at_point(self, life: Life) -> bool:
        point = min(
            CRAWL_POINTS,
            key=lambda name: self.figures.kills[f"point:{name}"] + self._tries[name] / 2,
        )
        self._tries[point] += 1
        if point in TAIL_POINTS:
            before = self._draw.choice(("written", "synced", "inserted"))
            if life.start(f"point:{before}", kill_at=f"{before}:1") != KILLED:
                return True
        is_rare = point.startswith(("seal", "segment", "run", "tail")) or point == "settled"
        count = 1 if is_rare else self._draw.randint(1, 6)
        return life.start(f"point:{point}", kill_at=f"{point}:{count}") != KILLED


def _said(order: Order) -> str:
    path = Path(order.said)
    return path.read_text("utf-8")[-700:] if path.exists() else "(nothing)"


def shares(kills: int, *, has_strace: bool) -> dict[str, int]:
    """How many kills of each kind make up so many."""
    parts = {kind: part for kind, part in SHARES if has_strace or kind != "strace"}
    found = {kind: kills * part // sum(parts.values()) for kind, part in parts.items()}
    found["point"] += kills - sum(found.values())
    return found


def soak(
    kinds: dict[str, int], *, seed: int = 1, sabotage: str | None = None, readers: bool = True
) -> Figures:
    """Run a soak in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return Soak(Path(folder), seed, sabotage=sabotage, readers=readers).run(kinds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill as the arguments say; gives 1 where anything was lost or wrong."""
    parser = argparse.ArgumentParser(prog="tests/tools/soak.py")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--points", action="store_true", help="kill at named points only")
    parser.add_argument("--strace", action="store_true", help="kill at system calls only")
    parser.add_argument("--control", choices=sorted(SABOTAGE), help="plant a fault")
    given = parser.parse_args(arguments)
    kinds = shares(given.kills, has_strace=shutil.which("strace") is not None)
    if given.points or given.strace:
        kinds = {"point" if given.points else "strace": given.kills}
    begun = time.monotonic()
    figures = soak(kinds, seed=given.seed, sabotage=given.control)
    for kind, count in sorted(figures.kills.items()):
        print(f"{kind}: {count} kills")
    print(figures.say(time.monotonic() - begun))
    for what in figures.wrong:
        print(f"WRONG: {what}")
    return int(bool(figures.wrong or figures.lost))


if __name__ == "__main__":
    sys.exit(main())
