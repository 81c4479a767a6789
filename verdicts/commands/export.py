"""`verdicts export`: what is published as a release, a folder that others can cite and read."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import click

from schema.errors import UsageError
from verdicts.console import note, print_report, progress, say
from verdicts.options import example, home_option, json_option
from verdicts.outfile import require_outside

COUNTED = ("comparison", "tool", "card", "quote", "reviewer", "capture", "change")
"""The tables whose rows are counted for people; the data package counts those of all."""


@click.command(
    epilog=example("verdicts export --out releases", "verdicts export --facts --out releases")
)
@home_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("releases"),
    metavar="DIR",
    help="Where the folder of the release goes; it is there whole or not at all.",
)
@click.option(
    "--facts",
    "is_facts",
    is_flag=True,
    help="Leave out the publisher's sentences: their hashes and lengths stand in their place.",
)
@click.option(
    "--since",
    metavar="RELEASE",
    help="The release to compare with; the one before of the same kind, unless given.",
)
@click.option(
    "--base",
    metavar="URL",
    help="The address under which DIR will be served, for descriptions that want whole addresses.",
)
@json_option
def export(
    home: Path, out: Path, is_facts: bool, since: str | None, base: str | None, as_json: bool
) -> int:
    """Make a release: a folder of files in other people's formats.

    SQLite, Parquet, CSV and JSON Lines, with a data package, Croissant, RO-Crate, a citation, a
    datasheet, hashes and what changed. It is named by its newest capture's date and a number, and
    never changes; take-downs withdraw it. Where it was made before, nothing new is. Texts whose
    pages ask for no copies or for no use by AI are not in it.
    """
    from db.release import export as run_export

    require_outside(home, out, "a release")
    if base is not None and not re.fullmatch(r"https?://[^\s?#]+", base):
        raise UsageError(what=f"{base}: not an address that files can be served under")
    with progress() as tell:
        report = run_export(home, out, is_facts=is_facts, base=base, since=since, progress=tell)
    told = asdict(report)
    if as_json:
        print_report(told, as_json=True)
    elif not report.is_new:
        say(f"nothing new: release {report.release} holds it all, in {report.folder}")
    else:
        told["rows"] = {name: report.rows[name] for name in COUNTED}
        print_report(told, as_json=False)
        note(f"next: {report.folder}/README.md says how to read it")
    return 0
