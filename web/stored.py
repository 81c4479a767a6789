"""The stored queries: questions of research in SQL, each a file of `stored/` that says what it is.

Its head is comment lines `-- word: text`, of which each may go on in lines that begin with `--` and
three spaces: `need`, `title`, `gives`, `does not say`, a line `name (kind): meaning` for each
parameter, and `example`, the query string that shows it. The SQL follows after an empty line;
`{name}` in it stands for `stored/parts/name.sql`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from schema.dates import is_date
from web.hardening import DATABASE_NAME
from web.upstream import Base400, Datasette, QueryView, Request, Response

FOLDER = Path(__file__).parent / "stored"
LINE = re.compile(r"-- ([a-z][\w |()]*): ?(.*(?:\n--   .*)*)\n")
HEAD = frozenset({"need", "title", "gives", "does not say", "example"})
PARAMETER = re.compile(r"(\w+) \(([\w|]+)\)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What may be asked of a query; empty where it is not.

    Shape: `kind` is `day`, `text`, or the values that it may have with `|` between them.
    """

    name: str
    kind: str
    meaning: str

    @property
    def choices(self) -> list[str]:
        """The values it may have. Absent: none where it is a day or a text."""
        return self.kind.split("|") if "|" in self.kind else []

    def takes(self, value: str) -> bool:
        """Whether it may have this value."""
        if not value or self.kind == "text":
            return True
        return is_date(value) if self.kind == "day" else value in self.choices

    @property
    def wanted(self) -> str:
        """What a value of it is, as part of a sentence."""
        return "a day such as 2026-11-01" if self.kind == "day" else f"one of {self.kind}"


@dataclass(frozen=True, slots=True)
class StoredQuery:
    """One query with what is said of it. Shape: `example` is a query string, empty for none."""

    name: str
    need: str
    title: str
    gives: str
    does_not_say: str
    parameters: tuple[Parameter, ...]
    example: str
    sql: str

    @property
    def path(self) -> str:
        """The address of the query."""
        return f"/{DATABASE_NAME}/{quote(self.name)}"

    @property
    def example_path(self) -> str:
        """The address that shows it at work."""
        return f"{self.path}?{self.example}" if self.example else self.path


@cache
def stored_queries() -> dict[str, StoredQuery]:
    """All stored queries by name, those of one need beside each other.

    Raises: ValueError naming the file whose head leaves something out, or says what no query has.
    """
    found = [_read(path) for path in sorted(FOLDER.glob("*.sql"))]
    return {each.name: each for each in sorted(found, key=lambda each: each.need)}


def _read(path: Path) -> StoredQuery:
    head, _, sql = path.read_text("utf-8").partition("\n\n")
    said = {word: re.sub(r"\n--   ", " ", text) for word, text in LINE.findall(head + "\n")}
    parameters = tuple(
        Parameter(name=named[1], kind=named[2], meaning=said.pop(word))
        for word in list(said)
        if (named := PARAMETER.fullmatch(word))
    )
    if odd := said.keys() ^ HEAD:
        raise ValueError(f"{path.name}: its head leaves out, or adds, {min(odd)!r}")
    return StoredQuery(
        name=path.stem,
        need=said["need"],
        title=said["title"],
        gives=said["gives"],
        does_not_say=said["does not say"],
        parameters=parameters,
        example=said["example"],
        sql=re.sub(r"\{(\w+)\}", lambda named: part(named[1]), sql).strip(),
    )


def part(name: str) -> str:
    """A part of several queries, for a query of a page that counts as they do."""
    return (FOLDER / "parts" / f"{name}.sql").read_text("utf-8").strip()


def as_config(queries: Iterable[StoredQuery]) -> dict[str, dict[str, Any]]:
    """The queries as Datasette is told of them."""
    return {
        each.name: {
            "sql": each.sql,
            "title": each.title,
            "description": f"{each.gives} Example: {each.example_path}"
            f" What it does not say: {each.does_not_say}",
            "params": [parameter.name for parameter in each.parameters],
        }
        for each in queries
    }


def require_answerable(query: StoredQuery, request: Request) -> None:
    """Looks at what a request asks of a query.

    Raises: Base400 for a parameter that the query has not, one that is given twice, or a value
        that it cannot have: the query would leave it out, or find nothing.
    """
    known = {each.name: each for each in query.parameters}
    for name in request.args:
        if name.startswith("_"):
            continue  # an argument of Datasette's own
        if name not in known:
            raise Base400(f"{query.name} has no parameter {name!r}.")
        values = request.args.getlist(name)
        if len(values) > 1:
            raise Base400(f"{name} stands there more than once.")
        if not known[name].takes(values[0]):
            raise Base400(f"{name}={values[0]!r}: {known[name].wanted}, or nothing.")


async def answer(datasette: Datasette, request: Request) -> Response:
    """A stored query's page or JSON, as Datasette makes it, once its parameters hold."""
    require_answerable(stored_queries()[request.url_vars["table"]], request)
    return await QueryView()(request, datasette)


def pattern() -> str:
    """The addresses of all stored queries, in the words by which Datasette knows their parts."""
    names = "|".join(map(re.escape, stored_queries()))
    return rf"^/(?P<database>{DATABASE_NAME})/(?P<table>{names})(\.(?P<format>json))?$"
