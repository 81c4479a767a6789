"""What one file holds, whatever kind of file it is: the table of kinds and their readers."""

from __future__ import annotations

import errno
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from archive.warc import MAX_BYTES
from crawler.sources import sidecars
from crawler.sources.files import shown
from crawler.sources.har import har_exchanges
from crawler.sources.item import Given, Item, PassedOver, SourceItem, Trouble
from crawler.sources.kinds import HEAD_BYTES, MANY, READ, Kind, kind_of
from crawler.sources.mhtml import mhtml_page
from crawler.sources.pages import packed_page, page_of
from crawler.sources.source import BadSourceError, Source
from crawler.sources.wacz import wacz_exchanges
from crawler.sources.warcs import exchanges_of
from crawler.sources.webarchive import webarchive_page
from crawler.sources.zim import zim_pages
from crawler.sources.zips import zip_contents
from crawler.sources.zstd import zstd_exchanges

Reader = Callable[[Source], Iterator[SourceItem]]


def _zip(source: Source) -> Iterator[SourceItem]:
    return zip_contents(source, _read)


READERS: dict[Kind, Reader] = {
    "page": page_of,
    "packed": packed_page,
    "mhtml": mhtml_page,
    "webarchive": webarchive_page,
    "warc": lambda source: exchanges_of(source.path, source.where, source.given.claims),
    "zstd": zstd_exchanges,
    "wacz": wacz_exchanges,
    "zip": _zip,
    "har": har_exchanges,
    "zim": zim_pages,
}


def read_source(
    path: Path,
    given: Given,
    *,
    is_named: bool = True,
    company: sidecars.Company | None = None,
    where: str | None = None,
) -> Iterator[SourceItem]:
    """What one file holds: a page, or the exchanges of a WARC file or another container.

    `company` are all the files of the same call; one that was not named, but found in a folder, is
    passed over where its kind is not read. `where` is what it is called if not by its path.
    """
    where = where or shown(path)
    try:
        if path.exists() and not path.is_file():
            yield (
                PassedOver(where, "a link to a folder")
                if path.is_dir() and not is_named
                else Trouble(where, "damaged", "unreadable", "it is no ordinary file")
            )
            return
        told = None if is_named else sidecars.sidecar(path)
        if told is None and company is not None and company.is_rewritten(path):
            told = sidecars.REWRITTEN
        if told is None:
            source = Source(path, path.name, where, given, _beside(path))
            yield from _read(source, company, is_named=is_named)
        else:
            yield PassedOver(where, told)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOSPC):
            raise  # it is the machine that cannot, not the file
        yield Trouble(where, "damaged", "unreadable", error.strerror or str(error))


def holds_many(path: Path) -> bool:
    """Whether a file is a container of many pages; one that cannot be read is none."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return kind_of(path.name, file.read(HEAD_BYTES)) in MANY
    except OSError:
        return False


def _read(
    source: Source, company: sidecars.Company | None = None, *, is_named: bool = False
) -> Iterator[SourceItem]:
    """What a file holds. Absent: `company` is None for one that stands for itself."""
    with source.path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    kind = kind_of(source.name, head)
    if kind == "page" and zipfile.is_zipfile(source.path):
        yield source.broken(
            "a page with a zip file behind it, as SingleFile packs itself: unpack it, and name what"
            " is inside",
            "container",
        )
    elif kind == "unknown" and urlsplit(source.given.url or "").path != "/robots.txt":
        yield _unknown(source, is_named)
    elif kind == "page" and not is_named and (told := _copy(source, head, company)) is not None:
        yield PassedOver(source.where, told)
    else:
        try:  # of no kind are rules, and whoever names their file says whose they are
            yield from READERS["page" if kind == "unknown" else kind](source)
        except BadSourceError as error:
            yield source.told(error)


def _unknown(source: Source, is_named: bool) -> SourceItem:
    if is_named:
        return source.broken(f"of no kind that is read, which are {READ}", "unknown_kind")
    return PassedOver(source.where, sidecars.UNKNOWN)


def _copy(source: Source, head: bytes, company: sidecars.Company | None) -> str | None:
    """What a page in a folder is that another file there holds better. Absent: None."""
    if sidecars.is_made_index(head):
        return "a file of HTTrack's own"
    if company is None:
        return None
    if company.is_attached(source.path):
        return sidecars.ATTACHED
    if company.is_frame(source.path):
        return sidecars.FRAME
    return sidecars.ARCHIVEBOX if any(map(_holds_page, company.snapshot(source.path))) else None


@lru_cache(maxsize=64)
def _holds_page(warc: Path) -> bool:
    """Whether a snapshot's WARC file has an answer of HTML, which the copies beside it show."""
    answers = (each for each in exchanges_of(warc) if isinstance(each, Item) and not each.is_file)
    return any(
        re.match(rb"HTTP/\S+ 200\b", each.block) and b"text/html" in each.block[:8192].lower()
        for each in answers
    )


def _beside(path: Path) -> Callable[[str], bytes | None]:
    """What gives the bytes of a file in the same folder, by a name that is no path."""

    def beside(name: str) -> bytes | None:
        if re.fullmatch(r"[\w-][\w.-]*", name) is None:
            return None
        other = path.with_name(name)
        if other.is_symlink() or not other.is_file() or other.stat().st_size > MAX_BYTES:
            return None
        return other.read_bytes()

    return beside
