"""A table of a release as CSV, in UTF-8: safe to open in a spreadsheet, and nothing lost by that.

    number    1          as it is
    null                 nothing between the commas
    text      "..."      always in quotation marks, those within it doubled; the empty text is ""
    =1+1      "'=1+1"    a text that begins with one of = + - @ TAB CR or an apostrophe gets one
                         more apostrophe in front: a spreadsheet would run the others as formulas

Undone by taking one apostrophe from each text that begins with one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from db.release.arrow import arrow

GUARD = "'"
_GUARDED = f"^[=+\\-@\t\r{GUARD}]"


def unguarded(text: str) -> str:
    """The text that a guarded one stands for.

    >>> unguarded("'=1+1"), unguarded("''tis"), unguarded("plain")
    ('=1+1', "'tis", 'plain')
    """
    return text.removeprefix(GUARD)


@contextmanager
def writing_csv(path: Path, schema: Any) -> Iterator[Callable[[Any], None]]:
    """What takes the batches of a table."""
    pa, csv = arrow(), arrow(".csv")

    def write(batch: Any) -> None:
        columns = [
            _guarded(column) if pa.types.is_string(column.type) else column
            for column in batch.columns
        ]
        writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))

    # By this style a number and a null stand bare, and every text in quotation marks.
    options = csv.WriteOptions(quoting_style="needed")
    with csv.CSVWriter(path, schema, write_options=options) as writer:
        yield write


def _guarded(column: Any) -> Any:
    compute = arrow(".compute")
    found = compute.match_substring_regex(column, _GUARDED)
    if not compute.any(found).as_py():
        return column
    return compute.if_else(found, compute.binary_join_element_wise(GUARD, column, ""), column)
