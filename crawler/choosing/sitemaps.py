"""Sitemaps read with care: no entities, no document types, and caps on size, count and depth."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from xml.parsers import expat

from archive.warc import decode_body

MAX_BYTES = 10 << 20
MAX_ENTRIES = 50_000
MAX_DEPTH = 3
GZIP = b"\x1f\x8b"


class SitemapError(ValueError):
    """The bytes are no sitemap that we read; `outcome` and `reason` go into the attempt."""

    def __init__(self, *, outcome: str, reason: str, detail: str) -> None:
        self.outcome, self.reason = outcome, reason
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a sitemap lists: (address, last change or None), of sitemaps where `is_index`."""

    is_index: bool
    entries: tuple[tuple[str, str | None], ...]


def read_sitemap(body: bytes) -> Sitemap:
    """The entries of a sitemap or a sitemap index, XML or one address a line, plain or gzip.

    >>> read_sitemap(b"<urlset><url><loc> https://a.example/x </loc></url></urlset>").entries
    (('https://a.example/x', None),)

    Raises: SitemapError when it is broken, holds a document type, or is larger than the caps.
    """
    if body.startswith(GZIP):
        decoded = decode_body(body, "gzip", max_bytes=MAX_BYTES)
        if decoded.body is None:
            raise SitemapError(outcome=decoded.outcome, reason=decoded.reason, detail="gzip")
        body = decoded.body
    if len(body) > MAX_BYTES:
        raise SitemapError(outcome="too_large", reason="decoded", detail=f"{len(body)} bytes")
    is_wide = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if is_wide or body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _read_xml(body)
    return _read_lines(body)


def _read_lines(body: bytes) -> Sitemap:
    lines = body.decode("utf-8-sig", "replace").split()
    found = [(line, None) for line in lines if line.startswith(("http://", "https://"))]
    if not found:
        raise SitemapError(outcome="damaged", reason="xml", detail="neither XML nor addresses")
    return Sitemap(False, tuple(found[:MAX_ENTRIES]))


class _Reader:
    """Collects `loc` and `lastmod` of the entries, and refuses what a sitemap has no need of."""

    def __init__(self) -> None:
        self.root = ""
        self.entries: list[tuple[str, str | None]] = []
        self._text: list[str] | None = None
        self._loc = ""
        self._lastmod: str | None = None

    def start(self, name: str, _: object) -> None:
        name = name.rpartition(" ")[2]
        self.root = self.root or name
        if name in ("loc", "lastmod"):
            self._text = []

    def text(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def end(self, full_name: str) -> None:
        space, _, name = full_name.rpartition(" ")
        is_ours = "image" not in space and "video" not in space
        value = "".join(self._text or []).strip()
        if name == "loc" and is_ours and self._text is not None:
            self._loc = value
        elif name == "lastmod" and self._text is not None:
            self._lastmod = value or None
        elif name in ("url", "sitemap"):
            self._keep()
        self._text = None

    def _keep(self) -> None:
        if len(self.entries) >= MAX_ENTRIES:
            raise SitemapError(outcome="too_large", reason="decoded", detail="too many entries")
        if self._loc:
            self.entries.append((self._loc, self._lastmod))
        self._loc, self._lastmod = "", None


def _refuse(*_: object) -> None:
    raise SitemapError(outcome="damaged", reason="xml", detail="it holds a document type")


def _read_xml(body: bytes) -> Sitemap:
    reader, parser = _Reader(), expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    # Entities can be declared only there, so this closes expansion and outside references.
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(body, True)
    except SitemapError:
        raise
    except (expat.ExpatError, LookupError, ValueError) as error:  # the latter of its encoding
        raise SitemapError(outcome="damaged", reason="xml", detail=str(error)) from error
    if reader.root not in ("urlset", "sitemapindex"):
        raise SitemapError(outcome="damaged", reason="xml", detail=f"its root is {reader.root!r}")
    return Sitemap(reader.root == "sitemapindex", tuple(reader.entries))
