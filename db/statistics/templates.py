"""Runs of words that a reviewer uses again and again, found by counting and listed nowhere.

They are mined on one half of the tools, and how much they cover is counted on the other. What is
kept is the place of each in one quote that holds it: no words are copied out of quotes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.statistics.bootstrap import ratios, rounded
from db.statistics.methods import N_GRAMS
from db.statistics.words import WORD, hashed, runs_of, words_of

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


class Corpus(NamedTuple):
    """Quotes as one row of words. Shape: a number for each word, and the place of its quote."""

    quotes: int
    words: NDArray[Any]
    of: NDArray[Any]

    def runs(self, length: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """A number for each run of so many words, and the place of its quote."""
        count = max(0, len(self.words) - length + 1)
        first, last = self.of[:count], self.of[length - 1 :][:count]
        return runs_of(self.words, length)[first == last], first[first == last]

    def holding(self, run: WordRun) -> NDArray[Any]:
        """Which quotes hold a run."""

        numbers, of = self.runs(run.words)
        held = np.zeros(self.quotes, dtype=bool)
        held[of[numbers == np.uint64(run.hash)]] = True
        return held


def is_mined(tool: str) -> bool:
    """Whether a tool, by its key, is of the half on which templates are mined."""
    return sha256(tool.encode()).digest()[0] % 2 == 0


def template_rows(db: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """The templates of each reviewer, those of most quotes first; `db` holds quotes and tools."""
    for (reviewer_id,) in db.execute("SELECT id FROM reviewer ORDER BY name").fetchall():
        for rank, row in enumerate(_of_reviewer(db, reviewer_id), 1):
            yield reviewer_id, rank, *row, *N_GRAMS.made_by


def _of_reviewer(db: sqlite3.Connection, reviewer_id: int) -> Iterator[tuple[Any, ...]]:
    (examples, mined), (tools, held) = _halves(db, reviewer_id)
    is_covered = np.zeros(held.quotes, dtype=bool)
    for run in chosen(mined):
        covers = held.holding(run)
        is_covered |= covers
        example = examples[int(run.held.argmax())]
        counts = int(run.held.sum()), mined.quotes, int(covers.sum()), held.quotes
        coverage = rounded(covers.mean()) if held.quotes else None
        so_far = _so_far(tools, is_covered)
        yield example, *_place(db, example, run), run.words, *counts, coverage, *so_far


def _halves(db: sqlite3.Connection, reviewer_id: int) -> list[tuple[list[int], Corpus]]:
    """The quotes of both halves, of the mined with their ids, of the other with their tools'."""
    known: dict[str, int] = {}
    numbers: tuple[list[int], list[int]] = ([], [])
    words: tuple[list[NDArray[Any]], list[NDArray[Any]]] = ([], [])
    for quote_id, tool_id, tool, text in db.execute(_QUOTES, (reviewer_id,)):
        is_held = not is_mined(tool)
        numbers[is_held].append(tool_id if is_held else quote_id)
        words[is_held].append(hashed(words_of(text), known))
    none = np.empty(0, dtype=np.uint64)
    return [
        (
            numbers[half],
            Corpus(
                len(own),
                np.concatenate([none, *own]),
                np.repeat(np.arange(len(own)), [len(each) for each in own]),
            ),
        )
        for half, own in enumerate(words)
    ]


def chosen(mined: Corpus) -> Iterator[WordRun]:
    """The runs that cover most of some quotes, each counted for those that none before covers."""
    least = max(FEWEST_QUOTES, SHARE * mined.quotes)
    runs = [run for length in LENGTHS for run in _frequent(mined, length, least)]
    if not runs:
        return
    held, is_free = np.array([run.held for run in runs]), np.ones(mined.quotes, dtype=bool)
    for _ in range(MOST):
        gains = (held & is_free).sum(1)
        best = gains.max()
        if best < least:
            return
        near = np.flatnonzero(gains >= NEARLY * best).tolist()
        run = runs[max(near, key=lambda at: (runs[at].words, gains[at], runs[at].hash))]
        is_free &= ~run.held
        yield run


def _frequent(mined: Corpus, length: int, least: float) -> Iterator[WordRun]:
    """The runs of a length that stand in enough quotes, those in most first."""
    numbers, of = mined.runs(length)
    every, which, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    # A run stands in no more quotes than it stands at places: of few it is worth counting.
    is_likely = counts >= least
    rows = np.cumsum(is_likely) - 1
    held = np.zeros((int(is_likely.sum()), mined.quotes), dtype=bool)
    held[rows[which[is_likely[which]]], of[is_likely[which]]] = True
    quotes = held.sum(1)
    for row in np.argsort(-quotes, kind="stable")[:LOOKED_AT].tolist():
        if quotes[row] >= least:
            yield WordRun(length, int(every[is_likely][row]), held[row])


def _place(db: sqlite3.Connection, quote_id: int, run: WordRun) -> tuple[int, int]:
    """Where in a quote that holds it a run stands."""
    (text,) = db.execute("SELECT text FROM quote WHERE id = ?", (quote_id,)).fetchone()
    places = [match.span() for match in WORD.finditer(text)]
    first = runs_of(hashed(words_of(text), {}), run.words).tolist().index(run.hash)
    return places[first][0], places[first + run.words - 1][1]


def _so_far(tools: list[int], is_covered: NDArray[Any]) -> tuple[float | None, ...]:
    """The share of quotes of the other half that are covered, with its interval over tools."""
    if not tools:
        return None, None, None
    # By where a tool is met first, as quotes are in the order of their keys.
    places: dict[int, int] = {}
    which = [places.setdefault(tool, len(places)) for tool in tools]
    wholes, parts = np.bincount(which), np.bincount(which, is_covered)
    return ratios(parts[:, None], wholes[:, None])[0][1:]
