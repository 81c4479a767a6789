"""`verdicts cdxj`: the archive's index for replay tools."""

from __future__ import annotations

from pathlib import Path

import click

from verdicts.console import note, say
from verdicts.options import example, home_option
from verdicts.outfile import replacing, require_outside


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
    if out != Path("-"):
        require_outside(home, out, "an index")
    found = index(home, has_304=not without_304)
    text = "".join(f"{line}\n" for line in found.lines)
    if out == Path("-"):
        click.echo(text, nl=False)
    else:
        with replacing(out) as file:
            file.write(text.encode("ascii"))
        say(f"{out}: {len(found.lines)} lines")
    if found.unsealed:
        note(f"left out: {found.unsealed} captures of segments that are still being written")
    return 0
