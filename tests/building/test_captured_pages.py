"""Pages as they were captured: kept if asked for, beside their database, and never past a wish."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import sys
import zlib
from contextlib import closing
from pathlib import Path

import forked
import pytest
from commands import verdicts
from db_home import ALDER, BIRCH, CEDAR, MONDAY, TUESDAY, WEDNESDAY, page, store
from takedown_home import AHEAD, NOW, PAGES, QUOTE, REASON, TAKEN_PAGE

from db import BuildReport, build, check, status
from schema.published import PAGES_ID

SAID = "Alder Désk in row 1"
"""Words of pages with Alder; the first of the three pages alone has Birch beside it."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with three pages whose captures are kept."""
    monkeypatch.setenv("VERDICTS_NOW", NOW)
    store(tmp_path / "home", PAGES)
    kept(tmp_path / "home")
    return tmp_path / "home"


def kept(home: Path, *, pages: bool | None = True) -> BuildReport:
    return build(home, workers=1, pages=pages, accept_loss=True)


def files(home: Path) -> list[Path]:
    return sorted((home / "public").rglob("*.pages"))


def current(home: Path) -> Path:
    return (home / "public" / "current.db").resolve()


def shown(path: Path) -> dict[int, str]:
    """What the file of pages beside a database shows, by capture."""
    with closing(sqlite3.connect(path.with_suffix(".pages"))) as db:
        sql = "SELECT capture_id, html FROM captured JOIN inert ON inert.id = inert_id"
        return {number: zlib.decompress(html).decode() for number, html in db.execute(sql)}


def is_there(home: Path, words: str) -> bool:
    """Whether any byte of the public folder, packed or not, is of these words."""
    packed = {text for path in files(home) for text in every(path)}
    plain = [path.read_bytes() for path in (home / "public").rglob("*") if path.is_file()]
    return any(words in text for text in packed) or any(words.encode() in each for each in plain)


def every(path: Path) -> list[str]:
    """What a file of pages holds, shown or not."""
    with closing(sqlite3.connect(path)) as db:
        return [zlib.decompress(html).decode() for (html,) in db.execute("SELECT html FROM inert")]


def take_down(home: Path, what: str) -> None:
    done = verdicts("takedown", "add", what, "--reason", REASON, "--home", home, VERDICTS_NOW=NOW)
    assert done.returncode == 0, done.stderr


def manifest(path: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(path.with_suffix(".json").read_text())
    return found


def test_no_page_is_kept_unless_it_is_asked_for(home: Path, tmp_path: Path) -> None:
    store(tmp_path / "other", PAGES)
    assert build(tmp_path / "other", workers=1).pages is None
    assert files(tmp_path / "other") == []
    assert [path.name for path in files(home)] == [current(home).with_suffix(".pages").name]


def test_the_page_is_shown_with_its_words_and_without_what_it_would_do(home: Path) -> None:
    pages = shown(current(home))
    assert len(pages) == 3 and SAID in pages[1] and "Weekly AI Tool Verdicts" in pages[1]
    assert "Best for" in pages[1] and "<td>" in pages[1] and "<title" not in pages[1]


def test_what_was_asked_for_once_holds_until_it_is_taken_back(home: Path) -> None:
    store(home, [page(ALDER, BIRCH, at=TUESDAY)])
    before, report = current(home), kept(home, pages=None)
    assert report.is_new and report.pages and report.pages.captures == 4
    assert len(files(home)) == 2
    assert not kept(home, pages=False).is_new
    assert [path.stem for path in files(home)] == [before.stem]
    assert "pages" not in manifest(current(home))
    assert kept(home, pages=None).pages is None
    report = kept(home)
    assert report.pages and not report.is_new and len(files(home)) == 2
    assert check(home) == []


def test_the_command_says_how_many_there_are_and_status_how_large(home: Path) -> None:
    told = json.loads(verdicts("build", "--pages", "--home", home, "--json").stdout)["pages"]
    assert told["captures"] == 3 and told["size"] == files(home)[0].stat().st_size
    assert "captures" in verdicts("build", "--home", home).stdout
    assert status(home)["published"]["pages"] == {"captures": 3, "size": told["size"]}


def test_the_same_archive_gives_the_same_bytes_grown_or_at_once(home: Path) -> None:
    store(home, [page(ALDER, BIRCH, at=TUESDAY), page(ALDER, CEDAR, head="<meta name=a>")])
    kept(home)
    other = home.with_name("other")
    shutil.copytree(home, other, symlinks=True)
    for folder in ("public", "records"):
        shutil.rmtree(other / folder)
    assert build(other, workers=2, pages=True).pages == kept(home).pages
    assert current(home).with_suffix(".pages").read_bytes() == (
        current(other).with_suffix(".pages").read_bytes()
    )


def test_a_page_in_the_file_before_is_not_read_again(home: Path) -> None:
    store(home, [page(BIRCH, CEDAR, at=TUESDAY, head="<meta name=a>")])
    old = files(home)[0]
    old.chmod(0o600)
    with closing(sqlite3.connect(old)) as db:
        db.execute("UPDATE inert SET html = ?, size = 4", (zlib.compress(b"mark"),))
        db.commit()
    path = current(home).with_suffix(".json")
    told = json.loads(path.read_text())
    data = old.read_bytes()
    told["pages"] |= {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    path.write_text(json.dumps(told))
    kept(home)
    assert [*shown(current(home)).values()].count("mark") == 3


@pytest.mark.parametrize(
    ("said", "is_shown"),
    [
        ("noarchive", False),
        ("nosnippet", False),
        ("max-snippet:0", False),
        ("unavailable_after: 2026-11-01T00:00:00Z", False),
        ("unavailable_after: 2036-11-01T00:00:00Z", True),
        ("noai", True),
        ("noindex", True),
    ],
)
def test_a_page_whose_publisher_wants_no_copy_is_not_in_the_file(
    tmp_path: Path, said: str, is_shown: bool
) -> None:
    home = tmp_path / "home"
    store(home, [page(ALDER, BIRCH, headers={"X-Robots-Tag": said}), page(BIRCH, CEDAR)])
    report = kept(home)
    assert is_there(home, "Alder Désk in row 1") == is_shown
    assert report.pages is not None and report.pages.captures == 1 + is_shown
    assert sum(report.pages.left_out.values()) == 1 - is_shown


def test_a_part_that_is_not_to_be_quoted_withholds_the_page(tmp_path: Path) -> None:
    home = tmp_path / "home"
    end = "<p data-nosnippet>Something of ours</p></body></html>"
    store(home, [page(ALDER, BIRCH, end=end), page(BIRCH, CEDAR)])
    kept(home)
    assert not is_there(home, "Something of ours") and len(shown(current(home))) == 1


def test_a_wish_that_is_taken_back_holds_for_the_answers_that_said_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for at, head in ((MONDAY, ""), (TUESDAY, "<meta name=robots content=noarchive>")):
        store(home, [page(ALDER, BIRCH, at=at, head=head)])
    kept(home)
    assert shown(current(home)) == {}  # what the address asks for now holds for all it showed
    store(home, [page(ALDER, BIRCH, at=WEDNESDAY, head="<meta name=b>")])
    kept(home)
    assert [*shown(current(home))] == [1, 3]


def test_a_take_down_takes_the_file_with_its_database_and_the_next_lacks_the_page(
    home: Path,
) -> None:
    old = current(home)
    take_down(home, TAKEN_PAGE)
    assert not old.exists() and files(home) == []
    assert json.loads(old.with_suffix(".withdrawn.json").read_text())["has_pages"]
    report = kept(home, pages=None)
    assert report.pages is not None and report.pages.captures == 2
    assert [*shown(current(home))] == [2, 3] and check(home) == []


def test_a_page_that_shows_a_quote_that_was_taken_down_is_not_shown(home: Path) -> None:
    take_down(home, QUOTE)
    report = kept(home, pages=None)
    assert [*shown(current(home))] == [3] and not is_there(home, QUOTE)
    assert report.pages and report.pages.left_out == {
        "it shows what was taken down, or names it": 2
    }


def test_a_page_that_names_what_was_taken_down_is_not_shown(tmp_path: Path) -> None:
    home = tmp_path / "home"
    end = "<a href='/compare/alder-vs-birch'>See also</a></body></html>"
    store(home, [page(ALDER, BIRCH), page(ALDER, CEDAR), page(BIRCH, CEDAR, end=end)])
    kept(home)
    take_down(home, TAKEN_PAGE)
    kept(home, pages=None)
    assert [*shown(current(home))] == [2] and not is_there(home, "alder-vs-birch'")


def test_a_take_down_that_leaves_the_database_takes_the_file_all_the_same(home: Path) -> None:
    path = current(home)
    copy = home / "public" / "kept" / "copy.sqlite"
    copy.parent.mkdir()
    shutil.copyfile(files(home)[0], copy)
    take_down(home, AHEAD)
    assert path.exists() and files(home) == [] and not copy.exists()
    assert check(home) == []  # the manifest says that it was withdrawn
    report = kept(home, pages=None)
    assert report.pages and report.pages.captures == 3 and len(files(home)) == 1


def test_prune_lets_a_database_and_its_pages_go_together(home: Path) -> None:
    for day in (5, 6, 7):
        store(home, [page(ALDER, BIRCH, at=f"2026-11-{day:02}T12:00:00Z")])
        kept(home)
    done = verdicts("prune", "--keep", "2", "--home", home, VERDICTS_NOW=NOW)
    assert done.returncode == 0, done.stderr
    left = sorted((home / "public").glob("verdicts-*.db"))
    assert len(left) == 2 and [path.with_suffix(".pages") for path in left] == files(home)
    assert check(home) == []


def flip(path: Path) -> None:
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(data)


def test_a_damaged_or_lost_file_is_told_and_made_again(home: Path) -> None:
    path = files(home)[0]
    sound = path.read_bytes()
    for spoil in (flip, Path.unlink):
        spoil(path)
        assert [each.where for each in check(home)] == [path.name]
        assert kept(home, pages=None).is_new is False
        assert path.read_bytes() == sound and check(home) == []


KILLED = """
import importlib, os, signal, sys
from pathlib import Path
from db import build
home, name, when = sys.argv[1:]
module, _, function = name.rpartition(".")
module = importlib.import_module(module)
real = getattr(module, function)
def killed(*given, **named):
    result = real(*given, **named) if when == "after" else None
    os.kill(os.getpid(), signal.SIGKILL)
setattr(module, function, killed)
build(Path(home), workers=1, pages=True)
"""


@pytest.mark.parametrize(
    ("name", "when"),
    [
        ("db.captured.keep.put_in_place", "before"),
        ("db.captured.keep.put_in_place", "after"),
        ("db.publish.publish.write_record", "after"),
        ("db.publish.publish.put_in_place", "after"),
        ("db.publish.publish.point", "after"),
    ],
)
def test_a_build_killed_between_pages_and_database_leaves_a_sound_home(
    home: Path, name: str, when: str
) -> None:
    before = current(home)
    store(home, [page(ALDER, BIRCH, at=TUESDAY)])
    done = forked.run(
        [sys.executable, "-c", KILLED, home, name, when],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    is_over = (name, when) == ("db.publish.publish.point", "after")
    assert (current(home) == before) != is_over
    assert len(shown(current(home))) == 3 + is_over
    # What was left half made is no danger: a take-down finds it, a build makes it right.
    assert kept(home).pages and check(home) == []
    assert {path.stem for path in files(home)} == {before.stem, current(home).stem}
    assert not list((home / "public").glob(".*"))


def test_a_file_that_a_killed_build_left_goes_with_a_take_down(home: Path) -> None:
    stray = home / "public" / "verdicts-0123456789abcdef.pages"
    shutil.copyfile(files(home)[0], stray)
    os.unlink(files(home)[1 if files(home)[0] == stray else 0])
    take_down(home, TAKEN_PAGE)
    assert files(home) == []


def test_a_backup_holds_the_file_and_lets_go_of_one_that_was_withdrawn(home: Path) -> None:
    place = home.with_name("backup")

    def backed_up() -> list[Path]:
        done = verdicts("backup", "--to", place, "--home", home, VERDICTS_NOW=NOW)
        assert done.returncode == 0, done.stderr
        marked = PAGES_ID.to_bytes(4, "big")
        copies = (path for path in sorted(place.rglob("*")) if path.is_file())
        return [path for path in copies if path.read_bytes()[68:72] == marked]

    assert len(backed_up()) == 1
    take_down(home, AHEAD)
    assert backed_up() == []
