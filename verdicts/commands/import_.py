"""`verdicts import`: saved pages, folders of them and WARC files into the archive."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from machine.text import some
from schema.errors import UsageError
from verdicts.console import alert, next_step, note, print_report, progress, say, warn
from verdicts.options import example, home_option, json_option, paths_argument, site_option
from verdicts.told import acted_on, imported

if TYPE_CHECKING:
    from crawler import ImportReport

SHOWN = 10
"""So many hosts, and files, that were left out are named; `--json` lists them all."""
TOLD = {
    "details", "drift", "nameless", "passed_files", "problems", "read", "skipped", "skipped_by",
    "stored", "unchanged", "undated",
}  # fmt: skip
"""What people are told in sentences; the rest of a report follows as a list."""
LEFT_OUT = {"host": "no site claims it", "takedown": "erased, and not taken in again"}


@click.command("import", epilog=example("verdicts import saved/ pages.warc.gz --site shiporskip"))
@paths_argument
@home_option
@site_option
@click.option("--url", help="The address of the one saved page.")
@click.option(
    "--urls-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Lines of file<TAB>address.",
)
@click.option("--date", metavar="ISO", help="When the pages were saved, where nothing says so.")
@json_option
def import_(
    paths: tuple[str, ...],
    home: Path,
    site: str | None,
    url: str | None,
    urls_file: Path | None,
    date: str | None,
    as_json: bool,
) -> int:
    """Take saved pages, WARC files and other containers.

    Taken are saved pages (.html, .htm, .xhtml, .txt, with .gz too), MHTML, webarchives, WARC (.gz,
    .zst), WACZ, HAR, ZIM, and zip files and folders of these; all else in a folder is passed over,
    counted by kind and named with --json. Where nothing at all was taken: exit code 10.

    What belongs to a host that no site claims is left out and counted by host; where that is all,
    nothing was taken: exit code 2. Left out and counted are also pages whose bytes a take-down
    erased, until it is lifted, and records and files that are dated more than a day ahead
    (damaged:date).
    """
    from crawler.importing import import_paths
    from parsers.sites import site_named

    with progress() as tell:
        report = import_paths(
            home,
            paths,
            site=site_named(site) if site else None,
            url=url,
            urls_file=urls_file,
            date=date,
            progress=tell,
        )
    if as_json:
        print_report(asdict(report), as_json=True)
    else:
        _print(report, home)
    if report.exit_code == UsageError.exit_code:
        has_hosts = any(each.startswith("host:") for each in report.skipped_by)
        why = "no site claims the hosts of these pages; name one with --site"
        why = why if has_hosts else "these have no address of a page"
        raise UsageError(what=f"nothing was taken: {why}")
    if not report.stored + report.unchanged + report.skipped:
        warn("nothing was taken: none of the files given holds a page that can be read")
    if report.stored and not as_json:
        note(next_step("drift" if report.drift else "build", home))
    return report.exit_code


def _print(report: ImportReport, home: Path) -> None:
    from archive import open_archive
    from db.changes import changes_of_run

    told = asdict(report)
    counts = changes_of_run(open_archive(home), report.run_id) if report.stored else None
    new = counts.line() if counts is not None else some(report.stored, "capture")
    say(new if report.stored else "nothing new")
    for line in imported(told):
        say(line)
    for line in acted_on(told):
        alert(line)
    rest = {name: each for name, each in told.items() if name not in TOLD}
    rest["unmet"] = {kind: len(named) for kind, named in report.unmet.items()}
    print_report(rest, as_json=False)
    if report.nameless:
        note(f"stored without an address: {report.nameless}; --url or --urls-file gives one")
    if report.undated:
        note(
            f"stored without a date: {report.undated}; a file's own time is none, --date gives one"
        )
    for found, count in list(report.skipped_by.items())[:SHOWN]:
        reason, _, host = found.partition(":")
        why = LEFT_OUT.get(reason, f"no address of a page ({reason})")
        note(f"left out: {count} of {host}: {why}")
    if len(report.skipped_by) > SHOWN:
        note(f"left out: those of {len(report.skipped_by) - SHOWN} more hosts (--json lists all)")
    for (where, code), said in zip(report.problems, report.details, strict=True):
        note(f"{where}: {code}" + (f": {said}" if said else ""))
    _name("passed over", [f"{where}: {kind}" for where, kind in report.passed_files])
    _name("unmet", report.unmet.get("lines", []))
    _name("no line of the list names", report.unmet.get("files", []))


def _name(what: str, named: list[str]) -> None:
    """Say the first of some names, and how many more there are."""
    for each in named[:SHOWN]:
        note(f"{what}: {each}")
    if len(named) > SHOWN:
        note(f"{what}: {len(named) - SHOWN} more (--json lists all)")
