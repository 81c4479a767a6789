"""The one page that every tool captures, served plainly and in other dress."""

from __future__ import annotations

import functools
import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from verdicts.sample.pages import pages
from verdicts.sample.server import serve_sample

PATH = "/compare/cobalt-heron-reviews-code-in-plain-words-vs-vole-stores-vectors-in-one-small-file"
OWN = f"https://sample.example{PATH}"
MODIFIED = "2026-08-01T08:00:00Z"
"""What the server says of the page's change. It is no date of a capture."""
MODIFIED_HEADER = "Sat, 01 Aug 2026 08:00:00 GMT"
MOVED = "/compare/moved"
DRESSES = ("gzip", "br", "zstd", "chunked", "gzip-chunked", "redirect")


@functools.cache
def body() -> bytes:
    """The page's true bytes."""
    return next(page.body for page in pages("http://127.0.0.1") if page.path == PATH)


@contextmanager
def served(port: int, dressers: dict[str, Callable[[bytes], bytes]]) -> Iterator[dict[str, str]]:
    """The page's address in each dress, `plain` among them; the servers end with the block.

    `dressers` compress what this interpreter may not know: br and zstd.
    """
    with serve_sample(port) as base:
        made = {
            name: _server(name, dressers) for name in DRESSES if name in dressers or known(name)
        }
        for server in made.values():
            Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield {"plain": base + PATH} | {
                name: f"http://127.0.0.1:{server.server_port}"
                + (MOVED if name == "redirect" else PATH)
                for name, server in made.items()
            }
        finally:
            for server in made.values():
                server.shutdown()
                server.server_close()


def known(dress: str) -> bool:
    """Whether no other package is needed for it."""
    return dress not in ("br", "zstd")


def _server(dress: str, dressers: dict[str, Callable[[bytes], bytes]]) -> ThreadingHTTPServer:
    handler = type("Dressed", (_Dressed,), {"dress": dress, "dressers": dressers})
    return ThreadingHTTPServer(("127.0.0.1", 0), handler)


class _Dressed(BaseHTTPRequestHandler):
    """Answers every GET with the page, in one dress."""

    protocol_version = "HTTP/1.1"
    server_version = "SampleBench"
    sys_version = ""
    dress = ""
    dressers: dict[str, Callable[[bytes], bytes]] = {}  # noqa: RUF012

    def do_GET(self) -> None:
        if self.path == MOVED:
            self.send_response(301)
            self.send_header("Location", PATH)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        coding = self.dress.partition("-")[0]
        sent = self.dressers.get(coding, lambda plain: plain)(body())
        if coding == "gzip":
            sent = gzip.compress(body(), mtime=0)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Last-Modified", MODIFIED_HEADER)
        if sent != body():
            self.send_header("Content-Encoding", coding)
        if "chunked" in self.dress:
            self.send_header("Transfer-Encoding", "chunked")
            sent = _chunks(sent)
        else:
            self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _chunks(whole: bytes, size: int = 3000) -> bytes:
    parts = [whole[at : at + size] for at in range(0, len(whole), size)] + [b""]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
