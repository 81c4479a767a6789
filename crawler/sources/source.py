"""One file as its reader gets it, wherever its bytes lie: in a folder, or unpacked from another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from crawler.sources.item import Given, Trouble


def printable(text: str) -> str:
    """What somebody else made up, as people are told it: a terminal would obey its control signs.

    >>> printable("a\\x9bb\\u202ec"), printable("naïve ⇄")
    ('a\\\\u009bb\\\\u202ec', 'naïve ⇄')
    """
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


class BadSourceError(Exception):
    """What is wrong with a source, or with a part of one, of which no more is read then."""

    def __init__(
        self,
        what: str,
        reason: str = "container",
        outcome: Literal["damaged", "too_large"] = "damaged",
    ) -> None:
        super().__init__(what)
        self.reason, self.outcome = reason, outcome


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read.

    `path` holds its bytes, `name` is what it was called and `where` how it is told to people;
    `beside` gives the bytes of a small file that lies with it, by its bare name, or None;
    `depth` counts the zip files that it was taken out of.
    """

    path: Path
    name: str
    where: str
    given: Given
    beside: Callable[[str], bytes | None]
    depth: int = 0

    def size(self) -> int:
        """How large it is. Units: bytes. Raises: OSError when it cannot be read."""
        return self.path.stat().st_size

    def bytes_up_to(self, most: int) -> bytes:
        """All its bytes. Raises: BadSourceError where there are more than `most`; OSError."""
        if self.size() > most:
            raise BadSourceError(f"larger than {most} bytes", "decoded", "too_large")
        return self.path.read_bytes()

    def part(self, where: str) -> Source:
        """A part of it, under a name of its own."""
        return replace(self, where=where)

    def broken(self, what: str, reason: str = "container") -> Trouble:
        """Something that cannot be taken from it."""
        return self.told(BadSourceError(what, reason))

    def told(self, error: BadSourceError) -> Trouble:
        """What is wrong with it, as it is told."""
        return Trouble(self.where, error.outcome, error.reason, str(error))
