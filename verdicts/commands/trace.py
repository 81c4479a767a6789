"""`verdicts trace`: where the values of a row stand in the bytes, and whether they come again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verdicts.console import note, print_report, say
from verdicts.options import example, home_option, json_option

if TYPE_CHECKING:
    from db.trace import TracedPlace, TracedRow, TracedSpan, TracedValue

AROUND = 44
"""So much of a block is shown at either end of a value, and beside it. Units: characters."""


@click.command(
    "trace",
    epilog=example(
        "verdicts demo --no-serve",
        "verdicts trace --home demo 037f7a80",
        "verdicts trace --home demo card/16 --json | jq .places",
    )
    + "\n\n\b\nNext: `verdicts explain ADDRESS` shows the whole page, block by block.",
)
@click.argument("row")
@home_option
@json_option
def trace(row: str, home: Path, as_json: bool) -> int:
    """Show where values stand in the bytes, and derive them again.

    ROW is the key of a quote or card, or how it begins; a comparison's name or address; or a table
    and an id, as the address of each row has it in `verdicts serve`. A tool is traced by its cards,
    a reviewer by quotes: asked for one of these, it names them. Each value is told with the visible
    block it stands in, the capture, and the WARC file that holds it. Exit 40 where one does not
    come out of the bytes again.
    """
    from db.trace import trace_row

    found = trace_row(home, row)
    if as_json:
        print_report(asdict(found), as_json=True)
    else:
        for line in _lines(found):
            say(line)
    if not found.is_of_this_parser:
        note("another version of the parser made the database; `verdicts build` makes a new one")
    return 40 if found.problems else 0


def _lines(found: TracedRow) -> Iterator[str]:
    from crawler.sources import printable

    yield f"{found.kind} {found.key} in {found.database}"
    for place in found.places:
        yield from map(printable, _of_place(place))
    yield ""
    count = sum(len(place.values) for place in found.places)
    if not found.problems:
        yield f"{count} values, each the same when derived from the bytes again"
    for problem in found.problems:
        yield printable(f"not the same: {problem}")


def _of_place(place: TracedPlace) -> Iterator[str]:
    yield ""
    yield f"capture {place.capture} of {place.url} at {place.captured_at}"
    yield f"  {place.warc}, {place.length} bytes at {place.offset}, body {place.body_sha256}"
    for value in place.values:
        yield from _of_value(value, place.position)


def _of_value(value: TracedValue, position: int) -> Iterator[str]:
    of = f"tool {position} " if position else ""
    columns = value.value.items()
    told = ", ".join((f"{name} " if len(columns) > 1 else "") + _short(v) for name, v in columns)
    mark = "  NOT THE SAME" if value.problems else ""
    withheld = " (withheld from readers)" if value.is_withheld else ""
    yield f"  {of}{value.field}: {told}{withheld}{mark}"
    if value.inferred is not None:
        yield f"      inferred from {value.inferred}"
    for span in value.spans:
        yield f"      block {span.block}, {span.start} to {span.end}: {_marked(span)}"


def _short(value: str | int | None) -> str:
    text = "-" if value is None else str(value)
    return text if len(text) <= 2 * AROUND else f"{text[:AROUND]} ... {text[-AROUND:]}"


def _marked(span: TracedSpan) -> str:
    """A block's text, shortened, with the value between two marks."""
    if span.text is None:
        return "not readable"
    before, behind = span.text[: span.start], span.text[span.end :]
    before = before if len(before) <= AROUND else f"...{before[-AROUND:]}"
    behind = behind if len(behind) <= AROUND else f"{behind[:AROUND]}..."
    return f"{before}[{_short(span.text[span.start : span.end])}]{behind}"
