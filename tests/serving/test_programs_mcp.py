"""The MCP endpoint, asked by the client that others use, over the wire."""

from __future__ import annotations

import asyncio
import http.client
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from mcp import Client
from web_sample import TAKES, database, sha
from web_server import ROOT, Answer, Server, server, serving

from web.programs.mcp_plugin import LARGEST_BODY
from web.programs.mcp_tools import MOST_CHANGES

__all__ = ["server"]
KEY = sha("quillfish", TAKES[0].format(name="Quillfish"))
OURS = ["get_comparison", "get_tool", "list_changes", "search_quotes"]
OF_SQL = ["execute_sql", "get_database_schema", "list_databases"]


def told(server: Server, tool: str, /, **given: Any) -> dict[str, Any]:
    """What a tool says to a real client. Raises: AssertionError for an error of the tool's."""

    async def ask() -> Any:
        async with Client(f"{server.address}-/mcp") as client:
            return await client.call_tool(tool, given)

    answer = asyncio.run(ask())
    assert not answer.is_error, answer.content
    assert json.loads(answer.content[0].text) == answer.structured_content
    found: dict[str, Any] = answer.structured_content
    return found


def tools(server: Server) -> list[Any]:
    async def ask() -> Any:
        async with Client(f"{server.address}-/mcp") as client:
            return (await client.list_tools()).tools

    return sorted(asyncio.run(ask()), key=lambda each: str(each.name))


def post(server: Server, path: str, body: bytes, method: str = "POST", **headers: str) -> Answer:
    kinds = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    conn = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=20)
    with closing(conn):
        conn.request(method, path, body, {**kinds, **headers})
        got = conn.getresponse()
        return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())


@pytest.fixture(scope="module")
def quiet() -> Iterator[Server]:
    """The sample, served without SQL of visitors."""
    with serving(database(), "--no-sql") as running:
        yield running


def test_our_tools_stand_beside_those_that_ask_sql_and_only_read(server: Server) -> None:
    found = tools(server)
    assert [each.name for each in found] == sorted(OURS + OF_SQL)
    assert all(each.annotations.read_only_hint and each.description for each in found)


def test_a_search_finds_quotes_by_their_words_and_the_page_of_each(server: Server) -> None:
    found = told(server, "search_quotes", words="screenshot export")
    assert found["said"].startswith(f"{found['found']} quotes") and found["found"] == 8
    for each in found["quotes"]:
        assert "screenshot" in each["words"] and each["tool"]
        assert server.ask("/" + each["page"].removeprefix(server.address)).status == 200
    nothing = told(server, "search_quotes", words="nosuchword")
    assert (nothing["said"], nothing["quotes"]) == ("No quote holds all of these words.", [])
    assert told(server, "search_quotes", words='" *')["quotes"] == []


def test_a_comparison_and_a_tool_are_what_their_json_is(server: Server) -> None:
    for tool, name, place, key in (
        ("get_comparison", "comparison", "compare", "brass-kettle-vs-lantern-notes"),
        ("get_tool", "tool", "tool", "quillfish"),
    ):
        answer = json.loads(server.ask(f"/{place}/{key}.json").body)
        found = told(server, tool, key=key)
        assert found[name] == answer and answer["page"] in found["said"]
        day = told(server, tool, key=key, as_of="2020-01-01")
        assert day[name] is None and "by 2020-01-01" in day["said"]


def test_what_cannot_be_told_is_a_sentence_and_no_error(server: Server) -> None:
    gone = told(server, "get_comparison", key="felled-vs-tree")
    assert gone == {"said": "Taken down on 2026-11-01: It was asked for", "comparison": None}
    assert "no-such" in told(server, "get_tool", key="no-such")["said"]
    assert "no day" in told(server, "get_tool", key="quillfish", as_of="soon")["said"]
    assert "no day" in told(server, "list_changes", since="soon")["said"]
    never = told(server, "list_changes", since="2030-01-01")
    assert (never["said"], never["changes"]) == ("Nothing changed in that time.", [])


def test_changes_are_told_with_both_values_and_their_days(server: Server) -> None:
    found = told(server, "list_changes", since="2026-01-01", tool="quillfish")["changes"]
    assert {each["tool"] for each in found} == {"quillfish"}
    (change,) = [each for each in found if each["field"] == "pricing"]
    assert change["new"] == "Free for one person" and change["old"].startswith("Free ")
    days = [each["seen_by"] for each in found]
    assert days == sorted(days, reverse=True)
    assert told(server, "list_changes", since="2026-01-01", until="2026-02-01")["changes"] == []


def test_of_many_changes_the_newest_are_told_and_that_there_are_more(tmp_path: Path) -> None:
    path = tmp_path / "verdicts-0123abd3.db"
    shutil.copy(database().resolve(), path)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)"
            " insert into change (kind, cause, field, version_id, tool_id, seen_by)"
            " select 'changed', 'source', 'badge', 1, 1, '2026-11-01T12:00:00Z' from n",
            [MOST_CHANGES + 10],
        )
    with serving(path) as running:
        found = told(running, "list_changes", since="2026-01-01")
    assert not found["is_complete"] and len(found["changes"]) == MOST_CHANGES


def test_withheld_words_stay_withheld(server: Server) -> None:
    found = told(server, "search_quotes", words="Secret words")
    assert found["quotes"] == []
    shown = told(server, "get_comparison", key="brass-kettle-vs-veiled")
    assert "Secret words" not in json.dumps(shown)
    assert {each["withheld"] for each in shown["comparison"]["quotes"]} == {"noarchive"}


def test_sql_is_asked_with_a_person_at_hand_and_not_at_all_without(
    server: Server, quiet: Server
) -> None:
    asked = {"database": "verdicts", "sql": "select count(*) as n from quote"}
    assert told(server, "execute_sql", **asked)["rows"][0]["n"] > 0
    assert [each.name for each in tools(quiet)] == OURS
    with pytest.raises(AssertionError, match="execute_sql"):
        told(quiet, "execute_sql", **asked)
    assert told(quiet, "get_tool", key="quillfish")["tool"]["name"] == "Quillfish"


def test_a_post_passes_for_mcp_alone_and_is_bounded(server: Server) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    body = json.dumps(call).encode()
    assert post(server, "/-/mcp", body).status == 200
    for path in ("/", "/-/mcp/", "/-/mcp2", "/x/-/mcp", "/verdicts/-/query", "/tool/quillfish"):
        assert post(server, path, body).status == 405, path
    for method in ("GET", "HEAD", "DELETE", "PUT"):
        answer = post(server, "/-/mcp", b"", method)
        assert (answer.status, answer.headers["allow"]) == (405, "POST")
    for size, status in ((LARGEST_BODY, 200), (LARGEST_BODY + 1, 413)):
        assert post(server, "/-/mcp", body.ljust(size)).status == status
    assert post(server, "/-/mcp", b"{").status == 400
    assert "content-security-policy" in post(server, "/-/mcp", body).headers
    assert server.printed() == ""


def test_nothing_is_kept_of_a_client(server: Server) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"}}}  # fmt: skip
    for _ in range(50):
        answer = post(server, "/-/mcp", json.dumps(call).encode())
        assert answer.status == 200 and "mcp-session-id" not in answer.headers


def test_no_plugin_is_imported_before_it_is_wanted() -> None:
    code = "import sys, web.serving; print('datasette_mcp' in sys.modules, 'mcp' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]


def test_the_endpoint_answers_from_the_edition_that_the_link_names_now(tmp_path: Path) -> None:
    link = tmp_path / "current.db"
    for name, tool in (("verdicts-0123abd4.db", "First"), ("verdicts-0123abd5.db", "Second")):
        path = tmp_path / name
        shutil.copy(database().resolve(), path)
        with closing(sqlite3.connect(path)) as conn, conn:
            conn.execute("update tool set name = ? where tool = 'quillfish'", [tool])
    link.symlink_to("verdicts-0123abd4.db")
    with serving(link) as running:
        assert told(running, "get_tool", key="quillfish")["tool"]["name"] == "First"
        following = tmp_path / "next.db"
        following.symlink_to("verdicts-0123abd5.db")
        following.replace(link)
        deadline = time.monotonic() + 30
        while told(running, "get_tool", key="quillfish")["tool"]["name"] != "Second":
            assert time.monotonic() < deadline
            time.sleep(0.2)
