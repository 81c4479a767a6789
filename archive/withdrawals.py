"""Take-downs, corrections and exported folders as the ledger has them, all of them dated.

This module only reads; they are entered by archive/withdrawal_entry.py. What was taken down is
kept as addresses and hashes, never in words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Row
from typing import Any, Literal

from pydantic import Field

from archive.home import Home
from archive.ledger import read_rows
from schema.records import Record

Kind = Literal["page", "tool", "quote"]
ERASED = "erased"
"""The damage of a capture whose bytes were erased on request."""
TAKEDOWNS = "SELECT * FROM takedown ORDER BY id"
CORRECTIONS = "SELECT * FROM correction ORDER BY id"


class Matches(Record):
    """By what a take-down is recognised, and what it took out of what was published.

    Every hash is one of folded words (db/withdrawal_match.py) unless it is said to be a key.
    """

    slugs: list[list[str]] = Field(default_factory=list)
    """A page's two slugs, in every way to read them; a tool's one slug."""
    bodies: list[str] = Field(default_factory=list)
    """SHA-256 of a page's bodies: they bring it back under no urn."""
    words: list[str] = Field(default_factory=list)
    """Hashes of the words of a tool's cards, or of a quote."""
    sides: list[list[list[str]]] = Field(default_factory=list)
    """Hashes of the words of quotes, by card: a page's two cards, or a tool's one."""
    names: list[str] = Field(default_factory=list)
    """Hashes of a tool's display names, and of that of the tool a quote is about."""
    runs: list[tuple[int, str]] = Field(default_factory=list)
    """A quote's words to be found within longer ones: their number and their hash."""
    pieces: list[str] = Field(default_factory=list)
    """Hashes of a few words in a row, to be found where a detail cites a quote."""
    pages: list[str] = Field(default_factory=list)
    """Addresses of the comparisons that were no longer published."""
    cards: list[str] = Field(default_factory=list)
    """Keys of the cards that these comparisons showed."""
    quotes: list[str] = Field(default_factory=list)
    """Keys of the quotes that were taken down, or that these comparisons showed."""
    erased: list[str] = Field(default_factory=list)
    """Address and date of each capture whose bytes were erased."""
    is_erasing: bool = False
    """Whether the bytes are to be erased too."""

    def recognised(self) -> list[object]:
        """What it is recognised by, without what it took out: all that a build depends on."""
        return [self.slugs, self.bodies, self.words, self.sides, self.names, self.runs,
                self.pieces]  # fmt: skip

    def joined(self, other: Matches) -> Matches:
        """What either of the two says."""
        values: dict[str, Any] = {"is_erasing": self.is_erasing or other.is_erasing}
        for name in type(self).model_fields.keys() - values.keys():
            mine, more = getattr(self, name), getattr(other, name)
            known = {repr(each) for each in mine}
            values[name] = [*mine, *(each for each in more if repr(each) not in known)]
        return Matches(**values)


@dataclass(frozen=True, slots=True)
class Takedown:
    """One take-down. `target` is the page's address, the tool's slug or name, the quote's key.

    Absent: `lifted_at` is None while it holds.
    """

    id: int
    kind: Kind
    site: str
    target: str
    matches: Matches
    reason: str
    is_erased: bool
    added_at: str
    lifted_at: str | None


@dataclass(frozen=True, slots=True)
class Correction:
    """A dated note on a page, a tool or a quote, shown beside what was published."""

    id: int
    kind: Kind
    site: str
    target: str
    note: str
    added_at: str


@dataclass(frozen=True, slots=True)
class Export:
    """A folder that a release was written to. Absent: `withdrawn_at` is None while it stands."""

    id: int
    folder: Path
    release: str
    made_at: str
    withdrawn_at: str | None


def takedowns(home: Home) -> list[Takedown]:
    """Every take-down, lifted ones too, in one short read."""
    return [takedown_of(row) for row in read_rows(home.ledger, TAKEDOWNS)]


def takedown_of(row: Row) -> Takedown:
    """The take-down that a row of the ledger is."""
    return Takedown(row["id"], row["kind"], row["site"], row["target"],
                    Matches.model_validate_json(row["matches"]), row["reason"],
                    bool(row["is_erased"]), row["added_at"], row["lifted_at"])  # fmt: skip


def active_takedowns(home: Home) -> list[Takedown]:
    """The take-downs that hold now."""
    return [each for each in takedowns(home) if each.lifted_at is None]


def corrections(home: Home) -> list[Correction]:
    """Every correction, in one short read."""
    return [Correction(**dict(row)) for row in read_rows(home.ledger, CORRECTIONS)]


def exports(home: Home) -> list[Export]:
    """Every exported folder, in one short read."""
    rows = read_rows(home.ledger, "SELECT * FROM export ORDER BY id")
    return [Export(**{**dict(row), "folder": Path(row["folder"])}) for row in rows]


class TakenAddresses:
    """Which addresses may be neither asked for nor shown. For the crawl and the build alike."""

    def __init__(self, active: Iterable[Takedown]) -> None:
        self._urls: dict[tuple[str, str], int] = {}
        self._pairs: dict[tuple[str, frozenset[str]], int] = {}
        self._tools: dict[tuple[str, str], int] = {}
        for each in active:
            if each.kind == "page":
                self._urls.setdefault((each.site, each.target), each.id)
                for body in each.matches.bodies:
                    self._urls.setdefault((each.site, f"urn:sha256:{body}"), each.id)
                for slugs in each.matches.slugs:
                    self._pairs.setdefault((each.site, frozenset(slugs)), each.id)
            elif each.kind == "tool":
                for slugs in each.matches.slugs:
                    self._tools.setdefault((each.site, slugs[0]), each.id)

    def covering(self, site: str, url: str, slugs: Iterable[tuple[str, str]]) -> int | None:
        """The id of the take-down for which an address is left alone. Absent: None.

        Shape: `slugs` are both slugs of a comparison address, in every way to read them; where
        one of the ways names a tool that was taken down, the address counts as one of it.
        """
        found = {self._urls.get((site, url))}
        for pair in slugs:
            low = tuple(slug.lower() for slug in pair)
            found.add(self._pairs.get((site, frozenset(low))))
            found |= {self._tools.get((site, slug)) for slug in low}
        return min((each for each in found if each is not None), default=None)
