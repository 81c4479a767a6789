"""The options and help texts that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from schema.errors import UsageError
from verdicts.console import hush

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


def _hush(_: click.Context, __: click.Parameter, is_quiet: bool) -> bool:
    if is_quiet:
        hush(is_quiet=True)
    return is_quiet


quiet_option = click.option(
    "-q",
    "--quiet",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_hush,
    help="Say only what went wrong or was asked for, such as JSON; the exit code tells the rest.",
)
dry_option = click.option("--dry-run", "is_dry", is_flag=True, help="Only say what it would do.")


class Commands(click.Group):
    """A group whose commands all take `--quiet`, and stand in its help in the order of work.

    `kinds` names the commands under each heading; what it leaves out is not shown.
    """

    def __init__(
        self, *given: Any, kinds: Mapping[str, tuple[str, ...]] | None = None, **how: Any
    ) -> None:
        super().__init__(*given, **how)
        self.kinds = kinds or {}

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """As of any group; what has commands of its own has given them the option."""
        super().add_command(cmd if isinstance(cmd, click.Group) else quiet_option(cmd), name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of work, for completion as for the help."""
        return [name for names in self.kinds.values() for name in names] or [*self.commands]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A list under each heading, with one width for all of them."""
        width = max(map(len, self.commands))
        limit = formatter.width - 6 - width
        for kind, names in (self.kinds or {"Commands": tuple(self.commands)}).items():
            with formatter.section(kind):
                formatter.write_dl(
                    [
                        (f"{name:{width}}", self.commands[name].get_short_help_str(limit))
                        for name in names
                    ]
                )


def example(*lines: str) -> str:
    """The end of a command's help."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)
