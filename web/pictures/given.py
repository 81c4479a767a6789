"""The table behind a picture for programs and spreadsheets: CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from urllib.parse import quote

from web.pictures.value import Datum, Picture

FORMATS = {
    "svg": "image/svg+xml",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula. Source: OWASP, CSV injection."""


def path(picture: Picture, ending: str = "svg") -> str:
    """The address of a picture in one of its forms."""
    key = f"/{quote(picture.key, safe=':')}" if picture.key else ""
    return f"/picture/{picture.name}{key}.{ending}"


def as_csv(picture: Picture) -> str:
    """The table, with a row of column names. A text that a spreadsheet would run is made a text."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(picture.columns)
    writer.writerows([harmless(cell) for cell in row] for row in picture.rows)
    return written.getvalue()


def harmless(cell: Datum) -> Datum:
    """A cell that no spreadsheet runs; numbers stay numbers.

    >>> harmless("=1+1"), harmless(-1), harmless("Free")
    ("'=1+1", -1, 'Free')
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def as_json(picture: Picture, home: str) -> str:
    """Everything that is said of a picture, and its table. Shape: `home` is the site's address."""
    said = {
        "name": picture.name,
        "title": picture.title,
        "unit": picture.unit,
        "n": picture.n,
        "counted": picture.counted,
        "source": picture.source,
        "note": picture.note,
        "columns": picture.columns,
        "rows": picture.rows,
        "links": {ending: home + path(picture, ending) for ending in FORMATS},
    }
    return json.dumps(said, ensure_ascii=False)
