"""The rules on text: milliseconds for a long one of harmless words, and how that grows with it.

Ten times as long may take ten times as long: a pattern that tries again and again from each place
takes a hundred. Each text begins with a name, of which all that follows may be said.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from measuring import Bench, Row, Series

WORDS = (
    "word ", "in 12 months ", "$5 a month ", "Umber ", "7B ", "MIT ", "by 2028, ",
    "the end of the ", "twenty-",
)  # fmt: skip
"""What a text repeats."""
LONG, SHORT = 20_000, 2_000
"""The longest quote that a page may have, and a tenth of it. Units: characters."""


def costs(repeats: int) -> dict[str, list[float]]:
    """Milliseconds of all rules on a short and on a long text of each word."""
    return {
        word.strip(): [cost(word, SHORT, 10 * repeats), cost(word, LONG, repeats)] for word in WORDS
    }


def cost(word: str, length: int, repeats: int) -> float:
    """Milliseconds of all rules on a text of so many characters."""
    from datetime import date

    from db.derived import Gazetteer, find_claims, find_mentions, find_predictions

    known, day = Gazetteer(["Ember 2", "Umber"]), date(2026, 7, 1)
    text = ("Umber " + word * (length // len(word) + 1))[:length]
    start = time.process_time()
    for _ in range(repeats):
        find_predictions(text, day)
        find_mentions(text, "Ember 2", known)
        find_claims(text, "Ember 2", known, day)
    return (time.process_time() - start) * 1_000 / repeats


def measure(bench: Bench) -> Iterator[Row]:
    """Milliseconds of a long text, and how many times a tenth of it that is."""
    series = Series()
    for _ in range(bench.rounds):
        found, _ = bench.call(bench.now, "rules", "costs", repeats=bench.size(3, 1))
        for word, (short, long) in found.items():
            series.add(bench.now, f"{LONG:,} characters of {word!r}", "ms", long)
            series.add(bench.now, f"{word!r}, ten times as long", "x", long / short)
    yield from series.rows()
