"""Kill imports at every moment there is, and count what was lost of what they acknowledged.

    python tests/tools/soak_imports.py --kills 300 --seed 1
    python tests/tools/soak_imports.py --kills 60 --control acknowledge-early    must exit 1

The witness is the pipe of the acknowledgements; a home that nobody killed says what is to be there
at the end. Groups are small, so that kills fall within and between them.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from db_home import html
from doomed import SABOTAGE
from foreign_warc import answer, members, record
from soak import CALLS, KILLED, SHARES, TAIL_POINTS, Figures, Starter, _said
from soak_site import BASE, PAIRS

from archive import open_archive
from db.check import check
from schema.errors import VerdictsError

NOW = "2026-06-01T12:00:00Z"
DAYS = 4
"""Each page is there as it was on so many days."""
POINTS = (
    "run-opened", "segment-entered", "segment-opened", "written", "synced", "inserted",
    "committed", "read-back", "seal-synced", "seal-renamed", "seal-hashed", "sealed",
    "run-closed", *TAIL_POINTS,
)  # fmt: skip
"""The named points that an import comes to."""
Key = tuple[str, str, str]


def make_warc(path: Path) -> None:
    """A WARC file of pages, one of which gives no record, revisits, doubles and other hosts."""
    found = []
    for day in range(1, DAYS + 1):
        for one, other in PAIRS:
            url, date = f"{BASE}/compare/{one.slug}-vs-{other.slug}", f"2026-03-0{day}T10:00:00Z"
            body = html(one, other) + b"<!-- %d -->" % day
            found.append(record("response", url, date, answer(body)))
        head, repeated = answer(b""), {"Refers_To_Target_URI": url, "Refers_To_Date": date}
        again = date.replace("T10", "T11")
        found.append(record("revisit", url, again, head, Profile="x", **repeated))
        found += [found[-2], record("response", "https://other.example/", date, answer(b"<p>"))]
        found.append(record("response", f"{BASE}/compare/x-vs-y", date, answer(b"<p>broken")))
    path.write_bytes(members(*found))


def held(home: Path) -> Counter[Key]:
    """The captures of a home, their bytes read and verified."""
    archive = open_archive(home)
    found: Counter[Key] = Counter()
    for capture in archive.captures():
        archive.load(capture)
        found[capture.url, capture.captured_at, capture.body_sha256] += 1
    return found


class ImportSoak:
    """Imports of one file into one home after the other, until there were enough kills."""

    def __init__(self, folder: Path, seed: int, sabotage: str | None = None) -> None:
        self.figures = Figures()
        self._folder, self._draw, self._sabotage = folder, random.Random(seed), sabotage
        self._starter = Starter(folder)
        self._warc = folder / "pages.warc.gz"
        self._tries: Counter[str] = Counter()
        self._run_s = 1.0
        make_warc(self._warc)

    def run(self, kills: int, *, has_strace: bool = False) -> Figures:
        """Kill so often."""
        parts = dict(SHARES) if has_strace else {"point": 6, "random": 3}
        try:
            usual = self._folder / "usual"
            self._start(usual, "none", kill_at=None)
            self._usual = held(usual)
            self._starter.acknowledged()
            while self.figures.kills.total() < kills and not self.figures.wrong:
                self._live(kills, parts)
        finally:
            self._starter.close()
        return self.figures

    def _live(self, kills: int, parts: dict[str, int]) -> None:
        home = self._folder / f"home-{self.figures.homes}"
        self.figures.homes += 1
        promised: Counter[tuple[str, str]] = Counter()
        for _ in range(12):
            (kind,) = self._draw.choices(list(parts), list(parts.values()))
            status = self._kill(home, kind)
            promised.update(self._starter.acknowledged())
            if status != KILLED or self.figures.kills.total() >= kills:
                break
        else:
            status = KILLED
        if status == KILLED:
            self._start(home, "none")
            promised.update(self._starter.acknowledged())
        self.figures.acknowledged += promised.total()
        self._look(home, promised)
        shutil.rmtree(home)

    def _kill(self, home: Path, kind: str) -> int:
        if kind == "random":
            begun = time.monotonic()
            status = self._start(home, kind, kill_after_s=self._draw.uniform(0, self._run_s))
            self._run_s = time.monotonic() - begun if status != KILLED else self._run_s
            return status
        if kind == "strace":
            call = self._draw.choice(CALLS)
            place = self._draw.randint(1, 60)
            return self._start(home, f"strace:{call}", inject=f"{call}:signal=KILL:when={place}")
        point = min(POINTS, key=lambda name: self._tries[name])
        self._tries[point] += 1
        if point in TAIL_POINTS:
            before = self._draw.choice(("written", "synced", "inserted"))
            if (status := self._start(home, f"point:{before}", kill_at=f"{before}:1")) != KILLED:
                return status
        is_rare = point.startswith(("run", "seal", "segment", "tail"))
        count = 1 if is_rare else self._draw.randint(1, 8)
        return self._start(home, f"point:{point}", kill_at=f"{point}:{count}")

    def _start(
        self,
        home: Path,
        kind: str,
        *,
        kill_at: str | None = None,
        kill_after_s: float | None = None,
        inject: str | None = None,
    ) -> int:
        order = self._starter.order(home, NOW, "")
        order.imports, order.sabotage = [str(self._warc)], self._sabotage
        order.kill_at, order.kill_after_s = kill_at, kill_after_s
        order.group = self._draw.choice((1, 3, 8, 64))
        order.segment_bytes = self._draw.choice((None, 20_000))
        run, self.figures.starts = self._starter, self.figures.starts + 1
        status = run.run(order) if inject is None else run.run_traced(order, inject)
        if status == KILLED:
            self.figures.kills[kind] += 1
        elif status not in (0, 10):  # one page gives no record, which is told where it is new
            self.figures.wrong.append(f"{kind}: exit {status}: {_said(order)}")
        return status

    def _look(self, home: Path, promised: Counter[tuple[str, str]]) -> None:
        wrong = self.figures.wrong
        try:
            found = held(home)
        except VerdictsError as error:
            wrong.append(f"{home.name}: {error}")
            return
        lost = promised - Counter((url, sha256) for url, _, sha256 in found.elements())
        self.figures.lost += lost.total()
        wrong += [f"{home.name}: acknowledged and lost: {url}" for url, _ in list(lost)[:3]]
        if found != self._usual:
            differ = (found - self._usual) + (self._usual - found)
            wrong.append(f"{home.name}: not what one import gives: {sorted(differ)[:3]}")
        wrong += [f"check: {each.where}: {each.what}" for each in check(home, deep=True)]


def soak_imports(
    kills: int, *, seed: int = 1, sabotage: str | None = None, has_strace: bool = False
) -> Figures:
    """Run it in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return ImportSoak(Path(folder), seed, sabotage).run(kills, has_strace=has_strace)


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill as the arguments say; gives 1 where anything was lost or wrong."""
    parser = argparse.ArgumentParser(prog="tests/tools/soak_imports.py")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--control", choices=sorted(SABOTAGE), help="plant a fault")
    given = parser.parse_args(arguments)
    begun, has_strace = time.monotonic(), shutil.which("strace") is not None
    figures = soak_imports(
        given.kills, seed=given.seed, sabotage=given.control, has_strace=has_strace
    )
    for kind, count in sorted(figures.kills.items()):
        print(f"{kind}: {count} kills")
    print(figures.say(time.monotonic() - begun))
    for what in figures.wrong:
        print(f"WRONG: {what}")
    return int(bool(figures.wrong or figures.lost))


if __name__ == "__main__":
    sys.exit(main())
