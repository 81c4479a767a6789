"""The visible text blocks of a page in reading order, each with its place in the tree.

A *block* is the smallest piece of text that can be a value: the text between two boundaries. Block
elements and line breaks are boundaries; inline elements are one only where their parent holds
nothing but elements (two spans side by side may be two values, a bold word in a sentence is not).
Joining the blocks of one field gives the same text either way. This module must not know what any
text means.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import NamedTuple

_PRINTABLE = bytes(range(32, 127))


class Edge(NamedTuple):
    """What an inline element says at the beginning or end of a text. Absent: empty for none."""

    text: str = ""
    tag: str = ""


NO_EDGE = Edge()
MOST_CHAINS = 500
"""So many are kept: on a deep page all would take much room."""


class Unshown(NamedTuple):
    """Words of the page that no block shows: of a hidden element, a picture, a label."""

    run: int
    """The text run before which they stand."""
    element: int
    """The element that bears or holds them."""
    text: str
    is_silent: bool = False
    """Whether a browser shows them, and does not read them out."""


@dataclass(slots=True)
class Document:
    """Blocks and the tree above them, as parallel lists.

    Block i has `text[i]`, the element right above it `element[i]`, the run of inline content it
    belongs to `box[i]`, and `glue[i]`, what joins it to the block before it in one field.
    Element e has `parent[e]` (0 is the root) and `tag[e]`; elements are numbered as they begin.
    """

    kind: str
    text: list[str] = field(default_factory=list)
    glue: list[str] = field(default_factory=list)
    element: list[int] = field(default_factory=list)
    box: list[int] = field(default_factory=list)
    parent: list[int] = field(default_factory=lambda: [0])
    tag: list[str] = field(default_factory=lambda: ["#root"])
    first: list[int] = field(default_factory=lambda: [0])
    end: list[int] = field(default_factory=lambda: [0])
    """For each element the [first, end) of the text runs under it."""
    run: list[int] = field(default_factory=list)
    """For each block the number of its first text run."""
    runs: list[tuple[str, int, int, int]] = field(default_factory=list)
    """The text runs: each a text, its element, its box and its line."""
    boxes: list[tuple[int, int]] = field(default_factory=list)
    """The [start, end) of the blocks of each box."""
    canonicals: tuple[str, ...] = ()
    """The addresses that the page calls its canonical one, in their order: mostly one, or none."""
    is_clean: bool = False
    """Whether no block holds a character that a field may not hold."""
    edges: dict[int, tuple[Edge, Edge]] = field(default_factory=dict)
    """The inline elements that a block with bare text, or several of them, begins and ends in."""
    hidden: list[Unshown] = field(default_factory=list)
    """What elements say that are passed over, in the page's order."""
    spoken: list[Unshown] = field(default_factory=list)
    """What pictures and elements are called for readers who hear the page."""
    reordered: set[int] = field(default_factory=set)
    """The elements that a style of their own may show in another order."""
    flowing: set[int] = field(default_factory=set)
    """The elements whose own style shows what they hold in columns."""
    controls: set[int] = field(default_factory=set)
    """The blocks that are the interface's: a button, a menu, a date.

    Such a block may be an anchor (a score, a reviewer, a statistic), never a name or a text.
    """
    chains: dict[int, list[int]] = field(default_factory=dict, compare=False, repr=False)
    """For some elements they and those above them, as they were asked for."""

    def join(self, start: int, end: int) -> str:
        """The text of blocks [start, end) as one field."""
        if end - start == 1:
            return self.text[start]
        parts = [self.text[start]] if end > start else []
        for at in range(start + 1, end):
            parts += (self.glue[at], self.text[at])
        return "".join(parts)

    def blocks_of(self, element: int) -> tuple[int, int]:
        """The [start, end) of the blocks under an element."""
        return (
            bisect_left(self.run, self.first[element]),
            bisect_left(self.run, self.end[element]),
        )

    def runs_of(self, start: int, end: int) -> tuple[int, int]:
        """The [start, end) of the text runs of blocks [start, end)."""
        return self.run[start], self.run[end] if end < len(self.run) else self.end[0]

    def box_of(self, block: int) -> tuple[int, int]:
        """The [start, end) of the blocks of the box in which a block stands."""
        return self.boxes[bisect_left(self.boxes, (block + 1,)) - 1]

    def path(self, block: int) -> str:
        """The names of the elements above a block, outermost first, for people."""
        return " > ".join(map(self.tag.__getitem__, reversed(self.ancestors(block))))

    def ancestors(self, block: int) -> list[int]:
        """The elements above a block, nearest first, the root left out."""
        own, parent = self.element[block], self.parent
        if (known := self.chains.get(own)) is not None:
            return known
        chain, at = list[int](), own
        while at:
            chain.append(at)
            at = parent[at]
        if len(self.chains) < MOST_CHAINS:
            self.chains[own] = chain
        return chain


def common(document: Document, one: int, other: int) -> int:
    """The deepest element that holds both elements."""
    parent = document.parent
    while one != other:
        if one > other:
            one = parent[one]
        else:
            other = parent[other]
    return one


def is_clean(document: Document) -> bool:
    """Whether no block holds a control, broken or wrongly decoded character."""
    plain, texts = list[str](), document.text
    for text in texts:
        if text.isascii():
            plain.append(text)
        elif (
            not text.isprintable() or "\ufffd" in text or "\u00e2\u20ac" in text or "\u00c3" in text
        ):
            return False
    # As bytes, since each character of a text is looked up in a table: much slower.
    return not "".join(plain).encode().translate(None, _PRINTABLE)
