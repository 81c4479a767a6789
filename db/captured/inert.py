"""A captured page as HTML that does nothing: its words, its order and its tables, and no more.

Everything is written anew from the parser's tree: elements of a short list, a few attributes, text.
What is not on the list leaves its words behind (a form, a custom element) or goes whole (scripts,
styles, frames, media, drawings, `noscript`). No address is left that a browser would ask for, and
no element whose content is anything but text and elements, so that it cannot be read in two ways.
"""

from __future__ import annotations

from html import escape

from selectolax.lexbor import LexborNode

from parsers import decode, is_html, markup_of
from schema.errors import BytesError
from schema.page import RawPage
from schema.published import LONGEST_INERT

VERSION = 1
"""Raised with each change of what is written here: pages kept before are made again."""
KEPT = frozenset(
    (
        "a abbr address article aside b bdi bdo blockquote br caption cite code col colgroup dd "
        "del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr "
        "i ins kbd li main mark menu nav ol p pre q rp rt ruby s samp search section small span "
        "strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr"
    ).split()
)
VOID = frozenset("br col hr wbr".split())
GONE = frozenset(
    (
        "script style noscript template iframe frame frameset noframes noembed object embed applet "
        "svg math canvas audio video map head title base link meta input datalist param source "
        "track portal fencedframe"
    ).split()
)
INSTEAD = {
    **dict.fromkeys(
        "html body form fieldset select option optgroup dialog center dir".split(), "div"
    ),
    **dict.fromkeys("button label legend output font big tt strike nobr".split(), "span"),
    **dict.fromkeys("textarea xmp plaintext listing".split(), "pre"),
}
"""By what an element is written that is not kept; any other is left out, and its words stay."""
ATTRIBUTES = frozenset("lang dir colspan rowspan start value datetime scope".split())
NUMBERS = frozenset("colspan rowspan start value".split())
"""Those of them that hold a number, which is kept where it is small: nobody means a large one."""
LONGEST_ATTRIBUTE = 200


def inert(page: RawPage) -> str:
    """The page as a piece of HTML, for the body of a page of ours; a text as it stands.

    Raises: BytesError for bytes that may not be parsed, and where it would be too long.
    """
    pieces = _html(page) if is_html(page) else [f"<pre>{escape(decode(page).text)}</pre>"]
    text = "".join(pieces)
    if len(text) > LONGEST_INERT:  # no character is less than a byte
        raise BytesError(code="too_large", detail=f"{len(text)} characters once it is inert")
    return text


def _html(page: RawPage) -> list[str]:
    written, waiting = list[str](), list[LexborNode | str]()
    root = markup_of(page).tree.root
    if root is not None:
        waiting.append(root)
    # No recursion: a page may be as deep as it is long.
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            written.append(node)
            continue
        if (behind := node.next) is not None:
            waiting.append(behind)
        if node.is_text_node:
            written.append(escape(node.text_content or ""))
        elif node.is_element_node:
            opening, closing = _tags(node)
            if opening is not None:
                written.append(opening)
                waiting.append(closing)
                if (inside := node.first_child) is not None:
                    waiting.append(inside)
    return written


def _tags(node: LexborNode) -> tuple[str | None, str]:
    """How an element begins and ends. Absent: None where it goes with all that is in it."""
    name = node.tag or ""
    if name in GONE:
        return None, ""
    if name == "img":  # its words stand in for it
        words = (node.attributes.get("alt") or "").strip()
        return (f"<i>[picture: {escape(words)}]</i>" if words else ""), ""
    name = INSTEAD.get(name, name)
    if name not in KEPT:
        return "", ""
    opening = f"<{name}{_attributes(name, node)}>"
    return opening, "" if name in VOID else f"</{name}>"


def _attributes(name: str, node: LexborNode) -> str:
    found = node.attributes
    kept = {key: value or "" for key, value in found.items() if key in ATTRIBUTES}
    if name == "a" and (address := found.get("href")):
        kept["title"] = address[:LONGEST_ATTRIBUTE]  # where it led, to be read
    if name == "details":
        kept["open"] = ""
    return "".join(
        f' {key}="{escape(value)}"'
        for key, value in sorted(kept.items())
        if len(value) <= LONGEST_ATTRIBUTE and (key not in NUMBERS or _is_small(value))
    )


def _is_small(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 3
