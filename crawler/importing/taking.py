"""Each exchange of an import, from what a file holds to a capture."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from archive import OpenRun
from archive.ledger import Found, Lease, note_robots, settle_import, stored_exchanges
from archive.store import NOT_MODIFIED, Exchange, Originals, Reference, put_together
from archive.warc import Message, UnwritableError, take_apart
from crawler.choosing import TakenPages
from crawler.drift.profiler import Profiler, judge_rest
from crawler.hosts.addresses import strict_address
from crawler.importing.count import MISPLACED, ImportCount
from crawler.importing.imported import imported_role, imported_rules, outcome_of
from crawler.reading.look import LookTask, PageLook
from crawler.report import ImportReport
from crawler.robots.rules import body_of, read_rules
from crawler.sources import (
    SHORT,
    Item,
    Listed,
    PassedOver,
    Revisit,
    SourceItem,
    Trouble,
    holds_many,
    real,
    shown,
)
from machine.clock import later
from machine.worker import Died, GuardedPool
from parsers import Site
from parsers.sites import DEFAULT_SITE, site_named, site_of_url
from schema.codes import FAILURES
from schema.errors import CrawlError
from schema.page import RawPage

CLOCKS_DIFFER_DAYS = 1
"""So far may the date of a record or a file lie ahead of this machine's clock. Units: days."""
NO_HOST = "pages without an address"
OTHER_REVISIT = "a visit of another page than a comparison, whose body is not here"
NO_DATE = "its date was not taken: without an address the same bytes are here once"
DECODED = "its body came without the encoding that its head names"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or NO_HOST
    except ValueError:
        return NO_HOST


def _strict(url: str | None) -> str | None:
    """An address that a page tells, made strict. Absent: None for one that is none."""
    try:
        return strict_address(url) if url else None
    except CrawlError:
        return None


def _page_of(item: Item) -> RawPage:
    """What an exchange holds, without an address."""
    message = None if item.is_file else take_apart(item.block)
    if message is None:
        return RawPage(url=None, body=item.block, content_type=item.content_type)
    body = message.wire if message.decoded.body is None else message.decoded.body
    return RawPage(
        url=None,
        body=body,
        content_type=message.header("content-type"),
        is_bare=message.decoded.is_plain,
    )


@dataclass
class Taking:
    """The taking in of one run, and its count."""

    books: OpenRun
    pool: GuardedPool[LookTask, PageLook]
    site: Site | None
    listed: Listed | None = None
    profiler: Profiler = field(init=False)
    count: ImportCount = field(default_factory=ImportCount)
    unlisted: list[str] = field(default_factory=list)
    """Files of pages that the list of addresses does not name."""
    deferred: list[Revisit] = field(default_factory=list)
    """Revisits that came before their original, or without it."""

    def __post_init__(self) -> None:
        self._drift = judge_rest(self.books, self.pool.call)
        self.profiler = Profiler(self.books)
        self._pages_here = 0
        self._originals = Originals(self.books.ledger, self.books.store)
        self._erased = TakenPages(self.books.home, erased=True)

    def take(self, found: SourceItem) -> None:
        """Store one exchange, or note why not."""
        if isinstance(found, PassedOver):
            self.count.pass_over(found)
            return
        self.count.read += 1
        if isinstance(found, Trouble):
            self._trouble(found.where, found.outcome, found.reason, found.detail)
            return
        if isinstance(found, Revisit):
            if not self._is_left_out(found) and not self._takes(found):
                self.deferred.append(found)
            return
        self._pages_here += 1
        self._take_item(found)

    def end_file(self, path: Path) -> None:
        """Note a page that a list of addresses should have named and did not."""
        is_unlisted = self.listed is not None and real(path) not in self.listed.urls
        if is_unlisted and self._pages_here and not holds_many(path):
            self.unlisted.append(shown(path))
        self._pages_here = 0

    def take_deferred(self) -> None:
        """Take the revisits whose original came after them; name those that have none."""
        left, before = self.deferred, None
        while before != len(left):  # one may repeat another of them
            before, left = len(left), [each for each in left if not self._takes(each)]
        for revisit in left:
            if not self._is_of_comparison(revisit):
                self.count.pass_over(PassedOver(revisit.where, OTHER_REVISIT))
                continue
            digest = revisit.digest or "no digest"
            said = f"its body ({digest}) is in no file given, nor here: import those together"
            self._trouble(revisit.where, "damaged", "revisit", said)

    def _takes(self, revisit: Revisit) -> bool:
        """Take a revisit whose body is here already."""
        whole = self._whole(revisit)
        if whole is not None:
            self._take_item(*whole)
        return whole is not None

    def _is_left_out(self, revisit: Revisit) -> bool:
        """Leave out, and count, a revisit of an address that is none, or that no site claims."""
        try:
            self._claiming(strict_address(revisit.url))
        except CrawlError as error:
            self._leave_out(revisit.where, error)
            return True
        return False

    def _leave_out(self, where: str, error: CrawlError) -> None:
        self.count.skipped[f"{error.reason}:{_host(error.url)}"] += 1
        said = {"outcome": error.outcome, "reason": error.reason, "detail": error.url}
        self.books.add_attempt(url=where, **said)

    def _take_item(self, found: Item, repeats: int | None = None) -> None:
        if found.date_source != "argument" and found.captured_at > later(days=CLOCKS_DIFFER_DAYS):
            self._trouble(found.where, "damaged", "date", f"{found.captured_at} has not come yet")
            return
        try:
            site, own, seen = self._address(found)
            self._store(found, site, own, repeats, seen)
        except UnwritableError as error:
            self._trouble(found.where, "damaged", "headers", str(error))
        except CrawlError as error:
            self._leave_out(found.where, error)

    def _address(self, item: Item) -> tuple[Site, str, PageLook | Died | None]:
        """The site and own address of an exchange, or its urn; what was seen of it on the way.

        Raises: CrawlError for an address that is none, or that no site claims.
        """
        url, seen = item.url, None
        if url is None:
            page = _page_of(item)
            seen = self.pool.call(LookTask(page, self.site.name if self.site else None, "record"))
            url = None if isinstance(seen, Died) else _strict(seen.address)
            if url is None:
                return self.site or site_named(DEFAULT_SITE), "urn:sha256:" + page.sha256, seen
        strict = strict_address(url)
        site = self._claiming(strict)
        return site, site.own_address(strict), seen

    def _claiming(self, url: str) -> Site:
        site = self.site or site_of_url(url)
        if site is None:
            raise CrawlError(url=url, outcome="refused_scope", reason="host")
        return site

    def _whole(self, revisit: Revisit) -> tuple[Item, int] | None:
        """A revisit with the body that it repeats, and the capture of that. Absent: None."""
        ledger, store = self.books.ledger, self.books.store
        said = Reference(
            captured_at=revisit.captured_at,
            page_id=self._page_id(revisit.url),
            digest=revisit.digest,
            refers_to=revisit.refers_to,
            refers_page_id=self._page_id(revisit.refers_url),
            refers_date=revisit.refers_date,
            is_unmodified=revisit.is_unmodified,
        )
        row = self._originals.find(said)
        if row is None:
            return None
        item = Item(
            revisit.where,
            revisit.url,
            revisit.captured_at,
            revisit.date_source,
            put_together(ledger, store, row, revisit.head, said.page_id),
            is_file=False,
            content_type=None,
            ip=revisit.ip,
            precision=revisit.precision,
            record_id=revisit.record_id,
            digest=revisit.digest,
            tool=revisit.tool,
        )
        return item, row["id"]

    def _is_of_comparison(self, revisit: Revisit) -> bool:
        try:
            strict = strict_address(revisit.url)
            site = self._claiming(strict)
        except CrawlError:
            return False
        return site.is_comparison(site.own_address(strict))

    def _page_id(self, url: str | None) -> int | None:
        """The page of an address that a revisit names. Absent: None where it is not known."""
        try:
            strict = strict_address(url or "")
            site = self._claiming(strict)
        except CrawlError:
            return None
        return self.books.frontier.page_id(site.name, site.own_address(strict))

    def _store(
        self, item: Item, site: Site, own: str, repeats: int | None, seen: PageLook | Died | None
    ) -> None:
        """Store an exchange that is not here. Raises: CrawlError for one that was erased."""
        exchange = Exchange(
            site=site.name,
            url=own,
            fetched_url=item.url or own,
            captured_at=item.captured_at,
            date_source=item.date_source,
            block=item.block,
            is_file=item.is_file,
            content_type=item.content_type,
            truncated=item.truncated,
            ip=item.ip,
            precision=item.precision,
            source_id=item.record_id,
            source_digest=item.digest,
            repeats=repeats,
        )
        message, is_given = exchange.message(), item.date_source == "argument"
        if self._erased.holds(site, own, message.body_sha256):
            raise CrawlError(url=own, outcome="refused_scope", reason="takedown")
        if self._is_known(exchange, message):
            self.count.unchanged += 1
            self.count.notes.update([NO_DATE] if own.startswith("urn:") and is_given else [])
            return
        role = imported_role(exchange)
        page_id = self.books.frontier.enter(Found(site.name, own, role))
        outcome, reason = outcome_of(message, is_repeat=repeats is not None)
        attempt: list[int] = []

        def settle(db: sqlite3.Connection, capture_id: int, _: bool) -> None:
            attempt.append(settle_import(db, capture_id, outcome, reason))

        stored = self.books.store.add(exchange, message, page_id, settle)
        self.count.stored += 1
        self.count.notes.update(item.notes)
        if SHORT in item.notes:
            self.count.problem(item.where, "damaged:reset", SHORT)
        self.count.notes.update([DECODED] if message.decoded.is_plain else [])
        self.count.by_tool[item.tool or "not said"] += 1
        self.count.nameless += own.startswith("urn:")
        self.count.undated += item.date_source == "file"
        if role == "robots":
            self._note_robots(exchange, message, stored.capture_id)
        if role != "comparison" and item.is_file:
            self._look_elsewhere(item, site, own)
        if role != "comparison" or reason == "redirect" or repeats is not None:
            return
        if outcome != "ok":
            self.count.problem(item.where, f"{outcome}:{reason}")
            return
        lease = Lease(attempt[0], page_id, site.name, own, role, None, 0, 0)
        self._check_record(item, message, lease, stored.capture_id, seen)

    def _check_record(
        self,
        item: Item,
        message: Message,
        lease: Lease,
        capture_id: int,
        seen: PageLook | Died | None,
    ) -> None:
        """Note whether a stored page gives a record; a page that was read already is not again."""
        own, site = lease.url, lease.site
        page = RawPage(
            url=None if own.startswith("urn:") else own,
            body=message.decoded.body or b"",
            content_type=message.header("content-type"),
            is_bare=message.decoded.is_plain,
        )
        seen = seen or self.pool.call(LookTask(page, site, "record"))
        self.profiler.see(site, capture_id, seen)
        failure = "parser_died" if isinstance(seen, Died) else seen.failure
        if failure is not None:
            self.books.frontier.note(lease, "extraction_refused", failure)
            said = FAILURES.get(failure, "")
            self.count.problem(item.where, f"extraction_refused:{failure}", said)

    def _note_robots(self, exchange: Exchange, message: Message, capture_id: int) -> None:
        """Note what a site's robots.txt asked for, for the pages that came with it."""
        rules = read_rules(message.status, body_of(message))
        with self.books.ledger.transaction() as db:
            note_robots(db, imported_rules(rules, exchange, self.books.id, capture_id))

    def _look_elsewhere(self, item: Item, site: Site, own: str) -> None:
        """Say of a saved page that is stored as no comparison, if it shows one.

        Tools that pack folders into WARC files make addresses of the files' names.
        """
        seen = self.pool.call(LookTask(_page_of(item), site.name, "record"))
        if not isinstance(seen, Died) and seen.record is not None:
            self.count.problem(item.where, "extraction_refused:address", f"{own} {MISPLACED}")

    def _is_known(self, exchange: Exchange, message: Message) -> bool:
        """Whether this very exchange is in the archive; one without a sound date, at any time.

        It is told by its record's id; where one of the two has none, by its time and body. One
        whose headers say more, a wish of the publisher perhaps, is another.
        """
        page_id = self.books.frontier.page_id(exchange.site, exchange.url)
        is_dated = exchange.date_source != "file" and not exchange.url.startswith("urn:")
        at = exchange.captured_at if is_dated else None
        sha256 = None if message.status == NOT_MODIFIED else message.body_sha256
        said = message.kept_headers().items()
        for row in stored_exchanges(self.books.ledger, page_id, message.status, sha256, at):
            if exchange.source_id is not None and row.record_ids:
                if exchange.source_id in row.record_ids:
                    return True
            elif said <= row.headers.items():
                return True
        return False

    def _trouble(self, where: str, outcome: str, reason: str, detail: str) -> None:
        self.books.add_attempt(url=where, outcome=outcome, reason=reason, detail=detail)
        self.count.problem(where, f"{outcome}:{reason}", detail)

    def report(self) -> ImportReport:
        """The count, noted in the ledger."""
        drift = self._drift + self.profiler.finish()
        listed = self.listed
        unmet = {} if listed is None else {"lines": list(listed.unmet), "files": self.unlisted}
        return self.count.report(self.books, self.site.name if self.site else None, drift, unmet)
