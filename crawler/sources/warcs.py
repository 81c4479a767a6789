"""The exchanges of WARC files of any tool's making."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, cast, get_args

from archive.store import Truncation
from archive.warc import (
    MOST_BLOCK,
    Message,
    WarcRecord,
    digest_value,
    is_digest_of,
    read_fields,
    read_warc,
    split_head,
    take_apart,
)
from crawler.sources.files import shown
from crawler.sources.heads import time_of
from crawler.sources.indexes import chosen, selection_of
from crawler.sources.item import Item, PassedOver, Revisit, SourceItem, Trouble, Unclaimed
from machine.dates import Dated, read_date
from parsers import replayed
from schema.dates import DateSource, Precision
from schema.errors import UsageError

PAGES = ("text/html", "application/xhtml+xml")
"""The kinds of content of which a conversion is a page."""
OTHER_DIGEST = "its payload digest is that of other bytes"
UNNAMED = "a WARC file's records that the CDXJ index beside it does not name, if any"
SHORT = "its body is shorter than its head says"
_NOT_MODIFIED = "server-not-modified"
_URN = "urn:sha256:"
_IS_WEB = re.compile(r"https?://", re.IGNORECASE).match


def exchanges_of(
    path: Path, where: str | None = None, claims: Callable[[str], bool] | None = None
) -> Iterator[SourceItem]:
    """The exchanges of one WARC file, called `where` if not by its path.

    Those of addresses that `claims` refuses are not looked at; an index beside the file tells where
    the others lie.
    Raises: OSError when it cannot be read.
    """
    where = shown(path) if where is None else where
    kinds, tool, is_empty = Counter[str](), None, True
    held: Item | Revisit | None = None
    selection = None if claims is None else selection_of(path, claims, path.stat().st_size)
    for url, count in () if selection is None else selection.others.items():
        is_empty = False
        yield Unclaimed(where, url, count)
    if selection is not None:
        yield PassedOver(where, UNNAMED)
        records = chosen(path, selection)
    else:
        records = read_warc(path, wants=None if claims is None else partial(_is_wanted, claims))
    for offset, record in records:
        if held is not None and record is not None and _is_beside(record, held):
            held = _noted(held, record)
            continue
        if held is not None:
            yield held
            held = None
        if record is not None:
            kinds[record.type or "no type"] += 1
        if record is not None and record.type == "warcinfo":
            tool = read_fields(record.block).get("software", tool)
        if record is not None and claims is not None and _is_left_out(record, claims):
            is_empty = False
            yield Unclaimed(f"{where}#{offset}", _address(record.headers))
            continue
        found = _of_record(f"{where}#{offset}", record, tool)
        is_empty = is_empty and found is None
        if isinstance(found, Item | Revisit):
            held = found
        elif found is not None:
            yield found
    if held is not None:
        yield held
    if is_empty:
        told = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        yield PassedOver(where, f"a WARC file without an answer ({told})")


def _of_record(where: str, record: WarcRecord | None, tool: str | None) -> SourceItem | None:
    """What one record holds. Absent: None for one that is no exchange."""
    if record is None:
        return Trouble(where, "damaged", "warc", "the record is cut or broken")
    url = _address(record.headers)
    if not _is_exchange(record, url):
        is_odd = record.type in ("response", "resource", "revisit")
        return PassedOver(where, "a WARC record of no address of the web") if is_odd else None
    if "warc-segment-number" in record.headers:
        return Trouble(where, "damaged", "warc", "a segment of a record, which none puts together")
    if len(record.block) > MOST_BLOCK:
        return Trouble(where, "too_large", "wire", f"more than {MOST_BLOCK} bytes")
    try:
        dated = read_date(record.headers.get("warc-date", ""))
    except UsageError:
        return Trouble(where, "damaged", "date", "WARC-Date is missing or no date")
    message = take_apart(record.block) if record.type in ("response", "revisit") else None
    if record.type == "response" and message is None:
        return Trouble(where, "damaged", "warc", "the block is no HTTP response")
    said = _Said(where, url, dated, "warc", message, tool)
    # A file that was crawled from a web archive speaks of the copies, but for answers of its own.
    copy = replayed(url)
    shown_at = time_of(message, "memento-datetime") if copy and message is not None else None
    if copy is not None and copy.url and shown_at is not None:
        said = replace(said, url=copy.url, dated=Dated(shown_at), source="page")
    return _revisit(record, said) if record.type == "revisit" else _item(record, said)


def _address(headers: dict[str, str]) -> str:
    # Some tools write the address in angle brackets.
    return headers.get("warc-target-uri", "").strip("<> ")


def _is_wanted(claims: Callable[[str], bool], headers: dict[str, str]) -> bool:
    """Whether a record is to be read whole, by its address; those without one are."""
    url = _address(headers)
    return not _IS_WEB(url) or claims(url)


def _is_left_out(record: WarcRecord, claims: Callable[[str], bool]) -> bool:
    return _is_exchange(record, _address(record.headers)) and not _is_wanted(claims, record.headers)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a record says of its exchange. Absent: `message` is None where it is no HTTP answer."""

    where: str
    url: str
    dated: Dated
    source: DateSource
    message: Message | None
    tool: str | None


def _is_exchange(record: WarcRecord, url: str) -> bool:
    if record.type == "conversion":
        kind = record.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind in PAGES and _IS_WEB(url) is not None
    if record.type == "resource" and url.startswith(_URN):
        return True  # of an archive like ours: a saved page whose address is not known
    return record.type in ("response", "resource", "revisit") and _IS_WEB(url) is not None


def _item(record: WarcRecord, said: _Said) -> Item:
    message, truncated = said.message, _truncation(record)
    digest, notes = digest_value(record.headers.get("warc-payload-digest")), []
    if digest is not None and truncated is None and not _is_of(digest, record, message):
        digest = None  # one that lies must not lead a revisit to these bytes
        notes.append(OTHER_DIGEST)
    if truncated is None and message is not None and _is_short(record.block, message):
        notes.append(SHORT)
    return Item(
        said.where,
        None if said.url.startswith(_URN) else said.url,
        said.dated.at,
        said.source,
        record.block,
        is_file=message is None,
        content_type=record.headers.get("content-type") if message is None else None,
        truncated=truncated,
        ip=record.headers.get("warc-ip-address"),
        precision=said.dated.precision,
        record_id=record.headers.get("warc-record-id"),
        digest=digest,
        tool=said.tool,
        message=message,
        notes=tuple(notes),
    )


def _is_of(digest: str, record: WarcRecord, message: Message | None) -> bool:
    """Whether a payload digest is right, over any of the forms that tools take for the payload."""
    if message is None:
        return is_digest_of(digest, record.block)
    if is_digest_of(digest, split_head(record.block)[1]):
        return True
    return is_digest_of(digest, message.wire, message.decoded.body or b"", record.block)


def _is_short(block: bytes, message: Message) -> bool:
    """Whether a body, as it was sent, is shorter than its head says."""
    length = message.header("content-length") or ""
    # In chunks there is none that counts, and one that was stored decoded may be longer or shorter.
    if message.decoded.is_plain or message.header("transfer-encoding"):
        return False
    is_number = length.isascii() and length.isdigit()
    return is_number and len(split_head(block)[1]) < int(length[:18])


def _revisit(record: WarcRecord, said: _Said) -> Revisit:
    headers, message = record.headers, said.message
    is_304 = message.status == 304 if message else _NOT_MODIFIED in headers.get("warc-profile", "")
    refers_url = headers.get("warc-refers-to-target-uri", "").strip("<> ") or None
    copy = replayed(refers_url or "")
    try:
        refers_date = read_date(headers.get("warc-refers-to-date", "")).at
    except UsageError:
        refers_date = None
    return Revisit(
        said.where,
        said.url,
        *said.dated,
        record.block,
        record_id=headers.get("warc-record-id"),
        # Of a 304 it is at best the digest of nothing.
        digest=None if is_304 else digest_value(headers.get("warc-payload-digest")),
        refers_to=headers.get("warc-refers-to"),
        refers_url=copy.url if copy is not None else refers_url,
        refers_date=refers_date,
        is_unmodified=is_304,
        ip=headers.get("warc-ip-address"),
        tool=said.tool,
        date_source=said.source,
    )


def _is_beside(record: WarcRecord, answer: Item | Revisit) -> bool:
    """Whether a record goes with the answer before it."""
    if record.type not in ("request", "metadata") or answer.record_id is None:
        return False
    return record.headers.get("warc-concurrent-to") == answer.record_id


def _noted(answer: Item | Revisit, record: WarcRecord) -> Item | Revisit:
    """An answer with what an archive of ours noted beside it: whose date it is."""
    notes = read_fields(record.block) if record.type == "metadata" else {}
    source = notes.get("date-source")
    if not isinstance(answer, Item) or "stored-at" not in notes or source == "crawl":
        return answer
    usual = "unknown" if source == "file" else "second"
    precision = notes.get("precision", usual)
    if source not in get_args(DateSource) or precision not in get_args(Precision):
        return answer
    return replace(answer, date_source=cast(Any, source), precision=cast(Any, precision))


def _truncation(record: WarcRecord) -> Truncation | None:
    """Why a record of another tool is cut. Its other reasons say no more than that it is."""
    stated = record.headers.get("warc-truncated")
    if stated is None:
        return None
    return next((known for known in get_args(Truncation) if known == stated), "disconnect")
