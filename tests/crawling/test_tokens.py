"""A page that prints another token into each answer is asked for as seldom as one that is still.

Three kinds of them, as front ends print them: an attribute of the whole page, a sealed text in a
script, and a counter of the process in comments.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from commands import verdicts
from crawl_site import PAGES, Answer, Ended, Site, rows, run_crawl
from db_home import Answer as Stored
from db_home import store
from recrawling import at

from db import build
from db.check import check
from machine.failpoints import VARIABLE as KILL_AT

PATH = sorted(PAGES)[0]
OWN = "https://sample.example" + PATH
DAYS = (0, 31, 77, 145)
"""Days on which a page that never changes is due: after 30, 45 and 67.5 days, and a bit."""

TOKENS: dict[str, Callable[[bytes, int], bytes]] = {
    "an attribute of the page": lambda body, n: body.replace(
        b"<html>", b'<html data-instance="x%07d">' % n
    ),
    "a sealed text": lambda body, n: body.replace(
        b"</main>", b'<script data-island="/part-%d">part("%s")</script></main>' % (n, b"Qm9" * n)
    ),
    "a counter of the process": lambda body, n: body.replace(b"<main>", b"<main><!--$s:-%d-->" % n),
}


def tokens(body: bytes, token: Callable[[bytes, int], bytes], counter: itertools.count) -> Answer:
    """An answer whose bytes are never the same."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        page = token(body, next(counter))
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html; charset=utf-8")
        handler.send_header("Content-Length", str(len(page)))
        handler.end_headers()
        handler.wfile.write(page)

    return Answer(play=play)


def serve(site: Site, body: bytes, kind: str = "a sealed text") -> None:
    """Let the page be served with a token of one kind in each answer."""
    site.answers[PATH] = tokens(body, TOKENS[kind], itertools.count(1))


def interval_of(home: Path) -> tuple[object, ...]:
    return rows(home, f"SELECT state, interval_days, due FROM page WHERE url = '{OWN}'")[0]


def crawled(site: Site, home: Path, day: int) -> Ended:
    ended = run_crawl(home, site.base + PATH, env=at(day))
    assert ended.exit_code == 0, ended.errors
    return ended


@pytest.mark.parametrize("kind", sorted(TOKENS))
def test_a_token_in_each_answer_changes_no_page(site, home, kind):
    serve(site, PAGES[PATH], kind)
    ended = [crawled(site, home, day) for day in DAYS]
    assert [each.report["stored"] for each in ended] == [1, 0, 0, 0]
    assert [each.report["unchanged"] for each in ended] == [0, 1, 1, 1]
    assert ended[1].report["notes"]["unchanged in all but bytes"] == 1
    assert interval_of(home)[:2] == ("captured", 101.25)
    bodies = rows(home, f"SELECT DISTINCT body_sha256 FROM capture WHERE url = '{OWN}'")
    assert len(bodies) == 4, "each body is evidence, and is kept"
    made = build(home)
    assert (made.comparisons, made.findings) == (1, 0)
    assert check(home, deep=True) == []


@pytest.mark.parametrize(
    "change",
    [(b"81/100 &middot;".replace(b"&middot;", "·".encode()) + b" ship", "81/100 · skip".encode()),
     (b"on a slow laptop", b"on any laptop")],
    ids=["one verdict", "the text of a quote"],
)  # fmt: skip
def test_what_a_page_says_anew_is_a_change_with_a_token_or_without(site, home, change):
    old, new = change
    assert old in PAGES[PATH]
    serve(site, PAGES[PATH])
    for day in DAYS[:2]:
        crawled(site, home, day)
    serve(site, PAGES[PATH].replace(old, new, 1))
    assert crawled(site, home, DAYS[2]).report["stored"] == 1
    assert interval_of(home)[1] == 22.5
    site.answers[PATH] = Answer(PAGES[PATH])
    assert crawled(site, home, DAYS[3]).report["stored"] == 1
    assert interval_of(home)[1] == 11.25


def test_a_page_that_gives_no_record_is_held_against_its_bytes(site, home):
    serve(site, PAGES[PATH].replace(b"Reviewer scorecard", b"Something else"))
    for day in DAYS[:2]:
        assert run_crawl(home, site.base + PATH, env=at(day)).report["stored"] == 1
    assert interval_of(home)[1] == 15.0
    serve(site, PAGES[PATH])
    assert crawled(site, home, DAYS[2]).report["stored"] == 1, "the first record is a change"


def test_a_kill_before_the_look_lets_the_page_be_asked_for_sooner_and_the_next_visit_mends_it(
    site: Site, home: Path
):
    serve(site, PAGES[PATH])
    crawled(site, home, DAYS[0])
    killed = run_crawl(home, site.base + PATH, env=at(DAYS[1]) | {KILL_AT: "read-back:2"})
    assert killed.exit_code == -9
    assert interval_of(home)[:2] == ("captured", 15.0)
    assert crawled(site, home, DAYS[2]).report["unchanged"] == 1
    assert interval_of(home)[1] == 22.5


def test_a_ledger_made_again_knows_the_same_intervals(site, home):
    serve(site, PAGES[PATH])
    for day in DAYS:
        crawled(site, home, day)
    known = "SELECT url, state, due, interval_days FROM page ORDER BY url"
    runs = "SELECT asked, stored, unchanged FROM run ORDER BY id"
    before = rows(home, known), rows(home, runs)
    (home / "ledger.db").unlink()
    assert verdicts("check", "--rebuild-ledger", "--home", home).returncode == 0
    assert (rows(home, known), rows(home, runs)) == before


def test_what_was_held_before_in_a_damaged_record_is_no_reason_to_stop(site, home):
    serve(site, PAGES[PATH])
    crawled(site, home, DAYS[0])
    segment = next((home / "warc").glob("*.warc.gz"))
    (offset,) = rows(home, f"SELECT offset FROM capture WHERE url = '{OWN}'")[0]
    data = bytearray(segment.read_bytes())
    data[offset + 60] ^= 0xFF
    segment.chmod(0o644)
    segment.write_bytes(data)
    ended = crawled(site, home, DAYS[1])
    assert ended.report["stored"] == 1
    assert "earlier capture not readable, see `verdicts check --deep`" in ended.report["notes"]
    assert check(home, deep=True)


def test_a_saved_page_that_says_the_same_makes_the_first_fetch_no_change(site, home):
    saved = PAGES[PATH].replace(b"<main>", b"<main><!-- saved -->")
    store(home, [Stored(OWN, saved, date_source="argument")], kind="import")
    serve(site, PAGES[PATH])
    assert crawled(site, home, 31).report["unchanged"] == 1
