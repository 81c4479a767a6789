"""A page is asked under a committed lease only, and each lease ends as its own answer did."""

from __future__ import annotations

import asyncio
import signal
import time
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from crawl_site import PAGES, Answer, finish, outcomes, rows, run_crawl, serving, start_crawl
from scrapy import Request

from archive import Home
from archive.ledger.frontier import Found
from archive.ledger.leases import MAX_STRIKES, MAX_TRIES, failed
from archive.log import RunLog
from archive.runs import OpenRun, open_run
from archive.store.quarantine import kept_aside
from crawler.asking import Asking, asked_for
from crawler.choosing import named as naming
from crawler.choosing.discovery import Discovery
from crawler.choosing.sitemaps import ListEntry
from crawler.context import Crawl, Job, Wanted
from crawler.net.handler import Fetched
from crawler.net.wire import WireAnswer as Came
from crawler.net.wire import WireReader
from crawler.robots.rules import read_rules
from machine.clock import VARIABLE as NOW
from machine.clock import stamp
from machine.failpoints import VARIABLE as KILL_AT
from parsers.sites import site_named
from schema.errors import StoppedError

JOB = Job(site_named("sample"), None)
COMPARE = "/compare/alder-vs-birch"
FIRST, SECOND = (
    f"https://sample.example/compare/{pair}" for pair in ("alder-vs-birch", "alder-vs-cedar")
)


class Kill(BaseException):
    """Ends a run as a kill does: nothing is tidied up."""


def discovery_of(books: OpenRun, *addresses: str) -> Discovery:
    """One job over these pages, nothing else to be found."""
    books.frontier.know_all([Found("sample", url, "comparison") for url in addresses])
    pool: Any = SimpleNamespace(submit=lambda task: Future())  # what is seen is not asked for
    run = Crawl(books, pool, RunLog(books.home), Wanted(0))
    return Discovery(run, JOB, read_rules(404, b""))


def keep(discovery: Discovery, block: bytes = b"HTTP/1.1 200 OK\r\n\r\n<p>words") -> None:
    """Let the next page be asked for, and answered so."""

    async def download(request: Request) -> Fetched:
        fetched = Fetched(request.url)
        fetched.answer = Came(b"GET / HTTP/1.1\r\n\r\n", block, 200, "192.0.2.1", None, False)
        return fetched

    lease = discovery.next()
    assert lease is not None
    asyncio.run(Asking(discovery._run, download).ask(JOB, lease, discovery))


def attempts(books: OpenRun) -> list[tuple[object, ...]]:
    return [tuple(row) for row in books.ledger.rows("SELECT outcome, reason FROM attempt")]


def test_the_commit_of_one_page_leases_the_next(home):
    with open_run(Home(home), "crawl") as books:
        discovery = discovery_of(books, FIRST, SECOND)
        keep(discovery)
        assert attempts(books) == [("ok", ""), (None, None)]
        lease = discovery.next()
        assert lease is not None
        assert {lease.url, books.ledger.value("SELECT url FROM attempt")} == {FIRST, SECOND}
        assert len(attempts(books)) == 2


def test_a_commit_that_fails_leaves_no_page_to_be_asked_without_a_lease(home, monkeypatch):
    def fail(point: str) -> None:
        if point == "inserted":
            leased.extend(attempts(books))
            raise StoppedError(what="planted")

    leased: list[tuple[object, ...]] = []
    monkeypatch.setattr("archive.store.store.reach", fail)
    with open_run(Home(home), "crawl") as books:
        discovery = discovery_of(books, FIRST, SECOND)
        with pytest.raises(StoppedError, match="planted"):
            keep(discovery)
        assert leased == [("ok", ""), (None, None)], "the next page was leased in it"
        assert attempts(books) == [(None, None)]
        assert discovery.ahead is None


def test_a_fault_of_ours_is_not_taken_for_damage_of_the_page(home, monkeypatch):
    def fail(*given: object, **named: object) -> None:
        raise ValueError("no such outcome: planted")

    monkeypatch.setattr("crawler.asking.end_attempt", fail)
    with open_run(Home(home), "crawl") as books:
        with pytest.raises(ValueError, match="planted"):
            keep(discovery_of(books, FIRST))
        assert attempts(books) == [(None, None)]


def test_an_answer_that_cannot_be_written_down_is_damage_of_the_page_and_kept_aside(home):
    with open_run(Home(home), "crawl") as books:
        keep(discovery_of(books, FIRST), b"no answer at all")
        assert attempts(books) == [("damaged", "headers")]
    (kept,) = kept_aside(Home(home), FIRST)
    assert kept.read_bytes() == b"no answer at all"


@pytest.mark.parametrize(("etag", "is_named"), [('"\xe9"', True), ('"a\x0bb"', False)])
def test_a_validator_that_may_not_be_sent_is_left_out(home, etag, is_named):
    block = b"HTTP/1.1 200 OK\r\nETag: %s\r\n\r\n<p>words" % etag.encode("latin-1")
    with open_run(Home(home), "crawl") as books:
        keep(discovery_of(books, FIRST), block)
        lease = books.frontier.lease(books.frontier.page_id("sample", FIRST) or 0)
        asked = asked_for(JOB, lease, FIRST, books.store)
        assert asked.named == ({"If-None-Match": etag} if is_named else {})
        sent = [(name.encode(), value.encode("latin-1")) for name, value in asked.named.items()]
        assert WireReader(FIRST, "/", [(b"Host", b"sample.example"), *sent]).request


def to(where: str) -> Answer:
    return Answer(b"", 302, headers={"Location": where})


def test_the_redirect_and_the_page_it_leads_to_each_have_their_own_outcome(site, home):
    site.answers["/compare/old-vs-old"] = to("/compare/old-vs-old?v=2")
    site.answers["/compare/old-vs-old?v=2"] = Answer(b"<p>nothing that is a comparison")
    run_crawl(home, site.base + "/compare/old-vs-old")
    found = rows(home, "SELECT outcome, status FROM attempt WHERE url LIKE '%/old-vs-old'")
    assert found == [("ok", 302), ("extraction_refused", 200)]
    ended = run_crawl(home, site.base + "/compare/old-vs-old")
    assert ended.report["unchanged"] == 1
    found = rows(home, "SELECT outcome, status FROM attempt WHERE url LIKE '%/old-vs-old'")
    assert found[2:] == [("ok", 302), ("extraction_refused", 200)], "it is looked at again"


def test_a_page_behind_a_redirect_is_given_no_more_tries_than_another(site, home):
    site.answers["/compare/old-vs-old"] = to("/compare/old-vs-old?v=2")
    site.answers["/compare/old-vs-old?v=2"] = Answer(b"down", 500)
    ended = run_crawl(home, site.base + "/compare/old-vs-old")
    assert ended.exit_code == 10, ended.errors
    assert outcomes(home, "/compare/old-vs-old") == ["ok:redirect", "http_error:500"] * MAX_TRIES


@pytest.mark.parametrize("count", range(1, 7))
def test_at_a_kill_before_the_fetch_the_lease_is_committed_and_nothing_was_asked(site, home, count):
    ended = run_crawl(home, site.base + "/", env={KILL_AT: f"leased:{count}"})
    assert ended.exit_code == -9, ended.errors
    asked = rows(home, "SELECT ended_at IS NULL FROM attempt ORDER BY id")
    assert asked == [(0,)] * (count - 1) + [(1,)]
    assert site.paths().total() == count - 1


def lease_and_die(home: Path) -> str:
    """Lease the page that comes next, and die; gives its address."""
    with pytest.raises(Kill), open_run(Home(home), "crawl") as books:
        books.frontier.know_all([Found("sample", url, "comparison") for url in (FIRST, SECOND)])
        lease = books.frontier.next("sample", "comparison", None)
        assert lease is not None
        raise Kill
    return lease.url


def test_a_page_that_ends_the_crawl_is_not_the_first_thing_of_every_start(home):
    assert [lease_and_die(home) for _ in range(3)] == [FIRST, SECOND, FIRST]
    for _ in range(2 * MAX_TRIES):
        lease_and_die(home)
    with open_run(Home(home), "crawl") as books:
        books.frontier.want_all("sample")
        assert books.frontier.has_work("sample"), "no page is given up for it"
    states = rows(home, "SELECT DISTINCT state, tries < 3 FROM page")
    assert states == [("waiting", 1)]


def test_a_lease_that_is_given_back_leaves_its_tries_and_its_place_as_they_were(home):
    with open_run(Home(home), "crawl") as books:
        (page,) = books.frontier.know_all([Found("sample", FIRST, "comparison")], is_forced=True)
        with books.ledger.transaction() as db:
            db.execute("UPDATE page SET state = 'failed', tries = 3, due = '2999-01-01'")
        books.frontier.give_back(books.frontier.lease(page))
        assert books.frontier.has_work("sample")
        assert [tuple(row) for row in books.ledger.rows("SELECT state, tries FROM page")] == [
            ("failed", 3)
        ]


def test_as_many_sitemaps_as_listing_pages_are_asked_for_and_neither_at_the_others_cost(
    home, monkeypatch
):
    monkeypatch.setattr(naming, "MAX_LISTS", 2)
    base = "https://sample.example"
    with open_run(Home(home), "crawl") as books:
        discovery = discovery_of(books)
        discovery._enter([ListEntry(f"{base}/map-{n}.xml") for n in range(5)], base, 0)
        links = [ListEntry(base + path) for path in ("/compare", "/compare/", "/?new")]
        discovery._enter(links, base, 0, is_page=True)
        found = books.ledger.rows("SELECT role, count(*) FROM page GROUP BY role ORDER BY role")
        assert [tuple(row) for row in found] == [("listing", 2), ("sitemap", 2)]
        told = {note.partition(",")[0]: count for note, count in discovery._run.tally.notes.items()}
        assert told == {"sitemaps beyond 2": 3, "listings beyond 2": 1}


def killing(running: list[Any]) -> Answer:
    """An answer that the crawler does not survive."""

    def play(handler: object) -> None:
        running[-1].send_signal(signal.SIGKILL)
        time.sleep(0.2)

    return Answer(play=play)


def test_a_page_at_which_run_after_run_ends_is_put_off_so_that_one_can_end(home):
    """Other pages were stored in each of these runs, and are stored in the last."""
    running: list[Any] = []
    with serving() as site:
        *others, poison = sorted(PAGES)
        site.answers[poison] = killing(running)
        for number in range(MAX_STRIKES + 1):
            day = stamp(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=130 * number))
            named = [] if number else [site.base]
            running.append(start_crawl(home, *named, env={NOW: day}))
            ended = finish(running[-1])
            assert ended.exit_code == (0 if number == MAX_STRIKES else -signal.SIGKILL)
            assert site.paths()[poison] == min(number + 1, MAX_STRIKES)
            assert all(site.paths()[path] == number + 1 for path in others)
        del site.answers[poison]
    assert outcomes(home, poison) == ["network_error:interrupted"] * MAX_STRIKES
    assert rows(
        home,
        "SELECT state, last_reason FROM page WHERE state != 'captured' AND role = 'comparison'",
    ) == [("failed", "interrupted")]


def test_a_machine_that_is_switched_off_at_its_only_page_again_and_again_goes_on_asking(home):
    running: list[Any] = []
    with serving() as site:
        site.answers[COMPARE] = killing(running)
        for number in range(MAX_STRIKES + 3):
            running.append(start_crawl(home, *([] if number else [site.base + COMPARE])))
            finish(running[-1])
            assert site.paths()[COMPARE] == number + 1


def test_an_answer_between_the_kills_starts_the_count_anew(home):
    running: list[Any] = []
    with serving() as site:
        poison = sorted(PAGES)[-1]
        for number in range(MAX_STRIKES + 2):
            site.answers[poison] = Answer(PAGES[poison]) if number == 2 else killing(running)
            day = stamp(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=130 * number))
            running.append(start_crawl(home, *([] if number else [site.base]), env={NOW: day}))
            finish(running[-1])
            assert site.paths()[poison] == number + 1


def test_pages_are_leased_by_their_tries_and_then_as_they_came_to_be_known(home: Path) -> None:
    with open_run(Home(home), "crawl") as run:
        frontier = run.frontier
        known = [
            frontier.know(Found("sample", f"{JOB.base}/compare/a{n}-vs-b", "comparison"))
            for n in range(5)
        ]
        first = frontier.next("sample", "comparison", None)
        assert first is not None and first.page_id == known[0]
        frontier.settle(first, failed(first, "network_error", "timeout", is_final=False))
        leased = [frontier.next("sample", "comparison", None) for _ in range(2)]
        late = frontier.know(Found("sample", f"{JOB.base}/compare/late-vs-b", "comparison"))
        other = frontier.know(
            Found("sample", f"{JOB.base}/compare/o-vs-b", "comparison", "http://m")
        )
        while (lease := frontier.next("sample", "comparison", None)) is not None:
            leased.append(lease)
        assert [each and each.page_id for each in leased] == [*known[1:], late, known[0]]
        mirrors = frontier.next("sample", "comparison", "http://m")
        assert mirrors is not None and mirrors.page_id == other
