"""A database made from the last one and what changed is the one that is made from nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from unittest.mock import Mock

import pytest
from db_home import ALDER, BASE, BIRCH, CEDAR, TUESDAY, Answer, Card, know, page, store

from archive import Home
from archive.ledger.leases import Ending, refused
from archive.takedown import active_takedowns
from db import build
from db.staging import STAGING, Staging
from db.takedown.withdraw import correct, lift, take_down
from schema.errors import UsageError

HISTORIES = int(os.environ.get("VERDICTS_HISTORIES", "4"))
"""So many random histories are tried; more by hand."""
STEPS = 4
NOARCHIVE = '<meta name="robots" content="noarchive">'
MARKED = "<meta name=robots content=noindex>"
SITES = {"sample": BASE, "shiporskip": "https://shiporskip.io"}


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERDICTS_NOW", "2026-11-20T00:00:00Z")


def a_card(random: Random) -> Card:
    card = random.choice([ALDER, BIRCH, CEDAR, replace(ALDER, slug="alder-2")])
    change = {
        "pricing": f"Free for {random.randint(1, 2)} desks",
        "score": random.choice([81, 60]),
        "tagline": random.choice(
            ["A drawer for half-finished ideas", "An open source drawer at $7 a month"]
        ),
        "words": random.choice([card.words, "will lose to Birch Pad in 12 months, at $9 a month"]),
        "reviewer": random.choice(["Builder", "Builder, Skeptic"]),
    }
    names = random.sample(sorted(change), random.randint(0, 2))
    return replace(card, **{name: change[name] for name in names})


def an_answer(random: Random) -> Answer:
    a, b = a_card(random), a_card(random)
    while a.name == b.name:
        b = a_card(random)
    site = random.choice(["sample", "sample", "shiporskip"])
    url = f"{SITES[site]}/compare/{a.slug}-vs-{b.slug}" + random.choice(["", "", "", "/"])
    head = random.choice(
        [
            "",
            "",
            "",
            NOARCHIVE,
            MARKED,
            f"<link rel=canonical href={BASE}/compare/{b.slug}-vs-{a.slug}>",
        ]
    )
    found = replace(page(a, b, head=head), url=url, site=site)
    kind = random.random()
    if kind < 0.1:
        return replace(found, body=found.body[:900], at=a_date(random))
    if kind < 0.2:
        return replace(found, status=random.choice([404, 500, 304, 301]), at=a_date(random))
    source = random.choice(["crawl", "crawl", "crawl", "warc", "file"])
    if source == "warc" and random.random() < 0.5:
        at, precision = random.choice([("2026-11", "month"), ("2026-01", "year")])
        found = replace(found, precision=precision)
        return replace(found, at=f"{at}-01T00:00:00Z", date_source=source)
    headers = random.choice([None, None, {"X-Robots-Tag": "unavailable_after: 2026-11-05"}])
    return replace(found, at=a_date(random), date_source=source, headers=headers)


def a_date(random: Random) -> str:
    return f"2026-11-{random.randint(1, 9):02}T12:00:00Z"


def a_step(home: Path, random: Random, known: list[Answer]) -> None:
    """Something that a home goes through."""
    if random.random() < 0.3 and (waits := an_answer(random)).site == "sample":
        know(home, waits.url)
    kind = random.random()
    if kind < 0.6 or not known:
        answers = [an_answer(random) for _ in range(random.randint(1, 4))]
        if known and random.random() < 0.3:
            answers.append(replace(random.choice(known), at=a_date(random)))
        store(home, answers)
        known += answers
    elif kind < 0.7:
        a_revisit(home, random)
    elif kind < 0.8:
        ending = random.choice(
            [
                refused("refused_robots", "disallowed"),
                Ending("http_error", "410", "gone", status=410),
            ]
        )
        each = random.choice([each for each in known if each.site == "sample"] or [None])
        if each is not None:
            know(home, each.url, ending)
    elif kind < 0.9:
        target = random.choice(["alder", "birch", random.choice(known).url])
        try:
            if random.random() < 0.5:
                take_down(Home(home), target, reason="asked", site=random.choice([*SITES, None]))
            else:
                correct(Home(home), target, note="They say otherwise.", site="sample")
        except UsageError:
            return  # nothing goes by it here
    else:
        for each in active_takedowns(Home(home))[:1]:
            lift(Home(home), each.id)


def a_revisit(home: Path, random: Random) -> None:
    ledger = sqlite3.connect(home / "ledger.db")
    found = ledger.execute("SELECT id, site, url FROM capture WHERE status = 200").fetchall()
    ledger.close()
    if not found:
        return
    original, site, url = random.choice(found)
    store(home, [Answer(url, b"", at=a_date(random), status=304, site=site)])
    ledger = sqlite3.connect(home / "ledger.db")
    ledger.execute(
        "UPDATE capture SET kind = 'revisit', revisit_of = ? WHERE id = (SELECT max(id) FROM"
        " capture) AND status = 304",
        (original,),
    )
    ledger.commit()
    ledger.close()


def built(home: Path) -> Path:
    return build(home, workers=1, accept_loss=True).path


def require_as_from_nothing(home: Path) -> None:
    """A build of the home gives the bytes that one without record files and databases gives."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder, "fresh")
        shutil.copytree(home, fresh, ignore=shutil.ignore_patterns("records", "public"))
        assert built(home).read_bytes() == built(fresh).read_bytes()


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_a_grown_database_is_byte_for_byte_the_one_made_from_nothing(
    tmp_path: Path, seed: int
) -> None:
    random, known = Random(seed), list[Answer]()
    home, copy = tmp_path / "home", tmp_path / "copy"
    store(home, [page(ALDER, BIRCH), page(ALDER, CEDAR)])
    grown = built(home)
    for step in range(STEPS):
        a_step(home, random, known)
        grown = built(home)
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(home, copy, symlinks=True)
        for folder in ("records", "public"):
            shutil.rmtree(copy / folder)
        fresh = built(copy)
        assert fresh.read_bytes() == grown.read_bytes(), (seed, step, known[-1:])


def test_a_new_page_moves_no_id(tmp_path: Path) -> None:
    store(tmp_path, [page(ALDER, BIRCH)])
    before = rows(built(tmp_path))
    store(tmp_path, [page(ALDER, CEDAR), page(BIRCH, CEDAR)])
    after = rows(built(tmp_path))
    for table, found in before.items():
        kept = {row[0] for row in after[table]}
        assert {row[0] for row in found} <= kept, table


@pytest.mark.parametrize("torn", [b"", b"no database", b"SQLite format 3\0" + bytes(5000)])
def test_a_staging_file_that_is_torn_is_made_again(tmp_path: Path, torn: bytes) -> None:
    store(tmp_path, [page(ALDER, BIRCH)])
    before = built(tmp_path)
    (tmp_path / "records" / "staging.db").write_bytes(torn)
    assert built(tmp_path) == before


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    connection = sqlite3.connect(path)
    names = "page capture comparison comparison_version tool card quote reviewer side crawl".split()
    return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}


def test_an_older_ledger_takes_back_its_pages_and_robots(tmp_path: Path) -> None:
    home, older = tmp_path / "home", tmp_path / "older.db"
    store(home, [page(ALDER, BIRCH)])
    before = built(home).read_bytes()
    shutil.copyfile(home / "ledger.db", older)
    know(home, f"{BASE}/compare/ash-vs-oak")
    with closing(sqlite3.connect(home / "ledger.db")) as ledger, ledger:
        ledger.execute(
            "INSERT INTO robots (run_id, site, origin, read_at, state, denied_tokens)"
            " VALUES (1, 'sample', ?, '2026-11-02T12:00:00Z', 'read', 'content-signal:search')",
            (BASE,),
        )
    assert built(home).read_bytes() != before
    shutil.copyfile(older, home / "ledger.db")
    assert built(home).read_bytes() == before


def test_a_build_killed_behind_a_mended_capture_leaves_no_row_astray(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, fresh = tmp_path / "home", tmp_path / "fresh"
    for pair in ((ALDER, BIRCH), (ALDER, CEDAR), (BIRCH, CEDAR)):
        store(home, [page(*pair)])
    shutil.copytree(home, fresh)
    first = min((home / "warc").glob("*.gz"))
    whole = first.read_bytes()
    first.chmod(0o644)
    middle = len(whole) // 2
    first.write_bytes(whole[:middle] + bytes(2) + whole[middle + 2 :])
    assert build(home, workers=1, accept_loss=True).damaged
    first.write_bytes(whole)
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(Staging, "taken", Mock(side_effect=KeyboardInterrupt))
        built(home)
    assert built(home).read_bytes() == built(fresh).read_bytes()


def test_a_revisit_of_a_page_that_now_shows_what_was_taken_down_refers_to_nothing(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    soft = f"<html><body>{'<p>Nothing here yet</p>' * 40}</body></html>".encode()
    store(home, [page(ALDER, BIRCH), page(CEDAR, ALDER)])
    store(home, [Answer(f"{BASE}/compare/ash-vs-oak", soft)])
    store(home, [Answer(f"{BASE}/compare/elm-vs-fir", soft)])
    with closing(sqlite3.connect(home / "ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE capture SET kind = 'revisit', revisit_of = 3 WHERE id = 4")
    take_down(Home(home), "cedar", reason="asked", site="sample")
    built(home)
    store(home, [replace(page(CEDAR, BIRCH), url=f"{BASE}/compare/ash-vs-oak", at=TUESDAY)])
    require_as_from_nothing(home)


def test_a_damaged_staging_file_is_made_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store(home, [page(ALDER, BIRCH)])
    built(home)
    staging = home / "records" / STAGING
    whole = staging.read_bytes()
    staging.write_bytes(whole[: len(whole) // 2])
    store(home, [page(ALDER, CEDAR)])
    require_as_from_nothing(home)


def test_a_word_that_changed_in_the_staging_file_is_never_published(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store(home, [page(ALDER, BIRCH)])
    built(home)
    for table, column in (("quote", "text"), ("card", "tagline"), ("side", "said")):
        with closing(sqlite3.connect(home / "records" / STAGING)) as staging, staging:
            staging.execute(f"UPDATE {table} SET {column} = upper({column})")
        store(home, [page(ALDER, replace(CEDAR, tagline=f"For {table}"))])
        require_as_from_nothing(home)


def test_captures_of_another_ledger_are_told_from_those_of_the_same_length(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store(home, [page(ALDER, BIRCH), page(ALDER, CEDAR, at="2026-11-04T12:00:00Z")])
    built(home)
    with closing(sqlite3.connect(home / "ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE capture SET captured_at = ? WHERE id = 1", (TUESDAY,))
    require_as_from_nothing(home)
