"""Two pages of a site, block by block, and laid side by side for a person."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from textwrap import shorten
from typing import TYPE_CHECKING

from machine.worker import Died, GuardedPool
from parsers import Explanation, explain
from schema.errors import BytesError, LayoutError

if TYPE_CHECKING:
    from archive import Archive
    from schema.page import RawPage

    ExplainPool = GuardedPool[tuple[RawPage, str | None], Explanation]

WIDTH = 46
"""How wide one of two pages is printed. Units: characters."""
Block = tuple[str, str, str]
"""What was read from a block, the elements above it, and its text."""


@dataclass(frozen=True, slots=True)
class Structure:
    """A page's visible blocks. Absent: no blocks where the page could not be read as one."""

    capture: int
    url: str
    captured_at: str
    outcome: str
    blocks: tuple[Block, ...]


def read_structure(archive: Archive, capture_id: int, pool: ExplainPool) -> Structure:
    """The structure of one stored page, read in a guarded worker."""
    capture = archive.capture(capture_id)
    assert capture is not None, "the ledger named it"
    try:
        found = pool.call((archive.load(capture), capture.site))
    except BytesError as error:
        found = Explanation(problem=error)
    if isinstance(found, Died):
        found = Explanation(problem=LayoutError(code="parser_died", detail=str(found)))
    blocks = tuple(blocks_of(found))
    return Structure(capture_id, capture.url, capture.captured_at, _outcome(found), blocks)


def explain_task(task: tuple[RawPage, str | None]) -> Explanation:
    """What the worker is given to run."""
    return explain(task[0], site=task[1])


def _outcome(found: Explanation) -> str:
    if found.problem is not None:
        return str(found.problem)
    if found.record is None or found.record.kind != "comparison":
        return "no comparison"
    return f"layout {found.record.layout}"


def blocks_of(found: Explanation) -> list[Block]:
    """Each visible block, with the fields that were read from it."""
    document = found.document
    if document is None:
        return []
    fields: dict[int, list[str]] = defaultdict(list)
    for name, places in found.trace.items():
        for block, _, _ in places:
            fields[block].append(name)
    return [
        (", ".join(dict.fromkeys(fields[block])), document.path(block), text)
        for block, text in enumerate(document.text)
    ]


def side_by_side(old: Structure | None, new: Structure | None) -> list[str]:
    """Two pages as lines of two columns; blocks with the same field or label stand in one line."""
    left, right = old.blocks if old else (), new.blocks if new else ()
    heads = [f"capture {p.capture}, {p.captured_at}" if p else "(no page)" for p in (old, new)]
    lines = [_pair(heads[0], " ", heads[1])]
    lines += [_pair(old.outcome if old else "", " ", new.outcome if new else "")]
    keys = [_key(block) for block in left], [_key(block) for block in right]
    for kind, a, b, c, d in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        for at in range(max(b - a, d - c)):
            one = left[a + at] if a + at < b else None
            other = right[c + at] if c + at < d else None
            is_equal = (
                kind == "equal" and one is not None and other is not None and one[1] == other[1]
            )
            mark = "<" if other is None else ">" if one is None else " " if is_equal else "|"
            texts = (f"{block[0] or '-'}: {block[2]}" if block else "" for block in (one, other))
            lines.append(_pair(next(texts), mark, next(texts)))
            if not is_equal:
                places = (f"    <{block[1]}>" if block else "" for block in (one, other))
                lines.append(_pair(next(places), mark, next(places)))
    return lines


def _key(block: Block) -> str:
    """What blocks of two pages are matched by: what was read from them, else their words."""
    return block[0] or block[2].casefold()


def _pair(one: str, mark: str, other: str) -> str:
    left, right = _cut(one), _cut(other)
    return f"{left:{WIDTH}} {mark} {right}".rstrip()


def _cut(text: str) -> str:
    # A page's text goes to a terminal, which obeys control characters.
    text = "".join(sign if sign.isprintable() else " " for sign in text)
    indent = len(text) - len(text.lstrip())
    return " " * indent + shorten(text, WIDTH - indent, placeholder="...") if text else ""
