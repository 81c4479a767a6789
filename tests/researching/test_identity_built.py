"""What a build publishes of names, near pairs and decisions: the same for the same archive."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from commands import build_without, verdicts
from db_home import ALDER, BIRCH, CEDAR, MONDAY, TUESDAY, page, store

from archive import Home
from db import build, decide
from db.identity import candidates
from machine.clock import as_of
from schema.errors import IntegrityError

LARGE = replace(BIRCH, slug="birch-24b", name="Birch Pad (24B)", words="is larger")
TWIN = replace(ALDER, slug="alder-two", name="Alder Desk", words="is the same")
NAMES = """
SELECT tool.tool, alias.name, alias.first_seen, alias.last_seen
FROM alias JOIN tool ON tool.id = tool_id ORDER BY 1, 3
"""
PAIRS = """
SELECT a.tool, b.tool, score, differs, suggests, decision, reason, decided_at
FROM tool_pair JOIN tool AS a ON a.id = tool_a_id JOIN tool AS b ON b.id = tool_b_id ORDER BY 1, 2
"""


def read(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def stored(home: Path) -> Path:
    store(home, [page(ALDER, BIRCH), page(LARGE, TWIN)])
    return home


def decided(home: Path, said: str, a: str, b: str, reason: str = "It says so.") -> None:
    with as_of(TUESDAY):
        decide(Home(home), said, (a, b), reason=reason)  # type: ignore[arg-type]


def test_each_name_that_captures_show_a_tool_under_is_listed_with_its_dates(home) -> None:
    renamed = replace(ALDER, name="Alder Table")
    store(home, [page(ALDER, BIRCH), page(renamed, CEDAR, at=TUESDAY)])
    assert read(build(home).path, NAMES) == [
        ("alder", "Alder Désk", MONDAY, MONDAY),
        ("alder", "Alder Table", TUESDAY, TUESDAY),
        ("birch", "Birch Pad", MONDAY, MONDAY),
        ("cedar", "Cedar Box", TUESDAY, TUESDAY),
    ]


def test_near_names_are_published_as_pairs_and_no_tool_is_joined(stored) -> None:
    path = build(stored).path
    assert read(path, PAIRS) == [
        ("alder", "alder-two", 100, None, "same", None, None, None),
        ("birch", "birch-24b", 100, '["size"]', "different", None, None, None),
    ]
    assert read(path, "SELECT count(*) FROM tool") == [(4,)]


def test_a_tool_is_paired_by_a_name_that_it_had_once(home) -> None:
    store(home, [page(replace(ALDER, name="Cedar-Box"), BIRCH), page(ALDER, BIRCH, at=TUESDAY)])
    store(home, [page(BIRCH, CEDAR)])
    assert [row[:3] for row in read(build(home).path, PAIRS)] == [("alder", "cedar", 100)]


def test_a_decision_makes_an_edition_that_shows_it_also_of_tools_not_near(stored) -> None:
    first = build(stored)
    assert not build(stored).is_new
    decided(stored, "same", "alder-two", "alder")
    decided(stored, "differ", "birch", "alder", "Two makers.")
    made = build(stored)
    assert made.is_new and made.path != first.path
    assert not build(stored).is_new
    assert read(made.path, PAIRS)[:2] == [
        ("alder", "alder-two", 100, None, "same", "same", "It says so.", TUESDAY),
        ("alder", "birch", None, None, None, "differ", "Two makers.", TUESDAY),
    ]
    assert read(made.path, "SELECT count(*) FROM tool") == [(4,)]


def test_a_decision_on_a_tool_that_is_not_here_is_not_shown_until_it_is(stored, tmp_path) -> None:
    decided(stored, "differ", "birch", "birch-24b")
    other = tmp_path / "other"
    store(other, [page(ALDER, BIRCH)])
    shutil.copyfile(stored / "decisions.jsonl", other / "decisions.jsonl")
    assert read(build(other).path, PAIRS) == []
    store(other, [page(LARGE, TWIN)])
    assert [row[5] for row in read(build(other).path, PAIRS)] == [None, "differ"]


def test_a_grown_archive_gives_the_bytes_of_one_built_at_once(stored, tmp_path) -> None:
    build(stored)
    decided(stored, "same", "alder", "alder-two")
    build(stored)
    store(stored, [page(ALDER, CEDAR, at=TUESDAY)])
    grown = build(stored).path
    fresh = tmp_path / "fresh"
    shutil.copytree(stored, fresh)
    shutil.rmtree(fresh / "public")
    shutil.rmtree(fresh / "records")
    assert build(fresh).path.read_bytes() == grown.read_bytes()


def test_a_damaged_file_of_decisions_is_not_built_from(stored) -> None:
    (stored / "decisions.jsonl").write_text('{"decision"\n')
    with pytest.raises(IntegrityError, match=r"decisions\.jsonl, line 1: is no decision"):
        build(stored)
    done = verdicts("check", "--home", stored)
    assert "decisions.jsonl: line 1" in done.stdout


def test_without_rapidfuzz_a_build_says_so_and_shows_what_was_decided(stored, tmp_path) -> None:
    decided(stored, "differ", "birch", "birch-24b")
    done = build_without("rapidfuzz", stored, tmp_path)
    assert "rapidfuzz is not installed" in done.stderr
    path = Path(done.stdout.splitlines()[-1])
    assert [row[2:6] for row in read(path, PAIRS)] == [(None, None, None, "differ")]
    again = verdicts("build", "--home", stored, "--json")
    assert json.loads(again.stdout)["is_new"]
    assert candidates([]) == []
