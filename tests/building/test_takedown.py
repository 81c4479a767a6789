"""What was taken down is nowhere in what is published, and comes back by no way but lifting."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from commands import verdicts
from db_home import ALDER, BASE, BIRCH, CEDAR, TUESDAY, Answer, Card, html, page, store
from takedown_home import (
    AHEAD,
    KEY,
    NOW,
    PAGES,
    QUOTE,
    REASON,
    TAKEN_PAGE,
    build,
    built,
    holding,
    one,
    rows,
    state_of,
)

from archive import Home
from archive.takedown.takedowns import TakenAddresses, active_takedowns
from db.check import check
from db.status import status
from db.takedown.withdraw import correct, lift, take_down
from schema.errors import LossError, StartError, UsageError


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERDICTS_NOW", NOW)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return built(tmp_path, monkeypatch)


def test_of_a_page_that_was_taken_down_nothing_is_left_but_its_address(home: Path) -> None:
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    made = build(home).path
    where = "SELECT {} FROM page WHERE url = '" + TAKEN_PAGE + "'"
    assert rows(made, where.format("state, captures, last_captured_at, takedown_id")) == [
        ("refused", 0, None, 1)
    ]
    assert rows(made, "SELECT comparison FROM comparison ORDER BY 1") == [
        ("alder-vs-cedar",),
        ("birch-vs-cedar",),
    ]
    assert one(made, "SELECT count(*) FROM capture WHERE url = '" + TAKEN_PAGE + "'") == 0
    assert rows(made, "SELECT kind, target, reason, added_at FROM takedown") == [
        ("page", TAKEN_PAGE, REASON, NOW)
    ]
    assert status(home)["pages"] | {"due": 0} == {
        "known": 3,
        "refused": 1,
        "gone": 0,
        "held": 0,
        "failed": 0,
        "waiting": 0,
        "stored": 2,
        "due": 0,
    }


def test_what_only_a_taken_page_showed_goes_with_it(home: Path) -> None:
    store(home, [page(replace(ALDER, name="Oak Lens", slug="oak"), BIRCH, at=TUESDAY)])
    build(home)
    take_down(Home(home), f"{BASE}/compare/oak-vs-birch", reason=REASON)
    made = build(home).path
    for table, column in [("card", "name"), ("quote", "tool_name"), ("tool", "name")]:
        assert ("Oak Lens",) not in rows(made, f"SELECT {column} FROM {table}")
    assert holding(home / "public", "Oak Lens") == holding(home / "records", "Oak Lens") == []
    assert one(made, "SELECT count(*) FROM quote_fts WHERE quote_fts MATCH 'oak'") == 0


def test_a_page_may_be_taken_down_before_it_was_ever_captured(home: Path) -> None:
    take_down(Home(home), AHEAD, reason=REASON)
    store(home, [Answer(AHEAD, html(replace(ALDER, slug="elm"), replace(BIRCH, slug="fir")))])
    assert state_of(build(home).path, AHEAD) == "refused"


def test_of_a_tool_that_was_taken_down_no_comparison_card_or_quote_is_left(home: Path) -> None:
    report = take_down(Home(home), "alder", reason=REASON)
    assert (report.kind, report.target, report.pages) == ("tool", "alder", 2)
    made = build(home).path
    assert rows(made, "SELECT comparison FROM comparison") == [("birch-vs-cedar",)]
    assert holding(home / "public", ALDER.name) == holding(home / "records", ALDER.name) == []
    assert one(made, "SELECT count(*) FROM page WHERE takedown_id IS NOT NULL") == 2


def test_a_quote_that_was_taken_down_is_nowhere_and_its_pages_say_so(home: Path) -> None:
    take_down(Home(home), KEY, reason=REASON)
    made = build(home).path
    assert one(made, "SELECT count(*) FROM quote") == 11
    assert one(made, f"SELECT count(*) FROM quote WHERE key = '{KEY}'") == 0
    counted = "SELECT count(*) FROM comparison_quote WHERE comparison = 'alder-vs-birch'"
    assert one(made, counted) == 7
    assert rows(made, "SELECT comparison, withheld FROM comparison ORDER BY 1") == [
        ("alder-vs-birch", "takedown"),
        ("alder-vs-cedar", "takedown"),
        ("birch-vs-cedar", None),
    ]
    assert rows(made, "SELECT quotes_taken_down FROM comparison_version ORDER BY 1") == [
        (None,),
        (1,),
        (1,),
    ]
    assert holding(home / "public", "Désk in row 1") == []
    assert holding(home / "records", "Désk in row 1") == []
    assert "Désk in row 1" not in (home / "ledger.db").read_bytes().decode("utf-8", "replace")
    assert check(home, deep=True) == []


def test_a_failure_that_cites_a_taken_quote_does_not_say_its_words(home: Path) -> None:
    take_down(Home(home), KEY, reason=REASON)
    twice = html(ALDER, BIRCH).replace(QUOTE.encode(), f"{QUOTE}</p><p>{QUOTE}".encode())
    store(home, [Answer(TAKEN_PAGE, twice, at=TUESDAY)])
    made = build(home).path
    assert rows(made, "SELECT code, detail FROM failure") == [("duplicate_block", "[taken down]")]


def many(count: int) -> list[Answer]:
    cards = [Card(f"tool-{at:02}", f"Tool {at:02}") for at in range(count)]
    return [page(ALDER, card) for card in cards]


def test_a_take_down_is_no_loss_but_a_loss_beside_it_still_is(tmp_path: Path) -> None:
    store(tmp_path, [*many(30), *PAGES])
    build(tmp_path)
    take_down(Home(tmp_path), "alder", reason=REASON)
    assert build(tmp_path).comparisons == 1
    lift(Home(tmp_path), 1)
    assert build(tmp_path).comparisons == 33
    take_down(Home(tmp_path), f"{BASE}/compare/birch-vs-cedar", reason=REASON)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as ledger_file, ledger_file:
        ledger_file.execute("UPDATE capture SET status = 500 WHERE url LIKE '%tool-%'")
    for path in (tmp_path / "records").iterdir():
        path.unlink()
    with pytest.raises(LossError, match="comparison"):
        build(tmp_path)
    assert build(tmp_path, accept_loss=True).comparisons == 2


def test_two_take_downs_before_one_build_are_no_loss_either(tmp_path: Path) -> None:
    store(
        tmp_path,
        [
            *many(30),
            *[
                page(BIRCH, replace(c, slug=f"x{at}", name=f"X {at}"))
                for at, c in enumerate([CEDAR] * 30)
            ],
        ],
    )
    build(tmp_path)
    take_down(Home(tmp_path), "alder", reason=REASON)
    take_down(Home(tmp_path), "birch", reason=REASON)
    assert build(tmp_path).comparisons == 0


def test_lifting_brings_back_the_same_bytes(home: Path) -> None:
    before = (home / "public" / "current.db").resolve()
    kept = before.read_bytes()
    for asked in (TAKEN_PAGE, KEY, "cedar"):
        take_down(Home(home), asked, reason=REASON)
        build(home)
    for number in (1, 2, 3):
        lift(Home(home), number)
    again = build(home).path
    with closing(sqlite3.connect(home / "ledger.db")) as ledger, ledger:
        # What lifting asks for again is due; nothing else differs.
        assert ledger.execute("SELECT count(*) FROM page WHERE due IS NOT NULL").fetchone() == (3,)
    tables = ("quote", "card", "comparison", "comparison_version", "side_quote", "capture")
    (home / "old.db").write_bytes(kept)
    for table in tables:
        sql = f"SELECT * FROM {table}"
        assert rows(again, sql) == rows(home / "old.db", sql), table
    with pytest.raises(UsageError, match="holds now"):
        lift(Home(home), 1)


def test_the_same_ledger_gives_the_same_bytes_with_take_downs_too(home: Path) -> None:
    take_down(Home(home), KEY, reason=REASON)
    correct(Home(home), "birch", note="It has a new maker.")
    first = build(home).path
    (home / "public" / "current.db").unlink()
    for path in (home / "records").iterdir():
        path.unlink()
    os.environ["VERDICTS_NOW"] = "2027-01-01T00:00:00Z"
    assert build(home).path == first


def test_a_take_down_that_comes_during_a_build_is_not_published_by_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(home, [page(ALDER, CEDAR, at=TUESDAY)])
    module, asked = sys.modules["db.build"], []
    require_sound = module.require_sound

    def require_and_ask(path: Path, counts: dict[str, int]) -> None:
        require_sound(path, counts)
        if not asked:
            asked.append(TAKEN_PAGE)
            monkeypatch.setattr("db.takedown.withdraw.WAIT_S", 0)
            assert not take_down(Home(home), TAKEN_PAGE, reason=REASON).is_complete

    monkeypatch.setattr(module, "require_sound", require_and_ask)
    made = build(home).path
    assert one(made, "SELECT count(*) FROM comparison") == 2
    assert [path.name for path in (home / "public").glob("*.db") if not path.is_symlink()] == [
        made.name
    ]


def test_a_running_crawl_does_not_hinder_a_take_down(home: Path) -> None:
    with Home(home).lock("crawl"):
        assert take_down(Home(home), TAKEN_PAGE, reason=REASON).is_complete
        with pytest.raises(StartError, match="is writing here"):
            take_down(Home(home), "birch", reason=REASON, erase=True)
    assert [each.target for each in active_takedowns(Home(home))] == [TAKEN_PAGE]


def test_a_lock_that_nobody_can_have_is_told_and_is_no_running_build(home: Path) -> None:
    (home / "build.lock").unlink()
    (home / "build.lock").symlink_to(home / "elsewhere")
    with pytest.raises(StartError, match="it is a symbolic link"):
        take_down(Home(home), TAKEN_PAGE, reason=REASON)
    assert active_takedowns(Home(home)) == []


def test_the_crawl_is_told_which_addresses_to_leave_alone(home: Path) -> None:
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    take_down(Home(home), "cedar", reason=REASON)
    taken = TakenAddresses(active_takedowns(Home(home)))
    asked = [
        (TAKEN_PAGE, [("alder", "birch")]),
        (f"{BASE}/c/birch-vs-alder", [("birch", "alder")]),
        (f"{BASE}/compare/cedar-vs-oak", [("cedar", "oak")]),
        (f"{BASE}/compare/cedar-two-vs-oak", [("cedar-two", "oak")]),
        (f"{BASE}/", []),
    ]
    assert [taken.covering("sample", url, slugs) for url, slugs in asked] == [1, 1, 2, None, None]
    assert taken.covering("shiporskip", TAKEN_PAGE, [("alder", "birch")]) is None
    left = rows(home / "ledger.db", "SELECT url FROM page WHERE state <> 'refused'")
    assert left == []


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("nobody", "neither a page, a tool nor a quote"),
        ("0" * 64, "no quote of this archive"),
        ("words that nobody wrote", "no quote"),
        ("https://other.example/x", "no site claims"),
        (f"{BASE}/about", "neither a comparison nor a tool"),
        ("urn:sha256:" + "0" * 64, "no such"),
    ],
)
def test_what_is_not_here_is_not_taken_down(home: Path, asked: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        take_down(Home(home), asked, reason=REASON)
    assert active_takedowns(Home(home)) == []


def test_where_nothing_is_built_now_the_way_on_is_named(home: Path) -> None:
    for folder in ("public", "records"):
        shutil.rmtree(home / folder)
    for asked in (KEY, QUOTE, "no-such-tool"):
        with pytest.raises(UsageError, match=r"nothing is built here now; run `verdicts build`, t"):
            take_down(Home(home), asked, reason=REASON)
    with pytest.raises(UsageError, match=r"^(x y ){14}x y…: no quote of this archive; nothing is"):
        take_down(Home(home), "x y " * 900, reason=REASON)


def test_the_commands_take_down_list_correct_and_lift(home: Path) -> None:
    place = ("--home", home)
    added = verdicts("takedown", "add", TAKEN_PAGE, "--reason", REASON, *place)
    assert added.returncode == 0 and f"verdicts build --home {home}`" in added.stderr, added.stderr
    assert verdicts("serve", *place).returncode == 30
    built = verdicts("build", *place)
    assert built.returncode == 0, built.stderr
    noted = verdicts("correct", "cedar", "--note", "It moved.", "--json", *place)
    assert json.loads(noted.stdout)["target"] == "cedar"
    assert "It moved." in verdicts("correct", "--list", *place).stdout
    listed = verdicts("takedown", "list", "--json", *place)
    assert json.loads(listed.stdout)["takedowns"][0]["target"] == TAKEN_PAGE
    told = json.loads(verdicts("status", "--json", *place).stdout)["takedowns"]
    assert told == {"active": 1, "lifted": 0, "erasing": 0, "corrections": 1}
    assert verdicts("takedown", "lift", "1", *place).returncode == 0
    assert verdicts("build", *place).returncode == 0
    assert verdicts("takedown", "lift", "1", *place).returncode == 2
    assert verdicts("takedown", "add", "nobody", "--reason", "x", *place).returncode == 2
    assert verdicts("takedown", "add", "alder", "--reason", " ", *place).returncode == 2
    assert verdicts("correct", *place).returncode == 2
