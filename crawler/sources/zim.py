"""The pages of a ZIM file. `libzim`, which alone reads it, is an extra of the installation.

warc2zim writes a page under its host and path, so its address is known but for scheme and port;
links in it are rewritten. It states when the pages were captured (`X-ContentDate`); `Date` is when
the file was made, and no date of a page. Of other ZIM files only pages that look like a comparison
are taken.

Source: the ZIM files of warc2zim 2.2.2, read with libzim 3.13.1.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from archive.warc import MAX_BYTES
from crawler.sources.item import PassedOver, SourceItem, Trouble
from crawler.sources.kinds import is_text_of_page
from crawler.sources.pages import page_from
from crawler.sources.source import Source, printable
from machine.dates import Dated, read_date
from schema.errors import UsageError

NO_COMPARISON = "a page of a ZIM file that is no comparison"
SAFE = "/?&=:@!$'()*+,;~"
"""Signs that stay as they are where the decoded path of an entry becomes an address."""


def zim_pages(source: Source) -> Iterator[SourceItem]:
    """The pages of a ZIM file. Raises: OSError when it cannot be read."""
    try:
        reader = importlib.import_module("libzim.reader")
    except ImportError:
        yield source.broken("a ZIM file is read with libzim: pip install libzim", "not_installed")
        return
    try:
        archive = reader.Archive(source.path)
        zim = _Zim(archive)
        for number in range(archive.all_entry_count):
            yield from _page(source, archive, number, zim)
    except (RuntimeError, KeyError) as error:
        yield source.broken(f"no whole ZIM file: {error}")


class _Zim:
    """What the file says of all its pages."""

    def __init__(self, archive: Any) -> None:
        self.scraper = _said(archive, "Scraper")[:80]
        self.has_addresses = "warc2zim" in self.scraper
        self.main = urlsplit(_said(archive, "Source"))
        self.dated = _content_date(_said(archive, "X-ContentDate"))

    def address(self, path: str) -> str | None:
        """The address of an entry. Absent: None where its path does not begin with a host."""
        host = path.partition("/")[0]
        if not self.has_addresses or "." not in host:
            return None
        is_http = self.main.scheme == "http" and self.main.netloc == host
        return f"{'http' if is_http else 'https'}://{quote(path, safe=SAFE)}"


def _said(archive: Any, name: str) -> str:
    if name not in archive.metadata_keys:
        return ""
    return bytes(archive.get_metadata(name)).decode("utf-8", "replace")


def _content_date(text: str) -> Dated | None:
    """When the pages were captured: a day, or, of a span, the month or year that it lies in.

    >>> _content_date("2026-11-03,2026-11-30").precision, _content_date("2025-12-31,2026-01-02")
    ('month', None)
    """
    first, _, last = text.partition(",")
    shared = first if not last else first[:7] if first[:7] == last[:7] else ""
    shared = shared or (first[:4] if first[:4] == last[:4] else "")
    try:
        return read_date(shared) if shared else None
    except UsageError:
        return None


def _page(source: Source, archive: Any, number: int, zim: _Zim) -> Iterator[SourceItem]:
    entry = archive._get_entry_by_id(number)
    if entry.is_redirect:
        return
    item = entry.get_item()
    if item.mimetype.split(";")[0] not in ("text/html", "application/xhtml+xml"):
        return
    given = replace(source.given, url=None)
    inside = replace(source, where=f"{source.where}!{printable(entry.path)}", given=given)
    if item.size > MAX_BYTES:
        yield Trouble(inside.where, "too_large", "decoded", f"larger than {MAX_BYTES} bytes")
        return
    body, url = bytes(item.content), zim.address(entry.path)
    if url is None and not is_text_of_page(body):
        yield PassedOver(inside.where, NO_COMPARISON)
        return
    yield page_from(inside, body, item.mimetype, url=url, dated=zim.dated, tool=zim.scraper)
