"""Parameter counts, context sizes and working memory, as a text states them.

Pure. Whose they are, and whether the sentence denies them, is asked elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from db.derived.passage import DIGIT_SIGNS, Passage, any_of
from db.derived.quantities import DIGITS, WORDS, plain, to_number

Attribute = Literal["parameters", "licence", "price", "context", "memory", "date", "openness"]


class FoundValue(NamedTuple):
    """A value of one attribute at `[start, end)`. Absent: the unit is None where there is none."""

    start: int
    end: int
    attribute: Attribute
    value: str
    unit: str | None


_POWERS = {"k": 1_000, "t": 1_000, "m": 1_000_000}
_ALONE = r"(?<![\w.,$€£-])"
_PARAMETERS = re.compile(
    rf"{_ALONE}(?:(?P<mix>\d{{1,3}}[x×])?(?P<number>\d{{1,4}}(?:\.\d{{1,3}})?)"
    r"(?P<power>[BMT]|bn|b(?=[- ](?:\w+ )?(?:param|model))|m(?=[- ](?:\w+ )?param))"
    rf"|(?P<spelt>\d{{1,4}}(?:\.\d{{1,3}})?|(?i:{WORDS}|half a|an?))[- ]"
    r"(?P<large>(?i:million|billion|trillion))(?=[- ](?:\w+ )?param))(?P<said>[- ](?:(?:active "
    r"|total |trainable )?param(?:eter)?s?|total|active)(?!\w))?(?![\w+%]|\.\d)"
)
_PARAMETER_SIGNS = (*DIGIT_SIGNS, "param")
_EXPONENTS = {"m": 6, "b": 9, "t": 12}
_OF_OTHERS = re.compile(
    r"[- ](?:(?:daily|monthly|active|paying|new|weekly|training|input|output) ){0,2}(?:users?"
    r"|customers?|people|downloads?|installs?|rows?|records?|tokens?|requests?|dollars?|euros?"
    r"|pounds?|stars?|visits?|messages?|documents?|images?|calls?|queries|lines?|words?|pages?"
    r"|files?|hours?|samples?|examples?|events?|times|valuation|round|fund|investment|budget"
    r"|revenue|class|monster|context)\b"
)
_LIKENESS = re.compile(
    r"\b(?:like|as good as|rivals?|than|beats?|needs?|matches|class of|equal to|want|without)"
    r" (?:an? |any |the |some )?\Z"
)
_MODEL = re.compile(
    r"[- ](?:\w+ )?(?:model|weights|network|encoder|decoder|transformer|checkpoint|listener"
    r"|experts?|version|variant|adapter)s?\b"
)
_ACTIVE_BEFORE = re.compile(r"\bactivat\w+ (?:about |just |only |roughly |around )?\Z")
_NUMBER = (
    rf"(?P<number>{DIGITS}|{WORDS}|(?:half )?an?(?= [tm]))"
    r"(?:[ -]?(?P<power>[km]|thousand|million)(?![a-z]))?"
)
_CONTEXT = re.compile(
    rf"{_ALONE}{_NUMBER}(?P<tail>[- ](?:tokens?(?: of context| context)?|context|ctx)"
    r"(?:[- ](?:window|length))?(?!\w)|-window\b|(?= of context\b))|\b(?:context(?: window"
    r"| length| size)?|window)(?:,? (?:of|is|at|to|runs to|reaches|up to)|:)?"
    rf" (?:up to |about |around |just "
    rf"|only )?(?P<bare>{_NUMBER.replace('P<', 'P<bare_')})(?![\w%]| tokens)",
    re.IGNORECASE,
)
_CONTEXT_SIGNS = ("token", "context", "ctx", "window")
_TO_READ = any_of(
    r"window|looks? back|reads?|remembers?|holds?|keeps?|takes?|accepts?|input|prompts?|at once"
    r"|in one go|fits?|documents?|up to|handles?|sees?"
)
_NOT_CONTEXT = any_of(
    r"(?:pre-?)?train\w*|(?:per|an?) (?:second|minute|month|day|million)|billed|price"
)
_SIZED = re.compile(r"context (?:window|length|size)", re.IGNORECASE)
"""Words before a number that alone make it one of tokens."""
_WINDOW = re.compile(r" (?:context|window|length)\b", re.IGNORECASE)
"""Words behind tokens by which they are no thing that a price is per."""
_PRICED = re.compile(r"(?:per|a|each|every|[/$€£]) ?\Z")
_MEMORY = re.compile(
    rf"{_ALONE}(?P<number>\d{{1,4}}(?:\.\d{{1,2}})?|{WORDS})[ -]?(?P<unit>[GM]i?B|(?:giga"
    rf"|mega)bytes?"
    r"|gigs?)(?P<said>(?: of)? (?:[a-z]+ )?(?:memory|RAM|VRAM))?(?![\w/])",
    re.IGNORECASE,
)
_MEMORY_SIGNS = ("gb", "gib", "mb", "mib", "gig", "megabyte")
_FITS = any_of(
    r"fit(?:s|ting)?|squeez\w+|run(?:s|ning)?|loads?|trains?|sits|needs?|wants?|memory|V?RAM|GPU"
    r"|card|board|laptop|phone|resident|uses?|takes?|enough|peaks?|under"
)
_STORED = any_of(
    r"dis[kc]|storage|logs?|downloads?|uploads?|files?|drive|database|export\w*|data ?sets?|corpus"
    r"|archive|backups?|cloud|a month|per|ssd|transfer|bandwidth|stored?|attachments?|weighs?"
    r"|quota"
)


def find_parameters(passage: Passage) -> Iterator[FoundValue]:
    """The counts of parameters in a text.

    >>> def shown(text):
    ...     found = find_parameters(Passage(text))
    ...     return [(text[it.start:it.end], it.value, it.unit) for it in found]
    >>> shown("An 8x7B model with 12B active, no 7B users.")
    [('8x7B', '8x7e9', None), ('12B active', '12e9', 'active')]
    >>> shown("Twenty-four billion parameters; two million dollars; better than a 70B; 0B active.")
    [('Twenty-four billion parameters', '24e9', None)]
    >>> shown("A 7b model of 7bn parameters, a 100m race.")
    [('7b', '7e9', None), ('7bn parameters', '7e9', None)]
    """
    for it in passage.found(_PARAMETERS, _PARAMETER_SIGNS):
        before = passage.before(it.start())
        if _is_any(it) and (it["said"] or _is_count(passage, it, before)):
            number = plain(to_number(it["number"] or it["spelt"]))
            power = _EXPONENTS[(it["power"] or it["large"])[0].lower()]
            mix = f"{it['mix'][:-1]}x" if it["mix"] else ""
            is_active = "active" in (it["said"] or "") or _ACTIVE_BEFORE.search(before)
            unit = "active" if is_active else None
            yield FoundValue(*it.span(), "parameters", f"{mix}{number}e{power}", unit)


def _is_any(it: re.Match[str]) -> bool:
    """Whether it says how large: what is of 0 parameters, or a mixture of 0, is not said to be."""
    return to_number(it["number"] or it["spelt"]) * int((it["mix"] or "1x")[:-1]) > 0


def _is_count(passage: Passage, it: re.Match[str], before: str) -> bool:
    if _OF_OTHERS.match(passage.text, it.end()) or _LIKENESS.search(before):
        return False
    return it["power"] == "B" or _MODEL.match(passage.text, it.end()) is not None


def find_contexts(passage: Passage) -> Iterator[FoundValue]:
    """The sizes of context in a text.

    >>> def shown(text):
    ...     return [(text[it.start:it.end], it.value) for it in find_contexts(Passage(text))]
    >>> shown("A 64k context window, or a context of 1M; $3 per million tokens.")
    [('64k context window', '64000'), ('1M', '1000000')]
    >>> shown("It reads 32,768 tokens at once. Trained on 300 million tokens.")
    [('32,768 tokens', '32768')]
    >>> shown("A 128k-token window; 32k ctx; context length 8192; the context of 2024.")
    [('128k-token window', '128000'), ('32k ctx', '32000'), ('8192', '8192')]
    """
    for it in passage.found(_CONTEXT, _CONTEXT_SIGNS):
        number, power = it["number"] or it["bare_number"], it["power"] or it["bare_power"]
        is_meant = _is_read(passage, it) if it["tail"] else power or _SIZED.match(it[0])
        tokens = to_number(number) * (_POWERS[power[0].lower()] if power else 1)
        if is_meant and tokens >= 256 and tokens % 1 == 0:
            group = "bare" if it["bare"] else 0
            yield FoundValue(*it.span(group), "context", plain(tokens), "tokens")


def _is_read(passage: Passage, it: re.Match[str]) -> bool:
    if "token" not in it["tail"] or _WINDOW.search(it["tail"]):
        return True
    clause = passage.clause(it.start(), it.end())
    is_large = (it["power"] or "") in ("k", "K", "M")
    is_other = _PRICED.search(passage.before(it.start())) or _NOT_CONTEXT.search(clause)
    return not is_other and (is_large or _TO_READ.search(clause) is not None)


def find_memory(passage: Passage) -> Iterator[FoundValue]:
    """The amounts of working memory in a text.

    >>> def shown(text):
    ...     return [(text[it.start:it.end], it.value, it.unit) for it in find_memory(Passage(text))]
    >>> shown("Fits in 6 GB. Needs 512MB of RAM. It keeps 40 GB of logs on a 2 GB disk.")
    [('6 GB', '6', 'GB'), ('512MB of RAM', '512', 'MB')]
    """
    for it in passage.found(_MEMORY, _MEMORY_SIGNS):
        number = to_number(it["number"])
        if number and (it["said"] or _is_working(passage, it)):
            unit = "MB" if it["unit"][0] in "Mm" else "GB"
            yield FoundValue(*it.span(), "memory", plain(number), unit)


def _is_working(passage: Passage, it: re.Match[str]) -> bool:
    near = passage.before(it.start())[-60:] + passage.text[it.end() : it.end() + 12]
    is_of_other = passage.text.startswith(" of ", it.end())
    is_stored = _STORED.search(passage.clause(it.start(), it.end()))
    return not is_of_other and not is_stored and _FITS.search(near) is not None
