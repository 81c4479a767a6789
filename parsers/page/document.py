"""A page as its visible text blocks in reading order, each with its place in the tree.

A *block* is the smallest piece of text that can be a value: the text between two boundaries. Block
elements and line breaks are boundaries; inline elements are one only where their parent holds
nothing but elements (two spans side by side may be two values, a bold word in a sentence is not).
Joining the blocks of one field gives the same text either way. This module must not know what any
text means.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from parsers.page import controls
from parsers.page.inline import INLINE, UNREADABLE, Run
from parsers.page.tree import tree_of

UNSEEN = frozenset(
    (
        "head script style template noscript noembed noframes svg math canvas audio video iframe "
        "object embed title meta link datalist progress meter del s strike"
    ).split()
)
MARKED = (
    "[hidden],[aria-hidden='true' i],dialog:not([open]),[style],[popover],[role],"
    "link[rel='canonical' i][href]"
)
_HIDING = re.compile(
    r"(?:^|[;\s/])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.IGNORECASE
)
_NOSCRIPT = re.compile(rb"<(/?)[nN][oO][sS][cC][rR][iI][pP][tT](?=[\s/>])")
_SEPARATOR = re.compile(r"[^\w%]{1,3}")
LONGEST_FIGURE = 40
"""Texts so long, with a slash or a percent sign, may state a number. Units: characters."""
_SEPARATORS = re.compile("[\x1c-\x1f]")
_WHITE = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_DOUBTFUL = tuple(mark.encode() for mark in ("\ufffd", "\u00e2\u20ac", "\u00c3"))
_SEEN, _INLINE, _UNSEEN, _BREAK = range(4)
_KNOWN_TAG_IDS = 256
_kinds: dict[int, int] = {}
_names: dict[int, str] = {}
"""What is known of the parser's own tag numbers; a tag it does not know has one of the page."""


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
    last: list[int] = field(default_factory=lambda: [0])
    """For each element the first text run under it, and the one after the last."""
    run: list[int] = field(default_factory=list)
    """For each block the number of its first text run."""
    boxes: list[tuple[int, int]] = field(default_factory=list)
    """The [start, end) of the blocks of each box."""
    canonical: str | None = None
    is_clean: bool = False
    """Whether no block holds a character that a field may not hold."""
    controls: set[int] = field(default_factory=set)
    """The blocks that are the interface's: a button, a menu, a date."""

    def is_control(self, block: int) -> bool:
        """Whether a block is a word of the interface.

        It may be an anchor (a score, a reviewer, a statistic), never a name or a text.
        """
        return block in self.controls

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
            bisect_left(self.run, self.last[element]),
        )

    def path(self, block: int) -> str:
        """The names of the elements above a block, outermost first, for people."""
        return " > ".join(self.tag[element] for element in reversed(self.ancestors(block)))

    def ancestors(self, block: int) -> list[int]:
        """The elements above a block, nearest first, the root left out."""
        chain, at = [], self.element[block]
        while at:
            chain.append(at)
            at = self.parent[at]
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


def read_html(data: bytes, *, may_have_noscript: bool = True) -> Document:
    """The document of an HTML page whose shape was found safe.

    Shape: UTF-8 in, blocks in reading order out. Absent: no blocks for a page without text.
    """
    if may_have_noscript:
        # Parsed as a browser with scripts on would: noscript is raw text, so that nothing leaks
        # out of one that stands in an unclosed paragraph. noembed is raw text always and as long.
        data = _NOSCRIPT.sub(rb"<\1noembed ", data)
    if b"\0" in data:  # the parser would drop it in text without a trace
        data = data.replace(b"\0", "\ufffd".encode())
    tree = tree_of(data)
    hidden, roles, canonical = _marked(tree)
    walk = _Walk(hidden, roles)
    if tree.body is not None:
        walk.through(tree.body)
    walk.blocks()
    document = walk.document
    document.is_clean = _is_clean(document)
    document.canonical = canonical
    return document


def _marked(tree: LexborHTMLParser) -> tuple[set[int], set[int], str | None]:
    """The elements not shown, those that are controls by their role, and the canonical address.

    All in one look at the tree. Absent: None for a page that names no canonical address.
    """
    hidden, roles, canonical = set[int](), set[int](), None
    for node in tree.css(MARKED):
        attributes, name = node.attributes, node.tag
        if name == "link":  # not shown in any case
            if canonical is None and (attributes.get("rel") or "").lower() == "canonical":
                canonical = attributes.get("href")
        elif (
            "hidden" in attributes
            or (attributes.get("aria-hidden") or "").lower() == "true"
            or ("popover" in attributes)
            or (name == "dialog" and "open" not in attributes)
            or _HIDING.search(attributes.get("style") or "")
        ):
            hidden.add(node.mem_id)
        elif controls.is_role(attributes.get("role")):
            roles.add(node.mem_id)
    return hidden, roles, canonical


class _Walk:
    """One pass over the tree, collecting text runs and the elements above them."""

    def __init__(self, hidden: set[int], roles: set[int]) -> None:
        self.document = Document(kind="html")
        self.hidden, self.roles = hidden, roles
        self.controls: list[int] = []  # elements that are controls by their role
        self.own_names: dict[int, str] = {}  # of tags that only this page has
        self.runs: list[Run] = []
        self.made: list[tuple[str, str, int, int, int]] = []  # text, glue, element, box, run

    def through(self, body: LexborNode) -> None:
        """Visit every visible node below `body` in order."""
        runs, hidden, roles, kinds = self.runs, self.hidden, self.roles, _kinds
        last = self.document.last
        found: list[tuple[int, int, int]] = []  # parent, number of the tag, first
        element, is_block, made, box, line = 0, True, 0, 0, 0
        stack: list[tuple[LexborNode | None, int, bool]] = []
        node = body.first_child
        while True:
            while node is None:
                last[element] = len(runs)
                if not stack:
                    self._add_elements(found)
                    return
                if is_block:
                    box += 1
                node, element, is_block = stack.pop()
            tag_id = node.tag_id
            if tag_id == 2:  # a text node
                text = node.text_content
                if text:
                    runs.append((text, element, box, line))
                node = node.next
                continue
            try:
                kind = kinds[tag_id]
            except KeyError:
                kind = self._kind(node, tag_id)
            if kind < _UNSEEN and not (hidden and node.mem_id in hidden):
                stack.append((node.next, element, is_block))
                found.append((element, tag_id, len(runs)))
                last.append(0)
                made += 1
                element, is_block = made, not kind
                if roles and node.mem_id in roles:
                    self.controls.append(made)
                    is_block = True
                if is_block:
                    box += 1
                node = node.first_child
                continue
            if kind == _BREAK:
                line += 1
            node = node.next

    def _kind(self, node: LexborNode, tag_id: int) -> int:
        """What to do with an element whose tag was not met before on this or any page."""
        kind, name = _kind_of(node)
        if tag_id < _KNOWN_TAG_IDS:
            _kinds[tag_id], _names[tag_id] = kind, name
        else:
            self.own_names[tag_id] = name
        return kind

    def _add_elements(self, found: list[tuple[int, int, int]]) -> None:
        if not found:
            return
        document, names = self.document, _names | self.own_names
        parent, tag_ids, first = zip(*found, strict=True)
        document.parent += parent
        document.tag += [names[tag_id] for tag_id in tag_ids]
        document.first += first

    def _settle_controls(self) -> list[tuple[int, int]]:
        """The [start, end) of the runs that are the interface's."""
        document, tag = self.document, self.document.tag
        if not self.controls and controls.TAGS.isdisjoint(tag):
            return []
        found = {at for at, name in enumerate(tag) if name in controls.TAGS} | {*self.controls}
        told = controls.Controls(self.runs, document.parent, tag)
        self.runs = told.settle((e, document.first[e], document.last[e]) for e in sorted(found))
        return told.spans

    def blocks(self) -> None:
        """Turn the runs into blocks."""
        spans = self._settle_controls()
        document, made = self.document, self.made
        runs, start, count = self.runs, 0, len(self.runs)
        while start < count:
            text, element, box, _ = runs[start]
            end, at = start + 1, len(made)
            while end < count and runs[end][2] == box:
                end += 1
            if end - start > 1:
                self._blocks_of_box(start, end)
            elif not text.isspace():
                made.append((one_spaced(text), " ", element, box, start))
            if len(made) > at:
                document.boxes.append((at, len(made)))
            start = end
        columns = (document.text, document.glue, document.element, document.box, document.run)
        for column, values in zip(columns, zip(*made, strict=True), strict=bool(made)):
            column.extend(values)  # type: ignore[attr-defined]
        for start, end in spans:
            first, last = bisect_left(document.run, start), bisect_left(document.run, end)
            document.controls.update(range(first, last))

    def _blocks_of_box(self, start: int, end: int) -> None:
        """The blocks of one box: of one run of inline content."""
        runs = self.runs
        solid = [at for at in range(start, end) if not runs[at][0].isspace()]
        if not solid:
            return
        if len(solid) == 1:
            self._add(solid, " ")
            return
        bare = {runs[at][1] for at in solid if not _SEPARATOR.fullmatch(runs[at][0].strip())}
        group, before = [solid[0]], solid[0]
        glue = " "
        for at in solid[1:]:
            if runs[at][3] != runs[before][3]:
                self._add(group, glue)
                group, glue = [at], " "
            elif self._may_split(before, at, bare):
                self._add(group, glue)
                group, glue = [at], self._space(before, at)
            else:
                group.append(at)
            before = at
        self._add(group, glue)

    def _may_split(self, before: int, at: int, bare: set[int]) -> bool:
        one, other = self.runs[before][1], self.runs[at][1]
        if one == other:
            return False
        above = common(self.document, one, other)
        return above not in bare

    def _space(self, before: int, at: int) -> str:
        runs = self.runs
        between = runs[before][0][-1:] + "".join(r[0] for r in runs[before + 1 : at])
        if any(c.isspace() for c in between + runs[at][0][:1]):
            return " "
        return UNREADABLE if self._is_footnoted(before, at) else ""

    def _figure(self, start: int, end: int) -> str:
        """The text of runs that may state a number, unreadable where a footnote would add to it."""
        parts = [self.runs[start][0]]
        for at in range(start + 1, end):
            parts += (UNREADABLE if self._is_footnoted(at - 1, at) else "", self.runs[at][0])
        return "".join(parts)

    def _is_footnoted(self, before: int, at: int) -> bool:
        """Whether digits meet where a raised or lowered mark begins or ends: 5¹ is not 51."""
        one, other = self.runs[before], self.runs[at]
        return (
            one[0][-1:].isdigit()
            and other[0][:1].isdigit()
            and (self._is_mark(one[1]) != self._is_mark(other[1]))
        )

    def _is_mark(self, element: int) -> bool:
        document = self.document
        while element and document.tag[element] in INLINE:
            if document.tag[element] in ("sup", "sub"):
                return True
            element = document.parent[element]
        return False

    def _add(self, group: list[int], glue: str) -> None:
        runs = self.runs
        text, element, box, _ = runs[group[0]]
        if len(group) > 1:
            text = "".join([run[0] for run in runs[group[0] : group[-1] + 1]])
            if len(text) <= LONGEST_FIGURE and ("/" in text or "%" in text):
                text = self._figure(group[0], group[-1] + 1)
            for at in group[1:]:
                if runs[at][1] != element:
                    element = common(self.document, element, runs[at][1])
        self.made.append((one_spaced(text), glue, element, box, group[0]))


def one_spaced(text: str) -> str:
    """The text with each run of white space as one space, and none at its ends.

    White space is Unicode's White_Space; the four separators that Python adds to it stay, so that
    a field which holds one is refused.
    """
    # From the right, two spaces are looked for more than twice as fast as with `in`.
    if text.rfind("  ") < 0 and not (
        _has_white(text) if text.isascii() else not text.isprintable()
    ):
        return text.strip(" ")
    if _SEPARATORS.search(text):
        return _WHITE.sub(" ", text).strip(" ")
    return " ".join(text.split())


def _has_white(text: str) -> bool:
    """Whether an ASCII text holds other white space than spaces; five fast looks."""
    return "\n" in text or "\t" in text or "\r" in text or "\x0b" in text or "\x0c" in text


def _is_clean(document: Document) -> bool:
    """Whether no block holds a control, broken or wrongly decoded character."""
    if not all(map(str.isprintable, document.text)):
        return False
    # Block by block: one dash in one of them would make the whole text slow to encode.
    data = b"\n".join([text.encode("utf-8", "replace") for text in document.text])
    # The first byte alone is looked for first: that is much the fastest look, and mostly enough.
    return not any(mark[:1] in data and mark in data for mark in _DOUBTFUL)


def _kind_of(node: LexborNode) -> tuple[int, str]:
    name = (node.tag or "").lower()
    if name == "br":
        return _BREAK, name
    if name in UNSEEN or not node.is_element_node:
        return _UNSEEN, name
    return (_INLINE if name in INLINE or "-" in name else _SEEN), name


def read_text(text: str) -> Document:
    """The document of an extracted text: a block a line, an element a paragraph.

    Shape: `text-1` when no blank line stands between blocks, else `text-2`.
    """
    document = Document(kind="text-1")
    paragraph = 0
    for line in re.split(r"\r\n|[\n\r]", text.replace("\0", "\ufffd")):
        words = one_spaced(line)
        if not words:
            paragraph = 0
            continue
        if not paragraph:
            if document.text:
                document.kind = "text-2"
            paragraph = len(document.parent)
            document.parent.append(0)
            document.tag.append("p")
            document.first.append(len(document.text))
            document.last.append(0)
        document.run.append(len(document.text))
        document.boxes.append((len(document.text), len(document.text) + 1))
        document.text.append(words)
        document.glue.append(" ")
        document.element.append(paragraph)
        document.box.append(len(document.text))
        document.last[paragraph] = len(document.text)
    document.last[0] = len(document.text)
    document.is_clean = _is_clean(document)
    return document
