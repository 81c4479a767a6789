"""CDXJ: an index of the archive in the form that replay tools read, made from the ledger alone.

A line is a sort key made from the address, a timestamp, and JSON that says where the record lies.
The key's rules are those of the Internet Archive's SURT: two spellings of one address share a key.
They are written anew here, because the package that has them is under the AGPL.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes, urlsplit

from archive.home import Home
from archive.ledger.ledger import read_rows

NOT_MODIFIED = 304
REVISIT = "warc/revisit"
"""What stands for the type of a record that points to an earlier one."""
_PLAIN = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
"""Besides letters and digits, the characters that a key holds without percent signs."""
_PORTS = {"http": 80, "https": 443}
_WWW = re.compile(r"www\d*\.")
_PATH_SESSIONS = tuple(
    re.compile(rf"(.*/){form}/([^?]+\.aspx.*)")
    for form in (r"\((?:[a-z]\([0-9a-z]{24}\))+\)", r"\([0-9a-z]{24}\)")
)
_QUERY_SESSIONS = tuple(
    re.compile(rf"(.*){form}(?:&(.*))?")
    for form in (
        "jsessionid=[0-9a-z]{32}",
        "phpsessid=[0-9a-z]{32}",
        "sid=[0-9a-z]{32}",
        "aspsessionid[a-z]{8}=[a-z]{24}",
        "cfid=[^&]+&cftoken=[^&]+",
    )
)
_ROWS = """
SELECT capture.id AS id, fetched_url, captured_at, status, content_type, kind, payload_digest,
  capture.offset, capture.length, segment.name, is_sealed
FROM capture JOIN segment ON segment.id = segment_id
WHERE capture.damage IS NOT 'erased'
"""


@dataclass(frozen=True, slots=True)
class Index:
    """The lines in their order; `unsealed` counts captures whose segment is still being written.

    Those are left out because their file has another name until it is sealed.
    """

    lines: tuple[str, ...]
    unsealed: int


def index(home: Path, *, has_304: bool = True, only: Container[int] | None = None) -> Index:
    """The index of every sealed capture of a home: pages, redirects, errors, robots, revisits.

    Shape: without `has_304` the answers that a page has not changed are left out; with `only`, all
    captures but those with these numbers.
    Raises: StartError when there is no ledger; IntegrityError when it is not a sound one.
    """
    rows = [row for row in held_rows(Home(home)) if only is None or row["id"] in only]
    sealed = [row for row in rows if row["is_sealed"]]
    wanted = (row for row in sealed if has_304 or row["status"] != NOT_MODIFIED)
    lines = sorted(line_of(row, row["name"], row["offset"]) for row in wanted)
    return Index(tuple(lines), len(rows) - len(sealed))


def held_rows(home: Home) -> list[sqlite3.Row]:
    """What the ledger says of every capture whose bytes are held. Raises: as `index`."""
    return read_rows(home.ledger, _ROWS)


def line_of(row: sqlite3.Row, filename: str, offset: int) -> str:
    """The line of a capture that lies at a place of a file.

    All of it is ASCII, so that its order as text is that of its bytes.
    """
    mime = re.split(r"[;\s]", row["content_type"] or "", maxsplit=1)[0]
    where = {
        "url": row["fetched_url"],
        "mime": REVISIT if row["kind"] == "revisit" else mime,
        "status": str(row["status"]),
        "digest": row["payload_digest"],
        "length": str(row["length"]),
        "offset": str(offset),
        "filename": filename,
    }
    held = {name: value for name, value in where.items() if value}
    moment = re.sub(r"\D", "", row["captured_at"])[:14]
    return f"{surt(row['fetched_url'])} {moment} {json.dumps(held)}"


def surt(url: str) -> str:
    """The sort key of an address.

    >>> surt("https://www.Sample.example:443/Compare/a-vs-b/?b=2&a=1#top")
    'example,sample)/compare/a-vs-b?a=1&b=2'
    >>> surt("http://127.0.0.1:8080/"), surt("urn:sha256:AB")
    ('1,0,0,127:8080)/', 'urn:sha256:ab')

    Source: the `surt` package 0.3.1, on whose answers the tests compare this one. Left out is its
    reading of a host written as one number or in octal: the archive holds none.
    """
    parts = urlsplit(url)
    if not parts.hostname:
        return f"{parts.scheme}:{_escape(_undo(parts.path))}"
    host = _host(parts.hostname)
    port = "" if parts.port in (None, 0, _PORTS.get(parts.scheme)) else f":{parts.port}"
    query = _query(parts.query)
    return f"{host}{port}){_path(parts.path)}" + (f"?{query}" if query else "")


def _undo(text: str) -> bytes:
    """Percent signs undone until there are none that mean anything."""
    data = text.encode("utf-8", "surrogateescape")
    while (plainer := unquote_to_bytes(data)) != data:
        data = plainer
    return data


def _escape(data: bytes) -> str:
    return quote(data, safe=_PLAIN).lower()


def _host(name: str) -> str:
    """The labels of a host from the last to the first, without a leading www."""
    plain = _undo(name)
    if not plain.isascii():
        plain = plain.decode("utf-8", "ignore").encode("idna")
    host = _escape(plain.replace(b"..", b".").strip(b"."))
    labels = host[match.end() :] if (match := _WWW.match(host)) else host
    return ",".join(reversed(labels.split(".")))


def _path(path: str) -> str:
    """A path without dots, doubled slashes, session and last slash."""
    kept: list[bytes] = []
    for name in _undo(path).split(b"/")[1:]:
        if name == b".." and kept:
            kept.pop()
        elif name != b".":
            kept.append(name)
    inside = [name for name in kept[:-1] if name] + kept[-1:]
    found = _without(_PATH_SESSIONS, _escape(b"/" + b"/".join(inside)))
    return found.removesuffix("/") or "/"


def _query(query: str) -> str:
    """A query without session, its parts in order."""
    found = _without(_QUERY_SESSIONS, _escape(_undo(query)))
    pairs = sorted(tuple(pair.split("=", 1)) for pair in found.split("&"))
    return "&".join("=".join(pair) for pair in pairs)


def _without(sessions: Iterable[re.Pattern[str]], text: str) -> str:
    for session in sessions:
        if (match := session.fullmatch(text)) is not None:
            text = match[1] + (match[2] or "")
    return text
