"""Dates as they are written, and how exactly they are known."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Literal

Precision = Literal["second", "minute", "day", "month", "year", "unknown"]
"""How exactly the time of a capture is known; `unknown` where only a file's own time says it, which
tools set to what they like."""
DateSource = Literal["crawl", "warc", "container", "page", "argument", "file"]
"""Who says when a capture was made: our crawl, a WARC record, a container of another kind
(MHTML, HAR, ZIM), what the page's own saving comment says, `--date`, or the file's time."""


def is_date(text: str) -> bool:
    """Whether a text is a whole date of the calendar.

    >>> is_date("2026-11-01"), is_date("2026-11"), is_date("2026-02-30"), is_date("20261101")
    (True, False, False, False)
    """
    with suppress(ValueError):
        return date.fromisoformat(text).isoformat() == text
    return False
