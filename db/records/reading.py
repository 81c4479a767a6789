"""Reading one capture in a guarded worker: where its bytes lie in, its line of a record file out.

`read_capture` runs in a process of its own and reads the segment itself, and what was kept of its
pages, so that no page's bytes go through another one. Everything here is pure but for that, and at
module level.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Literal, NamedTuple
from zlib import crc32

from pydantic import Field

from archive import Home, StoredBody, load_page
from archive.store import ResultPlace, result_at
from db.records.snapshot import is_known_page
from parsers import PageResult, dump_result, explain, outcome_of, result_key, result_of
from schema.errors import IntegrityError, ParseError
from schema.page import RawPage
from schema.records import Failure, Record

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
    opt_outs: tuple[str, ...]
    """The opt-out signals of the response's headers, sorted."""
    is_repeat: bool
    """Whether it is a revisit that counts as its original, which has a line of its own."""
    sha256: str
    body: StoredBody | None
    result: ResultPlace | None = None
    """Where what its page says is kept since it was stored."""

    @property
    def address(self) -> str | None:
        """The address that its page goes by. Absent: None for a urn."""
        return None if self.url.startswith("urn:") else self.url

    @property
    def key(self) -> bytes:
        """What reading its page depends on."""
        return result_key(self.address, self.sha256, self.content_type, self.site)

    @property
    def mark(self) -> int:
        """A number that hardly any other capture has."""
        return crc32(f"{self.url} {self.captured_at} {self.sha256}".encode())

    @property
    def is_parsed(self) -> bool:
        """Whether its bytes are read for it: the answer 200 of a known page, in full."""
        return self.status == 200 and not self.is_repeat and is_known_page(self.site, self.url)


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
    is_kept: bool = False
    """Whether what its page says was kept since it was stored, and it was not parsed now."""


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
    kept = _kept(home, wanted, page)
    reading = _read(page, wanted.site) if kept is None else kept
    return answer_of(wanted, reading, cleaning)._replace(is_kept=kept is not None)


def _kept(home: Home, wanted: WantedLine, page: RawPage) -> PageResult | None:
    """What a page says whose bytes are as they were when it was read. Absent: None."""
    found = None if wanted.result is None or page.is_bare else result_at(home, wanted.result)
    with suppress(ValueError):
        return None if found is None else PageResult.model_validate_json(found)
    return None


def _read(page: RawPage, site: str) -> PageResult:
    found = explain(page, site=site)
    return result_of(page, outcome_of(page, found), found.markup, site)


def _unread(wanted: WantedLine) -> PageResult | None:
    """The failure of a known page that was answered with an error. Absent: None for any other."""
    if wanted.status < 400 or not is_known_page(wanted.site, wanted.url):
        return None
    return failed(wanted, "http_status", f"the server answered {wanted.status}")


def failed(wanted: WantedLine, code: str, detail: str) -> PageResult:
    """What there is of a page that could not be read at all."""
    return PageResult(record=Failure(url=wanted.address, code=code, field=None, detail=detail))


def answer_of(
    wanted: WantedLine, reading: PageResult | None, cleaning: Cleaning | None
) -> ReadAnswer:
    """The line of a capture with what reading it gave, without what was taken down."""
    line = CaptureLine(
        offset=wanted.offset,
        url=wanted.url,
        captured_at=wanted.captured_at,
        outcome=_outcome(wanted, reading),
        opt_outs=wanted.opt_outs,
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
    text = line.model_dump_json(exclude={"reading"})
    reading = "null" if line.reading is None else dump_result(line.reading)
    return f'{text[:-1]},"reading":{reading}}}'
