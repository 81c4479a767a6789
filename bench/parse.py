"""Parsing to validated records beside a bare Lexbor parse of the same bytes, in one run.

Prints for each page the ratio of whole parse to bare parse, the geometric mean, and the share of
each part. Run alone on the machine: `python bench/parse.py`.
"""

from __future__ import annotations

import gc
import json
import math
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from pages import make_pages
from selectolax.lexbor import LexborHTMLParser

from parsers import parse_page
from parsers.comparison import read_comparison
from parsers.page.decode import decode
from parsers.page.html import read_html
from parsers.page.scan import require_safe_shape
from parsers.page.tree import Markup
from parsers.sites import site_named
from schema.page import RawPage

ROUNDS, CALLS = 25, 20
URL = "https://shiporskip.io/compare/kettle-vs-lantern"


def seconds_a_call(call: Callable[[], object]) -> float:
    start = time.process_time()
    for _ in range(CALLS):
        call()
    return (time.process_time() - start) / CALLS


def measure(body: bytes) -> dict[str, float]:
    """Median milliseconds of each part, the parts taken in turn within each round."""
    page = RawPage(url=URL, body=body, content_type="text/html; charset=utf-8")
    data = decode(page).data
    markup = Markup(data, require_safe_shape(data))
    document = read_html(markup)
    site = site_named("shiporskip")
    parts: dict[str, Callable[[], object]] = {
        "bare": lambda: LexborHTMLParser(body),
        "whole": lambda: parse_page(page),
        "decode": lambda: decode(page),
        "scan": lambda: require_safe_shape(data),
        "document": lambda: read_html(Markup(data, markup.shape)),
        "record": lambda: read_comparison(document, site, URL, data),
    }
    times: dict[str, list[float]] = {name: [] for name in parts}
    for _ in range(ROUNDS):
        for name, call in parts.items():
            times[name].append(seconds_a_call(call))
    found = {name: statistics.median(values) * 1000 for name, values in times.items()}
    pairs = zip(times["whole"], times["bare"], strict=True)
    found["ratio"] = statistics.median(whole / bare for whole, bare in pairs)
    return found


def main() -> None:
    gc.collect()
    gc.freeze()  # as the workers do: what was imported is not looked at again

    results = {}
    for name, body in make_pages().items():
        found = results[name] = measure(body) | {"bytes": len(body)}
        parts = "  ".join(
            f"{part} {100 * found[part] / found['whole']:.0f} %"
            for part in ("decode", "scan", "document", "record")
        )
        print(
            f"{name:13} {len(body):6} bytes  bare {found['bare']:.3f} ms  "
            f"whole {found['whole']:.3f} ms  {found['ratio']:.1f} x   {parts}"
        )
    mean = math.exp(statistics.fmean(math.log(found["ratio"]) for found in results.values()))
    print(f"geometric mean {mean:.1f} x")
    if "--json" in sys.argv:
        print(json.dumps(results | {"geometric_mean": mean}))


if __name__ == "__main__":
    main()
