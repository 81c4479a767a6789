"""What a tool's name says: its core words, and vendor, version, size and tagline as attributes.

    Acme Zephyr Notes 4 Small (24B): all in one place
    vendor   acme           where the archive's own names show it to be one, see `vendors_of`
    core     zephyr notes   a name's first word is always of it, whatever it looks like
    version  4
    size     24b, small
    tagline  all in one place

The lists below are closed and hold no tool and no maker. Case and accents are folded, and every
sign that is part of a word stays: C++ and C# are two names. This module is pure and compares
nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

SIZE_WORDS = frozenset("nano micro tiny mini small medium large huge xs xl xxl".split())
"""Words that tell models of one family apart by their size."""
STAGES = frozenset("alpha beta preview rc nightly canary".split())
"""Words for a version that is not out yet."""
NUMERALS = {"ii": "2", "iii": "3", "iv": "4"}
"""Roman numerals that are hardly anything else."""
NO_VERSIONS = frozenset("2d 3d 5g".split())
"""What looks like a version and is none."""
FILLERS = frozenset("a ai an app for of official the".split())
"""Words that one of two names may lack and be near the other still; none of them is a vendor."""
LONGEST_VENDOR = 3
"""No vendor has more words."""
SHARED = 3
"""So many words behind two first words, the same, show these to be vendors."""

_SPELLINGS = tuple(
    (re.compile(form), meant)
    for form, meant in (
        ("[‘’]", "'"),
        ("×", "x"),
        ("&", " and "),
        (r"\.(?=(?:ai|app)\b)", " "),
        (r"\b(?:version|ver|v)\.?\s*(?=[0-9])", "v"),
        (r"(?<=[0-9])[\s-]*(?:billion|bn)\b", "b"),
        (r"(?<=[0-9])[\s-]*million\b", "m"),
        (r"(?<=[0-9])[\s-]*bits?\b", "bit"),
        (r"(?<=[0-9])\s+(?=[kmbt]\b|[mgt]b\b)", ""),
        (r"(?<=[0-9][kmbt])[\s-]*param(?:eter)?s?\b", ""),
    )
)
"""Two spellings of one thing, in the order applied. Shape: "7 billion parameters" -> "7b"."""
_MARKS = re.compile("[™®©℠]")
_TAGLINE = re.compile(r":\s|\s[|–—-]\s")
_WORD = re.compile(r"[^\W_]+(?:['.][^\W_]+)*[+#]*")
_JOINED = re.compile(r"([^\W\d_]{2,})([0-9].*)")
_SIZE = re.compile(
    r"(?:[0-9]+x)?[ae]?[0-9]+(?:\.[0-9]+)?(?:[kmbt]|[mgt]b)|[0-9]+bit|(?:int|fp|bf|nf)[0-9]+"
)
_VERSION = re.compile(r"v?([0-9]+(?:\.[0-9]+)*[a-z]?)|([a-z][0-9]+(?:\.[0-9]+)*)")
_ZEROS = re.compile(r"(?<=[0-9])(?:\.0)+$")


class ToolName(NamedTuple):
    """What a name says. Absent: `vendor` is None and others are empty where it says none.

    `is_said` tells a vendor that the name itself calls so, by "by" or 's, from a word in front.
    """

    core: tuple[str, ...]
    vendor: str | None = None
    version: tuple[str, ...] = ()
    size: tuple[str, ...] = ()
    tagline: str = ""
    is_said: bool = False


def read_name(name: str, vendors: frozenset[str] = frozenset()) -> ToolName:
    """What a name says, where the archive shows these vendors. Its core is never empty.

    >>> read_name("Zephyr 4 Small (24B)")[:4]
    (('zephyr',), None, ('4',), ('24b', 'small'))
    >>> read_name("Acme Zephyr v2.0", vendors=frozenset({"acme"}))[:3]
    (('zephyr',), 'acme', ('2',))
    >>> read_name("Kiln Linter for C++ by Acme Labs")[:2]
    (('kiln', 'linter', 'for', 'c++'), 'acme labs')
    """
    front, behind = _halves(name)
    words, vendor = _made_by(front or [" ".join(name.casefold().split())])
    is_said = vendor is not None
    core, versions, sizes = _parted(words[1:])
    core.insert(0, words[0])
    tagline, later, larger = _parted(behind)
    if vendor is None:
        vendor = _in_front(core, vendors)
        core = core[len(vendor.split()) :] if vendor else core
    version, size = tuple(sorted({*versions, *later})), tuple(sorted({*sizes, *larger}))
    return ToolName(tuple(core), vendor, version, size, " ".join(tagline), is_said)


def vendors_of(names: Iterable[str]) -> frozenset[str]:
    """The vendors that names show among each other.

    These are who stands after "by" or with 's in front; what stands before another tool's whole
    name; a first word that begins several tools which go on differently; and first words before the
    same three words or more. Such a word may be a family's as well.

    >>> sorted(vendors_of(["Acme Kiln", "Acme Zephyr Pad 2", "Zephyr Pad 3", "Lathe by Foundry"]))
    ['acme', 'foundry']
    """
    read = [read_name(name) for name in names]
    cores = {name.core for name in read}
    firsts = Counter(core[0] for core in cores if len(core) > 1)
    rests = Counter(core[1:] for core in cores if len(core) > SHARED)
    found = {name.vendor for name in read if name.vendor}
    found |= {core[0] for core in cores if firsts[core[0]] > 1 or rests[core[1:]] > 1}
    found |= {
        " ".join(core[:at])
        for core in cores
        for at in range(1, min(len(core), LONGEST_VENDOR + 1))
        if core[at:] in cores
    }
    return frozenset(found - FILLERS)


def _halves(name: str) -> tuple[list[str], list[str]]:
    """The words of a name and of its tagline; there is none where nothing stands before it."""
    text = unicodedata.normalize("NFKC", _MARKS.sub("", name.casefold())).casefold()
    parts = unicodedata.normalize("NFD", text)
    text = unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))
    for form, meant in _SPELLINGS:
        text = form.sub(meant, text)
    front, *behind = _TAGLINE.split(text, maxsplit=1)
    words = _words(front)
    return (words, _words(" ".join(behind))) if words else (_words(text), [])


def _words(text: str) -> list[str]:
    """The words of a folded text, each in the one form that it is compared in."""
    found: list[str] = []
    for word in _WORD.findall(text):
        parts = None if _size(word) else _JOINED.fullmatch(word)
        is_two = parts is not None and (_size(parts[2]) or _version(parts[2]))
        found += parts.groups() if parts is not None and is_two else [word]
    return found


def _made_by(words: list[str]) -> tuple[list[str], str | None]:
    """The words without the vendor that they themselves name. Absent: None where they do not."""
    if len(words) > 1 and words[0].endswith("'s") and len(words[0]) > 2:
        return words[1:], words[0].removesuffix("'s")
    at = len(words) - 1 - words[::-1].index("by") if "by" in words else 0
    vendor = list(takewhile(lambda word: not (_size(word) or _version(word)), words[at + 1 :]))
    if not at or not 0 < len(vendor) <= LONGEST_VENDOR:
        return words, None
    return words[:at] + words[at + 1 + len(vendor) :], " ".join(vendor)


def _parted(words: Iterable[str]) -> tuple[list[str], list[str], list[str]]:
    """What of words is neither version nor size, the versions, and the sizes."""
    others, versions, sizes = list[str](), list[str](), list[str]()
    for word in words:
        if size := _size(word):
            sizes.append(size)
        elif version := _version(word):
            versions.append(version)
        else:
            others.append(word)
    return others, versions, sizes


def _size(word: str) -> str | None:
    """A size as it is compared. Absent: None where the word is none."""
    return word if word in SIZE_WORDS or _SIZE.fullmatch(word) else None


def _version(word: str) -> str | None:
    """A version as it is compared. Absent: None where the word is none.

    >>> _version("v2.0"), _version("4o"), _version("iii"), _version("3d")
    ('2', '4o', '3', None)
    """
    if word in STAGES or word in NUMERALS:
        return NUMERALS.get(word, word)
    found = _VERSION.fullmatch(word)
    if found is None or word in NO_VERSIONS:
        return None
    return _ZEROS.sub("", found[1] or found[2])


def _in_front(core: Sequence[str], vendors: frozenset[str]) -> str | None:
    """The longest vendor that a core begins with and goes on after. Absent: None where none."""
    for length in range(min(LONGEST_VENDOR, len(core) - 1), 0, -1):
        if (vendor := " ".join(core[:length])) in vendors:
            return vendor
    return None
