"""`verdicts prune`: room on the disk, from what can be made again or is old."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from machine.text import some
from verdicts.console import next_step, note, print_report, progress, say
from verdicts.options import dry_option, example, home_option, json_option


@click.command(epilog=example("verdicts prune --dry-run", "verdicts prune --keep 2"))
@home_option
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    default=5,
    help="So many published databases stay, the current one always.",
)
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(0, 36500),
    default=90,
    metavar="DAYS",
    help="Logs and quarantined bytes go when they are older.",
)
@dry_option
@json_option
def prune(home: Path, keep: int, days: int, is_dry: bool, as_json: bool) -> int:
    """Remove what is old or can be made again.

    Old databases, record files of other parsers, old logs and quarantine. Archived bytes, the
    ledger and what is published now always stay.
    """
    from archive import Home
    from archive import prune as run_prune
    from db.records import ENDINGS

    with progress() as tell:
        gone = run_prune(
            Home(home), present=ENDINGS, keep=keep, days=days, is_dry=is_dry, progress=tell
        )
    sizes: Counter[str] = Counter()
    for each in gone:
        sizes[each.kind] += each.bytes
    total = {"files": len(gone), "bytes": sum(sizes.values()), "by_kind": dict(sizes)}
    if as_json:
        print_report(
            total | {"dry_run": is_dry, "removed": [asdict(each) for each in gone]}, as_json=True
        )
        return 0
    what = "would remove" if is_dry else "removed"
    say(f"{what} {some(len(gone), 'file')}" if gone else "nothing is old, or can be made again")
    for each in gone:
        say(f"{what} {each.path}  {each.bytes} bytes")
    print_report(total if gone else {}, as_json=False)
    if gone and is_dry:
        note(next_step("prune", home))
    return 0
