"""What was taken down is nowhere in what is published, before and after, and comes back by no way
but lifting; what was corrected is shown beside what was published."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import forked
import pytest
from commands import verdicts
from db_home import ALDER, BASE, BIRCH, CEDAR, TUESDAY, Answer, Card, html, page, store, url_of
from web_server import serving

from archive import Home, open_archive
from archive.erasure import finish_erasures
from archive.ledger import Ledger
from archive.withdrawal_entry import note_export
from archive.withdrawals import TakenAddresses, active_takedowns, corrections, exports, takedowns
from db import BuildReport
from db import build as build_with
from db.check import check
from db.keys import quote_key
from db.status import status
from db.withdrawal import correct, lift, take_down
from schema.errors import IntegrityError, PublishError, StartError, UsageError
from web.errors import WithdrawnError
from web.serving import make_datasette

ROOT = Path(__file__).parents[1]
PAGES = [page(ALDER, BIRCH), page(ALDER, CEDAR), page(BIRCH, CEDAR)]
TAKEN_PAGE = url_of(ALDER, BIRCH)
QUOTE = ALDER.quote(1)
KEY = quote_key("sample", ALDER.name, QUOTE)
REASON = "asked by its author"
NOW = "2026-11-20T00:00:00Z"


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERDICTS_NOW", NOW)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    store(tmp_path, PAGES)
    build(tmp_path)
    return tmp_path


def build(home: Path, *, accept_loss: bool = False) -> BuildReport:
    return build_with(home, workers=1, accept_loss=accept_loss)


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def one(path: Path, sql: str) -> object:
    return rows(path, sql)[0][0]


def tombstones(home: Path) -> list[Path]:
    return sorted((home / "public").glob("*.withdrawn.json"))


def readable(path: Path) -> bytes:
    """A file's bytes, and those that its gzip members stand for."""
    data = path.read_bytes()
    try:
        return data + gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return data


def holding(folder: Path, words: str) -> list[str]:
    """The files below a folder that hold the words."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path.name for path in files if words.encode() in readable(path)]


# --- a page ------------------------------------------------------------------------------------


def test_of_a_page_that_was_taken_down_nothing_is_left_but_its_address(home: Path) -> None:
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    made = build(home).path
    where = "SELECT {} FROM page WHERE url = '" + TAKEN_PAGE + "'"
    assert rows(made, where.format("state, captures, last_captured_at, takedown")) == [
        ("refused", 0, None, 1)
    ]
    assert rows(made, "SELECT comparison FROM comparison ORDER BY 1") == [
        ("alder-vs-cedar",), ("birch-vs-cedar",),
    ]  # fmt: skip
    assert one(made, "SELECT count(*) FROM capture WHERE url = '" + TAKEN_PAGE + "'") == 0
    assert rows(made, "SELECT kind, target, reason, added_at FROM takedown") == [
        ("page", TAKEN_PAGE, REASON, NOW)
    ]
    assert status(home)["pages"] | {"due": 0} == {
        "known": 3, "refused": 1, "gone": 0, "held": 0, "failed": 0, "waiting": 0, "stored": 2,
        "due": 0,
    }  # fmt: skip


def test_what_only_a_taken_page_showed_goes_with_it(home: Path) -> None:
    store(home, [page(replace(ALDER, name="Oak Lens", slug="oak"), BIRCH, at=TUESDAY)])
    build(home)
    take_down(Home(home), f"{BASE}/compare/oak-vs-birch", reason=REASON)
    made = build(home).path
    for table, column in [("card", "name"), ("quote", "tool_name"), ("tool", "name")]:
        assert ("Oak Lens",) not in rows(made, f"SELECT {column} FROM {table}")
    assert holding(home / "public", "Oak Lens") == holding(home / "records", "Oak Lens") == []
    assert one(made, "SELECT count(*) FROM quote_fts WHERE quote_fts MATCH 'oak'") == 0


def test_a_withdrawn_file_leaves_a_tombstone_with_date_and_reason_and_no_words(home: Path) -> None:
    before = (home / "public" / "current.db").resolve()
    report = take_down(Home(home), TAKEN_PAGE, reason=REASON)
    assert report.withdrawn == [before.name] and report.is_complete
    assert not before.exists() and not before.with_suffix(".json").exists()
    (stone,) = tombstones(home)
    told = json.loads(stone.read_text())
    assert (told["withdrawn"], told["withdrawn_at"]) == (before.name, NOW)
    assert told["reasons"] == [{"date": NOW, "kind": "page", "reason": REASON}]
    assert holding(home / "public", "half-finished") == holding(home / "public", "row 1") == []
    assert check(home, deep=True) == []
    assert build(home).path != before
    assert check(home, deep=True) == []


def test_a_file_that_holds_nothing_of_it_stands(home: Path) -> None:
    old = build(home).path
    store(home, [page(replace(ALDER, name="Oak Lens", slug="oak"), BIRCH, at=TUESDAY)])
    new = build(home).path
    report = take_down(Home(home), f"{BASE}/compare/oak-vs-birch", reason=REASON)
    assert report.withdrawn == [new.name]
    assert old.exists()


def test_a_copy_put_back_is_withdrawn_again_by_the_next_build(home: Path) -> None:
    old = (home / "public" / "current.db").resolve()
    kept = old.read_bytes()
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    build(home)
    tombstones(home)[0].unlink()
    old.write_bytes(kept)
    assert [p.where for p in check(home) if "take-down 1" in p.what] == [old.name]
    build(home)
    assert not old.exists() and len(tombstones(home)) == 1


def test_the_same_page_under_no_address_or_another_stays_away(home: Path, tmp_path: Path) -> None:
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    body = html(ALDER, BIRCH)
    changed = body.replace(b"row 1 carries", b"row 1, carries").replace(b"Weekly", b"Monthly")
    saved = tmp_path / "saved"
    saved.mkdir()
    for name, data in (("same.html", body), ("changed.html", changed)):
        (saved / name).write_bytes(data)
    assert changed != body
    done = verdicts("import", saved, "--home", home, "--site", "sample", "--date", TUESDAY)
    assert done.returncode == 0, done.stderr
    made = build(home).path
    assert rows(made, "SELECT state, count(*) FROM page GROUP BY 1 ORDER BY 1") == [
        ("refused", 3), ("stored", 2),
    ]  # fmt: skip
    assert one(made, "SELECT count(*) FROM comparison") == 2
    assert check(home, deep=True) == []


def test_a_page_may_be_taken_down_before_it_was_ever_captured(home: Path) -> None:
    ahead = f"{BASE}/compare/elm-vs-fir"
    take_down(Home(home), ahead, reason=REASON)
    store(home, [Answer(ahead, html(replace(ALDER, slug="elm"), replace(BIRCH, slug="fir")))])
    assert one(build(home).path, f"SELECT state FROM page WHERE url = '{ahead}'") == "refused"


# --- a tool ------------------------------------------------------------------------------------


def test_of_a_tool_that_was_taken_down_no_comparison_card_or_quote_is_left(home: Path) -> None:
    report = take_down(Home(home), "alder", reason=REASON)
    assert (report.kind, report.target, report.pages) == ("tool", "alder", 2)
    made = build(home).path
    assert rows(made, "SELECT comparison FROM comparison") == [("birch-vs-cedar",)]
    assert holding(home / "public", ALDER.name) == holding(home / "records", ALDER.name) == []
    assert one(made, "SELECT count(*) FROM page WHERE takedown IS NOT NULL") == 2


def test_a_tool_is_known_again_by_its_card_and_by_its_name_without_an_address(
    home: Path, tmp_path: Path
) -> None:
    take_down(Home(home), f"{BASE}/tool/alder", reason=REASON)
    renamed = replace(ALDER, slug="alder-two", description=ALDER.description.upper())
    store(home, [page(renamed, CEDAR, at=TUESDAY)])
    saved = tmp_path / "saved.html"
    saved.write_bytes(html(replace(ALDER, name="ALDER DESK", words="is new"), CEDAR))
    assert verdicts("import", saved, "--home", home, "--site", "sample").returncode == 0
    made = build(home).path
    assert rows(made, "SELECT comparison FROM comparison") == [("birch-vs-cedar",)]
    assert rows(made, "SELECT state, count(*) FROM page GROUP BY 1") == [
        ("refused", 4), ("stored", 1),
    ]  # fmt: skip


# --- a quote -----------------------------------------------------------------------------------


def test_a_quote_that_was_taken_down_is_nowhere_and_its_pages_say_so(home: Path) -> None:
    take_down(Home(home), KEY, reason=REASON)
    made = build(home).path
    assert one(made, "SELECT count(*) FROM quote") == 11
    assert one(made, f"SELECT count(*) FROM quote WHERE key = '{KEY}'") == 0
    counted = "SELECT count(*) FROM comparison_quote WHERE comparison = 'alder-vs-birch'"
    assert one(made, counted) == 7
    assert rows(made, "SELECT comparison, withheld FROM comparison ORDER BY 1") == [
        ("alder-vs-birch", "takedown"), ("alder-vs-cedar", "takedown"), ("birch-vs-cedar", None),
    ]  # fmt: skip
    assert rows(made, "SELECT quotes_taken_down FROM comparison_version ORDER BY 1") == [
        (None,), (1,), (1,),
    ]  # fmt: skip
    assert holding(home / "public", "Désk in row 1") == []
    assert holding(home / "records", "Désk in row 1") == []
    assert "Désk in row 1" not in (home / "ledger.db").read_bytes().decode("utf-8", "replace")
    assert check(home, deep=True) == []


@pytest.mark.parametrize(
    "words", ["carries, its own weight ON a slow laptop", "carries its  own weight — on a slow"
              " laptop", "carries its own weight on a slow laptop. Or so they say"]
)  # fmt: skip
def test_a_quote_with_a_changed_comma_case_or_ending_does_not_come_back(
    home: Path, words: str
) -> None:
    take_down(Home(home), QUOTE, reason=REASON)
    store(home, [page(replace(ALDER, words=words), BIRCH, at=TUESDAY)])
    made = build(home).path
    gone = "SELECT count(*) FROM quote WHERE text LIKE '%Désk in row 1%'"
    assert one(made, gone) == 0
    assert one(made, "SELECT count(*) FROM quote WHERE text LIKE '%Désk in row 2%'") == 2


def test_a_failure_that_cites_a_taken_quote_does_not_say_its_words(home: Path) -> None:
    take_down(Home(home), KEY, reason=REASON)
    twice = html(ALDER, BIRCH).replace(QUOTE.encode(), f"{QUOTE}</p><p>{QUOTE}".encode())
    store(home, [Answer(TAKEN_PAGE, twice, at=TUESDAY)])
    made = build(home).path
    assert rows(made, "SELECT code, detail FROM failure") == [("duplicate_block", "[taken down]")]


def test_short_words_are_taken_down_beside_their_own_tool_alone(home: Path) -> None:
    short = html(ALDER, BIRCH).replace(QUOTE.encode(), b"Ship it.").replace(
        BIRCH.quote(1).encode(), b"Ship it."
    )  # fmt: skip
    store(home, [Answer(TAKEN_PAGE, short, at=TUESDAY)])
    build(home)
    take_down(Home(home), quote_key("sample", ALDER.name, "Ship it."), reason=REASON)
    made = build(home).path
    assert rows(made, "SELECT tool_name FROM quote WHERE text = 'Ship it.'") == [(BIRCH.name,)]


# --- the guard, the clock, lifting -------------------------------------------------------------


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
    with pytest.raises(PublishError, match="comparison"):
        build(tmp_path)
    assert build(tmp_path, accept_loss=True).comparisons == 2


def test_two_take_downs_before_one_build_are_no_loss_either(tmp_path: Path) -> None:
    store(tmp_path, [*many(30), *[page(BIRCH, replace(c, slug=f"x{at}", name=f"X {at}"))
                                  for at, c in enumerate([CEDAR] * 30)]])  # fmt: skip
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
    tables = ("quote", "card", "comparison", "comparison_version", "version_quote", "capture")
    (home / "old.db").write_bytes(kept)
    for table in tables:
        sql = f"SELECT * FROM {table} ORDER BY id"
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
    write = module.write_database

    def write_and_ask(path: Path, tables: object) -> None:
        write(path, tables)  # type: ignore[arg-type]
        if not asked:
            asked.append(TAKEN_PAGE)
            monkeypatch.setattr("db.withdrawal.WAIT_S", 0)
            assert not take_down(Home(home), TAKEN_PAGE, reason=REASON).is_complete

    monkeypatch.setattr(module, "write_database", write_and_ask)
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


def test_the_crawl_is_told_which_addresses_to_leave_alone(home: Path) -> None:
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    take_down(Home(home), "cedar", reason=REASON)
    taken = TakenAddresses(active_takedowns(Home(home)))
    asked = [
        (TAKEN_PAGE, [("alder", "birch")]), (f"{BASE}/c/birch-vs-alder", [("birch", "alder")]),
        (f"{BASE}/compare/cedar-vs-oak", [("cedar", "oak")]),
        (f"{BASE}/compare/cedar-two-vs-oak", [("cedar-two", "oak")]), (f"{BASE}/", []),
    ]  # fmt: skip
    assert [taken.covering("sample", url, slugs) for url, slugs in asked] == [1, 1, 2, None, None]
    assert taken.covering("shiporskip", TAKEN_PAGE, [("alder", "birch")]) is None
    left = rows(home / "ledger.db", "SELECT url FROM page WHERE state <> 'refused'")
    assert left == []


@pytest.mark.parametrize(
    ("asked", "message"),
    [("nobody", "neither a page, a tool nor a quote"), ("0" * 64, "no quote of this archive"),
     ("words that nobody wrote", "no quote"), ("https://other.example/x", "no site claims"),
     (f"{BASE}/about", "neither a comparison nor a tool"), ("urn:sha256:" + "0" * 64, "no such")],
)  # fmt: skip
def test_what_is_not_here_is_not_taken_down(home: Path, asked: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        take_down(Home(home), asked, reason=REASON)
    assert active_takedowns(Home(home)) == []


# --- recognised though changed -----------------------------------------------------------------


@pytest.mark.parametrize(
    "told",
    [QUOTE.replace(" ", "_ "), QUOTE.replace(" ", "__"),
     QUOTE.translate(str.maketrans("oeacpx", "оеасрх")),  # Cyrillic
     QUOTE.translate(str.maketrans("AiovK", "ΑıονΚ")), QUOTE.replace("1", "\u0661"),
     QUOTE.upper().translate(str.maketrans("AEHIKNOT", "ΑΕΗΙΚΝΟΤ")),
     QUOTE.replace("weight", "we\u00adig\u2060ht")],
    ids=["low lines", "low lines alone", "Cyrillic", "Greek, dotless i", "Arabic digit",
         "Greek capitals", "soft hyphen"],
)  # fmt: skip
def test_a_quote_that_looks_the_same_in_other_letters_does_not_come_back(
    home: Path, told: str
) -> None:
    assert told != QUOTE
    take_down(Home(home), KEY, reason=REASON)
    ending = f"{told} Or so they say."
    for at, words in enumerate((told, ending)):
        body = html(ALDER, BIRCH).replace(QUOTE.encode(), words.encode())
        store(home, [Answer(TAKEN_PAGE, body, at=f"2026-11-0{4 + at}T12:00:00Z")])
    made = build(home).path
    assert rows(made, "SELECT quotes_taken_down FROM comparison_version c JOIN comparison"
                " ON comparison.id = c.comparison WHERE comparison.comparison = 'alder-vs-birch'"
                ) in ([(1,)], [(1,), (1,)], [(1,), (1,), (1,)])  # fmt: skip
    assert one(made, f"SELECT count(*) FROM quote WHERE tool_name = '{ALDER.name}'") == 3


def reworded(a: Card, b: Card, *rows_of: tuple[Card, int]) -> Answer:
    """A page of which some quotes say something else."""
    answer, body = page(a, b, at=TUESDAY), html(a, b)
    for card, row in rows_of:
        body = body.replace(card.quote(row).encode(), b"Nobody said so before, in row %d." % row)
    return replace(answer, body=body)


ELM, FIR = replace(ALDER, slug="elm"), replace(BIRCH, slug="fir")
ELM = replace(ELM, description="Told in other words.")


@pytest.mark.parametrize(
    ("changed", "state"),
    [([(ELM, 2)], "refused"), ([(ELM, 1), (FIR, 1), (FIR, 4)], "refused"),
     ([(ELM, 1), (ELM, 2), (FIR, 1), (FIR, 4)], "stored"),
     ([(ELM, 1), (ELM, 2), (ELM, 3)], "stored")],
    ids=["one of eight", "three of eight", "four of eight", "three of four of one side"],
)  # fmt: skip
@pytest.mark.parametrize("is_turned", [False, True])
def test_a_page_under_new_slugs_is_known_by_most_of_its_quotes_on_both_sides(
    home: Path, changed: list[tuple[Card, int]], state: str, is_turned: bool
) -> None:
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    again = reworded(*((FIR, ELM) if is_turned else (ELM, FIR)), *changed)
    store(home, [again])
    made = build(home).path
    assert one(made, f"SELECT state FROM page WHERE url = '{again.url}'") == state
    assert check(home) == []


def test_other_pages_of_a_tool_stand_when_one_page_of_it_is_taken_down(home: Path) -> None:
    nearly = replace(CEDAR, slug="fir", name="Fir Box")
    body = html(ALDER, nearly).replace(nearly.quote(2).encode(), BIRCH.quote(2).encode())
    store(home, [Answer(url_of(ALDER, nearly), body, at=TUESDAY)])
    build(home)
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    assert rows(build(home).path, "SELECT comparison FROM comparison ORDER BY 1") == [
        ("alder-vs-cedar",), ("alder-vs-fir",), ("birch-vs-cedar",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "state"),
    [([(ELM, 3)], "refused"), ([(ELM, 3), (ELM, 1)], "stored")],
    ids=["one of four", "two of four"],
)
def test_a_tool_under_a_new_slug_is_known_by_most_of_its_quotes(
    home: Path, changed: list[tuple[Card, int]], state: str
) -> None:
    take_down(Home(home), "alder", reason=REASON)
    again = reworded(CEDAR, ELM, *changed)
    store(home, [again])
    made = build(home).path
    assert one(made, f"SELECT state FROM page WHERE url = '{again.url}'") == state
    assert one(made, "SELECT state FROM page WHERE url LIKE '%birch-vs-cedar'") == "stored"


# --- a ledger that was lost --------------------------------------------------------------------


@pytest.mark.parametrize("harm", ["moved away", "cut", "overwritten", "older"])
def test_a_ledger_made_again_forgets_no_take_down_and_no_correction(home: Path, harm: str) -> None:
    ledger, place = home / "ledger.db", Home(home)
    older = ledger.read_bytes()
    for asked in (TAKEN_PAGE, KEY, "birch"):
        take_down(place, asked, reason=REASON)
    lift(place, 3)
    correct(place, "cedar", note="It has a new maker.")
    comparisons = "SELECT comparison, withheld FROM comparison ORDER BY 1"
    published, known = rows(build(home).path, comparisons), (takedowns(place), corrections(place))
    if harm == "moved away":
        ledger.rename(home / "elsewhere.db")
    else:
        harmed = {"cut": b"", "overwritten": b"no ledger" * 900, "older": older}
        ledger.write_bytes(harmed[harm])
    done = verdicts("check", "--rebuild-ledger", "--home", home)
    assert done.returncode in (0, 40), done.stderr
    assert "what was taken down is published" not in done.stdout + done.stderr
    assert (takedowns(place), corrections(place)) == known
    assert rows(build(home).path, comparisons) == published
    assert one(build(home).path, "SELECT count(*) FROM correction") == 1
    assert check(home, deep=True) == []


def test_a_ledger_that_lacks_a_take_down_is_not_built_from(home: Path) -> None:
    older = (home / "ledger.db").read_bytes()
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    (home / "ledger.db").write_bytes(older)
    built = verdicts("build", "--home", home)
    assert built.returncode == 40
    assert "takedowns.json" in built.stderr and "check --rebuild-ledger" in built.stderr
    assert "takedowns.json" in [each.where for each in check(home)]
    for enter in (lambda: take_down(Home(home), "cedar", reason=REASON),
                  lambda: correct(Home(home), "cedar", note="It moved.")):  # fmt: skip
        with pytest.raises(IntegrityError, match="ledger lacks"):
            enter()
    assert not (home / "public" / "current.db").exists()
    before = verdicts("check", "--rebuild-ledger", "--home", home)
    assert before.returncode in (0, 40), before.stderr
    assert build(home).comparisons == 2


def test_a_take_down_is_no_success_before_its_copy_is_written(home: Path) -> None:
    blocked = home / ".takedowns.json.part"
    blocked.mkdir()
    added = verdicts("takedown", "add", TAKEN_PAGE, "--reason", REASON, "--home", home)
    noted = verdicts("correct", "cedar", "--note", "It moved.", "--home", home)
    for done in (added, noted):
        assert done.returncode == 20 and "takedowns.json: cannot be written" in done.stderr
    blocked.rmdir()
    assert "takedowns.json" in [each.where for each in check(home)]
    assert build(home).comparisons == 2
    assert json.loads((home / "takedowns.json").read_text())["takedowns"][0]["target"] == TAKEN_PAGE
    assert check(home, deep=True) == []


def test_a_broken_copy_of_the_take_downs_is_named_and_nothing_is_published(home: Path) -> None:
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    copy = home / "takedowns.json"
    whole = copy.read_bytes()
    copy.write_bytes(whole[:-9])
    assert [each.where for each in check(home)] == ["takedowns.json"]
    with pytest.raises(IntegrityError, match="not a readable list of take-downs"):
        build(home)
    copy.unlink()
    build(home)
    assert copy.read_bytes() == whole


@pytest.mark.parametrize("name", ["folder", "file.tar"])
def test_a_backup_carries_the_copy_of_the_take_downs(
    home: Path, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    outside = tmp_path_factory.mktemp("kept")
    made = verdicts("backup", "--home", home, "--to", outside / name)
    assert made.returncode == 0, made.stderr
    again = verdicts("restore", outside / name, "--home", outside / "again")
    assert again.returncode == 0, again.stdout + again.stderr
    kept = (outside / "again" / "takedowns.json").read_bytes()
    assert kept == (home / "takedowns.json").read_bytes()


# --- copies and old files ----------------------------------------------------------------------


def test_a_published_file_is_withdrawn_under_whatever_name_it_was_copied(home: Path) -> None:
    old = (home / "public" / "current.db").resolve()
    kept, copy, notes = old.read_bytes(), old.with_name("2026-edition.db"), home / "public/notes.db"
    copy.write_bytes(kept)
    notes.write_bytes(b"somebody's own")
    report = take_down(Home(home), TAKEN_PAGE, reason=REASON)
    assert sorted(report.withdrawn) == sorted([old.name, copy.name])
    assert not copy.exists() and json.loads(
        copy.with_suffix(".withdrawn.json").read_text())["reasons"][0]["reason"] == REASON
    made = build(home).path
    copy.with_suffix(".withdrawn.json").unlink()
    for path in (copy, made.with_name("verdicts-0.db")):
        path.write_bytes(kept)
        # Beside a manifest that vouches for another file.
        path.with_suffix(".json").write_bytes(made.with_suffix(".json").read_bytes())
    told = check(home, deep=True)
    assert {each.where for each in told if "take-down 1" in each.what} == {
        copy.name, "verdicts-0.db"}
    assert [each.where for each in told if "nobody can tell" in each.what] == [notes.name]
    build(home)
    assert sorted(path.name for path in (home / "public").glob("*.db")) == [
        "current.db", notes.name, made.name]


@pytest.mark.parametrize("asked", [TAKEN_PAGE, "birch", KEY], ids=["page", "tool", "quote"])
def test_an_old_file_put_back_is_not_served(home: Path, asked: str) -> None:
    link = home / "public" / "current.db"
    old = link.resolve()
    kept = [(path, path.read_bytes()) for path in (old, old.with_suffix(".json"))]
    take_down(Home(home), asked, reason=REASON)
    made = build(home).path
    for stone in tombstones(home):
        stone.unlink()
    for path, data in kept:
        path.write_bytes(data)
    link.unlink()
    link.symlink_to(old.name)
    with pytest.raises(WithdrawnError, match=REASON):
        make_datasette(link)
    old.with_suffix(".json").unlink()
    with pytest.raises(WithdrawnError, match="no manifest of a build"):
        make_datasette(link)
    assert build(home).path == made
    with serving(link) as server:
        assert server.ask("/").status == 200


def test_an_older_file_that_holds_nothing_of_it_is_still_served(home: Path) -> None:
    take_down(Home(home), f"{BASE}/compare/elm-vs-fir", reason=REASON)
    with serving(home / "public" / "current.db") as server:
        assert server.ask("/compare/alder-vs-birch").status == 200


# --- exported folders --------------------------------------------------------------------------


def export(home: Path, folder: Path, database: Path | None) -> Path:
    (folder / "tables").mkdir(parents=True)
    (folder / "tables" / "quote.csv").write_text(QUOTE)
    (folder / "README").write_text("a release")
    (folder / "elsewhere").symlink_to(home / "warc", target_is_directory=True)
    if database is not None:
        (folder / "archive.db").write_bytes(database.read_bytes())
    with closing(Ledger(home / "ledger.db")) as ledger:
        note_export(ledger, folder, folder.name)
    return folder


def test_an_exported_folder_that_holds_it_is_emptied_and_others_stand(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("releases")
    old = (home / "public" / "current.db").resolve()
    first = export(home, outside / "2026-10", old)
    unclear = export(home, outside / "no-database", None)
    export(home, outside / "moved", old).rename(outside / "gone")
    take_down(Home(home), KEY, reason=REASON)
    clean = export(home, outside / "2026-11", build(home).path)
    take_down(Home(home), KEY, reason=REASON)
    for folder in (first, unclear):
        assert [path.name for path in folder.iterdir()] == ["WITHDRAWN.json"]
        assert json.loads((folder / "WITHDRAWN.json").read_text())["reasons"][0]["reason"] == REASON
    assert (clean / "archive.db").exists()
    assert list((home / "warc").iterdir())
    states = {each.release: each.withdrawn_at for each in exports(Home(home))}
    assert states == {"2026-10": NOW, "no-database": NOW, "moved": NOW, "2026-11": None}


# --- erasing -----------------------------------------------------------------------------------

STEPS = [
    ("archive.erasure._write", "before"), ("archive.erasure._write", "after"),
    ("archive.erasure._note_gone", "after"), ("archive.erasure._move", "after"),
    ("archive.erasure._replace", "before"), ("archive.erasure._replace", "after"),
    ("db.withdrawal.clean_records", "before"), ("db.withdrawal.mark_erased", "before"),
    ("db.withdrawal_files.bury", "before"), ("db.withdrawal_files.bury", "after"),
    ("db.withdrawal.enter_takedown", "after"), ("db.publish._write_json", "after"),
]  # fmt: skip
ERASE = f"""
import importlib, os, signal, sys
from pathlib import Path
from archive import Home
from db.withdrawal import take_down
name, when = sys.argv[2], sys.argv[3]
module, _, function = name.rpartition(".")
module = importlib.import_module(module)
real = getattr(module, function)
def killed(*given, **named):
    result = real(*given, **named) if when == "after" else None
    os.kill(os.getpid(), signal.SIGKILL)
    return result
setattr(module, function, killed)
take_down(Home(Path(sys.argv[1])), "{TAKEN_PAGE}", reason="{REASON}", erase=True)
"""


def erased_words(home: Path) -> list[str]:
    """Files that hold what only the erased page showed."""
    return holding(home, "Only Here")


@pytest.fixture
def erasable(tmp_path: Path) -> Path:
    only = replace(ALDER, words="Only Here is what it says")
    answers = [page(BIRCH, CEDAR), Answer(TAKEN_PAGE, html(only, BIRCH)), page(ALDER, CEDAR)]
    store(tmp_path, answers)
    store(tmp_path, [Answer(TAKEN_PAGE, html(only, BIRCH), at=TUESDAY), page(ALDER, BIRCH)])
    build(tmp_path)
    assert len(erased_words(tmp_path)) >= 4
    return tmp_path


def require_erased(home: Path) -> None:
    assert erased_words(home) == []
    assert holding(home / "warc", TAKEN_PAGE) == [], "a request or metadata record is left"
    assert check(home, deep=True) == []
    archive = open_archive(home)
    captures = archive.captures()
    gone = [each for each in captures if each.damage == "erased"]
    assert {each.url for each in gone} == {TAKEN_PAGE} and len(gone) == 3
    for capture in captures:
        if capture.url != TAKEN_PAGE:
            assert archive.load(capture).body
    assert active_takedowns(Home(home))[0].is_erased
    assert sorted(path.suffix for path in (home / "warc").iterdir()) == [".gz", ".gz"]
    assert all(path.stat().st_mode & 0o222 == 0 for path in (home / "warc").iterdir())


def test_erased_bytes_are_gone_and_the_rest_is_as_it_was(erasable: Path) -> None:
    report = take_down(Home(erasable), TAKEN_PAGE, reason=REASON, erase=True)
    assert report.erased == 3
    require_erased(erasable)
    assert build(erasable).comparisons == 2
    require_erased(erasable)
    files = sorted((erasable / "warc").iterdir())
    done = subprocess.run([sys.executable, "-m", "warcio.cli", "check", *map(str, files)],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    lift(Home(erasable), 1)
    assert status(erasable)["pages"]["waiting"] == 1


@pytest.mark.parametrize(("name", "when"), STEPS, ids=[f"{n}-{w}" for n, w in STEPS])
def test_erasing_can_be_killed_anywhere_and_done_again(
    erasable: Path, name: str, when: str
) -> None:
    done = forked.run([sys.executable, "-c", ERASE, erasable, name, when], cwd=ROOT,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    # Every other page can still be read, as a crawl's start or a build would.
    finish_erasures(Home(erasable))
    archive = open_archive(erasable)
    for capture in archive.captures():
        if capture.url != TAKEN_PAGE:
            assert archive.load(capture).body
    assert build(erasable).comparisons == 2
    assert one(build(erasable).path, "SELECT count(*) FROM quote WHERE text LIKE '%Only%'") == 0
    assert holding(erasable / "public", "Only Here") == []
    if not active_takedowns(Home(erasable))[0].is_erased:
        assert "not erased yet" in check(erasable)[0].what
    take_down(Home(erasable), TAKEN_PAGE, reason="again", erase=True)
    require_erased(erasable)
    assert active_takedowns(Home(erasable))[0].reason == REASON


def test_a_segment_left_open_by_a_killed_crawl_is_sealed_and_erased(erasable: Path) -> None:
    with closing(sqlite3.connect(erasable / "ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE segment SET is_sealed = 0, sha256 = NULL WHERE id = 2")
    last = sorted((erasable / "warc").iterdir())[-1]
    opened = last.with_name(last.name + ".open")
    last.rename(opened)
    opened.chmod(0o644)
    with opened.open("ab") as file:
        file.write(b"Only Here: a torn tail")
    take_down(Home(erasable), TAKEN_PAGE, reason=REASON, erase=True)
    require_erased(erasable)


def test_a_quote_alone_cannot_be_erased(home: Path) -> None:
    with pytest.raises(UsageError, match="pages that show it"):
        take_down(Home(home), KEY, reason=REASON, erase=True)
    assert active_takedowns(Home(home)) == []


# --- what people see ---------------------------------------------------------------------------


@pytest.fixture
def corrected(home: Path) -> Iterator[Path]:
    correct(Home(home), "alder-vs-birch", note="The page was changed after a complaint.")
    correct(Home(home), f"{BASE}/tool/alder", note="Alder has a new <maker> since May.")
    correct(Home(home), KEY, note="The reviewer took this back.")
    take_down(Home(home), BIRCH.quote(2), reason=REASON)
    take_down(Home(home), f"{BASE}/compare/birch-vs-cedar", reason=REASON)
    build(home)
    yield home


def test_a_correction_stands_beside_what_it_is_about(corrected: Path) -> None:
    made = (corrected / "public" / "current.db").resolve()
    assert rows(made, "SELECT kind, page IS NULL, tool IS NULL, quote IS NULL, added_at"
                " FROM correction") == [
        ("page", 0, 1, 1, NOW), ("tool", 1, 0, 1, NOW), ("quote", 1, 1, 0, NOW),
    ]  # fmt: skip
    with serving(made) as server:
        compare = server.ask("/compare/alder-vs-birch")
        assert compare.status == 200
        assert compare.text.count('class="correction"') == 3
        assert "Alder has a new &lt;maker&gt; since May." in compare.text
        assert compare.text.count("in this row was taken down") == 1
        for path in ("/tool/alder", f"/quote/{KEY}", "/reviewer/Builder", "/search?q=laptop"):
            assert "The reviewer took this back." in server.ask(path).text, path
        home_page = server.ask("/").text
        assert "3 corrections" in home_page and "2 taken down" in home_page
        assert server.ask("/verdicts/correction.json").status == 200
        assert server.ask("/verdicts/takedown").status == 200


def test_an_address_of_ours_that_was_taken_down_says_when_and_why(corrected: Path) -> None:
    gone = quote_key("sample", BIRCH.name, BIRCH.quote(2))
    with serving((corrected / "public" / "current.db").resolve()) as server:
        for path in ("/compare/birch-vs-cedar", f"/quote/{gone}"):
            answer = server.ask(path)
            assert answer.status == 410
            assert REASON in answer.text and "2026-11-20" in answer.text
            assert "noindex" in answer.headers["x-robots-tag"]
        assert server.ask("/compare/no-vs-where").status == 404


def test_a_running_server_stops_showing_a_file_that_was_withdrawn(home: Path) -> None:
    with serving((home / "public" / "current.db").resolve()) as server:
        assert server.ask("/compare/alder-vs-birch").status == 200
        take_down(Home(home), TAKEN_PAGE, reason="asked <b>politely</b>")
        for path in ("/", "/compare/alder-vs-birch", "/verdicts/quote.json", "/search?q=laptop"):
            answer = server.ask(path)
            assert answer.status == 503
            assert "laptop" not in answer.text and "withdrawn" in answer.text
        assert "asked &lt;b&gt;politely&lt;/b&gt;" in server.ask("/").text


def test_a_correction_on_what_was_taken_down_is_not_published(corrected: Path) -> None:
    for asked in (KEY, "alder-vs-birch"):
        take_down(Home(corrected), asked, reason=REASON)
    made = build(corrected).path
    assert rows(made, "SELECT kind FROM correction") == [("tool",)]


# --- the commands ------------------------------------------------------------------------------


def test_the_commands_take_down_list_correct_and_lift(home: Path) -> None:
    place = ("--home", home)
    added = verdicts("takedown", "add", TAKEN_PAGE, "--reason", REASON, *place)
    assert added.returncode == 0 and "verdicts build" in added.stdout, added.stderr
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
