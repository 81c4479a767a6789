"""What a publisher asks for holds in every file of a release, and one of facts has no sentences."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet
import pytest
from commands import verdicts
from db_home import ALDER, BIRCH, CEDAR, MONDAY, TUESDAY, WEDNESDAY, Card, page, store
from release_home import ASKING, Release, release

from db import build
from db.release.sentences import SENTENCES
from schema.rows import ROWS
from schema.rows.row import Row

RUN = 4
"""So many words in a row are a part of somebody's sentence."""
OURS = {"site", "code", "description", "release", "crawl", "takedown", "correction", "method"}
"""Tables whose sentences are the archive's own."""
SHY = Card(
    "shy",
    "Shy Lamp",
    words="lights up whenever nobody is looking at it",
    description="Shy Lamp waits behind the curtain until every guest has gone home.",
)
NOARCHIVE = '<meta name="robots" content="noarchive">'


def words_of(made: Release) -> str:
    """All that the files of a release hold, as plain words."""
    parts: list[str] = []
    for name, held in made.files().items():
        if name.endswith(".parquet"):
            rows = pyarrow.parquet.read_table(io.BytesIO(held)).to_pylist()
            parts.append(json.dumps(rows, ensure_ascii=False))
        else:
            parts.append(held.decode("utf-8", "replace"))
    return plain_words("\n".join(parts))


def plain_words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.replace("\\n", " ").replace('\\"', '"')))


def all_of(database: Path, model: type[Row]) -> list[tuple[object, ...]]:
    return ask(database, f'SELECT * FROM "{model.table}"')


def runs(text: object) -> set[str]:
    words = plain_words(str(text)).split() if len(str(text).split()) >= RUN else []
    return {" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def ask(database: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as db:
        return db.execute(sql).fetchall()


def test_a_release_of_facts_holds_no_four_words_of_any_sentence_in_any_file(
    released: Path, facts: Release, whole: Release
) -> None:
    published = released / "public" / "current.db"
    texts = (row for model in ROWS if model.table not in OURS for row in all_of(published, model))
    titles = {run for row in ask(published, "SELECT title FROM comparison") for run in runs(*row)}
    told = {run for row in texts for text in row for run in runs(text)} - titles
    assert len(told) > 50
    of_facts, of_whole = words_of(facts), words_of(whole)
    assert {run for run in told if run in of_facts} == set()
    assert len({run for run in told if run in of_whole}) > 0.8 * len(told)


def test_hash_and_length_stand_in_the_place_of_each_sentence(
    facts: Release, whole: Release
) -> None:
    held = 0
    for table, column in SENTENCES:
        key = next(each.key for each in whole.tables if each.name == table)
        order = ", ".join(key)
        texts = ask(whole.database, f'SELECT "{column}" FROM "{table}" ORDER BY {order}')
        sql = f'SELECT "{column}_sha256", "{column}_length" FROM "{table}" ORDER BY {order}'
        wanted = [
            (None, None) if text is None else (sha256(str(text)), len(str(text)))
            for (text,) in texts
        ]
        assert ask(facts.database, sql) == wanted
        held += sum(text is not None for (text,) in texts)
    assert held > 30
    described = {
        (table, column)
        for table, column in ask(facts.database, "SELECT table_name, column_name FROM description")
    }
    assert all({(t, f"{c}_sha256"), (t, f"{c}_length")} <= described for t, c in SENTENCES)
    assert described.isdisjoint(SENTENCES)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_every_column_of_sentences_is_one_of_the_models() -> None:
    fields = {(model.table, name) for model in ROWS for name in model.model_fields}
    assert {*SENTENCES} <= fields


def test_words_of_pages_that_ask_for_no_use_by_ai_are_in_no_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store(home, [page(ALDER, BIRCH), page(ALDER, SHY, at=TUESDAY, head=ASKING)])
    build(home, workers=1)
    shown = ask(home / "public" / "current.db", "SELECT count(*) FROM quote WHERE text IS NULL")
    assert shown == [(0,)]
    made = release(home, tmp_path / "out")
    told = words_of(made)
    assert plain_words(SHY.words) not in told and plain_words(SHY.description) not in told
    assert plain_words(ALDER.words) in told and plain_words(BIRCH.description) in told
    sql = "SELECT DISTINCT tool_name, text IS NULL, withheld FROM quote ORDER BY 1"
    kept = [(ALDER.name, 0, None), (BIRCH.name, 0, None)]
    assert ask(made.database, sql) == [*kept, (SHY.name, 1, "noai")]
    sql = "SELECT name, description IS NULL, withheld FROM card ORDER BY 1"
    assert ask(made.database, sql) == [*kept, (SHY.name, 1, "noai")]
    sql = "SELECT title, withheld FROM comparison ORDER BY 1"
    titles = [("Alder Désk vs Birch Pad", None), ("Alder Désk vs Shy Lamp", "noai")]
    assert ask(made.database, sql) == titles
    assert ask(made.database, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("signal", ["TDM-Reservation: 1", "X-Robots-Tag: noimageai"])
def test_what_the_headers_of_an_answer_ask_for_counts_too(tmp_path: Path, signal: str) -> None:
    home, (name, _, value) = tmp_path / "home", signal.partition(": ")
    store(home, [page(ALDER, BIRCH), page(CEDAR, SHY, headers={name: value})])
    build(home, workers=1)
    told = words_of(release(home, tmp_path / "out"))
    assert plain_words(SHY.words) not in told and plain_words(ALDER.words) in told


def test_a_wish_that_is_taken_back_is_over_and_one_made_later_holds_for_all_before(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    changed = replace(SHY, description="Shy Lamp has come out at last and greets all.")
    store(
        home,
        [
            page(ALDER, SHY, at=MONDAY, head=ASKING),
            page(ALDER, changed, at=TUESDAY),
            page(CEDAR, BIRCH, at=MONDAY),
            page(CEDAR, replace(BIRCH, words="spins on"), at=WEDNESDAY, head=ASKING),
        ],
    )
    build(home, workers=1)
    told = words_of(release(home, tmp_path / "out"))
    assert plain_words(SHY.description) in told and plain_words(changed.description) in told
    for words in (BIRCH.words, "spins on", CEDAR.description):
        assert plain_words(words) not in told


def test_a_wish_counts_though_the_clock_was_once_ahead(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store(home, [page(ALDER, SHY, at=WEDNESDAY)])
    store(home, [page(ALDER, SHY, at=MONDAY, head=ASKING)])
    build(home, workers=1)
    assert SHY.words not in words_of(release(home, tmp_path / "out"))


def test_a_wish_holds_where_a_newer_capture_is_torn_or_has_no_headers(tmp_path: Path) -> None:
    home = tmp_path / "home"
    torn = replace(page(ALDER, SHY, at=TUESDAY), body=b"<p>Nothing to compare.</p>")
    named = page(CEDAR, BIRCH, headers={"X-Robots-Tag": "noai"})
    saved = page(CEDAR, replace(BIRCH, words="spins on"), at=TUESDAY)
    store(home, [page(ALDER, SHY, head=ASKING), torn, named])
    store(home, [replace(saved, date_source="argument")], kind="import")
    build(home, workers=1)
    told = words_of(release(home, tmp_path / "out"))
    for words in (SHY.words, BIRCH.words, "spins on", CEDAR.description):
        assert plain_words(words) not in told


def test_words_that_another_address_shows_without_such_a_wish_stay(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store(home, [page(ALDER, SHY, head=ASKING), page(BIRCH, SHY), page(CEDAR, ALDER, head=ASKING)])
    build(home, workers=1)
    told = words_of(release(home, tmp_path / "out"))
    assert plain_words(SHY.words) in told and plain_words(ALDER.words) not in told


def test_a_text_that_asks_for_no_copy_is_in_no_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store(home, [page(ALDER, BIRCH), page(ALDER, SHY, head=NOARCHIVE)])
    build(home, workers=1)
    made = release(home, tmp_path / "out")
    assert plain_words(SHY.words) not in words_of(made)
    sql = "SELECT DISTINCT withheld FROM quote WHERE tool_name = 'Shy Lamp'"
    assert ask(made.database, sql) == [("noarchive",)]


def test_a_page_that_was_taken_down_is_in_no_file_its_index_included(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store(home, [page(ALDER, BIRCH), page(CEDAR, SHY)])
    build(home, workers=1)
    address = "https://sample.example/compare/cedar-vs-shy"
    done = verdicts("takedown", "add", address, "--reason", "asked for", "--home", home)
    assert done.returncode == 0, done.stderr
    build(home, workers=1)
    made = release(home, tmp_path / "out")
    assert plain_words(SHY.words) not in words_of(made)
    assert address not in (made.folder / "index.cdxj").read_text("ascii")
    assert len((made.folder / "index.cdxj").read_text("ascii").splitlines()) == 1


def test_nothing_published_is_refused_in_a_sentence(tmp_path: Path) -> None:
    store(tmp_path / "home", [page(ALDER, BIRCH)])
    done = verdicts("export", "--home", tmp_path / "home", "--out", tmp_path / "out")
    assert done.returncode == 30 and "nothing is published" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_database_of_another_edition_is_refused_in_a_sentence(home: Path, tmp_path: Path) -> None:
    published = (home / "public" / "current.db").resolve()
    published.chmod(0o644)
    with closing(sqlite3.connect(published)) as db:
        db.execute("PRAGMA user_version = 0")
    done = verdicts("export", "--home", home, "--out", tmp_path / "out")
    assert done.returncode == 30 and "of another edition; `verdicts build`" in done.stderr
    assert not (tmp_path / "out").exists()


def test_without_pyarrow_it_says_what_to_install(home: Path, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden" / "pyarrow.py"
    hidden.parent.mkdir()
    hidden.write_text("raise ModuleNotFoundError(name='pyarrow')\n")
    root = Path(__file__).parents[2]
    command = [
        sys.executable,
        "-m",
        "verdicts",
        "export",
        "--home",
        home,
        "--out",
        tmp_path / "out",
    ]
    environment = {**os.environ, "PYTHONPATH": f"{hidden.parent}{os.pathsep}{root}"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 30
    assert "[release]" in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_release_does_not_go_into_its_home_and_its_base_is_an_address(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "link").symlink_to(home)
    for way in (home, tmp_path / "link", tmp_path / "link" / ".." / "home"):
        inside = verdicts("export", "--home", home, "--out", way / "releases")
        assert inside.returncode == 2 and "does not lie inside its home" in inside.stderr
    based = verdicts("export", "--home", home, "--out", tmp_path / "out", "--base", "here")
    assert based.returncode == 2 and "here: not an address" in based.stderr
