"""Distinct quotes whose words are nearly the same, by MinHash and then by their words.

No quote is held against all others: only against those that share a band of its signature, and of
these against few. A signature is the least number that each of some mixings makes of its runs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.statistics.bootstrap import rounded
from db.statistics.methods import MINHASH
from db.statistics.words import hashed, mixed, runs_of, words_of

RUN = 3
"""Quotes are compared by their runs of so many words."""
FEWEST_WORDS = 12
"""Shorter quotes are left out: two words in common would make them alike."""
LIKE = 0.5
"""From here on two quotes are near-duplicates. Units: Jaccard index, 1 is equal."""
BANDS, ROWS = 16, 4
"""Two quotes of likeness 0.5 share one of so many bands of so many numbers in 64 of 100 cases, of
0.7 in 99."""
SEED = 1
MOST = 5
"""With so many that follow it in a band a quote is held at most, and with as many paired."""
LOOKED_AT = 2 * MOST
"""With so many of all bands it is compared: a bound for quotes that were made to be alike."""
WORDS_AT_ONCE = 50_000
"""Quotes of no more words are signed at once, or one alone: for each run of words 256 bytes."""
_QUOTES = "SELECT id, text FROM quote WHERE text IS NOT NULL ORDER BY key"


def near_rows(db: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """Pairs of near-duplicates with their likeness; `db` holds quotes."""
    known: dict[str, int] = {}
    ids, bands = _signed(db, known)

    @lru_cache(maxsize=1024)
    def runs(quote_id: int) -> frozenset[int]:
        (text,) = db.execute("SELECT text FROM quote WHERE id = ?", (quote_id,)).fetchone()
        return runs_in(text, known)

    def near() -> Iterator[tuple[int, int, float]]:
        for a, b in _candidates(ids, bands):
            likeness = jaccard(runs(a), runs(b))
            if likeness >= LIKE:
                yield a, b, rounded(likeness)

    for _, group in groupby(near(), key=lambda pair: pair[0]):
        yield from ((*pair, *MINHASH.made_by) for pair in islice(group, MOST))


def runs_in(text: str, known: dict[str, int]) -> frozenset[int]:
    """The runs of three words of a text, as numbers; none where it is too short to be compared.

    Shape: `known` keeps the numbers of words.
    """
    words = words_of(text)
    if len(words) < FEWEST_WORDS:
        return frozenset()
    return frozenset(runs_of(hashed(words, known), RUN).tolist())


def jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    """What share of all runs two texts have in common."""
    return len(one & other) / len(one | other)


def _signed(db: sqlite3.Connection, known: dict[str, int]) -> tuple[list[int], list[NDArray[Any]]]:
    """The quotes that are long enough, and for each band a number for each of them."""
    ids: list[int] = []
    bands = [np.empty((BANDS, 0), dtype=np.uint64)]
    together, words = list[list[str]](), 0
    for number, text in db.execute(_QUOTES):
        if len(own := words_of(text)) < FEWEST_WORDS:
            continue
        if together and words + len(own) > WORDS_AT_ONCE:
            bands.append(_bands(together, known))
            together, words = [], 0
        ids.append(number)
        together.append(own)
        words += len(own)
    if together:
        bands.append(_bands(together, known))
    return ids, list(np.concatenate(bands, axis=1))


def _bands(texts: list[list[str]], known: dict[str, int]) -> NDArray[Any]:
    """A number for each band of each text. Shape: bands x texts, each of a run's words or more."""
    runs = runs_of(hashed([word for words in texts for word in words], known), RUN)
    ends = np.cumsum([len(words) for words in texts])
    # Those that begin in one text and end in the next are none.
    is_within = np.ones(len(runs) + RUN - 1, dtype=bool)
    for back in range(1, RUN):
        is_within[ends - back] = False
    starts = np.concatenate([[0], ends[:-1]]) - (RUN - 1) * np.arange(len(texts))
    odd, added = _mixings()
    numbers = _spread(runs[is_within[: len(runs)]].astype(np.uint32)) * odd + added
    least = np.minimum.reduceat(numbers, starts, axis=1)
    return mixed(least.astype(np.uint64).reshape(ROWS, BANDS, len(texts)))


def _spread(numbers: NDArray[Any]) -> NDArray[Any]:
    """Numbers of 32 bits, of which each bit bears on all others. Source: MurmurHash3's fmix32."""
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        numbers = (numbers ^ (numbers >> np.uint32(shift))) * np.uint32(factor)
    return np.asarray(numbers ^ (numbers >> np.uint32(16)))


@cache
def _mixings() -> tuple[NDArray[Any], NDArray[Any]]:
    """Of each mixing of numbers of 32 bits the odd factor, and what is added.

    Source: MinHash with the permutations "affine32" of datasketch 2.0.
    """
    drawing, shape = np.random.RandomState(SEED), (BANDS * ROWS, 1)
    halves = drawing.randint(0, 1 << 31, shape, dtype=np.uint32)
    return halves * np.uint32(2) + np.uint32(1), drawing.randint(0, 1 << 32, shape, dtype=np.uint32)


def _candidates(ids: list[int], bands: list[NDArray[Any]]) -> Iterator[tuple[int, int]]:
    """Pairs that share a band, each quote with few of those that follow it."""
    found = [np.empty(0, dtype=np.int64)]
    for band in bands:
        order = np.argsort(band, kind="stable")
        for step in range(1, min(MOST + 1, len(ids))):
            one, other = order[:-step], order[step:]
            found.append((one * len(ids) + other)[band[one] == band[other]])
    pairs = (divmod(pair, len(ids)) for pair in np.unique(np.concatenate(found)).tolist())
    for _, group in groupby(pairs, key=lambda pair: pair[0]):
        yield from ((ids[a], ids[b]) for a, b in islice(group, LOOKED_AT))
