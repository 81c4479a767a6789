"""What a publisher asks for now is done, whatever its pages said before."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from db_home import ALDER, BIRCH, CEDAR, MONDAY, TUESDAY, WEDNESDAY, Answer, Card, page, store
from web_server import serving

from db import build

NOARCHIVE = '<meta name="robots" content="noarchive">'
SHOWN, HELD_BACK = None, "noarchive"


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("VERDICTS_NOW", "2026-11-20T00:00:00Z")
    yield


def ask(home: Path, *queries: str) -> list[list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(build(home, workers=1).path)) as connection:
        return [connection.execute(sql).fetchall() for sql in queries]


TEXTS = (
    "SELECT tool_name, text IS NOT NULL, withheld FROM quote GROUP BY tool_name, withheld",
    "SELECT comparison, count(*), count(text) FROM comparison_quote GROUP BY 1",
    "SELECT name, description IS NOT NULL, withheld FROM card ORDER BY 1",
    "SELECT comparison, withheld FROM comparison ORDER BY 1",
)


def test_an_address_that_asks_later_shows_no_words_on_its_page_and_others_keep_theirs(
    tmp_path: Path,
) -> None:
    later = page(ALDER, BIRCH, at=WEDNESDAY, head=NOARCHIVE)
    store(tmp_path, [page(ALDER, BIRCH), page(ALDER, CEDAR), later])
    quotes, shown, cards, pages = ask(tmp_path, *TEXTS)
    # Alder's words stand on the other page as well, which never asked; Birch's on this one alone.
    assert quotes == [(ALDER.name, 1, None), (BIRCH.name, 0, HELD_BACK), (CEDAR.name, 1, None)]
    assert shown == [("alder-vs-birch", 8, 0), ("alder-vs-cedar", 8, 8)]
    assert cards == [(ALDER.name, 1, None), (BIRCH.name, 0, HELD_BACK), (CEDAR.name, 1, None)]
    assert pages == [("alder-vs-birch", HELD_BACK), ("alder-vs-cedar", None)]
    with serving(build(tmp_path, workers=1).path) as running:
        mine, other = (running.ask(f"/compare/alder-vs-{name}").text for name in ("birch", "cedar"))
        assert (ALDER.words in mine, ALDER.description in mine, ALDER.words in other) == (
            False,
            False,
            True,
        )
        assert "noarchive (no copy to be shown)" in mine
        found = running.ask(
            "/verdicts/comparison_quote.json?_shape=array&comparison=alder-vs-birch"
        )
        assert {row["text"] for row in json.loads(found.body)} == {None}


def test_words_left_to_addresses_that_ask_are_nowhere_history_and_search_included(
    tmp_path: Path,
) -> None:
    older = replace(BIRCH, words="hummed a tune of its own", description="An older tale of pads.")
    asking = page(ALDER, BIRCH, at=WEDNESDAY, headers={"X-Robots-Tag": "nosnippet"})
    store(tmp_path, [page(ALDER, older), page(ALDER, BIRCH, at=TUESDAY), asking])
    words, versions, found = ask(
        tmp_path,
        "SELECT DISTINCT text, withheld FROM quote",
        "SELECT DISTINCT number, q.withheld, t.withheld FROM comparison_version v"
        " JOIN version_quote q ON q.version_id = v.id JOIN version_tool t ON t.version_id = v.id",
        "SELECT count(*) FROM quote_fts WHERE quote_fts MATCH 'hummed OR circles OR laptop'",
    )
    assert words == [(None, HELD_BACK)]
    assert versions == [(1, HELD_BACK, HELD_BACK), (2, HELD_BACK, HELD_BACK)]
    assert found == [(0,)]
    published = build(tmp_path, workers=1).path.read_bytes()
    for text in (older.words, older.description, BIRCH.words, ALDER.description):
        assert text.encode() not in published


def test_a_wish_that_is_taken_back_is_over(tmp_path: Path) -> None:
    store(tmp_path, [page(ALDER, BIRCH, head=NOARCHIVE), page(ALDER, BIRCH, at=WEDNESDAY)])
    assert ask(tmp_path, "SELECT count(*), count(text), count(withheld) FROM quote") == [
        [(8, 8, 0)]
    ]


def test_the_newest_answer_is_heeded_though_it_gave_no_record(tmp_path: Path) -> None:
    gone = Answer(page(ALDER, BIRCH).url, b"<p>Words</p>", at=WEDNESDAY)
    store(tmp_path, [page(ALDER, BIRCH), replace(gone, headers={"X-Robots-Tag": "noarchive"})])
    sql = "SELECT count(text), count(withheld) FROM quote"
    assert ask(tmp_path, sql) == [[(0, 8)]]


ACTS = {
    "noarchive": ({"X-Robots-Tag": "noarchive"}, "", HELD_BACK, 0),
    "max-snippet": ({"X-Robots-Tag": "max-snippet:0"}, "", HELD_BACK, 0),
    "nosnippet": ({}, '<meta name=robots content="nosnippet">', HELD_BACK, 0),
    "unavailable_after=2026-11-19T00:00:00Z": (
        {},
        '<meta name=robots content="unavailable_after: 2026-11-19">',
        HELD_BACK,
        0,
    ),
    "unavailable_after=2026-11-21T00:00:00Z": (
        {"X-Robots-Tag": "unavailable_after: Sat, 21 Nov 2026 00:00:00 GMT"},
        "",
        SHOWN,
        0,
    ),
    "noindex": ({"X-Robots-Tag": "noindex"}, "", SHOWN, 1),
    "search": ({"Content-Signal": "search=no"}, "", SHOWN, 1),
    "content-signal": ({"Content-Signal": "ai-train=no, search=yes"}, "", SHOWN, 0),
    "rsl": (
        {"Link": '<https://a.example/l>; rel=license; type="application/rsl+xml"'},
        "",
        None,
        0,
    ),
    "tdm": ({"TDM-Policy": "https://a.example/policy.json"}, "", SHOWN, 0),
}
"""Of each signal: how it is sent, why texts are withheld, and whether search is shut out."""


def test_each_signal_is_recorded_and_does_what_the_table_says(tmp_path: Path) -> None:
    answers, urls = [], {}
    for at, (signal, (headers, head, _, _)) in enumerate(ACTS.items()):
        pair = (replace(ALDER, slug=f"a{at}", name=f"Alder {at}"), replace(BIRCH, slug=f"b{at}"))
        answers.append(page(*pair, headers=headers, head=head))
        urls[answers[-1].url] = signal
    store(tmp_path, answers)
    sql = (
        "SELECT page.url, opt_outs, withheld, noindex FROM comparison"
        " JOIN capture ON capture.id = capture_id JOIN page ON page.id = comparison.page_id"
    )
    found = {urls[url]: [*json.loads(told), *said] for url, told, *said in ask(tmp_path, sql)[0]}
    assert found == {signal: [signal, *acts[2:]] for signal, acts in ACTS.items()}


def test_a_part_that_is_not_to_be_quoted_is_withheld_alone(tmp_path: Path) -> None:
    def marked(card: Card, words: str, other: Card) -> Answer:
        found = page(card, other)
        part = f"<span data-nosnippet>{words}</span>".encode()
        return replace(found, body=found.body.replace(words.encode(), part, 1))

    quoted = replace(CEDAR, slug="cedar2", name="Cedar Two")
    store(
        tmp_path,
        [
            marked(ALDER, "keeps notes of every branch", replace(CEDAR, name="Cedar A", slug="c1")),
            marked(quoted, quoted.quote(2), replace(BIRCH, name="Birch B", slug="b2")),
            marked(replace(ALDER, slug="z"), "One letter a week.", replace(CEDAR, slug="z2")),
        ],
    )
    sql = "SELECT {} FROM {} WHERE withheld IS NOT NULL AND {} IS NULL"
    cards, quotes, pages, signals = ask(
        tmp_path,
        "SELECT c.comparison, t.position FROM version_tool t JOIN comparison c"
        " ON c.version_id = t.version_id WHERE t.withheld IS NOT NULL",
        sql.format("tool_name, characters", "quote", "text"),
        "SELECT comparison, withheld FROM comparison ORDER BY 1",
        "SELECT DISTINCT opt_outs FROM capture",
    )
    assert cards == [("alder-vs-c1", 1)]
    assert quotes == [(quoted.name, len(quoted.quote(2)))]
    assert pages == [("alder-vs-c1", HELD_BACK), ("cedar2-vs-b2", HELD_BACK), ("z-vs-z2", None)]
    assert signals == [('["data-nosnippet"]',)]


def test_what_robots_txt_says_of_a_site_is_told_with_each_capture(tmp_path: Path) -> None:
    store(tmp_path, [page(ALDER, BIRCH)])
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as ledger, ledger:
        ledger.execute(
            "INSERT INTO robots (run_id, site, origin, read_at, state, denied_tokens) VALUES"
            f" (1, 'sample', 'https://sample.example', '{MONDAY}', 'read',"
            " 'GPTBot content-signal:search license:https://sample.example/l.xml')"
        )
    opt_outs, pages = ask(
        tmp_path, "SELECT opt_outs FROM capture", "SELECT noindex, withheld FROM comparison"
    )
    assert (opt_outs, pages) == ([('["robots-ai", "rsl", "search"]',)], [(1, None)])


def test_a_saved_page_without_headers_takes_back_no_wish_that_a_header_said(tmp_path: Path) -> None:
    asking = page(ALDER, BIRCH, headers={"X-Robots-Tag": "noarchive"})
    saved = page(ALDER, BIRCH, at=TUESDAY, date_source="argument")
    store(tmp_path, [asking, saved])
    assert ask(tmp_path, TEXTS[1]) == [[("alder-vs-birch", 8, 0)]]
    store(tmp_path, [page(ALDER, BIRCH, at=WEDNESDAY)])
    assert ask(tmp_path, TEXTS[1]) == [[("alder-vs-birch", 8, 8)]]
