"""A disk that is full, read-only, or fails to sync loses nothing that was acknowledged."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import forked
import pytest
from commands import verdicts
from doomed import DOOMED, Order
from soak_site import BASE, WitnessSite

from archive import Home, open_archive
from archive.home import FLOOR
from archive.runs import open_run
from db.check import check
from machine.clock import VARIABLE as NOW
from schema.errors import IntegrityError
from verdicts.sample import pages

IS_LINUX_ROOT = sys.platform == "linux" and os.geteuid() == 0
linux_root = pytest.mark.skipif(not IS_LINUX_ROOT, reason="needs Linux, and root to mount")
straced = pytest.mark.skipif(sys.platform != "linux", reason="needs strace, so Linux")


class Trial:
    """One home, crawled through a disk that fails, and again through one that does not."""

    def __init__(self, folder: Path, site: WitnessSite) -> None:
        self.home = folder / "disk" / "home"
        self.home.parent.mkdir()
        self.site = site
        self.folder = folder
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        self.promised: Counter[tuple[str, ...]] = Counter()
        site.begin_period(0)

    def order(self) -> Order:
        return Order(
            str(self.home),
            self.site.base,
            "2026-01-01T12:00:00Z",
            str(self.folder / "said"),
            ack=self._write,
        )

    def run(self, order: Order | None = None, *before: str) -> tuple[int, str]:
        """One crawl; gives its exit code and what it said."""
        order = order or self.order()
        how = {
            "stdout": forked.PIPE,
            "stderr": forked.PIPE,
            "text": True,
            "timeout": 120,
            "pass_fds": (self._write,),
            "env": environment(),
        }
        ended = (
            forked.run_traced(before, command(order), **how)
            if before
            else forked.run(command(order), **how)
        )
        self.hear()
        said = Path(order.said)
        return ended.returncode, said.read_text("utf-8") if said.exists() else ended.stderr

    def hear(self) -> None:
        try:
            lines = os.read(self._read, 1 << 20).decode().splitlines()
        except BlockingIOError:
            return
        self.promised.update(tuple(line.split()) for line in lines)

    def require_whole(self) -> None:
        """Nothing promised is missing, the site is there as a whole, and all agrees."""
        archive = open_archive(self.home)
        found = Counter((one.url, one.body_sha256) for one in archive.captures())
        assert not self.promised - found
        whole = {capture.url: archive.load(capture).body for capture in archive.captures()}
        for path, body in self.site.pages().items():
            assert body is None or whole.get(BASE + path) == body
        assert check(self.home, deep=True) == []

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)


def command(order: Order) -> list[str]:
    return [sys.executable, "-B", str(DOOMED), json.dumps(asdict(order))]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(DOOMED.parents[1])}


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trial]:
    monkeypatch.setenv(NOW, "2026-01-01T12:00:00Z")
    with WitnessSite("maps") as site:
        found = Trial(tmp_path, site)
        try:
            yield found
        finally:
            found.close()


def require_told(status: int, said: str, *names: str) -> None:
    """A sentence that names the place, and the exit code that goes with it."""
    assert status in (20, 30), said
    assert "Traceback" not in said
    assert said.startswith("StoppedError: " if status == 20 else "StartError: "), said
    assert any(name in said for name in names), said


def fail_sync(trial: Trial, call: str, number: int) -> tuple[int, str, list[str]]:
    """A crawl whose Nth sync fails; gives also the files whose sync failed."""
    log = trial.folder / "log"
    status, said = trial.run(
        None,
        "strace",
        "-f",
        "-y",
        "-qq",
        "-o",
        str(log),
        "-e",
        "trace=fsync,fdatasync,write,pwrite64",
        "-e",
        f"inject={call}:error=EIO:when={number}",
    )
    failed = [
        line.split("<")[1].split(">")[0]
        for line in log.read_text("ascii").splitlines()
        if "INJECTED" in line
    ]
    for path in failed:
        if path.endswith(".open"):
            after = log.read_text("ascii").split("INJECTED", 1)[1]
            assert f"<{path}>" not in after, "the segment was written to, or synced, once more"
    return status, said, failed


FSYNCS = (1, 3, 6, 11, 12, 13, 14, 15, 22, 28, 29)
FDATASYNCS = (1, 3, 4, 5, 9, 18, 60, 130)
"""Which syncs fail in turn, in one run each; among them each kind of file and of moment."""


@straced
@pytest.mark.parametrize(("call", "numbers"), [("fsync", FSYNCS), ("fdatasync", FDATASYNCS)])
def test_after_a_sync_that_failed_nothing_is_lost_and_the_segment_gets_no_more_bytes(
    trial, call, numbers
):
    segments = 0
    for number in numbers:
        status, said, failed = fail_sync(trial, call, number)
        if failed:
            require_told(status, said, str(trial.home), "verdicts-sample-")
        for path in map(Path, failed):
            if path.suffix == ".open":
                segments += 1
                assert not path.exists()
    assert segments or call == "fdatasync"
    assert trial.run()[0] in (0, 10)
    trial.require_whole()


IN_NAMESPACE = """
set -e
mount -t tmpfs -o "$OPTIONS" tmpfs "$DISK"
trial() { "$@" || echo $? >"$OUT/$NAME"; cp "$SAID" "$OUT/$NAME.said"; }
NAME=first; trial "$@"
NAME=second; trial "$@"
mount -o remount,size=50m,nr_inodes=1000 "$DISK"
[ -z "$READ_ONLY" ] || mount -o remount,ro "$DISK"
NAME=third; trial "$@"
cp -a "$DISK/." "$OUT/disk"
"""


def run_in_namespace(trial: Trial, options: str, *, read_only: str = "") -> dict[str, str]:
    """Three crawls on a disk that only they see, grown before the third; gives what was noted."""
    out = trial.folder / "out"
    out.mkdir()
    order = trial.order()
    ended = subprocess.run(
        [
            "unshare",
            "--mount",
            "sh",
            "-c",
            IN_NAMESPACE,
            "sh",
            *forked.command(),
            *command(order)[1:],
        ],
        check=False,
        timeout=200,
        capture_output=True,
        text=True,
        pass_fds=(order.ack or 0,),
        env={
            **environment(),
            "OPTIONS": options,
            "DISK": str(trial.home.parent),
            "OUT": str(out),
            "SAID": order.said,
            "READ_ONLY": read_only,
            FLOOR: "0",
        },
    )
    assert ended.returncode == 0, ended.stderr
    trial.hear()
    shutil.copytree(out / "disk", trial.home.parent, dirs_exist_ok=True, symlinks=True)
    return {path.name: path.read_text("utf-8").strip() for path in out.iterdir() if path.is_file()}


@linux_root
@pytest.mark.parametrize(
    "options",
    [
        "size=40k",
        "size=88k",
        "size=108k",
        "size=132k",
        "size=50m,nr_inodes=9",
        "size=50m,nr_inodes=11",
    ],
)
def test_on_a_full_disk_a_crawl_stops_with_a_sentence_and_goes_on_when_there_is_room(
    trial, options
):
    noted = run_in_namespace(trial, options)
    for name in ("first", "second"):
        require_told(int(noted[name]), noted[f"{name}.said"], str(trial.home), "verdicts-sample-")
    assert noted.get("third", "0") in ("0", "10"), noted["third.said"]
    trial.require_whole()


@linux_root
def test_on_a_read_only_disk_a_crawl_refuses_to_start_and_names_the_place(trial):
    noted = run_in_namespace(trial, "size=50m", read_only="yes")
    assert noted.get("first") in (None, "0", "10"), noted["first.said"]
    assert noted["third"] == "30"
    assert noted["third.said"].startswith(f"StartError: {trial.home}")
    assert "Read-only file system" in noted["third.said"]
    trial.require_whole()


@pytest.mark.parametrize("file_bytes", [100, 4_096, 9_000, 25_000, 60_000, 90_000])
def test_a_limit_on_the_size_of_files_stops_a_crawl_and_loses_nothing(trial, file_bytes):
    status, said = trial.run(replace(trial.order(), file_bytes=file_bytes))
    require_told(status, said, str(trial.home), "verdicts-sample-")
    assert trial.run()[0] in (0, 10)
    trial.require_whole()


def test_a_ledger_that_was_emptied_or_overwritten_is_refused_and_stays_as_it_is(trial):
    assert trial.run()[0] in (0, 10)
    ledger = trial.home / "ledger.db"
    whole = ledger.read_bytes()
    for broken in (b"", bytes(100) + whole[100:], whole[:5000]):
        ledger.write_bytes(broken)
        status, said = trial.run(replace(trial.order(), extra=[trial.site.base + "/"]))
        assert (status, said.startswith("IntegrityError: ")) == (40, True), said
        assert ledger.read_bytes() == broken
    ledger.write_bytes(whole)
    trial.require_whole()


def test_an_archive_shorter_than_the_ledger_is_told_as_lost_bytes_with_the_addresses(trial):
    order = replace(trial.order(), kill_at="read-back:9")
    assert trial.run(order)[0] == -9
    (path,) = (trial.home / "warc").glob("*.open")
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 10)
    lost = open_archive(trial.home).captures()[-1]
    with (
        pytest.raises(IntegrityError, match="LOST BYTES") as told,
        open_run(Home(trial.home), "crawl"),
    ):
        pass
    # The last ten bytes are of the records beside the answer, which itself is still whole.
    assert str(path) in str(told.value)
    with path.open("r+b") as file:
        file.truncate(lost.offset + 10)
    with (
        pytest.raises(IntegrityError, match=f"1 captures are gone: {lost.url}"),
        open_run(Home(trial.home), "crawl"),
    ):
        pass


BUILD_IN_NAMESPACE = """
set -e
mount -t tmpfs -o size=2600k tmpfs "$DISK"
cp -a "$HOME_MADE" "$DISK/home"
cd "$DISK"
tell() { code=0; "$PYTHON" -m verdicts "$@" --home home 2>"$OUT" >/dev/null || code=$?;
         echo "$code $1: $(tail -n 1 "$OUT")"; }
fill() { dd if=/dev/zero of="$1" bs=1k count=9999 2>/dev/null || true; }
fill filler; truncate -s -300k filler
tell build
ls -A home/public home/records | grep -e "^[.]" -e part && exit 1
fill home/public/.candidate.db
tell import "$MORE" --site sample
tell build
rm filler
fill home/public/.candidate.db
tell prune
tell import "$MORE" --site sample
tell build
tell check
"""


@linux_root
def test_a_build_on_a_full_disk_leaves_nothing_that_would_keep_it_full(tmp_path):
    home, more, disk = tmp_path / "home", tmp_path / "more", tmp_path / "disk"
    for folder, bodies in ((tmp_path / "first", pages()[:20]), (more, pages()[20:22])):
        folder.mkdir()
        for number, page in enumerate(bodies):
            (folder / f"{number}.html").write_bytes(page.body)
    disk.mkdir()
    taken = verdicts("import", tmp_path / "first", "--site", "sample", "--home", home)
    assert taken.returncode in (0, 10), taken.stderr
    ended = subprocess.run(
        ["unshare", "--mount", "sh", "-c", BUILD_IN_NAMESPACE],
        check=False,
        timeout=200,
        capture_output=True,
        text=True,
        env={
            **environment(),
            "DISK": str(disk),
            "HOME_MADE": str(home),
            "MORE": str(more),
            "OUT": str(tmp_path / "said"),
            "PYTHON": sys.executable,
            FLOOR: "0",
        },
    )
    assert ended.returncode == 0, ended.stderr
    told = ended.stdout.splitlines()
    assert [line.partition(":")[0] for line in told] == [
        "20 build",
        "30 import",
        "20 build",
        "0 prune",
        "0 import",
        "10 build",
        "0 check",
    ]
    full = r"home/(public/\.candidate|records/staging)\.db: cannot be written there, or sorted in "
    assert re.search(full, told[0]) and re.search(full, told[2])
    assert told[1].endswith("home: cannot be written to: No space left on device")
