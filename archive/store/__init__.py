"""Captures put away and read back: segments of WARC beside the ledger that knows them.

segments    one WARC file: begun, appended to, sealed, mended at the start
store       an exchange kept: record, fsync, commit
revisits    whose body other tools stored once: where it is
unknown     what the files hold and the ledger lacks
reader      the archive as other rooms read it
results     what pages say, kept for the next build
quarantine  answers that belong in no segment
"""

from archive.store.quarantine import keep_aside
from archive.store.results import (
    KeptResult,
    ResultPlace,
    drop_results,
    keep_results,
    packed_result,
    result_at,
    result_places,
)
from archive.store.revisits import Originals, Reference, put_together
from archive.store.segments import disk_of
from archive.store.store import NOT_MODIFIED, Exchange, Store, Stored, Truncation
from archive.store.unknown import lengths, unknown
