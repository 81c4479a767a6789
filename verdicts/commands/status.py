"""`verdicts status`: what is known, in which state, what it takes, and what comes next."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from machine.text import shortened, some
from verdicts.console import give, next_step, note, print_report, say
from verdicts.options import example, home_option, json_option
from verdicts.told import acted_on, crawled, named_pages

WIDTH = 80
"""Lines are no longer. Units: characters."""
SHOWN = 3
"""So many of the pages that wait for a person are named, and sentences said; `--json` has more."""
STATES = ("stored", "held", "failed", "waiting", "gone", "refused")
COLUMNS = "{:>5}  {:<17} {:<7} {:>4} {:>7} {:>7} {:>9} {:>7}  {}"
"""The table of runs."""


@click.command(epilog=example("verdicts status", "verdicts status --json"))
@home_option
@click.option(
    "--told",
    type=click.Choice(["crawl", "build"]),
    help="Only what the last of these said, in its own sentences, as for a mail.",
)
@json_option
def status(home: Path, told: str | None, as_json: bool) -> int:
    """Say what is known, in which state, and what comes next.

    Pages by state, what is due when, the last runs that did something, the disk, what is published,
    and what waits for a person.
    """
    from db import status as run_status

    found = run_status(home)
    for run in filter(None, [found["last_run"], *found["runs"]]):
        run["report"] = json.loads(run["report"] or "null")
    if as_json:
        print_report(found, as_json=True)
    elif told is not None:
        for line in (_of_crawl if told == "crawl" else _of_build)(found):
            give(line)
    else:
        for line in _screen(found):
            say(line)
        note(next_step(_next(found), home))
    return 0


def _of_crawl(found: dict[str, Any]) -> Iterator[str]:
    """What the last run said, where it was a crawl that ended."""
    run = found["last_run"]
    if run is not None and run["kind"] == "crawl" and run["report"] is not None:
        report = run | run["report"]
        yield from acted_on(report)
        yield from crawled(report)
        yield from _named(found)


def _of_build(found: dict[str, Any]) -> Iterator[str]:
    """What the newest edition says that the one before did not."""
    published = found["published"]
    if published is not None and published["changes"]:
        yield f"What is new in the newest edition: {published['changes']}."
    yield f"{_waiting(found)}."
    yield from _named(found)


def _named(found: dict[str, Any]) -> Iterator[str]:
    """The pages that wait for a person and that nobody has acknowledged, whole."""
    return named_pages(found["look_at"] if found["waiting"]["not_acknowledged"] else [])


def _screen(found: dict[str, Any]) -> Iterator[str]:
    pages = found["pages"]
    told = ", ".join(f"{pages[state]} {state}" for state in STATES if pages[state])
    yield from _row("pages", f"{pages['known']} known" + (f": {told}" if told else ""))
    yield from _row("due", _due(found))
    yield from _row("captures", str(found["captures"]))
    yield from _runs(found)
    sizes = sorted(found["disk"].items(), key=lambda each: -each[1])
    shown = ", ".join(f"{name} {_mib(size)}" for name, size in sizes if size)
    yield from _row("disk", f"{_mib(sum(found['disk'].values()))} MiB: {shown}")
    yield from _published(found["published"])
    takedowns = ", ".join(f"{n} {name}" for name, n in found["takedowns"].items() if n)
    if takedowns:
        yield from _row("take-downs", takedowns)
    yield from _row("waits", _waiting(found))
    named = [*_named(found)]
    for line in named[:SHOWN]:
        yield shortened(f"  {line}", WIDTH)
    if named:
        yield "  (`verdicts status --json` names up to ten, whole)"


def _row(label: str, text: str) -> list[str]:
    """A line under a label, or more where it is long."""
    return textwrap.wrap(f"{label:11}{text}", WIDTH, subsequent_indent=" " * 11)


def _due(found: dict[str, Any]) -> str:
    """What is due, and when what is next."""
    told = f"{found['pages']['due']} now"
    pages, lists = found["due_next"]["pages"], found["due_next"]["lists"]
    if pages is not None:
        told += f"; next {some(pages['pages'], 'page')} on {pages['at'][:10]}"
    return told + (f"; lists from {lists['at'][:10]}" if lists is not None else "")


def _runs(found: dict[str, Any]) -> Iterator[str]:
    """A table of the runs that did something, and whether there was one since that did not."""
    runs, last = found["runs"], found["last_run"]
    if runs:
        head = ("began (UTC)", "kind", "exit", "asked", "stored", "unchanged", "failed", "took")
        yield COLUMNS.format("run", *head).rstrip()
    for run in runs:
        began = run["started_at"][:16].replace("T", " ")
        counts = (run[name] for name in ("asked", "stored", "unchanged", "failed"))
        code = "-" if run["exit_code"] is None else run["exit_code"]
        took = "not ended" if run["seconds"] is None else f"{run['seconds']:.0f} s"
        yield COLUMNS.format(run["id"], began, run["kind"], code, *counts, took)
    for run in runs[-1:]:
        said = [*acted_on(run | (run["report"] or {}))]
        for line in said[:SHOWN]:
            yield from textwrap.wrap(f"  {line}", WIDTH, subsequent_indent="    ")
        if len(said) > SHOWN:
            yield "  (`verdicts status --told crawl` says it all)"
    if last is not None and (not runs or last["id"] != runs[-1]["id"]):
        yield f"  run {last['id']} of {last['started_at'][:10]}, the last, found nothing to do"


def _published(published: dict[str, Any] | None) -> Iterator[str]:
    if published is None:
        yield from _row("published", "nothing yet")
        return
    rows = published["rows"]
    counts = ", ".join(some(rows[name], name) for name in ("comparison", "tool", "quote"))
    yield from _row("published", f"{published['name']}: {counts}")
    if published["changes"]:
        yield shortened(f"  new in it: {published['changes']}", WIDTH)
    if published["captures_since"]:
        yield f"  since it: {some(published['captures_since'], 'capture')} of pages"


def _waiting(found: dict[str, Any]) -> str:
    """How many pages wait for a person."""
    new, seen = (found["waiting"][name] for name in ("not_acknowledged", "acknowledged"))
    if not new + seen:
        return "nothing for a person"
    return f"{new + seen} failing or held: {seen} acknowledged, {new} not"


def _next(found: dict[str, Any]) -> str:
    """The command that comes next."""
    if any(each["code"] == "layout_drift" for each in found["look_at"]):
        return "drift"
    if found["published"] is None:
        return "build" if found["pages"]["known"] else "crawl"
    if found["published"]["captures_since"]:
        return "build"
    if found["waiting"]["not_acknowledged"]:
        return "acknowledge"
    return "crawl" if found["pages"]["due"] or found["pages"]["waiting"] else "serve"


def _mib(size: int) -> str:
    return f"{size / 2**20:,.2f}"
