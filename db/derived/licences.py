"""Licences named in a text, as SPDX identifiers without `-only` and `-or-later`.

Pure. A bare family stays bare. Source of the identifiers: https://spdx.org/licenses/, version 3.27.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from db.derived.amounts import FoundValue
from db.derived.passage import Passage

_NUMBERED = {
    "AGPL": r"(?:GNU )?(?:Affero General Public Licen[cs]e|AGPL)",
    "LGPL": r"(?:GNU )?(?:Lesser General Public Licen[cs]e|LGPL)",
    "GPL": r"(?:GNU )?(?:General Public Licen[cs]e|GPL)",
    "MPL": r"(?:Mozilla Public Licen[cs]e|MPL)",
    "EPL": r"(?:Eclipse Public Licen[cs]e|EPL)",
    "EUPL": r"(?:European Union Public Licen[cs]e|EUPL)",
    "BUSL": r"(?:Business Source Licen[cs]e|BUSL|BSL)",
    "SSPL": r"(?:Server Side Public Licen[cs]e|SSPL)",
    "Apache": r"Apache(?: [Ll]icen[cs]e,?)?(?=[- ](?:[Vv]|\d|[Ll]icen[cs]e))",
    "ODbL": r"ODbL",
    "Artistic": r"Artistic(?=[- ](?:2|[Ll]icen[cs]e))",
}
"""Families whose versions are numbers, each by its forms; the longer names come first."""
_NAMED = {
    "MIT": r"MIT", "ISC": r"ISC(?=[- ][Ll]icen[cs]e)", "Unlicense": r"Unlicense",
    "CC0-1.0": r"Creative Commons Zero|CC0(?:[- ]1\.0)?", "WTFPL": r"WTFPL",
    "Zlib": r"[Zz]lib(?=[- ][Ll]icen[cs]e)", "OpenRAIL": r"OpenRAIL(?:-M)?",
}  # fmt: skip
_FORMS = "|".join((
    rf"(?P<family>{'|'.join(_NUMBERED.values())})(?:[ -]?(?:[Vv]ersion |[Vv]\.? ?)?"
    r"(?P<number>\d(?:\.\d)?)(?!\d|\.\d|[xB%]|-bit))?(?:-only|-or-later|\+)?",
    r"(?P<clauses>[Tt]wo|[Tt]hree|[234])-[Cc]lause BSD",
    r"(?P<bsd>BSD)(?:[- ](?P<of>[Tt]wo|[Tt]hree|[0234])-[Cc]lause"
    r"|(?=(?:[- ]style)?[- ][Ll]icen[cs]e))",
    r"CC[- ](?P<parts>BY(?:[- ](?:NC|SA|ND)){0,2})(?:[- ](?P<edition>\d\.\d))?",
    rf"(?P<named>{'|'.join(_NAMED.values())})",
))  # fmt: skip
_LICENCE = re.compile(
    rf"(?<![\w/-])(?:the )?(?P<whole>(?:{_FORMS})(?:[- ][Ll]icen[cs]e[ds]?(?![\w-]))?)(?![\w+])"
)
_SIGNS = (
    "General Public", "GPL", "Mozilla", "MPL", "Eclipse", "EPL", "European Union", "EUPL",
    "Business Source", "BUSL", "BSL", "Server Side", "SSPL", "Apache", "ODbL", "Artistic", "BSD",
    "CC", "MIT", "ISC", "Unlicense", "Creative Commons", "WTFPL", "lib", "OpenRAIL",
)  # fmt: skip
_SCHOOL = re.compile(
    r" (?:graduates?|students?|professors?|lab|labs|study|researchers?|paper|dropouts?|spin-?out"
    r"|spin-?off|alumn\w+|course|lecture\w*|people|team|engineers?|group|press|degree|economists?"
    r"|media)\b",
    re.IGNORECASE,
)
_AT_SCHOOL = re.compile(r"\b(?:at|from|near|of|in|to|with) \Z")


def find_licences(passage: Passage) -> Iterator[FoundValue]:
    """The licences named in a text, whoever's they are; none overlaps another.

    >>> text = "GPLv3 here, Apache 2.0 there, BSD-3-Clause too; MIT-licensed, CC BY-NC 4.0 data."
    >>> [it.value for it in find_licences(Passage(text))]
    ['GPL-3.0', 'Apache-2.0', 'BSD-3-Clause', 'MIT', 'CC-BY-NC-4.0']
    >>> list(find_licences(Passage("An MIT student from MIT.")))
    []
    """
    for it in passage.found(_LICENCE, _SIGNS):
        start, end = it.span("whole")
        before = passage.before(start)
        is_school = _SCHOOL.match(passage.text, end) or _AT_SCHOOL.search(before)
        if it["whole"] != "MIT" or not is_school:
            yield FoundValue(start, end, "licence", _identifier(it), None)


def _identifier(it: re.Match[str]) -> str:
    if it["family"]:
        number = it["number"] and f"{float(it['number']):.1f}"
        return "-".join(filter(None, (_name_of(it["family"], _NUMBERED), number)))
    if it["parts"]:
        parts = re.sub(r"[ -]+", "-", it["parts"])
        return "-".join(filter(None, ("CC", parts, it["edition"])))
    if it["named"]:
        return _name_of(it["named"], _NAMED)
    said = (it["clauses"] or it["of"] or "").lower()
    clauses = {"two": "2", "three": "3"}.get(said, said)
    return f"BSD-{clauses}-Clause" if clauses else "BSD"


def _name_of(words: str, forms: dict[str, str]) -> str:
    return next(name for name, form in forms.items() if re.match(form.split("(?=")[0], words))
