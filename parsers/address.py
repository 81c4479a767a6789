"""The address of a page that nobody named: what its saver wrote into it, else what it calls itself.

A canonical link is the page's own word, and templates get it wrong: it is believed where it is one
link, on the site's own host, to a comparison, and nothing else on the page speaks against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from parsers.page.links import absolute_link
from parsers.saved import Saved
from parsers.site import Site
from parsers.sites import site_of_url
from schema.records import Comparison

_IS_FROM_ROOT = re.compile(r"/[^/\\\s]").match


@dataclass(frozen=True, slots=True)
class SaidAddress:
    """What a page goes by.

    Absent: `url` is None where nothing is believed; `misfit` where nothing was said that is not;
    `other` where that is no whole address of another kind of page.
    """

    site: Site
    url: str | None = None
    is_canonical: bool = False
    """Whether the page alone says so, in its canonical link."""
    misfit: str | None = None
    """What the page calls itself, and is not believed."""
    other: str | None = None


def name_of(
    saved: Saved | None, links: Sequence[str], owner: Site, *, is_named: bool
) -> SaidAddress:
    """The address of a page, from its saver's marks, else its canonical `links`.

    The page is `owner`'s where that `is_named`, else whose host it tells.
    """
    url = absolute_link(None, saved.url) if saved and saved.url else None
    if url is not None:
        claiming = site_of_url(url)
        site = owner if is_named else claiming or owner
        return SaidAddress(site, site.own_address(url) if is_named or claiming else url)
    if is_named:  # whose host it is that a link from the root leaves out
        links = [urljoin(owner.base, each) if _IS_FROM_ROOT(each) else each for each in links]
    found = {absolute_link(None, link) or link for link in links}
    if not found:
        return SaidAddress(owner)
    link = absolute_link(None, links[0])
    claiming = site_of_url(link) if link else None
    site = owner if is_named else claiming or owner
    if link and claiming:
        found = {_own(claiming, each) for each in found}
    if len(found) > 1:
        return SaidAddress(owner, misfit=" and ".join(sorted(each[:80] for each in found)[:2]))
    if link is None or (is_named and claiming is not site):
        return SaidAddress(site, misfit=links[0])
    if not site.is_comparison(link):
        return SaidAddress(site, misfit=link, other=link)
    return SaidAddress(site, _own(site, link), is_canonical=True)


def is_fitting(record: Comparison, site: Site, url: str, links: Iterable[str]) -> bool:
    """Whether a comparison may be the one at an address that it alone names.

    Against it speak names that stand in each other's slugs, and links to tools that are all others.
    """
    ways = site.slugs(url)
    if len(ways) == 1 and record.tools[0].slug is None:
        return False
    linked = {slug for link in links if (slug := site.tool_slug(link))}
    return len(linked) < len(record.tools) or not linked.isdisjoint(
        slug for way in ways for slug in way
    )


def _own(site: Site, url: str) -> str:
    return site.own_address(url) if site_of_url(url) is site else url
