"""What each capture shows and asks for, read as a build reads it; nothing is written.

snapshot -> lines of record files, or of pages read now -> captures by page -> Considered
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from archive import Archive, Capture
from db.records.making import Maker, job_of, make_missing
from db.records.reading import header_opt_outs
from db.records.recordfile import read_lines
from db.records.snapshot import Snapshot, is_known_page
from db.rows.load import CaptureOutcome, Loader
from db.rows.versions import PageHistory, history_of
from db.takedown.records import cleaning_of
from machine.worker import Died, GuardedPool
from parsers import opt_outs
from schema.errors import BytesError, IntegrityError, ParseError
from schema.page import RawPage
from schema.signals import Wish, robots_signals, wishes

GivingProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Considered:
    """One capture, what came of it, and its page over time."""

    seen: CaptureOutcome
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
        capture = self.seen.capture
        is_redirect = 300 <= capture.status < 400 and capture.status != 304
        return capture.role != "robots" and not is_redirect


def consider(archive: Archive, snapshot: Snapshot, progress: GivingProgress) -> list[Considered]:
    """What there is to know of every capture of a snapshot, by the number of the capture."""
    loader = Loader(snapshot)
    by_segment = snapshot.by_segment()
    jobs = (
        job_of(segment, by_segment[segment.name], snapshot, archive)
        for segment in snapshot.segments
        if segment.name in by_segment
    )
    maker, done = Maker(archive.home, cleaning_of(snapshot.taken)), 0
    # A build may be at work on the home's own record files.
    with TemporaryDirectory() as folder:
        for made in make_missing(maker, jobs, workers=2, folder=Path(folder)):
            if made.damaged:
                raise IntegrityError(where=made.segment, what=made.damaged[0])
            loader.take(by_segment[made.segment], read_lines(made.path))
            done += made.captures
            progress("read", done, len(snapshot.captures))
    seen = loader.seen()
    known = {each.capture.id for each in seen}
    # Pages that were taken down have captures, too, and are told by their history.
    left = [each for each in snapshot.captures if each.id not in known]
    asked = _asked(archive, [*left, *_failures(seen)])
    every = [*seen, *_others(left, asked, snapshot)]
    return _by_page(every, {each for each, said in asked.items() if said is None}, snapshot, loader)


def _failures(seen: Iterable[CaptureOutcome]) -> list[Capture]:
    return [each.capture for each in seen if each.shown is None]


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
    captures: Iterable[Capture], asked: dict[int, tuple[str, ...] | None], snapshot: Snapshot
) -> Iterator[CaptureOutcome]:
    """The captures of lists, sitemaps and robots.txt, which no record file speaks of."""
    for each in captures:
        signals = frozenset((*header_opt_outs(each.headers), *(asked.get(each.id) or ())))
        signals |= robots_signals(each.denied_tokens)
        wished = wishes(signals, snapshot.recorded_at)
        yield CaptureOutcome(each, "other", signals, wished)


def _by_page(
    every: Iterable[CaptureOutcome], unread: set[int], snapshot: Snapshot, loader: Loader
) -> list[Considered]:
    by_page: dict[int, list[CaptureOutcome]] = defaultdict(list)
    for each in every:
        by_page[each.capture.page_id].append(each)
    found = []
    at = snapshot.recorded_at
    newest = {each.site: each for each in snapshot.captures}
    said = {site: wishes(robots_signals(each.denied_tokens), at) for site, each in newest.items()}
    for page in snapshot.pages:
        seen = sorted(by_page[page.id], key=lambda each: each.capture.order)
        history = history_of(page, loader.refused.get(page.id), seen)
        for each in seen:
            own = wishes(header_opt_outs(each.capture.headers), at)
            found.append(Considered(each, history, own, said[page.site], each.capture.id in unread))
    return sorted(found, key=lambda each: each.seen.capture.id)


def is_page(capture: Capture) -> bool:
    """Whether it is an answer that shows a comparison's address as a page."""
    return capture.status == 200 and is_known_page(capture.site, capture.url)
