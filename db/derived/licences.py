"""Licences named in a text, as SPDX identifiers without `-only` and `-or-later`.

Pure. A bare family stays bare, an exception is said with its licence ("Apache-2.0 WITH
LLVM-exception"), and of several licences ("MIT/Apache-2.0") each is found: whether one may choose
is not asked. Source of the identifiers: https://spdx.org/licenses/, version 3.27.
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
    "Apache": r"Apache(?: [Ll]icen[cs]e,?)?(?=[- ](?:[Vv]|\d|[Ll]icen[cs]e)|2\b)",
    "ODbL": r"ODbL",
    "Artistic": r"Artistic(?=[- ](?:2|[Ll]icen[cs]e))",
}
"""Families whose versions are numbers, each by its forms; the longer names come first."""
_VERSIONS = {
    "AGPL": "1.0 3.0", "LGPL": "2.0 2.1 3.0", "GPL": "1.0 2.0 3.0", "MPL": "1.0 1.1 2.0",
    "EPL": "1.0 2.0", "EUPL": "1.0 1.1 1.2", "BUSL": "1.1", "SSPL": "1.0", "Apache": "1.0 1.1 2.0",
    "ODbL": "1.0", "Artistic": "1.0 2.0",
}  # fmt: skip
"""Those that there are: Apache 2.4 is a server."""
_NAMED = {
    "MIT-0": r"MIT-0|MIT No Attribution",
    "MIT": r"MIT(?:/X11|/Expat| \(Expat\))?(?!-(?:CMU|Modern|advertising|enna|feh|open))",
    "ISC": r"ISC(?=[- ][Ll]icen[cs]e)", "Unlicense": r"Unlicense",
    "CC0-1.0": r"Creative Commons Zero|CC0(?:[- ]1\.0)?", "WTFPL": r"WTFPL",
    "Zlib": r"[Zz]lib(?=[- ][Ll]icen[cs]e)", "OpenRAIL": r"OpenRAIL(?:-M)?", "0BSD": r"0BSD",
    "BSL-1.0": r"Boost Software Licen[cs]e(?:[- ]1\.0)?|BSL[- ]1\.0",
    "Elastic-2.0": r"Elastic Licen[cs]e (?:[Vv]ersion |v)?2(?:\.0)?|Elastic-2\.0|ELv2",
}  # fmt: skip
_EXCEPTIONS = {
    "llvm": "LLVM-exception", "classpath": "Classpath-exception-2.0", "gcc": "GCC-exception-3.1",
    "swift": "Swift-exception", "font": "Font-exception-2.0", "bison": "Bison-exception-2.2",
}  # fmt: skip
_FORMS = "|".join((
    rf"(?P<named>{'|'.join(_NAMED.values())})",
    rf"(?P<family>{'|'.join(_NUMBERED.values())})(?:(?:,? [Vv]ersion |[ -]?(?:[Vv]\.? ?)?)"
    r"(?P<number>\d(?:\.\d)?)(?!\d|\.\d|[xB%]|-bit))?(?:-only|-or-later|\+)?",
    r"(?P<clauses>[Tt]wo|[Tt]hree|[234])-[Cc]lause BSD",
    r"(?P<bsd>BSD)(?:[- ](?P<of>[Tt]wo|[Tt]hree|[0-4])-[Cc]lause(?P<variant>-(?:Patent|Clear))?"
    r"|(?=(?:[- ]style)?[- ][Ll]icen[cs]e))",
    r"CC[- ](?P<parts>BY(?:[- ](?:NC|SA|ND)){0,2})(?:[- ](?P<edition>\d\.\d))?",
    r"(?P<small>apache-2\.0|a?gpl-[23]\.0|lgpl-(?:2\.1|3\.0)|mpl-2\.0|bsd-[23]-clause"
    r"|cc-by(?:-nc|-sa|-nd){0,2}-[34]\.0|mit(?=[- ]licen[cs]e))",
    r"(?P<bare>Apache|BSD)(?!\w| [A-Z])",
))  # fmt: skip
_LICENCE = re.compile(
    rf"(?<![\w-])(?:the )?(?P<whole>(?>{_FORMS})(?:[- ][Ll]icen[cs]e[ds]?(?![\w-]))?"
    rf"(?:[ -](?i:with)[ -](?:(?:the|an) )?(?P<exception>(?i:{'|'.join(_EXCEPTIONS)}))"
    r"[- ][Ee]xceptions?(?:-\d\.\d)?)?)(?!\w|\+(?![A-Z])|[- ](?:in)?compatible|-(?:free|like)\b)"
)
_SIGNS = (
    "General Public", "GPL", "Mozilla", "MPL", "Eclipse", "EPL", "European Union", "EUPL",
    "Business Source", "BUSL", "BSL", "Server Side", "SSPL", "Apache", "ODbL", "Artistic", "BSD",
    "CC", "MIT", "ISC", "Unlicense", "Creative Commons", "WTFPL", "lib", "OpenRAIL", "Boost",
    "Elastic", "ELv2", "apache-2", "gpl-", "mpl-2", "bsd-", "cc-by", "mit-l", "mit l",
)  # fmt: skip
_JOINT = re.compile(r"/|,? (?i:or|and) |, | & |\+")
"""What stands between two licences of one thing."""
_CHOICE = re.compile(r"/| (?i:or) ")
_LICENSED = re.compile(r"\b[Ll]icen[cs](?:ed under|e:)(?: the)? \Z")
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
    >>> text = "MIT/Apache-2.0, or GPLv2 with the Classpath exception"
    >>> [it.value for it in find_licences(Passage(text))]
    ['MIT', 'Apache-2.0', 'GPL-2.0 WITH Classpath-exception-2.0']
    >>> list(find_licences(Passage("An MIT student from MIT runs Apache 2.4.")))
    []
    """
    end = -1
    for it in passage.found(_LICENCE, _SIGNS):
        is_next = end > 0 and _JOINT.fullmatch(passage.text, end, it.start()) is not None
        is_sure = is_next or _is_before_another(passage.text, it.end())
        if _is_named(passage, it, is_sure=is_sure):
            start, end = it.span("whole")
            yield FoundValue(start, end, "licence", _identifier(it), None)


def _is_before_another(text: str, end: int) -> bool:
    """Whether a licence is the first of several, as in "MIT/BSD"."""
    joint = _CHOICE.match(text, end)
    other = _LICENCE.match(text, joint.end()) if joint else None
    return other is not None and (text[end] == "/" or not other["bare"])


def _is_named(passage: Passage, it: re.Match[str], *, is_sure: bool) -> bool:
    """Whether a licence is meant, and not a school, a server or a part of an address."""
    start, end = it.span("whole")
    before = passage.before(start)
    if it["number"] and _version(it) not in _VERSIONS[_name_of(it["family"], _NUMBERED)].split():
        return False
    if is_sure or before.endswith("/"):
        return is_sure
    if it["whole"] == "MIT":
        is_school = _SCHOOL.match(passage.text, end) or _AT_SCHOOL.search(before)
        return not is_school and not passage.text.startswith("/", end)
    return not it["bare"] or _LICENSED.search(before) is not None


def _version(it: re.Match[str]) -> str:
    return f"{float(it['number']):.1f}"


def _identifier(it: re.Match[str]) -> str:
    name = _licence(it)
    return f"{name} WITH {_EXCEPTIONS[it['exception'].lower()]}" if it["exception"] else name


def _licence(it: re.Match[str]) -> str:
    if it["family"]:
        number = it["number"] and _version(it)
        return "-".join(filter(None, (_name_of(it["family"], _NUMBERED), number)))
    if it["parts"]:
        parts = re.sub(r"[ -]+", "-", it["parts"])
        return "-".join(filter(None, ("CC", parts, it["edition"])))
    if it["named"]:
        return _name_of(it["named"], _NAMED)
    if it["small"]:
        return it["small"].upper().replace("APACHE", "Apache").replace("CLAUSE", "Clause")
    if it["bare"]:
        return it["bare"]
    said = (it["clauses"] or it["of"] or "").lower()
    clauses = {"two": "2", "three": "3"}.get(said, said)
    if clauses == "0":
        return "0BSD"
    return f"BSD-{clauses}-Clause{it['variant'] or ''}" if clauses else "BSD"


def _name_of(words: str, forms: dict[str, str]) -> str:
    return next(name for name, form in forms.items() if re.match(form.split("(?=")[0], words))
