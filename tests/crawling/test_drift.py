"""A site that changed is noticed: by its profile at once, and no changed page is read wrong."""

from __future__ import annotations

import copy
import json
import os
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import drift_rules
import forked
import pytest
from crawl_site import Answer, Site, rows, run_crawl, serving
from drift_home import clock, crawled, half_broken, new_layout, site, unreadable
from fixture_tools import HTML
from layoutgen import HTML_LAYOUTS, TEXT_LAYOUTS, plain_truth

from archive import Home
from archive.ledger.profiles import accept_drift, held_captures, load_profiles, rows_before
from archive.runs import open_run
from crawler.drift.bands import CHANCE, is_above, is_below, usual_steps, values_of
from crawler.drift.changes import Change, compare
from crawler.drift.history import NOW, History
from crawler.drift.profile import FAILED, UNCHANGED, Profile, profiles_of, total
from crawler.drift.profiler import Profiler, judge_rest
from crawler.reading.look import LookTask, PageLook, look
from crawler.reading.traits import PageTraits, ToolTraits, traits_of, unread_traits
from db import build
from db.status import status
from machine.failpoints import VARIABLE as KILL_AT
from parsers import parse_page
from schema.errors import StartError, UsageError
from schema.page import RawPage

DAYS = [f"2027-01-{day:02}T12:00:00Z" for day in range(1, 29)]


# --- changed pages: rules and counts ---

MUTANTS_AT_LEAST = {
    "rename": 400, "header": 150, "drop": 500, "duplicate": 500, "swap": 900, "cut": 400,
    "requote": 150, "column": 90, "paginate": 400, "both_layouts": 50, "restyle": 60,
    "scripted": 400, "sponsor": 80,
}  # fmt: skip
MAY_BE_ANOTHER_RECORD = {"drop", "duplicate", "swap", "requote", "scripted"}
"""The rules whose pages a reader too would read otherwise; every other rule changes no value."""
MAY_LOSE_WITH_A_WORD = {"rename", "header", "drop", "duplicate", "swap", "column"}


def test_every_rule_is_tried_on_many_pages_and_counted() -> None:
    print(drift_rules.table(drift_rules.results()))
    counts = Counter(each.rule for each in drift_rules.results())
    assert set(counts) == set(MUTANTS_AT_LEAST)
    assert all(counts[rule] >= least for rule, least in MUTANTS_AT_LEAST.items()), counts
    assert len({each.page for each in drift_rules.results()}) >= 20


def test_no_changed_page_is_read_wrong_or_beside_a_finding_misread() -> None:
    bad = [str(each) for each in drift_rules.results() if each.outcome in ("wrong", "misread")]
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize("rule", MUTANTS_AT_LEAST)
def test_a_rule_gives_the_equal_record_a_failure_or_what_a_reader_sees(rule: str) -> None:
    found = [each for each in drift_rules.results() if each.rule == rule]
    may = {"equal", "refused"}
    may |= {"reader"} if rule in MAY_BE_ANOTHER_RECORD else set()
    may |= {"told"} if rule in MAY_LOSE_WITH_A_WORD else set()
    other = [str(each) for each in found if each.outcome not in may]
    assert not other, "\n".join(other)


def test_a_cut_page_is_whole_or_refused_and_restyling_changes_nothing() -> None:
    outcomes = {
        rule: {each.outcome for each in drift_rules.results() if each.rule == rule}
        for rule in ("cut", "restyle", "paginate", "sponsor")
    }
    assert outcomes["cut"] == {"equal", "refused"}
    assert outcomes["restyle"] == {"equal"}
    assert outcomes["paginate"] == outcomes["sponsor"] == {"refused"}


def test_the_judge_tells_a_silently_wrong_record() -> None:
    page = next(each for each in drift_rules.pages() if each.name.startswith("fixture"))
    honest = page.line
    mutant = drift_rules.Mutant("drop", "planted", page, page.encode(page.source))
    assert drift_rules.judge(mutant)[0] == "equal"
    wrong = copy.deepcopy(page.whole)
    wrong["quotes"][2]["text"] = "Words that the page does not show."
    object.__setattr__(page, "line", lambda body: wrong)
    assert drift_rules.judge(mutant)[0] == "wrong"
    wrong["findings"].append({"code": "tagline_disagrees", "field": None, "detail": "planted"})
    assert drift_rules.judge(mutant)[0] == "misread"
    wrong["quotes"][2]["text"] = None
    assert drift_rules.judge(mutant)[0] == "told"
    object.__setattr__(page, "line", honest)


def test_old_and_new_layout_may_be_live_on_one_day() -> None:
    truth = plain_truth(Random("both"))
    layouts, records = set(), []
    for name, layout in {**HTML_LAYOUTS, **TEXT_LAYOUTS}.items():
        made = layout(truth, Random(name))
        record = parse_page(RawPage(truth.url, made.html, made.content_type), site="shiporskip")
        layouts.add(record.layout)
        records.append([(quote.tool, quote.slot, quote.text) for quote in record.quotes])
    assert all(record == records[0] for record in records)
    assert len(layouts) >= len(HTML_LAYOUTS)


# --- the band ---


def test_a_band_is_wide_for_few_pages_and_narrow_for_many() -> None:
    def needed(pages: int, before: int) -> int:
        """How many pages must lack what all pages had before to be noticed."""
        return next(
            (
                n
                for n in range(0, pages + 1, max(1, pages // 1000))
                if is_below((pages - n, pages), (before, before))
            ),
            pages + 1,
        )

    assert needed(3, 6) > 3
    assert needed(12, 12) <= 12
    assert needed(12, 200) < needed(12, 24) <= 8
    assert needed(400, 400) / 400 <= 0.03
    assert needed(100_000, 100_000) / 100_000 > 0.02


def test_without_anything_before_or_now_nothing_is_outside() -> None:
    assert not is_above((5, 5), (0, 0))
    assert not is_above((0, 0), (0, 9))
    assert not is_below((0, 0), (9, 9))


def test_crawls_of_an_unchanged_mix_are_seldom_called_drift() -> None:
    rng = Random("mix")
    alarms = tries = 0
    for share in (0.0, 0.02, 0.1, 0.5, 0.9, 1.0):
        for _ in range(400):
            before, now = rng.choice((8, 40, 300)), rng.choice((2, 12, 100))
            seen = sum(rng.random() < share for _ in range(before))
            sees = sum(rng.random() < share for _ in range(now))
            tries += 2
            alarms += is_above((sees, now), (seen, before))
            alarms += is_below((sees, now), (seen, before))
    assert alarms <= max(2, 10 * CHANCE * tries), (alarms, tries)


def test_a_usual_range_leaves_out_a_small_tail_only() -> None:
    steps = {12: 600, 13: 500, 30: 3, 0: 2}
    assert usual_steps(steps) == (12, 13)
    low, high = values_of(12, 13)
    assert low <= 80 <= high
    assert not low <= 3 <= high


# --- the profile ---


def traits_in(pages: dict[str, bytes]) -> list[PageTraits]:
    found = [
        look(LookTask(RawPage(url, body, HTML), "sample", "record")).traits
        for url, body in pages.items()
    ]
    assert all(found)
    return [each for each in found if each is not None]


def changed(now: dict[str, Profile], before: Iterable[tuple[str, Profile]]) -> list[Change]:
    """What drifted in pages of which none was seen before, by runs before them."""
    known: dict[str, list[Profile]] = {}
    for layout, profile in before:
        known.setdefault(layout, []).append(profile)
    return compare(now, {layout: total(found) for layout, found in known.items()}, now)


def profiles(pages: dict[str, bytes]) -> dict[str, Profile]:
    return profiles_of(traits_in(pages))


def seeing(pages: Iterable[PageTraits]) -> History:
    history = History()
    for number, page in enumerate(pages):
        history.see(f"{number:02}", page)
    return history


def test_what_is_kept_of_pages_holds_no_word_of_them_and_is_read_as_it_was() -> None:
    pages = traits_in(site())
    history = seeing(pages)
    assert list(history.pages("era = ?", NOW)) == pages
    text = history.packed(pages[0].layout)
    assert '"tools.badge"' in text
    assert "Tool A" not in text and "laptop" not in text and "Builder" not in text


def test_a_card_that_many_pages_show_is_kept_once() -> None:
    page = traits_in(site())[0]
    assert len(json.loads(seeing([page] * 50).packed(page.layout))["parts"]) == 2


def test_an_unchanged_site_drifts_in_no_way() -> None:
    before = list(profiles(site()).items())
    assert changed(profiles(site(edition=2)), before) == []
    assert changed(profiles(site(half_broken)), []) == []


def test_a_redesign_that_loses_fields_is_odd_and_each_is_named() -> None:
    changes = changed(profiles(site(half_broken)), profiles(site()).items())
    said = " ".join(change.what for change in changes if change.is_odd)
    for field in (
        "tools.badge",
        "tools.votes",
        "tools.pricing",
        "quotes.reviewer",
        "tools.description",
    ):
        assert field in said
    assert "on 0 of 12 pages, before on 12 of 12 pages" in said


def test_a_new_layout_that_is_read_well_is_named_but_not_odd() -> None:
    changes = changed(profiles(site(new_layout)), profiles(site()).items())
    assert [(change.is_odd, "never seen before" in change.what) for change in changes] == [
        (False, True)
    ]


def test_failing_pages_are_told_by_their_code_and_structure() -> None:
    now = profiles(site(unreadable))
    ((layout, profile),) = now.items()
    assert layout.startswith("unread:")
    assert profile.counts[FAILED].total() == 12
    changes = changed(now, profiles(site()).items())
    assert changes and all(change.is_odd for change in changes)
    other = profiles(
        {url: body.replace(b"<article>", b"<main>") for url, body in site(unreadable).items()}
    )
    assert set(other) != set(now)


def test_one_failing_page_among_many_is_no_drift() -> None:
    pages = site(edition=2)
    first = next(iter(pages))
    pages[first] = unreadable(pages[first].decode()).encode()
    assert changed(profiles(pages), profiles(site()).items()) == []


def test_pages_that_always_fail_are_no_drift_when_the_others_did_not_change() -> None:
    failing = profiles(dict(list(site(unreadable).items())[:5]))
    (layout,) = failing
    first = {**profiles(site()), UNCHANGED: Profile(988), **failing}
    again = {UNCHANGED: Profile(1000), **failing}
    assert changed(again, first.items()) == []
    assert [change.layout for change in changed(failing, first.items())] == [layout]


def test_findings_equal_texts_and_codes_raise_it_too() -> None:
    good = [
        traits_of(parse_page(RawPage(url, body, HTML), site="sample"))  # type: ignore[arg-type]
        for url, body in site().items()
    ]

    def counted(**changes: object) -> dict[str, Profile]:
        return profiles_of(
            replace(page, parts=tuple(replace(part, **changes) for part in page.parts))
            for page in good
        )

    before = counted().items()
    for changes, word in (
        ({"findings": ("tagline_disagrees",)}, "tagline_disagrees"),
        ({"alike": ("tools.description",)}, "equal tools.description"),
    ):
        (change,) = changed(counted(**changes), before)
        assert change.is_odd and word in change.what


def test_a_text_is_compared_with_texts_and_a_page_of_html_with_html() -> None:
    before = profiles(site()).items()
    text = Profile()
    for _ in range(12):
        text.add(PageTraits("text-1", (ToolTraits(sizes=(("tools.description", 2, 3),)),)))
    assert changed({"text-1": text}, before) == []


def test_a_dead_parser_counts_as_a_failure_of_the_site() -> None:
    now = {"unread": Profile()}
    for _ in range(12):
        now["unread"].add(unread_traits("", "parser_died", None))
    assert [change.layout for change in changed(now, profiles(site()).items())] == ["unread"]


def test_links_and_other_pages_have_no_traits() -> None:
    page = RawPage("https://sample.example/", b"<p>home", HTML)
    assert look(LookTask(page, "sample", "links")) == PageLook()
    assert look(LookTask(page, "sample", "record")).traits is None


# --- the ledger ---


def test_a_drifting_run_is_left_out_of_what_later_runs_are_compared_with(home: Path) -> None:
    assert crawled(home, site(), DAYS[0]) == []
    assert crawled(home, site(edition=2), DAYS[1]) == []
    first = crawled(home, site(half_broken), DAYS[2])
    assert first and crawled(home, site(half_broken, edition=2), DAYS[3]) == first
    assert crawled(home, site(edition=3), DAYS[4]) == []
    assert [row.is_drift for row in load_profiles(home)] == [False, False, True, True, False]


def test_what_drifted_is_held_until_a_person_accepts_it(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    crawled(home, site(half_broken), DAYS[1])
    crawled(home, site(half_broken, edition=2), DAYS[2])
    ids = [row[0] for row in rows(home, "SELECT id FROM capture WHERE run_id > 1")]
    assert held_captures(home) == frozenset(ids) and len(ids) == 24
    assert {row.run_id for row in accept_drift(home, 3)} == {2, 3}
    assert held_captures(home) == frozenset()
    assert crawled(home, site(half_broken, edition=3), DAYS[3]) == []
    assert load_profiles(home)[1].accepted_at is not None


def test_a_crawl_in_which_nothing_changed_says_nothing_and_is_counted(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    with clock(DAYS[1]), open_run(Home(home), "crawl") as run:
        profiler = Profiler(run)
        for _ in range(12):
            profiler.see_unchanged("sample")
        assert profiler.finish() == []
    row = load_profiles(home)[-1]
    assert (row.layout, row.pages, row.example) == (UNCHANGED, 12, None)


def test_accepting_what_did_not_drift_is_refused(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    with pytest.raises(UsageError, match="nothing drifted"):
        accept_drift(home, 1)
    with pytest.raises(StartError):
        accept_drift(home.parent / "none", 1)


def test_a_new_layout_is_told_once_and_never_held(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    (said,) = crawled(home, site(new_layout), DAYS[1])
    assert said.startswith("sample, html:") and "never seen before, on 12 of 12 pages" in said
    assert held_captures(home) == frozenset()
    assert crawled(home, site(new_layout, edition=2), DAYS[2]) == []


def test_a_run_that_is_killed_has_saved_what_it_saw(home: Path, monkeypatch) -> None:
    monkeypatch.setattr("crawler.drift.profiler.SAVE_EVERY", 5)
    crawled(home, site(), DAYS[0])

    killed_after(home, site(half_broken), 11, DAYS[1])
    assert [(row.pages, row.is_drift) for row in load_profiles(home)] == [(12, False), (10, True)]


class Killed(BaseException):
    """Ends a run as a kill does: nothing is tidied up."""


def killed_after(home: Path, pages: dict[str, bytes], count: int, at: str) -> None:
    """A crawl that is killed once it has stored and seen so many pages."""

    class Stopping(dict[str, bytes]):
        def items(self):
            yield from list(super().items())[:count]
            raise Killed

    with pytest.raises(Killed):
        crawled(home, Stopping(pages), at)


def test_what_a_run_that_died_stored_is_held_until_the_next_run_has_judged_it(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    killed_after(home, site(half_broken), 12, DAYS[1])
    assert len(load_profiles(home)) == 1
    assert published(home) == [("held", DAYS[0])]
    with clock(DAYS[2]), open_run(Home(home), "import") as run:
        said = judge_rest(run, look)
        assert judge_rest(run, look) == []
    assert any(what.startswith("run 2, sample, ") and "tools.badge" in what for what in said)
    assert published(home) == [("held", DAYS[0])]
    accept_drift(home, 2)
    assert published(home) == [("stored", DAYS[1])]


def test_what_was_good_of_a_run_that_died_is_published_once_the_next_has_judged_it(
    home: Path, monkeypatch
) -> None:
    monkeypatch.setattr("crawler.drift.profiler.SAVE_EVERY", 5)
    crawled(home, site(), DAYS[0])
    killed_after(home, site(edition=2), 7, DAYS[1])
    assert len(held_captures(home)) == 2
    shown = published(home)
    assert shown == [("held", DAYS[0]), ("stored", DAYS[0]), ("stored", DAYS[1])]
    with clock(DAYS[2]), open_run(Home(home), "crawl") as run:
        assert judge_rest(run, look) == []
    assert [(row.run_id, row.pages) for row in load_profiles(home)] == [(1, 12), (2, 7)]
    assert published(home) == [("stored", DAYS[0]), ("stored", DAYS[1])]


def test_a_site_that_was_never_crawled_to_the_end_is_published_all_the_same(home: Path) -> None:
    killed_after(home, site(), 7, DAYS[0])
    assert published(home) == [("stored", DAYS[0])]
    assert held_captures(home) == frozenset()


def rest_of(pages: dict[str, bytes], count: int) -> dict[str, bytes]:
    return dict(list(pages.items())[count:])


def test_the_first_pages_of_a_redesign_are_held_too_though_their_run_died_before_it_was_seen(
    home: Path, monkeypatch
) -> None:
    monkeypatch.setattr("crawler.drift.profiler.SAVE_EVERY", 2)
    crawled(home, site(), DAYS[0])
    killed_after(home, site(half_broken), 2, DAYS[1])
    assert [row.is_drift for row in load_profiles(home)] == [False, False]
    with clock(DAYS[2]), open_run(Home(home), "import") as run:
        assert judge_rest(run, look) == []
    assert crawled(home, rest_of(site(half_broken), 2), DAYS[2])
    assert published(home) == [("held", DAYS[0])]
    accept_drift(home, 4)
    assert published(home) == [("stored", DAYS[1]), ("stored", DAYS[2])]


def test_good_pages_of_a_run_that_died_stay_when_the_next_finds_a_drift(
    home: Path, monkeypatch
) -> None:
    monkeypatch.setattr("crawler.drift.profiler.SAVE_EVERY", 2)
    crawled(home, site(), DAYS[0])
    killed_after(home, site(edition=2), 2, DAYS[1])
    assert crawled(home, rest_of(site(half_broken), 2), DAYS[2])
    assert published(home) == [("held", DAYS[0]), ("stored", DAYS[1])]


def test_every_page_of_a_run_that_died_is_held_once_its_rest_shows_the_drift(
    home: Path, monkeypatch
) -> None:
    monkeypatch.setattr("crawler.drift.profiler.SAVE_EVERY", 2)
    crawled(home, site(), DAYS[0])
    monkeypatch.setattr("crawler.drift.profiler.SAVE_EVERY", 99)
    killed_after(home, site(half_broken), 12, DAYS[1])
    row = load_profiles(home)[0]
    saw = [
        (row["id"], body)
        for row, body in zip(
            rows_of(home, "SELECT id FROM capture WHERE run_id = 2"),
            site(half_broken).values(),
            strict=True,
        )
    ]
    with open_run(Home(home), "crawl") as run:  # what the dead run had saved of two pages
        profiler = Profiler(run, 2)
        for (capture, body), url in list(zip(saw, site(), strict=True))[:2]:
            profiler.see(
                "sample", capture, look(LookTask(RawPage(url, body, HTML), "sample", "record"))
            )
        assert profiler.save() == [] and not row.is_drift
        assert judge_rest(run, look)
    assert held_captures(home) == {capture for capture, _ in saw}


def rows_of(home: Path, sql: str) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(home / "ledger.db")) as db:
        db.row_factory = sqlite3.Row
        return db.execute(sql).fetchall()


def test_what_was_accepted_of_a_run_that_died_stays_accepted_when_its_rest_is_judged(
    home: Path, monkeypatch
) -> None:
    monkeypatch.setattr("crawler.drift.profiler.SAVE_EVERY", 5)
    crawled(home, site(), DAYS[0])
    killed_after(home, site(half_broken), 11, DAYS[1])
    accept_drift(home, 2)
    with clock(DAYS[2]), open_run(Home(home), "crawl") as run:
        assert judge_rest(run, look) == []
    assert held_captures(home) == frozenset()
    assert load_profiles(home)[-1].accepted_at is not None


def test_the_last_pages_of_a_redesign_are_held_though_they_come_one_by_one(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    crawled(home, site(half_broken) | rest_of(site(), 9), DAYS[1])
    assert crawled(home, site(half_broken) | rest_of(site(), 10), DAYS[2])
    assert crawled(home, dict([list(site(half_broken).items())[11]]), DAYS[3])
    published(home)
    assert (status(home)["pages"]["held"], broken_words(home)) == (11, 0)


def test_an_accepted_drift_begins_the_comparison_anew(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    assert crawled(home, site(half_broken), DAYS[1])
    accept_drift(home, 2)
    assert crawled(home, site(half_broken, edition=2), DAYS[2]) == []
    assert "tools.description is far larger" in " ".join(crawled(home, site(edition=3), DAYS[3]))


def test_a_build_beside_a_crawl_shows_of_it_only_what_was_compared(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    seen: list[list[tuple[object, ...]]] = []

    class Watched(dict[str, bytes]):
        def items(self):
            for number, item in enumerate(super().items()):
                if number == 10:
                    seen.append(published(home))
                yield item

    assert crawled(home, Watched(site(half_broken)), DAYS[1])
    assert seen == [[("held", DAYS[0]), ("stored", DAYS[0])]]
    assert published(home) == [("held", DAYS[0])]


def test_an_unchanged_page_of_a_run_that_died_stays_published(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    killed_after(home, site(), 6, DAYS[1])
    assert held_captures(home) == frozenset()


def test_a_home_whose_profiles_do_not_say_how_far_they_go_holds_nothing_more(home: Path) -> None:
    crawled(home, site(), DAYS[0])
    crawled(home, site(edition=2), DAYS[1])
    assert not any("judged_to" in counts for (counts,) in rows(home, "SELECT counts FROM profile"))
    assert held_captures(home) == frozenset()


def test_only_runs_of_one_kind_since_the_last_accepted_drift_are_compared_with(home: Path) -> None:
    for day in range(4):
        crawled(home, site(edition=day), DAYS[day])
    found = load_profiles(home)
    kinds = {1: "crawl", 2: "import", 3: "crawl", 4: "crawl"}
    assert [row.run_id for row in rows_before(found, kinds, 4, "sample")] == [1, 3]
    found[2] = replace(found[2], accepted_at=DAYS[4])
    assert [row.run_id for row in rows_before(found, kinds, 4, "sample")] == [3]


# --- a redesign of a real site. Needs `drift` in the crawl's report, exit code 10 for it, and a
# build that holds back archive.ledger.profiles.held_captures ---


@pytest.fixture
def running():
    with serving() as server:
        yield server


def publish(server: Site, pages: dict[str, bytes]) -> None:
    """Serve these pages, and a sitemap of them."""
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    places = "".join(f"<url><loc>{url}</loc></url>" for url in pages)
    server.answers = {
        "/robots.txt": Answer(
            f"User-agent: *\nSitemap: {server.base}/map.xml\n".encode(), content_type="text/plain"
        ),
        "/map.xml": Answer(
            f"<urlset {space}>{places}</urlset>".encode(), content_type="application/xml"
        ),
        **{url.removeprefix("https://sample.example"): Answer(body) for url, body in pages.items()},
    }


def crawl_at(server: Site, home: Path, at: str):
    return run_crawl(
        home, server.base + "/", "--contact", "keeper@sample.example", env={"VERDICTS_NOW": at}
    )


TIMES = [f"2027-{month:02}-01T12:00:00Z" for month in range(1, 13, 3)]


def two_good_crawls(server: Site, home: Path) -> None:
    for edition, at in enumerate(TIMES[:2], start=1):
        publish(server, site(edition=edition))
        ended = crawl_at(server, home, at)
        assert (ended.exit_code, ended.report["drift"]) == (0, []), ended.errors


def published(home: Path) -> list[tuple[object, ...]]:
    """The state of each page and when the record it shows was captured, after a build."""
    path = build(home, workers=1).path
    with closing(sqlite3.connect(path)) as db:
        found = sorted(set(db.execute("SELECT state, captured_at FROM comparison")))
        states = Counter(state for (state,) in db.execute("SELECT state FROM page"))
    assert {state: status(home)["pages"][state] for state in states} == states
    return found


def broken_words(home: Path) -> int:
    """How many published texts only the broken pages show."""
    with closing(sqlite3.connect(home / "public" / "current.db")) as db:
        count: int = db.execute(
            "SELECT count(*) FROM card WHERE description LIKE 'Is __.'"
        ).fetchone()[0]
    return count


def test_a_redesign_that_breaks_half_the_fields_is_noticed_in_the_same_run(running, home) -> None:
    two_good_crawls(running, home)
    publish(running, site(half_broken))
    ended = crawl_at(running, home, TIMES[2])
    assert ended.exit_code == 10
    assert any("tools.badge is gone on 12 of 12 pages" in said for said in ended.report["drift"])
    assert published(home) == [("held", TIMES[1])]
    assert broken_words(home) == 0
    again = crawl_at(running, home, TIMES[3])
    assert (again.exit_code, again.report["drift"], again.report["stored"]) == (0, [], 0)
    said = f"held since run {ended.report['run_id']}, see `verdicts drift --run 3`"
    assert said in again.report["notes"]
    accept_drift(home, int(str(ended.report["run_id"])))
    assert published(home) == [("stored", TIMES[2])]
    assert broken_words(home) == 24
    assert crawl_at(running, home, TIMES[3]).exit_code == 0


def test_a_redesign_that_nothing_can_be_read_from_keeps_the_last_good_records(
    running, home
) -> None:
    two_good_crawls(running, home)
    publish(running, site(unreadable))
    ended = crawl_at(running, home, TIMES[2])
    assert ended.exit_code == 10
    assert any("unread" in said for said in ended.report["drift"])
    assert published(home) == [("held", TIMES[1])]


def test_a_new_layout_that_can_be_read_is_noticed_in_the_same_run_and_published(
    running, home
) -> None:
    two_good_crawls(running, home)
    publish(running, site(new_layout))
    ended = crawl_at(running, home, TIMES[2])
    assert ended.exit_code == 10
    assert any("never seen before" in said for said in ended.report["drift"])
    assert published(home) == [("stored", TIMES[2])]
    publish(running, site(new_layout, edition=2))
    ended = crawl_at(running, home, TIMES[3])
    assert (ended.exit_code, ended.report["drift"]) == (0, [])


def test_a_crawl_that_is_killed_over_a_redesign_publishes_none_of_it(running, home) -> None:
    two_good_crawls(running, home)
    publish(running, site(half_broken))
    ended = run_crawl(
        home, running.base + "/", env={"VERDICTS_NOW": TIMES[2], KILL_AT: "committed:15"}
    )
    assert ended.exit_code == -9
    assert published(home) == [("held", TIMES[1])]
    ended = crawl_at(running, home, TIMES[2])
    assert ended.exit_code == 10
    assert any("run 3, sample" in said and "tools.badge" in said for said in ended.report["drift"])
    assert published(home) == [("held", TIMES[1])]


def test_a_crawl_that_a_fault_ends_saves_what_it_saw_and_publishes_none_of_it(
    running, home
) -> None:
    two_good_crawls(running, home)
    publish(running, site(half_broken))
    reader, writer = os.pipe()
    command = [
        sys.executable,
        "-m",
        "verdicts",
        "crawl",
        "--home",
        str(home),
        "--site",
        "sample",
        "--allow-private",
        "--delay",
        "0",
        "--ack-fd",
        str(writer),
        running.base + "/",
    ]
    process = forked.Popen(
        command,
        stdout=forked.PIPE,
        stderr=forked.PIPE,
        pass_fds=(writer,),
        env={**os.environ, "VERDICTS_NOW": TIMES[2]},
    )
    os.close(writer)
    lines = b""
    while lines.count(b"\n") < 10:
        lines += os.read(reader, 1000)
        if lines.count(b"\n") >= 8:
            running.delay_s = 0.5  # or the crawl could be over before the pipe is closed
    os.close(reader)
    process.communicate(timeout=60)
    assert process.returncode == 20
    assert load_profiles(home)[-1].run_id == 3
    assert {captured_at for _, captured_at in published(home)} == {TIMES[1]}
