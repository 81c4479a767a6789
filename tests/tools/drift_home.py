"""A site of twelve pages before and after redesigns, and homes whose crawls looked at it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from pathlib import Path

from db_home import Answer, Card, html, url_of

from archive import Home
from archive.ledger.frontier import Found
from archive.ledger.leases import captured, end_attempt
from archive.runs import open_run
from crawler.drift.profiler import Profiler
from crawler.reading.look import LookTask, look
from schema.page import RawPage

Redesign = Callable[[str], str]
WORDS = (
    "sorts",
    "keeps",
    "weighs",
    "forgets",
    "mends",
    "counts",
    "folds",
    "letters",
    "logs",
    "old notes",
    "queues",
    "by regret",
    "by weight",
    "every week",
    "on a slow laptop",
    "twice",
)


def card(number: int) -> Card:
    """One of many tools, its texts of different lengths."""
    name = f"Tool {chr(65 + number)}{number}"
    rest = " ".join(WORDS[(number * 5 + at) % len(WORDS)] for at in range(6 + number % 7))
    tagline = f"{WORDS[number % len(WORDS)].capitalize()} what is left"
    return Card(
        f"tool-{number:02}",
        name,
        tagline=tagline,
        description=f"{name} {rest}.",
        score=60 + number,
        words=rest,
    )


PAIRS = [(card(number), card(number + 1)) for number in range(0, 24, 2)]


def site(redesign: Redesign = str, *, edition: int = 1) -> dict[str, bytes]:
    """The twelve pages by their own address; another edition has other bytes, but equal records."""
    found = {}
    for one, other in PAIRS:
        page = html(one, other, end=f"<p>Edition {edition}</p></body></html>")
        found[url_of(one, other)] = redesign(page.decode()).encode()
    return found


def new_layout(page: str) -> str:
    """Other tags and other boxes around the same words."""
    page = page.replace("<article>", "<section><div>").replace("</article>", "</div></section>")
    page = re.sub("<div class=cell>(.*?)</div>", r"<figure>\1</figure>", page)
    return page.replace("<h2>", "<h3>").replace("</h2>", "</h3>")


def half_broken(page: str) -> str:
    """A page that can still be read, with half of what it showed and the shortest descriptions."""
    head, _, rest = page.partition("<table>")
    page = head + rest.partition("</table>")[2]
    page = page.replace("<p>Ship</p>", "").replace("<p>Builder</p>", "")
    for pair in PAIRS:
        for tool in pair:
            page = page.replace(f"<p>{tool.description}</p>", f"<p>Is {tool.slug[-2:]}.</p>")
    return page


def unreadable(page: str) -> str:
    """A page whose statistics are named otherwise."""
    return page.replace("Panel ship", "Panel grade")


@contextmanager
def clock(at: str):
    """The settable clock of this process."""
    before = os.environ.get("VERDICTS_NOW")
    os.environ["VERDICTS_NOW"] = at
    try:
        yield
    finally:
        os.environ.pop("VERDICTS_NOW")
        if before is not None:
            os.environ["VERDICTS_NOW"] = before


def crawled(home: Path, pages: Mapping[str, bytes], at: str) -> list[str]:
    """Store and look at pages as one crawl does; gives what its profiler said."""
    with clock(at), open_run(Home(home), "crawl") as run:
        profiler = Profiler(run)
        for url, body in pages.items():
            exchange = Answer(url, body, at=at).exchange()
            page_id = run.frontier.know(Found("sample", url, "comparison"))
            lease = run.frontier.lease(page_id)

            def settle(db, capture_id, *_, lease=lease):
                end_attempt(db, lease, captured(200), capture_id=capture_id)

            stored = run.store.add(exchange, exchange.message(), page_id, settle)
            if stored.is_unchanged:
                profiler.see_unchanged("sample")
                continue
            seen = look(
                LookTask(RawPage(url, body, "text/html; charset=utf-8"), "sample", "record")
            )
            if seen.failure is not None:
                run.frontier.note(lease, "extraction_refused", seen.failure)
            profiler.see("sample", stored.capture_id, seen)
        said = profiler.finish()
        run.note(site="sample", asked=len(pages), stored=len(pages), exit_code=10 if said else 0)
    return said
