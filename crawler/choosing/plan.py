"""What a crawl of the coverage plan would ask, told from one short read of the ledger.

Nothing is written, and no site is asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Row

from archive import Home
from archive.ledger import pages_to_plan
from crawler.choosing.cover import plan_cover
from crawler.choosing.places import place_of, standing_of, tool_slugs
from crawler.robots.rules import MAX_CRAWL_DELAY_S
from crawler.settings import slot_delay
from machine.clock import stamp
from parsers import Site
from parsers.sites import site_named


@dataclass(frozen=True, slots=True)
class SitePlan:
    """What the plan means for one site.

    `tools` are those named by the addresses of its comparison pages: `covered` are on a stored
    page that is not due, `to_cover` on a page that may be asked, `lost` on none of both. `cover`
    are the addresses that show the tools to cover, in the order to ask them; `rest` is how many
    pages would be asked after them. `waiting` and `due` count pages as the crawl does;
    `unclear` those whose address can be read in several ways.
    Units: `delay_s` from the start of one request to the next at the least, as the site's own
    robots.txt lengthens it; times in seconds on average.
    Absent: `crawl_delay_s` is None where robots.txt asks for none.
    """

    site: str
    title: str
    tools: int
    covered: int
    to_cover: int
    lost: int
    pages: int
    stored: int
    waiting: int
    due: int
    unclear: int
    cover_pages: int
    rest: int
    delay_s: float
    crawl_delay_s: float | None
    is_delay_too_long: bool
    cover_seconds: float
    all_seconds: float
    cover: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanReport:
    """The plans of a home's sites at one time, sorted by name."""

    at: str
    sites: tuple[SitePlan, ...]


def plan_home(home: Path, *, site: Site | None = None, delay_s: float) -> PlanReport:
    """The plan for everything that a home waits for, each site by itself.

    Raises: StartError when there is no ledger; IntegrityError when it is not a sound one.
    """
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in pages_to_plan(Home(home).ledger):
        if site is None or row["site"] == site.name:
            rows[row["site"]].append(row)
    at = stamp()
    sites = sorted(rows.items())
    plans = (plan_site(of_it, site_named(name), at=at, delay_s=delay_s) for name, of_it in sites)
    return PlanReport(at, tuple(plan for plan in plans if plan.pages))


def plan_site(rows: list[Row], site: Site, *, at: str, delay_s: float) -> SitePlan:
    """The plan for one site's ledger rows."""
    pages = [row for row in rows if row["role"] == "comparison"]
    stands = {
        row["id"]: standing_of(row["state"], row["due"], row["last_outcome"], at) for row in pages
    }
    cover = plan_cover(
        [place_of(row, site, stands[row["id"]]) for row in pages],
        slugs=tool_slugs((r["url"] for r in rows if r["role"] == "other"), site),
    )
    asked = rows[0]["crawl_delay_s"] or None
    delay = max(delay_s, asked or 0.0)
    count = Counter(stands.values())
    waiting = sum(row["state"] in ("waiting", "leased") for row in pages)
    urls = {row["id"]: row["url"] for row in pages}
    return SitePlan(
        site=site.name,
        title=site.title,
        tools=len(cover.tools),
        covered=len(cover.seen),
        to_cover=len(cover.tools - cover.seen - cover.lost),
        lost=len(cover.lost),
        pages=len(pages),
        stored=count["seen"],
        waiting=waiting,
        due=count["open"] - waiting,
        unclear=cover.unclear,
        cover_pages=len(cover.first),
        rest=len(cover.rest),
        delay_s=delay,
        crawl_delay_s=asked,
        is_delay_too_long=asked is not None and asked > MAX_CRAWL_DELAY_S,
        cover_seconds=round(len(cover.first) * slot_delay(delay), 1),
        all_seconds=round(count["open"] * slot_delay(delay), 1),
        cover=tuple(urls[page_id] for page_id in cover.first),
    )
