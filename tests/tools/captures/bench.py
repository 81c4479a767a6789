"""Where a row is made: its folder, the page's address, and the moments at which a tool looked."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from captures.installed import Installed

GAP_S = 2.1
"""So long between two visits, as most tools date to the second. Units: seconds."""


@dataclass(frozen=True)
class Made:
    """A capture that a tool made: one row of the table.

    `path` is given to the import; `visits` are the moments at which the page was seen, by the clock
    of this machine; `is_dated` and `is_named` say whether the capture itself holds a date and an
    address. `lost` says what the tool left out, where nobody could read a page from the rest.
    """

    row: str
    tool: str
    command: str
    path: Path
    visits: tuple[datetime, ...]
    is_dated: bool = True
    is_named: bool = True
    lost: str = ""


@dataclass
class Row:
    """A row under way."""

    name: str
    tool: str
    folder: Path
    visits: list[datetime] = field(default_factory=list)

    def visit(self, wait: bool = True) -> None:
        """Note that the page is looked at now; from the second time on, after a while."""
        if self.visits and wait:
            time.sleep(GAP_S)
        self.visits.append(datetime.now(UTC))

    def made(
        self,
        path: str | Path,
        command: str,
        *,
        is_dated: bool = True,
        is_named: bool = True,
        lost: str = "",
    ) -> Made:
        """The row as it came out; `path` is under its folder."""
        found, visits = self.folder / path, tuple(self.visits)
        return Made(self.name, self.tool, command, found, visits, is_dated, is_named, lost)


@dataclass(frozen=True)
class Bench:
    """What every tool's maker is handed."""

    work: Path
    installed: Installed
    addresses: dict[str, str]

    @property
    def page(self) -> str:
        """The page's address, in plain dress."""
        return self.addresses["plain"]

    def row(self, name: str, tool: str) -> Row:
        """A row with an empty folder of its own; `tool` says name and version."""
        folder = self.work / "rows" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return Row(name, tool, folder)

    def aside(self, name: str) -> Bench:
        """A bench for what another row is made from, so that no row is made anew by it."""
        return replace(self, work=self.scratch(name))

    def scratch(self, name: str) -> Path:
        """An empty folder for what a tool leaves beside its captures."""
        folder = self.work / "scratch" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


@dataclass(frozen=True)
class Tool:
    """A tool, and what makes its rows. `make` may raise NotHere and ToolError at any time."""

    name: str
    make: Callable[[Bench], Iterator[Made]]
