"""Names to addresses, refusing those that are not public; what is connected to was checked.

Every connection asks again: a name that changes its address between two requests is checked twice.
"""

from __future__ import annotations

import asyncio
import socket

from crawler.hosts.addresses import is_global
from schema.errors import CrawlError

_TROUBLE = (socket.EAI_AGAIN, socket.EAI_FAIL)


async def resolve(
    host: str, port: int, *, allow_private: bool
) -> list[tuple[int, tuple[str, int]]]:
    """The addresses of a name, each with its family; one bad among good ones refuses the name.

    Raises: CrawlError where there is none, nobody to ask, or one that is not public.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        is_trouble = isinstance(error, socket.gaierror) and error.errno in _TROUBLE
        reason = "dns_failed" if is_trouble else "dns"
        raise CrawlError(url=host, outcome="network_error", reason=reason) from error
    addresses = [(int(family), address) for family, _, _, _, address in found]
    if not allow_private and not all(is_global(str(address[0])) for _, address in addresses):
        raise CrawlError(url=host, outcome="refused_scope", reason="private")
    return addresses  # type: ignore[return-value]  # IPv6 ones have two numbers more
