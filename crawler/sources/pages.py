"""A saved page: its bytes, its address and its date.

address   what is given, the original that an archive's head names, the page's saving marks
date      what is given, Memento-Datetime, an archive copy's marks, the head's Date, other marks,
          else the file's time, which is doubtful: tools set it to what they like
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from archive.warc import MAX_BYTES, Message, take_apart
from crawler.sources.files import PAGES, shown
from crawler.sources.heads import original_of, response_in, time_of
from crawler.sources.item import Given, Item, Trouble
from machine.clock import parse_stamp, stamp
from machine.dates import read_date
from parsers import Saved, saved_from
from schema.dates import DateSource, Precision
from schema.errors import UsageError

Date = tuple[str, DateSource, Precision]


def page_of(path: Path, given: Given) -> Item | Trouble:
    """The page that a file is. Raises: OSError when it cannot be read."""
    where = shown(path)
    with path.open("rb") as file:
        body = file.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        return Trouble(where, "too_large", "decoded", f"larger than {MAX_BYTES} bytes")
    if not body:
        return Trouble(where, "damaged", "empty", "the file is empty")
    block = response_in(body)
    message = take_apart(block) if block is not None else None
    content_type = None if message else PAGES.get(path.suffix.lower(), "text/html")
    said = message.header("content-type") if message else content_type
    saved = saved_from(message.decoded.body or b"" if message else body, said)
    url = given.url or (original_of(message) if message else None) or (saved and saved.url) or None
    date = next(_dates(path, given, message, saved), None)
    if date is None:
        return Trouble(where, "damaged", "date", "the file's date is none; name one with --date")
    at, source, precision = date
    return Item(
        where,
        url,
        at,
        source,
        block or body,
        is_file=message is None,
        content_type=content_type,
        precision=precision,
        tool=saved.tool if saved else None,
    )


def _dates(
    path: Path, given: Given, message: Message | None, saved: Saved | None
) -> Iterator[Date]:
    """The dates that a page has, the soundest first."""
    if given.date is not None:
        said = read_date(given.date, where="--date")
        yield said.at, "argument", said.precision
    if message and (at := time_of(message, "memento-datetime")):
        yield at, "page", "second"
    # The head's own date is when the copy was asked for, which says nothing of the page.
    is_copy = saved is not None and saved.is_archive_copy
    if message and not is_copy and (at := time_of(message, "date")):
        yield at, "page", "second"
    if saved and saved.at and _is_time(saved.at):
        yield saved.at, "page", saved.precision
    moment = _modified(path)
    if moment is not None:
        yield moment, "file", "unknown"


def _is_time(text: str) -> bool:
    try:
        return bool(parse_stamp(text))
    except UsageError:
        return False


def _modified(path: Path) -> str | None:
    """The file's own time. Absent: None for one that cannot be."""
    try:
        return stamp(parse_stamp(stamp(datetime.fromtimestamp(int(path.stat().st_mtime), UTC))))
    except (UsageError, ValueError, OverflowError):
        return None
