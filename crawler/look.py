"""What a worker process is asked to see in a page: whether it gives a record, and its links.

Only this function touches pages in the crawl, and only inside a guarded worker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from parsers import read_page
from parsers.links import canonical_address, page_links
from schema.errors import BytesError
from schema.page import RawPage
from schema.records import Failure


@dataclass(frozen=True, slots=True)
class Task:
    """A page to look at, and what for."""

    page: RawPage
    site: str
    wants: Literal["record", "links", "canonical"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen. Absent: `failure` is None where the page gives what was wanted."""

    failure: str | None = None
    links: tuple[str, ...] = ()
    canonical: str | None = None


def look(task: Task) -> Seen:
    """What a page shows, as far as the task wants it; runs in the worker."""
    try:
        if task.wants == "links":
            return Seen(links=tuple(page_links(task.page)))
        if task.wants == "canonical":
            return Seen(canonical=canonical_address(task.page))
    except BytesError as error:
        return Seen(failure=error.code)
    found = read_page(task.page, site=task.site)
    return Seen(failure=found.code if isinstance(found, Failure) else None)
