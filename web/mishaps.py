"""What a visitor sees when a request cannot be answered.

It stands in for Datasette's own handler, which prints every mistyped address with all local
variables. Only what is truly our fault is logged, and no path or query is shown to the visitor.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable

from web.upstream import (
    Base400,
    Datasette,
    DatasetteError,
    InvalidSql,
    QueryInterrupted,
    Request,
    Response,
    hook,
)

TOO_SLOW = "The query took longer than this server allows."
OUR_FAULT = "Something went wrong here. It has been noted."
log = logging.getLogger("web")


def explain(exception: Exception, *, is_visitors_sql: bool) -> tuple[int, str]:
    """Status and sentence for an exception, safe to show."""
    if isinstance(exception, QueryInterrupted) or exception.args == ("interrupted",):
        return 400, TOO_SLOW
    if isinstance(exception, DatasetteError):
        is_slow = exception.title == "SQL Interrupted"
        return exception.status, TOO_SLOW if is_slow else _plain(exception)
    if isinstance(exception, Base400 | InvalidSql):
        return getattr(exception, "status", 400), str(exception) or "Bad request"
    if isinstance(exception, sqlite3.DatabaseError) and is_visitors_sql:
        return 400, f"The database refused the query: {exception}"
    return 500, OUR_FAULT


def _plain(exception: DatasetteError) -> str:
    return str(exception.plain_message or exception.message)


@hook
def handle_exception(
    datasette: Datasette, request: Request, exception: Exception
) -> Callable[[], Awaitable[Response]]:
    """Answers with JSON where JSON was asked for, else with a page."""
    status, sentence = explain(exception, is_visitors_sql=request.path.startswith("/verdicts"))
    if status >= 500:
        log.error("%s: %s", request.path, exception, exc_info=exception)

    async def answer() -> Response:
        return await error_page(datasette, request, status, sentence)

    return answer


async def error_page(
    datasette: Datasette, request: Request, status: int, sentence: str
) -> Response:
    """A page, or a JSON object, that says what is wrong."""
    if request.path.partition("?")[0].endswith(".json"):
        body = {"ok": False, "error": sentence, "errors": [sentence], "status": status}
        return Response.json(body, status=status)
    html = await datasette.render_template(
        [f"{status}.html", "error.html"],
        {"status": status, "error": sentence, "noindex": True},
        request=request,
    )
    return Response.html(html, status=status)
