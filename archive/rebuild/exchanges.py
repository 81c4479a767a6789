"""The exchanges that a segment holds, read from its records alone; no ledger is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from archive.ledger.originals import PROFILE, RevisitProfile
from archive.store.store import Exchange
from archive.warc.http1 import Message
from archive.warc.record import WarcRecord, read_fields, read_members

_ANSWERS = ("response", "resource", "revisit")


@dataclass(frozen=True, slots=True)
class StoredExchange:
    """One stored exchange, and what its records say of it.

    Shape: `place` is the offset and the length of the answer's record, which has these WARC
    `headers`, and where the exchange's last one ends; `notes` are what was written beside the
    answer when it was stored: `stored-at`, which for an import is not its date, and but for the
    first version `run`, the number of the run.
    Absent: `profile`, as what it repeats another, is None unless it is a revisit without a body.
    """

    place: tuple[int, int, int]
    headers: dict[str, str]
    notes: dict[str, str]
    exchange: Exchange
    message: Message
    profile: RevisitProfile | None

    @property
    def stored_at(self) -> str:
        """When it was stored."""
        return self.notes["stored-at"]


def exchanges_of(path: Path, damaged: list[str]) -> Iterator[StoredExchange]:
    """The exchanges of a segment whose records are all there, in the order of storing.

    Places that hold no whole record are added to `damaged`.
    Raises: OSError when the file cannot be read.
    """
    answer = None
    for offset, end, record in read_members(path):
        if record is None:
            damaged.append(f"{path.name} at {offset}: no whole record")
            answer = None
        elif record.type in _ANSWERS:
            answer = (offset, end - offset, record)
        elif record.type == "metadata" and answer is not None:
            start, length, told = answer
            notes, named = read_fields(record.block), told.headers.get("warc-record-id")
            if record.headers.get("warc-concurrent-to") == named and "stored-at" in notes:
                yield _taken_apart((start, length, end), told, notes)
            answer = None


def _usual(date_source: str) -> str:
    """The precision of an exchange of which none is noted: the second, unless a file's time."""
    return "unknown" if date_source == "file" else "second"


def _taken_apart(
    place: tuple[int, int, int], answer: WarcRecord, notes: dict[str, str]
) -> StoredExchange:
    headers, is_file, profile = answer.headers, answer.type == "resource", None
    if answer.type == "revisit":
        profile = cast(RevisitProfile, headers.get("warc-profile", "").removeprefix(PROFILE))
    exchange = Exchange(
        site=notes["site"],
        url=notes["url"],
        fetched_url=headers.get("warc-target-uri", notes["url"]),
        captured_at=headers.get("warc-date", notes["stored-at"]),
        date_source=cast(Any, notes["date-source"]),
        block=answer.block,
        is_file=is_file,
        content_type=headers.get("content-type") if is_file else None,
        role=notes.get("role", ""),
        # A revisit is cut by design: it is the answer that it repeats that was whole.
        truncated=cast(Any, headers.get("warc-truncated") if profile is None else None),
        outcome=notes.get("outcome"),
        precision=cast(Any, notes.get("precision", _usual(notes["date-source"]))),
        source_id=notes.get("source-id"),
        source_digest=notes.get("source-digest"),
    )
    return StoredExchange(place, headers, notes, exchange, exchange.message(), profile)
