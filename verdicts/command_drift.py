"""`verdicts drift`: what changed on a site in its last crawl, and accepting it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verdicts.console import print_report, say
from verdicts.options import example, home_option, json_option, site_option

if TYPE_CHECKING:
    from verdicts.drift import SiteDrift, Structure


@click.command("drift", epilog=example(
    "verdicts drift --site shiporskip", "verdicts drift --accept 12",
))  # fmt: skip
@home_option
@site_option
@click.option("--run", "run_id", type=click.IntRange(min=1), metavar="RUN",
              help="Look at this run, not at the last one.")  # fmt: skip
@click.option("--accept", type=click.IntRange(min=1), metavar="RUN",
              help="Let the next build publish what was held back in this run.")  # fmt: skip
@json_option
def drift(home: Path, site: str | None, run_id: int | None, accept: int | None, as_json: bool,
          ) -> int:  # fmt: skip
    """Show how the pages of the last run differ from those of the good runs before it.

    Layouts, the share of pages that show each field, failure codes, and one page of the old and
    one of the new layout side by side. Exit code 10 where something waits for a person.
    """
    from verdicts.drift import find_drift

    if accept is not None:
        return _accept(home, accept)
    found = find_drift(home, site, run_id)
    structures = [_structures(home, each) for each in found]
    reports = [each.report() for each in found]
    if as_json:
        sides = ({name: asdict(page) if page else None for name, page in pages.items()}
                 for pages in structures)
        print_report({"sites": [report | {"structure": side} for report, side in
                                zip(reports, sides, strict=True)]}, as_json=True)  # fmt: skip
    else:
        for report, pages in zip(reports, structures, strict=True):
            _print(report, pages)
        if not found:
            say("no run has looked at a comparison yet")
    return 10 if any(report["is_drift"] for report in reports) else 0


def _accept(home: Path, run_id: int) -> int:
    from archive.profiles import accept_drift

    for row in accept_drift(home, run_id):
        say(f"accepted: run {row.run_id}, {row.site}, {row.layout}, {row.pages} pages")
    say("`verdicts build` publishes what was held back, and later runs are compared with it")
    return 0


def _structures(home: Path, found: SiteDrift) -> dict[str, Structure | None]:
    """One page of the commonest layout before, and one of the layout that changed."""
    from archive import open_archive
    from archive.worker import GuardedPool
    from verdicts.drift import explain_task, read_structure

    archive = open_archive(home)
    with GuardedPool(explain_task) as pool:
        old, new = (None if capture is None else read_structure(archive, capture, pool)
                    for capture in found.examples())  # fmt: skip
    return {"before": old, "now": new}


def _print(report: dict[str, Any], pages: dict[str, Structure | None]) -> None:
    from verdicts.drift import side_by_side

    runs = ", ".join(map(str, report["compared_with"])) or "no good run before it"
    say(f"{report['site']}: run {report['run']}, compared with {runs}")
    for change in report["changes"] or ["nothing drifted"]:
        say(f"  {change}")
    if report["is_drift"]:
        say(f"  what it changed is held back; `verdicts drift --accept {report['run']}` lets it in")
    say("\nlayouts")
    for layout, counted in report["layouts"].items():
        _line(layout, counted, counted["state"])
    if report["failures"]:
        say("\nfailures")
    for name, share in report["failures"].items():
        _line(name, share)
    for layout, shares in report["shares"].items():
        say(f"\n{layout}")
        for name, share in shares.items():
            if not (name.startswith("out of range") and share["now"].startswith("0/")):
                _line(name, share)
    say("\nstructure: before, and now")
    for line in side_by_side(pages["before"], pages["now"]):
        say(line)


def _line(name: str, share: dict[str, Any], state: str = "") -> None:
    say(f"  {name:44} {share['before']:>9} {share['now']:>9}  {state}".rstrip())
