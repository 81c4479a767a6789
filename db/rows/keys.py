"""The keys that identify quotes, cards and tools for ever, and the names used in addresses.

This module must stay pure: a key depends on published words alone, never on place or inference.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from schema.records import Tool


class ToolKey(NamedTuple):
    """A tool: its site, and its slug or `name:` and its display name."""

    site: str
    name: str


def content_key(values: list[str | int]) -> str:
    """SHA-256 in hex of the values as a UTF-8 JSON array without spaces.

    Shape: `["sample", "Tool Ä", "words"]` -> 64 hex digits; non-ASCII characters stay unescaped.
    """
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def quote_key(site: str, name: str, text: str) -> str:
    """The key of a quote: its site, its tool's display name and its words."""
    return content_key([site, name, text])


def card_key(site: str, tool: Tool) -> str:
    """The key of a card: its site and what the card itself states."""
    values = [site, tool.name, tool.category, tool.tagline, tool.description, tool.entry]
    return content_key([*values, tool.panel_ship_percent])


def tool_key(site: str, tool: Tool) -> ToolKey:
    """The key of a tool; without an address it is known by name, and not joined to a slug."""
    return ToolKey(site, tool.slug if tool.slug is not None else f"name:{tool.name}")


def public_names(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The name in addresses of each (site, name): the name alone unless two sites share it.

    Shape: `{("a", "x"), ("b", "x"), ("b", "y")}` -> `a:x`, `b:x`, `y`.
    """
    distinct = sorted(set(keys))
    sites = Counter(name for _, name in distinct)
    return {(site, name): name if sites[name] == 1 else f"{site}:{name}" for site, name in distinct}
