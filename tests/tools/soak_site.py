"""The site that doomed crawls ask: it changes from period to period, and logs every request."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import combinations
from types import TracebackType
from typing import Literal, Self

from db_home import ALDER, BASE, html

__all__ = ["BASE", "KINDS", "SHUT", "Kind", "WitnessSite"]

Kind = Literal["maps", "links"]
KINDS: tuple[Kind, ...] = ("maps", "links")
"""By what the site's pages are found."""

NAMES = ("alder", "birch", "cedar", "damson", "elder", "fir")
CARDS = [replace(ALDER, slug=name, name=name.capitalize()) for name in NAMES]
PAIRS = list(combinations(CARDS, 2))[:12]
SHUT = "/compare/shut-vs-shut"
"""Named by a sitemap and closed by robots.txt: asked for by nobody, settled at each crawl."""
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


class WitnessSite:
    """Twelve pages behind sitemaps or behind links; one is gone, some change, half have ETags.

    `asked` holds the paths of the present period, in order.
    """

    def __init__(self, kind: Kind) -> None:
        self.asked: list[str] = []
        self._kind = kind
        self._period = 0
        witness = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                witness.asked.append(self.path)
                body = witness._body(self.path)
                tag = f'"{hashlib.sha256(body or b"").hexdigest()[:12]}"'
                has_tag = body is not None and int(tag[1:3], 16) % 2 == 0
                is_known = has_tag and self.headers["If-None-Match"] == tag
                self.send_response(404 if body is None else 304 if is_known else 200)
                self.send_header("Content-Type", witness._type(self.path))
                if has_tag:
                    self.send_header("ETag", tag)
                shown = b"" if is_known else body or b"no such page"
                if not is_known:
                    self.send_header("Content-Length", str(len(shown)))
                self.end_headers()
                self.wfile.write(shown)

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that was killed has gone away."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"

    def begin_period(self, period: int) -> None:
        """Another day: every third page has changed."""
        self.asked = []
        self._period = period

    def pages(self) -> dict[str, bytes | None]:
        """The comparison pages as they are now; None for the one that is not there."""
        return {
            f"/compare/{a.slug}-vs-{b.slug}": self._page(number)
            for number, (a, b) in enumerate(PAIRS)
        }

    def _page(self, number: int) -> bytes | None:
        if number == 7:
            return None
        a, b = PAIRS[number]
        version = self._period if number % 3 == 0 else 0
        return html(a, replace(b, tagline=f"A drawer for idea number {version}"))

    def _body(self, path: str) -> bytes | None:
        pages = self.pages()
        if path in pages:
            return pages[path]
        at = self.base
        links = [at + path for path in pages]
        if self._kind == "links":
            text = "".join(f"<a href='{link}'>one</a>" for link in links)
            return f"<html><body>{text}</body></html>".encode() if path == "/" else None
        return {
            "/robots.txt": f"User-agent: *\nDisallow: {SHUT}\nSitemap: {at}/map.xml\n".encode(),
            "/map.xml": self._index(),
            "/map-1.xml": _map(links[:7]),
            "/map-2.xml": _map([*links[7:], at + SHUT]),
        }.get(path)

    def _index(self) -> bytes:
        parts = "".join(f"<sitemap><loc>{self.base}/map-{n}.xml</loc></sitemap>" for n in (1, 2))
        return f"<sitemapindex {_SPACE}>{parts}</sitemapindex>".encode()

    @staticmethod
    def _type(path: str) -> str:
        return {"xml": "application/xml", "txt": "text/plain"}.get(
            path.rpartition(".")[2], "text/html; charset=utf-8"
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _map(links: list[str]) -> bytes:
    entries = "".join(f"<url><loc>{link}</loc></url>" for link in links)
    return f"<urlset {_SPACE}>{entries}</urlset>".encode()
