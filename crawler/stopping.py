"""Why a run, or a site's part of it, asks for nothing more; and what a signal or the clock ends."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from archive import RunLog
from schema.errors import StoppedError


class Stopping:
    """What has ended, and why. `is_cut` where it was by more than a limit of our own.

    Absent: `why` is None while the run goes on, `fatal` unless an error is to be raised again once
    Scrapy has ended.
    """

    def __init__(self, log: RunLog) -> None:
        self.why: str | None = None
        self.left: dict[str, str] = {}
        self.is_cut = False
        self.fatal: BaseException | None = None
        self.changed = asyncio.Event()
        self._log = log

    def stop(self, why: str, *, is_limit: bool = False) -> None:
        """End the run after the exchange that is under way."""
        if self.why is None:
            self._log.add("stopped", outcome=why)
        self.why = self.why or why
        self._cut(is_limit)

    def leave(self, site: str, why: str, *, is_limit: bool = False) -> None:
        """Ask one site for nothing more in this run; others go on."""
        if site not in self.left:
            self._log.add("left", site=site, outcome=why)
        self.left.setdefault(site, why)
        self._cut(is_limit)

    def _cut(self, is_limit: bool) -> None:
        self.is_cut |= not is_limit
        self.changed.set()

    def has_left(self, site: str) -> bool:
        """Whether nothing more is to be asked of a site."""
        return self.why is not None or site in self.left

    def fail(self, error: BaseException) -> None:
        """End the run because of an error that is raised again."""
        self.fatal = self.fatal or error
        self.stop(type(error).__name__)

    @property
    def told(self) -> str | None:
        """Why the run, or sites of it, ended early, for the report. Absent: None where none did."""
        return self.why or "; ".join(f"{site}: {why}" for site, why in self.left.items()) or None


@contextmanager
def ends(
    stopping: Stopping, work: asyncio.Task[None], *, run_s: float, stop_s: float
) -> Iterator[None]:
    """Let the clock and signals end a run after the exchange under way, or in time without it.

    So no fault of a site, or of ours, makes it go on for ever.
    Units: seconds for the whole run, and after a signal for the exchange under way.
    """
    loop = asyncio.get_running_loop()
    why = f"it had gone on for {run_s:g} seconds"
    limit = loop.call_later(run_s, lambda: stopping.stop(why, is_limit=True))

    def give_up() -> None:
        stopping.fail(StoppedError(what="it was told to stop; the exchange under way was given up"))
        work.cancel()

    def stop() -> None:
        if stopping.why is None:
            stopping.stop("it was told to stop")
            loop.call_later(stop_s, give_up)

    def told(number: int, frame: object) -> None:
        loop.call_soon_threadsafe(stop)

    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        before = {each: signal.signal(each, told) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        limit.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)
