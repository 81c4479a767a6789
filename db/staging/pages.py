"""The one state of each known page, for the build and for `status` alike.

This module must not read files: it is given what is known of a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from schema.rows.columns import PageState

STATES: tuple[PageState, ...] = ("refused", "gone", "held", "failed", "waiting", "stored")
"""All states, in the order in which the first that fits is taken."""

BROUGHT_A_PAGE = (None, "ok", "extraction_refused")
"""Outcomes of an attempt after which the newest capture tells how the page stands."""


class Tried(Protocol):
    """A page as the ledger knows it: its state there, and what its last attempt came to."""

    @property
    def state(self) -> str:
        """The state that the ledger gives."""

    @property
    def last_outcome(self) -> str | None:
        """The outcome of the last attempt. Absent: None before the first."""


def page_state(page: Tried, outcomes: list[str]) -> PageState:
    """The first state that fits.

    Shape: `outcomes` are those of the page's captures, oldest first, a revisit's its original's;
    refused among them means that the page shows what was taken down.
    """
    if page.state == "refused" or "refused" in outcomes:
        return "refused"
    if page.state == "gone":
        return "gone"
    is_good = bool(outcomes) and outcomes[-1] == "comparison"
    if is_good and page.last_outcome in BROUGHT_A_PAGE:
        return "stored"
    if "comparison" in outcomes:
        return "held"
    return "failed" if outcomes else "waiting"


def count_states(pages: Iterable[tuple[PageState, bool]]) -> dict[str, int]:
    """How many pages are in each state, `known` for all of them and `due` beside them."""
    counted = list(pages)
    states = Counter(state for state, _ in counted)
    due = sum(is_now for _, is_now in counted)
    return {"known": len(counted), **{state: states[state] for state in STATES}, "due": due}
