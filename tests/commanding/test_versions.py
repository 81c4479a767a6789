"""The versions of parser and builder change with every source file that they may depend on."""

from __future__ import annotations

import platform
import shutil
import sqlite3
from importlib.metadata import version
from pathlib import Path

import pytest

from db.build import builder_version
from parsers.version import PARSER_VERSION, source_digest

ROOT = Path(__file__).parents[2]
ROOMS = {"parser": ("schema", "parsers"), "builder": ("db",)}


def digest_of(what: str, root: Path) -> str:
    if what == "parser":
        return source_digest(version("selectolax"), *(root / room for room in ROOMS[what]))[:16]
    start = f"{sqlite3.sqlite_version} {platform.python_version()}"
    return source_digest(start, *(root / room for room in ROOMS[what]))


@pytest.mark.parametrize("what", ROOMS)
def test_a_version_changes_with_every_source_file_however_deep_it_lies(
    what: str, tmp_path: Path
) -> None:
    for room in ROOMS[what]:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    deep = tmp_path / ROOMS[what][-1] / "deeper" / "still" / "rule.py"
    deep.parent.mkdir(parents=True)
    deep.write_text("RULE = 1\n", "utf-8")
    before = digest_of(what, tmp_path)
    files = sorted(tmp_path.rglob("*.py"))
    assert len(files) > 20 and deep in files
    for path in files:
        kept = path.read_bytes()
        path.write_bytes(kept + b"# changed\n")
        assert digest_of(what, tmp_path) != before, path
        path.write_bytes(kept)
    assert digest_of(what, tmp_path) == before
    deep.rename(deep.with_name("renamed.py"))
    assert digest_of(what, tmp_path) != before


def test_the_running_versions_are_those_of_the_whole_rooms() -> None:
    assert digest_of("parser", ROOT) == PARSER_VERSION
    assert digest_of("builder", ROOT) == builder_version()
