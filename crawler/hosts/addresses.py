"""Addresses: made strict, put on a mirror, and told public from private. Nothing is fetched."""

from __future__ import annotations

import ipaddress
import re
import socket
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

from w3lib.url import safe_url_string

from parsers import Site
from schema.errors import CrawlError

MAX_LENGTH = 2083
MAX_HOPS = 5
_BAD = re.compile(r"[\x00-\x20\x7f\\]")
_STRICT = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[A-Za-z0-9_~.-]+)+/?", re.ASCII)
"""Addresses that are in that form already, as nearly all are."""
_HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")
_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for an IPv4 one behind a translator. Source: RFC 6052."""
_SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20", "5f00::/16"),
    )
)
"""Not of the open internet, though not every Python knows. Source: RFC 6890, 7526, 9637, 9602."""


def strict_address(url: str) -> str:
    """An address in the one form that we use: no fragment, lower-case host, escaped path.

    >>> strict_address("HTTP://Sample.Example:80/a?b#c")
    'http://sample.example/a?b'

    Raises: CrawlError (refused_scope) for anything that is no plain http(s) address.
    """

    def refuse(reason: str) -> CrawlError:
        return CrawlError(url=url[:200], outcome="refused_scope", reason=reason)

    if len(url) <= MAX_LENGTH and _STRICT.fullmatch(url):
        return url
    if len(url) > MAX_LENGTH or _BAD.search(url):
        raise refuse("url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise refuse("url") from error
    if parts.scheme.lower() not in _PORTS:
        raise refuse("scheme")
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    if parts.username is not None or not _HOST.fullmatch(host):
        raise refuse("url")
    scheme = parts.scheme.lower()
    netloc = host if port in (None, _PORTS[scheme]) else f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return safe_url_string(f"{scheme}://{netloc}{parts.path or '/'}{query}")


def tidy_address(url: str) -> str:
    """An address as a browser takes it from a page: without white space around it or breaks in it.

    >>> tidy_address(" https://sample.example/a b\\n/c ")
    'https://sample.example/a%20b/c'

    Source: the URL standard, section 4.4; a space counts as its escape.
    """
    return re.sub(r"[\t\r\n]", "", url.strip()).replace(" ", "%20")


def header_address(value: str) -> str:
    """An address from a header, whose bytes were read one by one: those of UTF-8 are put together.

    >>> header_address("/caf\xc3\xa9 1")
    '/caf\xe9%201'
    """
    with suppress(UnicodeError):
        value = value.encode("latin-1").decode()
    return tidy_address(value)


def host_of(url: str) -> str:
    """The host of what may be an address; empty where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def origin_of(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def on_origin(url: str, origin: str | None) -> str:
    """The address to fetch: the site's own, or the same path on a mirror.

    >>> on_origin("https://sample.example/a?b", "http://127.0.0.1:8000")
    'http://127.0.0.1:8000/a?b'
    """
    return url if origin is None else origin + url[len(origin_of(url)) :]


def is_of_site(url: str, site: Site, origin: str | None) -> bool:
    """Whether an address lies on the site's own hosts, or on the mirror that is asked."""
    if origin is not None and origin_of(url) == origin:
        return True
    parts = urlsplit(url)
    return parts.hostname in site.hosts and parts.netloc == parts.hostname


def next_hop(current: str, location: str, hops: int, site: Site, origin: str | None) -> str:
    """Where a redirect leads, checked.

    Raises: CrawlError saying why it is not followed.
    """

    def refuse(outcome: str, reason: str) -> CrawlError:
        return CrawlError(url=location[:200], outcome=outcome, reason=reason)

    if hops >= MAX_HOPS:
        raise refuse("http_error", "redirect_limit")
    try:
        target = urljoin(current, header_address(location))
    except ValueError as error:
        raise refuse("refused_scope", "url") from error
    target = strict_address(target)
    is_inside = origin_of(target) == origin if origin else is_of_site(target, site, None)
    if not is_inside:
        is_same_host = urlsplit(target).hostname == urlsplit(current).hostname
        raise refuse(
            "refused_scope", "downgrade" if is_same_host and _is_down(current, target) else "host"
        )
    if _is_down(current, target):
        raise refuse("refused_scope", "downgrade")
    return target


def _is_down(current: str, target: str) -> bool:
    return urlsplit(current).scheme == "https" and urlsplit(target).scheme == "http"


def is_global(address: str) -> bool:
    """Whether an IP address is one of the open internet.

    >>> [is_global(a) for a in ("1.1.1.1", "127.0.0.1", "::ffff:10.0.0.1", "fe80::1")]
    [True, False, False, False]
    >>> [is_global(a) for a in ("64:ff9b::1.1.1.1", "64:ff9b::10.0.0.1", "::10.0.0.1", "fec0::1")]
    [True, False, False, False]
    """
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.is_site_local:
            return False
        ip = _inner(ip) or ip
    is_special = any(ip in network for network in _SPECIAL)
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or is_special)


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for; None where it stands for itself."""
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


def is_private_host(url: str) -> bool:
    """Whether an address's host leads to no public address; one that leads nowhere is public."""
    host = urlsplit(url).hostname or ""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return bool(found) and not any(is_global(str(entry[4][0])) for entry in found)
