"""The command line: one function a command, each calling one room.

Heavy imports stand inside the commands, so that `--help` and `parse` start quickly.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from verdicts.commands.backup import backup, restore
from verdicts.commands.build import build
from verdicts.commands.cdxj import cdxj
from verdicts.commands.changes import acknowledge, changes
from verdicts.commands.correct import correct
from verdicts.commands.crawl import crawl
from verdicts.commands.decide import differ, same
from verdicts.commands.drift import drift
from verdicts.commands.evaluate import evaluate
from verdicts.commands.export import export
from verdicts.commands.fixture import fixture
from verdicts.commands.import_ import import_
from verdicts.commands.plan import plan as plan_command
from verdicts.commands.prune import prune
from verdicts.commands.rollback import rollback
from verdicts.commands.serve import serve
from verdicts.commands.status import status
from verdicts.commands.takedown import takedown
from verdicts.commands.trace import trace
from verdicts.commands.wacz import wacz
from verdicts.console import give, note, print_report, progress, say
from verdicts.options import (
    Commands,
    example,
    home_option,
    json_option,
    paths_argument,
    port_option,
    quiet_option,
    site_option,
)

KINDS = {
    "Start": ("demo", "status"),
    "Gather": ("crawl", "import", "plan"),
    "Publish": ("build", "serve", "export", "wacz", "cdxj"),
    "Ask": ("changes", "trace", "explain", "parse", "schema", "evaluate"),
    "Keep": ("check", "backup", "restore", "rollback", "prune"),
    "Decide": ("drift", "acknowledge", "same", "differ", "correct", "takedown", "fixture"),
}
"""The commands in the order of work, under what they are for."""


@click.group(
    cls=Commands,
    kinds=KINDS,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "show_default": True,
    },
    epilog=example("verdicts demo", "verdicts parse page.html | head -1"),
)
@quiet_option
@click.option("--debug", is_flag=True, help="Show the trace of a fault instead of a sentence.")
@click.version_option(package_name="verdicts", prog_name="verdicts")
def cli(debug: bool) -> None:
    """A living archive of published AI-tool comparisons.

    Exit codes: 0 complete; 2 wrong usage; 10 complete, but something new waits for a person, mostly
    pages that fail; 20 stopped early, and the same command goes on; 30 refused to start; 40 archive
    and files do not agree, or a publish was refused; 70 a fault of the program.
    """


@cli.command(epilog=example("verdicts demo", "verdicts demo --home /tmp/d --no-serve"))
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    help="A home folder of the demo's own.",
)
@click.option("--no-serve", is_flag=True, help="Stop when everything was built and checked.")
@port_option(0)
def demo(home: Path, no_serve: bool, port: int) -> int:
    """Crawl, build and serve the sample site, with no network.

    What comes out is checked against the site's own list. Its tools do not exist.
    """
    from verdicts.commands.demo import run_demo

    return run_demo(home, is_serving=not no_serve, port=port)


@cli.command(epilog=example("verdicts parse page.html --url https://shiporskip.io/compare/a-vs-b"))
@paths_argument
@click.option("--url", help="The address of the one page.")
@site_option
@click.option("--trace", is_flag=True, help="Add the place that each value was read from.")
def parse(paths: tuple[str, ...], url: str | None, site: str | None, trace: bool) -> int:
    """Read pages and print one JSON line each.

    Nothing is written. HTML, extracted text of both styles, WARC files, and folders of them in
    sorted order.
    """
    from verdicts.commands.parse import parse_paths

    return parse_paths(paths, url=url, site=site, has_trace=trace)


@cli.command(epilog=example("verdicts explain page.html"))
@click.argument("page", metavar="PATH|ADDRESS|PAIR")
@click.option("--url", help="The address that a file has on the site.")
@home_option
@site_option
def explain(page: str, url: str | None, home: Path, site: str | None) -> int:
    """Show what was read from a page, or why it was refused.

    Its visible blocks in reading order, and what each of them gave. A file, or the newest capture
    of an address or a slug pair such as a-vs-b.
    """
    from verdicts.commands.explain import explain_page

    return explain_page(page, url=url, home=home, site=site)


@cli.command(epilog=example("verdicts check --deep", "verdicts check --rebuild-ledger"))
@home_option
@click.option(
    "--deep", is_flag=True, help="Read every archived record, and derive every value, again."
)
@click.option(
    "--rebuild-ledger", is_flag=True, help="First make the ledger again from the WARC files."
)
@json_option
def check(home: Path, deep: bool, rebuild_ledger: bool, as_json: bool) -> int:
    """Verify ledger, archive, records and database.

    Each is held against the others, and every difference is named.
    """
    from db import check as run_check

    if rebuild_ledger:
        _rebuild(home, as_json=as_json)
    with progress() as tell:
        problems = run_check(home, deep=deep, progress=tell, tell=note)
    report: dict[str, Any] = {"problems": [asdict(problem) for problem in problems]}
    if as_json:
        print_report(report, as_json=True)
    else:
        for problem in problems:
            give(f"{problem.where}: {problem.what}")
        way_out = "docs/damage.md says what to do about each"
        if problems:
            give(f"problems: {len(problems)}; {way_out}")
        else:
            say("everything agrees")
    return 40 if problems else 0


def _rebuild(home: Path, *, as_json: bool) -> None:
    from archive import Home
    from crawler.replay import rebuild

    place = Home(home)
    with progress() as tell:
        made = rebuild(place, progress=tell)
    found = asdict(made) | {
        "damaged": len(made.damaged),
        "lost": len(made.lost),
        "old": made.old and str(place.quarantine / made.old),
    }
    if not as_json:
        print_report({"ledger made again": found}, as_json=False)
    for where in made.damaged:
        note(where)
    for what in made.lost:
        note(f"lost with the old ledger: {what}")


@cli.command(epilog=example("verdicts schema > records.schema.json"))
def schema() -> int:
    """Print the JSON Schema of the lines of `verdicts parse`."""
    from pydantic.json_schema import models_json_schema

    from schema.records import Comparison, Failure, Other

    lines = (Comparison, Failure, Other)
    references, definitions = models_json_schema([(line, "serialization") for line in lines])
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of `verdicts parse`",
        "oneOf": [references[line, "serialization"] for line in lines],
        **definitions,
    }
    give(json.dumps(document, indent=2, ensure_ascii=False))
    return 0


for command in (
    acknowledge, backup, build, cdxj, changes, correct, crawl, differ, drift, export, evaluate,
    fixture, import_, plan_command, prune, restore, rollback, same, serve, status, takedown, trace,
    wacz,
):  # fmt: skip
    cli.add_command(command)
