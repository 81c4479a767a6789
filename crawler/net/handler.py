"""HTTP/1.1 as we take it from a server we do not trust: a client stricter than Scrapy's own.

It bounds the time to connect, the headers and the interim answers, refuses framing that says two
things, keeps the part of a body whose time ran out, and never reuses a connection on which more
came than was announced. It knows no proxy: behind one the address guard would see nothing.
"""

from __future__ import annotations

import re
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from OpenSSL import SSL, _util
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _BindAddressAgent,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IHandshakeListener, ISSLTransport
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, ParseError
from twisted.web.client import HTTPConnectionPool, _HTTP11ClientFactory
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.asking import asked_of
from crawler.judge import WireError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

MAX_HEADER_BYTES = 64 << 10
"""The most that the headers of one answer may take, interim answers before it included."""
MAX_INTERIM = 10
"""So many interim answers (1xx) are passed over."""
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] [1-9][0-9]{2}(?: .*)?")

_OUT_OF_DATE = (9, 10)
"""Not valid yet, and no longer. Source: OpenSSL's X509_V_ERR codes."""


class Handler(HTTP11DownloadHandler):
    """Scrapy's handler for http and https, with the parts below in the place of its own."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._exchange_s = crawler.settings.getfloat("VERDICTS_EXCHANGE_S")
        connect_s = crawler.settings.getfloat("VERDICTS_CONNECT_S")
        self._pool = _Pool(_reactor(), connect_s)

    async def download_request(self, request: Request) -> Response:
        """The answer, or one of the errors that `crawler.judge` names."""
        agent = _Agent(
            self._exchange_s,
            contextFactory=self._contextFactory,
            pool=self._pool,
            fail_on_dataloss=False,
            crawler=self._crawler,
        )
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))


class _Pool(HTTPConnectionPool):
    """Connections that are made in time or not at all; one is kept a host."""

    maxPersistentPerHost = 1
    # Every request is one that the ledger leased; Twisted would send some again by itself.
    retryAutomatically = False

    def __init__(self, reactor: Any, connect_s: float) -> None:
        super().__init__(reactor, persistent=True)  # type: ignore[no-untyped-call]
        self._connect_s = connect_s
        self._factory = partial(_ClientFactory, connect_s)  # type: ignore[assignment]

    def _newConnection(self, key: Any, endpoint: Any) -> Any:
        made = super()._newConnection(key, endpoint)
        return made.addTimeout(self._connect_s, self._reactor, _too_slow)


def _too_slow(*_: object) -> None:
    raise WireError("network_error", "timeout_connect")


class _Agent(_ScrapyAgent):
    """One exchange."""

    def __init__(self, exchange_s: float, **given: Any) -> None:
        super().__init__(**given)
        self._exchange_s = exchange_s

    def _get_agent(self, request: Request, timeout: float) -> _BindAddressAgent:
        return _BindAddressAgent(
            reactor=_reactor(),
            contextFactory=self._contextFactory,
            connectTimeout=timeout,
            pool=self._pool,
        )

    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:
        """Give the body what is left of the time; what came by then is kept."""
        found = super()._cb_bodyready(txresponse, request)
        if isinstance(found, dict):
            return found
        asked = asked_of(request)

        def cut() -> None:
            asked.truncated = "time"
            txresponse._transport._producer.abortConnection()

        left_s = max(0.0, asked.begun + self._exchange_s - time.monotonic())
        timer = _reactor().callLater(left_s, cut)

        def ended(result: Any) -> Any:
            if timer.active():
                timer.cancel()
            return result

        return found.addBoth(ended)

    def _cb_bodydone(self, result: Any, url: str) -> Response:
        response = super()._cb_bodydone(result, url)
        notes: set[str] = getattr(result["txresponse"], "_verdicts_notes", set())
        if "partial" in response.flags and "unclean" in notes:
            # A body that only the connection's end bounds, and that did not end properly.
            response.flags.append("dataloss")
        if "extra_bytes" in notes:
            response.flags.append("extra_bytes")
        return response


class _Parser(_LenientHTTPClientParser):
    """Reads an answer's head with bounds; Twisted puts its attributes there, so none are made."""

    MAX_LENGTH = MAX_HEADER_BYTES
    _head_bytes = 0
    _interim = 0

    def lineReceived(self, line: bytes) -> None:
        self._head_bytes += len(line) + 1
        if self._head_bytes > MAX_HEADER_BYTES:
            raise WireError("damaged", "headers")
        if self.state == HEADER and self._partialHeader is None and line[:1] in (b" ", b"\t"):
            raise WireError("damaged", "headers")
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:
        raise WireError("damaged", "headers")

    def statusReceived(self, status: bytes) -> None:
        if _STATUS_LINE.fullmatch(status) is None:
            raise ParseError("no HTTP status line", status)  # type: ignore[no-untyped-call]
        super().statusReceived(status)  # type: ignore[no-untyped-call]

    def allHeadersReceived(self) -> None:
        if 100 <= self.response.code < 200:
            self._interim += 1
            if self._interim > MAX_INTERIM:
                raise WireError("damaged", "framing")
        elif not self._is_framed_once():
            raise WireError("damaged", "framing")
        super().allHeadersReceived()  # type: ignore[no-untyped-call]

    def _is_framed_once(self) -> bool:
        """Whether the end of the body is told in one way that we know."""
        encodings = self.connHeaders.getRawHeaders(b"Transfer-Encoding", [])
        lengths = self.connHeaders.getRawHeaders(b"Content-Length", [])
        values = {part.strip() for line in lengths for part in line.split(b",")}
        is_number = all(value.isdigit() for value in values)
        if encodings:
            return [name.lower() for name in encodings] == [b"chunked"] and not values
        return len(values) <= 1 and is_number

    def connectionLost(self, reason: Failure | None = None) -> None:
        if self.state == STATUS and self._everReceivedData and not self._interim:
            reason = Failure(ParseError("no HTTP status line", b""))  # type: ignore[no-untyped-call]
        super().connectionLost(reason)


@implementer(IHandshakeListener)
class _ClientProtocol(_LenientHTTP11ClientProtocol):
    """One connection: it must be encrypted in time, and is left where more came than belongs."""

    connect_s = 0.0
    _why: WireError | None = None
    _timer: Any = None
    _notes: set[str]

    def connectionMade(self) -> None:
        super().connectionMade()
        if ISSLTransport.providedBy(self.transport):
            self._timer = _reactor().callLater(self.connect_s, self._not_encrypted)

    def handshakeCompleted(self) -> None:
        """What Twisted calls once the connection is encrypted."""
        self._stop_timer()

    def _not_encrypted(self) -> None:
        self._why = WireError("network_error", "timeout_connect")
        self.transport.abortConnection()  # type: ignore[union-attr]

    def _stop_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def request(self, request: Any) -> Any:
        """Send one request; what is noted of its answer goes with the answer."""
        notes = self._notes = set()
        answer = super().request(request)
        if self._parser is not None:
            self._parser.__class__ = _Parser

        def attach(response: Any) -> Any:
            response._verdicts_notes = notes
            return response

        return answer.addCallback(attach)

    def _finishResponse(self, rest: bytes) -> None:
        if rest and self._currentRequest is not None:
            self._notes.add("extra_bytes")
            self._currentRequest.persistent = False
        super()._finishResponse(rest)

    def connectionLost(self, reason: Any) -> None:  # type: ignore[override]
        """Also tells an end from a break, which Twisted does not pass on for every body."""
        self._stop_timer()
        if not reason.check(ConnectionDone) and self._state != "QUIESCENT":
            self._notes.add("unclean")
        if reason.check(SSL.Error) and _verify_result(self.transport) in _OUT_OF_DATE:
            self._why = WireError("network_error", "tls_expired")
        why = reason if self._why is None else Failure(self._why)  # type: ignore[no-untyped-call]
        super().connectionLost(why)  # type: ignore[no-untyped-call]


def _reactor() -> Any:
    """The process's reactor, which may be named only once Scrapy has chosen it."""
    from twisted.internet import reactor

    return reactor


def _verify_result(transport: Any) -> int:
    """Why a certificate was not accepted; OpenSSL's error says only that it was not."""
    connection = transport.getHandle()._ssl
    return int(_util.lib.SSL_get_verify_result(connection))


class _ClientFactory(_HTTP11ClientFactory):
    noisy = False

    def __init__(self, connect_s: float, *given: Any) -> None:
        super().__init__(*given)  # type: ignore[no-untyped-call]
        self._connect_s = connect_s

    def buildProtocol(self, address: Any) -> _ClientProtocol:
        protocol = _ClientProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
        protocol.connect_s = self._connect_s
        return protocol
