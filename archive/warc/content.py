"""Content encodings undone strictly: the whole body or nothing, never part of one as if whole."""

from __future__ import annotations

import importlib
import re
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

if sys.version_info >= (3, 14):
    zstd = importlib.import_module("compression.zstd")
else:
    from backports import zstd as zstd

MAX_BYTES = 8 << 20
"""Largest decoded body. Units: bytes."""
MAX_RATIO = 200
"""Largest growth, looked at once a body is larger than `RATIO_FROM`."""
RATIO_FROM = 1 << 20
PIECE = 64 << 10
MEMBER = b"\x1f\x8b\x08"
"""What a member of a gzip body begins with; anything else after a member is padding."""

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a]")


@dataclass(frozen=True, slots=True)
class DecodedBody:
    """What decoding gave.

    Absent: `body` is None exactly when `outcome` and `reason` say why.
    """

    body: bytes | None
    outcome: str = "ok"
    reason: str = ""
    has_trailing: bool = False
    """Whether bytes followed the end of the encoded body; they are no part of it."""
    is_plain: bool = False
    """Whether it came without the encoding that its head names: some tools store it so, and keep
    the head. No server that we ask ourselves may send it so."""


class _Brotli:
    """Brotli by the names of zlib, in bounded steps: 172 bytes can stand for 100 MiB."""

    def __init__(self) -> None:
        self._stream = importlib.import_module("brotli").Decompressor()
        self.unused_data = b""
        if not hasattr(self._stream, "can_accept_more_data"):
            raise ImportError("this brotli cannot bound its output")

    def decompress(self, piece: bytes, most: int) -> bytes:
        self.unused_data += piece
        given = b""
        if self._stream.can_accept_more_data():
            given, self.unused_data = self.unused_data, b""
        return bytes(self._stream.process(given, output_buffer_limit=most))

    @property
    def eof(self) -> bool:
        return bool(self._stream.is_finished())


def _deflate_for(wire: bytes) -> Any:
    # RFC 9110 means zlib; some servers send the raw stream, told by its first two bytes.
    is_zlib = len(wire) > 1 and wire[0] & 15 == 8 and int.from_bytes(wire[:2]) % 31 == 0
    return zlib.decompressobj(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)


_DECODERS: dict[str, Callable[[bytes], Any]] = {
    "gzip": lambda wire: zlib.decompressobj(zlib.MAX_WBITS + 16),
    "x-gzip": lambda wire: zlib.decompressobj(zlib.MAX_WBITS + 16),
    "deflate": _deflate_for,
    "br": lambda wire: _Brotli(),
    "zstd": lambda wire: zstd.ZstdDecompressor(),
}

_BROTLI_SAMPLE = bytes.fromhex("8b0380766572646963747303")
"""The text "verdicts", for the self-test: an installation may lack its decoder."""


def accepted_encodings() -> str:
    """The Accept-Encoding header: what this installation has just decoded and others can replay.

    Not zstd, though it is decoded where a server sends it unasked: pywb 2.10.0 hands such a body on
    still compressed and without its Content-Encoding. It replays br, gzip and deflate.
    """
    has_brotli = decode_body(_BROTLI_SAMPLE, "br").body == b"verdicts"
    return "gzip, deflate, br" if has_brotli else "gzip, deflate"


def decode_body(wire: bytes, encoding: str | None, *, max_bytes: int = MAX_BYTES) -> DecodedBody:
    """The body that `wire` stands for under a Content-Encoding header's value.

    One layer only. An unknown, cut or broken encoding is damage; so is one that is not there.

    >>> decode_body(b"plain", None).body, decode_body(b"plain", "gzip").reason
    (b'plain', 'decode')
    """
    name = (encoding or "identity").strip().lower()
    if name in ("", "identity", "none"):
        if len(wire) > max_bytes:
            return DecodedBody(None, "too_large", "decoded")
        return DecodedBody(wire)
    maker = _DECODERS.get(name)
    if maker is None:
        return DecodedBody(None, "damaged", "decode")
    try:
        return _run(maker, wire, _errors_of(name), max_bytes, MEMBER if "gzip" in name else None)
    except ImportError:
        return DecodedBody(None, "damaged", "decode")


def is_text(wire: bytes) -> bool:
    """Whether bytes are a text as they stand, in no encoding of a body: markup, or UTF-8.

    >>> is_text(b"  <!doctype html>"), is_text(b"plain"), is_text(bytes.fromhex("1f8b08"))
    (True, True, False)
    """
    if len(wire) > MAX_BYTES or _CONTROL.search(wire):
        return False
    if wire.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return True
    try:
        wire.decode()
    except UnicodeDecodeError:
        return False
    return True


def _errors_of(name: str) -> tuple[type[Exception], ...]:
    if name == "br":
        return (importlib.import_module("brotli").error,)
    if name == "zstd":
        return (zstd.ZstdError, EOFError)
    return (zlib.error,)


def _run(
    maker: Callable[[bytes], Any],
    wire: bytes,
    errors: tuple[type[Exception], ...],
    max_bytes: int,
    member: bytes | None,
) -> DecodedBody:
    """Undo an encoding; after `member` another stream begins, which belongs to the body as well.

    What follows the end of the last one is allowed: servers send padding.

    Source: RFC 1952, section 2.2.
    """
    parts: list[bytes] = []
    size = read = 0
    decoder = maker(wire)
    try:
        while True:
            if decoder.eof:
                end = read - len(decoder.unused_data)
                if member is None or not wire.startswith(member, end):
                    break
                decoder, read = maker(wire), end
            piece = wire[read : read + PIECE]
            read += len(piece)
            # zlib hands back what is beyond one step, the others keep it.
            left = getattr(decoder, "unconsumed_tail", b"")
            part = decoder.decompress(left + piece, 16 * PIECE)
            if not piece and not part:
                return DecodedBody(None, "damaged", "decode")
            size += len(part)
            if size > max_bytes or (size > RATIO_FROM and size > MAX_RATIO * read):
                return DecodedBody(None, "too_large", "decoded")
            parts.append(part)
    except errors:
        return DecodedBody(None, "damaged", "decode")
    has_trailing = read < len(wire) or bool(decoder.unused_data)
    return DecodedBody(b"".join(parts), has_trailing=has_trailing)
