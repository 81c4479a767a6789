"""The rows in print: one table for people, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from captures.judge import Judged

HEAD = ("row", "tool", "bytes", "address", "date", "record", "rc", "verdict")


@dataclass(frozen=True)
class Line:
    """One line. Absent: `judged` is None where the tool made nothing, and `why` says so."""

    row: str
    tool: str
    judged: Judged | None
    why: str = ""


def lines_of(rows: list[Line]) -> Iterator[str]:
    """The table, and how many rows came out how."""
    yield _line(HEAD)
    yield _line(("---",) * len(HEAD))
    for row in rows:
        yield shown(row)
    verdicts = [row.judged.verdict for row in rows if row.judged]
    right, wrong = verdicts.count("right"), sum(each.startswith("WRONG") for each in verdicts)
    yield ""
    yield (
        f"{right} right, {len(verdicts) - right - wrong} refused honestly, {wrong} wrong, "
        f"{len(rows) - len(verdicts)} not made"
    )


def shown(row: Line) -> str:
    """One line of the table."""
    if row.judged is None:
        return _line((row.row, row.tool, *"–––––", row.why))
    one = row.judged
    cells = (one.bytes, one.address, one.date, one.record, str(one.exit_code), one.verdict)
    return _line((row.row, row.tool, *cells))


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
