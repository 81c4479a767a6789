"""What reading one page gives, as the archive keeps it: its record, its keys, its wishes.

A page is read where it is captured and where a database is built. What one of them found the other
may take, if `result_key` says that both would read the same.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated

from pydantic import Field

from parsers.keys import card_key, quote_key
from parsers.optout import opt_outs, unquotable
from parsers.page.tree import Markup
from parsers.spans import spans_of
from parsers.version import PARSER_VERSION
from schema.errors import ParseError
from schema.page import RawPage
from schema.records import Comparison, Failure, Other, Record, dump_line


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
    spans: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Where the title stands, and the values of either side, as parsers.spans has it; empty without
    a comparison."""
    record: Annotated[Comparison | Failure | None, Field(discriminator="kind")] = None
    """The record, without its trace; null for a page that is no comparison."""


def result_of(
    page: RawPage, record: Comparison | Failure | Other, markup: Markup | None, site: str
) -> PageResult:
    """What is kept of a page that was read under the name of its site.

    Absent: `markup` is None for a text, or bytes that may not be parsed.
    """
    signals = _page_opt_outs(page, markup)
    if isinstance(record, Failure):
        return PageResult(opt_outs=signals, record=record)
    if not isinstance(record, Comparison):
        return PageResult(opt_outs=signals)
    spans = spans_of(record)
    record = record.model_copy(update={"trace": None})
    names = {tool.position: tool.name for tool in record.tools}
    marked: set[str] = set()
    if "data-nosnippet" in signals:
        texts = [each.description for each in record.tools] + [each.text for each in record.quotes]
        marked = unquotable(page, texts, markup)
    return PageResult(
        opt_outs=signals,
        sha256=hashlib.sha256(dump_line(record).encode()).hexdigest(),
        cards=tuple(card_key(site, tool) for tool in record.tools),
        quotes=tuple(quote_key(site, names[each.tool], each.text) for each in record.quotes),
        marked_tools=tuple(t.position for t in record.tools if t.description in marked),
        marked_quotes=tuple(each.position for each in record.quotes if each.text in marked),
        spans=spans,
        record=record,
    )


def _page_opt_outs(page: RawPage, markup: Markup | None) -> tuple[str, ...]:
    """The opt-outs of the page's own meta tags; none where its bytes may not be parsed."""
    try:
        return opt_outs({}, page, markup)
    except ParseError:
        return ()  # the same bytes make the page a failure, which is where it is recorded


def dump_result(result: PageResult) -> str:
    """The JSON text of a result.

    >>> dump_result(PageResult())[-15:]
    ',"record":null}'
    """
    if result.record is None:
        return result.model_dump_json()
    # A record is written as it is printed and hashed: without its trace, and by its own names.
    text = result.model_dump_json(exclude={"record"})
    return f'{text[:-1]},"record":{dump_line(result.record)}}}'


def result_key(url: str | None, sha256: str, content_type: str | None, site: str) -> bytes:
    """What a result follows from: where it is equal, so is the result.

    Shape: a page's address, the SHA-256 of its body, its Content-Type and its site in; for a body
    that came in the encoding that its head names.
    """
    said = json.dumps([PARSER_VERSION, site, url, content_type, sha256])
    return hashlib.sha256(said.encode()).digest()
