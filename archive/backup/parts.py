"""Which files of a home a backup copies, and what is known of each before it is read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from stat import S_ISREG

from archive.backup.earlier import LEDGER, Earlier, Part
from archive.home import Home
from archive.ledger.ledger import read_rows
from archive.store.segments import OPEN
from archive.takedown.copy import path_beside

CURRENT = "current.db"


class Parts:
    """The files of a home, by the copy of its ledger and what the backup made before holds."""

    def __init__(self, home: Home, ledger: Path, earlier: Earlier) -> None:
        self._home, self._ledger, self._earlier = home, ledger, earlier

    def all(self, *, has_records: bool) -> list[Part]:
        """All that is to be copied, the ledger first."""
        parts = [*self._ledger_part(), *self._copy(), *self._segments(), *self._public()]
        return [*parts, *self._plain("records", self._home.records)] if has_records else parts

    def now(self, part: Part) -> Part | None:
        """What a part is now, where a build or a prune replaced it or took it away meanwhile.

        Absent: None where it is gone. An archived segment is at most sealed.
        """
        if part.open_segment is not None:
            source = self._open_source(Path(part.path).name.removesuffix(OPEN))
            return part if source == part.source else replace(part, source=source)
        if part.path.startswith("warc/") or self._is_missed(part.source):
            return part
        try:
            size = part.source.stat().st_size
        except FileNotFoundError:
            return None
        return part if size == part.length else replace(part, length=size)

    def current(self) -> str | None:
        """The published database that is current. Absent: None where none is."""
        link = self._home.public / CURRENT
        return Path(os.readlink(link)).name if link.is_symlink() else None

    def is_withdrawn(self, name: str) -> bool:
        """Whether a tombstone stands for it; the next build is measured by that."""
        return (self._home.public / name).with_suffix(".withdrawn.json").exists()

    def _ledger_part(self) -> Iterator[Part]:
        size = self._ledger.stat().st_size
        yield Part(LEDGER, self._ledger, size)

    def _copy(self) -> Iterator[Part]:
        """The copy of the take-downs; one that came since the ledger's copy is in it."""
        path = path_beside(self._home.ledger)
        if path.is_file():
            yield Part(path.name, path, path.stat().st_size)

    def _segments(self) -> Iterator[Part]:
        rows = read_rows(
            self._ledger, "SELECT id, name, is_sealed, length, sha256 FROM segment ORDER BY id"
        )
        for row in rows:
            name, length = row["name"], row["length"]
            if row["is_sealed"]:
                yield Part(f"warc/{name}", self._home.warc / name, length, row["sha256"])
            elif length:
                yield Part(
                    f"warc/{name}{OPEN}", self._open_source(name), length, open_segment=row["id"]
                )

    def _open_source(self, name: str) -> Path:
        path, sealed = self._home.warc / (name + OPEN), self._home.warc / name
        # It may have been sealed since the ledger was copied.
        return sealed if sealed.exists() and not path.exists() else path

    def _public(self) -> Iterator[Part]:
        """What is published; a database never changes once it is named."""
        for part in self._plain("public", self._home.public):
            before = self._earlier.at(part.path)
            known = before.sha256 if before is not None and part.source.suffix == ".db" else None
            yield replace(part, sha256=_stated_sha256(part.source) or known)
        for entry in self._earlier.published():
            source = self._home.path / entry.path
            if self._is_missed(source):
                yield Part(entry.path, source, entry.size, entry.sha256)

    def _is_missed(self, path: Path) -> bool:
        """Whether a published file is missed: nobody withdrew or pruned it."""
        database, stated = path.with_suffix(".db"), path.with_suffix(".json")
        is_known = stated.exists() or database.name == self.current()
        return is_known and not path.exists() and not self.is_withdrawn(database.name)

    @staticmethod
    def _plain(kind: str, folder: Path) -> Iterator[Part]:
        """The files of a folder; what is being written has a name of its own."""
        for path in sorted(folder.glob("[!.]*")):
            if path.is_symlink() or path.suffix == ".part":
                continue
            with suppress(FileNotFoundError):  # taken away since the folder was listed
                found = path.stat()
                if S_ISREG(found.st_mode):
                    yield Part(f"{kind}/{path.name}", path, found.st_size)


def _stated_sha256(path: Path) -> str | None:
    """What the manifest beside a published database says. Absent: None where it says nothing."""
    if path.suffix != ".db":
        return None
    try:
        stated = json.loads(path.with_suffix(".json").read_bytes())["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return None  # `verdicts check` is what says so
    return stated if isinstance(stated, str) else None
