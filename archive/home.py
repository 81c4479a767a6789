"""The home folder: where its parts lie, how it is made, and who may write to it now."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from machine.files import fsync_folder, synced
from schema.errors import IntegrityError, LockedError, StartError, StoppedError, UsageError
from schema.published import CURRENT, DATABASES, tombstone_path

NO_ARCHIVE = "no archive here; name one with --home, or begin with `verdicts crawl` or `import`"
TRIAL = ".trial-"
"""What the names of the files begin with that show whether a folder can be written to."""
FLOOR = "VERDICTS_MIN_FREE_MIB"
"""The variable that says how much of the disk stays free; 0 lets everything be filled."""
FLOOR_MIB = 64
"""So much stays free where it says nothing. Units: MiB."""
UNDER_WAY = "ledger.db.restoring"
"""The ledger before everything else is there; a home with this and no ledger can be taken up."""
WAY_OUT = "`verdicts check --rebuild-ledger` makes it again"
"""What helps where a ledger is lost or not sound."""


@dataclass(frozen=True)
class Home:
    """A home folder. Shape: `Home(Path("data")).ledger` is `data/ledger.db`."""

    path: Path

    @property
    def ledger(self) -> Path:
        """What was asked, tried and captured."""
        return self.path / "ledger.db"

    @property
    def warc(self) -> Path:
        """The folder of the segments."""
        return self.path / "warc"

    @property
    def quarantine(self) -> Path:
        """Bytes that no row of the ledger speaks of."""
        return self.path / "quarantine"

    @property
    def records(self) -> Path:
        """The folder of the record files, and of what is kept for the next."""
        return self.path / "records"

    @property
    def public(self) -> Path:
        """The folder of the published databases."""
        return self.path / "public"

    @property
    def decisions(self) -> Path:
        """What people decided of which tools are one."""
        return self.path / "decisions.jsonl"

    @property
    def logs(self) -> Path:
        """A file for each run."""
        return self.path / "logs"

    def current(self) -> Path | None:
        """The database that the link names, be it there or not. Absent: None without a link."""
        link = self.public / CURRENT
        return self.public / os.readlink(link) if link.is_symlink() else None

    def editions(self) -> list[Path]:
        """The published databases that stand, the newest first."""
        found = []
        for path in self.public.glob(DATABASES):
            with suppress(FileNotFoundError):  # gone meanwhile
                state = path.lstat()
                if S_ISREG(state.st_mode) and not tombstone_path(path).exists():
                    found.append((state.st_mtime_ns, path))
        return [path for _, path in sorted(found, reverse=True)]

    def create(self) -> None:
        """Make the folders that are missing, and try each out.

        Raises: StartError naming the folder that cannot be written to.
        """
        parts = (self.warc, self.quarantine, self.records, self.public, self.logs)
        for folder in (self.path, *parts):
            try:
                _make(folder)
                _sweep(folder)
                _try_out(folder)
            except OSError as error:
                raise StartError(
                    what=f"{folder}: cannot be written to: {error.strerror}"
                ) from error

    def require_room(
        self, more: int, refusal: type[StartError | StoppedError] = StartError
    ) -> None:
        """Be sure that the disk takes `more` bytes, and the floor stays free behind them.

        Raises: `refusal` naming the folder and both figures; UsageError for a floor that is no
        number.
        """
        floor = _floor()
        disk = shutil.disk_usage(self.path)
        # Some file systems do not say how large they are.
        if not floor or not disk.total or disk.free >= floor + more:
            return
        raise refusal(
            what=f"{self.path}: {disk.free >> 20} MiB are free on this disk, and"
            f" {(floor + more) >> 20} are wanted; `verdicts prune` makes room,"
            f" ${FLOOR} sets another floor than {floor >> 20}"
        )

    def require_ledger(self) -> None:
        """Be sure that the ledger was not lost.

        Raises: IntegrityError when only the archive's files are there; StartError while a restore
        is still to bring the ledger.
        """
        # Files first: a first crawl running now commits the ledger before it makes any.
        has_files = any(not path.name.startswith(".") for path in self.warc.glob("*"))
        if not has_files or (self.ledger.exists() and self.ledger.stat().st_size):
            return
        if (self.path / UNDER_WAY).exists():
            raise StartError(
                what=f"{self.path}: is being restored; the same `verdicts restore` finishes it"
            )
        raise IntegrityError(
            where=str(self.ledger),
            what=f"it is missing or empty, but the archive's files are there; {WAY_OUT}",
        )

    @contextmanager
    def lock(self, name: str, wait_s: float = 0) -> Iterator[None]:
        """Hold one of the home's locks; it ends with the process, so it cannot go stale.

        Raises: LockedError naming the process that holds it for longer than we wait; StartError
        where its file cannot be opened.
        """
        path = self.path / f"{name}.lock"
        try:
            # Through a link, another file would be emptied for the note.
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        except OSError as error:
            why = "it is a symbolic link" if error.errno == errno.ELOOP else error.strerror
            raise StartError(what=f"{path}: cannot be opened: {why}") from error
        try:
            until = time.monotonic() + wait_s
            while not _is_got(handle):
                if time.monotonic() < until:
                    time.sleep(0.02)
                    continue
                holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
                who = f"process {holder}" if holder else "another process"
                what = f"{path}: {who} is writing here; try again when it has ended"
                raise LockedError(what=what)
            with suppress(OSError):  # the lock is what counts; on a full disk it has no note
                os.ftruncate(handle, 0)
                os.write(handle, f"{os.getpid()}\n".encode())
            yield
        finally:
            os.close(handle)


def _is_got(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _floor() -> int:
    given = os.environ.get(FLOOR) or str(FLOOR_MIB)
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise UsageError(what=f"${FLOOR}: {given}: not a whole number of MiB")
    return int(given) << 20


def _make(folder: Path) -> None:
    """Make a folder, and its name as durable as what will be in it."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        fsync_folder(path.parent)


def _sweep(folder: Path) -> None:
    """Remove what a start that was killed left of its trial."""
    for path in folder.glob(f"{TRIAL}*"):
        number = path.name.rpartition("-")[2]
        if number.isdigit() and not _is_running(int(number)):
            path.unlink(missing_ok=True)


def _is_running(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _try_out(folder: Path) -> None:
    before, after = (folder / f"{TRIAL}{step}-{os.getpid()}" for step in ("written", "named"))
    with synced(before) as file:
        file.write(b"1")
    before.rename(after)
    after.unlink()
