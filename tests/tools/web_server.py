"""A server process over a published database, and how to ask it."""

from __future__ import annotations

import contextlib
import http.client
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import forked
import pytest
from web_sample import database

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What came back for one request."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Server:
    """A server process and how to ask it."""

    address: str
    process: forked.Popen[str]
    errors: IO[str]
    """What the server prints where it runs."""

    def printed(self) -> str:
        """What it has printed since this was last asked."""
        return self.errors.read()

    def ask(self, path: str, method: str = "GET", timeout_s: float = 20, **headers: str) -> Answer:
        conn = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=timeout_s)
        with contextlib.closing(conn):
            conn.request(method, path, headers=headers)
            got = conn.getresponse()
            return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())


@contextlib.contextmanager
def serving(path: Path, *arguments: str) -> Iterator[Server]:
    """A real process on a free loopback port, ended afterwards."""
    command = [sys.executable, "-m", "web", str(path), *arguments]
    env = {**os.environ, "COLUMNS": "80"}
    with (
        tempfile.TemporaryDirectory() as folder,
        (Path(folder) / "printed.txt").open("w") as written,
        (Path(folder) / "printed.txt").open() as errors,
        forked.Popen(
            command, cwd=ROOT, stdout=forked.PIPE, stderr=written, text=True, env=env
        ) as process,
    ):
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), errors.read()
            yield Server(address, process, errors)
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The sample, served by a process of its own for the tests of one module."""
    with serving(database()) as running:
        yield running
