"""What the server refuses, how fast it says so, and that it lives on afterwards."""

from __future__ import annotations

import asyncio
import html
import json
import re
import socket
import sqlite3
import sys
from pathlib import Path
from urllib.parse import quote, urlsplit

import forked
import pytest
from web_sample import database
from web_server import ROOT, Answer, Server, server, serving

from web.gate import LONGEST_REQUEST

__all__ = ["server"]
PROMPT_S = 8
"""A bound, not a measurement."""
PIECE = (
    "(with recursive c(x) as (select 'a' union all select x || x from c where length(x) < 65536)"
    " select max(x) from c)"
)
"""A text of 65,536 letters: three of them are a value that may be, four are none."""


def of_texts(asked: str, times: int) -> str:
    """A query of so many rows `y` of 99,999 letters: two of them are a value that may be."""
    return (
        f"with recursive t(x) as (select {PIECE}), n(i) as (select 1 union all select i + 1 from n"
        f" where i < {times}) select {asked} from (select substr(x || x, 1, 99999) as y from t, n)"
    )


def chained(terms: int) -> str:
    return "select " + "+".join(["1"] * terms)


BOUNDS = {
    "one value": (
        f"select length(x || x || x) from (select {PIECE} as x)",
        f"select length(x || x || x || x) from (select {PIECE} as x)",
    ),
    "a replacement": (
        f"select length(replace(x, 'a', 'aaa')) from (select {PIECE} as x)",
        f"select length(replace(x, 'a', 'aaaa')) from (select {PIECE} as x)",
    ),
    "values put together": (
        of_texts("length(group_concat(y, ''))", 2),
        of_texts("length(group_concat(y, ',,,'))", 2),
    ),
    "a list": (of_texts("length(json_group_array(y))", 1), of_texts("json_group_array(y)", 2)),
    "a whole result": (of_texts("y", 160), of_texts("y", 161)),
    "a pattern": (f"select 'a' like '{'%' * 200}'", f"select 'a' like '{'%' * 201}'"),
    "depth": (chained(200), chained(202)),
    "a query": (f"select '{'x' * 9_980}'", f"select '{'x' * 10_000}'"),
}
"""What is bound: a query just within, and one just over."""
REFUSED = {
    # Finite, but longer than a query may take.
    "time": "with recursive c(x) as (select 1 union all select x + 1 from c where x < 20000000)"
    " select sum(x) from c",
    "printf": "select printf('%d', 1)",
    "format": "select format('%d', 1)",
    "zeroblob": "select hex(zeroblob(4))",
    "randomblob": "select length(randomblob(4))",
    "database_list": "select file from pragma_database_list",
    "database_list_named": 'select * from "PRAGMA_DATABASE_LIST"()',
    "database_list_counted": "select count(*) from main.pragma_database_list",
    "compile_options": "select * from pragma_compile_options",
    "attach": "attach database ':memory:' as other",
    "second_statement": "select 1; select 2",
    "insert": "insert into site (site, title, base) values ('a', 'b', 'c')",
    "with_delete": "with a as (select 1) delete from quote",
    "vacuum_into": "vacuum into 'copy.db'",
    "pragma": "pragma writable_schema = on",
    "tokenizer": "select fts3_tokenizer('simple')",
    "extension": "select load_extension('evil.so')",
    "fts_command": "with a as (select 1) insert into quote_fts(quote_fts) values ('rebuild')",
}


def run(server: Server, sql: str) -> Answer:
    return server.ask("/verdicts/-/query.json?_shape=array&sql=" + quote(sql), timeout_s=PROMPT_S)


@pytest.mark.parametrize("name", BOUNDS)
def test_a_query_within_a_bound_is_answered(server: Server, name: str) -> None:
    assert run(server, BOUNDS[name][0]).status == 200


@pytest.mark.parametrize("name", [*BOUNDS, *REFUSED])
def test_what_is_over_a_bound_is_refused_and_the_server_lives(server: Server, name: str) -> None:
    sql = REFUSED.get(name) or BOUNDS[name][1]
    answer = run(server, sql)
    assert 400 <= answer.status < 500, answer.text[:300]
    assert str(database().parent) not in answer.text
    page = server.ask("/verdicts/-/query?sql=" + quote(sql), timeout_s=PROMPT_S)
    assert 200 <= page.status < 500 and "<script" not in page.text
    assert str(database().parent) not in page.text
    assert server.process.poll() is None
    assert run(server, "select 1 as one").text == '[{"one": 1}]'


@pytest.mark.parametrize("name", REFUSED)
def test_a_query_that_is_refused_stays_where_it_was_typed(server: Server, name: str) -> None:
    sql = REFUSED[name]
    page = server.ask(f"/verdicts/-/query?sql={quote(sql)}&x=3", timeout_s=PROMPT_S).text
    (typed,) = re.findall(r'<textarea id="sql" name="sql"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert html.unescape(typed) == sql and 'class="notice"' in page


def test_the_parameters_of_a_query_that_is_refused_stay_too(server: Server) -> None:
    page = server.ask("/verdicts/-/query?sql=delete+from+quote+where+id=:x&x=3&_size=1").text
    assert re.findall(r'<input id="p-\d" type="text" name="(\w+)" value="(\w*)">', page) == [
        ("x", "3")
    ]


def test_functions_that_would_compare_every_place_are_ours(server: Server) -> None:
    """SQLite asks for no time inside one call; doctests of web/linear.py show what they give."""
    sql = "select name, narg from pragma_function_list where builtin = 0 and type = 's' order by 1"
    found = {(row["name"], row["narg"]) for row in json.loads(run(server, sql).body)}
    assert {(name, 2) for name in ("trim", "ltrim", "rtrim", "instr")} | {("replace", 3)} <= found


def test_honest_queries_work(server: Server) -> None:
    honest = {
        "select count(*) as n from quote_fts where quote_fts match 'screenshot'": 8,
        "select round(avg(panel_ship_percent), 1) as n from card": None,
        "select trim('xxhixx', 'x') as n": "hi",
        "select ltrim('xxhi', 'x') as n": "hi",
        "select trim(null, 'x') as n": None,
        "select rtrim('hixy', 'yx') || instr('hello', 'l') || instr('a', 'b') as n": "hi30",
        "select replace('a-b-c', '-', '+') || replace('ab', '', 'x') as n": "a+b+cab",
        "select trim(' c ') || upper('d') as n": "cD",
        "select instr(2024, 24) + length(replace(10.5, '.', '')) as n": 6,
        "select upper(substr(name, 1, 3)) as n from tool where tool = 'quillfish'": "QUI",
        "select count(*) as n from pragma_table_info('card')": 21,
        "with t as (select name from tool) select count(*) as n from t": 11,
    }
    for sql, expected in honest.items():
        answer = run(server, sql)
        assert answer.status == 200, (sql, answer.text)
        told = json.loads(answer.body)[0]["n"]
        assert expected is None or told == expected, sql


def test_no_more_than_a_thousand_rows_come_back(server: Server) -> None:
    many = json.loads(run(server, "select a.id from description a, description b").body)
    assert len(many) == 1000
    assert server.ask("/verdicts/description.json?_size=100000").status == 400


def test_a_filter_has_the_same_bounds(server: Server) -> None:
    assert server.ask("/verdicts/quote.json?text__glob=" + "*a" * 100).status == 200
    assert server.ask("/verdicts/quote.json?text__glob=a" + "*a" * 100).status == 400
    assert server.ask("/verdicts/quote.json?text__contains=screenshot").status == 200
    assert server.ask("/verdicts/quote.json?_sort=bad").status == 400
    assert server.ask("/verdicts/quote.json?_where=" + quote("hex(zeroblob(4))")).status == 400


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search?q=x",
        "/verdicts/tool",
        "/verdicts/tool.json",
        "/nothing",
        "/static/style.css",
        "/-/messages",
    ],
)
def test_every_answer_carries_the_security_headers(server: Server, path: str) -> None:
    headers = server.ask(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy and "script-src" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers and "set-cookie" not in headers
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_only_get_and_head_are_taken(server: Server, method: str) -> None:
    for path in ("/", "/verdicts/tool/-/insert", "/verdicts/-/query"):
        answer = server.ask(path, method=method)
        assert answer.status == 405
        assert answer.headers["allow"] == "GET, HEAD"


def test_a_visitor_cannot_choose_how_long_caches_keep_a_page(server: Server) -> None:
    for argument in ("_ttl=99999999", "%5Fttl=99999999", "_nocount=1&_ttl=0"):
        for path in ("/verdicts/tool.json", "/verdicts/tool/1.json", "/"):
            assert server.ask(f"{path}?{argument}").headers["cache-control"] == "max-age=60"
    assert server.ask("/verdicts/-/query.json?sql=select+1&_timelimit=x").status == 200


@pytest.mark.parametrize(
    "path",
    ["//example.com/", "/\\example.com/", "/%5Cexample.com/", "/verdicts//tool/", "/compare/a\\b"],
)
def test_no_path_can_send_a_visitor_elsewhere(server: Server, path: str) -> None:
    host, port = urlsplit(server.address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=PROMPT_S) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(65536), b"")).decode()
    assert answer.startswith("HTTP/1.1 400")
    assert "location:" not in answer.lower()


@pytest.mark.parametrize(
    "path",
    [
        "/-/databases.json",
        "/-/versions",
        "/-/versions.json",
        "/-/plugins.json",
        "/-/actor.json",
        "/-/static/app.css",
        "/-/settings.json",
        "/-/threads.json",
        "/-/messages",
        "/-/patterns",
        "/-/allow-debug",
        "/-/permissions",
        "/-/api",
        "/-/create-token",
        "/-/logout",
        "/-/jump.json",
        "/-/config.json",
        "/-/queries",
        "/verdicts/-/queries/analyze?sql=select+1",
        "/verdicts/-/execute-write",
        "/verdicts/-/create",
        "/verdicts/tool/-/count",
        "/verdicts/tool/-/autocomplete",
        "/verdicts.db",
        "/verdicts.csv",
        "/verdicts/tool/1.csv",
        "/verdicts/tool.csv.csv",
        "/verdicts/-/schema.csv",
        "/~76erdicts/tool.csv",
        "/~76erdicts/tool",
        "/~76erdicts/tool/1.blob?_blob_column=name",
        "/static/" + "x" * 300,
        "/_memory",
        "/__INTERNAL__",
        "/static/../serving.py",
        "/static/%2e%2e/serving.py",
    ],
)
def test_what_is_not_for_visitors_is_not_there(server: Server, path: str) -> None:
    answer = server.ask(path)
    assert answer.status in (403, 404)
    assert str(database().parent) not in answer.text


def test_the_plugins_are_exactly_ours() -> None:
    from web.serving import make_datasette

    plugins = make_datasette(database())._plugins()
    assert {plugin["name"]: plugin["hooks"] for plugin in plugins} == {
        "web.cells": ["render_cell"],
        "web.gate": ["asgi_wrapper", "filters_from_request"],
        "web.hardening": ["prepare_connection"],
        "web.mishaps": ["handle_exception"],
        "web.programs.mcp_plugin": ["asgi_wrapper"],
        "web.programs.plugin": ["register_routes"],
        "web.pages.routes": [
            "extra_template_vars",
            "prepare_jinja2_environment",
            "register_routes",
            "shutdown",
        ],
        "web.pictures.routes": ["prepare_jinja2_environment", "register_routes"],
    }


def test_a_request_that_is_too_long_is_refused(server: Server) -> None:
    rest = "x" * (LONGEST_REQUEST - len("/search" + "q="))
    assert server.ask("/search?q=" + rest).status == 200
    assert server.ask("/search?q=x" + rest).status == 414


def test_without_sql_the_pages_stay_and_sql_is_refused() -> None:
    with serving(database(), "--no-sql") as closed:
        assert closed.ask("/verdicts/-/query.json?sql=select+1").status == 403
        assert "<textarea" not in closed.ask("/verdicts/-/query?sql=select+1").text
        assert closed.ask("/verdicts/tool.json?_where=1=1").status == 403
        assert closed.ask("/verdicts/tool.json").status == 200
        assert "SQL" not in closed.ask("/").text
        assert "<textarea" not in closed.ask("/verdicts").text
        assert closed.ask("/search?q=screenshot").status == 200
        assert closed.ask("/compare/brass-kettle-vs-lantern-notes").status == 200


def test_a_fault_of_ours_is_told_without_its_particulars() -> None:
    from web.mishaps import OUR_FAULT, explain

    ours = sqlite3.OperationalError("no such table: /home/someone/secret")
    assert explain(ours, is_visitors_sql=False) == (500, OUR_FAULT)
    assert explain(KeyError("x"), is_visitors_sql=True) == (500, OUR_FAULT)


def test_a_damaged_file_is_noted_and_not_called_a_wrong_query(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from web.mishaps import OUR_FAULT, explain
    from web.serving import make_datasette

    copy = tmp_path / "verdicts-1.db"
    copy.write_bytes(database().read_bytes())
    served = make_datasette(copy).get_database("verdicts")
    with copy.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (copy.stat().st_size - 4096))
    with pytest.raises(sqlite3.DatabaseError) as caught:
        asyncio.run(served.execute("select text from quote"))
    assert "malformed" in caplog.text and "verdicts-1.db" in caplog.text
    assert explain(caught.value, is_visitors_sql=True) == (500, OUR_FAULT)


def test_a_missing_database_is_said_before_anything_is_served(tmp_path: Path) -> None:
    from web.serving import make_datasette, serve

    with pytest.raises(FileNotFoundError):
        make_datasette(tmp_path / "none.db")
    with pytest.raises(FileNotFoundError):
        serve(tmp_path / "none.db")


def test_a_database_of_another_kind_is_an_error_and_never_called_ready(tmp_path: Path) -> None:
    other = tmp_path / "other-1.db"
    conn = sqlite3.connect(other)
    conn.execute(
        "create table description (id integer primary key, table_name, column_name, description)"
    )
    conn.close()
    done = forked.run(
        [sys.executable, "-m", "web", str(other)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert done.stdout == ""
    assert "not a database of ours: no table capture" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_an_error_of_its_own(server: Server) -> None:
    from web.serving import serve

    with pytest.raises(OSError, match="in use"):
        serve(database(), port=int(server.address.rstrip("/").rpartition(":")[2]))


def test_the_server_ends_when_asked_to() -> None:
    with serving(database()) as running:
        running.process.terminate()
        assert running.process.wait(timeout=PROMPT_S) is not None
