"""`verdicts serve`: the published database of a home, for people and programs."""

from __future__ import annotations

import errno
from pathlib import Path

import click

from schema.errors import IntegrityError, StartError, UsageError
from verdicts.console import say
from verdicts.options import contact_option, example, home_option, port_option


@click.command(epilog=example("verdicts serve --port 8001"))
@home_option
@click.option(
    "--host", default="127.0.0.1", help="The address to listen at; 0.0.0.0 lets other machines in."
)
@port_option(8001)
@contact_option("Whom to write to about take-downs, named on each page.")
@click.option(
    "--proxy",
    "proxies",
    metavar="ADDRESS",
    multiple=True,
    help="A proxy (address or network) whose X-Forwarded-Proto and -Host are believed; repeatable.",
)
@click.option(
    "--base-url",
    metavar="PREFIX",
    default="/",
    help="The path under which a proxy shows the archive, such as /archive/.",
)
@click.option(
    "--pages/--no-pages",
    default=None,
    help="Show pages as they were captured, where a build keeps them; else on this machine alone.",
)
@click.option("--no-sql", is_flag=True, help="Do not let visitors write SQL of their own.")
def serve(
    home: Path,
    host: str,
    port: int,
    contact: str,
    proxies: tuple[str, ...],
    base_url: str,
    pages: bool | None,
    no_sql: bool,
) -> int:
    """Serve the published database, read-only."""
    if not host.strip():  # it would listen at every address of the machine
        raise UsageError(what="--host: name the address to listen at")
    serve_home(
        home,
        host=host,
        port=port,
        allow_sql=not no_sql,
        contact=contact,
        proxies=proxies,
        base_url=base_url,
        pages=pages,
    )
    return 0


def serve_home(
    home: Path,
    *,
    host: str,
    port: int,
    allow_sql: bool,
    contact: str = "",
    proxies: tuple[str, ...] = (),
    base_url: str = "/",
    pages: bool | None = None,
) -> None:
    """Serve a home's present database until interrupted.

    Raises: UsageError for a contact, proxy or prefix that is none; StartError when there is no
    database, it was withdrawn or may not be read, or the port is taken; IntegrityError when what
    stands in its place is not a database of ours.
    """
    from schema.published import CURRENT, FOLDER
    from web import NotServableError, WithdrawnError
    from web import serve as run_server

    database = home / FOLDER / CURRENT
    try:
        run_server(
            database,
            host=host,
            port=port,
            allow_sql=allow_sql,
            contact=contact,
            proxies=proxies,
            base_url=base_url,
            pages=pages,
            on_ready=lambda at: say(f"Serving at {at} (Ctrl-C ends it)"),
        )
    except WithdrawnError as error:
        raise StartError(what=f"{error}; `verdicts build` publishes without it") from error
    except NotServableError as error:
        raise IntegrityError(
            where=str(database), what=f"cannot be served: {error}; `verdicts check` says more"
        ) from error
    except FileNotFoundError as error:
        what = f"{database}: nothing to serve: `verdicts build` makes it, --home names another home"
        raise StartError(what=what) from error
    except OSError as error:
        where = error.filename or f"{host}:{port}"
        hint = "; --port takes another, 0 a free one" if error.errno == errno.EADDRINUSE else ""
        raise StartError(what=f"{where}: cannot be served: {error.strerror}{hint}") from error
