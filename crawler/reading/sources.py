"""What an import is given: files found, told apart, and each page with its address and date."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from archive.store import DateSource, Truncation
from archive.warc import MAX_BYTES, WarcRecord, read_warc, take_apart
from machine.clock import parse_stamp, stamp
from schema.errors import UsageError

PAGES = {".html": "text/html", ".htm": "text/html", ".txt": "text/plain"}
WARCS = (".warc", ".warc.gz")
MAX_BLOCK = MAX_BYTES + (64 << 10)
"""The largest response that is taken from a WARC file, headers included. Units: bytes."""


@dataclass(frozen=True, slots=True)
class Item:
    """One exchange found. Absent: `url` is None where the file does not say."""

    where: str
    url: str | None
    captured_at: str
    date_source: DateSource
    block: bytes
    is_file: bool
    content_type: str | None
    truncated: Truncation | None = None
    ip: str | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something found that cannot be taken."""

    where: str
    outcome: Literal["damaged", "too_large", "refused_scope"]
    reason: str
    detail: str
    url: str | None = None


def real(path: Path) -> Path:
    """The path without links; one that leads in a circle is given as far as it goes."""
    return Path(os.path.realpath(path))


def shown(path: Path) -> str:
    """The path as it is written down: bytes of its name that are no UTF-8 as their numbers."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_warc(path: Path) -> bool:
    """Whether a file's name says that it is a WARC file."""
    return path.name.lower().endswith(WARCS)


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files named, and in folders those whose names say what they are, sorted."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (p for p in path.rglob("*") if p.is_file() or p.is_symlink())
            found += sorted(p for p in inside if p.suffix.lower() in PAGES or is_warc(p))
        else:
            found.append(path)
    return found


def require_files(paths: Sequence[Path], files: Sequence[Path]) -> None:
    """Raises: UsageError naming the folders where all that was named holds nothing to read."""
    if not files:
        named = ", ".join(map(str, paths))
        raise UsageError(what=f"{named}: holds no file named {', '.join((*PAGES, *WARCS))}")


def read_urls_file(path: Path) -> dict[Path, str]:
    """The addresses that a file of `file<TAB>address` lines gives; by resolved path.

    A file is looked for beside the list, then from the present folder.
    Raises: UsageError for a line of another shape, or a list that cannot be read.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(what=f"{path}: cannot be read: {error}") from error
    found: dict[Path, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name, tab, url = line.partition("\t")
        if not tab or not url.strip():
            raise UsageError(what=f"{path}: line {number} is not `file<TAB>address`")
        for place in (path.parent / name.strip(), Path(name.strip())):
            found.setdefault(real(place), url.strip())
    return found


def read_source(path: Path, *, url: str | None, date: str | None) -> Iterator[Item | Trouble]:
    """What one file holds: a page, or the exchanges of a WARC file."""
    try:
        if path.exists() and not path.is_file():
            yield Trouble(shown(path), "damaged", "unreadable", "it is no ordinary file")
        elif is_warc(path):
            for offset, record in read_warc(path):
                yield from _of_record(f"{shown(path)}#{offset}", record)
        else:
            yield _of_page(path, url, date)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise  # it is the machine that cannot, not the file
        yield Trouble(shown(path), "damaged", "unreadable", error.strerror or str(error))


def _of_page(path: Path, url: str | None, date: str | None) -> Item | Trouble:
    where = shown(path)
    with path.open("rb") as file:
        body = file.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        return Trouble(where, "too_large", "decoded", f"larger than {MAX_BYTES} bytes")
    if not body:
        return Trouble(where, "damaged", "empty", "the file is empty")
    content_type = PAGES.get(path.suffix.lower(), "text/html")
    if date is not None:
        return Item(where, url, stamp(parse_stamp(date)), "argument", body, True, content_type)
    try:
        moment = parse_stamp(stamp(datetime.fromtimestamp(int(path.stat().st_mtime), UTC)))
    except (UsageError, ValueError, OverflowError):
        return Trouble(where, "damaged", "date", "the file's date is none; name one with --date")
    return Item(where, url, stamp(moment), "file", body, True, content_type)


def _of_record(where: str, record: WarcRecord | None) -> Iterator[Item | Trouble]:
    if record is None:
        yield Trouble(where, "damaged", "warc", "the record is cut or broken")
        return
    # Some tools write the address in angle brackets.
    url = record.headers.get("warc-target-uri", "").strip("<> ")
    if record.type not in ("response", "resource", "revisit") or not url.startswith("http"):
        return
    try:
        date = stamp(parse_stamp(record.headers.get("warc-date", "")))
    except UsageError:
        yield Trouble(where, "damaged", "warc", "WARC-Date is missing or no date")
        return
    if record.type == "revisit":
        digest = record.headers.get("warc-payload-digest", "")
        yield Trouble(where, "damaged", "revisit", digest, url)
    elif len(record.block) > MAX_BLOCK:
        yield Trouble(where, "too_large", "wire", f"{len(record.block)} bytes")
    elif record.type == "response" and take_apart(record.block) is None:
        yield Trouble(where, "damaged", "warc", "the block is no HTTP response")
    else:
        is_file = record.type == "resource"
        yield Item(
            where,
            url,
            date,
            "warc",
            record.block,
            is_file,
            record.headers.get("content-type") if is_file else None,
            _truncation(record),
            record.headers.get("warc-ip-address"),
        )


def _truncation(record: WarcRecord) -> Truncation | None:
    """Why a record of another tool is cut. Its other reasons say no more than that it is."""
    stated = record.headers.get("warc-truncated")
    if stated is None:
        return None
    return next((known for known in get_args(Truncation) if known == stated), "disconnect")
