"""Take-downs, corrections and exported folders as the ledger has them, all of them dated.

This module only reads; they are entered by archive/takedown/entry.py. What was taken down is
kept as addresses and hashes, never in words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Row
from typing import Any, Literal

from pydantic import Field, model_validator

from archive.home import Home
from archive.ledger.ledger import read_rows
from schema.records import Record

Kind = Literal["page", "tool", "quote"]
ERASED = "erased"
"""The damage of a capture whose bytes were erased on request."""
TAKEDOWNS = "SELECT * FROM takedown ORDER BY id"
CORRECTIONS = "SELECT * FROM correction ORDER BY id"
EXPORTS = "SELECT * FROM export ORDER BY id"


class KnownSide(Record):
    """By what one card of a page is known again, its quotes with it. Absent: None where unknown."""

    name: str | None = None
    """Hash of the display name."""
    card: str | None = None
    """Hash of the display name with the description."""
    quotes: list[str] = Field(default_factory=list)
    """Hashes of the words of its quotes."""
    pieces: list[str] = Field(default_factory=list)
    """Hashes of a few words in a row, a sample of those in the description and the quotes."""


class Matches(Record):
    """By what a take-down is recognised, and what it took out of what was published.

    Every hash is one of folded words (db/recognise/fold.py) unless it is said to be a key.
    """

    slugs: list[list[str]] = Field(default_factory=list)
    """A page's two slugs, in every way to read them; a tool's one slug."""
    bodies: list[str] = Field(default_factory=list)
    """SHA-256 of a page's bodies: they bring it back under no urn."""
    words: list[str] = Field(default_factory=list)
    """Hashes of the words of a tool's cards, or of a quote."""
    shown: list[list[KnownSide]] = Field(default_factory=list)
    """What each version showed: a page's two cards, or a tool's one."""
    names: list[str] = Field(default_factory=list)
    """Hashes of a tool's display names, and of that of the tool a quote is about."""
    pieces: list[str] = Field(default_factory=list)
    """Hashes of a few words in a row: every one of a quote."""
    apart: list[str] = Field(default_factory=list)
    """Hashes of pieces that only others hold: quotes that are like it and stood beside it."""
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

    @model_validator(mode="before")
    @classmethod
    def _as_written_now(cls, data: Any) -> Any:
        """What the first version of this list said of quotes, in the words of this one."""
        if not isinstance(data, dict) or not data.keys() & {"sides", "runs"}:
            return data
        old = {**data}
        old.pop("runs", None)  # all pieces of a quote tell the same
        sides = old.pop("sides", [])
        return old | {
            "shown": [
                *old.get("shown", []),
                *([{"quotes": side} for side in version] for version in sides),
            ]
        }

    def recognised(self) -> list[object]:
        """What it is recognised by, without what it took out: all that a build depends on."""
        shown = [[side.model_dump() for side in version] for version in self.shown]
        return [self.slugs, self.bodies, self.words, shown, self.names, self.pieces, self.apart]

    def joined(self, other: Matches) -> Matches:
        """What either of the two says, each thing once."""
        values: dict[str, Any] = {"is_erasing": self.is_erasing or other.is_erasing}
        for name in type(self).model_fields.keys() - values.keys():
            both = (*getattr(self, name), *getattr(other, name))
            values[name] = list({repr(each): each for each in both}.values())
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
    """Every take-down, lifted ones too, in one short read.

    Raises: as all that read here: IntegrityError when the home lost its ledger, and what
    `read_rows` raises.
    """
    return [takedown_of(row) for row in _rows(home, TAKEDOWNS)]


def _rows(home: Home, sql: str) -> list[Row]:
    home.require_ledger()
    return read_rows(home.ledger, sql)


def takedown_of(row: Row) -> Takedown:
    """The take-down that a row of the ledger is."""
    return Takedown(
        row["id"],
        row["kind"],
        row["site"],
        row["target"],
        Matches.model_validate_json(row["matches"]),
        row["reason"],
        bool(row["is_erased"]),
        row["added_at"],
        row["lifted_at"],
    )


def active_takedowns(home: Home) -> list[Takedown]:
    """The take-downs that hold now."""
    return [each for each in takedowns(home) if each.lifted_at is None]


def corrections(home: Home) -> list[Correction]:
    """Every correction, in one short read."""
    return [Correction(**dict(row)) for row in _rows(home, CORRECTIONS)]


def exports(home: Home) -> list[Export]:
    """Every exported folder, in one short read."""
    return [export_of(row) for row in _rows(home, EXPORTS)]


def export_of(row: Row) -> Export:
    """The exported folder that a row of the ledger is."""
    return Export(**{**dict(row), "folder": Path(row["folder"])})


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
