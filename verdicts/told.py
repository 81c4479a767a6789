"""What a run came to, in sentences: for the head of its report, for `status` and for a mail.

Figures that belong together stand in one sentence that says why they differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from machine.text import some
from verdicts.console import OUTCOME

ACTED_ON = {
    "drift": "drift",
    "found_nothing": "found nothing",
    "unread_lists": "pages may be missing, a list could not be read whole",
    "stopped": "stopped early",
}
"""What a person may have to act on, by its name in a report, and how it is told."""
LISTS = ("listing", "sitemap")
NAMED = 5
"""So many sentences of a kind are told; the JSON has them all."""
TO_DRIFT = "`verdicts drift` shows it beside what was before, and lets it in"


def acted_on(run: Mapping[str, Any]) -> Iterator[str]:
    """A line for each thing in a report that a person may have to act on."""
    for name, words in ACTED_ON.items():
        said = run.get(name) or []
        told = [said] if isinstance(said, str) else said
        yield from (f"{words}: {each}" for each in told[:NAMED])
        if len(told) > NAMED:
            yield f"{words}: {len(told) - NAMED} more (--json lists all)"
    if run.get("drift"):
        yield TO_DRIFT


def crawled(run: Mapping[str, Any]) -> Iterator[str]:
    """What a crawl asked for and stored, in figures that add up.

    >>> run = {"asked": 77, "stored": 76, "unchanged": 0, "failed": {"http_error:404": 1,
    ...        "extraction_refused:truncated": 8}, "without_record": 8,
    ...        "captures": {"comparison": 77, "listing": 2, "robots": 1}}
    >>> print(*crawled(run), sep="\\n")
    77 pages asked = 76 stored + 0 unchanged + 1 failed; 8 of these gave no record
    80 captures = 77 of these pages + 2 of lists and sitemaps + 1 of robots.txt
    >>> print(*crawled({"asked": 0, "stored": 0, "unchanged": 0, "failed": {}}))
    no page was asked for
    """
    without = run.get("without_record", 0)
    failed = sum(run["failed"].values()) - without
    asked = run["asked"]
    if asked:
        parts = {"stored": run["stored"], "unchanged": run["unchanged"], "failed": failed}
        left = asked - sum(parts.values())
        parts |= {"not settled, to be asked again": left} if left > 0 else {}
        told = f"{some(asked, 'page')} asked = {_sum(parts)}"
        yield told + (f"; {without} of these gave no record" if without else "")
    else:
        yield "no page was asked for"
    captures = run.get("captures") or {}
    if captures:
        lists, total = sum(captures.get(role, 0) for role in LISTS), sum(captures.values())
        parts = {"of these pages": captures.get("comparison", 0), "of lists and sitemaps": lists}
        parts |= {"of robots.txt": total - sum(parts.values())}
        yield f"{some(total, 'capture')} = {_sum(parts)}"


def imported(run: Mapping[str, Any]) -> Iterator[str]:
    """What an import read and stored, in figures that add up.

    >>> run = {"read": 9, "stored": 5, "unchanged": 1, "skipped": 1, "problems": ["a", "b", "c"]}
    >>> print(*imported(run), sep="\\n")
    9 exchanges read = 5 stored + 1 here before + 1 left out + 2 not to be taken
    3 problems with these or their files are named below
    """
    parts = {"stored": run["stored"], "here before": run["unchanged"], "left out": run["skipped"]}
    left = run["read"] - sum(parts.values())
    parts |= {"not to be taken": left} if left > 0 else {}
    yield f"{some(run['read'], 'exchange')} read = {_sum(parts)}"
    if problems := len(run["problems"]):
        verb = "is" if problems == 1 else "are"
        yield f"{some(problems, 'problem')} with these or their files {verb} named below"


def built(report: Mapping[str, Any]) -> Iterator[str]:
    """What a build read, in figures that add up; nothing where nothing was new.

    >>> print(*built({"captures": 84, "parsed": 76, "kept": 70}), sep="; ")
    84 new captures = 76 pages + 8 lists, robots.txt and answers without a page; 70 of the pages
    were read when they were stored
    >>> print(*built({"captures": 2, "parsed": 90, "kept": 90}))
    90 pages were read again, 90 of them as kept; 2 captures are new
    """
    captures, parsed, kept = report["captures"], report["parsed"], report["kept"]
    if parsed > captures:
        told = f"{some(parsed, 'page')} were read again, {kept} of them as kept"
        yield f"{told}; {some(captures, 'capture')} {'is' if captures == 1 else 'are'} new"
    elif captures:
        others = captures - parsed
        told = f"{some(captures, 'new capture')} = {some(parsed, 'page')}"
        told += f" + {others} lists, robots.txt and answers without a page" if others else ""
        yield told
        if kept:
            yield f"{kept} of the pages were read when they were stored"


def named_pages(pages: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """A line for each page to look at: its code as people see it, and its address, whole."""
    for each in pages:
        yield f"{each['state']}, {each['code'].replace(*OUTCOME)}: {each['url']}"


def _sum(parts: Mapping[str, int]) -> str:
    return " + ".join(f"{count} {words}" for words, count in parts.items())
