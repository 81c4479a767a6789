"""Pairs of tools whose names are near, for a person to decide on. Nothing is joined by it.

Near are two names whose words are the same, in any order or written together, or slips of each
other, a few closed fillers aside. rapidfuzz, an extra of the installation (`research`), finds them:
each name is held against all others of its site, which takes 2,500 tools a second, and what is
kept grows with the tools. A name of more than `LONGEST` characters is held against others by its
first ones alone, for the time grows with the square of them; what differs is told of the whole
names. Words were folded before: rapidfuzz's own processor would make one name
of C++ and C#.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from itertools import accumulate, groupby, islice, product
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, NamedTuple

from db.identity.names import FILLERS, SHARED, ToolName, read_name, vendors_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEAR = 85
"""From here on two names are looked at. Units: 100 is equal, as `rapidfuzz.fuzz.ratio` counts."""
SLIP = 90
"""From here on a word is a slip of another, not another word. Units: as `NEAR`."""
MOST = 30
"""With so many that follow it by key, its nearest, a tool is paired at most."""
LOOKED_AT = 10 * MOST
"""So many are looked at for that, the nearest: a bound for names that were made to be alike."""
LONGEST = 120
"""By so many characters of the words that count a name is found at most: no name of a tool is of
more. Two that are the same so far are listed, and differ in words."""
ROWS = 1024
"""So many names are held against the others at once."""

Difference = Literal["words", "vendor", "version", "size", "tagline", "address"]
"""What two tools differ in; `address` where one is known by its name alone."""
Suggestion = Literal["same", "candidate", "different"]


class NamedTool(NamedTuple):
    """A tool by one of its names. Shape: `key` is its slug, or `name:` and its name."""

    site: str
    key: str
    name: str


class Candidate(NamedTuple):
    """Two tools of a site, in the order of their keys, by their nearest names.

    Shape: `score` is 100 where these agree but for what `differs` lists. `suggests` is what they
    say to a person: different where a version or a size differs, same where nothing does but a
    vendor or a tagline that only one has, candidate otherwise.
    """

    site: str
    a: str
    b: str
    score: int
    differs: tuple[Difference, ...]
    suggests: Suggestion


def candidates(tools: Iterable[NamedTool]) -> list[Candidate] | None:
    """The pairs of tools with near names, by site and key; the same in whatever order they come.

    Shape: a tool stands once for each name that it has or had.
    Absent: None where rapidfuzz is not installed.
    """
    if matcher_version() is None:
        return None
    best: dict[tuple[str, str, str], Candidate] = {}
    for _, group in groupby(sorted(set(tools)), key=attrgetter("site")):
        for found in _of_site(list(group)):
            known = best.setdefault(found[:3], found)
            best[found[:3]] = max(known, found, key=_likeness)
    return sorted(best.values())


def matcher_version() -> str | None:
    """The version of what finds candidates. Absent: None where it is not installed."""
    return version("rapidfuzz") if find_spec("rapidfuzz") is not None else None


def _likeness(found: Candidate) -> tuple[int, int, Candidate]:
    return found.score, -len(found.differs), found


def _of_site(tools: Sequence[NamedTool]) -> Iterator[Candidate]:
    """The near pairs of one site, a pair for each two names of theirs."""
    vendors = vendors_of(tool.name for tool in tools)
    names = [read_name(tool.name, vendors) for tool in tools]
    for row, nearest in enumerate(_nearest(names)):
        found = (
            _pair((tools[row], tools[i]), (names[row], names[i]), score)
            for i, score in nearest
            if tools[i].key != tools[row].key and _is_near(names[row], names[i])
        )
        yield from islice(found, MOST)


def _nearest(names: Sequence[ToolName]) -> Iterator[list[tuple[int, int]]]:
    """For each name, the places of those that follow and are to be looked at, and their scores."""
    import numpy as np

    for at in range(0, len(names), ROWS):
        for row, scores in enumerate(_scores(names, at), at):
            behind = scores[row - at + 1 :]
            places = behind.nonzero()[0]
            places = places[np.argsort(100 - behind[places], kind="stable")][:LOOKED_AT]
            yield list(zip((places + row + 1).tolist(), behind[places].tolist(), strict=True))


def _scores(names: Sequence[ToolName], at: int) -> NDArray[np.uint8]:
    """How near some names are to these and all that follow, by the best of their readings."""
    import numpy as np
    from rapidfuzz import fuzz, process

    best = np.zeros((len(names[at : at + ROWS]), len(names) - at), dtype=np.uint8)
    for form in _FORMS:
        ways = [[form(words(name)) for name in names[at:]] for words in (_whole, _core)]
        for one, other in product(ways, repeat=2):
            found = process.cdist(
                one[:ROWS], other, scorer=fuzz.ratio, score_cutoff=NEAR, dtype=np.uint8
            )
            np.maximum(best, found, out=best)
    return best


def _core(name: ToolName) -> list[str]:
    """The words that count, without the vendor's."""
    return _first([word for word in name.core if word not in FILLERS] or [*name.core])


def _whole(name: ToolName) -> list[str]:
    """The words that count, and the vendor's: what looks like a vendor may be none."""
    return _first([*(name.vendor or "").split(), *_core(name)])


def _first(words: list[str]) -> list[str]:
    """The words of a name, or of its first `LONGEST` characters where it has more."""
    if len("".join(words)) <= LONGEST:
        return words
    ends = accumulate(map(len, words))
    kept = (LONGEST - end + len(word) for word, end in zip(words, ends, strict=True))
    return [word[:room] for word, room in zip(words, kept, strict=True) if room > 0]


def _written_together(words: Iterable[str]) -> str:
    return "".join(words)


def _in_any_order(words: Iterable[str]) -> str:
    return "".join(sorted(words))


_FORMS = (_written_together, _in_any_order)


def _readings(one: ToolName, other: ToolName) -> Iterator[tuple[list[str], list[str]]]:
    """The words of both, with and without vendor.

    Both without only where not both have one, and they differ: that would say too little, for any
    two makers have a Studio; unless what is left is long.
    """
    yield _whole(one), _whole(other)
    yield _whole(one), _core(other)
    yield _core(one), _whole(other)
    is_clash = None not in (one.vendor, other.vendor) and one.vendor != other.vendor
    if not is_clash or len(one.core) >= SHARED:
        yield _core(one), _core(other)


def _is_near(one: ToolName, other: ToolName) -> bool:
    return any(
        any(form(left) == form(right) for form in _FORMS) or _are_slips(left, right)
        for left, right in _readings(one, other)
    )


def _are_slips(one: list[str], other: list[str]) -> bool:
    """Whether each word that only one has is a slip of one that only the other has."""
    from rapidfuzz import fuzz

    def is_slip(left: str, right: str) -> bool:
        is_plural = left.removesuffix("s") == right.removesuffix("s")
        return is_plural or fuzz.ratio(left, right) >= SLIP

    left, right = ([w for w in a if w not in b] for a, b in ((one, other), (other, one)))
    return len(one) == len(other) and all(
        any(is_slip(word, each) for each in others)
        for words, others in ((left, right), (right, left))
        for word in words
    )


def _pair(
    tools: tuple[NamedTool, NamedTool], names: tuple[ToolName, ToolName], score: int
) -> Candidate:
    one, other = names
    told: dict[Difference, bool] = {
        "words": _has_other_words(one, other),
        "vendor": one.vendor != other.vendor,
        "version": one.version != other.version,
        "size": one.size != other.size,
        "tagline": one.tagline != other.tagline,
        "address": len({tool.key.startswith("name:") for tool in tools}) > 1,
    }
    differs = tuple(what for what, is_so in told.items() if is_so)
    is_clash = told["vendor"] and None not in (one.vendor, other.vendor)
    is_clash |= told["tagline"] and "" not in (one.tagline, other.tagline)
    suggests: Suggestion = "same"
    if told["version"] or told["size"]:
        suggests = "different"
    elif told["words"] or told["address"] or is_clash:
        suggests = "candidate"
    return Candidate(tools[0].site, tools[0].key, tools[1].key, score, differs, suggests)


def _has_other_words(one: ToolName, other: ToolName) -> bool:
    """Whether two names differ in more than a vendor; one before a single word may be none."""
    ways = [
        {"".join(name.core), "".join([*(name.vendor or "").split(), *name.core])}
        for name in (one, other)
    ]
    is_vague = any(
        name.vendor is not None and not name.is_said and len(name.core) == 1
        for name in (one, other)
    )
    return not ways[0] & ways[1] or (is_vague and one.vendor != other.vendor)
