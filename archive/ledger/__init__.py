"""The ledger: what was asked, tried and stored, in SQLite, with one writer.

ledger     the connection: transactions, migrations, reading beside a writer
tables     its tables, and how older ones become these
frontier   pages: which are known, which wait, which are due
leases     attempts: begun with a lease, ended with an outcome
outcomes   the closed table of outcomes and the states they lead to
schedule   when a page is asked for again
profiles   what each layout showed in a run, and what is held for it
originals  which stored answer a later one repeats
timeline   the order of a page's captures
soundness  whether a ledger is whole
"""

from archive.ledger.frontier import Found, Frontier
from archive.ledger.leases import (
    LISTS,
    Ending,
    Lease,
    Role,
    captured,
    end_attempt,
    failed,
    give_back_leases,
    refused,
)
from archive.ledger.ledger import Ledger, read_rows, require_handles
from archive.ledger.originals import newest_whole
from archive.ledger.outcomes import NOT_ASKED
from archive.ledger.profiles import (
    ProfileRow,
    accept_drift,
    all_profiles,
    captures_of,
    held_captures,
    load_profiles,
    rows_before,
    save_profiles,
    still_held,
    unfinished_before,
    unjudged,
)
from archive.ledger.schedule import FIRST_DAYS, REDISCOVER_DAYS, is_due
from archive.ledger.soundness import require_sound
from archive.ledger.timeline import TIMELINE

__all__ = [
    "FIRST_DAYS",
    "LISTS",
    "NOT_ASKED",
    "REDISCOVER_DAYS",
    "TIMELINE",
    "Ending",
    "Found",
    "Frontier",
    "Lease",
    "Ledger",
    "ProfileRow",
    "Role",
    "accept_drift",
    "all_profiles",
    "captured",
    "captures_of",
    "end_attempt",
    "failed",
    "give_back_leases",
    "held_captures",
    "is_due",
    "load_profiles",
    "newest_whole",
    "read_rows",
    "refused",
    "require_handles",
    "require_sound",
    "rows_before",
    "save_profiles",
    "still_held",
    "unfinished_before",
    "unjudged",
]
