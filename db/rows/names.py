"""What each page goes by, and which show another page's comparison once more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from db.rows.keys import public_names
from db.staging.history import PageHistory, StagedPage
from db.staging.staging import Staging
from parsers.sites import site_named

TURNED = "canonical_differs"
"""The finding on a page that calls itself by another comparison's address."""


class Addressed(Protocol):
    """A page by its number, site and address."""

    @property
    def id(self) -> int:
        """Its number in the ledger."""

    @property
    def site(self) -> str:
        """Its site's name."""

    @property
    def url(self) -> str:
        """Its own address, or its urn."""


def page_names(pages: Iterable[Addressed]) -> dict[int, str]:
    """The key of each page's comparison, by the page's number in the ledger.

    The slug pair, `site:pair` where two sites share it, or the urn. Where one site shows a pair
    at two addresses, the shorter one keeps it and the other goes by its whole address.
    """
    own: dict[tuple[str, str], Addressed] = {}
    for page in sorted(pages, key=lambda page: (len(page.url), page.url)):
        pair = None if page.url.startswith("urn:") else site_named(page.site).pair(page.url)
        if pair is None or (page.site, pair) in own:
            pair = page.url
        own[page.site, pair] = page
    names = public_names(own)
    return {page.id: names[key] for key, page in own.items()}


def page_name(page: StagedPage, staging: Staging) -> str:
    """The key of a page's comparison: its pair of slugs, unless it shares that with others."""
    return page_names(staging.named(page.pair))[page.id] if page.is_shared else page.pair


def is_turned(history: PageHistory, staging: Staging, at: str) -> bool:
    """Whether a page shows a comparison at its turned address, and says so.

    `/compare/b-vs-a`, whose canonical link names another comparison, is `/compare/a-vs-b` once
    more, where that is stored and shows all that it ever did. Its captures stay its own.
    """
    if not _says_turned(history):
        return False
    page, keys = history.page, _keys(history, staging)
    for number in staging.turned(page.id, page.site, page.url):
        other = staging.history(number, at)
        if other.versions and not _says_turned(other) and keys <= _keys(other, staging):
            return True
    return False


def _says_turned(history: PageHistory) -> bool:
    if not history.versions or history.page.url.startswith("urn:"):
        return False
    return any(code == TURNED for code, _, _ in history.versions[-1].shown.findings)


def _keys(history: PageHistory, staging: Staging) -> set[int]:
    return {key for version in history.versions for key in staging.keys(version.shown)}
