"""`verdicts fixture`: the newest capture of an address as a fixture folder, to be looked at."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schema.errors import StartError, UsageError
from verdicts.console import give, note
from verdicts.options import example, home_option, site_option

if TYPE_CHECKING:
    from archive import Capture
    from schema.page import RawPage

CASE = 80
"""How long the name of a case that is made from an address may be. Units: characters."""
WARNING = (
    "The page is a publisher's own words: look at it here, do not commit or pass it on."
    " For the project write a page of the same shape about tools that do not exist."
)


@click.command(
    "fixture",
    epilog=example(
        "verdicts fixture https://shiporskip.io/compare/a-vs-b --case new-cards --to looked-at"
    ),
)
@click.argument("address")
@home_option
@site_option
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("tests/fixtures"),
    help="The folder of all fixtures.",
)
@click.option("--case", metavar="NAME", help="The end of the folder's name.")
def fixture(address: str, home: Path, site: str | None, to: Path, case: str | None) -> int:
    """Make a fixture folder from a page's newest capture.

    It holds the page's bytes and where they are from. What must come out of it is not written: look
    at the page first.
    """
    from archive import open_archive
    from verdicts.newest import newest_page

    archive = open_archive(home)
    capture = newest_page(archive, address, site)
    folder = to / capture.site / f"{capture.captured_at[:10]}-{case or _case_of(capture.url)}"
    _require_free(folder, case)
    write_fixture(folder, capture, archive.load(capture))
    give(str(folder))
    note(WARNING)
    note(f"See what comes out of it:    python -m verdicts.fixtures {folder}")
    note(f"Once a person found it right: python -m verdicts.fixtures --accept {folder}")
    return 0


def _case_of(url: str) -> str:
    """A name from the end of an address; a long one is cut between two words.

    >>> _case_of("https://sample.example/compare/a-vs-b"), _case_of("urn:sha256:0123456789abcdef")
    ('a-vs-b', '0123456789ab')
    >>> _case_of("https://sample.example/compare/" + "sound-" * 20)[-11:]
    'sound-sound'
    """
    last = re.split(r"[/:]", url.rstrip("/"))[-1]
    name = re.sub(r"[^a-z0-9-]+", "-", last.lower()).strip("-") or "page"
    if url.startswith("urn:"):
        return name[:12]
    return name if len(name) <= CASE else name[: CASE + 1].rpartition("-")[0] or name[:CASE]


def _require_free(folder: Path, case: str | None) -> None:
    if case is not None and not re.fullmatch(r"[a-z0-9][a-z0-9-]*", case):
        raise UsageError(what=f"--case {case!r}: only small letters, digits and hyphens")
    if folder.exists():
        raise UsageError(what=f"{folder} is there already; give another --case")


def write_fixture(folder: Path, capture: Capture, page: RawPage) -> None:
    """Write the page and what is known of it, as docs/fixtures.md says.

    Raises: StartError where the folder cannot be written.
    """
    meta = {
        "site": capture.site,
        "url": page.url,
        "content_type": page.content_type,
        "origin": f"Captured {capture.captured_at}; a publisher's own words, not to be committed.",
    }
    suffix = "txt" if (page.content_type or "").startswith("text/plain") else "html"
    try:
        folder.mkdir(parents=True)
        (folder / f"page.{suffix}").write_bytes(page.body)
        text = json.dumps(meta, ensure_ascii=False, indent=1)
        (folder / "meta.json").write_text(text + "\n", "utf-8")
    except OSError as error:
        raise StartError(what=f"{folder} cannot be written: {error.strerror}") from error
