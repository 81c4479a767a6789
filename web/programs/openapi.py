"""Our own description of all that programs ask, in OpenAPI 3.1: `/openapi.json`.

It is made of the shapes of the answers, the heads of the stored queries and the rows' descriptions,
so that none is said twice. Every answer has a name and a description: clients are made of them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from schema.rows import ROWS, VIEWS
from web.asking import ask
from web.describe import LICENSE, PURPOSE, TITLE
from web.hardening import DATABASE_NAME
from web.programs.addresses import Addresses
from web.programs.csv_asked import MOST_ROWS, MOST_SQL_ROWS, MOST_STORED_ROWS
from web.programs.entities import ENTITIES
from web.programs.shapes import CsvAnswer, ErrorAnswer, ReviewerAnswer
from web.programs.sitemaps import LISTED
from web.showing import read
from web.stored import Parameter, stored_queries
from web.upstream import Datasette, Request, Response
from web.words import MOST_PAGES

OpenApiPart = dict[str, Any]
REF = "#/components/schemas/{model}"
ANSWERS: list[type[BaseModel]] = [
    *(kind.shape for kind in ENTITIES.values()),
    ReviewerAnswer,
    CsvAnswer,
    ErrorAnswer,
]
FAILED = {
    "400": "An argument that there is not, or a value that it cannot have; no host of a request.",
    "403": "SQL of visitors, where the server takes none.",
    "404": "Nothing goes by this key or name.",
    "410": "It was taken down, or withdrawn, on request.",
    "503": "The file was withdrawn, or too many CSV files are made: try again later.",
}
ROWS_SCHEMA: OpenApiPart = {
    "type": "object",
    "description": "Rows of a table or query; null where a column is absent.",
    "required": ["ok", "rows", "truncated"],
    "properties": {
        "ok": {"const": True},
        "rows": {"type": "array", "items": {"type": "object"}},
        "truncated": {"type": "boolean", "description": "Whether rows were left out."},
        "next_url": {"type": ["string", "null"], "description": "Where the next rows are."},
    },
}


def described(root: str, keys: Mapping[str, str], *, allow_sql: bool) -> OpenApiPart:
    """The whole description for a server at this address.

    Shape: `keys` has the key of something that there is, for each kind, as an example.
    """
    _, defined = models_json_schema([(shape, "validation") for shape in ANSWERS], ref_template=REF)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": "1",
            "summary": "Read only, without keys.",
            "description": f"{PURPOSE} {LICENSE}.",
        },
        "servers": [{"url": root}],
        "paths": dict([*_entities(keys), *_tables(), *_stored(), *_others(allow_sql=allow_sql)]),
        "components": {
            "schemas": {**defined["$defs"], "Rows": ROWS_SCHEMA},
            "responses": {
                f"Failed{status}": {"description": sentence, "content": _failed()}
                for status, sentence in FAILED.items()
            },
        },
    }


def _failed() -> OpenApiPart:
    said = {"schema": {"$ref": REF.format(model=ErrorAnswer.__name__)}}
    words = {"schema": {"type": "string"}}
    return {"application/json": said, "text/plain": words, "text/html": words}


def _operation(
    name: str, summary: str, given: Iterable[OpenApiPart], content: OpenApiPart, *failed: str
) -> dict[str, OpenApiPart]:
    """One address that is asked with GET, and how it answers."""
    statuses = ("400", "404", "503", *failed)
    refused = {
        status: {"$ref": f"#/components/responses/Failed{status}"} for status in sorted(statuses)
    }
    told = {"200": {"description": summary, "content": content}, **refused}
    told["304"] = {"description": "It is what If-None-Match names."}
    asked = {"operationId": name, "summary": summary, "parameters": [*given], "responses": told}
    return {"get": asked}


def _json(model: str) -> OpenApiPart:
    return {"application/json": {"schema": {"$ref": REF.format(model=model)}}}


CSV: OpenApiPart = {"text/csv": {"schema": {"type": "string"}}}


def _in_path(name: str, said: str, **schema: object) -> OpenApiPart:
    kind = {"type": "string", "minLength": 1, **schema}
    return {"name": name, "in": "path", "required": True, "description": said, "schema": kind}


def _in_query(name: str, said: str, **schema: object) -> OpenApiPart:
    return {"name": name, "in": "query", "description": said, "schema": schema}


def _entities(keys: Mapping[str, str]) -> Iterable[tuple[str, OpenApiPart]]:
    said = "What stands behind the last slash of its page, percent-encoded."
    keyed = {place: _in_path("key", said, examples=[key]) for place, key in keys.items()}
    day = _in_query(
        "as_of", "As the newest capture until this day has it.", type="string", format="date"
    )
    part = _in_query(
        "page", "Which part of the quotes.", type="integer", minimum=1, maximum=MOST_PAGES
    )
    for place, kind in ENTITIES.items():
        key = keyed.get(place, _in_path("key", said))
        given = [key, day] if kind.question_as_of else [key]
        gives, answered = kind.shape.__doc__ or "", _json(kind.shape.__name__)
        yield f"/{place}/{{key}}.json", _operation(place, gives, given, answered, "410")
    gives, answered = ReviewerAnswer.__doc__ or "", _json(ReviewerAnswer.__name__)
    key = keyed.get("reviewer", _in_path("key", said))
    yield "/reviewer/{key}.json", _operation("reviewer", gives, [key, part], answered)


def _tables() -> Iterable[tuple[str, OpenApiPart]]:
    names = [*(row.table for row in ROWS), *VIEWS]
    table = _in_path("table", "A table or view; docs/tables.md has its columns.", enum=names)
    filters = {
        "name": "filters",
        "in": "query",
        "description": "A column, or a column and __ and an operator such as gt, contains, in,"
        " isnull, with what it is compared with; _sort, _sort_desc and _where as well.",
        "style": "form",
        "explode": True,
        "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        "example": {"first_seen__gte": "2026-11-01"},
    }
    size = _in_query("_size", "Rows of a page.", type="integer", minimum=0, maximum=1000)
    base = f"/{DATABASE_NAME}/{{table}}"
    said = "Rows of a table or view, a page of them."
    yield f"{base}.json", _operation("table", said, [table, size, filters], _json("Rows"), "403")
    said = f"The same as CSV, whole: at most {MOST_ROWS} rows, X-Complete says whether all."
    yield f"{base}.csv", _operation("table_csv", said, [table, filters], CSV, "403")
    said, answered = CsvAnswer.__doc__ or "", _json(CsvAnswer.__name__)
    yield f"{base}.csv.json", _operation("table_csv_told", said, [table, filters], answered, "403")


def _stored() -> Iterable[tuple[str, OpenApiPart]]:
    for query in stored_queries().values():
        example = dict(parse_qsl(query.example))
        given = [_parameter(each, example) for each in query.parameters]
        said = f"{query.title}. {query.gives} It does not say: {query.does_not_say}"
        yield f"{query.path}.json", _operation(query.name, said, given, _json("Rows"))
        said = f"{query.title}, as CSV: at most {MOST_STORED_ROWS} rows."
        yield f"{query.path}.csv", _operation(f"{query.name}_csv", said, given, CSV)


def _parameter(parameter: Parameter, example: dict[str, str]) -> OpenApiPart:
    schema: OpenApiPart = {"type": "string"}
    if parameter.kind == "day":
        schema = {"anyOf": [{"type": "string", "format": "date"}, {"const": ""}]}
    elif parameter.choices:
        schema |= {"enum": [*parameter.choices, ""]}
    if example.get(parameter.name):
        schema |= {"examples": [example[parameter.name]]}
    return _in_query(parameter.name, parameter.meaning, **schema)


def _others(*, allow_sql: bool) -> Iterable[tuple[str, OpenApiPart]]:
    words = _in_query("q", "What is searched for; all words must occur.", type="string")
    place = _in_query("in", "cards; anything else is quotes.", type="string", examples=["cards"])
    page = {"text/html": {"schema": {"type": "string"}}}
    yield "/search", _operation("search", "Ranked search, a page.", [words, place], page)
    if allow_sql:
        said = "SQL that reads; what it names with a colon is an argument."
        sql = _in_query("sql", said, type="string", examples=["select count(*) from quote"])
        sql["required"] = True
        path = f"/{DATABASE_NAME}/-/query"
        said = "Rows of your own SQL, within a second."
        yield f"{path}.json", _operation("sql", said, [sql], _json("Rows"), "403")
        said = f"The same as CSV: at most {MOST_SQL_ROWS} rows."
        yield f"{path}.csv", _operation("sql_csv", said, [sql], CSV, "403")


def examples(conn: sqlite3.Connection) -> dict[str, str]:
    """The key of the first of each kind that there is."""
    found = {
        place: ask(conn, f"select {key} from {table} where {listed} order by id limit 1").fetchone()
        for place, (table, key, _, listed) in LISTED.items()
    }
    found["quote"] = ask(conn, "select key from quote order by id limit 1").fetchone()
    return {place: row[0] for place, row in found.items() if row}


async def openapi(datasette: Datasette, request: Request) -> Response:
    """The description, for the server as the visitor asks it."""
    allow_sql = bool(datasette.setting("default_allow_sql"))
    keys = await read(datasette, examples)
    told = described(Addresses(datasette, request).root, keys, allow_sql=allow_sql)
    return Response(json.dumps(told), content_type="application/json")
