"""What a visitor sees when a request cannot be answered.

It stands in for Datasette's own handler, which prints every mistyped address with all local
variables. Only what is truly our fault is logged, and no path or query is shown to the visitor.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable

from web import upstream

TOO_SLOW = "The query took longer than this server allows."
OUR_FAULT = "Something went wrong here. It has been noted."
UNUSABLE = "An argument of this address has a value, or a name, that this page cannot use."
# What Datasette lets out where it reads an argument without looking: no JSON, JSON of another
# shape, a number too large, half a character. The same page without arguments raises none of them.
OF_ARGUMENTS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    upstream.ValueAsBooleanError,
    ValueError,
)
OF_THE_FILE = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERNAL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM, sqlite3.SQLITE_PROTOCOL,
    }
)  # fmt: skip
log = logging.getLogger("web")


def is_of_the_file(error: sqlite3.Error) -> bool:
    """Whether the file or the machine failed, whatever the query was."""
    code = getattr(error, "sqlite_errorcode", None)  # what Python itself raises has none
    return code is not None and code & 0xFF in OF_THE_FILE


def explain(
    exception: Exception, *, is_visitors_sql: bool, has_arguments: bool = False
) -> tuple[int, str]:
    """Status and sentence for an exception, safe to show.

    `is_visitors_sql` says that the page is Datasette's own, which asks what the visitor writes.
    """
    if isinstance(exception, upstream.QueryInterrupted) or exception.args == ("interrupted",):
        return 400, TOO_SLOW
    if isinstance(exception, upstream.DatasetteError):
        is_slow = exception.title == "SQL Interrupted"
        # Datasette gives some wrong arguments no status of their own, so that they get its 500.
        is_theirs = exception.status == 500 and is_visitors_sql and has_arguments
        status = 400 if is_theirs else exception.status
        return status, TOO_SLOW if is_slow else str(exception.plain_message or exception.message)
    if isinstance(exception, upstream.Base400 | upstream.InvalidSql):
        return getattr(exception, "status", 400), str(exception) or "Bad request"
    if isinstance(exception, sqlite3.Error) and is_of_the_file(exception):
        return 500, OUR_FAULT
    if isinstance(exception, sqlite3.DatabaseError) and is_visitors_sql:
        return 400, f"The database refused the query: {exception}"
    if isinstance(exception, OF_ARGUMENTS) and is_visitors_sql and has_arguments:
        return 400, UNUSABLE
    return 500, OUR_FAULT


@upstream.hook
def handle_exception(
    datasette: upstream.Datasette, request: upstream.Request, exception: Exception
) -> Callable[[], Awaitable[upstream.Response]]:
    """Answers with JSON where JSON was asked for, else with a page."""
    status, sentence = explain(
        exception,
        is_visitors_sql=request.path.startswith("/verdicts"),
        has_arguments=bool(request.query_string),
    )
    if status >= 500:
        log.error("%s: %s", request.path, exception, exc_info=exception)
    elif sentence == UNUSABLE:  # told to whoever looks for a fault of ours, which looks the same
        log.info("%s: %r", request.path, exception)

    async def answer() -> upstream.Response:
        return await error_page(datasette, request, status, sentence)

    return answer


async def error_page(
    datasette: upstream.Datasette, request: upstream.Request, status: int, sentence: str
) -> upstream.Response:
    """A page, or for whom programs read it a JSON object, that says what is wrong."""
    if request.path.partition("?")[0].endswith((".json", ".csv")):
        body = {"ok": False, "error": sentence, "errors": [sentence], "status": status}
        return upstream.Response.json(body, status=status)
    said = {"status": status, "error": sentence, "noindex": True}
    if status == 400 and request.path.endswith("/-/query") and "sql" in request.args:
        # What was typed stays there to be mended.
        given = {name: request.args[name] for name in request.args if not name.startswith("_")}
        said |= {"query": {"sql": given.pop("sql")}, "named_parameter_values": given}
    html = await datasette.render_template([f"{status}.html", "error.html"], said, request=request)
    return upstream.Response.html(html, status=status)
