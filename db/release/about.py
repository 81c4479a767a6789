"""What a release says of itself, in every description that goes with it; and its files.

There is no clock here: a release is dated by its newest capture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from machine.files import file_sha256

PUBLISHER = "The verdicts maintainers"
KEYWORDS = ("AI tools", "comparisons", "reviews", "web archiving", "verdicts")
LICENCE = "CC-BY-4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
LICENCE_FILE = "LICENSE.md"
LICENCE_WORDS = (
    "What the archive adds is under CC BY 4.0. No licence is granted for what publishers wrote."
)
DATABASE = "verdicts.db"
CHANGES = "changes.jsonl.gz"
SUMS = "SHA256SUMS"
ReleaseProgress = Callable[[str, int, int], None]
"""Told the stage, how much of it is done, and how much there is."""
GUARD = "'"
"""What stands in CSV in front of a text that a spreadsheet would run."""
GUARD_WORDS = (
    "In CSV every text stands in quotation marks and a null is bare. A text that begins with one of"
    f" = + - @ TAB CR or an apostrophe has one more apostrophe ({GUARD}) in front, so that no"
    " spreadsheet takes it for a formula: take one away from each text that begins with one."
)


@dataclass(frozen=True, slots=True)
class ReleasedSite:
    """A site whose pages the release is about."""

    title: str
    base: str


@dataclass(frozen=True, slots=True)
class AboutRelease:
    """One release. Absent: `base`, the address where its folder stands, is None where not known."""

    release: str
    newest: str
    """Date and time of the newest capture, UTC."""
    is_facts: bool
    sources: tuple[ReleasedSite, ...]
    base: str | None
    program: str
    """The program that made it, with its version."""
    database_sha256: str
    """SHA-256 of its own database, from which all else is read."""
    since: str | None
    """The release before, with which it is compared; None for the first."""

    @property
    def date(self) -> str:
        """The day of the newest capture, by which the release is dated."""
        return self.newest[:10]

    @property
    def name(self) -> str:
        """The name that it has among other data sets."""
        return f"verdicts-{self.release}"

    @property
    def title(self) -> str:
        """The title to cite it by."""
        kind = "facts of published" if self.is_facts else "published"
        return f"verdicts: {kind} AI-tool comparisons, release {self.release}"

    @property
    def description(self) -> str:
        """What it is, in a few sentences."""
        sites = ", ".join(each.title for each in self.sources)
        parts = [
            f"Published comparisons of AI tools by {sites}, as captured until {self.date}:"
            " cards, quotes, verdicts, versions and captures, each with its dates and keys.",
            "Unofficial. Shown as published, with its date; not verified.",
        ]
        if self.is_facts:
            parts.append(
                "The publisher's sentences are left out; hashes and lengths stand in their place."
            )
        return " ".join(parts)

    def address(self, path: str) -> str | None:
        """Where a file stands. Absent: None where the release's own address is not known."""
        return None if self.base is None else f"{self.base.rstrip('/')}/{path}"


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """A file of a release. Absent: `table` is None unless it holds the rows of one."""

    path: str
    media_type: str
    what: str
    size: int
    sha256: str
    table: str | None = None


def file_of(
    folder: Path, path: str, media_type: str, what: str, table: str | None = None
) -> ReleasedFile:
    """A file that was written."""
    own = folder / path
    return ReleasedFile(path, media_type, what, own.stat().st_size, file_sha256(own), table)
