"""Dates that nobody can vouch for, a wrong clock's or a month's, turn no history round."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from itertools import combinations, groupby, pairwise
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from db_home import ALDER, BIRCH, CEDAR, Answer, page, store
from hypothesis import given
from hypothesis import strategies as st
from web_server import serving

from db import build
from db.staging.clocks import CrawlDates, WrongClock, wrong_clocks
from schema.dates import Precision

OLD, NEW, NEWEST = "4 crowns", "9 crowns", "11 crowns"


def priced(price: str, at: str, *, source: str = "crawl", precision: str = "second") -> Answer:
    """A page on which a tool has a price, captured then."""
    said = {"date_source": source, "precision": precision}
    return page(replace(ALDER, pricing=price), BIRCH, at=at, **said)


def dated(price: str, at: str) -> Answer:
    """The same in a file of other origin, dated as exactly as is written."""
    precision: dict[int, Precision] = {4: "year", 7: "month", 10: "day"}
    first = "-01-01T00:00:00Z"[max(0, len(at) - 4) :]
    return priced(price, at + first, source="warc", precision=precision.get(len(at), "second"))


def crawled(home: Path, *prices: tuple[str, str]) -> Path:
    """A home that was crawled on these days, and built after each."""
    for price, at in prices:
        store(home, [priced(price, f"{at}T12:00:00Z")])
        made = build(home)
    return made.path


def asked(published: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(published)) as db:
        return db.execute(sql).fetchall()


def told(published: Path) -> tuple[list[Any], list[Any], list[Any]]:
    """Changes of the price, its history, and what the card says of it now; dates as days."""
    about = "field = 'pricing' ORDER BY length(value), value"
    changes = asked(
        published,
        "SELECT old, new, substr(seen_after, 1, 10), substr(seen_by, 1, 10)"
        " FROM change WHERE field = 'pricing' ORDER BY id",
    )
    history = asked(
        published,
        f"SELECT value, substr(first_seen, 1, 10), substr(last_seen, 1, 10)"
        f" FROM history WHERE {about}",
    )
    card = "SELECT pricing, substr(pricing_since, 1, 10) FROM card WHERE name = 'Alder Désk'"
    return changes, history, asked(published, card)


def days_of(published: Path) -> set[str]:
    """Every day that is told as one on which something was seen."""
    found = set()
    for table in (
        "comparison",
        "comparison_version",
        "card",
        "quote",
        "tool",
        "reviewer",
        "history",
        "side_seen",
    ):
        for row in asked(published, f"SELECT first_seen, last_seen FROM {table}"):
            found |= {day[:10] for day in row if day}
    return found


def test_a_crawl_whose_clock_was_ahead_keeps_its_place_and_gives_no_date(home: Path) -> None:
    days = (OLD, "2026-11-01"), (NEW, "2031-05-05"), (NEWEST, "2026-11-09")
    published = crawled(home, *days)
    assert told(published) == (
        [(OLD, NEW, "2026-11-01", None), (NEW, NEWEST, None, "2026-11-09")],
        [
            (OLD, "2026-11-01", "2026-11-01"),
            (NEW, None, None),
            (NEWEST, "2026-11-09", "2026-11-09"),
        ],
        [(NEWEST, "2026-11-09")],
    )
    assert days_of(published) == {"2026-11-01", "2026-11-09"}
    until = asked(published, "SELECT captured_at, captured_until FROM capture ORDER BY id LIMIT 2")
    assert until[1] == ("2031-05-05T12:00:00Z", "2026-11-09T12:00:00Z")


def test_a_crawl_whose_clock_was_behind_is_the_newest_and_gives_no_date(home: Path) -> None:
    days = (OLD, "2026-11-01"), (OLD, "2026-11-05"), (NEW, "1999-01-01")
    published = crawled(home, *days)
    assert told(published) == (
        [(OLD, NEW, "2026-11-05", None)],
        [(OLD, "2026-11-01", "2026-11-05"), (NEW, None, None)],
        [(NEW, None)],
    )
    published = crawled(home, (NEW, "2026-11-12"))
    assert told(published)[0] == [(OLD, NEW, "2026-11-05", "2026-11-12")]
    assert told(published)[2] == [(NEW, "2026-11-12")]


def test_another_page_of_a_right_clock_is_not_older_than_one_of_a_wrong_one(home: Path) -> None:
    crawled(home, (OLD, "2026-11-01"), (NEW, "2031-05-05"))
    store(home, [page(replace(ALDER, pricing=NEWEST), CEDAR, at="2026-11-09T12:00:00Z")])
    assert told(build(home).path)[2] == [(NEWEST, "2026-11-09")]


def test_a_clock_that_is_put_right_by_less_than_a_day_keeps_its_dates(home: Path) -> None:
    for at in ("2026-11-01T23:00:00Z", "2026-11-01T21:00:00Z", "2026-11-03T12:00:00Z"):
        store(home, [priced(OLD, at)])
    doubted = "SELECT count(*) FROM capture WHERE captured_until IS NOT captured_at"
    assert asked(build(home).path, doubted) == [(0,)]


@pytest.mark.parametrize("vague", ["2026", "2026-11"])
def test_what_may_have_been_before_as_well_as_after_is_no_change(home: Path, vague: str) -> None:
    crawled(home, (OLD, "2026-11-05"), (OLD, "2026-11-20"))
    store(home, [dated(NEW, vague)])
    published = build(home).path
    assert told(published) == ([], [], [(OLD, "2026-11-05")])
    assert days_of(published) == {"2026-11-05", "2026-11-20"}


def test_months_that_lie_apart_are_told_in_their_order_and_without_a_day(home: Path) -> None:
    store(home, [dated(NEW, "2026-05"), dated(OLD, "2026-03"), dated(OLD, "2026-03")])
    published = build(home).path
    assert told(published) == (
        [(OLD, NEW, None, None)],
        [(OLD, None, None), (NEW, None, None)],
        [(NEW, None)],
    )
    assert not days_of(published)


def test_a_month_that_is_past_all_that_has_a_day_holds_the_newest_value(home: Path) -> None:
    crawled(home, (OLD, "2026-09-05"), (OLD, "2026-10-20"))
    store(home, [dated(NEW, "2026-11")])
    assert told(build(home).path) == (
        [(OLD, NEW, "2026-10-20", None)],
        [(OLD, "2026-09-05", "2026-10-20"), (NEW, None, None)],
        [(NEW, None)],
    )


def test_months_and_years_that_overlap_say_nothing_of_an_order(home: Path) -> None:
    store(home, [dated(OLD, "2026"), dated(NEW, "2026-03")])
    assert told(build(home).path) == ([], [], [(NEW, None)])


def test_a_day_and_a_time_of_it_are_no_change_of_that_day(home: Path) -> None:
    crawled(home, (OLD, "2026-11-05"))
    store(home, [dated(NEW, "2026-11-05")])
    published = build(home).path
    assert told(published)[0] == []
    sql = "SELECT field FROM finding WHERE code = 'observation_conflict'"
    assert asked(published, sql) == [("pricing",)]


@pytest.mark.parametrize("seed", range(3))
def test_whichever_crawls_had_a_wrong_clock_each_change_is_told_once_and_in_its_order(
    home: Path, seed: int
) -> None:
    random, price, is_wrong = Random(seed), 1, False
    crawls: list[tuple[str, str | None]] = []
    for month in range(1, 8):
        price += random.random() < 0.5
        is_wrong = 1 < month < 7 and not is_wrong and random.random() < 0.4
        at = f"2026-{month:02}-05T12:00:00Z"
        wrong = random.choice(["2031-01-01T00:00:00Z", "2019-01-01T00:00:00Z"])
        seen = [
            page(replace(ALDER, pricing=f"{price} crowns"), other, at=wrong if is_wrong else at)
            for other in random.sample([BIRCH, CEDAR], random.randint(1, 2))
        ]
        store(home, seen)
        crawls.append((f"{price} crowns", None if is_wrong else at[:10]))
    prices = [value for value, _ in groupby(crawls, key=itemgetter(0))]
    days = {value: [day for told, day in crawls if told == value and day] for value in prices}
    changes, _, card = told(build(home).path)
    assert changes == [
        (old, new, max(days[old], default=None), min(days[new], default=None))
        for old, new in pairwise(prices)
    ]
    assert card[-1] == (prices[-1], min(days[prices[-1]]))


def test_a_page_says_of_each_such_date_what_is_known_instead(home: Path) -> None:
    crawled(home, (OLD, "2026-11-01"), (NEW, "2031-05-05"))
    store(home, [page(ALDER, CEDAR, at="2026-11-09T12:00:00Z"), dated_cedar("2026-03")])
    with serving(build(home).path) as server:
        wrong = server.ask("/compare/alder-vs-birch").text
        assert "captured on a day that is not known (the clock of that crawl was wrong" in wrong
        assert (
            "captured in 2026-03, on a day that is not known"
            in server.ask("/compare/birch-vs-cedar").text
        )
        assert "2026-11-01 to 2026-11-09" in server.ask("/").text


def dated_cedar(month: str) -> Answer:
    at = f"{month}-01T00:00:00Z"
    return page(BIRCH, CEDAR, at=at, date_source="warc", precision="month")


@st.composite
def crawls(draw: st.DrawFn) -> list[CrawlDates]:
    days = draw(st.lists(st.integers(0, 60), min_size=1, max_size=8))
    dates = [f"2026-{1 + day // 28:02}-{1 + day % 28:02}T00:00:00Z" for day in days]
    lengths = draw(st.lists(st.integers(0, 9), min_size=len(days), max_size=len(days)))
    return [
        CrawlDates(run, at, at.replace("T00", f"T{length:02}"))
        for run, (at, length) in enumerate(zip(dates, lengths, strict=True), 1)
    ]


def follow(line: Iterable[CrawlDates]) -> bool:
    """Whether none of them goes back by a day or more; two days are two nights apart here."""
    last = ""
    for each in line:
        if each.first[:10] < last[:10] and _days(last) - _days(each.first) > 1:
            return False
        last = max(last, each.last)
    return True


def _days(at: str) -> float:
    month, day, hour = int(at[5:7]), int(at[8:10]), int(at[11:13])
    return {1: 0, 2: 31, 3: 59}[month] + day + hour / 24


@given(crawls())
def test_of_all_lines_of_crawls_that_follow_each_other_one_of_the_longest_is_believed(
    every: list[CrawlDates],
) -> None:
    wrong = wrong_clocks(every)
    believed = [each for each in every if each.run not in wrong]
    assert follow(believed)
    longest = max(
        size
        for size in range(len(every) + 1)
        if any(follow(line) for line in combinations(every, size))
    )
    assert len(believed) == longest
    for run, clock in wrong.items():
        before = [each.last for each in believed if each.run < run]
        later = [each.first for each in believed if each.run > run]
        assert clock == WrongClock(max(before, default="."), later[0] if later else None)
