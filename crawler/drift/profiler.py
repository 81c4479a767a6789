"""Collects what a run saw of its pages, saves it in the ledger, and says what drifted.

It is saved now and then and not only at the end, so that a run that is killed leaves few pages that
were compared with nothing: the build holds those back, and the next run judges them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby

from archive import OpenRun
from archive.ledger import (
    PageCapture,
    ProfileRow,
    all_profiles,
    captures_of,
    kinds_of_runs,
    rows_before,
    save_profiles,
    sights_of,
    unfinished_before,
    unjudged,
    url_of_capture,
)
from crawler.drift.changes import Change, judge
from crawler.drift.history import LAST, NOW, History
from crawler.drift.pairs import pair
from crawler.drift.profile import UNCHANGED, has_records
from crawler.reading.look import LookTask, PageLook
from crawler.reading.traits import page_key, unread_traits
from machine.clock import now
from machine.worker import Died
from schema.page import RawPage

DIED = unread_traits("", "parser_died", None)
SAVE_EVERY = 20
"""Pages between two savings. Units: pages."""
AGAIN = "+"
"""Follows the page's key where a run saw the page once more, and otherwise."""
SAVE_SHARE = 2
"""In a long run one in so many pages is seen between two savings, as each compares all pages: with
ten a bulk import packed each page eleven times, and spent a quarter of its time on that."""
SHARE_KNOWN = 1000
"""So too, for the same reason, one for so many pages that are known from before."""
_LAYOUTS = "SELECT layout, key FROM sight WHERE era = 'now'"


class Profiler:
    """What one run saw of the pages of each site: of this run, or of one before that died.

    What that one saved is taken up again.
    """

    def __init__(self, books: OpenRun, run_id: int | None = None) -> None:
        self._ledger, self._run = books.ledger, books.id if run_id is None else run_id
        self._unchanged: Counter[str] = Counter()
        self._accepted: dict[tuple[str, str], str] = {}
        self._judged_to: int | None = 0
        self._since_saved = self._so_far = 0
        self._rows = all_profiles(self._ledger)
        self._kinds = kinds_of_runs(self._ledger)
        self._sights = partial(sights_of, self._ledger)
        self._histories: dict[str, History] = {}
        for row in self._rows:
            if row.run_id == self._run:
                self._take_up(row)

    def _take_up(self, row: ProfileRow) -> None:
        if row.layout == UNCHANGED:
            self._unchanged[row.site] = row.pages
        self._history(row.site).take([row], self._sights, NOW)
        self._so_far += row.pages
        if row.accepted_at is not None:
            self._accepted[row.site, row.layout] = row.accepted_at

    def see(self, site: str, capture_id: int, seen: PageLook | Died) -> None:
        """Count a page that was stored and looked at."""
        self._judged_to = capture_id
        traits = DIED if isinstance(seen, Died) else seen.traits
        if traits is None:
            return
        key, history = page_key(url_of_capture(self._ledger, capture_id)), self._history(site)
        # A page that an import brings of several days is so many pages.
        while history.page(key) not in (None, traits):
            key += AGAIN
        history.see(key, traits)
        self._count()

    def see_unchanged(self, site: str) -> None:
        """Count a page that is as it was and is not looked at again."""
        self._unchanged[site] += 1
        self._history(site)
        self._count()

    def _count(self) -> None:
        self._since_saved += 1
        self._so_far += 1
        known = max((each.known for each in self._histories.values()), default=0)
        every = max(SAVE_EVERY, self._so_far // SAVE_SHARE, known // SHARE_KNOWN)
        if self._since_saved >= every:
            self.save()

    def finish(self) -> list[str]:
        """Save it all at the run's end, when no page is left that was stored and not seen."""
        self._judged_to = None
        return self.save()

    def save(self) -> list[str]:
        """Save what was seen; one sentence for each thing that drifted, none where nothing did."""
        self._since_saved = 0
        said: list[str] = []
        rows: list[ProfileRow] = []
        captures = captures_of(self._ledger, [self._run])
        for site in sorted(self._histories):
            mine = [each for each in captures if each.site == site]
            same = {page_key(each.url) for each in mine if each.revisit_of is not None}
            changes = [
                change
                for change in judge(self._history(site), same)
                if (site, change.layout) not in self._accepted
            ]
            said += [f"{site}, {change.layout}: {change.what}" for change in changes]
            rows += self._site_rows(site, changes, mine)
        if rows:
            save_profiles(self._ledger, self._run, rows)
        return said

    def _history(self, site: str) -> History:
        if site not in self._histories:
            rows = rows_before(self._rows, self._kinds, self._run, site)
            self._histories[site] = History().take(rows, self._sights)
        return self._histories[site]

    def _site_rows(
        self, site: str, changes: list[Change], captures: list[PageCapture]
    ) -> Iterator[ProfileRow]:
        """The row of each layout; `captures` are those of the site that the run made."""
        by_page: dict[str, set[int]] = defaultdict(set)
        for each in captures:
            by_page[page_key(each.url)].add(each.revisit_of or each.id)
        layouts: dict[str, list[str]] = {UNCHANGED: []} if self._unchanged[site] else {}
        for layout, key in self._history(site).db.execute(_LAYOUTS):
            layouts.setdefault(layout, []).append(key)
        for layout, pages in sorted(layouts.items()):
            mine = [change for change in changes if change.layout == layout]
            odd = [change for change in mine if change.is_odd]
            ids = sorted(set().union(*(by_page[key.rstrip(AGAIN)] for key in pages)))
            held = ids + self._begun_before(site, odd) if odd and has_records(layout) else []
            yield ProfileRow(
                self._run,
                site,
                layout,
                len(pages) or self._unchanged[site],
                bool(odd),
                {"said": [change.what for change in mine]},
                captures=tuple(sorted(held)),
                example=ids[0] if ids else None,
                accepted_at=self._accepted.get((site, layout)),
                judged_to=self._judged_to,
                pages_seen=self._history(site).packed(layout),
            )

    def _begun_before(self, site: str, odd: list[Change]) -> list[int]:
        """The captures of runs cut short just before this one whose pages show the same drift.

        They were too few to be noticed by themselves.
        """
        runs = unfinished_before(self._ledger, self._run, site)
        if not runs:
            return []
        before = rows_before(self._rows, self._kinds, min(runs), site)
        cut_short = [r for r in self._rows if r.site == site and r.run_id in runs]
        history = History().take(before, self._sights)
        history.take((row for row in cut_short if not row.is_drift), self._sights, NOW)
        keys = pair(history, LAST, [NOW]).keys(each.mark for each in odd)
        return [
            each.id
            for each in captures_of(self._ledger, runs)
            if each.site == site and each.revisit_of is None and page_key(each.url) in keys
        ]


def judge_rest(books: OpenRun, look_at: Callable[[LookTask], PageLook | Died]) -> list[str]:
    """Judge the pages that a run stored before it died; one sentence for what drifted in them."""
    said = []
    for run_id, left in groupby(unjudged(books.ledger), lambda row: int(row["run_id"])):
        profiler = Profiler(books, run_id)
        for row in left:
            url = None if row["url"].startswith("urn:") else row["url"]
            page = RawPage(url, books.store.body_of(row["id"]), row["content_type"], now())
            profiler.see(row["site"], row["id"], look_at(LookTask(page, row["site"], "record")))
        said += [f"run {run_id}, {what}" for what in profiler.finish()]
    return said
