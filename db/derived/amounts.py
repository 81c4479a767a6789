"""Parameter counts, context sizes and working memory, as a text states them.

Pure. Whose they are, and whether the sentence denies them, is asked elsewhere.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from db.derived.passage import Passage
from db.derived.quantities import DIGITS, WORDS, plain, to_number

Attribute = Literal["parameters", "licence", "price", "context", "memory", "date", "openness"]


class FoundValue(NamedTuple):
    """A value of one attribute at `[start, end)`. Absent: the unit is None where there is none."""

    start: int
    end: int
    attribute: Attribute
    value: str
    unit: str | None


NEAR = 160
"""So near another count a bare "350M" is one of parameters too. Units: characters."""
_POWERS = {"m": 6, "million": 6, "b": 9, "billion": 9, "t": 12, "trillion": 12}
_PARAMETERS = (
    r"(?:[- ](?:active |total |trainable )?(?:parameters?|params?)(?![\w])"
    r"|[- ](?:total|active)(?: parameters?)?(?!\w))"
)
_COUNT = re.compile(
    rf"(?<![\w.,$€£-])(?P<mix>\d{{1,3}}[x×])?(?P<number>\d{{1,4}}(?:\.\d{{1,3}})?)(?P<power>[BMT])(?P<said>{_PARAMETERS})?(?![\w+]"
    rf"|\.\d)"
)
_SPELT = re.compile(
    rf"(?<![\w.,$€£-])(?P<number>\d{{1,4}}(?:\.\d{{1,3}})?|{WORDS}|half a"
    rf"|an?)[- ](?P<power>million|billion|trillion)(?P<said>{_PARAMETERS})?(?!\w)",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(
    r"[- ](?:(?:daily|monthly|active|paying|new|weekly|training|input|output"
    r"|happy) ){0,2}(?:users?|customers?|people|downloads?|installs?|rows?"
    r"|records?|tokens?|requests?|dollars?|euros?|pounds?|stars?|visits?|messages?"
    r"|documents?|images?|bytes?|calls?|queries|lines?|words?"
    r"|pages?|files?|views?|hours?|minutes?|seconds?|years?|samples?|examples?"
    r"|pairs?|records|events?|times|seats?|valuation|round|context|fund"
    r"|investment|budget|revenue|people|class|monster|cap|dataset|corpus|listens"
    r"|streams|sentences|photos|songs|invoices|emails|letters)\b",
    re.IGNORECASE,
)
_LIKENESS = re.compile(
    r"(?:\b(?:like|as good as|as well as|rivals?|rivalling|than|beats?|need|needs"
    r"|matches|class of|equal to|want|buy|without) (?:an? |any |the |most "
    r"|some )?)\Z",
    re.IGNORECASE,
)
_MODEL = re.compile(
    r"[- ](?:\w+ )?(?:model|weights|network|encoder|decoder|transformer|checkpoint"
    r"|listener|expert|experts|mixture|version|variant|adapter"
    r"|backbone|sibling|brother|sister|base|student|teacher|speaker|head|tower|drafter)s?\b",
    re.IGNORECASE,
)
_ACTIVE_BEFORE = re.compile(
    r"\b(?:activates?|activating|active:?|uses only|only) (?:about |just |only "
    r"|roughly |around |approximately )?\Z",
    re.IGNORECASE,
)
_ACTIVE_AFTER = re.compile(
    r"(?: (?:are|is|of them|of which are|of those))? (?:active|activated|per token"
    r"|used per token|at a time)\b"
)
_CONTEXT_NUMBER = (
    rf"(?P<number>{DIGITS}|{WORDS}|half a|an?)(?:[ -]?(?P<power>[kKmM]|thousand"
    rf"|million)(?![A-Za-z]))?"
)
_TAIL = r"(?:[- ](?:tokens?(?: of context| context)?|context))(?:[- ](?:window|length))?"
_CONTEXT = re.compile(rf"(?<![\w.,$€£-]){_CONTEXT_NUMBER}(?P<tail>{_TAIL})(?!\w)", re.IGNORECASE)
_BARE_CONTEXT = re.compile(
    r"\b(?:context(?: window| length| size)?|window)(?:,? (?:of|is|at|to|runs to"
    r"|reaches|goes to|up to|limit of)|:)? (?:up to |about |around |just |only )?"
    rf"(?P<bare>{_CONTEXT_NUMBER})(?![\w%])(?! (?:{_TAIL}))"
    rf"|(?<![\w.,$€£-])(?P<window>(?P<k>\d{{1,4}})(?P<kp>[kKM])(?:[- ]window(?!\w)"
    rf"|(?= of context\b)))",
    re.IGNORECASE,
)
_TO_READ = re.compile(
    r"\b(?:context|window|look back|looks back|reads?|remembers?|holds?|keeps?"
    r"|takes?|accepts?|input|prompts?|at once|in one go|fits?|documents?|swallows?"
    r"|up to|handles?|sees?)\b",
    re.IGNORECASE,
)
_NOT_CONTEXT = re.compile(
    r"\b(?:train\w*|pre-?train\w*|per (?:second|minute|month|day|million)"
    r"|a (?:second|minute|month|day)|billed|price|cost|costs|corpus|tokens out|speed"
    r"|generates?)\b",
    re.IGNORECASE,
)
_MEMORY = re.compile(
    r"(?<![\w.,$€£-])(?P<number>\d{1,4}(?:\.\d{1,2})?|"
    + WORDS
    + r")[ -]?(?P<unit>GB|MB|GiB|MiB|gigabytes?|megabytes?|gigs?)"
    r"(?P<said>(?: of)? (?:(?:unified|system|video|working|main|graphics|GPU|shared"
    r"|free|spare|plain) )?(?:memory|RAM|VRAM))?(?![\w/])",
    re.IGNORECASE,
)
_FITS = re.compile(
    r"\b(?:fits?|fitting|squeez\w+|runs?|running|loads?|trains?|sits|needs?|wants?"
    r"|asks for|memory|RAM|VRAM|GPU|card|board|laptop|phone|in (?:under |about "
    r"|just )?|resident|uses?|takes?|eats?|sips?|idles?|happy|content|enough|peaks?"
    r"|under|occupies|holds itself)\b",
    re.IGNORECASE,
)
_STORED = re.compile(
    r"\b(?:disk|disc|storage|logs?|downloads?|uploads?|files?|drive|database"
    r"|export\w*|data ?sets?|corpus|archive|backups?|cloud|photos|mail|a month|per"
    r"|ssd|transfer|bandwidth|stored?|attachments?|weighs?|installer|image|free plan"
    r"|quota)\b",
    re.IGNORECASE,
)


def find_parameters(passage: Passage) -> Iterator[FoundValue]:
    """The counts of parameters in a text.

    >>> def shown(text):
    ...     found = find_parameters(Passage(text))
    ...     return [(text[it.start:it.end], it.value, it.unit) for it in found]
    >>> shown("An 8x7B model with 12B active, no 7B users.")
    [('8x7B', '8x7e9', None), ('12B active', '12e9', 'active')]
    >>> shown("Twenty-four billion parameters; two million dollars; better than a 70B.")
    [('Twenty-four billion parameters', '24e9', None)]
    """
    text = passage.text
    found = [*_COUNT.finditer(text), *_SPELT.finditer(text)]
    sure = sorted(it.start() for it in found if _is_count(passage, it))
    for it in found:
        is_million = it["power"] in ("M", "T") or len(it["power"]) > 1
        if _is_count(passage, it) or (
            is_million and _is_near(sure, it.start()) and not _is_other(passage, it)
        ):
            yield _parameters(passage, it)


def _is_near(places: Sequence[int], at: int) -> bool:
    """Whether one of the places in order lies near a place."""
    index = bisect_left(places, at - NEAR)
    return index < len(places) and places[index] < at + NEAR


def _is_count(passage: Passage, it: re.Match[str]) -> bool:
    if _is_other(passage, it):
        return False
    is_model = _MODEL.match(passage.text, it.end()) is not None
    is_active = _ACTIVE_AFTER.match(passage.text, it.end()) is not None
    return bool(
        it["said"] or is_active or it["power"] == "B" or (is_model and len(it["power"]) == 1)
    )


def _is_other(passage: Passage, it: re.Match[str]) -> bool:
    if it["said"]:
        return False
    return bool(
        _OF_OTHERS.match(passage.text, it.end())
        or _LIKENESS.search(passage.before(it.start()))
        or passage.text[it.end() : it.end() + 1] == "%"
    )


def _parameters(passage: Passage, it: re.Match[str]) -> FoundValue:
    power = _POWERS[it["power"].lower()]
    mix = it.groupdict().get("mix")
    value = f"{mix[:-1]}x" if mix else ""
    is_active = "active" in (it["said"] or "") or bool(
        (
            _ACTIVE_BEFORE.search(passage.before(it.start()))
            and "activ" in passage.before(it.start())[-30:]
        )
        or _ACTIVE_AFTER.match(passage.text, it.end())
    )
    number = plain(to_number(it["number"]))
    unit = "active" if is_active else None
    return FoundValue(it.start(), it.end(), "parameters", f"{value}{number}e{power}", unit)


def find_contexts(passage: Passage) -> Iterator[FoundValue]:
    """The sizes of context in a text.

    >>> def shown(text):
    ...     return [(text[it.start:it.end], it.value) for it in find_contexts(Passage(text))]
    >>> shown("A 64k context window, or a context of 1M; $3 per million tokens.")
    [('64k context window', '64000'), ('1M', '1000000')]
    >>> shown("It reads 32,768 tokens at once. Trained on 300 million tokens.")
    [('32,768 tokens', '32768')]
    """
    for it in _CONTEXT.finditer(passage.text):
        if "context" in it["tail"] or _is_read(passage, it):
            yield from _context(it.start(), it.end(), it["number"], it["power"])
    for it in _BARE_CONTEXT.finditer(passage.text):
        if it["window"]:
            yield from _context(it.start("window"), it.end("window"), it["k"], it["kp"])
        elif it["power"]:
            yield from _context(it.start("bare"), it.end("bare"), it["number"], it["power"])


def _is_read(passage: Passage, it: re.Match[str]) -> bool:
    clause = passage.clause(it.start(), it.end())
    is_priced = (
        re.search(r"(?:per|a|each|every|[/$€£]) ?\Z", passage.before(it.start())) is not None
    )
    is_large = (it["power"] or "") in ("k", "K", "M")
    is_to_read = is_large or _TO_READ.search(clause) is not None
    return not is_priced and is_to_read and not _NOT_CONTEXT.search(clause)


def _context(start: int, end: int, number: str, power: str | None) -> Iterator[FoundValue]:
    times = {"k": 1_000, "t": 1_000, "m": 1_000_000}[power[0].lower()] if power else 1
    tokens = to_number(number) * Decimal(times)
    if tokens >= 256 and tokens == tokens.to_integral_value():
        yield FoundValue(start, end, "context", plain(tokens), "tokens")


def find_memory(passage: Passage) -> Iterator[FoundValue]:
    """The amounts of working memory in a text.

    >>> def shown(text):
    ...     return [(text[it.start:it.end], it.value, it.unit) for it in find_memory(Passage(text))]
    >>> shown("Fits in 6 GB. Needs 512MB of RAM. It keeps 40 GB of logs on a 2 GB disk.")
    [('6 GB', '6', 'GB'), ('512MB of RAM', '512', 'MB')]
    """
    for it in _MEMORY.finditer(passage.text):
        if it["said"] or _is_working(passage, it):
            number = plain(to_number(it["number"]))
            unit = "MB" if it["unit"][0] in "Mm" else "GB"
            yield FoundValue(it.start(), it.end(), "memory", number, unit)


def _is_working(passage: Passage, it: re.Match[str]) -> bool:
    is_of_other = re.match(r" of (?!it\b)", passage.text[it.end() : it.end() + 8]) is not None
    clause = passage.clause(it.start(), it.end())
    after = passage.text[it.end() : it.end() + 12]
    is_on_card = re.match(r" (?:card|GPU|board|laptop|phone|machine)s?\b", after) is not None
    is_said = is_on_card or _FITS.search(passage.before(it.start())[-60:]) is not None
    return is_said and not is_of_other and not _STORED.search(clause)
