"""`verdicts takedown`: leaving out, on request, a page, a tool or a quote, everywhere at once."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from verdicts.console import next_step, note, print_report, say
from verdicts.options import example, home_option, json_option, site_option


@click.group(
    epilog=example(
        "verdicts takedown add https://shiporskip.io/compare/a-vs-b --reason 'asked by its author'",
        "verdicts takedown list",
    )
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
@home_option
@json_option
def add(asked: str, reason: str, site: str | None, erase: bool, home: Path, as_json: bool) -> int:
    """Take down a page (address or slug pair), a tool (slug) or a quote (key or its words).

    A page: nothing of it is published or asked for again. A tool: so for every comparison with
    it. A quote: its words, beside a note in their place.
    """
    from archive import Home
    from db.takedown import take_down

    report = take_down(Home(home.absolute()), asked, reason=reason, site=site, erase=erase)
    print_report(asdict(report), as_json=as_json)
    if not report.is_complete:
        note("a build is running: when it ends, it publishes without this")
        return 20
    if not as_json:
        note(
            f"{next_step('build', home)}, which publishes without it; after it start a running"
            " `verdicts serve` again"
        )
    return 0


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
@home_option
def lift(number: int, home: Path) -> int:
    """Let a take-down hold no longer; what was erased does not come back by itself."""
    from archive import Home
    from db.takedown import lift as run_lift

    run_lift(Home(home.absolute()), number)
    say("`verdicts build` publishes again what is still archived")
    return 0
