"""A connection to an address that was checked, encrypted where asked. Only this file has sockets.

The encryption is driven over memory, so that an end which nobody signed is told from a real one:
asyncio's own transports call both an end.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from crawler.hosts.resolver import resolve
from schema.errors import CrawlError

T = TypeVar("T")

PIECE = 64 << 10
"""The most that is read at once. Units: bytes."""
_TLS_REASONS = {9: "tls_expired", 10: "tls_expired", 62: "tls_name", 64: "tls_name"}
"""Not valid yet, no longer, for another host or address. Source: OpenSSL's X509_V_ERR codes."""
_VERSION_WORDS = ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "HANDSHAKE_FAILURE")


class Connection:
    """One socket, and what encrypts it. Whatever is asked of it may raise OSError."""

    def __init__(self, family: int, ip: str) -> None:
        self.ip = ip
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._loop = asyncio.get_running_loop()
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None

    async def open(self, address: tuple[str, int]) -> None:
        """Connect to an address."""
        with self.or_closed():
            await self._loop.sock_connect(self._socket, address)

    async def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Agree on an encryption with the host of that name."""
        self._tls = context.wrap_bio(self._in, self._out, server_hostname=host)
        with self.or_closed():
            await self._drive(self._tls.do_handshake)

    async def send(self, data: bytes) -> None:
        """Send it all."""
        tls = self._tls
        if tls is None:
            await self._loop.sock_sendall(self._socket, data)
        else:
            await self._drive(lambda: tls.write(data))

    async def receive(self) -> bytes:
        """Some of what came; nothing at the end that the other side has said."""
        tls = self._tls
        if tls is None:
            return await self._loop.sock_recv(self._socket, PIECE)
        return await self._drive(lambda: tls.read(PIECE))

    async def _drive(self, step: Callable[[], T]) -> T:
        """Do one step of the encryption, with all the reading and sending that it asks for."""
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._flush()
                data = await self._loop.sock_recv(self._socket, PIECE)
                self._in.write(data) if data else self._in.write_eof()
            else:
                await self._flush()
                return result

    async def _flush(self) -> None:
        if self._out.pending:
            await self._loop.sock_sendall(self._socket, self._out.read())

    @property
    def is_quiet(self) -> bool:
        """Whether nothing came since the last answer: no byte, no end, no error."""
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return not self._in.pending
        except OSError:
            return False
        return False

    @contextmanager
    def or_closed(self) -> Iterator[None]:
        """Let it go at once where something goes wrong."""
        try:
            yield
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let it go at once."""
        self._socket.close()


async def connect(
    host: str, port: int, *, context: ssl.SSLContext | None, wait_s: float, allow_private: bool
) -> Connection:
    """A connection to a host, by one of its addresses that may be asked.

    Absent: `context` is None where nothing is encrypted. Units: seconds for name and connection,
    and as many again for the encryption.
    Raises: CrawlError that says why there is none.
    """
    try:
        async with asyncio.timeout(wait_s):
            connection = await _reach(await resolve(host, port, allow_private=allow_private))
        if context is not None:
            async with asyncio.timeout(wait_s):
                await connection.encrypt(context, host)
    except OSError as error:
        raise CrawlError(url=host, outcome="network_error", reason=_reason(error)) from error
    return connection


async def _reach(addresses: list[tuple[int, tuple[str, int]]]) -> Connection:
    """A connection to the first of these addresses that takes one."""
    problem = OSError("the name has no address")
    for family, address in addresses:
        connection = Connection(family, address[0])
        try:
            await connection.open(address)
        except OSError as error:
            problem = error
        else:
            return connection
    raise problem


def _reason(error: OSError) -> str:
    """Which of the reasons of the ledger's list keeps us from a connection."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _TLS_REASONS.get(error.verify_code, "tls_untrusted")
    if isinstance(error, ssl.SSLEOFError | ConnectionResetError | BrokenPipeError):
        return "closed"
    if isinstance(error, ssl.SSLError):
        return "tls_version" if any(w in str(error.reason) for w in _VERSION_WORDS) else "tls"
    if isinstance(error, TimeoutError):
        return "timeout_connect"
    return "refused" if isinstance(error, ConnectionRefusedError) else "connect"
