"""How a web archive rewrites the addresses of a page that it shows again, and the way back.

https://web.archive.org/web/20261101100000/https://site.example/a    the Wayback Machine
/rec/20261129033537mp_/https://site.example/a                        pywb, beside its own host
"""

from __future__ import annotations

import re

from parsers.saved.marks import TOOLBAR, front_end
from parsers.saved.saved import saved_from

_TAG = re.compile(rb"<(?:a|area|base|form|link|meta)\s[^<>]*+>", re.IGNORECASE)
_PREFIX = re.compile(
    rb"""(?<=["'=\s])(?:(?:https?:)?//[^/"'\s<>?#]++)?/(?:[^/"'\s<>?#]+/){0,4}?"""
    rb"(?:\d{4,14}(?:[a-z]{2}_)?|[a-z]{2}_)/(https?:/)/?(?=[^/])"
)


def as_published(data: bytes) -> bytes:
    """A page as its publisher sent it, as far as an archive's rewriting can be undone.

    Shape: a page in UTF-8 in; the same bytes out, but for an archive copy's toolbar and the
    addresses in its links.

    >>> as_published(b'<link rel=canonical href="/rec/20261129033537mp_/https://a.example/b">')
    b'<link rel=canonical href="https://a.example/b">'
    """
    end = front_end(data)
    if data.rfind(b"/http", 0, end) < 0 and data.rfind(TOOLBAR[0], 0, end) < 0:
        return data  # most pages are let go at once
    saved = saved_from(data)
    if saved is None or not saved.is_archive_copy:
        return data
    start = data.find(TOOLBAR[0])
    end = data.find(TOOLBAR[1], start)
    if 0 <= start < end:
        data = data[:start] + data[end + len(TOOLBAR[1]) :]
    return _TAG.sub(lambda tag: _PREFIX.sub(rb"\1/", tag[0]), data)
