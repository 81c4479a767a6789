"""What a crawl is asked for, and whether it may begin: addresses, sites, contact and delay."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from archive import Home
from archive.ledger import Found, Role, origins_to_ask
from crawler.context import Job
from crawler.hosts.addresses import is_of_site, is_private_host, origin_of, strict_address
from machine.clock import stamp
from parsers import Site
from parsers.sites import site_named, site_of_url
from schema.contact import require_contact
from schema.errors import CrawlError, StartError, UsageError

MIN_DELAY_S = 1.0
"""The shortest pause towards a public host. Units: seconds."""

FEEDS = ("feed", "rss", "atom")
LIST_ENDS = (".xml", ".xml.gz", ".rss", ".atom")
"""What addresses of sitemaps and feeds are called, or end in."""


def named_pages(addresses: Sequence[str], site: Site | None) -> list[tuple[Job, Found]]:
    """What each address means: its site, whether it is a mirror's, and the page's own address.

    Raises: UsageError for an address that is none, or whose host no site claims.
    """
    found = []
    for address in addresses:
        try:
            url = strict_address(address.strip())
        except CrawlError as error:
            raise UsageError(what=f"{address}: not an address that can be crawled") from error
        claimed = site or site_of_url(url)
        if claimed is None:
            host = urlsplit(url).hostname
            raise UsageError(what=f"{address}: no site claims {host}; name one with --site")
        job = Job(claimed, None if is_of_site(url, claimed, None) else origin_of(url))
        own = claimed.own_address(url)
        if role_of(claimed, own) == "other":
            raise UsageError(what=f"{address}: no comparison, listing or sitemap of {claimed.name}")
        found.append((job, Found(claimed.name, own, role_of(claimed, own), job.origin)))
    return found


def role_of(site: Site, own: str) -> Role:
    """What an own address is to us, by its name; what a list is, its answer will say."""
    path = urlsplit(own).path
    if site.is_comparison(own):
        return "comparison"
    if path == "/robots.txt":
        return "robots"
    name = path.lower().rstrip("/").rpartition("/")[2]
    if "sitemap" in name or name in FEEDS or name.endswith(LIST_ENDS):
        return "sitemap"
    return "listing" if site.is_listing(own) else "other"


def jobs_with_work(home: Home, site: Site | None, *, is_all: bool = False) -> list[Job]:
    """The sites, and mirrors, of which something is waiting or due, or (`is_all`) known."""
    found = _origins(home, None if is_all else stamp())
    return [
        Job(site_named(name), origin)
        for name, origin in sorted(found, key=str)
        if site is None or site.name == name
    ]


def require_pages(home: Home) -> None:
    """Refuse to begin without an address where there is nothing to begin from.

    Raises: UsageError when the home knows no page at all; as `Home.require_ledger`.
    """
    home.require_ledger()
    if not _origins(home, None):
        raise UsageError(what=f"{home.path}: the home is empty; name an address to begin from")


def _origins(home: Home, at: str | None) -> list[tuple[str, str | None]]:
    return origins_to_ask(home.ledger, at) if home.ledger.exists() else []


def require_manners(
    jobs: Sequence[Job], *, delay_s: float, contact: str, allow_private: bool
) -> None:
    """Refuse to begin in a way that we would not want to be crawled ourselves.

    Raises: StartError without a contact for a public host, or for a private host that was not
    allowed; UsageError for a delay under a second to a public host, or a contact that is none.
    """
    if contact:
        require_contact(contact)
    if delay_s < 0:
        raise UsageError(what=f"delay {delay_s}: a pause cannot be negative")
    for job in jobs:
        host = urlsplit(job.base).hostname
        if is_private_host(job.base):
            if not allow_private:
                raise StartError(what=f"{host} is a private address; --allow-private permits it")
            continue
        if delay_s < MIN_DELAY_S:
            raise UsageError(what=f"delay {delay_s}: less than a second between requests to {host}")
        if not contact:
            raise StartError(what=f"{host} is a public host: say with --contact who is asking")
