"""`python -m verdicts.fixtures`: stored pages read again, beside the records that must come out.

A fixture is a folder: a page as received, `meta.json` about it, and `expected.json` or
`expected_failure.json`. The expectation is only ever rewritten from the stored page, and only
with `--accept`, after the differences were printed for a person to judge.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parsers import read_page
from schema.errors import StartError, UsageError, VerdictsError
from schema.page import RawPage
from schema.records import dump_line
from verdicts.sample.__main__ import differences

PlainRecord = dict[str, Any]
PAGES = ("page.html", "page.txt")
GOOD, FAILED = "expected.json", "expected_failure.json"
META = {"site", "url", "content_type", "origin"}


@dataclass(frozen=True, slots=True)
class Fixture:
    """One stored page and what is known of it."""

    folder: Path
    site: str
    """The name of the site file that reads it."""
    page: RawPage
    origin: str
    """Where the page comes from, in a sentence."""

    @property
    def name(self) -> str:
        """The site's folder and the case, as tests and messages call it."""
        return f"{self.folder.parent.name}/{self.folder.name}"


def find_fixtures(root: Path) -> list[Path]:
    """The folders under `root` that hold a fixture, sorted. Shape: <root>/<site>/<date>-<case>/."""
    return sorted(found.parent for found in root.glob("*/*/meta.json"))


def load_fixture(folder: Path) -> Fixture:
    """One fixture.

    Raises: UsageError where the folder holds no page, two pages, or no meta.json of its keys.
    """
    try:
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        what = f"{folder} is no fixture: its meta.json cannot be read: {error}"
        raise UsageError(what=what) from error
    if not isinstance(meta, dict) or set(meta) != META:
        raise UsageError(what=f"{folder}/meta.json must have the keys {', '.join(sorted(META))}")
    found = [folder / name for name in PAGES if (folder / name).is_file()]
    if len(found) != 1:
        raise UsageError(what=f"{folder} must hold one of {' and '.join(PAGES)}")
    page = RawPage(meta["url"], found[0].read_bytes(), meta["content_type"])
    return Fixture(folder, meta["site"], page, meta["origin"])


def parse_fixture(fixture: Fixture) -> PlainRecord:
    """What the parser makes of the stored page, as a line of `verdicts parse` without its trace."""
    line: PlainRecord = json.loads(dump_line(read_page(fixture.page, site=fixture.site)))
    return line


def load_expected(folder: Path) -> PlainRecord:
    """The line that must come out.

    Raises: UsageError where the folder holds no expectation, or both kinds.
    """
    found = [folder / name for name in (GOOD, FAILED) if (folder / name).is_file()]
    if len(found) != 1:
        raise UsageError(what=f"{folder} must hold {GOOD} or {FAILED}")
    line: PlainRecord = json.loads(found[0].read_text("utf-8"))
    if (line.get("kind") == "failure") != (found[0].name == FAILED):
        raise UsageError(what=f"{found[0]} holds the kind {line.get('kind')!r}")
    return line


def dump(line: PlainRecord) -> str:
    """A line as the text of an expectation: indented, so that a diff can be read."""
    return json.dumps(line, ensure_ascii=False, indent=1) + "\n"


def changes(folder: Path) -> Iterator[str]:
    """One sentence for each place where the stored page no longer gives its expectation."""
    line = parse_fixture(load_fixture(folder))
    has_any = any((folder / name).is_file() for name in (GOOD, FAILED))
    yield from differences(load_expected(folder) if has_any else {}, line, folder.name)


def accept(folder: Path) -> None:
    """Write what the stored page gives now as its expectation.

    Raises: StartError where the folder cannot be written.
    """
    line = parse_fixture(load_fixture(folder))
    name, other = (FAILED, GOOD) if line["kind"] == "failure" else (GOOD, FAILED)
    try:
        (folder / name).write_text(dump(line), "utf-8")
        (folder / other).unlink(missing_ok=True)
    except OSError as error:
        raise StartError(what=f"{folder} cannot be written: {error}") from error


def main(arguments: list[str] | None = None) -> int:
    """Run the command; gives 1 where a difference was shown and not accepted."""
    parser = argparse.ArgumentParser(
        prog="python -m verdicts.fixtures",
        description="Read stored pages again and show where their records changed.",
        epilog="example: python -m verdicts.fixtures --accept tests/fixtures/<site>/<date>-<case>",
    )
    parser.add_argument("folders", nargs="*", type=Path, help="fixtures; without any, all of them")
    parser.add_argument(
        "--root", type=Path, default=Path("tests/fixtures"), help="where all of them lie"
    )
    parser.add_argument("--accept", action="store_true", help="rewrite the expectations")
    chosen = parser.parse_args(arguments)
    try:
        return _run(chosen.folders or find_fixtures(chosen.root), chosen.accept)
    except VerdictsError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _run(folders: list[Path], is_accepted: bool) -> int:
    if not folders:
        raise UsageError(what="no fixtures there; name a folder, or give --root")
    changed = 0
    for folder in folders:
        shown = list(changes(folder))
        changed += bool(shown)
        print(*shown, sep="\n", end="\n" if shown else "")
        if shown and is_accepted:
            accept(folder)
    verb = "rewritten" if is_accepted else "changed"
    print(f"{len(folders)} fixtures read, {changed} {verb}")
    return 1 if changed and not is_accepted else 0


if __name__ == "__main__":
    sys.exit(main())
