"""The register of sites: every module in this folder that defines `SITE` is one.

A new site is one file here; nothing else names it. A file that is broken stops its own site alone.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import asdict, dataclass, field
from functools import cache
from traceback import extract_tb
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from parsers.site import Layout, Site
from schema.errors import SiteError

__all__ = ["DEFAULT_SITE", "load_sites", "site_named", "site_of_url"]

DEFAULT_SITE = "shiporskip"
"""The site of a page when neither its address nor anybody says which."""
MISTAKES = (SyntaxError, ImportError, NameError, TypeError, ValueError, AttributeError, LookupError)
"""What importing a half-written site file raises."""
TEXTS, TUPLES = ("title", "base", "comparison", "tool"), ("hosts", "listings", "spellings")
GROUPS = {"comparison": ({"pair"}, {"a", "b"}), "tool": ({"slug"},)}
"""The named groups that the expressions of a site must have, in one of these ways."""


@dataclass(frozen=True, slots=True)
class _Register:
    """The sound site files by name; of the broken ones, what is wrong and what they hold."""

    sites: dict[str, Site] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    sources: dict[str, bytes] = field(default_factory=dict)


@cache
def load_sites() -> dict[str, Site]:
    """All sites by name.

    Raises: SiteError where any file is broken, has no SITE, a wrong name, or a host that another
    file claims.
    """
    register = _register(tuple(__path__))
    for name, what in register.broken.items():
        raise SiteError(site=name, what=what)
    return register.sites


def site_named(name: str) -> Site:
    """The site with this name. Raises: SiteError when there is no such file, or it is broken."""
    register = _register(tuple(__path__))
    if name in register.broken:
        raise SiteError(site=name, what=register.broken[name])
    if name not in register.sites:
        known = ", ".join(register.sites)
        raise SiteError(site=name, what=f"no such site file; there are {known}")
    return register.sites[name]


def site_of_url(url: str) -> Site | None:
    """The site that claims the address's host. Absent: None when none does.

    Raises: SiteError where the only file that names the host is broken.
    """
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    register = _register(tuple(__path__))
    found = next((site for site in register.sites.values() if host in site.hosts), None)
    for name, source in register.sources.items() if found is None and host else ():
        if f'"{host}"'.encode() in source.replace(b"'", b'"'):
            raise SiteError(site=name, what=register.broken[name])
    return found


@cache
def _register(folders: tuple[str, ...]) -> _Register:
    """What the site files in these folders give."""
    found = _Register()
    modules = sorted(pkgutil.iter_modules(folders), key=lambda module: module.name)
    for module in modules:
        try:
            site = getattr(importlib.import_module(f"{__name__}.{module.name}"), "SITE", None)
        except MISTAKES as error:
            found.broken[module.name] = _sentence(error, _file(module))
            continue
        fault = _fault(site, module.name)
        if isinstance(site, Site) and not fault:
            found.sites[module.name] = site
        else:
            found.broken[module.name] = f"{_file(module)}: {fault}"
    _part_rivals(found)
    for module in modules:
        if module.name in found.broken:
            found.sources[module.name] = _source(module)
    return found


def _part_rivals(found: _Register) -> None:
    """Of two files that claim one host neither is believed: it cannot be told which is right."""
    claims: dict[str, list[str]] = {}
    for site in found.sites.values():
        for host in site.hosts:
            claims.setdefault(host, []).append(site.name)
    # The file that sorts last is mostly not the one that was here before.
    for host, names in sorted(claims.items()):
        for name in reversed(names) if len(names) > 1 else ():
            other = next(rival for rival in names if rival != name)
            found.broken.setdefault(name, f"{host} is claimed by {other} too")
            found.sites.pop(name, None)


def _fault(site: object, name: str) -> str:
    """What is wrong with a file's SITE; empty where nothing is."""
    if not isinstance(site, Site) or site.name != name:
        return "the file must define SITE with its own name"
    for each in TEXTS:
        if not isinstance(getattr(site, each), str):
            return f"{each} must be a text"
    for each in TUPLES:
        values = getattr(site, each)
        if not isinstance(values, tuple) or not all(isinstance(one, str) for one in values):
            return f'{each} must be a tuple of texts, such as ("one.example",) with its comma'
    for each, ways in GROUPS.items():
        try:
            groups = set(re.compile(getattr(site, each)).groupindex)
        except re.error as error:
            return f"{each} is no regular expression: {error}"
        if not any(way <= groups for way in ways):
            return (
                f"{each} must have {' or '.join(' and '.join(sorted(way)) for way in ways)}"
                " as named group"
            )
    for each in ("listings", "spellings"):
        for pattern in getattr(site, each):
            try:
                re.compile(pattern)
            except re.error as error:
                return f"{each}: {pattern!r} is no regular expression: {error}"
    return _fault_of_layout(site.layout) if site.layout else ""


def _fault_of_layout(layout: Layout) -> str:
    for name, selector in asdict(layout).items():
        try:
            if isinstance(selector, str):
                LexborHTMLParser("").css(selector)
        except SelectolaxError:
            return f"layout: {name} is no CSS selector: {selector!r}"
    return ""


def _file(module: pkgutil.ModuleInfo) -> str:
    spec = module.module_finder.find_spec(module.name, None)
    return spec.origin if spec and spec.origin else module.name


def _source(module: pkgutil.ModuleInfo) -> bytes:
    spec = module.module_finder.find_spec(module.name, None)
    data = getattr(spec.loader, "get_data", None) if spec else None
    return bytes(data(spec.origin)) if data and spec else b""


def _sentence(error: Exception, file: str) -> str:
    """Where in a site file something is wrong, and what."""
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == file else None
    for frame in extract_tb(error.__traceback__) if line is None else ():
        line = frame.lineno if frame.filename == file else line
    place = f"{file}, line {line}" if line else file
    what = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{place}: {type(error).__name__}: {what}"
