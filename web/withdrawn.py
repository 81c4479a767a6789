"""Which files are not served because of a take-down, and what is answered once that is so.

A file that is open can be read when its name is gone, so a running server would go on showing it,
and no take-down finds it. So a file is shown only while it stands in its place under its name:
every request looks for that, and for the tombstone, which says the date and the reason.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import finalize

from markupsafe import Markup

from schema.published import FOLDER, TAKEDOWNS, Manifest, Tombstone, manifest_path, tombstone_path
from web.asgi import App, Scope, Send, send_text
from web.errors import WithdrawnError
from web.mishaps import log

WITHDRAWN = "This edition of the archive was withdrawn. One without what was taken down follows."
OUT_OF_PLACE = "The file of this edition left its place: nobody can tell whether it may be shown."
PAGE = Markup(
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Not shown</title>'
    '<meta name="viewport" content="width=device-width">'
    "<h1>Not shown</h1><p>{}</p><ul>{}</ul></html>"
)


class ServedFile:
    """A published file in its place, held open so that `prune` leaves it there.

    Raises: OSError when it is not there or may not be read.
    """

    def __init__(self, database: Path) -> None:
        self.path, self._tombstone = database, tombstone_path(database)
        handle = os.open(database, os.O_RDONLY | os.O_CLOEXEC)
        self._let_go = finalize(self, os.close, handle)
        with suppress(OSError):  # a file system without locks: that it has its name is what counts
            fcntl.flock(handle, fcntl.LOCK_SH)
        self._served = os.fstat(handle)

    def refusal(self) -> tuple[str, list[str]] | None:
        """Why the file may be shown no more, with dates and reasons. Absent: None while it may."""
        if os.path.exists(self._tombstone):
            return WITHDRAWN, _reasons(self._tombstone)
        return None if self._is_in_its_place() else (OUT_OF_PLACE, [])

    def is_at(self, path: Path) -> bool:
        """Whether there is no other file than this one at a path, be it there or gone."""
        return path == self.path and (not path.exists() or self._is_in_its_place())

    def close(self) -> None:
        """Let it go: `prune` may take it."""
        self._let_go()

    def _is_in_its_place(self) -> bool:
        try:
            return os.path.samestat(os.stat(self.path), self._served)
        except OSError:
            return False


def require_not_withdrawn(database: Path) -> None:
    """Pass where the file may be served.

    Raises: WithdrawnError with the dates and the reasons when it was withdrawn.
    """
    tombstone = tombstone_path(database)
    if tombstone.exists():
        reasons = "; ".join(_reasons(tombstone)) or "no reason can be read"
        raise WithdrawnError(f"{database}: withdrawn on {reasons}")


def require_looked_into(database: Path) -> None:
    """Pass where a file of a home shows nothing that was taken down there.

    Its manifest names the take-downs that a build made it under, or looked into it for.
    Raises: WithdrawnError where one is not named, or the file is not as a build published it.
    """
    listed = database.parent.parent / TAKEDOWNS
    active = takedowns_that_hold(database)
    known = _takedowns_of(database) if active else []
    if known is None:
        raise WithdrawnError(
            f"{database}: no manifest of a build describes this file, so it may"
            f" hold what {listed} says was taken down"
        )
    for each in active:
        if each["id"] not in known:
            raise WithdrawnError(
                f"{database}: may hold what was taken down on {each['added_at']}: {each['reason']}"
            )


def takedowns_that_hold(database: Path) -> list[dict[str, Any]]:
    """The take-downs that hold in the home of a published file; none outside of a home.

    Raises: WithdrawnError where nobody can tell.
    """
    listed = database.parent.parent / TAKEDOWNS
    if database.parent.name != FOLDER:
        return []
    try:
        found = json.loads(listed.read_bytes())["takedowns"]
        return [each for each in found if each["lifted_at"] is None]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WithdrawnError(
            f"{listed}: cannot be read, so any file may hold what was taken down"
        ) from error


def _takedowns_of(database: Path) -> list[int] | None:
    """The take-downs under which a build made the file. Absent: None where no build tells."""
    try:
        manifest = Manifest.model_validate_json(manifest_path(database).read_bytes())
        with database.open("rb") as file:
            is_it = hashlib.file_digest(file, "sha256").hexdigest() == manifest.sha256
        return manifest.takedowns if is_it else None
    except (OSError, ValueError):
        return None


def unless_withdrawn(app: App, standing: ServedFile) -> App:
    """The application, while its file stands in its place and was not withdrawn."""
    told = set[str]()

    async def answer(scope: Scope, receive: Any, send: Send) -> None:
        refusal = standing.refusal() if scope["type"] == "http" else None
        if refusal is None:
            await app(scope, receive, send)
        else:
            if refusal[0] not in told:  # once for whoever runs the server
                told.add(refusal[0])
                log.error("%s: %s A build makes the next.", standing.path.name, refusal[0])
            await _refuse(scope["path"], *refusal, send)

    return answer


def _reasons(tombstone: Path) -> list[str]:
    """The dates and reasons that a tombstone gives; none where it cannot be read."""
    try:
        found = Tombstone.model_validate_json(tombstone.read_bytes()).reasons
        return [f"{each.date}: {each.reason}" for each in found]
    except (OSError, ValueError):
        return []


async def _refuse(path: str, sentence: str, reasons: list[str], send: Send) -> None:
    if path.endswith(".json"):
        kind = b"application/json"
        text = json.dumps({"ok": False, "error": sentence, "status": 503})
    else:
        listed = Markup("").join(Markup("<li>{}</li>").format(each) for each in reasons)
        kind, text = b"text/html; charset=utf-8", str(PAGE.format(sentence, listed))
    beside = {b"cache-control": b"no-store", b"retry-after": b"600", b"x-robots-tag": b"noindex"}
    await send_text(send, 503, kind, text, [*beside.items()])
