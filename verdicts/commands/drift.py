"""`verdicts drift`: what changed on a site in its last crawl, and accepting it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verdicts.console import next_step, note, print_report, say
from verdicts.options import example, home_option, json_option, site_option

if TYPE_CHECKING:
    from crawler.drift import SiteDrift
    from verdicts.structure import Structure


@click.command(
    "drift", epilog=example("verdicts drift --site shiporskip", "verdicts drift --accept 12")
)
@home_option
@site_option
@click.option(
    "--run",
    "run_id",
    type=click.IntRange(min=1),
    metavar="RUN",
    help="Look at this run, not at the last one.",
)
@click.option(
    "--structure",
    "has_structure",
    is_flag=True,
    help="Lay two pages side by side even where nothing drifted.",
)
@click.option(
    "--accept",
    type=click.IntRange(min=1),
    metavar="RUN",
    help="Let the next build publish what was held back in this run.",
)
@json_option
def drift(
    home: Path,
    site: str | None,
    run_id: int | None,
    has_structure: bool,
    accept: int | None,
    as_json: bool,
) -> int:
    """Show how pages have changed since the good runs before.

    Those of the last run beside earlier ones: layouts, the share of pages that show each field,
    failure codes, and one page of the old and one of the new layout side by side. Exit code 10
    where something waits for a person.
    """
    from archive.ledger import still_held
    from crawler.drift import find_drift
    from parsers.sites import site_named

    if accept is not None:
        return _accept(home, accept)
    name = site_named(site).name if site else None
    found, waiting = find_drift(home, name, run_id), still_held(home, {name} if name else None)
    reports = [each.report() for each in found]
    structures = [
        _structures(home, each) if as_json or has_structure or report["changes"] else None
        for each, report in zip(found, reports, strict=True)
    ]
    if as_json:
        for report, pages in zip(reports, structures, strict=True):
            sides = (pages or {}).items()
            report["structure"] = {name: page and asdict(page) for name, page in sides}
        print_report({"sites": reports, "waiting": waiting}, as_json=True)
    else:
        for report, pages in zip(reports, structures, strict=True):
            _print(report, pages)
        if not found:
            say("no run has looked at a comparison yet")
        told = {report["run"] for report in reports if report["is_drift"]}
        for number in sorted(waiting.keys() - told):
            say(
                f"\n{waiting[number]} pages of run {number} wait too;"
                f" `verdicts drift --accept {number}` lets them in"
            )
    return 10 if waiting or any(report["is_drift"] for report in reports) else 0


def _accept(home: Path, run_id: int) -> int:
    from archive.ledger import accept_drift

    for row in accept_drift(home, run_id):
        say(f"accepted: run {row.run_id}, {row.site}, {row.layout}, {row.pages} pages")
    note(f"{next_step('build', home)}, which publishes it; later runs are compared with it")
    return 0


def _structures(home: Path, found: SiteDrift) -> dict[str, Structure | None]:
    """A page of the layout that changed, and it or another as it was before."""
    from archive import open_archive
    from machine.worker import GuardedPool
    from verdicts.structure import explain_task, read_structure

    archive = open_archive(home)
    with GuardedPool(explain_task) as pool:
        old, new = (
            None if capture is None else read_structure(archive, capture, pool)
            for capture in found.examples(archive)
        )
    return {"before": old, "now": new}


def _print(report: dict[str, Any], pages: dict[str, Structure | None] | None) -> None:
    from verdicts.structure import side_by_side

    runs = ", ".join(map(str, report["compared_with"])) or "no good run before it"
    say(f"{report['site']}: run {report['run']}, compared with {runs}")
    for what in [*(report["changes"] or ["nothing drifted"]), *report["cannot_tell"]]:
        say(f"  {what}")
    if report["is_drift"]:
        say(f"  what it changed is held back; `verdicts drift --accept {report['run']}` lets it in")
    _head("layouts, pages")
    for layout, counted in report["layouts"].items():
        _line(layout, counted, counted["state"])
    if report["failures"]:
        _head("failures")
    for name, share in report["failures"].items():
        _line(name, share)
    for layout, shares in report["shares"].items():
        _head(layout)
        for name, share in shares.items():
            if not (name.startswith("out of range") and share["now"].startswith("0/")):
                _line(name, share)
    if pages is None:
        say("\n--structure lays a page of before and one of now side by side")
        return
    say("\nstructure: before, and now")
    for line in side_by_side(pages["before"], pages["now"]):
        say(line)


def _head(title: str) -> None:
    say("")
    _line(title, {"before": "before", "now": "now"}, indent="")


def _line(name: str, share: dict[str, Any], state: str = "", *, indent: str = "  ") -> None:
    say(f"{indent + name:46} {share['before']:>9} {share['now']:>9}  {state}".rstrip())
