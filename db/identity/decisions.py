"""What people decided of which tools are one: `decisions.jsonl` in the home, a line a decision.

The file only grows. A later line on the same two tools takes the place of an earlier one, in effect
and not in the file. Each addition writes the file anew beside itself and gives it its name in one
moment: whatever is killed, it holds all that was acknowledged, and no half line. So a line that
cannot be read is damage, and refused. It holds slugs and names, no words of a page, and may be
given to others as it is. In its place may stand a link to a file that several homes share: that
one is locked and written, and the link stays.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, ValidationError, model_validator

from archive import Home
from machine.clock import parse_stamp, stamp
from machine.files import whole
from schema.errors import IntegrityError, UsageError
from schema.records import Record, ShortText

WAIT_S = 20
"""So long a decision waits for another that is being written. Units: seconds."""

DecidedPair = tuple[str, str, str]
"""Two tools, whichever is named first: their site, and their keys in order."""


class ToolDecision(Record):
    """One decision on two tools of a site, each by its slug, or `name:` and its name."""

    decision: Literal["same", "differ"]
    """Whether they are one tool or two."""
    site: ShortText
    """The site that names both."""
    a: ShortText
    """The one tool."""
    b: ShortText
    """The other tool."""
    reason: ShortText
    """Why, on one line."""
    decided_at: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
    """When it was decided, UTC."""

    @model_validator(mode="after")
    def _is_whole(self) -> ToolDecision:
        if self.a == self.b:
            raise ValueError("a and b are the same tool")
        if self.reason != " ".join(self.reason.split()) or not self.reason.isprintable():
            raise ValueError("the reason is not one line of printable characters")
        try:
            parse_stamp(self.decided_at)
        except UsageError as error:
            raise ValueError(str(error)) from error
        return self

    @property
    def pair(self) -> DecidedPair:
        """What it is about."""
        return (self.site, *sorted((self.a, self.b)))  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class DecisionFile:
    """What a file of decisions holds. Shape: its lines, and the SHA-256 of its bytes in hex."""

    lines: tuple[ToolDecision, ...]
    sha256: str

    @property
    def in_effect(self) -> dict[DecidedPair, ToolDecision]:
        """The last decision on each two tools."""
        return {line.pair: line for line in self.lines}


class TakenIn(NamedTuple):
    """What became of another archive's decisions: added, or left as something here is newer."""

    added: int
    left: int


def read_decisions(path: Path) -> DecisionFile:
    """All decisions of a file; none where there is no file.

    Raises: IntegrityError naming file and line where one cannot be read, or where two tools that
    are decided to differ are one by what else is decided.
    """
    data = _bytes(path)
    lines = tuple(_line(path, n, line) for n, line in enumerate(data.splitlines(), 1))
    if (what := contradiction(lines)) is not None:
        raise IntegrityError(where=str(path), what=what)
    return DecisionFile(lines, hashlib.sha256(data).hexdigest())


def add_decision(
    home: Home, decision: Literal["same", "differ"], pair: DecidedPair, *, reason: str
) -> ToolDecision:
    """Enter a decision, made now.

    Raises: UsageError where it contradicts what is decided, or `reason` is no such line;
    IntegrityError where the file is damaged, LockedError where another one is long in writing it.
    """
    site, a, b = pair
    try:
        made = ToolDecision(
            decision=decision, site=site, a=a, b=b, reason=reason, decided_at=stamp()
        )
    except ValidationError as error:
        raise UsageError(what=_told(error)) from error
    _add(home, lambda known: [made])
    return made


def take_in(home: Home, path: Path) -> TakenIn:
    """Enter another archive's decisions, but where this one decided on the same two tools since.

    Raises: as `add_decision`; nothing was entered then. UsageError too where `path` is no file, or
    not sound.
    """
    if not path.is_file():
        raise UsageError(what=f"{path}: there is no such file")
    try:
        others = read_decisions(path).in_effect
    except IntegrityError as error:
        raise UsageError(what=str(error)) from error
    new: list[ToolDecision] = []

    def lacking(known: DecisionFile) -> list[ToolDecision]:
        ours = known.in_effect
        for pair, line in others.items():
            if pair not in ours or ours[pair].decided_at < line.decided_at:
                new.append(line)
        return new

    _add(home, lacking)
    return TakenIn(len(new), len(others) - len(new))


def _add(home: Home, choose: Callable[[DecisionFile], list[ToolDecision]]) -> None:
    """Add lines to the end of the file, all of them or none."""
    path = Path(os.path.realpath(home.decisions))  # its lock has to be that of all who share it
    with Home(path.parent).lock(path.name, WAIT_S):
        known = read_decisions(home.decisions)
        new = choose(known)
        if (what := contradiction([*known.lines, *new])) is not None:
            raise UsageError(what=f"{what}; decide on one of these otherwise first")
        if not new:
            return
        before = _bytes(path)
        if before and not before.endswith(b"\n"):  # by an editor: the line itself was read
            before += b"\n"
        with whole(path) as file:
            if path.exists():  # whoever could write to it still can
                was = path.stat()
                with suppress(PermissionError):  # of a group of others the file becomes ours
                    os.fchown(file.fileno(), -1, was.st_gid)
                os.fchmod(file.fileno(), was.st_mode & 0o7777)
            file.write(before + b"".join(line.model_dump_json().encode() + b"\n" for line in new))


def contradiction(lines: Iterable[ToolDecision]) -> str | None:
    """A sentence on two tools that differ, and are one by way of others. Absent: None.

    >>> given = [("same", "a", "b"), ("same", "b", "c"), ("differ", "c", "a")]
    >>> at = {"site": "s", "reason": "r", "decided_at": "2026-11-02T12:00:00Z"}
    >>> contradiction(ToolDecision(decision=d, a=a, b=b, **at) for d, a, b in given)
    'a and c are decided to differ, and to be the same: a = b = c'
    """
    in_effect = {line.pair: line for line in lines}
    beside: dict[tuple[str, str], list[str]] = {}
    for (site, a, b), line in in_effect.items():
        if line.decision == "same":
            beside.setdefault((site, a), []).append(b)
            beside.setdefault((site, b), []).append(a)
    for (site, a, b), line in in_effect.items():
        if line.decision == "differ" and (way := _way(beside, site, a, b)):
            return f"{a} and {b} are decided to differ, and to be the same: {' = '.join(way)}"
    return None


def _way(beside: dict[tuple[str, str], list[str]], site: str, a: str, b: str) -> Sequence[str]:
    """How one tool is the other, step by step; empty where it is not."""
    ways = {a: [a]}
    waiting = [a]
    for each in waiting:
        for other in beside.get((site, each), ()):
            if other not in ways:
                ways[other] = [*ways[each], other]
                waiting.append(other)
    return ways.get(b, [])


def _bytes(path: Path) -> bytes:
    if path.exists() and not path.is_file():  # to read a pipe is to wait for ever
        raise IntegrityError(where=str(path), what="no file, nor a link to one: move it away")
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        if not path.is_symlink():
            return b""
        what = (
            f"a link to {os.path.realpath(path)}, which is not there: make it, or remove the link"
        )
        raise IntegrityError(where=str(path), what=what) from error
    except OSError as error:
        raise IntegrityError(where=str(path), what=f"cannot be read: {error.strerror}") from error


def _line(path: Path, number: int, line: bytes) -> ToolDecision:
    where = f"{path}, line {number}"
    try:
        return ToolDecision.model_validate_json(line)
    except ValidationError as error:
        what = f"is no decision: {_told(error)}; put it right, or restore the file from a backup"
        raise IntegrityError(where=where, what=what) from error


def _told(error: ValidationError) -> str:
    """The first thing that is wrong, in words. Shape: `decision: Input should be 'same' ...`."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(each) for each in first["loc"])
    what = first["msg"].removeprefix("Value error, ")
    return f"{place}: {what}" if place else what
