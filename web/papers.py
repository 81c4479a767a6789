"""`python -m web.papers > docs/queries.md`: every stored query, in the words of its own file."""

from __future__ import annotations

from web.stored import StoredQuery, stored_queries

_PAGE = """\
# Stored queries

Made by `python -m web.papers > docs/queries.md` from the files of `web/stored/`; a test holds both
together. Each is at its address as a page, and as JSON with `.json` behind its name, also where the
server takes no SQL of visitors (`--no-sql`). What is counted is the distinct card or quote, never
the page that shows it. `as_of` is a day: all is then as the newest capture until its end shows it.
A parameter that is not given is empty; one that a query has not, or a value that it cannot have, is
answered 400. A list ends after 1,000 rows and says so (`"truncated": true`): ask for a tool, or a
time. Examples hold in any archive, so none names a tool.

Columns have the names of [tables.md](tables.md) where they hold the same; shares are in percent,
with the number that they are of beside them. `first_tool`, `second_tool` and the like hold keys.

To add a query is to add a file: a head like that of the others, an empty line, the SQL. `{{shown}}`
stands for `web/stored/parts/shown.sql`, the side of each tool that was seen last by the day
`:as_of`, and `{{said}}` for the distinct quotes under these sides.
{queries}
"""


def page() -> str:
    """The text of docs/queries.md."""
    return _PAGE.format(queries="\n".join(map(_query, stored_queries().values())))


def _query(query: StoredQuery) -> str:
    parts = [f"\n## {query.name}\n", f"{query.title}, for {query.need}. {query.gives}\n"]
    if query.parameters:
        parts += ["| parameter | is | what it asks |", "|---|---|---|"]
        parts += [
            f"| `{each.name}` | {each.kind.replace('|', ', ')} | {each.meaning} |"
            for each in query.parameters
        ]
        parts.append("")
    parts += [f"Example: `{query.example_path}`\n", f"It does not say: {query.does_not_say}"]
    return "\n".join(parts)


if __name__ == "__main__":
    print(page(), end="")
