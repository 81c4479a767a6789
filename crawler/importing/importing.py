"""Saved pages and other tools' WARC files become captures like any other, bytes and date kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archive import Home, open_run
from crawler.context import Progress
from crawler.hosts.addresses import strict_address
from crawler.importing.looks import Looks, look_all
from crawler.importing.taking import Taking
from crawler.report import ImportReport
from crawler.sources import (
    Company,
    Given,
    find_files,
    holds_many,
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

TOLD_EACH = 1000
"""After so many exchanges progress is told within a file, too."""


def import_paths(
    home: Path,
    paths: Sequence[Path],
    *,
    site: Site | None = None,
    url: str | None = None,
    urls_file: Path | None = None,
    date: str | None = None,
    ack: int | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Take saved pages, folders of them and WARC files into the archive.

    `ack` is a file descriptor that gets a line for each capture once it is safe, as in a crawl.

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
    with open_run(Home(home), "import", ack) as books, GuardedPool(look_all, workers=2) as pool:
        taking = Taking(books, Looks(pool), site, listed)
        for number, path in enumerate(files):
            given_here = Given(urls.get(real(path)), date)
            for found in read_source(path, given_here, is_named=path in named, company=company):
                taking.take(found)
                if progress is not None and taking.count.read % TOLD_EACH == 0:
                    progress("exchanges", taking.count.read, 0)
            taking.end_file(path)
            if progress is not None:
                progress("looked at", number + 1, len(files))
        taking.finish()
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
