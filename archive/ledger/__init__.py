"""The ledger: what was asked, tried and stored, in SQLite, with one writer.

ledger     the connection: transactions, migrations, reading beside a writer
tables     its tables, and how older ones become these
frontier   pages: which are known, which wait, which are due
leases     attempts: begun with a lease, ended with an outcome
outcomes   the closed table of outcomes and the states they lead to
schedule   when a page is asked for again
profiles   what each layout showed in a run, and what is held for it
notes      what a run notes of itself, and of each robots.txt
questions  what other rooms ask
originals  which stored answer a later one repeats
timeline   the order of a page's captures
waits      what waits for a person, and what of it was told before
readings   what another version of the parser reads otherwise
soundness  whether a ledger is whole
"""

from archive.ledger.frontier import Found, Frontier
from archive.ledger.leases import (
    LISTS,
    MISSING,
    Ending,
    Lease,
    Role,
    captured,
    end_attempt,
    failed,
    give_back_leases,
    refused,
    said_the_same,
    settle_import,
)
from archive.ledger.ledger import Ledger, require_handles
from archive.ledger.notes import RobotsRow, last_robots, note_robots, note_run
from archive.ledger.originals import newest_whole, whole_before
from archive.ledger.outcomes import NOT_ASKED
from archive.ledger.profiles import (
    PageCapture,
    PageSeen,
    ProfileRow,
    accept_drift,
    all_profiles,
    captures_of,
    held_captures,
    load_profiles,
    rows_before,
    save_profiles,
    sights_of,
    still_held,
    unfinished_before,
    unjudged,
)
from archive.ledger.questions import (
    ListAsked,
    captures_astray,
    captures_by_role,
    captures_since,
    count_comparisons,
    kinds_of_runs,
    last_tries,
    lists_asked,
    next_due,
    origins_to_ask,
    page_at,
    page_to_cover,
    pages_standing,
    pages_to_cover,
    pages_to_plan,
    places_of_captures,
    shown_before,
    stored_exchanges,
    url_of_capture,
)
from archive.ledger.readings import (
    NotedChange,
    ReadingChange,
    is_reading_noted,
    note_reading,
    reading_changes,
)
from archive.ledger.schedule import REDISCOVER_DAYS, due_bounds, is_due
from archive.ledger.soundness import require_sound
from archive.ledger.timeline import NEWEST_FIRST, TIMELINE, UNDATED
from archive.ledger.waits import acknowledge, acknowledged, failed_in, forget_well, report_before
