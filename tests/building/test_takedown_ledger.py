"""Take-downs, corrections and exports outlive the ledger, and reach all that was made before."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from commands import verdicts
from db_home import ALDER, BIRCH, CEDAR, TUESDAY, page, store
from takedown_home import (
    AHEAD,
    KEY,
    OAK,
    PINE,
    QUOTE,
    REASON,
    TAKEN_PAGE,
    build,
    built,
    entered,
    holding,
    kill_take_down,
    note_export,
    one,
    read,
    rows,
    state_of,
)

from archive import Home
from archive.rebuild import rebuild as rebuilding
from archive.runs import open_run
from archive.takedown.entry import enter_takedown, widen_takedown
from archive.takedown.takedowns import Matches, Takedown, corrections, exports, takedowns
from crawler.replay import rebuild
from db.check import check
from db.recognise.fold import folded, words_hash
from db.recognise.match import TakedownMatcher
from db.takedown.evidence import Evidence
from db.takedown.records import showing_of
from db.takedown.withdraw import correct, lift, take_down
from schema.errors import IntegrityError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return built(tmp_path, monkeypatch)


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
    for enter in (
        lambda: take_down(Home(home), "cedar", reason=REASON),
        lambda: correct(Home(home), "cedar", note="It moved."),
    ):
        with pytest.raises(IntegrityError, match="ledger lacks"):
            enter()
    assert not (home / "public" / "current.db").exists()
    before = verdicts("check", "--rebuild-ledger", "--home", home)
    assert before.returncode in (0, 40), before.stderr
    assert build(home).comparisons == 2


def test_a_take_down_during_a_rebuild_of_the_ledger_is_in_the_new_one(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swap = rebuilding._swap

    def taken_down_meanwhile(place: Home, part: Path) -> str | None:
        take_down(place, TAKEN_PAGE, reason=REASON)
        return swap(place, part)

    monkeypatch.setattr(rebuilding, "_swap", taken_down_meanwhile)
    rebuild(Home(home))
    assert [each.reason for each in takedowns(Home(home))] == [REASON]


def test_a_ledger_that_lacks_a_take_down_is_not_crawled_with(home: Path) -> None:
    older = (home / "ledger.db").read_bytes()
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    (home / "ledger.db").write_bytes(older)
    with (
        pytest.raises(IntegrityError, match="check --rebuild-ledger"),
        open_run(Home(home), "crawl"),
    ):
        pass


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


def test_a_copy_of_the_take_downs_that_belongs_to_another_user_is_not_told_as_broken(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)  # root may read whatever its owner may not
    with pytest.raises(IntegrityError, match=r"takedowns\.json: no permission to read the list"):
        build(home)


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


def test_folders_of_exports_are_found_again_after_a_ledger_was_lost(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("release")
    (folder / "quote.csv").write_text(QUOTE)
    note_export(home, folder, "2026-10")
    noted = exports(Home(home))
    (home / "ledger.db").unlink()
    done = verdicts("check", "--rebuild-ledger", "--home", home)
    assert "a take-down does not find their folders" not in done.stdout + done.stderr
    assert exports(Home(home)) == noted
    take_down(Home(home), KEY, reason=REASON)
    assert [path.name for path in folder.iterdir()] == ["WITHDRAWN.json"]


@pytest.mark.parametrize(
    "command",
    [["takedown", "list"], ["takedown", "lift", "1"], ["correct", "--list"], ["plan"], ["cdxj"]],
    ids=" ".join,
)
def test_a_home_that_lost_its_ledger_says_so_and_the_way_out(
    home: Path, command: list[str]
) -> None:
    (home / "ledger.db").unlink()
    done = verdicts(*command, "--home", home)
    assert done.returncode == 40
    assert "ledger.db: it is missing" in done.stderr and "check --rebuild-ledger" in done.stderr
    assert not (home / "ledger.db").exists()


# --- widened -----------------------------------------------------------------------------------


def test_a_take_down_that_is_widened_reaches_all_that_was_made_before(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = (home / "public" / "current.db").resolve().read_bytes()
    for folder in ("public", "records"):  # as in a home that was restored without them
        shutil.rmtree(home / folder)
    with monkeypatch.context() as patch:  # as an earlier version entered it
        patch.setattr(Evidence, "read", lambda self, captures: {})
        assert take_down(Home(home), TAKEN_PAGE, reason=REASON).id == 1
    elm = replace(ALDER, slug="elm", tagline="Only Here is it so")
    store(home, [page(elm, replace(BIRCH, slug="fir"), at=TUESDAY)])
    made = build(home).path
    assert state_of(made, AHEAD) == "stored"  # nobody knew yet what the page had shown
    kept = [(path, path.read_bytes()) for path in (made, made.with_suffix(".json"))]
    (home / "public" / "older").mkdir()
    (home / "public" / "older" / "found-again.db").write_bytes(early)
    report = take_down(Home(home), TAKEN_PAGE, reason="again")
    assert report.id == 2 and sorted(report.withdrawn) == ["older/found-again.db", made.name]
    assert holding(home / "records", "Only Here") == []
    assert state_of(build(home).path, AHEAD) == "refused"
    assert [(each.id, each.reason) for each in takedowns(Home(home))] == [(2, REASON)]
    assert check(home, deep=True) == []
    for path, data in kept:
        path.write_bytes(data)
    made.with_suffix(".withdrawn.json").unlink()
    assert [each.where for each in check(home)] == [made.name]
    build(home)
    assert not made.exists() and check(home, deep=True) == []


def test_a_take_down_that_is_asked_for_twice_keeps_its_number(home: Path) -> None:
    for asked in (TAKEN_PAGE, "birch", KEY, TAKEN_PAGE, "birch", KEY):
        take_down(Home(home), asked, reason=REASON)
        build(home)
    assert [each.id for each in takedowns(Home(home))] == [1, 2, 3]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "name",
    [
        "archive.takedown.copy.renew_copy",
        "db.takedown.withdraw.withdraw",
        "db.takedown.files.bury",
        "db.takedown.withdraw.clean_records",
    ],
)
def test_a_take_down_killed_anywhere_is_finished_by_the_next_build(
    home: Path, name: str, when: str
) -> None:
    kill_take_down(home, name, when)
    made = build(home).path
    assert state_of(made, TAKEN_PAGE) == "refused"
    assert [path.name for path in (home / "public").glob("verdicts-*.db")] == [made.name]
    assert check(home, deep=True) == []


def test_what_an_earlier_version_kept_of_a_page_still_holds() -> None:
    sides = [[words_hash(folded(card.quote(row))) for row in (1, 2, 3)] for card in (OAK, PINE)]
    kept = Matches.model_validate_json(json.dumps({"sides": [sides], "runs": [[9, "0"]]}))
    elm, fir = replace(OAK, slug="elm"), replace(PINE, slug="fir")
    taken = TakedownMatcher([entered("page", kept)])
    assert taken.page(showing_of("sample", AHEAD, read(page(elm, fir).body))) == 1
    assert taken.page(showing_of("sample", AHEAD, read(page(elm, CEDAR).body))) is None


def test_a_number_that_another_command_changed_meanwhile_is_no_stumbling_block(home: Path) -> None:
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    (known,) = takedowns(Home(home))
    assert widen_takedown(Home(home), known, Matches(names=["0"])) == 2
    assert widen_takedown(Home(home), known, Matches(pages=["a"])) == 2
    assert widen_takedown(Home(home), known, Matches(names=["0"], quotes=["b"])) == 2
    assert takedowns(Home(home))[0].matches.pages[-1] == "a"


class _Turned(Takedown):
    """The same fields in another order."""

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return reversed([*super().__iter__()])


def test_a_take_down_is_known_again_whatever_the_order_of_its_fields(home: Path) -> None:
    said: dict[str, Any] = {"kind": "tool", "site": "sample", "target": "alder", "reason": REASON}
    wanted = _Turned(id=0, **said, matches=Matches(names=["a"]))
    assert enter_takedown(Home(home), wanted, []) == 1
    (known,) = takedowns(Home(home))
    turned = _Turned(**dict(known))
    assert widen_takedown(Home(home), turned, Matches(quotes=["b"])) == 1
    assert enter_takedown(Home(home), wanted, []) == 1
    assert [each.matches.quotes for each in takedowns(Home(home))] == [["b"]]
