"""What other people's files hold, as an import takes it: exchanges, and what cannot be taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from archive.store import Truncation
from archive.warc import Message
from schema.dates import DateSource, Precision


@dataclass(frozen=True, slots=True)
class Given:
    """What the one who imports says of the pages. Absent: None where nothing was said."""

    url: str | None = None
    date: str | None = None
    claims: Callable[[str], bool] | None = None
    """Whether an exchange of an address is wanted; others are counted without being read."""


@dataclass(frozen=True, slots=True)
class Item:
    """One exchange found.

    `block` is an HTTP response with its head, or for a saved page (`is_file`) its bytes.
    Absent: `url` is None where nothing says it; `record_id` where the source names its records by
    none; `digest` where it states none of the payload; `ip` and `tool` where it does not say.
    """

    where: str
    url: str | None
    captured_at: str
    date_source: DateSource
    block: bytes
    is_file: bool
    content_type: str | None
    truncated: Truncation | None = None
    ip: str | None = None
    precision: Precision = "second"
    record_id: str | None = None
    digest: str | None = None
    """The payload digest that the source states, by value: `sha1:` and hex digits."""
    tool: str | None = None
    """What made the capture, as it says itself."""
    message: Message | None = None
    """The answer as it was taken apart when it was read; worked out again where it is not given."""
    notes: tuple[str, ...] = ()
    """What is odd about it, though it can be taken: in a few words that are the same for each."""


@dataclass(frozen=True, slots=True)
class Revisit:
    """An exchange that a source stored without the body, which an earlier one holds.

    `head` is the HTTP head of the answer; the rest says which exchange has the body.
    Absent: each of those is None where the record does not say it.
    """

    where: str
    url: str
    captured_at: str
    precision: Precision
    head: bytes
    record_id: str | None = None
    digest: str | None = None
    refers_to: str | None = None
    refers_url: str | None = None
    refers_date: str | None = None
    is_unmodified: bool = False
    ip: str | None = None
    tool: str | None = None
    date_source: DateSource = "warc"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something found that cannot be taken, and why."""

    where: str
    outcome: Literal["damaged", "too_large", "refused_scope"]
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Something found that is no page, and that nothing is lost with: told and counted.

    `kind` is a few words for people, the same for all of its kind: "a log of HTTrack".
    """

    where: str
    kind: str


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """Exchanges of addresses that nobody wants, `url` one of them: counted by its host."""

    where: str
    url: str
    count: int = 1


SourceItem = Item | Revisit | Trouble | PassedOver | Unclaimed
