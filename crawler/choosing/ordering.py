"""The order in which a running crawl asks one site's comparison pages: a cover first.

The ledger alone says how each page ended; this module reads it and writes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from sqlite3 import Row

from archive.ledger import Ledger, page_to_cover, pages_to_cover
from crawler.choosing.cover import Cover, CoverPage, Standing, plan_cover
from crawler.choosing.places import NO_RECORD, place_of, standing_of, tool_slugs
from machine.clock import stamp
from parsers import Site

NEW_ADDRESSES = 100
"""New addresses by themselves renew the plan at most once per so many."""
SHARE_NEW = 100
"""Nor before they are one in so many of those known: a plan of 1e6 pages takes seconds."""
UNREAD_IN_A_ROW = 15
"""After so many pages in a row without a record, other pages of the tools will not help either."""


class CoverOrder:
    """Says which page of a site's cover comes next, until every tool that can be seen has been.

    Only pages that the run wants are named; pages of earlier runs that are not due count as seen.
    `named` pages come first, whatever they show.
    """

    def __init__(
        self, ledger: Ledger, site: Site, origin: str | None, named: Collection[int] = ()
    ) -> None:
        self._ledger, self._site, self._origin = ledger, site, origin
        self._named = frozenset(named)
        self._plan: Cover | None = None
        self._queue: deque[int] = deque()
        self._asked: deque[int] = deque()
        self._pages = 0
        self._new = 0
        self._unread = 0
        self._has_miss = False

    @property
    def is_stuck(self) -> bool:
        """Whether the pages no longer give records, so that the plan was given up."""
        return self._unread >= UNREAD_IN_A_ROW

    def found(self, count: int) -> None:
        """Tell that so many addresses of comparison pages were entered into the ledger."""
        self._new += count

    def waits_for(self, page_id: int) -> bool:
        """Whether a page was the plan's last, so that what comes next depends on what it shows."""
        return page_id in self._asked and not self._queue

    def next(self, unread: int | None = None) -> int | None:
        """The page to lease now, by its id; None when every tool was seen, or cannot be.

        What became of the pages named before is read from the ledger first: where they did not
        show their tools, other pages of them follow. `unread` is the last, if it is stored and
        was not looked at yet: its turn is the next time.
        """
        self._take_note(unread)
        if self.is_stuck:
            return None
        if self._plan is None or self._new >= max(NEW_ADDRESSES, self._pages // SHARE_NEW):
            self._renew()
        page_id = self._pop()
        if page_id is None and (self._has_miss or self._new):
            self._renew()
            page_id = self._pop()
        if page_id is not None:
            self._asked.append(page_id)
        return page_id

    def _take_note(self, unread: int | None) -> None:
        while self._asked and self._asked[0] != unread:
            row = self._row(self._asked.popleft())
            if self._standing(row, stamp()) == "seen":
                self._unread = 0
                continue
            self._has_miss = True
            if row["last_outcome"] == NO_RECORD:
                self._unread += 1

    def _pop(self) -> int | None:
        while self._queue:
            page_id = self._queue.popleft()
            if self._standing(self._row(page_id), stamp()) == "open":
                return page_id
        return None

    def _row(self, page_id: int) -> Row:
        return page_to_cover(self._ledger, page_id, self._origin)

    def _renew(self) -> None:
        rows = pages_to_cover(self._ledger, self._site.name, self._origin)
        at = stamp()
        places: list[CoverPage] = [
            place_of(row, self._site, self._standing(row, at))
            for row in rows
            if row["role"] == "comparison"
        ]
        others = (row["url"] for row in rows if row["role"] == "other")
        self._plan = plan_cover(places, slugs=tool_slugs(others, self._site), named=self._named)
        self._queue = deque(self._plan.first)
        self._pages, self._new, self._has_miss = len(places), 0, False

    @staticmethod
    def _standing(row: Row, at: str) -> Standing:
        standing = standing_of(
            row["state"], row["due"], row["last_outcome"], at, is_forced=bool(row["is_forced"])
        )
        return "closed" if standing == "open" and not row["is_wanted"] else standing
