"""The rows of one page: itself, its captures and failures, and its comparison with all versions.

Each is a tuple in the order of its table's columns. An id follows from what the row is about: a
capture has the ledger's number, a page, its comparison and a version that of the first capture
stored of it, and what is within a version the version's with a place behind it. So a new
page moves no id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Literal

from archive.ledger import due_bounds
from db.rows.tables import Values
from db.staging.history import PageHistory, Seen, StagedPage, Version, earliest, newest_date
from db.staging.ids import APPEARED, GONE, PATTERNS, SIDES, PublicIds, change_id, finding_id
from db.staging.staging import Staging
from machine.dates import latest
from schema.rows.comparisons import ComparisonRow, VersionRow, VersionSideRow
from schema.rows.pages import CaptureRow, FailureRow, FindingRow, PageRow
from schema.rows.row import Row
from schema.rows.timeline import ChangeRow

_CITED = re.compile(r"(['\"]).*\1", re.DOTALL)


def public_detail(detail: str, *, is_withheld: bool) -> str:
    """A detail as it may be published: where texts are withheld, without the words it cites.

    >>> public_detail("the quote 'Some words' is not closed", is_withheld=True)
    'the quote [withheld] is not closed'
    """
    return _CITED.sub("[withheld]", detail) if is_withheld else detail


def _until(each: Seen) -> str | None:
    """The last moment that a capture's date may mean. Absent: None where nothing is known of it."""
    if each.clock is not None:
        return each.clock.until
    at, precision = each.captured_at, each.precision
    return at if precision == "second" else latest(at, precision)


class PageRows:
    """Collects the rows of pages, by table.

    Shape: `at` is the time by which pages are due.
    """

    def __init__(self, staging: Staging, at: str) -> None:
        self._staging, self._ids = staging, PublicIds(staging.db)
        self._bounds = due_bounds(at)
        self.places: list[tuple[int, int, str, int, str, str]] = []
        """For each version its id, its page, place in time and number of its newest capture, and
        between which places it was shown."""
        self.rows: dict[type[Row], list[Values]] = {
            model: []
            for model in (
                PageRow,
                CaptureRow,
                ComparisonRow,
                VersionRow,
                VersionSideRow,
                FailureRow,
                FindingRow,
                ChangeRow,
            )
        }

    def add(self, history: PageHistory, name: str, *, is_turned: bool) -> None:
        """The rows of a page that goes by a name.

        Shape: `is_turned` where it shows another page's comparison, and so has none of its own.
        """
        page, seen = history.page, history.seen
        earliest_due, furthest = self._bounds
        state = history.state
        is_due = page.due is not None and not earliest_due < page.due <= furthest
        dates = (each.sound_date for each in reversed(seen))
        last = next(filter(None, dates), seen[-1].captured_at if seen else None)
        versions = [] if is_turned else history.versions
        own = (page.public, page.site, page.url, name, state, int(is_due), len(seen), last)
        self.rows[PageRow].append((*own, page.takedown))
        version_of = dict.fromkeys(each.id for each in seen)
        for version in versions:
            version_of |= dict.fromkeys((each.id for each in version.seen), version.id)
        hides_text = history.wishes("text")
        hides_any = hides_text or history.wishes("part")
        for each in seen:
            self._add_capture(page, each, version_of)
            if each.failure is not None and not each.is_repeat:
                code, field, said = each.failure
                detail = public_detail(said, is_withheld=hides_any)
                told = (each.id, page.public, each.id, code, field, detail, each.captured_at)
                self.rows[FailureRow].append(told)
        for version in versions:
            self._add_version(page, version, history, hides_text)
        if versions:
            self._add_findings(page, versions, hides_any)
            self._add_comparison(history, name, state, hides_text)
            self._add_changes(history)

    def _add_capture(self, page: StagedPage, each: Seen, version_of: dict[int, int | None]) -> None:
        """The row of a capture; `version_of` has all of its page."""
        again = each.revisit_of
        if again is not None and again not in version_of:
            again = again if self._staging.is_published(again) else None
        self.rows[CaptureRow].append(
            (
                each.id,
                page.public,
                None if each.url == page.url else each.url,
                each.captured_at,
                each.date_source,
                each.precision,
                _until(each),
                each.status,
                each.content_type,
                each.kind,
                again,
                each.body_sha256,
                each.outcome,
                version_of[each.id],
                json.dumps(each.asked.told.split()) if each.asked.told else None,
            )
        )

    def _add_version(
        self, page: StagedPage, version: Version, history: PageHistory, hides_text: bool
    ) -> None:
        shown, number = version.shown, version.id
        newest = version.seen[-1]
        self.places.append((number, page.id, newest.seen_at, newest.id, *version.span))
        self.rows[VersionRow].append(
            (
                number,
                page.public,
                version.number,
                shown.title,
                shown.layout,
                shown.sha256,
                shown.taken_down or None,
                version.first_seen,
                version.last_seen,
            )
        )
        for position, (side, _, _) in enumerate(shown.sides, 1):
            hidden = PATTERNS - 1 if hides_text else self._pattern(side, history.marked)
            public = self._ids.side[side] * PATTERNS + hidden
            self.rows[VersionSideRow].append((number, position, public))

    def _add_findings(self, page: StagedPage, versions: list[Version], hides_any: bool) -> None:
        """A row for each finding and each run of versions that shows it."""
        open_runs: dict[tuple[str, str | None, str], list[Version]] = {}
        done: list[tuple[int, tuple[str, str | None, str], list[Version]]] = []
        for version in versions:
            shown = {(*told,): at for at, told in enumerate(version.shown.findings)}
            open_runs = {told: run for told, run in open_runs.items() if told in shown}
            for told, at in shown.items():
                run = open_runs.setdefault(told, [])
                run.append(version)
                if len(run) == 1:
                    done.append((finding_id(version.id, at), told, run))
        for number, (code, field, said), run in done:
            detail = public_detail(said, is_withheld=hides_any)
            own = (number, page.public, run[0].id, run[-1].id, None, None, code, field, detail)
            dates = earliest(each.first_seen for each in run), newest_date(run)
            self.rows[FindingRow].append((*own, *dates))

    def _add_changes(self, history: PageHistory) -> None:
        """That the comparison appeared, and that it is gone."""
        page, first, last = history.page.public, history.versions[0], history.versions[-1]
        about = (None, None, None, "comparison")
        add = self.rows[ChangeRow].append
        seen_by = earliest(each.first_seen for each in history.versions)
        appeared = (page, first.id, None, None, None, seen_by, *about)
        add((change_id(SIDES * first.id, APPEARED), "appeared", "source", *appeared))
        if history.state == "gone":
            newest = last.seen[-1].place
            missed = (each.sound_date for each in history.seen if each.place > newest)
            dates = (newest_date(history.versions), next(filter(None, missed), None))
            vanished = (page, last.id, None, None, *dates, *about)
            add((change_id(SIDES * last.id, GONE), "vanished", "source", *vanished))

    def _pattern(self, side: int, marked: frozenset[int]) -> int:
        """What of a side is withheld where not all is: a bit for the card, one for each slot."""
        if not marked:
            return 0
        shown = self._staging.side(side)
        slots = (1 << int(quote[0]) for quote in shown.quotes if quote[-1] in marked)
        return int(-shown.card in marked) + sum(slots)

    def _add_comparison(
        self, history: PageHistory, name: str, state: str, hides_text: bool
    ) -> None:
        page, version = history.page, history.versions[-1]
        (_, tool_a, card_a), (_, tool_b, card_b) = version.shown.sides
        capture = version.body
        self.rows[ComparisonRow].append(
            (
                page.public,
                name,
                page.site,
                version.shown.title,
                version.shown.layout,
                self._ids.tool[tool_a],
                self._ids.tool[tool_b],
                self._ids.card[card_a],
                self._ids.card[card_b],
                page.public,
                capture.id,
                version.id,
                capture.captured_at,
                "stored" if state == "stored" else "held",
                self._withheld(history, version, hides_text),
                int(history.wishes("index")),
                earliest(each.first_seen for each in history.versions),
                newest_date(history.versions),
            )
        )

    def _withheld(
        self, history: PageHistory, version: Version, hides_text: bool
    ) -> Literal["noarchive", "takedown"] | None:
        """Why any text that the version shows is left out. Absent: None where none is."""
        if version.shown.taken_down:
            return "takedown"
        marked = history.marked
        is_any = hides_text or (
            bool(marked) and not marked.isdisjoint(self._staging.keys(version.shown))
        )
        return "noarchive" if is_any else None

    def drained(self) -> Iterator[tuple[type[Row], list[Values]]]:
        """The rows collected so far, by table; they are collected anew from now on."""
        for model, made in self.rows.items():
            yield model, made
            made.clear()
