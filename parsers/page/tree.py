"""The tree that the HTML parser makes of a page: the one place where it is asked for one."""

from __future__ import annotations

from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from parsers.page.decode import decode
from parsers.page.scan import UNTOLD, Shape, require_safe_shape
from schema.page import RawPage


@dataclass(slots=True)
class Markup:
    """An HTML page in UTF-8 whose shape was found safe; its tree is made once, and only read."""

    data: bytes
    shape: Shape = UNTOLD
    _tree: LexborHTMLParser | None = field(default=None, repr=False)

    def __getstate__(self) -> tuple[bytes, Shape]:
        """What another process is told: a tree stays where it was made, and is made there again."""
        return self.data, self.shape

    def __setstate__(self, state: tuple[bytes, Shape]) -> None:
        self.data, self.shape = state
        self._tree = None

    @property
    def tree(self) -> LexborHTMLParser:
        """The tree of the page as it is. Raises: as `tree_of`."""
        if self._tree is None:
            self._tree = tree_of(self.data)
        return self._tree

    def css(self, selector: str, *names: bytes) -> list[LexborNode]:
        """The elements that a selector finds, of which a page has none without all the names."""
        return self.tree.css(selector) if self.shape.may_have(*names) else []


def tree_of(data: bytes) -> LexborHTMLParser:
    """The tree of an HTML page in UTF-8 whose shape was found safe.

    Raises: MemoryError where there is no room for it. Elements that a page leaves open may be
    opened again in each of its blocks, so that a small page can ask for any amount.
    """
    try:
        return LexborHTMLParser(data)
    except SelectolaxError as error:
        # It takes any bytes, and has no other reason to give none.
        raise MemoryError(str(error)) from error


def markup_of(page: RawPage) -> Markup:
    """An HTML page as it came. Raises: BytesError for bytes that may not be parsed."""
    data = decode(page).data
    return Markup(data, require_safe_shape(data))
