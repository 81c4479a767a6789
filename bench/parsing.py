"""Parsing to a validated record beside a bare Lexbor parse of the same bytes, in one process.

Each page is parsed once in a process, so that nothing is found in a cache of ours; beside it the
pages of a publisher that shows each card again and again, as a real one does. What each part of a
parse takes, `python bench/parse.py` tells.
"""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from measuring import Bench, Row, Series

if TYPE_CHECKING:
    from schema.page import RawPage

HEAVY = ("script-heavy", "markup-heavy", "text-heavy")
OF_A_SITE = ("14k distinct", "14k as a site repeats cards")


def corpus(kind: str, count: int, seed: int) -> list[tuple[str, bytes]]:
    """Addresses and pages of one kind."""
    from pages import make_page
    from publisher import Publisher

    if kind in HEAVY:
        url = "https://shiporskip.io/compare/kettle-vs-lantern"
        return [(url, make_page(kind, seed * 1_000 + number)) for number in range(1, count + 1)]
    made = Publisher(count, size="14k", distinct=kind == OF_A_SITE[0], seed=seed)
    return [made.page(number) for number in range(count)]


def costs(count: int, seed: int) -> dict[str, list[float]]:
    """Milliseconds a page of both, by the processor's time, for each kind of pages."""
    gc.collect()
    gc.freeze()  # as the workers do: what was imported is not looked at again
    return {kind: cost(kind, count, seed) for kind in (*HEAVY, *OF_A_SITE)}


def cost(kind: str, count: int, seed: int) -> list[float]:
    """Milliseconds a page of a bare parse and of a whole one."""
    from selectolax.lexbor import LexborHTMLParser

    from parsers import parse_page
    from schema.page import RawPage

    html = "text/html; charset=utf-8"
    pages = [RawPage(url, body, html) for url, body in corpus(kind, count, seed)]
    for url, body in corpus(kind, 3, seed + 1_000_000):  # what is made at the first page of all
        parse_page(RawPage(url, body, html))
    whole = _ms_each(parse_page, pages)
    return [_ms_each(lambda page: LexborHTMLParser(page.body), pages), whole]


def _ms_each(call: Callable[[RawPage], object], pages: list[RawPage]) -> float:
    """No result is kept: memory that is asked for anew costs more than a bare parse."""
    start = time.process_time()
    for page in pages:
        call(page)
    return (time.process_time() - start) * 1_000 / len(pages)


def measure(bench: Bench) -> Iterator[Row]:
    """Milliseconds of a whole parse, and how many bare ones that is."""
    series, ratios = Series(), dict[tuple[str, int], list[float]]()
    for number, tree in bench.turns():
        given = {"count": bench.size(100, 3), "seed": number + 1}
        found, _ = bench.call(tree, "parsing", "costs", **given)
        for kind, (bare, whole) in found.items():
            series.add(tree, f"{kind}, bare Lexbor", "ms", bare)
            series.add(tree, f"{kind}, whole parse", "ms", whole)
            series.add(tree, f"{kind}, whole by bare", "x", whole / bare)
            if kind in HEAVY:
                ratios.setdefault((tree.name, number), []).append(whole / bare)
    for (name, _), found in ratios.items():
        mean = math.exp(statistics.fmean(map(math.log, found)))
        series.add(name, "heavy pages, geometric mean of whole by bare", "x", mean)
    yield from series.rows()
