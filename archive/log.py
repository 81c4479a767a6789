"""The log of a run for people and their tools: JSON Lines, one event a line.

It is no part of the books: the ledger knows all that counts, and a run goes on without its log.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from archive.home import Home
from machine.clock import stamp
from schema.errors import StartError

LOG_BYTES = 64 << 20
"""A log grows no larger than this. Units: bytes."""
VALUE_CHARACTERS = 2000
"""A longer value is cut."""
_EVENT = re.compile(r"[a-z][a-z_]*")
_ROOM_FOR_THE_END = 200
LogValue = str | int | float | bool | None


class RunLog:
    """The log of one run, a file of its own: `DIR/logs/<run start>.jsonl`.

    Shape: `with closing(RunLog(home)) as log: log.add("fetched", address=url, outcome="ok")`.
    Absent: `problem` is None until a line could not be written; there is none after that.
    Raises: StartError when the file cannot be made.
    """

    def __init__(self, home: Home) -> None:
        self.path, self._handle = _create(home.logs, stamp())
        self.problem: str | None = None
        self._room = LOG_BYTES - _ROOM_FOR_THE_END
        self._dropped = 0

    def add(
        self,
        event: str,
        *,
        address: str | None = None,
        outcome: str | None = None,
        **more: LogValue,
    ) -> None:
        """Write one event; past the size cap it is only counted.

        Raises: ValueError when `event` is no plain name.
        """
        if not _EVENT.fullmatch(event):
            raise ValueError(f"{event!r} is no name of an event")
        data = line(stamp(), event, {"address": address, "outcome": outcome, **more})
        if self._dropped or len(data) > self._room:
            self._dropped += 1
            return
        self._room -= len(data)
        self._write(data)

    def close(self) -> None:
        """Say how many events found no room, and let the file go."""
        if self._handle < 0:
            return
        if self._dropped:
            self._write(line(stamp(), "log_full", {"dropped": self._dropped}))
        os.close(self._handle)
        self._handle = -1

    def _write(self, data: bytes) -> None:
        if self.problem is not None or self._handle < 0:
            return
        try:
            # One call a line: a run that is killed leaves whole lines.
            written = os.write(self._handle, data)
        except OSError as error:
            self.problem = f"{self.path}: {error.strerror}"
            return
        if written < len(data):
            self.problem = f"{self.path}: only a part of a line was written"


def line(time: str, event: str, values: dict[str, LogValue]) -> bytes:
    """One event as one line of printable ASCII: whatever a page holds cannot break out of it.

    >>> line("2026-11-01", "failed", {"address": "a\\n\\u2028\\u202e", "outcome": None})
    b'{"time": "2026-11-01", "event": "failed", "address": "a\\\\n\\\\u2028\\\\u202e"}\\n'
    """
    kept = {name: _cut(value) for name, value in values.items() if value is not None}
    named = {"time": time, "event": event, **kept}
    return json.dumps(named, ensure_ascii=True).encode("ascii") + b"\n"


def _cut(value: LogValue) -> LogValue:
    if isinstance(value, str) and len(value) > VALUE_CHARACTERS:
        return value[:VALUE_CHARACTERS] + "..."
    return value


def _create(folder: Path, started_at: str) -> tuple[Path, int]:
    """A new file named after the run's start; a second run in that second gets a number."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, 1000):
            name = started_at.replace(":", "") + (f"-{number}" if number > 1 else "")
            path = folder / f"{name}.jsonl"
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
                return path, os.open(path, flags, 0o640)
            except FileExistsError:
                continue
    except OSError as error:
        raise StartError(what=f"{folder}: no log can be made: {error.strerror}") from error
    raise StartError(what=f"{folder}: a thousand logs of {started_at} are there already")
