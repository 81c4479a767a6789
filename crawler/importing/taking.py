"""Each exchange of an import, from what a file holds to a capture.

take    taken apart once, its page's address told, its page sent to a worker
  |       up to two groups wait
store   a group in one commit: what is here already is told, all else is stored, with what
        the worker saw; a page without an address takes the one that the worker found
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from archive import OpenRun
from archive.ledger import Found, Lease, Role, note_robots, settle_import, stored_exchanges
from archive.store import (
    NOT_MODIFIED,
    Exchange,
    KeptResult,
    Originals,
    Reference,
    Stored,
    keep_results,
    put_together,
)
from archive.warc import Message, UnwritableError, take_apart
from crawler.choosing import TakenPages
from crawler.drift.profiler import Profiler, judge_rest
from crawler.hosts.addresses import host_of, strict_address
from crawler.importing.count import MISPLACED, ImportCount
from crawler.importing.imported import imported_role, imported_rules, outcome_of
from crawler.importing.looks import Looks, SentPage
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
    Unclaimed,
    holds_many,
    real,
    shown,
)
from machine.clock import later
from machine.worker import Died
from parsers import Site, replayed
from parsers.sites import DEFAULT_SITE, site_named, site_of_url
from schema.codes import FAILURES
from schema.errors import CrawlError
from schema.page import RawPage

GROUP, GROUP_BYTES = 256, 8 << 20
"""So many exchanges, or bytes of them, are committed together."""
CLOCKS_DIFFER_DAYS = 1
"""So far may the date of a record or a file lie ahead of this machine's clock. Units: days."""
NO_HOST = "pages without an address"
OTHER_REVISIT = "a visit of another page than a comparison, whose body is not here"
NO_DATE = "its date was not taken: without an address the same bytes are here once"
OTHER_HOST = "kept under the named site's own address, though its host is another"
DECODED = "its body came without the encoding that its head names"


def _strict(url: str | None) -> str | None:
    """An address that a page tells, made strict. Absent: None for one that is none."""
    try:
        return strict_address(url) if url else None
    except CrawlError:
        return None


def _page_of(item: Item, url: str | None = None) -> RawPage:
    """What an exchange holds, under an address where it has one."""
    message = None if item.is_file else item.message or take_apart(item.block)
    if message is None:
        return RawPage(url=url, body=item.block, content_type=item.content_type)
    body = message.wire if message.decoded.body is None else message.decoded.body
    return RawPage(
        url=url,
        body=body,
        content_type=message.header("content-type"),
        sha256=message.body_sha256,
        is_bare=message.decoded.is_plain,
    )


@dataclass(slots=True)
class _Ready:
    """What is to be stored of an item. Absent: `outcome` and `reason` as attempts have them."""

    exchange: Exchange
    message: Message
    role: Role
    outcome: str
    reason: str

    @property
    def is_read(self) -> bool:
        """Whether a record is to be looked for in it."""
        is_page = self.role == "comparison" and self.exchange.repeats is None
        return is_page and (self.outcome, self.reason) == ("ok", "")


@dataclass(slots=True)
class _Waiting:
    """Something that was read and waits for its group.

    Absent: `ready` is None until the address is known, and for what is no item; `site` where no
    site claims it, `asked` where no worker looks at it, `error` unless it is to be left out.
    """

    found: Item | Revisit | Trouble | Unclaimed
    site: Site | None = None
    ready: _Ready | None = None
    asked: SentPage | None = None
    error: CrawlError | None = None


@dataclass
class Taking:
    """The taking in of one run, and its count."""

    books: OpenRun
    looks: Looks
    site: Site | None
    listed: Listed | None = None
    profiler: Profiler = field(init=False)
    count: ImportCount = field(default_factory=ImportCount)
    unlisted: list[str] = field(default_factory=list)
    """Files of pages that the list of addresses does not name."""
    deferred: list[Revisit] = field(default_factory=list)
    """Revisits that came before their original, or without it."""

    def __post_init__(self) -> None:
        self._drift = judge_rest(self.books, self.looks.now)
        self.profiler = Profiler(self.books)
        self._pages_here = 0
        self._originals = Originals(self.books.ledger, self.books.store)
        self._erased = TakenPages(self.books.home, erased=True)
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._results: list[tuple[str, KeptResult]] = []
        self._latest = later(days=CLOCKS_DIFFER_DAYS)

    def take(self, found: SourceItem) -> None:
        """Have one exchange stored, or noted why not, in the next group but one."""
        if isinstance(found, PassedOver):
            self.count.pass_over(found)
            return
        self.count.read += found.count if isinstance(found, Unclaimed) else 1
        self._pages_here += isinstance(found, Item)
        self._waiting.append(self._begun(found))
        self._bytes += _size(found)
        if len(self._waiting) >= 2 * GROUP or self._bytes >= 2 * GROUP_BYTES:
            self._store(self._oldest())

    def end_file(self, path: Path) -> None:
        """Note a page that a list of addresses should have named and did not."""
        is_unlisted = self.listed is not None and real(path) not in self.listed.urls
        if is_unlisted and self._pages_here and not holds_many(path):
            self.unlisted.append(shown(path))
        self._pages_here = 0

    def finish(self) -> None:
        """Store all that waits, then revisits whose original came later; name those without."""
        while self._waiting:
            self._store(self._oldest())
        left, before = self.deferred, None
        while before != len(left):  # one may repeat another of them
            before, self.deferred = len(left), []
            for some in _groups(left):
                self._store([self._begun(each) for each in some])
            left = self.deferred
        for some in _groups(left):
            with self.books.ledger.transaction():
                for revisit in some:
                    self._miss(revisit)

    def _miss(self, revisit: Revisit) -> None:
        if not self._is_of_comparison(revisit):
            self.count.pass_over(PassedOver(revisit.where, OTHER_REVISIT))
            return
        digest = revisit.digest or "no digest"
        said = f"its body ({digest}) is in no file given, nor here: import those together"
        self._trouble(Trouble(revisit.where, "damaged", "revisit", said))

    def _oldest(self) -> list[_Waiting]:
        """The next group: of what waits, the older half."""
        group: list[_Waiting] = []
        size = 0
        while self._waiting and len(group) < GROUP and size < GROUP_BYTES:
            group.append(self._waiting.popleft())
            size += _size(group[-1].found)
        self._bytes -= size
        return group

    def _store(self, group: list[_Waiting]) -> None:
        """Store a group, all of it or nothing."""
        self._latest = later(days=CLOCKS_DIFFER_DAYS)
        for each in group:
            self._name(each)
            if each.asked is not None:
                each.asked()  # not waited for with a transaction open
        with self.books.store.group(each.site.name for each in group if each.site is not None):
            for each in group:
                self._settle(each)
        keep_results(self.books.home, self._results)
        self._results.clear()

    def _settle(self, each: _Waiting) -> None:
        found = each.found
        if each.error is not None:
            self._leave_out(found.where, each.error)
        elif isinstance(found, Unclaimed):
            self._leave_out(found.where, _unclaimed(found.url), found.count)
        elif isinstance(found, Trouble):
            self._trouble(found)
        elif isinstance(found, Revisit):
            self._take_revisit(found)
        elif each.ready is not None:
            self._take_item(found, each.ready, each.asked)

    def _take_revisit(self, revisit: Revisit) -> None:
        """Take a revisit whose body is here already."""
        whole = self._whole(revisit)
        if whole is None:
            self.deferred.append(revisit)
        else:
            self._settle(self._begun(*whole))

    def claims(self, url: str) -> bool:
        """Whether an exchange of an address may be one of a page: some site claims its host.

        Of a web archive's copy that is said by what it is a copy of, once it is read; what is no
        address is told by what is wrong with it.
        """
        try:
            self._claiming(strict_address(url))
        except CrawlError as error:
            return error.reason != "host" or replayed(url) is not None
        return True

    def _leave_out(self, where: str, error: CrawlError, count: int = 1) -> None:
        self.count.skipped[f"{error.reason}:{host_of(error.url) or NO_HOST}"] += count
        said = {"outcome": error.outcome, "reason": error.reason, "detail": error.url}
        self.books.add_attempt(url=where, **said)

    def _begun(
        self, found: Item | Revisit | Trouble | Unclaimed, repeats: int | None = None
    ) -> _Waiting:
        """An exchange on its way, its page with a worker if it is to be read."""
        each = _Waiting(found)
        try:
            if isinstance(found, Revisit):
                each.site = self._claiming(strict_address(found.url))
            elif isinstance(found, Item):
                if found.date_source != "argument" and found.captured_at > self._latest:
                    said = f"{found.captured_at} has not come yet"
                    return _Waiting(Trouble(found.where, "damaged", "date", said))
                self._begin(each, found, repeats)
        except UnwritableError as error:
            each.found = Trouble(found.where, "damaged", "headers", str(error))
        except CrawlError as error:
            each.error = error
        return each

    def _begin(self, each: _Waiting, item: Item, repeats: int | None) -> None:
        """Raises: CrawlError for an address that is none, or that no site claims."""
        if item.url is None:
            name = self.site.name if self.site else None
            each.asked = self.looks.ask(LookTask(_page_of(item), name, "record"))
            return
        strict = strict_address(item.url)
        site = each.site = self._claiming(strict)
        ready = each.ready = _ready(item, site.name, site.own_address(strict), repeats)
        known = self.books.frontier.page_id(site.name, ready.exchange.url)
        if ready.is_read and not self._is_known(known, ready.exchange, ready.message):
            task = LookTask(_page_of(item, ready.exchange.url), site.name, "result")
            each.asked = self.looks.ask(task)

    def _name(self, each: _Waiting) -> None:
        """Give a page that came without an address its own, as was seen of it, or its urn."""
        item = each.found
        if not isinstance(item, Item) or each.asked is None or each.ready is not None:
            return
        seen = each.asked()
        url = None if isinstance(seen, Died) else _strict(seen.address)
        try:
            if url is None:
                each.site = self.site or site_named(DEFAULT_SITE)
                own = "urn:sha256:" + _page_of(item).sha256
            else:
                each.site = self._claiming(url)
                own = each.site.own_address(url)
            each.ready = _ready(item, each.site.name, own)
        except UnwritableError as error:
            each.found = Trouble(item.where, "damaged", "headers", str(error))
        except CrawlError as error:
            each.error = error

    def _claiming(self, url: str) -> Site:
        site = self.site or site_of_url(url)
        if site is None:
            raise _unclaimed(url)
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

    def _take_item(self, item: Item, ready: _Ready, asked: SentPage | None) -> None:
        """Store an exchange that is not here, and was not erased."""
        exchange, message, own = ready.exchange, ready.message, ready.exchange.url
        site, is_given = site_named(exchange.site), item.date_source == "argument"
        if self._erased.holds(site, own, message.body_sha256):
            error = CrawlError(url=own, outcome="refused_scope", reason="takedown")
            self._leave_out(item.where, error)
            return
        page_id = self.books.frontier.page_id(site.name, own)
        if self._is_known(page_id, exchange, message):
            self.count.unchanged += 1
            self.count.notes.update([NO_DATE] if own.startswith("urn:") and is_given else [])
            return
        if page_id is None:
            page_id = self.books.frontier.know(Found(site.name, own, ready.role), wants=False)
        attempt: list[int] = []

        def settle(db: sqlite3.Connection, capture_id: int, _: bool) -> None:
            attempt.append(settle_import(db, capture_id, ready.outcome, ready.reason))

        try:
            stored = self.books.store.add(exchange, message, page_id, settle)
        except UnwritableError as error:
            self._trouble(Trouble(item.where, "damaged", "headers", str(error)))
            return
        self._count(item, ready)
        if ready.role == "robots":
            self._note_robots(exchange, message, stored.capture_id)
        if ready.role != "comparison" and item.is_file:
            self._look_elsewhere(item, site, own)
        if ready.is_read and asked is not None:  # what was not asked about was here already
            lease = Lease(attempt[0], page_id, site.name, own, ready.role, None, 0, 0)
            self._check_record(item, lease, stored, asked())

    def _count(self, item: Item, ready: _Ready) -> None:
        count, is_page = self.count, ready.role == "comparison"
        count.stored += 1
        count.notes.update(item.notes)
        if SHORT in item.notes:
            count.problem(item.where, "damaged:reset", SHORT)
        if self.site and item.url and site_of_url(item.url) is not self.site:
            count.notes[OTHER_HOST] += 1
        count.notes.update([DECODED] if ready.message.decoded.is_plain else [])
        count.by_tool[item.tool or "not said"] += 1
        count.nameless += ready.exchange.url.startswith("urn:")
        count.undated += item.date_source == "file"
        if is_page and ready.outcome != "ok" and ready.exchange.repeats is None:
            count.problem(item.where, f"{ready.outcome}:{ready.reason}")

    def _check_record(
        self, item: Item, lease: Lease, stored: Stored, seen: PageLook | Died
    ) -> None:
        """Note whether a stored page gives a record."""
        self.profiler.see(lease.site, stored.capture_id, seen)
        if isinstance(seen, PageLook) and seen.result is not None:
            self._results.append((stored.segment, seen.result))
        failure = "parser_died" if isinstance(seen, Died) else seen.failure
        if failure is not None:
            self.books.frontier.note(lease, "extraction_refused", failure)
            said = FAILURES.get(failure, "")
            self.count.problem(item.where, f"extraction_refused:{failure}", said)

    def _note_robots(self, exchange: Exchange, message: Message, capture_id: int) -> None:
        """Note what a site's robots.txt asked for, for the pages that came with it."""
        rules = read_rules(message.status, body_of(message))
        with self.books.ledger.step() as db:
            note_robots(db, imported_rules(rules, exchange, self.books.id, capture_id))

    def _look_elsewhere(self, item: Item, site: Site, own: str) -> None:
        """Say of a saved page that is stored as no comparison, if it shows one.

        Tools that pack folders into WARC files make addresses of the files' names.
        """
        seen = self.looks.now(LookTask(_page_of(item), site.name, "record"))
        if not isinstance(seen, Died) and seen.record is not None:
            self.count.problem(item.where, "extraction_refused:address", f"{own} {MISPLACED}")

    def _is_known(self, page_id: int | None, exchange: Exchange, message: Message) -> bool:
        """Whether this very exchange is in the archive; one without a sound date, at any time.

        It is told by its record's id; where one of the two has none, by its time and body. One
        whose headers say more, a wish of the publisher perhaps, is another.
        """
        if page_id is None:
            return False
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

    def _trouble(self, found: Trouble) -> None:
        said = {"outcome": found.outcome, "reason": found.reason, "detail": found.detail}
        self.books.add_attempt(url=found.where, **said)
        self.count.problem(found.where, f"{found.outcome}:{found.reason}", found.detail)

    def report(self) -> ImportReport:
        """The count, noted in the ledger."""
        drift = self._drift + self.profiler.finish()
        listed = self.listed
        unmet = {} if listed is None else {"lines": list(listed.unmet), "files": self.unlisted}
        return self.count.report(self.books, self.site.name if self.site else None, drift, unmet)


def _unclaimed(url: str) -> CrawlError:
    return CrawlError(url=url, outcome="refused_scope", reason="host")


def _size(found: SourceItem) -> int:
    return len(found.block) if isinstance(found, Item) else 0


def _groups(revisits: Iterable[Revisit]) -> Iterator[list[Revisit]]:
    left = iter(revisits)
    while some := list(islice(left, GROUP)):
        yield some


def _ready(item: Item, site: str, own: str, repeats: int | None = None) -> _Ready:
    """What is to be stored of an item. Raises: UnwritableError where it is no HTTP response."""
    exchange = Exchange(
        site=site,
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
    message = exchange.message(item.message)
    outcome, reason = outcome_of(message, is_repeat=repeats is not None)
    return _Ready(exchange, message, imported_role(exchange), outcome, reason)
