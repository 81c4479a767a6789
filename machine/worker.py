"""A pool of worker processes that may die: by time, by memory, by a crash of C code.

The pool is given the function to run. Parsing hostile pages is its job; it knows nothing of pages.
A task that kills two workers, or at which the function raises, is given back as `Died`, and the
work goes on.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar, cast

from machine.child import Child, ChildDied, Limits, Template
from schema.errors import StoppedError

T = TypeVar("T")
R = TypeVar("R")

Reason = Literal["cpu", "wall", "memory", "crash", "killed", "raised"]
CHANCES = 2
"""So many workers a task may kill that are known to have died of it."""


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
        self._template: Template | None = None
        self._starting = threading.Lock()
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
            each.close()
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
        for _ in range(self._workers):
            self._end(self._children.get())
            self._children.put(None)
        if self._template is not None:
            self._template.close()
            self._template = None

    def call(self, task: T) -> R | Died:
        """What the function gives for one task; may be called from any thread."""
        return self.call_all([task])[0]

    def call_all(self, tasks: Sequence[T]) -> list[R | Died]:
        """What the function gives for each of a batch, which goes to one process.

        The limits are those of each task. Behind one that kills its process another goes on.
        Raises: CancelledError when the pool is left meanwhile.
        """
        found: list[R | Died] = []
        deaths, is_careful = 0, len(tasks) == 1
        child = self._children.get()
        try:
            while len(found) < len(tasks):
                done = len(found)
                try:
                    child = child or self._start()
                    answers = child.run(tasks[done:], is_careful=is_careful)
                    found.extend(cast(Iterator[R], answers))
                except ChildDied as death:
                    self._end(child)
                    child = None
                    if self._is_over:
                        raise CancelledError from death
                    if is_careful:
                        deaths = deaths + 1 if len(found) == done else 1
                    is_careful = True
                    if deaths == CHANCES or death.trace:
                        found.append(Died(cast(Reason, death.reason), death.trace))
                        deaths = 0
            if child is not None and child.tasks_done >= self._recycle_after:
                self._end(child)
                child = None
            return found
        except BaseException:
            # Its answer may still be under way, to be taken for that to another task.
            self._end(child)
            child = None
            raise
        finally:
            self._children.put(child)

    def _start(self) -> Child:
        try:
            with self._starting:
                if self._template is None or self._template.is_dead:
                    self._template = Template(self._function, self._limits)
                child = Child(self._template)
        except OSError as error:  # for want of handles, processes or memory
            what = f"a worker process cannot be started: {error.strerror}"
            raise StoppedError(what=what) from error
        self._alive.add(child)
        if self._is_over:  # those alive were ended just before this one was among them
            child.close()
        return child

    def _end(self, child: Child | None) -> None:
        if child is not None:
            child.let_go()
            self._alive.discard(child)

    def submit(self, task: T) -> Future[R | Died]:
        """What `call` will give; the end of the pool waits for no more.

        Raises: RuntimeError when the pool is not open.
        """
        return self._open().submit(self.call, task)

    def submit_all(self, tasks: Sequence[T]) -> Future[list[R | Died]]:
        """The same of `call_all`."""
        return self._open().submit(self.call_all, tasks)

    def _open(self) -> ThreadPoolExecutor:
        if self._threads is None:
            raise RuntimeError("a GuardedPool is used inside `with`")
        return self._threads

    def map_all(self, batches: Iterable[Sequence[T]]) -> Iterator[list[R | Died]]:
        """What the function gives for each task of each batch, in their order."""
        return ahead(lambda each: self.submit_all(each).result, batches, 2 * self._workers)

    def map(self, tasks: Iterable[T]) -> Iterator[R | Died]:
        """What the function gives for each task, in their order, a few of them ahead."""
        for answers in self.map_all([task] for task in tasks):
            yield from answers


def ahead(submit: Callable[[T], Callable[[], R]], tasks: Iterable[T], most: int) -> Iterator[R]:
    """The results of all tasks in their order, so many of them under way ahead of who asks.

    Shape: `submit` gives what waits for a result, wherever that is made.
    """
    waiting: deque[Callable[[], R]] = deque()
    for task in tasks:
        waiting.append(submit(task))
        if len(waiting) > most:
            yield waiting.popleft()()
    while waiting:
        yield waiting.popleft()()
