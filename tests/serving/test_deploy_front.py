"""deploy/nginx.conf in Debian's nginx, before the real server: what it keeps and refuses."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import signal
import socket
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from urllib.parse import quote, urlsplit

import nginx_front
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nginx_front import CONF, HOST, NGINX, Front, Said, asking, connected, exchanged, fronting
from odd_requests import REQUESTS, Odd
from web_sample import database
from web_server import Server, serving

from schema.published import tombstone_path
from web.proxy import OURS
from web.serving import PLUGINS

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
(LINE,) = re.findall(r"^# +verdicts serve .*?(--proxy .+)$", CONF, re.MULTILINE)
BOUND_S = 2
QUICK = {
    "proxy_cache_valid 200 59s": f"proxy_cache_valid 200 {BOUND_S - 1}s",
    "client_header_timeout 10s": "client_header_timeout 1s",
    "proxy_read_timeout 10s": "proxy_read_timeout 3s",
    "rate=10r/s": "rate=1r/s",
}
"""The bounds that a test waits for, shorter."""
SLOWEST_S, LARGEST_MIB = 2, 400
PAGE = "/tool/quillfish"


@dataclass(frozen=True)
class Served:
    """A published file and the server that shows it."""

    path: Path
    server: Server
    port: int

    def direct(self, request: bytes) -> Said:
        with connected(self.port) as sock:
            return exchanged(sock, request)

    def state(self) -> dict[str, tuple[str, int]]:
        """Every file beside the database: its bytes' hash, and when it was last written."""
        return {
            each.name: (hashlib.sha256(each.read_bytes()).hexdigest(), each.stat().st_mtime_ns)
            for each in self.path.parent.iterdir()
        }

    def largest_mib(self) -> int:
        """The most memory that the server had at once."""
        told = Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s+(\d+) kB", told)[0]) // 1024


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample as a home publishes it, served as the file says."""
    path = tmp_path_factory.mktemp("home") / "public" / "verdicts-1.db"
    path.parent.mkdir()
    shutil.copyfile(database().resolve(), path)
    with serving(path, *shlex.split(LINE)) as server:
        yield Served(path, server, urlsplit(server.address).port or 0)


@pytest.fixture(scope="module")
def front(served: Served) -> Iterator[Front]:
    with fronting(served.port, QUICK) as running:
        yield running


# Odd, long and hostile requests.


@dataclass(frozen=True)
class Tried:
    """One odd request and what came of it both ways."""

    odd: Odd
    direct: Said
    front: Said

    def both(self) -> tuple[Said, Said]:
        return self.direct, self.front


@pytest.fixture(scope="module")
def tried(served: Served, front: Front) -> Iterator[list[Tried]]:
    """Every odd request, directly and through nginx, each of another visitor."""
    before = served.state()
    yield [Tried(odd, served.direct(odd.request), front.said(odd.request)) for odd in REQUESTS]
    assert served.state() == before, "a test has written"


def test_each_odd_request_is_answered_as_the_table_says_both_ways(tried: list[Tried]) -> None:
    assert len({each.odd.name for each in tried}) == len(tried) >= 80
    wrong = {
        each.odd.name: (each.direct.status, each.front.status)
        for each in tried
        if each.front.status != each.odd.front or each.direct.status not in each.odd.direct
    }
    assert not wrong


def test_none_of_them_fails_lasts_or_swells_the_server(served: Served, tried: list[Tried]) -> None:
    answers = [(each.odd.name, said) for each in tried for said in each.both()]
    assert not [name for name, said in answers if said.status in (500, 502, 503, 504)]
    assert not [(name, said.took_s) for name, said in answers if said.took_s > SLOWEST_S]
    assert served.largest_mib() < LARGEST_MIB


def test_none_of_them_writes(served: Served, tried: list[Tried]) -> None:
    assert tried
    assert [path.name for path in served.path.parent.iterdir()] == [served.path.name]
    fresh = hashlib.sha256(database().resolve().read_bytes()).hexdigest()
    assert served.state()[served.path.name][0] == fresh


def test_no_answer_shows_a_path_of_the_machine_or_a_trace(
    served: Served, front: Front, tried: list[Tried]
) -> None:
    told = [str(served.path.parent), str(front.folder), "Traceback", "site-packages", '.py"']
    told += [str(Path(__file__).parents[2]), "sqlite3.", "/etc/nginx"]
    for each in tried:
        for said in each.both():
            assert not [word for word in told if word.encode() in said.body], each.odd.name
            names = {name for name, _ in said.headers}
            assert not names & {"set-cookie", "x-a", "x-powered-by", "via"}, each.odd.name
            assert "evil.example" not in (said.header("location") or ""), each.odd.name


WANTED = {
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def test_every_answer_of_the_host_has_each_header_once(tried: list[Tried]) -> None:
    for each in tried:
        if each.front.status in (0, 421) or each.odd.name == "no host":
            continue
        policy = each.front.header("content-security-policy") or ""
        assert policy.startswith("default-src 'none'"), each.odd.name
        assert "unsafe" not in policy
        assert {name: each.front.header(name) for name in WANTED} == WANTED, each.odd.name
        assert (each.front.header("allow") == "GET, HEAD") is (each.front.status == 405)
        assert each.front.header("cache-control") in ("no-cache", "no-store")


# What there is.

TABLE = re.findall(r'^    "~(\^/.*)" 1;$', CONF.partition("$verdicts_has")[2], re.MULTILINE)


def has(path: str) -> bool:
    """Whether the table of addresses in the file has this one."""
    return any(re.search(pattern, path) for pattern in TABLE)


def routes() -> list[str]:
    """The addresses of all pages of ours, as patterns."""
    given_by = [
        plugin.register_routes
        for plugin in PLUGINS
        if isinstance(plugin, ModuleType) and hasattr(plugin, "register_routes")
    ]
    all_of_them = [pattern for give in given_by for pattern, _ in give(None)]
    return [each for each in all_of_them if "/-/" not in each]  # SQL of visitors, and MCP


PARTS = st.characters(blacklist_categories=["Cs"])


@pytest.mark.parametrize("route", routes())
def test_whatever_a_page_of_ours_may_be_called_nginx_lets_through(route: str) -> None:
    @settings(max_examples=6, deadline=None, database=None)
    @given(st.from_regex(re.compile(route.replace("$", r"\Z")), fullmatch=True, alphabet=PARTS))
    def passes(address: str) -> None:
        sent = quote(address, safe="/:@!$&'()*+,;=~")
        assert has(sent) and has(f"{sent}?a=/b"), sent

    passes()


@pytest.mark.parametrize("first", sorted(OURS))
def test_whatever_an_address_of_ours_begins_with_nginx_knows(first: str) -> None:
    assert any(has(f"/{first}{rest}") for rest in ("", "/x", "/x/y"))


@pytest.mark.parametrize(
    "path",
    ["/-/plugins", "/-/mcp", "/-/databases.json", "/verdicts/-/query", "/verdicts/-/query.json",
     "/verdicts.db", "/nothing", "/aboutx", "/about/x", "/static/", "/static/a/b", "/.git/config",
     "/tool", "/tool/a/b/c/d", "/verdicts/quote/1/2", "/verdicts/-/execute-write", "//", "x"],
)  # fmt: skip
def test_nothing_else_is_let_through(path: str) -> None:
    assert not has(path)


def test_the_files_that_visitors_find_are_let_through(front: Front) -> None:
    for path in ("/", PAGE, "/static/style.css", "/robots.txt", "/verdicts/quote.json?_size=1",
                 "/verdicts/quote", "/verdicts/quote/1", "/verdicts.json", "/verdicts/-/schema",
                 "/verdicts/quote/-/schema.json", "/verdicts/name", "/tools",
                 "/tool/name:Loose%20%2F%20Leaf%3F"):  # fmt: skip
        expected = 404 if path == "/verdicts/name" else 200
        assert front.get(path).status == expected, path


def test_links_name_the_host_that_the_file_names(front: Front) -> None:
    said = front.get("/verdicts/quote.json?_size=2", X_Forwarded_Host="evil.example")
    assert f'"https://{HOST}/verdicts/quote.json?_size=2&_next=2"'.encode() in said.body


# What is kept, how long, and what a take-down does.


def kept_as(front: Front, path: str) -> list[str]:
    """How each request for an address was answered: HIT, MISS ..."""
    return [status for status, _, asked in front.log() if asked == path]


def test_what_is_asked_for_again_is_answered_from_what_is_kept(front: Front) -> None:
    pages = [f"{PAGE}?a={each}" for each in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(front.get, pages * 40))
    told = Counter(kind for path in pages for kind in kept_as(front, path))
    assert told.total() == 160 and told["HIT"] >= 140, told


def test_visitors_who_ask_at_once_for_what_is_not_kept_ask_the_server_once(front: Front) -> None:
    with ThreadPoolExecutor(12) as pool:
        said = list(pool.map(front.get, ["/search?q=make&page=1"] * 12))
    assert {each.status for each in said} == {200}
    assert Counter(kept_as(front, "/search?q=make&page=1")) == {"MISS": 1, "HIT": 11}


def test_a_page_is_kept_packed_and_plain_and_is_told_to_be_the_same(front: Front) -> None:
    plain, packed = front.get("/about"), front.get("/about", Accept_Encoding="br, gzip")
    assert plain.header("content-encoding") is None
    assert packed.header("content-encoding") == "gzip" and len(packed.body) < len(plain.body) / 2
    assert front.get("/about", Accept_Encoding="gzip;q=0").body == plain.body
    for said, wish in ((plain, "identity"), (packed, "gzip")):
        tag = said.header("etag")
        assert tag is not None
        again = front.get("/about", Accept_Encoding=wish, If_None_Match=tag)
        assert (again.status, again.body, again.header("etag")) == (304, b"", tag)


def test_a_reader_is_told_to_ask_again_so_that_no_second_minute_is_added(front: Front) -> None:
    for _ in range(2):
        assert front.get(PAGE).header("cache-control") == "no-cache"
    assert "_hash" not in front.get("/").body.decode() or front.get("/static/style.css")


@pytest.mark.parametrize("way", ["withdrawn", "taken away"])
def test_what_was_taken_down_is_answered_no_longer_than_the_bound(
    served: Served, front: Front, way: str
) -> None:
    assert front.get(PAGE).status == 200
    stone, away = tombstone_path(served.path), served.path.with_suffix(".away")
    if way == "withdrawn":
        stone.write_text("{}")
    else:
        served.path.rename(away)
    try:
        until, asked = time.monotonic() + BOUND_S, [front.get(PAGE)]
        while asked[-1].status == 200:
            assert time.monotonic() < until, "asked within the bound, and after it"
            time.sleep(0.05)
            asked.append(front.get(PAGE))
        gone = front.get(PAGE)
        assert {gone.status, asked[-1].status} == {503}
        assert gone.header("cache-control") == "no-store" and gone.header("retry-after") == "600"
    finally:
        stone.unlink(missing_ok=True)
        if away.exists():
            away.rename(served.path)
    assert front.get(PAGE).status == 200


def test_who_deletes_what_is_kept_need_not_wait(served: Served, front: Front) -> None:
    assert front.get(PAGE).status == 200
    stone = tombstone_path(served.path)
    stone.write_text("{}")
    try:
        for path in front.kept():
            path.unlink()
        assert front.get(PAGE).status == 503
    finally:
        stone.unlink()


def test_a_server_that_hangs_is_replaced_by_no_old_page(served: Served, front: Front) -> None:
    """And a visitor who asks much meanwhile is told to ask less, while others are served."""
    kept, since = "/tool/brass-kettle", time.monotonic()
    assert front.get(kept).status == 200
    os.kill(served.server.process.pid, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(30) as pool:
            asked = [pool.submit(front.get, f"{PAGE}?b={each}", "127.0.3.1") for each in range(30)]
            assert front.get(kept).status == 200
            statuses = Counter(each.result().status for each in asked)
        assert statuses[429] >= 10 and set(statuses) == {429, 504}, statuses
        time.sleep(max(0, since + BOUND_S - time.monotonic()))
        late = front.get(kept)
        assert late.status == 504 and b"/" not in re.sub(rb"</?\w+>", b"", late.body)
        assert late.header("x-frame-options") == "DENY"
    finally:
        os.kill(served.server.process.pid, signal.SIGCONT)
    assert front.get(kept).status == 200


# How often, how slowly, and by which name.


def test_only_what_is_not_kept_is_counted_and_for_each_visitor_apart(front: Front) -> None:
    visitor = "127.0.4.1"
    assert {front.get(PAGE, visitor).status for _ in range(150)} == {200}
    asked = [front.get(f"{PAGE}?c={each}", visitor) for each in range(60)]
    statuses = Counter(each.status for each in asked)
    assert statuses[429] >= 5 and statuses[200] >= 40 and statuses.total() == 60, statuses
    refused = next(each for each in asked if each.status == 429)
    assert refused.header("retry-after") == "5" and refused.header("cache-control") == "no-store"
    assert front.get(PAGE).status == 200, "to another visitor"
    assert front.get(PAGE, visitor).status == 200, "what is kept is answered all the same"


def test_a_head_that_comes_letter_by_letter_is_ended_at_the_deadline(front: Front) -> None:
    begun = time.monotonic()
    with (
        connected(front.tls) as bare,
        front.trusted.wrap_socket(bare, server_hostname=HOST) as sock,
    ):
        sock.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Odd: ".encode())
        sock.settimeout(0.1)
        got: bytes | None = None
        while got is None and time.monotonic() - begun < 5:
            try:
                sock.sendall(b"a")
                got = sock.recv(1000)
            except TimeoutError:
                continue
            except OSError:
                got = b""
    assert got == b"", "closed, without a word"
    assert time.monotonic() - begun < 3


def test_another_host_is_shown_nothing_at_either_port(front: Front) -> None:
    with pytest.raises(ssl.SSLError):
        front.said(asking("/"), name="evil.example")
    for host, status in ((HOST, 308), ("evil.example", 0)):
        with connected(front.plain) as sock:
            request = f"GET {PAGE}?a=1 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            said = exchanged(sock, request.encode())
        assert said.status == status
        if status:
            assert said.header("location") == f"https://{HOST}{PAGE}?a=1"


def test_a_certificate_can_be_renewed_while_nginx_runs(front: Front) -> None:
    place = front.folder / "acme" / ".well-known" / "acme-challenge" / "token"
    place.parent.mkdir(parents=True)
    place.write_text("proof")
    with connected(front.plain) as sock:
        said = exchanged(sock, asking("/.well-known/acme-challenge/token"))
    assert (said.status, said.body) == (200, b"proof")


def test_nginx_had_no_trouble_with_any_of_this(front: Front, tried: list[Tried]) -> None:
    assert tried
    known = ("limiting requests", "limiting connections", "upstream timed out", "too large body",
             "invalid chunked body")  # fmt: skip
    told = [line for line in front.errors().splitlines() if not any(k in line for k in known)]
    assert not [line[:300] for line in told]


# Under a path of the host, and with MCP.


POST = f"POST /-/mcp HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nContent-Length: ".encode()


def test_the_address_of_mcp_is_closed_in_the_file_as_it_is(front: Front) -> None:
    assert front.said(POST + b"2\r\n\r\n{}").status == 405
    assert front.get("/-/mcp").status == 404


def test_under_a_path_and_with_the_lines_of_mcp_taken_in(served: Served) -> None:
    inner = CONF.partition("    #location = /-/mcp {")[2].partition("\n    #}\n")[0]
    off = f"    #location = /-/mcp {{{inner}\n    #}}\n"
    on = re.sub(r"^    #", "    ", off, flags=re.MULTILINE)
    changed = {'"~^(?<behind>/.*)$" $behind': '"~^/archive(?<behind>/.*)$" $behind', off: on}
    options = [*shlex.split(LINE), "--base-url", "/archive/"]
    with serving(served.path, *options) as server:
        with fronting(urlsplit(server.address).port or 0, changed) as front:
            page = front.get(f"/archive{PAGE}")
            assert page.status == 200
            assert (
                f'<link rel="canonical" href="https://{HOST}/archive{PAGE}">' in page.body.decode()
            )
            assert front.get(PAGE).status == 404
            there, large = (front.said(POST + each) for each in (b"2\r\n\r\n{}", b"70000\r\n\r\n"))
            assert there.status not in (0, 404, 405, 413), "the server's own answer"
            assert large.status == 413
            assert front.get(f"/archive{PAGE}").status == 200
        server.process.terminate()
        server.process.wait(timeout=20)
        with fronting(nginx_front.free_ports(1)[0]) as alone:
            down = alone.get(PAGE)
            assert down.status == 502 and down.header("cache-control") == "no-store"
            assert str(socket.gethostname()).encode() not in down.body
