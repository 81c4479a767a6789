"""A server never shows what was taken down, whatever became of the file that it has open."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import verdicts
from db_home import ALDER, BIRCH, TUESDAY, page, store
from takedown_home import NOW, REASON, TAKEN_PAGE, build, built, tombstones
from web_server import Server, serving

SHOWN = ("/", "/compare/alder-vs-birch", "/verdicts/quote.json", "/search?q=laptop")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return built(tmp_path / "home", monkeypatch)


def current(home: Path) -> Path:
    return (home / "public" / "current.db").resolve()


def take_down(home: Path) -> None:
    done = verdicts("takedown", "add", TAKEN_PAGE, "--reason", REASON, "--home", home)
    assert done.returncode == 0, done.stderr


def require_silent(server: Server) -> str:
    """Nothing is shown at any address; gives what is said instead."""
    for path in SHOWN:
        answer = server.ask(path)
        assert answer.status == 503 and answer.headers["cache-control"] == "no-store", path
        assert "laptop" not in answer.text and "Alder" not in answer.text
    return server.ask("/").text


def unlinked(home: Path) -> None:
    current(home).unlink()


def replaced(home: Path) -> None:
    other = home / "public" / "other.db"
    shutil.copyfile(current(home), other)
    other.rename(current(home))


def moved(home: Path) -> None:
    home.rename(home.with_name("elsewhere"))


def folder_moved(home: Path) -> None:
    (home / "public").rename(home / "earlier")


@pytest.mark.parametrize("lose", [unlinked, replaced, moved, folder_moved])
def test_a_file_that_lost_its_place_is_not_shown_any_more(
    home: Path, lose: Callable[[Path], None]
) -> None:
    with serving(current(home)) as server:
        assert "laptop" in server.ask("/compare/alder-vs-birch").text
        lose(home)
        assert "left its place" in require_silent(server)
        assert server.printed().count("left its place") == 1


def test_a_take_down_in_a_home_that_was_moved_reaches_the_old_server(home: Path) -> None:
    link = home / "public" / "current.db"
    with serving(link) as server:
        assert server.ask("/compare/alder-vs-birch").status == 200
        there = home.with_name("elsewhere")
        home.rename(there)
        take_down(there)
        require_silent(server)
        shutil.copytree(there, home, symlinks=True)  # the tombstone comes with it
        assert REASON in require_silent(server)


def test_an_edition_that_is_no_longer_current_is_silenced_too(home: Path) -> None:
    old = current(home)
    with serving(home / "public" / "current.db") as server:
        store(home, [page(ALDER, BIRCH, at=TUESDAY)])
        assert build(home).path != old
        assert server.ask("/compare/alder-vs-birch").status == 200
        take_down(home)
        assert REASON in require_silent(server)


def editions(home: Path) -> list[Path]:
    """The current edition and two older ones, the oldest first."""
    old = [current(home)]
    for day in (3, 5):
        store(home, [page(ALDER, BIRCH, at=f"2026-11-{day:02}T12:00:00Z")])
        old.append(build(home).path)
    for age, path in enumerate(reversed(old)):
        os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))
    return old


def pruned(home: Path) -> None:
    done = verdicts("prune", "--keep", "1", "--home", home, VERDICTS_NOW=NOW)
    assert done.returncode == 0, done.stderr


def test_prune_leaves_a_database_and_its_manifest_while_a_server_shows_it(home: Path) -> None:
    served, unserved, newest = editions(home)
    with serving(served) as server:
        told = verdicts("prune", "--keep", "1", "--dry-run", "--home", home)
        assert unserved.name in told.stdout and served.name not in told.stdout
        pruned(home)
        assert served.exists() and served.with_suffix(".json").exists()
        assert newest.exists() and not unserved.exists()
        assert server.ask("/compare/alder-vs-birch").status == 200
        take_down(home)
        assert REASON in require_silent(server)
        assert served.with_suffix(".withdrawn.json") in tombstones(home)


def test_prune_removes_it_once_the_server_has_ended(home: Path) -> None:
    served, _, newest = editions(home)
    with serving(served):
        pruned(home)
    pruned(home)
    left = {path.name for path in (home / "public").iterdir()}
    assert left == {"current.db", newest.name, newest.with_suffix(".json").name}
