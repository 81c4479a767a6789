"""A server on loopback that breaks HTTP and TLS exactly as it is told, and names of our making.

Answers are bytes on the wire: nothing is added to them, so that each fault is the one meant.
"""

from __future__ import annotations

import datetime
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

import forked
from crawl_site import Ended, finish
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LONGEST_S = 20.0
"""No connection is held for longer, whatever a test forgets."""


@dataclass(frozen=True)
class Say:
    """Bytes to send, and what becomes of the connection. Units: seconds between single bytes.

    An encrypted one that ends by "farewell" says so under its encryption; "close" does not.
    """

    data: bytes = b""
    then: Literal["keep", "close", "reset", "stall", "farewell"] = "close"
    drip: bytes = b""
    every_s: float = 0.0


Answer = Say | Sequence[Say] | Callable[[bytes], Say]


def whole(body: bytes, *headers: str, status: str = "200 OK", kind: str = "text/html") -> Say:
    """A sound answer on a connection that stays open."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    lines += [f"Content-Type: {kind}"] if kind else []
    return Say("\r\n".join([*lines, "", ""]).encode("latin-1") + body, "keep")


ROBOTS = whole(b"User-agent: *\nDisallow: /secret\n", kind="text/plain")
ABSENT = whole(b"no such page", status="404 Not Found")


class FaultServer:
    """Listens on a free port of 127.0.0.1 until it is closed.

    `asked` are the heads of the requests, `connections` how often somebody connected.
    """

    def __init__(
        self,
        answers: dict[str, Answer] | None = None,
        tls: ssl.SSLContext | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        is_mute: bool = False,
    ) -> None:
        self.answers: dict[str, Answer] = {"/robots.txt": ROBOTS, **(answers or {})}
        self.asked: list[bytes] = []
        self.connections = 0
        self._tls, self._is_mute = tls, is_mute
        self._open: list[socket.socket] = []
        self._ended = threading.Event()
        self._listener = socket.create_server((host, port))
        self.port: int = self._listener.getsockname()[1]
        self.base = f"{'https' if tls else 'http'}://{host}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def paths(self) -> Counter[str]:
        """How often each path was asked for."""
        return Counter(_path(head) for head in self.asked)

    def close(self) -> None:
        """Stop listening and drop every connection."""
        self._ended.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            connection.settimeout(LONGEST_S)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        if self._is_mute:
            self._ended.wait(LONGEST_S)
            return
        with suppress(OSError):  # whoever is refused or killed goes away in the middle
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            while (head := _read_head(connection)) and self._answer(connection, head):
                pass

    def _answer(self, connection: socket.socket, head: bytes) -> bool:
        """Send the answer to one request; whether the connection goes on."""
        self.asked.append(head)
        answer = self.answers.get(_path(head), ABSENT)
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        said = answer(head) if callable(answer) else answer
        assert isinstance(said, Say)
        connection.sendall(said.data)
        until = time.monotonic() + LONGEST_S
        while said.drip and time.monotonic() < until:
            connection.sendall(said.drip)
            time.sleep(said.every_s)
        if said.then == "keep":
            return True
        if said.then == "stall":
            connection.recv(1)  # until the other side has had enough
        elif said.then == "reset":
            time.sleep(0.1)  # so that what was sent arrives before the reset
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with suppress(OSError):
            if said.then == "farewell" and isinstance(connection, ssl.SSLSocket):
                connection = connection.unwrap()
            if said.then in ("close", "farewell"):
                connection.shutdown(socket.SHUT_RDWR)
        connection.close()
        return False


def _read_head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(65536)
        if not piece:
            return b""
        head += piece
    return head


def _path(head: bytes) -> str:
    return head.split(b" ", 2)[1].decode("latin-1")


@contextmanager
def faulty(
    answers: dict[str, Answer] | None = None, tls: ssl.SSLContext | None = None, **given: object
) -> Iterator[FaultServer]:
    """A running server with these answers."""
    server = FaultServer(answers, tls, **given)  # type: ignore[arg-type]
    try:
        yield server
    finally:
        server.close()


@contextmanager
def full_house() -> Iterator[str]:
    """The address of a port that neither takes nor refuses a connection."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        place = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(place)
        try:
            yield f"http://127.0.0.1:{place[1]}"
        finally:
            for one in waiting:
                one.close()


class Authority:
    """A certificate authority of our own, with its file in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sample Authority")])
        self._cert = self._sign(self._name, self._key.public_key(), -3650, 3650, is_authority=True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(self._cert.public_bytes(serialization.Encoding.PEM))

    def _sign(
        self,
        subject: x509.Name,
        public: ec.EllipticCurvePublicKey,
        first_day: int,
        last_day: int,
        *names: x509.GeneralName,
        is_authority: bool = False,
        key: ec.EllipticCurvePrivateKey | None = None,
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name if key is None else subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=first_day))
            .not_valid_after(now + datetime.timedelta(days=last_day))
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        )
        if names:
            built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return built.sign(key or self._key, hashes.SHA256())

    def context(
        self,
        name: str = "127.0.0.1",
        *,
        days: tuple[int, int] = (-30, 30),
        is_self_signed: bool = False,
    ) -> ssl.SSLContext:
        """What a server needs to call itself `name` with a certificate valid on these days."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sample")])
        try:
            alternative: x509.GeneralName = x509.IPAddress(ip_address(name))
        except ValueError:
            alternative = x509.DNSName(name)
        cert = self._sign(
            subject, key.public_key(), *days, alternative, key=key if is_self_signed else None
        )
        pem = self._folder / f"server-{len(list(self._folder.iterdir()))}.pem"
        pem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + cert.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context

    def certificate(self, *, days: tuple[int, int]) -> bytes:
        """A root like ours, but valid on these days."""
        found = self._sign(self._name, self._key.public_key(), *days, is_authority=True)
        return found.public_bytes(serialization.Encoding.PEM)

    @property
    def env(self) -> dict[str, str]:
        """The environment in which this authority alone is trusted."""
        return {"SSL_CERT_FILE": str(self.file), "SSL_CERT_DIR": str(self._folder / "none")}


_NAMED = """
import json, socket, sys, time
from dataclasses import asdict
from pathlib import Path
from crawler import run
from crawler.hosts import resolver
from crawler.start.timeouts import Timeouts
from parsers.sites import site_named
from schema.errors import VerdictsError

given = json.loads(sys.argv[1])
asked, real = {}, socket.getaddrinfo

def look_up(host, *rest):
    says = given["names"].get(host)
    if says is None:
        return real(host, *rest)
    said = says[min(asked.get(host, 0), len(says) - 1)]
    asked[host] = asked.get(host, 0) + 1
    if said == "absent":
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    if said == "failed":
        raise socket.gaierror(socket.EAI_AGAIN, "try again")
    if said == "hang":
        time.sleep(given["timeout_s"] + 3)
        raise socket.gaierror(socket.EAI_AGAIN, "try again")
    return [entry for address in said for entry in real(address, *rest)]

socket.getaddrinfo = look_up
run.require_manners = lambda *a, **k: None  # the guard at the door is not what is tested here
if given["public"] is not None:
    # Stands for the open internet, of which a test may ask nothing.
    resolver.is_global = lambda address: address in given["public"]
try:
    report = run.crawl(Path(given["home"]), addresses=given["addresses"], site=site_named("sample"),
                       delay_s=0, allow_private=not given["guard"],
                       timeouts=Timeouts(connect_s=given["timeout_s"]))
except VerdictsError as error:
    sys.exit(print(error, file=sys.stderr) or error.exit_code)
print(json.dumps(asdict(report)))
sys.exit(report.exit_code)
"""


def crawl_with_names(
    home: Path,
    names: dict[str, list[object]],
    *addresses: str,
    guard: bool = False,
    public: Sequence[str] | None = None,
    timeout_s: float = 5.0,
    env: dict[str, str] | None = None,
) -> Ended:
    """A crawl in a process whose name server we are.

    `names` gives for each host what its successive look-ups answer: addresses, "absent", "failed"
    or "hang". `guard` turns the refusal of private addresses on; with `public` those addresses
    alone count as public.
    """
    given = {
        "home": str(home),
        "names": names,
        "addresses": addresses,
        "guard": guard,
        "public": public,
        "timeout_s": timeout_s,
    }
    return finish(
        forked.Popen(
            [sys.executable, "-c", _NAMED, json.dumps(given)],
            stdout=forked.PIPE,
            stderr=forked.PIPE,
            text=True,
            env={**os.environ, **(env or {})},
        )
    )
