"""The exchanges that a segment holds, read from its records alone; no ledger is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from archive.ledger.originals import PROFILE, RevisitProfile
from archive.store.store import Exchange
from archive.warc.record import WarcRecord, read_fields, read_members

_ANSWERS = ("response", "resource", "revisit")


@dataclass(frozen=True, slots=True)
class StoredExchange:
    """One stored exchange, and what its records say of it.

    Shape: the answer's record is the `length` bytes at `offset`; the exchange's last one ends at
    `end`; `notes` are what was written beside the answer when it was stored: `stored-at`, which
    for an import is not its date, and but for the first version `run`, the number of the run.
    """

    offset: int
    length: int
    end: int
    answer: WarcRecord
    notes: dict[str, str]

    @property
    def profile(self) -> RevisitProfile | None:
        """As what it repeats another. Absent: None unless it is a revisit, which has no body."""
        if self.answer.type != "revisit":
            return None
        return cast(
            RevisitProfile, self.answer.headers.get("warc-profile", "").removeprefix(PROFILE)
        )

    def exchange(self) -> Exchange:
        """The exchange as it was stored."""
        headers, notes = self.answer.headers, self.notes
        is_file = self.answer.type == "resource"
        # A revisit is cut by design: it is the answer that it repeats that was whole.
        truncated = None if self.profile is not None else headers.get("warc-truncated")
        return Exchange(
            site=notes["site"],
            url=notes["url"],
            fetched_url=headers.get("warc-target-uri", notes["url"]),
            captured_at=headers.get("warc-date", notes["stored-at"]),
            date_source=cast(Any, notes["date-source"]),
            block=self.answer.block,
            is_file=is_file,
            content_type=headers.get("content-type") if is_file else None,
            role=notes.get("role", ""),
            truncated=cast(Any, truncated),
            outcome=notes.get("outcome"),
        )


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
            answer = (offset, end - offset, record)
        elif record.type == "metadata" and answer is not None:
            notes, named = read_fields(record.block), answer[2].headers.get("warc-record-id")
            if record.headers.get("warc-concurrent-to") == named and "stored-at" in notes:
                yield StoredExchange(answer[0], answer[1], end, answer[2], notes)
            answer = None
