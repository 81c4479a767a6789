"""What a user may rely on when the machine gives too little, or wants the command to end."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from glob import glob
from pathlib import Path

import forked
import pytest
from commands import verdicts
from crawl_site import Site

from verdicts.sample import expected, pages

URL = next(page["url"] for page in expected()["pages"] if page["kind"] == "comparison")
BODY = next(page.body for page in pages() if URL.endswith(page.path) and page.path != "/")
PROGRESS = re.compile("(?:fetched|looked at|read|write): [0-9]")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one page, published, and beside it the file that the page came from."""
    home, page = tmp_path / "home", tmp_path / "page.html"
    page.write_bytes(BODY)
    taken = verdicts("import", page, "--site", "sample", "--date", "2026-10-05", "--home", home)
    assert taken.returncode == 0, taken.stderr
    assert verdicts("build", "--home", home).returncode == 0
    return home


UNWRITABLE = "mount --bind '{0}' '{0}' && mount -o remount,bind,ro '{0}'"


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root to mount")
@pytest.mark.parametrize("command", ["crawl", "import"])
def test_a_ledger_that_cannot_be_written_is_told_before_anything_is_asked(
    home: Path, site: Site, command: str
) -> None:
    what = {
        "crawl": [site.base + "/", "--site", "sample", "--allow-private", "--delay", "0"],
        "import": [str(home.parent / "page.html")],
    }[command]
    ended = subprocess.run(
        [
            "unshare",
            "--mount",
            "sh",
            "-c",
            UNWRITABLE.format(home / "ledger.db") + ' && exec "$@"',
            "sh",
            sys.executable,
            "-m",
            "verdicts",
            command,
            *what,
            "--home",
            str(home),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (30, 1), ended.stderr
    assert ended.stderr.startswith(f"verdicts: {home / 'ledger.db'}: ")
    assert not site.asked


def test_a_ledger_harmed_in_an_index_alone_is_refused(home: Path) -> None:
    path = home / "ledger.db"
    with closing(sqlite3.connect(path)) as db:
        (body,) = db.execute("SELECT body_sha256 FROM capture").fetchone()
    data = bytearray(path.read_bytes())
    places = [found.start() for found in re.finditer(body.encode(), data)]
    for at in places:  # one is the row's, the other the index's
        harmed = data.copy()
        harmed[at] ^= 1
        path.write_bytes(harmed)
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        result = verdicts("import", home.parent / "page.html", "--home", home)
        assert (result.returncode, "ledger.db: not a sound ledger" in result.stderr) == (40, True)
        assert path.read_bytes() == harmed
    assert len(places) > 1


@pytest.mark.parametrize(
    ("command", "floor", "code"),
    [
        ("build", "999999999", 30),
        ("import", "999999999", 30),
        ("import", "0", 0),
        ("import", "few", 2),
        ("build", "-1", 2),
    ],
)
def test_a_disk_with_less_room_than_the_floor_is_not_filled_further(
    home: Path, command: str, floor: str, code: int
) -> None:
    what = [home.parent / "page.html", "--date", "2026-10-06"]
    if command == "build":
        verdicts("import", *what, "--home", home)
        what = []
    before = sorted(home.glob("*/*"))
    result = verdicts(command, *what, "--home", home, VERDICTS_MIN_FREE_MIB=floor)
    assert result.returncode == code, result.stderr
    if code:
        assert "VERDICTS_MIN_FREE_MIB" in result.stderr
        assert result.stderr.count("\n") == 1
        assert sorted(home.glob("*/*")) == before
    assert verdicts(command, *what, "--home", home).returncode == 0


HANDLES = (6, 8, 12, 14, 18)


@pytest.mark.parametrize("command", ["crawl", "import", "build"])
def test_without_file_handles_a_command_stops_with_one_sentence_and_is_taken_up(
    home: Path, site: Site, command: str
) -> None:
    what = {
        "crawl": [site.base + "/", "--site", "sample", "--allow-private", "--delay", "0"],
        "import": [home.parent / "page.html", "--date", "2026-10-06"],
        "build": [],
    }[command]
    codes = []
    for handles in HANDLES:
        if command == "build":
            for path in (*(home / "records").iterdir(), *(home / "public").iterdir()):
                path.unlink()
        result = subprocess.run(
            [
                "sh",
                "-c",
                f'ulimit -n {handles} && exec "$@"',
                "sh",
                sys.executable,
                "-m",
                "verdicts",
                command,
                *map(str, what),
                "--home",
                str(home),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        codes.append(result.returncode)
        told = [line for line in result.stderr.splitlines() if not PROGRESS.match(line)]
        if result.returncode:
            assert (result.returncode, len(told)) == (20, 1), result.stderr
            assert "no further file can be opened" in told[0]
    assert codes[0] == 20
    assert verdicts(command, *what, "--home", home).returncode == 0
    assert verdicts("check", "--deep", "--home", home).returncode == 0


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Saved pages enough to keep an import at work for a while."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(200):
        (folder / f"{number}.html").write_bytes(BODY.replace(b"</body>", b"<!--%d-->" % number))
    return folder


def ended_by_sigterm(process: forked.Popen[str], begun: Callable[[], object]) -> str:
    """What a process said that got a SIGTERM once it had begun; it must end with 20."""
    while not begun():
        assert process.poll() is None
        time.sleep(0.005)
    process.terminate()
    _, told = process.communicate(timeout=60)
    assert process.returncode == 20, told
    return "".join(line for line in told.splitlines() if not PROGRESS.match(line))


def begin(*arguments: str | Path) -> forked.Popen[str]:
    return forked.Popen(
        [sys.executable, "-m", "verdicts", *map(str, arguments)],
        stdout=forked.PIPE,
        stderr=forked.PIPE,
        text=True,
    )


STOPPED = "verdicts: stopped; the same command can be given again"


def test_sigterm_ends_an_import_and_a_build_with_a_sentence_and_nothing_half_made(
    tmp_path: Path, many: Path
) -> None:
    home, taking = tmp_path / "home", ("import", many, "--site", "sample", "--home")
    with begin(*taking, home) as process:
        assert process.stderr is not None
        assert ended_by_sigterm(process, process.stderr.readline) == STOPPED
    assert verdicts(*taking, home).returncode == 0
    assert verdicts("check", "--deep", "--home", home).returncode == 0
    for begun in ("records/*", "public/.candidate.db"):
        with begin("build", "--home", home) as process:
            found = partial(glob, begun, root_dir=home)
            assert ended_by_sigterm(process, found) == STOPPED
        assert not any((home / "public").iterdir())
    assert verdicts("build", "--home", home).returncode == 0
    assert verdicts("check", "--home", home).returncode == 0


WRAPPED = """
import os, signal
from pydantic import BaseModel, field_serializer
from verdicts import boundary, cli

class Line(BaseModel):
    text: str = "any"

    @field_serializer("text")
    def stop_here(self, text: str) -> str:
        os.kill(os.getpid(), signal.SIGNAL)
        return text

cli.cli.main = lambda **given: Line().model_dump_json()
boundary.main(["status"])
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_that_a_library_makes_its_own_error_of_is_still_a_stop(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WRAPPED.replace("SIGNAL", name)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr.strip()) == (20, STOPPED)
