"""What every room passes on: the bytes of one page as they were received.

This module holds plain values only; it must not read files, clocks or the network.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RawPage:
    """One page as received, before anything was read from it.

    Shape: `RawPage(url="https://shiporskip.io/compare/a-vs-b", body=b"<html>...")`.
    Absent: `url` is None where the address is not known; `content_type` where no header came.
    """

    url: str | None
    """The address asked for, already on the site's own base."""
    body: bytes
    """The decoded body: content encodings undone, characters not."""
    content_type: str | None = None
    """The Content-Type header as received."""
    fetched_at: datetime | None = None
    """When the exchange happened, in UTC."""
    sha256: str = field(default="")
    """SHA-256 of `body` in hex; worked out when not given."""
    is_bare: bool = False
    """Whether the body came without the content encoding that its head names."""

    def __post_init__(self) -> None:
        if not self.sha256:
            object.__setattr__(self, "sha256", hashlib.sha256(self.body).hexdigest())
