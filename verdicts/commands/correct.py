"""`verdicts correct`: a dated note beside what was published, which itself stays as it was."""

from __future__ import annotations

from pathlib import Path

import click

from schema.errors import UsageError
from verdicts.console import next_step, note, print_report, say
from verdicts.options import dry_option, example, home_option, json_option, site_option


@click.command(
    epilog=example(
        "verdicts correct alpha-notes --note 'The maker says that the plan is paid since May.'",
        "verdicts correct --list",
    )
)
@click.argument("asked", metavar="[ADDRESS|TOOL|QUOTE]", required=False)
@click.option("--note", "text", help="The note. It is published, with today's date.")
@click.option("--list", "is_listing", is_flag=True, help="List the notes instead.")
@dry_option
@site_option
@home_option
@json_option
def correct(
    asked: str | None,
    text: str | None,
    is_listing: bool,
    is_dry: bool,
    site: str | None,
    home: Path,
    as_json: bool,
) -> int:
    """Note a correction on a page, a tool or a quote.

    A page by its address or slug pair, a tool by its slug, a quote by its key. A note stays: one
    that is wrong is put right by another.
    """
    from archive import Home
    from archive.takedown import corrections
    from db.takedown import correct as run_correct

    place = Home(home.absolute())
    if is_listing:
        found = corrections(place)
        if as_json:
            print_report({"corrections": [each.model_dump() for each in found]}, as_json=True)
        for each in () if as_json else found:
            say(f"{each.id}  {each.added_at}  {each.kind} {each.site} {each.target}: {each.note}")
        return 0
    if asked is None or text is None:
        raise UsageError(what="name an address, a tool or a quote, and say --note TEXT; or --list")
    number, target = run_correct(place, asked, note=text, site=site, is_dry=is_dry)
    said = {"id": number, "kind": target.kind, "site": target.site, "target": target.target}
    print_report(said, as_json=as_json)
    if is_dry and not as_json:
        note("nothing was noted: without --dry-run it is")
    elif not as_json:
        note(f"{next_step('build', home)}, which publishes it")
    return 0
