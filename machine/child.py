"""Guarded processes, forked from one that has imported all they need. `machine.worker` uses them.

Template  a fresh interpreter, for its parent may have threads; it imports, then only forks
Child     forked from it in a few milliseconds; answers a batch of tasks one by one
"""

from __future__ import annotations

import errno
import gc
import json
import os
import pickle
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, NoReturn, cast

_LENGTH = struct.Struct(">Q")
_REQUEST = struct.Struct(">q")
"""What a template is asked and answers: 0 for a fork beside a socket, else whose end it is."""
_OUT_OF_MEMORY = 77
"""The status with which a child says that it ran out of memory."""
_START_S = 60
"""How long a template may take to start, or to answer. Units: seconds."""
_PIECE = 1 << 17
_HOLD_S = 0.05
"""No answer is held back for longer. Units: seconds."""
_MAIN = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from machine.child import main; main(int(sys.argv[2]))"
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


class _Line:
    """One end of a socket on which messages of any size are exchanged."""

    def __init__(self, end: socket.socket) -> None:
        self.socket = end
        self._buffer = bytearray()

    def send(self, message: Any, seconds: float) -> None:
        data = pickle.dumps(message, protocol=5)
        self.socket.settimeout(seconds)
        self.socket.sendall(_LENGTH.pack(len(data)) + data)

    def receive(self, seconds: float) -> Any:
        """The next message. Raises: TimeoutError, EOFError, ConnectionError."""
        deadline = time.monotonic() + seconds
        self._fill(_LENGTH.size, deadline)
        end = _LENGTH.size + _LENGTH.unpack_from(self._buffer)[0]
        self._fill(end, deadline)
        with memoryview(self._buffer) as view:
            message = pickle.loads(view[_LENGTH.size : end])
        del self._buffer[:end]
        return message

    def _fill(self, size: int, deadline: float) -> None:
        while len(self._buffer) < size:
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            part = self.socket.recv(_PIECE)
            if not part:
                raise EOFError
            self._buffer += part


class Template:
    """The process that children are forked from.

    Raises: ChildDied where it ends while it starts, with the trace where the function could not
    be imported; OSError where no process can be started.
    """

    def __init__(self, function: Callable[[Any], Any], limits: Limits) -> None:
        self.limits = limits
        self.is_dead = False
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", _MAIN, json.dumps(sys.path), str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    process_group=0,  # a Ctrl-C in the terminal is the parent's to answer
                )
            except OSError:
                ours.close()
                raise
        self._control = ours
        line = _Line(ours)
        try:
            line.send((function, limits), _START_S)
            trace = line.receive(_START_S)
        except (OSError, EOFError) as error:
            self.close()
            reason = "wall" if isinstance(error, TimeoutError) else "killed"
            raise ChildDied(reason=reason) from error
        ours.settimeout(_START_S)
        if trace:
            self.close()
            raise ChildDied(reason="raised", trace=trace)

    def fork(self, theirs: socket.socket) -> int:
        """The number of a new child that serves the other end of `theirs`.

        Raises: ChildDied; OSError where no process can be started.
        """
        pid = self._ask(0, theirs)
        if pid is None:
            raise ChildDied(reason="killed")
        if pid < 0:
            raise OSError(-pid, os.strerror(-pid))
        return pid

    def end_of(self, pid: int, *, is_killed: bool) -> int:
        """How a child ended: its exit status, below 0 by a signal. Ends it first where told to."""
        if is_killed:
            with suppress(ProcessLookupError):
                # The template has not waited for it yet, so that the number is still its own.
                os.kill(pid, signal.SIGKILL)
        status = self._ask(pid)
        return -signal.SIGKILL if status is None else status

    def _ask(self, number: int, *with_it: socket.socket) -> int | None:
        """What it answers. Absent: None where it is there no more."""
        with self._lock:
            try:
                handles = [each.fileno() for each in with_it]
                socket.send_fds(self._control, [_REQUEST.pack(number)], handles)
                answer = self._control.recv(_REQUEST.size)
            except OSError:
                answer = b""
        self.is_dead = not answer
        return int(_REQUEST.unpack(answer)[0]) if answer else None

    def close(self) -> None:
        """End it; its children end as soon as they see that nobody asks them any more."""
        self._control.close()
        self._process.kill()
        self._process.wait()


class Child:
    """A forked process. Raises: ChildDied where it cannot be forked."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self.tasks_done = 0
        self._lock = threading.Lock()
        self._is_over = False
        ours, theirs = socket.socketpair()
        self._line = _Line(ours)
        with theirs:
            self._pid = template.fork(theirs)

    def run(self, tasks: Sequence[Any], *, is_careful: bool = True) -> Iterator[Any]:
        """What the function gives for each task, in turn.

        Shape: each answer is sent on its own where `is_careful`, so that a death is that of the
        task whose answer is missing; else several at once, which costs a third as much.
        Raises: ChildDied, with the trace where the function itself raised.
        """
        wall_s = self._template.limits.wall_s
        try:
            self._line.send((tasks, is_careful), wall_s)
            for _ in tasks:
                is_good, answer = self._line.receive(wall_s)
                if not is_good:
                    raise ChildDied(reason="raised", trace=answer)
                self.tasks_done += 1
                yield answer
        except TimeoutError as error:
            self._end(is_killed=True)
            raise ChildDied(reason="wall") from error
        except (ConnectionError, EOFError) as error:
            raise ChildDied(reason=self._reason()) from error

    def _reason(self) -> str:
        """How the process ended, once its line has."""
        status = self._end(is_killed=False)
        if status == _OUT_OF_MEMORY:
            return "memory"
        return {-signal.SIGXCPU: "cpu", -signal.SIGKILL: "killed"}.get(status, "crash")

    def _end(self, *, is_killed: bool) -> int:
        with self._lock:
            if self._is_over:
                return -signal.SIGKILL
            self._is_over = True
            return self._template.end_of(self._pid, is_killed=is_killed)

    def close(self) -> None:
        """End the process, also under whoever waits for its answer, who is told that it died."""
        self._end(is_killed=True)

    def let_go(self) -> None:
        """End the process and let its line go."""
        self.close()
        self._line.socket.close()


def main(handle: int) -> None:
    """What the template runs: imports, then a fork for each socket that it is sent."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the parent's to answer
        signal.signal(number, signal.SIG_IGN)
    control = socket.socket(fileno=handle)
    line = _Line(control)
    sys.excepthook = lambda kind, error, trace: line.send(_told(error), _START_S)
    function, limits = line.receive(_START_S)
    _limit(resource.RLIMIT_CORE, 0)
    # What was imported stays; the collector need not look at it again after every page.
    gc.collect()
    gc.freeze()
    # What a page leaves behind goes without the collector, which need look but seldom.
    gc.set_threshold(20_000, 20, 20)
    line.send("", _START_S)
    control.settimeout(None)
    while True:
        request, handles, *_ = socket.recv_fds(control, _REQUEST.size, 1)
        if not request:
            os._exit(0)
        (number,) = _REQUEST.unpack(request)
        if number:
            answer = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
        else:
            answer = _fork()
            if not answer:
                control.close()
                _serve(function, limits, socket.socket(fileno=handles[0]))
            os.close(handles[0])
        control.sendall(_REQUEST.pack(answer))


def _fork() -> int:
    try:
        return os.fork()
    except OSError as error:
        return -(error.errno or errno.EAGAIN)


def _serve(function: Callable[[Any], Any], limits: Limits, line: socket.socket) -> NoReturn:
    """Answer task after task until the line ends."""
    file = cast(IO[bytes], line.makefile("rwb", _PIECE))
    sys.excepthook = lambda kind, error, trace: _last_words(file, error)
    _limit(resource.RLIMIT_AS, limits.memory_bytes)
    while True:
        tasks, is_careful = _read(file)
        sent = time.monotonic()
        for task in tasks:
            used = resource.getrusage(resource.RUSAGE_SELF)
            _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + limits.cpu_s) + 1)
            _write(file, (True, function(task)))
            if is_careful or time.monotonic() - sent > _HOLD_S:
                file.flush()
                sent = time.monotonic()
        file.flush()


def _last_words(file: IO[bytes], error: BaseException) -> None:
    """Tell the parent what the function raised, and end."""
    if isinstance(error, MemoryError):
        os._exit(_OUT_OF_MEMORY)
    _write(file, (False, _told(error)))
    file.flush()
    os._exit(1)


def _told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


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


def _read(pipe: IO[bytes]) -> Any:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        os._exit(0)
    return pickle.loads(pipe.read(_LENGTH.unpack(head)[0]))


def _write(pipe: IO[bytes], answer: Any) -> None:
    data = pickle.dumps(answer, protocol=5)
    pipe.write(_LENGTH.pack(len(data)) + data)
