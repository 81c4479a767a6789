"""A WACZ, written in one pass: records, index, list of pages, and what says that they are whole.

    archive/verdicts-HASH.warc.gz    the records, copied member by member; answers alone
    indexes/index.cdx.gz, index.idx  where each lies; without the 304s, which replay as nothing
    pages/pages.jsonl                one line a capture of a comparison
    datapackage.json                 the hash of each of these
    datapackage-digest.json          the hash of that, maybe signed

Requests stay out, since they name whom to write to about a crawl, and so do our notes on each
exchange: who looks at a copy needs neither. Everything is stored in the zip as it is, so that any
part of it can be read by its place. No clock: the same captures give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from archive.cdxj import NOT_MODIFIED, held_rows, line_of
from archive.store.reader import Archive, Capture
from archive.wacz.parts import CDX, IDX, index_blocks, page_list
from archive.wacz.signing import signed
from archive.warc.record import fields, member
from schema.errors import IntegrityError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

VERSION = "1.1.1"
CopyProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class GivenCapture:
    """One capture to be given. Absent: `title` is None where no record was read of it."""

    capture: Capture
    title: str | None
    is_page: bool
    """Whether it is to stand in the list of pages."""


class About(NamedTuple):
    """What the package says of itself. Shape: `created` is the archive's newest time."""

    title: str
    description: str
    created: str
    software: str


class Written(NamedTuple):
    """What was written: the records, and the lines of the index and of the list of pages."""

    records: int
    indexed: int
    pages: int


class _Zip:
    """The zip file, and what its manifest says of each file in it."""

    def __init__(self, file: BinaryIO, created: str) -> None:
        self._zip = zipfile.ZipFile(file, "w")
        year, month, day = (int(part) for part in created[:10].split("-"))
        # A zip knows no earlier day.
        self._day = (max(year, 1980), month, day, 0, 0, 0)
        self.resources: list[dict[str, str | int]] = []

    def add(self, path: str, pieces: Iterable[bytes], size: int) -> str:
        """One file, stored as it is; `size` is about how large it is. Gives its hash."""
        info = zipfile.ZipInfo(path, self._day)
        info.create_system, info.external_attr, info.file_size = 3, 0o644 << 16, size
        digest, length = hashlib.sha256(), 0
        with self._zip.open(info, "w") as file:
            for piece in pieces:
                digest.update(piece)
                length += len(piece)
                file.write(piece)
        found = f"sha256:{digest.hexdigest()}"
        name = path.rpartition("/")[2]
        self.resources.append({"name": name, "path": path, "hash": found, "bytes": length})
        return found

    def close(self) -> None:
        """Write what a zip ends with."""
        self._zip.close()


def write_wacz(
    file: BinaryIO,
    archive: Archive,
    given: Sequence[GivenCapture],
    about: About,
    *,
    key: EllipticCurvePrivateKey | None,
    progress: CopyProgress,
) -> Written:
    """Write the package of some captures of sealed segments.

    Shape: `given` is sorted by segment and offset.
    Raises: IntegrityError where a segment is not the one that was sealed.
    """
    package = _Zip(file, about.created)
    name = f"verdicts-{_mark(given)}.warc.gz"
    places: dict[int, int] = {}
    records = _records(archive, given, _head(name, about), places, progress)
    package.add(f"archive/{name}", records, sum(each.capture.length for each in given))
    rows = {row["id"]: row for row in held_rows(archive.home) if row["id"] in places}
    lines = sorted(
        line_of(row, name, places[row["id"]])
        for row in rows.values()
        if row["status"] != NOT_MODIFIED
    )
    cdx, idx = index_blocks(lines)
    package.add(f"indexes/{CDX}", [cdx], len(cdx))
    package.add(f"indexes/{IDX}", [idx], len(idx))
    pages = sorted(
        (rows[each.capture.id]["fetched_url"], each.capture.captured_at, each.title)
        for each in given
        if each.is_page
    )
    listed = page_list(pages)
    package.add("pages/pages.jsonl", [listed], len(listed))
    _seal(package, about, key)
    return Written(len(given), len(lines), len(pages))


def _mark(given: Sequence[GivenCapture]) -> str:
    """What tells one set of captures from another, in the name of their file."""
    digest = hashlib.sha256()
    for each in given:
        capture = each.capture
        told = (capture.url, capture.captured_at, capture.status, capture.body_sha256)
        digest.update(f"{told}\n".encode())
    return digest.hexdigest()[:16]


def _head(name: str, about: About) -> bytes:
    """The record that begins the file."""
    said = {"software": about.software, "format": "WARC File Format 1.1"}
    said["description"] = about.description
    headers = {
        "WARC-Date": about.created,
        "WARC-Filename": name,
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}>",
    }
    return member("warcinfo", fields(said), headers, payload=None)


def _records(
    archive: Archive,
    given: Sequence[GivenCapture],
    head: bytes,
    places: dict[int, int],
    progress: CopyProgress,
) -> Iterator[bytes]:
    """The members of the file; the new place of each capture goes into `places`."""
    yield head
    end, done = len(head), 0
    sealed = {each.name: each.sha256 for each in archive.segments()}
    for name, captures in groupby((each.capture for each in given), lambda each: each.segment):
        with _segment(archive, name, sealed.get(name)) as source:
            for capture in captures:
                source.seek(capture.offset)
                data = source.read(capture.length)
                places[capture.id] = end
                end, done = end + len(data), done + 1
                yield data
                progress("copy", done, len(given))


def _segment(archive: Archive, name: str, sha256: str | None) -> BinaryIO:
    """A sealed segment, open, and verified while it is: an erasure puts another in its place."""
    try:
        file = (archive.home.warc / name).open("rb")
    except FileNotFoundError as error:
        raise IntegrityError(where=name, what="the file is missing") from error
    if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
        file.close()
        what = "the sealed file's SHA-256 is not the ledger's; if something was erased just now,"
        raise IntegrityError(where=name, what=f"{what} run it again")
    return file


def _seal(package: _Zip, about: About, key: EllipticCurvePrivateKey | None) -> None:
    """Write what says that all the rest is whole, and by whom if there is a key."""
    manifest = {
        "profile": "data-package",
        "wacz_version": VERSION,
        **about._asdict(),
        "resources": list(package.resources),
    }
    data = _json(manifest)
    text = package.add("datapackage.json", [data], len(data))
    digest: dict[str, object] = {"path": "datapackage.json", "hash": text}
    if key is not None:
        digest["signedData"] = signed(text, key, created=about.created, software=about.software)
    data = _json(digest)
    package.add("datapackage-digest.json", [data], len(data))
    package.close()


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"
