"""What the markup says of elements: not shown, a control by its role, opened by a control."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from parsers.page.controls import is_role

_MARKED = (
    "[hidden],[aria-hidden='true' i],dialog:not([open]),[style],[popover],[role],"
    "link[rel='canonical' i][href]"
)
_HIDING = re.compile(
    r"(?:^|[;\s/])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.IGNORECASE
)
_OPENERS = "[aria-controls]:not([aria-haspopup]):not([role='combobox' i])"
_PANELS = frozenset(("", "group", "region", "tabpanel"))
"""The roles of what a tab or an accordion opens; a menu or a dialog is the interface's."""


@dataclass(slots=True)
class Marked:
    """Elements by the numbers of their nodes."""

    hidden: set[int] = field(default_factory=set)
    roles: set[int] = field(default_factory=set)
    """Controls by their role."""
    canonical: str | None = None
    """Absent: None for a page that names no canonical address."""


def find_marked(tree: LexborHTMLParser, fragments: Iterable[LexborNode], data: bytes) -> Marked:
    """What is marked in the tree, all in one look at it, and in the contents of templates."""
    marked, panels = Marked(), list[LexborNode]()
    for found in (tree.css(_MARKED), *(part.css(_MARKED) for part in fragments)):
        for node in found:
            _look(node, marked, panels)
    if panels and (b"aria-controls" in data or b"tabpanel" in data):
        marked.hidden -= _opened(tree, panels)
    return marked


def _look(node: LexborNode, marked: Marked, panels: list[LexborNode]) -> None:
    attributes, name = node.attributes, node.tag
    role = attributes.get("role")
    if name == "link":  # not shown in any case
        if marked.canonical is None and (attributes.get("rel") or "").lower() == "canonical":
            marked.canonical = attributes.get("href")
    elif (
        "hidden" in attributes
        or (attributes.get("aria-hidden") or "").lower() == "true"
        or "popover" in attributes
        or (name == "dialog" and "open" not in attributes)
        or _HIDING.search(attributes.get("style") or "")
    ):
        marked.hidden.add(node.mem_id)
        is_panel = name != "dialog" and "popover" not in attributes
        if is_panel and ("id" in attributes or role) and (role or "").lower() in _PANELS:
            panels.append(node)
    elif is_role(role):
        marked.roles.add(node.mem_id)


def _opened(tree: LexborHTMLParser, panels: list[LexborNode]) -> set[int]:
    """The hidden panels that a control of the page opens: they are shown to whoever asks.

    A control names its panel, or the panel names its tab; tabs and panels of equal number belong
    together without a name, since some front ends add the names in the browser.
    """
    named = {
        name
        for node in tree.css(_OPENERS)
        for name in (node.attributes.get("aria-controls") or "").split()
    }
    tabs = tree.css("[role='tab' i]")
    tab_ids = {node.attributes.get("id") for node in tabs} - {None}
    is_even = bool(tabs) and len(tabs) == len(tree.css("[role='tabpanel' i]"))
    found = set[int]()
    for node in panels:
        is_tab = (node.attributes.get("role") or "").lower() == "tabpanel"
        label = node.attributes.get("aria-labelledby")
        if node.attributes.get("id") in named or (is_tab and (is_even or label in tab_ids)):
            found.add(node.mem_id)
    return found
