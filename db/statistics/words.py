"""The words of a text and the runs of them, as numbers that are the same in every process."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import reduce
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORD = re.compile(r"\w+(?:['’-]\w+)*")
_MIX = 0x9E3779B97F4A7C15
"""An odd number of 64 bits: the fraction of the golden ratio."""


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters.

    >>> words_of("It’s a half-baked TOOL.")
    ['it’s', 'a', 'half-baked', 'tool']
    """
    return [word.lower() for word in WORD.findall(text)]


def hashed(words: Sequence[str], known: dict[str, int]) -> NDArray[Any]:
    """A number for each word; `known` keeps those that were asked for."""
    for word in words:
        if word not in known:
            known[word] = int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")
    return np.array([known[word] for word in words], dtype=np.uint64)


def runs_of(words: NDArray[Any], length: int) -> NDArray[Any]:
    """A number for each run of so many words, in order."""
    count = max(0, len(words) - length + 1)
    return mixed(words[at : at + count] for at in range(length))


def mixed(parts: Iterable[NDArray[Any]]) -> NDArray[Any]:
    """One number made of several, in their order. Shape: arrays of one shape in, one out."""
    return reduce(lambda found, part: found * np.uint64(_MIX) + part, parts)
