"""The count of one import: what was read, what came of it, and what else is to be told."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, fields

from archive import OpenRun
from crawler.report import ImportReport
from crawler.sources import PassedOver
from schema.errors import UsageError

MOST_NAMED = 10_000
"""So many of the things that were passed over are named; all are counted."""
MISPLACED = "shows a comparison at an address of none; --url or --urls-file names its own"


@dataclass(slots=True)
class ImportCount:
    """The count of one import. Its fields are explained at `ImportReport`."""

    read: int = 0
    stored: int = 0
    unchanged: int = 0
    nameless: int = 0
    undated: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[str, str]] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    by_tool: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    passed_files: list[tuple[str, str]] = field(default_factory=list)

    def problem(self, where: str, code: str, detail: str = "") -> None:
        """Something that could not be taken, or gives no record."""
        self.failed[code] += 1
        self.problems.append((where, code))
        self.details.append(detail)

    def pass_over(self, found: PassedOver) -> None:
        """Something that is no page."""
        self.passed_over[found.kind] += 1
        if len(self.passed_files) < MOST_NAMED:
            self.passed_files.append((found.where, found.kind))

    @property
    def _exit_code(self) -> int:
        nothing = not self.stored + self.unchanged
        if nothing and any(not each.startswith("takedown:") for each in self.skipped):
            return UsageError.exit_code
        return 10 if self.failed or (nothing and not self.skipped) else 0

    def report(
        self, books: OpenRun, site: str | None, drift: list[str], unmet: dict[str, list[str]]
    ) -> ImportReport:
        """The count as a report, noted in the ledger."""
        exit_code = self._exit_code or (10 if drift else 0)
        told = {name: dict(getattr(self, name)) for name in ("failed", "skipped", "passed_over")}
        books.note(
            site=site,
            asked=self.read,
            stored=self.stored,
            unchanged=self.unchanged,
            failed=self.failed.total(),
            exit_code=exit_code,
            report=json.dumps(told | {"drift": drift}, sort_keys=True),
        )
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        found |= {name: tuple(found[name]) for name in ("problems", "details", "passed_files")}
        found |= {name: dict(found[name]) for name in ("failed", "notes")}
        counted = {name: dict(found[name].most_common()) for name in ("passed_over", "by_tool")}
        skipped = {"skipped": self.skipped.total(), "skipped_by": dict(self.skipped.most_common())}
        said = {"unmet": unmet, "drift": drift, "exit_code": exit_code}
        return ImportReport(run_id=books.id, **found | counted | skipped | said)
