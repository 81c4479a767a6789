"""Reading one archived page in a guarded worker: bytes in, the line of a record file out.

`read_task` runs in a process of its own, so everything here must be pure and at module level.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from parsers import Explanation, explain, opt_outs, outcome_of, unquotable
from schema.errors import ParseError
from schema.page import RawPage
from schema.records import Comparison, Failure, Other, Record, dump_line

Outcome = Literal["comparison", "failure", "other", "not_parsed", "revisit", "refused"]


@dataclass(frozen=True, slots=True)
class ReadTask:
    """One distinct page of a segment, to be read once."""

    page: RawPage
    site: str


class PageResult(Record):
    """What reading one distinct page gave."""

    opt_outs: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """The opt-out signals of the page's own meta tags, sorted."""
    sha256: str | None = None
    """SHA-256 of the record's JSON line without its trace; null without a comparison."""
    record: Annotated[Comparison | Failure | None, Field(discriminator="kind")] = None
    """The record, a comparison with its trace; null for a page that is no comparison."""
    taken_down: Annotated[tuple[int, ...], Field(strict=False)] = ()
    """Positions of the quotes whose words are left out on request."""
    marked_tools: Annotated[tuple[int, ...], Field(strict=False)] = ()
    """Positions of the tools whose description its page marks as not to be quoted."""
    marked_quotes: Annotated[tuple[int, ...], Field(strict=False)] = ()
    """Positions of the quotes whose words their page marks as not to be quoted."""


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


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """What the worker hands back: a reading as JSON, so that nobody need take it apart again."""

    outcome: Outcome
    text: str


def read_task(task: ReadTask) -> ReadAnswer:
    """The page's record, and the opt-outs of its own meta tags."""
    found = explain(task.page, site=task.site)
    record = outcome_of(task.page, found)
    kept = None if isinstance(record, Other) else record
    reading = PageResult(opt_outs=_page_opt_outs(task.page, found), record=kept)
    if isinstance(record, Comparison):
        sha256 = hashlib.sha256(dump_line(record).encode()).hexdigest()
        reading = reading.model_copy(update={"sha256": sha256})
        if "data-nosnippet" in reading.opt_outs:
            reading = _marked(reading, record, task.page, found)
    return ReadAnswer(record.kind, reading.model_dump_json(by_alias=True))


def _marked(
    reading: PageResult, record: Comparison, page: RawPage, found: Explanation
) -> PageResult:
    texts = [tool.description for tool in record.tools] + [quote.text for quote in record.quotes]
    marked = unquotable(page, texts, found.markup)
    tools = tuple(tool.position for tool in record.tools if tool.description in marked)
    quotes = tuple(quote.position for quote in record.quotes if quote.text in marked)
    return reading.model_copy(update={"marked_tools": tools, "marked_quotes": quotes})


def failed(url: str, code: str, detail: str) -> ReadAnswer:
    """The answer for a page that could not be read at all."""
    address = None if url.startswith("urn:") else url
    failure = Failure(url=address, code=code, field=None, detail=detail)
    return ReadAnswer("failure", PageResult(record=failure).model_dump_json(by_alias=True))


def spliced(line: CaptureLine, reading: str | None) -> str:
    """The JSON of a line with the JSON of its reading put in.

    >>> line = CaptureLine(offset=0, url="urn:x", captured_at="-", outcome="other")
    >>> CaptureLine.model_validate_json(spliced(line, '{"sha256":"0"}')).reading.sha256
    '0'
    """
    text = line.model_dump_json()
    return text if reading is None else f"{text.removesuffix('null}')}{reading}}}"


def _page_opt_outs(page: RawPage, found: Explanation) -> tuple[str, ...]:
    """The opt-outs of the page's own meta tags; none where its bytes may not be parsed."""
    try:
        return opt_outs({}, page, found.markup)
    except ParseError:
        return ()  # the same bytes make the page a failure, which is where it is recorded


def header_opt_outs(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The opt-outs of the response headers alone."""
    return opt_outs(headers, RawPage(url=None, body=b"", content_type="text/plain"))
