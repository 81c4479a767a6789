"""HTTP/1.1 from a server we do not trust: bytes in, an answer out. Nothing is waited for here.

    request sent
       |
     HEAD --- 1xx ---.    ten of them at most, and 64 KiB for all heads together
       |  ^__________|
       |  status and headers, and one way only of telling where the body ends
     BODY ------------- cut by time or size, broken off, or its framing broken: the part is kept
       |  as many bytes as the length says, or chunks, or all until the connection ends
     WHOLE ------------ what came after it is no part of it, and the connection is dropped

h11 reads the protocol and says where each part ends. The bytes are kept exactly as they came: the
status line, the headers, and the body with its chunks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import h11

from archive.store import Truncation
from crawler.net.upstream import is_about_framing
from schema.errors import CrawlError

MAX_HEADER_BYTES = 64 << 10
"""The most that the headers of one answer may take, interim answers before it included."""
MAX_INTERIM = 10
"""So many interim answers (1xx) are passed over."""
MAX_WIRE_BYTES = 4 << 20
"""The most that is taken over the wire for the body of one answer. Units: bytes."""
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] [1-9][0-9]{2}(?: .*)?")


class RefusedHead(CrawlError):
    """A head that came to its end and cannot be believed."""

    came = b""
    """The answer, as far as it came."""


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """What one request was, and what it brought, byte for byte.

    Absent: `truncated` is None while the answer is whole.
    """

    request: bytes
    block: bytes
    status: int
    ip: str
    truncated: Truncation | None
    has_extra: bool
    """Whether more came than the answer's own length."""


class WireReader:
    """One answer while it comes. `request` is what is to be sent for it."""

    def __init__(self, url: str, target: str, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self._url = url
        self._protocol = h11.Connection(h11.CLIENT, MAX_HEADER_BYTES)
        asked = h11.Request(method="GET", target=target, headers=list(headers))
        self.request = self._protocol.send(asked) + self._protocol.send(h11.EndOfMessage())
        self._came = bytearray()
        self._start = self._body = self._end = 0
        self._interim = 0
        self._head: h11.Response | None = None
        self._truncated: Truncation | None = None

    def feed(self, data: bytes) -> bool:
        """Take what came, nothing being the connection's end; whether that was the answer's end.

        Raises: CrawlError for what is no answer to be believed.
        """
        self._came += data
        self._protocol.receive_data(data)
        try:
            while not self._end:
                if self._head is None:
                    self._require_status_line()
                event = self._protocol.next_event()
                if event is h11.NEED_DATA:
                    break
                self._take(event)
        except h11.RemoteProtocolError as error:
            if self._head is None:
                raise self._refused(error, is_closed=not data) from error
            self.cut("disconnect")
        if self._head is None and len(self._came) > MAX_HEADER_BYTES:
            raise self._error("damaged", "headers")
        if self._head and (self._end or len(self._came)) > self._body + MAX_WIRE_BYTES:
            self.cut(self._truncated or "length")
        return self._end > 0

    def cut(self, why: Truncation) -> None:
        """No more is taken: what came of the body is a part.

        Raises: CrawlError where not even the head had come.
        """
        if self._head is None:
            raise self._error("network_error", "timeout_headers" if why == "time" else "closed")
        self._truncated, self._end = why, len(self._came)

    def answer(self, ip: str) -> WireAnswer:
        """The answer, once it has ended."""
        assert self._head is not None
        return WireAnswer(
            request=self.request,
            block=bytes(self._came[self._start : self._end]),
            status=self._head.status_code,
            ip=ip,
            truncated=self._truncated,
            has_extra=self._end < len(self._came),
        )

    @property
    def leaves_connection(self) -> bool:
        """Whether another request may follow on the same connection."""
        left, is_closed = self._protocol.trailing_data
        is_done = self._protocol.our_state is self._protocol.their_state is h11.DONE
        return is_done and not left and not is_closed

    def _take(self, event: object) -> None:
        if isinstance(event, h11.Data):
            return  # it is among what came; to count it here would take long where pieces are small
        taken = len(self._came) - len(self._protocol.trailing_data[0])
        if isinstance(event, h11.InformationalResponse):
            self._start, self._interim = taken, self._interim + 1
            if self._interim > MAX_INTERIM:
                raise self._error("damaged", "framing")
        elif isinstance(event, h11.Response):
            self._head, self._body = event, taken
            if taken > MAX_HEADER_BYTES:
                raise self._error("damaged", "headers")
            if not _is_framed_once(event):
                raise self._error("damaged", "framing")
        elif isinstance(event, h11.EndOfMessage):
            self._end = taken

    def _require_status_line(self) -> None:
        line, end, _ = bytes(self._came[self._start :]).partition(b"\n")
        if end and _STATUS_LINE.fullmatch(line.removesuffix(b"\r")) is None:
            raise self._error("network_error", "protocol")

    def _refused(self, error: h11.RemoteProtocolError, *, is_closed: bool) -> CrawlError:
        """Why a head was refused, by what came of it and by what h11 says."""
        head = bytes(self._came[self._start :])
        if is_closed and (not head or b"\n" in head):
            return self._error("network_error", "closed")
        if b"\n" not in head:
            return self._error("network_error", "protocol")
        return self._error("damaged", "framing" if is_about_framing(error) else "headers")

    def _error(self, outcome: str, reason: str) -> CrawlError:
        error = RefusedHead(url=self._url, outcome=outcome, reason=reason)
        came = bytes(self._came[self._start :])
        if outcome == "damaged" and _EMPTY_LINE.search(came, 0, MAX_HEADER_BYTES):
            error.came = came
        return error


def _is_framed_once(head: h11.Response) -> bool:
    """Whether one thing alone says where the body ends. Source: RFC 9112, section 6.1.

    h11 lets chunks win over a length, and takes them of a server that speaks HTTP/1.0.
    """
    named = {name for name, _ in head.headers}
    is_chunked = b"transfer-encoding" in named
    return not is_chunked or (b"content-length" not in named and head.http_version == b"1.1")
