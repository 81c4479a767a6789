"""What kind of file something is, told by its first bytes and the end of its name."""

from __future__ import annotations

import re
import zlib
from pathlib import PurePath
from typing import Literal

from archive.warc import zstd
from parsers.sites import load_sites

Kind = Literal[
    "page", "packed", "mhtml", "webarchive", "warc", "zstd", "wacz", "zip", "har", "zim", "unknown"
]
MANY: frozenset[Kind] = frozenset(("warc", "zstd", "wacz", "zip", "har", "zim"))
"""Kinds of which one file may hold many pages."""
PAGES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".txt": "text/plain",
}
READ = "saved pages (.html, .htm, .xhtml, .txt, also with .gz), MHTML, Safari's webarchives, WARC"
READ += " (.gz, .zst), WACZ, HAR, ZIM, and zip files of these"
HEAD_BYTES = 64 << 10
"""So much of a file is looked at. Units: bytes."""
GZIP, ZSTD, ZSTD_DICTIONARY = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"
_NAMES: tuple[tuple[str, Kind], ...] = (
    (".warc.zst", "zstd"),
    (".warc.gz", "warc"),
    (".warc", "warc"),
    (".wacz", "wacz"),
    (".har", "har"),
    (".mhtml", "mhtml"),
    (".mht", "mhtml"),
    (".webarchive", "webarchive"),
    (".zim", "zim"),
    (".zip", "zip"),
    *((f"{end}{packed}", "packed") for end in PAGES for packed in (".gz", ".zst")),
)
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.*?-->\s*)*+<(?:!doctype\s+html|html)\b", re.I | re.S
)
_MHTML = re.compile(rb"(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)+\r?\n")
_MULTIPART = re.compile(rb"^content-type:\s*(?:multipart/related|text/html)", re.I | re.M)
_OFFICE = (b"[Content_Types].xml", b"mimetype", b"META-INF/")
"""What a document of an office program, an electronic book or a program begins with, as a zip."""
_OTHERS = (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"RIFF", b"SQLite format 3", b"\x7fELF")


def kind_of(name: str, head: bytes) -> Kind:
    """The kind of a file from its name and its first bytes; what they say goes before the name.

    >>> kind_of("page.html", b"WARC/1.1\\r\\n"), kind_of("C-v-D", b"<!doctype html>")
    ('warc', 'page')
    """
    name = name.lower()
    named = next((kind for end, kind in _NAMES if name.endswith(end)), None)
    return _by_bytes(name, head, named) or named or _by_text(name, head)


def _by_bytes(name: str, head: bytes, named: Kind | None) -> Kind | None:
    """What first bytes that cannot be mistaken say. Absent: None where they are of no such kind."""
    if head.startswith(b"WARC/"):
        return "warc"
    if head.startswith(b"ZIM\x04"):
        return "zim"
    if head.startswith(ZSTD_DICTIONARY):
        return "zstd"
    if head.startswith((GZIP, ZSTD)):
        inside = _unpacked(head)
        if inside.startswith(b"WARC/"):
            return "warc" if head.startswith(GZIP) else "zstd"
        is_page = bool(_HTML.match(inside)) or PurePath(name).suffix in PAGES
        return named or ("packed" if is_page else "unknown")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if named == "wacz" or head[30:].startswith(b"datapackage"):
            return "wacz"
        return "zip" if named == "zip" or not head[30:].startswith(_OFFICE) else "unknown"
    if head.startswith(b"bplist00") or b"<!DOCTYPE plist" in head[:400]:
        return "webarchive" if named == "webarchive" or b"WebMainResource" in head else "unknown"
    if head.startswith(_OTHERS):
        return "unknown"
    headers = _MHTML.match(head)
    if headers and re.search(rb"^mime-version:", headers[0], re.I | re.M):
        return "mhtml" if _MULTIPART.search(headers[0]) else None
    return None


def _by_text(name: str, head: bytes) -> Kind:
    suffix = PurePath(name).suffix
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") and b'"log"' in head[:4096]:
        return "har" if re.search(rb'"(?:creator|entries)"', head[:4096]) else "unknown"
    if suffix in PAGES and suffix != ".txt":
        return "page"
    return "page" if _HTML.match(head) or is_text_of_page(head) else "unknown"


def content_type_of(name: str, body: bytes) -> str:
    """The content type of a saved page, from its name, else from its first sign.

    >>> content_type_of("a.xhtml", b""), content_type_of("a-vs-b", b"<html>")
    ('application/xhtml+xml', 'text/html')
    """
    named = PAGES.get(PurePath(name).suffix.lower())
    return named or ("text/html" if b"<" in body[:HEAD_BYTES] else "text/plain")


def _unpacked(head: bytes) -> bytes:
    """The beginning of what is packed, as far as it is whole; nothing where it is broken."""
    try:
        if head.startswith(GZIP):
            return zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(head, 4096)
        return bytes(zstd.ZstdDecompressor().decompress(head, 4096))
    except (zlib.error, zstd.ZstdError):
        return b""


def is_text_of_page(data: bytes) -> bool:
    """Whether a text, or markup, holds the anchor words of a publisher's comparisons: two of them.

    >>> is_text_of_page(b"AI tool comparison\\n75%\\nPanel ship"), is_text_of_page(b"Community")
    (True, False)
    """
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    text = " ".join(data.decode(encoding, "replace").casefold().split())
    for site in load_sites().values():
        words = site.words
        anchors = (words.kicker, words.panel_ship, words.scorecard, words.panel_verdict)
        if sum(anchor.casefold() in text for anchor in anchors) > 1:
            return True
    return False
