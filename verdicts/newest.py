"""The newest stored page of an address, for the commands that look at one page."""

from __future__ import annotations

from archive import Archive, Capture
from archive.takedown import ERASED, takedowns
from parsers.sites import site_named, site_of_url
from schema.errors import UsageError

ADDRESS = ("http://", "https://", "urn:")
"""How the address of a page begins."""


def _address_of(archive: Archive, pair: str, site: str | None) -> str:
    """The address of the page with a slug pair. Raises: UsageError for none, or several."""
    pages = (page for page in archive.each_page() if site in (None, page.site))
    found = sorted(page.url for page in pages if site_named(page.site).pair(page.url) == pair)
    if len(found) == 1:
        return found[0]
    what = (
        f"several pages have it: {', '.join(found)}"
        if found
        else "neither a file nor a page of this archive"
    )
    raise UsageError(what=f"{pair}: {what}")


def newest_page(archive: Archive, address: str, site: str | None) -> Capture:
    """The newest capture of an address that was answered with a page.

    Raises: UsageError where the archive holds none, saying what it holds instead.
    """
    owner = site_named(site) if site else site_of_url(address)
    own = address
    if not address.startswith(ADDRESS):
        own = _address_of(archive, address, site)
    elif owner is not None and not address.startswith("urn:"):
        own = owner.own_address(address)
    found = (each for each in archive.captures() if each.url == own)
    captures = sorted(found, key=lambda each: each.order)
    pages = [each for each in captures if each.status == 200 and each.damage != ERASED]
    if pages:
        return pages[-1]
    if not captures:
        raise UsageError(what=f"{own}: the archive holds no page of this address")
    raise UsageError(what=f"{own}: {_instead(archive, captures[-1])}")


def _instead(archive: Archive, capture: Capture) -> str:
    """What the newest capture is, that is no page."""
    if capture.damage != ERASED:
        return f"the newest capture, of {capture.captured_at}, is a {capture.status} and no page"
    said = f"{capture.url} {capture.captured_at}"
    for each in takedowns(archive.home):
        if said in each.matches.erased:
            return f"erased by take-down {each.id} on {each.added_at[:10]}"
    return "erased by a take-down"
