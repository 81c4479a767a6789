"""Prices, as a text states them: amount, currency and what it is per.

Pure. Savings, revenue and the prices of goods are no prices of a tool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from db.derived.amounts import FoundValue
from db.derived.passage import Passage
from db.derived.quantities import DIGITS, WORDS, plain, to_number

SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}
NAMED = {
    "dollar": "USD", "usd": "USD", "buck": "USD", "euro": "EUR", "eur": "EUR", "pound": "GBP",
    "quid": "GBP", "gbp": "GBP", "sterling": "GBP",
}  # fmt: skip
SMALL = {"cent": "USD", "¢": "USD", "euro cent": "EUR", "pence": "GBP", "penny": "GBP", "p": "GBP"}
"""A hundredth of each, by the name that is used."""
ADVERBS = {
    "monthly": "month", "yearly": "year", "annually": "year", "annual": "year", "weekly": "week",
    "daily": "day", "hourly": "hour", "quarterly": "quarter",
}  # fmt: skip
SHORT = {"mo": "month", "yr": "year", "hr": "hour", "min": "minute", "wk": "week", "sec": "second",
         "tok": "token", "annum": "year", "m": "month", "y": "year", "h": "hour"}  # fmt: skip
"""Short forms of what a price is per."""
PRODUCTS = (
    "it", "plan", "tier", "seat", "licence", "license", "subscription", "version", "tool", "app",
    "service", "model", "upgrade", "edition", "api", "product", "that", "this", "which", "one",
    "access", "use", "account", "hosting", "hosted", "pro", "team", "enterprise", "software",
)  # fmt: skip
"""What a price of a tool may be of; "the board costs 40 euros" is a price of goods."""

_NUMBER = rf"(?:{DIGITS}|{WORDS}|half an?|an?|a hundred|a thousand)"
_MANY = r"(?:million|billion|thousand|hundred|\d[\d,]{0,8}[kKM]?)"
_NOUN = (
    r"(?!few\b|bit\b|lot\b|little\b|good\b|great\b|steal\b|pop\b|time\b|fee\b|day trip\b)[A-Za-z]+"
)
_THING = (
    rf"(?:{_MANY} (?:(?:input|output|audio|cached|processed) )?{_NOUN}|(?:active "
    rf"|named |audio |input |output |processed |extra |finished |paying |transcribed "
    rf"|generated )?{_NOUN})"
)
_BESIDE = (
    "month|year|week|day|hour|minute|seat|user|client|person|head|editor|project"
    "|site|device|machine"
)
_PER = (
    rf"(?: ?/ ?{_THING}| (?:per|each|every|for each|for every) {_THING}| an? {_THING}"
    rf"|,? (?:{'|'.join(ADVERBS)})(?!\w))"
    rf"(?:(?:,? per| an?| each|,? every| ?/) {_THING}| and (?:{_BESIDE})(?!\w)"
    rf"|/{_NOUN}|,? (?:{'|'.join(ADVERBS)})(?!\w))?"
)
_MARKED = (
    rf"(?:US|CA|AU)?(?P<sign>[$€£]) ?(?P<marked>{DIGITS})(?P<large>[kKMB](?!\w)"
    rf"| (?:million|billion|thousand)(?! \w*tokens))?"
)
_COINED = (
    rf"(?P<number>{_NUMBER}) (?P<large2>(?:million|billion|thousand|hundred) )?"
    r"(?P<name>dollars?|USD|bucks?|euros?|EUR|pounds?|quid|GBP|euro cents?|cents?"
    r"|pence|penny)(?![\w-])"
    r"|(?P<after>\d{1,6}(?:[.,]\d{2})?) ?(?P<mark>[€£])"
    r"|(?P<small>\d{1,3}(?:\.\d{1,2})?)(?P<coin>¢|p(?= (?:a|an|per|each)\b))"
    rf"|(?P<code>USD|EUR|GBP) (?P<coded>{DIGITS})"
)
_PRICE = re.compile(
    rf"(?<![\w.,$€£-])(?P<amount>{_MARKED}|{_COINED})(?![\d%]|[.,]\d|-\w)(?P<per>{_PER})?(?!\w)",
    re.IGNORECASE,
)
_TO = re.compile(r"(?: to | or | and |-|–| – )\Z")
_NOT_A_PRICE = re.compile(
    r"\b(?:sav(?:e|es|ed|ing|ings)|rais(?:e|es|ed|ing)|revenue|valued|valuation"
    r"|funding|invest(?:s|ed|ment)?|worth|fined?|salary"
    r"|earn(?:s|ed)?|made|makes|lost|profits?|turnover|owed?|bet|wager|prize"
    r"|award(?:s|ed)?|donat\w+|grant|budget|spent|refund(?:s|ed)?"
    r"|acquired|bought for|sold for|damages?|lend|lent|banked|round)\b[^,.;:!?]{0,30}\Z",
    re.IGNORECASE,
)
"""Words before an amount that make it none to be paid for a tool."""
_NO_PRICE_AFTER = re.compile(
    r" (?:in (?:funding|revenue|savings|damages|debt|sales)|round|valuation|fine"
    r"|bill|prize|bonus|voucher|note|saved|kettle|worth)\b"
)
_PRICED = re.compile(
    r"\b(?:costs?|price[sd]?|pricing|pay|pays|paid|charges?|charged|asks?|asking"
    r"|wants?|at|for|from|tier|plan|once|one-off|starts?|starting"
    r"|against|licen[cs]e|upgrade|between|payment|fee of|for life|now|than|only|just"
    r"|subscription|quote|fee|rent\w*|is)\b",
    re.IGNORECASE,
)
_GOODS = re.compile(
    r"\b(?:the|a|an|my|its|our|your|their|this|that) (?:\w+ )?(\w+) (?:costs?"
    r"|cost me|sells for|goes for) ",
    re.IGNORECASE,
)
_FREE = re.compile(
    r"(?<![\w-])(?:(?P<whole>(?:costs?|pays?|charges?|asks?)(?: you| me| us"
    r"| them)? nothing|gratis|free of charge|at no (?:cost|charge)|no charge|no cost"
    r"|zero cost|for no money|without charge)"
    r"|(?P<free>free)(?![\w’'-]| (?:trial|trials|demo|demos|of\b|up(?! to)|from|rein"
    r"|hand|will|speech|time|as|month|months|week|weeks|day|days|market|gift|lunch"
    r"|ride|kick|space|memory|disk|and easy|to (?!use|download|run|host|install|join"
    r"|self-host|share|start|play|read|try)|press|advice|text|verse|fall)))",
    re.IGNORECASE,
)
_IS_FREE_BEFORE = re.compile(
    r"(?:\A|[.;:,(|/] |\b(?:is|are|it's|it’s|stays?|remains?|and|or|the|a|completely"
    r"|entirely|fully|totally|always|for|also|still|its|both|"
    r"whose|offers?|be|has|have|with|genuinely|really|one|use|uses|used|using|run"
    r"|given away|now|actually|permanently|forever|comes?|ships?|stayed|stay|was"
    r"|given|kept|largely|mostly|basically|costs?|download|at home)\b ?|both )\Z",
    re.IGNORECASE,
)
_IS_FREE_AFTER = re.compile(
    r"[.,;:!)/]|\Z| [(–—+]| (?:core|client|viewer|program|community|basic|desktop"
    r"|personal|mobile|hosted|model|up to|under|of charge|public|self-hosted|is|was"
    r"|are|today|anyway|either|again)\b| (?:below|above|within|only|plus|for|and|to"
    r"|tier|plan|version|edition|forever|use|under|while|if|in|on|at|with|but|or"
    r"|toolkit|tool|app|software|download|account|until|then|because|itself|model"
    r"|when|plus|the)\b"
)
_NOTHING = re.compile(r"(?:,? and| or|;|,) (?P<nothing>nothing)(?= (?:for|per|a|on)\b)")


def find_prices(passage: Passage) -> Iterator[FoundValue]:
    """The prices in a text, and what it says costs nothing.

    >>> def shown(text):
    ...     return [(text[it.start:it.end], it.value, it.unit) for it in find_prices(Passage(text))]
    >>> shown("$10 to $15 a month, €25 per seat and month")
    [('$10', '10', 'USD/month'), ('$15 a month', '15', 'USD/month'),
     ('€25 per seat and month', '25', 'EUR/seat/month')]
    >>> shown("Twelve dollars a client per month. It is free for one, and saves us $400 a month.")
    [('Twelve dollars a client per month', '12', 'USD/client/month'), ('free', '0', None)]
    >>> shown("Free trial; half a cent a minute; $3 per million tokens")
    [('half a cent a minute', '0.005', 'USD/minute'),
     ('$3 per million tokens', '3', 'USD/million tokens')]
    """
    found = [it for it in _PRICE.finditer(passage.text) if _is_price(passage, it)]
    yield from _with_units(passage.text, found)
    for it in _FREE.finditer(passage.text):
        if it["whole"] or _is_free(passage, it):
            yield FoundValue(it.start(), it.end(), "price", "0", None)
    for it in _NOTHING.finditer(passage.text):
        if any(other.start() < it.start() < other.end() + 40 for other in found):
            yield FoundValue(*it.span("nothing"), "price", "0", None)


def _is_price(passage: Passage, it: re.Match[str]) -> bool:
    if it["large"] and it["large"].strip().lower() in ("m", "b", "million", "billion"):
        return False
    clause = passage.clause(it.start(), it.end())
    before = passage.before(it.start())
    goods = _GOODS.search(before)
    if _NOT_A_PRICE.search(before[-60:]) or _NO_PRICE_AFTER.match(passage.text, it.end()):
        return False
    if goods and goods[1].lower() not in PRODUCTS:
        return False
    is_first = not before.strip("“(") and not it["name"]
    return bool(it["per"]) or is_first or _PRICED.search(clause) is not None


def _is_free(passage: Passage, it: re.Match[str]) -> bool:
    before = passage.before(it.start())
    return bool(
        _IS_FREE_BEFORE.search(before[-40:]) and _IS_FREE_AFTER.match(passage.text, it.end())
    )


def _with_units(text: str, found: Sequence[re.Match[str]]) -> Iterator[FoundValue]:
    """The prices; one without a unit takes that of what its range ends in, or of the one before."""
    units = [_per(it["per"]) for it in found]
    for at, it in enumerate(found):
        unit = units[at]
        if (
            not unit
            and at + 1 < len(found)
            and _TO.fullmatch(text, it.end(), found[at + 1].start())
        ):
            unit = units[at + 1]
        if not unit and at and _is_set_against(text, found[at - 1], it):
            unit = units[at - 1]
        amount, currency = _amount(it)
        yield FoundValue(
            it.start(), it.end(), "price", plain(amount), f"{currency}{unit}" if amount else None
        )


_AGAINST = re.compile(
    r"\b(?:against|instead of|versus|vs\.?|not|than|from|to|at the|or) (?:the "
    r"|about )?\Z|\bAt the \Z"
)


def _is_set_against(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    between = text[max(one.end(), other.start() - 60) : other.start()]
    is_once = re.match(
        r" (?:once|one-off|one time|flat|for (?:good|life|ever))\b", text[other.end() :][:12]
    )
    return other.start() - one.end() < 60 and not is_once and _AGAINST.search(between) is not None


def _amount(it: re.Match[str]) -> tuple[Decimal, str]:
    if it["sign"]:
        large = {"k": 1_000, "thousand": 1_000}.get((it["large"] or "").strip().lower(), 1)
        return to_number(it["marked"]) * large, SIGNS[it["sign"]]
    if it["mark"]:
        return to_number(it["after"].replace(",", ".")), SIGNS[it["mark"]]
    if it["code"]:
        return to_number(it["coded"]), it["code"].upper()
    name = (it["name"] or it["coin"]).lower()
    name = name if name in SMALL else name.removesuffix("s")
    amount = to_number(
        (it["number"] or it["small"]) + (" " + it["large2"].strip() if it["large2"] else "")
    )
    return (amount / 100, SMALL[name]) if name in SMALL else (amount, NAMED[name])


def _per(words: str | None) -> str:
    """What a price is per, each with a stroke before it.

    >>> _per(" per seat and month"), _per("/mo"), _per(" per 1,000 calls"), _per(None)
    ('/seat/month', '/month', '/thousand calls', '')
    """
    parts = []
    for step in re.split(
        r"(?:,? per | an? |,? every | each | and | for each | for every | ?/ ?|,? (?=\w+ly\b))",
        words or "",
    ):
        if step.strip(" ,"):
            parts.append(_thing(step.strip(" ,")))
    return "".join(f"/{part}" for part in parts)


def _thing(words: str) -> str:
    lowered = words.lower()
    if lowered in ADVERBS:
        return ADVERBS[lowered]
    first, _, rest = words.partition(" ")
    times = {
        "1m": "million",
        "1k": "thousand",
        "1000": "thousand",
        "1000000": "million",
        "100": "hundred",
    }
    first = times.get(first.lower().replace(",", ""), first.lower())
    if first in ("million", "thousand", "hundred", "billion"):
        return f"{first} {rest.lower()}".strip()
    lowered = SHORT.get(lowered, lowered)
    return (
        lowered.removesuffix("s")
        if lowered.endswith("s") and not lowered.endswith("ss")
        else lowered
    )
