"""Programs run, and servers that end with their block."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

STEP_S = 180
"""How long a tool may take for one page. Units: seconds."""


class ToolError(Exception):
    """A tool did not do what it was asked. Shape: one sentence."""


class NotHere(Exception):
    """A tool cannot be had on this machine. Shape: one sentence."""


HOME = Path(mkdtemp(prefix="visitor-"))
"""Where a tool finds the settings of nobody."""
atexit.register(shutil.rmtree, HOME, ignore_errors=True)


def env(more: Mapping[str, str] = {}) -> dict[str, str]:
    """An environment that names nobody, and leads no tool's Python to our packages."""
    left_out = (
        "PYTHONPATH",
        "VIRTUAL_ENV",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HOSTNAME",
        "LOGNAME",
        "USER",
    )
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return {**kept, "HOME": str(HOME), "USER": "visitor", "TZ": "UTC", **more}


def run(
    *command: str | Path,
    cwd: Path,
    ok: tuple[int, ...] | None = (0,),
    timeout_s: float = STEP_S,
    **more: str,
) -> str:
    """What a program printed on both streams; `ok` of None takes every exit code.

    Raises: ToolError where it ended with another code, or did not end.
    """
    try:
        done = subprocess.run(
            [*map(str, command)],
            cwd=cwd,
            env=env(more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=timeout_s,
        )
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"{command[0]} did not end within {timeout_s} s") from error
    if ok is not None and done.returncode not in ok:
        said = done.stdout.strip().splitlines()[-1:] or ["nothing said"]
        raise ToolError(f"{Path(command[0]).name} ended with {done.returncode}: {said[0][:300]}")
    return done.stdout


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def serving(
    *command: str | Path, cwd: Path, port: int, log: Path, wait_s: float = 30, **more: str
) -> Iterator[None]:
    """A server that listens on `port`; ended with Ctrl-C, as by a person.

    Raises: ToolError where it does not come to listen.
    """
    with log.open("wb") as said:
        server = subprocess.Popen(
            [*map(str, command)],
            cwd=cwd,
            env=env(more),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    try:
        _wait_for(server, port, wait_s, log)
        yield
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(server: subprocess.Popen[bytes], port: int, wait_s: float, log: Path) -> None:
    deadline = time.monotonic() + wait_s
    while server.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    said = log.read_text("utf-8", "replace").strip().splitlines()[-1:] or ["nothing said"]
    raise ToolError(f"{server.args[0]} did not come to listen: {said[0][:300]}")
