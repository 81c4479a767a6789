"""`verdicts changes` and `verdicts acknowledge`: what changed, and that what waits was seen."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from machine.text import shortened
from schema.errors import StartError, UsageError
from verdicts.console import next_step, note, print_report, say
from verdicts.options import example, home_option, json_option

COLUMNS = (
    "seen_after", "seen_by", "kind", "cause", "comparison", "tool", "reviewer", "field", "old",
    "new",
)  # fmt: skip
NAMED_A_DAY = 10
"""If a day brought more tools and comparisons than this, they are counted for people."""
SHOWN = 60
"""So much of a value is shown to people. Units: code points."""


@click.command(epilog=example("verdicts changes --since 2026-11-01"))
@home_option
@click.option("--since", metavar="DATE", help="Only what was first seen on this day or later.")
@click.option("--all", "is_all", is_flag=True, help="Name each tool and comparison that is new.")
@json_option
def changes(home: Path, since: str | None, is_all: bool, as_json: bool) -> int:
    """Say what changed over time, as the published database has it.

    What appeared, changed or vanished, once however many pages show it, and between which captures.
    What the first day brought, or a day that brought much, is one line; the JSON has all. Words are
    told by the keys of their cards and quotes.
    """
    from archive import Home
    from db.publish import present
    from schema.dates import is_date

    if since is not None and not is_date(since):
        raise UsageError(what=f"--since {since}: no date such as 2026-11-01")
    current = present(Home(home))
    if current is None:
        raise StartError(what=f"{home}: nothing is published; `verdicts build` makes a database")
    sql = f"SELECT {', '.join(COLUMNS)} FROM changes WHERE coalesce(seen_by, seen_after, '') >= ?"
    with closing(sqlite3.connect(f"{current.resolve().as_uri()}?immutable=1", uri=True)) as db:
        rows = db.execute(
            f"{sql} ORDER BY coalesce(seen_by, seen_after), change_id", (since or "",)
        )
        found = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
        (first,) = db.execute("SELECT min(seen_by) FROM changes").fetchone()
    if as_json:
        print_report({"changes": found}, as_json=True)
        return 0
    for line in _lines(found, (first or "")[:10], is_all=is_all):
        say(line)
    say(f"changes: {len(found)}" + (f" since {since}" if since else ""))
    return 0


def _lines(found: list[dict[str, Any]], first: str, *, is_all: bool) -> Iterator[str]:
    """A line for each change, but one for what the first day brought, or a day that brought much.

    Shape: `2026-11-01  seen for the first time: 68 comparisons, 27 tools (--all names each)`.
    """
    for day, group in groupby(found, key=_day):
        told = [*group]
        new = Counter[str]() if is_all else Counter(each["field"] for each in told if _is_new(each))
        if new.total() > NAMED_A_DAY or (new and day == first):
            counts = (f"{n} {field}{'' if n == 1 else 's'}" for field, n in sorted(new.items()))
            yield f"{day}  seen for the first time: {', '.join(counts)} (--all names each)"
            told = [each for each in told if not _is_new(each)]
        yield from map(_told, told)


def _day(change: dict[str, str | None]) -> str:
    """When it was seen: by a day, or behind the last one on which the old was."""
    by, after = change["seen_by"], change["seen_after"]
    return by[:10] if by else f"after {after[:10]}" if after else "on no known day"


def _is_new(change: dict[str, Any]) -> bool:
    """Whether a tool or a comparison was seen for the first time."""
    return change["kind"] == "appeared" and change["field"] in ("comparison", "tool")


def _told(change: dict[str, Any]) -> str:
    """A change in a line: when, of what, and from which value to which."""
    who = " ".join(filter(None, (change["tool"] or change["comparison"], change["reviewer"])))
    told = f"{_day(change)}  {who}: {change['field'].replace('_', ' ')} {change['kind']}"
    told += " (read otherwise by another parser)" if change["cause"] == "parser" else ""
    if change["kind"] == "changed":
        return f"{told}: {_short(change['old'])} -> {_short(change['new'])}"
    value = change["old"] or change["new"]
    return told if value is None else f"{told}: {_short(value)}"


def _short(value: str | None) -> str:
    return "-" if value is None else shortened(value, SHOWN)


@click.command(epilog=example("verdicts acknowledge"))
@home_option
@json_option
def acknowledge(home: Path, as_json: bool) -> int:
    """Say that what waits for a person was seen.

    Failing and held pages that wait now are no longer told by exit code 10, until they fail in
    another way or come back after they were well.
    """
    from archive import Home
    from archive.ledger import acknowledge as note_seen
    from archive.takedown import entering
    from db import waiting_pages
    from machine.clock import stamp

    waiting = waiting_pages(home)
    with entering(Home(home)) as db:
        note_seen(db, waiting, stamp())
    print_report({"acknowledged": len(waiting)}, as_json=as_json)
    if not as_json:
        note(next_step("status", home))
    return 0
