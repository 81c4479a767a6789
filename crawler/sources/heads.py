"""Saved pages with the HTTP heads in front, as `curl -i` and `wget --save-headers` write them."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

from archive.warc import Message, split_head, take_apart
from machine.clock import parse_stamp, stamp
from schema.errors import UsageError
from schema.page import RawPage

MOST_HEADS, LONGEST_HEAD = 64, 64 << 10
"""Of more redirects than this, and of a longer head, nothing is known. Units: heads, bytes."""
_STATUS_LINE = re.compile(rb"HTTP/[0-9](?:\.[0-9])? [0-9]{3}[ \r\n]")
_ORIGINAL = re.compile(
    r"""<([^<>]+)>(?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^",;\s]+))*?"""
    r"""\s*;\s*rel\s*=\s*(?:original\b|"(?:[^"]*\s)?original(?:\s[^"]*)?")""",
    re.IGNORECASE,
)
"""Source: RFC 7089, section 2.2.1, and RFC 8288."""


def response_in(body: bytes) -> bytes | None:
    """The answer that a file holds, with its head: the last one.

    Heads before it are those of redirects, proxies and `100 Continue`, which have no body here.
    Absent: None for a file that does not begin with a head.
    """
    found = None
    for _ in range(MOST_HEADS):
        head, rest = split_head(body)
        is_head = _STATUS_LINE.match(head) and head.endswith((b"\n\n", b"\n\r\n"))
        if not is_head or len(head) > LONGEST_HEAD:
            break
        found, body = body, rest
    return found if found and take_apart(found) else None


def saved_page(body: bytes, content_type: str | None) -> RawPage | None:
    """The page that a file holds, without its head, and with the address that an archive gave it.

    Absent: None where the body is damaged.
    """
    message = take_apart(response_in(body) or b"")
    if message is None:
        return RawPage(url=None, body=body, content_type=content_type)
    if message.decoded.body is None:
        return None
    return RawPage(
        url=original_of(message),
        body=message.decoded.body,
        content_type=message.header("content-type"),
        is_bare=message.decoded.is_plain,
    )


def original_of(message: Message) -> str | None:
    """The address that an archive's answer says its page had. Absent: None where it is silent."""
    for name, value in message.headers:
        if name.lower() == "link" and (found := _ORIGINAL.search(value)):
            return found[1].strip()
    return None


def time_of(message: Message, header: str) -> str | None:
    """The time that a header says, written. Absent: None where it says none."""
    try:
        moment = parsedate_to_datetime(message.header(header) or "")
        # A date of an unknown zone (-0000) comes without one; it is meant in UTC.
        return stamp(parse_stamp(moment.isoformat()))
    except (ValueError, OverflowError, UsageError):
        return None
