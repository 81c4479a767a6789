"""`verdicts takedown`: leaving out, on request, a page, a tool or a quote, everywhere at once."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from machine.text import some
from schema.errors import UsageError
from verdicts.console import next_step, note, print_report, say, warn
from verdicts.options import Commands, dry_option, example, home_option, json_option, site_option

if TYPE_CHECKING:
    from db.takedown import TakedownReport


@click.group(
    cls=Commands,
    epilog=example(
        "verdicts takedown add https://shiporskip.io/compare/a-vs-b --reason 'asked by its author'",
        "verdicts takedown list",
    ),
)
def takedown() -> None:
    """Leave out a page, a tool or a quote on request.

    What was published with it is withdrawn.
    """


@takedown.command(
    epilog=example(
        "verdicts takedown add alpha-notes --reason 'asked by its maker' --site shiporskip",
        "verdicts takedown add https://shiporskip.io/compare/a-vs-b --reason 'a name' --erase",
    )
)
@click.argument("asked", metavar="ADDRESS|TOOL|QUOTE")
@click.option("--reason", required=True, help="Why. It is published: repeat no content.")
@site_option
@click.option("--erase", is_flag=True, help="Erase the archived bytes of the pages too, for good.")
@dry_option
@home_option
@json_option
def add(
    asked: str, reason: str, site: str | None, erase: bool, is_dry: bool, home: Path, as_json: bool
) -> int:
    """Take down a page (address or slug pair), a tool (slug) or a quote (key or its words).

    A page: nothing of it is published or asked for again. A tool: so for every comparison with
    it. A quote: its words, beside a note in their place. It is withdrawn at once and nothing is
    asked; --dry-run says before what would go.
    """
    from archive import Home
    from db.takedown import take_down, try_take_down

    place = Home(home.absolute())
    if is_dry:
        report = try_take_down(place, asked, site=site, erase=erase)
    else:
        report = take_down(place, asked, reason=reason, site=site, erase=erase)
    told = asdict(report)
    if as_json:
        print_report(told | ({"dry_run": True} if is_dry else {}), as_json=True)
    else:
        say(_told(report, is_dry=is_dry))
        print_report(told, as_json=False)
    if not report.is_complete:
        warn("a build is running: when it ends, it publishes without this")
        return 20
    if not as_json and not is_dry:
        note(
            f"{next_step('build', home)}, which publishes without it; after it start a running"
            " `verdicts serve` again"
        )
    return 0


def _told(report: TakedownReport, *, is_dry: bool) -> str:
    """What a take-down took out, or would, in a sentence."""
    gone = f"{some(len(report.withdrawn), 'edition')} withdrawn"
    gone += f", {some(report.erased, 'capture')} erased" if report.erased else ""
    of = f"{report.kind} {report.target}: {some(report.pages, 'page')} left out, {gone}"
    return f"nothing was done yet; without --dry-run: {of}" if is_dry else f"taken down: {of}"


@takedown.command("list", epilog=example("verdicts takedown list --json"))
@home_option
@json_option
def list_(home: Path, as_json: bool) -> int:
    """List the take-downs, lifted ones too."""
    from archive import Home
    from archive.takedown import takedowns

    found = takedowns(Home(home))
    if as_json:
        told = [each.model_dump(exclude={"matches"}) for each in found]
        print_report({"takedowns": told}, as_json=True)
        return 0
    for each in found:
        state = f"lifted {each.lifted_at}" if each.lifted_at else "holds"
        if each.matches.is_erasing:
            state += ", erased" if each.is_erased else ", not erased yet"
        about = f"{each.id}  {each.added_at}  {each.kind} {each.site} {each.target}"
        say(f"{about}: {each.reason} ({state})")
    return 0


@takedown.command(epilog=example("verdicts takedown lift 3"))
@click.argument("number", metavar="ID", type=int)
@dry_option
@home_option
def lift(number: int, is_dry: bool, home: Path) -> int:
    """Let a take-down hold no longer; what was erased does not come back by itself."""
    from archive import Home
    from archive.takedown import takedowns
    from db.takedown import lift as run_lift

    place = Home(home.absolute())
    if is_dry:
        for each in takedowns(place):
            if each.id == number and each.lifted_at is None:
                say(f"would be published again, if still archived: {each.kind} {each.target}")
                return 0
        raise UsageError(what=f"{number}: no take-down of that number holds now")
    run_lift(place, number)
    say(f"lifted: take-down {number}; what is still archived is published again")
    note(next_step("build", home))
    return 0
