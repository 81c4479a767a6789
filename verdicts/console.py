"""What a command says while it works: bars on a terminal, plain lines elsewhere.

Progress goes to standard error; what a command is asked for goes to standard output.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Tell = Callable[[str, int, int], None]
"""Told the stage, how much of it is done and how much there is (0 where that is not known)."""
SIZES = {"bytes", "size", "disk", "by_kind"}
"""Under these names a report holds numbers of bytes, which people are told in MiB."""
CODES = {"by_tool", "carried", "failed", "look_at", "notes", "refused", "rows"}
"""Under these names a report's names are codes, tables and addresses, to be searched for as they
stand; all others are words for people."""
LABELS = {
    "as_before": "told before",
    "cannot_tell": "too few to judge",
    "newly": "new",
    "waits_newly": "not told before",
}
"""What people are told in place of some names."""
OUTCOME = "http_error:", "http_status:"
"""How a crawl names an answer that is an error, and how a failure does: people see the second."""
LINES = 10
"""How many lines a stage prints at most where there is no terminal."""


@contextmanager
def progress() -> Iterator[Tell]:
    """Something to tell progress to.

    Shape: `with progress() as tell: tell("parsing", 3, 10)`.
    """
    if sys.stderr.isatty():
        with _bars() as tell:
            yield tell
    else:
        yield _lines_of_progress()


def _lines_of_progress() -> Tell:
    """Progress as a few plain lines a stage, with its rate once a second is over."""
    tenths: dict[str, int] = {}
    begun: dict[str, tuple[float, int]] = {}

    def tell(stage: str, done: int, total: int) -> None:
        at, first = begun.setdefault(stage, (time.monotonic(), done))
        tenth = LINES * done // total if total else done // 50
        if tenth != tenths.get(stage) and (done or not total):
            tenths[stage] = tenth
            pace = pace_of(done - first, total - done, time.monotonic() - at)
            of = f" of {total}" if total else ""
            print(f"{stage}: {done}{of}{pace}", file=sys.stderr, flush=True)

    return tell


def pace_of(done: int, left: int, elapsed_s: float) -> str:
    """The rate of a stage and how long what is left of it will take.

    >>> pace_of(30, 60, 10.0), pace_of(30, 0, 10.0), pace_of(30, 60, 0.5)
    (', 3.0 a second, about 20 s left', ', 3.0 a second', '')
    """
    if elapsed_s < 1 or done <= 0:
        return ""
    rate = done / elapsed_s
    return f", {rate:.1f} a second" + (f", about {left / rate:.0f} s left" if left > 0 else "")


@contextmanager
def _bars() -> Iterator[Tell]:
    from rich import progress as rich
    from rich.console import Console
    from rich.text import Text

    class Rate(rich.ProgressColumn):
        """How many a second."""

        def render(self, task: rich.Task) -> Text:
            return Text(f"{task.speed:.1f}/s" if task.speed else "")

    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TimeElapsedColumn(),
        Rate(),
        rich.TimeRemainingColumn(),
    )
    with rich.Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, rich.TaskID] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total or None)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield tell


def say(line: str) -> None:
    """One line of a command's report."""
    print(line, flush=True)


def note(line: str) -> None:
    """One line beside the report, for people."""
    print(line.replace(*OUTCOME), file=sys.stderr, flush=True)


def next_step(command: str, home: Path) -> str:
    """The sentence that names what comes next, as it can be typed."""
    is_usual = str(home) == os.environ.get("VERDICTS_HOME", "data")
    where = "" if is_usual else f" --home {shlex.quote(str(home))}"
    return f"next: `verdicts {command}{where}`"


def print_report(report: dict[str, Any], *, as_json: bool) -> None:
    """A report as JSON, or in words: lines of a name and a value; nested ones are indented."""
    if as_json:
        say(json.dumps(report, ensure_ascii=False, default=str))
        return
    for line in _lines(report, ""):
        say(line.replace(*OUTCOME))


def _lines(report: dict[str, Any], indent: str, within: str = "") -> Iterator[str]:
    for name, value in report.items():
        label = name
        if within not in CODES:
            label = LABELS.get(name, name.removeprefix("is_").removeprefix("has_"))
            label = label.replace("_", " ")
        if isinstance(value, dict) and value:
            yield f"{indent}{label}"
            yield from _lines(value, indent + "  ", name)
        elif SIZES & {name, within} and isinstance(value, int):
            yield f"{indent}{label:14} {value / 2**20:,.2f} MiB"
        else:
            yield f"{indent}{label:14} {_words(value)}"


def _words(value: object) -> str:
    """A value for people.

    >>> _words(True), _words({}), _words(None), _words(["one", "two"]), _words(0)
    ('yes', 'none', '-', 'one; two', '0')
    """
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list | tuple):
        return "; ".join(map(str, value)) or "none"
    return str(value)
