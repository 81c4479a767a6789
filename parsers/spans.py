"""Where the values of a record stand, as compact text that is kept with what is read of a page.

    {"name":[4,0,36],"category":[3,0,15],"text_1":[24,1,679],"text_2":[25,0,80,26,0,41]}

A list holds block, start and end of each run of characters that a value was read from. What is said
in the row of a slot has the slot behind its name.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from itertools import chain

from schema.records import Comparison, Place, Quote

OF_TOOL = (
    "name", "category", "tagline", "badge", "panel_ship_percent", "votes", "community", "entry",
    "pricing", "description",
)  # fmt: skip
OF_QUOTE = ("reviewer", "score", "verdict", "text")


def spans_of(record: Comparison) -> tuple[str, str, str]:
    """Where the title stands, and the values of either side; nothing for what no block shows."""
    trace = record.trace or {}
    sides = [_texts({"title": trace.get("title", ())})]
    for at, tool in enumerate(record.tools):
        # What gave no value was looked at too.
        stated = [field for field in OF_TOOL if getattr(tool, field) is not None]
        found = {field: trace.get(f"tools[{at}].{field}", ()) for field in stated}
        for number, quote in enumerate(record.quotes):
            if quote.tool == tool.position:
                found |= {
                    f"{field}_{quote.slot}": trace.get(f"quotes[{number}].{field}", ())
                    for field in OF_QUOTE
                }
        sides.append(_texts(found))
    return sides[0], sides[1], sides[2]


def _texts(found: dict[str, tuple[Place, ...]]) -> str:
    told = {field: [*chain.from_iterable(places)] for field, places in found.items() if places}
    return json.dumps(told, separators=(",", ":"))


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
