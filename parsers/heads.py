"""A text that names a tool: the head of a column or row, or a line within a cell."""

from __future__ import annotations

import re
from functools import lru_cache

from parsers.sentences import without_cut

INITIALS = 2
"""As many letters of a name's beginning may stand for it at the head of a column."""
MOST_INITIALS, FEWEST_CUT = 3, 5
LONGEST_HEAD = 120
_ABOUT = re.compile(
    r"(?:(?:(?:an?|our|the) )?(?:notes|opinion|review|take|thoughts|verdict|view|words) )?"
    r"(?:on|about|for|re|of|tool|(?:in )?reply(?:ing)? (?:to|on))\b[\s:]*(.+)",
    re.IGNORECASE,
)

_EDGES = re.compile(r"^\W+|[^\w)]+$|\s*\(\d+\)$")

NEUTRAL = frozenset(
    "a about all an and as badge by card category column for from in it its notes of on opinion "
    "opinions our panel quote quotes re reply replying review reviewed reviewer reviewers reviews "
    "said says score scorecard scores side take takes the thoughts to tool us verdict verdicts "
    "view views we what words".split()
)
"""Words beside a tool's name in a head that leave it that tool's."""
AGAINST = frozenset(
    "against alternative beats better compared instead left like not over right than unlike versus "
    "vs "
    "why without".split()
)
"""Words beside a tool's name in a sentence that may be said of the other one."""
Names = tuple[str, str]


def named_tools(text: str, names: Names) -> tuple[int, ...]:
    """The tools (1, 2) that a text names and says no more of; both where they share the name.

    >>> named_tools("BETA FLOW", ("Alpha", "Beta Flow"))
    (2,)
    >>> named_tools("beta-flow", ("Alpha", "Beta Flow"))
    (2,)
    >>> named_tools("On Alpha:", ("Alpha", "Beta Flow"))
    (1,)
    >>> named_tools("Alpha and Beta Flow", ("Alpha", "Beta Flow"))
    ()
    """
    return _named(text, names) if len(text) <= LONGEST_HEAD else ()


@lru_cache(maxsize=256)
def _named(text: str, names: Names) -> tuple[int, ...]:
    key = _squeezed(text)
    if any(_squeezed(name) in key for name in names):  # in few texts
        bare = _EDGES.sub("", text)
        match = _ABOUT.fullmatch(bare)
        for shown in (text, bare, *((match[1],) if match else ())):
            for alike in (str, str.casefold, _squeezed):
                found = tuple(n for n, name in enumerate(names, 1) if alike(shown) == alike(name))
                if found:
                    return found
    stem = without_cut(text) if text.endswith(("…", "...")) else ""
    return _begun(stem, names, is_cut=True) if stem else ()


@lru_cache(maxsize=64)
def _squeezed(text: str) -> str:
    """The letters and digits of a text alone, without case: `Beta Flow` is `beta-flow`."""
    return "".join(filter(str.isalnum, text.casefold())) or text


def headed_tool(text: str, names: Names) -> int:
    """The one tool that a head names: as a line does, by its beginning, or by holding the name.

    The first of two that share the name. Absent: 0 where it names neither, or both.

    >>> headed_tool("What we said of alpha", ("Alpha", "Beta Flow"))
    1
    >>> headed_tool("B", ("Alpha", "Beta Flow"))
    2
    >>> headed_tool("Alpha Max notes", ("Alpha", "Alpha Max"))
    2
    """
    found = named_tools(text, names)
    if not found and text[-1] not in ".!?”" and len(text) <= LONGEST_HEAD:
        said = text.casefold()
        if found := _held(said, names):
            found = found if _is_neutral(said, names) else ()
        else:
            match = _ABOUT.fullmatch(bare := text.rstrip(" :"))
            found = _begun(match[1] if match else bare, names, is_cut=False)
    return found[0] if len(found) == 1 or (names[0] == names[1] and found) else 0


def _is_neutral(text: str, names: Names) -> bool:
    """Whether the words beside the names in a head say nothing of which tool it is against."""
    for name in sorted(map(str.casefold, names), key=len, reverse=True):
        text = text.replace(name, " ")
    return all(word in NEUTRAL or not word.isalpha() for word in re.findall(r"\w+", text))


def begun_by(text: str, names: Names) -> int:
    """The one tool whose name a text begins with. Absent: 0 for neither."""
    found = [n for n, name in enumerate(names, 1) if text.startswith(name)]
    is_whole = found and not text[len(names[found[0] - 1]) :][:1].isalnum()
    return found[0] if len(found) == 1 and is_whole else 0


def held_tool(text: str, names: Names, *, limit: int = LONGEST_HEAD) -> int:
    """The one tool whose name a text holds, be it a sentence. Absent: 0 for neither, or both.

    One that is compared with another counts for nothing.
    """
    if len(text) > limit:
        return 0
    said = text.casefold()
    if names[0].casefold() not in said and names[1].casefold() not in said:  # of most texts
        return 0
    found = () if AGAINST.intersection(re.findall(r"\w+", said)) else _held(said, names)
    return found[0] if len(found) == 1 else 0


def _held(text: str, names: Names) -> tuple[int, ...]:
    """The tools whose whole name a text holds, a name within the other's left out."""
    found = []
    for number in (1, 2) if len(names[0]) >= len(names[1]) else (2, 1):
        name = names[number - 1].casefold()
        if name in text:  # in few texts
            text, count = re.subn(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text)
            found += [number] * bool(count)
    return tuple(found)


def _begun(stem: str, names: Names, *, is_cut: bool) -> tuple[int, ...]:
    """The tools whose name begins with a text: first letters, whole words, or what was cut."""
    start = stem.casefold()
    cut = tuple([n for n, name in enumerate(names, 1) if name.casefold().startswith(start)])
    begun = cut
    if not is_cut and len(start) > INITIALS:
        begun = tuple(n for n in cut if not names[n - 1][len(start) :][:1].isalnum())
    if not begun and len(start) >= FEWEST_CUT:  # cut without a sign
        begun = cut
    if begun or is_cut or not INITIALS <= len(start) <= MOST_INITIALS:
        return begun
    return tuple(n for n, name in enumerate(names, 1) if _initials(name).startswith(start))


def _initials(name: str) -> str:
    """The first letter of each word of a name."""
    return "".join(word[0] for word in re.findall(r"\w+", name.casefold()))
