"""A saved page: its bytes, its address and its date.

address   what is given, what a container says, the original that an archive's head names, the
          page's saving marks
date      what a container says, what is given, Memento-Datetime, an archive copy's marks, the
          head's Date, other marks, else the file's time, which is doubtful: tools set it to what
          they like
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePath

from archive.warc import MAX_BYTES, Message, decode_body, take_apart
from crawler.sources.heads import original_of, response_in, time_of
from crawler.sources.item import Given, Item, SourceItem, Trouble
from crawler.sources.kinds import GZIP, content_type_of
from crawler.sources.source import BadSourceError, Source
from machine.clock import parse_stamp, stamp
from machine.dates import Dated, read_date
from parsers import Saved, saved_from
from schema.dates import DateSource, Precision
from schema.errors import UsageError

PACKED = (".gz", ".zst")
Date = tuple[str, DateSource, Precision]


def page_of(source: Source) -> Iterator[SourceItem]:
    """The page that a file is. Raises: BadSourceError; OSError when it cannot be read."""
    body = source.bytes_up_to(MAX_BYTES)
    yield page_from(source, body, content_type_of(source.name, body))


def packed_page(source: Source) -> Iterator[SourceItem]:
    """The page that a file holds under gzip or zstd. Raises: BadSourceError; OSError."""
    packed = source.bytes_up_to(MAX_BYTES)
    found = decode_body(packed, "gzip" if packed.startswith(GZIP) else "zstd")
    if found.body is None and found.outcome == "too_large":
        raise BadSourceError(f"larger than {MAX_BYTES} bytes", "decoded", "too_large")
    if found.body is None:
        raise BadSourceError("its compressed bytes are cut or broken", "decode")
    name = PurePath(source.name)
    inner = name.stem if name.suffix.lower() in PACKED else source.name
    yield page_from(source, found.body, content_type_of(inner, found.body))


def page_from(
    source: Source,
    body: bytes,
    content_type: str,
    *,
    url: str | None = None,
    dated: Dated | None = None,
    tool: str | None = None,
) -> Item | Trouble:
    """A page that was saved as a file, with what its container says of it.

    A container that holds an archive's copy of a page speaks of the copy: then the page is asked.
    Absent: `url`, `dated` and `tool` are None where it says nothing.
    Raises: OSError when the file cannot be read.
    """
    where, given = source.where, source.given
    if not body:
        return Trouble(where, "damaged", "empty", "the file is empty")
    if len(body) > MAX_BYTES:
        return Trouble(where, "too_large", "decoded", f"larger than {MAX_BYTES} bytes")
    block = response_in(body)
    message = take_apart(block) if block is not None else None
    said = message.header("content-type") if message else content_type
    saved = saved_from(message.decoded.body or b"" if message else body, said)
    if saved is not None and saved.is_archive_copy:
        url = dated = None
    if dated is not None:
        date: Date | None = (dated.at, "container", dated.precision)
    else:
        date = next(_dates(source.path, given, message, saved), None)
    if date is None:
        return source.broken("the file's date is none; name one with --date", "date")
    at, date_source, precision = date
    original = original_of(message) if message else None
    return Item(
        where,
        given.url or url or original or (saved.url if saved else None) or None,
        at,
        date_source,
        block or body,
        is_file=message is None,
        content_type=None if message else content_type,
        precision=precision,
        tool=tool or (saved.tool if saved else None),
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
