"""`verdicts explain`: a page's visible blocks, what was read from each, and what was refused."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from pathlib import Path

from archive import open_archive
from crawler.sources import Given, Item, Trouble, holds_many, printable, read_source, saved_page
from machine.clock import stamp
from machine.worker import Died, GuardedPool
from parsers import Explanation
from parsers.sites import site_named, site_of_url
from schema.codes import FAILURES, FINDINGS
from schema.errors import UsageError
from schema.page import RawPage
from verdicts.commands.parse import own_address
from verdicts.console import say
from verdicts.newest import ADDRESS, newest_page
from verdicts.structure import blocks_of, explain_task

WIDTH = 100
PAIR = r"[^\s/.]+-vs-[^\s/.]+"
"""What may be a slug pair, where there is no such file."""


def explain_page(page: str, *, url: str | None, home: Path, site: str | None) -> int:
    """Print the explanation of a file, or of an address's newest capture. Gives the exit code."""
    raw, name = _load(page, url, home, site)
    with GuardedPool(explain_task, workers=1) as pool:
        found = pool.call((raw, name))
    if isinstance(found, Died):
        say(f"parser_died: {FAILURES['parser_died']} ({found})")
        for line in found.trace.splitlines():
            say(printable(line))
        return 10
    for line in describe(found):
        say(printable(line))
    return 10 if found.problem is not None else 0


def _load(page: str, url: str | None, home: Path, site: str | None) -> tuple[RawPage, str | None]:
    path = Path(page)
    is_pair = re.fullmatch(PAIR, page) is not None and not path.exists()
    if page.startswith(ADDRESS) or is_pair:
        if url is not None:
            raise UsageError(what="--url is for a file; this page has an address of its own")
        archive = open_archive(home)
        newest = newest_page(archive, page, site)
        return archive.load(newest), newest.site
    if not path.exists():
        raise UsageError(what=f"{page}: there is no such file or folder")
    if holds_many(path):
        raise UsageError(what=f"{page}: holds many pages; `import` it, then name one")
    found = next(iter(read_source(path, Given(url, stamp()))))
    if isinstance(found, Item):
        raw, told = saved_page(found.block, found.content_type), found.url
    elif isinstance(found, Trouble) and found.reason in ("empty", "decoded", "unknown_kind"):
        raw, told = saved_page(path.read_bytes(), None), url
    else:
        why = found.detail if isinstance(found, Trouble) else "it is no page"
        raise UsageError(what=f"{page}: {why}")
    if raw is None:
        raise UsageError(what=f"{page}: the body is damaged")
    told = told or raw.url
    is_owned = told is not None and (url or site or site_of_url(told))
    own, name = own_address(told, site) if told is not None and is_owned else (told, site)
    return replace(raw, url=own), site_named(name).name if name else None


def describe(found: Explanation) -> list[str]:
    """The explanation as lines for a person."""
    lines = []
    for number, (fields, path, text) in enumerate(blocks_of(found)):
        shown = textwrap.shorten(text, WIDTH - 8, placeholder=" ...")
        lines += [f"{number:4}  {shown}", f"      = {fields or '-'}   <{path}>"]
    return [*lines, "", *_outcome(found)]


def _outcome(found: Explanation) -> list[str]:
    problem = found.problem
    if problem is not None:
        field = f" ({problem.field})" if problem.field else ""
        return [f"refused: {problem.code}{field}: {problem.detail}", f"  {FAILURES[problem.code]}"]
    if found.record is None or found.record.kind == "other":
        return ["not a comparison: its address is another kind of page"]
    record = found.record
    lines = [f"read: {record.title}, {len(record.quotes)} quotes, layout {record.layout}"]
    for finding in record.findings:
        lines += [
            f"finding: {finding.code} ({finding.field}): {finding.detail}",
            f"  {FINDINGS[finding.code]}",
        ]
    return lines
