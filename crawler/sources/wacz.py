"""A WACZ file: the WARC files in it, held against its own list of contents.

What contradicts the list is told and taken all the same: the WARC's records have digests of their
own. Signatures are not checked.

Source: WACZ 1.1.1; py-wacz 0.6.0, js-wacz 0.1.6 and scrapy-webarchive 0.5.3, whose files were read.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

from crawler.sources.item import Item, Revisit, SourceItem, Unclaimed
from crawler.sources.members import PIECE, is_file, open_zip, path_of, read_member, unpacked
from crawler.sources.source import BadSourceError, Source, printable
from crawler.sources.warcs import exchanges_of
from crawler.sources.zstd import zstd_exchanges
from machine.files import file_sha256

PACKAGE, DIGEST = "datapackage.json", "datapackage-digest.json"
LIST_BYTES = 64 << 20
"""The largest list of contents or of pages that is read. Units: bytes."""
WARCS = (".warc", ".warc.gz", ".warc.zst")
DOUBLED_BY = "js-wacz"
SHOWN = 5
"""So many pages that are missing are named."""


def wacz_exchanges(source: Source) -> Iterator[SourceItem]:
    """The exchanges of a WACZ file. Raises: BadSourceError; OSError when it cannot be read."""
    with open_zip(source) as file:
        members = {each.filename: each for each in file.infolist() if is_file(each)}
        if PACKAGE not in members:
            yield source.broken(f"a WACZ file without {PACKAGE}", "manifest")
        package = read_member(file, members[PACKAGE], LIST_BYTES) if PACKAGE in members else b""
        yield from _Contents(source, file, members, package).read()


class _Contents:
    """One WACZ file while it is read."""

    def __init__(
        self,
        source: Source,
        file: zipfile.ZipFile,
        members: dict[str, zipfile.ZipInfo],
        package: bytes,
    ) -> None:
        self.source, self.file, self.members, self.package = source, file, members, package
        said = _json(package) if package else {}
        self.said: dict[str, Any] = said if isinstance(said, dict) else {}
        self.software = str(self.said.get("software") or "")[:80]
        self.urls: set[str] = set()

    def read(self) -> Iterator[SourceItem]:
        """Each exchange, and what does not agree."""
        if self.said.get("profile") == "multi-wacz-package":
            raise BadSourceError("a list of other WACZ files: name those themselves")
        yield from self._check_digest()
        hashes = self._hashes()
        if self.package and not hashes:
            yield self.source.broken(f"{PACKAGE} lists no contents with SHA-256", "manifest")
        for name in sorted(hashes.keys() - self.members.keys()):
            yield self.source.broken(f"{name[:200]!r} is listed and not there", "manifest")
        for name, member in self.members.items():
            is_warc = name.startswith("archive/") and name.lower().endswith(WARCS)
            if is_warc or name in hashes:
                yield from self._member(member, hashes.get(name), is_warc=is_warc)
        yield from self._check_pages()

    def _hashes(self) -> dict[str, str]:
        resources = self.said.get("resources")
        found = {}
        for each in resources if isinstance(resources, list) else ():
            kind, _, value = str(each.get("hash") if isinstance(each, dict) else "").partition(":")
            if kind == "sha256":
                found[str(each.get("path"))] = value.lower()
        return found

    def _check_digest(self) -> Iterator[SourceItem]:
        if DIGEST not in self.members or not self.package:
            return
        stated = _json(read_member(self.file, self.members[DIGEST], LIST_BYTES))
        stated = stated.get("hash") if isinstance(stated, dict) else None
        if stated != f"sha256:{hashlib.sha256(self.package).hexdigest()}":
            yield self.source.broken(f"{DIGEST} does not agree with {PACKAGE}", "manifest")

    def _member(
        self, member: zipfile.ZipInfo, stated: str | None, *, is_warc: bool
    ) -> Iterator[SourceItem]:
        """What a member holds, and whether its bytes are those that are listed."""
        where = f"{self.source.where}!{printable(member.filename)}"
        inside = replace(self.source, where=where, name=path_of(member).name)
        try:
            with unpacked(self.file, member) as path:
                for each in _exchanges(replace(inside, path=path)) if is_warc else ():
                    yield self._seen(each)
                is_it = stated in (file_sha256(path), self._doubled(path))
        except BadSourceError as error:
            yield inside.told(error)
            return
        if stated is None:
            if self.said:
                yield inside.broken(f"{PACKAGE} does not list it", "manifest")
        elif not is_it:
            yield inside.broken(f"its bytes are not those that {PACKAGE} lists", "manifest")

    def _doubled(self, path: Path) -> str | None:
        """SHA-256 of a file of which each piece of 64 KiB is taken twice. Absent: None.

        Source: js-wacz 0.1.6 puts files into its list so: it feeds each piece of a stream to the
        hash and pipes the stream into it as well (seen on files of 5,849 and 233,960 bytes).
        """
        digest = hashlib.sha256()
        if DOUBLED_BY not in self.software:
            return None
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece * 2)
        return digest.hexdigest()

    def _seen(self, found: SourceItem) -> SourceItem:
        if isinstance(found, Item | Revisit | Unclaimed) and found.url is not None:
            self.urls.add(urldefrag(found.url).url)
        if isinstance(found, Item) and found.tool is None and self.software:
            return replace(found, tool=self.software)
        return found

    def _check_pages(self) -> Iterator[SourceItem]:
        """Tell the pages that are listed and that no record holds."""
        for name in ("pages/pages.jsonl", "pages/extraPages.jsonl"):
            if name not in self.members:
                continue
            missing = []
            for line in read_member(self.file, self.members[name], LIST_BYTES).splitlines():
                page = _json(line)
                url = page.get("url") if isinstance(page, dict) else None
                if isinstance(url, str) and urldefrag(url).url not in self.urls:
                    missing.append(url)
            if missing:
                more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
                what = f"pages that no record holds: {', '.join(missing[:SHOWN])}{more}"
                inside = self.source.part(f"{self.source.where}!{name}")
                yield inside.broken(printable(what), "manifest")


def _exchanges(inside: Source) -> Iterator[SourceItem]:
    if inside.name.lower().endswith(".zst"):
        return zstd_exchanges(inside)
    return exchanges_of(inside.path, inside.where, inside.given.claims)


def _json(data: bytes) -> Any:
    """What a JSON text says. Absent: None where it is none."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
