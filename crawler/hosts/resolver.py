"""Names to addresses, refusing those that are not public; what is connected to was checked.

Every connection asks again: a name that changes its address between two requests is checked twice.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

from twisted.internet._resolver import GAIResolver
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer, provider  # type: ignore[import-untyped]

from crawler.hosts.addresses import is_global

REFUSED: set[str] = set()
"""The host names refused in this process, for the report: the error of the connection says only
that there was no address."""
UNANSWERED: set[str] = set()
"""The host names of which no name server would tell anything when last asked, for the same."""
_TROUBLE = (socket.EAI_AGAIN, socket.EAI_FAIL)


def look_up(host: str, *given: Any) -> Any:
    """The addresses of a name, noting whether there is none or nobody to ask.

    Raises: socket.gaierror where there is no address.
    """
    UNANSWERED.discard(host)
    try:
        return socket.getaddrinfo(host, *given)
    except socket.gaierror as error:
        if error.errno in _TROUBLE:
            UNANSWERED.add(host)
        raise
    except UnicodeError as error:
        raise socket.gaierror(socket.EAI_NONAME, str(error)) from error


@implementer(IHostnameResolver)
class PublicResolver:
    """Scrapy's resolver for this project, named in its settings."""

    def __init__(self, reactor: Any, allow_private: bool) -> None:
        self._reactor, self._allow_private = reactor, allow_private
        self._original = GAIResolver(reactor, getaddrinfo=look_up)  # type: ignore[arg-type]

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> PublicResolver:
        """What Scrapy calls; it hands over its process, which has settings too."""
        return cls(reactor, crawler.settings.getbool("VERDICTS_ALLOW_PRIVATE"))

    def install_on_reactor(self) -> None:
        """Make every connection of the process use this resolver."""
        self._reactor.installNameResolver(self)

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[Any] | None = None,
        transportSemantics: str = "TCP",
    ) -> Any:
        """Resolve a name; one bad address among good ones refuses the name altogether."""
        receiver = resolutionReceiver
        if not self._allow_private:
            receiver = _Filter(resolutionReceiver, hostName)
        return self._original.resolveHostName(
            receiver, hostName, portNumber, addressTypes, transportSemantics
        )


@provider(IResolutionReceiver)
class _Filter:
    def __init__(self, receiver: Any, host: str) -> None:
        self._receiver, self._host = receiver, host
        self._addresses: list[Any] = []

    def resolutionBegan(self, resolution: Any) -> None:
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:
        self._addresses.append(address)

    def resolutionComplete(self) -> None:
        if all(is_global(address.host) for address in self._addresses):
            for address in self._addresses:
                self._receiver.addressResolved(address)
        else:
            REFUSED.add(self._host)
        self._receiver.resolutionComplete()
