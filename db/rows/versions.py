"""The history of each page: its captures in order, and a version for each change of its record.

This module must not know rows or SQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archive import Page
from db.rows.load import CaptureOutcome, RecordFacts
from db.rows.pages import page_state
from schema.rows import PageState
from schema.signals import Wish


@dataclass(slots=True)
class Version:
    """A run of captures whose records are equal."""

    number: int
    shown: RecordFacts
    seen: list[CaptureOutcome]

    @property
    def key(self) -> tuple[int, int]:
        """What it is known by: the number of its page in the ledger, and its own."""
        return self.seen[0].capture.page_id, self.number

    @property
    def first_seen(self) -> str | None:
        """The earliest date of a capture: never after `last_seen`, whatever the clock said.

        Absent: None where no capture has a sound date.
        """
        return earliest(each.capture.sound_date for each in self.seen)

    @property
    def last_seen(self) -> str | None:
        """Date of its newest capture. Absent: as of the first."""
        return self.seen[-1].capture.sound_date

    @property
    def body(self) -> CaptureOutcome:
        """Its newest capture with bytes of its own: a revisit counts as its original."""
        return next((each for each in reversed(self.seen) if not each.is_repeat), self.seen[-1])

    @property
    def order(self) -> tuple[str, int]:
        """The place in time of its newest capture, which tells the newest of several versions."""
        return self.seen[-1].capture.order


@dataclass(slots=True)
class PageHistory:
    """One known page over time, oldest first.

    Absent: `takedown` is None unless nothing of the page may be published.
    """

    page: Page
    takedown: int | None
    seen: list[CaptureOutcome]
    versions: list[Version]
    marked: frozenset[str]
    """Keys of cards and quotes that the newest version with each marks as not to be quoted."""

    @property
    def state(self) -> PageState:
        """The one state of the page."""
        if self.takedown is not None:
            return "refused"
        return page_state(self.page, [seen.outcome for seen in self.seen])

    def wishes(self, wish: Wish) -> bool:
        """Whether the publisher asks for it now: by the newest capture, or the newest good one.

        Or by the newest that has headers: a saved page cannot take back what a header said.
        """
        good = self.versions[-1].seen[-1:] if self.versions else []
        answers = [each for each in self.seen if each.capture.date_source in ("crawl", "warc")]
        return any(wish in each.wishes for each in (*self.seen[-1:], *good, *answers[-1:]))

    def withholds(self, key: str) -> bool:
        """Whether the words of a card or quote may not be shown here, whatever was said before."""
        return self.wishes("text") or key in self.marked

    @property
    def is_any_withheld(self) -> bool:
        """Whether any words of the page may not be shown, and so none that a detail cites."""
        return self.wishes("text") or self.wishes("part")


def earliest(dates: Iterable[str | None]) -> str | None:
    """The earliest of some dates that are known. Absent: None where none is."""
    return min((date for date in dates if date is not None), default=None)


def history_of(page: Page, takedown: int | None, seen: list[CaptureOutcome]) -> PageHistory:
    """The history of one page. Shape: `seen` is sorted by place in time."""
    versions = versions_of(seen)
    marked, newer = set[str](), set[str]()
    for version in reversed(versions):
        marked |= version.seen[-1].marked - newer
        newer |= version.shown.keys
    return PageHistory(page, takedown, seen, versions, frozenset(marked))


def versions_of(seen: Iterable[CaptureOutcome]) -> list[Version]:
    """A new version wherever a record differs from the one before; failures between do not count.

    Shape: records A, A, failure, A, B, A give three versions.
    """
    versions: list[Version] = []
    for each in seen:
        if each.shown is None:
            continue
        if versions and versions[-1].shown.sha256 == each.shown.sha256:
            versions[-1].seen.append(each)
        else:
            versions.append(Version(len(versions) + 1, each.shown, [each]))
    return versions
