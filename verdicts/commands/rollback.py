"""`verdicts rollback`: an edition published before is shown again."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schema.errors import StartError
from verdicts.console import give, next_step, note, print_report
from verdicts.options import example, home_option, json_option

if TYPE_CHECKING:
    from db import Rollback


@click.command(
    epilog=example(
        "verdicts rollback --dry-run", "verdicts rollback --to verdicts-0123456789abcdef"
    )
)
@home_option
@click.option("--to", metavar="NAME", help="This edition of public/, newer ones too.")
@click.option("--dry-run", is_flag=True, help="Only say what would be shown.")
@json_option
def rollback(home: Path, to: str | None, dry_run: bool, as_json: bool) -> int:
    """Show the edition before the present one again.

    A running server shows it at once. What was left is set aside: a build that makes the same once
    more does not publish it, and one that makes anything else does.
    """
    from archive import Home
    from db import roll_back
    from web import NotServableError, require_servable

    try:
        done = roll_back(Home(home.absolute()), to, require=require_servable, is_dry=dry_run)
    except NotServableError as error:
        what = f"{error}; nothing was moved, --to names another edition"
        raise StartError(what=what) from error
    if as_json:
        print_report(asdict(done) | {"dry_run": dry_run}, as_json=True)
    else:
        _tell(done, home, is_dry=dry_run)
    return 0


def _tell(done: Rollback, home: Path, *, is_dry: bool) -> None:
    shown = _counted(done.shown, done.comparisons)
    if done.left is None:
        give(f"{'would show' if is_dry else 'shows'} {shown}")
    else:
        left = _counted(done.left, done.comparisons_left)
        give(f"{'would show' if is_dry else 'shows'} {shown} in the place of {left}")
    if is_dry:
        note(next_step(f"rollback --to {done.shown}", home))
    elif done.is_set_aside:
        note(f"{done.left} is set aside: no build publishes it again, only what differs from it")
        note(f"{next_step('build', home)}, once what was wrong with it is mended")
    else:
        note(next_step("status", home))


def _counted(name: str, comparisons: int | None) -> str:
    return name if comparisons is None else f"{name} ({comparisons} comparisons)"
