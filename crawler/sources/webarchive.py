"""A page saved by Safari: a property list with the page and what it shows. It holds no date.

Source: the keys that WebKit writes (WebMainResource, WebResourceURL, WebResourceData).
"""

from __future__ import annotations

import plistlib
import struct
from collections.abc import Iterator
from xml.parsers.expat import ExpatError

from crawler.sources.item import SourceItem
from crawler.sources.pages import page_from
from crawler.sources.source import BadSourceError, Source

MOST_BYTES = 64 << 20
"""The largest file that is read, with its pictures. Units: bytes."""
_BROKEN = (
    plistlib.InvalidFileException,
    ExpatError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    struct.error,
)
"""What plistlib raises for property lists that are none: it has no one class for it."""


def webarchive_page(source: Source) -> Iterator[SourceItem]:
    """The page of a webarchive. Raises: BadSourceError; OSError when it cannot be read."""
    data = source.bytes_up_to(MOST_BYTES)
    try:
        main = plistlib.loads(data)["WebMainResource"]
        body, url = main["WebResourceData"], main.get("WebResourceURL")
        kind, charset = main.get("WebResourceMIMEType"), main.get("WebResourceTextEncodingName")
    except _BROKEN as error:
        raise BadSourceError(f"no webarchive: {type(error).__name__}: {error}") from error
    if not isinstance(body, bytes):
        raise BadSourceError("a webarchive whose page is no bytes")
    kind = kind if isinstance(kind, str) else "text/html"
    content_type = f"{kind}; charset={charset}" if isinstance(charset, str) else kind
    is_address = isinstance(url, str) and url.startswith(("http://", "https://"))
    yield page_from(source, body, content_type, url=url if is_address else None, tool="WebKit")
