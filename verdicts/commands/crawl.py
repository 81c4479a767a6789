"""`verdicts crawl`: pages are fetched into the archive."""

from __future__ import annotations

import fcntl
import math
import os
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.start import Timeouts
from machine.text import some
from schema.errors import UsageError
from verdicts.console import alert, next_step, note, print_report, progress, say
from verdicts.options import contact_option, example, home_option, json_option, site_option
from verdicts.told import ACTED_ON, acted_on, crawled

if TYPE_CHECKING:
    from crawler import CrawlReport

TOLD = {
    *ACTED_ON, "asked", "captures", "failing", "nothing_due_until", "stored", "unchanged",
    "waits_newly", "without_record",
}  # fmt: skip
"""What people are told in sentences; the rest of a report follows as a list."""
PARTS = {each.name.removesuffix("_s"): each for each in fields(Timeouts)}
"""What `--timeout` may name."""


def _read_timeouts(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> Timeouts:
    found = {}
    for text in given:
        part, _sign, seconds = text.partition("=")
        try:
            found[PARTS[part].name] = float(seconds)
        except (KeyError, ValueError) as error:
            what = f"--timeout {text}: not {', '.join(PARTS)} and a number, such as connect=5"
            raise UsageError(what=what) from error
    return Timeouts(**found)


def _require_writable(_: click.Context, __: click.Parameter, given: int | None) -> int | None:
    if given is None:
        return None
    try:
        mode = fcntl.fcntl(given, fcntl.F_GETFL) & os.O_ACCMODE
    except OSError as error:
        raise UsageError(what=f"--ack-fd {given}: {error.strerror}") from error
    if mode == os.O_RDONLY:
        raise UsageError(what=f"--ack-fd {given}: is open for reading only")
    return given


@click.command(
    epilog=example(
        "verdicts crawl https://shiporskip.io --contact you@your.org",
        "verdicts crawl --contact you@your.org --max-pages 100",
    )
)
@click.argument("addresses", nargs=-1, metavar="[ADDRESS ...]")
@click.option(
    "--urls",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file of addresses, one a line.",
)
@home_option
@site_option
@click.option("--max-pages", type=click.IntRange(min=0), help="Stop after so many page fetches.")
@click.option(
    "--delay",
    "delay_s",
    type=click.FloatRange(min=0),
    metavar="S",
    help="Seconds between requests; at least 1 towards a public host.",
)
@contact_option("Whom a publisher may write to; part of the user agent.")
@click.option("--allow-private", is_flag=True, help="Allow loopback and private hosts.")
@click.option(
    "--plan",
    type=click.Choice(["all", "coverage"]),
    default="all",
    help="all: every page, a cover of all tools first; coverage: no more than the cover.",
)
@click.option(
    "--per-day",
    type=click.IntRange(min=1),
    default=5000,
    help="Ask for no more pages of a site on one day, in all runs together.",
)
@click.option(
    "--all-due",
    is_flag=True,
    help="Ask for everything known, due or not; unchanged pages send no body.",
)
@click.option(
    "--timeout",
    "timeouts",
    metavar="PART=S",
    multiple=True,
    callback=_read_timeouts,
    help="Give a part up after S seconds; may be repeated. Else: "
    + ", ".join(f"{part}={each.default:g}" for part, each in PARTS.items())
    + ".",
)
@click.option(
    "--ack-fd",
    "ack",
    type=click.IntRange(min=0),
    metavar="N",
    callback=_require_writable,
    help="Write a line (address, SHA-256) to descriptor N once a capture is safe.",
)
@json_option
def crawl(
    addresses: tuple[str, ...],
    urls: Path | None,
    home: Path,
    site: str | None,
    delay_s: float | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Fetch and archive pages, by name or as they fall due.

    A page address fetches that page; a root or a sitemap is discovered from. Without an address:
    what is waiting or due.
    """
    from crawler import crawl as run_crawl
    from parsers.sites import site_named

    if delay_s is not None and not math.isfinite(delay_s):
        raise UsageError(what=f"--delay {delay_s}: not a number of seconds")
    named = [*addresses, *(_read_urls(urls) if urls else [])]
    with progress() as tell:
        report = run_crawl(
            home,
            addresses=named,
            site=site_named(site) if site else None,
            delay_s=delay_s,
            progress=lambda url, done, of: tell("fetched", done, of),
            **given,
        )
    from crawler.drift import cannot_tell

    told = asdict(report) | {"cannot_tell": cannot_tell(home, report.run_id)}
    if as_json:
        print_report(told, as_json=True)
    (note if as_json else say)(_headline(home, report))
    for line in acted_on(told):
        alert(line, is_aside=as_json)
    if as_json:
        return report.exit_code
    for line in crawled(told):
        say(line)
    print_report({name: each for name, each in told.items() if name not in TOLD}, as_json=False)
    if step := _next(report):
        note(next_step(step, home))
    return report.exit_code


def _headline(home: Path, report: CrawlReport) -> str:
    """What is new, and how many pages wait for a person, in one line."""
    from archive import open_archive
    from db.changes import Waiting, changes_of_run

    waiting = Waiting(**report.failing).line()
    if report.stored:
        counts = changes_of_run(open_archive(home), report.run_id)
        new = counts.line() if counts is not None else f"{some(report.stored, 'page')} stored"
        return f"{new}; {waiting}"
    if report.nothing_due_until is not None and not report.exit_code:
        return f"nothing new: nothing is due until {report.nothing_due_until}"
    return f"nothing new; {waiting}"


def _next(report: CrawlReport) -> str | None:
    """The command that comes next. Absent: None where nothing is to be done."""
    if report.drift and {*report.drift} & {*report.waits_newly}:
        return "drift"
    if report.stored or report.unchanged:
        return "build"
    return "crawl" if report.stopped is not None else None


def _read_urls(path: Path) -> list[str]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(what=f"{path}: cannot be read: {error}") from error
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
