"""A scorecard that stands there twice or three times, once for each width of screen."""

from __future__ import annotations

from collections.abc import Callable

from parsers.page.tokens import Tokens
from parsers.scorecard.cells import RawCell
from parsers.scorecard.sides import PlacedCell
from parsers.values import label_key
from schema.errors import LayoutError, ParseError

Cells = tuple[RawCell, ...]
Read = Callable[[Cells], tuple[PlacedCell, ...]]


def one_of_copies(
    tokens: Tokens, cells: Cells, count: int, read: Read
) -> tuple[PlacedCell, ...] | None:
    """One of several complete copies of `count` cells, equal word for word.

    Absent: None where the cells are no such copies.
    Raises: LayoutError (field_ambiguous) where they differ in a reviewer, score or verdict.
    """
    times = len(cells) // count
    ways = (
        [cells[at * count :][:count] for at in range(times)],
        [cells[at::times] for at in range(times)],
        _by_sight(tokens, cells, times),
    )
    for parts in ways:
        if any(len(part) != count for part in parts):
            continue
        found, problems = _read_each(parts, read)
        is_equal = all(_words(tokens, part) == _words(tokens, parts[0]) for part in parts)
        said = [_said(tokens, part) for part in found]
        if found and all(each == said[0] for each in said) and (is_equal or not problems):
            _require_agreement(tokens, found)
            return max(found, key=lambda part: sum(each.cell.reviewer is not None for each in part))
        if problems and is_equal:
            raise problems[0]
    return None


def _read_each(
    parts: list[Cells], read: Read
) -> tuple[list[tuple[PlacedCell, ...]], list[ParseError]]:
    found, problems = [], []
    for part in parts:
        try:
            found.append(read(part))
        except ParseError as problem:
            problems.append(problem)
    return found, problems


def _require_agreement(tokens: Tokens, found: list[tuple[PlacedCell, ...]]) -> None:
    """What one copy states and another states otherwise is not certain; one may leave it out."""
    stated: dict[tuple[str, int, int], str] = {}
    for each in (each for part in found for each in part):
        cell = each.cell
        for name, text in (
            ("reviewer", cell.reviewer),
            ("score", cell.raw.score.digits if cell.raw.score else None),
            ("verdict", label_key(cell.raw.verdict(tokens) or "") or None),
        ):
            key = (name, each.tool, each.slot)
            if text is not None and stated.setdefault(key, text) != text:
                detail = f"two copies of one quote say {stated[key][:40]!r} and {text[:40]!r}"
                raise LayoutError(code="field_ambiguous", field=f"quotes[].{name}", detail=detail)


def _by_sight(tokens: Tokens, cells: Cells, times: int) -> list[Cells]:
    """The cells whose words are seen for the first time, for the second, and so on."""
    seen: dict[str, int] = {}
    parts: list[list[RawCell]] = [[] for _ in range(times)]
    for cell in cells:
        words = longest(tokens, cell)
        number = seen[words] = seen.get(words, 0) + 1
        parts[min(number, times) - 1].append(cell)
    return [tuple(part) for part in parts]


def _said(tokens: Tokens, placed: tuple[PlacedCell, ...]) -> list[tuple[int, int, str]]:
    return sorted((each.tool, each.slot, tokens.join(*each.cell.quote)) for each in placed)


def _words(tokens: Tokens, cells: Cells) -> list[str]:
    """The longest text of each cell, in an order that does not depend on theirs."""
    return sorted(longest(tokens, cell) for cell in cells)


def longest(tokens: Tokens, cell: RawCell) -> str:
    """The longest text of a cell."""
    return max((tokens.text[at] for at in range(*cell.span)), key=len)
