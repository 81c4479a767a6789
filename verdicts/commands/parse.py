"""`verdicts parse`: files in, one JSON line a page out, each page read in a guarded worker."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from archive.warc import take_apart
from crawler.sources import (
    PAGES,
    Given,
    Item,
    Trouble,
    find_files,
    is_warc,
    read_source,
    require_files,
    saved_page,
)
from machine.worker import Died, GuardedPool
from parsers import read_page
from parsers.sites import DEFAULT_SITE, site_named, site_of_url
from schema.errors import UsageError
from schema.page import RawPage
from schema.records import Failure, dump_line
from verdicts.console import say
from verdicts.streams import is_unread

HTML = ("text/html", "application/xhtml+xml")
WORKERS = 2


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


def parse_paths(paths: Sequence[str], *, url: str | None, site: str | None, has_trace: bool) -> int:
    """Print a line for each page, in the order asked, and give the exit code.

    Raises: UsageError for a site or host that is not known, an address for several pages, or
    folders that hold nothing to read.
    """
    if site is not None:
        site_named(site)
    files = [(path, found) for path in paths for found in find_files([Path(path)])]
    require_files([*map(Path, paths)], [found for _, found in files])
    if url is not None and (len(files) != 1 or is_warc(files[0][1])):
        raise UsageError(what="--url names the address of one page")
    own, name = own_address(url, site) if url is not None else (None, site)
    tasks = _tasks(files, own, name, site)
    exit_code = 0
    work, workers = partial(parse_task, has_trace=has_trace), WORKERS if len(files) > 8 else 1
    with GuardedPool(work, workers=workers) as pool:
        # The pool takes tasks ahead of its answers, so each is kept until its answer is printed.
        waiting: list[ParseTask] = []
        for answer in pool.map(_kept(tasks, waiting)):
            if is_unread():  # nothing but lines comes of this command
                return 20
            task = waiting.pop(0)
            line, is_failure = _died(task, answer) if isinstance(answer, Died) else answer
            say(line)
            exit_code = 10 if is_failure else exit_code
    return exit_code


def _kept(tasks: Iterator[ParseTask], waiting: list[ParseTask]) -> Iterator[ParseTask]:
    for task in tasks:
        waiting.append(task)
        yield task


def _tasks(
    files: list[tuple[str, Path]], url: str | None, name: str | None, site: str | None
) -> Iterator[ParseTask]:
    for given, file in files:
        path = given
        if Path(given).is_dir():
            path = given.rstrip("/") + "/" + file.relative_to(given).as_posix()
        path = os.fsencode(path).decode("utf-8", "replace")
        if is_warc(file):
            yield from _tasks_of_warc(path, file, site)
            continue
        if file.exists() and not file.is_file():
            yield ParseTask(path, None, name, "it is no ordinary file")
            continue
        if not os.path.lexists(file):
            yield ParseTask(path, None, name, "there is no such file or folder")
            continue
        try:
            body = file.read_bytes()
        except OSError as error:
            yield ParseTask(path, None, name, error.strerror or str(error))
            continue
        yield _task_of_page(path, file, body, url, name)


def _task_of_page(
    path: str, file: Path, body: bytes, url: str | None, name: str | None
) -> ParseTask:
    """A saved page, which may have its HTTP head in front."""
    page = saved_page(body, PAGES.get(file.suffix.lower()))
    if page is None:
        return ParseTask(path, None, name, "the body is damaged", url)
    if url is None and page.url and (name or site_of_url(page.url)):
        url, name = own_address(page.url, name)
    return ParseTask(path, replace(page, url=url or page.url), name, "")


def _tasks_of_warc(path: str, file: Path, site: str | None) -> Iterator[ParseTask]:
    """The HTML answers with status 200 of a WARC file; a broken record is a failure."""
    for item in read_source(file, Given()):
        if isinstance(item, Trouble):
            yield ParseTask(path, None, DEFAULT_SITE, f"{item.reason}: {item.detail}")
        if not isinstance(item, Item):
            continue
        message = None if item.is_file else take_apart(item.block)
        content_type = message.header("content-type") if message else item.content_type
        if (message and message.status != 200) or _kind(content_type) not in HTML:
            continue
        url, name = item.url, site or DEFAULT_SITE
        if url is not None and (site or site_of_url(url)):
            url, name = own_address(url, site)
        body = message.decoded.body if message else item.block
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
            path=task.path, url=task.url, code="unreadable", field=None, detail=task.problem
        )
        return dump_line(failure), True
    record = read_page(task.page, site=task.site).model_copy(update={"path": task.path})
    return dump_line(record, trace=has_trace), isinstance(record, Failure)


def _died(task: ParseTask, died: Died) -> tuple[str, bool]:
    url = task.page.url if task.page else None
    failure = Failure(path=task.path, url=url, code="parser_died", field=None, detail=str(died))
    return dump_line(failure), True
