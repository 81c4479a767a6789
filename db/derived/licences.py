"""Licences named in a text, as SPDX identifiers without `-only` and `-or-later`.

Pure. A bare family stays bare. Source of the identifiers: https://spdx.org/licenses/, version 3.27.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from db.derived.passage import Passage

_LATER = r"(?:-only|-or-later|\+)?"


class Licence(NamedTuple):
    """A named licence at `[start, end)`."""

    start: int
    end: int
    value: str


def _numbered(family: str) -> Callable[[re.Match[str]], str]:
    def read(found: re.Match[str]) -> str:
        number = found["number"]
        if number is None:
            return family
        return f"{family}-{number if '.' in number else number + '.0'}"

    return read


def _always(value: str) -> Callable[[re.Match[str]], str]:
    return lambda found: value


def _clauses(found: re.Match[str]) -> str:
    words = {"two": "2", "three": "3", "zero": "0"}
    clauses = found["number"].lower() if found["number"] else None
    return f"BSD-{words.get(clauses, clauses)}-Clause" if clauses else "BSD"


def _commons(found: re.Match[str]) -> str:
    parts = re.sub(r"[ -]+", "-", found["parts"].strip(" -")).upper()
    return f"CC-{parts}-{found['number']}" if found["number"] else f"CC-{parts}"


_N = r"(?:[ -]?(?:[Vv]ersion |[Vv]\.? ?)?(?P<number>\d(?:\.\d)?)(?!\d|\.\d|[xB%]|-bit))?"
_FORMS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (rf"(?:GNU )?(?:Affero General Public Licen[cs]e|AGPL){_N}{_LATER}", _numbered("AGPL")),
    (rf"(?:GNU )?(?:Lesser General Public Licen[cs]e|LGPL){_N}{_LATER}", _numbered("LGPL")),
    (rf"(?:GNU )?(?:General Public Licen[cs]e|GPL){_N}{_LATER}", _numbered("GPL")),
    (rf"(?:Mozilla Public Licen[cs]e|MPL){_N}", _numbered("MPL")),
    (rf"(?:Eclipse Public Licen[cs]e|EPL){_N}", _numbered("EPL")),
    (rf"(?:European Union Public Licen[cs]e|EUPL){_N}", _numbered("EUPL")),
    (rf"(?:Business Source Licen[cs]e|BUSL|BSL){_N}", _numbered("BUSL")),
    (rf"(?:Server Side Public Licen[cs]e|SSPL){_N}", _numbered("SSPL")),
    (r"Apache(?:[- ]| [Ll]icen[cs]e,? )(?:[Vv]ersion |[Vv]\.? ?)?(?P<number>2\.0|2"
r"|1\.1)(?![\w.]\d)", _numbered("Apache")),
    (r"Apache(?=[- ][Ll]icen[cs]e)", _always("Apache")),
    (r"(?P<number>[Tt]wo|[Tt]hree|[234])-[Cc]lause BSD", _clauses),
    (r"BSD[- ](?P<number>[Tt]wo|[Tt]hree|[0234])-[Cc]lause", _clauses),
    (r"BSD(?=[- ][Ll]icen[cs]e|[- ]style licen[cs]e)", _always("BSD")),
    (r"CC[- ](?P<parts>BY(?:[- ](?:NC|SA|ND)){0,2})(?:[- ](?P<number>\d\.\d))?", _commons),
    (r"Creative Commons Zero|CC0(?:[- ]1\.0)?", _always("CC0-1.0")),
    (r"MIT", _always("MIT")),
    (r"ISC(?=[- ][Ll]icen[cs]e)", _always("ISC")),
    (r"Unlicense", _always("Unlicense")),
    (r"WTFPL", _always("WTFPL")),
    (r"Artistic[- ](?:[Ll]icen[cs]e )?(?P<number>2\.0)", _numbered("Artistic")),
    (r"(?:[Zz]lib)(?=[- ][Ll]icen[cs]e)", _always("Zlib")),
    (r"(?:ODbL)(?:[- ](?P<number>\d\.\d))?", _numbered("ODbL")),
    (r"(?:OpenRAIL(?:-M)?)", _always("OpenRAIL")),
)  # fmt: skip
"""Each licence's forms, the longer names first, and what gives its identifier."""
_TAIL = r"(?:[- ][Ll]icen[cs]e[ds]?(?![\w-]))?"
_PATTERNS = tuple(
    (re.compile(rf"(?<![\w/-])(?:the )?(?P<whole>(?:{form}){_TAIL})(?![\w+])"), read)
    for form, read in _FORMS
)
_SCHOOL = re.compile(
    r" (?:graduates?|students?|professors?|lab|labs|study|researchers?|paper"
    r"|dropouts?|spin-?out|spin-?off"
    r"|alumn\w+|course|lecture\w*|people|team|engineers?|group|press|degree|economists?|media)\b",
    re.IGNORECASE,
)
_AT_SCHOOL = re.compile(r"\b(?:at|from|near|of|in|to|with) \Z")


def find_licences(passage: Passage) -> Iterator[Licence]:
    """The licences named in a text, whoever's they are; none overlaps another.

    >>> text = "GPLv3 here, Apache 2.0 there, BSD-3-Clause too; MIT-licensed, CC BY-NC 4.0 data."
    >>> [it.value for it in find_licences(Passage(text))]
    ['GPL-3.0', 'Apache-2.0', 'BSD-3-Clause', 'MIT', 'CC-BY-NC-4.0']
    >>> list(find_licences(Passage("An MIT student from MIT.")))
    []
    """
    text = passage.text
    found: list[Licence] = []
    held: set[int] = set()
    for pattern, read in _PATTERNS:
        for it in pattern.finditer(text):
            start, end = it.span("whole")
            is_free = held.isdisjoint(range(start, end))
            if is_free and not (it["whole"] == "MIT" and _is_school(text, start, end)):
                held.update(range(start, end))
                found.append(Licence(start, end, read(it)))
    return iter(sorted(found))


def _is_school(text: str, start: int, end: int) -> bool:
    if _SCHOOL.match(text, end):
        return True
    return _AT_SCHOOL.search(text, max(0, start - 8), start) is not None
