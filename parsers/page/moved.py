"""Words that stand in one place of the tree and are shown in another, as the page itself says.

A page that is sent in pieces puts a placeholder where a piece belongs, and the piece, hidden, at
its end; a script of the page names both. Nothing is moved here: the walk is told where to go on.

    <main> a <template id=B:0></template> wait... <!--/$--> d </main>       a
    <div hidden id=S:0> b <template id=P:1></template> c </div>        =>   b  x  c
    <div hidden id=S:1> x </div>                                            d
    <script> $RC("B:0","S:0") $RS("S:1","P:1") </script>

    React   `$RC(place, piece)` up to the comment `/$` of its depth, `$RS(piece, place)` alone
    Solid   `$df(X)`: the content of template X, from template `pl-X` up to the comment `pl-X`
    Preact  `<preact-island data-target=X>`, from the comment `$s:X` up to `/$s:X`
    Shadow  `<template shadowrootmode>` is what its parent shows, whose own children fill the slots

A piece that no script names, or that has no place, stays hidden; what it replaces is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

_CALL = re.compile(
    r"""\$(R[CRS])\(\s*["']([^"'\\]{1,99})["']\s*,\s*["']([^"'\\]{1,99})["']"""
    r"""|\$(df)\(\s*["']([^"'\\]{1,99})["']"""
)
_OPENING = ("$", "$?", "$!", "$~")
"""The comments that open a place of React's; `/$` ends it."""
_ISLANDS = "preact-island[data-target]"


class Follower:
    """A node of the tree with another one after it than the tree has."""

    def __init__(self, node: LexborNode, after: Follower | None) -> None:
        self._node, self.next = node, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._node, name)


Node = LexborNode | Follower
Way = tuple[Node | None, Node | None]
"""The first node of a piece, and the node that follows its place."""


@dataclass(slots=True)
class Moves:
    """Where the walk goes on at a place, within an element, and which pieces are not met again."""

    places: dict[int, Way] = field(default_factory=dict)
    """By the number of the node that is replaced."""
    islands: dict[str, LexborNode | None] = field(default_factory=dict)
    """The first node of each piece whose place is a comment, by its words."""
    inside: dict[int, Node | None] = field(default_factory=dict)
    """For a host and its slots the first node that they show."""
    emptied: set[int] = field(default_factory=set)
    fragments: list[LexborNode] = field(default_factory=list)
    """The contents of templates, where elements may be marked as hidden too."""

    def at(self, node: Node) -> Way | None:
        """The piece that belongs at a node, once. Absent: None where nothing does."""
        way = self.places.pop(node.mem_id, None)
        if way is None and node.is_comment_node and node.comment_content in self.islands:
            name = node.comment_content
            end = _end_of(node.next, "/" + name, depth=False)
            way = (self.islands.pop(name), end.next) if end is not None else None
        return way

    def first_child(self, node: Node) -> Node | None:
        """The first node that an element shows."""
        return self.inside.get(node.mem_id, node.first_child)


def find_moves(tree: LexborHTMLParser) -> Moves | None:
    """What the page moves. Absent: None for an empty tree."""
    moves = Moves()
    root = tree.root
    if root is None:
        return None
    moves.fragments = _fragments(root)
    ids: dict[str, LexborNode] = {}
    for part in (root, *moves.fragments):
        for node in part.css("[id]"):
            ids.setdefault(node.attributes.get("id") or "", node)
    contents = {f.parent.mem_id: f for f in moves.fragments if f.parent is not None}
    for script in tree.css("script"):
        for match in _CALL.finditer(script.text() or ""):
            _follow(moves, match, ids, contents)
    for island in tree.css(_ISLANDS):
        moves.islands["$s:" + (island.attributes.get("data-target") or "")] = island.first_child
        moves.emptied.add(island.mem_id)
    for fragment in moves.fragments:
        _open_shadow(moves, fragment)
    return moves


def _fragments(root: LexborNode) -> list[LexborNode]:
    """The contents of all templates, those within templates too."""
    found: list[LexborNode] = []
    waiting = [root]
    while waiting:
        inner = waiting.pop().template_fragments()
        found += inner
        waiting += inner
    return found


def _follow(
    moves: Moves, match: re.Match[str], ids: dict[str, LexborNode], contents: dict[int, LexborNode]
) -> None:
    """Note what one call of a script moves, if both its ends are on the page."""
    call, one, other, is_solid, name = match.groups()
    place = ids.get(f"pl-{name}" if is_solid else (other if call == "RS" else one))
    piece = ids.get(name if is_solid else (one if call == "RS" else other))
    if place is None or piece is None or place.tag != "template" or piece.mem_id in moves.emptied:
        return
    end: Node | None = place
    if is_solid:
        end = _end_of(place.next, f"pl-{name}", depth=False)
        piece = contents.get(piece.mem_id)
    elif call != "RS":
        end = _end_of(place.next, "/$", depth=True)
    if piece is not None and end is not None:
        moves.places[place.mem_id] = (piece.first_child, end.next)
        moves.emptied.add(piece.mem_id)


def _end_of(node: Node | None, end: str, *, depth: bool) -> Node | None:
    """The comment that ends a place; with `depth`, those of places within it are passed over.

    Absent: None where the place has no end.
    """
    inner = 0
    while node is not None:
        words = (node.comment_content or "") if node.is_comment_node else ""
        if words == end and not inner:
            return node
        if depth and words:
            inner += (words in _OPENING) - (words == end)
        node = node.next
    return None


def _open_shadow(moves: Moves, fragment: LexborNode) -> None:
    """Show a declarative shadow root in its host, and the host's own children in the slots."""
    template = fragment.parent
    host = template.parent if template is not None else None
    if template is None or host is None or host.mem_id in moves.inside:
        return
    if (template.attributes.get("shadowrootmode") or "").lower() not in ("open", "closed"):
        return
    moves.inside[host.mem_id] = fragment.first_child
    own: dict[str, list[LexborNode]] = {}
    for node in _children(host):
        if node.mem_id != template.mem_id:
            name = (node.attributes.get("slot") or "") if node.is_element_node else ""
            own.setdefault(name, []).append(node)
    for slot in fragment.css("slot"):
        chain: Follower | None = None
        for node in reversed(own.pop(slot.attributes.get("name") or "", [])):
            chain = Follower(node, chain)
        if chain is not None:
            moves.inside[slot.mem_id] = chain


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.first_child
    while child is not None:
        yield child
        child = child.next
