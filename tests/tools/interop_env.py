"""Other people's WARC tools, in an environment of their own that is made once a checkout.

`python tests/tools/interop_env.py` makes it and prints its folder of programs; the tests make it
where it is missing. pywb asks for other versions of packages than we do, so it never shares ours.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements-interop.lock"
STEP_S = 240
"""How long one step of the installation may take; measured: 17 s in all. Units: seconds."""
START_S = 60
"""How long pywb may take to listen; measured: 2 s. Units: seconds."""


def programs() -> Path:
    """The folder of `warcio`, `cdxj-indexer`, `wb-manager`, `wayback` and their `python`."""
    state = f"{LOCK.read_text()}{sys.version}"
    folder = ROOT / ".bootstrap" / f"interop-{hashlib.sha256(state.encode()).hexdigest()[:12]}"
    folder.parent.mkdir(exist_ok=True)
    # Several test processes want it at once: one makes it, the others wait.
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            _make(folder)
            (folder / "made").touch()
    return folder / "bin"


def run(
    program: str,
    *arguments: str | Path,
    cwd: Path | None = None,
    stdin: str | None = None,
    timeout_s: float = 60,
) -> subprocess.CompletedProcess[str]:
    """What one of the tools did."""
    return subprocess.run(
        [programs() / program, *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        env=clean_env(),
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
    )


def clean_env() -> dict[str, str]:
    """The environment without what would lead a tool's Python to our packages."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


@contextmanager
def replaying(folder: Path) -> Iterator[int]:
    """pywb's server over the collections of a folder; gives its port. It ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "wayback.log").open("wb") as log:
        server = subprocess.Popen(
            [programs() / "wayback", "-b", "127.0.0.1", "-p", str(port)],
            cwd=folder,
            env=clean_env(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for(server, port, folder / "wayback.log")
        yield port
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while server.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"pywb did not start: {log.read_text()[-2000:]}")


def replayed(port: int, path: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers with lower-case names, and body of what pywb answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, headers, answer.read()
    finally:
        connection.close()


def _make(folder: Path) -> None:
    _step("sh", ROOT / ".ci" / "make-venv", folder, sys.executable)
    # One package comes as source alone; what builds it is locked too, and must be there before.
    builder = re.search(r"^setuptools==(?:.*\\\n)*.*\n", LOCK.read_text(), re.MULTILINE)
    assert builder, f"{LOCK.name} must pin setuptools"
    first = folder / "builder.txt"
    first.write_text(builder[0])
    python = folder / "bin" / "python"
    pip = ("sh", ROOT / ".ci" / "uv", python, "pip", "install", "--python", python)
    _step(*pip, "--require-hashes", "-r", first)
    _step(*pip, "--require-hashes", "--no-build-isolation", "-r", LOCK)


def _step(*command: str | Path) -> None:
    done = subprocess.run(
        [*map(str, command)],
        env=clean_env(),
        capture_output=True,
        text=True,
        check=False,
        timeout=STEP_S,
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"


if __name__ == "__main__":
    print(programs())
