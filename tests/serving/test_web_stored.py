"""Stored queries: what is said of each, what it answers, and what it refuses to answer."""

from __future__ import annotations

import html
import json
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from db_home import Answer, store
from test_web_growth import files
from web_sample import database
from web_server import Server, server, serving

from db import build
from parsers import parse_page
from schema.errors import ParseError
from schema.page import RawPage
from schema.records import Comparison, Tool
from schema.rows import ROWS, VIEWS
from verdicts.sample import BASE, pages
from web import papers, stored
from web.stored import StoredQuery, stored_queries

__all__ = ["files", "server"]
QUERIES = stored_queries()
NEEDS = {
    "citing", "claims and conflicts", "coverage", "history", "mentions", "names", "predictions",
    "ranking", "reviewers", "templates", "verdict of each quote",
}  # fmt: skip


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The sample site's comparisons, built and served."""
    home = tmp_path_factory.mktemp("stored") / "home"
    store(home, [Answer(BASE + each.path, each.body) for each in compared()])
    with serving(build(home, workers=1).path) as running:
        yield running


def test_numbers_of_an_answer_stand_to_the_right_under_their_heads(sample: Server) -> None:
    page = sample.ask("/verdicts/reviewer_pairs").text
    number = r'<t([dh])(?: scope="col")? class="num"(?: data-name="(\w+)")?[^>]*>(?:<bdi>)?([^<]+)'
    found = re.findall(number, page)
    heads = [text for kind, _, text in found if kind == "h"]
    cells = [(name, text) for kind, name, text in found if kind == "d"]
    assert heads[0] == "quote_pairs" and heads[-1] == "same_share_percent"
    assert {name for name, _ in cells} == {*heads} and all(float(text) >= 0 for _, text in cells)
    assert 'scope="col">first_reviewer<' in page


def compared() -> Iterable[Any]:
    """The sample site's comparisons as it answers with them."""
    return (each for each in pages() if each.path.startswith("/compare/") and each.status == 200)


@pytest.fixture(scope="module")
def records() -> list[Comparison]:
    """What the parser reads in them."""
    found = []
    for each in compared():
        try:
            read = parse_page(RawPage(url=BASE + each.path, body=each.body))
        except ParseError:
            continue
        if isinstance(read, Comparison):
            found.append(read)
    return found


@pytest.fixture(scope="module")
def cards(records: list[Comparison]) -> dict[str, Tool]:
    """Each tool's card, which is the same on all pages of the sample."""
    return {str(tool.slug): tool for record in records for tool in record.tools}


def rows_of(server: Server, path: str) -> list[dict[str, Any]]:
    name, _, asked = path.partition("?")
    answer = server.ask(f"{name}.json?{asked}")
    assert answer.status == 200, answer.text
    found = json.loads(answer.body)
    assert found["ok"] and not found.get("truncated")
    rows: list[dict[str, Any]] = found["rows"]
    return rows


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_each_query_says_what_it_gives_and_what_not_and_has_an_example(query: StoredQuery) -> None:
    for said in (query.gives, query.does_not_say, *(each.meaning for each in query.parameters)):
        assert re.fullmatch(r"[A-Z`].{20,}\.", said), said
    assert query.title and not query.title.endswith(".")
    asked = dict(parse_qsl(query.example, keep_blank_values=True))
    known = {each.name: each for each in query.parameters}
    assert asked.keys() <= known.keys() and bool(asked) == bool(known)
    assert all(known[name].takes(value) for name, value in asked.items())
    assert set(re.findall(r":([a-z_]+)", query.sql)) == known.keys()


def test_every_need_has_a_query_and_none_hides_a_table() -> None:
    assert {each.need for each in QUERIES.values()} == NEEDS
    assert not QUERIES.keys() & {*(model.table for model in ROWS), *VIEWS}


@pytest.mark.parametrize("left_out", ["title", "gives", "does not say", "need", "example"])
def test_a_file_that_leaves_something_out_is_no_query(
    left_out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "".join(
        f"-- {word}: x\n"
        for word in ("need", "title", "gives", "does not say", "example")
        if word != left_out
    )
    (tmp_path / "odd.sql").write_text(f"{head}\nSELECT 1\n")
    monkeypatch.setattr(stored, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=rf"odd\.sql: .* '{left_out}'"):
        stored_queries.__wrapped__()


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_each_example_answers_with_rows_or_says_why_there_are_none(
    sample: Server, query: StoredQuery
) -> None:
    found = rows_of(sample, query.example_path)
    assert found or "There are no rows" in query.does_not_say
    page = sample.ask(query.example_path)
    words = html.unescape(page.text)
    assert page.status == 200 and f"<h1>{query.title}</h1>" in words
    assert query.gives in words and query.does_not_say in words
    assert all(f'name="{each.name}"' in page.text for each in query.parameters)
    assert sample.ask(query.path).status == 200, "with nothing asked"


def test_a_column_of_keys_leads_to_the_pages(sample: Server) -> None:
    page = sample.ask("/verdicts/quotes_on_a_day").text
    for kind in ("tool", "quote", "reviewer"):
        (first, *_) = re.findall(rf'data-name="{kind}"[^>]*><bdi><a href="([^"]+)"', page)
        assert sample.ask(first).status == 200
    own = sample.ask("/verdicts/-/query?sql=select+'x'+as+tool").text
    assert 'data-name="tool"' in own and 'href="/tool/x"' not in own


def test_the_page_of_the_data_leads_to_every_example(sample: Server) -> None:
    listed = html.unescape(sample.ask("/verdicts").text)
    assert [each.name for each in QUERIES.values() if f'"{each.example_path}"' not in listed] == []


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_hostile_words_stay_words(server: Server, query: StoredQuery) -> None:
    page = server.ask(query.path)
    assert page.status == 200 and "<script" not in page.text


def test_without_sql_of_visitors_stored_queries_still_answer() -> None:
    with serving(database(), "--no-sql") as closed:
        for query in QUERIES.values():
            assert closed.ask(f"{query.path}.json").status == 200
        assert "/-/query?" not in closed.ask(query.path).text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("share_histogram?as_of=2026-13-45", "a day such as"),
        ("share_histogram?as_of=2026-11", "a day such as"),
        ("share_histogram?as_off=2026-11-01", "no parameter 'as_off'"),
        ("share_histogram?as_of=2026-11-01&as_of=2026-11-02", "more than once"),
        ("claims_by_tool?attribute=pirce", "parameters|licence|price"),
        ("editions?tool=x", "no parameter 'tool'"),
    ],
)
def test_what_would_find_nothing_or_be_left_out_is_refused(
    server: Server, asked: str, said: str
) -> None:
    name, _, rest = asked.partition("?")
    answer = server.ask(f"/verdicts/{name}.json?{rest}")
    assert answer.status == 400 and said in json.loads(answer.body)["error"]
    assert server.ask(f"/verdicts/{asked}").status == 400


def test_quotes_are_counted_once_by_verdict_and_reviewer(
    sample: Server, records: list[Comparison]
) -> None:
    said = {(r.tools[q.tool - 1].slug, q.text): q for r in records for q in r.quotes}
    assert sum(len(record.quotes) for record in records) > 4 * len(said)
    by_verdict = Counter((q.verdict_source, q.verdict) for q in said.values())
    found = rows_of(sample, "/verdicts/verdicts_by_source")
    assert {(r["verdict_source"], r["verdict"]): r["quotes"] for r in found} == by_verdict
    assert {row["quotes_in_all"] for row in found} == {len(said)}
    for row in rows_of(sample, "/verdicts/reviewer_profiles"):
        own = [q for q in said.values() if q.reviewer == row["reviewer"]]
        skips = sum(q.verdict == "skip" for q in own if q.verdict_source == "page")
        assert (row["quotes"], row["printed_skips"]) == (len(own), skips)
        assert row["skip_share_percent"] == round(100 * skips / row["printed_verdicts"], 1)
        scores = [q.score for q in own if q.score is not None]
        assert row["mean_score"] == round(sum(scores) / len(scores), 1)
        assert row["mean_characters"] == round(sum(len(q.text) for q in own) / len(own), 1)


def test_words_that_two_tools_of_one_name_show_are_one_quote(
    sample: Server, tmp_path: Path
) -> None:
    path = tmp_path / "copy.db"
    shutil.copy(sample.process.args[3], path)
    with closing(sqlite3.connect(path)) as conn:

        def quotes() -> int:
            rows = conn.execute(QUERIES["verdicts_by_source"].sql, {"as_of": ""}).fetchall()
            return sum(row[2] for row in rows)

        before = quotes()
        one, other = conn.execute("SELECT id FROM side ORDER BY id LIMIT 2").fetchall()
        conn.execute(
            "UPDATE side_quote SET quote_id = (SELECT quote_id FROM side_quote WHERE side_id = ?"
            " AND slot = 1) WHERE side_id = ? AND slot = 1",
            (*one, *other),
        )
        assert quotes() == before - 1


def test_cards_are_counted_once_by_share_and_category(
    sample: Server, cards: dict[str, Tool]
) -> None:
    shares = Counter(card.panel_ship_percent for card in cards.values())
    found = rows_of(sample, "/verdicts/share_histogram")
    assert {row["panel_ship_percent"]: row["cards"] for row in found} == shares
    assert {row["cards_in_all"] for row in found} == {len(cards)}
    categories = Counter(card.category for card in cards.values())
    found = rows_of(sample, "/verdicts/tools_by_category")
    assert {row["category"]: row["tools"] for row in found} == categories


def test_two_reviewers_are_held_beside_each_other_on_each_card_once(
    sample: Server, records: list[Comparison]
) -> None:
    panels: dict[str | None, dict[str | None, str | None]] = {}
    for record in records:
        for quote in record.quotes:
            panels.setdefault(record.tools[quote.tool - 1].slug, {})[quote.reviewer] = quote.verdict
    found = rows_of(sample, "/verdicts/reviewer_pairs")
    assert len(found) > 5
    for row in found:
        names = (row["first_reviewer"], row["second_reviewer"])
        both = [
            tuple(panel[name] for name in names)
            for panel in panels.values()
            if panel.keys() >= set(names)
        ]
        assert row["quote_pairs"] == len(both)
        assert row["both_skip"] == both.count(("skip", "skip"))
        assert row["first_alone_ships"] == both.count(("ship", "skip"))


def test_pairs_that_are_shown_and_missing_are_all_pairs(
    sample: Server, records: list[Comparison], cards: dict[str, Tool]
) -> None:
    shown = {frozenset(str(tool.slug) for tool in record.tools) for record in records}
    possible = {frozenset(pair) for pair in combinations(cards, 2)}
    (row,) = rows_of(sample, "/verdicts/pairs_of_tools")
    assert (row["tools"], row["possible_pairs"]) == (len(cards), len(possible))
    assert row["compared_pairs"] == len(shown & possible)
    tool = max(cards)
    missing = {
        row["never_beside"] for row in rows_of(sample, f"/verdicts/missing_pairs?tool={tool}")
    }
    assert missing == {min(pair - {tool}) for pair in possible - shown if tool in pair}


def test_the_states_of_pages_add_up_to_all_that_are_known(sample: Server) -> None:
    found = rows_of(sample, "/verdicts/pages_by_state")
    assert len(found) == 6
    assert sum(row["pages"] for row in found) == found[0]["pages_in_all"] == len(list(compared()))


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_no_query_grows_faster_than_the_file(
    files: list[sqlite3.Connection], query: StoredQuery
) -> None:
    """The larger file has ten times the comparisons of the smaller; sorting adds a little."""
    small, large = (count_steps(conn, query) for conn in files)
    assert large < 10 * 1.5 * small + 500


def count_steps(conn: sqlite3.Connection, query: StoredQuery) -> int:
    """The steps that SQLite's machine takes for a query of which nothing is asked."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    conn.set_progress_handler(step, 1)
    conn.execute(query.sql, {each.name: "" for each in query.parameters}).fetchmany(1001)
    conn.set_progress_handler(None, 0)
    return steps


def test_the_paper_of_queries_says_what_their_files_say() -> None:
    paper = Path(__file__).parents[2] / "docs" / "queries.md"
    assert paper.read_text("utf-8") == papers.page(), "python -m web.papers > docs/queries.md"
