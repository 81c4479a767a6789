"""What rules read of texts is kept from build to build, and never told from what is read anew."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from db_home import ALDER, BIRCH, CEDAR, MONDAY, TUESDAY, page, store
from takedown_home import build, rows
from test_db_grown import require_as_from_nothing

from archive import Home
from db.rows import readings
from db.rows.readings import Text
from db.staging import STAGING
from db.takedown.withdraw import take_down

NOARCHIVE = '<meta name="robots" content="noarchive">'
TALKER = replace(
    ALDER, words="is cheaper than quagmire-pro at $9 a month, founded on 3 November 2026"
)
QUAGMIRE = replace(CEDAR, slug="quagmire", name="Quagmire Pro")
NAMED = "SELECT DISTINCT tool.name FROM mention JOIN tool ON tool.id = mention.tool_id"


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERDICTS_NOW", "2026-11-20T00:00:00Z")


def kept(home: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "records" / STAGING)) as staging:
        return staging.execute("SELECT * FROM reading ORDER BY id").fetchall()


def alter(home: Path, sql: str) -> None:
    with closing(sqlite3.connect(home / "records" / STAGING)) as staging, staging:
        staging.execute(sql)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that the rules read, as they read them."""
    found, said = list[str](), readings._said

    def noting(text: Text, *known: object) -> list[str | None]:
        found.append(text.words)
        return said(text, *known)  # type: ignore[arg-type]

    monkeypatch.setattr(readings, "_said", noting)
    return found


def test_a_build_reads_the_texts_alone_that_are_new(tmp_path: Path, read: list[str]) -> None:
    store(tmp_path, [page(TALKER, BIRCH)])
    build(tmp_path)
    assert TALKER.quote(1) in read and BIRCH.description in read
    read.clear()
    store(tmp_path, [page(TALKER, CEDAR, at=TUESDAY)])
    build(tmp_path)
    own = {CEDAR.tagline, CEDAR.description, CEDAR.pricing, *map(CEDAR.quote, range(1, 5))}
    assert set(read) == own


def test_a_tool_is_found_in_the_texts_that_named_it_before_it_was_known(
    tmp_path: Path, read: list[str]
) -> None:
    home = tmp_path / "home"
    store(home, [page(TALKER, BIRCH)])
    assert rows(build(home).path, NAMED) == []
    read.clear()
    store(home, [page(QUAGMIRE, BIRCH)])
    assert rows(build(home).path, NAMED) == [("Quagmire Pro",)]
    assert TALKER.quote(1) in read and BIRCH.quote(1) not in read
    require_as_from_nothing(home)


def test_a_name_that_is_not_known_any_more_is_not_found(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store(home, [page(TALKER, BIRCH), page(QUAGMIRE, BIRCH)])
    assert rows(build(home).path, NAMED) == [("Quagmire Pro",)]
    store(home, [page(replace(QUAGMIRE, name="Mire"), BIRCH, at=TUESDAY), page(TALKER, QUAGMIRE)])
    require_as_from_nothing(home)
    alter(home, "INSERT INTO known_name VALUES ('Founded')")
    store(home, [page(TALKER, replace(BIRCH, tagline="A pad"), at=TUESDAY)])
    require_as_from_nothing(home)


def test_a_text_that_turns_out_to_be_older_is_read_again(tmp_path: Path) -> None:
    home, dates = tmp_path / "home", "SELECT count(*) FROM claim WHERE attribute = 'date'"
    store(home, [page(TALKER, BIRCH, at="2026-11-04T12:00:00Z")])
    assert rows(build(home).path, dates) == [(4,)]
    store(home, [replace(page(TALKER, BIRCH, at=MONDAY), date_source="warc")])
    require_as_from_nothing(home)
    assert rows(build(home).path, dates) == [(0,)]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE reading SET claims = NULL",
        "UPDATE reading SET claims = replace(claims, '\"9\"', '\"8\"')",
        "UPDATE reading SET proof = x'00'",
        "DELETE FROM reading",
        "DELETE FROM known_name",
        "UPDATE reading SET id = id + 1",
    ],
)
def test_what_was_damaged_is_read_again(tmp_path: Path, damage: str) -> None:
    home = tmp_path / "home"
    store(home, [page(TALKER, BIRCH)])
    build(home)
    alter(home, damage)
    store(home, [page(QUAGMIRE, BIRCH)])
    require_as_from_nothing(home)


def test_nothing_is_kept_of_what_is_taken_down_or_not_published_any_more(tmp_path: Path) -> None:
    home = tmp_path / "home"
    told = "SELECT (SELECT count(*) FROM quote WHERE text IS NOT NULL) + count(tagline)"
    told += " + count(description) + count(pricing) FROM card"
    store(home, [page(TALKER, BIRCH), page(CEDAR, BIRCH)])
    assert rows(build(home).path, told) == [(len(kept(home)),)]
    assert any("USD/month" in str(each) for each in kept(home))
    take_down(Home(home), "alder", reason="asked", site="sample")
    assert rows(build(home).path, told) == [(len(kept(home)),)]
    assert not any("USD/month" in str(each) for each in kept(home))
    store(home, [page(CEDAR, BIRCH, at=TUESDAY, head=NOARCHIVE)])
    assert rows(build(home).path, told) == [(len(kept(home)),)]
    require_as_from_nothing(home)


def test_no_words_of_a_text_are_kept_beside_the_names_that_stand_in_it(tmp_path: Path) -> None:
    store(tmp_path, [page(TALKER, BIRCH)])
    build(tmp_path)
    values = [value for row in kept(tmp_path) for value in row if isinstance(value, str)]
    assert values and not any("cheaper" in each or "founded" in each for each in values)
