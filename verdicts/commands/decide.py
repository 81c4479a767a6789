"""`verdicts same` and `verdicts differ`: whether two tools are one, decided by a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from schema.errors import UsageError
from verdicts.console import next_step, note, print_report
from verdicts.options import Command, example, home_option, json_option, site_option

OPTIONS = (
    click.argument("a", metavar="[A", required=False),
    click.argument("b", metavar="B]", required=False),
    click.option("--reason", metavar="TEXT", help="Why, in one line; it is published."),
    click.option(
        "--from",
        "others",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Instead of A and B: take in all decisions, of both kinds, of another archive's"
        " decisions.jsonl.",
    ),
    site_option,
    home_option,
    json_option,
)
"""What both commands take."""


def _takes_options(command: Command) -> Command:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.command(
    epilog=example(
        "verdicts same alpha alpha-notes --reason 'One maker, one download page.'",
        "verdicts same --from ../theirs/decisions.jsonl",
        "verdicts build",
    )
)
@_takes_options
def same(**given: Any) -> int:
    """Decide that two tools are one.

    A and B are tools by their keys in the table `tool`, or by the names that their cards show. What
    was published stays as it is: the decision is written to decisions.jsonl in the home, and the
    next `verdicts build` shows it. A later decision on the same two takes its place.
    """
    return _decide("same", **given)


@click.command(
    epilog=example(
        "verdicts differ alpha alpha-24b --reason 'The second is the larger model.'",
        "verdicts build",
    )
)
@_takes_options
def differ(**given: Any) -> int:
    """Decide that two tools are two, however alike their names are.

    A and B are tools by their keys in the table `tool`, or by the names that their cards show. The
    decision is written to decisions.jsonl in the home, and the next `verdicts build` shows it. A
    later decision on the same two takes its place.
    """
    return _decide("differ", **given)


def _decide(
    decision: Literal["same", "differ"],
    *,
    a: str | None,
    b: str | None,
    reason: str | None,
    others: Path | None,
    site: str | None,
    home: Path,
    as_json: bool,
) -> int:
    from archive import Home
    from db import decide, take_in

    place = Home(home.absolute())
    if others is not None:
        if a is not None or reason is not None or site is not None:
            raise UsageError(
                what="--from takes a file's decisions as they are: no A, B or --reason"
            )
        print_report(take_in(place, others)._asdict(), as_json=as_json)
    elif a is None or b is None or reason is None:
        raise UsageError(what=f"name two tools and say why: {decision} A B --reason TEXT")
    else:
        made = decide(place, decision, (a, b), reason=reason, site=site)
        print_report(made.model_dump(), as_json=as_json)
    if not as_json:
        note(f"{next_step('build', home)}, which publishes it")
    return 0
