"""A database made from the last one and what changed is the one that is made from nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from db_home import ALDER, BASE, BIRCH, CEDAR, Answer, Card, know, page, store

from archive import Home
from archive.ledger.leases import Ending, refused
from archive.takedown import active_takedowns
from db import build
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
        "tagline": random.choice(["A drawer for half-finished ideas", "Another line"]),
        "words": random.choice([card.words, "has lost its charm"]),
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
