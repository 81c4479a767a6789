"""A small site on loopback for the tests of the crawl, and the crawl run as its own process."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import forked
from db_home import ALDER, BIRCH, CEDAR, html

PAGE = html(ALDER, BIRCH)
PAIRS = ("alder-vs-birch", "alder-vs-cedar", "birch-vs-cedar")
PAGES = {
    f"/compare/{a.slug}-vs-{b.slug}": html(a, b)
    for a, b in ((ALDER, BIRCH), (ALDER, CEDAR), (BIRCH, CEDAR))
}


@dataclass
class Answer:
    """What the server says to one path; `play` writes to the connection by itself."""

    body: bytes = b""
    status: int = 200
    content_type: str | None = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    play: Callable[[BaseHTTPRequestHandler], None] | None = None


class Site:
    """The running server: what it answers, and what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | list[Answer]] = {}
        self.asked: list[tuple[float, str, dict[str, str]]] = []
        self.delay_s = 0.0
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # or the body waits 40 ms after the headers

            def do_GET(self) -> None:
                site.asked.append((time.monotonic(), self.path, dict(self.headers)))
                time.sleep(site.delay_s)
                answer = site.answers.get(self.path, Answer(b"no such page", 404))
                if isinstance(answer, list):
                    answer = answer.pop(0) if len(answer) > 1 else answer[0]
                if answer.play is not None:
                    answer.play(self)
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                if answer.content_type:
                    self.send_header("Content-Type", answer.content_type)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                """A client that was killed has gone away; that is part of the tests."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"

    def paths(self) -> Counter[str]:
        return Counter(path for _, path, _ in self.asked)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def serving() -> Iterator[Site]:
    """A site with a sitemap index, a sitemap, a gzipped one, and three comparison pages."""
    site = Site()
    base = "https://sample.example"
    first = f"<url><loc>{base}/compare/alder-vs-birch</loc><lastmod>2026-10-01</lastmod></url>"
    rest = "".join(f"<url><loc>{site.base}/compare/{pair}</loc></url>" for pair in PAIRS[1:])
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    site.answers = {
        "/robots.txt": Answer(
            f"User-agent: *\nDisallow: /secret\nSitemap: {site.base}/map-index.xml\n".encode(),
            content_type="text/plain",
        ),
        "/map-index.xml": Answer(
            f"<?xml version='1.0'?><sitemapindex {space}>"
            f"<sitemap><loc>{site.base}/map-1.xml</loc></sitemap>"
            f"<sitemap><loc>{base}/map-2.xml.gz</loc></sitemap>"
            f"<sitemap><loc>https://elsewhere.example/map.xml</loc></sitemap>"
            "</sitemapindex>".encode(),
            content_type="application/xml",
        ),
        "/map-1.xml": Answer(
            f"<urlset {space}>{first}<url><loc>{base}/tool/alder</loc></url></urlset>".encode(),
            content_type="application/xml",
        ),
        "/map-2.xml.gz": Answer(
            gzip.compress(f"<urlset {space}>{rest}</urlset>".encode()),
            content_type="application/gzip",
        ),
        **{path: Answer(body) for path, body in PAGES.items()},
    }
    try:
        yield site
    finally:
        site.close()


def start_crawl(
    home: Path, *arguments: str, env: dict[str, str] | None = None
) -> forked.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "verdicts",
        "crawl",
        "--json",
        "--home",
        str(home),
        "--site",
        "sample",
        "--allow-private",
        "--delay",
        "0",
        *arguments,
    ]
    return forked.Popen(
        command,
        stdout=forked.PIPE,
        stderr=forked.PIPE,
        text=True,
        env={**os.environ, **(env or {})},
    )


@dataclass
class Ended:
    """A crawl that has ended."""

    exit_code: int
    report: dict[str, object]
    errors: str


def finish(process: forked.Popen[str], timeout_s: float = 60) -> Ended:
    try:
        out, errors = process.communicate(timeout=timeout_s)
    except forked.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        out, errors = process.communicate()
    return Ended(process.returncode, json.loads(out) if out.startswith("{") else {}, errors)


def run_crawl(home: Path, *arguments: str, env: dict[str, str] | None = None) -> Ended:
    return finish(start_crawl(home, *arguments, env=env))


def rows(home: Path, sql: str) -> list[tuple[object, ...]]:
    db = sqlite3.connect(home / "ledger.db")
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def outcomes(home: Path, path: str) -> list[str]:
    """`outcome:reason` of every attempt at one path, in order."""
    found = rows(
        home,
        f"SELECT outcome || ':' || reason FROM attempt WHERE url LIKE"
        f" 'https://sample.example{path}' ORDER BY id",
    )
    return [str(row[0]) for row in found]
