"""From the bytes of an HTML page to its document.

bytes -> tree -> marked: hidden, controls -> walk -> runs -> controls settled -> blocks
             `-> moved: pieces at their places -´
"""

from __future__ import annotations

import re

from parsers.page.blocks import Blocks
from parsers.page.document import Document, is_clean
from parsers.page.links import beside_base
from parsers.page.marked import Marked, call_panels, mark, open_panels
from parsers.page.moved import find_moves
from parsers.page.tree import Markup, tree_of
from parsers.page.walk import Walk

_NOSCRIPT = re.compile(rb"<(/?)[nN][oO][sS][cC][rR][iI][pP][tT](?=[\s/>])")


def read_html(markup: Markup) -> Document:
    """The document of an HTML page.

    Shape: its blocks in reading order. Absent: no blocks for a page without text.
    """
    data, shape = markup.data, markup.shape
    if shape.may_have_noscript:
        # Parsed as a browser with scripts on would: noscript is raw text, so that nothing leaks
        # out of one that stands in an unclosed paragraph. noembed is raw text always and as long.
        data = _NOSCRIPT.sub(rb"<\1noembed ", data)
    if b"\0" in data:  # the parser would drop it in text without a trace
        data = data.replace(b"\0", "\ufffd".encode())
    tree = markup.tree if data == markup.data else tree_of(data)
    marked = Marked()
    mark(marked, (tree,), shape)
    moves = find_moves(tree) if marked.has_pieces else None
    if moves:
        mark(marked, moves.fragments, shape)
        marked.hidden |= moves.emptied
    parts = (tree, *(moves.fragments if moves else ()))
    open_panels(marked, parts)
    call_panels(marked, parts)
    walk = Walk(marked, moves)
    if tree.body is not None:
        walk.through(tree.body)
    document = walk.document
    document.runs = Blocks(document, walk.runs, walk.controls).make()
    document.is_clean = is_clean(document)
    if said := marked.canonicals or marked.later_canonicals:
        found = (beside_base(tree, href) for href in said)
        document.canonicals = tuple(dict.fromkeys(found))
    return document
