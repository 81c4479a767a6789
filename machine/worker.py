"""A pool of worker processes that may die: by time, by memory, by a crash of C code.

The pool is given the function to run. Parsing hostile pages is its job; it knows nothing of pages.
A task that kills two workers, or at which the function raises, is given back as `Died`, and the
work goes on.
"""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar, cast

from machine.child import Child, ChildDied, Limits
from schema.errors import StoppedError

T = TypeVar("T")
R = TypeVar("R")

Reason = Literal["cpu", "wall", "memory", "crash", "killed", "raised"]
CHANCES = 2
"""So many workers a task may kill."""


@dataclass(frozen=True, slots=True)
class Died:
    """What a task gives that killed its workers, and how the last one died."""

    reason: Reason
    trace: str = ""
    """What the function raised and where, which is a fault of ours."""

    def __str__(self) -> str:
        return self.trace.strip().rpartition("\n")[2] or self.reason


class GuardedPool(Generic[T, R]):
    """Runs a function in processes with limits.

    Shape: `with GuardedPool(parse, workers=2) as pool: results = list(pool.map(tasks))`;
    `function` lives at a module's top level and takes one argument; both are pickled.
    Units: seconds of processor and wall-clock time for one task, bytes of address space.
    Raises: StoppedError when the machine lets no process be started.
    """

    def __init__(
        self,
        function: Callable[[T], R],
        *,
        workers: int = 1,
        cpu_s: float = 5,
        wall_s: float = 20,
        memory_bytes: int = 1 << 30,
        recycle_after: int = 1000,
    ) -> None:
        self._function = function
        self._workers = workers
        self._limits = Limits(cpu_s=cpu_s, wall_s=wall_s, memory_bytes=memory_bytes)
        self._recycle_after = recycle_after
        self._children: queue.SimpleQueue[Child | None] = queue.SimpleQueue()
        self._alive: set[Child] = set()
        self._is_over = False
        for _ in range(workers):
            self._children.put(None)
        self._threads: ThreadPoolExecutor | None = None

    def __enter__(self) -> GuardedPool[T, R]:
        """Ready to use; processes are started when they are first needed."""
        self._is_over = False
        self._threads = ThreadPoolExecutor(self._workers, thread_name_prefix="guarded")
        return self

    def __exit__(self, *error: object) -> None:
        """Ends the processes, also those at work: what they would answer is asked for no more."""
        self._is_over = True
        for each in self._alive.copy():
            each.kill()
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
        for _ in range(self._workers):
            child = self._children.get()
            if child is not None:
                self._end(child)
            self._children.put(None)

    def call(self, task: T) -> R | Died:
        """What the function gives for one task; may be called from any thread."""
        child = self._children.get()
        try:
            for chance in range(CHANCES):
                if child is None:
                    child = self._start()
                try:
                    result = cast(R, child.run(task))
                except ChildDied as death:
                    self._end(child)
                    child = None
                    if chance == CHANCES - 1 or self._is_over or death.trace:
                        return Died(cast(Reason, death.reason), death.trace)
                    continue
                except BaseException:
                    # Its answer may still be under way, to be taken for that to another task.
                    self._end(child)
                    child = None
                    raise
                if child.tasks_done >= self._recycle_after:
                    self._end(child)
                    child = None
                return result
            raise AssertionError("the loop above always returns")
        finally:
            self._children.put(child)

    def _start(self) -> Child:
        try:
            child = Child(self._function, self._limits)
        except OSError as error:  # for want of handles, processes or memory
            what = f"a worker process cannot be started: {error.strerror}"
            raise StoppedError(what=what) from error
        self._alive.add(child)
        if self._is_over:  # those alive were ended just before this one was among them
            child.kill()
        return child

    def _end(self, child: Child) -> None:
        child.close()
        self._alive.discard(child)

    def submit(self, task: T) -> Future[R | Died]:
        """What `call` will give; the end of the pool waits for no more.

        Raises: RuntimeError when the pool is not open.
        """
        if self._threads is None:
            raise RuntimeError("a GuardedPool is used inside `with`")
        return self._threads.submit(self.call, task)

    def map(self, tasks: Iterable[T]) -> Iterator[R | Died]:
        """What the function gives for each task, in their order, a few of them ahead."""
        ahead: deque[Future[R | Died]] = deque()
        for task in tasks:
            ahead.append(self.submit(task))
            if len(ahead) > 2 * self._workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
