"""The crawl with archive and ledger off: a frontier in a list, a store that keeps nothing.

What the benchmark compares with; it is no way to crawl.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

from archive.ledger.frontier import Found
from archive.ledger.leases import Lease
from archive.store.store import Stored


class Frontier:
    """Pages in the order in which they were named."""

    def __init__(self) -> None:
        self._pages: list[Found] = []
        self._waiting: deque[int] = deque()

    def know(self, found: Found, *, wants: bool = True, is_forced: bool = False) -> int:
        self._pages.append(found)
        if wants and found.role == "comparison":
            self._waiting.append(len(self._pages) - 1)
        return len(self._pages) - 1

    def know_all(self, pages: list[Found], *, is_forced: bool = False) -> list[int]:
        return [self.know(found) for found in pages]

    def next(self, site: str, role: str, origin: str | None, *rest: Any) -> Lease | None:
        if role != "comparison" or not self._waiting:
            return None
        return self.lease(self._waiting.popleft())

    def lease(self, page_id: int) -> Lease:
        found = self._pages[page_id]
        return Lease(page_id, page_id, found.site, found.url, found.role, found.origin, 0, 0)

    def asked_on(self, site: str, day: str) -> int:
        return 0

    def waiting(self) -> int:
        return len(self._waiting)

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: None


class Store:
    """Takes an answer and forgets it."""

    def add(self, exchange: Any, message: Any, page_id: int, settle: Any = None) -> Stored:
        return Stored(page_id, False, "")

    def repeats(self, *given: Any) -> bool:
        return False

    def validators(self, page_id: int, url: str) -> None:
        return None


class Nothing:
    """A connection that does nothing."""

    def rows(self, *given: Any) -> list[Any]:
        return []

    def value(self, *given: Any) -> None:
        return None

    def fetchone(self) -> tuple[int]:
        return (0,)

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: self

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        yield self

    step = transaction


@contextmanager
def open_run(home: Any, kind: str, ack: int | None = None) -> Iterator[Any]:
    nothing = Nothing()
    yield SimpleNamespace(
        id=1,
        home=home,
        ledger=nothing,
        frontier=Frontier(),
        store=Store(),
        clock=None,
        note=lambda **columns: None,
    )


def install(run: ModuleType) -> None:
    """Put the stand-ins in place of archive and ledger."""
    from crawler import asking
    from crawler.choosing import taken
    from crawler.drift.profiler import Profiler

    Profiler._page_of = lambda self, capture_id: (  # type: ignore[method-assign]
        str(capture_id),
        capture_id,
    )
    asking.keep_results = lambda home, results: None  # type: ignore[assignment]
    run.open_run = open_run  # type: ignore[attr-defined]
    run.still_held = lambda home, sites: Counter()  # type: ignore[attr-defined]
    taken.active_takedowns = lambda home: []  # type: ignore[assignment]
