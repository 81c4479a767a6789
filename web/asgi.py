"""What a server and its wrappers call each other by: the types of ASGI, and a text as an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
AsgiMessage = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[AsgiMessage]]
Send = Callable[[AsgiMessage], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


async def send_text(
    send: Send, status: int, kind: bytes, text: str, beside: list[tuple[bytes, bytes]]
) -> None:
    """Answer with a text of this content type, and these headers beside it."""
    body = text.encode()
    named = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *beside]
    await send({"type": "http.response.start", "status": status, "headers": named})
    await send({"type": "http.response.body", "body": body})
