"""Our OpenAPI description: whole, and the server answers as it says, whatever it is asked."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any
from urllib.parse import quote

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from web_sample import database
from web_server import Server, server, serving

from schema.rows import ROWS, VIEWS
from web.programs.openapi import FAILED, described, examples
from web.stored import stored_queries

__all__ = ["server"]
# What is well-formed may still be of nothing (404), no column, or no SQL (400).
CHECKS = {"checks": {"positive_data_acceptance": {"expected-statuses": ["200", "400", "404"]}}}
with closing(sqlite3.connect(database())) as conn:
    KEYS = examples(conn)
api = schemathesis.openapi.from_dict(
    described("http://127.0.0.1", KEYS, allow_sql=True), config=SchemathesisConfig.from_dict(CHECKS)
)


@api.parametrize()
@settings(max_examples=5, derandomize=True, deadline=None, suppress_health_check=[*HealthCheck])
def test_whatever_is_asked_is_answered_as_the_description_says(server: Server, case: Any) -> None:
    case.call_and_validate(base_url=server.address)


def operations(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {path: each["get"] for path, each in told["paths"].items()}


def test_the_description_names_each_entity_table_and_query_and_each_way_to_fail(
    server: Server,
) -> None:
    answer = server.ask("/openapi.json")
    assert answer.headers["content-type"] == "application/json" and "etag" in answer.headers
    told = json.loads(answer.body)
    found = operations(told)
    assert told["servers"] == [{"url": server.address[:-1]}]
    for place in ("compare", "tool", "quote", "release", "reviewer"):
        (key,) = found[f"/{place}/{{key}}.json"]["parameters"][0]["schema"]["examples"]
        assert server.ask(f"/{place}/{quote(key)}.json").status == 200
    for path in ("/verdicts/{table}.json", "/verdicts/{table}.csv", "/verdicts/{table}.csv.json"):
        names = found[path]["parameters"][0]["schema"]["enum"]
        assert {*names} == {*(row.table for row in ROWS), *VIEWS}
    for query in stored_queries().values():
        for kind in ("json", "csv"):
            given = found[f"{query.path}.{kind}"]["parameters"]
            assert [each["name"] for each in given] == [each.name for each in query.parameters]
    for path, operation in found.items():
        assert len({each["operationId"] for each in found.values()}) == len(found)
        assert {"200", "400", "404", "503"} <= operation["responses"].keys(), path
        assert operation["summary"] and all(each["description"] for each in operation["parameters"])
    for status in FAILED:
        assert told["components"]["responses"][f"Failed{status}"]["description"].endswith(".")


def test_each_field_of_an_answer_is_described() -> None:
    schemas = described("http://127.0.0.1", {}, allow_sql=True)["components"]["schemas"]
    for name in schemas.keys() - {"Rows"}:
        for field, schema in schemas[name]["properties"].items():
            assert len(schema.get("description", "")) > 10, (name, field)


def test_where_no_sql_is_taken_none_is_described() -> None:
    with serving(database(), "--no-sql") as quiet:
        found = operations(json.loads(quiet.ask("/openapi.json").body))
    assert not any("/-/" in path for path in found)
