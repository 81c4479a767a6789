"""The numbers of rows: whatever is referred to gets its id before any row is made."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from db.rows.keys import ToolKey
from schema.rows import Row

Tables = dict[type[Row], list[Row]]
Key = TypeVar("Key", bound=Hashable)
UNNUMBERED = 0
"""The id of a row that nothing refers to; it gets its number when it is listed."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The row number of each thing; pages and captures by their number in the ledger."""

    takedowns: dict[int, int]
    pages: dict[int, int]
    captures: dict[int, int]
    tools: dict[ToolKey, int]
    tool_names: dict[ToolKey, str]
    cards: dict[str, int]
    quotes: dict[str, int]
    reviewers: dict[str, int]
    comparisons: dict[int, int]
    """By the number of the page in the ledger."""
    versions: dict[tuple[int, int], int]
    """By the number of the page in the ledger and that of the version."""


def numbered(keys: Iterable[Key]) -> dict[Key, int]:
    """Each key's place in the order given, from 1.

    >>> numbered("ba")
    {'b': 1, 'a': 2}
    """
    return {key: at for at, key in enumerate(keys, 1)}
