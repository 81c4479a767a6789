"""Collects what a run saw of its pages, saves it in the ledger, and says what drifted.

It is saved now and then and not only at the end: a run that is killed leaves its marks too.
"""

from __future__ import annotations

from archive.profiles import ProfileRow, good_before, good_profiles, save_profiles
from archive.runs import OpenRun
from archive.worker import Died
from crawler.changes import Change, compare, has_records
from crawler.look import Seen
from crawler.profile import UNCHANGED, Profile, Sight, unread_sight

DIED = unread_sight("", "parser_died", None)
SAVE_EVERY = 20
"""Pages between two savings. Units: pages."""


class Profiler:
    """The profiles of one run, by site and layout."""

    def __init__(self, books: OpenRun) -> None:
        self._books = books
        self._profiles: dict[str, dict[str, Profile]] = {}
        self._captures: dict[tuple[str, str], list[int]] = {}
        self._since_saved = 0
        rows = books.ledger.rows("SELECT id, kind FROM run")
        kinds = {row["id"]: row["kind"] for row in rows}
        self._before, self._kinds = good_profiles(books.ledger), kinds

    def see(self, site: str, capture_id: int, seen: Seen | Died) -> None:
        """Count a page that was stored and looked at."""
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
            self.finish()

    def finish(self) -> list[str]:
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
        save_profiles(self._books.ledger, self._books.id, rows)
        return said

    def _good(self, site: str) -> list[tuple[str, Profile]]:
        rows = good_before(self._before, self._kinds, self._books.id, site)
        return [(row.layout, Profile.from_counts(row.pages, row.counts)) for row in rows]

    def _row(self, site: str, layout: str, is_odd: bool) -> ProfileRow:
        profile, captures = self._profiles[site][layout], self._captures.get((site, layout), [])
        is_held = is_odd and has_records(layout)
        return ProfileRow(
            self._books.id, site, layout, profile.pages, is_odd, profile.as_counts(),
            captures=tuple(captures) if is_held else (), example=captures[0] if captures else None,
        )  # fmt: skip


def sentence(site: str, change: Change) -> str:
    """One thing that drifted, for a report."""
    return f"{site}, {change.layout}: {change.what}"
