"""Where the values of a record stand, as compact text that is kept with what is read of a page.

    {"name":[4,0,36],"category":[3,0,15],"text_1":[24,1,679],"text_2":[25,0,80,26,0,41]}

A list holds block, start and end of each run of characters that a value was read from. What is said
in the row of a slot has the slot behind its name. Made for each page that is read, so by hand: the
standard library's JSON takes twice as long.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from functools import cache

from schema.records import Comparison, Place, Quote

OF_TOOL = (
    "name", "category", "tagline", "badge", "panel_ship_percent", "votes", "community", "entry",
    "pricing", "description",
)  # fmt: skip
OF_QUOTE = ("reviewer", "score", "verdict", "text")


def spans_of(record: Comparison) -> tuple[str, str, str]:
    """Where the title stands, and the values of either side; nothing for what no block shows."""
    trace = record.trace or {}
    told: list[list[str]] = [[_text((("title", "title"),), trace)], [], []]
    for tool in record.tools:
        # What gave no value was looked at too.
        told[tool.position] += [
            _text((named,), trace)
            for named in _of_tool(tool.position)
            if getattr(tool, named[0]) is not None
        ]
    for number, quote in enumerate(record.quotes):
        told[quote.tool].append(_text(_of_quote(number, quote.slot), trace))
    title, one, two = (f"{{{','.join(filter(None, each))}}}" for each in told)
    return title, one, two


@cache
def _of_tool(position: int) -> tuple[tuple[str, str], ...]:
    """The name of each field of a tool, and its path in a trace."""
    return tuple((field, f"tools[{position - 1}].{field}") for field in OF_TOOL)


@cache
def _of_quote(number: int, slot: int) -> tuple[tuple[str, str], ...]:
    return tuple((f"{field}_{slot}", f"quotes[{number}].{field}") for field in OF_QUOTE)


def _text(fields: Iterable[tuple[str, str]], trace: dict[str, tuple[Place, ...]]) -> str:
    return ",".join(
        f'"{name}":[{",".join([f"{at},{start},{end}" for at, start, end in places])}]'
        for name, path in fields
        if (places := trace.get(path))
    )


def without_quotes(
    spans: tuple[str, ...], quotes: Collection[Quote], gone: Collection[int]
) -> tuple[str, ...]:
    """The same without the quotes at some positions."""
    left = [json.loads(text) for text in spans]
    for quote in quotes:
        if quote.position in gone:
            for field in OF_QUOTE:
                left[quote.tool].pop(f"{field}_{quote.slot}", None)
    return tuple(json.dumps(each, separators=(",", ":")) for each in left)
