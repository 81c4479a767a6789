"""The methods by which figures are made: name, version, libraries, and a sentence on each.

A version counts up whenever the same archive would give other figures by the same libraries.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from typing import NamedTuple

REPLICATES = 1000
"""So many samples are drawn, each of as many tools as there are, with replacement."""
FEWEST = 5
"""Of fewer tools an interval would say nothing."""
DIGITS = 4
"""So many digits behind the point are given: all platforms agree on them."""


class Method(NamedTuple):
    """A way to make figures, and what it does in a sentence."""

    name: str
    version: int
    libraries: tuple[str, ...]
    does: str

    @property
    def made_by(self) -> tuple[str, int]:
        """What the rows that it makes carry."""
        return self.name, self.version


_OVER_TOOLS = (
    f"Intervals of 95 %: percentiles of {REPLICATES} bootstrap samples of tools, from"
    f" {FEWEST} tools on; rounded to {DIGITS} digits."
)
HIDDEN = Method(
    "hidden-verdicts",
    1,
    ("numpy",),
    "The printed verdicts of a tool's newest card are hidden, inferred and compared; baseline marks"
    f" slot 4 as the skip where the share says that there is one. {_OVER_TOOLS}",
)
FIGURES = Method(
    "reviewer-figures", 1, ("numpy",),
    f"Ratios over the distinct quotes of a reviewer, of printed verdicts only. {_OVER_TOOLS}",
)  # fmt: skip
AGREEMENT = Method(
    "agreement",
    1,
    ("krippendorff", "numpy"),
    "Printed verdicts on the newest card of each tool: phi and share of two reviewers, nominal"
    f" alpha (Krippendorff) and AC1 (Gwet) of the panel. {_OVER_TOOLS}",
)
N_GRAMS = Method(
    "word-n-grams", 1, ("numpy",),
    "Runs of 4 to 8 words by the number of distinct quotes of a reviewer that hold them, on one"
    " half of the tools; their coverage is counted on the other half.",
)  # fmt: skip
MINHASH = Method(
    "minhash", 1, ("numpy",),
    "Distinct quotes that share a band of their MinHash signatures, then compared by the Jaccard"
    " index of their runs of three words.",
)  # fmt: skip
COUNTS = Method(
    "distinct-counts", 1, (), "The slots of all comparisons shown now, and the contents in them."
)
METHODS = (HIDDEN, FIGURES, AGREEMENT, N_GRAMS, MINHASH, COUNTS)
LIBRARIES = sorted({library for method in METHODS for library in method.libraries})


def are_installed() -> bool:
    """Whether the libraries of all methods are there: the extra `research`."""
    return all(find_spec(library) is not None for library in LIBRARIES)


def methods_version() -> str:
    """What tells figures of other methods or libraries apart.

    >>> methods_version().split()[0]
    'hidden-verdicts-1'
    """
    told = [f"{method.name}-{method.version}" for method in METHODS]
    return " ".join([*told, *_versions(LIBRARIES)] if are_installed() else ["not installed"])


def method_rows(*, is_made: bool) -> Iterator[tuple[str, int, str | None, int, str]]:
    """A row for each method, whether or not its figures are made."""
    for method in METHODS:
        told = _versions(method.libraries) if is_made else []
        libraries = json.dumps(told) if told else None
        yield method.name, method.version, libraries, int(is_made), method.does


def _versions(libraries: tuple[str, ...] | list[str]) -> list[str]:
    return [f"{library} {version(library)}" for library in libraries]
