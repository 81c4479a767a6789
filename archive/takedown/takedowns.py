"""Take-downs, corrections and exported folders as the ledger has them, all of them dated.

This module only reads; they are entered by archive/takedown/entry.py. What was taken down is
kept as addresses and hashes, never in words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import Field, model_validator

from archive.home import Home
from archive.ledger.ledger import read_rows
from schema.records import Record

TakedownKind = Literal["page", "tool", "quote"]
ERASED = "erased"
"""The damage of a capture whose bytes were erased on request."""


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
    erased_bodies: list[str] = Field(default_factory=list)
    """SHA-256 of those of their bodies that showed a comparison: no import takes one in again."""
    is_erasing: bool = False
    """Whether the bytes are to be erased too."""

    @model_validator(mode="before")
    @classmethod
    def _as_written_now(cls, data: Any) -> Any:
        """As JSON too; what its first version said of quotes, in the words of this one."""
        data = json.loads(data) if isinstance(data, str) else data
        if not isinstance(data, dict) or not data.keys() & {"sides", "runs"}:
            return data
        now = {name: said for name, said in data.items() if name not in ("sides", "runs")}
        sides = [[{"quotes": side} for side in version] for version in data.get("sides", [])]
        return now | {"shown": [*now.get("shown", []), *sides]}

    def recognised(self) -> dict[str, Any]:
        """What it is recognised by, without what it took out: all that a build depends on."""
        taken_out = {"pages", "cards", "quotes", "erased", "erased_bodies", "is_erasing"}
        return self.model_dump(exclude=taken_out)

    def joined(self, other: Matches) -> Matches:
        """What either of the two says, each thing once."""
        values: dict[str, Any] = {"is_erasing": self.is_erasing or other.is_erasing}
        for name in type(self).model_fields.keys() - values.keys():
            both = (*getattr(self, name), *getattr(other, name))
            values[name] = list({repr(each): each for each in both}.values())
        return Matches(**values)


class LedgerEntry(Record):
    """One row of the ledger that stands nowhere in the archive."""

    table: ClassVar[str]
    id: int

    @property
    def key(self) -> tuple[str, ...]:
        """All that tells it from others; its number changes, and a new ledger gives another."""
        return tuple(value for name, value in self if name not in _CHANGING)


_CHANGING = {"id", "matches", "reason", "is_erased", "lifted_at", "withdrawn_at"}
_CHANGING |= {"is_facts", "database_sha256", "sums_sha256", "since", "base", "looked"}


class Takedown(LedgerEntry):
    """One take-down. `target` is the page's address, the tool's slug or name, the quote's key.

    Absent: `lifted_at` is None while it holds.
    """

    table = "takedown"
    kind: TakedownKind
    site: str
    target: str
    matches: Matches
    reason: str
    is_erased: bool = Field(default=False, strict=False)
    added_at: str = ""
    lifted_at: str | None = None


class Correction(LedgerEntry):
    """A dated note on a page, a tool or a quote, shown beside what was published."""

    table = "correction"
    kind: TakedownKind
    site: str
    target: str
    note: str
    added_at: str


class Export(LedgerEntry):
    """A folder that a release was written to, entered before anything is written.

    Absent: `withdrawn_at` and `reason` are None while it stands, `sums_sha256` until it is whole.
    """

    table = "export"
    folder: str
    release: str
    made_at: str = ""
    withdrawn_at: str | None = None
    reason: str | None = None
    is_facts: bool = Field(default=False, strict=False)
    database_sha256: str | None = None
    """SHA-256 of the release's own database, from which follows all else that it holds."""
    sums_sha256: str | None = None
    """SHA-256 of the file that lists the hashes of all others."""
    since: str | None = None
    """The release that it was compared with."""
    base: str | None = None
    """The address under which its folder was to be served."""
    looked: str = "[]"
    """The take-downs of which it was found to hold nothing, as JSON."""

    @property
    def is_whole(self) -> bool:
        """Whether it ever was a release: one that was killed before has no name yet."""
        return self.sums_sha256 is not None


_Kind = TypeVar("_Kind", bound=LedgerEntry)


def takedowns(home: Home) -> list[Takedown]:
    """Every take-down, lifted ones too, in one short read.

    Raises: as all that read here: IntegrityError when the home lost its ledger, and what
    `read_rows` raises.
    """
    return _entries(home, Takedown)


def active_takedowns(home: Home) -> list[Takedown]:
    """The take-downs that hold now."""
    return [each for each in takedowns(home) if each.lifted_at is None]


def corrections(home: Home) -> list[Correction]:
    """Every correction, in one short read."""
    return _entries(home, Correction)


def exports(home: Home) -> list[Export]:
    """Every exported folder, in one short read."""
    return _entries(home, Export)


def _entries(home: Home, kind: type[_Kind]) -> list[_Kind]:
    home.require_ledger()
    rows = read_rows(home.ledger, f"SELECT * FROM {kind.table} ORDER BY id")
    return [kind.model_validate(dict(row)) for row in rows]


class TakenAddresses:
    """Which addresses may be neither asked for nor shown. For the crawl and the build alike."""

    def __init__(self, active: Iterable[Takedown]) -> None:
        self._known: dict[tuple[str, ...], int] = {}
        for each in active:
            # Both slugs of a page, or the one of a tool; addresses.
            names = [sorted(slugs) for slugs in each.matches.slugs]
            if each.kind == "page":
                urns = (f"urn:sha256:{body}" for body in each.matches.bodies)
                names += [["", url] for url in (each.target, *urns)]
            for name in names:
                self._known.setdefault((each.site, *name), each.id)

    def covering(self, site: str, url: str, slugs: Iterable[tuple[str, str]]) -> int | None:
        """The id of the take-down for which an address is left alone. Absent: None.

        Shape: `slugs` are both slugs of a comparison address, in every way to read them; where
        one of the ways names a tool that was taken down, the address counts as one of it.
        """
        asked: list[tuple[str, ...]] = [(site, "", url)]
        for pair in slugs:
            first, second = sorted(slug.lower() for slug in pair)
            asked += [(site, first, second), (site, first), (site, second)]
        return min((self._known[each] for each in asked if each in self._known), default=None)
