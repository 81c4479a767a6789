"""Dask: the same bytes as from processes of this machine, whoever of the cluster is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import fsspec
import pytest
from db_home import store
from distributed import Client, LocalCluster
from moto.server import ThreadedMotoServer
from test_record_files import PAGES, jobs_of, made_of

from archive import Home
from db import ClusterPlace, build
from db.engines import cluster, crawl_sites, make_on
from db.engines.cluster import make_task
from db.engines.exchange import FileExchange
from db.records.making import Maker, make_missing
from parsers import PARSER_VERSION
from schema.errors import BuildError, IntegrityError, StoppedError, UsageError


@pytest.fixture(scope="module", autouse=True)
def kept_environment() -> Iterator[None]:
    """A local cluster leaves variables for its workers, which no fork of other tests heeds."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERDICTS_NOW", "2026-11-20T00:00:00Z")
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as two,
        Client(two) as client,
    ):
        yield client


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Six segments, of which no record file is there."""
    for at in range(6):
        store(tmp_path, PAGES[2 * at : 2 * at + 2])
    Home(tmp_path).create()
    return tmp_path


def expected(home: Path) -> dict[str, bytes]:
    """The record files as processes of this machine make them, which are then removed."""
    found = {each.path.name: each.path.read_bytes() for each in made_of(home)}
    for path in (home / "records").glob("*.zst"):
        path.unlink()
    return found


def files(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home / "records").glob("*.zst")}


def test_a_build_on_dask_publishes_the_file_that_a_build_here_does(home: Path) -> None:
    whole = expected(home)
    on_dask = build(home, workers=2, dask=ClusterPlace())
    assert files(home) == whole
    public = on_dask.path.read_bytes()
    on_dask.path.with_suffix(".json").unlink()
    assert build(home).path.read_bytes() == public
    assert on_dask.parsed == 12


def test_record_files_come_in_the_order_of_the_segments_and_what_is_there_is_not_made_again(
    home: Path, client: Any
) -> None:
    jobs = jobs_of(home)
    made = list(make_on(client, Maker(Home(home)), jobs))
    assert [each.segment for each in made] == [job.segment.name for job in jobs]
    made[2].path.unlink()
    again = list(make_on(client, Maker(Home(home)), jobs))
    assert [each.parsed for each in again] == [0, 0, 2, 0, 0, 0]


def test_a_task_may_be_run_four_times_at_once(home: Path, client: Any) -> None:
    whole = expected(home)
    maker, jobs = Maker(Home(home)), jobs_of(home)
    asked = [
        client.submit(make_task, maker, job, None, PARSER_VERSION, key=f"{job.segment.name}-{n}")
        for job in jobs
        for n in range(4)
    ]
    client.gather(asked)
    assert files(home) == whole


def test_a_job_that_is_asked_for_twice_is_refused(home: Path, client: Any) -> None:
    job = jobs_of(home)[0]
    with pytest.raises(AssertionError, match=job.segment.name):
        list(make_on(client, Maker(Home(home)), [job, job]))


class Leaving(Maker):
    """Ends its process, as a command line's parser would."""

    def make(self, *_: object) -> Any:
        raise SystemExit(3)


def test_a_task_that_would_end_its_worker_is_an_error_and_the_worker_goes_on(home: Path) -> None:
    with pytest.raises(BuildError, match="the task ended with 3"):
        make_task(Leaving(Home(home)), jobs_of(home)[0], None, PARSER_VERSION)


def test_a_worker_with_another_parser_is_refused(home: Path) -> None:
    with pytest.raises(BuildError, match="install the same"):
        make_task(Maker(Home(home)), jobs_of(home)[0], None, "0" * 12)


class Slow(Maker):
    """Takes long enough for its worker to be killed meanwhile."""

    def make(self, *how: Any) -> Any:
        time.sleep(1)
        return super().make(*how)


@contextmanager
def started(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two nodes, each a group of processes of its own."""
    told = folder / "scheduler.json"
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}

    def start(kind: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments]
        command += ["--scheduler-file", str(told), "--no-dashboard"]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(
            command, env=env, start_new_session=True, stdout=quiet, stderr=quiet
        )

    groups = [start("scheduler", "--host", "127.0.0.1", "--port", "0")]
    try:
        while not (told.exists() and told.read_text().strip().endswith("}")):
            time.sleep(0.1)
        groups += [start("worker", "--nthreads", "1", "--host", "127.0.0.1") for _ in range(2)]
        yield json.loads(told.read_text())["address"], groups
    finally:
        for each in groups:
            end(each)


def end(group: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group.pid, signal.SIGKILL)
    group.wait()


@pytest.mark.parametrize("whom", ["worker", "node"])
def test_a_worker_or_a_whole_node_that_is_killed_costs_nothing(
    home: Path, tmp_path_factory: pytest.TempPathFactory, whom: str
) -> None:
    whole = expected(home)
    with (
        started(tmp_path_factory.mktemp("dask")) as (address, (_, node, _)),
        cluster(address, 2) as client,
    ):
        client.wait_for_workers(2)
        found = []
        for made in make_on(client, Slow(Home(home)), jobs_of(home)):
            if not found and whom == "node":
                end(node)
            elif not found:
                os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
            found.append(made.segment)
    assert found == sorted(set(found)) and len(found) == 6
    assert files(home) == whole


def test_after_the_scheduler_was_killed_the_same_again_does_what_is_missing(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = expected(home)
    with (
        started(tmp_path_factory.mktemp("dask")) as (address, (scheduler, *_)),
        pytest.raises(StoppedError, match="goes on with what is missing"),
        cluster(address, 2) as client,
    ):
        client.wait_for_workers(2)
        for _ in make_on(client, Slow(Home(home)), jobs_of(home)):
            end(scheduler)
    there = whole.keys() & files(home).keys()
    assert 0 < len(there) < 6
    again = list(make_missing(Maker(Home(home)), jobs_of(home), workers=1))
    assert sum(each.parsed == 0 for each in again) == len(there)
    assert files(home) == whole


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A folder of an object store on loopback, which the environment names."""
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    own = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in own.items():
            patch.setenv(name, value)
        fsspec.filesystem("s3").mkdir("verdicts-test")
        yield "s3://verdicts-test/home"
    server.stop()


def test_files_are_exchanged_through_an_object_store_as_whole_objects(
    home: Path, bucket: str
) -> None:
    whole = expected(home)
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0") as one,
        Client(one) as client,
    ):
        list(make_on(client, Maker(Home(home)), jobs_of(home), files=bucket))
    assert files(home) == whole
    system = fsspec.filesystem("s3")
    held = {
        path.rpartition("/")[2]: system.cat_file(path) for path in system.ls(bucket + "/records")
    }
    assert held == whole
    assert len(system.ls(bucket + "/warc")) == 6


def test_a_record_file_that_is_here_is_asked_of_nobody(
    home: Path, bucket: str, client: Any
) -> None:
    first = made_of(home)
    made = list(make_on(client, Maker(Home(home)), jobs_of(home), files=f"{bucket}-of-none"))
    assert [each.path for each in made] == [each.path for each in first]
    assert not any(each.parsed or each.damaged for each in made)


def test_a_segment_that_nobody_laid_there_is_an_error_and_no_page_that_cannot_be_read(
    home: Path, tmp_path: Path
) -> None:
    with pytest.raises(IntegrityError, match="exchanged"):
        make_task(Maker(Home(home)), jobs_of(home)[0], f"file://{tmp_path}/none", PARSER_VERSION)


def test_what_is_read_back_otherwise_than_it_was_put_is_an_error(
    tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"some bytes")
    exchange = FileExchange(bucket)
    put = exchange._system.pipe_file
    monkeypatch.setattr(exchange._system, "pipe_file", lambda path, data: put(path, data[:-1]))
    with pytest.raises(IntegrityError, match="read back"):
        exchange.put(tmp_path / "a", "records/a")


def test_what_the_place_of_exchange_refuses_is_told_as_its_own(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a file where a folder is wanted")
    exchange = FileExchange(f"file://{tmp_path}/a")
    with pytest.raises(StoppedError, match=f"{tmp_path}/a: .*Not a directory"):
        exchange.get("records/b", tmp_path / "b")
    with pytest.raises(StoppedError, match=f"{tmp_path}/a: .*Not a directory"):
        exchange.put(tmp_path / "a", "records/b")


def test_an_error_of_the_disk_in_a_build_is_none_of_the_scheduler(client: Any) -> None:
    address = client.scheduler_info()["address"]
    with pytest.raises(OSError, match="No space left"), cluster(address, 1):
        raise OSError(28, "No space left on device")


def test_crawls_scale_by_site_and_never_two_of_one_host(tmp_path: Path, client: Any) -> None:
    with pytest.raises(UsageError, match="more than one crawl"):
        list(crawl_sites(client, ["sample", "sample"], tmp_path))
    ((site, code, said),) = crawl_sites(client, ["sample"], tmp_path)
    # An empty home names nothing to fetch.
    assert (site, code) == ("sample", 2) and said
