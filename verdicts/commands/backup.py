"""`verdicts backup` and `verdicts restore`: a second copy of a home, and a home made from it."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path

import click

from schema.errors import UsageError
from verdicts.console import next_step, note, print_report, progress, say, warn
from verdicts.options import example, home_option, json_option

OTHER_ARCHIVES = {".zip", ".gz", ".tgz", ".7z", ".xz", ".bz2", ".zst", ".rar"}
"""What a file name ends in that asks for an archive of a kind that is not made here."""


@click.command(
    epilog=example("verdicts backup --to /mnt/backup/verdicts", "verdicts backup --to home.tar")
)
@home_option
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR-OR-FILE.tar",
    help="A folder, renewed with only what changed, or one file.",
)
@click.option(
    "--records",
    "has_records",
    is_flag=True,
    help="Record files too; without them the next build makes them again.",
)
@click.option("--deep", is_flag=True, help="Read the copies made before again, too.")
@click.option("--link", is_flag=True, hidden=True, expose_value=False, help="No longer needed.")
@json_option
def backup(home: Path, to: Path, has_records: bool, deep: bool, as_json: bool) -> int:
    """Copy the archive and what is published, verified.

    Ledger, archived bytes and databases; it is safe while a crawl runs. Exit code 40 where the home
    is damaged: the rest is copied, and sound copies made before stay; 30 where the place holds
    another home's backup, or bytes that a remade ledger does not know.
    """
    from archive import Home
    from archive.backup import backup as run_backup

    if to.suffix.lower() in OTHER_ARCHIVES and not to.is_dir():
        what = f"{to}: a backup is a folder or one file whose name ends in .tar, no {to.suffix}"
        raise UsageError(what=what)
    with progress() as tell:
        report = run_backup(Home(home), to, has_records=has_records, is_deep=deep, progress=tell)
    code = _print(asdict(report), report.problems, as_json=as_json)
    if not as_json:
        restored = f"next: `verdicts restore {shlex.quote(str(to))} --home NEW` makes a home of it"
        note(next_step("check --deep", home) if code else restored)
    return code


@click.command(epilog=example("verdicts restore /mnt/backup/verdicts --home fresh"))
@click.argument("source", metavar="FROM", type=click.Path(path_type=Path, exists=True))
@home_option
@click.option("--deep", is_flag=True, help="Read every archived record of the new home.")
@json_option
def restore(source: Path, home: Path, deep: bool, as_json: bool) -> int:
    """Make a home from a backup, in an empty folder, and check it.

    Exit code 30 where the folder is not empty, 40 where the backup or the new home is damaged.
    """
    from archive import Home
    from archive.backup import restore as run_restore
    from db import check
    from schema.published import CURRENT, FOLDER

    with progress() as tell:
        report = run_restore(source, Home(home), progress=tell)
        problems = check(home, deep=deep, progress=tell, tell=note)
    report.problems += [f"{found.where}: {found.what}" for found in problems]
    code = _print(asdict(report), report.problems, as_json=as_json)
    if not as_json:
        has_edition = (home / FOLDER / CURRENT).exists()
        note(next_step("check" if code else "serve" if has_edition else "build", home))
    return code


def _print(report: dict[str, object], problems: list[str], *, as_json: bool) -> int:
    if as_json:
        print_report(report, as_json=True)
    else:
        say(f"problems: {len(problems)}" if problems else "no problem: all was read again")
        for problem in problems:
            warn(problem)
        print_report(report | {"problems": None}, as_json=False)
    return 40 if problems else 0
