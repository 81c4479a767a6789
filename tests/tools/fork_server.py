"""The server behind `forked`: it imports everything once, and forks a process for each order.

python tests/tools/fork_server.py SOCKET [MODULE ...]

`forked` starts it; it ends when its input does. It imports PRELOADED where no module is named.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import time
import types
from contextlib import suppress
from fcntl import F_DUPFD, fcntl
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PRELOADED = (
    "machine.child", "crawler.importing.importing", "crawler.run", "datasette.app", "db.build",
    "db.check", "db.status", "db.takedown.withdraw", "parsers.sites",
    "crawler.net.handler", "scrapy.core.engine", "scrapy.core.scheduler", "uvicorn", "verdicts.cli",
    "verdicts.commands.demo", "crawler.drift.told", "verdicts.commands.explain",
    "verdicts.commands.parse", "web.pages.routes",
    "web.serving", "verdicts.commands.export", "sqlite_utils", "numpy", "rapidfuzz.process",
    "krippendorff", "pyarrow.parquet",
)  # fmt: skip
"""What the server imports. None of it may start a thread, or choose Twisted's reactor."""
LEFT_OUT = "pandas"
"""What sqlite-utils imports where it is there: half a second, and none of ours asks for it."""
_MOST_BYTES = 1 << 20
"""How long an order may be. Units: bytes."""


class Server:
    """Forks a process for each order, tells how it ended, and outlives none of its masters."""

    def __init__(self, address: str) -> None:
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(address)
        self._listener.listen(64)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(0, selectors.EVENT_READ, self._end)
        self._running: dict[socket.socket, tuple[int, int]] = {}

    def serve(self) -> dict[str, Any]:
        """Gives an order: the process that returns from here is the one to obey it."""
        while True:
            # One at a time: it may be the end of what else is ready.
            key, _ = self._selector.select()[0]
            order = key.data(key.fileobj)
            if order is not None:
                return order

    def _accept(self, listener: socket.socket) -> dict[str, Any] | None:
        line, _ = listener.accept()
        data, handles, _, _ = socket.recv_fds(line, _MOST_BYTES, 32)
        if not data:
            line.close()
            return None
        order = json.loads(data)
        child = os.fork()
        if child == 0:
            for space in handles[:2]:
                _enter(space)
            self._become(line, dict(zip(order["handles"], handles[2:], strict=True)))
            return order
        for handle in handles:
            os.close(handle)
        ended = os.pidfd_open(child)
        self._running[line] = (child, ended)
        self._selector.register(line, selectors.EVENT_READ, self._hang_up)
        self._selector.register(ended, selectors.EVENT_READ, self._tell)
        with suppress(ConnectionError):  # a master that is gone will be heard hanging up
            line.send(b"%d" % child)
        return None

    def _become(self, line: socket.socket, handles: dict[int, int]) -> None:
        """In the new process: let go of what is the server's, and take what was handed over."""
        above = max(handles) + 1
        moved = {at: fcntl(handle, F_DUPFD, above) for at, handle in handles.items()}
        self._selector.close()
        self._listener.close()
        for other, (_, ended) in self._running.items():
            other.close()
            os.close(ended)
        line.close()
        for handle in handles.values():
            os.close(handle)
        for at, handle in moved.items():
            os.dup2(handle, at)
            os.close(handle)

    def _tell(self, ended: int) -> None:
        line, child = next(
            (line, child) for line, (child, handle) in self._running.items() if handle == ended
        )
        self._selector.unregister(ended)
        # Not reaped before its master has heard: till then its number is nobody else's.
        how = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        status = how.si_status if how.si_code == os.CLD_EXITED else -how.si_status
        with suppress(ConnectionError):
            line.send(b"%d" % status)

    def _hang_up(self, line: socket.socket) -> None:
        child, ended = self._running.pop(line)
        self._selector.unregister(line)
        line.close()
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if ended in self._selector.get_map():
            self._selector.unregister(ended)
        os.close(ended)

    def _end(self, _: int) -> None:
        for line in [*self._running]:
            self._hang_up(line)
        os._exit(0)


def _enter(space: int) -> None:
    """Enter the namespace of which this is the handle, and close it."""
    name = os.readlink(f"/proc/self/fd/{space}")
    if os.readlink(f"/proc/self/ns/{name.split(':')[0]}") != name:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(space, 0):
            raise OSError(ctypes.get_errno(), "setns", name)
    os.close(space)


def _hold() -> None:
    """Stop until somebody, who may be a tracer by now, sends SIGCONT."""
    set_tracer, anybody = 0x59616D61, ctypes.c_ulong(-1)
    ctypes.CDLL(None).prctl(set_tracer, anybody, 0, 0, 0)
    os.kill(os.getpid(), signal.SIGSTOP)


def preload() -> None:
    """Import what most commands need, and nothing that a fork could hurt."""
    sys.modules[LEFT_OUT] = None  # type: ignore[assignment]
    for name in sys.argv[2:] or PRELOADED:
        importlib.import_module(name)
    work_out()
    del sys.modules[LEFT_OUT]
    forked = importlib.import_module("forked")
    forked._addresses.append(sys.argv[1])
    # The workers of a pool are forked too: theirs is the same interpreter, as fresh as ours.
    importlib.import_module("machine.child").subprocess = forked
    if len(os.listdir("/proc/self/task")) > 1 or "twisted.internet.reactor" in sys.modules:
        raise RuntimeError("what was imported may not be forked")
    gc.collect()
    gc.freeze()


def work_out() -> None:
    """Work out what each build would for itself, and none otherwise than another."""
    columns = importlib.import_module("db.rows.tables").columns
    for model in importlib.import_module("schema.rows").ROWS:
        columns(model)
    importlib.import_module("sqlite_utils.plugins").ensure_plugins_loaded()


def obey(order: dict[str, Any]) -> None:
    """Do what the interpreter would do with these arguments; as it would, end by itself."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if order["is_held"]:
        _hold()
    if order["process_group"] != -1:
        os.setpgid(0, order["process_group"])
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    # As the interpreter opens them; the server's own were made for what stood at 0, 1 and 2 then.
    for name, at, how in (
        ("stdin", 0, {"mode": "r"}),
        ("stdout", 1, {"mode": "w"}),
        ("stderr", 2, {"mode": "w", "buffering": 1}),
    ):
        old = getattr(sys, name)
        stream = os.fdopen(at, encoding=old.encoding, errors=old.errors, closefd=False, **how)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    _, *rest = sys.path
    given = order["env"].get("PYTHONPATH")
    sys.path[:] = ["", *(given.split(os.pathsep) if given else ()), *rest]
    first, *arguments = [one for one in order["arguments"] if one != "-B"]
    if first == "-m":
        sys.path[0] = os.getcwd()
        name, *sys.argv[1:] = arguments
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    elif first == "-c":
        code, *sys.argv[1:] = arguments
        sys.argv[0] = "-c"
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        exec(compile(code, "<string>", "exec"), main.__dict__)
    else:
        sys.path[0] = os.path.dirname(os.path.abspath(first))
        sys.argv[:] = [first, *arguments]
        runpy.run_path(first, run_name="__main__")


def leave(ending: list[int]) -> None:
    """End without taking down all that was imported, which takes longer than many a test."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return  # let the interpreter say it in its own way
    if ending:
        os._exit(ending[0] & 0xFF)


def main() -> None:
    """The server, and after a fork the process that was asked for."""
    ending: list[int] = []
    atexit.register(leave, ending)  # the first to be registered is the last to be called
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    here, sys.path[0] = sys.path[0], str(ROOT)
    sys.path.insert(1, here)
    preload()
    del sys.path[1]
    server = Server(sys.argv[1])
    os.write(1, b".")
    order = server.serve()
    try:
        obey(order)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            ending.append(end.code or 0)
        raise
    ending.append(0)


if __name__ == "__main__":
    main()
