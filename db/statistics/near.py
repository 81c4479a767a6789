"""Distinct quotes whose words are nearly the same, by MinHash and then by their words.

No quote is held against all others: only against those that share a band of its signature, and of
these against few. datasketch, an extra of the installation, makes the signatures.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby, islice
from typing import Any

import numpy as np
from datasketch import MinHash  # type: ignore[import-untyped]
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

    ids, bands = [], []
    empty = MinHash(num_perm=BANDS * ROWS, seed=SEED, hashfunc=_low_half)
    for quote_id, text in db.execute(_QUOTES):
        if runs := runs_in(text, known):
            signed = empty.copy()
            signed.update_batch(runs)
            ids.append(quote_id)
            bands.append(mixed(signed.hashvalues.astype(np.uint64).reshape(ROWS, BANDS)))
    return ids, list(np.array(bands).T)


def _low_half(run: int) -> int:
    """A number in the 32 bits that MinHash takes: runs are numbers already."""
    return run & 0xFFFFFFFF


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
