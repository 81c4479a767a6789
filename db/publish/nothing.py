"""The guard before anything is written: a database without a comparison is not published.

Unless take-downs left out all there was: then the empty one takes the place of what is withdrawn.
"""

from __future__ import annotations

from pathlib import Path

from db.rows.holdings import Holdings
from db.rows.pages import STATES
from schema.errors import IntegrityError, StartError


def require_something(home: Path, held: Holdings, *, is_guarded: bool, damaged: int) -> None:
    """Pass where a page gave a record, or one was taken down; `damaged` captures were not read.

    Where the guard of loss will speak (`is_guarded`), as what is published is not empty, it does.
    Raises: StartError saying why there is nothing; IntegrityError where bytes are damaged.
    """
    is_taken = any(history.takedown is not None for history in held.pages)
    if held.comparisons or is_taken or is_guarded:
        return
    if damaged:
        what = f"the bytes of {damaged} captures are damaged or missing, and no other gave a record"
        what += ", so that nothing is published; `verdicts check --deep` names them"
        raise IntegrityError(where=str(home), what=what)
    raise StartError(what=f"{home}: nothing to publish, for {_why_empty(held)}")


def _why_empty(held: Holdings) -> str:
    """Why no page gave a record, and what to do."""
    states = held.states()
    if not states["known"]:
        return "no comparison page is known; `verdicts crawl ADDRESS` looks for some"
    told = ", ".join(f"{states[each]} {each}" for each in STATES if states[each])
    return (
        f"none of {states['known']} known pages gave a record ({told}); `verdicts status` names"
        " those that were tried last, and `verdicts explain ADDRESS` shows what was refused"
    )
