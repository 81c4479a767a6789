"""Pages marked and rewritten as tools that save them and archives that show them again do it."""

from __future__ import annotations

import re
from collections.abc import Callable

Saver = Callable[[bytes, str], bytes]

AT = "2026-11-29T03:35:37Z"
"""The time that every mark here tells, where its tool tells one."""
STAMP = "20261129033537"
_HTML = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<!doctype[^>]*>)?\s*(?:<html[^>]*>)?", re.IGNORECASE)
_HEAD = re.compile(_HTML.pattern + rb"\s*(?:<head[^>]*>)?", re.IGNORECASE)
_BODY = re.compile(rb"<body[^>]*>", re.IGNORECASE)
_LINK = re.compile(rb"""(<(?:a|link)\s[^>]*?href=["']?)(https?://|/(?=[a-z]))""", re.IGNORECASE)


def _behind(place: re.Pattern[bytes], page: bytes, text: str) -> bytes:
    found = place.search(page)
    at = found.end() if found else 0
    return page[:at] + text.encode() + page[at:]


def singlefile(page: bytes, url: str) -> bytes:
    date = "Sun Nov 29 2026 00:05:37 GMT-0330 (Newfoundland Standard Time)"
    said = f"<!--\n Page saved with SingleFile \n url: {url} \n saved date: {date}\n-->"
    return _behind(_HTML, page, said)


def browser(page: bytes, url: str) -> bytes:
    found = re.match(rb"\A(?:\xef\xbb\xbf)?\s*(?:<!doctype[^>]*>)?", page, re.IGNORECASE)
    assert found
    said = f"\n<!-- saved from url=({len(url):04})%s -->\n" % url.replace("--", "-%2D")
    return page[: found.end()] + said.encode() + page[found.end() :]


def httrack(page: bytes, url: str) -> bytes:
    said = (
        f"\n<!-- Mirrored from {url.split('://')[1]} by HTTrack Website Copier/3.x [XR&CO'2014],"
        " Sun, 29 Nov 2026 03:35:37 GMT -->\n"
    )
    page = _behind(_HTML, page, said)
    return page.replace(b"</html>", said.encode() + b"</html>")


def pywebcopy(page: bytes, url: str) -> bytes:
    said = (
        "<!--\n* PyWebCopy Engine [version 7.1]\n* Copyright 2020; Raja Tomar\n"
        f"* File mirrored from [{url}]\n* At UTC datetime: [2026-11-29 03:35:37.897691]\n-->"
    )
    return _behind(_HTML, page, said)


def monolith(page: bytes, url: str) -> bytes:
    mark = b"\xef\xbb\xbf" if page.startswith(b"\xef\xbb\xbf") else b""
    said = f"<!-- Saved from {url} at {AT} using monolith v2.8.1 -->\n"
    return mark + said.encode() + page.removeprefix(mark)


def save_page_we(page: bytes, url: str) -> bytes:
    said = (
        "<script>var shown = 1 < 2;</script>"
        f'<meta name="savepage-url" content="{url}"><meta name="savepage-title" content="x">'
        '<meta name="savepage-date" content="Sun Nov 29 2026 11:35:37 GMT+0800 (台北標準時間)">'
    )
    return _behind(_HEAD, page, said)


def scrapbook(page: bytes, url: str) -> bytes:
    said = f' data-scrapbook-source="{url}" data-scrapbook-create="{STAMP}123"'
    if re.search(rb"<html", page[:200], re.IGNORECASE):
        return re.sub(rb"(?i)(<html)", rb"\1" + said.encode(), page, count=1)
    return _behind(_HTML, page, f"<html{said}>")


def rewritten(page: bytes, url: str, prefix: str) -> bytes:
    """A page whose links an archive made its own."""
    site = url.split("/compare/")[0]

    def own(link: re.Match[bytes]) -> bytes:
        whole = f"{site}/" if link[2] == b"/" else link[2].decode()
        return link[1] + prefix.encode() + whole.encode()

    return _LINK.sub(own, page)


def wayback(page: bytes, url: str) -> bytes:
    page = rewritten(page, url, f"https://web.archive.org/web/{STAMP}/")
    page = _behind(
        _HEAD,
        page,
        '<script src="https://web-static.archive.org/_static/js/wombat.js"></script>\n<script>\n'
        '  __wm.init("https://web.archive.org/web");\n'
        f'  __wm.wombat("{url}","{STAMP}","https://web.archive.org/","web",\n"1795923337");\n'
        "</script>\n<!-- End Wayback Rewrite JS Include -->\n",
    )
    page = (
        _behind(
            _BODY,
            page,
            '<!-- BEGIN WAYBACK TOOLBAR INSERT -->\n<div id="wm-ipp-base"><p>AI tool comparison</p>'
            "<p>37 captures</p><p>88/100</p></div><div id=wm-ipp-print>The Wayback Machine</div>"
            "<!-- END WAYBACK TOOLBAR INSERT -->",
        )
        if _BODY.search(page)
        else page
    )
    said = (
        "\n<!--\n     FILE ARCHIVED ON 03:35:37 Nov 29, 2026 AND RETRIEVED FROM THE\n"
        "     INTERNET ARCHIVE ON 10:00:00 Nov 30, 2026.\n     JAVASCRIPT APPENDED BY IT.\n-->\n"
        "<!--\nplayback timings (ms):\n  captures_list: 0.57\n-->"
    )
    return page + said.encode()


def pywb(page: bytes, url: str) -> bytes:
    page = rewritten(page, url, f"/rec/{STAMP}mp_/")
    return _behind(
        _HEAD,
        page,
        f'<!-- WB Insert -->\n<script>\n  wbinfo = {{}};\n  wbinfo.url = "{url}";\n'
        f'  wbinfo.timestamp = "{STAMP}";\n  wbinfo.request_ts = "2026";\n</script>\n'
        "<!-- End WB Insert -->\n",
    )


SAVERS: dict[str, Saver] = {
    "SingleFile": singlefile,
    "a browser": browser,
    "HTTrack": httrack,
    "PyWebCopy": pywebcopy,
    "monolith": monolith,
    "Save Page WE": save_page_we,
    "ScrapBook": scrapbook,
}
ARCHIVES: dict[str, Saver] = {"Wayback Machine": wayback, "pywb": pywb}
