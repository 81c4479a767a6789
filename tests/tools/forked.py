"""`subprocess` for tests: processes forked from one that has imported everything already.

Importing Scrapy takes longer than a small crawl, so `forked.Popen` and `forked.run` take the
arguments of their namesakes and differ in one thing: a command of this interpreter (`-m MODULE`,
`-c CODE`, a script) is not executed anew but forked from a server, of which each test process has
one. The rest is as usual: a process with a number, an environment, a folder and streams of its
own, which a signal ends. Elsewhere than on Linux it is `subprocess` itself. Where a fresh
interpreter, or what it imports, is what a test is about, it must take `subprocess`.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT, CompletedProcess, TimeoutExpired
from typing import Any

__all__ = [
    "DEVNULL",
    "PIPE",
    "STDOUT",
    "CompletedProcess",
    "Popen",
    "TimeoutExpired",
    "command",
    "launcher",
    "run",
    "run_traced",
]

SERVER = Path(__file__).with_name("fork_server.py")
THREADLESS = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
"""What keeps numpy and pyarrow from starting threads as they are imported: a fork has none."""
_starting = threading.Lock()
_addresses: list[str] = []
"""Where the server listens, once it was started."""


def _fixed(env: Mapping[str, str]) -> dict[str, str]:
    """What an interpreter reads of its environment as it starts, and no more thereafter."""
    return {
        name: value
        for name, value in env.items()
        if name.startswith(("PYTHON", "LC_", "LANG"))
        and name not in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    }


_FIXED = _fixed(os.environ)


class _Popen(subprocess.Popen):
    """A process that the server forks, waited for through a socket and not by the system."""

    def __init__(self, *given: Any, is_held: bool = False, **how: Any) -> None:
        self._is_held = is_held
        super().__init__(*given, **how)

    def _execute_child(
        self,
        args,
        executable,
        preexec_fn,
        close_fds,
        pass_fds,
        cwd,
        env,
        startupinfo,
        creationflags,
        shell,
        p2cread,
        p2cwrite,
        c2pread,
        c2pwrite,
        errread,
        errwrite,
        restore_signals,
        gid,
        gids,
        uid,
        umask,
        start_new_session,
        process_group,
    ) -> None:
        arguments = [os.fsdecode(one) for one in args]
        if arguments[0] != sys.executable or shell or preexec_fn or start_new_session:
            raise ValueError(f"this is for subprocess, not for a fork: {arguments[:3]}")
        env = {
            os.fsdecode(name): os.fsdecode(value)
            for name, value in (os.environ if env is None else env).items()
        }
        if _fixed(env) != _FIXED:
            raise ValueError(f"only a fresh interpreter heeds these: {_fixed(env)}")
        handles = {0: p2cread, 1: c2pwrite, 2: errwrite}
        handles = {at: at if handle < 0 else handle for at, handle in handles.items()}
        handles |= {handle: handle for handle in pass_fds}
        spaces = [os.open(f"/proc/self/ns/{name}", os.O_RDONLY) for name in ("user", "mnt")]
        order = {
            "arguments": arguments[1:],
            "cwd": os.fspath(cwd or os.getcwd()),
            "env": env,
            "handles": [*handles],
            "process_group": process_group,
            "is_held": self._is_held,
        }
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._line.connect(_server())
            socket.send_fds(self._line, [json.dumps(order).encode()], [*spaces, *handles.values()])
            self.pid = int(self._line.recv(20))
        except BaseException:
            self._line.close()
            raise
        finally:
            for handle in spaces:
                os.close(handle)
            self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)
        self._child_created = True

    def _internal_poll(self, _deadstate: int | None = None, **_: Any) -> int | None:
        return self._ended_within(0)

    def _wait(self, timeout: float | None) -> int:
        status = self._ended_within(timeout)
        if status is None:
            raise TimeoutExpired(self.args, timeout or 0)
        return status

    def _ended_within(self, seconds: float | None) -> int | None:
        with self._waitpid_lock:
            if self.returncode is None:
                self._line.settimeout(seconds)
                try:
                    # A server that was killed has taken its processes along.
                    self.returncode = int(self._line.recv(20) or -signal.SIGKILL)
                except (BlockingIOError, TimeoutError):
                    return None
                self._line.close()
            return self.returncode


Popen = _Popen if sys.platform == "linux" else subprocess.Popen


def run(
    arguments: Sequence[str | Path],
    *,
    timeout: float | None = None,
    check: bool = False,
    capture_output: bool = False,
    input: Any = None,
    **how: Any,
) -> CompletedProcess[Any]:
    """As `subprocess.run`."""
    if capture_output:
        how |= {"stdout": PIPE, "stderr": PIPE}
    if input is not None:
        how["stdin"] = PIPE
    with Popen(arguments, **how) as process:
        try:
            out, errors = process.communicate(input, timeout=timeout)
        except BaseException:
            process.kill()
            raise
    done = CompletedProcess(process.args, process.returncode, out, errors)
    if check:
        done.check_returncode()
    return done


def run_traced(
    tracer: Sequence[str], arguments: Sequence[str | Path], *, timeout: float, **how: Any
) -> CompletedProcess[Any]:
    """As `run`, with the command `tracer` attached before the first line of ours is obeyed."""
    with Popen(arguments, is_held=True, **how) as process:
        try:
            _wait_for(r"State:\tT", process)
            with subprocess.Popen([*tracer, "-p", str(process.pid)]) as attached:
                _wait_for(r"TracerPid:\t[1-9]", process, attached)
                process.send_signal(signal.SIGCONT)
                out, errors = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return CompletedProcess(process.args, process.returncode, out, errors)


def _wait_for(state: str, process: subprocess.Popen[Any], *others: subprocess.Popen[Any]) -> None:
    """Wait until the system says this of a process, while it and the others run."""
    while not re.search(state, Path(f"/proc/{process.pid}/status").read_text("ascii")):
        for one in (process, *others):
            if one.poll() is not None:
                raise RuntimeError(f"{one.args} ended with {one.returncode}")
        time.sleep(0.005)


def _server() -> str:
    """Where the server listens; it is started when it is first needed, and ends with us."""
    with _starting:
        if not _addresses:
            _addresses.append(_started(SERVER))
        return _addresses[0]


def _started(script: Path, *modules: str) -> str:
    """Where a server listens that was started now; it ends with us."""
    folder = tempfile.mkdtemp(prefix="forked-")
    address = os.path.join(folder, "socket")
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    kept |= THREADLESS
    server = subprocess.Popen(
        [sys.executable, script, address, *modules], env=kept, bufsize=0, stdin=PIPE, stdout=PIPE
    )
    atexit.register(_close, server, folder)
    if not server.stdout.read(1):
        raise RuntimeError("the server of forked processes did not start")
    return address


def _close(server: subprocess.Popen[bytes], folder: str) -> None:
    server.communicate()
    shutil.rmtree(folder)


def command(checkout: Path | None = None, *modules: str) -> list[str]:
    """What stands for `sys.executable` in a command that a shell script is to have forked.

    The process has the namespaces of whoever gives the command. What it has imported is of another
    checkout where one is named, and then these modules alone where any are.
    """
    if sys.platform != "linux":
        return [sys.executable]
    name = SERVER.relative_to(Path(__file__).parents[2])
    address = _server() if checkout is None else _started(checkout / name, *modules)
    return [sys.executable, "-S", __file__, address]


def launcher(folder: Path, checkout: Path | None = None, *modules: str) -> Path:
    """A program that stands for `sys.executable`, made in a folder; otherwise as `command`."""
    path = folder / "python"
    path.write_text(f'#!/bin/sh\nexec {shlex.join(command(checkout, *modules))} "$@"\n')
    path.chmod(0o755)
    return path


def _stand_for(address: str, arguments: list[str]) -> int:
    """Have the server fork a command in our place, with all that we inherited."""
    _addresses.append(address)
    inherited = [int(name) for name in os.listdir("/proc/self/fd")]
    more = [at for at in inherited if at > 2 and _is_inheritable(at)]
    with Popen([sys.executable, *arguments], pass_fds=more) as process:
        return process.wait()


def _is_inheritable(handle: int) -> bool:
    try:
        return os.get_inheritable(handle)
    except OSError:
        return False  # the listing's own, and closed since


if __name__ == "__main__":
    status = _stand_for(sys.argv[1], sys.argv[2:])
    if status < 0:
        os.kill(os.getpid(), -status)
    sys.exit(status)
