"""`verdicts parse`: files in, one JSON line a page out, each page read in a guarded worker."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from archive.warc import take_apart
from crawler.sources import (
    Company,
    Given,
    Item,
    PassedOver,
    Trouble,
    find_files,
    holds_many,
    read_source,
    require_files,
    sidecar,
)
from machine.clock import stamp
from machine.worker import Died, GuardedPool
from parsers import read_page
from parsers.sites import site_named, site_of_url
from schema.errors import UsageError
from schema.page import RawPage
from schema.records import Failure, dump_line
from verdicts.console import give, note
from verdicts.streams import is_unread

HTML = ("text/html", "application/xhtml+xml")
WORKERS = 2
CODES: dict[str, str] = {
    "empty": "empty_page",
    "decoded": "too_large",
    "unknown_kind": "not_a_comparison",
}
"""What a file that cannot be taken is as a page, by the reason; any other is unreadable."""


@dataclass(frozen=True, slots=True)
class ParseTask:
    """One page to parse.

    Absent: `page` is None where it could not be read, `problem` says why; `site` where nobody named
    one, so that the page may tell.
    """

    path: str
    page: RawPage | None
    site: str | None
    problem: str
    url: str | None = None
    code: str = "unreadable"


def parse_paths(paths: Sequence[str], *, url: str | None, site: str | None, has_trace: bool) -> int:
    """Print a line for each page, in the order asked, and give the exit code.

    Raises: UsageError for a site or host that is not known, an address for several pages, or
    folders that hold nothing to read.
    """
    if site is not None:
        site_named(site)
    files = [(path, found) for path in paths for found in find_files([Path(path)])]
    require_files([*map(Path, paths)], [found for _, found in files])
    if url is not None and not _is_one_page(paths, [found for _, found in files]):
        raise UsageError(what="--url names the address of one page")
    own, name = own_address(url, site) if url is not None else (None, site)
    passed_over: dict[str, None] = {}
    tasks = _tasks(files, own, name, site, passed_over)
    exit_code = 0
    work, workers = partial(parse_task, has_trace=has_trace), WORKERS if len(files) > 8 else 1
    with GuardedPool(work, workers=workers) as pool:
        # The pool takes tasks ahead of its answers, so each is kept until its answer is printed.
        waiting: list[ParseTask] = []
        lines = 0
        for answer in pool.map(_kept(tasks, waiting)):
            if is_unread():  # nothing but lines comes of this command
                return 20
            task = waiting.pop(0)
            line, is_failure = _died(task, answer) if isinstance(answer, Died) else answer
            give(line)
            lines += 1
            exit_code = 10 if is_failure else exit_code
    if passed_over and not lines:
        note(f"no page was read; passed over: {', '.join(passed_over)}")
        return 10
    return exit_code


def _is_one_page(paths: Sequence[str], files: Sequence[Path]) -> bool:
    pages = [file for file in files if str(file) in paths or sidecar(file) is None]
    return len(pages) == 1 and not holds_many(pages[0])


def _kept(tasks: Iterator[ParseTask], waiting: list[ParseTask]) -> Iterator[ParseTask]:
    for task in tasks:
        waiting.append(task)
        yield task


def _tasks(
    files: list[tuple[str, Path]],
    url: str | None,
    name: str | None,
    site: str | None,
    passed_over: dict[str, None],
) -> Iterator[ParseTask]:
    """What there is to parse; the kinds of what was passed over are noted beside it, in order."""
    company = Company(file for _, file in files)
    for given, file in files:
        path, is_named = given, not Path(given).is_dir()
        if not is_named:
            path = given.rstrip("/") + "/" + file.relative_to(given).as_posix()
        path = os.fsencode(path).decode("utf-8", "replace")
        if not os.path.lexists(file):
            yield ParseTask(path, None, name, "there is no such file or folder")
            continue
        is_alone = not holds_many(file)
        # No date is asked for: one that is given keeps the file's own from being looked at.
        found = read_source(file, Given(url, stamp()), is_named=is_named, company=company)
        for each in found:
            if isinstance(each, Trouble):
                code = CODES.get(each.reason, "unreadable")
                yield ParseTask(path, None, name, _problem(each), url, code)
            elif isinstance(each, PassedOver):
                passed_over.setdefault(each.kind)
            elif isinstance(each, Item):
                yield from _tasks_of(path, each, name, site, is_alone=is_alone)


def _problem(trouble: Trouble) -> str:
    plain = trouble.reason in ("unreadable", *CODES)
    return trouble.detail if plain else f"{trouble.reason}: {trouble.detail}"


def _tasks_of(
    path: str, item: Item, name: str | None, site: str | None, *, is_alone: bool
) -> Iterator[ParseTask]:
    """A file that is one page; of those in a container a page of HTML, answered with status 200."""
    message = None if item.is_file else take_apart(item.block)
    content_type = message.header("content-type") if message else item.content_type
    if message and message.status != 200:
        return
    if not is_alone and _kind(content_type) not in HTML:
        return
    url, body = item.url, message.decoded.body if message else item.block
    if url is not None and (site or site_of_url(url)):
        try:
            url, name = own_address(url, site)
        except UsageError as error:
            yield ParseTask(path, None, name, str(error), url)
            return
    if body is None:
        yield ParseTask(path, None, name, "the body is damaged", url)
    else:
        is_bare = message is not None and message.decoded.is_plain
        page = RawPage(url=url, body=body, content_type=content_type, is_bare=is_bare)
        yield ParseTask(path, page, name, "")


def _kind(content_type: str | None) -> str:
    return (content_type or "").split(";")[0].strip().lower()


def own_address(url: str, site: str | None) -> tuple[str, str]:
    """The address on its site's own base, and the site's name."""
    if not re.match(r"(?:https?://|urn:)\S+\Z", url):
        raise UsageError(what=f"--url {url!r}: is no address")
    owner = site_named(site) if site else site_of_url(url)
    if owner is None:
        raise UsageError(what=f"{url}: no site claims its host; name one with --site")
    try:
        return owner.own_address(url), owner.name
    except ValueError as error:
        raise UsageError(what=f"{url}: {error}") from error


def parse_task(task: ParseTask, *, has_trace: bool = False) -> tuple[str, bool]:
    """The line of one page and whether it is a failure; runs in the worker."""
    if task.page is None:
        failure = Failure(
            path=task.path, url=task.url, code=task.code, field=None, detail=task.problem
        )
        return dump_line(failure), True
    record = read_page(task.page, site=task.site).model_copy(update={"path": task.path})
    return dump_line(record, trace=has_trace), isinstance(record, Failure)


def _died(task: ParseTask, died: Died) -> tuple[str, bool]:
    url = task.page.url if task.page else None
    failure = Failure(path=task.path, url=url, code="parser_died", field=None, detail=str(died))
    return dump_line(failure), True
