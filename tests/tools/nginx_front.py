"""Debian's nginx as deploy/nginx.conf sets it up, on ports and in a folder of a test."""

from __future__ import annotations

import contextlib
import datetime
import itertools
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CONF = (Path(__file__).parents[2] / "deploy" / "nginx.conf").read_text()
HOST = "archive.example"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
VISITORS = (f"127.1.{each // 250}.{each % 250 + 1}" for each in itertools.count())
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
AROUND = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors.txt warn; {user}
events {{ worker_connections 256; }}
http {{
    log_format kept '$upstream_cache_status $status $request_uri';
    access_log {folder}/access.txt kept;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/verdicts.conf;
}}
"""


@dataclass(frozen=True)
class Said:
    """What came back on the wire. Absent: status 0 where the connection was closed without."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    took_s: float

    def header(self, name: str) -> str | None:
        """A header's value. Raises: AssertionError where it was sent more than once."""
        found = [value for known, value in self.headers if known == name]
        assert len(found) < 2, f"{name} twice: {found}"
        return found[0] if found else None


@dataclass(frozen=True)
class Front:
    """A running nginx, and how to ask it."""

    folder: Path
    tls: int
    plain: int
    trusted: ssl.SSLContext

    def said(self, request: bytes, visitor: str | None = None, name: str = HOST) -> Said:
        """What is answered to these bytes, of a visitor at that loopback address, or a new one."""
        with (
            connected(self.tls, visitor or next(VISITORS)) as bare,
            self.trusted.wrap_socket(bare, server_hostname=name) as wrapped,
        ):
            return exchanged(wrapped, request)

    def get(self, path: str, visitor: str | None = None, **headers: str) -> Said:
        """What is answered to a plain GET."""
        return self.said(asking(path, headers), visitor)

    def kept(self) -> list[Path]:
        """The files of what is kept."""
        return [path for path in (self.folder / "kept").rglob("*") if path.is_file()]

    def log(self) -> list[list[str]]:
        """Of each request so far: HIT, MISS ... or -, the status, and the address."""
        lines = (self.folder / "access.txt").read_text().splitlines()
        return [line.split(" ", 2) for line in lines]

    def errors(self) -> str:
        """What nginx wrote of its own troubles."""
        return (self.folder / "errors.txt").read_text()


def asking(path: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> bytes:
    """A request for the host of the file, after which the connection is closed."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in (headers or {}).items()]
    head = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", "Connection: close", *lines]
    return "\r\n".join([*head, "", ""]).encode("latin-1")


def connected(port: int, visitor: str = "127.0.0.1") -> socket.socket:
    """A connection to a port of this machine."""
    return socket.create_connection(("127.0.0.1", port), 10, source_address=(visitor, 0))


def exchanged(sock: socket.socket, request: bytes) -> Said:
    """What is answered to bytes, and how long it took from the first to the last."""
    began, took_s, got = time.monotonic(), 0.0, b""
    with contextlib.suppress(OSError):  # closed by the other side: what has come is what counts
        sock.sendall(request)
    with contextlib.suppress(OSError):
        while part := sock.recv(65536):
            got, took_s = got + part, time.monotonic() - began
    return read(got.removeprefix(GO_ON), took_s)


def read(got: bytes, took_s: float = 0) -> Said:
    """An answer from its bytes, chunks joined."""
    head, _, body = got.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    found = re.match(r"HTTP/1\.[01] ([0-9]{3})", first)
    headers = [(n.lower(), v.strip()) for n, _, v in (line.partition(":") for line in lines)]
    if ("transfer-encoding", "chunked") in headers:
        body = _joined(body)
    return Said(int(found[1]) if found else 0, headers, body, took_s)


def _joined(chunks: bytes) -> bytes:
    whole = b""
    while chunks:
        size, _, rest = chunks.partition(b"\r\n")
        length = int(size, 16)
        whole, chunks = whole + rest[:length], rest[length + 2 :] if length else b""
    return whole


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens at."""
    with contextlib.ExitStack() as stack:
        found = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in found]


def certificate(folder: Path) -> ssl.SSLContext:
    """Writes a certificate of the host and its key; what trusts it alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return ssl.create_default_context(cadata=pem.decode())


def settled(conf: str, folder: Path, server: int, ports: list[int]) -> str:
    """The file with places of this machine in it. Every one that it names must be replaced."""
    tls, plain, second = ports
    places = {
        r"^ *listen \[::\].*\n": "",  # not every machine that tests has IPv6
        r"listen 443 ": f"listen 127.0.0.1:{tls} ",
        r"listen 80\b": f"listen 127.0.0.1:{plain}",
        r"127\.0\.0\.1:8001": f"127.0.0.1:{server}",
        r"127\.0\.0\.1:8002": f"127.0.0.1:{second}",
        r"/etc/ssl/certs/\S+\.pem": f"{folder}/cert.pem",
        r"/etc/ssl/private/\S+\.key": f"{folder}/key.pem",
        r"/var/cache/nginx-verdicts": f"{folder}/kept",
        r"/var/www/acme": f"{folder}/acme",
    }
    for pattern, place in places.items():
        conf, count = re.subn(pattern, place, conf, flags=re.MULTILINE)
        assert count, f"deploy/nginx.conf has no {pattern}"
    return conf


@contextlib.contextmanager
def fronting(server: int, changed: Mapping[str, str] | None = None) -> Iterator[Front]:
    """nginx before a port, ended afterwards; `changed` replaces texts of the file beforehand."""
    assert NGINX is not None
    conf = CONF
    for text, other in (changed or {}).items():
        assert text in conf, f"deploy/nginx.conf has no {text}"
        conf = conf.replace(text, other)
    with tempfile.TemporaryDirectory() as name:
        folder, ports = Path(name), free_ports(3)
        front = Front(folder, ports[0], ports[1], certificate(folder))
        (folder / "acme").mkdir()
        (folder / "verdicts.conf").write_text(settled(conf, folder, server, ports))
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
        # -e: until it has read its file, it would write to the machine's own log.
        command = [NGINX, "-p", name, "-e", f"{folder}/errors.txt", "-c", f"{folder}/nginx.conf"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            try:
                _wait(process, ports[0])
                yield front
            finally:
                process.terminate()
                process.wait(timeout=20)


def _wait(process: subprocess.Popen[str], port: int) -> None:
    for _ in range(200):
        if process.poll() is not None:
            assert process.stderr is not None
            raise AssertionError(process.stderr.read())
        with contextlib.suppress(ConnectionRefusedError), connected(port):
            return
        time.sleep(0.02)
    raise AssertionError("nginx does not listen")
