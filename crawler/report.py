"""What a crawl says when it ends. Plain values only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """The outcome of one crawl.

    `asked` counts comparison pages for which a request was sent, each once; `captures` what was
    stored, by the role of what was asked for, and `without_record` pages that are stored and are
    among the `failed`;
    `failed` and `refused` count comparison pages by `outcome:reason`, `notes` everything else,
    sentences on the clock and the log among them;
    `drift` says in sentences how the pages differ from those of earlier crawls, `found_nothing`
    which sites named no comparison, `unread_lists` are lists that are there and could not be read,
    or not whole, so that pages may be missing, and `waiting` is how many comparison pages are still
    to ask, in the whole home;
    `failing` counts the failed pages that failed so before (or were acknowledged) and those that
    newly do, and `waits_newly` says in a sentence each what else waits for a person and was not
    told by the run before.
    Absent: `stopped` is None unless the run ended early, `robots_state` where nothing was asked,
    `nothing_due_until` where a comparison was asked for, or waits.
    """

    run_id: int
    asked: int
    stored: int
    unchanged: int
    failed: dict[str, int]
    without_record: int
    captures: dict[str, int]
    refused: dict[str, int]
    notes: dict[str, int]
    drift: list[str]
    found_nothing: list[str]
    unread_lists: list[str]
    waiting: int
    failing: dict[str, int]
    waits_newly: list[str]
    nothing_due_until: str | None
    robots_state: str | None
    stopped: str | None
    exit_code: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome of one import.

    `stored` are new captures, `unchanged` exchanges that were here before, `skipped` those that
    were left out, mostly of hosts that no site claims, and `skipped_by` counts them by
    `reason:host`, most first; `nameless` are those stored without an address, `undated` those of
    which only a file's own time is known;
    `failed` counts by `outcome:reason` what could not be taken or gives no record, `problems` names
    each of them, and `details` has a sentence for each, empty where the code says it all;
    `passed_over` counts by kind what is no page, and `passed_files` names each with its kind;
    `unmet` names the `lines` of a list of addresses that met no file, and the `files` of pages that
    met no line; `drift` says in sentences how the pages differ from those of earlier imports;
    `notes` counts what is odd about captures that were taken, in sentences, and `by_tool` captures
    by what made them, as it says itself.
    Absent: `unmet` is empty where no list was given.
    """

    run_id: int
    read: int
    stored: int
    unchanged: int
    skipped: int
    skipped_by: dict[str, int]
    nameless: int
    undated: int
    failed: dict[str, int]
    problems: tuple[tuple[str, str], ...]
    details: tuple[str, ...]
    passed_over: dict[str, int]
    passed_files: tuple[tuple[str, str], ...]
    unmet: dict[str, list[str]]
    drift: list[str]
    notes: dict[str, int]
    by_tool: dict[str, int]
    exit_code: int
