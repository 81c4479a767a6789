"""The tree that the HTML parser makes of a page: the one place where it is asked for one."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from parsers.page.decode import decode
from parsers.page.scan import require_safe_shape
from schema.page import RawPage


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


def tree_of_page(page: RawPage) -> LexborHTMLParser:
    """The tree of an HTML page as it came. Raises: BytesError for bytes that may not be parsed."""
    data = decode(page).data
    require_safe_shape(data)
    return tree_of(data)
