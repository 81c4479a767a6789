"""How exactly a date is known. Pure data."""

from __future__ import annotations

from typing import Literal

Precision = Literal["second", "minute", "day", "month", "year", "unknown"]
"""How exactly the time of a capture is known; `unknown` where only a file's own time says it, which
tools set to what they like."""
DateSource = Literal["crawl", "warc", "container", "page", "argument", "file"]
"""Who says when a capture was made: our crawl, a WARC record, a container of another kind
(MHTML, HAR, ZIM), what the page's own saving comment says, `--date`, or the file's time."""
