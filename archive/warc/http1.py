"""An HTTP message as WARC stores it: taken apart, and its body undone strictly."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property

from archive.warc.content import DecodedBody, decode_body, is_text

KEPT_HEADERS = (
    "content-encoding",
    "content-signal",
    "content-signals",
    "content-type",
    "content-usage",
    "etag",
    "last-modified",
    "link",
    "tdm-policy",
    "tdm-reservation",
    "x-robots-tag",
)
"""The response headers that the ledger repeats; all of them stay in the archive."""
_SPELLINGS = {"e-tag": "etag"}
"""Header names as some tools write them, and as they are. Source: node-warc 3.3.1."""
_ORIGINAL = "x-archive-orig-"
"""What web archives put before the names of the headers that a page once had."""
_WISHES = ("content-signal", "content-signals", "content-usage", "tdm-policy", "tdm-reservation",
           "x-robots-tag")  # fmt: skip
VALIDATORS = ("etag", "last-modified")
LONGEST_VALIDATOR = 1024
"""A longer one is not repeated, and so never sent back: the page is asked for without it."""

_STATUS_LINE = re.compile(rb"HTTP/[0-9](?:\.[0-9])? +([0-9]{3})(?: |\Z)", re.IGNORECASE)
"""In small letters, and without a reason, as tools write it that look into a browser."""
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,20})[ \t]*(?:;[^\n]*)?\r?\n")
"""As wide as what the wire lets pass, or its chunks would be taken for a page."""
_CUT_CHUNK_LINE = re.compile(rb"[0-9a-fA-F]{1,20}(?:;[^\n]*)?\r")

Headers = tuple[tuple[str, str], ...]


class UnwritableError(ValueError):
    """What was received cannot be written into a WARC record as it is."""


@dataclass(frozen=True)
class Message:
    """A stored response taken apart.

    Absent: `decoded.body` is None where the body is damaged.
    """

    status: int
    headers: Headers
    wire: bytes
    decoded: DecodedBody

    @cached_property
    def body_sha256(self) -> str:
        """SHA-256 of the decoded body, or of the wire bytes where it is damaged."""
        body = self.wire if self.decoded.body is None else self.decoded.body
        return hashlib.sha256(body).hexdigest()

    def header(self, name: str) -> str | None:
        """The first value of a header; None where it is not there."""
        return next((v for n, v in self.headers if n.lower() == name), None)

    def kept_headers(self) -> dict[str, str]:
        """The headers worth repeating in the ledger, several of one name joined by commas.

        Of links those to a licence.
        """
        kept: dict[str, str] = {}
        for name, value in self.headers:
            key = _SPELLINGS.get(name.lower(), name.lower())
            if key.removeprefix(_ORIGINAL) in _WISHES:
                key = key.removeprefix(_ORIGINAL)
            if key in KEPT_HEADERS and (key != "link" or "license" in value.lower()):
                kept[key] = f"{kept[key]}, {value}" if key in kept else value
        for key in VALIDATORS:
            if len(kept.get(key, "")) > LONGEST_VALIDATOR:
                del kept[key]
        return kept


def split_head(block: bytes) -> tuple[bytes, bytes]:
    """The head of a message with the empty line that ends it, and the body after it.

    Lines end as their sender ended them, so the first empty line of either kind counts.

    >>> split_head(b"HTTP/1.1 200 OK\\n\\na\\r\\n\\r\\nb")
    (b'HTTP/1.1 200 OK\\n\\n', b'a\\r\\n\\r\\nb')
    """
    found = _EMPTY_LINE.search(block)
    end = len(block) if found is None else found.end()
    return block[:end], block[end:]


def take_apart(block: bytes) -> Message | None:
    """A response block as status, headers and bodies; None where it is no HTTP response."""
    head, wire = split_head(block)
    first, *lines = head.splitlines() or [b""]
    status = _STATUS_LINE.match(first)
    if status is None or _EMPTY_LINE.search(head) is None:
        return None
    headers = _headers(lines)
    found = Message(int(status[1]), headers, wire, DecodedBody(None))
    if "chunked" in (found.header("transfer-encoding") or "").lower():
        whole = dechunk(wire)
        if whole is None:
            return Message(found.status, headers, wire, DecodedBody(None, "damaged", "framing"))
        wire = whole
    encoding = found.header("content-encoding")
    decoded = decode_body(wire, encoding) if wire else DecodedBody(b"")
    if decoded.reason == "decode" and is_text(wire):
        decoded = DecodedBody(wire, is_plain=True)
    return Message(found.status, headers, wire, decoded)


def _headers(lines: list[bytes]) -> Headers:
    found: list[tuple[str, str]] = []
    for raw in lines:
        line = raw.decode("latin-1")
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        elif colon:
            found.append((name.strip(), value.strip()))
    return tuple(found)


def dechunk(wire: bytes) -> bytes | None:
    """The body of a chunked transfer; None where a chunk is broken or the last is missing.

    Some tools keep the header and store the body already put together: such a body, which does
    not begin like a chunk, is given back as it is.

    >>> dechunk(b"3\\r\\nabc\\r\\n0\\r\\n\\r\\n"), dechunk(b"3\\r\\nab"), dechunk(b"<html>")
    (b'abc', None, b'<html>')
    """
    if _CHUNK_LINE.match(wire) is None:
        return None if _CUT_CHUNK_LINE.fullmatch(wire) else wire
    parts: list[bytes] = []
    place = 0
    while (line := _CHUNK_LINE.match(wire, place)) is not None:
        size, start = int(line[1], 16), line.end()
        if size == 0:
            return b"".join(parts)
        part = wire[start : start + size]
        if len(part) < size or wire[start + size : start + size + 2] != b"\r\n":
            return None
        parts.append(part)
        place = start + size + 2
    return None
