"""Dates that nobody can vouch for, a wrong clock's or a month's, turn no history round."""

from __future__ import annotations

import re
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
from commands import verdicts
from db_home import ALDER, BIRCH, CEDAR, Answer, Card, html, page, store, url_of
from hypothesis import example, given
from hypothesis import strategies as st
from web_server import serving

from archive import open_archive
from db import build
from db.records.snapshot import take_snapshot
from machine.wrong_clocks import RunDates, wrong_clocks
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


def imported(home: Path, price: str, at: str, other: Card = BIRCH, **more: Any) -> None:
    """A page of other origin that a run takes in."""
    said = replace(dated(price, at), **more)
    store(home, [replace(said, url=url_of(ALDER, other), body=html(alder(price), other))])


def alder(price: str) -> Card:
    return replace(ALDER, pricing=price)


def test_a_first_crawl_with_a_wrong_clock_is_not_older_than_what_is_imported(home: Path) -> None:
    crawled(home, (NEW, "2031-05-05"))
    imported(home, OLD, "2025-06-01T00:00:00Z")
    assert told(crawled(home, (NEW, "2026-11-09"))) == (
        [(OLD, NEW, "2025-06-01", "2026-11-09")],
        [(OLD, "2025-06-01", "2025-06-01"), (NEW, "2026-11-09", "2026-11-09")],
        [(NEW, "2026-11-09")],
    )


def test_what_a_publisher_wishes_holds_though_the_clock_was_wrong_or_the_date_a_month(
    home: Path,
) -> None:
    wish = {"X-Robots-Tag": "noarchive"}
    withheld = "SELECT count(*) > 0 FROM quote WHERE withheld IS NULL AND tool_name = 'Birch Pad'"
    crawled(home, (OLD, "2026-11-01"), (OLD, "2026-11-03"))
    store(home, [replace(priced(OLD, "1999-01-01T12:00:00Z"), headers=wish)])
    imported(home, OLD, "2026-11-10T00:00:00Z")
    assert asked(build(home).path, withheld) == [(0,)]
    crawled(home, (OLD, "2026-11-15"))
    assert asked(build(home).path, withheld) == [(1,)]
    imported(home, OLD, "2026-11", headers=wish)
    assert asked(build(home).path, withheld) == [(0,)]


def test_a_clock_that_says_a_year_before_the_first_release_is_never_believed(home: Path) -> None:
    published = crawled(home, (OLD, "2026-11-01"), (NEW, "1999-01-01"))
    assert days_of(published) == {"2026-11-01"}
    assert told(published)[2] == [(NEW, None)]


def test_a_clock_put_right_by_hours_makes_no_change_between_pages_of_one_day(home: Path) -> None:
    store(home, [page(alder(OLD), CEDAR, at="2026-11-05T11:00:00Z")])
    store(home, [replace(priced(OLD, "2026-11-05T12:00:00Z"), status=500)])
    store(home, [priced(NEW, "2026-11-05T09:00:00Z")])
    published = build(home).path
    assert told(published)[0] == []
    sql = "SELECT field FROM finding WHERE code = 'observation_conflict'"
    assert asked(published, sql) == [("pricing",)]


def test_the_later_of_two_months_holds_the_newest_value_whatever_lies_between(home: Path) -> None:
    imported(home, NEW, "2026-03")
    imported(home, NEW, "2026-05")
    store(home, [page(alder(OLD), CEDAR, at="2026-04-10T12:00:00Z")])
    changes, _, card = told(build(home).path)
    assert card == [(NEW, None)]
    assert sorted(changes) == [(OLD, NEW, "2026-04-10", None), (NEW, OLD, None, "2026-04-10")]


def test_what_was_shown_from_a_month_to_a_day_was_shown_throughout(home: Path) -> None:
    imported(home, OLD, "2026-03")
    imported(home, NEW, "2026-07-10T00:00:00Z", CEDAR)
    published = crawled(home, (OLD, "2026-11-05"))
    assert told(published)[0] == []
    sql = "SELECT field FROM finding WHERE code = 'observation_conflict'"
    assert asked(published, sql) == [("pricing",)]


def test_what_a_wrong_clock_saw_last_takes_no_date_of_before_away(home: Path) -> None:
    published = crawled(home, (OLD, "2026-11-01"), (OLD, "2026-11-03"), (OLD, "1999-05-05"))
    for table in ("comparison", "tool", "card", "quote", "reviewer", "comparison_version"):
        seen = asked(published, f"SELECT DISTINCT substr(last_seen, 1, 10) FROM {table}")
        assert seen == [("2026-11-03",)], table
    with serving(published) as server:
        assert "1999" not in server.ask("/").text
    published = crawled(home, (NEW, "1999-05-06"))
    with serving(published) as server:
        assert "seen unchanged" not in server.ask("/compare/alder-vs-birch").text
        shown = server.ask("/tool/alder").text
    now, _, changed = re.sub("<[^>]+>", "", shown).partition("What changed")
    assert NEW in now and "1999" not in shown, "and nothing of a day since when"
    assert changed.index("On days that are not known") < changed.index(OLD) < changed.index(NEW)
    since = verdicts("changes", "--home", home, "--since", "2026-11-02")
    assert "after 2026-11-03  alder: pricing changed" in since.stdout


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
def crawls(draw: st.DrawFn) -> list[RunDates]:
    days = draw(st.lists(st.integers(0, 8), min_size=1, max_size=8))
    dates = [f"2026-{1 + day // 28:02}-{1 + day % 28:02}T00:00:00Z" for day in days]
    lengths = draw(st.lists(st.integers(0, 9), min_size=len(days), max_size=len(days)))
    return [
        RunDates(run, at, at.replace("T00", f"T{length:02}"))
        for run, (at, length) in enumerate(zip(dates, lengths, strict=True), 1)
    ]


def follow(line: Iterable[RunDates]) -> bool:
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


def days(*every: int) -> list[RunDates]:
    return [
        RunDates(run, at, at)
        for run, day in enumerate(every, 1)
        for at in (f"2026-01-{day:02}T00:00:00Z",)
    ]


@given(crawls())
@example(days(6, 5, 4, 4))
def test_of_all_lines_of_crawls_that_follow_each_other_one_of_the_longest_is_believed(
    every: list[RunDates],
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
        assert clock.until == (later[0] if later else None)
        assert max(before, default="") <= clock.place
        assert not later or clock.place < later[0] or clock.place in before


@pytest.mark.parametrize(
    ("times", "newest"),
    [
        (["2026-11-01", "2026-11-10", "1999-01-01"], "2026-11-10"),
        (["2026-11-01", "2031-01-01", "2026-11-10"], "2026-11-10"),
        (["1999-01-01"], "1999-01-01"),
    ],
)
def test_a_build_goes_by_the_time_of_the_newest_run_whose_clock_is_believed(
    home: Path, monkeypatch: pytest.MonkeyPatch, times: list[str], newest: str
) -> None:
    for at in times:
        monkeypatch.setenv("VERDICTS_NOW", f"{at}T12:00:00Z")
        store(home, [priced(OLD, f"{at}T12:00:00Z")])
    assert take_snapshot(open_archive(home)).recorded_at == f"{newest}T12:00:00Z"
