"""Trees of other parsers with the interface that our grammar asks of Lexbor's.

A node is made when it is asked for and holds nothing but the other parser's own, so that what is
measured is the walk over that parser's tree. What the bench's pages do not have (templates, letters
of another case in an attribute) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

TEXT, OTHER = 2, 3
"""The number of a text node, as Lexbor has it, and of a comment."""
_tags: dict[str, int] = {}


def tag_number(name: str) -> int:
    """A number for each tag, small for all, as Lexbor's own are for the tags of HTML."""
    return _tags.setdefault(name, 4 + len(_tags))


class Node:
    """What all of them share. `own` is the other parser's node."""

    __slots__ = ("own",)

    def __init__(self, own: Any) -> None:
        self.own = own

    @property
    def mem_id(self) -> int:
        return id(self.own)

    @property
    def comment_content(self) -> str:
        return self.text_content

    def css_first(self, selector: str) -> Any:
        return next(iter(self.css(selector)), None)

    def template_fragments(self) -> list[Any]:
        return []


class SoupNode(Node):
    """A node of BeautifulSoup's tree."""

    __slots__ = ()

    @property
    def tag_id(self) -> int:
        from bs4 import NavigableString, Tag

        if isinstance(self.own, Tag):
            return tag_number(self.own.name)
        return TEXT if type(self.own) is NavigableString else OTHER

    @property
    def tag(self) -> str:
        return self.own.name or "-text"

    @property
    def is_element_node(self) -> bool:
        return self.own.name is not None

    @property
    def is_comment_node(self) -> bool:
        return self.tag_id == OTHER

    @property
    def text_content(self) -> str:
        return str(self.own)

    @property
    def attributes(self) -> dict[str, str]:
        return self.own.attrs

    @property
    def first_child(self) -> SoupNode | None:
        contents = self.own.contents
        return SoupNode(contents[0]) if contents else None

    @property
    def next(self) -> SoupNode | None:
        return _soup(self.own.next_sibling)

    @property
    def prev(self) -> SoupNode | None:
        return _soup(self.own.previous_sibling)

    @property
    def parent(self) -> SoupNode | None:
        return _soup(self.own.parent)

    def css(self, selector: str) -> list[SoupNode]:
        return [SoupNode(each) for each in self.own.select(selector)]

    def css_matches(self, selector: str) -> bool:
        return bool(self.own.css.match(selector))

    def text(self, separator: str = "") -> str:
        return separator.join(self.own.strings)


def _soup(own: Any) -> SoupNode | None:
    return None if own is None else SoupNode(own)


class SoupTree(SoupNode):
    """BeautifulSoup's tree, made by `builder`."""

    __slots__ = ()
    builder = "lxml"

    def __init__(self, data: bytes | str) -> None:
        from bs4 import BeautifulSoup

        text = data if isinstance(data, str) else data.decode()
        super().__init__(BeautifulSoup(text, self.builder, multi_valued_attributes=None))

    @property
    def root(self) -> SoupNode | None:
        return _soup(self.own.html)

    @property
    def body(self) -> SoupNode | None:
        return _soup(self.own.body)


class HtmlSoupTree(SoupTree):
    """The same, made by the parser of Python's own library."""

    __slots__ = ()
    builder = "html.parser"


class ElementNode(Node):
    """An element, or a comment, of parsel's tree, which is lxml's."""

    __slots__ = ()

    @property
    def tag_id(self) -> int:
        return tag_number(self.own.tag) if self.is_element_node else OTHER

    @property
    def tag(self) -> str:
        return self.own.tag if self.is_element_node else "-comment"

    @property
    def is_element_node(self) -> bool:
        return isinstance(self.own.tag, str)

    @property
    def is_comment_node(self) -> bool:
        return not self.is_element_node

    @property
    def text_content(self) -> str:
        return self.own.text or ""

    @property
    def attributes(self) -> Any:
        return self.own.attrib

    @property
    def first_child(self) -> Node | None:
        own = self.own
        if own.text and self.is_element_node:
            return TextNode(own, is_tail=False)
        return ElementNode(own[0]) if len(own) else None

    @property
    def next(self) -> Node | None:
        if self.own.tail:
            return TextNode(self.own, is_tail=True)
        return _element(self.own.getnext())

    @property
    def prev(self) -> Node | None:
        before = self.own.getprevious()
        if before is not None:
            return TextNode(before, is_tail=True) if before.tail else ElementNode(before)
        above = self.own.getparent()
        return TextNode(above, is_tail=False) if above is not None and above.text else None

    @property
    def parent(self) -> Node | None:
        return _element(self.own.getparent())

    def css(self, selector: str) -> list[ElementNode]:
        from parsel import Selector

        return [ElementNode(each.root) for each in Selector(root=self.own).css(plain(selector))]

    def css_matches(self, selector: str) -> bool:
        above = self.own.getparent()
        return any(each.own is self.own for each in ElementNode(above).css(selector))

    def text(self, separator: str = "") -> str:
        return separator.join(self.own.itertext())


class TextNode(Node):
    """A text of lxml's tree: that in an element before its first child, or that behind one."""

    __slots__ = ("is_tail",)
    tag_id, tag = TEXT, "-text"
    is_element_node = is_comment_node = False
    first_child = None

    def __init__(self, own: Any, *, is_tail: bool) -> None:
        super().__init__(own)
        self.is_tail = is_tail

    @property
    def mem_id(self) -> int:
        return ~id(self.own) - self.is_tail

    @property
    def text_content(self) -> str:
        return self.own.tail if self.is_tail else self.own.text

    @property
    def next(self) -> Node | None:
        if self.is_tail:
            return _element(self.own.getnext())
        return ElementNode(self.own[0]) if len(self.own) else None

    @property
    def prev(self) -> Node | None:
        return ElementNode(self.own) if self.is_tail else None

    @property
    def parent(self) -> Node | None:
        return _element(self.own.getparent()) if self.is_tail else ElementNode(self.own)


def _element(own: Any) -> ElementNode | None:
    return None if own is None else ElementNode(own)


class ParselTree(ElementNode):
    """Parsel's tree."""

    __slots__ = ("kept",)

    def __init__(self, data: bytes | str) -> None:
        from parsel import Selector

        body = data if isinstance(data, bytes) else data.encode()
        super().__init__(Selector(body=body or b"<html></html>", encoding="utf-8").root)
        self.kept = list(self.own.iter())
        """Else lxml would make another object for an element each time that it is asked for."""

    @property
    def root(self) -> ElementNode:
        return ElementNode(self.own)

    @property
    def body(self) -> ElementNode | None:
        return _element(self.own.find("body"))


def plain(selector: str) -> str:
    """A selector as parsel takes it: no flag for the case of letters, one selector in a :not."""
    return _NOT.sub(lambda found: _each_not(found[1]), selector.replace("' i]", "']"))


_NOT = re.compile(r":not\(([^()]*,[^()]*)\)")


def _each_not(inner: str) -> str:
    return "".join(f":not({each.strip()})" for each in _parts(inner))


def _parts(inner: str) -> Iterator[str]:
    yield from inner.split(",")


TREES = {"BeautifulSoup on lxml": SoupTree, "BeautifulSoup": HtmlSoupTree, "parsel": ParselTree}
