"""What each capture shows and asks for, read as a build reads it; nothing is written.

snapshot -> lines of record files, or of pages read now -> captures by page -> Considered
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from archive import Archive, Capture, Page
from db.records.making import Maker, job_of, make_missing
from db.records.recordfile import read_raw
from db.records.snapshot import Snapshot, is_known_page
from db.staging import STAGING, Intake, PageHistory, Seen, StagedPage, Staging, asked, place_in_time
from db.takedown.records import cleaning_of
from machine.worker import Died, GuardedPool
from machine.wrong_clocks import WrongClock
from parsers import header_opt_outs, opt_outs
from schema.errors import BytesError, IntegrityError, ParseError
from schema.page import RawPage
from schema.signals import Wish, robots_signals, wishes

GivingProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Considered:
    """One capture, what came of it, and its page over time."""

    capture: Capture
    seen: Seen
    history: PageHistory
    own_wishes: frozenset[Wish]
    """What the answer's own headers ask for."""
    site_wishes: frozenset[Wish]
    """What the site's robots.txt asked for when it was last read."""
    is_unread: bool
    """Whether its bytes, or its original's, cannot be read."""

    @property
    def is_body(self) -> bool:
        """Whether it may show words of its site: not a robots.txt, not a redirect."""
        capture = self.capture
        is_redirect = 300 <= capture.status < 400 and capture.status != 304
        return capture.role != "robots" and not is_redirect


def consider(archive: Archive, snapshot: Snapshot, progress: GivingProgress) -> list[Considered]:
    """What there is to know of every capture of a snapshot, by the number of the capture."""
    captures = snapshot.captures()
    with TemporaryDirectory() as folder, Staging(Path(folder) / STAGING) as staging:
        _stage(staging, archive, snapshot, Path(folder), progress)
        clocks = staging.clocks()
        told = staging.histories(snapshot.recorded_at, is_dirty=False)
        histories = {each.page.id: each for each in told}
    known = {each.id: each for history in histories.values() for each in history.seen}
    # Pages that were taken down have captures, too, and are told by their history.
    left = [each for each in captures if each.id not in known]
    failed = (each for each in captures if each.id in known and known[each.id].shown is None)
    signals = _asked(archive, [*left, *failed])
    others = _others(snapshot, left, signals, histories, clocks)
    histories |= {each.page.id: each for each in others}
    unread = {each for each, said in signals.items() if said is None}
    return _considered(captures, histories, unread, snapshot)


def _stage(
    staging: Staging, archive: Archive, snapshot: Snapshot, folder: Path, progress: GivingProgress
) -> None:
    intake = Intake(staging, archive)
    intake.take(snapshot, ())
    staged = {each.name: (each, [*snapshot.captures_of(each)]) for each in snapshot.segments}
    jobs = (job_of(*each, archive) for each in staged.values() if each[1])
    total = sum(len(captures) for _, captures in staged.values())
    maker, done = Maker(archive.home, cleaning_of(snapshot.taken)), 0
    # A build may be at work on the home's own record files.
    for made in make_missing(maker, jobs, workers=2, folder=folder):
        if made.damaged:
            raise IntegrityError(where=made.segment, what=made.damaged[0])
        lines = read_raw(made.path)
        intake.take_lines(staged[made.segment][1], lines, snapshot.held, is_damaged=False)
        done += made.captures
        progress("read", done, total)
    intake.taken(snapshot.upto)


def _asked(archive: Archive, captures: Iterable[Capture]) -> dict[int, tuple[str, ...] | None]:
    """What pages of which no record was read ask for. Absent: None where it cannot be told."""
    found: dict[int, tuple[str, ...] | None] = {}
    with GuardedPool(page_signals) as pool:
        for each in captures:
            if each.status not in (200, 304):
                continue
            try:
                answer = pool.call(archive.load(each))
            except BytesError:
                answer = None
            found[each.id] = None if isinstance(answer, Died) else answer
    return found


def page_signals(page: RawPage) -> tuple[str, ...] | None:
    """The opt-outs of a page's own tags. Absent: None where its bytes may not be parsed.

    What was not sent as a page, such as a sitemap, has none.
    """
    try:
        return opt_outs({}, page)
    except ParseError as error:
        return () if error.code == "content_type" else None


def _others(
    snapshot: Snapshot,
    captures: Iterable[Capture],
    signals: dict[int, tuple[str, ...] | None],
    histories: dict[int, PageHistory],
    clocks: dict[int, WrongClock],
) -> Iterator[PageHistory]:
    """The pages of lists, sitemaps and robots.txt, and those taken down, that none is told of."""
    by_page: dict[int, list[Seen]] = defaultdict(list)
    for each in captures:
        own = (*header_opt_outs(each.headers), *(signals.get(each.id) or ()))
        by_page[each.page_id].append(_unread(each, own, snapshot.recorded_at))
    for page in snapshot.pages():
        seen = by_page[page.id]
        place_in_time(seen, clocks)
        if seen or page.id not in histories:
            known = histories.get(page.id)
            told = _staged(page) if known is None else known.page
            yield PageHistory(told, sorted(seen, key=lambda each: each.place), lambda _: set())


def _staged(page: Page) -> StagedPage:
    own = (page.state, page.last_outcome, page.due)
    return StagedPage(page.id, page.site, page.url, *own, None, page.url, 0, is_shared=False)


_TOLD = "id run_id url captured_at date_source precision status kind".split()


def _unread(capture: Capture, signals: Iterable[str], at: str) -> Seen:
    """A capture of which no record file speaks."""
    seen = Seen()
    for name in _TOLD:
        setattr(seen, name, getattr(capture, name))
    seen.asked = asked(" ".join(sorted(signals)), capture.denied_tokens, at)
    seen.outcome, seen.shown, seen.failure = "other", None, None
    seen.marked, seen.is_repeat = frozenset(), False
    return seen


def _considered(
    captures: Iterable[Capture],
    histories: dict[int, PageHistory],
    unread: set[int],
    snapshot: Snapshot,
) -> list[Considered]:
    at, every = snapshot.recorded_at, list(captures)
    newest = {each.site: each for each in every}
    said = {site: wishes(robots_signals(each.denied_tokens), at) for site, each in newest.items()}
    seen = {each.id: each for history in histories.values() for each in history.seen}
    return [
        Considered(
            each,
            seen[each.id],
            histories[each.page_id],
            wishes(header_opt_outs(each.headers), at),
            said[each.site],
            each.id in unread,
        )
        for each in every
    ]


def is_page(capture: Capture) -> bool:
    """Whether it is an answer that shows a comparison's address as a page."""
    return capture.status == 200 and is_known_page(capture.site, capture.url)
