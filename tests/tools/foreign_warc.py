"""WARC records as other people's tools write them."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Callable

HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


def record(
    kind: str, url: str, date: str, block: bytes, version: str = "1.1", **more: str
) -> bytes:
    """One record, not compressed. Shape: `Payload_Digest="sha1:..."` is that WARC header."""
    named = {"WARC-Type": kind, "WARC-Target-URI": url, "WARC-Date": date}
    named |= {f"WARC-{name.replace('_', '-')}": value for name, value in more.items()}
    named.setdefault("WARC-Record-ID", f"<urn:test:{kind}-{url}-{date}>")
    kind_of = (
        "application/http; msgtype=response" if kind in ("response", "revisit") else "text/html"
    )
    named |= {"Content-Type": kind_of, "Content-Length": str(len(block))}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"WARC/{version}\r\n{head}\r\n".encode() + block + b"\r\n\r\n"


def answer(body: bytes, more: str = "") -> bytes:
    """A whole HTTP answer."""
    return f"{HEAD}{more}\r\n".encode() + body


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


def members(*records: bytes) -> bytes:
    """One gzip member a record."""
    return b"".join(map(gzip.compress, records))


def _said(name: str, letters: Callable[[bytes], str]) -> Callable[[bytes], str]:
    return lambda body: (
        f"{name}:{letters(hashlib.new(name.replace('-', '').lower(), body).digest())}"
    )


FORMS: dict[str, Callable[[bytes], str]] = {
    "Base32": _said("sha1", lambda raw: base64.b32encode(raw).decode()),
    "hex": _said("sha1", bytes.hex),
    "hex in capitals": _said("SHA-1", lambda raw: raw.hex().upper()),
    "SHA-256, hex": _said("sha256", bytes.hex),
    "SHA-256, Base32": _said("sha256", lambda raw: base64.b32encode(raw).decode().rstrip("=")),
    "MD5": _said("md5", bytes.hex),
}
"""How tools write a digest."""
