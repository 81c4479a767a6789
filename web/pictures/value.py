"""What a picture is: what it says, the table behind it, and in which form it is drawn.

Nothing here asks a database or draws. Texts of publishers stand here whole; the drawing shortens.
"""

from __future__ import annotations

from dataclasses import dataclass

Datum = str | int | float | None
"""One cell of the table behind a picture."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of bars. Shape: `parts` are lengths by the kinds of its form; `said` tells them."""

    label: str
    parts: tuple[float, ...]
    said: str
    whole: float
    """The length of a full bar, more than 0."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Lying bars under each other, each of parts side by side.

    Shape: `kinds` names the parts.
    """

    bars: tuple[Bar, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns beside each other, such as a distribution or months.

    Shape: each of `columns` is a label and a number.
    """

    columns: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A value from the first to the last day on which captures show it. Units: days in ISO 8601."""

    first: str
    last: str
    value: float | str


@dataclass(frozen=True, slots=True)
class Steps:
    """Percentages over time: whole where captures show them, dashed where nobody looked."""

    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Lanes:
    """What was said from when to when, a lane for each stretch, under the name of what says it."""

    lanes: tuple[tuple[str, tuple[Stretch, ...]], ...]


@dataclass(frozen=True, slots=True)
class Rating:
    """What a reviewer gave a tool. Absent: None where the page says nothing."""

    score: int | None
    verdict: str | None
    is_printed: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """Two tools by their reviewers. Absent: None where a page has no such cell."""

    tools: tuple[str, str]
    rows: tuple[tuple[str, tuple[Rating | None, Rating | None]], ...]


Form = Bars | Columns | Steps | Lanes | Matrix


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, whole.

    Shape: `name` and `key` are its address; `counted` says of what there are `n`; `note` is what
        it does not say, or a further figure; `drawn` is its form, or a sentence for why there is
        nothing to draw.
    Units: `unit` says those of what is drawn.
    Absent: an empty `key` for a picture of the whole.
    """

    name: str
    title: str
    unit: str
    n: int
    counted: str
    source: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Datum, ...], ...]
    drawn: Form | str
    note: str = ""
    key: str = ""

    @property
    def sample(self) -> str:
        """Of how many things it is made. Shape: `n = 12 distinct quotes`."""
        return f"n = {self.n:,} {self.counted}"
