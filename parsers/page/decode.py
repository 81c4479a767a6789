"""Bytes to characters, strictly: header, meta and byte order mark, from a short list of encodings.

This module must not guess: bytes that no declared encoding fits are kept with U+FFFD, and every
field that holds one is refused later.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from parsers.saved import as_published
from schema.errors import BytesError
from schema.page import RawPage

MAX_BYTES = 8 * 1024 * 1024

LABELS = {
    "utf-8": "utf-8", "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8",
    "windows-1252": "cp1252", "cp1252": "cp1252", "iso-8859-1": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252", "iso8859-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
    "iso-8859-15": "iso-8859-15", "latin-9": "iso-8859-15",
    "utf-16": "utf-16", "utf-16le": "utf-16", "utf-16be": "utf-16",
}  # fmt: skip
"""Labels we read, by the WHATWG's names; ISO-8859-1 and ASCII mean windows-1252 there too."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s\"';,]+)", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_META_CHARSET = re.compile(
    rb"""<meta(?:\s+(?!charset)[a-z-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']*))?)*"""
    rb"""\s+charset\s*=\s*["']?\s*([a-z0-9_:.-]+)""",
    re.IGNORECASE,
)
_META_TYPE = re.compile(
    rb"""<meta(?=[^>]*http-equiv\s*=\s*["']?content-type)[^>]*charset\s*=\s*([a-z0-9_:.-]+)""",
    re.IGNORECASE,
)
# Possessive: else the ways to part comments, two to the power of their number, were all tried.
_HTML_START = re.compile(rb"\s*(?:<!--.*?-->\s*)*+<(?:!doctype|html|head|body|\?xml)", re.I | re.S)
_MARKUP = re.compile(rb"<(?:div|p|h1|main|section|article|table|meta|title)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page as UTF-8, and how it was found."""

    data: bytes
    """The page's characters in UTF-8, which is what the parser takes."""
    encoding: str
    is_repaired: bool
    """Whether the header's encoding did not fit and the page's own did."""

    @property
    def text(self) -> str:
        """The page's characters."""
        return self.data.decode()


def is_html(page: RawPage) -> bool:
    """Whether the page is HTML rather than text.

    Raises: BytesError (content_type) when it is neither.
    """
    kind = (page.content_type or "").split(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        return True
    if kind not in ("", "text/plain", "application/octet-stream"):
        raise BytesError(code="content_type", detail=f"sent as {kind}")
    head = page.body[:1024]
    for mark, _ in MARKS:
        head = head.removeprefix(mark)
    head = head.replace(b"\0", b"")  # UTF-16: enough to see the first tag
    return bool(_HTML_START.match(head)) or (kind != "text/plain" and bool(_MARKUP.search(head)))


def decode(page: RawPage) -> Decoded:
    """The page in UTF-8, strictly, and without what a web archive changed in it.

    Raises: BytesError too_large above 8 MiB, encoding for a label that is not on the list or
    UTF-16 without a byte order mark.
    """
    body = page.body
    if len(body) > MAX_BYTES:
        raise BytesError(code="too_large", detail=f"{len(body)} bytes; at most {MAX_BYTES}")
    mark, encoding = next((each for each in MARKS if body.startswith(each[0])), (b"", None))
    encodings = [encoding] if encoding else _declared(page) or ["utf-8"]
    data, encoding, is_repaired = _decoded(body[len(mark) :], encodings)
    return Decoded(as_published(data), encoding, is_repaired)


def _declared(page: RawPage) -> list[str]:
    """The encodings that header and page name, the header's first."""
    header = _HEADER_CHARSET.search(page.content_type or "")
    head = _COMMENT.sub(b"", page.body[:4096])
    meta = _META_CHARSET.search(head) or _META_TYPE.search(head)
    labels = [header[1]] if header else []
    if meta:
        labels.append(meta[1].decode("ascii"))
    encodings = [_encoding(label) for label in labels]
    if meta and encodings[-1].startswith("utf-16"):
        encodings[-1] = "utf-8"  # WHATWG: a meta tag that can be read is not UTF-16
    return list(dict.fromkeys(encodings))


def _encoding(label: str) -> str:
    try:
        return LABELS[label.strip().lower()]
    except KeyError:
        raise BytesError(code="encoding", detail=f"{label[:40]!r} is not read here") from None


def _decoded(body: bytes, encodings: list[str]) -> tuple[bytes, str, bool]:
    """The body in UTF-8, the encoding that it was in, and whether it was not the first one."""
    if "utf-16" in encodings[:1]:
        raise BytesError(code="encoding", detail="UTF-16 without a byte order mark")
    for number, encoding in enumerate(encodings):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        data = body if encoding == "utf-8" else text.encode()
        return data, encoding, number > 0
    data = body.decode(encodings[0], errors="replace").encode()
    return data, encodings[0], False
