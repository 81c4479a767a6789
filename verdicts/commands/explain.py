"""`verdicts explain`: a page's visible blocks, what was read from each, and what was refused."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from pathlib import Path

from archive import open_archive
from crawler.reading import PAGES
from machine.worker import Died, GuardedPool
from parsers import Explanation, explain
from parsers.sites import DEFAULT_SITE, site_named
from schema.codes import FAILURES, FINDINGS
from schema.errors import UsageError
from schema.page import RawPage
from verdicts.console import printable, say
from verdicts.newest import newest_page

WIDTH = 100


def explain_page(page: str, *, home: Path, site: str | None) -> int:
    """Print the explanation of a file, or of an address's newest capture. Gives the exit code."""
    raw, name = _load(page, home, site)
    with GuardedPool(_explain, workers=1) as pool:
        found = pool.call((raw, name))
    if isinstance(found, Died):
        say(f"parser_died: {FAILURES['parser_died']} ({found.reason})")
        return 10
    for line in describe(found):
        say(printable(line))
    return 10 if found.problem is not None else 0


def _explain(task: tuple[RawPage, str]) -> Explanation:
    return explain(task[0], site=task[1])


def _load(page: str, home: Path, site: str | None) -> tuple[RawPage, str]:
    if page.startswith(("http://", "https://", "urn:")):
        return _load_capture(page, home, site)
    path = Path(page)
    if path.exists() and not path.is_file():
        raise UsageError(what=f"{page}: it is no ordinary file")
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UsageError(what=f"{page}: {error.strerror}") from error
    raw = RawPage(url=None, body=body, content_type=PAGES.get(path.suffix.lower()))
    return raw, site_named(site).name if site else DEFAULT_SITE


def _load_capture(url: str, home: Path, site: str | None) -> tuple[RawPage, str]:
    archive = open_archive(home)
    newest = newest_page(archive, url, site)
    return archive.load(newest), newest.site


def describe(found: Explanation) -> list[str]:
    """The explanation as lines for a person."""
    document = found.document
    lines = []
    if document is not None:
        fields: dict[int, list[str]] = defaultdict(list)
        for field, places in found.trace.items():
            for block, _, _ in places:
                fields[block].append(field)
        lines = [
            line
            for block in range(len(document.text))
            for line in _block(block, document.text[block], document.path(block), fields[block])
        ]
    return [*lines, "", *_outcome(found)]


def _block(number: int, text: str, path: str, fields: list[str]) -> list[str]:
    mark = ", ".join(dict.fromkeys(fields)) or "-"
    shown = textwrap.shorten(text, WIDTH - 8, placeholder=" ...")
    return [f"{number:4}  {shown}", f"      = {mark}   <{path}>"]


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
