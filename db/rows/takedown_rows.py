"""The public rows of take-downs and corrections: what was removed, and what was noted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archive.takedown import Correction
from db.records.snapshot import Snapshot
from db.rows.keys import ToolKey
from db.rows.numbers import UNNUMBERED, Numbers
from db.rows.versions import History
from schema.rows import CorrectionRow, TakedownRow


def takedown_rows(snapshot: Snapshot, numbers: Numbers) -> Iterator[TakedownRow]:
    """A row for each take-down that holds."""
    for each in snapshot.taken.active:
        yield TakedownRow(
            id=numbers.takedowns[each.id],
            kind=each.kind,
            site=each.site,
            target=each.target,
            reason=each.reason,
            added_at=each.added_at,
        )


def correction_rows(
    snapshot: Snapshot, pages: Iterable[History], numbers: Numbers
) -> Iterator[CorrectionRow]:
    """A row for each note on something that is published; a note might repeat what is not."""
    open_pages = {
        (each.page.site, each.page.url): numbers.pages[each.page.id]
        for each in pages
        if each.takedown is None
    }
    for note in snapshot.corrections:
        number = _number(note, open_pages, numbers)
        if number is not None:
            yield CorrectionRow(
                id=UNNUMBERED,
                kind=note.kind,
                site=note.site,
                target=note.target,
                page=number if note.kind == "page" else None,
                tool=number if note.kind == "tool" else None,
                quote=number if note.kind == "quote" else None,
                note=note.note,
                added_at=note.added_at,
            )


def _number(note: Correction, pages: dict[tuple[str, str], int], numbers: Numbers) -> int | None:
    if note.kind == "page":
        return pages.get((note.site, note.target))
    if note.kind == "tool":
        return numbers.tools.get(ToolKey(note.site, note.target))
    return numbers.quotes.get(note.target)
