"""What an answer, or the lack of one, means for the page asked. Nothing is written here."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urlsplit

from OpenSSL import SSL
from scrapy import exceptions as lost
from service_identity import VerificationError
from twisted.internet import error as net
from twisted.internet.defer import CancelledError as TwistedCancelledError
from twisted.web import _newclient as http

from archive.ledger import REDISCOVER_DAYS, Ending, Lease, captured, failed, refused
from archive.warc import Message
from crawler.hosts import resolver
from crawler.hosts.addresses import next_hop
from crawler.robots.rules import RobotsRefused
from machine.clock import later, now
from parsers import Site
from schema.errors import CrawlError

REDIRECTS = (301, 302, 303, 307, 308)
TRANSIENT = (408, 500, 502, 503, 504)
UNEXPECTED = (204, 205, 206, 304)

WireOutcome = Literal["network_error", "damaged"]


class WireError(lost.DownloadFailedError):
    """An exchange that was given up; `outcome` and `reason` as the ledger names them."""

    def __init__(self, outcome: WireOutcome, reason: str) -> None:
        self.outcome, self.reason = outcome, reason
        super().__init__(f"{outcome}:{reason}")


NETWORK_ERRORS = (
    lost.CannotResolveHostError, lost.DownloadCancelledError, lost.DownloadConnectionRefusedError,
    lost.DownloadFailedError, lost.DownloadTimeoutError, lost.ResponseDataLossError,
    lost.UnsupportedURLSchemeError, net.ConnectError, net.ConnectionClosed, net.ConnectionDone,
    net.ConnectionLost, http.ResponseFailed, http.RequestNotSent, http.ParseError,
    http.RequestTransmissionFailed, SSL.Error, VerificationError, OSError, CancelledError,
    TwistedCancelledError,
)  # fmt: skip
"""What a fetch may end with through no fault of ours; anything else is a bug and is raised."""

_TLS_WORDS = (
    ("verify failed", "tls_untrusted"),
    ("protocol version", "tls_version"),
    ("unsupported protocol", "tls_version"),
    ("handshake failure", "tls_version"),
)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of the page.

    Absent: `hop` is None unless a redirect is followed, `wait_s` unless the site asked for it.
    Units: seconds.
    """

    ending: Ending
    hop: str | None = None
    wait_s: float | None = None
    is_plain: bool = False
    """Whether the hop is the same address once more, to be asked without conditions."""


def judge_answer(
    lease: Lease,
    site: Site,
    url: str,
    message: Message,
    hops: int,
    *,
    named: Mapping[str, str] | None = None,
) -> Ruling:
    """What an answer means, by its status and its body.

    Absent: `named` is None unless the request was conditional: what the validators named, by the
    header in which an answer says it.
    """
    status = message.status
    location = message.header("location")
    if status in REDIRECTS and location:
        return _judge_redirect(lease, site, url, location, hops, status)
    wait_s = wait_asked_for(message)
    if status == 429 or (status == 503 and wait_s is not None):
        ending = failed(lease, "http_error", "throttled", is_final=False, status=status)
        return Ruling(ending, wait_s=60.0 if wait_s is None else wait_s)
    if status == 304 and named is not None:
        odd = differing_validator(named, message)
        if odd is None:
            return _captured(lease, status)
        # It speaks of another body than the one we hold: only the body itself can tell which.
        return Ruling(
            Ending(
                "http_error",
                "other_body",
                "leased",
                tries=lease.tries,
                status=status,
                detail=f"its {odd} is not the one that was named",
            ),
            hop=url,
            is_plain=True,
        )
    if status != 200:
        reason = "unexpected" if status in UNEXPECTED else str(status)
        return Ruling(
            failed(lease, "http_error", reason, status=status, is_final=status not in TRANSIENT)
        )
    if message.decoded.body is None:
        outcome, reason = message.decoded.outcome, message.decoded.reason
        return Ruling(
            failed(lease, outcome, reason, status=status, is_final=outcome == "too_large")
        )
    if not message.decoded.body:
        return Ruling(failed(lease, "damaged", "empty", status=status, is_final=False))
    return _captured(lease, status)


def noted(ruling: Ruling, flags: Iterable[str], message: Message) -> Ruling:
    """The ruling with what was odd about an answer that is sound all the same, as its detail."""
    odd = [flag for flag in flags if flag == "extra_bytes"]
    odd += ["trailing_bytes"] if message.decoded.has_trailing else []
    if not odd or ruling.ending.detail is not None:
        return ruling
    return replace(ruling, ending=replace(ruling.ending, detail=" ".join(odd)))


def _captured(lease: Lease, status: int) -> Ruling:
    if lease.role == "comparison":
        return Ruling(captured(status))
    due = later(days=REDISCOVER_DAYS) if lease.role == "listing" else None
    return Ruling(Ending("ok", "", "captured", due, status=status))


def _judge_redirect(
    lease: Lease, site: Site, url: str, location: str, hops: int, status: int
) -> Ruling:
    try:
        target = next_hop(url, location, hops, site, lease.origin)
    except CrawlError as error:
        return Ruling(
            failed(
                lease, error.outcome, error.reason, is_final=True, status=status, detail=error.url
            )
        )
    if lease.role == "comparison" and site.is_listing(site.own_address(target)):
        # A page that leads home, or to a list, was taken away without saying so.
        return Ruling(
            failed(
                lease,
                "http_error",
                "404",
                is_final=True,
                status=404,
                detail=f"it leads to {target}"[:300],
            )
        )
    if lease.role == "comparison" and site.pair(target) not in (None, site.pair(lease.url)):
        # What stands there is about other tools: under this address it would name them wrongly.
        return Ruling(
            failed(
                lease,
                "http_error",
                "moved",
                is_final=True,
                status=status,
                detail=f"it leads to {target}"[:300],
            )
        )
    # The page stays leased: it is the next address's answer that settles it.
    return Ruling(Ending("ok", "redirect", "leased", tries=lease.tries, status=status), hop=target)


def differing_validator(named: Mapping[str, str], message: Message) -> str | None:
    """The header by which a 304 speaks of another body than the one asked about. Absent: None.

    Source: RFC 9110, section 8.8.3.2 (the comparison), RFC 9111, section 4.3.4.
    """
    for name in ("etag", "last-modified"):
        said = message.header(name)
        if said is None or name not in named:
            continue
        is_same = said.removeprefix("W/") == named[name].removeprefix("W/")
        # An equal ETag says enough; a date beside it may be told anew by another machine.
        return None if is_same else name
    return None


def wait_asked_for(message: Message) -> float | None:
    """The longest wait that an answer's Retry-After headers ask for. Units: seconds.

    Absent: None where none of them says anything. A time is held against the answer's own Date,
    so that it is right where our clock, or the server's, is wrong.
    """
    sent_at = _moment(message.header("date") or "") or now()
    asked = (
        _wait_s(value, sent_at) for name, value in message.headers if name.lower() == "retry-after"
    )
    return max((seconds for seconds in asked if seconds is not None), default=None)


def _wait_s(value: str, sent_at: datetime) -> float | None:
    """The seconds one Retry-After header asks for, from either form; None where it says nothing."""
    if value.strip().isascii() and value.strip().isdigit():
        return float(value)
    moment = _moment(value)
    return None if moment is None else max(0.0, (moment - sent_at).total_seconds())


def _moment(value: str) -> datetime | None:
    """The time that a header states; None where it states none."""
    try:
        moment = parsedate_to_datetime(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def judge_error(lease: Lease, error: BaseException, url: str) -> Ending | None:
    """What a fetch that gave no answer means; None where the error is none of the network's."""
    if isinstance(error, RobotsRefused):
        return refused("refused_robots", error.reason)
    if isinstance(error, lost.IgnoreRequest):
        return refused("refused_scope", "host", detail=str(error))
    if not isinstance(error, NETWORK_ERRORS):
        return None
    outcome, reason = _name(error, url)
    is_final = outcome in ("refused_scope", "too_large")
    return failed(
        lease, outcome, reason, is_final=is_final, detail=f"{type(error).__name__}: {error}"[:300]
    )


def _name(error: BaseException, url: str) -> tuple[str, str]:
    if isinstance(error, lost.CannotResolveHostError):
        return _name_unresolved(urlsplit(url).hostname or "")
    if isinstance(error, lost.UnsupportedURLSchemeError):
        return "refused_scope", "scheme"
    if isinstance(error, lost.DownloadCancelledError | CancelledError | TwistedCancelledError):
        return "too_large", "wire"
    if isinstance(error, lost.DownloadTimeoutError):
        # A body has its own clock, which keeps the part that came.
        return "network_error", "timeout_headers"
    if isinstance(error, lost.DownloadConnectionRefusedError):
        return "network_error", "refused"
    return _name_failed(_causes(error))


def _name_unresolved(host: str) -> tuple[str, str]:
    if host in resolver.REFUSED:
        return "refused_scope", "private"
    return "network_error", "dns_failed" if host in resolver.UNANSWERED else "dns"


def _name_failed(causes: list[BaseException]) -> tuple[str, str]:
    """What an exchange that broke off means: the first cause that has a name decides."""
    for cause in causes:
        if isinstance(cause, WireError):
            return cause.outcome, cause.reason
        if isinstance(cause, VerificationError):
            return "network_error", "tls_name"
        if isinstance(cause, SSL.Error):
            return "network_error", _name_tls(cause)
        if isinstance(cause, http.ParseError | http.BadHeaders):
            return "network_error", "protocol"
    if any(isinstance(cause, http.ResponseNeverReceived) for cause in causes):
        return "network_error", "closed"
    if any(isinstance(cause, http.ResponseFailed) for cause in causes):
        return "damaged", "reset"
    return "network_error", "connect"


def _name_tls(error: SSL.Error) -> str:
    """Which of the reasons an error of OpenSSL is, by the words it uses."""
    text = str(error)
    return next((reason for words, reason in _TLS_WORDS if words in text), "tls")


def _causes(error: BaseException) -> list[BaseException]:
    """An error and those behind it, however Twisted has wrapped them."""
    found: list[BaseException] = [error]
    for behind in getattr(error, "reasons", None) or []:
        found += _causes(behind.value)
    if error.__cause__ is not None:
        found += _causes(error.__cause__)
    return found
