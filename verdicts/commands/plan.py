"""`verdicts plan`: how few pages show every tool, and what asking for them takes."""

from __future__ import annotations

import math
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from machine.text import some
from schema.errors import UsageError
from verdicts.console import print_report, say
from verdicts.options import example, home_option, json_option, site_option

if TYPE_CHECKING:
    from crawler.choosing import SitePlan

WIDEST = 100
"""Lines are no longer, however wide the terminal. Units: characters."""
NARROW = 70
"""Below it an explanation stands under its number, not beside it. Units: characters."""
SHOWN = 10
"""So many pages of a cover are shown; `--json` lists them all."""


@click.command(epilog=example("verdicts plan", "verdicts plan --site shiporskip --delay 5 --json"))
@home_option
@site_option
@click.option(
    "--delay",
    "delay_s",
    type=click.FloatRange(min=0),
    metavar="S",
    default=1.0,
    help="Seconds between requests, to reckon the time with.",
)
@json_option
def plan(home: Path, site: str | None, delay_s: float, as_json: bool) -> int:
    """Explain which few pages show every tool.

    Also what asking for them takes. Each comparison page shows two complete tools. `crawl --plan
    coverage` asks the fewest pages that together show all of them; `crawl --plan all` asks those
    first. Nothing is asked here.
    """
    from dataclasses import asdict

    from archive import Home
    from crawler.choosing import plan_home
    from parsers.sites import site_named

    Home(home).require_ledger()
    if not math.isfinite(delay_s):
        raise UsageError(what=f"--delay {delay_s}: not a number of seconds")
    report = plan_home(home, site=site_named(site) if site else None, delay_s=delay_s)
    if as_json:
        print_report(asdict(report), as_json=True)
        return 0
    if not report.sites:
        say(f"{home}: no comparison page is known yet; a crawl or an import makes some known")
    width = min(shutil.get_terminal_size().columns, WIDEST)
    for line in (line for each in report.sites for line in explain_plan(each, max(width, 30))):
        say(line)
    return 0


def explain_plan(site: SitePlan, width: int) -> Iterator[str]:
    """The lines that explain one site's plan. Units: `width` in characters."""
    yield from textwrap.wrap(f"{site.title} ({site.site})", width)
    yield from _row("tools known", site.tools, "named by the addresses of comparison pages", width)
    yield from _row("covered", site.covered, "on a stored page that is not due", width)
    yield from _row("to cover", site.to_cover, "on a page that may be asked now", width)
    if site.lost:
        yield from _row("out of reach", site.lost, "only on pages that may not be asked now", width)
    yield from _row("pages known", site.pages, "comparison pages", width)
    yield from _row("stored", site.stored, "with a record, and not due", width)
    yield from _row("waiting", site.waiting, "never stored, or to be tried again", width)
    yield from _row("due", site.due, "to be asked again", width)
    asleep = site.pages - site.stored - site.waiting - site.due
    if asleep:
        yield from _row("not asked now", asleep, "without a record, failed, refused or gone", width)
    if site.unclear:
        yield from _row(
            "unclear", site.unclear, "addresses that can be read in several ways", width
        )
    yield from _row("cover", site.cover_pages, "pages that show every tool to cover", width)
    yield ""
    for sentence in _sentences(site):
        yield from textwrap.wrap(sentence, width, initial_indent="  ", subsequent_indent="  ")
    if site.cover:
        yield ""
        is_cut = len(site.cover) > SHOWN
        yield "  The first pages of the cover:" if is_cut else "  The pages of the cover:"
        yield from (f"    {url}" for url in site.cover[:SHOWN])
        if is_cut:
            yield f"    and {len(site.cover) - SHOWN:,} more (--json lists all)"
    yield ""


def _row(label: str, number: int, words: str, width: int) -> Iterator[str]:
    head = f"  {label:<14}{number:>10,}"
    if width >= NARROW:
        yield f"{head}  {words}"
        return
    yield head
    yield from textwrap.wrap(words, width, initial_indent="    ", subsequent_indent="    ")


def _sentences(site: SitePlan) -> Iterator[str]:
    if site.is_delay_too_long:
        yield (
            f"robots.txt asks for {site.crawl_delay_s:g} seconds between requests, more than "
            "a crawl waits: it would leave the site alone."
        )
    total = site.cover_pages + site.rest
    if not total:
        yield "Nothing is waiting or due."
        return
    if not site.cover_pages:
        yield (
            f"Every tool that can be seen is covered. The other {some(site.rest, 'page')} would "
            f"take {duration(site.all_seconds)}."
        )
        return
    pause = f"{site.delay_s:g} s" + (
        ", as robots.txt asks" if site.crawl_delay_s and site.crawl_delay_s >= site.delay_s else ""
    )
    takes = f"At a delay of at least {pause}, the cover takes {duration(site.cover_seconds)}"
    if not site.rest:
        yield f"{takes}. It holds every page that may be asked, so it saves nothing."
        return
    yield (
        f"{takes} and all {some(total, 'page')} take {duration(site.all_seconds)}. The cover "
        f"saves {some(site.rest, 'request')} and "
        f"{duration(site.all_seconds - site.cover_seconds)}."
    )


def duration(seconds: float) -> str:
    """A span of time for people, in its two largest units.

    >>> duration(0), duration(59.6), duration(3725), duration(200_000)
    ('0 s', '1 min', '1 h 2 min', '2 d 7 h')
    """
    left = round(seconds)
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        number, left = divmod(left, size)
        parts.append((number, unit))
    first = next((at for at, (number, _) in enumerate(parts) if number), len(parts) - 1)
    told = [f"{number} {unit}" for number, unit in parts[first : first + 2] if number]
    return " ".join(told) or "0 s"
