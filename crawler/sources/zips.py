"""What a plain zip file holds: a folder that was sent by mail, WARC files that were packed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from archive.warc import MAX_BYTES
from crawler.sources.har import MOST_BYTES
from crawler.sources.item import PassedOver, SourceItem
from crawler.sources.members import is_file, open_zip, path_of, read_member, unpacked
from crawler.sources.sidecars import ATTACHED, REWRITTEN, attached_names, is_rewritten, sidecar
from crawler.sources.source import BadSourceError, Source, printable

DEEPEST = 2
"""A zip file in a zip file is opened, and no further one in that."""


def zip_contents(
    source: Source, read: Callable[[Source], Iterator[SourceItem]]
) -> Iterator[SourceItem]:
    """What the members of a zip file hold, sorted, each read by `read`.

    Raises: BadSourceError; OSError.
    """
    if source.depth >= DEEPEST:
        raise BadSourceError("a zip file in a zip file in another is not opened: unpack it first")
    with open_zip(source) as file:
        yield from _members(source, file, read)


def _members(
    source: Source, file: zipfile.ZipFile, read: Callable[[Source], Iterator[SourceItem]]
) -> Iterator[SourceItem]:
    found_in = sorted((m for m in file.infolist() if is_file(m)), key=lambda m: m.filename)
    members = {path_of(member): member for member in found_in}
    names = frozenset(members)
    bodies = _bodies(file, found_in)
    for member in found_in:
        where = f"{source.where}!{printable(member.filename)}"
        path = path_of(member)
        kind = sidecar(path) or (ATTACHED if path in bodies else None)
        kind = kind or (REWRITTEN if is_rewritten(path, names) else None)
        if kind is not None:
            yield PassedOver(where, kind)
            continue
        found = replace(
            source,
            name=path.name,
            where=where,
            given=replace(source.given, url=None),
            beside=_beside(file, members, path),
            depth=source.depth + 1,
        )
        try:
            with unpacked(file, member) as unpacked_path:
                yield from read(replace(found, path=unpacked_path))
        except BadSourceError as error:
            yield found.told(error)


def _bodies(file: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> set[PurePosixPath]:
    """The members that are bodies of the HAR files among them."""
    found: set[PurePosixPath] = set()
    for member in members:
        path = path_of(member)
        if path.suffix.lower() == ".har":
            try:
                names = attached_names(read_member(file, member, MOST_BYTES))
            except BadSourceError:
                continue  # it is told when the member itself is read
            found |= {path.with_name(name) for name in names}
    return found


def _beside(
    file: zipfile.ZipFile, members: dict[PurePosixPath, zipfile.ZipInfo], path: PurePosixPath
) -> Callable[[str], bytes | None]:
    """What gives the bytes of a member in the same folder of the zip file."""

    def beside(name: str) -> bytes | None:
        member = members.get(path.with_name(PurePosixPath(name).name or path.name))
        if member is None:
            return None
        try:
            return read_member(file, member, MAX_BYTES)
        except BadSourceError:
            return None

    return beside
