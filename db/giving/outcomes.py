"""What each capture shows and asks for, read as a build reads it; nothing is written.

snapshot -> lines of record files, or of pages read now -> captures by page -> Considered
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from archive import Archive, Capture, Segment
from db.records import recordfile
from db.records.reading import CaptureLine, ReadTask, header_opt_outs, read_task
from db.records.recordfile import READ_ERRORS, ReadPool
from db.records.snapshot import Snapshot, is_known_page
from db.rows.load import CaptureOutcome, Loader
from db.rows.versions import PageHistory, history_of
from db.takedown.records import clean_made
from machine.worker import Died, GuardedPool
from parsers import opt_outs
from schema.errors import BytesError, IntegrityError, ParseError
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
    with GuardedPool(read_task, workers=2) as pool:
        for segment, captures, done in _segments(snapshot):
            loader.take(captures, _lines(archive, segment, captures, snapshot, pool))
            progress("read", done, len(snapshot.captures))
    seen = loader.seen()
    known = {each.capture.id for each in seen}
    # Pages that were taken down have captures, too, and are told by their history.
    left = [each for each in snapshot.captures if each.id not in known]
    asked = _asked(archive, [*left, *_failures(seen)])
    every = [*seen, *_others(left, asked, snapshot)]
    return _by_page(every, {each for each, said in asked.items() if said is None}, snapshot, loader)


def _segments(snapshot: Snapshot) -> Iterator[tuple[Segment, list[Capture], int]]:
    """The segments with captures, and how many captures have come by the end of each."""
    by_segment, done = snapshot.by_segment(), 0
    for segment in snapshot.segments:
        captures = by_segment.get(segment.name, [])
        done += len(captures)
        if captures:
            yield segment, captures, done


def _lines(
    archive: Archive, segment: Segment, captures: list[Capture], snapshot: Snapshot, pool: ReadPool
) -> list[CaptureLine]:
    """The lines of a record file that is up to date, else of pages read now."""
    path, taken = recordfile.record_path(archive.home.records, segment), snapshot.taken
    try:
        header = recordfile.read_header(path)
        lines = list(recordfile.read_lines(path))
    except READ_ERRORS:
        header, lines = None, []
    offsets = {each.offset for each in captures}
    if header is not None and header.takedowns == taken.ids and set(header.outcomes) == offsets:
        return lines
    made = recordfile.make_lines(archive, captures, snapshot, pool)
    if made.damaged:
        raise IntegrityError(where=segment.name, what=made.damaged[0])
    lines = [CaptureLine.model_validate_json(line) for line in made.lines]
    return clean_made(made, lines, captures, taken) if taken.ids else lines


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
                answer = pool.call(ReadTask(archive.load(each), each.site))
            except BytesError:
                answer = None
            found[each.id] = None if isinstance(answer, Died) else answer
    return found


def page_signals(task: ReadTask) -> tuple[str, ...] | None:
    """The opt-outs of a page's own tags. Absent: None where its bytes may not be parsed.

    What was not sent as a page, such as a sitemap, has none.
    """
    try:
        return opt_outs({}, task.page)
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
