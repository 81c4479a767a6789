"""HTTP responses as bytes, for tests that have no server."""

from __future__ import annotations

from collections.abc import Sequence


def message_block(status: int, headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    """A response with these headers."""
    lines = [f"HTTP/1.1 {status} Fine", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
