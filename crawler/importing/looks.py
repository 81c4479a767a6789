"""Pages of an import that workers look at while others are stored, several at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from crawler.reading.look import LookTask, PageLook
from machine.worker import Died, GuardedPool

BATCH, BATCH_BYTES = 16, 256 << 10
"""So many pages, or bytes of them, go to a worker at once."""
RECYCLE = 4000
"""After so many pages a worker is ended: starting one costs what some two hundred do."""
SentPage = Callable[[], PageLook | Died]
"""Gives what was seen of a page that was sent; waits for that."""


@dataclass(slots=True)
class _Batch:
    """Pages that go to a worker together. Absent: `answer` is None until they are sent."""

    tasks: list[LookTask] = field(default_factory=list)
    answer: Future[list[PageLook | Died]] | None = None


class Looks:
    """Asks the workers of a pool, several pages at once. Shape: `now` asks about one and waits."""

    def __init__(self, pool: GuardedPool[LookTask, PageLook]) -> None:
        self._pool, self.now = pool, pool.call
        self._next = _Batch()

    def ask(self, task: LookTask) -> SentPage:
        """Have a page looked at, as soon as there are enough to be sent."""
        batch, number = self._next, len(self._next.tasks)
        batch.tasks.append(task)
        size = sum(len(each.page.body) for each in batch.tasks)
        if len(batch.tasks) >= BATCH or size >= BATCH_BYTES:
            self._sent(batch)
        return lambda: self._sent(batch).result()[number]

    def _sent(self, batch: _Batch) -> Future[list[PageLook | Died]]:
        """What a batch will give, which is sent now if it was not yet."""
        if batch.answer is None:
            batch.answer = self._pool.submit_all(batch.tasks)
            batch.tasks, self._next = [], _Batch()
        return batch.answer
