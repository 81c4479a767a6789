"""The exchanges of WARC files of any tool's making."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from archive.store import Truncation
from archive.warc import MAX_BYTES, WarcRecord, read_warc, take_apart
from crawler.sources.files import shown
from crawler.sources.item import Found, Item, Revisit, Trouble
from machine.dates import read_date
from schema.errors import UsageError

MAX_BLOCK = MAX_BYTES + (64 << 10)
"""The largest response that is taken from a WARC file, headers included. Units: bytes."""


def exchanges_of(path: Path) -> Iterator[Found]:
    """The exchanges of one WARC file. Raises: OSError when it cannot be read."""
    for offset, record in read_warc(path):
        yield from _of_record(f"{shown(path)}#{offset}", record)


def _of_record(where: str, record: WarcRecord | None) -> Iterator[Found]:
    if record is None:
        yield Trouble(where, "damaged", "warc", "the record is cut or broken")
        return
    # Some tools write the address in angle brackets.
    url = record.headers.get("warc-target-uri", "").strip("<> ")
    if record.type not in ("response", "resource", "revisit") or not url.startswith("http"):
        return
    try:
        dated = read_date(record.headers.get("warc-date", ""))
    except UsageError:
        yield Trouble(where, "damaged", "warc", "WARC-Date is missing or no date")
        return
    if record.type == "revisit":
        yield Revisit(
            where, url, *dated, record.block, digest=record.headers.get("warc-payload-digest")
        )
    elif len(record.block) > MAX_BLOCK:
        yield Trouble(where, "too_large", "wire", f"{len(record.block)} bytes")
    elif record.type == "response" and take_apart(record.block) is None:
        yield Trouble(where, "damaged", "warc", "the block is no HTTP response")
    else:
        is_file = record.type == "resource"
        yield Item(
            where,
            url,
            dated.at,
            "warc",
            record.block,
            is_file,
            record.headers.get("content-type") if is_file else None,
            _truncation(record),
            record.headers.get("warc-ip-address"),
            dated.precision,
        )


def _truncation(record: WarcRecord) -> Truncation | None:
    """Why a record of another tool is cut. Its other reasons say no more than that it is."""
    stated = record.headers.get("warc-truncated")
    if stated is None:
        return None
    return next((known for known in get_args(Truncation) if known == stated), "disconnect")
