"""A saved page: its bytes, its address and its date."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from archive.warc import MAX_BYTES
from crawler.sources.files import PAGES, shown
from crawler.sources.item import Given, Item, Trouble
from machine.clock import parse_stamp, stamp
from schema.errors import UsageError


def page_of(path: Path, given: Given) -> Item | Trouble:
    """The page that a file is. Raises: OSError when it cannot be read."""
    where = shown(path)
    with path.open("rb") as file:
        body = file.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        return Trouble(where, "too_large", "decoded", f"larger than {MAX_BYTES} bytes")
    if not body:
        return Trouble(where, "damaged", "empty", "the file is empty")
    content_type = PAGES.get(path.suffix.lower(), "text/html")
    if given.date is not None:
        return Item(
            where, given.url, stamp(parse_stamp(given.date)), "argument", body, True, content_type
        )
    try:
        moment = parse_stamp(stamp(datetime.fromtimestamp(int(path.stat().st_mtime), UTC)))
    except (UsageError, ValueError, OverflowError):
        return Trouble(where, "damaged", "date", "the file's date is none; name one with --date")
    return Item(
        where, given.url, stamp(moment), "file", body, True, content_type, precision="unknown"
    )
