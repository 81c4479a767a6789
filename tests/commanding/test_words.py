"""One word means one thing: no two public types of the product share a name."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("schema", "machine", "parsers", "archive", "crawler", "db", "web", "verdicts")


def types_of(source: str) -> Iterator[str]:
    """The public classes and type aliases that a module defines, also those for checkers alone."""
    tree = ast.parse(source)
    guarded = [node for block in tree.body if isinstance(block, ast.If) for node in block.body]
    for node in [*tree.body, *guarded]:
        names = []
        if isinstance(node, ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names = [node.target.id]
        yield from (name for name in names if name[0].isupper() and not name.isupper())


def test_no_two_public_types_share_a_name() -> None:
    where = defaultdict(list)
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for name in types_of(path.read_text("utf-8")):
                where[name].append(str(path.relative_to(ROOT)))
    assert len(where) > 150
    assert {name: places for name, places in where.items() if len(places) > 1} == {}


def test_a_class_and_an_alias_of_one_name_are_seen() -> None:
    assert list(types_of("class Span: ...\nSpan = tuple[int, int]\nLIMIT = 3\n")) == [
        "Span",
        "Span",
    ]
