"""What a worker process is asked to see in a page: whether it gives a record, or its links.

Of a page that was stored the result is to be kept, too, for the build.

Only this function touches pages in the crawl, and only inside a guarded worker.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from archive.store import KeptResult, packed_result
from crawler.reading.traits import PageTraits, traits_of, unread_traits
from parsers import (
    Explanation,
    dump_result,
    explain,
    label_key,
    outcome_of,
    result_key,
    result_of,
    word_key,
)
from parsers.page import Document, page_links
from parsers.sites import DEFAULT_SITE, site_named
from schema.errors import BytesError
from schema.page import RawPage
from schema.records import Comparison, dump_line


@dataclass(frozen=True, slots=True)
class LookTask:
    """A page to look at, and what for: links, a record, or one whose result is to be kept.

    Absent: `site` is None where the page is to tell it.
    """

    page: RawPage
    site: str | None
    wants: Literal["links", "record", "result"]


@dataclass(frozen=True, slots=True)
class PageLook:
    """What was seen.

    Absent: `failure` is None where the page gives what was wanted; `address` where it goes by none;
    `traits` and `record` where no record was wanted or the page is no comparison, `record` also
    where it gives none.
    """

    failure: str | None = None
    links: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    """The feeds and sitemaps that it names."""
    address: str | None = None
    canonicals: tuple[str, ...] = ()
    traits: PageTraits | None = None
    record: str | None = None
    """SHA-256 of what the record says, but for the layout that it was read from."""
    result: KeptResult | None = None
    """What a build would read in it; None where it was not wanted, or would be read otherwise."""


def look(task: LookTask) -> PageLook:
    """What a page shows, as far as the task wants it; runs in the worker."""
    try:
        if task.wants == "links":
            found = page_links(task.page)
            return PageLook(links=found.links, lists=found.lists)
    except BytesError as error:
        return PageLook(failure=error.code)
    read = explain(task.page, site=task.site)
    return PageLook(
        failure=read.problem.code if read.problem else None,
        address=read.url,
        canonicals=read.document.canonicals if read.document is not None else (),
        traits=_traits(read, task),
        record=_said(read.record) if isinstance(read.record, Comparison) else None,
        result=_result(read, task),
    )


def _result(read: Explanation, task: LookTask) -> KeptResult | None:
    page, site = task.page, task.site
    if task.wants != "result" or site is None or page.is_bare:
        return None
    result = result_of(page, outcome_of(page, read), read.markup, site)
    key = result_key(page.url, page.sha256, page.content_type, site)
    return packed_result(key, dump_result(result))


def _said(record: Comparison) -> str:
    line = dump_line(record.model_copy(update={"layout": ""}))
    return hashlib.sha256(line.encode()).hexdigest()


def _traits(found: Explanation, task: LookTask) -> PageTraits | None:
    problem = found.problem
    if problem is not None:
        layout = anchors(found.document, task.site) if found.document is not None else ""
        return unread_traits(layout, problem.code, problem.field)
    return traits_of(found.record) if isinstance(found.record, Comparison) else None


def anchors(document: Document, site: str | None) -> str:
    """A fingerprint of where a page's anchor words stand, for one that gave no record.

    Absent: the kind of a text, and nothing for a page that shows no anchor word.
    """
    if document.kind != "html":
        return document.kind
    words = site_named(site or DEFAULT_SITE).words
    keys = {
        word_key(word)
        for word in (
            words.kicker,
            words.panel_ship,
            words.community,
            words.entry,
            words.scorecard,
            *words.decision,
        )
    }
    places = {
        f"{key} {document.path(block)}"
        for block, text in enumerate(document.text)
        if (key := label_key(text)) in keys
    }
    return hashlib.sha256("\n".join(sorted(places)).encode()).hexdigest()[:8] if places else ""
