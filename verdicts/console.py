"""What a command says while it works: bars on a terminal, plain lines elsewhere.

Progress goes to standard error; what a command is asked for goes to standard output. Under
`--quiet` nothing is said but what was asked for by name, such as JSON, and what went wrong.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
"""So many parts of a stage are told where there is no terminal, each once it is done."""
SHORTEST_S, LONGEST_S = 1.0, 60.0
"""Between two such lines of a stage lies no less, and no more where it goes on. Units: seconds."""


@dataclass(slots=True)
class _Voice:
    """How much this process says."""

    is_quiet: bool = False


_voice = _Voice()


def hush(*, is_quiet: bool) -> None:
    """Let this process say no more than `--quiet` does, or all again."""
    _voice.is_quiet = is_quiet


@contextmanager
def progress() -> Iterator[Tell]:
    """Something to tell progress to.

    Shape: `with progress() as tell: tell("parsing", 3, 10)`.
    """
    if _voice.is_quiet:
        yield _unheard
    elif sys.stderr.isatty():
        with _bars() as tell:
            yield tell
    else:
        yield _lines_of_progress()


def _unheard(stage: str, done: int, total: int) -> None:
    """Where nobody wants to be told."""


@dataclass(slots=True)
class _Stage:
    """What was told of a stage, and when it began."""

    begun: float
    first: int
    told: float
    part: int = -1
    end: int = 0


def _lines_of_progress() -> Tell:
    """Progress as a few plain lines a stage, with its rate once a second is over.

    The end of a stage is always told; before it a line for each part of it, if that takes long,
    and one a minute, if a part does.
    """
    stages: dict[str, _Stage] = {}

    def tell(stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        of = stages.setdefault(stage, _Stage(now, done, now))
        part = LINES * done // total if total else done // 50
        waited = now - of.told
        is_end = of.end < total <= done
        if is_end or waited >= LONGEST_S or (waited >= SHORTEST_S and part != of.part):
            of.told, of.part, of.end = now, part, total if is_end else of.end
            pace = pace_of(done - of.first, total - done, now - of.begun)
            print(
                f"{stage}: {done}{f' of {total}' if total else ''}{pace}",
                file=sys.stderr,
                flush=True,
            )

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


def give(line: str) -> None:
    """One line that was asked for by name: it is given under `--quiet` too."""
    print(line, flush=True)


def say(line: str) -> None:
    """One line of a command's report."""
    if not _voice.is_quiet:
        give(line)


def note(line: str) -> None:
    """One line beside the report, for people."""
    if not _voice.is_quiet:
        warn(line)


def warn(line: str) -> None:
    """One line of what went wrong: it is said under `--quiet` too."""
    print(line.replace(*OUTCOME), file=sys.stderr, flush=True)


def next_step(command: str, home: Path) -> str:
    """The sentence that names what comes next, as it can be typed."""
    is_usual = str(home) == os.environ.get("VERDICTS_HOME", "data")
    where = "" if is_usual else f" --home {shlex.quote(str(home))}"
    return f"next: `verdicts {command}{where}`"


def alert(line: str, *, is_aside: bool = False) -> None:
    """One line of a report that a person must act on.

    Under `--quiet`, and where the report is JSON (`is_aside`), it goes to standard error.
    """
    if is_aside or _voice.is_quiet:
        warn(line)
    else:
        give(line.replace(*OUTCOME))


def print_report(report: dict[str, Any], *, as_json: bool) -> None:
    """A report as JSON, or in words: lines of a name and a value; nested ones are indented.

    In words, what is empty is left out.
    """
    if as_json:
        give(json.dumps(report, ensure_ascii=False, default=str))
        return
    for line in _lines(report, ""):
        say(line.replace(*OUTCOME))


def _lines(report: dict[str, Any], indent: str, within: str = "") -> Iterator[str]:
    for name, value in report.items():
        if value is None or value in ({}, [], ()):
            continue
        label = name
        if within not in CODES:
            label = LABELS.get(name, name.removeprefix("is_").removeprefix("has_"))
            label = label.replace("_", " ")
        if isinstance(value, dict):
            yield f"{indent}{label}"
            yield from _lines(value, indent + "  ", name)
        elif SIZES & {name, within} and isinstance(value, int):
            yield f"{indent}{label:14} {value / 2**20:,.2f} MiB"
        else:
            yield f"{indent}{label:14} {_words(value)}"


def _words(value: object) -> str:
    """A value for people.

    >>> _words(True), _words(["one", "two"]), _words(0)
    ('yes', 'one; two', '0')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    return str(value)
