"""`verdicts build`: a database from the archive, and what another parser would alter in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schema.errors import AlteredError, IntegrityError, UsageError
from verdicts.console import give, next_step, note, print_report, progress, say
from verdicts.options import example, home_option, json_option
from verdicts.told import built

if TYPE_CHECKING:
    from db import BuildReport
    from db.publish import Altered

COUNTED = ("comparisons", "failures", "findings", "held", "damaged")
"""What an edition has, as people are told it where there is any."""


@click.command(epilog=example("verdicts build --workers 4"))
@home_option
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=2,
    help="How many processes read pages at once.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "dask"]),
    default="local",
    help="What runs them: processes of this machine, or Dask (docs/cluster.md).",
)
@click.option("--dask-scheduler", metavar="ADDRESS", help="Without it, a cluster of this machine.")
@click.option(
    "--dask-files",
    metavar="URL",
    help="Where files are exchanged with workers that do not see the home: s3://bucket/folder.",
)
@click.option("--accept-loss", is_flag=True, help="Publish even where many rows would be lost.")
@click.option(
    "--accept-changes",
    is_flag=True,
    help="Publish even where a new parser alters records published before.",
)
@click.option(
    "--pages/--no-pages",
    default=None,
    help="Keep the pages as they were captured beside the database, or not; else as before.",
)
@json_option
def build(
    home: Path,
    workers: int,
    engine: str,
    dask_scheduler: str | None,
    dask_files: str | None,
    accept_loss: bool,
    accept_changes: bool,
    pages: bool | None,
    as_json: bool,
) -> int:
    """Make and publish a database from the archive.

    Its path is printed last; where nothing is new, the present one stays. After an upgrade,
    records that the new parser reads otherwise are shown, and published once they are accepted. An
    archive without a record gives none. Exit code 10 where a page newly fails or is held: what the
    edition before said, or a person acknowledged, is counted and not told again.
    """
    from db import ClusterPlace
    from db import build as run_build

    place = ClusterPlace(dask_scheduler, dask_files) if engine == "dask" else None
    if place is None and (dask_scheduler or dask_files):
        raise UsageError(what="--dask-scheduler and --dask-files go with --engine dask")

    altered: list[Altered] = []
    try:
        with progress() as tell:
            report = run_build(
                home,
                workers=workers,
                dask=place,
                accept_loss=accept_loss,
                accept_changes=accept_changes,
                pages=pages,
                progress=tell,
                tell_altered=altered.extend,
            )
    except AlteredError:
        _print_altered(altered, as_json=as_json)
        raise
    if as_json:
        said = asdict(report) | {"path": str(report.path)}
        print_report(said | {"pages": _pages(report)}, as_json=True)
    else:
        _tell(report, home)
        # Last, also where both streams go into one file.
        give(str(report.path))
    if report.damaged:
        raise IntegrityError(
            where=str(home),
            what=f"captures whose bytes are damaged or missing: {report.damaged};"
            " `verdicts check --deep` names them",
        )
    return 10 if report.waiting.newly else 0


def _tell(report: BuildReport, home: Path) -> None:
    """Say it to people: first what is new, then what it was made of."""
    from db.identity import matcher_version
    from db.statistics import are_installed

    new = report.changes or "nothing new beside the edition before"
    say(f"{new if report.is_new else 'nothing new'}; {report.waiting.line()}")
    said = asdict(report)
    for line in built(said):
        say(line)
    print_report({name: said[name] for name in COUNTED if said[name]}, as_json=False)
    if (pages := _pages(report)) is not None:
        print_report({"captured_pages": pages}, as_json=False)
    if matcher_version() is None:
        note("pairs of tools with near names were not looked for: rapidfuzz is not installed")
    if not are_installed():
        note("derived figures were not made: the extra `research` is not installed")
    if report.set_aside:
        left = report.set_aside
        note(f"not published: {left} was set aside; `verdicts rollback --to {left}` shows it again")
    is_told = not report.waiting.newly
    looks = {"serve": is_told, "drift": report.held, "status": 1}
    note(next_step(next(name for name, is_it in looks.items() if is_it), home))


def _pages(report: BuildReport) -> dict[str, Any] | None:
    """What is kept of pages as they were captured. Absent: None where none are."""
    if (kept := report.pages) is None:
        return None
    return {"captures": kept.captures, "size": kept.size, "left_out": kept.left_out}


def _print_altered(altered: list[Altered], *, as_json: bool) -> None:
    """What another parser alters, for whoever has to accept it."""
    if not altered:
        return
    if as_json:
        print_report({"altered": [asdict(each) for each in altered]}, as_json=True)
        return
    for line in (line for each in altered for line in altered_lines(each)):
        give(line)


def altered_lines(altered: Altered) -> Iterator[str]:
    """A field with its counts, then examples of its values."""
    counts = {name: getattr(altered, name) for name in ("changed", "appeared", "vanished")}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    yield f"{altered.field}: {told}"
    for each in altered.examples:
        yield f"  {each.comparison}: {_told(each.old)} -> {_told(each.new)}"


def _told(value: Any) -> str:
    """A value for people, with nothing in it that a terminal would obey.

    >>> _told(None), _told(75), _told("One\\x1b")
    ('nothing', '75', "'One\\\\x1b'")
    """
    return "nothing" if value is None else repr(value)
