"""A home made by the first version of the program, and the means to hurt processes and disks."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from archive.ledger import Ledger

FIXTURE = Path(__file__).parents[1] / "fixtures" / "homes" / "format-1.tar.gz"
CAPTURES = 8


def old_home(folder: Path) -> Path:
    """The stored home of ledger format 1, unpacked: 8 captures, one of them a 404 page."""
    folder.mkdir(parents=True)
    with tarfile.open(FIXTURE) as tar:
        tar.extractall(folder, filter="tar")
    return folder


def present_home(folder: Path) -> Path:
    """The same home once its ledger was opened for writing: readers need not translate it."""
    old_home(folder)
    Ledger(folder / "ledger.db").close()
    return folder


def change(ledger: Path, *statements: str) -> None:
    """Change a ledger behind the program's back."""
    with closing(sqlite3.connect(ledger)) as db, db:
        for statement in statements:
            db.execute(statement)


def value(ledger: Path, sql: str) -> object:
    """One value, read without leave to write."""
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as db:
        return db.execute(sql).fetchone()[0]


def flip(path: Path, at: int = -9) -> None:
    """Change one bit of a file, however well it is guarded."""
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def strace() -> list[str]:
    """The command that kills a process at one of its system calls; the test is skipped without."""
    program = shutil.which("strace")
    if program is None:
        pytest.skip("strace is not installed")
    return [program, "-f", "-qq", "-o", "/dev/null"]


def in_own_mounts(
    script: str, *arguments: str | Path, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a shell script where it may mount what it likes; the test is skipped where it may not."""
    import os

    for flags in ("-m", "-rm"):
        if (
            shutil.which("unshare")
            and not subprocess.run(
                ["unshare", flags, "true"], capture_output=True, check=False
            ).returncode
        ):
            return subprocess.run(
                ["unshare", flags, "sh", "-ec", script, "sh", *map(str, arguments)],
                text=True,
                capture_output=True,
                check=False,
                timeout=120,
                env={**os.environ, **env},
            )
    return pytest.skip("unshare: mount namespaces are not allowed here")
