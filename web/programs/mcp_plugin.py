"""The MCP endpoint at /-/mcp, as a plugin of Datasette, where datasette-mcp is installed.

Each request stands for itself: datasette-mcp's own route opens a session for each client and keeps
it half an hour, up to ten thousand of them. Of it we take the tools that ask SQL.
"""

from __future__ import annotations

from collections.abc import Callable

from web.asgi import App, Receive, Scope, Send
from web.programs.mcp_tools import server_for
from web.upstream import MCP_PATH, Datasette, hook

LARGEST_BODY = 65_536
"""Units: bytes of a request."""


@hook
def asgi_wrapper(datasette: Datasette) -> Callable[[App], App]:
    """Answers at the endpoint. Each request begins and ends a manager of sessions of its own."""
    server = server_for(datasette)

    async def answer_mcp(scope: Scope, receive: Receive, send: Send) -> None:
        app = server.streamable_http_app(
            streamable_http_path="/",
            json_response=True,
            stateless_http=True,
            max_request_body_size=LARGEST_BODY,
            host="0.0.0.0",  # the gate looks at the Host of each request
        )
        async with server.session_manager.run():
            await app({**scope, "path": "/", "raw_path": b"/"}, receive, send)

    def wrapped(inner: App) -> App:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            is_mcp = scope["type"] == "http" and scope["path"] == MCP_PATH
            await (answer_mcp if is_mcp else inner)(scope, receive, send)

        return answer

    return wrapped
