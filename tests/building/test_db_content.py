from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from db_home import ALDER, BASE, BIRCH, CEDAR, MONDAY, TUESDAY, WEDNESDAY, Answer, know, page, store

from archive.ledger.leases import Ending, refused
from db import build

NOARCHIVE = '<meta name="robots" content="noarchive">'


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("VERDICTS_NOW", "2026-11-20T00:00:00Z")
    yield


def ask(home: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(build(home, workers=1).path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_a_page_shows_its_eight_quotes_in_order(tmp_path: Path) -> None:
    store(tmp_path, [page(ALDER, BIRCH)])
    found = ask(tmp_path, "SELECT position, tool_position, slot, text FROM comparison_quote")
    assert [row[:3] for row in found] == [
        (2 * row + side - 2, side, row) for row in range(1, 5) for side in (1, 2)
    ]
    assert found[2][3] == ALDER.quote(2)


def test_a_quote_on_many_pages_is_stored_once(tmp_path: Path) -> None:
    store(tmp_path, [page(ALDER, BIRCH), page(ALDER, CEDAR), page(BIRCH, CEDAR)])
    assert ask(tmp_path, "SELECT count(*) FROM quote") == [(12,)]
    assert ask(tmp_path, "SELECT count(*) FROM card") == [(3,)]
    assert ask(tmp_path, "SELECT count(*) FROM comparison_quote") == [(24,)]


def test_a_changed_capture_makes_a_second_version_and_dates_what_it_shows(tmp_path: Path) -> None:
    changed = replace(BIRCH, words="has lost its charm")
    store(tmp_path, [page(ALDER, BIRCH), page(ALDER, changed, at=WEDNESDAY)])
    assert ask(tmp_path, "SELECT number, first_seen, last_seen FROM comparison_version") == [
        (1, MONDAY, MONDAY),
        (2, WEDNESDAY, WEDNESDAY),
    ]
    sql = "SELECT DISTINCT tool_name, first_seen, last_seen FROM quote ORDER BY 1, 2"
    assert ask(tmp_path, sql) == [
        (ALDER.name, MONDAY, WEDNESDAY),
        (BIRCH.name, MONDAY, MONDAY),
        (BIRCH.name, WEDNESDAY, WEDNESDAY),
    ]
    shown = ask(tmp_path, "SELECT text FROM comparison_quote WHERE position = 2")
    assert shown == [(changed.quote(1),)]
    told = ask(tmp_path, "SELECT first_seen, last_seen, captured_at, state FROM comparison")
    assert told == [(MONDAY, WEDNESDAY, WEDNESDAY, "stored")]


def test_equal_captures_are_one_version_and_a_return_is_a_third(tmp_path: Path) -> None:
    changed, thursday = replace(BIRCH, tagline="Another line"), "2026-11-05T12:00:00Z"
    store(
        tmp_path,
        [
            page(ALDER, BIRCH),
            page(ALDER, BIRCH, at=TUESDAY, head="<!-- new bytes -->"),
            page(ALDER, changed, at=WEDNESDAY),
            page(ALDER, BIRCH, at=thursday),
        ],
    )
    found = ask(tmp_path, "SELECT number, first_seen, last_seen FROM comparison_version")
    assert found == [(1, MONDAY, TUESDAY), (2, WEDNESDAY, WEDNESDAY), (3, thursday, thursday)]


@pytest.mark.parametrize(
    ("source", "tagline"), [("warc", BIRCH.tagline), ("crawl", "Another line")]
)
def test_an_import_counts_by_its_date_and_what_we_asked_by_when_it_came(
    tmp_path: Path, source: str, tagline: str
) -> None:
    other = replace(BIRCH, tagline="Another line")
    store(tmp_path, [page(ALDER, BIRCH, at=WEDNESDAY), page(ALDER, other, at=MONDAY)])
    ledger = sqlite3.connect(tmp_path / "ledger.db")
    ledger.execute("UPDATE capture SET date_source = ? WHERE id = 2", (source,))
    ledger.commit()
    sql = "SELECT tagline FROM card JOIN comparison ON card_b_id = card.id"
    assert ask(tmp_path, sql) == [(tagline,)]


def test_a_revisit_counts_as_its_original(tmp_path: Path) -> None:
    store(tmp_path, [page(ALDER, BIRCH), page(ALDER, BIRCH, at=TUESDAY, status=304)])
    ledger = sqlite3.connect(tmp_path / "ledger.db")
    ledger.execute("UPDATE capture SET kind = 'revisit', revisit_of = 1 WHERE id = 2")
    ledger.commit()
    sql = "SELECT captured_at, first_seen, last_seen, state FROM comparison"
    assert ask(tmp_path, sql) == [(MONDAY, MONDAY, TUESDAY, "stored")]
    assert ask(tmp_path, "SELECT kind, revisit_of_id, outcome FROM capture") == [
        ("response", None, "comparison"),
        ("revisit", 1, "comparison"),
    ]


def test_a_page_that_fails_later_is_held_and_its_failure_is_a_row(tmp_path: Path) -> None:
    good = page(ALDER, BIRCH)
    cut = replace(good, at=TUESDAY, body=good.body[: len(good.body) // 2])
    bad = Answer(f"{BASE}/compare/x-vs-y", b"<html><body><p>Loading</p></body></html>")
    missing = Answer(f"{BASE}/compare/y-vs-z", b"<p>no</p>", status=404)
    store(tmp_path, [good, cut, bad, missing])
    know(tmp_path, f"{BASE}/compare/never-vs-seen")
    assert ask(tmp_path, "SELECT key, state FROM page ORDER BY 1") == [
        ("alder-vs-birch", "held"),
        ("never-vs-seen", "waiting"),
        ("x-vs-y", "failed"),
        ("y-vs-z", "failed"),
    ]
    assert ask(tmp_path, "SELECT state, captured_at FROM comparison") == [("held", MONDAY)]
    failed = ask(tmp_path, "SELECT page.url FROM failure JOIN page ON page.id = page_id ORDER BY 1")
    assert failed == [(good.url,), (bad.url,), (missing.url,)]
    outcomes = ask(tmp_path, "SELECT outcome FROM capture ORDER BY url, captured_at")
    assert outcomes == [("comparison",), ("failure",), ("failure",), ("failure",)]


def test_refused_and_gone_come_before_what_is_stored(tmp_path: Path) -> None:
    first, second, third = page(ALDER, BIRCH), page(ALDER, CEDAR), page(BIRCH, CEDAR)
    store(tmp_path, [first, second, third])
    know(tmp_path, first.url, refused("refused_robots", "disallowed"))
    know(tmp_path, second.url, Ending("http_error", "410", "gone", status=410))
    know(tmp_path, third.url, Ending("network_error", "dns", "waiting", tries=1))
    states = ask(tmp_path, "SELECT state FROM page ORDER BY url")
    assert states == [("refused",), ("gone",), ("held",)]
    assert ask(tmp_path, "SELECT DISTINCT state FROM comparison") == [("held",)]


def test_pages_that_are_no_comparison_stay_out_of_the_public_file(tmp_path: Path) -> None:
    store(tmp_path, [page(ALDER, BIRCH), Answer(f"{BASE}/", b"<p>Home</p>", role="listing")])
    assert ask(tmp_path, "SELECT count(*) FROM page") == [(1,)]
    assert ask(tmp_path, "SELECT count(*) FROM capture") == [(1,)]


def test_text_is_withheld_only_where_every_address_says_so(tmp_path: Path) -> None:
    store(tmp_path, [page(ALDER, BIRCH, head=NOARCHIVE), page(ALDER, CEDAR)])
    sql = "SELECT DISTINCT tool_name, text IS NULL, withheld FROM quote ORDER BY 1"
    assert ask(tmp_path, sql) == [
        (ALDER.name, 0, None),
        (BIRCH.name, 1, "noarchive"),
        (CEDAR.name, 0, None),
    ]
    sql = "SELECT name, description IS NULL, withheld FROM card ORDER BY 1"
    assert ask(tmp_path, sql)[1] == (BIRCH.name, 1, "noarchive")
    assert ask(tmp_path, "SELECT withheld FROM comparison ORDER BY comparison") == [
        ("noarchive",),
        (None,),
    ]
    assert ask(tmp_path, "SELECT count(*) FROM quote_fts WHERE quote_fts MATCH 'circles'") == [(0,)]
    path = build(tmp_path, workers=1).path
    assert BIRCH.quote(1).encode() not in path.read_bytes()


def test_facts_of_a_withheld_quote_are_published(tmp_path: Path) -> None:
    store(tmp_path, [page(ALDER, BIRCH, headers={"X-Robots-Tag": "noarchive, noindex"})])
    sql = "SELECT DISTINCT text, characters > 20, score, verdict, withheld FROM quote"
    assert ask(tmp_path, sql) == [(None, 1, 81, "ship", "noarchive")]
    assert ask(tmp_path, "SELECT noindex FROM comparison") == [(1,)]
    assert ask(tmp_path, "SELECT opt_outs FROM capture") == [('["noarchive", "noindex"]',)]


def test_of_facts_on_which_pages_of_a_day_disagree_the_newest_is_given_and_a_finding_says_so(
    tmp_path: Path,
) -> None:
    other = replace(ALDER, reviewer="Founder, Maker", score=84, pricing="Free on Sundays")
    cedar = replace(CEDAR, reviewer="Builder, Skeptic")
    store(tmp_path, [page(ALDER, BIRCH), page(other, cedar)])
    sql = "SELECT DISTINCT score, reviewer_id, verdict FROM quote WHERE tool_name LIKE 'Alder%'"
    assert {row[0] for row in ask(tmp_path, sql)} == {84}
    assert ask(tmp_path, "SELECT pricing, pricing_since FROM card WHERE name LIKE 'Alder%'") == [
        ("Free on Sundays", MONDAY)
    ]
    sql = "SELECT field, count(*) FROM finding WHERE code = 'observation_conflict' GROUP BY 1"
    assert sorted(ask(tmp_path, sql)) == [("pricing", 1), ("reviewer", 4), ("score", 4)]
    detail = ask(tmp_path, "SELECT detail FROM finding WHERE field = 'score'")[0][0]
    assert detail == f"81 (alder-vs-birch, {MONDAY}) | 84 (alder-vs-cedar, {MONDAY})"
    shown = ask(tmp_path, "SELECT DISTINCT score FROM comparison_quote ORDER BY 1")
    assert shown == [(81,), (84,)]


def test_one_card_under_two_slugs_belongs_to_the_newest_and_a_finding_names_both(
    tmp_path: Path,
) -> None:
    store(tmp_path, [page(ALDER, CEDAR), page(replace(ALDER, slug="alder-two"), CEDAR)])
    sql = "SELECT tool.tool FROM card JOIN tool ON tool.id = tool_id WHERE card.name LIKE 'Alder%'"
    assert ask(tmp_path, sql) == [("alder-two",)]
    assert ask(tmp_path, "SELECT tool FROM tool ORDER BY 1") == [
        ("alder",),
        ("alder-two",),
        ("cedar",),
    ]
    assert ask(tmp_path, "SELECT count(*) FROM finding WHERE field = 'slug'") == [(5,)]


def test_a_page_without_address_goes_by_its_urn_and_its_tools_by_name(tmp_path: Path) -> None:
    known = page(ALDER, BIRCH)
    urn = replace(known, url="urn:sha256:" + "0" * 64, at=TUESDAY)
    store(tmp_path, [known, urn])
    found = ask(
        tmp_path,
        "SELECT comparison.comparison, page.url FROM comparison JOIN page USING (id) ORDER BY 1",
    )
    assert found == [("alder-vs-birch", known.url), (urn.url, urn.url)]
    tools = ask(tmp_path, "SELECT tool, slug FROM tool ORDER BY 1")
    assert tools == [
        ("alder", "alder"),
        ("birch", "birch"),
        (f"name:{ALDER.name}", None),
        (f"name:{BIRCH.name}", None),
    ]
    sql = "SELECT DISTINCT tool.tool FROM card JOIN tool ON tool.id = card.tool_id"
    joined = ask(tmp_path, sql)
    assert sorted(joined) == [("alder",), ("birch",)]


def test_what_two_sites_share_is_written_with_its_site(tmp_path: Path) -> None:
    ours = page(ALDER, BIRCH)
    theirs = replace(
        page(ALDER, BIRCH), site="shiporskip", url="https://shiporskip.io/compare/alder-vs-birch"
    )
    store(tmp_path, [ours, theirs, page(ALDER, CEDAR)])
    names = [name for (name,) in ask(tmp_path, "SELECT comparison FROM comparison ORDER BY 1")]
    assert names == ["alder-vs-cedar", "sample:alder-vs-birch", "shiporskip:alder-vs-birch"]
    tools = ask(tmp_path, "SELECT tool FROM tool ORDER BY 1")
    assert tools == [
        ("cedar",),
        ("sample:alder",),
        ("sample:birch",),
        ("shiporskip:alder",),
        ("shiporskip:birch",),
    ]


def test_one_pair_at_two_addresses_of_a_site_is_two_pages(tmp_path: Path) -> None:
    first = page(ALDER, BIRCH)
    second = replace(first, url=first.url + "/")
    store(tmp_path, [second, first])
    found = ask(tmp_path, "SELECT comparison FROM comparison ORDER BY 1")
    assert found == [("alder-vs-birch",), (second.url,)]


def test_a_pages_own_findings_stand_with_its_version(tmp_path: Path) -> None:
    store(tmp_path, [page(BIRCH, replace(ALDER, category="Toys"))])
    found = ask(tmp_path, "SELECT comparison_id, version_id, code FROM finding")
    assert "slug_order" in {row[2] for row in found}
    assert {row[:2] for row in found} == {(1, 1)}


def test_an_inferred_verdict_never_stands_against_a_printed_one(tmp_path: Path) -> None:
    plain, other = page(ALDER, BIRCH), page(ALDER, CEDAR)
    inferred = replace(plain, body=plain.body.replace(b"81/100 \xc2\xb7 ship", b"81/100"))
    printed = replace(
        other, body=other.body.replace(b"81/100 \xc2\xb7 ship", b"81/100 \xc2\xb7 skip", 1)
    )
    store(tmp_path, [inferred])
    sql = "SELECT DISTINCT verdict, verdict_source FROM quote WHERE tool_name = ?"
    asked = sql.replace("?", f"'{ALDER.name}'")
    assert ask(tmp_path, asked) == [("ship", "unanimous")]
    store(tmp_path, [printed])
    assert set(ask(tmp_path, asked)) == {("skip", "page"), ("ship", "page")}
    sql = "SELECT field, detail FROM finding WHERE quote_id IS NOT NULL"
    told = f"inferred ship (alder-vs-birch, {MONDAY}) | printed skip (alder-vs-cedar, {MONDAY})"
    assert ask(tmp_path, sql) == [("verdict", told)]
    third = replace(plain, at=TUESDAY)
    store(tmp_path, [third])
    # What was printed on another day was changed since.
    assert ask(tmp_path, f"{sql} AND field = 'verdict'") == [("verdict", told)]
    changed = "SELECT field, old, new, seen_after, seen_by FROM change WHERE kind = 'changed'"
    assert ask(tmp_path, changed) == [("verdict", "skip", "ship", MONDAY, TUESDAY)]
    assert ask(tmp_path, asked) == [("ship", "page")]
