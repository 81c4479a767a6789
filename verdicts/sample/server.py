"""The sample site over real HTTP, on loopback only.

It knows validators (ETag, Last-Modified, 304) and sends one page in gzip, because a crawler must
cope with both. Nothing is logged.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from schema.errors import StartError
from verdicts.sample.content import load_pairs
from verdicts.sample.pages import SamplePage, not_found, pages

MODIFIED = datetime(2026, 8, 1, 8, 0, tzinfo=UTC)
"""When every page says that it was last changed."""

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


@contextmanager
def serve_sample(port: int = 0) -> Iterator[str]:
    """Serve the sample site while the block runs; gives its base, `http://127.0.0.1:PORT`.

    Raises: StartError where the port is taken.
    """
    try:
        server = _Server(("127.0.0.1", port), _Handler)
    except OSError as error:
        raise StartError(what=f"port {port} on 127.0.0.1 cannot be used: {error}") from error
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def zipped_path() -> str:
    """The one page that is sent in gzip to clients that accept it."""
    return next(pair.path for pair in load_pairs() if not pair.fault)


class _Server(ThreadingHTTPServer):
    """A server that does not mind a client hanging up, and reports everything else."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet only where the client went away in the middle of an answer."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD from the list of pages."""

    protocol_version = "HTTP/1.1"
    server_version = "SampleBench"
    sys_version = ""
    timeout = 20
    wbufsize = -1  # headers and body in one piece, or each answer waits 40 ms

    def do_GET(self) -> None:
        """Answer with the page, or with 304 where the client has it already."""
        self._answer(has_body=True)

    def do_HEAD(self) -> None:
        """Answer with the headers alone."""
        self._answer(has_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the demo's own output is what people should see."""

    def _answer(self, *, has_body: bool) -> None:
        path = self.path.partition("?")[0]
        page = _by_path(self._base()).get(path) or SamplePage(path, not_found(), 404)
        is_zipped = path == zipped_path() and _accepts_gzip(self.headers["Accept-Encoding"])
        body = gzip.compress(page.body, mtime=0) if is_zipped else page.body
        etag = f'"{sha256(body).hexdigest()[:20]}"'
        is_known = page.status == 200 and self._is_known(etag)
        self.send_response(304 if is_known else page.status)
        if page.status == 200:
            self.send_header("ETag", etag)
            self.send_header("Last-Modified", format_datetime(MODIFIED, usegmt=True))
        if path == zipped_path():
            self.send_header("Vary", "Accept-Encoding")
        if not is_known:
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(body)))
            if is_zipped:
                self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if has_body and not is_known:
            self.wfile.write(body)

    def _is_known(self, etag: str) -> bool:
        if (tags := self.headers["If-None-Match"]) is not None:
            return tags.strip() == "*" or etag in (
                tag.strip().removeprefix("W/") for tag in tags.split(",")
            )
        return _is_since(self.headers["If-Modified-Since"])

    def _base(self) -> str:
        host = self.headers["Host"] or ""
        if not _HOST.fullmatch(host):
            host = "{}:{}".format(*self.connection.getsockname())
        return f"http://{host}"


@lru_cache(maxsize=8)
def _by_path(base: str) -> dict[str, SamplePage]:
    return {page.path: page for page in pages(base)}


def _accepts_gzip(header: str | None) -> bool:
    for part in (header or "").lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";")
        if coding == "gzip":
            return weight not in ("q=0", "q=0.0")
    return False


def _is_since(header: str | None) -> bool:
    try:
        since = parsedate_to_datetime(header) if header else None
    except ValueError:
        # RFC 9110, 13.1.3: a date that cannot be read is to be ignored.
        return False
    return since is not None and since.tzinfo is not None and since >= MODIFIED
