"""Reading one capture in a guarded worker: where its bytes lie in, its line of a record file out.

`read_capture` runs in a process of its own and reads the segment itself, so that no page's bytes
go through another one. Everything here is pure but for that, and at module level.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Annotated, Literal, NamedTuple
from zlib import crc32

from pydantic import Field

from archive import Home, StoredBody, load_page
from db.records.keys import card_key, quote_key
from db.records.snapshot import is_known_page
from parsers import Explanation, explain, opt_outs, outcome_of, unquotable
from schema.errors import IntegrityError, ParseError
from schema.page import RawPage
from schema.records import Comparison, Failure, Record, dump_line

Outcome = Literal["comparison", "failure", "other", "not_parsed", "revisit", "refused"]


class WantedLine(NamedTuple):
    """A capture of which a record file is to speak, and where its body lies.

    Absent: `body` is None where the ledger has lost it, or nothing is to be read.
    """

    offset: int
    url: str
    site: str
    captured_at: str
    status: int
    content_type: str | None
    headers: dict[str, str]
    is_repeat: bool
    """Whether it is a revisit that counts as its original, which has a line of its own."""
    sha256: str
    body: StoredBody | None

    @property
    def mark(self) -> int:
        """A number that hardly any other capture has."""
        return crc32(f"{self.url} {self.captured_at} {self.sha256}".encode())

    @property
    def is_parsed(self) -> bool:
        """Whether its bytes are read for it: the answer 200 of a known page, in full."""
        return self.status == 200 and not self.is_repeat and is_known_page(self.site, self.url)


class PageResult(Record):
    """What reading one page gave."""

    opt_outs: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """The opt-out signals of the page's own meta tags, sorted."""
    sha256: str | None = None
    """SHA-256 of the record's JSON line without its trace; null without a comparison."""
    cards: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """The keys of the record's cards, in the order of its tools."""
    quotes: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """The keys of the record's quotes, in their order; empty for one that was taken down."""
    taken_down: Annotated[tuple[int, ...], Field(strict=False)] = ()
    """Positions of the quotes whose words are left out on request."""
    marked_tools: Annotated[tuple[int, ...], Field(strict=False)] = ()
    """Positions of the tools whose description its page marks as not to be quoted."""
    marked_quotes: Annotated[tuple[int, ...], Field(strict=False)] = ()
    """Positions of the quotes whose words their page marks as not to be quoted."""
    record: Annotated[Comparison | Failure | None, Field(discriminator="kind")] = None
    """The record, without its trace; null for a page that is no comparison."""


class CaptureLine(Record):
    """One line of a record file: one capture, by its place in the segment."""

    offset: int
    """Where the capture begins in the segment. Units: bytes."""
    url: str
    """The address asked for."""
    captured_at: str
    """When it was captured, UTC."""
    outcome: Outcome
    """What came of it; revisit where another capture holds the bytes, refused if taken down."""
    opt_outs: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """The opt-out signals of the response's headers, sorted."""
    takedown: int | None = None
    """The take-down for which nothing of the page is kept here; null where there is none."""
    reading: PageResult | None = None
    """What reading its page gave; null where it was not read for this capture."""


class Cleaning(NamedTuple):
    """The take-downs that hold, and what leaves out of a line of a site what they cover.

    `clean` gives the line, and the take-downs that changed it.
    """

    takedowns: list[int]
    clean: Callable[[str, CaptureLine], tuple[CaptureLine, set[int]]]


class ReadAnswer(NamedTuple):
    """What the worker hands back: a line as JSON, so that nobody need take it apart again."""

    outcome: Outcome
    text: str
    touched: frozenset[int] = frozenset()
    """The take-downs for which something was left out."""
    damage: str | None = None
    """Why its bytes could not be read; null where they could."""


def read_capture(home: Home, cleaning: Cleaning | None, wanted: WantedLine) -> ReadAnswer:
    """The line of a capture: its page's record, the opt-outs of its own headers and meta tags."""
    if not wanted.is_parsed:
        return answer_of(wanted, _unread(wanted), cleaning)
    try:
        if wanted.body is None:
            raise IntegrityError(where=wanted.url, what="its original is missing")
        page = load_page(home, wanted.body, wanted.url, wanted.captured_at, wanted.content_type)
    except IntegrityError as error:
        reading = failed(wanted, "unreadable", str(error))
        return answer_of(wanted, reading, cleaning)._replace(damage=str(error))
    except ParseError as error:
        return answer_of(wanted, failed(wanted, error.code, error.detail), cleaning)
    return answer_of(wanted, _read(page, wanted.site), cleaning)


def _unread(wanted: WantedLine) -> PageResult | None:
    """The failure of a known page that was answered with an error. Absent: None for any other."""
    if wanted.status < 400 or not is_known_page(wanted.site, wanted.url):
        return None
    return failed(wanted, "http_status", f"the server answered {wanted.status}")


def _read(page: RawPage, site: str) -> PageResult:
    found = explain(page, site=site)
    record, signals = outcome_of(page, found), _page_opt_outs(page, found)
    if isinstance(record, Failure):
        return PageResult(opt_outs=signals, record=record)
    if not isinstance(record, Comparison):
        return PageResult(opt_outs=signals)
    record = record.model_copy(update={"trace": None})
    names = {tool.position: tool.name for tool in record.tools}
    marked: set[str] = set()
    if "data-nosnippet" in signals:
        texts = [each.description for each in record.tools] + [each.text for each in record.quotes]
        marked = unquotable(page, texts, found.markup)
    return PageResult(
        opt_outs=signals,
        sha256=hashlib.sha256(dump_line(record).encode()).hexdigest(),
        cards=tuple(card_key(site, tool) for tool in record.tools),
        quotes=tuple(quote_key(site, names[each.tool], each.text) for each in record.quotes),
        marked_tools=tuple(t.position for t in record.tools if t.description in marked),
        marked_quotes=tuple(each.position for each in record.quotes if each.text in marked),
        record=record,
    )


def failed(wanted: WantedLine, code: str, detail: str) -> PageResult:
    """What there is of a page that could not be read at all."""
    address = None if wanted.url.startswith("urn:") else wanted.url
    return PageResult(record=Failure(url=address, code=code, field=None, detail=detail))


def answer_of(
    wanted: WantedLine, reading: PageResult | None, cleaning: Cleaning | None
) -> ReadAnswer:
    """The line of a capture with what reading it gave, without what was taken down."""
    line = CaptureLine(
        offset=wanted.offset,
        url=wanted.url,
        captured_at=wanted.captured_at,
        outcome=_outcome(wanted, reading),
        opt_outs=header_opt_outs(wanted.headers),
        reading=reading,
    )
    return cleaned_answer(wanted.site, line, cleaning)


def cleaned_answer(site: str, line: CaptureLine, cleaning: Cleaning | None) -> ReadAnswer:
    """A line that was read, now or before, without what was taken down."""
    touched: set[int] = set()
    if cleaning is not None:
        line, touched = cleaning.clean(site, line)
    return ReadAnswer(line.outcome, dump_capture(line), frozenset(touched))


def _outcome(wanted: WantedLine, reading: PageResult | None) -> Outcome:
    if reading is not None:
        return reading.record.kind if reading.record is not None else "other"
    if wanted.is_repeat:
        return "revisit"
    return "not_parsed" if is_known_page(wanted.site, wanted.url) else "other"


def dump_capture(line: CaptureLine) -> str:
    """The JSON text of a line.

    >>> dump_capture(CaptureLine(offset=0, url="urn:x", captured_at="-", outcome="other"))[-15:]
    '"reading":null}'
    """
    record = line.reading.record if line.reading else None
    if record is None:
        return line.model_dump_json()
    # A record is written as it is printed and hashed: without its trace, and by its own names.
    text = line.model_dump_json(exclude={"reading": {"record"}})
    return f'{text[:-2]},"record":{dump_line(record)}}}}}'


def _page_opt_outs(page: RawPage, found: Explanation) -> tuple[str, ...]:
    """The opt-outs of the page's own meta tags; none where its bytes may not be parsed."""
    try:
        return opt_outs({}, page, found.markup)
    except ParseError:
        return ()  # the same bytes make the page a failure, which is where it is recorded


def header_opt_outs(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The opt-outs of the response headers alone."""
    return opt_outs(headers, RawPage(url=None, body=b"", content_type="text/plain"))
