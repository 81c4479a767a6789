"""A crawl that is going to be killed: one process a run, told by an order what to do.

    python tests/tools/doomed.py '{"home": "...", ...}'  one run, in this process
    python tests/tools/doomed.py                      orders on standard input, a fork for each

Importing Scrapy takes longer than a small crawl, so the second way imports once and forks. The
order may plant a fault (`SABOTAGE`) by which the tests show that they would notice it.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import select
import signal
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from archive.ledger.ledger import Ledger
from archive.store import segments
from archive.store.segments import SegmentWriter
from archive.store.store import Store
from crawler import run as crawler_run
from crawler.importing import importing, taking
from crawler.report import CrawlReport, ImportReport
from machine import failpoints
from machine.clock import VARIABLE as NOW
from parsers.sites import site_named
from schema.errors import VerdictsError

DOOMED = Path(__file__)
LONGEST_S = 60
"""A run that takes longer hangs. Units: seconds."""
HUNG = 99
"""The status given for a run that had to be ended because it hung."""


@dataclass
class Order:
    """What one run is to do, and how it is to end."""

    home: str
    base: str
    now: str
    said: str
    """The file that takes what the run says."""
    ack: int | None = None
    kill_at: str | None = None
    kill_after_s: float | None = None
    sabotage: str | None = None
    segment_bytes: int | None = None
    file_bytes: int | None = None
    in_process: bool = True
    """Whether pages are read without a worker process, whose start takes longest of all."""
    extra: list[str] = field(default_factory=list)
    """Addresses to ask for beside what is waiting."""
    imports: list[str] = field(default_factory=list)
    """Files to take in; nothing is crawled then."""
    group: int | None = None
    """How many exchanges an import commits together."""


class InProcess:
    """Stands in for the guarded pool, to save the start of a process a run."""

    def __init__(self, function: Callable[[Any], Any], **_: float) -> None:
        self.call = function

    def submit(self, task: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(self.call(task))
        return done

    def submit_all(self, tasks: Sequence[Any]) -> Future[list[Any]]:
        done: Future[list[Any]] = Future()
        done.set_result([self.call(task) for task in tasks])
        return done

    def __enter__(self) -> InProcess:
        return self

    def __exit__(self, *error: object) -> None:
        pass


def commit_before_bytes() -> None:
    """Bytes go to the file only after their commit and its acknowledgement."""
    append, read_back = SegmentWriter.append, Store._read_back
    owed: list[tuple[SegmentWriter, bytes]] = []

    def late_append(self: SegmentWriter, data: bytes) -> int:
        if self.end == 0:
            return append(self, data)
        owed.append((self, data))
        start, self.end = self.end, self.end + len(data)
        return start

    def pay(self: Store) -> None:
        for segment, data in owed:
            segment.end -= len(data)
        while owed:
            append(*owed.pop(0))
        read_back(self)

    SegmentWriter.append, Store._read_back = late_append, pay  # type: ignore[method-assign]


def no_fsync() -> None:
    """Bytes are written, and the disk is never waited for."""
    os.fsync = lambda handle: None


def no_truncation() -> None:
    """What a killed run left behind the last commit stays there."""
    segments._cut_tail = lambda path, length: None


def acknowledge_early() -> None:
    """The acknowledgement goes out before the commit."""
    add = Store.add
    Store._acknowledge = lambda *given: None  # type: ignore[method-assign, assignment]

    def early(self: Store, exchange: Any, message: Any, *more: Any) -> Any:
        if self._group is not None and self._ack is not None:
            os.write(self._ack, f"{exchange.url} {message.body_sha256}\n".encode())
        return add(self, exchange, message, *more)

    Store.add = early  # type: ignore[method-assign]


def synchronous_full() -> None:
    """The journal is deleted at a commit, and the ledger does not wait for its name to go."""
    prepare = Ledger._prepare

    def cheaper(self: Ledger, *given: Any) -> None:
        prepare(self, *given)
        self._db.execute("PRAGMA journal_mode = DELETE")
        self._db.execute("PRAGMA synchronous = FULL")

    Ledger._prepare = cheaper  # type: ignore[method-assign]


SABOTAGE: dict[str, Callable[[], None]] = {
    "commit-before-bytes": commit_before_bytes,
    "no-fsync": no_fsync,
    "no-truncation": no_truncation,
    "acknowledge-early": acknowledge_early,
    "synchronous-full": synchronous_full,
}


def obey(order: Order) -> int:
    """Crawl as ordered; gives the exit code and writes what there is to say."""
    faulthandler.enable()
    os.environ[NOW] = order.now
    os.environ.pop(failpoints.VARIABLE, None)
    if order.kill_at is not None:
        os.environ[failpoints.VARIABLE] = order.kill_at
    if order.sabotage is not None:
        SABOTAGE[order.sabotage]()
    if order.segment_bytes is not None:
        segments.SEGMENT_BYTES = order.segment_bytes
    if order.file_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.file_bytes, resource.RLIM_INFINITY))
    if order.in_process:
        crawler_run.GuardedPool = importing.GuardedPool = InProcess  # type: ignore
    taking.GROUP = order.group or taking.GROUP
    try:
        report = _run(order)
    except VerdictsError as error:
        said, code = f"{type(error).__name__}: {error}", error.exit_code
    except BaseException:  # noqa: BLE001 - a bug shall be told, not only die
        said, code = traceback.format_exc(), 1
    else:
        said, code = json.dumps(asdict(report)), report.exit_code
    if order.file_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    with open(order.said, "w", encoding="utf-8") as file:
        file.write(said)
    return code


def _run(order: Order) -> CrawlReport | ImportReport:
    home, site = Path(order.home), site_named("sample")
    if order.imports:
        paths = [Path(each) for each in order.imports]
        return importing.import_paths(home, paths, site=site, ack=order.ack)
    return crawler_run.crawl(
        home, addresses=addresses(order), site=site, delay_s=0, allow_private=True, ack=order.ack
    )


def addresses(order: Order) -> list[str]:
    """The site's root while nothing is known to ask for; after that the ledger knows best."""
    ledger = Path(order.home) / "ledger.db"
    try:
        db = sqlite3.connect(f"file:{ledger}?mode=rw", uri=True)
        known = db.execute("SELECT count(*) FROM page WHERE role <> 'robots'").fetchone()[0]
        db.close()
    except sqlite3.Error:
        known = 0
    return order.extra or ([] if known else [order.base + "/"])


def serve() -> None:
    """Fork for each order read; answer each with one line: how the run ended."""
    waiting = b""
    while True:
        while b"\n" not in waiting:
            more = os.read(0, 1 << 16)
            if not more:
                return
            waiting += more
        line, _, waiting = waiting.partition(b"\n")
        order = Order(**json.loads(line))
        child = os.fork()
        if child == 0:
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 0)
            os.dup2(null, 1)
            os._exit(obey(order))
        os.write(1, b"%d\n" % end_of(child, order.kill_after_s))


def end_of(child: int, kill_after_s: float | None) -> int:
    """Wait for a run, and kill it where its time is over; gives its status as Popen would."""
    deadline = time.monotonic() + (LONGEST_S if kill_after_s is None else kill_after_s)
    hung = 0
    while True:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return hung or os.waitstatus_to_exitcode(status)
        if time.monotonic() >= deadline:
            # It was not waited for yet, so the number is still its own.
            hung = HUNG if kill_after_s is None else 0
            # One that hangs shall say where.
            os.kill(child, signal.SIGABRT if hung else signal.SIGKILL)
            deadline += LONGEST_S
        select.select([], [], [], 0.001)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        os._exit(obey(Order(**json.loads(sys.argv[1]))))
    serve()
