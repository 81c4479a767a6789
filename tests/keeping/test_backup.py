"""A backup gives back the home it was made of, whatever was killed, full or damaged meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tarfile
import time
from pathlib import Path

import forked
import pytest
from commands import verdicts
from old_home import CAPTURES, change, flip, in_own_mounts, old_home, present_home, strace, value

from verdicts.sample import serve_sample

FIRST, SECOND = (f"verdicts-sample-00000{number}.warc.gz" for number in (1, 2))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home that most tests begin with; it is copied and never changed."""
    return present_home(tmp_path_factory.mktemp("made") / "home")


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "home", symlinks=True))


def files(folder: Path) -> dict[str, bytes]:
    """What a home holds that a backup must give back; the ledger by its rows."""
    found = {
        str(path.relative_to(folder)): path.read_bytes()
        for kind in ("warc", "public")
        for path in (folder / kind).glob("*")
        if path.name != "current.db"
    }
    return found | {
        "current": os.readlink(folder / "public" / "current.db").encode(),
        "captures": str(
            value(
                folder / "ledger.db",
                "SELECT group_concat(url || body_sha256 || offset) FROM capture",
            )
        ).encode(),
    }


def backed_up(home: Path, to: Path, *options: str) -> dict[str, object]:
    done = verdicts("backup", "--home", home, "--to", to, "--json", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def restored(source: Path, to: Path) -> Path:
    done = verdicts("restore", source, "--home", to, "--deep")
    assert done.returncode == 0, done.stdout + done.stderr
    return to


def copies(backup: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in (backup / "home").iterdir()}


@pytest.mark.parametrize("make", [present_home, old_home], ids=["present", "old"])
@pytest.mark.parametrize("name", ["folder", "file.tar"])
def test_a_restored_home_is_the_home_and_builds_on(tmp_path, name, make):
    home = make(tmp_path / "home")
    report = backed_up(home, tmp_path / name)
    assert (report["captures"], report["problems"]) == (CAPTURES, [])
    again = restored(tmp_path / name, tmp_path / "again")
    assert files(again) == files(home)
    assert not os.access(again / "warc" / FIRST, os.W_OK) or os.geteuid() == 0
    assert (again / "warc" / FIRST).stat().st_mode & 0o777 == 0o444
    assert verdicts("build", "--home", again).returncode == 0, "its edition told what fails"
    assert verdicts("check", "--home", again, "--deep").returncode == 0


def test_only_what_is_new_is_copied_again(home, tmp_path):
    to = tmp_path / "to"
    assert backed_up(home, to)["copied"] == 5
    before = copies(to)
    assert backed_up(home, to)["copied"] == 0
    assert copies(to) == before
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><title>One more</title><p>A page that came later.</p>")
    assert verdicts("import", page, "--home", home, "--site", "sample").returncode in (0, 10)
    assert backed_up(home, to)["copied"] == 2  # the new segment and the ledger
    kept = {name: inode for name, inode in before.items() if "ledger" not in name}
    assert kept.items() <= copies(to).items()
    assert len(copies(to)) == 6
    restored(to, tmp_path / "again")


def test_record_files_come_along_when_asked_for(home, tmp_path):
    backed_up(home, tmp_path / "to", "--records")
    again = restored(tmp_path / "to", tmp_path / "again")
    assert {path.name for path in (home / "records").iterdir()} == {
        path.name for path in (again / "records").iterdir()
    }


def test_a_backup_shares_no_file_with_its_home_and_a_restored_home_none_with_it(home, tmp_path):
    backed_up(home, tmp_path / "to", "--link")
    again = restored(tmp_path / "to", tmp_path / "again")
    shared = [
        {path.stat().st_ino for path in folder.rglob("*") if path.is_file()}
        for folder in (home, tmp_path / "to", again)
    ]
    assert len(set.union(*shared)) == sum(map(len, shared))


def test_an_open_segment_is_taken_up_to_what_the_ledger_knows(home, tmp_path):
    path = open_again(home)
    whole = path.read_bytes()
    with path.open("ab") as file:
        file.write(b"an exchange that was never acknowledged")
    backed_up(home, tmp_path / "to")
    again = restored(tmp_path / "to", tmp_path / "again")
    assert (again / "warc" / f"{SECOND}.open").read_bytes() == whole


@pytest.mark.parametrize("name", ["folder", "file.tar"])
def test_every_backup_made_beside_a_crawl_restores_whole(tmp_path, name):
    home, counts = tmp_path / "home", []
    with serve_sample() as address:
        crawl = forked.Popen(
            [
                sys.executable,
                "-m",
                "verdicts",
                "crawl",
                address,
                "--site",
                "sample",
                "--home",
                str(home),
                "--allow-private",
                "--delay",
                "0.2",
            ],
            stdout=forked.DEVNULL,
            stderr=forked.PIPE,
            text=True,
        )
        try:
            while crawl.poll() is None and len(counts) < 4:
                done = verdicts("backup", "--home", home, "--to", tmp_path / name, "--json")
                if done.returncode == 30 and not counts:
                    time.sleep(0.2)  # there is no ledger yet
                    continue
                assert done.returncode == 0, done.stdout + done.stderr
                counts.append(json.loads(done.stdout)["captures"])
                restored(tmp_path / name, tmp_path / f"again-{len(counts)}")
            assert crawl.poll() is None or len(counts) > 1
        finally:
            crawl.send_signal(signal.SIGTERM)
            error = crawl.communicate(timeout=60)[1]
    assert crawl.returncode in (0, 10, 20), error
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_a_backup_made_before_the_first_run_is_gone_on_with(home, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(home / "ledger.db", other)
    tables = ("attempt", "robots", "capture", "page", "segment", "run")
    change(other / "ledger.db", *(f"DELETE FROM {table}" for table in tables))
    assert backed_up(other, tmp_path / "to")["captures"] == 0
    assert backed_up(home, tmp_path / "to")["captures"] == CAPTURES


def killed(call: str, number: int, *arguments: str | Path) -> bool:
    """Kill `verdicts ...` as it makes one of its system calls; tells whether it came to that."""
    done = forked.run_traced(
        [*strace(), "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"],
        [sys.executable, "-m", "verdicts", *map(str, arguments)],
        stdout=forked.PIPE,
        stderr=forked.PIPE,
        text=True,
        timeout=120,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


POINTS = [
    ("fsync", 2),
    ("fsync", 5),
    ("fsync", 12),
    ("rename", 1),
    ("rename", 3),
    ("rename", 4),
    ("unlink", 1),
    ("unlink", 3),
    ("pwrite64", 1),
    ("pwrite64", 9),
]


@pytest.mark.parametrize("name", ["folder", "file.tar"])
def test_a_backup_killed_at_any_step_leaves_the_earlier_one_and_is_made_good(home, tmp_path, name):
    to, kills = tmp_path / name, 0
    backed_up(home, to)
    before = files(home)
    for number, (call, when) in enumerate(POINTS):
        change(home / "ledger.db", f"UPDATE run SET robots_state = 'now {number}' WHERE id = 1")
        (home / "public" / "note.json").write_text(str(number))
        if not killed(call, when, "backup", "--home", home, "--to", to):
            continue
        kills += 1
        again = restored(to, tmp_path / f"again-{number}")
        found = files(again)
        found.pop("public/note.json", None)
        assert found == before
        shutil.rmtree(again)
    assert kills >= 4
    backed_up(home, to)
    assert files(restored(to, tmp_path / "last")) == files(home)
    left = set(tmp_path.iterdir()) - {home, to, tmp_path / "last"}
    assert not left
    if to.is_dir():
        assert len(copies(to)) == 6


def test_a_restore_killed_at_any_step_is_no_home_and_is_taken_up(home, tmp_path):
    backed_up(home, tmp_path / "to")
    kills = 0
    for number, (call, when) in enumerate([*POINTS[1:-1], ("symlink", 1), ("rename", 7)]):
        again = tmp_path / f"again-{number}"
        if not killed(call, when, "restore", tmp_path / "to", "--home", again):
            shutil.rmtree(again)
            continue
        kills += 1
        assert not (again / "ledger.db").exists()
        done = verdicts("restore", tmp_path / "to", "--home", again)
        assert done.returncode == 0, done.stderr
        assert files(again) == files(home)
        assert not list(again.rglob("*.part"))
        shutil.rmtree(again)
    assert kills >= 5


def test_the_backup_of_a_damaged_home_says_so_and_keeps_the_sound_copy(home, tmp_path):
    to = tmp_path / "to"
    backed_up(home, to)
    (home / "warc" / FIRST).chmod(0o644)
    with (home / "warc" / FIRST).open("ab") as file:
        file.truncate(5000)
    (home / "warc" / SECOND).unlink()
    done = verdicts("backup", "--home", home, "--to", to)
    assert done.returncode == 40
    assert FIRST in done.stderr
    assert SECOND in done.stderr
    again = tmp_path / "again"
    done = verdicts("restore", to, "--home", again)
    assert done.returncode == 40  # it says again what was told of the home
    assert verdicts("check", "--home", again, "--deep").returncode == 0


OPENED = f"{SECOND}.open"


def open_again(home: Path, name: str = SECOND) -> Path:
    """Make a segment one that a killed crawl left open; gives its file."""
    change(
        home / "ledger.db", f"UPDATE segment SET is_sealed = 0, sha256 = NULL WHERE name = '{name}'"
    )
    path = home / "warc" / f"{name}.open"
    (home / "warc" / name).rename(path)
    path.chmod(0o644)
    return path


def damaged(home: Path, to: Path, tmp_path: Path, *words: str) -> Path:
    """Back up a home that is damaged, which must say so; gives what the backup restores."""
    done = verdicts("backup", "--home", home, "--to", to)
    assert done.returncode == 40, done.stdout + done.stderr
    for word in words:
        assert word in done.stderr
    shutil.rmtree(tmp_path / "again", ignore_errors=True)
    assert verdicts("restore", to, "--home", tmp_path / "again").returncode == 40
    return tmp_path / "again"


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 100)


HURT = [Path.unlink, cut, lambda path: flip(path, at=500)]
KINDS = pytest.mark.parametrize("hurt", HURT, ids=["missing", "shorter", "changed"])
PLACES = pytest.mark.parametrize("name", ["folder", "file.tar"])


def stamp_anew(path: Path) -> None:
    """Change the time in the head of a gzip member, which no check sum covers."""
    flip(path, at=4)


@PLACES
@pytest.mark.parametrize(
    "hurt", [*HURT, stamp_anew], ids=["missing", "shorter", "changed", "other"]
)
def test_a_damaged_open_segment_does_not_replace_its_sound_copy(home, tmp_path, hurt, name):
    path = open_again(home)
    whole = path.read_bytes()
    backed_up(home, tmp_path / name)
    hurt(path)
    for _ in range(2):
        again = damaged(home, tmp_path / name, tmp_path, OPENED, "holds a sound copy")
        assert (again / "warc" / OPENED).read_bytes() == whole
        assert verdicts("check", "--home", again, "--deep").returncode == 0


@PLACES
@KINDS
def test_a_damaged_sealed_segment_or_database_does_not_replace_its_sound_copy(
    home, tmp_path, hurt, name
):
    database = home / "public" / os.readlink(home / "public" / "current.db")
    before = files(home)
    backed_up(home, tmp_path / name)
    hurt(database)
    assert files(damaged(home, tmp_path / name, tmp_path, database.name)) == before
    hurt(home / "warc" / FIRST)
    if hurt is HURT[2] and name == "folder":
        return  # a sealed segment is read by `check --deep`, not by each backup
    assert files(damaged(home, tmp_path / name, tmp_path, FIRST, database.name)) == before


def test_a_published_database_that_is_gone_with_its_manifest_is_missed_while_it_is_current(
    home, tmp_path
):
    database = home / "public" / os.readlink(home / "public" / "current.db")
    before = files(home)
    backed_up(home, tmp_path / "to")
    database.unlink()
    database.with_suffix(".json").unlink()
    assert files(damaged(home, tmp_path / "to", tmp_path, database.name)) == before


@PLACES
def test_what_an_open_segment_gained_is_copied_only_where_it_is_whole(home, tmp_path, name):
    path = open_again(home)
    whole = path.read_bytes()
    shutil.copy(home / "ledger.db", tmp_path / "full.db")
    last = value(home / "ledger.db", "SELECT max(id) FROM capture WHERE segment_id = 2")
    at = value(home / "ledger.db", f"SELECT offset FROM capture WHERE id = {last}")
    change(
        home / "ledger.db",
        f"UPDATE segment SET length = {at} WHERE id = 2",
        f"DELETE FROM capture WHERE id = {last}",
    )
    backed_up(home, tmp_path / name)
    shutil.copy(tmp_path / "full.db", home / "ledger.db")
    flip(path)
    again = damaged(home, tmp_path / name, tmp_path, OPENED, "holds a sound copy")
    assert (again / "warc" / OPENED).read_bytes() == whole[:at]
    path.write_bytes(whole)
    change(home / "ledger.db", f"UPDATE capture SET offset = offset + 1 WHERE id = {last}")
    damaged(home, tmp_path / name, tmp_path, OPENED, "is not where the ledger says")
    shutil.copy(tmp_path / "full.db", home / "ledger.db")
    backed_up(home, tmp_path / name)
    again = restored(tmp_path / name, tmp_path / "well")
    assert (again / "warc" / OPENED).read_bytes() == whole


@PLACES
def test_a_segment_that_was_sealed_with_other_bytes_does_not_replace_its_sound_copy(
    home, tmp_path, name
):
    path = open_again(home)
    whole = path.read_bytes()
    backed_up(home, tmp_path / name)
    flip(path, at=500)
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><title>One more</title><p>A page that came later.</p>")
    assert verdicts("import", page, "--home", home, "--site", "sample").returncode in (0, 10)
    assert (home / "warc" / SECOND).exists()
    again = damaged(home, tmp_path / name, tmp_path, SECOND, "holds a sound copy")
    assert (again / "warc" / OPENED).read_bytes() == whole


@PLACES
@KINDS
def test_a_ledger_remade_without_lost_bytes_does_not_cost_the_backup_them(
    home, tmp_path, hurt, name
):
    whole = (home / "warc" / SECOND).read_bytes()
    backed_up(home, tmp_path / name)
    hurt(home / "warc" / SECOND)
    verdicts("check", "--rebuild-ledger", "--home", home)
    done = verdicts("backup", "--home", home, "--to", tmp_path / name)
    assert done.returncode == 30, done.stderr
    assert SECOND in done.stderr
    assert "new place" in done.stderr
    again = restored(tmp_path / name, tmp_path / "again")
    assert (again / "warc" / SECOND).read_bytes() == whole
    backed_up(home, tmp_path / "new")


@PLACES
@pytest.mark.parametrize("hurt", HURT[:2], ids=["missing", "shorter"])
def test_a_ledger_remade_after_lost_bytes_does_not_cost_the_backup_them(home, tmp_path, hurt, name):
    path = open_again(home)
    whole = path.read_bytes()
    backed_up(home, tmp_path / name)
    hurt(path)
    verdicts("check", "--rebuild-ledger", "--home", home)
    assert verdicts("backup", "--home", home, "--to", tmp_path / name).returncode == 30
    again = restored(tmp_path / name, tmp_path / "again")
    assert (again / "warc" / OPENED).read_bytes() == whole


@PLACES
@pytest.mark.parametrize("is_lost", [False, True])
def test_a_ledger_remade_with_all_bytes_goes_on_in_its_backup(home, tmp_path, name, is_lost):
    backed_up(home, tmp_path / name)
    if is_lost:
        (home / "ledger.db").unlink()
    assert verdicts("check", "--rebuild-ledger", "--home", home).returncode == 0
    backed_up(home, tmp_path / name)
    restored(tmp_path / name, tmp_path / "again")


@PLACES
@pytest.mark.parametrize("is_open", [False, True], ids=["sealed", "open"])
def test_what_a_take_down_erased_leaves_the_backup(home, tmp_path, is_open, name):
    if is_open:
        open_again(home, FIRST)
    backed_up(home, tmp_path / name)
    taken = verdicts(
        "takedown",
        "add",
        "https://sample.example/compare/alder-vs-birch",
        "--reason",
        "asked for",
        "--erase",
        "--home",
        home,
    )
    assert taken.returncode == 0, taken.stderr
    rewritten = (home / "warc" / FIRST).rename(tmp_path / "aside")
    again = damaged(home, tmp_path / name, tmp_path, FIRST)
    assert [path.name for path in (again / "warc").iterdir()] == [SECOND]
    shutil.copy(rewritten, home / "warc" / FIRST)
    backed_up(home, tmp_path / name)
    again = restored(tmp_path / name, tmp_path / "well")
    assert (again / "warc" / FIRST).read_bytes() == rewritten.read_bytes()
    assert len(list((again / "warc").iterdir())) == 2


@PLACES
def test_what_a_killed_backup_left_of_an_open_segment_goes_with_the_next(home, tmp_path, name):
    open_again(home)
    for when in (1, 2):
        assert killed("fsync", when, "backup", "--home", home, "--to", tmp_path / name)
    left = {path for path in tmp_path.rglob(".*") if path.parent != home / "public"}
    assert left
    (home / "warc" / OPENED).rename(home / "warc" / SECOND)
    change(
        home / "ledger.db", f"UPDATE segment SET is_sealed = 1, sha256 = '' WHERE name = '{SECOND}'"
    )
    verdicts("backup", "--home", home, "--to", tmp_path / name)
    assert not [path for path in left if path.exists()]


def test_a_damaged_ledger_in_the_backup_is_not_written_over_by_another(home, tmp_path):
    to = tmp_path / "to"
    backed_up(home, to)
    flip(next((to / "home").glob("*ledger.db")))
    before = copies(to)
    change(home / "ledger.db", "UPDATE run SET robots_state = 'later' WHERE id = 1")
    done = verdicts("backup", "--home", home, "--to", to)
    assert done.returncode == 40
    assert "new place" in done.stderr
    assert copies(to) == before


def test_the_folder_of_a_restored_home_is_only_its_owners(home, tmp_path):
    backed_up(home, tmp_path / "to")
    assert restored(tmp_path / "to", tmp_path / "again").stat().st_mode & 0o777 == 0o700


def test_a_first_backup_of_a_damaged_home_says_which_file(home, tmp_path):
    flip(home / "warc" / FIRST)
    flip(next((home / "public").glob("*.db"), home), at=5000)
    done = verdicts("backup", "--home", home, "--to", tmp_path / "to")
    assert done.returncode == 40
    assert FIRST in done.stderr
    assert "public" in done.stderr
    again = tmp_path / "again"
    assert verdicts("restore", tmp_path / "to", "--home", again).returncode == 40
    assert (again / "warc" / FIRST).read_bytes() == (home / "warc" / FIRST).read_bytes()
    assert verdicts("check", "--home", again, "--deep").returncode == 40


@PLACES
def test_what_was_damaged_when_it_was_copied_first_is_never_called_sound(home, tmp_path, name):
    path = home / "warc" / FIRST
    whole = path.read_bytes()
    flip(path)
    for _ in range(2):
        done = verdicts("backup", "--home", home, "--to", tmp_path / name)
        assert done.returncode == 40, done.stderr
        assert FIRST in done.stderr
        assert "sound copy" not in done.stderr
    path.chmod(0o644)
    path.write_bytes(whole)
    backed_up(home, tmp_path / name)
    again = restored(tmp_path / name, tmp_path / "again")
    assert (again / "warc" / FIRST).read_bytes() == whole


def test_a_segment_that_was_cut_is_copied_and_comes_back_as_far_as_it_goes(home, tmp_path):
    cut(home / "warc" / FIRST)
    left = (home / "warc" / FIRST).read_bytes()
    again = damaged(home, tmp_path / "to", tmp_path, FIRST, "last 100 bytes are missing")
    assert (again / "warc" / FIRST).read_bytes() == left
    (copy,) = (tmp_path / "to" / "home").glob(f"*{SECOND}")
    cut(copy)
    shutil.rmtree(again)
    done = verdicts("restore", tmp_path / "to", "--home", again)
    assert (done.returncode, SECOND in done.stderr) == (40, True), done.stderr
    assert (again / "warc" / SECOND).read_bytes() == copy.read_bytes()


@pytest.mark.parametrize("name", ["folder", "file.tar"])
def test_a_broken_ledger_does_not_replace_the_one_in_the_backup(home, tmp_path, name):
    to = tmp_path / name
    backed_up(home, to)
    before = files(home)
    data = bytearray((home / "ledger.db").read_bytes())
    data[4096 * 3 : 4096 * 5] = b"\xff" * 8192
    (home / "ledger.db").write_bytes(data)
    done = verdicts("backup", "--home", home, "--to", to)
    assert done.returncode == 40
    assert "ledger" in done.stderr
    assert files(restored(to, tmp_path / "again")) == before


def test_a_damaged_copy_is_named_and_made_anew_by_a_deep_backup(home, tmp_path):
    to = tmp_path / "to"
    backed_up(home, to)
    flip(next((to / "home").glob(f"*{FIRST}")))
    done = verdicts("restore", to, "--home", tmp_path / "again")
    assert done.returncode == 40
    assert FIRST in done.stderr
    assert backed_up(home, to, "--deep")["copied"] == 1
    restored(to, tmp_path / "well")


def test_a_damaged_ledger_copy_gives_no_home(home, tmp_path):
    backed_up(home, tmp_path / "to")
    flip(next((tmp_path / "to" / "home").glob("*ledger.db")))
    done = verdicts("restore", tmp_path / "to", "--home", tmp_path / "again")
    assert done.returncode == 40
    assert "ledger.db" in done.stderr
    assert not (tmp_path / "again" / "ledger.db").exists()


def test_a_cut_file_is_no_backup(home, tmp_path):
    backed_up(home, tmp_path / "b.tar")
    os.truncate(tmp_path / "b.tar", 9000)
    done = verdicts("restore", tmp_path / "b.tar", "--home", tmp_path / "again")
    assert done.returncode == 40
    assert not (tmp_path / "again").exists()


def test_a_list_that_points_outside_the_home_is_refused(home, tmp_path):
    backed_up(home, tmp_path / "to")
    path = tmp_path / "to" / "backup.json"
    for field, bad in [
        ("path", "warc/../../out"),
        ("path", "/etc/out"),
        ("path", "public/.hidden"),
        ("stored", "home/../../0123456789abcdef-x"),
    ]:
        manifest = json.loads(path.read_text())
        manifest["files"][1][field] = bad
        (tmp_path / "bad").mkdir(exist_ok=True)
        (tmp_path / "bad" / "backup.json").write_text(json.dumps(manifest))
        done = verdicts("restore", tmp_path / "bad", "--home", tmp_path / "again")
        assert done.returncode == 40, bad
        assert not (tmp_path / "again").exists()


def test_what_is_not_ours_is_never_written_over(home, tmp_path):
    to, other = tmp_path / "to", tmp_path / "other"
    backed_up(home, to)
    backed_up(home, tmp_path / "b.tar")
    shutil.copytree(home, other, symlinks=True)
    change(
        other / "ledger.db",
        "UPDATE run SET started_at = '2026-11-05T12:00:00Z' WHERE id = 1",
        "UPDATE segment SET sha256 = replace(sha256, 'a', 'b')",
    )
    young = tmp_path / "young"  # nothing of it is sealed yet
    shutil.copytree(home, young, symlinks=True)
    for name in (FIRST, SECOND):
        open_again(young, name)
    backed_up(young, tmp_path / "young-to")
    assert verdicts("backup", "--home", other, "--to", tmp_path / "young-to").returncode == 30
    kept = copies(to), (tmp_path / "b.tar").read_bytes()
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.txt").touch()
    for target, code in [
        (to, 30),
        (tmp_path / "b.tar", 30),
        (tmp_path / "letters", 30),
        (tmp_path / "letters" / "letter.txt", 30),
        (other / "inside", 2),
    ]:
        done = verdicts("backup", "--home", other, "--to", target)
        assert done.returncode == code, done.stderr
    assert kept == (copies(to), (tmp_path / "b.tar").read_bytes())
    for source, target in [
        (to, home),
        (to, tmp_path / "letters"),
        (tmp_path / "letters", other),
        (tmp_path / "letters", tmp_path / "new"),
    ]:
        assert verdicts("restore", source, "--home", target).returncode == 30
    assert verdicts("backup", "--home", tmp_path / "letters", "--to", to).returncode == 30


def test_what_left_the_home_leaves_the_backup(home, tmp_path):
    to = tmp_path / "to"
    backed_up(home, to)
    database = home / "public" / os.readlink(home / "public" / "current.db")
    (home / "public" / "current.db").unlink()
    database.rename(home / "public" / "verdicts-newer.db")
    database.with_suffix(".json").unlink()
    backed_up(home, to)
    assert not list((to / "home").glob(f"*-{database.name}"))


def test_a_withdrawn_database_stays_withdrawn(home, tmp_path):
    to = tmp_path / "to"
    backed_up(home, to)
    database = home / "public" / os.readlink(home / "public" / "current.db")
    database.with_suffix(".withdrawn.json").write_text("{}")
    database.unlink()
    database.with_suffix(".json").unlink()
    backed_up(home, to)
    assert [name[17:] for name in copies(to) if name.endswith(".db")] == ["ledger.db"]
    assert verdicts("restore", to, "--home", tmp_path / "again").returncode in (0, 40)
    public = tmp_path / "again" / "public"
    assert {path.name for path in public.iterdir()} == {
        "current.db",
        database.with_suffix(".withdrawn.json").name,
    }
    assert os.readlink(public / "current.db") == database.name


def test_two_backups_to_one_place_at_once_are_refused(home, tmp_path):
    import fcntl

    to = tmp_path / "to"
    backed_up(home, to)
    with (to / "backup.lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert verdicts("backup", "--home", home, "--to", to).returncode == 30
        assert verdicts("restore", to, "--home", tmp_path / "again").returncode == 30


RUN = '"$1" -m verdicts'


@pytest.mark.parametrize("name", ["to", "to/home.tar"])
def test_a_full_disk_stops_a_backup_and_keeps_the_one_before(home, tmp_path, name):
    script = f"""
        cd "$2"; mkdir to; mount -t tmpfs -o size=900k none to
        {RUN} backup --home home --to {name} >&2
        head -c 600000 /dev/urandom > home/public/big.json
        set +e; {RUN} backup --home home --to {name}; echo "exit $?"; set -e
        {RUN} restore {name} --home again --deep; ls -A to"""
    done = in_own_mounts(script, forked.launcher(tmp_path), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "exit 20" in done.stdout
    assert "No space left" in done.stderr
    assert ".part" not in done.stdout
    assert ".ledger" not in done.stdout
    assert value(tmp_path / "again" / "ledger.db", "SELECT count(*) FROM capture") == CAPTURES


def test_a_full_disk_stops_a_restore_which_is_taken_up_with_more_room(home, tmp_path):
    backed_up(home, tmp_path / "to")
    script = f"""
        cd "$2"; mkdir again; mount -t tmpfs -o size=250k none again
        set +e; {RUN} restore to --home again; echo "exit $?"; set -e
        test ! -e again/ledger.db; mount -o remount,size=2m again
        {RUN} restore to --home again --deep"""
    done = in_own_mounts(script, forked.launcher(tmp_path), tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "exit 20" in done.stdout
    assert "No space left" in done.stderr


@pytest.mark.parametrize("name", ["to", "to/home.tar"])
def test_a_target_that_is_read_only_is_refused_by_name(home, tmp_path, name):
    backed_up(home, tmp_path / "good")
    script = f"""
        cd "$2"; mkdir to; mount -t tmpfs -o ro none to
        set +e; {RUN} backup --home home --to {name}; echo "backup $?"
        {RUN} restore good --home to/home; echo "restore $?" """
    done = in_own_mounts(script, forked.launcher(tmp_path), tmp_path)
    assert "backup 30\n" in done.stdout, done.stderr
    assert "restore 30\n" in done.stdout, done.stderr
    assert "Read-only" in done.stderr


def test_a_home_on_a_read_only_disk_can_be_backed_up(home, tmp_path):
    script = f"""
        cd "$2"; mount --bind home home; mount -o remount,ro,bind home
        {RUN} backup --home home --to to; {RUN} restore to --home again"""
    done = in_own_mounts(script, forked.launcher(tmp_path), tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_tar_holds_plain_read_only_files_and_the_list(home, tmp_path):
    backed_up(home, tmp_path / "b.tar")
    with tarfile.open(tmp_path / "b.tar") as tar:
        assert tar.getnames()[-1] == "backup.json"
        assert all(member.isreg() and member.mode == 0o444 for member in tar.getmembers())
