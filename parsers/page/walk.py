"""One pass over the tree: runs of visible text, and the elements above them.

    tree            walk                          runs                 blocks
    <p>a <b>b</b>   in the order in which the     (a, p, box 1)        a b
    <div hidden>    page shows its nodes:         (b, b, box 1)
    <p>c<br>d       moved pieces at their place   (c, p, box 3)        c
    <template>...                                 (d, p, box 3, 2nd)   d

The walk enters what the page shows and passes over the rest; where a piece of the page is moved
(module `moved`), it goes on in the piece and then behind its place.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from parsers.page.document import Document, Unshown
from parsers.page.inline import INLINE, TextRun
from parsers.page.marked import Marked
from parsers.page.moved import Moves, Node
from parsers.page.white import one_spaced

UNSEEN = frozenset(
    (
        "head script style template noscript noembed noframes svg math canvas audio video iframe "
        "object embed title meta link datalist progress meter del s strike"
    ).split()
)
_WORDLESS = frozenset(
    "head script style title meta link datalist progress meter del s strike".split()
)
"""Elements whose words are not the page's, or are not said any more."""
_AMID = frozenset(("img", "input", "picture"))
"""Elements without words of their own, which part no sentence that they stand in."""
_DRAWN = frozenset("svg math object".split())
"""Elements whose words a browser shows, and which are read as a picture."""
_TAG = re.compile(r"<[^>]*>?")
_SEEN, _INLINE, _CUSTOM, _UNSEEN, _SILENT, _BREAK = range(6)
_KNOWN_TAG_IDS = 256
_kinds: dict[int, int] = {}
_names: dict[int, str] = {}
"""What is known of the parser's own tag numbers; a tag it does not know has one of the page."""


class Walk:
    """The text runs of a page in the order in which it shows them."""

    def __init__(self, marked: Marked, moves: Moves | None) -> None:
        self.document = Document(kind="html")
        self.marked, self.moves = marked, moves
        self.controls: list[int] = []
        """The elements that are controls by their role."""
        self.own_names: dict[int, str] = {}  # of tags that only this page has
        self.runs: list[TextRun] = []

    def through(self, body: LexborNode) -> None:
        """Visit every visible node below `body` in order."""
        runs, kinds, moves = self.runs, _kinds, self.moves
        hidden, roles, spoken = self.marked.hidden, self.marked.roles, self.marked.spoken
        reordered, flowing, boxed = self.marked.reordered, self.marked.flowing, self.marked.boxed
        marks = hidden | roles | reordered | flowing | boxed | spoken.keys()
        document, tag_ids = self.document, list[int]()
        parent, first, end = document.parent, document.first, document.end
        element, is_block, box, line, count = 0, True, 0, 0, 0
        stack: list[tuple[Node | None, int, bool]] = []
        node: Node | None = body.first_child
        while True:
            while node is None:
                end[element] = count
                if not stack:
                    document.tag += map((_names | self.own_names).__getitem__, tag_ids)
                    return
                if is_block:
                    box += 1
                node, element, is_block = stack.pop()
            tag_id = node.tag_id
            if tag_id == 2:  # a text node
                if text := node.text_content:
                    runs.append((text, element, box, line))
                    count += 1
                node = node.next
                continue
            kind = kinds[tag_id] if tag_id in kinds else self._kind(node, tag_id)
            mark = node.mem_id if marks else 0
            is_marked = mark in marks
            if kind < _UNSEEN and not (is_marked and mark in hidden):
                stack.append((node.next, element, is_block))
                parent.append(element)
                tag_ids.append(tag_id)
                first.append(count)
                end.append(0)
                element = len(tag_ids)
                is_block = not kind or (kind == _CUSTOM and _is_alone(node))
                if is_marked:
                    if mark in reordered:
                        document.reordered.add(element)
                    if mark in flowing:
                        document.flowing.add(element)
                    if mark in spoken:
                        document.spoken.append(Unshown(count, element, spoken[mark]))
                    if mark in roles:  # and shown
                        self.controls.append(element)
                        is_block = True
                    if mark in boxed and _is_alone(node):
                        is_block = True
                if is_block:
                    box += 1
                node = moves.first_child(node) if moves else node.first_child
                continue
            if kind == _BREAK:
                line += 1
            elif moves and (way := moves.at(node)) is not None:
                # As if the piece stood here: no element around it, no boundary at its ends.
                node, after = way
                stack.append((after, element, is_block))
                is_block = False
                continue
            elif (kind == _SILENT or (is_marked and kind != _UNSEEN)) and (
                node.mem_id not in self.marked.struck
            ):
                self._pass_over(node, element)
            node = node.next

    def _pass_over(self, node: Node, parent: int) -> None:
        """Note what an element says that is not shown."""
        run, document = len(self.runs), self.document
        if called := self.marked.spoken.get(node.mem_id):
            document.spoken.append(Unshown(run, parent, called))
        parts = node.template_fragments() if node.tag == "template" else [node]
        if node.tag == "svg":  # its title is a picture's name, its style is none
            for title in node.css("title"):
                document.spoken.append(Unshown(run, parent, one_spaced(title.text())))
            parts = node.css("text")
        said = one_spaced(" ".join(part.text(separator=" ") for part in parts))
        if node.tag == "noembed":  # whose markup is text, and which may only ask for scripts
            said = one_spaced(_TAG.sub(" ", said))
            said = "" if "script" in said.casefold() else said
        is_moved = self.moves is not None and node.mem_id in self.moves.emptied
        if any(map(str.isalnum, said)) and not is_moved:
            is_silent = node.mem_id in self.marked.silent or node.tag in _DRAWN
            document.hidden.append(Unshown(run, parent, said, is_silent))

    def _kind(self, node: Node, tag_id: int) -> int:
        """What to do with an element whose tag was not met before on this or any page."""
        kind, name = _kind_of(node)
        if tag_id < _KNOWN_TAG_IDS:
            _kinds[tag_id], _names[tag_id] = kind, name
        else:
            self.own_names[tag_id] = name
        return kind


def _kind_of(node: Node) -> tuple[int, str]:
    name = (node.tag or "").lower()
    if name == "br":
        return _BREAK, name
    if not node.is_element_node or name in _WORDLESS:
        return _UNSEEN, name
    if name in UNSEEN:
        return _SILENT, name
    if "-" in name or name in _AMID:
        return _CUSTOM, name
    return (_INLINE if name in INLINE else _SEEN), name


def _is_alone(node: Node) -> bool:
    """Whether no bare text stands beside an element, so that it may be laid out as a block."""
    return not any(
        beside is not None and beside.tag_id == 2 and (beside.text_content or "").strip()
        for beside in (node.prev, node.next)
    )
