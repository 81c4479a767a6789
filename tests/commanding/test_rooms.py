"""Imports run one way: between rooms, between the folders of a room, and between files.

A *place* is a folder of a room, or a file right under it. Every import counts, also one that
stands in a function or is for types alone.
"""

from __future__ import annotations

import ast
import graphlib
import re
from collections.abc import Iterable, Set
from pathlib import Path

import pytest

from archive.ledger import tables
from schema.rows import ROWS

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
GROUND = {"schema", "machine"}
"""Rooms whose files are all for others: records, errors, the clock. They need no front door."""
REGISTERS = {"parsers/sites", "verdicts/commands"}
"""Folders of which each file is one of a kind, and no map says which there are."""
LEDGER = set(re.findall(r"CREATE TABLE (\w+)", " ".join(tables.MIGRATIONS))) | {"wanted"}
PUBLIC = {model.table for model in ROWS}
"""Some of them go by the name of a table of the ledger: of what they were made from."""


def imported(source: str) -> list[tuple[str, str]]:
    """Every module of ours that a source imports from, and the name it takes; "" for the whole."""
    found: list[tuple[str, str]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found += [(node.module or "", alias.name) for alias in node.names]
        elif isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func):
            found += [(str(arg.value), "") for arg in node.args if isinstance(arg, ast.Constant)]
    return [(module, name) for module, name in found if module.split(".")[0] in MAY_IMPORT]


def file_of(module: str) -> Path | None:
    """The source of a module or package of ours."""
    path = ROOT.joinpath(*module.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists()), None)


def sources(room: str) -> list[Path]:
    found = sorted((ROOT / room).rglob("*.py"))
    assert found
    return found


def taken(path: Path) -> list[Path]:
    """The files that a file imports from."""
    found = []
    for module, name in imported(path.read_text("utf-8")):
        file = file_of(f"{module}.{name}") or file_of(module)
        assert file is not None, (path, module, name)
        found.append(file)
    return found


def sql_on(tables: Set[str], source: str) -> list[str]:
    """The texts of a source that are SQL, or a part of it, and name one of the tables."""
    named = rf"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+[\"'[]?(?i:{'|'.join(sorted(tables))})\b"
    is_whole = re.compile(r"(?i)\s*(?:with|select|insert|replace|update|delete)\s")
    nodes = (each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Constant))
    texts = [each.value for each in nodes if isinstance(each.value, str)]
    told = {text: text.upper() if is_whole.match(text) else text for text in texts}
    return [text for text, words in told.items() if re.search(named, words)]


def front_door(package: Path) -> set[str]:
    """The names that a package gives to others: its `__all__`, else whatever it imports."""
    source = package.read_text("utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return {name for _, name in imported(source)}


def mapped(source: str) -> list[str]:
    """What the map in a package's docstring names: each stands before two spaces, or is `name/`."""
    text = ast.get_docstring(ast.parse(source)) or ""
    found = re.findall(r"(?:^|  )((?:\w+, )*\w+)(?=/ |  )", re.sub(r"(?m)^ .*", "", text), re.M)
    return [name for names in found for name in names.split(", ")]


def require_one_way(arrows: Iterable[tuple[str, str]]) -> None:
    graph: dict[str, set[str]] = {}
    for one, other in arrows:
        graph.setdefault(one, set()).update({other} - {one})
    tuple(graphlib.TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_rooms_below_it(room: str) -> None:
    for path in sources(room):
        ours = {module.split(".")[0] for module, _ in imported(path.read_text("utf-8"))}
        assert ours <= MAY_IMPORT[room] | {room}, path


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_only_names_of_a_packages_front_door_cross_a_room(room: str) -> None:
    for path in sources(room):
        for module, name in imported(path.read_text("utf-8")):
            if module.split(".")[0] in {room, *GROUND}:
                continue
            file = file_of(module)
            assert file is not None and file.name == "__init__.py", (path, module, name)
            assert name in front_door(file), (path, name)


def test_every_name_of_a_front_door_is_taken_by_somebody() -> None:
    users = [path for room in (*MAY_IMPORT, "tests", "bench") for path in sources(room)]
    named = {each for path in users for each in imported(path.read_text("utf-8"))}
    for package in (path for room in MAY_IMPORT for path in sources(room)):
        if package.name == "__init__.py" and "__all__" not in package.read_text("utf-8"):
            module = ".".join(package.parent.relative_to(ROOT).parts)
            assert {name for name in front_door(package) if (module, name) not in named} == set()


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_the_places_of_a_room_import_each_other_one_way(room: str) -> None:
    def place(path: Path) -> str:
        return path.relative_to(ROOT / room).parts[0]

    require_one_way(
        (place(path), place(other))
        for path in sources(room)
        for other in taken(path)
        if ROOT / room in other.parents
    )


def test_no_files_import_each_other_in_a_circle() -> None:
    require_one_way(
        (str(path), str(other))
        for room in MAY_IMPORT
        for path in sources(room)
        for other in taken(path)
    )


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_the_map_of_a_folder_names_each_file_and_folder_in_it_and_nothing_else(room: str) -> None:
    for package in sources(room):
        folder = package.parent
        if package.name == "__init__.py" and str(folder.relative_to(ROOT)) not in REGISTERS:
            there = [
                each for each in folder.iterdir() if each.suffix == ".py" or any(each.glob("*.*"))
            ]
            names = {each.stem for each in there} - {"__init__", "__pycache__"}
            assert sorted(mapped(package.read_text("utf-8"))) == sorted(names), package


@pytest.mark.parametrize("room", sorted(MAY_IMPORT.keys() - {"archive"}))
def test_no_room_but_the_archive_speaks_sql_to_the_ledger(room: str) -> None:
    is_public = room in {"db", "web", "verdicts"}
    for path in sources(room):
        source = path.read_text("utf-8")
        assert sql_on(LEDGER - PUBLIC if is_public else LEDGER, source) == [], path
        # Where SQL may name a page or a capture of a published file, no ledger is open.
        assert not is_public or ("archive.ledger", "Ledger") not in imported(source), path


@pytest.mark.parametrize(
    "line",
    [
        "db.execute('SELECT state FROM robots WHERE site = ?')",
        "rows(f'{_SELECT} LEFT JOIN attempt ON {_SAME}')",
        "rows('select max(id) from \"run\"')",
        "db.execute('UPDATE run SET asked = ?' ' WHERE id = ?')",
    ],
)
def test_sql_of_the_ledger_is_seen(line: str) -> None:
    assert sql_on(LEDGER, line) and not sql_on(PUBLIC, line)


def test_words_about_the_ledger_are_no_sql() -> None:
    assert sql_on(LEDGER, '"""What came from run 3, and from page 4."""') == []


def test_a_site_file_knows_no_other_site() -> None:
    for path in (ROOT / "parsers" / "sites").glob("[!_]*.py"):
        assert "parsers.sites" not in path.read_text("utf-8"), path


@pytest.mark.parametrize("line", ["import db.build", "from db import build", "import_module('db')"])
def test_an_import_is_seen_inside_a_function(line: str) -> None:
    found = imported(f"def late():\n    {line}\n")
    assert [module.split(".")[0] for module, _ in found] == ["db"]


def test_a_circle_is_noticed() -> None:
    with pytest.raises(graphlib.CycleError):
        require_one_way([("cards", "page"), ("page", "values"), ("values", "cards")])
