"""The pages about the record: what changed, is due, disagrees, is here, and was done."""

from __future__ import annotations

import contextlib
import html
import json
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from markupsafe import Markup
from test_web_pages import words_of
from web_record import CHANGING, PAST_PRICE, PRICE
from web_sample import EVIL, database
from web_server import Server, server, serving

from db.rows.tables import create_indexes, create_tables, descriptions, insert_rows
from schema.rows.about import DescriptionRow
from web.pages.captures import calendar, page_of
from web.pages.changes import occasions
from web.pages.differing import MOST_SHOWN, MOST_WORDS, differing

__all__ = ["server"]
CHANGES = f"/compare/{CHANGING}/changes"
CAPTURES = f"/captures/{CHANGING}"
RECORD = ["/changes", "/predictions", "/findings", "/coverage", "/runs", CHANGES, CAPTURES]
LARGEST = 60_000
"""Units: bytes of a page, at any size of the archive."""


def text_of(server: Server, path: str) -> str:
    answer = server.ask(path)
    assert answer.status == 200, (path, answer.status)
    return words_of(answer.text)


# Two texts beside each other


def test_words_that_differ_are_marked_on_their_own_side_and_all_is_escaped() -> None:
    old, new = differing("Free <for> one & all", "Free <for> two & all")
    assert old == "Free &lt;for&gt; <del>one</del> &amp; all"
    assert new == "Free &lt;for&gt; <ins>two</ins> &amp; all"
    assert differing("the same", "the same") == ("the same", "the same")
    assert differing("", None) == (Markup(), Markup())


def test_equal_words_far_from_a_change_are_left_out_where_that_is_asked() -> None:
    old, new = differing(f"a {'x ' * 50} b {'y ' * 50}", f"a {'x ' * 50} c {'y ' * 50}", around=2)
    assert old == "… x x <del>b</del> y y …" and new == "… x x <ins>c</ins> y y …"


def test_a_text_to_which_words_were_only_added_is_shown_whole() -> None:
    assert differing("Alder Desk", "Alder Desk Pro", around=8)[0] == "Alder Desk"


def test_texts_that_have_little_in_common_are_marked_as_a_whole() -> None:
    old, new = differing("the cat sat on a mat today", "a dog ran off the porch")
    assert old.count("<del>") == new.count("<ins>") == 1


@pytest.mark.parametrize("words", [("a b ", "b a "), ("a ", "b a a ")])
def test_long_texts_of_repeated_words_are_compared_at_once(words: tuple[str, str]) -> None:
    begun = time.perf_counter()
    old, new = differing(words[0] * (MOST_WORDS + 1), words[1] * (MOST_WORDS + 1))
    assert time.perf_counter() - begun < 2
    assert old and new and len(old) < MOST_SHOWN + 1000
    assert "x" * 1000 not in differing("x" * 10_000, "y")[0]


# What changed


def test_changes_are_told_by_crawl_in_the_words_of_a_build(server: Server) -> None:
    page = server.ask("/changes").text
    text = words_of(page)
    told = "1 changed: 1 price, 1 share, 1 verdict, 1 score, 1 tagline, 1 description, 2 quotes"
    assert f"Crawl of 2026-10-02, 08:30 UTC 0 pages new, {told}, 1 gone." in text
    assert "Crawl of 2026-11-02, 04:00 UTC Nothing new, nothing changed." in text
    assert "Captures by others of 2026-07-04" in text
    assert "Seen for the first time: 1 comparison , 2 tools" in text
    assert "1 read otherwise by another version of our parser" in text
    assert "1 change stands between captures of which no day is known" in text
    assert page.index("2026-11-02, 04:00") < page.index("2026-10-02, 08:30")


def test_each_change_counts_for_exactly_one_crawl_or_day(server: Server) -> None:
    with contextlib.closing(sqlite3.connect(database())) as conn:
        told = occasions(conn)
        (dated,) = conn.execute("select count(*) from change where seen_by is not null").fetchone()
    assert sum(each.total for each in told) == dated
    for each in told:
        assert f"{each.total} change" in text_of(server, f"/changes?{each.query}")


def test_a_change_shows_old_and_new_with_marks_and_what_it_is_about(server: Server) -> None:
    page = server.ask("/changes?tool=quillfish&field=panel_ship_percent").text
    assert "<del>50%</del>" in page and "<ins>25%</ins>" in page
    assert "between 2026-09-10 and 2026-11-01" in words_of(page)
    quote = server.ask("/changes?field=quote&kind=changed").text
    assert "<del>I looked for the catch in Brass Kettle" in quote and "Builder" in quote
    description = server.ask("/changes?field=description").text
    assert "<del>Brass Kettle</del> keeps what you wrote" in description


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("since=2026-11", "9 changes seen since 2026-11"),
        ("since=2026-11-02", "0 changes seen since 2026-11-02"),
        ("until=2026-10", "5 changes seen until 2026-10"),
        ("tool=brass-kettle", "4 changes of Brass Kettle"),
        (f"comparison={CHANGING}&kind=vanished", "2 changes of Quillfish vs Quillfish"),
        ("cause=parser", "1 change , newest first"),
        ("day=2026-07-04", "1 change seen on 2026-07-04 in captures of others"),
        ("release=2026-10", "5 changes seen before release 2026-10 was made, 2026-10-02"),
    ],
)
def test_changes_are_narrowed(server: Server, asked: str, expected: str) -> None:
    assert expected.replace(" ,", ",") in text_of(server, f"/changes?{asked}").replace(" ,", ",")


@pytest.mark.parametrize(
    "path",
    [
        "/changes?since=2026-13",
        "/changes?since=yesterday",
        "/changes?field=colour",
        "/changes?kind=moved",
        "/changes?tool=nobody",
        "/changes?release=1999",
        "/changes?crawl=x",
        "/changes?crawl=99",
        "/changes?nothing=1",
        "/changes?kind=changed&kind=vanished",
        "/changes?tool=" + "x" * 600,
        f"{CHANGES}?from=2&to=1",
        f"{CHANGES}?from=1&to=9",
        f"{CHANGES}?from=0",
        f"{CAPTURES}?year=26",
        f"{CAPTURES}?day=2026-02-30",
        "/predictions?due=soon",
        "/predictions?reviewer=nobody",
        "/findings?code=odd",
        "/coverage?x=1",
        "/runs?kind=walk",
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(server: Server, path: str) -> None:
    answer = server.ask(path)
    assert answer.status == 400
    assert re.search(r'class="notice">[^<]{10,}\.<', answer.text), answer.text
    assert server.printed() == ""


def test_words_that_are_withheld_stay_so_among_changes(server: Server) -> None:
    page = server.ask("/changes?tool=veiled").text
    assert "asks not to be archived" in page and "Secret words" not in page


@pytest.mark.parametrize("asked", ["tool=brass-kettle&field=badge&kind=changed", "field=badge"])
def test_older_changes_follow_and_none_is_shown_twice_or_left_out(
    tmp_path: Path, asked: str
) -> None:
    with served_copy(tmp_path, MANY_CHANGES) as shown:
        path, seen = f"/changes?{asked}", list[str]()
        while path:
            page = shown.ask(path).text
            seen += re.findall(r"<del>was (\d+)</del>", page)
            following = re.search(r'rel="next" href="([^"]+)"', page)
            path = html.unescape(following[1]) if following else ""
        assert "Page 13 of" in page and "The newest of them" in page
    assert len(seen) == len(set(seen)) == 250


# Two versions


def test_the_last_two_versions_stand_beside_each_other(server: Server) -> None:
    page = server.ask(CHANGES).text
    for old, new in (("Mixed", "Skip"), ("12", "82"), (PAST_PRICE, PRICE), ("Priced", "Quillfish")):
        assert f"<del>{old.split()[-1]}" in page or f"<del>{old}" in page
        assert f"<ins>{new.split()[-1]}" in page or f"<ins>{new}" in page
    text = words_of(page)
    assert "The same in both: Founder, Creator" in text
    assert words_of(server.ask(f"{CHANGES}?from=1&to=2").text).partition("Version")[2] in text
    assert f'href="{CHANGES}"' in server.ask(f"/compare/{CHANGING}").text


def test_a_comparison_with_one_version_says_so(server: Server) -> None:
    text = text_of(server, "/compare/brass-kettle-vs-lantern-notes/changes")
    assert "there is one version" in text
    page = server.ask("/compare/brass-kettle-vs-lantern-notes").text
    assert "brass-kettle-vs-lantern-notes/changes" not in page


@pytest.mark.parametrize("path", ["/compare/{}/changes", "/captures/{}"])
def test_of_what_was_taken_down_the_record_says_as_much_as_its_page(
    server: Server, path: str
) -> None:
    gone = server.ask(path.format("felled-vs-tree"))
    assert gone.status == 410 and "It was asked for" in gone.text
    assert server.ask(path.format("no-vs-where")).status == 404


# Captures


def test_a_day_has_a_mark_a_name_and_its_captures(server: Server) -> None:
    page = server.ask(CAPTURES).text
    days = dict(re.findall(r'<td class="(\w+)"><a href="\?day=([-\d]+)#day"', page))
    assert days == {"new": "2026-11-01", "same": "2026-09-21", "failed": "2026-10-31"}
    assert 'aria-label="2026-09-21: 2 captures, unchanged"' in page
    assert page.count("<caption>") == page.count('<table class="month">') == 3
    assert page.count('<th scope="col" abbr="Monday">') == 3
    text = text_of(server, f"{CAPTURES}?day=2026-09-21")
    assert "2 captures on 2026-09-21" in text and "status 503" in text
    assert "1 capture in 2025" in text_of(server, f"{CAPTURES}?year=2025")
    assert f'<a href="{CAPTURES}">10 captures of this page</a>' in (
        server.ask(f"/compare/{CHANGING}").text
    )


def test_captures_without_a_day_stand_beside_the_calendar(server: Server) -> None:
    text = text_of(server, CAPTURES).partition("On a day that is not known: 3")[2]
    assert "Captured in 2026-05" in text
    assert "the file’s own time is 2026-06-01" in text
    assert "the clock of that crawl was wrong, it said 2031-01-01" in text
    assert "2031" not in re.findall(r"\?year=(\d+)", server.ask(CAPTURES).text)


def test_a_calendar_has_every_day_of_a_month_once_on_its_weekday() -> None:
    with contextlib.closing(sqlite3.connect(database())) as conn:
        found = page_of(conn, CHANGING)
    assert found is not None
    months = calendar(found.dated, "2026")
    assert [month.name for month in months] == ["September 2026", "October 2026", "November 2026"]
    days = [[day and day.number for day in week] for week in months[0].weeks]
    assert days[0] == [None, 1, 2, 3, 4, 5, 6] and days[-1] == [28, 29, 30, *[None] * 4]
    assert all(len(week) == 7 for month in months for week in month.weeks)


# Predictions


def test_predictions_are_grouped_from_the_day_of_the_newest_record(server: Server) -> None:
    text = text_of(server, "/predictions")
    assert "seen from 2026-11-02" in text
    for told in ("due soon 1", "overdue 1", "due later 1", "without a day 1", "judged 0"):
        assert told in text
    assert "was due by 2026-09-30" in text and "due between 2026-11-10 and 2027-01-01" in text
    assert "vague: no end is set" in text


@pytest.mark.parametrize(
    ("asked", "number"),
    [("due=2027", 2), ("due=2026", 2), ("state=overdue", 1), ("reviewer=Builder", 1),
     ("tool=brass-kettle", 4), ("due=2027&state=soon", 1), ("due=1999", 0)],
)  # fmt: skip
def test_predictions_are_narrowed(server: Server, asked: str, number: int) -> None:
    page = server.ask(f"/predictions?{asked}").text
    assert page.count('<li class="change">') == number
    assert page.count('href="/quote/') == number


# Findings and conflicts


def test_a_finding_names_its_tools_reviewer_place_and_both_statements(server: Server) -> None:
    text = text_of(server, "/findings?code=observation_conflict")
    assert "Two captures state different facts about one quote or card." in text
    assert "Brass Kettle · Builder seen from 2026-09-10 to 2026-11-01" in text
    assert "score: 81 (2026-09-10), 12 (2026-11-01)" in text
    text = text_of(server, "/findings?code=duplicate_quote")
    assert "Silent Orchard · Skeptic seen on 2026-11-01 on Paper Heron vs Silent Orchard" in text
    text = text_of(server, "/findings?code=badge_disagrees")
    assert "Silent Orchard seen on 2026-11-01" in text and EVIL in text


def test_findings_are_counted_by_code_with_what_it_means(server: Server) -> None:
    page = server.ask("/findings").text
    assert '<a href="/findings?code=badge_disagrees">' in page
    assert "The badge does not follow from the panel share. badge_disagrees 2" in words_of(page)
    assert "entry 1" in words_of(page)


def test_two_published_values_stand_beside_each_other_in_their_words(server: Server) -> None:
    page = server.ask("/findings?attribute=entry").text
    assert '<mark class="cue">Paid</mark>' in page
    text = words_of(page)
    assert "Lantern Notes · entry by the card’s label and a text" in text
    assert "tagline, seen from 2026-10-02 to 2026-11-01 open source" in text


# Coverage and runs


def test_the_six_states_add_up_and_what_was_left_out_is_told(server: Server) -> None:
    page = server.ask("/coverage").text
    text = words_of(page)
    states = re.findall(r"(stored|waiting|failed|held|gone|refused) [a-z][^0-9]*? (\d+) page", text)
    total = re.search(r"Known pages of Ship or Skip : (\d+)", text)
    assert total and sum(int(n) for _, n in states[:6]) == int(total[1])
    assert "noarchive no copy to be shown quotes and descriptions of the page are left out" in text
    assert "https://shiporskip.io/compare/felled-vs-tree 2026-11-01 It was asked for" in text
    assert f"Its author asked {EVIL}" in text
    assert "The publisher says that the price is out of date." in text
    assert "11 of the 55 possible pairs of its 11 known tools" in text
    assert "The number of quotes is not the number that the page explains. quote_count" in text
    assert "the oldest of 2025-02-28 , the newest of 2026-11-01" in text


def test_runs_are_told_in_words_and_an_empty_one_as_such(server: Server) -> None:
    text = text_of(server, "/runs")
    assert "complete An empty run: no page was due, so nothing was asked." in text
    assert "has not ended, or was killed An empty run: no capture was taken in." in text
    assert "ended early 3 addresses asked: 2 new, 1 unchanged, 3 failed" in text
    assert "Why attempts failed: http_error:404 2, timeout 1" in text
    assert "1 import" in text and text.count("Crawl of Ship or Skip") == 4
    assert text_of(server, "/runs?kind=import").count("Import , 2026") == 1


# All of them


@pytest.mark.parametrize("path", RECORD)
def test_hostile_text_stays_text_on_the_pages_about_the_record(server: Server, path: str) -> None:
    page = server.ask(path).text
    assert "<script>" not in page
    assert not re.search(r"\s(style|on[a-z]+)=", "".join(re.findall(r"<[a-z][^>]*>", page)))
    assert not re.search(r'href="\s*(javascript|data):', page)


def test_every_link_of_the_record_leads_somewhere(server: Server) -> None:
    found: set[str] = set()
    for path in RECORD:
        page = server.ask(path).text.partition("<main")[2].partition("</main>")[0]
        links = (html.unescape(each) for each in re.findall(r'href="([/?][^"#]*)', page))
        found |= {each if each.startswith("/") else f"{path}{each}" for each in links}
    # The pages of other kinds are asked for elsewhere.
    ours = {each for each in found if each.startswith(KINDS)}
    assert len(ours) > 20
    assert {each for each in ours if server.ask(each).status != 200} == set()


KINDS = ("/changes", "/captures", "/predictions", "/findings", "/coverage", "/runs", "/verdicts")


def test_an_archive_in_which_nothing_is_yet_has_these_pages(tmp_path: Path) -> None:
    empty = tmp_path / "verdicts-00000000.db"
    with contextlib.closing(sqlite3.connect(empty)) as conn:
        create_tables(conn)
        insert_rows(conn, DescriptionRow, ((n, *row) for n, row in enumerate(descriptions(), 1)))
        create_indexes(conn)
        conn.commit()
    with serving(empty) as shown:
        for path in ("/changes", "/predictions", "/findings", "/coverage", "/runs"):
            assert shown.ask(path).status == 200, path
        assert "Nothing was crawled or taken in yet." in text_of(shown, "/changes")
        assert "Nobody asked for one yet." in text_of(shown, "/coverage")
        assert shown.printed() == ""


LONG = "a word like " * 400 + EVIL * 100
MANY_CHANGES = f"""
with n(at) as (select 1 union all select at + 1 from n where at < 250)
insert into change (tool_id, field, kind, cause, comparison_id, old, new, seen_after, seen_by)
select (select id from tool where tool = 'brass-kettle'), 'badge', 'changed', 'source', 7,
  'was ' || at, 'is ' || at || ' {LONG.replace("'", "''")}', null,
  case at % 3 when 0 then null else '2026-0' || (1 + at % 8) || '-01T00:00:00Z' end from n"""
MANY = [
    MANY_CHANGES,
    """with n(at) as (select 0 union all select at + 1 from n where at < 800)
    insert into capture (page_id, captured_at, captured_until, date_source, date_precision, status,
      kind, body_sha256, outcome)
    select (select page_id from comparison where id = 7), day, day, 'crawl', 'second', 200,
      'response', printf('%064x', at), 'comparison'
    from (select at, strftime('%Y-%m-%dT%H:00:00Z', '2024-01-01', at || ' days') as day from n)""",
    """with n(at) as (select 1 union all select at + 1 from n where at < 120)
    insert into takedown (kind, site, target, reason, added_at)
    select 'page', 'shiporskip', 'https://shiporskip.io/compare/' || at || hex(zeroblob(100)), %s,
      '2026-11-01T00:00:00Z' from n""",
    """with n(at) as (select 1 union all select at + 1 from n where at < 120)
    insert into correction (kind, site, target, note, added_at)
    select 'page', 'shiporskip', 'https://shiporskip.io/' || at, %s, '2026-11-01T00:00:00Z'
    from n""",
    """with n(at) as (select 1 union all select at + 1 from n where at < 120)
    insert into finding (code, field, detail, quote_id) select 'slug_order', %s, %s, 1 from n""",
    """with n(at) as (select 1 union all select at + 1 from n where at < 120)
    insert into crawl (kind, site, started_at, asked, stored, unchanged, failed, bytes,
      failed_by_code) select 'crawl', 'shiporskip', '2020-01-01T00:00:00Z', 1, 1, 1, 1, 1,
      (select json_group_object('odd:' || a.at || 'x' || substr(%s, 1, 60), 1) from n a) from n""",
    """with n(at) as (select 1 union all select at + 1 from n where at < 120)
    insert into prediction (method, method_version, quote_id, span_start, span_end, event_start,
      event_end, checkable, state) select 'by-hand', 1, 1, 0, 9, 0, 4000, 0, 'open' from n""",
    "update quote set text = %s where id = 1",
]  # fmt: skip


@contextlib.contextmanager
def served_copy(folder: Path, *statements: str) -> Iterator[Server]:
    """The sample with more in it, served."""
    copy = folder / "verdicts-grown.db"
    shutil.copy(database(), copy)
    copy.chmod(0o600)
    with contextlib.closing(sqlite3.connect(copy)) as conn:
        for sql in statements:
            long = "'" + LONG.replace("'", "''") + "'"
            conn.execute(sql.replace("%s", long))
        conn.commit()
    with serving(copy) as shown:
        yield shown


def test_no_page_of_the_record_grows_beyond_what_a_phone_loads(tmp_path: Path) -> None:
    with served_copy(tmp_path, *MANY) as shown:
        weights = {
            path: len(text_of(shown, path) and shown.ask(path).body)
            for path in [
                *RECORD,
                f"{CAPTURES}?year=2024",
                f"{CAPTURES}?year=2024&page=3",
                "/changes?tool=brass-kettle",
                "/findings?code=slug_order",
                "/predictions?state=undated",
            ]
        }
        assert {path: n for path, n in weights.items() if n > LARGEST} == {}
        print(json.dumps(weights))
        assert shown.printed() == ""
