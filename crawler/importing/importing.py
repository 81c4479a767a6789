"""Saved pages and other tools' WARC files become captures like any other, bytes and date kept."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from archive import Home, OpenRun, open_run
from archive.ledger import Found, Lease, settle_import, stored_exchanges
from archive.store import NOT_MODIFIED, Exchange, Reference, original_of_revisit, put_together
from archive.warc import Message, take_apart
from crawler.choosing import TakenPages
from crawler.context import Progress
from crawler.drift.profiler import Profiler, judge_rest
from crawler.hosts.addresses import strict_address
from crawler.importing.imported import imported_role, outcome_of
from crawler.reading.look import LookTask, PageLook, look
from crawler.report import ImportReport
from crawler.sources import (
    Company,
    Given,
    Item,
    Listed,
    PassedOver,
    Revisit,
    SourceItem,
    Trouble,
    find_files,
    holds_many,
    read_source,
    read_urls_file,
    real,
    require_files,
    shown,
    sidecar,
)
from machine.clock import later, now, parse_stamp
from machine.worker import Died, GuardedPool
from parsers import Site
from parsers.sites import DEFAULT_SITE, site_named, site_of_url
from schema.errors import CrawlError, UsageError
from schema.page import RawPage

CLOCKS_DIFFER_DAYS = 1
"""So far may the date of a record or a file lie ahead of this machine's clock. Units: days."""
TOLD_EACH = 1000
"""After so many exchanges progress is told within a file, too."""
NO_HOST = "pages without an address"
DECODED = "its body came without the encoding that its head names"


def import_paths(
    home: Path,
    paths: Sequence[Path],
    *,
    site: Site | None = None,
    url: str | None = None,
    urls_file: Path | None = None,
    date: str | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Take saved pages, folders of them and WARC files into the archive.

    Raises: UsageError for a path, address, list or date that does not fit, or folders that hold
    nothing to take; StartError when the home is locked or unwritable.
    """
    for path in paths:
        if not path.exists():
            raise UsageError(what=f"{path}: there is no such file or folder")
    files = find_files(paths)
    require_files(paths, files)
    listed = read_urls_file(urls_file, files) if urls_file is not None else None
    if date is not None and parse_stamp(date, where="--date") > now():
        raise UsageError(what=f"--date {date}: has not come yet")
    urls = dict(listed.urls) if listed is not None else {}
    if url is not None:
        urls = {real(_only_page(paths, files)): url}
    for given in urls.values():
        _require_claimed(given, site)
    named, company = {path for path in paths if not path.is_dir()}, Company(files)
    with open_run(Home(home), "import") as books, GuardedPool(look) as pool:
        taking = _Import(books, pool, site, listed)
        for number, path in enumerate(files):
            given_here = Given(urls.get(real(path)), date)
            for found in read_source(path, given_here, is_named=path in named, company=company):
                taking.take(found)
                if progress is not None and taking.read % TOLD_EACH == 0:
                    progress("exchanges", taking.read, 0)
            taking.end_file(path)
            if progress is not None:
                progress("looked at", number + 1, len(files))
        taking.take_deferred()
        return taking.report()


def _only_page(paths: Sequence[Path], files: Sequence[Path]) -> Path:
    """The one page that an address is given to. Raises: UsageError where there is not just one."""
    pages = [file for file in files if file in paths or sidecar(file) is None]
    if len(pages) != 1 or holds_many(pages[0]):
        raise UsageError(what="--url names the address of one saved page")
    return pages[0]


def _require_claimed(url: str, site: Site | None) -> None:
    try:
        strict = strict_address(url)
    except CrawlError as error:
        raise UsageError(what=f"{url}: not an address of a page") from error
    if site is None and site_of_url(strict) is None:
        raise UsageError(what=f"{url}: no site claims its host; name one with --site")


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


def _unmet(listed: Listed | None, unlisted: list[str]) -> dict[str, list[str]]:
    if listed is None:
        return {}
    return {"lines": list(listed.unmet), "files": unlisted}


@dataclass
class _Import:
    """The taking in of one run, and its count."""

    books: OpenRun
    pool: GuardedPool[LookTask, PageLook]
    site: Site | None
    listed: Listed | None = None
    profiler: Profiler = field(init=False)
    read: int = 0
    stored: int = 0
    unchanged: int = 0
    nameless: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[str, str]] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    by_tool: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    passed_files: list[tuple[str, str]] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    """Files of pages that the list of addresses does not name."""
    deferred: list[Revisit] = field(default_factory=list)
    """Revisits that came before their original, or without it."""

    def __post_init__(self) -> None:
        self._drift = judge_rest(self.books, self.pool.call)
        self.profiler = Profiler(self.books)
        self._pages_here = 0
        self._erased = TakenPages(self.books.home, erased=True)

    def take(self, found: SourceItem) -> None:
        """Store one exchange, or note why not."""
        if isinstance(found, PassedOver):
            self.passed_over[found.kind] += 1
            self.passed_files.append((found.where, found.kind))
            return
        self.read += 1
        if isinstance(found, Trouble):
            self._trouble(found.where, found.outcome, found.reason, found.detail)
            return
        if isinstance(found, Revisit):
            whole = self._whole(found)
            if whole is None:
                self.deferred.append(found)
            else:
                self._take_item(*whole)
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
        for revisit in self.deferred:
            whole = self._whole(revisit)
            if whole is not None:
                self._take_item(*whole)
                continue
            digest = revisit.digest or "no digest"
            said = f"its body ({digest}) is in no file given, nor here: import those together"
            self._trouble(revisit.where, "damaged", "revisit", said)

    def _take_item(self, found: Item, repeats: int | None = None) -> None:
        if found.date_source != "argument" and found.captured_at > later(days=CLOCKS_DIFFER_DAYS):
            self._trouble(found.where, "damaged", "date", f"{found.captured_at} has not come yet")
            return
        try:
            site, own, seen = self._address(found)
            self._store(found, site, own, repeats, seen)
        except CrawlError as error:
            self.skipped[f"{error.reason}:{_host(error.url)}"] += 1
            self.books.add_attempt(
                url=found.where, outcome=error.outcome, reason=error.reason, detail=error.url
            )

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
        row = original_of_revisit(ledger, store, said)
        if row is None:
            return None
        item = Item(
            revisit.where,
            revisit.url,
            revisit.captured_at,
            "warc",
            put_together(ledger, store, row, revisit.head),
            is_file=False,
            content_type=None,
            ip=revisit.ip,
            precision=revisit.precision,
            record_id=revisit.record_id,
            digest=revisit.digest,
            tool=revisit.tool,
        )
        return item, row["id"]

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
        message = exchange.message()
        if self._erased.holds(site, own, message.body_sha256):
            raise CrawlError(url=own, outcome="refused_scope", reason="takedown")
        if self._is_known(exchange, message):
            self.unchanged += 1
            return
        role = imported_role(exchange)
        page_id = self.books.frontier.enter(Found(site.name, own, role))
        outcome, reason = outcome_of(message, is_repeat=repeats is not None)
        attempt: list[int] = []

        def settle(db: sqlite3.Connection, capture_id: int, _: bool) -> None:
            attempt.append(settle_import(db, capture_id, outcome, reason))

        stored = self.books.store.add(exchange, message, page_id, settle)
        self.stored += 1
        self.notes.update(item.notes)
        self.notes.update([DECODED] if message.decoded.is_plain else [])
        self.by_tool[item.tool or "not said"] += 1
        self.nameless += own.startswith("urn:")
        if role != "comparison" or reason == "redirect" or repeats is not None:
            return
        if outcome != "ok":
            self._count(item.where, f"{outcome}:{reason}")
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
            self._count(item.where, f"extraction_refused:{failure}")

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
        self._count(where, f"{outcome}:{reason}", detail)

    def _count(self, where: str, code: str, detail: str = "") -> None:
        self.failed[code] += 1
        self.details.append(detail)
        self.problems.append((where, code))

    def report(self) -> ImportReport:
        """The count, noted in the ledger."""
        drift = self._drift + self.profiler.finish()
        nothing = not self.stored + self.unchanged
        is_idle = nothing and not self.skipped
        exit_code = 10 if self.failed or drift or is_idle else 0
        unclaimed = any(not each.startswith("takedown:") for each in self.skipped)
        if unclaimed and nothing:
            exit_code = UsageError.exit_code
        self.books.note(
            site=self.site.name if self.site else None,
            asked=self.read,
            stored=self.stored,
            unchanged=self.unchanged,
            failed=self.failed.total(),
            exit_code=exit_code,
            report=json.dumps(
                {
                    "failed": self.failed,
                    "skipped": self.skipped,
                    "passed_over": self.passed_over,
                    "drift": drift,
                },
                sort_keys=True,
            ),
        )
        return ImportReport(
            run_id=self.books.id,
            read=self.read,
            stored=self.stored,
            unchanged=self.unchanged,
            skipped=self.skipped.total(),
            skipped_by=dict(self.skipped.most_common()),
            nameless=self.nameless,
            failed=dict(self.failed),
            problems=tuple(self.problems),
            details=tuple(self.details),
            passed_over=dict(self.passed_over.most_common()),
            passed_files=tuple(self.passed_files),
            unmet=_unmet(self.listed, self.unlisted),
            drift=drift,
            notes=dict(self.notes),
            by_tool=dict(self.by_tool.most_common()),
            exit_code=exit_code,
        )
