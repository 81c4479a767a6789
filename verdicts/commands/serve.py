"""`verdicts serve`: the published database of a home, for people and programs."""

from __future__ import annotations

import errno
import threading
import webbrowser
from contextlib import suppress
from pathlib import Path

import click

from schema.errors import IntegrityError, StartError, UsageError
from verdicts.console import give, note
from verdicts.options import contact_option, example, home_option, port_option
from verdicts.streams import OutputError


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
@click.option("--open", "is_opening", is_flag=True, help="Open it in a browser of this machine.")
def serve(
    home: Path,
    host: str,
    port: int,
    contact: str,
    proxies: tuple[str, ...],
    base_url: str,
    pages: bool | None,
    no_sql: bool,
    is_opening: bool,
) -> int:
    """Serve the published database, read-only.

    What a later build publishes is shown at once, without a restart.
    """
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
        is_opening=is_opening,
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
    is_opening: bool = False,
    pages: bool | None = None,
) -> None:
    """Serve what a home publishes until interrupted; `is_opening` shows it in a browser.

    Raises: UsageError for a contact, proxy or prefix that is none; StartError when there is no
    database, it was withdrawn or may not be read, or the port is taken; IntegrityError when what
    stands in its place is not a database of ours.
    """
    from schema.published import CURRENT, FOLDER
    from web import NotServableError, WithdrawnError
    from web import serve as run_server

    database = home / FOLDER / CURRENT

    def tell(address: str) -> None:
        give(f"Serving at {address} (Ctrl-C ends it)")
        if is_opening:  # a browser for terminals stays until it is left, and asks us meanwhile
            threading.Thread(target=open_browser, args=[address], daemon=True).start()

    def tell_of(file: Path) -> None:
        with suppress(OutputError):  # a log on a full disk is no reason to end
            give(f"Serving {file.name} now")

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
            on_ready=tell,
            on_switch=tell_of,
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


def open_browser(address: str) -> None:
    """Show an address in the browser of this machine, or say that there is none."""
    if not webbrowser.open(address):
        note(f"no browser was found on this machine: open {address} in another")
