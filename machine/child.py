"""One guarded process and the pipe to it. See `machine.worker`, which is the one to use."""

from __future__ import annotations

import gc
import json
import os
import pickle
import resource
import select
import signal
import struct
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

_LENGTH = struct.Struct(">Q")
_OUT_OF_MEMORY = 77
"""The status with which a child says that it ran out of memory."""
_START_S = 60
"""How long a child may take to start. Units: seconds."""
_MAIN = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from machine.child import main; main()"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may use."""

    cpu_s: float
    wall_s: float
    memory_bytes: int


class ChildDied(Exception):
    """The process ended, or was ended, before it answered."""

    def __init__(self, *, reason: str, trace: str = "") -> None:
        self.reason, self.trace = reason, trace
        super().__init__(f"the worker died: {reason}\n{trace}")


class Child:
    """A started process. A fresh interpreter and no fork: its parent may have threads."""

    def __init__(self, function: Callable[[Any], Any], limits: Limits) -> None:
        self._limits = limits
        self._first: object = (function, limits)
        self.tasks_done = 0
        self._process = subprocess.Popen(
            [sys.executable, "-c", _MAIN, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            stderr=subprocess.DEVNULL,
            process_group=0,  # a Ctrl-C in the terminal is the parent's to answer
        )
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)

    def run(self, task: Any) -> Any:
        """What the function gives for `task`; the first waits until the process is ready.

        Raises: ChildDied, also while it starts, and with the trace when the function itself raised.
        """
        if self._first is not None:
            self._exchange(self._first, _START_S)
            self._first = None
        answer = self._exchange(task, self._limits.wall_s)
        self.tasks_done += 1
        return answer

    def _exchange(self, message: Any, seconds: float) -> Any:
        data = pickle.dumps(message, protocol=5)
        deadline = time.monotonic() + seconds
        try:
            self._send(_LENGTH.pack(len(data)) + data, deadline)
            size = _LENGTH.unpack(self._receive(_LENGTH.size, deadline))[0]
            is_good, answer = pickle.loads(self._receive(size, deadline))
        except TimeoutError as error:
            self._process.kill()
            self._process.wait()
            raise ChildDied(reason="wall") from error
        except (BrokenPipeError, EOFError) as error:
            raise ChildDied(reason=self._reason(deadline)) from error
        if not is_good:
            raise ChildDied(reason="raised", trace=answer)
        return answer

    def _send(self, data: bytes, deadline: float) -> None:
        pipe = self._pipe(self._process.stdin)
        view = memoryview(data)
        while view:
            _, ready, _ = select.select([], [pipe], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            view = view[os.write(pipe, view[: 1 << 16]) :]

    def _receive(self, size: int, deadline: float) -> bytes:
        pipe = self._pipe(self._process.stdout)
        parts = bytearray()
        while len(parts) < size:
            ready, _, _ = select.select([pipe], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            part = os.read(pipe, min(size - len(parts), 1 << 20))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)

    @staticmethod
    def _pipe(pipe: Any) -> int:
        return int(pipe.fileno())

    def _reason(self, deadline: float) -> str:
        """How the process ended, once its pipe has ended."""
        try:
            status = self._process.wait(max(1.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return "wall"
        if status == _OUT_OF_MEMORY:
            return "memory"
        return {-signal.SIGXCPU: "cpu", -signal.SIGKILL: "killed"}.get(status, "crash")

    def kill(self) -> None:
        """End the process under whoever waits for its answer, who is told that it died."""
        self._process.kill()

    def close(self) -> None:
        """End the process and let its pipes go."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.kill()
        self._process.wait()


def main() -> None:
    """What the child runs: one function, task after task, until its pipe ends."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the parent's to answer
        signal.signal(number, signal.SIG_IGN)
    tasks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # Whatever the function prints must not get between the answers.
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    sys.excepthook = lambda kind, error, trace: _last_words(answers, error)
    function, limits = _read(tasks)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, limits.memory_bytes)
    # What was imported stays; the collector need not look at it again after every page.
    gc.collect()
    gc.freeze()
    _write(answers, (True, None))
    while True:
        task = _read(tasks)
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + limits.cpu_s) + 1)
        _write(answers, (True, function(task)))


def _last_words(answers: BinaryIO, error: BaseException) -> None:
    """Tell the parent what the function raised, and end."""
    if isinstance(error, MemoryError):
        os._exit(_OUT_OF_MEMORY)
    _write(answers, (False, "".join(traceback.format_exception(error))))
    os._exit(1)


def _limit(kind: int, soft: int) -> None:
    """Lower a soft limit as far as the system lets us: macOS takes no limit on address space."""
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    try:
        resource.setrlimit(kind, (soft, hard))
    except (ValueError, OSError):
        if kind == resource.RLIMIT_CPU:
            raise


def _read(pipe: BinaryIO) -> Any:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        os._exit(0)
    return pickle.loads(pipe.read(_LENGTH.unpack(head)[0]))


def _write(pipe: BinaryIO, answer: Any) -> None:
    data = pickle.dumps(answer, protocol=5)
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()
