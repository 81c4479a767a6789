"""The keys that identify quotes and cards for ever.

This module must stay pure: a key depends on published words alone, never on place or inference.
"""

from __future__ import annotations

import hashlib
import json

from schema.records import Tool


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
