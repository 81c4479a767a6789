"""Homes for the tests of the build: pages about invented tools, stored as a crawl would."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from archive import Home
from archive.ledger.frontier import Found
from archive.ledger.leases import Ending, captured, end_attempt
from archive.runs import open_run
from archive.store.store import Exchange
from db.rows.tables import columns
from schema.dates import DateSource, Precision
from schema.rows import ROWS

BASE = "https://sample.example"
MONDAY, TUESDAY, WEDNESDAY = (f"2026-11-0{day}T12:00:00Z" for day in (2, 3, 4))


@dataclass(frozen=True)
class Card:
    """What one invented tool's card says."""

    slug: str
    name: str
    tagline: str = "A drawer for half-finished ideas"
    category: str = "Developer Tools"
    description: str = "It keeps notes of every branch and forgets them after a week."
    pricing: str = "Free for one desk, then 4 crowns"
    words: str = "carries its own weight on a slow laptop"
    score: int = 81
    reviewer: str = "Builder"
    ships: int = 4

    @property
    def badge(self) -> str:
        return "Ship" if self.ships > 2 else "Skip" if self.ships < 2 else "Mixed"

    @property
    def votes(self) -> str:
        return f"{self.badge} · {self.ships} ship / {4 - self.ships} skip"

    def speaker(self, row: int) -> str:
        """Who speaks in a row, of the names that `reviewer` lists with commas."""
        names = self.reviewer.split(", ")
        return names[row % len(names)]

    def quote(self, row: int) -> str:
        return f"{self.name} in row {row} {self.words}."


ALDER = Card("alder", "Alder Désk")
BIRCH = Card("birch", "Birch Pad", words="was running circles around the older one")
CEDAR = Card("cedar", "Cedar Box", description="Cedar Box sorts build logs by regret.")


def url_of(a: Card, b: Card, base: str = BASE) -> str:
    return f"{base}/compare/{a.slug}-vs-{b.slug}"


def html(a: Card, b: Card, *, head: str = "", end: str = "</body></html>") -> bytes:
    """A whole page in the order of blocks that publishers keep."""
    cells = "".join(f"<div class=row>{_cell(a, row)}{_cell(b, row)}</div>" for row in range(1, 5))
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>x</title>{head}</head><body>"
        f"<p>Compare/{a.name} vs {b.name}</p><p>AI tool comparison</p>"
        f"<h1>{a.name} vs {b.name}</h1><p>Which one should you ship with?</p>"
        f"<main>{_card(a)}{_card(b)}</main>{_decision(a, b)}"
        f"<section><h2>Reviewer scorecard</h2>{cells}</section>"
        f"<footer><p>Weekly AI Tool Verdicts</p><p>One letter a week.</p></footer>{end}"
    ).encode()


def _card(card: Card) -> str:
    return (
        f"<article><p>{card.category}</p><h2>{card.name}</h2><p>{card.tagline}</p>"
        f"<p>{card.badge}</p>"
        f"<div><p>{25 * card.ships}%</p><p>Panel ship</p></div><div><p>—</p><p>Community</p></div>"
        f"<div><p>Free</p><p>Entry</p></div><p>{card.description}</p></article>"
    )


def _decision(a: Card, b: Card) -> str:
    rows = [
        ("Decision", a.name, b.name),
        ("Panel verdict", a.votes, b.votes),
        ("Community", "No community votes yet", "No community votes yet"),
        ("Pricing", a.pricing, b.pricing),
        ("Best for", a.tagline, b.tagline),
        ("Category", a.category, b.category),
    ]
    rows = [row for row in rows if any(row[1:])]
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{cells}</table>"


def _cell(card: Card, row: int) -> str:
    verdict = "ship" if row <= card.ships else "skip"
    return (
        f"<div class=cell><p>{card.speaker(row)}</p><p>{card.score}/100 · {verdict}</p>"
        f"<p>{card.quote(row)}</p></div>"
    )


@dataclass(frozen=True)
class Answer:
    """One exchange to be stored."""

    url: str
    body: bytes
    at: str = MONDAY
    status: int = 200
    headers: Mapping[str, str] | None = None
    date_source: DateSource = "crawl"
    precision: Precision = "second"
    site: str = "sample"
    role: str = "comparison"
    ending: Ending | None = None

    def exchange(self) -> Exchange:
        headers = {"Content-Type": "text/html; charset=utf-8", **(self.headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        length = f"Content-Length: {len(self.body)}\r\n\r\n"
        block = f"HTTP/1.1 {self.status} Status\r\n{head}{length}".encode() + self.body
        return Exchange(
            site=self.site,
            url=self.url,
            fetched_url=self.url,
            captured_at=self.at,
            date_source=self.date_source,
            precision=self.precision,
            block=block,
        )


def page(a: Card, b: Card, **changes: object) -> Answer:
    head, end = str(changes.pop("head", "")), str(changes.pop("end", "</body></html>"))
    return replace(Answer(url_of(a, b), html(a, b, head=head, end=end)), **changes)  # type: ignore[arg-type]


def store(home: Path, answers: Iterable[Answer], *, kind: str = "crawl") -> None:
    """Store the answers in one run, which seals one segment a site."""
    with open_run(Home(home), kind) as run:  # type: ignore[arg-type]
        count = 0
        for answer in answers:
            exchange = answer.exchange()
            page_id = run.frontier.know(Found(answer.site, answer.url, answer.role))  # type: ignore[arg-type]
            lease = run.frontier.lease(page_id)
            ending = answer.ending or captured(answer.status)
            run.store.add(
                exchange,
                exchange.message(),
                page_id,
                lambda db, capture, same, lease=lease, ending=ending: end_attempt(
                    db, lease, ending, capture_id=capture, is_unchanged=same
                ),
            )
            count += 1
        run.note(site="sample", asked=count, stored=count, exit_code=0)


def forget(home: Path, which: str) -> None:
    """Let a ledger have lost captures, as one that was put back from an older copy."""
    ledger = sqlite3.connect(home / "ledger.db")
    ledger.execute(f"DELETE FROM capture WHERE {which}")
    ledger.commit()
    ledger.close()


NAMES = {
    "page": "site || ' ' || url",
    "capture": "url || ' ' || captured_at",
    "comparison": "comparison",
    "comparison_version": "(SELECT comparison FROM comparison AS own WHERE own.id ="
    " comparison_version.page_id) || ' ' || number",
    "side": "(SELECT name FROM tool WHERE tool.id = side.tool_id) || (SELECT group_concat(key) FROM"
    " side_quote JOIN quote ON quote.id = quote_id WHERE side_id = side.id)",
    "tool": "tool",
    "card": "key",
    "quote": "key",
    "reviewer": "name",
    "takedown": "target",
}


def told(path: Path, but: tuple[str, ...] = ()) -> dict[str, list[tuple[str, ...]]]:
    """The rows of a published file with what they are about in the place of numbers."""
    with closing(sqlite3.connect(path)) as connection:
        names = {
            table: dict(connection.execute(f"SELECT id, {sql} FROM {table}"))
            for table, sql in NAMES.items()
        }
        return {
            model.table: sorted(
                tuple(
                    repr(names.get(column.references or "", {}).get(value, value))
                    for column, value in zip(columns(model), row, strict=True)
                    if column.name != "id"
                )
                for row in connection.execute(f'SELECT * FROM "{model.table}"')
            )
            for model in ROWS
            if model.table not in but
        }


def know(home: Path, url: str, ending: Ending | None = None) -> None:
    """Enter a page that was never captured, or what a later attempt came to."""
    with open_run(Home(home), "crawl") as run:
        page_id = run.frontier.know(Found("sample", url, "comparison"))
        if ending is not None:
            run.frontier.settle(run.frontier.lease(page_id), ending)
        run.note(exit_code=0)
