"""The exchanges that a segment holds, read from its records alone; no ledger is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from archive.ledger.originals import PROFILE, Profile
from archive.store.store import Exchange
from archive.warc.record import WarcRecord, read_fields, read_members

_ANSWERS = ("response", "resource", "revisit")


@dataclass(frozen=True, slots=True)
class StoredExchange:
    """One stored exchange, and what its records say of it.

    Shape: the answer's record is the `length` bytes at `offset`; the exchange's last one ends at
    `end`; `notes` are what was written beside the answer when it was stored.
    Absent: `profile` is None unless the record is a revisit, which lacks the answer's body.
    """

    offset: int
    length: int
    end: int
    answer: WarcRecord
    notes: dict[str, str]
    exchange: Exchange
    profile: Profile | None

    @property
    def run(self) -> str | None:
        """The number of the run that stored it. Absent: None where that is not noted."""
        return self.notes.get("run")

    @property
    def stored_at(self) -> str:
        """When it was stored, which for an import is not its date."""
        return self.notes["stored-at"]


def exchanges_of(path: Path, damaged: list[str]) -> Iterator[StoredExchange]:
    """The exchanges of a segment whose records are all there, in the order of storing.

    Places that hold no whole record are added to `damaged`.
    Raises: OSError when the file cannot be read.
    """
    answer: tuple[int, int, WarcRecord] | None = None
    for offset, end, record in read_members(path):
        if record is None:
            damaged.append(f"{path.name} at {offset}: no whole record")
            answer = None
        elif record.type in _ANSWERS:
            answer = (offset, end, record)
        elif record.type == "metadata" and answer is not None:
            notes = read_fields(record.block)
            start, stop, found = answer
            about = record.headers.get("warc-concurrent-to")
            if about == found.headers.get("warc-record-id") and "stored-at" in notes:
                yield StoredExchange(
                    start, stop - start, end, found, notes, _exchange(found, notes), _profile(found)
                )
            answer = None


def _profile(answer: WarcRecord) -> Profile | None:
    if answer.type != "revisit":
        return None
    return cast(Profile, answer.headers.get("warc-profile", "").removeprefix(PROFILE))


def _exchange(answer: WarcRecord, notes: dict[str, str]) -> Exchange:
    headers = answer.headers
    # A revisit is cut by design: it is the answer that it repeats that was whole.
    truncated = None if answer.type == "revisit" else headers.get("warc-truncated")
    return Exchange(
        site=notes["site"],
        url=notes["url"],
        fetched_url=headers.get("warc-target-uri", notes["url"]),
        captured_at=headers.get("warc-date", notes["stored-at"]),
        date_source=cast(Any, notes["date-source"]),
        block=answer.block,
        is_file=answer.type == "resource",
        content_type=headers.get("content-type") if answer.type == "resource" else None,
        role=notes.get("role", ""),
        truncated=cast(Any, truncated),
        outcome=notes.get("outcome"),
    )
