"""Record files, and crawls, as tasks of Dask distributed.

A task may be run again, elsewhere, or twice at once: what it makes has one name and the same bytes.
It never ends its worker: a task that raises SystemExit would, four times over.
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, cast

from archive import Home
from archive.store import disk_of
from db.engines.exchange import FileExchange
from db.records.making import MadeFile, Maker, ReadPool, SegmentJob
from db.records.recordfile import record_path, remove_older
from machine.worker import ahead
from parsers import PARSER_VERSION
from parsers.sites import site_named
from schema.errors import BuildError, IntegrityError, StoppedError, UsageError

AHEAD = 4
"""So many tasks are handed out for each worker. A task takes seconds, its hand-out milliseconds."""
_SETTINGS = {
    # Dask's own value has malloc give memory back after each page, which takes a third longer.
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 1 << 30,
    "distributed.comm.timeouts.connect": "10s",
}


@contextmanager
def cluster(address: str | None, workers: int) -> Iterator[Any]:
    """A Dask client: of the scheduler at an address, else of workers of this machine.

    Raises: UsageError where Dask is not installed; StoppedError where nobody answers.
    """
    try:
        dask, distributed = import_module("dask"), import_module("distributed")
    except ImportError as error:
        raise UsageError(what="--engine dask needs Dask: pip install -e '.[dask]'") from error
    with dask.config.set(_SETTINGS), ExitStack() as stack:
        try:
            if address is None:
                started = distributed.LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0"
                )
                address = stack.enter_context(started).scheduler_address
            client = stack.enter_context(distributed.Client(address))
        except OSError as error:
            where = f"the scheduler at {address}" if address else "a cluster of this machine"
            raise StoppedError(what=f"{where}: {error}") from error
        try:
            yield client
        except distributed.comm.CommClosedError as error:
            raise StoppedError(what=f"the scheduler at {address}: {error}") from error
        except (distributed.client.FutureCancelledError, distributed.KilledWorker) as error:
            what = "the same command goes on with what is missing"
            raise StoppedError(what=f"the cluster gave up: {error}; {what}") from error


class ClusterPlace(NamedTuple):
    """Where a build's tasks go: a scheduler's address, and where files are exchanged with it.

    Absent: without a scheduler, to workers of this machine; without `files`, a disk is shared.
    """

    scheduler: str | None = None
    files: str | None = None


def make_on(
    client: Any, maker: Maker, jobs: Iterable[SegmentJob], *, files: str | None = None
) -> Iterator[MadeFile]:
    """What `make_missing` gives, each segment made by a task of a cluster.

    Shape: `files` is an fsspec address under which segments and record files are exchanged;
    without it every worker sees the home itself, under the same path.
    Raises: BuildError where a worker has another version of this program.
    """
    run, names = uuid.uuid4().hex[:8], set[str]()
    workers = max(1, len(client.scheduler_info()["workers"]))

    def submit(job: SegmentJob) -> Callable[[], MadeFile]:
        name = str(record_path(maker.home.records, job.segment))
        # Tasks of one key are one task to Dask, whose result would stand for both. What stands
        # first in a key tells the kind of task: a path would be a kind of its own, each time.
        assert name not in names, name
        names.add(name)
        there = None if files is None else maker.made(job)
        if there is not None:  # of which a worker would know nothing
            return lambda: there
        exchange = None if files is None else FileExchange(files)
        if exchange is not None:
            for segment in {each.body.segment for each in job.wanted if each.body}:
                exchange.put(_segment_file(maker.home, segment), f"warc/{segment}")
        arguments = (maker, job, files, PARSER_VERSION)
        key = ("make", f"{name}-{run}")
        task = client.submit(make_task, *arguments, key=key, pure=False)
        if exchange is None:
            return cast(Callable[[], MadeFile], task.result)
        return lambda: _brought(task.result(), maker.home, exchange)

    yield from ahead(submit, jobs, AHEAD * workers)


def _segment_file(home: Home, name: str) -> Path:
    path = home.warc / name
    return path if path.exists() else home.warc / f"{name}.open"


def _brought(made: MadeFile, home: Home, exchange: FileExchange) -> MadeFile:
    """A record file that a worker made, at its place in the home."""
    made.path = home.records / made.path.name
    with disk_of(made.path):
        if not exchange.get(f"records/{made.path.name}", made.path):
            raise IntegrityError(where=made.path.name, what="the worker's file is not there")
    remove_older(made.path, made.segment)
    return made


def make_task(maker: Maker, job: SegmentJob, files: str | None, version: str) -> MadeFile:
    """One segment, in a worker of Dask; in there a guarded process of its own reads the pages."""
    if version != PARSER_VERSION:
        what = f"a worker has parser {PARSER_VERSION} and not {version}; install the same there"
        raise BuildError(what=what)
    try:
        if files is None:
            return maker.make(job, _pool(maker))
        with TemporaryDirectory() as folder:
            return _made_apart(replace(maker, home=Home(Path(folder))), job, FileExchange(files))
    except SystemExit as error:
        raise BuildError(what=f"{job.segment.name}: the task ended with {error.code}") from error


def _made_apart(maker: Maker, job: SegmentJob, exchange: FileExchange) -> MadeFile:
    """A record file made from segments fetched, and put where others find it."""
    maker.home.create()
    name = record_path(maker.home.records, job.segment).name
    exchange.get(f"records/{name}", maker.home.records / name)
    for segment in {each.body.segment for each in job.wanted if each.body}:
        if not exchange.get(f"warc/{segment}", maker.home.warc / segment):
            raise IntegrityError(where=segment, what="it is not where files are exchanged")
    with maker.pool(1) as pool:
        made = maker.make(job, pool)
    exchange.put(made.path, f"records/{made.path.name}")
    return made


_pools: dict[tuple[Path, tuple[int, ...]], ReadPool] = {}


def _pool(maker: Maker) -> ReadPool:
    """The guarded process of this worker, kept from task to task."""
    key = maker.home.path, tuple(maker.takedowns)
    if key not in _pools:
        _pools[key] = maker.pool(1).__enter__()
        atexit.register(_pools[key].__exit__)
    return _pools[key]


def crawl_sites(
    client: Any, sites: Sequence[str], home: Path, arguments: Sequence[str] = ()
) -> Iterator[tuple[str, int, str]]:
    """`verdicts crawl --site NAME --home HOME/NAME`, a task a site; never two for one host.

    Shape: what a site's crawl exits with, and the last that it said, as they end; a crawl that is
    run again goes on where it stopped, and the lock of its home lets no second one in.
    Raises: UsageError where two of the sites share a host.
    """
    owners = Counter(host for name in sites for host in site_named(name).hosts)
    shared = sorted(host for host, count in owners.items() if count > 1)
    if shared or len(set(sites)) < len(sites):
        raise UsageError(what=f"{', '.join(shared or sites)}: more than one crawl of one host")
    run = uuid.uuid4().hex[:8]
    asked = [
        client.submit(
            crawl_task, name, str(home / name), [*arguments], key=("crawl", f"{name}-{run}")
        )
        for name in sites
    ]
    for done in import_module("distributed").as_completed(asked):
        yield done.result()


def crawl_task(site: str, home: str, arguments: list[str]) -> tuple[str, int, str]:
    """One crawl, in a process of its own."""
    command = [sys.executable, "-m", "verdicts", "crawl", "--site", site, "--home", home]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    said = (done.stderr or done.stdout).strip().splitlines()
    return site, done.returncode, said[-1] if said else ""
