"""A server process over a published database, and how to ask it."""

from __future__ import annotations

import contextlib
import http.client
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
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

    def ask(self, path: str, method: str = "GET", timeout_s: float = 20) -> Answer:
        conn = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=timeout_s)
        with contextlib.closing(conn):
            conn.request(method, path)
            got = conn.getresponse()
            return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())


@contextlib.contextmanager
def serving(path: Path, *arguments: str) -> Iterator[Server]:
    """A real process on a free loopback port, ended afterwards."""
    command = [sys.executable, "-m", "web", str(path), *arguments]
    with forked.Popen(
        command, cwd=ROOT, stdout=forked.PIPE, text=True, env={**os.environ, "COLUMNS": "80"}
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), "the server did not say where it is"
            yield Server(address, process)
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The sample, served by a process of its own for the tests of one module."""
    with serving(database()) as running:
        yield running
