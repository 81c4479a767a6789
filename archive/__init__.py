"""The archive room: the ledger of what was asked and the WARC files of what came back.

For reading, `open_archive(path)` is all that is needed; nothing here parses a page.
"""

from __future__ import annotations

from archive.home import Home
from archive.store.reader import Archive, Capture, Page, Run, Segment, open_archive

__all__ = ["Archive", "Capture", "Home", "Page", "Run", "Segment", "open_archive"]
