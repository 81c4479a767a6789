"""What drifted in a run, as the ledger tells it, and which two pages show it best.

This module must not change anything: `verdicts drift --accept` is the command's own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive import open_archive
from archive.ledger import ProfileRow, load_profiles, rows_before, runs_of_captures
from crawler.drift.changes import basis_of, has_records, out_of_range
from crawler.drift.history import History, history_of
from crawler.drift.pairs import MIN_PAGES
from crawler.drift.profile import Profile, profiles_of, total
from crawler.reading.sight import page_key, unpack
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
    history: History = field(init=False)
    now: dict[str, Profile] = field(default_factory=dict)
    before: dict[str, Profile] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.history = history_of(self.earlier)
        self.now = {row.layout: _profile(row) for row in self.rows}
        self.before = self.history.profiles()

    def changes(self) -> list[str]:
        """A sentence for each thing that drifted, as the run itself said it."""
        said: dict[str, list[str]] = defaultdict(list)
        for row in self.rows:
            for what in row.counts.get("said", ()):
                said[what].append(row.layout)
        return [f"{self.site}, {', '.join(layouts)}: {what}" for what, layouts in said.items()]

    def cannot_tell(self) -> list[str]:
        """A sentence for a site of too few pages to tell a redesign from edits."""
        pages = set(self.history.last)
        for row in self.rows:
            pages.update(unpack(row.layout, row.counts))
        if len(pages) >= MIN_PAGES:
            return []
        return [
            f"{self.site}: of {len(pages)} pages nobody can tell edits from a redesign;"
            f" it takes {MIN_PAGES}, seen twice"
        ]

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
            "failures": self._failures(),
            "shares": {
                layout: self._shares(layout) for layout in sorted(self.now) if has_records(layout)
            },
        }

    def _layouts(self) -> dict[str, dict[str, Any]]:
        states = {row.layout: row for row in self.rows}
        found: dict[str, dict[str, Any]] = {}
        for layout in sorted({*self.now, *self.before}):
            row = states.get(layout)
            counted = (self.before.get(layout, Profile()).pages, row.pages if row else 0)
            found[layout] = {
                "before": counted[0],
                "now": counted[1],
                "state": "" if row is None else _state(row),
            }
        return found

    def _failures(self) -> dict[str, dict[str, str]]:
        now, before = total(self.now.values()), total(self.before.values())
        found = {}
        for group in ("failures", "missing", "invalid"):
            ours, theirs = getattr(now, group), getattr(before, group)
            word = "" if group == "failures" else f"{group} "
            for name in sorted({*ours, *theirs}):
                found[word + name] = _shares(theirs[name], before.pages, ours[name], now.pages)
        return found

    def _shares(self, layout: str) -> dict[str, dict[str, str]]:
        """Each share of one layout, beside that of what it is compared with."""
        now, old = self.now[layout], basis_of(layout, self.before, {})
        found = {}
        for group, word in (("fields", "shown"), ("findings", "finding"), ("alike", "equal")):
            ours, theirs = getattr(now, group), getattr(old, group)
            for name in sorted({*ours, *theirs}):
                found[f"{word} {name}"] = _shares(theirs[name], old.pages, ours[name], now.pages)
        for name in sorted(now.sizes):
            found[f"out of range {name}"] = _shares(
                out_of_range(name, old, old), old.pages, out_of_range(name, now, old), now.pages
            )
        return found

    def examples(self, archive: Archive) -> tuple[int | None, int | None]:
        """A capture of before, and a newest one of the layout that changed most.

        Both are of one page where it was seen good before, else of one layout where that was seen
        before, else the first is of the commonest layout.
        """
        known = set(self.before)
        new = max(
            (row for row in self.rows if row.example is not None),
            default=None,
            key=lambda row: (row.is_drift, row.layout not in known, row.pages),
        )
        if new is None:
            return self._example(None), None
        wanted, newest, pair = {*new.captures, new.example}, new.example, None
        runs, good = runs_of_captures(archive.home.ledger), self._seen_good()
        before: dict[str, int] = {}
        for each in sorted(archive.captures(), key=lambda each: each.order):
            if each.site != self.site or each.status != 200 or each.damage is not None:
                continue
            if each.id in wanted:
                newest = each.id
                pair = (before[each.url], each.id) if each.url in before else pair
            if (runs[each.id], page_key(each.url)) in good:
                before[each.url] = each.id
        return pair or (self._example(new.layout), newest)

    def _seen_good(self) -> set[tuple[int, str]]:
        """The earlier runs and the pages that gave a record in them that did not drift."""
        return {
            (row.run_id, key)
            for row in self._good()
            if has_records(row.layout)
            for key in row.counts.get("seen", ())
        }

    def _example(self, layout: str | None) -> int | None:
        """A newest good example of a layout, else one of the commonest."""
        good = [row for row in self._good() if row.example is not None]
        old = max(
            good,
            default=None,
            key=lambda row: (
                row.layout == layout,
                row.run_id if row.layout == layout else row.pages,
                row.run_id,
            ),
        )
        return old.example if old else None


def _profile(row: ProfileRow) -> Profile:
    """The profile of one row; of pages that were not looked at again only their number is known."""
    sights = unpack(row.layout, row.counts)
    return profiles_of(sights.values())[row.layout] if sights else Profile(row.pages)


def _state(row: ProfileRow) -> str:
    if row.is_drift:
        return "held" if has_records(row.layout) else "failed"
    return f"accepted {row.accepted_at}" if row.accepted_at else ""


def _shares(count: int, pages: int, count_now: int, pages_now: int) -> dict[str, str]:
    return {"before": f"{count}/{pages}", "now": f"{count_now}/{pages_now}"}


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
        )
        for name, number in sorted(last.items())
    ]
