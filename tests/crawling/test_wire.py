"""What may come over the wire, read without a network: bytes in, an answer or its error out."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.net.wire import MAX_HEADER_BYTES, MAX_WIRE_BYTES, RefusedHead, WireAnswer, WireReader
from schema.errors import CrawlError

OK = b"HTTP/1.1 200 OK\r\n"
LENGTH = OK + b"Content-Length: 5\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNKS = b"5\r\nwords\r\n0\r\n\r\n"


def reading() -> WireReader:
    return WireReader("http://a.example/b", "/b?c", [(b"Host", b"a.example"), (b"X-Note", b"1")])


def read(*pieces: bytes) -> tuple[WireAnswer, WireReader]:
    """The answer that these pieces are, the last of them being its end."""
    one = reading()
    ended = [one.feed(piece) for piece in pieces]
    assert ended == [False] * (len(pieces) - 1) + [True]
    return one.answer("192.0.2.1"), one


def test_a_request_is_sent_as_it_is_kept():
    answer, one = read(LENGTH + b"words")
    expected = b"GET /b?c HTTP/1.1\r\nHost: a.example\r\nX-Note: 1\r\n\r\n"
    assert answer.request == one.request == expected


@pytest.mark.parametrize(
    "block",
    [
        b"HTTP/1.1 200 all-Right \xe9\r\ncontent-LENGTH:5\r\nX-A:  b \r\nx-a:c\r\n\r\nwords",
        b"HTTP/1.0 404\nContent-Length: 5\nX-Fold: a\n b\n\nwords",
        CHUNKED + b"5;note=1\r\nwords\r\n0\r\nX-After: 1\r\n\r\n",
        b"HTTP/1.1 204 None\r\nContent-Length: 5\r\n\r\n",
    ],
)
def test_head_and_body_are_kept_exactly_as_they_came(block):
    for pieces in ([block], [block[n : n + 1] for n in range(len(block))]):
        answer, _ = read(*pieces)
        assert (answer.block, answer.truncated, answer.has_extra) == (block, None, False)


def test_a_body_without_a_length_ends_with_its_connection():
    answer, one = read(OK + b"\r\nwor", b"ds", b"")
    assert (answer.block, answer.truncated) == (OK + b"\r\nwords", None)
    assert not one.leaves_connection


def test_interim_answers_are_no_part_of_what_is_kept():
    hint = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    answer, one = read(hint * 10 + LENGTH + b"words")
    assert (answer.block, answer.status) == (LENGTH + b"words", 200)
    assert one.leaves_connection
    assert error_of(hint * 11) == "damaged:framing"


@pytest.mark.parametrize("block", [LENGTH + b"words", CHUNKED + CHUNKS])
def test_more_than_an_answer_is_noted_and_its_connection_not_used_again(block):
    answer, one = read(block + b"HTTP/1.1 200 OK\r\n")
    assert (answer.block, answer.has_extra, one.leaves_connection) == (block, True, False)
    _, alone = read(block)
    assert alone.leaves_connection


@pytest.mark.parametrize(
    "pieces",
    [
        [LENGTH + b"wo", b""],
        [CHUNKED + b"5\r\nwo", b""],
        [CHUNKED + b"5\r\nwords\r\n", b""],
        [CHUNKED + b"5\r\nwordsx"],
        [CHUNKED + b"zz\r\nwords"],
        [CHUNKED + b"5 5\r\nwords\r\n"],
    ],
)
def test_a_body_that_does_not_come_to_its_end_is_kept_as_a_part(pieces):
    answer, one = read(*pieces)
    assert (answer.block, answer.truncated) == (b"".join(pieces), "disconnect")
    assert not one.leaves_connection


def test_a_body_is_cut_where_it_is_longer_than_we_take():
    answer, _ = read(OK + b"\r\n", b"x" * MAX_WIRE_BYTES, b"x")
    assert (answer.truncated, len(answer.block)) == ("length", len(OK) + 3 + MAX_WIRE_BYTES)


def error_of(*pieces: bytes) -> str:
    one = reading()
    with pytest.raises(CrawlError) as caught:
        for piece in pieces:
            one.feed(piece)
    return f"{caught.value.outcome}:{caught.value.reason}"


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (LENGTH[:-2] + b"Transfer-Encoding: chunked\r\n\r\n", "damaged:framing"),
        (LENGTH[:-2] + b"Content-Length: 6\r\n\r\n", "damaged:framing"),
        (OK + b"Content-Length: 5, 6\r\n\r\n", "damaged:framing"),
        (OK + b"Content-Length: +5\r\n\r\n", "damaged:framing"),
        (OK + b"Content-Length: -5\r\n\r\n", "damaged:framing"),
        (OK + b"Content-Length: 0x5\r\n\r\n", "damaged:framing"),
        (OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n", "damaged:framing"),
        (CHUNKED[:-2] + b"Transfer-Encoding: chunked\r\n\r\n", "damaged:framing"),
        (b"HTTP/1.0" + CHUNKED[8:], "damaged:framing"),
        (OK + b" folded\r\n\r\n", "damaged:headers"),
        (OK + b"X-Odd : a\r\n\r\n", "damaged:headers"),
        (OK + b"no colon\r\n\r\n", "damaged:headers"),
        (OK + b"X-Odd: a\0b\r\n\r\n", "damaged:headers"),
        (OK + b"X-Odd: a\rb\r\n\r\n", "damaged:headers"),
        (OK + b"X: " + b"y" * MAX_HEADER_BYTES, "damaged:headers"),
        (OK + b"X: y\r\n" * 10_923 + b"\r\n", "damaged:headers"),
        (b"HTTP/1.1 00200 OK\r\n", "network_error:protocol"),
        (b"HTTP/1.1 099 OK\r\n", "network_error:protocol"),
        (b"HTTP/2.0 200 OK\r\n", "network_error:protocol"),
        (b"ICY 200 OK\r\n", "network_error:protocol"),
        (b"\r\nHTTP/1.1 200 OK\r\n", "network_error:protocol"),
        (b"\0\1\2", "network_error:protocol"),
    ],
)
def test_what_is_no_answer_to_be_believed_is_named(head, name):
    assert error_of(head) == name


@pytest.mark.parametrize(
    ("pieces", "name"),
    [
        ([b""], "network_error:closed"),
        ([OK, b""], "network_error:closed"),
        ([b"HTTP/1.1 103 Hints\r\n\r\n", b""], "network_error:closed"),
        ([b"220 mail", b""], "network_error:protocol"),
    ],
)
def test_an_end_before_the_head_is_told_from_what_is_not_http(pieces, name):
    assert error_of(*pieces) == name


@pytest.mark.parametrize(("why", "reason"), [("time", "timeout_headers"), ("disconnect", "closed")])
def test_what_breaks_off_before_the_head_came_gives_nothing(why, reason):
    one = reading()
    one.feed(OK)
    with pytest.raises(CrawlError, match=reason):
        one.cut(why)


def test_a_whole_head_that_is_refused_is_given_with_what_came_after_it():
    block = OK + b"X-Odd: a\0b\r\n\r\n<p>words"
    with pytest.raises(RefusedHead) as caught:
        reading().feed(block)
    assert caught.value.came == block


@given(st.binary(max_size=300), st.integers(min_value=1, max_value=40))
def test_whatever_comes_ends_as_an_answer_or_as_an_error_with_a_name(data, size):
    one = reading()
    pieces = [data[n : n + size] for n in range(0, len(data), size)]
    try:
        for piece in [*pieces, b""]:
            if one.feed(piece):
                assert data.startswith(one.answer("192.0.2.1").block)
                return
    except CrawlError:
        return
    raise AssertionError("it never ended")


ROOM = Path(__file__).parents[2] / "crawler"
FOREIGN = ("scrapy", "twisted", "h11", "protego", "w3lib", "OpenSSL", "zope", "service_identity")


def private_names(source: str) -> list[str]:
    """The names with an underscore that a source takes from packages that are not ours."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in FOREIGN:
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            found += [name for name in names if name.startswith("_")]
        elif isinstance(node, ast.Attribute) and node.attr in ("downloader", "_slot", "__class__"):
            found.append(node.attr)
    return found


def test_names_that_are_not_promised_are_taken_in_one_file_alone():
    for path in ROOM.rglob("*.py"):
        if path.name != "upstream.py":
            assert private_names(path.read_text("utf-8")) == [], path
    assert private_names("from twisted.web import _newclient\nx.__class__ = y\n") == [
        "_newclient",
        "__class__",
    ]
