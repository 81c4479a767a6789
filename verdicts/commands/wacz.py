"""`verdicts wacz`: what is held, as one file that other people's tools open and replay."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schema.errors import StartError, UsageError
from verdicts.console import note, print_report, progress
from verdicts.options import example, home_option, json_option
from verdicts.outfile import replacing, require_outside

if TYPE_CHECKING:
    from archive.wacz import About, GivenCapture

LABEL = "Unofficial. Shown as published, with its date; not verified."


@click.command(
    epilog=example(
        "verdicts wacz --out archive.wacz",
        "verdicts wacz --address '*/compare/*' --key signing.pem --out comparisons.wacz",
    )
)
@home_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("verdicts.wacz"),
    metavar="FILE",
    help="Where it goes: a name in .wacz; a file is replaced whole or not at all.",
)
@click.option(
    "--address",
    default="*",
    metavar="PATTERN",
    help="Only captures whose own address fits: * for any characters, ? for one.",
)
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Sign it with this private key: PEM, ECDSA on P-384.",
)
@json_option
def wacz(home: Path, out: Path, address: str, key_file: Path | None, as_json: bool) -> int:
    """Make a WACZ of the archive, to give away.

    Answers of sealed segments, each with its index and a list of pages. What was taken down, and
    pages whose publisher asks for no copies, no quoting or no use by AI, are left out and counted.
    """
    from archive import open_archive
    from archive.wacz import read_key, write_wacz
    from db.giving import WORDS, giving

    if out.suffix != ".wacz":
        raise UsageError(what=f"{out}: the name of a WACZ ends in .wacz")
    require_outside(home, out, "a WACZ")
    key = read_key(key_file) if key_file is not None else None
    archive = open_archive(home)
    with progress() as tell:
        found = giving(archive, address, tell)
        left_out = {WORDS[why]: n for why, n in sorted(found.left_out.items())}
        if not found.given:
            why = "; ".join(f"{n} {words}" for words, n in left_out.items())
            fits = f"left out: {why}" if why else f"no capture's address fits {address}"
            raise StartError(what=f"{home}: nothing that may be given; {fits}")
        about = _about(found.given, found.snapshot.recorded_at)
        with replacing(out) as file:
            written = write_wacz(file, archive, found.given, about, key=key, progress=tell)
            found.require_present()
    report: dict[str, Any] = {
        "file": str(out),
        "bytes": out.stat().st_size,
        "created": about.created,
        **written._asdict(),
        "is_signed": key is not None,
        "left_out": left_out,
    }
    print_report(report, as_json=as_json)
    note(f"next: open {out.name} at https://replayweb.page, or see docs/warc.md for pywb")
    return 0


def _about(given: list[GivenCapture], created: str) -> About:
    """What the package says of itself."""
    from importlib.metadata import version

    from archive.wacz import About
    from parsers.sites import site_named

    sites = sorted({each.capture.site for each in given})
    title = "; ".join(site_named(site).title for site in sites)
    return About(title, LABEL, created, f"verdicts {version('verdicts')}")
