"""A page that a visitor holds is not sent again, and never said to be the same when it is not."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_web_pages import PAGES, QUOTE_KEY
from web_sample import database
from web_server import Answer, Server, server, serving

from schema.published import tombstone_path
from web import tags
from web.serving import listening, make_datasette

__all__ = ["server"]
COMPARED = "/compare/brass-kettle-vs-lantern-notes"
MORE = ["/verdicts/quote.json", "/verdicts/quote/1", "/verdicts/comparison_quote.json?_size=2",
        "/verdicts/tool?_sort=name&_facet=site", "/robots.txt"]  # fmt: skip
TAGGED = [*(path for path in PAGES if "/-/" not in path), *MORE]
KEPT = ("etag", "cache-control", "content-security-policy", "x-content-type-options")


def again(server: Server, path: str, tag: str, **more: Any) -> Answer:
    return server.ask(path, **more, **{"If-None-Match": tag})


@pytest.mark.parametrize("path", TAGGED)
def test_a_second_visit_is_told_that_the_page_is_the_same(server: Server, path: str) -> None:
    before = server.ask(path)
    tag = before.headers["etag"]
    assert before.status == 200 and tag.startswith('"')
    assert server.ask(path).headers["etag"] == tag and server.ask(path).body == before.body
    for told in (again(server, path, tag), again(server, path, tag, method="HEAD")):
        assert (told.status, told.body) == (304, b"")
        assert "content-type" not in told.headers
        assert [told.headers[name] for name in KEPT] == [before.headers[name] for name in KEPT]


def test_a_weak_tag_one_of_a_list_and_any_are_known(server: Server) -> None:
    tag = server.ask(COMPARED).headers["etag"]
    for held in (f"W/{tag}", f'"a,b", W/{tag}', f'"x",{tag}, "y"', "*", " * "):
        assert again(server, COMPARED, held).status == 304, held
    for held in ('"x"', tag.strip('"'), f'"{tag[1:-2]}"', "W/", '"', "", "**", f'"x{tag}'):
        answer = again(server, COMPARED, held)
        assert answer.status == 200 and b"Cite this page" in answer.body, held


def test_tags_in_several_headers_count_together(server: Server) -> None:
    tag = server.ask(COMPARED).headers["etag"]
    conn = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=20)
    with contextlib.closing(conn):
        conn.putrequest("GET", COMPARED)
        for held in ('"x"', tag):
            conn.putheader("If-None-Match", held)
        conn.endheaders()
        assert conn.getresponse().status == 304


@given(st.text(st.sampled_from('"W/,* ax'), max_size=30))
def test_no_other_tag_is_taken_for_the_pages_own(held: str) -> None:
    assert b"f" * 32 not in tags.TAG.findall(held.encode())


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/compare/no-vs-where", "/release/2026-09", "/verdicts/quote.json?_sort=bad",
     "/verdicts/tool/9999", "/verdicts/nothing.csv", "/-/versions", "/verdicts/"],
)  # fmt: skip
def test_what_is_no_page_has_no_tag_and_is_never_the_same(server: Server, path: str) -> None:
    answer = server.ask(path)
    assert answer.status != 200 and "etag" not in answer.headers
    for held in ("*", server.ask(COMPARED).headers["etag"]):
        assert again(server, path, held).status == answer.status


@pytest.mark.parametrize(
    "path",
    ["/verdicts/-/query.json?sql=select+random()", "/verdicts/quote.json?_where=random()+%3E+0",
     "/verdicts/quote.json?%5Fwhere=1", "/verdicts/-/schema"],
)  # fmt: skip
def test_what_a_visitor_asks_in_sql_may_differ_each_time_and_has_no_tag(
    server: Server, path: str
) -> None:
    assert server.ask(path).status == 200
    assert "etag" not in server.ask(path).headers
    assert again(server, path, "*").status == 200


def test_the_style_sheet_keeps_datasettes_own_tag(server: Server) -> None:
    tag = server.ask("/static/style.css").headers["etag"]
    assert again(server, "/static/style.css", tag).status == 304


def test_a_page_is_the_same_for_whoever_asks(server: Server) -> None:
    plain = server.ask(COMPARED)
    asked = server.ask(COMPARED, Cookie="ds_actor=x; a=b", Authorization="Bearer dstok_x")
    assert (asked.status, asked.body, asked.headers["etag"], asked.headers["cache-control"]) == (
        200, plain.body, plain.headers["etag"], plain.headers["cache-control"],
    )  # fmt: skip
    assert "vary" not in plain.headers
    packed = server.ask(COMPARED, **{"Accept-Encoding": "gzip, br"})
    assert packed.body == plain.body and "content-encoding" not in packed.headers


def test_whatever_a_page_is_made_from_changes_its_tag(tmp_path: Path) -> None:
    copy = tmp_path / "verdicts-2.db"
    shutil.copyfile(database().resolve(), copy)
    file, found = database().resolve(), list[str]()
    words = {"X-Forwarded-Proto": "https"}
    with serving(file, "--proxy", "127.0.0.1") as front:
        for told in ({}, {"Host": "other.example"}, {"Host": "other.example", **words}):
            found.append(front.ask(COMPARED, **told).headers["etag"])
        found += [front.ask(path).headers["etag"] for path in ("/search?q=a", "/search?q=b", "/")]
        found.append(front.ask("/search?q=a&_ttl=5").headers["etag"])
        assert found.pop() == found[3]  # an argument that is passed over
    host = {"Host": "other.example"}
    for served, *arguments in (
        (copy,), (file, "--no-sql"), (file, "--contact", "a@example.org"),
        (file, "--base-url", "/held/"),
    ):  # fmt: skip
        with serving(served, *arguments) as other:
            found.append(other.ask(COMPARED, **host).headers["etag"])
    assert len(set(found)) == len(found)
    with serving(file, "--proxy", "127.0.0.1") as front:
        assert front.ask(COMPARED, **host).headers["etag"] == found[1]  # a server begun again


def test_a_package_that_was_upgraded_changes_every_tag(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    told = set()
    for version in ("1.0", "1.1"):
        info = tmp_path / "plugged.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Name: plugged\nVersion: {version}\n")
        told.add(tags.software.__wrapped__())
    assert len(told) == 2


@pytest.fixture
def moved(tmp_path: Path) -> Iterator[tuple[Server, Path, str]]:
    """A server of a copy of the sample, that copy, and the tag of one of its pages."""
    copy = tmp_path / "verdicts-1.db"
    shutil.copyfile(database().resolve(), copy)
    with serving(copy) as running:
        yield running, copy, running.ask(COMPARED).headers["etag"]


def test_a_page_of_a_withdrawn_file_is_never_the_same(moved: tuple[Server, Path, str]) -> None:
    running, copy, tag = moved
    assert again(running, COMPARED, tag).status == 304
    tombstone_path(copy).write_text("{}")
    for held in (tag, "*"):
        told = again(running, COMPARED, held)
        assert told.status == 503 and "etag" not in told.headers
        assert told.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("way", ["replaced", "taken away", "changed in its place"])
def test_a_file_that_is_not_what_it_was_ends_what_was_the_same(
    moved: tuple[Server, Path, str], way: str
) -> None:
    running, copy, tag = moved
    if way == "changed in its place":
        os.utime(copy, ns=(0, 0))
    elif way == "replaced":
        shutil.copyfile(copy, copy.with_suffix(".new"))
        copy.with_suffix(".new").replace(copy)
    else:
        copy.unlink()
    assert again(running, COMPARED, tag).status == (200 if way == "changed in its place" else 503)


async def told(app: Any, path: str, tag: str = "") -> tuple[int, dict[bytes, bytes]]:
    """Status and headers of an answer of the application in this process."""
    path, _, query = path.partition("?")
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), *([(b"if-none-match", tag.encode())] if tag else [])]
    asked = {"method": "GET", "path": path, "raw_path": path.encode(), "headers": headers}
    about = {"type": "http", "scheme": "http", "query_string": query.encode()}
    await app({**about, **asked}, None, send)
    return sent[0]["status"], dict(sent[0]["headers"])


def test_a_page_that_is_the_same_is_asked_of_nobody() -> None:
    async def ask_twice() -> list[str]:
        datasette = make_datasette(database())
        await datasette.invoke_startup()
        app, served = datasette.app(), datasette.get_database("verdicts")
        paths = [COMPARED, f"/quote/{QUOTE_KEY}", "/tool/quillfish", "/search?q=export", *MORE]
        held = {path: (await told(app, path))[1][b"etag"].decode() for path in paths}
        statements = list[str]()
        connect = served.connect

        def watched(write: bool = False) -> sqlite3.Connection:
            conn: sqlite3.Connection = connect(write)
            conn.set_trace_callback(statements.append)
            return conn

        served.connect = watched
        for conn in served._all_connections:
            conn.set_trace_callback(statements.append)
        for path, tag in held.items():
            assert (await told(app, path, tag))[0] == 304
        unasked = list(statements)
        assert (await told(app, COMPARED))[0] == 200 and statements
        return unasked

    assert asyncio.run(ask_twice()) == []


def test_a_page_that_there_was_no_time_for_all_of_has_no_tag() -> None:
    async def ask() -> list[bool]:
        datasette = make_datasette(database())
        await datasette.invoke_startup()
        found = []
        for limit in (1000, -1):
            datasette._settings["facet_time_limit_ms"] = limit
            status, headers = await told(datasette.app(), "/verdicts/quote")
            assert status == 200
            found.append(b"etag" in headers)
        return found

    assert asyncio.run(ask()) == [True, False]


def test_the_end_of_an_answer_does_not_wait_for_its_beginning_to_be_acknowledged() -> None:
    with listening("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
