"""Take-downs, corrections and exported folders: the ledger's side of each, all of it dated.

A take-down is entered in one short transaction beside a running crawl, which may last for days
and waits for it; only the erasing of bytes needs the crawl's lock (archive/erasure.py). What was
taken down is kept as addresses and hashes, never in words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from archive.clock import stamp
from archive.home import Home
from archive.ledger import Ledger, read_rows
from schema.errors import UsageError
from schema.records import Record

Kind = Literal["page", "tool", "quote"]
ERASED = "erased"
"""The damage of a capture whose bytes were erased on request."""


class Matches(Record):
    """By what a take-down is recognised, and what it took out of what was published.

    Every hash is one of folded words (db/withdrawal_match.py) unless it is said to be a key.
    """

    slugs: list[list[str]] = Field(default_factory=list)
    """A page's two slugs, in every way to read them; a tool's one slug."""
    bodies: list[str] = Field(default_factory=list)
    """SHA-256 of a page's bodies: they bring it back under no urn."""
    words: list[str] = Field(default_factory=list)
    """Hashes of the words of a page's quotes, of a tool's cards, or of a quote."""
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
        return [self.slugs, self.bodies, self.words, self.names, self.runs, self.pieces]

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
    rows = read_rows(home.ledger, "SELECT * FROM takedown ORDER BY id")
    return [
        Takedown(row["id"], row["kind"], row["site"], row["target"],
                 Matches.model_validate_json(row["matches"]), row["reason"],
                 bool(row["is_erased"]), row["added_at"], row["lifted_at"])
        for row in rows
    ]  # fmt: skip


def active_takedowns(home: Home) -> list[Takedown]:
    """The take-downs that hold now."""
    return [each for each in takedowns(home) if each.lifted_at is None]


def corrections(home: Home) -> list[Correction]:
    """Every correction, in one short read."""
    rows = read_rows(home.ledger, "SELECT * FROM correction ORDER BY id")
    return [Correction(**dict(row)) for row in rows]


def exports(home: Home) -> list[Export]:
    """Every exported folder, in one short read."""
    rows = read_rows(home.ledger, "SELECT * FROM export ORDER BY id")
    return [Export(**{**dict(row), "folder": Path(row["folder"])}) for row in rows]


def enter_takedown(ledger: Ledger, *, kind: Kind, site: str, target: str, matches: Matches,
                   reason: str, pages: Iterable[int]) -> int:
    """Enter a take-down, and let no crawl ask for the pages it covers; gives its id.

    One that holds already is widened: its date and its reason stay.
    """
    with ledger.transaction() as db:
        known = db.execute(
            "SELECT id, matches FROM takedown WHERE kind = ? AND site = ? AND target = ?"
            " AND lifted_at IS NULL", (kind, site, target)).fetchone()
        if known is not None:
            wider = Matches.model_validate_json(known["matches"]).joined(matches)
            is_more = wider.is_erasing and not Matches.model_validate_json(
                known["matches"]).is_erasing
            db.execute("UPDATE takedown SET matches = ?, is_erased = iif(?, 0, is_erased)"
                       " WHERE id = ?", (wider.model_dump_json(), is_more, known["id"]))
        else:
            known = db.execute(
                "INSERT INTO takedown (kind, site, target, matches, reason, added_at)"
                " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
                (kind, site, target, matches.model_dump_json(), reason, stamp())).fetchone()
        db.executemany("UPDATE page SET state = 'refused', due = NULL WHERE id = ?",
                       [(page,) for page in pages])
        found: int = known["id"]
    return found


def widen_takedown(ledger: Ledger, takedown_id: int, matches: Matches) -> None:
    """Add to what a take-down is recognised by, and to what it took out."""
    with ledger.transaction() as db:
        row = db.execute("SELECT matches FROM takedown WHERE id = ?", (takedown_id,)).fetchone()
        wider = Matches.model_validate_json(row["matches"]).joined(matches)
        db.execute("UPDATE takedown SET matches = ? WHERE id = ?",
                   (wider.model_dump_json(), takedown_id))


def mark_erased(ledger: Ledger, takedown_id: int) -> None:
    """Note that no bytes of it are left in the archive."""
    with ledger.transaction() as db:
        db.execute("UPDATE takedown SET is_erased = 1 WHERE id = ?", (takedown_id,))


def lift_takedown(ledger: Ledger, takedown_id: int, pages: Iterable[int]) -> None:
    """Note that a take-down holds no longer; its pages are asked for again.

    Raises: UsageError when there is none of that number, or it was lifted before.
    """
    with ledger.transaction() as db:
        changed = db.execute("UPDATE takedown SET lifted_at = ? WHERE id = ? AND lifted_at IS NULL",
                             (stamp(), takedown_id)).rowcount
        if not changed:
            raise UsageError(what=f"{takedown_id}: no take-down of that number holds now")
        db.executemany(
            "UPDATE page SET due = ?, tries = 0, state = iif(EXISTS (SELECT 1 FROM capture"
            " WHERE page_id = page.id AND damage IS NOT 'erased'), 'captured', 'waiting')"
            " WHERE id = ? AND state = 'refused'", [(stamp(), page) for page in pages])


def enter_correction(ledger: Ledger, *, kind: Kind, site: str, target: str, note: str) -> int:
    """Enter a correction, dated now; gives its id."""
    with ledger.transaction() as db:
        found: int = db.execute(
            "INSERT INTO correction (kind, site, target, note, added_at) VALUES (?, ?, ?, ?, ?)"
            " RETURNING id", (kind, site, target, note, stamp())).fetchone()[0]
    return found


def note_export(ledger: Ledger, folder: Path, release: str) -> int:
    """Note a folder that a release was written to, so that it can be withdrawn; gives its id."""
    with ledger.transaction() as db:
        found: int = db.execute(
            "INSERT INTO export (folder, release, made_at) VALUES (?, ?, ?) RETURNING id",
            (str(folder.absolute()), release, stamp())).fetchone()[0]
    return found


def mark_withdrawn(ledger: Ledger, export_id: int) -> None:
    """Note that an exported folder was withdrawn."""
    with ledger.transaction() as db:
        db.execute("UPDATE export SET withdrawn_at = ? WHERE id = ?", (stamp(), export_id))


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
