"""The address that a visitor asked for, where a proxy stands in front of the server.

Only proxies named at the start are believed. uvicorn's own reading of such headers leaves the host
out, takes a mistyped network for a name, and replaces the address that a proxy is known by.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from schema.errors import UsageError
from web.asgi import Scope

Network = IPv4Network | IPv6Network
HeaderPairs = list[tuple[bytes, bytes]]
PROTO, FORWARDED_HOST = b"x-forwarded-proto", b"x-forwarded-host"
HOST = re.compile(
    r"([a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?",
    re.IGNORECASE | re.ASCII,
)
"""Source: RFC 9112, 3.2: any other is answered with 400. A citation repeats what was sent."""
PREFIX = re.compile(r"(/[a-z0-9_][a-z0-9_.-]*)*/", re.IGNORECASE | re.ASCII)
OURS = frozenset(
    {
        "about",
        "category",
        "captures",
        "changes",
        "captured",
        "compare",
        "comparisons",
        "coverage",
        "data",
        "findings",
        "predictions",
        "picture",
        "pictures",
        "quote",
        "release",
        "reviewer",
        "reviewers",
        "runs",
        "search",
        "static",
        "tool",
        "tools",
        "verdicts",
    }
)
"""What our own addresses begin with: a proxy that cuts the prefix off would seem not to have."""


@dataclass(frozen=True, slots=True)
class Front:
    """Who stands before the server, and under which path it is served there."""

    proxies: tuple[Network, ...] = ()
    base: str = "/"
    """Shape: begins and ends with a slash."""

    def asked(self, scope: Scope) -> tuple[Scope, str | None]:
        """The request as the visitor made it, without the prefix, and what is wrong with it.

        Absent: None where nothing is. The headers of anyone but a named proxy change nothing.
        """
        said = {PROTO: list[str](), FORWARDED_HOST: list[str]()}
        for name, value in scope["headers"]:
            if name in said:
                said[name].append(value.decode("latin-1").strip().lower())
        headers = [pair for pair in scope["headers"] if pair[0] not in said]
        told = {**scope, **self._without_prefix(scope), "headers": headers}
        if not self._is_named(scope):
            return told, None
        protos, hosts = said.values()
        if protos and protos not in (["http"], ["https"]):
            return told, "The X-Forwarded-Proto of the proxy is neither http nor https."
        if hosts and not (len(hosts) == 1 and HOST.fullmatch(hosts[0])):
            return told, "The X-Forwarded-Host of the proxy is no single host name."
        if protos:
            told["scheme"] = protos[0]
        if hosts:
            others = [pair for pair in headers if pair[0] != b"host"]
            told["headers"] = [(b"host", hosts[0].encode()), *others]
        return told, None

    def placed(self, headers: HeaderPairs) -> HeaderPairs:
        """The headers of an answer, its redirects under the prefix: Datasette forgets some."""
        return [(name, self._under_prefix(name, value)) for name, value in headers]

    def _under_prefix(self, name: bytes, value: bytes) -> bytes:
        base = self.base.encode()
        is_whole = not value.startswith(b"/") or value.startswith(base)
        return value if name.lower() != b"location" or is_whole else base[:-1] + value

    def _is_named(self, scope: Scope) -> bool:
        peer = ip_address((scope.get("client") or ("::",))[0])
        inner = peer.ipv4_mapped if isinstance(peer, IPv6Address) else None
        # Whoever listens at :: is told an IPv4 address inside of an IPv6 one.
        shown = (peer, inner) if inner else (peer,)
        return any(each in network for each in shown for network in self.proxies)

    def _without_prefix(self, scope: Scope) -> dict[str, str | bytes]:
        """The path as it is without a prefix, which the proxy may have cut off or not.

        However often it stands there: Datasette would cut one more off behind the gate.
        """
        path: str = scope["path"]
        raw: bytes = scope.get("raw_path") or path.encode()
        base = self.base.encode()
        if raw == base[:-1]:
            return {"path": "/", "raw_path": b"/"}
        while base != b"/" and raw.startswith(base):
            raw, path = raw[len(base) - 1 :], path[len(base) - 1 :]
        return {"path": path, "raw_path": raw}


DIRECT = Front()
"""Nothing stands before the server."""


def front_of(proxies: Iterable[str], base: str) -> Front:
    """What stands before the server, from what was given on the command line.

    Raises: UsageError for a proxy that is no address, or is everybody; for a prefix that is none.
    """
    return Front(tuple(map(_network, proxies)), _prefix(base))


def _network(given: str) -> Network:
    try:
        network = ip_network(given.strip())
    except ValueError as error:
        what = f"--proxy {given!r}: neither an IP address nor a network such as 10.0.0.0/8"
        raise UsageError(what=what) from error
    if network.prefixlen == 0:
        raise UsageError(what=f"--proxy {given!r}: this is every address there is; name the proxy")
    return network


def _prefix(given: str) -> str:
    base = f"/{given.strip('/')}/" if given.strip("/") else "/"
    if not given.startswith("/") or not PREFIX.fullmatch(base):
        raise UsageError(
            what=f"--base-url {given!r}: a path such as /archive/ of letters, digits, - _ and dots"
        )
    if base.split("/")[1] in OURS:
        what = f"--base-url {given!r}: pages of ours begin so; take another first part"
        raise UsageError(what=what)
    return base
