"""The options and help texts that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from schema.errors import UsageError

Command = TypeVar("Command", bound=Callable[..., Any])

home_option = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="VERDICTS_HOME",
    default=Path("data"),
    show_default="$VERDICTS_HOME, else ./data",
    help="The home folder: ledger, archive, record files, databases.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
site_option = click.option(
    "--site",
    metavar="NAME",
    help="The site file to read by: one of parsers/sites; a wrong name is answered with the list.",
)


def _require_named(
    _: click.Context, __: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    # To Python an empty path is the present folder, which nobody meant.
    if "" in given:
        raise UsageError(what="PATH: one of the paths is empty; `.` names the present folder")
    return given


paths_argument = click.argument(
    "paths", nargs=-1, required=True, metavar="PATH ...", callback=_require_named
)


def port_option(default: int) -> Callable[[Command], Command]:
    """Where a server listens."""
    kind = click.IntRange(0, 65535)
    return click.option("--port", type=kind, default=default, help="0 takes a free port.")


def contact_option(whom: str) -> Callable[[Command], Command]:
    """A mail or web address that others are told."""
    variable = "VERDICTS_CONTACT"
    return click.option(
        "--contact",
        metavar="MAIL-OR-URL",
        default="",
        envvar=variable,
        show_default=False,
        help=f"{whom} Else ${variable}.",
    )


def example(*lines: str) -> str:
    """The end of a command's help."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)
