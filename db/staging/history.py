"""The history of one page: its captures in order, and a version for each change of its record.

This module must not know rows or SQL.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from db.staging.pages import page_state
from db.staging.places import WRONG, dated_place, is_in_order, may_be_behind, sound_date, span_of
from machine.wrong_clocks import WrongClock
from schema.rows.columns import PageState
from schema.signals import Wish, robots_signals, wishes


class ShownRecord:
    """What one record says. Shape: `sides` holds for either side its number, its tool's and its
    card's in the staging file, `findings` code, field and detail of each."""

    __slots__ = ("findings", "layout", "n", "sha256", "sides", "taken_down", "title")

    def __init__(self, n: int, said: list[Any]) -> None:
        self.n = n
        self.title, self.layout, self.sha256, self.taken_down, self.sides, self.findings = said


class SharedSide:
    """One half of what records say, which many share.

    Shape: `own` holds badge, votes_ship, votes_skip, community_stated, community_ship_percent,
    community_ship, community_votes and pricing; `quotes` for each slot, reviewer, score, verdict,
    verdict_source, verdict_start, verdict_end and quote.
    """

    __slots__ = ("card", "first", "own", "quotes", "tool")

    def __init__(self, first: int, said: str) -> None:
        self.first = first
        self.tool, self.card, *self.own, self.quotes = json.loads(said)

    @property
    def keys(self) -> set[int]:
        """The quotes that are shown, and the card as a negative number."""
        return {-self.card, *(quote[-1] for quote in self.quotes)}


class Failed(NamedTuple):
    """Why a capture gave no record."""

    code: str
    field: str | None
    detail: str


class Requests(NamedTuple):
    """The signals that came with a capture, and what they ask for at the build's time."""

    told: str
    wishes: frozenset[Wish]


@lru_cache(maxsize=4096)
def asked(signals: str, denied: str, at: str) -> Requests:
    """What signals ask for, those of a robots.txt among them. Shape: names parted by spaces."""
    every = {*signals.split(), *robots_signals(denied)}
    return Requests(" ".join(sorted(every)), wishes(every, at))


class Seen:
    """One capture and what came of it; a revisit is seen as its original.

    Absent: `shown` is None without a record, `failure` unless it failed, `url` never.
    """

    __slots__ = (
        "asked",
        "body_sha256",
        "captured_at",
        "clock",
        "content_type",
        "date_source",
        "failure",
        "id",
        "is_repeat",
        "kind",
        "marked",
        "outcome",
        "precision",
        "revisit_of",
        "run_id",
        "seen_at",
        "shown",
        "sound_date",
        "status",
        "url",
    )
    id: int
    run_id: int
    url: str
    captured_at: str
    seen_at: str
    """Its place in time, which is `captured_at` but where the clock was wrong, or the date tells
    less than a day."""
    sound_date: str | None
    """Its date. Absent: None where a wrong clock gave it, a file's own time, which tools set as
    they like, or one of a month or a year, by which nobody can tell what came first."""
    clock: WrongClock | None
    """What is known instead of the date. Absent: None unless a wrong clock gave it."""
    date_source: str
    precision: Any
    status: int
    content_type: str | None
    kind: str
    revisit_of: int | None
    body_sha256: str
    outcome: str
    asked: Requests
    shown: ShownRecord | None
    failure: Failed | None
    marked: frozenset[int]
    """Quotes, and cards as negative numbers, whose words the page marks as not to be quoted."""
    is_repeat: bool
    """Whether the outcome is that of the capture that a revisit refers to."""

    @property
    def place(self) -> tuple[str, str, bool, int]:
        """The place in time; in one second a redirect comes before what it led to."""
        return self.seen_at, self.url, not 300 <= self.status < 304, self.id

    def repeat(self, original: Seen) -> None:
        """Count as the capture that it is a revisit of."""
        told = {*self.asked.told.split(), *original.asked.told.split()}
        self.asked = Requests(" ".join(sorted(told)), self.asked.wishes | original.asked.wishes)
        self.outcome, self.shown = original.outcome, original.shown
        self.failure, self.marked, self.is_repeat = original.failure, original.marked, True


class Version:
    """A run of captures whose records are equal."""

    __slots__ = ("number", "seen", "shown")

    def __init__(self, number: int, shown: ShownRecord, seen: list[Seen]) -> None:
        self.number, self.shown, self.seen = number, shown, seen

    @property
    def id(self) -> int:
        """What it is known by for ever: the first capture that was stored of it."""
        return min(each.id for each in self.seen)

    @property
    def first_seen(self) -> str | None:
        """The earliest date of a capture: never after `last_seen`, whatever the clock said.

        Absent: None where no capture has a sound date.
        """
        return earliest(each.sound_date for each in self.seen)

    @property
    def last_seen(self) -> str | None:
        """Date of its newest capture that has a sound one. Absent: as of the first."""
        return next((date for each in reversed(self.seen) if (date := each.sound_date)), None)

    @property
    def span(self) -> tuple[str, str]:
        """The places of its first and last capture, of those that tell most."""
        return span_of(each.seen_at for each in self.seen)

    @property
    def body(self) -> Seen:
        """Its newest capture with bytes of its own: a revisit counts as its original."""
        return next((each for each in reversed(self.seen) if not each.is_repeat), self.seen[-1])


class StagedPage(NamedTuple):
    """A known page; `id` is its number in the ledger, `public` its id in what is published.

    Shape: `pair` is what it goes by where it is not shared with other pages.

    Absent: `takedown` is None unless nothing of it may be published.
    """

    id: int
    site: str
    url: str
    state: str
    last_outcome: str | None
    due: str | None
    takedown: int | None
    pair: str
    public: int
    is_shared: bool


class PageHistory:
    """One known page over time.

    Shape: `seen` is sorted by place in time, `versions` oldest first; `keys` gives the quotes, and
    the cards as negative numbers, of what is shown; `marked` are those that the newest version with
    each marks as not to be quoted.
    """

    __slots__ = ("marked", "page", "seen", "versions")

    def __init__(
        self, page: StagedPage, seen: list[Seen], keys: Callable[[ShownRecord], set[int]]
    ) -> None:
        self.page, self.seen = page, seen
        self.versions = versions_of(seen)
        self.marked = _marked(self.versions, keys)

    @property
    def state(self) -> PageState:
        """The one state of the page."""
        if self.page.takedown is not None:
            return "refused"
        outcomes = [each.outcome for each in self.seen]
        return page_state(self.page, outcomes)

    def wishes(self, wish: Wish) -> bool:
        """Whether the publisher asks for it now: by the newest capture, or the newest good one.

        Or by the newest that has headers: a saved page cannot take back what a header said.
        """
        good = self.versions[-1].seen[-1:] if self.versions else []
        answers = [each for each in self.seen if each.date_source in ("crawl", "warc")]
        # What is dated by its month may be newer than the newest.
        newer = [it for it in self.seen if may_be_behind(it.seen_at, self.seen[-1].seen_at)]
        every = (*self.seen[-1:], *good, *answers[-1:], *newer)
        return any(wish in each.asked.wishes for each in every)


def _marked(versions: list[Version], keys: Callable[[ShownRecord], set[int]]) -> frozenset[int]:
    marked, newer = set[int](), set[int]()
    if any(version.seen[-1].marked for version in versions):
        for version in reversed(versions):
            marked |= version.seen[-1].marked - newer
            newer |= keys(version.shown)
    return frozenset(marked)


def earliest(dates: Iterable[str | None]) -> str | None:
    """The earliest of some dates that are known. Absent: None where none is."""
    return min((date for date in dates if date is not None), default=None)


def newest_date(versions: Sequence[Version]) -> str | None:
    """The date of the newest capture of these that has one. Absent: None where none has."""
    return next(filter(None, (each.last_seen for each in reversed(versions))), None)


def versions_of(seen: Iterable[Seen]) -> list[Version]:
    """A new version wherever a record differs from the one before; failures between do not count.

    Shape: records A, A, failure, A, B, A give three versions.
    """
    versions: list[Version] = []
    for each in seen:
        if each.shown is None:
            continue
        if versions and versions[-1].shown.n == each.shown.n:
            versions[-1].seen.append(each)
        else:
            versions.append(Version(len(versions) + 1, each.shown, [each]))
    return versions


def place_in_time(captures: Iterable[Seen], clocks: Mapping[int, WrongClock]) -> None:
    """Give captures of one page, oldest stored first, their place, and their date if it is sound.

    What a crawl of ours stored comes after all that was stored of the page before it, an import
    goes to the place of its date. Shape: `clocks` has the runs whose clock was wrong.
    """
    newest = ""
    for each in captures:
        each.clock = None
        if each.date_source != "crawl":
            each.seen_at = dated_place(each.captured_at, each.date_source, each.precision)
            each.sound_date = sound_date(each.seen_at)
            newest = max(newest, each.captured_at) if is_in_order(each.seen_at) else newest
            continue
        each.clock = clocks.get(each.run_id)
        each.sound_date = each.captured_at if each.clock is None else None
        newest = max(newest, each.captured_at if each.clock is None else each.clock.place)
        is_own_date = each.sound_date == newest
        each.seen_at = newest if is_own_date else f"{newest}{WRONG}{each.run_id:012d}"
