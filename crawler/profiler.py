"""Collects what a run saw of its pages, saves it in the ledger, and says what drifted.

It is saved now and then and not only at the end, so that a run that is killed leaves few pages that
were compared with nothing: the build holds those back, and the next run judges them.
"""

from __future__ import annotations

from collections.abc import Callable

from archive.clock import now
from archive.profiles import (
    ProfileRow,
    good_before,
    good_profiles,
    profiles_of,
    save_profiles,
    unjudged,
)
from archive.runs import OpenRun
from archive.worker import Died
from crawler.changes import Change, compare, has_records
from crawler.look import Seen, Task
from crawler.profile import UNCHANGED, Profile, Sight, unread_sight
from schema.page import RawPage

DIED = unread_sight("", "parser_died", None)
SAVE_EVERY = 20
"""Pages between two savings. Units: pages."""


class Profiler:
    """The profiles of one run, by site and layout: of this run, or of one before that died.

    What that one saved is taken up again.
    """

    def __init__(self, books: OpenRun, run_id: int | None = None) -> None:
        self._ledger, self._run = books.ledger, books.id if run_id is None else run_id
        self._profiles: dict[str, dict[str, Profile]] = {}
        self._captures: dict[tuple[str, str], list[int]] = {}
        self._judged_to: int | None = 0
        self._since_saved = 0
        rows = self._ledger.rows("SELECT id, kind FROM run")
        kinds = {row["id"]: row["kind"] for row in rows}
        self._before, self._kinds = good_profiles(self._ledger), kinds
        for row in profiles_of(self._ledger, self._run):
            self._take_up(row)

    def _take_up(self, row: ProfileRow) -> None:
        profile = Profile.from_counts(row.pages, row.counts)
        self._profiles.setdefault(row.site, {})[row.layout] = profile
        self._captures[row.site, row.layout] = list(row.captures or filter(None, [row.example]))

    def see(self, site: str, capture_id: int, seen: Seen | Died) -> None:
        """Count a page that was stored and looked at."""
        self._judged_to = capture_id
        sight = DIED if isinstance(seen, Died) else seen.sight
        if sight is not None:
            self._captures.setdefault((site, sight.layout), []).append(capture_id)
            self._count(site, sight)

    def see_unchanged(self, site: str) -> None:
        """Count a page that is as it was and is not looked at again."""
        self._count(site, Sight(UNCHANGED))

    def _count(self, site: str, sight: Sight) -> None:
        self._profiles.setdefault(site, {}).setdefault(sight.layout, Profile()).add(sight)
        self._since_saved += 1
        if self._since_saved >= SAVE_EVERY:
            self.save()

    def finish(self) -> list[str]:
        """Save it all at the run's end, when no page is left that was stored and not seen."""
        self._judged_to = None
        return self.save()

    def save(self) -> list[str]:
        """Save what was seen; one sentence for each thing that drifted, none where nothing did."""
        self._since_saved = 0
        if not self._profiles:
            return []
        said, rows = [], []
        for site, profiles in sorted(self._profiles.items()):
            changes = compare(profiles, self._good(site))
            said += [sentence(site, change) for change in changes]
            odd = {change.layout for change in changes if change.is_odd}
            rows += [self._row(site, layout, layout in odd) for layout in sorted(profiles)]
        save_profiles(self._ledger, self._run, rows)
        return said

    def _good(self, site: str) -> list[tuple[str, Profile]]:
        rows = good_before(self._before, self._kinds, self._run, site)
        return [(row.layout, Profile.from_counts(row.pages, row.counts)) for row in rows]

    def _row(self, site: str, layout: str, is_odd: bool) -> ProfileRow:
        profile, captures = self._profiles[site][layout], self._captures.get((site, layout), [])
        is_held = is_odd and has_records(layout)
        return ProfileRow(
            self._run, site, layout, profile.pages, is_odd, profile.as_counts(),
            captures=tuple(captures) if is_held else (), example=captures[0] if captures else None,
            judged_to=self._judged_to,
        )  # fmt: skip


def judge_rest(books: OpenRun, look_at: Callable[[Task], Seen | Died]) -> list[str]:
    """Judge the pages that a run stored before it died; one sentence for what drifted in them."""
    left: dict[int, Profiler] = {}
    for row in unjudged(books.ledger):
        run_id, site, url = row["run_id"], row["site"], row["url"]
        page = RawPage(url=None if url.startswith("urn:") else url, fetched_at=now(),
                       body=books.store.body_of(row["id"]), content_type=row["content_type"])
        if run_id not in left:
            left[run_id] = Profiler(books, run_id)
        left[run_id].see(site, row["id"], look_at(Task(page, site, "record")))
    return [f"run {run_id}, {what}" for run_id, profiler in left.items()
            for what in profiler.finish()]


def sentence(site: str, change: Change) -> str:
    """One thing that drifted, for a report."""
    return f"{site}, {change.layout}: {change.what}"
