"""The search: every kind of thing is found, narrowed, and what was meant is offered."""

from __future__ import annotations

import re
import sqlite3

import pytest
from test_web_pages import words_of
from web_sample import database
from web_server import Server, server

__all__ = ["server"]


def tabs(page: str) -> dict[str, int]:
    """How much each place holds, as its tab says."""
    nav = page.partition('aria-label="Where to look"')[2].partition("</nav>")[0]
    return {name: int(n) for n, name in re.findall(r">(\d+) (\w+)</a>", nav)}


def one(sql: str) -> int:
    conn = sqlite3.connect(f"file:{database()}?immutable=1", uri=True)
    found: int = conn.execute(sql).fetchone()[0]
    conn.close()
    return found


def test_reviewers_prices_and_corrections_are_found_as_quotes_and_cards_are(server: Server) -> None:
    assert tabs(server.ask("/search?q=Builder").text)["reviewers"] == 1
    page = server.ask("/search?q=builder&in=reviewers").text
    assert '<a href="/reviewer/Builder"><bdi><mark>Builder</mark></bdi></a>' in page
    prices = server.ask("/search?q=person&in=prices").text
    assert tabs(prices)["prices"] == one("select count(*) from card where pricing like '%person%'")
    assert "Free for one <mark>person</mark>" in prices
    note = server.ask("/search?q=mistake&in=corrections").text
    assert tabs(note)["corrections"] == one(
        "select count(*) from correction where note like '%mistake%'"
    )


def test_hits_of_another_place_are_offered_where_one_has_none(server: Server) -> None:
    page = server.ask("/search?q=builder&in=cards").text
    assert "Nothing was found for builder among the cards" in words_of(page)
    assert '<a href="/search?q=builder&amp;in=reviewers">1 among the reviewers</a>' in page
    assert "Did you mean" not in page


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("scrennshot", "screenshot"), ("exprot", "export"), ("markt the exprot", None)],
)
def test_a_mistyped_word_is_answered_with_what_may_have_been_meant(
    server: Server, typed: str, meant: str | None
) -> None:
    page = server.ask(f"/search?q={typed.replace(' ', '+')}").text
    offered = re.search(r"Did you mean <a href=\"/search\?q=([^&]*)&", page)
    assert (offered and offered[1]) == meant
    if meant:
        assert tabs(server.ask(f"/search?q={meant}").text)["quotes"] > 0


def test_results_are_narrowed_by_printed_verdict_reviewer_and_category(server: Server) -> None:
    all_of_them = tabs(server.ask("/search?q=export").text)["quotes"]
    parts = [
        tabs(server.ask(f"/search?q=export&verdict={v}").text)["quotes"] for v in ("ship", "skip")
    ]
    printed = one(
        "select count(*) from quote where text like '%export%' and verdict_source = 'page'"
    )
    assert sum(parts) == printed <= all_of_them and all(parts)
    assert tabs(server.ask("/search?q=export&reviewer=Skeptic").text)["quotes"] > 0
    assert tabs(server.ask("/search?q=export&reviewer=Nobody").text)["quotes"] == 0
    narrowed = tabs(server.ask("/search?q=desk+mate&in=cards&category=Productivity").text)
    assert narrowed["cards"] == 1


def test_a_filter_is_kept_from_place_to_place_and_a_wrong_one_refused(server: Server) -> None:
    page = server.ask("/search?q=desk&in=cards&category=Productivity").text
    assert "in=quotes&amp;category=Productivity" in page
    answer = server.ask("/search?q=desk&verdict=maybe")
    assert answer.status == 400 and "one of ship, skip" in words_of(answer.text)


def test_the_best_match_comes_first_whatever_its_number(server: Server) -> None:
    page = server.ask("/search?q=quillfish&in=cards").text
    assert re.search(r'<li>.*?<h2><a href="/tool/quillfish', page, re.S)
