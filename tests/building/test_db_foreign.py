"""What build, status and check say, and mend, where something else lies among published files."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from db_home import ALDER, BIRCH, CEDAR, page, store

from archive import Home
from db import build
from db.check import check
from db.status import status
from db.takedown.withdraw import take_down
from schema.errors import BuildError, LossError

ODD = "a?b#c%41 d ü😀%zz&mode=rw;%2F"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    store(home, [page(ALDER, BIRCH), page(ALDER, CEDAR)])
    build(home, workers=1)
    return home


def current(home: Path) -> Path:
    return home / "public" / "current.db"


def text(path: Path) -> None:
    path.write_text("This is a letter, not a database.\n")


def empty(path: Path) -> None:
    path.touch()


def other(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE comparison (site TEXT)")
    conn.close()


def folder(path: Path) -> None:
    path.mkdir()
    (path / "letter.txt").touch()


FOREIGN = [text, empty, other, folder]


def remove(path: Path) -> None:
    path.chmod(0o644)
    path.unlink()


def test_a_home_may_lie_at_any_path(tmp_path: Path) -> None:
    home = tmp_path / ODD / "home"
    store(home, [page(ALDER, BIRCH)])
    assert build(home, workers=1).comparisons == 1
    assert check(home, deep=True) == []
    assert status(home)["published"]["rows"]["comparison"] == 1


@pytest.mark.parametrize("make", FOREIGN)
def test_something_in_the_links_place_is_named_and_left_alone(
    home: Path, make: Callable[[Path], None]
) -> None:
    current(home).unlink()
    make(current(home))
    for command in (build, status):
        with pytest.raises(BuildError, match=r"current\.db: not the link.* move it away"):
            command(home)
    assert [found.where for found in check(home)] == ["current.db"]
    assert current(home).exists() and not current(home).is_symlink()


@pytest.mark.parametrize("make", FOREIGN)
def test_something_that_the_link_points_to_is_named_and_replaced_if_told(
    home: Path, make: Callable[[Path], None]
) -> None:
    named = build(home, workers=1).path
    stranger = home / "public" / "stranger.db"
    make(stranger)
    current(home).unlink()
    current(home).symlink_to(stranger.name)
    with pytest.raises(BuildError, match=r"stranger\.json: the manifest is missing"):
        status(home)
    assert any("stranger.db, which no build published" in found.what for found in check(home))
    with pytest.raises(BuildError, match=r"stranger\.db: not readable.*--accept-loss"):
        build(home, workers=1)
    assert build(home, workers=1, accept_loss=True).path == named
    assert (check(home), stranger.exists()) == ([], True)


@pytest.mark.parametrize("make", [text, empty, other])
def test_a_published_file_that_was_overwritten_is_made_again(
    home: Path, make: Callable[[Path], None]
) -> None:
    named = build(home, workers=1).path
    sound = named.read_bytes()
    remove(named)
    make(named)
    with pytest.raises(BuildError, match="not the file that its manifest describes"):
        status(home)
    assert [found.where for found in check(home)][:1] == [named.name]
    assert build(home, workers=1).path == named
    assert named.read_bytes() == sound
    assert check(home) == []


def test_a_folder_with_a_published_name_is_named(home: Path) -> None:
    named = build(home, workers=1).path
    remove(named)
    folder(named)
    assert [found.what for found in check(home)] == ["it is not a file; move it away"]
    for accept_loss in (False, True):
        with pytest.raises(BuildError, match=f"{named.name}: a folder in the place"):
            build(home, workers=1, accept_loss=accept_loss)
    shutil.rmtree(named)
    build(home, workers=1)
    assert check(home) == []


def test_a_flipped_bit_in_the_published_file_is_mended_by_a_build(home: Path) -> None:
    named = build(home, workers=1).path
    sound = named.read_bytes()
    named.chmod(0o644)
    named.write_bytes(sound[:9000] + bytes([sound[9000] ^ 1]) + sound[9001:])
    assert [found.where for found in check(home)]
    assert build(home, workers=1).is_new
    assert (named.read_bytes(), check(home)) == (sound, [])


@pytest.mark.parametrize("left", [None, b"", b"{}"])
def test_a_lost_manifest_is_made_again_and_nothing_else(home: Path, left: bytes | None) -> None:
    named = build(home, workers=1).path
    manifest = named.with_suffix(".json")
    before, inode = manifest.read_bytes(), named.stat().st_ino
    manifest.unlink() if left is None else manifest.write_bytes(left)
    with pytest.raises(BuildError, match="`verdicts build` makes it again"):
        status(home)
    assert [found.what for found in check(home)] == [
        "its manifest is missing or cannot be read; build makes it again"
    ]
    report = build(home, workers=1)
    assert (report.is_new, report.path, named.stat().st_ino) == (False, named, inode)
    assert manifest.read_bytes() == before
    assert check(home) == []


@pytest.mark.parametrize("is_one_taken_down", [False, True])
def test_a_lost_manifest_hides_no_loss(
    home: Path, monkeypatch: pytest.MonkeyPatch, is_one_taken_down: bool
) -> None:
    monkeypatch.setattr("db.publish.loss.LOSS_ROWS", 1)
    if is_one_taken_down:
        take_down(Home(home), "alder-vs-birch", reason="asked by its maker")
    build(home, workers=1).path.with_suffix(".json").unlink()
    (segment,) = (home / "warc").glob("*.gz")
    for record in (home / "records").iterdir():
        record.unlink()
    segment.chmod(0o644)
    segment.write_bytes(segment.read_bytes()[:-2000])
    with pytest.raises(LossError, match="rows of comparison would be left"):
        build(home, workers=1)
