"""What is answered once the served file was withdrawn: a plain page with the date and the reason.

The file stays open when its name is gone, so a running server would go on showing it. Every
request therefore looks for the tombstone first.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from web.errors import WithdrawnError

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Any, Send], Awaitable[None]]

SENTENCE = "This edition of the archive was withdrawn. One without what was taken down follows."
PAGE = Markup(
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Withdrawn</title>'
    '<meta name="viewport" content="width=device-width">'
    "<h1>Withdrawn</h1><p>{}</p><ul>{}</ul></html>"
)


def tombstone_of(database: Path) -> Path:
    """Where the tombstone of a published file stands, if it has one."""
    return database.with_suffix(".withdrawn.json")


def require_not_withdrawn(database: Path) -> None:
    """Pass where the file may be served.

    Raises: WithdrawnError with the dates and the reasons when it was withdrawn.
    """
    tombstone = tombstone_of(database)
    if tombstone.exists():
        reasons = "; ".join(_reasons(tombstone)) or "no reason can be read"
        raise WithdrawnError(f"{database}: withdrawn on {reasons}")


def unless_withdrawn(app: App, database: Path) -> App:
    """The application, until its file is withdrawn."""
    tombstone = tombstone_of(database)

    async def answer(scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] == "http" and tombstone.exists():
            await _refuse(scope["path"], _reasons(tombstone), send)
        else:
            await app(scope, receive, send)

    return answer


def _reasons(tombstone: Path) -> list[str]:
    """The dates and reasons that a tombstone gives; none where it cannot be read."""
    try:
        found = json.loads(tombstone.read_bytes())["reasons"]
        return [f"{each['date']}: {each['reason']}" for each in found]
    except (OSError, ValueError, KeyError, TypeError):
        return []


async def _refuse(path: str, reasons: list[str], send: Send) -> None:
    if path.endswith(".json"):
        kind, body = "application/json", json.dumps({"ok": False, "error": SENTENCE, "status": 503})
    else:
        listed = Markup("").join(Markup("<li>{}</li>").format(each) for each in reasons)
        kind, body = "text/html; charset=utf-8", str(PAGE.format(SENTENCE, listed))
    data = body.encode()
    headers = [
        (b"content-type", kind.encode()), (b"content-length", str(len(data)).encode()),
        (b"cache-control", b"no-store"), (b"retry-after", b"600"), (b"x-robots-tag", b"noindex"),
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": data})
