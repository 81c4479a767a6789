"""The pages as they were captured, where a build keeps them in a file beside the served database.

The file is opened for each request and let go again, so that nothing of it is left on the disk once
a take-down has removed it. What it holds was made inert by the build; how a browser is to treat it
says `RAW_HEADERS`: nothing runs and nothing is asked for, even if something had been left in it.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
import zlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from markupsafe import Markup

from schema.published import LONGEST_INERT, Manifest, manifest_path, pages_path
from web.asking import connected
from web.withdrawn import takedowns_that_hold

ADDRESS = r"/captured/(?P<key>[0-9]{1,18}|[0-9a-f]{64})"
RAW = re.compile(rf"{ADDRESS}/raw")
STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.45 system-ui,sans-serif;margin:1rem;"
    "max-width:60rem;overflow-wrap:anywhere}p{margin:.45rem 0}h1{font-size:1.5rem}"
    "h2{font-size:1.25rem}h3,h4{font-size:1.05rem}:is(h1,h2,h3,h4){margin:1.1rem 0 .4rem}"
    "pre{white-space:pre-wrap}table{border-collapse:collapse}a{text-decoration:underline}"
    "td,th{border:1px solid #8888;padding:.2rem .5rem;text-align:start}"
)
RAW_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'sha256-%s'; sandbox; form-action 'none'; base-uri 'none';"
        b" frame-ancestors 'self'" % b64encode(hashlib.sha256(STYLE.encode()).digest()),
    ),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"no-referrer"),
)
"""In the place of what other answers carry under these names."""
FRAMED = b"frame-src 'self'; "
"""What the page around it may do beside what all others may."""
PAGE = Markup(
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
    "<title>A page as it was captured, inert</title><style>{}</style></head><body>{}</body></html>"
)


class PagesGoneError(Exception):
    """The file of captured pages is not in its place any more."""


class CapturedPages:
    """The captured pages beside a served database. Raises: OSError when they are not there."""

    def __init__(self, path: Path, sha256: str) -> None:
        self._path, self.sha256, self._served = path, sha256, os.stat(path)

    def number(self, key: str) -> int | None:
        """A capture that may be shown, by its number or its body's hash. Absent: None.

        Raises: PagesGoneError, as all that follows does.
        """
        sql = _BY_HASH if len(key) == 64 else _BY_NUMBER
        with self._opened() as conn:
            found = conn.execute(sql, (key if len(key) == 64 else int(key),)).fetchone()
        return found and int(found[0])

    def page(self, number: int) -> str | None:
        """The page of a capture, inert, whole as it is sent. Absent: None where it is not shown."""
        with self._opened() as conn:
            found = conn.execute(_HTML, (number,)).fetchone()
        if found is None:
            return None
        html = zlib.decompressobj().decompress(found[0], LONGEST_INERT)
        return PAGE.format(Markup(STYLE), Markup(html.decode("utf-8", "replace")))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        if not self._is_in_its_place():
            raise PagesGoneError
        try:
            with closing(connected(self._path)) as conn:
                yield conn
        except sqlite3.DatabaseError:
            if self._is_in_its_place():
                raise
            raise PagesGoneError from None  # it went meanwhile

    def _is_in_its_place(self) -> bool:
        try:
            return os.path.samestat(os.stat(self._path), self._served)
        except OSError:
            return False


_BY_NUMBER = "SELECT capture_id FROM captured WHERE capture_id = ?"
_BY_HASH = (
    "SELECT min(capture_id) FROM captured JOIN inert ON inert.id = inert_id WHERE sha256 = ?"
    " HAVING min(capture_id) IS NOT NULL"
)
_HTML = "SELECT html FROM captured JOIN inert ON inert.id = inert_id WHERE capture_id = ?"


def captured_beside(database: Path) -> CapturedPages | None:
    """The captured pages beside a published database, as its manifest describes them.

    Absent: None without a file, where it is another, or where it may hold what was taken down.
    Raises: WithdrawnError where nobody can tell what was taken down.
    """
    path, holding = pages_path(database), takedowns_that_hold(database)
    try:
        pages = Manifest.model_validate_json(manifest_path(database).read_bytes()).pages
        if pages is None or pages.is_withdrawn or path.stat().st_size != pages.size:
            return None
        if not {each["id"] for each in holding} <= set(pages.takedowns):
            return None
        if holding and not _is(path, pages.sha256):  # one that was put back
            return None
        return CapturedPages(path, pages.sha256)
    except (OSError, ValueError):
        return None


def _is(path: Path, sha256: str) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
