"""A page saved as MHTML: the root of its parts. Frames and pictures in it are not read.

Source: RFC 2557; what Chromium 156 writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from crawler.sources.item import SourceItem
from crawler.sources.pages import page_from
from crawler.sources.source import BadSourceError, Source
from machine.clock import stamp
from machine.dates import Dated, read_date
from schema.errors import UsageError

MOST_BYTES = 64 << 20
"""The largest file that is read, with its pictures. Units: bytes."""
_HTML = ("text/html", "application/xhtml+xml")


def mhtml_page(source: Source) -> Iterator[SourceItem]:
    """The page of an MHTML file. Raises: BadSourceError; OSError when it cannot be read."""
    data = source.bytes_up_to(MOST_BYTES)
    try:
        message = message_from_bytes(data)
        root = _root(message)
        body = root.get_payload(decode=True) if root is not None else None
    except (MessageError, ValueError, LookupError, RecursionError) as error:
        raise BadSourceError(f"no MHTML: {error}") from error
    if root is None or not isinstance(body, bytes):
        raise BadSourceError("an MHTML file without a page of HTML in it")
    if not _is_whole(message, root, data):
        raise BadSourceError("the MHTML file is cut: its last boundary is missing")
    yield page_from(
        source,
        body,
        " ".join(str(root.get("Content-Type") or "text/html").split()),  # it may be folded
        url=_address(message, root),
        dated=_dated(message),
        tool=_tool(message),
    )


def _root(message: Message) -> Message | None:
    """The part that `start` names, else the first of HTML."""
    parts = [part for part in message.walk() if part.get_content_type() in _HTML]
    start = message.get_param("start")
    named = (part for part in parts if start and part.get("Content-ID") == start)
    return next(named, parts[0] if parts else None)


def _is_whole(message: Message, root: Message, data: bytes) -> bool:
    """Whether the root's end is there: the last boundary, or another part after it."""
    boundary = message.get_boundary()
    is_closed = boundary is None or f"--{boundary}--".encode("ascii", "replace") in data
    return is_closed or list(message.walk())[-1] is not root


def _address(message: Message, root: Message) -> str | None:
    """Where the page was. Absent: None where no address of the web is named."""
    base, part = _text(message, "Content-Location"), _text(root, "Content-Location")
    try:
        own = urljoin(base, part)
    except ValueError:
        own = part
    stated = (_text(message, "Snapshot-Content-Location"), own)
    return next((url for url in stated if url.startswith(("http://", "https://"))), None)


def _text(part: Message, name: str) -> str:
    """A header as text without white space; empty where it is not there or not to be read."""
    try:
        text = str(make_header(decode_header(str(part.get(name) or ""))))
    except (LookupError, ValueError, MessageError):
        return ""
    return re.sub(r"\s", "", text)


def _dated(message: Message) -> Dated | None:
    try:
        moment = parsedate_to_datetime(str(message.get("Date")))
        return read_date(stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC)))
    except (ValueError, TypeError, OverflowError, IndexError, UsageError):
        return None


def _tool(message: Message) -> str | None:
    said = str(message.get("X-Generator") or message.get("X-MAF-Information") or "")
    saved_by = re.search(r"Saved by ([^<>]{1,60})>?", str(message.get("From") or ""))
    return saved_by[1].strip() if saved_by else said[:80] or None
