"""The names we use of Datasette, in one place, with the types it does not declare.

Datasette is untyped and its version is pinned exactly: whoever raises the pin reads this list.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeVar

# Datasette would import whatever plugin is installed beside us, be it only for us to take it out.
os.environ.setdefault("DATASETTE_LOAD_PLUGINS", "")

from datasette.app import Datasette  # type: ignore[import-untyped]
from datasette.database import Database, QueryInterrupted  # type: ignore[import-untyped]
from datasette.filters import Filters  # type: ignore[import-untyped]
from datasette.hookspecs import hookimpl  # type: ignore[import-untyped]
from datasette.plugins import DEFAULT_PLUGINS, pm  # type: ignore[import-untyped]
from datasette.utils import (  # type: ignore[import-untyped]
    InvalidSql,
    ValueAsBooleanError,
    escape_sqlite,
    named_parameters,
    sqlite_timelimit,
    tilde_decode,
    validate_sql_select,
)
from datasette.utils.asgi import Base400, Forbidden, Request, Response  # type: ignore[import-untyped]
from datasette.views.base import DatasetteError  # type: ignore[import-untyped]
from datasette.views.database import QueryView  # type: ignore[import-untyped]
from datasette.views.table import table_view  # type: ignore[import-untyped]

MCP_PATH = "/-/mcp"
HAS_MCP = find_spec("datasette_mcp") is not None
"""Whether there is an MCP endpoint: the extra `mcp` is installed."""
ResultRow = dict[str, Any]
"""One row of a result, by column name."""

F = TypeVar("F", bound=Callable[..., object])


def hook(function: F) -> F:
    """The function, marked as an implementation of the Datasette hook of its name."""
    marked: F = hookimpl(function)
    return marked


def forget_temporary(datasette: Datasette) -> None:
    """Let go of a closed application, which would be kept in memory until the process ends.

    Its own database is a temporary file, which `close` removes; that it is to be removed at the
    end as well holds the database, and with it everything (1.0a41).
    """
    atexit.unregister(datasette.get_internal_database()._cleanup_temp_file)
