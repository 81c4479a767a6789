"""The guard before anything is written: a database without a comparison is not published.

Unless take-downs left out all there was: then the empty one takes the place of what is withdrawn.
"""

from __future__ import annotations

from pathlib import Path

from db.staging.pages import STATES
from schema.errors import IntegrityError, StartError
from schema.published import Manifest


def nothing_to_publish(home: Path, made: Manifest) -> IntegrityError | StartError:
    """Why nothing is published where no page gave a record and none was taken down.

    An IntegrityError where bytes are damaged, else a StartError.
    """
    if made.damaged:
        what = f"the bytes of {made.damaged} captures are damaged or missing, and no other gave a"
        what += " record, so that nothing is published; `verdicts check --deep` names them"
        return IntegrityError(where=str(home), what=what)
    return StartError(what=f"{home}: nothing to publish, for {_why_empty(made.states)}")


def _why_empty(states: dict[str, int]) -> str:
    """Why no page gave a record, and what to do."""
    if not states["known"]:
        return "no comparison page is known; `verdicts crawl ADDRESS` looks for some"
    told = ", ".join(f"{states[each]} {each}" for each in STATES if states[each])
    return (
        f"none of {states['known']} known pages gave a record ({told}); `verdicts status` names"
        " those that were tried last, and `verdicts explain ADDRESS` shows what was refused"
    )
