"""What the markup says of elements: not shown, a control by its role, opened by a control."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from parsers.page.controls import is_role
from parsers.page.scan import Shape
from parsers.page.white import one_spaced

_MARKS = {
    b"hidden": "[hidden]",
    b"aria-hidden": "[aria-hidden='true' i]",
    b"<dialog": "dialog:not([open])",
    b"style": "[style]",
    b"popover": "[popover]",
    b"role": "[role]",
    b"dir": "body [dir='rtl' i]",
    b"rel": "link[rel='canonical' i][href]",
    b"<template": "template",
    b"<preact-island": "preact-island",
    b"aria-label": "[aria-label]",
    b"alt": "img[alt]",
    b"title": "[title]:not(a,button,abbr,iframe,input,link,style)",
    b"aria-controls": "[aria-controls]",
    b"aria-labelledby": "[aria-labelledby]",
}
"""What marks an element, by the name without which a page has none."""
_HIDING = re.compile(
    r"(?:^|[;\s/])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.IGNORECASE
)
_STRIKING = re.compile(r"text-decoration(?:-line)?\s*:[^;:]*line-through", re.IGNORECASE)
_ORDERING = re.compile(
    r"(?:^|;)\s*(?:(?:-\w+-)?order\s*:|flex-(?:direction|flow|wrap)\s*:[^;]*-reverse"
    r"|direction\s*:\s*rtl|grid-(?:area|column|row)(?:-\w+)?\s*:\s*(?!span|auto)"
    r"|float\s*:\s*(?:right|inline-end))",
    re.IGNORECASE,
)
"""Styles that show elements in another order than they are written in."""
_FLOWING = re.compile(
    r"(?:^|;)\s*(?:grid-auto-flow\s*:[^;]{0,40}column|flex-flow\s*:[^;]{0,40}column[^;]{0,40}wrap"
    r"|(?:-\w+-)?column(?:s|-count)\s*:)",
    re.IGNORECASE,
)
"""Styles that show what an element holds in columns, one after the other."""
_DOWNWARDS = re.compile(r"flex-direction\s*:\s*column\b", re.IGNORECASE)
_WRAPPING = re.compile(r"flex-wrap\s*:\s*wrap\b", re.IGNORECASE)
"""Both together do, too."""
_DISPLAY = re.compile(r"(?:^|;)\s*display\s*:\s*([\w-]+)", re.IGNORECASE)
_BOXES = frozenset(("block", "flex", "grid", "list-item", "table"))
_OPENERS = "[aria-controls]:not([aria-haspopup]):not([role='combobox' i])"
_EXPANDERS = "[aria-expanded]:not([aria-haspopup]):not([role='combobox' i])"
TreePart = LexborHTMLParser | LexborNode
LONGEST_CALL, MOST_CALLED = 200, 100
"""So many characters of another's words call an element, and so many elements are called."""
DEEPEST = 4
"""So many elements may stand around a list of tabs, and around its panels."""
_PANELS = frozenset(("", "group", "region", "tabpanel"))
"""The roles of what a tab or an accordion opens; a menu or a dialog is the interface's."""


@dataclass(slots=True)
class Marked:
    """Elements by the numbers of their nodes."""

    hidden: set[int] = field(default_factory=set)
    silent: set[int] = field(default_factory=set)
    """Those of the hidden that a browser shows, and does not read out."""
    roles: set[int] = field(default_factory=set)
    """Controls by their role."""
    struck: set[int] = field(default_factory=set)
    """Those of the hidden whose words are struck: shown, and not said any more."""
    reordered: set[int] = field(default_factory=set)
    """Elements whose own style may show them, or what they hold, in another order."""
    flowing: set[int] = field(default_factory=set)
    """Elements whose own style shows what they hold in columns."""
    boxed: set[int] = field(default_factory=set)
    """Elements whose own style makes them a block."""
    spoken: dict[int, str] = field(default_factory=dict)
    """What elements and pictures are called by their attributes."""
    canonicals: list[str] = field(default_factory=list)
    later_canonicals: list[str] = field(default_factory=list)
    """Canonical links outside the head: the page's own where it has none there."""
    """What the page's canonical links say."""
    panels: list[LexborNode] = field(default_factory=list)
    """What is hidden and may be what a control opens."""
    has_names: bool = False
    """Whether elements of the page name each other, as tabs and panels do."""
    has_pieces: bool = False
    """Whether the page has a template or an island, and so may move pieces."""


def mark(marked: Marked, parts: Iterable[TreePart], shape: Shape) -> None:
    """Add what is marked in the tree, or in the contents of templates, in one look at each."""
    found = [mark for name, mark in _MARKS.items() if shape.may_have(name)]
    selector = ",".join(found)
    for part in parts if found else ():
        for node in part.css(selector):
            _look(node, marked)


def open_panels(marked: Marked, parts: Sequence[TreePart]) -> None:
    """Show the hidden panels that a control opens in the page, or in its templates' contents."""
    if marked.panels:
        marked.hidden -= _opened(parts, marked.panels)


def call_panels(marked: Marked, parts: Sequence[TreePart]) -> None:
    """Let what a tab opens be called by the tab's words, as those who hear the page are told."""
    if not marked.has_names:
        return
    words: dict[str, str] = {}
    tabs = (node for part in parts for node in part.css("[aria-controls]"))
    for node in islice(tabs, MOST_CALLED):
        for name in (node.attributes.get("aria-controls") or "").split():
            words[name] = one_spaced(node.text()[:LONGEST_CALL])
    named = [node for part in parts for node in part.css("[id]")]
    own = {node.attributes.get("id") or "": node for node in named}
    panels = (node for part in parts for node in part.css("[aria-labelledby]"))
    for node in islice(panels, MOST_CALLED):
        label = own.get(node.attributes.get("aria-labelledby") or "")
        if label is not None:
            marked.spoken.setdefault(node.mem_id, one_spaced(label.text()[:LONGEST_CALL]))
    for name, said in words.items():
        if name in own and said:
            marked.spoken.setdefault(own[name].mem_id, said)


def _look(node: LexborNode, marked: Marked) -> None:
    attributes, name = node.attributes, node.tag
    role = attributes.get("role")
    style = attributes.get("style") or ""
    if (style and _ORDERING.search(style)) or (attributes.get("dir") or "").lower() == "rtl":
        marked.reordered.add(node.mem_id)
    if style and (_FLOWING.search(style) or (_DOWNWARDS.search(style) and _WRAPPING.search(style))):
        marked.flowing.add(node.mem_id)
    if style and _BOXES.intersection(_DISPLAY.findall(style.lower())[-1:]):
        marked.boxed.add(node.mem_id)
    if style and _STRIKING.search(style):
        marked.struck.add(node.mem_id)
        marked.hidden.add(node.mem_id)
    if called := attributes.get("aria-label") or attributes.get("alt") or attributes.get("title"):
        marked.spoken[node.mem_id] = called
    marked.has_names |= "aria-controls" in attributes or "aria-labelledby" in attributes
    if name == "link":  # not shown in any case
        if (attributes.get("rel") or "").lower() == "canonical" and (href := attributes["href"]):
            in_head = node.parent is not None and node.parent.tag == "head"
            (marked.canonicals if in_head else marked.later_canonicals).append(href)
    elif name == "template":  # not shown, but what it holds may be
        marked.has_pieces = True
    elif (is_unshown := _is_unshown(node)) or (
        (attributes.get("aria-hidden") or "").lower() == "true"
    ):
        marked.hidden.add(node.mem_id)
        if not is_unshown:
            marked.silent.add(node.mem_id)
        is_panel = name != "dialog" and "popover" not in attributes
        if is_panel and (role or "").lower() in _PANELS:
            marked.panels.append(node)
    elif is_role(role):
        marked.roles.add(node.mem_id)
    if name == "preact-island":
        marked.has_pieces = True


def _is_unshown(node: LexborNode) -> bool:
    """Whether a browser shows nothing of an element."""
    attributes = node.attributes
    return (
        "hidden" in attributes
        or "popover" in attributes
        or (node.tag == "dialog" and "open" not in attributes)
        or _HIDING.search(attributes.get("style") or "") is not None
    )


def _opened(parts: Sequence[TreePart], panels: list[LexborNode]) -> set[int]:
    """The hidden panels that a control of the page opens: they are shown to whoever asks.

    A control names its panel, or the panel names it; tabs and panels of equal number, elements of
    that number behind a list of tabs, and a panel right behind what opens it, belong together
    without a name, since some front ends add the names in the browser.
    """

    def found_by(selector: str) -> list[LexborNode]:
        return [node for part in parts for node in part.css(selector)]

    named = {
        name
        for node in found_by(_OPENERS)
        for name in (node.attributes.get("aria-controls") or "").split()
    }
    tabs = found_by("[role='tab' i]")
    owners = {node.attributes.get("id") for node in (*tabs, *found_by(_EXPANDERS))} - {None}
    is_even = bool(tabs) and len(tabs) == len(found_by("[role='tabpanel' i]"))
    found = {node.mem_id for own in _by_list(tabs) for node in _behind_tabs(own)}
    for node in panels:
        is_tab = (node.attributes.get("role") or "").lower() == "tabpanel"
        label = node.attributes.get("aria-labelledby")
        is_named = node.attributes.get("id") in named or label in owners
        is_of_tabs = is_tab and is_even
        if is_named or is_of_tabs or _is_behind_opener(node):
            found.add(node.mem_id)
    return found


def _by_list(tabs: list[LexborNode]) -> list[list[LexborNode]]:
    """The tabs by the list in which they stand, each list's own element before its tabs."""
    lists: dict[int, list[LexborNode]] = {}
    for tab in tabs:
        owner, above = tab.parent, tab.parent
        for _ in range(DEEPEST):
            if above is not None and (above.attributes.get("role") or "").lower() == "tablist":
                owner = above
                break
            above = above.parent if above is not None else None
        if owner is not None:
            lists.setdefault(owner.mem_id, [owner]).append(tab)
    return list(lists.values())


def _behind_tabs(own: list[LexborNode]) -> list[LexborNode]:
    """The hidden ones of as many elements as a list has tabs, right behind it, but one not shown.

    They may stand in elements around all of them.
    """
    around, *tabs = own
    group, most = _elements(around.next, len(tabs)), len(tabs)
    for _ in range(DEEPEST):
        if not group and around.parent is not None:
            around = around.parent
            group = _elements(around.next, most)
    for _ in range(DEEPEST):
        if group and len(group) != most:
            inside = _elements(group[0].first_child, most)
            group = inside if len(group) == 1 or len(inside) == most else []
    hidden = [node for node in group if _is_unshown(node)]
    return hidden if len(group) == most > 1 and len(hidden) == most - 1 else []


def _elements(node: LexborNode | None, most: int) -> list[LexborNode]:
    """A node and those behind it that are elements; no more than one beyond so many."""
    found = list[LexborNode]()
    while node is not None and len(found) <= most:
        if node.is_element_node:
            found.append(node)
        node = node.next
    return found


def _is_blank(node: LexborNode) -> bool:
    return node.tag == "-text" and not (node.text_content or "").strip()


def _is_behind_opener(node: LexborNode) -> bool:
    """Whether the element before a panel is a control that opens something it does not name."""
    before = node.prev
    while before is not None and (before.is_comment_node or _is_blank(before)):
        before = before.prev
    if before is None or before.tag == "-text":
        return False
    opener = _EXPANDERS + ":not([aria-controls])"
    if before.css_matches(opener) or len(before.css(opener)) == 1:
        return True
    # Bound by a script that is yet to run: `:aria-expanded="open"`, as Alpine and Vue have it.
    return any(name.endswith(":aria-expanded") for name in before.attributes)
