"""Replay of power cuts: what a disk may hold after any system call, and what is recovered of it.

    python tests/tools/powercut.py --points 600 --seed 1
    python tests/tools/powercut.py --points 100 --control synchronous-full      must lose some

A crawl is recorded under strace. Then the disk is made again as it could be after each of the
chosen calls: what was fsynced is there; of what came later any part may be, whole or in sectors;
names of files are fsynced with their folder alone. The real code then recovers that home.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import forked
from doomed import DOOMED, SABOTAGE, Order
from soak_site import WitnessSite

from archive import Home, open_archive
from archive.runs import open_run
from db.check import check
from machine.clock import VARIABLE as NOW
from schema.errors import VerdictsError

CALLS = (
    "openat,write,pwrite64,writev,pwritev,fsync,fdatasync,rename,renameat,renameat2,unlink,"
    "unlinkat,ftruncate,truncate,mkdir,mkdirat,rmdir,lseek,link,linkat,sync_file_range,"
    "copy_file_range,sendfile,fallocate"
)
KNOWN = {
    "openat",
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "unlink",
    "ftruncate",
    "truncate",
    "mkdir",
    "lseek",
}
"""The calls that are understood; another one on the home's files ends the replay."""
SECTOR = 512
_LINE = re.compile(r"^\d+\s+(\w+)\((.*)\)\s+= (-?\d+|\?)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"|<((?:\\x[0-9a-f]{2})*)>')


@dataclass
class Call:
    """One system call that succeeded: its number arguments, and its texts."""

    name: str
    handle: int
    path: str
    """The file of the handle, or the first path given."""
    data: bytes
    flags: str
    numbers: list[int]
    result: int


def read_log(path: Path) -> Iterator[Call]:
    """The calls of a log of strace that succeeded, in order."""
    begun: dict[str, str] = {}
    for line in path.read_text("ascii").splitlines():
        process = line.split(" ", 1)[0]
        if line.endswith("<unfinished ...>"):
            begun[process] = line.removesuffix("<unfinished ...>")
            continue
        is_end = " resumed>" in line[:80]
        found = _LINE.match(begun.pop(process) + line.split(" resumed>", 1)[1] if is_end else line)
        if found is None or found[3] == "?" or int(found[3]) < 0:
            continue
        yield _call(found[1], found[2], int(found[3]))


def _call(name: str, given: str, result: int) -> Call:
    texts = [
        bytes.fromhex((m[1] if m[1] is not None else m[2]).replace("\\x", ""))
        for m in _TEXT.finditer(given)
    ]
    plain = _TEXT.sub("", given)
    parts = [part.strip() for part in plain.split(",")]
    handle = int(parts[0]) if parts[0].isdigit() else -1
    path = texts[1] if name == "openat" and len(texts) > 1 else texts[0] if texts else b""
    data = texts[1] if len(texts) > 1 and name != "openat" else b""
    numbers = [int(part) for part in parts[1:] if part.isdigit()]
    return Call(name, handle, path.decode("utf-8", "replace"), data, plain, numbers, result)


@dataclass
class Node:
    """A file: what is certain to be on the disk, and what was written since."""

    sure: bytearray = field(default_factory=bytearray)
    since: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Offset and bytes of a write; a size and None where the file was cut."""
    size: int = 0


@dataclass
class Folder:
    """A folder: the names that are certain, and the changes since, each of them whole."""

    sure: dict[str, Node | Folder] = field(default_factory=dict)
    since: list[dict[str, Node | Folder | None]] = field(default_factory=list)


class Disk:
    """The files of one home as system calls change them."""

    def __init__(self, home: Path, ack: int) -> None:
        self._home, self._ack = str(home), ack
        self._top = Folder()
        self._now: dict[str, Node | Folder] = {str(home.parent): self._top}
        self._places: dict[tuple[str, int], int] = {}
        self._appends: set[tuple[str, int]] = set()
        self.promised: list[tuple[str, str]] = []

    def take(self, call: Call) -> bool:
        """One call; gives whether it concerned the home or a promise."""
        if call.name == "write" and call.handle == self._ack:
            url, _, sha256 = call.data.decode().strip().partition(" ")
            self.promised.append((url, sha256))
            return True
        is_top = call.path == str(Path(self._home).parent) and "sync" in call.name
        if not is_top and not (call.path + "/").startswith(self._home + "/"):
            return False
        if call.name not in KNOWN:
            raise NotImplementedError(f"{call.name} on {call.path}")
        return bool(getattr(self, f"_{call.name}")(call))

    def _openat(self, call: Call) -> bool:
        key = (call.path, call.result)
        self._places[key] = 0
        self._appends.discard(key)
        if "O_APPEND" in call.flags:
            self._appends.add(key)
        node = self._now.get(call.path)
        if node is None and "O_CREAT" in call.flags:
            self._name({call.path: Node()})
            return True
        if isinstance(node, Node) and "O_TRUNC" in call.flags and node.size:
            self._cut(node, 0)
            return True
        return False

    def _mkdir(self, call: Call) -> bool:
        self._name({call.path: Folder()})
        return True

    def _rename(self, call: Call) -> bool:
        after = call.data.decode()
        moved = self._now[call.path]
        if Path(after).parent != Path(call.path).parent:
            raise NotImplementedError(f"{call.path} is moved to another folder")
        self._name({call.path: None, after: moved})
        return True

    def _unlink(self, call: Call) -> bool:
        self._name({call.path: None})
        return True

    def _name(self, changes: dict[str, Node | Folder | None]) -> None:
        """Names that change together; all are of one folder."""
        for path, node in changes.items():
            if node is None:
                self._now.pop(path, None)
            else:
                self._now[path] = node
        folder = self._now[str(Path(next(iter(changes))).parent)]
        assert isinstance(folder, Folder)
        folder.since.append({Path(path).name: node for path, node in changes.items()})

    def _lseek(self, call: Call) -> bool:
        self._places[call.path, call.handle] = call.result
        return False

    def _write(self, call: Call) -> bool:
        node = self._file(call)
        if node is None:
            return False
        key = (call.path, call.handle)
        at = node.size if key in self._appends else self._places.get(key, 0)
        self._put(node, at, call.data[: call.result])
        self._places[key] = at + call.result
        return True

    def _pwrite64(self, call: Call) -> bool:
        node = self._file(call)
        if node is None:
            return False
        self._put(node, call.numbers[-1], call.data[: call.result])
        return True

    def _ftruncate(self, call: Call) -> bool:
        node = self._file(call)
        if node is None:
            return False
        self._cut(node, call.numbers[-1])
        return True

    _truncate = _ftruncate

    def _fsync(self, call: Call) -> bool:
        node = self._now.get(call.path)
        if isinstance(node, Folder):
            for changes in node.since:
                _rename(node.sure, changes)
            node.since.clear()
        elif isinstance(node, Node):
            for at, data in node.since:
                _apply(node.sure, at, data)
            node.since.clear()
        return node is not None

    _fdatasync = _fsync

    def _file(self, call: Call) -> Node | None:
        """The file of a handle; None for one whose name is gone already."""
        node = self._now.get(call.path)
        if node is None and "(deleted)" not in call.path and not call.path.endswith("(deleted)"):
            raise NotImplementedError(f"{call.name} on {call.path}, which was never made")
        return node if isinstance(node, Node) else None

    def _put(self, node: Node, at: int, data: bytes) -> None:
        node.since.append((at, data))
        node.size = max(node.size, at + len(data))

    def _cut(self, node: Node, size: int) -> None:
        node.since.append((size, None))
        node.size = size

    def cut_power(self, target: Path, draw: random.Random) -> None:
        """Write down the home as it could be now; `target` stands for the home's parent."""
        share = draw.choice((0.0, 1.0, draw.random()))
        _write_folder(self._top, target, draw, share)


def _write_folder(folder: Folder, target: Path, draw: random.Random, share: float) -> None:
    names = dict(folder.sure)
    for changes in folder.since:
        if draw.random() < share:
            _rename(names, changes)
    target.mkdir(exist_ok=True)
    for name, node in names.items():
        if isinstance(node, Folder):
            _write_folder(node, target / name, draw, share)
        else:
            (target / name).write_bytes(_survivor(node, draw, share))


def _survivor(node: Node, draw: random.Random, share: float) -> bytes:
    data = bytearray(node.sure)
    for at, written in node.since:
        chance = draw.random()
        if written is None or chance < share * 0.7:
            if chance < share:
                _apply(data, at, written)
        elif chance < share:
            _tear(data, at, written, draw)
    return bytes(data)


def _tear(data: bytearray, at: int, written: bytes, draw: random.Random) -> None:
    """Some sectors of a write, and perhaps the length of all of them."""
    end = at + len(written)
    if draw.random() < 0.5 and len(data) < end:
        data.extend(bytes(end - len(data)))
    place = at
    while place < end:
        after = min(end, (place // SECTOR + 1) * SECTOR)
        if draw.random() < 0.5:
            _apply(data, place, written[place - at : after - at])
        place = after


def _apply(data: bytearray, at: int, written: bytes | None) -> None:
    if len(data) < at:
        data.extend(bytes(at - len(data)))
    if written is None:
        del data[at:]
    else:
        data[at : at + len(written)] = written


def _rename(names: dict[str, Node | Folder], changes: dict[str, Node | Folder | None]) -> None:
    for name, node in changes.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


@dataclass
class Losses:
    """What the replay found."""

    points: int = 0
    calls: int = 0
    promised: int = 0
    lossy_points: int = 0
    unreadable_points: int = 0
    wrong: list[str] = field(default_factory=list)


def record(folder: Path, sabotage: str | None) -> tuple[list[Call], Order]:
    """Three runs of one home: one killed in mid-write, one that mends and ends, a recrawl."""
    home = folder / "real" / "home"
    home.parent.mkdir()
    calls: list[Call] = []
    reader, writer = os.pipe()
    order = Order(
        str(home), "", "", str(folder / "said"), ack=writer, sabotage=sabotage, segment_bytes=9_000
    )
    with WitnessSite("maps") as site:
        for period, kill_at in ((0, "inserted:7"), (0, None), (1, None)):
            site.begin_period(period)
            order.base, order.now = site.base, f"{2026 + period}-01-01T12:00:00Z"
            order.kill_at = kill_at
            log = folder / "log"
            status = forked.run_traced(
                [
                    "strace",
                    "-f",
                    "-y",
                    "-xx",
                    "-qq",
                    "-s",
                    "100000000",
                    "-o",
                    str(log),
                    "-e",
                    f"trace={CALLS}",
                ],
                [sys.executable, DOOMED, json.dumps(asdict(order))],
                pass_fds=(writer,),
                timeout=300,
            ).returncode
            if status not in ((-9,) if kill_at else (0, 10)):
                raise RuntimeError(
                    f"the run to record ended with {status}:"
                    f" {Path(order.said).read_text('utf-8')[-500:]}"
                )
            calls += read_log(log)
    os.close(reader)
    os.close(writer)
    return calls, order


def replay(folder: Path, points: int, *, seed: int = 1, sabotage: str | None = None) -> Losses:
    """Record a crawl and cut its power so often."""
    calls, order = record(folder, sabotage)
    assert order.ack is not None
    ours = sum(map(Disk(Path(order.home), order.ack).take, calls))
    draw = random.Random(seed)
    wanted = Counter(draw.randint(1, ours) for _ in range(points))
    losses = Losses(points, ours)
    disk = Disk(Path(order.home), order.ack)
    done = 0
    for call in calls:
        if not disk.take(call):
            continue
        done += 1
        for turn in range(wanted[done]):
            target = folder / f"cut-{done}-{turn}"
            disk.cut_power(target, draw)
            _judge(
                target / "home",
                disk,
                losses,
                f"after call {done} of {ours}",
                is_deep=draw.random() < 0.2,
            )
            subprocess.run(["rm", "-rf", str(target)], check=True)
    losses.promised = len(disk.promised)
    return losses


def _judge(home: Path, disk: Disk, losses: Losses, where: str, *, is_deep: bool) -> None:
    """Recover with the code that a crawl starts with, and count what is not there."""
    try:
        with open_run(Home(home), "crawl") as run:
            run.note(exit_code=0)
        archive = open_archive(home)
        found: Counter[tuple[str, str]] = Counter()
        for capture in archive.captures():
            archive.load(capture)
            found[capture.url, capture.body_sha256] += 1
        problems = check(home, deep=True) if is_deep else []
    except VerdictsError as error:
        losses.unreadable_points += 1
        losses.wrong.append(f"{where}: {error}")
        return
    lost = Counter(disk.promised) - found
    losses.lossy_points += bool(lost)
    losses.wrong += [f"{where}: acknowledged and lost: {url}" for url, _ in lost]
    losses.wrong += [f"{where}: {problem.where}: {problem.what}" for problem in problems]


def cut(points: int, *, seed: int = 1, sabotage: str | None = None) -> Losses:
    """A replay in a folder of its own, in memory where the system has such."""
    memory = Path("/dev/shm")
    before = os.environ.get(NOW)
    os.environ[NOW] = "2027-01-01T12:00:00Z"
    try:
        with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
            return replay(Path(folder), points, seed=seed, sabotage=sabotage)
    finally:
        os.environ.pop(NOW)
        if before is not None:
            os.environ[NOW] = before


def main(arguments: Sequence[str] | None = None) -> int:
    """Replay as the arguments say; gives 1 where anything was lost or wrong."""
    parser = argparse.ArgumentParser(prog="tests/tools/powercut.py")
    parser.add_argument("--points", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--control", choices=sorted(SABOTAGE), help="plant a fault")
    given = parser.parse_args(arguments)
    begun = time.monotonic()
    losses = cut(given.points, seed=given.seed, sabotage=given.control)
    for what in losses.wrong[:20]:
        print(f"WRONG: {what}")
    figures = {name: value for name, value in asdict(losses).items() if name != "wrong"}
    print(
        " ".join(f"{name}={value}" for name, value in figures.items()),
        f"seconds={time.monotonic() - begun:.0f}",
    )
    return int(bool(losses.wrong))


if __name__ == "__main__":
    sys.exit(main())
