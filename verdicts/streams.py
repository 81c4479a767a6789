"""Standard output and standard error whose own failures can be told from those of any file.

A full disk under a redirection raises the same error as one under the home folder, yet it is no
fault of the command's, and its sentence must name the stream.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO


class OutputError(Exception):
    """Standard output cannot be written to, and not because its reader has seen enough."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"standard output: cannot be written to: {error.strerror}")


class _Stream(io.FileIO):
    """A standard stream; once it has failed, what is still to come is dropped.

    A reader who goes away does not end the command: its exit code is still to say what it found.
    """

    has_failed = False

    def write(self, data: Any, /) -> int:
        """Write, or raise OutputError the first time that standard output fails."""
        length = memoryview(data).nbytes
        if self.has_failed:
            return length
        try:
            return super().write(data) or 0
        except OSError as error:
            self.has_failed = True
            if self.fileno() == 1 and not isinstance(error, BrokenPipeError):
                raise OutputError(error) from error
            return length  # nobody is left to be told, and the work goes on


def is_unread() -> bool:
    """Whether standard output is dropped because its reader has gone."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return isinstance(raw, _Stream) and raw.has_failed


def guard_streams() -> None:
    """Put guarded streams in the place of the standard ones."""
    # A closed one is taken by a file that cannot be written, else the ledger might get its number.
    while (opened := os.open(os.devnull, os.O_RDONLY)) <= 2:
        pass
    os.close(opened)
    sys.stdout, sys.stderr = _guarded(sys.stdout, 1), _guarded(sys.stderr, 2)


def _guarded(stream: TextIO | None, number: int) -> TextIO:
    """A file's name need not be text: what cannot be encoded is written with backslashes."""
    return io.TextIOWrapper(
        io.BufferedWriter(_Stream(number, "wb", closefd=False)),
        encoding=stream.encoding if stream else "utf-8",
        errors="backslashreplace",
        line_buffering=number == 2 or os.isatty(number),
    )
