"""Take-downs, corrections and exports as the archive holds them.

takedowns  what is in force, by date          entry    entering them
copy       the file that outlives the ledger  erasure  segments written anew without some records
"""

from archive.takedown.copy import entering, require_all, settle
from archive.takedown.entry import (
    enter_correction,
    enter_export,
    enter_takedown,
    lift_takedown,
    mark_erased,
    note_export,
    widen_takedown,
)
from archive.takedown.erasure import erase_captures, finish_erasures
from archive.takedown.takedowns import (
    ERASED,
    Correction,
    Export,
    KnownSide,
    Matches,
    Takedown,
    TakedownKind,
    TakenAddresses,
    active_takedowns,
    corrections,
    exports,
    takedowns,
)
