"""CSV of tables, views and queries: safe in spreadsheets, whole or said to be cut, in bounds."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import shutil
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_sample import database
from web_server import Server, server, serving

from schema.published import tombstone_path
from schema.rows import ROWS, VIEWS
from web.programs.csv_asked import MOST_ROWS, MOST_SQL_ROWS, MOST_STORED_ROWS
from web.programs.csv_files import MOST_AT_ONCE
from web.programs.csv_rows import cell
from web.stored import stored_queries

__all__ = ["server"]
TABLES = [*(row.table for row in ROWS), *VIEWS]
WIDE = 2000
"""Units: characters of each text of the large file."""


def sql(statement: str) -> str:
    return f"/verdicts/-/query.csv?sql={quote(statement)}"


def told(server: Server, path: str) -> dict[str, object]:
    place, _, query = path.partition("?")
    found: dict[str, object] = json.loads(server.ask(f"{place}.json?{query}").body)
    return found


@pytest.mark.parametrize("table", TABLES)
def test_each_table_and_view_is_whole_and_safe_as_csv(server: Server, table: str) -> None:
    answer = server.ask(f"/verdicts/{table}.csv")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["x-complete"] == "true" and answer.headers["x-robots-tag"] == "noindex"
    name = f'attachment; filename="verdicts-0123abcd-{table}.csv"'
    assert answer.headers["content-disposition"] == name
    names, *rows = csv.reader(io.StringIO(answer.text, newline=""))
    with closing(sqlite3.connect(database())) as conn:
        found = conn.execute(f'select * from "{table}"').fetchall()
        assert [each[1] for each in conn.execute(f"pragma table_info({table})")] == names
    shown = [["" if each is None else str(each) for each in row] for row in found]
    assert sorted(shown) == sorted([each.removeprefix("'") for each in row] for row in rows)
    assert not any(each.startswith(tuple("=+@\t\r")) for row in rows for each in row)
    said = told(server, f"/verdicts/{table}.csv")
    assert said["sha256"] == hashlib.sha256(answer.body).hexdigest()
    assert (said["rows"], said["bytes"]) == (len(rows), len(answer.body)) and said["is_complete"]
    assert server.ask(f"/verdicts/{table}.csv").body == answer.body
    assert f"<{said['csv']}.json>" in answer.headers["link"]
    tag = answer.headers["etag"]
    assert server.ask(f"/verdicts/{table}.csv", **{"If-None-Match": tag}).status == 304


def test_a_formula_is_made_text_and_null_is_told_from_the_empty_text(server: Server) -> None:
    texts = ["=1+1", "+1", "-1", "@a", "\ta", "\ra", "'a", "a=1", 'a"b', "a,b", "a\nb", ""]
    listed = ", ".join("'" + each.replace("'", "''") + "'" for each in texts)
    answer = server.ask(sql(f"select {listed}, null, -1, 1.5, :given") + "&given=%3Dgiven")
    written = answer.text.split('":given"\n')[1]
    assert written.startswith('"\'=1+1","\'+1","\'-1","\'@a","\'\ta","\'\ra","\'\'a","a=1"')
    assert written.endswith('"",,-1,1.5,"\'=given"\n')


@given(st.text())
def test_a_text_comes_back_once_an_apostrophe_is_taken_away(text: str) -> None:
    ((read,),) = csv.reader(io.StringIO(cell(text), newline=""))
    assert read.removeprefix("'") == text if read.startswith("'") else read == text
    assert not read.startswith(tuple("=+-@\t\r"))


def test_filters_sorts_and_columns_are_those_of_the_page(server: Server) -> None:
    asked = "reviewer=Builder&score__gt=1&_sort_desc=tool_name&_nocol=text"
    rows = list(csv.DictReader(io.StringIO(server.ask(f"/verdicts/quotes.csv?{asked}").text)))
    page = json.loads(server.ask(f"/verdicts/quotes.json?{asked}").body)["rows"]
    assert [each["quote"] for each in rows] == [each["quote"] for each in page] and rows
    assert "text" not in rows[0] and {each["reviewer"] for each in rows} == {"Builder"}


@pytest.mark.parametrize(
    "path",
    [
        "/verdicts/quotes.csv?revewer=Builder",
        "/verdicts/quotes.csv?score__gt=high",
        "/verdicts/quotes.csv?_next=3",
        "/verdicts/quotes.csv?_shape=array",
        "/verdicts/quote_fts.csv",
        "/verdicts/tool.csv?_where=nothing",
        "/verdicts/predictions_due.csv?since=soon",
        "/verdicts/predictions_due.csv?_shape=array",
        "/verdicts/-/query.csv",
        sql("delete from tool"),
        sql("select nothing"),
        sql("with recursive n(i) as (select 1 union all select i+1 from n) select max(i) from n"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_a_row_is_sent(server: Server, path: str) -> None:
    answer = server.ask(path)
    assert (answer.status, json.loads(answer.body)["status"]) == (400, 400)
    place, _, query = path.partition("?")
    assert server.ask(f"{place}.json?{query}").status == 400


@pytest.mark.parametrize("name", ["nothing", "sqlite_master", "quote_fts_data", "quote%2Ex"])
def test_what_is_no_table_is_not_there(server: Server, name: str) -> None:
    assert server.ask(f"/verdicts/{name}.csv").status in (400, 403, 404)


@pytest.mark.parametrize("name", stored_queries())
def test_each_stored_query_is_there_as_csv_also_where_no_sql_is_taken(
    quiet: Server, name: str
) -> None:
    query = stored_queries()[name]
    answer = quiet.ask(f"{query.path}.csv?{query.example}")
    assert answer.status == 200 and answer.headers["x-complete"] == "true"
    page = json.loads(quiet.ask(f"{query.path}.json?{query.example}").body)["rows"]
    assert int(answer.headers["x-rows"]) == len(page) < MOST_STORED_ROWS
    digest = base64.b64encode(hashlib.sha256(answer.body).digest()).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"


@pytest.fixture(scope="module")
def quiet() -> Iterator[Server]:
    """The sample, served without SQL of visitors."""
    with serving(database(), "--no-sql") as running:
        yield running


def test_without_sql_none_is_taken_as_csv(quiet: Server) -> None:
    assert quiet.ask(sql("select 1")).status == 403
    assert quiet.ask("/verdicts/-/query.csv.json?sql=select+1").status == 403
    assert quiet.ask("/verdicts/tool.csv?_where=1").status == 403


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A file with a row more than a CSV file may have, of 200 MB of text."""
    path = tmp_path_factory.mktemp("large") / "verdicts-0123abcf.db"
    shutil.copy(database().resolve(), path)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("delete from correction")
        conn.execute(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)"
            " insert into correction (kind, site, target, note, added_at)"
            " select 'page', 'shiporskip', '=' || i, printf('%.*c', ?, 'x'), '2026-11-01' from n",
            [MOST_ROWS + 1, WIDE],
        )
    with serving(path) as running:
        yield running
    path.unlink()


def peak(server: Server) -> int:
    """The most memory that the server has had. Units: bytes."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(each.split()[1]) for each in lines if each.startswith("VmHWM")) << 10


def test_a_cut_file_says_so_outside_its_rows_and_takes_no_memory(large: Server) -> None:
    before = peak(large)
    answer = large.ask("/verdicts/correction.csv", timeout_s=60)
    said = told(large, "/verdicts/correction.csv")
    assert len(answer.body) > MOST_ROWS * WIDE and answer.body.count(b"\n") == MOST_ROWS + 1
    assert answer.headers["x-complete"] == "false" and said["is_complete"] is False
    assert (said["rows"], said["most_rows"]) == (MOST_ROWS, MOST_ROWS)
    assert said["sha256"] == hashlib.sha256(answer.body).hexdigest()
    assert peak(large) - before < 32 << 20
    rest = large.ask(f"/verdicts/correction.csv?id__gt={MOST_ROWS}")
    assert rest.headers["x-complete"] == "true" and rest.body.count(b"\n") == 2


def test_an_answer_to_sql_is_cut_by_rows_or_by_size_and_says_so(large: Server) -> None:
    for columns, most in (("id", MOST_SQL_ROWS), ("id, note", 16_000_000 // WIDE)):
        for _ in range(10):  # a second may be too short where much else runs
            answer = large.ask(sql(f"select {columns} from correction"))
            if answer.status == 200:
                break
        assert answer.headers["x-complete"] == "false"
        assert most * 0.9 <= int(answer.headers["x-rows"]) <= most


def begun(server: Server, path: str) -> socket.socket:
    """A connection on which a file was asked for, and little of it read."""
    conn = socket.socket()
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    conn.connect(("127.0.0.1", int(urlsplit(server.address).port or 0)))
    conn.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert conn.recv(12) == b"HTTP/1.1 200"
    return conn


def test_so_many_files_are_made_at_once_and_whoever_leaves_makes_room(large: Server) -> None:
    path = "/verdicts/correction.csv"
    with ExitStack() as stack:
        for _ in range(MOST_AT_ONCE):
            stack.enter_context(closing(begun(large, path)))
        busy = large.ask(path)
        assert (busy.status, busy.headers["retry-after"]) == (503, "5")
        assert json.loads(busy.body)["status"] == 503 and "etag" not in busy.headers
        assert large.ask("/tool/quillfish").status == 200
    deadline = time.monotonic() + 10
    while large.ask("/verdicts/tool.csv").status == 503:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "Traceback" not in large.printed()


def test_a_file_that_is_withdrawn_while_it_is_sent_is_not_ended(tmp_path: Path) -> None:
    path = tmp_path / "verdicts-0123abd0.db"
    shutil.copy(database().resolve(), path)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)"
            " insert into correction (kind, site, target, note, added_at)"
            " select 'page', 'shiporskip', i, printf('%.*c', 1000, 'x'), '2026-11-01' from n"
        )
    with serving(path) as running, closing(begun(running, "/verdicts/correction.csv")) as conn:
        tombstone_path(path).touch()
        conn.settimeout(20)
        got = b"".join(iter(lambda: conn.recv(1 << 20), b""))
    assert not got.endswith(b"0\r\n\r\n") and len(got) < 20_000_000
