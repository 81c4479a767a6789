"""The coverage plan: few pages that show every tool, whatever fails on the way."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from commands import verdicts
from db_home import ALDER, BASE, BIRCH, CEDAR, page, store
from hypothesis import given, settings
from hypothesis import strategies as st

import crawler.choosing.ordering
from archive import Home
from archive.ledger import pages_to_cover
from archive.ledger.frontier import Found
from archive.ledger.leases import Lease, captured, failed
from archive.runs import OpenRun, open_run
from crawler.choosing.cover import (
    Cover,
    CoverPage,
    Standing,
    ToolPair,
    maximum_matching,
    plan_cover,
)
from crawler.choosing.ordering import NEW_ADDRESSES, UNREAD_IN_A_ROW, CoverOrder
from crawler.choosing.places import place_of, standing_of
from crawler.choosing.plan import plan_home
from machine.clock import stamp
from parsers.sites import site_named
from schema.errors import SiteError, StartError

SAMPLE, OTHER = site_named("sample"), site_named("shiporskip")
TOOLS = "abcdefg"
STANDINGS: tuple[Standing, ...] = ("open", "open", "open", "seen", "closed")


def place(
    number: int, *slugs: str, standing: Standing = "open", doubtful: bool = False
) -> CoverPage:
    """A page whose address can be read in one way only."""
    a, b = slugs
    return CoverPage(number, f"{BASE}/compare/{a}-vs-{b}", ((a, b),), standing, doubtful)


@st.composite
def places(draw: st.DrawFn) -> list[CoverPage]:
    """Up to ten pages of up to seven tools: some twice, some of a tool with itself."""
    pairs = draw(st.lists(st.tuples(*[st.sampled_from(TOOLS)] * 2), max_size=10))
    return [
        place(
            number, *pair, standing=draw(st.sampled_from(STANDINGS)), doubtful=draw(st.booleans())
        )
        for number, pair in enumerate(pairs)
    ]


def shown(found: Iterable[CoverPage]) -> set[str]:
    return {tool for each in found for tool in each.ways[0]}


def fewest(pages: list[CoverPage], tools: set[str]) -> int:
    """How many pages show the tools at the least, by trying every set of them."""
    return next(
        count
        for count in range(len(pages) + 1)
        if any(shown(some) >= tools for some in itertools.combinations(pages, count))
    )


def largest_matching(pairs: set[frozenset[str]]) -> int:
    """How many pairs without a shared tool there are at the most, by trying every set."""
    return max(
        len(some)
        for count in range(len(pairs) + 1)
        for some in itertools.combinations(pairs, count)
        if len(set().union(*some)) == 2 * len(some)
    )


@given(places())
def test_a_cover_shows_every_tool_that_can_be_seen_with_the_fewest_pages(
    given_: list[CoverPage],
) -> None:
    cover = plan_cover(given_)
    by_id = {each.id: each for each in given_}
    open_ = [each for each in given_ if each.standing == "open"]
    seen = shown(each for each in given_ if each.standing == "seen")
    missing = shown(open_) - seen
    assert cover.tools == shown(given_)
    assert cover.seen == seen
    assert cover.lost == shown(given_) - seen - missing
    assert shown(by_id[number] for number in cover.first) >= missing
    assert len(cover.first) == fewest(open_, missing)
    pairs = {frozenset(each.ways[0]) for each in open_}
    between = {pair for pair in pairs if len(pair) == 2 and pair <= missing}
    assert len(cover.first) == len(missing) - largest_matching(between)


@given(places())
def test_every_page_that_may_be_asked_is_planned_once_and_no_other(given_: list[CoverPage]) -> None:
    cover = plan_cover(given_)
    assert sorted(cover.first + cover.rest) == [p.id for p in given_ if p.standing == "open"]


@given(places(), st.randoms(use_true_random=False))
def test_a_plan_does_not_depend_on_the_order_of_the_pages(
    given_: list[CoverPage], chance: random.Random
) -> None:
    mixed = chance.sample(given_, len(given_))
    assert plan_cover(mixed) == plan_cover(given_)


@given(places())
def test_a_cover_cut_short_has_shown_as_many_tools_as_it_could(given_: list[CoverPage]) -> None:
    seen = shown(each for each in given_ if each.standing == "seen")
    gains = []
    for number in plan_cover(given_).first:
        tools = shown([given_[number]])
        gains.append(len(tools - seen))
        seen |= tools
    assert gains == sorted(gains, reverse=True)
    assert 0 not in gains


def test_half_as_many_pages_as_tools_cover_a_site_that_compares_all_with_all() -> None:
    pairs = itertools.combinations([f"tool-{number:03}" for number in range(120)], 2)
    cover = plan_cover([place(number, *pair) for number, pair in enumerate(pairs)])
    assert (len(cover.tools), len(cover.first), len(cover.rest)) == (120, 60, 7080)


def test_one_tool_compared_with_all_others_needs_a_page_for_each() -> None:
    cover = plan_cover([place(number, "a", f"z{number}") for number in range(40)])
    assert len(cover.first) == 40


def test_odd_rings_are_matched_across_and_not_within() -> None:
    rings = [("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("d", "e"), ("e", "f"), ("d", "f")]
    assert len(maximum_matching({(min(pair), max(pair)): 1 for pair in rings})) == 3


def test_two_processes_make_the_same_plan() -> None:
    code = (
        "import random; from crawler.choosing.cover import CoverPage, plan_cover\n"
        "chance, names = random.Random(5), [f'tool-{n}' for n in range(90)]\n"
        "pages = [(n, *chance.sample(names, 2)) for n in range(400)]\n"
        "print(plan_cover({CoverPage(n, a + b, ((a, b),), 'open') for n, a, b in pages}).first)"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1
    assert told.pop().startswith("(")


@pytest.mark.parametrize(("doubtful", "taken"), [(1, (3, 4)), (2, (3, 4)), (3, (1, 2))])
def test_a_page_that_failed_before_gives_way_where_others_do_as_well(
    doubtful: int, taken: tuple[int, ...]
) -> None:
    ring = [
        place(number, a, b, doubtful=number == doubtful)
        for number, (a, b) in enumerate(("ab", "cd", "ac", "bd"), 1)
    ]
    assert plan_cover(ring).first == taken
    twice = [place(1, "a", "b", doubtful=doubtful == 1), place(2, "b", "a", doubtful=doubtful == 2)]
    assert plan_cover(twice).first == ((2,) if doubtful == 1 else (1,))


def test_no_page_more_is_asked_to_avoid_those_that_failed_before() -> None:
    """Three pages in a row that failed show six tools; the two between them only four."""
    row = [
        place(number, *pair, doubtful=number % 2 == 0)
        for number, pair in enumerate(("ab", "bc", "cd", "de", "ef"))
    ]
    assert plan_cover(row).first == (0, 2, 4)


def test_a_tool_compared_with_itself_is_asked_only_where_nothing_else_shows_it() -> None:
    alone = place(1, "a", "a")
    assert plan_cover([alone]).first == (1,)
    both = plan_cover([alone, place(2, "a", "b"), place(3, "b", "c")])
    assert (set(both.first), both.rest) == ({2, 3}, (1,))


def ambiguous(number: int, slugs: str, standing: Standing = "open") -> CoverPage:
    url = f"{BASE}/compare/{slugs}"
    return CoverPage(number, url, tuple(SAMPLE.slugs(url)), standing)


def test_an_address_with_two_ways_to_read_it_is_read_by_the_tools_that_are_known() -> None:
    page_ = ambiguous(1, "alder-vs-birch-vs-cedar")
    assert len(page_.ways) == 2
    known = plan_cover([page_], slugs={"alder-vs-birch", "cedar"})
    assert known.tools == {"alder-vs-birch", "cedar"}
    assert known.unclear == 0
    by_order = plan_cover([ambiguous(1, "birch-vs-alder-vs-cedar")])
    assert by_order.tools == {"birch-vs-alder", "cedar"}


def test_an_address_that_cannot_be_read_is_asked_lest_a_tool_be_missed() -> None:
    unclear = ambiguous(9, "alder-vs-birch-vs-cedar")
    around = [place(1, "alder", "cedar"), unclear]
    cover = plan_cover(around)
    assert (cover.first, cover.unclear) == ((1, 9), 1)
    for standing in ("seen", "closed"):
        assert plan_cover([around[0], replace(unclear, standing=standing)]).first == (1,)


def test_a_page_without_any_pair_is_left_for_the_rest_or_asked_by_name() -> None:
    odd = CoverPage(7, "https://sample.example/odd", (), "open")
    assert plan_cover([odd, place(1, "a", "b")]).rest == (7,)
    assert plan_cover([odd, place(1, "a", "b")], named=[7]).first == (7, 1)


def test_named_pages_come_first_and_their_tools_are_not_asked_twice() -> None:
    cover = plan_cover(
        [place(1, "a", "b"), place(2, "c", "d"), place(3, "a", "c"), place(4, "b", "d")], named=[3]
    )
    assert cover.first == (3, 4)


# A running crawl: the real ledger, and pages that end as the test says.

Ends = Callable[[OpenRun, Lease], None]


def url_of(pair: ToolPair, base: str = BASE) -> str:
    return f"{base}/compare/{pair[0]}-vs-{pair[1]}"


def good(run: OpenRun, lease: Lease) -> None:
    run.frontier.settle(lease, captured(200))


def missing(run: OpenRun, lease: Lease) -> None:
    run.frontier.settle(lease, failed(lease, "http_error", "404", is_final=True, status=404))


def reset(run: OpenRun, lease: Lease) -> None:
    run.frontier.settle(lease, failed(lease, "damaged", "reset", is_final=False))


def unread(run: OpenRun, lease: Lease) -> None:
    good(run, lease)
    run.frontier.note(lease, "extraction_refused", "layout_unknown")


@contextmanager
def crawling(
    home: Path, pairs: Iterable[ToolPair] = (), *, wants: bool = True
) -> Iterator[OpenRun]:
    """A run that knows the pages, and wants all that are waiting or due."""
    with open_run(Home(home), "crawl") as run:
        run.frontier.know_all([Found("sample", url_of(pair), "comparison") for pair in pairs])
        if wants:
            run.frontier.want_all("sample")
        yield run
        run.note(exit_code=0)


def walk(
    run: OpenRun, order: CoverOrder, ends: Callable[[str], Ends], limit: int = 500
) -> list[str]:
    """Ask whatever the order says; gives the pairs asked."""
    asked = []
    while len(asked) < limit and (page_id := order.next()) is not None:
        lease = run.frontier.lease(page_id)
        pair = SAMPLE.pair(lease.url) or ""
        asked.append(pair)
        ends(pair)(run, lease)
    return asked


def seen(run: OpenRun) -> frozenset[str]:
    """The tools on pages that are stored and gave a record, as the ledger says."""
    rows = pages_to_cover(run.ledger, SAMPLE.name, None)
    pages = (
        place_of(row, SAMPLE, standing_of(row["state"], row["due"], row["last_outcome"], stamp()))
        for row in rows
        if row["role"] == "comparison"
    )
    return plan_cover(pages).seen


RING: list[ToolPair] = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "f"), ("a", "f")]


def test_a_crawl_by_the_plan_asks_half_as_many_pages_as_there_are_tools(tmp_path: Path) -> None:
    with crawling(tmp_path, RING) as run:
        order = CoverOrder(run.ledger, SAMPLE, None)
        asked = walk(run, order, lambda pair: good)
        assert len(asked) == 3
        assert seen(run) == set("abcdef")
        assert order.next() is None


def test_tools_of_a_page_that_failed_are_asked_by_other_pages(tmp_path: Path) -> None:
    with crawling(tmp_path, RING) as run:
        order = CoverOrder(run.ledger, SAMPLE, None)
        first = walk(run, order, lambda pair: missing, limit=1)[0]
        rest = walk(run, order, lambda pair: good)
        assert first not in rest
        assert seen(run) == set("abcdef")
        assert len(rest) == 4


def test_tools_of_a_page_without_a_record_are_asked_by_other_pages(tmp_path: Path) -> None:
    with crawling(tmp_path, RING) as run:
        order = CoverOrder(run.ledger, SAMPLE, None)
        bad = walk(run, order, lambda pair: unread, limit=1)[0]
        assert bad not in walk(run, order, lambda pair: good)
        assert seen(run) == set("abcdef")


@pytest.mark.parametrize("bad", [1, 2, 3])
def test_it_is_no_matter_that_the_next_page_is_named_before_the_last_was_read(
    tmp_path: Path, bad: int
) -> None:
    with crawling(tmp_path, RING) as run:
        order = CoverOrder(run.ledger, SAMPLE, None)
        asked: list[int] = []
        ahead: int | None = None
        while (page_id := ahead or order.next()) is not None:
            lease = run.frontier.lease(page_id)
            asked.append(page_id)
            good(run, lease)
            ahead = None if order.waits_for(page_id) else order.next(page_id)
            if len(asked) == bad:
                run.frontier.note(lease, "extraction_refused", "layout_unknown")
        assert seen(run) == set("abcdef")
        assert len(asked) == len(set(asked))


def test_a_page_that_broke_off_is_not_asked_again_where_another_does_as_well(
    tmp_path: Path,
) -> None:
    with crawling(tmp_path, [("a", "b"), ("b", "a"), ("y", "z")]) as run:
        order = CoverOrder(run.ledger, SAMPLE, None)
        asked = walk(run, order, lambda pair: reset if pair in ("a-vs-b", "y-vs-z") else good)
        assert seen(run) == {"a", "b"}
        assert (asked.count("a-vs-b"), asked.count("b-vs-a")) == (1, 1)
        assert asked.count("y-vs-z") == 3  # all the tries that a page is given


@settings(max_examples=15, deadline=None)
@given(st.sets(st.tuples(*[st.sampled_from(TOOLS)] * 2), max_size=12), st.data())
def test_whatever_fails_every_tool_on_a_page_that_works_is_seen(
    pairs: set[ToolPair], data: st.DataObject
) -> None:
    kinds = {
        f"{a}-vs-{b}": data.draw(st.sampled_from([good, good, missing, reset, unread]))
        for a, b in sorted(pairs)
    }
    with tempfile.TemporaryDirectory() as folder, crawling(Path(folder), sorted(pairs)) as run:
        order = CoverOrder(run.ledger, SAMPLE, None)
        asked = walk(run, order, kinds.__getitem__)
        works = {tool for a, b in pairs if kinds[f"{a}-vs-{b}"] is good for tool in (a, b)}
        assert seen(run) == works
        assert all(asked.count(pair) == 1 for pair in set(asked) if kinds[pair] is not reset)


def test_a_crawl_that_was_killed_does_not_ask_again_for_what_it_has(tmp_path: Path) -> None:
    with crawling(tmp_path, RING) as run:
        before = walk(run, CoverOrder(run.ledger, SAMPLE, None), lambda pair: good, limit=2)
    with crawling(tmp_path) as run:
        after = walk(run, CoverOrder(run.ledger, SAMPLE, None), lambda pair: good)
    assert len(before + after) == len({*before, *after}) == 3


def test_tools_are_seen_anew_once_their_pages_are_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERDICTS_NOW", "2026-11-02T00:00:00Z")
    with crawling(tmp_path, RING) as run:
        first = walk(run, CoverOrder(run.ledger, SAMPLE, None), lambda pair: good)
        assert CoverOrder(run.ledger, SAMPLE, None).next() is None
    monkeypatch.setenv("VERDICTS_NOW", "2027-11-02T00:00:00Z")
    with crawling(tmp_path) as run:
        again = walk(run, CoverOrder(run.ledger, SAMPLE, None), lambda pair: good)
    assert len(first) == len(again) == 3


def test_a_run_that_wants_everything_again_begins_with_a_cover(tmp_path: Path) -> None:
    with crawling(tmp_path, RING) as run:
        walk(run, CoverOrder(run.ledger, SAMPLE, None), lambda pair: good)
    with crawling(tmp_path, wants=False) as run:
        run.frontier.want_all("sample", is_forced=True)
        asked = walk(run, CoverOrder(run.ledger, SAMPLE, None), lambda pair: good)
    assert len(asked) == len({*asked}) == 3


def test_only_pages_that_the_run_wants_of_its_own_mirror_are_named(tmp_path: Path) -> None:
    mirror = "http://127.0.0.1:9"
    with crawling(tmp_path, RING):
        pass
    with crawling(tmp_path, wants=False) as run:
        run.frontier.know(Found("sample", url_of(("x", "y")), "comparison", mirror))
        run.frontier.know(Found("sample", url_of(("p", "q")), "comparison"))
        run.frontier.know(Found("shiporskip", url_of(("a", "b"), OTHER.base), "comparison"))
        assert walk(run, CoverOrder(run.ledger, SAMPLE, mirror), lambda pair: good) == ["x-vs-y"]
        assert walk(run, CoverOrder(run.ledger, SAMPLE, None), lambda pair: good) == ["p-vs-q"]
        assert CoverOrder(run.ledger, OTHER, None).next() is not None


def test_a_named_page_is_asked_first_though_it_is_not_due(tmp_path: Path) -> None:
    with crawling(tmp_path, RING) as run:
        walk(run, CoverOrder(run.ledger, SAMPLE, None), lambda pair: good)
    with crawling(tmp_path) as run:
        named = run.frontier.know(Found("sample", url_of(("a", "b")), "comparison"), is_forced=True)
        order = CoverOrder(run.ledger, SAMPLE, None, named=[named])
        assert walk(run, order, lambda pair: good) == ["a-vs-b"]


def test_new_addresses_renew_the_plan_once_in_a_hundred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = []

    def counted(*args: object, **named: object) -> Cover:
        plans.append(1)
        return plan_cover(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(crawler.choosing.ordering, "plan_cover", counted)
    with crawling(tmp_path, [(f"a{n}", f"b{n}") for n in range(10)]) as run:
        order = CoverOrder(run.ledger, SAMPLE, None)
        walk(run, order, lambda pair: good, limit=3)
        assert len(plans) == 1
        for share in (NEW_ADDRESSES - 1, 1):
            order.found(share)
            assert walk(run, order, lambda pair: good, limit=2)
            assert len(plans) == (1 if share > 1 else 2)
        walk(run, order, lambda pair: good)
        assert len(plans) == 2
        run.frontier.know(Found("sample", url_of(("new", "newer")), "comparison"))
        order.found(1)  # the plan is used up, so one new address is reason enough
        assert walk(run, order, lambda pair: good) == ["new-vs-newer"]


def test_a_site_that_gives_no_records_any_more_is_not_asked_for_all_its_pages(
    tmp_path: Path,
) -> None:
    pairs = list(itertools.combinations([f"t{n:02}" for n in range(12)], 2))
    with crawling(tmp_path, pairs) as run:
        order = CoverOrder(run.ledger, SAMPLE, None)
        assert len(walk(run, order, lambda pair: unread)) == UNREAD_IN_A_ROW
        assert order.is_stuck


# The report and the command.


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One page stored, one missing, five waiting; two pages of another site."""
    monkeypatch.setenv("VERDICTS_NOW", "2026-11-02T12:00:00Z")
    store(tmp_path, [page(ALDER, BIRCH)])
    pairs = [
        ("alder", "cedar"),
        ("cedar", "drift"),
        ("cedar", "elm"),
        ("drift", "elm"),
        ("elm", "fir"),
    ]
    with crawling(tmp_path, [*pairs, ("gum", "hop")]) as run:
        lost = run.frontier.page_id("sample", url_of(("gum", "hop")))
        assert lost is not None
        missing(run, run.frontier.lease(lost))
        run.frontier.know_all(
            [
                Found("shiporskip", url_of(pair, OTHER.base), "comparison")
                for pair in (("alder", "birch"), ("birch", "cedar"))
            ]
        )
    return tmp_path


def test_the_report_counts_tools_and_pages_of_each_site_by_itself(home: Path) -> None:
    report = plan_home(home, delay_s=3.0)
    other, sample = sorted(report.sites, key=lambda each: each.title == SAMPLE.title)
    assert (other.tools, other.covered, other.to_cover, other.cover_pages) == (3, 0, 3, 2)
    assert (sample.tools, sample.covered, sample.to_cover, sample.lost) == (8, 2, 4, 2)
    assert (sample.pages, sample.stored, sample.waiting, sample.due) == (7, 1, 5, 0)
    assert sample.cover == (url_of(("cedar", "drift")), url_of(("elm", "fir")))
    assert (sample.cover_pages, sample.rest) == (2, 3)
    assert (sample.cover_seconds, sample.all_seconds) == (8.0, 20.0)


def test_pages_that_are_due_are_told_from_those_that_wait(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERDICTS_NOW", "2027-11-02T12:00:00Z")
    [sample] = plan_home(home, site=SAMPLE, delay_s=1.0).sites
    assert (sample.stored, sample.waiting, sample.due, sample.lost) == (0, 5, 2, 0)
    assert (sample.covered, sample.to_cover) == (0, 8)


def test_a_longer_delay_that_robots_asks_for_is_reckoned_with(home: Path) -> None:
    with crawling(home) as run, run.ledger.transaction() as db:
        for delay in (90.0, 6.0):
            db.execute(
                "INSERT INTO robots (run_id, site, origin, read_at, state, crawl_delay_s)"
                " VALUES (?, 'sample', ?, '2026-11-02T12:00:00Z', 'read', ?)",
                (run.id, BASE, delay),
            )
    [sample] = plan_home(home, site=SAMPLE, delay_s=3.0).sites
    assert (sample.delay_s, sample.crawl_delay_s, sample.cover_seconds) == (6.0, 6.0, 16.0)
    assert not sample.is_delay_too_long


def test_a_plan_needs_a_ledger_and_a_site_that_exists(tmp_path: Path) -> None:
    with pytest.raises(StartError):
        plan_home(tmp_path, delay_s=1.0)
    with pytest.raises(SiteError):
        site_named("nowhere")


def run_plan(home: Path, *arguments: str, columns: int = 100) -> str:
    done = verdicts("plan", "--home", home, *arguments, COLUMNS=str(columns))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_command_explains_the_plan_and_lists_the_first_pages(home: Path) -> None:
    told = run_plan(home, "--delay", "3")
    assert told.index(OTHER.title) > told.index(SAMPLE.title)
    assert "cover                  2  pages that show every tool to cover" in told
    assert "the cover takes 8 s and all 5 pages take 20 s" in " ".join(told.split())
    assert "saves 3 requests and 12 s" in " ".join(told.split())
    assert f"    {url_of(('cedar', 'drift'))}\n" in told


def test_the_pages_that_the_command_counts_add_up_to_those_known(home: Path) -> None:
    with crawling(home) as run:
        for ends in (missing, unread):
            ends(
                run,
                run.frontier.lease(
                    run.frontier.know(Found("sample", url_of(("odd", ends.__name__)), "comparison"))
                ),
            )
    told = run_plan(home, "--site", "sample")
    rows = {
        line[:16].strip(): int(line[16:26])
        for line in told.splitlines()
        if line[16:26].strip().isdigit()
    }
    assert rows["not asked now"] == 3  # one more gave no record before
    assert rows["pages known"] == sum(
        rows[name] for name in ("stored", "waiting", "due", "not asked now")
    )


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_the_command_keeps_to_the_width_of_the_terminal(home: Path, columns: int) -> None:
    lines = run_plan(home, columns=columns).splitlines()
    too_long = [line for line in lines if len(line) > min(columns, 100) and "://" not in line]
    assert too_long == []
    assert " ".join(" ".join(lines).split()).count("pages that show every tool to cover") == 2


def test_the_command_gives_the_report_as_json(home: Path) -> None:
    report = json.loads(run_plan(home, "--json", "--site", "sample"))
    assert report["at"] == "2026-11-02T12:00:00Z"
    [sample] = report["sites"]
    assert sample["cover"] == [url_of(("cedar", "drift")), url_of(("elm", "fir"))]
    assert sample["tools"] == sample["covered"] + sample["to_cover"] + sample["lost"] == 8


def test_the_command_says_when_there_is_nothing_to_plan(tmp_path: Path) -> None:
    done = verdicts("plan", "--home", tmp_path)
    assert (done.returncode, "no archive here" in done.stderr) == (30, True)
    with crawling(tmp_path):
        pass
    assert "no comparison page is known yet" in run_plan(tmp_path)
    assert verdicts("plan", "--home", tmp_path, "--delay", "nan").returncode == 2
    assert verdicts("plan", "--home", tmp_path, "--site", "nowhere").returncode == 2
    assert CEDAR.slug not in run_plan(tmp_path)
