"""The exchanges of a HAR file, each answer's message built again from what the file says of it.

The bodies in it are decoded already, so the headers that speak of their encoding and length are
left out; all others are kept, wishes of the publisher among them.

Source: HAR 1.2; Playwright 1.65 (`_file` names a body beside the HAR), Chromium 156 (`_fromCache`).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from crawler.sources.item import Item, PassedOver, Revisit, SourceItem
from crawler.sources.source import BadSourceError, Source
from machine.clock import stamp
from machine.dates import Dated, read_date
from parsers.page import LABELS
from schema.errors import UsageError

MOST_BYTES = 256 << 20
"""The largest HAR file that is read; it is held in memory as a whole. Units: bytes."""
UNDONE = ("content-encoding", "content-length", "transfer-encoding")
NO_PAGE = "an answer of a HAR file that is no page"
_ODD = (ArithmeticError, ValueError, LookupError, TypeError, AttributeError, UsageError)
"""What is raised where a value is not of the kind that HAR 1.2 gives it."""
LEAST_BASE64 = 100
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
UNANSWERED = "a request of a HAR file that got no answer of its own"
_HTML = ("text/html", "application/xhtml+xml")
_TOKEN = re.compile(r"[!#-'*+.^_`|~0-9A-Za-z-]+")
_BREAKS = re.compile("[\r\0]")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s\"';,]+)[\"']?", re.I)


def har_exchanges(source: Source) -> Iterator[SourceItem]:
    """The pages and redirects of a HAR file. Raises: BadSourceError; OSError."""
    data = source.bytes_up_to(MOST_BYTES)
    try:
        log = json.loads(data)["log"]
        entries = log["entries"]
        if not isinstance(entries, list):
            raise TypeError("entries is no list")
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise BadSourceError(f"no HAR: {error}") from error
    tool = _tool(log.get("creator"))
    for number, entry in enumerate(entries):
        where = f"{source.where}#entries[{number}]"
        try:
            yield _exchange(source, where, entry, tool)
        except BadSourceError as error:
            yield source.part(where).told(error)
        except _ODD as error:
            yield source.part(where).broken(f"no entry of a HAR: {error}")


def _exchange(source: Source, where: str, entry: Any, tool: str | None) -> SourceItem:
    request, response = entry["request"], entry["response"]
    status, content = int(response["status"]), response.get("content") or {}
    url = str(request["url"])
    f"{url}{entry.get('serverIPAddress')}".encode()  # half a character is none
    said = response.get("headers") or ()
    headers = [(str(each["name"]).strip(), str(each["value"])) for each in said]
    kind = _header(headers, "content-type") or str(content.get("mimeType") or "")
    is_redirect = 300 <= status < 400 and status != 304
    if not 200 <= status < 600 or request.get("method", "GET") != "GET":
        return PassedOver(where, UNANSWERED)
    if status == 304:
        at, precision = _dated(entry, headers)
        head = _head(response, status, headers)
        return Revisit(
            where, url, at, precision, head, is_unmodified=True, tool=tool, date_source="container"
        )
    if not (is_redirect or kind.split(";")[0].strip().lower() in _HTML):
        return PassedOver(where, NO_PAGE)
    body = _body(source, content, kind)
    if body is None and status == 200:
        raise BadSourceError(f"{url}: the HAR was saved without this page's body", "no_body")
    if isinstance(body, str) and body:
        body, kind = _encoded(body, kind)
        headers = [(name, kind if name.lower() == "content-type" else v) for name, v in headers]
    if _header(headers, "content-type") is None and kind:
        headers.append(("Content-Type", kind))
    dated = _dated(entry, headers)
    head = _head(response, status, headers)
    ip = entry.get("serverIPAddress")
    return Item(
        where,
        url,
        dated.at,
        "container",
        head + (body if isinstance(body, bytes) else b""),
        False,
        None,
        ip=ip if isinstance(ip, str) and ip else None,
        precision=dated.precision,
        tool=tool,
    )


def _header(headers: list[tuple[str, str]], wanted: str) -> str | None:
    return next((value for name, value in headers if name.lower() == wanted), None)


def _body(source: Source, content: Any, kind: str) -> bytes | str | None:
    """The body: bytes, or text that the file gives as such. Absent: None where it has none."""
    attached = content.get("_file")
    if isinstance(attached, str):
        body = source.beside(attached)
        if body is None:
            raise BadSourceError(f"its body, {attached[:80]!r}, is not beside the HAR", "no_body")
        return body
    text = content.get("text")
    if not isinstance(text, str):
        return None
    is_packed = content.get("encoding") == "base64"
    if not is_packed and (len(text) < LEAST_BASE64 or not _BASE64.fullmatch(text)):
        return text  # some tools leave out to say that it is base64, in which no page is written
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSourceError(f"its body is no base64: {error}") from error


def _encoded(text: str, kind: str) -> tuple[bytes, str]:
    """A body that is given as text, as bytes, and the content type that names their encoding.

    They are those of the encoding that the answer named, where that has all its characters.
    """
    named = _CHARSET.search(kind)
    encoding = LABELS.get(named[1].lower()) if named else None
    try:
        if encoding is not None:
            return text.encode(encoding), kind
    except UnicodeEncodeError:
        pass  # then it was not in that encoding
    try:
        plain = _CHARSET.sub("", kind).rstrip("; ")
        return text.encode(), f"{plain or 'text/html'}; charset=utf-8"
    except UnicodeEncodeError as error:
        raise BadSourceError(f"its text is none: {error.reason}") from error


def _head(response: Any, status: int, headers: list[tuple[str, str]]) -> bytes:
    """The head of the message, with each header that may stand in one."""
    version = str(response.get("httpVersion") or "").lower()
    number = re.search(r"(?:h|http/?)(\d(?:\.\d)?)", version)
    reason = re.sub(r"[^\x20-\x7e]", "", str(response.get("statusText") or ""))
    lines = [f"HTTP/{number[1] if number else '1.1'} {status} {reason}"]
    for name, value in headers:
        # Chromium joins headers of one name by line breaks.
        for each in value.split("\n") if name.lower() not in UNDONE else ():
            if _TOKEN.fullmatch(name):  # HTTP/2's `:status` is no header
                lines.append(f"{name}: {_BREAKS.sub('', each).strip()}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "replace")


def _dated(entry: Any, headers: list[tuple[str, str]]) -> Dated:
    """When the answer was given; one from the browser's cache, when its server gave it."""
    if not entry.get("_fromCache"):
        return read_date(str(entry["startedDateTime"]), where="startedDateTime")
    try:
        return Dated(stamp(parsedate_to_datetime(_header(headers, "date") or "")))
    except (ValueError, TypeError, OverflowError, IndexError) as error:
        raise BadSourceError("from the browser's cache, with no Date", "date") from error


def _tool(creator: Any) -> str | None:
    if not isinstance(creator, dict) or not isinstance(creator.get("name"), str):
        return None
    return f"{creator['name']} {creator.get('version') or ''}".strip()[:80]
