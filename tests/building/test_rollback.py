"""Back to an edition published before, and what a build does then."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from commands import verdicts
from db_home import ALDER, BIRCH, CEDAR, page, store
from takedown_home import NOW, REASON, TAKEN_PAGE, build
from web_editions import until
from web_server import serving

from archive import Home
from db import roll_back
from db.check import check
from db.takedown.withdraw import take_down
from schema.errors import LockedError, StartError
from schema.published import manifest_path
from web import NotServableError, require_servable

FIRST = [page(ALDER, BIRCH)]
SECOND = [page(ALDER, CEDAR)]
THIRD = [page(BIRCH, CEDAR)]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VERDICTS_NOW", NOW)
    return tmp_path / "home"


def published(home: Path, *stored: list[object]) -> list[Path]:
    """An edition for each crawl, the oldest first."""
    made = []
    for age, pages in enumerate(stored):
        store(home, pages)  # type: ignore[arg-type]
        made.append(build(home).path)
        at = 1_700_000_000 + age
        os.utime(made[-1], (at, at))
    assert len(set(made)) == len(made)
    return made


def current(home: Path) -> Path:
    return (home / "public" / "current.db").resolve()


def back(home: Path, to: str | None = None) -> str:
    return roll_back(Home(home), to, require=require_servable).shown


def test_it_shows_the_edition_before_and_each_time_one_earlier(home: Path) -> None:
    first, second, third = published(home, FIRST, SECOND, THIRD)
    assert back(home) == second.name and current(home) == second
    assert back(home) == first.name and current(home) == first
    with pytest.raises(StartError, match="no edition before this one stands"):
        back(home)
    assert current(home) == first and third.exists()
    assert check(home, deep=True) == []


def test_after_it_a_build_with_nothing_new_leaves_the_older_edition(home: Path) -> None:
    first, second = published(home, FIRST, SECOND)
    back(home)
    for _ in range(2):
        report = build(home)
        assert (report.path, report.is_new, report.set_aside) == (first, False, second.name)
    (home / "records" / "staging.db").unlink()  # made anew, it is the same
    assert build(home).path == first == current(home)
    assert check(home, deep=True) == []


def test_after_it_whatever_is_new_is_published_and_the_next_step_back_leaves_the_bad_out(
    home: Path,
) -> None:
    first, second = published(home, FIRST, SECOND)
    back(home)
    build(home)
    (third,) = published(home, THIRD)
    os.utime(third, (1_700_000_009, 1_700_000_009))
    assert current(home) == third not in (first, second)
    assert build(home).set_aside is None
    assert back(home) == first.name


def test_what_is_published_after_it_is_the_same_as_without_it(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    published(home, FIRST, SECOND)
    back(home)
    build(home)
    (with_it,) = published(home, THIRD)
    other = tmp_path_factory.mktemp("other") / "home"
    assert published(other, FIRST, SECOND, THIRD)[-1].read_bytes() == with_it.read_bytes()


def test_a_newer_edition_can_be_gone_to_by_its_name_and_is_then_published_as_ever(
    home: Path,
) -> None:
    first, second = published(home, FIRST, SECOND)
    back(home)
    assert back(home, second.stem) == second.name and current(home) == second
    assert json.loads(manifest_path(second).read_text()).get("set_aside_at") is None
    assert json.loads(manifest_path(first).read_text()).get("set_aside_at") is None
    assert build(home).path == second
    assert back(home, second.name) == second.name, "there already"


def test_where_there_is_no_way_back_nothing_is_moved(home: Path) -> None:
    with pytest.raises(StartError, match="nothing is published"):
        back(home)
    assert not home.exists()
    (only,) = published(home, FIRST)
    for to, said in ((None, "no edition before"), ("verdicts-0", only.name), ("../ledger", "no ")):
        with pytest.raises(StartError, match=said):
            back(home, to)
    with Home(home).lock("build"), pytest.raises(LockedError):
        back(home, only.name)
    assert current(home) == only


def test_an_edition_that_shows_what_was_taken_down_is_not_gone_back_to(home: Path) -> None:
    first, second = published(home, FIRST, SECOND)
    kept = [(path, path.read_bytes()) for path in (first, manifest_path(first))]
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    with pytest.raises(StartError, match=f"{first.name}: withdrawn on {NOW}: {REASON}"):
        back(home, first.name)
    third = build(home).path
    with pytest.raises(StartError, match="no edition before"):
        back(home)
    for path, data in kept:  # as from a copy, without its tombstone
        path.write_bytes(data)
        path.with_suffix(".withdrawn.json").unlink(missing_ok=True)
    with pytest.raises(NotServableError, match=REASON):
        roll_back(Home(home), first.name, require=require_servable, is_dry=True)
    with pytest.raises(StartError, match="withdrawn"):
        back(home, first.name)
    assert current(home) == third and not first.exists() and not second.exists()


def test_after_a_take_down_an_older_edition_without_it_can_be_shown_at_once(home: Path) -> None:
    first, second = published(home, SECOND, FIRST)
    take_down(Home(home), TAKEN_PAGE, reason=REASON)
    assert not second.exists()
    assert back(home) == first.name and current(home) == first
    built = build(home)
    assert built.is_new and current(home) == built.path != first


def test_an_edition_that_cannot_be_served_is_not_gone_back_to(home: Path) -> None:
    first, second = published(home, FIRST, SECOND)
    first.chmod(0o644)
    first.write_bytes(first.read_bytes()[:20_000])
    os.utime(first, (1_700_000_000, 1_700_000_000))
    done = verdicts("rollback", "--home", home)
    assert done.returncode == 30 and done.stderr.count("\n") == 1
    assert f"{first}: not a readable database" in done.stderr and "Traceback" not in done.stderr
    assert current(home) == second


def test_a_dry_run_says_what_would_be_shown_and_changes_nothing(home: Path) -> None:
    first, second = published(home, FIRST, SECOND)
    before = {path: path.stat().st_mtime_ns for path in (home / "public").iterdir()}
    done = verdicts("rollback", "--dry-run", "--home", home)
    assert done.stdout == (
        f"would show {first.name} (1 comparisons) in the place of {second.name} (2 comparisons)\n"
    )
    assert {path: path.stat().st_mtime_ns for path in (home / "public").iterdir()} == before
    assert os.readlink(home / "public" / "current.db") == second.name


def test_people_read_what_was_done_what_comes_next_and_what_a_build_leaves(home: Path) -> None:
    first, second = published(home, FIRST, SECOND)
    done = verdicts("rollback", "--home", home)
    assert done.stdout.startswith(f"shows {first.name}") and done.returncode == 0
    assert f"{second.name} is set aside" in done.stderr and "next: `verdicts build" in done.stderr
    published_now = json.loads(verdicts("status", "--json", "--home", home).stdout)["published"]
    assert (published_now["name"], published_now["set_aside"]) == (first.name, [second.name])
    built = verdicts("build", "--home", home)
    assert built.returncode == 0 and built.stdout.splitlines()[-1] == str(first)
    assert f"`verdicts rollback --to {second.name}` shows it again" in built.stderr
    told = json.loads(verdicts("rollback", "--to", second.name, "--json", "--home", home).stdout)
    assert (told["shown"], told["left"], told["is_set_aside"]) == (second.name, first.name, False)


@pytest.fixture
def two(home: Path) -> Iterator[Path]:
    published(home, FIRST, [*SECOND, page(replace(ALDER, slug="fir", name="Fir Ink"), BIRCH)])
    yield home


def test_a_running_server_goes_back_too(two: Path) -> None:
    with serving(two / "public" / "current.db") as server:
        assert server.ask("/tool/fir").status == 200
        back(two)
        until(lambda: server.ask("/tool/fir").status == 404)
        assert server.ask("/compare/alder-vs-birch").status == 200
        build(two)
        assert server.ask("/tool/fir").status == 404 and server.printed() == ""
