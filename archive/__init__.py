"""The archive room: the ledger of what was asked and the WARC files of what came back.

For reading, `open_archive(path)` is all that is needed; nothing here parses a page.

home     the folder, its places and its locks     runs      a run is begun, mended and ended
log      what a run does, line by line            cdxj      an index for other people's tools
prune    what may go                              ledger/   what was asked, tried and stored
warc/    records and messages as bytes            store/    captures put away and read back
takedown/ take-downs as the archive holds them    backup/   copies that were read again
rebuild/ a ledger made again from the segments    wacz/   a part given to others
"""

from __future__ import annotations

from archive.cdxj import index
from archive.home import TRIAL, WAY_OUT, Home
from archive.log import RunLog
from archive.prune import prune
from archive.runs import OpenRun, open_run
from archive.store.reader import (
    Archive,
    Capture,
    Page,
    Run,
    Segment,
    StoredBody,
    load_page,
    open_archive,
)
