"""Guarded processes, forked from one that has imported all they need. `machine.worker` uses them.

Template  a fresh interpreter, for its parent may have threads; it imports, then only forks
Child     forked from it in a few milliseconds; answers a batch of tasks one by one
"""

from __future__ import annotations

import errno
import gc
import json
import os
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
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from typing import Any, NoReturn

_OUT_OF_MEMORY = 77
"""The status with which a child says that it ran out of memory."""
_START_S = 60
"""How long a template may take to start, or to answer. Units: seconds."""
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


def _line(seconds: float) -> tuple[Connection, Connection]:
    """Both ends of a line; at ours BlockingIOError is raised where the other is silent so long."""
    ours, theirs = Pipe()
    limit = struct.pack("ll", int(seconds), int(seconds % 1 * 1e6))
    with socket.socket(fileno=os.dup(ours.fileno())) as end:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
    return ours, theirs


class Template:
    """The process that children are forked from.

    Raises: ChildDied where it ends while it starts, with the trace where the function could not
    be imported; OSError where no process can be started.
    """

    def __init__(self, function: Callable[[Any], Any], limits: Limits) -> None:
        self.limits = limits
        self.is_dead = False
        self._lock = threading.Lock()
        self._control, theirs = _line(_START_S)
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
                self._control.close()
                raise
        try:
            self._control.send((function, limits))
            trace = self._control.recv()
        except (OSError, EOFError) as error:
            self.close()
            reason = "wall" if isinstance(error, BlockingIOError) else "killed"
            raise ChildDied(reason=reason) from error
        if trace:
            self.close()
            raise ChildDied(reason="raised", trace=trace)

    def fork(self, theirs: Connection) -> int:
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

    def _ask(self, number: int, *with_it: Connection) -> int | None:
        """What it answers: to 0 by a fork beside a line, else by how the child of the number ended.

        Absent: None where it is there no more.
        """
        with self._lock:
            try:
                self._control.send(number)
                for each in with_it:
                    send_handle(self._control, each.fileno(), self._process.pid)
                answer: int = self._control.recv()
            except (OSError, EOFError):
                self.is_dead = True
                return None
        return answer

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
        self._line, theirs = _line(template.limits.wall_s)
        with theirs:
            self._pid = template.fork(theirs)

    def run(self, tasks: Sequence[Any], *, is_careful: bool = True) -> Iterator[Any]:
        """What the function gives for each task, in turn.

        Shape: each answer is sent on its own where `is_careful`, so that a death is that of the
        task whose answer is missing; else several at once, which costs a third as much.
        Raises: ChildDied, with the trace where the function itself raised.
        """
        try:
            self._line.send((tasks, is_careful))
            left = len(tasks)
            while left:
                answers, trace = self._line.recv()
                self.tasks_done += len(answers)
                left -= len(answers)
                yield from answers
                if trace:
                    raise ChildDied(reason="raised", trace=trace)
        except BlockingIOError as error:
            self._end(is_killed=True)
            raise ChildDied(reason="wall") from error
        except (OSError, EOFError) as error:
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
        self._line.close()


def main(handle: int) -> None:
    """What the template runs: imports, then a fork for each line that it is sent."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the parent's to answer
        signal.signal(number, signal.SIG_IGN)
    control = Connection(handle)
    sys.excepthook = lambda kind, error, trace: control.send(_told(error))
    function, limits = control.recv()
    _limit(resource.RLIMIT_CORE, 0)
    # What was imported stays; the collector need not look at it again after every page.
    gc.collect()
    gc.freeze()
    # What a page leaves behind goes without the collector, which need look but seldom.
    gc.set_threshold(20_000, 20, 20)
    control.send("")
    while True:
        number = _asked(control)
        if number:
            answer = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
        else:
            line = recv_handle(control)
            answer = _fork()
            if not answer:
                control.close()
                _serve(function, limits, Connection(line))
            os.close(line)
        control.send(answer)


def _asked(line: Connection) -> Any:
    """The next message of the parent; where it asks no more, this is the end."""
    try:
        return line.recv()
    except (OSError, EOFError):
        os._exit(0)


def _fork() -> int:
    try:
        return os.fork()
    except OSError as error:
        return -(error.errno or errno.EAGAIN)


def _serve(function: Callable[[Any], Any], limits: Limits, line: Connection) -> NoReturn:
    """Answer task after task until the line ends."""
    answers: list[Any] = []
    sys.excepthook = lambda kind, error, trace: _last_words(line, answers, error)
    _limit(resource.RLIMIT_AS, limits.memory_bytes)
    while True:
        tasks, is_careful = _asked(line)
        sent = time.monotonic()
        for number, task in enumerate(tasks, 1):
            used = resource.getrusage(resource.RUSAGE_SELF)
            _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + limits.cpu_s) + 1)
            answers.append(function(task))
            if is_careful or number == len(tasks) or time.monotonic() - sent > _HOLD_S:
                line.send((answers, ""))
                answers.clear()
                sent = time.monotonic()


def _last_words(line: Connection, answers: list[Any], error: BaseException) -> None:
    """Tell the parent what the function raised, behind what it gave before, and end."""
    if isinstance(error, MemoryError):
        os._exit(_OUT_OF_MEMORY)
    line.send((answers, _told(error)))
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
