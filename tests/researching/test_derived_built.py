"""What a build publishes of derived figures: from the sample site, and without the libraries."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from commands import build_without, verdicts
from db_home import ALDER, Answer, page, store

from db import build
from schema.rows import ROWS
from schema.rows.figures import DerivedRow
from verdicts.sample import BASE, pages

FROM_TEXTS = ("prediction", "mention", "claim", "conflict")
"""What rules read from texts, with or without the extra."""
DERIVED = [
    model.table for model in ROWS if issubclass(model, DerivedRow) and model.table not in FROM_TEXTS
]
OBSERVED = [model.table for model in ROWS if model.table not in {*DERIVED, "method"}]


def sample() -> list[Answer]:
    shown = [each for each in pages() if each.path.startswith("/compare/") and each.status == 200]
    return [Answer(BASE + each.path, each.body) for each in shown]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of the sample site's comparisons, built."""
    home = tmp_path_factory.mktemp("sample") / "home"
    store(home, sample())
    build(home, workers=1)
    return home


def read(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def rows_of(path: Path, tables: list[str]) -> dict[str, list[tuple[Any, ...]]]:
    return {table: sorted(read(path, f"SELECT * FROM {table}"), key=repr) for table in tables}


def current(home: Path) -> Path:
    return home / "public" / "current.db"


def test_each_derived_row_names_a_method_and_its_version(made: Path) -> None:
    known = dict(read(current(made), "SELECT method, method_version FROM method WHERE is_made"))
    assert len(known) == 10
    for table in DERIVED:
        named = read(current(made), f"SELECT DISTINCT method, method_version FROM {table}")
        assert all(known[method] == version for method, version in named)
    filled = {table for table in DERIVED if read(current(made), f"SELECT 1 FROM {table} LIMIT 1")}
    assert filled >= {
        "inference_accuracy", "reviewer_figure", "reviewer_agreement", "redundancy"
    }  # fmt: skip


def test_on_the_sample_logic_is_exact_and_the_baseline_stands_beside(made: Path) -> None:
    sql = "SELECT source, marked, correct, relevant, precision, recall FROM inference_accuracy"
    whole = {row[0]: row[1:] for row in read(current(made), f"{sql} WHERE tool_id IS NULL")}
    assert list(whole) == ["unanimous", "cue", "remainder", "baseline"]
    assert whole["unanimous"][0] >= 8 and whole["unanimous"][3:] == (1.0, 1.0)
    assert whole["remainder"][0] == whole["remainder"][2]
    sums = "SELECT source, sum(marked), sum(correct), sum(relevant) FROM inference_accuracy"
    by_tool = read(current(made), f"{sums} WHERE tool_id IS NOT NULL GROUP BY source")
    assert {row[0]: row[1:] for row in by_tool}.items() <= {
        source: row[:3] for source, row in whole.items() if row[0] or row[2]
    }.items()


def test_redundancy_and_counts_are_those_of_distinct_contents(made: Path) -> None:
    found = {row[0]: row[1:4] for row in read(current(made), "SELECT * FROM redundancy")}
    (slots,) = read(current(made), "SELECT count(*) FROM comparison_quote")[0]
    assert found["quote"][0] == slots
    assert found["quote"][2] == round(1 - found["quote"][1] / slots, 4)
    figures = "SELECT n FROM reviewer_figure WHERE figure = 'mean_characters' ORDER BY n"
    quotes = "SELECT count(*) FROM quote WHERE reviewer_id IS NOT NULL GROUP BY reviewer_id"
    assert read(current(made), figures) == sorted(read(current(made), quotes))


def test_the_words_of_a_template_are_a_place_in_a_quote_and_vanish_with_its_text(
    tmp_path: Path,
) -> None:
    store(tmp_path / "home", _templated())
    path = build(tmp_path / "home", workers=1).path
    ((words, coverage),) = set(read(path, "SELECT text, coverage FROM templates WHERE rank = 1"))
    assert words.startswith("turns on the hinge that nobody") and coverage == 1.0
    copy = tmp_path / "copy.db"
    shutil.copyfile(path, copy)
    copy.chmod(0o600)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE quote SET text = NULL")
        assert {row for (row,) in connection.execute("SELECT text FROM templates")} == {None}


def _templated() -> list[Answer]:
    names = [
        "Amber",
        "Basil",
        "Cider",
        "Delta",
        "Ember",
        "Fjord",
        "Grove",
        "Hazel",
        "Ivory",
        "Jade",
    ]
    cards = [
        replace(ALDER, slug=name.lower(), name=name, words="turns on the hinge that nobody oiled")
        for name in names
    ]
    return [page(a, b) for a, b in zip(cards[::2], cards[1::2], strict=True)]


def test_without_the_extra_the_tables_are_empty_and_said_to_be_and_nothing_else_differs(
    made: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(made, home, symlinks=True)
    done = build_without("krippendorff", home, tmp_path)
    assert "derived figures were not made: the extra `research` is not installed" in done.stderr
    path = Path(done.stdout.splitlines()[-1])
    assert path.resolve() != current(made).resolve()
    assert all(not rows for rows in rows_of(path, DERIVED).values())
    asked = "SELECT is_made, libraries, count(*) FROM method GROUP BY 1, 2 ORDER BY 1"
    assert read(path, asked) == [(0, None, 6), (1, None, 4)]
    assert rows_of(path, OBSERVED) == rows_of(current(made), OBSERVED)
    again = verdicts("build", "--home", home)
    assert Path(again.stdout.splitlines()[-1]).read_bytes() == current(made).read_bytes()


def test_a_grown_archive_gives_the_bytes_of_one_built_at_once_in_another_process(
    made: Path, tmp_path: Path
) -> None:
    every, home = sample(), tmp_path / "home"
    store(home, every[: len(every) // 2])
    build(home, workers=1)
    store(home, every[len(every) // 2 :])
    grown = build(home, workers=1).path
    shutil.rmtree(home / "public")
    shutil.rmtree(home / "records")
    done = verdicts("build", "--home", home)
    assert Path(done.stdout.splitlines()[-1]).read_bytes() == grown.read_bytes()
    for name in ("inference_accuracy", "redundancy"):
        mine, theirs = (
            read(each, f"SELECT count(*) FROM {name}") for each in (grown, current(made))
        )
        assert mine == theirs
