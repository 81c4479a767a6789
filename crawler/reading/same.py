"""Whether a page says what it said before, though its bytes differ: the schedule goes by that.

Many front ends print a token, a nonce or a counter into each answer. Both bodies are read by the
parser of today, so that a changed parser makes no page look changed; nothing need be kept for it.
"""

from __future__ import annotations

from collections.abc import Callable

from archive.ledger import Ledger, whole_before
from archive.store import Store
from crawler.reading.look import LookTask, PageLook
from machine.clock import now
from machine.worker import Died
from schema.page import RawPage

LookAt = Callable[[LookTask], PageLook | Died]


def task_before(ledger: Ledger, store: Store, capture_id: int, seen: PageLook) -> LookTask | None:
    """The look at what a page held before a capture, of which was `seen` what it is given.

    Absent: None where there is nothing to compare: no record now, or no whole answer before.
    Raises: IntegrityError where the bytes of before are not as they were stored.
    """
    row = None if seen.record is None else whole_before(ledger, capture_id)
    if row is None:
        return None
    page = RawPage(row["url"], store.body_of(row["id"]), row["content_type"], now())
    return LookTask(page, row["site"], "record")


def is_same(before: PageLook | Died, seen: PageLook) -> bool:
    """Whether what was `seen`, a record, is what the look of `task_before` gives."""
    return isinstance(before, PageLook) and before.record == seen.record
