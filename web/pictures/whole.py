"""Pictures of the whole archive. Each reads much of the file, so a server asks it once."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from web.asking import ask
from web.pictures.asked import as_rows, score_distribution, source_of_all, stored
from web.pictures.labels import counted, shortened
from web.pictures.value import Bar, Bars, Columns, Picture

SMALL_SAMPLE = 5
"""A share of fewer is called of few where it is drawn."""
CATEGORY_COLUMNS = ("category", "quotes", "printed_verdicts", "printed_ships", "ship_share_percent")
PAIR_COLUMNS = (
    "first_reviewer", "second_reviewer", "quote_pairs", "both_ship", "both_skip",
    "first_alone_ships", "second_alone_ships", "same_share_percent",
)  # fmt: skip
FIRST_TOOLS = (10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000)
MOST_OF_NAME = 15
"""Of two names beside each other neither may take the place of the other. Units: letters."""
BETWEEN = "-vs-"
"""What stands between two slugs in the address of a comparison."""
NO_VERDICTS = "No page shown here prints a verdict, so there is nothing to draw."


def ship_share_by_category(conn: sqlite3.Connection) -> Picture:
    """What share of the printed verdicts is ship, by the category of the tool's card."""
    quotes, printed, skips = Counter[str](), Counter[str](), Counter[str]()
    for row in stored(conn, "reviewer_categories"):
        quotes[row["category"]] += row["quotes"]
        printed[row["category"]] += row["printed_verdicts"] or 0
        skips[row["category"]] += row["printed_skips"] or 0
    rows = [
        (each, quotes[each], printed[each], printed[each] - skips[each],
         _percent(printed[each] - skips[each], printed[each]))
        for each in sorted(quotes, key=lambda each: (-printed[each], each))
    ]  # fmt: skip
    bars = tuple(
        Bar(category, (share, 100 - share), f"{_rounded(share)} {_of(n)}", 100)
        for category, _, n, _, share in rows
        if share is not None
    )
    return Picture(
        name="ship-share-by-category",
        title="Share of ship among printed verdicts, by category",
        unit="percent of printed verdicts",
        n=printed.total(),
        counted=_noun(printed.total(), "printed verdict of a distinct quote",
                      "printed verdicts of distinct quotes"),
        source=source_of_all(conn),
        columns=CATEGORY_COLUMNS,
        rows=tuple(rows),
        drawn=Bars(bars, ("ship", "skip")) if bars else NO_VERDICTS,
        note="Categories as published, those with the most verdicts first. It does not say that a"
        " category is worse: a publisher chooses which tools it shows.",
    )  # fmt: skip


def scores(conn: sqlite3.Connection) -> Picture:
    """How often each score was given, in all distinct quotes."""
    return score_distribution(conn, "scores", "Scores in all quotes", "true", source_of_all(conn))


def agreement(conn: sqlite3.Connection) -> Picture:
    """How often two reviewers print the same verdict on a card, pair by pair, by their names."""
    pairs = stored(conn, "reviewer_pairs")
    bars = tuple(
        Bar(
            " – ".join(shortened(each[name], MOST_OF_NAME) for name in PAIR_COLUMNS[:2]),
            (each["same_share_percent"], 100 - each["same_share_percent"]),
            f"{_rounded(each['same_share_percent'])} {_of(each['quote_pairs'])}",
            100,
        )
        for each in pairs
    )
    n = sum(each["quote_pairs"] for each in pairs)
    return Picture(
        name="agreement",
        title="How often two reviewers print the same verdict",
        unit="percent of the cards on which both print one",
        n=n,
        counted=_noun(n, "pair of printed verdicts", "pairs of printed verdicts"),
        source=source_of_all(conn),
        columns=PAIR_COLUMNS,
        rows=as_rows(pairs, PAIR_COLUMNS),
        drawn=Bars(bars, ("the same", "one each"))
        if bars
        else "No two named reviewers print verdicts on one card, so there is nothing to draw.",
        note="By chance alone two who mostly say ship agree often, and the reviewers of one"
        " publisher may be one program: it says nothing of how reliable anybody is.",
    )


def coverage(conn: sqlite3.Connection) -> Picture:
    """How many pairs of tools have a page here, one that is known, or none.

    Of the few tools that are compared most, then of more and more, as publishers begin with those.
    """
    rows = _covered(conn)
    tools, possible, *_ = rows[-1]
    bars = tuple(
        Bar(
            f"{first:,} most compared" if first < tools else f"all {first:,} tools",
            (here, there, none),
            f"{here:,} of {pairs:,}" + (f", {there:,} known" if there else ""),
            pairs,
        )
        for first, pairs, here, there, none in rows
        if pairs
    )
    return Picture(
        name="coverage",
        title="Pairs of tools that have a page",
        unit="pairs of tools of one site",
        n=possible,
        counted=f"{_noun(possible, 'pair', 'pairs')} that {counted(tools, 'known tool')} can make",
        source=source_of_all(conn),
        columns=("tools", "pairs", "pairs_shown", "pairs_known", "pairs_without_page"),
        rows=tuple(rows),
        drawn=Bars(bars, ("page shown here", "page known", "no page known"))
        if bars
        else "No two tools of one site are known, so there is nothing to draw.",
        note="That no page is known does not say that the publisher has none.",
    )


def _covered(conn: sqlite3.Connection) -> list[tuple[int, int, int, int, int]]:
    """For so many of the most compared tools their pairs: all, shown, known and without a page."""
    shown = {frozenset(pair) for pair in ask(conn, PAIRS_SHOWN)}
    compared = Counter(tool for pair in shown for tool in pair)
    sites: dict[int, str] = dict(ask(conn, "select id, site from tool"))
    ranked = sorted(sites, key=lambda tool: (-compared[tool], tool))
    place = {tool: at for at, tool in enumerate(ranked, 1)}
    # A pair is among the first tools from the place of its later one on.
    here = Counter(max(place[tool] for tool in pair) for pair in shown)
    there = Counter(max(place[tool] for tool in pair) for pair in set(_pairs_known(conn)) - shown)
    wanted = {first for first in FIRST_TOOLS if first < len(ranked)} | {len(ranked)}
    rows, of_site = [(0, 0, 0, 0, 0)] if not ranked else [], Counter[str]()
    pairs = with_page = known = 0
    for at, tool in enumerate(ranked, 1):
        pairs, with_page, known = (
            pairs + of_site[sites[tool]],
            with_page + here[at],
            known + there[at],
        )
        of_site[sites[tool]] += 1
        if at in wanted:
            rows.append((at, pairs, with_page, known, pairs - with_page - known))
    return rows


def _pairs_known(conn: sqlite3.Connection) -> Iterator[frozenset[int]]:
    """The two tools of each page that is known and not shown, where its address names both."""
    tools = {
        (site, slug): number
        for number, site, slug in ask(
            conn, "select id, site, slug from tool where slug is not null"
        )
    }
    for site, url in ask(conn, PAGES_NOT_SHOWN):
        part = unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])
        at = part.find(BETWEEN)
        while at >= 0:
            one, other = (site, part[:at]), (site, part[at + len(BETWEEN) :])
            if one in tools and other in tools and one != other:
                yield frozenset((tools[one], tools[other]))
            at = part.find(BETWEEN, at + 1)


def captures_by_month(conn: sqlite3.Connection) -> Picture:
    """How many captures were made in each month."""
    months = dict(ask(conn, CAPTURES))
    left = sum(number for month, number in months.items() if month is None)
    return _by_month(
        conn,
        "captures-by-month",
        "Captures by month",
        "captures made in the month (UTC)",
        {month: number for month, number in months.items() if month},
        ("capture", "captures"),
        f"Left out: {counted(left, 'capture')} on no month that is known." if left else "",
    )


def changes_by_month(conn: sqlite3.Connection) -> Picture:
    """How many things a publisher changed, as captures first showed in each month."""
    return _by_month(
        conn,
        "changes-by-month",
        "Changes by month",
        "changes by the month in which they were first seen",
        dict(ask(conn, CHANGES)),
        ("change", "changes"),
        "What appeared or vanished counts as well. A change was made before it was seen.",
    )


def _by_month(
    conn: sqlite3.Connection,
    name: str,
    title: str,
    unit: str,
    months: dict[str, int],
    nouns: tuple[str, str],
    note: str,
) -> Picture:
    rows = tuple((month, months.get(month, 0)) for month in _months(months))
    n = sum(months.values())
    return Picture(
        name=name,
        title=title,
        unit=unit,
        n=n,
        counted=_noun(n, *nouns),
        source=source_of_all(conn),
        columns=("month", nouns[1]),
        rows=rows,
        drawn=Columns(rows)
        if rows
        else f"There are no {nouns[1]} with a month, so nothing to draw.",
        note=note,
    )


def _months(months: dict[str, int]) -> Iterator[str]:
    """Every month from the first to the last, also those in which nothing happened."""
    if months:
        (year, month), last = map(int, min(months).split("-")), max(months)
        while (name := f"{year:04}-{month:02}") <= last:
            yield name
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _rounded(share: float) -> str:
    return f"{share:.0f} %"


def _of(n: int) -> str:
    return f"of {n:,}" + (" (few)" if n < SMALL_SAMPLE else "")


def _noun(n: int, one: str, many: str) -> str:
    return one if n == 1 else many


PAIRS_SHOWN = """
select distinct min(tool_a_id, tool_b_id), max(tool_a_id, tool_b_id) from comparison
join tool as a on a.id = tool_a_id join tool as b on b.id = tool_b_id
where tool_a_id <> tool_b_id and a.site = b.site"""
PAGES_NOT_SHOWN = """
select site, url from page where id not in (select page_id from comparison)"""
CAPTURES = """
select iif(date_source = 'file' or date_precision = 'year', null, substr(captured_at, 1, 7)),
  count(*)
from capture group by 1"""
CHANGES = """
select substr(seen_by, 1, 7), count(*) from change
where cause = 'source' and seen_by is not null group by 1"""
