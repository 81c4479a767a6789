"""All that rows are made from, put in the order in which they are numbered.

Pure: the same archive gives the same lists. Nothing here writes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from archive import Page
from archive.ledger import is_due
from db.records.snapshot import Snapshot
from db.rows.keys import public_names
from db.rows.load import CaptureOutcome
from db.rows.observations import DatedValues, dated_values
from db.rows.pages import count_states
from db.rows.versions import PageHistory, Version, history_of
from parsers.sites import site_named

TURNED = "canonical_differs"
"""The finding on a page that calls itself by another comparison's address."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the archive holds: known pages, captures, comparisons, versions, and what they show."""

    snapshot: Snapshot
    pages: list[PageHistory]
    seen: list[CaptureOutcome]
    names: dict[int, str]
    """The key of each page's comparison, by the page's number in the ledger."""
    comparisons: list[PageHistory]
    """The pages that ever gave a record, by name."""
    versions: list[tuple[PageHistory, Version]]
    """Those of each comparison in turn, each with its page."""
    found: DatedValues

    def states(self) -> dict[str, int]:
        """How many pages are in each state, as `count_states` gives it."""
        at = self.snapshot.at
        return count_states((each.state, is_due(each.page.due, at)) for each in self.pages)


def holdings(snapshot: Snapshot, seen: list[CaptureOutcome], refused: dict[int, int]) -> Holdings:
    """Everything in order.

    Shape: every capture of a known page, sorted; `refused` is a take-down by its page's number.
    """
    by_page: dict[int, list[CaptureOutcome]] = defaultdict(list)
    for each in seen:
        by_page[each.capture.page_id].append(each)
    pages = [
        history_of(page, refused.get(page.id), by_page[page.id]) for page in snapshot.known_pages()
    ]
    names = page_names(history.page for history in pages)
    again = turned_pages(pages)
    own = [history for history in pages if history.page.id not in again]
    good = [history for history in own if history.versions]
    good.sort(key=lambda history: names[history.page.id])
    versions = [(history, version) for history in good for version in history.versions]
    return Holdings(snapshot, pages, seen, names, good, versions, dated_values(own, names))


def turned_pages(pages: Iterable[PageHistory]) -> set[int]:
    """The pages that show a comparison at its turned address, and say so; by number.

    `/compare/b-vs-a`, whose canonical link names another comparison, is `/compare/a-vs-b` once
    more, where that is stored and shows all that it ever did. Its captures stay its own.
    """
    plain: dict[tuple[str, str, str], set[str]] = {}
    turned: list[PageHistory] = []
    for history in pages:
        if history.versions and not history.page.url.startswith("urn:"):
            if any(each.code == TURNED for each in history.versions[-1].shown.findings):
                turned.append(history)
                continue
            keys = {key for version in history.versions for key in version.shown.keys}
            plain.update(((history.page.site, *way), keys) for way in _ways(history.page))
    found = set()
    for history in turned:
        keys = {key for version in history.versions for key in version.shown.keys}
        others = [plain.get((history.page.site, b, a), set()) for a, b in _ways(history.page)]
        if any(keys <= other for other in others):
            found.add(history.page.id)
    return found


def _ways(page: Page) -> list[tuple[str, str]]:
    return site_named(page.site).slugs(page.url)


def page_names(pages: Iterable[Page]) -> dict[int, str]:
    """The key of each page's comparison, by the page's number in the ledger.

    The slug pair, `site:pair` where two sites share it, or the urn. Where one site shows a pair
    at two addresses, the shorter one keeps it and the other goes by its whole address.
    """
    own: dict[tuple[str, str], Page] = {}
    for page in sorted(pages, key=lambda page: (len(page.url), page.url)):
        pair = None if page.url.startswith("urn:") else site_named(page.site).pair(page.url)
        if pair is None or (page.site, pair) in own:
            pair = page.url
        own[page.site, pair] = page
    names = public_names(own)
    return {page.id: names[key] for key, page in own.items()}
