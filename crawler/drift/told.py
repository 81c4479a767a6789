"""What drifted in a run, as the ledger tells it, and which two pages show it best.

This module must not change anything: `verdicts drift --accept` is the command's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive import Home, open_archive
from archive.ledger import ProfileRow, load_profiles, rows_before, shown_before, sights_of
from crawler.drift.bands import Share
from crawler.drift.changes import basis_of
from crawler.drift.history import LAST, NOW, History, Sights
from crawler.drift.pairs import MIN_PAGES
from crawler.drift.profile import (
    OF_FAILURES,
    OF_RECORDS,
    Counted,
    Profile,
    has_records,
    profiles_of,
    total,
)
from crawler.reading.traits import page_key
from schema.errors import UsageError

if TYPE_CHECKING:
    from archive import Archive


@dataclass(slots=True)
class SiteDrift:
    """One site's run beside the runs before it that it is compared with."""

    run_id: int
    site: str
    rows: list[ProfileRow]
    earlier: list[ProfileRow]
    sights: Sights = lambda row: iter(())
    history: History = field(init=False)
    now: dict[str, Profile] = field(init=False)
    before: dict[str, Profile] = field(init=False)

    def __post_init__(self) -> None:
        self.history = History().take(self.earlier, self.sights)
        self.history.take(self.rows, self.sights, NOW)
        # Of pages that were not looked at again only their number is known.
        self.now = {row.layout: Profile(row.pages) for row in self.rows}
        self.now |= profiles_of(self.history.pages("era = 'now'"))
        self.before = self.history.profiles

    def changes(self) -> list[str]:
        """A sentence for each thing that drifted, as the run itself said it."""
        said: dict[str, list[str]] = defaultdict(list)
        for row in self.rows:
            for what in row.counts.get("said", ()):
                said[what].append(row.layout)
        return [f"{self.site}, {', '.join(layouts)}: {what}" for what, layouts in said.items()]

    def cannot_tell(self) -> list[str]:
        """A sentence for a site of too few pages to tell a redesign from edits."""
        sql = "SELECT count(DISTINCT key) FROM sight WHERE era IN (?, ?)"
        pages = self.history.count(sql, LAST, NOW)
        if pages >= MIN_PAGES:
            return []
        few = f"{pages} page{' is' if pages == 1 else 's are'} too few"
        return [f"{self.site}: {few} to tell a redesign from edits, {MIN_PAGES} are needed"]

    def _good(self) -> list[ProfileRow]:
        return [row for row in self.earlier if not row.is_drift]

    def is_held(self) -> bool:
        """Whether something in it waits for a person."""
        return any(row.is_drift for row in self.rows)

    def report(self) -> dict[str, Any]:
        """All that can be said without reading a page, as plain values."""
        return {
            "run": self.run_id,
            "site": self.site,
            "is_drift": self.is_held(),
            "compared_with": sorted({row.run_id for row in self._good()}),
            "changes": self.changes(),
            "cannot_tell": self.cannot_tell(),
            "layouts": self._layouts(),
            "failures": _shares(total(self.now.values()), total(self.before.values()), OF_FAILURES),
            "shares": {each: self._shown(each) for each in sorted(self.now) if has_records(each)},
        }

    def _layouts(self) -> dict[str, dict[str, Any]]:
        before = {layout: one.pages for layout, one in self.before.items()}
        now = {row.layout: {"now": row.pages, "state": _state(row)} for row in self.rows}
        return {
            layout: {"before": before.get(layout, 0), "now": 0, "state": ""} | now.get(layout, {})
            for layout in sorted({*now, *before})
        }

    def _shown(self, layout: str) -> dict[str, dict[str, str]]:
        """Each share of one layout, beside that of what it is compared with."""
        now, old = self.now[layout], basis_of(layout, self.before, {})
        outside = {
            f"out of range {name}": _share(old.outside(name, old), now.outside(name, old))
            for name in sorted(now.sizes)
        }
        return _shares(now, old, OF_RECORDS) | outside

    def examples(self, archive: Archive) -> tuple[int | None, int | None]:
        """A capture of before, and a newest one of the layout that changed most.

        Both are of one page where it was seen good before, else of one layout where that was seen
        before, else the first is of the commonest layout.
        """
        shown = [row for row in self.rows if row.example is not None]
        if not shown:
            return self._example(None), None
        new = max(shown, key=lambda row: (row.is_drift, row.layout not in self.before, row.pages))
        asked = {*new.captures, new.example or 0}
        newest, pair = ("", new.example or 0), ("", 0, 0)
        for _, of_page in groupby(shown_before(archive.home.ledger, asked), itemgetter("page_id")):
            before: int | None = None
            for each in of_page:
                if each["is_asked"]:
                    newest = max(newest, (each["seen_at"], each["id"]))
                if each["is_asked"] and before is not None:
                    pair = max(pair, (each["seen_at"], each["id"], before))
                if self._was_good(each["run_id"], page_key(each["url"])):
                    before = each["id"]
        return (pair[2], pair[1]) if pair[1] else (self._example(new.layout), newest[1])

    def _was_good(self, run_id: int, key: str) -> bool:
        """Whether a page gave a record in an earlier run that did not drift."""
        sql = "SELECT EXISTS (SELECT 1 FROM good WHERE run = ? AND key = ?)"
        return bool(self.history.count(sql, run_id, key))

    def _example(self, layout: str | None) -> int | None:
        """A newest good example of a layout, else one of the commonest."""
        good = [row for row in self._good() if row.example is not None]
        same = [(row.run_id, row.example) for row in good if row.layout == layout]
        other = [(row.pages, row.run_id, row.example) for row in good]
        return max(same)[-1] if same else max(other)[-1] if other else None


def _state(row: ProfileRow) -> str:
    if row.is_drift:
        return "held" if has_records(row.layout) else "failed"
    return f"accepted {row.accepted_at}" if row.accepted_at else ""


def _shares(now: Profile, old: Profile, table: Iterable[Counted]) -> dict[str, dict[str, str]]:
    """The share of each thing of a table, before and now."""
    return {
        f"{word} {name}".strip(): _share(old.share(word, name), now.share(word, name))
        for word, *_ in table
        for name in sorted({*now.counts[word], *old.counts[word]})
    }


def _share(before: Share, now: Share) -> dict[str, str]:
    return {"before": f"{before[0]}/{before[1]}", "now": f"{now[0]}/{now[1]}"}


def cannot_tell(home: Path, run_id: int) -> list[str]:
    """A sentence for each site of a run that is too small for a redesign to be noticed."""
    if not any(row.run_id == run_id for row in load_profiles(home)):
        return []
    return [what for each in find_drift(home, None, run_id) for what in each.cannot_tell()]


def find_drift(home: Path, site: str | None, run_id: int | None) -> list[SiteDrift]:
    """The last profiled run of each site, or of the one named, or the run named.

    Raises: UsageError where the run named was not profiled.
    """
    rows = [row for row in load_profiles(home) if site is None or row.site == site]
    kinds = {run.id: run.kind for run in open_archive(home).runs()}
    last: dict[str, int] = {}
    for row in rows:
        if run_id is None or row.run_id == run_id:
            last[row.site] = row.run_id
    if run_id is not None and not last:
        raise UsageError(what=f"run {run_id}: it looked at no page of a comparison")
    return [
        SiteDrift(
            number,
            name,
            [r for r in rows if (r.run_id, r.site) == (number, name)],
            rows_before(rows, kinds, number, name),
            partial(sights_of, Home(home).ledger),
        )
        for name, number in sorted(last.items())
    ]
