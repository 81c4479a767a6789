"""Saved pages and other tools' WARC files become captures like any other, bytes and date kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archive import Home, open_run
from crawler.context import Progress
from crawler.hosts.addresses import strict_address
from crawler.importing.looks import RECYCLE, Looks
from crawler.importing.taking import Taking
from crawler.reading.look import look
from crawler.report import ImportReport
from crawler.sources import (
    IS_ADDRESS,
    Company,
    Given,
    Trouble,
    addresses,
    fetched,
    find_files,
    holds_many,
    matched,
    read_source,
    read_urls_file,
    real,
    require_files,
    sidecar,
)
from machine.clock import now, parse_stamp
from machine.worker import GuardedPool
from parsers import Site
from parsers.sites import site_of_url
from schema.errors import CrawlError, UsageError

WORKERS = 2
TOLD_EACH = 1000
"""After so many exchanges progress is told within a file, too."""


def import_paths(
    home: Path,
    named: Sequence[Path | str],
    *,
    site: Site | None = None,
    url: str | None = None,
    urls_file: Path | None = None,
    date: str | None = None,
    ack: int | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Take saved pages, folders of them and WARC files into the archive.

    Shape: `named` are paths, patterns of them, and addresses that fsspec reads; `ack` is a file
    descriptor that gets a line for each capture once it is safe, as in a crawl.
    Raises: UsageError for a path, address, list or date that does not fit, or folders that hold
    nothing to take; StartError when the home is locked or unwritable.
    """
    told = list(map(str, named))
    remote = [found for each in told if IS_ADDRESS(each) for found in addresses(each)]
    paths = [path for each in told if not IS_ADDRESS(each) for path in matched(each)]
    for path in paths:
        if not path.exists():
            raise UsageError(what=f"{path}: there is no such file or folder")
    files = find_files(paths)
    if not remote:
        require_files(paths, files)
    listed = read_urls_file(urls_file, files) if urls_file is not None else None
    if date is not None and parse_stamp(date, where="--date") > now():
        raise UsageError(what=f"--date {date}: has not come yet")
    urls = dict(listed.urls) if listed is not None else {}
    if url is not None:
        urls = {real(_only_page(paths, files)): url}
    for given in urls.values():
        _require_claimed(given, site)
    is_named, company = {path for path in paths if not path.is_dir()}, Company(files)
    told_of = _Progress(progress, files, remote)
    guarded = GuardedPool(look, workers=WORKERS, recycle_after=RECYCLE)
    with open_run(Home(home), "import", ack) as books, guarded as pool:
        taking = Taking(books, Looks(pool), site, listed)
        for path in files:
            mine = Given(urls.get(real(path)), date, taking.claims)
            for found in read_source(path, mine, is_named=path in is_named, company=company):
                taking.take(found)
                told_of.one(found.where)
            taking.end_file(path)
            told_of.file(path)
        for address in remote:
            try:
                with fetched(address, taking.claims) as path:
                    for found in read_source(path, Given(None, date, taking.claims), where=address):
                        taking.take(found)
                        told_of.one(found.where)
            except OSError as error:
                said = str(error) or type(error).__name__
                taking.take(Trouble(address, "damaged", "unreadable", said))
            told_of.file(address)
        taking.finish()
        return taking.report()


class _Progress:
    """Tells how many exchanges were read, and of about how many: by how far into the files."""

    def __init__(self, tell: Progress | None, files: Sequence[Path], remote: Sequence[str]) -> None:
        self._tell, self._read, self._before, self._looked = tell, 0, 0, 0
        self._sizes = {path: path.stat().st_size for path in files if path.is_file()}
        # How large a file at an address is, nobody has asked yet: then there is no estimate.
        self._all = 0 if remote else sum(self._sizes.values())
        self._files = len(files) + len(remote)

    def one(self, where: str) -> None:
        """An exchange was read; `where` ends with its place in a WARC file."""
        self._read += 1
        if self._tell is None or self._read % TOLD_EACH:
            return
        place = where.rpartition("#")[2]
        so_far = self._before + (int(place) if place.isdecimal() else 0)
        about = self._read * self._all // so_far if so_far else 0
        self._tell("exchanges", self._read, max(about, self._read) if about else 0)

    def file(self, path: Path | str) -> None:
        """A file was read to its end."""
        self._looked += 1
        self._before += self._sizes.get(path, 0) if isinstance(path, Path) else 0
        if self._tell is not None:
            self._tell("looked at", self._looked, self._files)


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
