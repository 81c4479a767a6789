"""Whatever a visitor writes behind the question mark, no answer is a fault of ours."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
from web_sample import TAKES, sha
from web_server import Server, server

__all__ = ["server"]
DATA = ["/verdicts/quote", "/verdicts/quote.json", "/verdicts/comparison_quote"]
PLACES = [
    *DATA,
    "/verdicts/quote/1",
    "/verdicts/quote/1.json",
    "/verdicts",
    "/verdicts/-/query.json",
    "/verdicts/-/schema",
    "/",
    "/search",
    "/compare/brass-kettle-vs-lantern-notes",
    "/tool/quillfish",
    "/reviewer/Builder",
    "/release/2026-10",
    "/quote/" + sha("quillfish", TAKES[0].format(name="Quillfish")),
]
THROUGH = [
    "",
    "x",
    "{}",
    "[]",
    "[{}]",
    "1",
    "null",
    '"a"',
    "NaN",
    "[" * 1001,
    "1" * 4301,
    '{"table": "side_quote"}',
    '{"table": [], "column": "slot", "value": 1}',
    '{"table": "nowhere", "column": "a", "value": 1}',
    '{"table": "side_quote", "column": "nothing", "value": 1}',
    '{"table": "side_quote", "column": "slot", "value": [1]}',
    '{"table": "side_quote", "column": "slot", "value": "\\ud800"}',
    '{"table": "side_quote", "column": "\\ud800", "value": 1}',
    '{"table": "side_quote", "column": "slot", "value": 99999999999999999999}',
]
NAMES = [
    "_facet", "_facet_array", "_facet_date", "_facet_size", "_sort", "_sort_desc", "_col",
    "_nocol", "_where", "_next", "_search", "_search_text", "_searchmode", "_size", "_shape",
    "_labels", "_trace", "_nofacet", "_nocount", "_extra", "_json", "_nl", "_through",
    "_filter_column", "_filter_op_1", "id__gt", "text__date", "text__arraycontains", "id", "q",
    "in", "page", "sql", "", "_",
]  # fmt: skip
VALUES = ["", "x", "%00", "%ED%A0%80", "9" * 25]


def odd(path: str) -> Iterator[str]:
    """Addresses with odd arguments: a table reads all of them, another page only the last few."""
    names = NAMES if path in DATA else NAMES[-6:]
    yield from (f"{path}?{name}={value}" for name in names for value in VALUES)
    yield from (f"{path}?%00=1", f"{path}?%FF=1", f"{path}?%ED%A0%80=1", f"{path}?&&=&")


@pytest.fixture
def quiet(server: Server) -> Iterator[Server]:
    """The server, which must print nothing where it runs."""
    server.printed()
    yield server
    assert server.printed() == ""


@pytest.mark.parametrize("path", PLACES)
def test_no_argument_of_any_page_is_a_fault_of_ours(quiet: Server, path: str) -> None:
    failed = [at for at in odd(path) if quiet.ask(at).status >= 500]
    assert not failed


@pytest.mark.parametrize("path", ["/verdicts", *DATA, "/verdicts/quote/1", "/verdicts/-/query"])
@pytest.mark.parametrize(
    "ending", [".xml", ".html", ".blob", ".JSON", ".jsonx", "%2exml", ".json.json", ".json%00", "."]
)
def test_an_unknown_ending_is_a_page_that_is_not_there(
    quiet: Server, path: str, ending: str
) -> None:
    assert quiet.ask(path.removesuffix(".json") + ending).status == 404


WRONG = [
    "-/query?sql=selekt", "-/query.json?sql=selekt", "-/query.json?sql=select+zeroblob(9)",
    "-/query.json?sql=select+1&_json_infinity=x", "quote.json?_shape=nope",
    "quote.json?_extra=nope", "quote?_search_nope=x", "comparison_quote?_next=x",
    *(
        f"{table}?{argument}"
        for table in ("quote", "quote.json", "comparison_quote", "comparison_quote.json")
        for argument in (
            "_where=nope", "nope=1", "score__nope=1", "_sort=nope", "_sort_desc=nope",
            "_sort=text&_sort_desc=text", "_col=nope", "_size=-1", "_size=x", "_facet=nope",
            "_facet=score&_facet=nope", "_facet_array=[", "score__in=[", "score__notin=[",
            "score__arraycontains=[&_facet_date=nope", "_through=x", f"score__gt={'9' * 30}",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("asked", WRONG)
def test_a_wrong_filter_is_told_to_whoever_wrote_it_and_to_nobody_else(
    quiet: Server, asked: str
) -> None:
    assert quiet.ask(f"/verdicts/{asked}").status == 400


@pytest.mark.parametrize(
    "asked",
    [
        *(f"quote.json?_next={token}" for token in ("x", "1,2", "-1", "~41", "1.5", "9" * 30, ",")),
        *(f"quote.json?_sort=score&_next={token}" for token in ("5", "x,5", "90,x", "$null,x")),
        *(f"tool.json?_next={token}" for token in ("5", "a,b", "a,b,5")),
    ],
)
def test_what_is_no_token_of_a_next_page_is_not_the_end_of_the_list(
    server: Server, asked: str
) -> None:
    answer = server.ask(f"/verdicts/{asked}")
    assert answer.status == 400 and "is no next page" in json.loads(answer.body)["error"]


@pytest.mark.parametrize("table", ["quote", "comparison_quote"])
@pytest.mark.parametrize(
    "wanted",
    ["=abc", "=", "__exact=x", "__not=x", "__gt=abc", "__lte=1_0", "__in=1,x", '__notin=["x"]',
     "__gt=nan", "__lt=0x10"],
)  # fmt: skip
def test_a_text_to_compare_a_number_with_is_refused_by_name(
    server: Server, table: str, wanted: str
) -> None:
    answer = server.ask(f"/verdicts/{table}.json?score{quote(wanted, safe='=')}")
    assert answer.status == 400 and "score holds numbers" in json.loads(answer.body)["error"]


@pytest.mark.parametrize(
    "wanted",
    ["score=90", "score__gt=1e1", "score__lt=+90.5", "score__in=90,%2080", "score__in=[90,80]",
     "score__contains=x", "score__isnull=1", "text__gt=abc", "reviewer_id=1", "tool_name=1"],
)  # fmt: skip
def test_a_right_filter_is_answered(server: Server, wanted: str) -> None:
    assert server.ask(f"/verdicts/quote.json?{wanted}").status == 200


@pytest.mark.parametrize(
    "host", ["", "[::1", "a.example/else", "user@a.example", "a b", "<i>", "a" * 300, ":80"]
)
def test_a_host_that_is_none_is_refused_on_every_page(quiet: Server, host: str) -> None:
    for path in ("/", "/verdicts", "/verdicts/quote.json", "/nothing"):
        assert quiet.ask(path, Host=host).status == 400


def test_what_is_no_request_and_what_asks_for_another_protocol_print_nothing(quiet: Server) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(quiet.address).port or 0)) as raw:
        raw.sendall(b"G\xc9T / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert raw.recv(65536).startswith(b"HTTP/1.1 400")
    asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    assert quiet.ask("/search", **asked).status == 200


@pytest.mark.parametrize("path", ["/verdicts/quote", "/verdicts/quote.json"])
@pytest.mark.parametrize("value", THROUGH)
def test_a_wrong_through_is_refused_with_a_page_like_any_other(
    server: Server, path: str, value: str
) -> None:
    answer = server.ask(f"{path}?_through={quote(value)}")
    assert answer.status == 400
    if path.endswith(".json"):
        assert json.loads(answer.body)["status"] == 400
    else:
        assert '<header class="site">' in answer.text and "Traceback" not in answer.text


def test_a_right_through_is_answered(server: Server) -> None:
    value = quote('{"table": "side_quote", "column": "slot", "value": "1"}')
    answer = server.ask(f"/verdicts/quote.json?_shape=array&_through={value}")
    assert answer.status == 200 and json.loads(answer.body)


def test_a_fault_without_arguments_stays_a_fault() -> None:
    from web.mishaps import OUR_FAULT, UNUSABLE, explain

    broken = KeyError("x")
    for has_arguments, told in ((True, (400, UNUSABLE)), (False, (500, OUR_FAULT))):
        assert explain(broken, is_visitors_sql=True, has_arguments=has_arguments) == told
    assert explain(broken, is_visitors_sql=False, has_arguments=True) == (500, OUR_FAULT)
