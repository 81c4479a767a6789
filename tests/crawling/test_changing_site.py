"""A site that changes between crawls: each change is told once, from the crawl to the page."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from crawl_site import Answer, Site, run_crawl
from db_home import ALDER, BIRCH, CEDAR, Card, html
from recrawling import at
from web_server import serving

from archive import open_archive
from archive.ledger.profiles import accept_drift
from db import build
from db.check import check
from parsers import read_page
from schema.records import Comparison
from web.asking import first
from web.pages.tool import SIDE_AS_OF
from web.stored import FOLDER, stored_queries

DOGWOOD = Card("dogwood", "Dogwood Loom", reviewer="Builder, Skeptic, Founder, Designer")
FIRST = [replace(card, reviewer=DOGWOOD.reviewer) for card in (ALDER, BIRCH, CEDAR)] + [DOGWOOD]
# Alder's price goes up, Birch's share down with two verdicts flipped.
SECOND = [
    replace(FIRST[0], pricing="Free for one desk, then 9 crowns"),
    replace(FIRST[1], ships=2),
    *FIRST[2:],
]
# No page says a price any more.
THIRD = [replace(card, pricing="") for card in SECOND]
DAYS = [f"2026-{day}T12:00:00Z" for day in ("11-01", "12-11", "01-20")]
PRICED = {card.slug: card.pricing for card in SECOND}


def pages(cards: list[Card]) -> dict[str, bytes]:
    return {
        f"/compare/{a.slug}-vs-{b.slug}": html(a, b)
        for at, a in enumerate(cards)
        for b in cards[at + 1 :]
    }


GONE = ("/compare/alder-vs-cedar", "/compare/birch-vs-dogwood")


TOLD: dict[int, tuple[int, str, str | None]] = {}
"""By day: the crawl's exit code, its line of changes, and the build's."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The database after three crawls, each followed by a build."""
    home = tmp_path_factory.mktemp("changing") / "home"
    site = Site()
    try:
        for day, cards in ((0, FIRST), (40, SECOND), (80, THIRD)):
            shown = pages(cards)
            for path, body in shown.items():
                site.answers[path] = Answer(body)
            if day == 80:
                for path in GONE:
                    site.answers[path] = Answer(b"gone", 410)
            listed = "".join(f'<a href="{path}">a comparison</a>' for path in shown)
            site.answers["/"] = Answer(f"<html><body><p>All</p>{listed}</body></html>".encode())
            ended = run_crawl(home, site.base, "--all-due", env=at(day))
            line = next((each for each in ended.errors.splitlines() if "failing" in each), "")
            TOLD[day] = (ended.exit_code, line, build(home).changes)
        accept_drift(home, 3)
        for day in (90, 100):  # until an address is believed to be gone
            run_crawl(home, site.base, "--all-due", env=at(day))
        made = build(home)
    finally:
        site.close()
    assert check(home, deep=True) == []
    yield made.path


def asked(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def test_each_change_is_one_row_with_what_was_and_is_and_between_which_days(
    published: Path,
) -> None:
    sql = """SELECT kind, tool, coalesce(reviewer, ''), field, old, new,
      substr(seen_after, 1, 10), substr(seen_by, 1, 10) FROM changes
      WHERE field NOT IN ('tool', 'comparison') ORDER BY seen_by, tool, field, reviewer"""
    day1, day2, day3 = "2026-11-01", "2026-12-11", "2027-01-20"
    assert asked(published, sql) == [
        ("changed", "alder", "", "pricing", ALDER.pricing, PRICED["alder"], day1, day2),
        ("changed", "birch", "", "badge", "Ship", "Mixed", day1, day2),
        ("changed", "birch", "", "panel_ship_percent", "100", "50", day1, day2),
        ("changed", "birch", "Builder", "verdict", "ship", "skip", day1, day2),
        ("changed", "birch", "Designer", "verdict", "ship", "skip", day1, day2),
        ("changed", "birch", "", "votes", "4 ship / 0 skip", "2 ship / 2 skip", day1, day2),
        *(
            ("vanished", slug, "", "pricing", PRICED[slug], None, day2, day3)
            for slug in ("alder", "birch", "cedar", "dogwood")
        ),
    ]


def test_what_appeared_and_what_is_gone_is_told_once(published: Path) -> None:
    sql = "SELECT field, kind, count(*), count(DISTINCT coalesce(tool, comparison)) FROM changes"
    sql += " WHERE field IN ('tool', 'comparison') GROUP BY 1, 2 ORDER BY 1, 2"
    assert asked(published, sql) == [
        ("comparison", "appeared", 6, 6),
        ("comparison", "vanished", 2, 2),
        ("tool", "appeared", 4, 4),
    ]
    gone = "SELECT comparison, substr(seen_after, 1, 10), substr(seen_by, 1, 10) FROM changes"
    gone += " WHERE field = 'comparison' AND kind = 'vanished' ORDER BY 1"
    assert asked(published, gone) == [
        (path.rpartition("/")[2], "2026-12-11", "2027-01-20") for path in GONE
    ]


def test_a_value_that_changed_is_the_newest_and_never_null(published: Path) -> None:
    cards = "SELECT name, pricing, substr(pricing_since, 1, 10) FROM card"
    cards += " WHERE last_seen > '2027' ORDER BY name"
    assert asked(published, cards) == [
        ("Alder Désk", PRICED["alder"], "2026-12-11"),
        ("Birch Pad", PRICED["birch"], "2026-12-11"),
        ("Cedar Box", PRICED["cedar"], "2026-11-01"),
        ("Dogwood Loom", PRICED["dogwood"], "2026-11-01"),
    ]
    quotes = "SELECT verdict, substr(verdict_since, 1, 10), count(*) FROM quote"
    quotes += " WHERE tool_name = 'Birch Pad' GROUP BY 1, 2 ORDER BY 1"
    assert asked(published, quotes) == [("ship", "2026-11-01", 2), ("skip", "2026-12-11", 2)]
    assert asked(published, "SELECT count(*) FROM quote WHERE verdict IS NULL") == [(0,)]


def test_older_values_are_rows_of_history_with_their_days(published: Path) -> None:
    sql = """SELECT value, substr(history.first_seen, 1, 10), substr(history.last_seen, 1, 10)
      FROM history JOIN tool ON tool.id = tool_id WHERE tool = 'alder' ORDER BY 2"""
    assert asked(published, sql) == [
        (ALDER.pricing, "2026-11-01", "2026-11-01"),
        (PRICED["alder"], "2026-12-11", "2026-12-11"),
        (None, "2027-01-20", "2027-02-09"),
    ]


def test_what_changed_over_time_is_no_finding(published: Path) -> None:
    sql = "SELECT code, field FROM finding WHERE code = 'observation_conflict'"
    assert asked(published, sql) == []


def test_a_null_is_what_no_page_ever_stated(published: Path) -> None:
    """The sentence of the README, over every joined column."""
    for table, columns in {
        "card": ("badge", "votes_ship", "votes_skip", "pricing"),
        "quote": ("reviewer_id", "score", "verdict"),
    }.items():
        for column in columns:
            (nulls,) = asked(published, f"SELECT count(*) FROM {table} WHERE {column} IS NULL")[0]
            assert nulls == 0, (table, column)


def test_the_pages_say_the_price_and_the_verdicts_and_since_when(published: Path) -> None:
    with serving(published) as server:
        alder = re.sub("<[^>]+>", "", server.ask("/tool/alder").text)
        between = alder.partition("Between 2026-11-01 and 2026-12-11")[2]
        assert between.index(ALDER.pricing) < between.index(PRICED["alder"])
        ((key,),) = asked(published, "SELECT key FROM quote JOIN reviewer r ON r.id = reviewer_id"
                          " WHERE tool_name = 'Birch Pad' AND r.name = 'Designer'")  # fmt: skip
        quote = re.sub(r"<[^>]+>", " ", server.ask(f"/quote/{key}").text)
        assert "skip" in quote and "nothing decides it" not in quote
        assert "ship until 2026-11-01" in " ".join(quote.split())


def test_crawl_and_build_say_in_a_line_what_is_new(published: Path) -> None:
    changed = "0 pages new, 5 changed: 1 price, 1 share, 2 verdicts, 1 badge, 1 panel vote"
    assert TOLD[0] == (0, "6 pages stored; none failing or held", "6 pages new, 0 changed")
    assert TOLD[40] == (0, f"{changed}; none failing or held", changed)
    assert TOLD[80][0] == 10, "a drift that nobody was told of before"
    assert TOLD[80][1].startswith("0 pages new, 4 changed: 4 prices; ")


def test_a_comparison_and_a_tool_are_shown_as_of_a_day(published: Path) -> None:
    with serving(published) as server:
        now, then = server.ask("/tool/alder").text, server.ask("/tool/alder?as_of=2026-11-20").text
        assert PRICED["alder"] in now and PRICED["alder"] not in then and ALDER.pricing in then
        page = "/compare/birch-vs-cedar"
        for day, share in (("2026-11-20", "100%"), ("2026-12-20", "50%")):
            shown = server.ask(f"{page}?as_of={day}").text
            (first_tool,) = re.findall(r'<tr class="panel">.*?<td>(.*?)</td>', shown, re.S)
            assert f"<b>{share}</b> ship" in first_tool
            assert f"As of {day}" in shown and 'href="/compare/birch-vs-cedar"' in shown
        assert server.ask(f"{page}?as_of=2026-10-31").status == 404
        for odd in ("2026-13-01", "now", ""):
            assert server.ask(f"{page}?as_of={odd}").status == 400


AS_OF: dict[str, tuple[str, list[Any], list[Any]]] = {
    "card_on_a_day?tool=alder": ("pricing", [ALDER.pricing], [PRICED["alder"]]),
    "quotes_on_a_day?tool=birch&reviewer=Designer": ("verdict", ["ship"], ["skip"]),
    "reviewer_categories?reviewer=Designer": ("printed_skips", [0], [1]),
    "reviewer_pairs": ("both_skip", [0] * 6, [1, 0, 0, 0, 0, 0]),
    "reviewer_profiles": ("printed_skips", [0] * 4, [1, 1, 0, 0]),
    "share_and_votes": ("votes_skip", [0] * 4, [0, 2, 0, 0]),
    "share_histogram": ("cards", [4], [3, 1]),
    "tools_by_category": ("cards", [4], [4]),
    "verdicts_by_source": ("quotes", [16], [14, 2]),
}
"""Stored queries, a column, and what it holds before and after Birch lost two verdicts and Alder
changed its price."""


def test_stored_queries_as_of_a_day_give_what_the_captures_until_then_show(published: Path) -> None:
    dated = {q.name for q in stored_queries().values() if "as_of" in {p.name for p in q.parameters}}
    assert {asked.partition("?")[0] for asked in AS_OF} == dated
    with serving(published) as server:

        def told(asked: str, day: str) -> list[Any]:
            name, _, rest = asked.partition("?")
            shown = server.ask(f"/verdicts/{name}.json?_shape=array&{rest}&as_of={day}")
            return [row[AS_OF[asked][0]] for row in json.loads(shown.body)]

        for asked, (_, before, after) in AS_OF.items():
            assert told(asked, "2026-10-31") == [], asked
            assert (told(asked, "2026-12-10"), told(asked, "2026-12-11")) == (before, after), asked


def test_stored_queries_and_tools_pages_show_the_same_side_as_of_any_day(published: Path) -> None:
    shown = (FOLDER / "parts" / "shown.sql").read_text()
    with closing(sqlite3.connect(published)) as db:
        for day in ("2026-10-31", "2026-11-01", "2026-12-11", "2027-01-20", "2027-12-31"):
            until = f"{day}T23:59:59Z"
            tools = [tool for (tool,) in db.execute("SELECT id FROM tool ORDER BY id")]
            sides = [first(db, SIDE_AS_OF, id=tool, until=until) for tool in tools]
            found = db.execute(f"SELECT tool_id, side_id FROM ({shown}) ORDER BY 1", {"as_of": day})
            there = zip(tools, sides, strict=True)
            assert found.fetchall() == [(tool, side.side_id) for tool, side in there if side]


def test_python_gives_the_capture_of_a_page_as_of_a_day(published: Path) -> None:
    archive = open_archive(published.parent.parent)
    url = "https://sample.example/compare/birch-vs-cedar"
    shares = []
    for day in ("2026-11-20", "2026-12-11T12:00:00Z", "2026-12-11T11:59:59Z"):
        capture = archive.capture_as_of(url, day)
        assert capture is not None
        record = read_page(archive.load(capture), site=capture.site)
        assert isinstance(record, Comparison)
        shares.append(record.tools[0].panel_ship_percent)
    assert shares == [100, 50, 100]
    assert archive.capture_as_of(url, "2026-10-31") is None
