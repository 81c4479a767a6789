"""Imports between the rooms run one way, wherever in a file they stand."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAY_IMPORT = {
    "schema": set(),
    "machine": {"schema"},
    "parsers": {"schema"},
    "archive": {"schema", "machine"},
    "crawler": {"schema", "machine", "parsers", "archive"},
    "db": {"schema", "machine", "parsers", "archive"},
    "web": {"schema"},
    "verdicts": {"schema", "machine", "parsers", "archive", "crawler", "db", "web"},
}


def imported(source: str) -> set[str]:
    """The first part of every module that a source imports, inside functions too."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.append(node.module or "")
        elif isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func):
            names += [str(arg.value) for arg in node.args if isinstance(arg, ast.Constant)]
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_rooms_below_it(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert files
    for path in files:
        ours = imported(path.read_text("utf-8")) & MAY_IMPORT.keys()
        assert ours <= MAY_IMPORT[room] | {room}, path


def test_a_site_file_knows_no_other_site() -> None:
    for path in (ROOT / "parsers" / "sites").glob("[!_]*.py"):
        assert "parsers.sites" not in path.read_text("utf-8"), path


@pytest.mark.parametrize("line", ["import db.build", "from db import build", "import_module('db')"])
def test_an_import_is_seen_inside_a_function(line: str) -> None:
    assert "db" in imported(f"def late():\n    {line}\n")
