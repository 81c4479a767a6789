"""Sitemaps, feeds and lists of addresses, read as they are met; what was repaired is told.

Read like a browser would: what stands around the markup is passed over, what is not well formed
is recovered from. Never more: no document type reaches the parser, so there are no entities and
nothing outside is asked for; and there are caps on size, count and nesting.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from lxml import etree  # type: ignore[import-untyped]

from archive.warc import decode_body
from machine.clock import stamp

MAX_BYTES = 10 << 20
MAX_ENTRIES = 50_000
MAX_DEPTH = 3
GZIP = b"\x1f\x8b"
MAX_LAYERS = 2
"""So often a body may be compressed by itself, beside its Content-Encoding."""
ENTRIES = ("url", "sitemap", "item", "entry")
"""What stands for one address: in a sitemap, an index, RSS and Atom."""
DATES = ("lastmod", "pubdate", "updated")

_COMMENT = re.compile(r"<!--(?:.*?-->|.*\Z)", re.S)
_ROOT = re.compile(r"<((?:[\w.-]+:)?(?:urlset|sitemapindex|rss|feed|rdf))(?=[\s/>])", re.I)
_PAGE = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|script|main|section|article|table|div|ul|ol|p"
    r"|h[1-6]|a\s)",
    re.I,
)
_SUBSET = re.compile(r"<!(?:DOCTYPE[^<>\[]{0,999}\[|ENTITY)", re.I)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.-]{1,40})")
_LATIN = ("iso-8859-1", "iso8859-1", "latin1", "latin-1", "windows-1252", "cp1252")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_AMPERSAND = re.compile(
    r"(<!\[CDATA\[(?:.*?\]\]>|.*\Z))"
    r"|&(?!(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)",
    re.S,
)
_TAG = re.compile(r"</?[A-Za-z][\w.:-]*")


class SitemapError(ValueError):
    """The bytes are no list that we read; `outcome` and `reason` go into the attempt."""

    def __init__(self, *, outcome: str, reason: str, detail: str) -> None:
        self.outcome, self.reason = outcome, reason
        super().__init__(detail)


class ListEntry(NamedTuple):
    """An address as it is listed, and whether it is called a sitemap there.

    Absent: `lastmod` is None where no change is dated.
    """

    url: str
    lastmod: str | None = None
    is_sitemap: bool = False


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a list names, what had to be repaired to read it, and how many entries were left out."""

    entries: tuple[ListEntry, ...]
    repairs: tuple[str, ...] = ()
    left: int = 0


def read_sitemap(body: bytes, *, is_html: bool = False) -> Sitemap | None:
    """The entries of a sitemap, an index, a feed (RSS, Atom) or a text of addresses.

    `is_html` is whether it was sent as HTML, as some servers send anything.
    Absent: None for a page of HTML, which is read for its links by others.

    >>> read_sitemap(b"<urlset><url><loc> https://a.example/x </loc></url></urlset>").entries[0].url
    'https://a.example/x'

    Raises: SitemapError when it is none of them, declares entities, or is larger than the caps.
    """
    repairs: list[str] = []
    text = _COMMENT.sub(" ", _text_of(_unpacked(body, repairs), repairs))
    root = _ROOT.search(text)
    found = _read_xml(text, root, repairs) if root else None
    is_page = _PAGE.search(text) is not None or (is_html and "<" in text)
    if found is not None and (found.entries or not is_page):
        return found
    return None if is_page else _read_lines(text, repairs)


def _unpacked(body: bytes, repairs: list[str]) -> bytes:
    layers = 0
    while body.startswith(GZIP):
        decoded = decode_body(body, "gzip", max_bytes=MAX_BYTES)
        layers += 1
        if decoded.body is None or layers > MAX_LAYERS:
            outcome, reason = decoded.outcome, decoded.reason
            if decoded.body is not None:
                outcome, reason = "damaged", "decode"
            raise SitemapError(outcome=outcome, reason=reason, detail="gzip")
        body = decoded.body
    if layers > 1:
        repairs.append("compressed twice")
    if len(body) > MAX_BYTES:
        raise SitemapError(outcome="too_large", reason="decoded", detail=f"{len(body)} bytes")
    return body


def _text_of(body: bytes, repairs: list[str]) -> str:
    """The characters, whatever stray bytes are among them."""
    wide = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(body[:2])
    if wide or body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = body.decode(wide or "utf-16", "replace")
    else:
        declared = _DECLARED.search(body[:1000])
        is_latin = declared is not None and declared[1].decode().lower() in _LATIN
        text = body.decode("cp1252" if is_latin else "utf-8-sig", "replace")
    if "\ufffd" in text:
        repairs.append("bytes of another encoding")
    if _CONTROLS.search(text):
        repairs.append("control characters")
        text = _CONTROLS.sub(" ", text)
    return text


def _read_lines(text: str, repairs: list[str]) -> Sitemap:
    lines = [line for each in text.splitlines() if (line := each.strip()) and line[0] != "#"]
    found = [line for line in lines if re.fullmatch(r"(?:https?:/|/)/?[^/\s<>][^\s<>]*", line)]
    if not found:
        raise SitemapError(
            outcome="damaged", reason="xml", detail="neither XML, nor addresses, nor a page"
        )
    if len(found) < len(lines):
        repairs.append("lines that hold no address")
    entries = tuple(ListEntry(line) for line in found[:MAX_ENTRIES])
    return Sitemap(entries, tuple(repairs), len(found) - len(entries))


class _Reader:
    """What lxml tells of the tags: the address and the date of each entry are kept."""

    def __init__(self) -> None:
        self.entries: list[ListEntry] = []
        self.left = 0
        self._kind = self._loc = self._guid = ""
        self._lastmod: str | None = None
        self._path: list[str] = []
        self._text: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        self._end_field()
        if name in ENTRIES:
            self._keep()
            self._kind, self._path = name, []
        elif self._kind:
            self._path.append(name)
        if self._kind and len(self._path) == 1:
            self._text = []
            if name == "link" and attributes.get("rel", "alternate") == "alternate":
                is_page = "html" in attributes.get("type", "text/html")
                if self._kind == "entry" and (is_page or not self._loc):
                    self._loc = attributes.get("href", "")
            if name == "guid" and attributes.get("isPermaLink", "true").lower() == "false":
                self._text = None

    def data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def end(self, tag: str) -> None:
        name = _local(tag)
        self._end_field()
        if name == self._kind:
            self._keep()
        elif name in self._path:
            del self._path[self._path.index(name) :]

    def _end_field(self) -> None:
        """Take the text of the field that was open, if one was."""
        if self._text is None or not self._path:
            return
        value, self._text = "".join(self._text).strip(), None
        if self._path[0] == "loc" or (self._path[0] == "link" and self._kind == "item"):
            self._loc = self._loc or value
        elif self._path[0] == "guid" and value.startswith(("http://", "https://")):
            self._guid = value
        elif self._path[0] in DATES and value:
            self._lastmod = value

    def _keep(self) -> None:
        url = self._loc or self._guid
        if url and len(self.entries) < MAX_ENTRIES:
            self.entries.append(ListEntry(url, _dated(self._lastmod), self._kind == "sitemap"))
        elif url:
            self.left += 1
        self._kind = self._loc = self._guid = ""
        self._lastmod, self._text, self._path = None, None, []

    def close(self) -> None:
        """At a cut end the fields that had ended count; half an address is none."""
        self._keep()


def _local(tag: str) -> str:
    """A tag's name without its space or prefix, declared or not."""
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def _dated(value: str | None) -> str | None:
    """A date as sitemaps write it, from one of a feed too. Absent: None for none."""
    if value is None or value[:4].isdigit():
        return value
    try:
        return stamp(parsedate_to_datetime(value))
    except (ValueError, OverflowError):
        return None


def _read_xml(text: str, root: re.Match[str], repairs: list[str]) -> Sitemap:
    before = re.sub(r"<\?[^<>]*\?>", "", text[: root.start()])
    if _SUBSET.search(before):
        raise SitemapError(outcome="damaged", reason="xml", detail="it declares entities")
    if text[:1].isspace() and text.lstrip().startswith("<?xml"):
        repairs.append("blank lines before the declaration")
    elif before.strip("\ufeff \t\r\n"):
        repairs.append("text before it")
    text = _whole(text[root.start() :], root[1], repairs)
    fixed = _AMPERSAND.sub(lambda found: found[1] or "&amp;", text)
    if len(fixed) != len(text):
        repairs.append("raw ampersands")
    fixed = _TAG.sub(lambda found: found[0].lower(), fixed)
    reader = _Reader()
    parser = etree.XMLParser(
        target=reader,
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_pis=True,
    )
    try:
        parser.feed(fixed.encode("utf-8", "replace"))
        parser.close()
    except etree.XMLSyntaxError:
        reader.close()
    if "a cut end" not in repairs and parser.feed_error_log:
        repairs.append("markup that is not well formed")
    return Sitemap(tuple(reader.entries), tuple(repairs), reader.left)


def _whole(text: str, root: str, repairs: list[str]) -> str:
    """The text up to the end of its root, or all of one that is cut."""
    ends = [found.end() for found in re.finditer(rf"</{re.escape(root)}\s*>", text, re.I)]
    if ends:
        if text[ends[-1] :].strip():
            repairs.append("text behind it")
        return text[: ends[-1]]
    if not re.match(r"<[^<>]*/>", text):
        repairs.append("a cut end")
    return text
