"""Pages of an import that workers look at while others are stored, several in one task."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field

from crawler.reading.look import LookTask, PageLook, look
from machine.worker import Died, GuardedPool

TASK, TASK_BYTES = 16, 256 << 10
"""So many pages, or bytes of them, go to a worker at once."""
Pool = GuardedPool[tuple[LookTask, ...], tuple[PageLook, ...]]


RECYCLE = 250
"""After so many tasks a worker is ended: starting one costs what some two hundred pages do."""


def look_all(tasks: tuple[LookTask, ...]) -> tuple[PageLook, ...]:
    """What each of some pages shows; runs in the worker."""
    return tuple(map(look, tasks))


@dataclass(slots=True)
class _Sent:
    """The pages of one task. Absent: `answer` is None until it is sent."""

    tasks: list[LookTask] = field(default_factory=list)
    answer: Future[tuple[PageLook, ...] | Died] | None = None
    seen: list[PageLook | Died] = field(default_factory=list)
    size: int = 0


@dataclass(frozen=True, slots=True)
class SentPage:
    """A page that was asked about."""

    looks: Looks
    sent: _Sent
    number: int

    def result(self) -> PageLook | Died:
        """What was seen of it; waits for that."""
        return self.looks.wait(self.sent)[self.number]


class Looks:
    """Asks the workers of a pool, in tasks of several pages; a death costs one page alone."""

    def __init__(self, pool: Pool) -> None:
        self._pool, self._next = pool, _Sent()

    def ask(self, task: LookTask) -> SentPage:
        """Have a page looked at, as soon as there are enough for a task."""
        sent = self._next
        sent.tasks.append(task)
        sent.size += len(task.page.body)
        if len(sent.tasks) >= TASK or sent.size >= TASK_BYTES:
            self._send()
        return SentPage(self, sent, len(sent.tasks) - 1)

    def now(self, task: LookTask) -> PageLook | Died:
        """What is seen of one page, which is waited for."""
        found = self._pool.call((task,))
        return found if isinstance(found, Died) else found[0]

    def _send(self) -> None:
        sent, self._next = self._next, _Sent()
        sent.answer = self._pool.submit(tuple(sent.tasks))

    def wait(self, sent: _Sent) -> list[PageLook | Died]:
        """What was seen of the pages of one task."""
        if sent is self._next:
            self._send()
        if not sent.seen and sent.answer is not None:
            found = sent.answer.result()
            if not isinstance(found, Died):
                sent.seen = [*found]
            elif len(sent.tasks) == 1:
                sent.seen = [found]
            else:  # which of them it was is told by asking each alone
                sent.seen = [self.now(task) for task in sent.tasks]
            sent.tasks, sent.answer = [], None
        return sent.seen
