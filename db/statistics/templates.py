"""Runs of words that a reviewer uses again and again, found by counting and listed nowhere.

They are mined on one half of the tools, and how much they cover is counted on the other. What is
kept is the place of each in one quote that holds it: no words are copied out of quotes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from db.statistics.bootstrap import ratios, rounded
from db.statistics.methods import N_GRAMS
from db.statistics.words import hashed, runs_of, words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

LENGTHS = range(4, 9)
"""Runs of so many words are looked at."""
FEWEST_QUOTES = 3
SHARE = 0.05
"""A template stands in so many of the mined quotes, and in such a share of them, at least."""
LOOKED_AT = 500
"""Of each length so many runs are looked at, those in most quotes."""
MOST = 20
"""So many templates of a reviewer are kept, each for quotes that none before it covers."""
NEARLY = 0.9
"""A longer run is kept in place of a shorter one that covers few quotes more."""
_QUOTES = """
SELECT quote.id, tool.id, tool.tool, text FROM quote JOIN tool ON tool.id = quote.tool_id
WHERE reviewer_id = ? AND text IS NOT NULL ORDER BY quote.key
"""


class WordRun(NamedTuple):
    """A run of so many words, by its hash, and which of the mined quotes hold it."""

    words: int
    hash: int
    held: NDArray[Any]


def is_mined(tool: str) -> bool:
    """Whether a tool, by its key, is of the half on which templates are mined."""
    return sha256(tool.encode()).digest()[0] % 2 == 0


def template_rows(db: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """The templates of each reviewer, those of most quotes first; `db` holds quotes and tools."""
    for (reviewer_id,) in db.execute("SELECT id FROM reviewer ORDER BY name").fetchall():
        for rank, row in enumerate(_of_reviewer(db, reviewer_id), 1):
            yield reviewer_id, rank, *row, *N_GRAMS.made_by


def _of_reviewer(db: sqlite3.Connection, reviewer_id: int) -> Iterator[tuple[Any, ...]]:
    import numpy as np

    mined: list[tuple[int, NDArray[Any]]] = []
    held: list[tuple[int, NDArray[Any]]] = []
    known: dict[str, int] = {}
    for quote_id, tool_id, tool, text in db.execute(_QUOTES, (reviewer_id,)):
        words = hashed([match[0] for match in words_of(text)], known)
        if is_mined(tool):
            mined.append((quote_id, words))
        else:
            held.append((tool_id, words))
    is_covered = np.zeros(len(held), dtype=bool)
    for run in chosen([words for _, words in mined]):
        covers = np.array([run.hash in runs_of(words, run.words) for _, words in held], dtype=bool)
        is_covered |= covers
        example = mined[int(run.held.argmax())][0]
        counts = int(run.held.sum()), len(mined), int(covers.sum()), len(held)
        coverage = rounded(covers.mean()) if held else None
        so_far = _so_far([tool_id for tool_id, _ in held], is_covered)
        yield example, *_place(db, example, run), run.words, *counts, coverage, *so_far


def chosen(quotes: Sequence[NDArray[Any]]) -> Iterator[WordRun]:
    """The runs that cover most of some quotes, each counted for those that none before covers."""
    import numpy as np

    least = max(FEWEST_QUOTES, SHARE * len(quotes))
    runs = [run for length in LENGTHS for run in _frequent(quotes, length, least)]
    if not runs:
        return
    held, is_free = np.array([run.held for run in runs]), np.ones(len(quotes), dtype=bool)
    for _ in range(MOST):
        gains = (held & is_free).sum(1)
        best = gains.max()
        if best < least:
            return
        near = np.flatnonzero(gains >= NEARLY * best).tolist()
        run = runs[max(near, key=lambda at: (runs[at].words, gains[at], runs[at].hash))]
        is_free &= ~run.held
        yield run


def _frequent(quotes: Sequence[NDArray[Any]], length: int, least: float) -> Iterator[WordRun]:
    """The runs of a length that stand in enough quotes."""
    import numpy as np

    of_quote = [np.unique(runs_of(words, length)) for words in quotes]
    none = np.empty(0, dtype=np.uint64)
    every, counts = np.unique(np.concatenate([none, *of_quote]), return_counts=True)
    order = np.lexsort((every, -counts))[:LOOKED_AT]
    frequent = np.sort(every[order[counts[order] >= least]])
    held = np.zeros((len(frequent), len(quotes)), dtype=bool)
    for at, own in enumerate(of_quote):
        held[np.isin(frequent, own), at] = True
    return (WordRun(length, int(each), row) for each, row in zip(frequent, held, strict=True))


def _place(db: sqlite3.Connection, quote_id: int, run: WordRun) -> tuple[int, int]:
    """Where in a quote that holds it a run stands."""
    (text,) = db.execute("SELECT text FROM quote WHERE id = ?", (quote_id,)).fetchone()
    words = [*words_of(text)]
    found = runs_of(hashed([word[0] for word in words], {}), run.words)
    first = found.tolist().index(run.hash)
    return words[first].start(), words[first + run.words - 1].end()


def _so_far(tools: list[int], is_covered: NDArray[Any]) -> tuple[float | None, ...]:
    """The share of quotes of the other half that are covered, with its interval over tools."""
    import numpy as np

    if not tools:
        return None, None, None
    # By where a tool is met first, as quotes are in the order of their keys.
    places: dict[int, int] = {}
    which = [places.setdefault(tool, len(places)) for tool in tools]
    wholes, parts = np.bincount(which), np.bincount(which, is_covered)
    return ratios(parts[:, None], wholes[:, None])[0][1:]
