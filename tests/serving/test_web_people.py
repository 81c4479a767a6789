"""A tool, a reviewer, a category and the home page, over a site that changed between crawls."""

from __future__ import annotations

import html
import itertools
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from db_home import Card, page, store
from test_web_pages import words_of
from web_sample import EVIL, database
from web_server import Server, server, serving

from db import build
from db.rows.tables import create_indexes, create_tables
from web.asking import connected
from web.pages import home, tool

__all__ = ["server"]
PANEL = "Builder, Skeptic, Founder, Designer"
FIRST = [
    Card("alder", "Alder Desk", ships=4, reviewer=PANEL, score=81),
    Card("birch", "Birch Pad", ships=3, reviewer=PANEL, score=74, category="Notes & Boards"),
    Card("cedar", "Cedar Box", ships=1, reviewer=PANEL, score=40, category="Local AI / Own Iron"),
    Card("alder-2", "Alder Desk 2", ships=3, reviewer=PANEL, score=66),
]
SECOND = [
    replace(
        FIRST[0],
        ships=3,
        score=70,
        pricing="Free for one desk, then 9 crowns",
        description="It keeps notes of every branch and forgets them after a month.",
        words="carries its own weight on an old laptop",
    ),
    *FIRST[1:],
]
DAYS = ("2026-10-02T12:00:00Z", "2026-11-03T12:00:00Z")


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The database of four tools, one of which changed between two crawls."""
    home = tmp_path_factory.mktemp("people") / "home"
    for day, cards in zip(DAYS, (FIRST, SECOND), strict=True):
        store(home, [page(a, b, at=day) for a, b in itertools.combinations(cards, 2)])
    yield build(home).path


@pytest.fixture(scope="module")
def site(changed: Path) -> Iterator[Server]:
    """That database, served."""
    with serving(changed) as running:
        yield running


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute(sql).fetchall()


def section(page: str, name: str) -> str:
    """One section of a page by what it is labelled by."""
    begins = f'<section aria-labelledby="{name}">'
    found = re.search(rf"{begins}.*?(?=<section aria-labelledby|</main>)", page, re.S)
    assert found, name
    return found[0]


def test_a_tool_says_first_what_it_is_now(site: Server) -> None:
    text = words_of(site.ask("/tool/alder").text)
    begins = text[text.index("Alder Desk Published by") : text.index("What changed")]
    for said in (
        "75% of its panel say ship.",
        "Panel 75% ship Ship",
        "Skeptic 70 ship",
        "Builder 70 skip",
        "Dissent Builder says skip",
        "Price Free · Free for one desk, then 9 crowns",
        "Panel votes 3 ship / 1 skip",
        "Category Developer Tools",
        "since 2026-11-03 , last seen 2026-11-03",
        "forgets them after a month.",
    ):
        assert said in begins, said


def test_a_tools_changes_stand_beside_each_other_with_the_changed_words_marked(
    site: Server, changed: Path
) -> None:
    told = section(site.ask("/tool/alder").text, "changes")
    assert "2026-10-02" in told and "2026-11-03" in told
    for was, became in (("100%", "75%"), ("81", "70"), ("ship", "skip")):
        assert re.search(rf"<del>{was}</del>.*?<ins>{became}</ins>", told, re.S), was
    assert "then <del>4</del> crowns" in told and "then <ins>9</ins> crowns" in told
    assert "after a <del>week.</del>" in told and "after a <ins>month.</ins>" in told
    assert "on <del>a slow</del> laptop" in told and "on <ins>an old</ins> laptop" in told
    fields = "select count(*) from change join tool t on t.id = tool_id where t.tool = 'alder'"
    once = [(told.count("<dt>"),)]
    assert rows(changed, f"{fields} and field <> 'tool'") == once, "each change is told once"


def test_a_tool_whose_share_changed_has_a_picture_of_it(site: Server) -> None:
    assert "/picture/share-over-time/alder.svg" in site.ask("/tool/alder").text
    for path in ("/tool/birch", "/tool/alder?as_of=2026-10-20"):
        assert "/picture/" not in site.ask(path).text, path


def test_a_tool_shows_each_quote_once_those_shown_last_before_the_others(site: Server) -> None:
    shown = section(site.ask("/tool/alder").text, "quotes")
    assert len(re.findall('<article class="quote"', shown)) == 8
    assert shown.index("As shown last") < shown.index("an old laptop")
    assert shown.rindex("an old laptop") < shown.index("Not shown last") < shown.index("a slow lap")


def test_quotes_of_a_tool_are_paged_with_those_shown_last_first(
    changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool, "PER_PAGE", 3)
    with closing(connected(changed)) as conn:
        pages = [tool.tool(conn, "alder", number) for number in (1, 2, 3)]
    told = [each for found in pages if found for each in found.quotes]
    assert [each.is_now for each in told] == [1] * 4 + [0] * 4
    assert len({each.key for each in told}) == 8 and pages[0] and pages[0].pages == 3


def test_what_never_changed_is_said_to_be_as_it_was_first_seen(site: Server) -> None:
    told = words_of(section(site.ask("/tool/birch").text, "changes"))
    assert told == "What changed First seen here on 2026-10-02."


def test_a_tools_rivals_are_named_with_share_and_who_leads(site: Server) -> None:
    shown = section(site.ask("/tool/alder").text, "rivals")
    assert 'href="/compare/alder-vs-cedar"' in shown and 'href="/tool/cedar"' in shown
    text = words_of(shown)
    assert "Cedar Box 25% Free Alder Desk vs Cedar Box Alder Desk leads, 75% to 25%" in text
    assert "Birch Pad 75% Free Alder Desk vs Birch Pad neither leads, 75% each" in text
    assert "In 3 comparisons" in text


def test_a_tool_as_of_a_day_shows_that_day_alone(site: Server) -> None:
    page = site.ask("/tool/alder?as_of=2026-10-20").text
    text = words_of(page)
    assert "100% of its panel say ship." in text and "a slow laptop" in text
    assert "an old laptop" not in text and "<ins>" not in page
    assert site.ask("/tool/alder?as_of=2026-09-01").status == 404


def test_a_near_name_says_what_differs_and_that_nobody_decided(site: Server) -> None:
    near = words_of(section(site.ask("/tool/alder").text, "near"))
    assert "Alder Desk 2" in near and "version differs; nobody has decided" in near


def test_what_a_person_decided_of_two_names_stands_with_the_reason(server: Server) -> None:
    near = section(server.ask("/tool/quillfish").text, "near")
    assert "another tool, as a person decided on 2026-11-01" in words_of(near)
    assert EVIL in words_of(near) or "&lt;script&gt;" in near


def test_hostile_words_that_changed_stay_words(server: Server) -> None:
    page = server.ask("/tool/quillfish").text
    told = page[page.index('id="changes"') : page.index('id="quotes"')]
    assert "<script>" not in told and "&lt;script&gt;" in told
    assert "for one person</ins>" in told


def test_a_comparison_that_was_taken_down_is_named_at_its_tool(tmp_path: Path) -> None:
    path = tmp_path / "verdicts-1.db"
    path.write_bytes(database().read_bytes())
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(
            "update page set url = 'https://shiporskip.io/compare/quillfish-vs-tree'"
            " where takedown_id is not null"
        )
    with serving(path) as running:
        shown = section(running.ask("/tool/quillfish").text, "rivals")
        assert "taken down on 2026-11-01" in shown and "It was asked for" in shown
        assert 'href="/compare/felled-vs-tree"' in shown
        assert "taken down" not in running.ask("/tool/brass-kettle").text


def test_a_reviewers_figures_count_distinct_quotes_and_printed_verdicts(site: Server) -> None:
    page = site.ask("/reviewer/Skeptic").text
    assert "distinct quotes 5" in words_of(page) and "mean of 5 scores 66.2" in words_of(page)
    assert "/picture/scores-of-reviewer/Skeptic.csv" in section(page, "scores")
    shares = words_of(section(page, "categories"))
    assert "Developer Tools 100% of 3" in shares and "Local AI / Own Iron 100% of 1" in shares
    assert "/category/Local%20AI%20%2F%20Own%20Iron" in section(page, "categories")


def test_a_reviewers_agreement_counts_the_cards_on_which_both_print(site: Server) -> None:
    text = words_of(section(site.ask("/reviewer/Skeptic").text, "agreement"))
    assert "Builder 0% of 4 0 both ship, 0 both skip" in text
    assert "Founder 75% of 4 3 both ship, 0 both skip" in text


def test_the_harshest_and_the_kindest_quotes_are_those_of_the_lowest_and_highest_scores(
    site: Server,
) -> None:
    ends = section(site.ask("/reviewer/Skeptic").text, "ends")
    kindest, harshest = ends.split("Harshest")
    assert re.findall(r"<b>(\d+)</b>/100", kindest) == ["81", "74", "70"]
    assert re.findall(r"<b>(\d+)</b>/100", harshest) == ["40", "66", "70"]
    assert "not how good" in ends


@pytest.mark.parametrize(
    ("query", "scores"),
    [
        ("sort=score", ["81", "74", "70", "66", "40"]),
        ("sort=score_up", ["40", "66", "70", "74", "81"]),
        ("sort=newest", ["70", "81", "74", "40", "66"]),
        ("category=Notes+%26+Boards", ["74"]),
        ("verdict=skip", []),
        ("verdict=ship&category=Developer+Tools&sort=score", ["81", "70", "66"]),
    ],
)
def test_a_reviewers_quotes_are_filtered_and_sorted_as_asked(
    site: Server, query: str, scores: list[str]
) -> None:
    answer = site.ask(f"/reviewer/Skeptic?{query}")
    shown = re.findall(r"<b>(\d+)</b>/100", section(answer.text, "quotes"))
    assert sorted(shown) == sorted(scores) and (shown == scores or "newest" in query)
    assert answer.headers["x-robots-tag"] == "noindex"
    assert '"/reviewer/Skeptic"' in answer.text, "the way back to all of it"


@pytest.mark.parametrize("query", ["verdict=maybe", "sort=best", "badge=Ship", "sort=tool&sort=x"])
def test_a_filter_that_a_reviewer_has_not_is_refused(site: Server, query: str) -> None:
    assert site.ask(f"/reviewer/Skeptic?{query}").status == 400


def test_a_category_counts_its_tools_shares_reviewers_and_comparisons(site: Server) -> None:
    page = site.ask("/category/Developer%20Tools").text
    text = words_of(page)
    assert "2 tools as the newest captures show them, 2 of them with free entry" in text
    assert "Panel ship Tools 75% 2" in words_of(section(page, "shares"))
    told = words_of(section(page, "reviewers"))
    assert "Skeptic 100% of 3" in told and "Builder 33% of 3" in told
    assert "Alder Desk 75% Ship Free 3×" in words_of(section(page, "tools"))
    compared = section(page, "comparisons")
    assert "1 compares two tools of this category, 4 one of it with another" in words_of(compared)
    assert 'href="/compare/alder-vs-alder-2"' in compared
    assert 'href="/category/Notes%20%26%20Boards"' in compared


@pytest.mark.parametrize("name", ["Notes & Boards", "Local AI / Own Iron"])
def test_a_category_is_found_at_its_name_whatever_signs_it_holds(site: Server, name: str) -> None:
    answer = site.ask(f"/category/{quote(name, safe='')}")
    assert answer.status == 200 and f'<h1 dir="auto">{html.escape(name)}</h1>' in answer.text
    assert answer.headers.get("x-robots-tag") is None


def test_a_category_that_no_card_has_is_not_there(site: Server) -> None:
    for name in ("Nope", "developer%20tools", "%FF%00", quote(EVIL, safe="")):
        assert site.ask(f"/category/{name}").status == 404, name


def test_a_category_whose_name_is_hostile_is_shown_as_words(server: Server) -> None:
    page = server.ask(f"/category/{quote(EVIL, safe='')}").text
    body = page.partition("<main")[2]
    assert "&lt;script&gt;" in body and "<script" not in body and "49" not in body


def test_home_says_in_words_what_changed_in_the_last_month(site: Server) -> None:
    text = words_of(section(site.ask("/").text, "lately"))
    assert "In the month to 2026-11-03 : 1 price, 1 share, 1 verdict, 4 scores," in text
    assert "1 panel vote, 1 description and 4 quotes changed" in text
    assert "Alder Desk : share 100% → became 75%" in text
    assert "6 comparisons" not in text, "what appeared a month before is not new"


def test_home_says_since_when_nothing_changed(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "verdicts-1.db"
    path.write_bytes(database().read_bytes())
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("update change set seen_by = '2026-09-01T00:00:00Z'")
    with serving(path) as running:
        text = words_of(section(running.ask("/").text, "lately"))
        assert "Nothing changed since 2026-09-01 ; the newest capture is of 2026-11-01" in text


def test_home_features_by_a_rule_that_it_states(site: Server, changed: Path) -> None:
    shown = section(site.ask("/").text, "featured")
    widest = """select comparison from comparisons where abs(panel_ship_percent_a -
      panel_ship_percent_b) = (select max(abs(panel_ship_percent_a - panel_ship_percent_b))
      from comparisons) order by comparison"""
    keys = [str(key) for (key,) in rows(changed, widest)]
    assert [key for key in keys if f'href="/compare/{key}"' in shown] and len(keys) == 3
    assert "Of the 3 comparisons whose panels are furthest apart" in words_of(shown)
    assert shown == section(site.ask("/?again=1").text, "featured")


def test_which_of_the_furthest_apart_is_featured_is_drawn_by_the_editions_name(
    changed: Path,
) -> None:
    with closing(connected(changed)) as conn:
        drawn = [home.home(conn, f"edition-{n % 8}")["featured"].comparison for n in range(16)]
    assert len(set(drawn)) > 1 and drawn[:8] == drawn[8:]


def test_home_lists_comparisons_by_a_stated_order_with_both_shares(site: Server) -> None:
    shown = section(site.ask("/").text, "newest")
    text = words_of(shown)
    assert "First seen last; of one day, those whose shares are furthest apart first." in text
    pairs = re.findall(r"<b>(\d+)%</b>", shown)
    gaps = [abs(int(a) - int(b)) for a, b in zip(pairs[::2], pairs[1::2], strict=True)]
    assert gaps == sorted(gaps, reverse=True) and len(gaps) == 5


def test_home_leads_to_every_kind_of_page(site: Server) -> None:
    page = site.ask("/").text
    lists = ("tools", "comparisons", "reviewers", "changes", "predictions", "findings")
    for path in (*lists, "coverage", "data", "about", "category/Developer%20Tools"):
        assert f'href="/{path}"' in page, path


def test_an_empty_archive_has_a_home_page(tmp_path: Path) -> None:
    path = tmp_path / "verdicts-1.db"
    with closing(sqlite3.connect(path)) as conn, conn:
        create_tables(conn)
        create_indexes(conn)
    with serving(path) as running:
        text = words_of(running.ask("/").text)
        assert "0 comparisons" in text and "Nothing is known to have changed." in text
        assert "No comparison has been read yet." in text
        assert "No page read so far names its reviewers." in text
