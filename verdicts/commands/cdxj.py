"""`verdicts cdxj`: the archive's index for replay tools."""

from __future__ import annotations

import os
from pathlib import Path

import click

from machine.files import whole
from schema.errors import StartError, StoppedError, UsageError
from verdicts.console import note, say
from verdicts.options import example, home_option


@click.command(epilog=example("verdicts cdxj --out index.cdxj", "verdicts cdxj --without-304"))
@home_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default=Path("-"),
    metavar="FILE",
    show_default="standard output",
    help="Where the index goes; a file is replaced whole or not at all.",
)
@click.option(
    "--without-304",
    is_flag=True,
    help="Leave out the answers that a page has not changed: pywb would replay them as"
    " empty pages, where it otherwise takes the capture before.",
)
def cdxj(home: Path, out: Path, without_304: bool) -> int:
    """Print a CDXJ index of the archive, for pywb and its like."""
    from archive import Home, index

    Home(home).require_ledger()
    if out != Path("-") and out.absolute().is_relative_to(home.absolute()):
        raise UsageError(what=f"{out}: an index does not lie inside its home")
    found = index(home, has_304=not without_304)
    text = "".join(f"{line}\n" for line in found.lines)
    if out == Path("-"):
        click.echo(text, nl=False)
    else:
        _replace(out, text)
        say(f"{out}: {len(found.lines)} lines")
    if found.unsealed:
        note(f"left out: {found.unsealed} captures of segments that are still being written")
    return 0


def _replace(path: Path, text: str) -> None:
    """Put a whole file in the place of an older one.

    Raises: StartError when there is no such folder, StoppedError when the file cannot be
    written; the older one is then as it was.
    """
    if not path.parent.is_dir():
        raise StartError(what=f"{path.parent}: there is no such folder")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with whole(path, part) as file:
            file.write(text.encode("ascii"))
    except OSError as error:
        raise StoppedError(what=f"{path}: cannot be written: {error.strerror}") from error
