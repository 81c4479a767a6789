"""Behind a proxy: every link is right as the visitor sees it, and nobody else's word counts."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_web_pages import PAGES, QUOTE_KEY, TABLES
from web_sample import database
from web_server import Answer, Server, serving

from schema.errors import UsageError
from web.proxy import DIRECT, Front, front_of

BASE = "/held/archive/"
WORDS = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "archive.example"}
SITE = f"https://archive.example{BASE}"
GONE = ["/compare/felled-vs-tree", "/release/2026-09"]


@pytest.fixture(scope="module")
def front() -> Iterator[Server]:
    """The sample behind a proxy at 127.0.0.1 that serves it under a prefix."""
    with serving(database(), "--proxy", "127.0.0.1", "--base-url", BASE) as running:
        assert running.address.endswith(BASE)
        yield running


@pytest.fixture(scope="module")
def direct() -> Iterator[Server]:
    """The same with another proxy named, so that we are nobody's proxy here."""
    with serving(database(), "--proxy", "192.0.2.0/24", "--proxy", "2001:db8::1") as running:
        yield running


def under(path: str) -> str:
    return BASE + path[1:]


def leads(asked: str, answer: Answer) -> list[str]:
    """Every address of ours that an answer leads to, as a browser makes it of what stands there."""
    found = [html.unescape(each) for each in re.findall(r'(?:href|action)="([^"]*)"', answer.text)]
    found += re.findall(r"<([^>]*)>", answer.headers.get("link", ""))
    found += [answer.headers["location"]] if "location" in answer.headers else []
    if answer.headers["content-type"].startswith("application/json"):
        found += re.findall(r'"(?:\w*url|path)": "([^"]*)"', answer.text)
    whole = [urljoin(f"https://archive.example{asked}", each) for each in found]
    return [
        each for each in whole if urlsplit(each).netloc != "shiporskip.io" and each[:4] == "http"
    ]


OTHERS = [
    "/verdicts/quote.json?_size=2",
    "/verdicts/quote.json?_size=2&_sort=text",
    "/verdicts/quote?_size=2&_sort=score&_facet=verdict",
    "/verdicts/comparison_quote.json?_size=2",
    "/verdicts/quote.json?_size=2&_facet=verdict&_extra=facet_results",
    "/verdicts.json",
    "/verdicts/quote/1",
    "/verdicts/quote?_filter_column=score&_filter_op=gt&_filter_value=1",
    "/verdicts/quote?_sort=text&_sort_by_desc=on",
    "/verdicts/",
    "/verdicts/tool/?name=a",
    "/tool/a%20b/c",
    "/nothing",
    "/verdicts/nothing",
    "/verdicts/quote?_sort=nothing",
    "/verdicts/quote.csv",
    *GONE,
]  # fmt: skip


@pytest.mark.parametrize("path", [*PAGES, *(f"/verdicts/{table}" for table in TABLES), *OTHERS])
def test_whatever_leads_on_leads_to_the_proxys_host_scheme_and_prefix_once(
    front: Server, path: str
) -> None:
    for asked in (under(path), path):  # a proxy may cut the prefix off, or leave it
        answer = front.ask(asked, **WORDS)
        assert answer.status == front.ask(asked).status
        for led in leads(under(path), answer):
            assert led.startswith(SITE) and not led.startswith(SITE + BASE[1:]), led


def test_what_leads_on_is_answered(front: Server) -> None:
    asked = {led for path in ("/", "/verdicts/quote", f"/quote/{QUOTE_KEY}") for led in
             leads(under(path), front.ask(under(path), **WORDS))}  # fmt: skip
    for led in asked:
        place = urlsplit(led)
        assert front.ask(f"{place.path}?{place.query}", **WORDS).status == 200, led


def test_the_next_page_and_its_header_are_what_the_visitor_can_ask(front: Server) -> None:
    answer = front.ask(under("/verdicts/quote.json?_size=2"), **WORDS)
    expected = f"{SITE}verdicts/quote.json?_size=2&_next=2"
    assert json.loads(answer.body)["next_url"] == expected
    assert answer.headers["link"] == f'<{expected}>; rel="next"'


@pytest.mark.parametrize("path", ["/compare/brass-kettle-vs-lantern-notes", f"/quote/{QUOTE_KEY}"])
def test_a_citation_is_the_address_at_the_proxy(front: Server, path: str) -> None:
    text = front.ask(under(path), **WORDS).text
    assert f", {SITE}{path[1:]}</bdi>" in text
    assert f'<link rel="canonical" href="{SITE}{path[1:]}">' in text


def test_a_proxy_that_passes_the_host_on_need_say_the_scheme_alone(front: Server) -> None:
    said = {"Host": "archive.example", "X-Forwarded-Proto": "https"}
    assert json.loads(front.ask("/verdicts/quote.json?_size=2", **said).body)[
        "next_url"
    ].startswith(SITE)


def test_crawlers_are_kept_from_the_data_under_its_prefix(front: Server) -> None:
    assert f"Disallow: {BASE}verdicts\n" in front.ask(under("/robots.txt")).text


@pytest.mark.parametrize("path", [*PAGES[:4], "/verdicts/quote.json?_size=2", "/verdicts/", "/no"])
def test_from_anybody_else_the_headers_change_nothing(direct: Server, path: str) -> None:
    plain = direct.ask(path)
    for said in (WORDS, {"X-Forwarded-Host": "a b@c, d"}, {"X-Forwarded-Proto": "gopher"},
                 {"X-Forwarded-For": "192.0.2.1", **WORDS}, {"Forwarded": "host=a.example"},
                 {"X-Forwarded-Prefix": "/x"}):  # fmt: skip
        told = direct.ask(path, **said)
        assert (told.status, told.body) == (plain.status, plain.body)
        assert told.headers.get("link") == plain.headers.get("link")
        assert told.headers.get("location") == plain.headers.get("location")


@pytest.mark.parametrize(
    "host",
    ["", "a b", "user@a.example", "a.example, b.example", "a.example/path", "[::1", "<i>", ":80",
     "a" * 300],
)  # fmt: skip
def test_a_named_proxy_that_names_no_single_host_is_told_so(front: Server, host: str) -> None:
    for path in ("/", "/verdicts", "/verdicts/quote.json", "/nothing", "/static/style.css"):
        answer = front.ask(under(path), **{"X-Forwarded-Host": host})
        assert answer.status == 400 and "X-Forwarded-Host" in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("proto", ["", "gopher", "https, http", "https://"])
def test_a_named_proxy_that_names_no_scheme_is_told_so(front: Server, proto: str) -> None:
    answer = front.ask(BASE, **{"X-Forwarded-Proto": proto})
    assert answer.status == 400 and "X-Forwarded-Proto" in answer.text


DOORS = ["", BASE[:-1], BASE[:-1] * 2, BASE[:-1] * 3]


@pytest.mark.parametrize("path", GONE)
@pytest.mark.parametrize("door", DOORS)
def test_what_was_taken_down_is_gone_at_every_door(front: Server, path: str, door: str) -> None:
    answer = front.ask(door + path, **WORDS)
    assert answer.status == 410


def test_a_withdrawn_edition_is_shown_at_no_door(tmp_path: Path) -> None:
    path = tmp_path / "verdicts-1.db"
    shutil.copyfile(database().resolve(), path)
    with serving(path, "--proxy", "127.0.0.1", "--base-url", BASE) as running:
        assert running.ask(BASE).status == 200
        path.rename(tmp_path / "elsewhere.db")
        for door in DOORS:
            for asked in ("/", "/verdicts/quote", "/verdicts/quote.json", "/static/style.css"):
                answer = running.ask(door + asked, **WORDS)
                assert answer.status == 503
                assert answer.headers["content-type"].endswith("json") is asked.endswith(".json")


CLOSED = {
    "/verdicts/quote/1.csv": 404, "/-/plugins": 404, "/-/databases.json": 404,
    "/verdicts/-/nope": 404, "/verdicts/quote.xml": 404, "/~76erdicts/quote": 404,
    "//verdicts/quote": 400, "/static/" + "a" * 200: 404, "/\\evil.example": 400,
}  # fmt: skip


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("door", DOORS)
def test_what_the_gate_refuses_it_refuses_at_every_door(
    front: Server, path: str, door: str
) -> None:
    assert front.ask(door + path).status == CLOSED[path]


@pytest.mark.parametrize(
    "spelled",
    ["/held/%61rchive/", "/HELD/archive/", "/held//archive/", "/held/archive%2F", "/heldx/"],
)
def test_a_prefix_that_is_spelled_otherwise_is_no_door(front: Server, spelled: str) -> None:
    for path in ("verdicts/quote", "verdicts/quote.csv", "-/plugins", "release/2026-09"):
        assert front.ask(spelled + path).status in (302, 400, 404)


def test_a_data_page_under_the_prefix_is_still_kept_from_search_engines(front: Server) -> None:
    assert front.ask(under("/verdicts/quote")).headers["x-robots-tag"] == "noindex"
    assert front.ask(under("/verdicts/quote.json"), method="POST").status == 405


@pytest.mark.parametrize(
    "proxy",
    ["", "localhost", "10.0.0.300", "10.0.0.1/8", "*", "0.0.0.0/0", "::/0", "10.0.0.1,10.0.0.2"],
)
def test_a_proxy_that_is_no_address_is_named(proxy: str) -> None:
    with pytest.raises(UsageError, match="--proxy"):
        front_of([proxy], "/")


@pytest.mark.parametrize(
    "prefix", ["", "archive", "https://a.example/x", "/a b/", "/a//b/", "/../x/", "/a?b/",
               "/verdicts/", "/tool/x/", "/a%20b/", "/-/"]
)  # fmt: skip
def test_a_prefix_that_is_none_is_named(prefix: str) -> None:
    with pytest.raises(UsageError, match="--base-url"):
        front_of([], prefix)


def test_a_prefix_may_end_with_a_slash_or_not() -> None:
    assert front_of([], "/a/b") == front_of([], "/a/b/") == Front(base="/a/b/")
    assert front_of([], "/") == DIRECT


PEERS = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


@given(peer=PEERS, is_mapped=st.booleans())
def test_a_proxy_is_known_by_its_address_alone(
    peer: IPv4Address | IPv6Address, is_mapped: bool
) -> None:
    shown = f"::ffff:{peer}" if is_mapped and peer.version == 4 else str(peer)
    headers = [(b"host", b"inside"), (b"x-forwarded-host", b"a.example"),
               (b"x-forwarded-for", b"192.0.2.1")]  # fmt: skip
    asked = {"path": "/", "raw_path": b"/", "client": (shown, 1), "headers": headers}
    named, _ = front_of([str(peer)], "/").asked(dict(asked))
    other, _ = front_of(["192.0.2.1"], "/").asked(dict(asked))
    assert (b"host", b"a.example") in named["headers"]
    assert ((b"host", b"inside") in other["headers"]) is (str(peer) != "192.0.2.1")
