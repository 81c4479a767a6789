"""A table of a release as CSV, in UTF-8: safe to open in a spreadsheet, and nothing lost by that.

    number    1          as it is
    null                 nothing between the commas
    text      "..."      always in quotation marks, those within it doubled; the empty text is ""
    =1+1      "'=1+1"    a text that begins with one of = + - @ TAB CR or an apostrophe gets one
                         more apostrophe in front: a spreadsheet would run the others as formulas

Undone by taking one apostrophe from each text that begins with one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import compute, csv

from db.release.about import GUARD

_GUARDED = f"^([=+\\-@\t\r{GUARD}])"


def csv_writer(path: Path, schema: Any) -> Any:
    """What writes the batches of a table, once these are guarded."""
    # By this style a number and a null stand bare, and every text in quotation marks.
    options = csv.WriteOptions(quoting_style="needed")
    return csv.CSVWriter(path, schema, write_options=options)


def guarded(batch: Any) -> Any:
    """A batch whose texts no spreadsheet runs."""
    columns = [
        compute.replace_substring_regex(column, _GUARDED, rf"{GUARD}\1", max_replacements=1)
        if pa.types.is_string(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)
