"""What one file holds, whatever kind of file it is."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

from crawler.sources.files import is_warc, shown
from crawler.sources.item import Given, SourceItem, Trouble
from crawler.sources.pages import page_of
from crawler.sources.warcs import exchanges_of


def read_source(path: Path, given: Given) -> Iterator[SourceItem]:
    """What one file holds: a page, or the exchanges of a WARC file or another container."""
    try:
        if path.exists() and not path.is_file():
            yield Trouble(shown(path), "damaged", "unreadable", "it is no ordinary file")
        elif is_warc(path):
            yield from exchanges_of(path)
        else:
            yield page_of(path, given)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise  # it is the machine that cannot, not the file
        yield Trouble(shown(path), "damaged", "unreadable", error.strerror or str(error))
