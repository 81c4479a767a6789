"""The keys that identify tools for ever, and the names used in addresses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from schema.records import Tool


class ToolKey(NamedTuple):
    """A tool: its site, and its slug or `name:` and its display name."""

    site: str
    name: str


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
