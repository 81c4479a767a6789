"""`python -m schema.papers > docs/tables.md`: every table and column, in the rows' own words."""

from __future__ import annotations

from inspect import getdoc

from schema.records import Record
from schema.rows import ROWS, VIEWS

_PAGE = """\
# What is in the database

Made by `python -m schema.papers > docs/tables.md` from the docstrings of `schema/rows/`; a test
holds both together. The same sentences stand in the table `description` and on each table's page.
{tables}
"""


def page() -> str:
    """The text of docs/tables.md."""
    models = {row.table: row for row in ROWS} | VIEWS
    return _PAGE.format(tables="\n".join(_table(name, row) for name, row in models.items()))


def _table(name: str, row: type[Record]) -> str:
    columns = (
        f"| `{column}` | {_cell(field.description)} |" for column, field in row.model_fields.items()
    )
    head = f"\n## {name}\n\n{_cell(getdoc(row))}\n\n| column | what it holds |\n|---|---|"
    return "\n".join((head, *columns))


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    print(page(), end="")
