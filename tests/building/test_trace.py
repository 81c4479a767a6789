"""Each published value leads back to characters of a stored page, and comes out of them again."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from commands import verdicts
from db_home import (
    ALDER,
    BASE,
    BIRCH,
    CEDAR,
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    Answer,
    Card,
    page,
    store,
    url_of,
)
from layoutgen import LAYOUTS, make_truth
from takedown_home import KEY, NOW, QUOTE

from archive import Home
from crawler.importing.importing import import_paths
from db import build, check
from db.takedown.withdraw import take_down
from db.trace import TracedRow, trace_row
from db.trace.stated import GROUPS, connect, provenances, stated_at
from db.trace.trace import inferred_of
from machine.files import file_sha256
from parsers import explain
from schema.errors import StartError, UsageError
from schema.page import RawPage
from schema.published import manifest_path
from schema.records import Comparison
from verdicts.sample import pages

COMPUTED = re.compile(
    r"(slug|card|record_sha256|quote_.|tool_name_.|characters_.|verdict_(source|start|end)_.)\Z"
)
"""Fields that no page prints: what is made of the others, or of the address."""
NOARCHIVE = '<meta name="robots" content="noarchive">'


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("VERDICTS_NOW", NOW)
    yield


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of one page, built; it is read, and copied to be changed."""
    home = tmp_path_factory.mktemp("pair") / "home"
    store(home, [page(ALDER, BIRCH)])
    built(home)
    return home


@pytest.fixture
def twin(pair: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(pair, tmp_path / "twin", symlinks=True))


def built(home: Path) -> Path:
    return build(home, workers=1, accept_loss=True).path


def untraced(database: Path) -> list[tuple[int, int, str]]:
    """The values that neither stand anywhere nor follow from one that does."""
    with closing(connect(database)) as db:
        found = []
        for place in provenances(db):
            stated = stated_at(db, place)
            traced = {*stated.spans, *inferred_of(stated)}
            traced |= {name for group in traced & {*GROUPS} for name in GROUPS[group]}
            for field, value in stated.fields.items():
                is_none = value is None or (field == "community_stated" and not value)
                if not is_none and field not in traced and not COMPUTED.match(field):
                    found.append((place.capture_id, place.position, field))
        return found


def require_traced(home: Path) -> None:
    """Pass where every value of the present database leads to its place and comes out again."""
    database = built(home)
    assert untraced(database) == []
    assert check(home, deep=True) == []


def alter(home: Path, *statements: str) -> None:
    """Change the published file, its manifest told of it: only its pages can contradict it."""
    path = built(home)
    path.chmod(0o644)
    with closing(sqlite3.connect(path)) as db, db:
        for sql in statements:
            assert db.execute(sql).rowcount == 1, sql
    manifest = json.loads(manifest_path(path).read_text())
    manifest |= {"sha256": file_sha256(path), "size": path.stat().st_size}
    with closing(sqlite3.connect(path)) as db:
        count = "SELECT count(*) FROM provenance"
        manifest["rows"]["provenance"] = db.execute(count).fetchone()[0]
    manifest_path(path).write_text(json.dumps(manifest))


def places(home: Path) -> list[tuple[int, int, str]]:
    with closing(connect(built(home))) as db:
        return [(*each,) for each in provenances(db)]


def test_every_value_of_the_sample_archive_comes_out_of_its_bytes_again(home: Path) -> None:
    answers = [
        Answer(f"{BASE}{each.path}", each.body, status=each.status)
        for each in pages()
        if each.path.startswith("/compare/") and each.status == 200
    ]
    store(home, answers)
    require_traced(home)
    assert len(places(home)) > 90


def test_every_value_of_real_pages_comes_out_of_their_bytes_again(home: Path) -> None:
    folder = os.environ.get("VERDICTS_SEEDS")
    if not folder:
        pytest.skip("VERDICTS_SEEDS does not name a folder with the five real pages")
    import_paths(home, [Path(folder)], date=NOW)
    require_traced(home)


def test_every_value_of_pages_of_any_layout_comes_out_of_their_bytes_again(home: Path) -> None:
    answers = []
    for number, layout in enumerate(sorted(LAYOUTS)):
        rng = Random(f"{layout}:trace")
        made = LAYOUTS[layout](make_truth(rng), rng)
        url = made.asked or f"https://shiporskip.io/compare/one-{number}-vs-two-{number}"
        kind = {"Content-Type": made.content_type}
        answers.append(Answer(url, made.html, headers=kind, site="shiporskip"))
    store(home, answers)
    require_traced(home)


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_the_characters_that_a_value_is_traced_to_say_it(layout: str) -> None:
    for seed in range(6):
        rng = Random(f"{layout}:{seed}:span")
        made = LAYOUTS[layout](make_truth(rng), rng)
        found = explain(RawPage(made.asked, made.html, made.content_type), site="shiporskip")
        if not isinstance(found.record, Comparison) or found.document is None:
            continue
        blocks = found.document.text
        for path, told in found.trace.items():
            said = bare("".join(blocks[at][start:end] for at, start, end in told))
            for value in values(found.record, path):
                assert bare(value) in said, (seed, path)


def values(record: Comparison, path: str) -> list[str]:
    """The words and figures of a value, each as its characters must hold it."""
    value: object = record
    for name in re.findall(r"\w+", path):
        value = value[int(name)] if name.isdigit() else getattr(value, name)  # type: ignore[index]
    parts = value.model_dump().values() if hasattr(value, "model_dump") else [value]
    return [str(each) for each in parts if each is not None and (each or path[-9:] != "community")]


def bare(text: str) -> str:
    return re.sub(r"\s", "", text).casefold()


def test_a_row_is_traced_by_its_key_its_address_its_name_or_table_and_id(pair: Path) -> None:
    with closing(sqlite3.connect(pair / "public" / "current.db")) as db:
        (card, quote), (number, key) = (
            db.execute("SELECT card.key, quote.key FROM card, quote LIMIT 1").fetchone(),
            db.execute("SELECT id, comparison FROM comparison").fetchone(),
        )
    asked = [card, card[:8], quote, quote[:12], f"quote/{number * 8}", f"comparison/{number}"]
    asked += [key, url_of(ALDER, BIRCH), f"http://127.0.0.1:8001/quote/{quote}"]
    asked += [f"http://127.0.0.1:8001/verdicts/card/{number * 2}", f"side/{number * 64}"]
    traced = [trace_row(pair, each) for each in asked]
    expected = "card card quote quote quote comparison comparison comparison quote card side"
    assert [each.kind for each in traced] == expected.split()
    assert not any(each.problems for each in traced)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("ash-vs-oak", "the database has no card, quote or comparison of that name; try QUOTE"),
        ("0" * 64, "the database has no card, quote or comparison of that name; try QUOTE"),
        (f"{BASE}/compare/a-vs-b", "the database has no card, quote or comparison of that name"),
        ("quote/1", r"the table quote has no such row; its ids go from \d+ to \d+$"),
        ("comparison/9999", r"the table comparison has no such row; its ids go from \d+ to \d+$"),
        ("tool/9999", r"the table tool has no such row; its ids go from \d+ to \d+$"),
        ("grove/1", "the database has no card, quote or comparison of that name; try QUOTE"),
        ("page/1", "of the table page nothing is traced, but of comparison, .*, quote; try QUOTE"),
        ("tool/TOOL", r"a tool is traced by its cards, here card/\d+; try CARD"),
        ("alder", r"a tool is traced by its cards, here card/\d+; try CARD"),
        (f"{BASE}/tool/alder.json", r"a tool is traced by its cards, here card/\d+; try CARD"),
        ("reviewer/REVIEWER", r"a reviewer is traced by its quotes, here quote/\d+, .*; try QUOTE"),
        ("Builder", r"a reviewer is traced by its quotes, here quote/\d+, quote/.*; try QUOTE"),
    ],
)
def test_a_row_that_is_not_traced_is_wrong_usage_and_told_what_can_be(
    pair: Path, asked: str, said: str
) -> None:
    with closing(connect(built(pair))) as db:
        (tool,) = db.execute("SELECT id FROM tool WHERE slug = 'alder'").fetchone()
        (reviewer,) = db.execute("SELECT id FROM reviewer WHERE name = 'Builder'").fetchone()
    asked = asked.replace("TOOL", str(tool)).replace("REVIEWER", str(reviewer))
    tried = re.sub("QUOTE|CARD", lambda kind: rf"`{kind[0].lower()}/\d+` instead", said)
    with pytest.raises(UsageError, match=f"^{re.escape(asked)}: {tried}") as told:
        trace_row(pair, asked)
    if found := re.search(r"try `(.*)` instead", str(told.value)):
        assert not trace_row(pair, found[1]).problems


def test_a_wrong_row_is_one_sentence_and_exit_2(pair: Path) -> None:
    done = verdicts("trace", "tool/alder", "--home", pair)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_a_page_without_a_comparison_is_told_by_its_state(home: Path) -> None:
    store(home, [page(ALDER, BIRCH), replace(page(ALDER, CEDAR), body=b"<p>Nothing.</p>")])
    built(home)
    with pytest.raises(UsageError, match="the page is failed, and no comparison of it"):
        trace_row(home, url_of(ALDER, CEDAR))


def test_nothing_is_traced_before_something_is_published(home: Path) -> None:
    store(home, [page(ALDER, BIRCH)])
    with pytest.raises(StartError, match="nothing is published"):
        trace_row(home, "alder-vs-birch")


def test_the_command_shows_the_block_the_capture_and_the_warc_file(pair: Path) -> None:
    told = verdicts("trace", KEY, "--home", pair)
    assert told.returncode == 0, told.stderr
    assert f"[{QUOTE}]" in told.stdout and "verdicts-sample-000001.warc.gz, " in told.stdout
    assert f"capture 1 of {url_of(ALDER, BIRCH)} at {MONDAY}" in told.stdout
    found = json.loads(verdicts("trace", KEY, "--home", pair, "--json").stdout)
    (text,) = (each for each in found["places"][0]["values"] if each["field"] == "text_1")
    ((span,), warc) = text["spans"], pair / "warc" / found["places"][0]["warc"]
    assert span["text"][span["start"] : span["end"]] == QUOTE == text["value"]["text_1"]
    offset = found["places"][0]["offset"]
    assert warc.read_bytes()[offset:].startswith(b"\x1f\x8b")


# What was planted in the database, and what it is called by.
PLANTED = {
    "tool 1 text_1": "UPDATE quote SET text = 'Nobody said it.' WHERE id = 8",
    "tool 1 tagline": "UPDATE card SET tagline = 'Another line' WHERE id = 2",
    "tool 2 badge": "UPDATE side SET badge = 'Mixed' WHERE id = 96",
    "tool 1 votes_skip": "UPDATE side SET votes_skip = 3 WHERE id = 64",
    "tool 2 score_3": "UPDATE side_quote SET score = 1 WHERE side_id = 96 AND slot = 3",
    "title": "UPDATE comparison_version SET title = 'Oak vs Ash' WHERE id = 1",
    "record_sha256": "UPDATE comparison_version SET record_sha256 = hex(zeroblob(32))",
    "tool 1 name": "UPDATE provenance SET spans = json_set(spans, '$.name', json('[1,0,9]'))"
    " WHERE position = 1",
    "tool 2 text_4": "UPDATE provenance SET spans = json_remove(spans, '$.text_4')"
    " WHERE position = 2",
}


def test_each_wrong_value_or_span_is_found_by_name_and_nothing_else(twin: Path) -> None:
    alter(twin, *PLANTED.values())
    found = [each.what for each in check(twin, deep=True) if each.where.startswith("capture 1 ")]
    assert sorted(what.partition(": ")[0] for what in found) == sorted(PLANTED)
    done = verdicts("trace", "alder-vs-birch", "--home", twin)
    assert done.returncode == 40
    told = re.findall("(?m)^not the same: capture 1, ([^:]+): ", done.stdout)
    assert sorted(told) == sorted(PLANTED)


def test_a_joined_value_that_no_page_states_is_found_by_name(twin: Path) -> None:
    alter(twin, "UPDATE card SET badge = 'Skip' WHERE id = 2", "DELETE FROM provenance"
          " WHERE position = 2", "UPDATE comparison SET layout = 'text-1'")  # fmt: skip
    found = {(each.where, each.what) for each in check(twin, deep=True)}
    assert ("card/2", "no page says its badge") in found
    assert ("side/96", "no provenance") in found
    assert ("alder-vs-birch", "not what the version says that it shows") in found
    assert trace_row(twin, "card/2").problems == ["badge: no page says so"]


def test_words_that_an_opt_out_withholds_are_shown_to_the_owner_and_marked(home: Path) -> None:
    store(home, [page(ALDER, BIRCH, head=NOARCHIVE)])
    require_traced(home)
    told = verdicts("trace", KEY, "--home", home)
    assert told.returncode == 0
    assert f"text_1: {QUOTE} (withheld from readers)" in told.stdout
    alter(home, "UPDATE quote SET key = hex(zeroblob(32)) WHERE id = 8")
    assert any("tool 1 quote_1: " in each.what for each in check(home, deep=True))


def fields(found: TracedRow) -> dict[str, int]:
    return {each.field: place.capture for place in found.places for each in place.values}


def test_what_a_page_showed_first_that_was_taken_down_is_traced_to_the_next(home: Path) -> None:
    store(home, [page(ALDER, BIRCH), page(ALDER, CEDAR)])
    built(home)
    assert fields(trace_row(home, KEY))["text_1"] == 1
    take_down(Home(home), url_of(ALDER, BIRCH), reason="asked")
    require_traced(home)
    assert fields(trace_row(home, KEY))["text_1"] == 2
    assert {capture for capture, _, _ in places(home)} == {2}


def test_of_a_quote_that_was_taken_down_not_even_its_place_is_left(twin: Path) -> None:
    assert '"text_1"' in places(twin)[1][2]
    take_down(Home(twin), KEY, reason="asked")
    require_traced(twin)
    assert not re.search(r"(text|score|reviewer|verdict)_1", places(twin)[1][2])
    assert '"text_1"' in places(twin)[2][2]
    with pytest.raises(UsageError):
        trace_row(twin, KEY)


def test_an_erasure_moves_nothing(home: Path) -> None:
    store(home, [page(ALDER, CEDAR), page(ALDER, BIRCH), page(BIRCH, CEDAR)])
    before = places(home)
    offset = trace_row(home, "birch-vs-cedar").places[0].offset
    take_down(Home(home), url_of(ALDER, CEDAR), reason="asked", erase=True)
    require_traced(home)
    # What the page that is gone showed first is read from the next one that shows it.
    assert [(*each[:2],) for each in places(home)] == [(2, 0), (2, 1), (2, 2), (3, 0), (3, 2)]
    assert {each[:2] for each in {*places(home)} - {*before}} == {(2, 1), (3, 2)}
    assert trace_row(home, "birch-vs-cedar").places[0].offset != offset


def test_a_version_that_repeats_an_older_one_is_traced_to_its_bytes(home: Path) -> None:
    store(home, [page(ALDER, BIRCH)])
    store(home, [page(ALDER, BIRCH, at=WEDNESDAY)])
    between = replace(page(replace(ALDER, pricing="9 crowns"), BIRCH), at=TUESDAY)
    store(home, [replace(between, date_source="warc")], kind="import")
    require_traced(home)
    assert [number for number, position, _ in places(home) if position == 0] == [1, 2, 3]
    found = trace_row(home, "alder-vs-birch")
    assert (found.problems, found.places[0].capture) == ([], 2)
    assert found.places[0].offset == trace_row(home, "comparison_version/1").places[0].offset


def test_of_a_page_that_is_held_the_comparison_shown_is_traced(home: Path) -> None:
    store(home, [page(ALDER, BIRCH)])
    store(home, [page(ALDER, BIRCH, at=TUESDAY, end="")])
    torn = replace(page(ALDER, BIRCH, at=WEDNESDAY), body=b"<p>Nothing to compare.</p>")
    store(home, [torn])
    require_traced(home)
    found = trace_row(home, url_of(ALDER, BIRCH))
    assert (found.problems, {each.capture for each in found.places}) == ([], {1})


def test_an_older_value_that_changed_is_traced_to_the_page_that_shows_it(home: Path) -> None:
    store(home, [page(ALDER, BIRCH)])
    store(home, [replace(page(replace(ALDER, pricing="9 crowns"), BIRCH), at=TUESDAY)])
    require_traced(home)
    found = fields(trace_row(home, "card/2"))
    assert (found["tagline"], found["pricing"]) == (1, 2)


def test_bytes_that_are_damaged_are_named_with_their_capture(home: Path) -> None:
    store(home, [page(ALDER, BIRCH), page(ALDER, CEDAR)])
    built(home)
    (warc,) = (home / "warc").glob("*.gz")
    at = trace_row(home, "alder-vs-cedar").places[0].offset
    assert at is not None
    data = bytearray(warc.read_bytes())
    data[at + 300] ^= 255
    warc.write_bytes(data)
    found = trace_row(home, "alder-vs-cedar")
    assert [each.split(":")[0] for each in found.problems] == ["capture 2", "capture 2"]
    assert all(span.text is None for each in found.places[0].values for span in each.spans)
    assert verdicts("trace", "alder-vs-cedar", "--home", home).returncode == 40
    about = [each for each in check(home, deep=True) if each.where.startswith("capture 2 ")]
    assert len(about) == 1


def test_an_inferred_verdict_says_what_it_follows_from(home: Path) -> None:
    class Unsaid(Card):
        def quote(self, row: int) -> str:
            return super().quote(row) + (" So this is a skip." if row == 3 else "")

    told = Unsaid("oak", "Oak Lens", ships=3)
    plain = page(told, BIRCH)
    body = re.sub(rb" \xc2\xb7 (ship|skip)</p>", b"</p>", plain.body)
    store(home, [replace(plain, body=body, url=url_of(BIRCH, told))])
    require_traced(home)
    values = [each for place in trace_row(home, "birch-vs-oak").places for each in place.values]
    inferred = [each.inferred for each in values if each.field.startswith("verdict")]
    share = "panel_ship_percent, which is"
    assert inferred[:4] == [
        f"remainder: {share} 75, and verdict_3",
        f"remainder: {share} 75, and verdict_3",
        f"cue: characters {len(told.quote(3)) - 15} to {len(told.quote(3)) - 1} of text_3",
        f"remainder: {share} 75, and verdict_3",
    ]
    assert inferred[4:] == [f"unanimous: {share} 100"] * 4


GROWN: list[Callable[[Path], None]] = [
    lambda home: store(home, [page(BIRCH, CEDAR, at=TUESDAY)]),
    lambda home: store(home, [replace(page(ALDER, replace(BIRCH, score=12)), at=WEDNESDAY)]),
    lambda home: take_down(Home(home), url_of(ALDER, BIRCH), reason="asked") and None,
]


def test_a_database_that_grew_traces_its_values_as_one_made_from_nothing(home: Path) -> None:
    store(home, [page(ALDER, BIRCH), page(ALDER, CEDAR)])
    for grow in GROWN:
        built(home)
        grow(home)
        grown = built(home).read_bytes()
        (home / "records" / "staging.db").unlink()
        assert built(home).read_bytes() == grown
        require_traced(home)


def test_the_table_costs_at_most_forty_bytes_a_value(home: Path, tmp_path: Path) -> None:
    cards = [Card(f"tool-{at}", f"Tool {at}", tagline=f"Line {at}") for at in range(24)]
    store(home, [page(a, b) for at, a in enumerate(cards) for b in cards[at + 1 :]])
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(built(home))) as db:
        count = db.execute("SELECT sum((SELECT count(*) FROM json_each(spans))) FROM provenance")
        (traced,) = count.fetchone()
        (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'provenance'").fetchone()
        db.execute("ATTACH ? AS copy", (f"{copy}",))
        db.execute(sql.replace('"provenance"', "copy.provenance", 1))
        db.execute("INSERT INTO copy.provenance SELECT * FROM main.provenance")
        db.commit()
    assert copy.stat().st_size <= 40 * traced
