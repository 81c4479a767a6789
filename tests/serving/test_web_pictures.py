"""The pictures: what stands in each, whose numbers are the database's, and that none does harm.

Each is asked for the sample and for what no sample should have: nothing, no date, one day, hostile
and endless names.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from urllib.parse import quote

import pytest
from web_sample import EVIL, database
from web_server import Server, server

from db.rows.tables import create_tables
from web.pictures.given import as_csv, as_json, path
from web.pictures.listed import KEYED, WHOLE
from web.pictures.svg import inline, standalone
from web.pictures.value import Picture

__all__ = ["server"]
NAME = "{http://www.w3.org/2000/svg}"
MAY_STAND = {"svg", "title", "desc", "style", "g", "rect", "text", "line", "circle", "path"}
ATTRIBUTES = {
    "aria-labelledby", "class", "cx", "cy", "d", "font-size", "height", "id", "r", "role",
    "text-anchor", "transform", "viewBox", "width", "x", "x1", "x2", "y", "y1", "y2",
}  # fmt: skip
LONG = "漢字" * 250 + "A\u0301\u0302\u0303\u0304" * 100 + "\u202e\u2067end\x07"
TABLES = {"comparison": "comparison", "tool": "tool", "reviewer": "name"}


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    found = sqlite3.connect(database())
    yield found
    found.close()


@pytest.fixture
def other() -> Iterator[sqlite3.Connection]:
    """The sample, to be altered."""
    changed = sqlite3.connect(":memory:")
    found = sqlite3.connect(database())
    found.backup(changed)
    found.close()
    yield changed
    changed.close()


def keys(conn: sqlite3.Connection, kind: str) -> list[str]:
    table = {"comparison": "comparison", "tool": "tool", "reviewer": "reviewer"}[kind]
    return [key for (key,) in conn.execute(f"select {TABLES[kind]} from {table} order by id")]


def every(conn: sqlite3.Connection) -> Iterator[Picture]:
    """Each picture of the whole, and of each thing."""
    for whole in WHOLE.values():
        yield whole(conn)
    for kind, question in KEYED.values():
        for key in keys(conn, kind):
            found = question(conn, key)
            assert found is not None
            yield found


def wants(picture: Picture) -> list[str]:
    """What a picture wants that each has to have."""
    said = {name: getattr(picture, name) for name in ("name", "title", "unit", "counted", "source")}
    wanted = [name for name, text in said.items() if not text.strip()]
    if not picture.columns or any(len(row) != len(picture.columns) for row in picture.rows):
        wanted.append("columns")
    if picture.n and not picture.rows:
        wanted.append("rows")
    if isinstance(picture.drawn, str) and not re.search(r"nothing to draw", picture.drawn):
        wanted.append("a sentence for why nothing is drawn")
    return wanted


def elements(written: str) -> list[ET.Element]:
    """The elements of an SVG: each is a shape or words, and no attribute of it does anything."""
    root = ET.fromstring(written)
    found = list(root.iter())
    assert {each.tag.removeprefix(NAME) for each in found} <= MAY_STAND
    assert {name for each in found for name in each.attrib} <= ATTRIBUTES
    return found


def words(written: str) -> str:
    return " ".join(each.text or "" for each in elements(written) if each.tag == NAME + "text")


def test_every_picture_has_a_title_a_unit_its_sample_a_source_and_a_table(
    conn: sqlite3.Connection,
) -> None:
    pictures = list(every(conn))
    assert len(pictures) > 40
    assert {(each.name, each.key): wants(each) for each in pictures if wants(each)} == {}
    assert {each.name for each in pictures} == {*WHOLE, *KEYED}
    assert sum(each.n > 0 for each in pictures) > 40


@pytest.mark.parametrize("field", ["title", "unit", "source", "columns", "rows", "counted"])
def test_a_picture_that_lacks_one_of_them_is_noticed(conn: sqlite3.Connection, field: str) -> None:
    whole = WHOLE["scores"](conn)
    facts = {each.name: getattr(whole, each.name) for each in fields(Picture)}
    assert wants(Picture(**facts)) == []
    assert wants(Picture(**facts | {field: type(facts[field])()})) != []


def test_every_picture_is_well_formed_named_for_who_cannot_see_it_and_does_nothing(
    conn: sqlite3.Connection,
) -> None:
    for picture in every(conn):
        for written in (inline(picture), standalone(picture)):
            root, title, description, *_ = elements(written)
            assert (title.tag, description.tag) == (NAME + "title", NAME + "desc")
            assert root.get("role") == "img"
            assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
            assert title.text and description.text and "n = " in description.text
            assert "://" not in written.replace("http://www.w3.org/", "", 2)
            assert all(float(size) > 0 for size in root.attrib["viewBox"].split()[2:])


def test_a_picture_in_a_page_carries_no_style_and_a_file_of_one_all_its_colours(
    conn: sqlite3.Connection,
) -> None:
    picture = WHOLE["agreement"](conn)
    assert "<style" not in inline(picture)
    (style,) = (each.text or "" for each in elements(standalone(picture)) if "style" in each.tag)
    assert "var(" not in style and ":not(" not in style
    colours = re.findall(r"#[0-9a-f]+", style)
    assert colours and all(len(each) == 7 for each in colours)
    assert "prefers-color-scheme: dark" in style and style.count("{") == style.count("}")
    named = set(re.findall(r'class="(p-[\w-]+)"', "".join(map(standalone, every(conn)))))
    assert {name for name in named if not re.search(rf"\.{name}[ ,]", style)} == set()


def test_ids_are_unique_among_all_pictures_there_are(conn: sqlite3.Connection) -> None:
    ids = [each.get("id") for picture in every(conn) for each in elements(inline(picture))]
    named = [each for each in ids if each]
    assert len(named) > 80 and len(named) == len(set(named))


def test_ids_are_unique_in_a_page_of_all_kinds(server: Server) -> None:
    page = server.ask("/pictures")
    ids = re.findall(r'\bid="([^"]+)"', page.text)
    assert page.status == 200 and len(ids) > 20 and len(ids) == len(set(ids))
    assert page.text.count("<svg") == page.text.count("<details>") == len(WHOLE) + len(KEYED)


def test_the_numbers_are_those_that_plain_sql_gives(conn: sqlite3.Connection) -> None:
    def one(sql: str) -> int:
        found: int = conn.execute(sql).fetchone()[0]
        return found

    scores = WHOLE["scores"](conn)
    assert scores.n == one("select count(score) from quote") == sum(row[2] for row in scores.rows)
    assert [row[2] for row in scores.rows if row[0] == 80] == [
        one("select count(*) from quote where score between 80 and 84")
    ]
    months = WHOLE["captures-by-month"](conn)
    dated = conn.execute(
        "select substr(captured_at, 1, 7), count(*) from capture"
        " where date_source <> 'file' and date_precision <> 'year' group by 1"
    )
    told = dict(dated.fetchall())
    assert {month: n for month, n in months.rows if n} == told
    assert WHOLE["changes-by-month"](conn).n == one(
        "select count(*) from change where cause = 'source' and seen_by is not null"
    )
    matrix = KEYED["score-matrix"][1](conn, "brass-kettle-vs-lantern-notes")
    assert matrix is not None
    assert [tuple(row[3:]) for row in matrix.rows] == conn.execute(
        "select score, verdict, verdict_source from version_quote where version_id ="
        " (select version_id from comparison where comparison = 'brass-kettle-vs-lantern-notes')"
        " order by slot, tool_position"
    ).fetchall()
    of_tool = KEYED["scores-of-tool"][1](conn, "quillfish")
    assert of_tool and of_tool.n == one(
        "select count(score) from quote join tool on tool.id = tool_id where tool = 'quillfish'"
    )


def newest_sides(conn: sqlite3.Connection) -> list[int]:
    """Of each tool the side that captures showed last."""
    seen = (
        "select tool_id, side.id from side_seen join side on side.id = side_id order by last_seen"
    )
    return list(dict(conn.execute(f"{seen}, first_seen, side_seen.id")).values())


def test_verdicts_are_counted_once_a_quote_and_only_where_they_are_printed(
    other: sqlite3.Connection,
) -> None:
    other.execute(
        "insert into side_seen (side_id, version_id, first_seen, last_seen)"
        " select id, 1, '2026-10-02T08:30:00Z', '2026-11-01T12:00:00Z' from side order by id"
    )
    sides = newest_sides(other)
    assert len(sides) == 11 < other.execute("select count(*) from side").fetchone()[0]
    said = other.execute(
        "select distinct own.quote_id, category, own.verdict, own.verdict_source, own.reviewer_id,"
        " card_id from side_quote as own join side on side.id = side_id"
        " join card on card.id = card_id where side_id in (select value from json_each(?))",
        [json.dumps(sides)],
    ).fetchall()
    printed = [each for each in said if each[3] == "page"]
    assert len(said) > len(printed) > 20
    picture = WHOLE["ship-share-by-category"](other)
    assert picture.n == len(printed)
    assert {row[0]: tuple(row[1:4]) for row in picture.rows} == {
        category: (
            sum(each[1] == category for each in said),
            sum(each[1] == category for each in printed),
            sum(each[1:3] == (category, "ship") for each in printed),
        )
        for category in {each[1] for each in said}
    }
    pairs = WHOLE["agreement"](other)
    cards = [[each[5] for each in printed].count(card) for card in {each[5] for each in printed}]
    assert pairs.n == sum(n * (n - 1) // 2 for n in cards)
    assert all(row[2] == row[3] + row[4] + row[5] + row[6] for row in pairs.rows)
    assert [row[:2] for row in pairs.rows] == sorted(row[:2] for row in pairs.rows)


def test_the_coverage_counts_each_pair_once_as_shown_known_or_neither(
    other: sqlite3.Connection,
) -> None:
    before = WHOLE["coverage"](other)
    tools, pairs, shown, known, none = before.rows[-1]
    assert tools == other.execute("select count(*) from tool").fetchone()[0]
    assert (pairs, known) == (tools * (tools - 1) // 2, 0) and shown + none == pairs
    assert shown == other.execute("select count(*) from comparison").fetchone()[0]
    twice = ("quillfish-two-vs-evil", "evil-vs-quillfish-two")
    shown_already = "lantern-notes-vs-brass-kettle"
    for number, url in enumerate((*twice, "x-vs-evil", shown_already)):
        other.execute(
            "insert into page (site, url, key, state, due, captures)"
            " values ('shiporskip', ?, ?, 'waiting', 1, 0)",
            [f"https://shiporskip.io/compare/{url}", f"waiting-{number}"],
        )
    assert WHOLE["coverage"](other).rows[-1] == (tools, pairs, shown, 1, none - 1)


def test_a_share_is_drawn_from_when_to_when_captures_show_it(other: sqlite3.Connection) -> None:
    (tool,) = other.execute("select id from tool where tool = 'quillfish'").fetchone()
    had = [("75", "2026-01-10", "2026-03-01"), (None, "2026-03-20", "2026-04-01")]
    had += [("100", "2026-05-01", "2026-11-01"), ("50", None, None)]
    for number, (value, first, last) in enumerate(had, 1):
        other.execute(
            "insert into history (tool_id, field, value, version_id, number, first_seen, last_seen)"
            " values (?, 'panel_ship_percent', ?, 1, ?, ?, ?)",
            [tool, value, number, first and first + "T10:00:00Z", last and last + "T10:00:00Z"],
        )
    picture = KEYED["share-over-time"][1](other, "quillfish")
    assert picture and [row[0] for row in picture.rows] == [75, None, 100, 50]
    shapes = elements(inline(picture))
    assert [each.get("class") for each in shapes].count("p-run") == 2
    assert [each.get("class") for each in shapes].count("p-unknown") == 1
    assert "75 %" in words(inline(picture)) and "2026-11-01" in words(inline(picture))


def test_a_price_that_never_changed_is_drawn_too(conn: sqlite3.Connection) -> None:
    picture = KEYED["price-over-time"][1](conn, "lantern-notes")
    assert picture and picture.rows == (
        ("entry", "Paid", "2026-10-02T08:30:00Z", "2026-11-01T12:00:00Z"),
        ("pricing", "Free for one person", "2026-10-02T08:30:00Z", "2026-11-01T12:00:00Z"),
    )


def test_an_empty_archive_gives_sentences_and_never_an_error() -> None:
    conn = sqlite3.connect(":memory:")
    create_tables(conn)
    for whole in WHOLE.values():
        picture = whole(conn)
        assert isinstance(picture.drawn, str) and picture.n == 0 and wants(picture) == []
        assert "nothing to draw" in words(standalone(picture))
    assert all(question(conn, "any") is None for _, question in KEYED.values())


@pytest.mark.parametrize(
    "change",
    [
        "update tool set first_seen = null, last_seen = null",
        "update comparison set last_seen = null; update reviewer set last_seen = null",
        "update quote set score = null; update side_quote set score = null, verdict = null,"
        " verdict_source = null",
        "update quote set reviewer_id = null; update side_quote set reviewer_id = null",
        "update quote set score = 0; update side_quote set score = 100",
        "update tool set last_seen = first_seen; update history set last_seen = first_seen",
        "update capture set date_source = 'file'; update change set seen_by = null",
        "delete from side_quote; delete from side_seen; delete from site",
        "update card set category = ''",
    ],
)
def test_what_is_not_known_gives_a_picture_or_a_sentence(
    other: sqlite3.Connection, change: str
) -> None:
    other.executescript("pragma foreign_keys = off; pragma ignore_check_constraints = on;" + change)
    for picture in every(other):
        assert elements(standalone(picture)) and elements(inline(picture))
        assert as_csv(picture) and as_json(picture, "")
        assert wants(picture) == []


@pytest.mark.parametrize("name", [EVIL, LONG, "=1+1", "]]>", "\u202e", "   ", "a\nb"])
def test_no_name_breaks_a_picture_and_the_table_has_it_whole(
    other: sqlite3.Connection, name: str
) -> None:
    other.execute("pragma ignore_check_constraints = on")
    other.execute("update tool set name = ?", [name])
    other.execute("update card set name = ?, category = ?, pricing = ?", [name, name, name])
    other.execute("update reviewer set name = ? || '-' || id", [name])
    other.execute("update history set value = ?", [name])
    other.execute("update site set title = ?", [name])
    for picture in every(other):
        for written in (inline(picture), standalone(picture)):
            found = elements(written)
            assert max(len(each.text or "") for each in found if each.tag == NAME + "text") < 200
            assert not re.search("[\u202a-\u202e\u2066-\u2069]", words(written))
    matrix = KEYED["score-matrix"][1](other, "brass-kettle-vs-lantern-notes")
    assert matrix and {row[2] for row in matrix.rows} == {name}
    assert matrix.rows[0][1] == f"{name}-1"


def test_a_spreadsheet_finds_no_formula_in_a_file_and_numbers_stay_numbers(
    other: sqlite3.Connection,
) -> None:
    formulas = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"]
    for number, formula in enumerate(formulas, 1):
        other.execute("update reviewer set name = ? where id = ?", [formula, number])
    picture = KEYED["score-matrix"][1](other, "brass-kettle-vs-lantern-notes")
    assert picture is not None
    table = list(csv.reader(io.StringIO(as_csv(picture), newline="")))
    assert table[0] == list(picture.columns)
    assert [row[1] for row in table[1::2]] == [f"'{each}" for each in formulas[:4]]
    assert table[1][0] == "1" and table[1][3] == "81"


FILES = [
    "/picture/scores",
    "/picture/share-over-time/quillfish",
    "/picture/score-matrix/evil-vs-name",
]


@pytest.mark.parametrize("address", FILES)
def test_a_picture_and_its_table_have_addresses(server: Server, address: str) -> None:
    drawing = server.ask(f"{address}.svg")
    assert drawing.status == 200 and drawing.headers["content-type"] == "image/svg+xml"
    assert elements(drawing.text)
    table = server.ask(f"{address}.csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    told = json.loads(server.ask(f"{address}.json").text)
    assert {"title", "unit", "n", "source", "columns", "rows", "links"} <= told.keys()
    read = list(csv.reader(io.StringIO(table.text)))
    assert len(read) == len(told["rows"]) + 1 and read[0] == told["columns"]
    assert told["links"]["csv"] == f"{server.address.rstrip('/')}{address}.csv"
    assert table.headers["x-robots-tag"] == "noindex"


def test_a_picture_that_stands_alone_may_style_itself_and_nothing_else(server: Server) -> None:
    policy = server.ask("/picture/scores.svg").headers["content-security-policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy
    assert "style-src 'unsafe-inline'" in policy and "script" not in policy
    for other in ("/picture/scores.json", "/picture/none.svg", "/pictures", "/"):
        headers = server.ask(other).headers
        assert "unsafe-inline" not in headers["content-security-policy"]


def test_a_picture_that_the_visitor_holds_is_not_sent_again(server: Server) -> None:
    held = server.ask("/picture/coverage.svg").headers["etag"]
    assert server.ask("/picture/coverage.svg", **{"If-None-Match": held}).status == 304


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/picture/none", "no such picture"),
        ("/picture/scores/quillfish", "no such picture"),
        ("/picture/score-matrix", "no such picture"),
        ("/picture/share-over-time/nothing", "no such tool"),
        ("/picture/scores-of-reviewer/Nobody", "no such reviewer"),
        ("/picture/score-matrix/felled-vs-tree", "no such comparison"),
        ("/picture/score-matrix/%FF%00", "no such comparison"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(
    server: Server, address: str, sentence: str
) -> None:
    answer = server.ask(f"{address}.json")
    assert answer.status == 404 and sentence in json.loads(answer.text)["error"]
    assert server.ask(f"{address}.svg").status == 404
    assert server.ask(f"{address}.xyz").status == 404
    assert server.printed() == ""


def test_a_picture_of_a_thing_with_any_key_is_found_at_its_own_address(
    server: Server, conn: sqlite3.Connection
) -> None:
    for key in keys(conn, "tool"):
        picture = KEYED["scores-of-tool"][1](conn, key)
        assert picture is not None
        told = server.ask(path(picture, "json"))
        assert json.loads(told.text)["title"] == picture.title
    name = quote(f"{EVIL}0", safe="")
    assert server.ask(f"/picture/scores-of-reviewer/{name}.svg").status == 200


def test_a_page_shows_a_picture_with_its_words_its_table_and_its_files(server: Server) -> None:
    page = server.ask("/pictures").text
    figures = re.findall(r'<figure class="drawn">(.*?)</figure>', page, re.S)
    for figure in figures:
        assert re.search(r"<figcaption><strong[^>]*>[^<]+</strong>", figure)
        assert re.search(r"; n = [\d,]+ \w", figure) and "Source: " in figure
        assert re.search(r"<details>.*<table", figure, re.S)
        links = re.findall(r'<a href="(/picture/[^"]+)"', figure)
        assert [each.rpartition(".")[2] for each in links] == ["svg", "csv", "json"]
        assert all(server.ask(each).status == 200 for each in links)
    assert len(figures) == len(WHOLE) + len(KEYED)
    assert "<script" not in page and "style=" not in page


def test_the_cost_of_a_picture_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    """Of a thing no table is read whole: each step of a plan goes through an index."""
    copy = shutil.copyfile(database().resolve(), tmp_path / "copy.db")
    conn = sqlite3.connect(copy)
    asked: list[str] = []
    conn.set_trace_callback(asked.append)
    for kind, question in KEYED.values():
        question(conn, keys(conn, kind)[0])
    conn.set_trace_callback(None)
    plans = {sql: conn.execute(f"explain query plan {sql}").fetchall() for sql in asked}
    scans = {
        (sql, step[3])
        for sql, plan in plans.items()
        for step in plan
        if step[3].startswith("SCAN ") and "order by id" not in sql
    }
    assert {step for _, step in scans} <= {"SCAN site", "SCAN (subquery-1)"}, scans
