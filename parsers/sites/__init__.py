"""The register of sites: every module in this folder that defines `SITE` is one.

A new site is one file here; nothing else names it.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from urllib.parse import urlsplit

from parsers.site import Site
from schema.errors import SiteError

DEFAULT_SITE = "shiporskip"
"""The site of a page when neither its address nor anybody says which."""


@cache
def load_sites() -> dict[str, Site]:
    """All sites by name.

    Raises: SiteError where a file has no SITE, a wrong name, or a host another file claims.
    """
    sites: dict[str, Site] = {}
    claimed: dict[str, str] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        site = getattr(importlib.import_module(f"{__name__}.{module.name}"), "SITE", None)
        if not isinstance(site, Site) or site.name != module.name:
            raise SiteError(site=module.name, what="the file must define SITE with its own name")
        for host in site.hosts:
            if host in claimed:
                raise SiteError(site=site.name, what=f"{host} is claimed by {claimed[host]} too")
            claimed[host] = site.name
        sites[site.name] = site
    return sites


def site_named(name: str) -> Site:
    """The site with this name. Raises: SiteError when there is no such file."""
    try:
        return load_sites()[name]
    except KeyError:
        known = ", ".join(load_sites())
        raise SiteError(site=name, what=f"no such site file; there are {known}") from None


def site_of_url(url: str) -> Site | None:
    """The site that claims the address's host. Absent: None when none does."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return next((site for site in load_sites().values() if host in site.hosts), None)
