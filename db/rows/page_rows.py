"""The rows about pages and how they were obtained: sites, runs, captures, failures, codes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from archive import Run
from archive.ledger import is_due
from db.records.snapshot import public_runs
from db.rows.load import Seen
from db.rows.numbers import UNNUMBERED, Numbers
from db.rows.pages import page_state
from db.rows.versions import History
from parsers.sites import site_named
from schema.codes import FAILURES, FINDINGS
from schema.rows import CaptureRow, CodeRow, CrawlRow, FailureRow, PageRow, PageState, SiteRow

_CITED = re.compile(r"(['\"]).*\1", re.DOTALL)
RUN_FIELDS = (
    "kind", "site", "started_at", "ended_at", "exit_code", "asked", "stored", "unchanged",
    "failed", "bytes", "robots_state",
)  # fmt: skip


def history_state(history: History) -> PageState:
    """The one state of a page."""
    if history.takedown is not None:
        return "refused"
    return page_state(history.page, [seen.outcome for seen in history.seen])


def site_rows(pages: Iterable[History]) -> Iterator[SiteRow]:
    """A row for each site that has a known page."""
    for name in sorted({history.page.site for history in pages}):
        site = site_named(name)
        yield SiteRow(id=UNNUMBERED, site=site.name, title=site.title, base=site.base)


def code_rows() -> Iterator[CodeRow]:
    """A row for each code, failures first."""
    for code, description in FAILURES.items():
        yield CodeRow(id=UNNUMBERED, code=code, kind="failure", description=description)
    for code, description in FINDINGS.items():
        yield CodeRow(id=UNNUMBERED, code=code, kind="finding", description=description)


def crawl_rows(runs: Iterable[Run]) -> Iterator[CrawlRow]:
    """A row for each run that left a trace, oldest first."""
    for run in public_runs(runs):
        values = {name: getattr(run, name) for name in RUN_FIELDS}
        failed = json.loads(run.report)["failed"] if run.report else None
        by_code = None if failed is None else json.dumps(failed, sort_keys=True)
        seconds = None if run.seconds is None else round(run.seconds)
        yield CrawlRow.model_validate(
            {"id": UNNUMBERED, **values, "failed_by_code": by_code, "seconds": seconds}
        )


def page_rows(
    pages: Iterable[History], names: dict[int, str], numbers: Numbers, at: str
) -> Iterator[PageRow]:
    """A row for each known page; `at` is the time that `due` is judged by."""
    for history in pages:
        page, newest = history.page, history.newest
        yield PageRow(
            id=numbers.pages[page.id],
            site=page.site,
            url=page.url,
            comparison=names[page.id],
            state=history_state(history),
            due=1 if is_due(page.due, at) else 0,
            captures=len(history.seen),
            last_captured_at=newest.capture.captured_at if newest else None,
            takedown=None if history.takedown is None else numbers.takedowns[history.takedown],
        )


def capture_rows(seen: Iterable[Seen], numbers: Numbers) -> Iterator[CaptureRow]:
    """A row for each capture of a known page."""
    for each in seen:
        capture = each.capture
        original = numbers.captures.get(capture.revisit_of) if capture.revisit_of else None
        values = {
            "id": numbers.captures[capture.id],
            "page": numbers.pages[capture.page_id],
            "url": capture.url,
            "captured_at": capture.captured_at,
            "date_source": capture.date_source,
            "status": capture.status,
            "content_type": capture.content_type,
            "kind": capture.kind,
            "revisit_of": original,
            "body_sha256": capture.body_sha256,
            "outcome": each.outcome,
            "opt_outs": " ".join(sorted(each.opt_outs)),
        }
        yield CaptureRow.model_validate(values)


def public_detail(detail: str, *, is_withheld: bool) -> str:
    """A detail as it may be published: where texts are withheld, without the words it cites.

    >>> public_detail("the quote 'Some words' is not closed", is_withheld=True)
    'the quote [withheld] is not closed'
    """
    return _CITED.sub("[withheld]", detail) if is_withheld else detail


def failure_rows(seen: Iterable[Seen], closed: set[int], numbers: Numbers) -> Iterator[FailureRow]:
    """A row for each capture that gave no record; a revisit does not repeat its original's.

    Shape: `closed` are the numbers of pages whose words may not be shown.
    """
    for each in seen:
        if each.failure is not None and not each.is_repeat:
            yield FailureRow(
                id=UNNUMBERED,
                page=numbers.pages[each.capture.page_id],
                capture=numbers.captures[each.capture.id],
                code=each.failure.code,
                field=each.failure.field,
                detail=public_detail(
                    each.failure.detail, is_withheld=each.capture.page_id in closed
                ),
                captured_at=each.capture.captured_at,
            )
