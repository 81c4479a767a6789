"""The ledger's pages as the plan sees them. Pure: rows in, values out."""

from __future__ import annotations

from collections.abc import Iterable
from sqlite3 import Row

from archive.ledger import is_due
from crawler.choosing.cover import CoverPage, Standing
from parsers import Site

FAILING = ("failed", "refused", "gone")
NO_RECORD = "extraction_refused"


def standing_of(
    state: str, due: str | None, outcome: str | None, at: str, *, is_forced: bool = False
) -> Standing:
    """How a page stands at the time `at`.

    >>> standing_of("captured", "2026-12-01T00:00:00Z", "ok", "2026-11-01T00:00:00Z")
    'seen'
    >>> standing_of("captured", "2026-12-01T00:00:00Z", "ok", "2027-01-01T00:00:00Z")
    'open'
    >>> standing_of("captured", None, "extraction_refused", "2026-11-01T00:00:00Z")
    'closed'
    """
    if state == "known":
        return "closed"
    if is_forced or is_due(due, at) or state in ("waiting", "leased"):
        return "open"
    return "seen" if state == "captured" and outcome != NO_RECORD else "closed"


def place_of(row: Row, site: Site, standing: Standing) -> CoverPage:
    """A comparison page from its ledger row."""
    is_doubtful = row["tries"] > 0 or row["state"] in FAILING or row["last_outcome"] == NO_RECORD
    return CoverPage(row["id"], row["url"], tuple(site.slugs(row["url"])), standing, is_doubtful)


def tool_slugs(addresses: Iterable[str], site: Site) -> set[str]:
    """The tools whose own pages are among the addresses."""
    return {slug for url in addresses if (slug := site.tool_slug(url))}
