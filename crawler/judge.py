"""What an answer, or the lack of one, means for the page asked. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy.exceptions import IgnoreRequest

from archive.ledger import LISTS, REDISCOVER_DAYS, Ending, Lease, captured, failed, refused
from archive.warc import Message
from crawler.hosts.addresses import next_hop
from crawler.pace import MAX_WAIT_S
from crawler.robots.rules import RobotsRefused, seconds_asked
from machine.clock import later, now
from parsers import Site
from schema.errors import CrawlError

REDIRECTS = (301, 302, 303, 307, 308)
TRANSIENT = (408, 500, 502, 503, 504)
UNEXPECTED = (204, 205, 206, 304)


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
    leads_to: str | None = None
    """A comparison that the address leads to, to be asked for as itself. Absent: None."""


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
    target = message.header("location") if status in REDIRECTS else None
    wait_s = wait_asked_for(message) if status >= 300 else None
    is_later = wait_s is not None and (status == 503 or (bool(target) and wait_s > MAX_WAIT_S))
    if status == 429 or is_later:
        ending = failed(lease, "http_error", "throttled", is_final=False, status=status)
        return Ruling(ending, wait_s=60.0 if wait_s is None else wait_s)
    if target:
        ruling = _judge_redirect(lease, site, url, target, hops, status)
    elif status == 304 and named is not None:
        odd = differing_validator(named, message)
        ruling = Ruling(kept(lease, status)) if odd is None else _other_body(lease, url, odd)
    else:
        ruling = _judge_body(lease, message)
    return replace(ruling, wait_s=wait_s)


def _judge_body(lease: Lease, message: Message) -> Ruling:
    status, body = message.status, message.decoded.body
    if status != 200:
        outcome, reason = "http_error", "unexpected" if status in UNEXPECTED else str(status)
        is_final = status not in TRANSIENT
    elif body is None:
        outcome, reason = message.decoded.outcome, message.decoded.reason
        is_final = outcome == "too_large"
    elif not body:
        outcome, reason, is_final = "damaged", "empty", False
    else:
        return Ruling(kept(lease, status))
    return Ruling(failed(lease, outcome, reason, status=status, is_final=is_final))


def _other_body(lease: Lease, url: str, odd: str) -> Ruling:
    """A 304 that speaks of another body than the one we hold: only the body itself can tell."""
    detail = f"its {odd} is not the one that was named"
    ending = Ending(
        "http_error", "other_body", "leased", tries=lease.tries, status=304, detail=detail
    )
    return Ruling(ending, hop=url, is_plain=True)


def noted(ruling: Ruling, message: Message, *, has_extra: bool) -> Ruling:
    """The ruling with what was odd about an answer that is sound all the same, as its detail."""
    odd = ["extra_bytes"] if has_extra else []
    odd += ["trailing_bytes"] if message.decoded.has_trailing else []
    if not odd or ruling.ending.detail is not None:
        return ruling
    return replace(ruling, ending=replace(ruling.ending, detail=" ".join(odd)))


def kept(lease: Lease, status: int) -> Ending:
    """A page, or whatever else was asked for, was stored."""
    if lease.role == "comparison":
        return captured(status)
    due = later(days=REDISCOVER_DAYS) if lease.role in LISTS else None
    return Ending("ok", "", "captured", due, status=status)


def _judge_redirect(
    lease: Lease, site: Site, url: str, location: str, hops: int, status: int
) -> Ruling:
    def ends(outcome: str, reason: str, detail: str, status: int = status) -> Ruling:
        ending = failed(lease, outcome, reason, is_final=True, status=status, detail=detail[:300])
        return Ruling(ending)

    try:
        target = next_hop(url, location, hops, site, lease.origin)
    except CrawlError as error:
        return ends(error.outcome, error.reason, error.url)
    if lease.role == "comparison" and site.is_listing(site.own_address(target)):
        # A page that leads home, or to a list, was taken away without saying so.
        return ends("http_error", "404", f"it leads to {target}", status=404)
    if lease.role != "robots" and site.pair(target) not in (None, site.pair(lease.url)):
        # What stands there is about other tools: under this address it would name them wrongly.
        return replace(ends("http_error", "moved", f"it leads to {target}"), leads_to=target)
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

    Absent: None where there is none, or an empty one. A time is held against the answer's own Date,
    so that it is right where our clock, or the server's, is wrong.
    """
    sent_at = _moment(message.header("date") or "") or now()
    asked = (
        _wait_s(value, sent_at)
        for name, value in message.headers
        if name.lower() == "retry-after" and value.strip()
    )
    return max(asked, default=None)


def _wait_s(value: str, sent_at: datetime) -> float:
    """The seconds that one Retry-After header asks for, from either form."""
    moment = _moment(value)
    return seconds_asked(value) if moment is None else max(0.0, (moment - sent_at).total_seconds())


def _moment(value: str) -> datetime | None:
    """The time that a header states; None where it states none."""
    try:
        moment = parsedate_to_datetime(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def judge_error(lease: Lease, error: CrawlError | IgnoreRequest) -> Ending:
    """What it means that a request gave no answer to be kept."""
    if isinstance(error, RobotsRefused):
        return refused("refused_robots", error.reason)
    if isinstance(error, IgnoreRequest):
        return refused("refused_scope", "host", detail=str(error))
    cause = error.__cause__ or error
    return failed(
        lease,
        error.outcome,
        error.reason,
        is_final=error.outcome == "refused_scope",
        detail=f"{type(cause).__name__}: {cause}"[:300],
    )
