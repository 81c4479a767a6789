"""The marks that tools leave in a page that they save, read where they leave them.

    <!doctype> <!-- mark --> <html mark> <!-- mark --> <head> <meta mark> <script> mark </script>
    ...  <body> <!-- toolbar -->  the page  </html> <!-- the Internet Archive's last words -->

Only what stands before the first element of the body is looked at, token by token, and the comments
behind the end: words of the page itself, wherever they stand, are no mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

HEAD_BYTES, FRONT_BYTES, TAIL_BYTES = 1 << 20, 4 << 10, 4 << 10
"""So much of a page's head is looked at, since some savers put all that it loads into it; so much
behind the body's tag, for a toolbar; and so much of the end. Units: bytes."""
TOOLBAR = b"<!-- BEGIN WAYBACK TOOLBAR INSERT -->", b"<!-- END WAYBACK TOOLBAR INSERT -->"
WAYBACK, PYWEB, ARCHIVE = "Wayback Machine", "pywb", "a web archive"

_REST = rb"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>"""
_TOKEN = re.compile(
    rb"\s*+(?:<!--(?P<comment>.*?)--!?>|<[!?][a-z]" + _REST + rb"|</head\s*>"
    rb"|<(?P<raw>script|style|title|noscript|template)(?=[\s/>])" + _REST + rb"(?P<text>.*?)"
    rb"</(?P=raw)\s*>|(?P<tag><(?:html|head|meta|link|base|body)(?=[\s/>])" + _REST + rb"))",
    re.IGNORECASE | re.DOTALL,
)
_COMMENTS = tuple(
    (tool, re.compile(form, re.DOTALL))
    for tool, form in (
        (
            "SingleFile",
            rb"\s*(?:Page saved with|Archive processed by) SingleFile\s+url: (?P<url>\S+)"
            rb"(?:\s+saved date: (?P<date>[^\r\n]+))?.*",
        ),
        ("a browser", rb"\s*saved from url=\(\d+\)(?P<url>\S+)\s*"),
        (
            "HTTrack",
            rb"\s*Mirrored from (?P<url>\S+) by HTTrack Website Copier/[^,]*, (?P<date>[^\r\n]+)",
        ),
        (
            "PyWebCopy",
            rb"\s*\* PyWebCopy Engine .*File mirrored from \[(?P<url>[^\s\]]+)\]"
            rb"(?:.*At UTC datetime: \[(?P<date>[^\]]+)\])?.*",
        ),
        ("monolith", rb"\s*Saved from (?P<url>\S+) at (?P<date>\S+) using monolith \S+\s*"),
    )
)
"""Source: pages of SingleFile 2.0.83, Chromium 156, HTTrack 3.49.4 and PyWebCopy 7.1; monolith's
source. HTTrack's time is that of the copying, not the server's Last-Modified."""
LONGEST_MARK = 4096
"""No saver's comment is longer. Units: bytes."""
_SCRIPTS = (
    (PYWEB, re.compile(rb"""wbinfo\.url\s*=\s*["'](?P<url>[^"']+)["']"""),
     re.compile(rb"""wbinfo\.timestamp\s*=\s*["'](?P<date>\d{14})["']""")),
    (WAYBACK, re.compile(rb"""__wm\.wombat\(\s*["'](?P<url>[^"']+)["']"""),
     re.compile(rb"""__wm\.wombat\(\s*["'][^"']+["']\s*,\s*["'](?P<date>\d{14})["']""")),
    (WAYBACK, re.compile(rb"""\bwbCurrentUrl\s*=\s*["'](?P<url>[^"']+)["']"""), None),
)  # fmt: skip
"""Source: pywb 2.10.0, which wabac.js follows, and replays of the Wayback Machine, new and old."""
_ARCHIVED = re.compile(
    rb"<!--\s*FILE ARCHIVED ON (?P<date>[^<>]{10,30}?) AND RETRIEVED FROM THE\s+INTERNET ARCHIVE\b"
    rb"(?:(?!-->).)*-->(?:\s*<!--(?:(?!-->).)*-->)*\s*\Z",
    re.DOTALL,
)
_ATTRIBUTE = r"""\s{name}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))"""
_SIGNS = (
    b"SingleFile", b"aved from ", b"irrored from ", b"savepage-url", b"data-scrapbook-source",
    b"wbinfo.", b"__wm.", b"WAYBACK TOOLBAR", b"/http",
)  # fmt: skip
"""A page that holds none of these has no mark in its head: most pages are let go at once."""


@dataclass(frozen=True, slots=True)
class SaverMark:
    """What one mark says. Absent: None where it does not say it."""

    tool: str
    url: str | None = None
    date: str | None = None


def marks_of(body: bytes) -> Iterator[SaverMark]:
    """The marks of a page, in their order; those of an archive's scripts and last words too."""
    front, tail = body[: front_end(body)], body[-TAIL_BYTES:]
    if any(sign in front for sign in _SIGNS):
        yield from _of_front(front.removeprefix(b"\xef\xbb\xbf"))
    if b"FILE ARCHIVED ON" in tail and (found := _ARCHIVED.search(tail)):
        yield SaverMark(WAYBACK, date=_text(found["date"]))


def front_end(body: bytes) -> int:
    """Where the part of a page ends in which marks may stand before it."""
    begun = body.find(b"<body", 0, HEAD_BYTES)
    return HEAD_BYTES if begun < 0 else begun + FRONT_BYTES


def _of_front(head: bytes) -> Iterator[SaverMark]:
    at, metas = 0, dict[str, str]()
    while found := _TOKEN.match(head, at):
        at = found.end()
        if found["comment"] is not None:
            yield from _of_comment(found["comment"])
            if head.startswith(TOOLBAR[0], at - len(TOOLBAR[0])):
                end = head[at:].find(TOOLBAR[1])
                yield SaverMark(WAYBACK)
                yield from _of_script(head[at : at + end])
                break
        elif found["raw"] and found["raw"].lower() == b"script":
            yield from _of_script(found["text"])
        elif found["tag"]:
            yield from _of_tag(_text(found["tag"]), metas)
    if url := metas.get("savepage-url"):
        yield SaverMark("Save Page WE", url, metas.get("savepage-date"))


def _of_comment(text: bytes) -> Iterator[SaverMark]:
    if len(text) > LONGEST_MARK:
        return
    for tool, form in _COMMENTS:
        if found := form.fullmatch(text):
            said = found.groupdict()
            url, date = _text(said["url"]), said.get("date")
            if tool == "a browser":  # which may not write two hyphens in a comment
                url = url.replace("-%2D", "--")
            if tool == "HTTrack" and "://" not in url:  # which leaves the scheme out
                url = "https://" + url
            yield SaverMark(tool, url, _text(date) if date else None)


def _of_script(text: bytes) -> Iterator[SaverMark]:
    for tool, address, time in _SCRIPTS:
        if found := address.search(text):
            dated = time.search(text) if time else None
            yield SaverMark(
                tool, unescape(_text(found["url"])), _text(dated["date"]) if dated else None
            )


def _of_tag(tag: str, metas: dict[str, str]) -> Iterator[SaverMark]:
    """What `<html>` and `<link rel=canonical>` tell; what `<meta>` tells is added to `metas`."""
    name = tag[1:5].lower()
    if name == "meta" and (called := _attribute(tag, "name")):
        metas.setdefault(called, _attribute(tag, "content") or "")
    elif name == "html" and (url := _attribute(tag, "data-scrapbook-source")):
        yield SaverMark("ScrapBook", url, _attribute(tag, "data-scrapbook-create"))
    elif name == "link" and (_attribute(tag, "rel") or "").lower() == "canonical":
        yield SaverMark(ARCHIVE, _attribute(tag, "href"))


def _attribute(tag: str, name: str) -> str | None:
    found = re.search(_ATTRIBUTE.format(name=name), tag, re.IGNORECASE)
    return unescape("".join(found.groups(""))) if found else None


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
