"""Which files of a home a backup copies, and what is known of each before it is read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from archive.backup.copies import LEDGER, BackupManifest
from archive.backup.earlier import BackupPart, segments_of
from archive.home import Home
from archive.store.segments import OPEN
from archive.takedown.copy import path_beside
from schema.published import CURRENT, manifest_path, tombstone_path


class Parts:
    """The files of a home, by the copy of its ledger and what the backup made before holds."""

    def __init__(self, home: Home, ledger: Path, earlier: BackupManifest | None) -> None:
        self._home, self._ledger = home, ledger
        self._earlier = {entry.path: entry for entry in (earlier.files if earlier else ())}

    def all(self, *, has_records: bool) -> list[BackupPart]:
        """All that is to be copied, the ledger first."""
        beside = path_beside(self._home.ledger)
        parts = [BackupPart(LEDGER, (self._ledger,))]
        if beside.is_file():  # a take-down that came since the ledger's copy is in it
            parts.append(BackupPart(beside.name, (beside,)))
        parts += [*self._segments(), *self._public()]
        return [*parts, *_plain("records", self._home.records)] if has_records else parts

    def is_missed(self, part: BackupPart) -> bool:
        """Whether a file that is not there should be: nobody withdrew or pruned it."""
        if part.path.startswith("warc/"):
            return True
        path = self._home.path / part.path
        database, stated = path.with_suffix(".db"), manifest_path(path)
        is_known = stated.exists() or database.name == self.current()
        return is_known and not path.exists() and not self.is_withdrawn(database.name)

    def current(self) -> str | None:
        """The published database that is current. Absent: None where none is."""
        link = self._home.public / CURRENT
        return Path(os.readlink(link)).name if link.is_symlink() else None

    def is_withdrawn(self, name: str) -> bool:
        """Whether a tombstone stands for it; the next build is measured by that."""
        return tombstone_path(self._home.public / name).exists()

    def _segments(self) -> Iterator[BackupPart]:
        for row in segments_of(self._ledger):
            name, length, number = row["name"], row["length"], row["id"]
            sealed, opened = self._home.warc / name, self._home.warc / (name + OPEN)
            before = [self._earlier.get(f"warc/{each}") for each in (name, name + OPEN)]
            # What a segment held before something in it was erased is not guarded.
            guarded = tuple(
                each
                for each in before
                if each and (not row["is_erased"] or each.sha256 == row["sha256"])
            )
            if row["is_sealed"]:
                yield BackupPart(f"warc/{name}", (sealed,), length, row["sha256"], guarded=guarded)
            elif length:
                # It may have been sealed since the ledger was copied, or is just now.
                yield BackupPart(
                    f"warc/{name}{OPEN}",
                    (opened, sealed),
                    length,
                    open_segment=number,
                    guarded=guarded,
                )

    def _public(self) -> Iterator[BackupPart]:
        """What is published, and what is missed of it; a database never changes once named."""
        there = {part.path: part for part in _plain("public", self._home.public)}
        missed = {
            path: part
            for path in self._earlier
            if path.startswith("public/")
            and path not in there
            and self.is_missed(part := BackupPart(path, (self._home.path / path,)))
        }
        for path, part in (there | missed).items():
            before = self._earlier.get(path)
            is_vouched = before is not None and (path.endswith(".db") or path in missed)
            known = before.sha256 if before is not None and is_vouched else None
            sha256 = _stated_sha256(part.sources[0]) or known
            guarded = (before,) if before is not None and sha256 is not None else ()
            yield BackupPart(path, part.sources, None, sha256, guarded=guarded)


def _plain(kind: str, folder: Path) -> Iterator[BackupPart]:
    """The files of a folder; what is being written has a name of its own."""
    for path in sorted(folder.glob("[!.]*")):
        if path.suffix != ".part" and path.is_file() and not path.is_symlink():
            yield BackupPart(f"{kind}/{path.name}", (path,))


def _stated_sha256(path: Path) -> str | None:
    """What the manifest beside a published database says. Absent: None where it says nothing."""
    if path.suffix != ".db":
        return None
    try:
        stated = json.loads(manifest_path(path).read_bytes())["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return None  # `verdicts check` is what says so
    return stated if isinstance(stated, str) else None
