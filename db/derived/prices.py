"""Prices, as a text states them: amount, currency and what it is per.

Pure. Savings, revenue and the prices of goods are no prices of a tool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from db.derived.amounts import FoundValue
from db.derived.passage import Passage, any_of
from db.derived.quantities import DIGITS, WORDS, plain, to_number

SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}
NAMED = {
    "dollar": "USD", "usd": "USD", "buck": "USD", "euro": "EUR", "eur": "EUR", "pound": "GBP",
    "quid": "GBP", "gbp": "GBP",
}  # fmt: skip
SMALL = {"cent": "USD", "¢": "USD", "euro cent": "EUR", "pence": "GBP", "penny": "GBP", "p": "GBP"}
"""A hundredth of each, by the name that is used."""
LARGE = {"k": 1_000, "thousand": 1_000, "hundred": 100}
SHORT = {
    "monthly": "month", "yearly": "year", "annually": "year", "annual": "year", "weekly": "week",
    "daily": "day", "hourly": "hour", "quarterly": "quarter", "mo": "month", "yr": "year",
    "hr": "hour", "min": "minute", "wk": "week", "sec": "second", "tok": "token", "annum": "year",
    "m": "month", "y": "year", "h": "hour", "mtok": "million tokens", "ktok": "thousand tokens",
}  # fmt: skip
"""Other words for what a price is per."""
TIMES = {"1m": "million", "m": "million", "1000000": "million", "1k": "thousand", "k": "thousand",
         "1000": "thousand", "100": "hundred"}  # fmt: skip

_NOUN = r"(?!(?:an?|few|bit|lot|little|good|great|steal|pop|time|fee|day trip)\b)[A-Za-z]+"
_THING = (
    r"(?:(?:million|billion|thousand|hundred|\d[\d,]{0,8}[kKM]?|[KM](?= tokens?\b)) )?(?:(?:active"
    rf"|named|audio|input|output|processed|cached|extra|paying|generated) )?{_NOUN}"
)
_ADVERB = r",? (?:monthly|yearly|annually|annual|weekly|daily|hourly|quarterly)(?!\w)"
_PER = (
    rf"(?: ?/ ?{_THING}| (?:per|each|every|for each|for every|an?) {_THING}|{_ADVERB})"
    rf"(?:(?:,? per| an?| each|,? every| ?/) {_THING}|/{_NOUN}|{_ADVERB}"
    r"| and (?:month|year|week|day|hour|seat|user|client|person|head|project|site|device)(?!\w))?"
)
_MONEY = rf"(?:\d{{1,3}}(?:\.\d{{3}})+,\d\d(?!\d)|\d{{1,6}},\d\d(?!\d)|{DIGITS})"
"""An amount, with a decimal comma too where two digits follow it."""
_THOUSANDS = re.compile(r"\d{1,3}\.\d{3}")
"""Of euros nobody can tell whether thousands are meant."""
_FAR = rf"(?: [-–—] | to )(?={_MONEY}k?(?:{_PER}))"
"""What stands between the ends of a range, or between a price and the seats that it is for."""
_ELSEWHERE = r" ?(?:CAD|AUD|NZD|SGD|HKD)\b"
_LARGE = r"[kKMB](?!\w)| (?:million|billion|thousand)(?! \w*tokens)"
_MARKED = (
    rf"(?:US ?)?(?P<sign>[$€£]) ?(?P<marked>{_MONEY})(?P<large>{_LARGE})?(?!{_ELSEWHERE})"
    rf"(?: ?USD\b)?(?:(?:[-–—~]|{_FAR})(?P<most>{_MONEY})(?P<most_large>{_LARGE})?(?!\w))?"
)
_COINED = (
    rf"(?:(?P<least>{_MONEY}|{WORDS})(?:[-–—~]| to ))?"
    rf"(?:(?P<number>{DIGITS}|{WORDS}|half an?|an?) (?P<many>(?:hundred|thousand|[mb]illion) )?"
    r"(?P<name>dollars?|USD|bucks?|euros?|EUR|pounds?|quid|GBP|euro cents?|cents?|pence|penny)"
    rf"(?![\w-])|(?P<after>{_MONEY})(?: ?(?P<mark>[€£])|(?P<dollar>\$)))"
    r"|(?P<small>\d{1,3}(?:\.\d{1,2})?)(?P<coin>¢|p(?= (?:a|an|per|each)\b))"
    rf"|(?P<code>USD|EUR|GBP) (?P<coded>{DIGITS})"
)
_PRICE = re.compile(
    # The letters are those that any form begins with: most words are passed over by their first.
    r"(?<![\w.,$€£])(?=[\d$€£adefghnostuz])(?:(?<!-)|(?<=[\dk€£$]-)|(?<=\w-)(?=[$€£]))"
    rf"(?:{_MARKED}|{_COINED})\+?(?![\d%]|[.,]\d|-\w)"
    rf"(?P<per>{_PER})?(?!\w)",
    re.IGNORECASE,
)
_PRICE_SIGNS = (
    *SIGNS, "dollar", "usd", "buck", "eur", "pound", "quid", "gbp", "cent", "pence", "penny", "¢",
    "p a", "p per", "p each",
)  # fmt: skip
_ENDS = ("least", "number", "after", "small", "coded", "marked", "most")
"""The groups that hold numbers, in the order of a text."""
_NOT_A_PRICE = re.compile(
    r"\b(?:sav(?:e[sd]?|ings?)|rais(?:e[sd]?|ing)|revenue|valu(?:ed|ation)|fund(?:s|ed|ing)|worth"
    r"|invest(?:s|ed|ment)?|fined?|salary|earn(?:s|ed)?|made|makes|lo(?:st|ses?)|profits?|turnover"
    r"|owed?|bet|prize|award(?:s|ed)?|donat\w+|grant|budget|spent|refund(?:s|ed)?|acquired"
    r"|(?:bought|sold) for)\b[^,.;:!?]{0,30}\Z",
    re.IGNORECASE,
)
"""Words before an amount that make it none to be paid for a tool."""
_NO_PRICE_AFTER = re.compile(
    r" (?:in (?:funding|revenue|savings|damages|debt|sales)|round|valuation|fine|bill|prize"
    r"|voucher|off)\b"
)
_GOODS = any_of(
    r"boards?|H100|GPUs?|graphics cards?|laptops?|phones?|computers?|machines?|chips?|cables?"
)
"""Things beside whose price nothing is said of a tool's."""
_PRICED = any_of(
    r"costs?|price[sd]?|pricing|pa(?:ys?|id)|charge[sd]?|ask(?:s|ing)|wants?|at|for|from|tier"
    r"|plan|once|one-off|start(?:s|ing)|against|licen[cs]e|upgrade|between|payment|now|than|only"
    r"|just|fee|is|subscription"
)
_LABEL = re.compile(r"\b(?:prices?|pricing|costs?|fees?): \Z", re.IGNORECASE)
_FREE = re.compile(
    r"(?<![\w-])(?:(?:costs?|pays?|charges?|asks?)(?: you| me| us| them)? nothing|gratis"
    r"|free of charge|at no (?:cost|charge)|no charge|zero cost|without charge"
    r"|(?<!feel )(?<!set )(?<!break )(?<!hands )(?<!royalty )free(?![\w’'=-]| (?:trials?|demos?"
    r"|of|up(?! to)|from|rein|hand|will|speech|time|months?|weeks?|days?|market|gift|lunch|ride"
    r"|space|memory|disk|press|to (?:say|think|choose|leave|go|move|change|ignore)|advice|text"
    r"|verse|fall)\b))",
    re.IGNORECASE,
)
_FREE_SIGNS = ("free", "nothing", "gratis", "charge", "cost")
_RANGE = re.compile(r" (?:to|or|and|[-–—]) |[-–—~]")
_AGAINST = re.compile(
    r"\b(?:against|instead of|versus|vs\.?|not|than|from|to|at the|or) (?:the |about )?\Z",
    re.IGNORECASE,
)
_ONCE = re.compile(r" (?:once|one-off|one time|flat|for (?:good|life|ever))\b")


class _Amount(NamedTuple):
    """An amount of money at `[start, end)`, and what it is per, with a stroke before each."""

    start: int
    end: int
    value: Decimal
    currency: str
    per: str


def find_prices(passage: Passage) -> Iterator[FoundValue]:
    """The prices in a text, and what it says costs nothing.

    >>> def shown(text):
    ...     return [(text[it.start:it.end], it.value, it.unit) for it in find_prices(Passage(text))]
    >>> shown("$10 to $15 a month, €25 per seat and month")
    [('$10', '10', 'USD/month'), ('$15 a month', '15', 'USD/month'),
     ('€25 per seat and month', '25', 'EUR/seat/month')]
    >>> shown("$5–10/mo, 1.299,00 € a year, CA$20 a month")
    [('$5', '5', 'USD/month'), ('10/mo', '10', 'USD/month'),
     ('1.299,00 € a year', '1299', 'EUR/year')]
    >>> shown("1.299 € a year")
    []
    >>> shown("Twelve dollars a client per month. It is free for one, and saves us $400 a month.")
    [('Twelve dollars a client per month', '12', 'USD/client/month'), ('free', '0', None)]
    >>> shown("Free trial; half a cent a minute; $3 per million tokens")
    [('half a cent a minute', '0.005', 'USD/minute'),
     ('$3 per million tokens', '3', 'USD/million tokens')]
    """
    matches = (it for it in passage.found(_PRICE, _PRICE_SIGNS) if _is_price(passage, it))
    found = [each for it in matches for each in _amounts(it)]
    for each, per in zip(found, _units(passage.text, found), strict=True):
        unit = f"{each.currency}{per}" if each.value else None
        yield FoundValue(each.start, each.end, "price", plain(each.value), unit)
    for it in passage.found(_FREE, _FREE_SIGNS):
        yield FoundValue(*it.span(), "price", "0", None)


def _is_price(passage: Passage, it: re.Match[str]) -> bool:
    if (it["most_large"] or it["large"] or "").strip().lower() in ("m", "b", "million", "billion"):
        return False
    if "€" in (it["sign"], it["mark"]) and _THOUSANDS.fullmatch(it["marked"] or it["after"]):
        return False
    clause, before = passage.clause(it.start(), it.end()), passage.before(it.start())
    if _NOT_A_PRICE.search(before[-60:]) or _NO_PRICE_AFTER.match(passage.text, it.end()):
        return False
    is_labelled = _LABEL.search(before) is not None
    is_first = is_labelled or (not before.strip("“(") and not it["name"])
    return bool(it["per"]) or (
        not _GOODS.search(clause) and (is_first or _PRICED.search(clause) is not None)
    )


def _units(text: str, found: Sequence[_Amount]) -> list[str]:
    """What each price is per; one without takes that of its range's end, or of the one before."""
    units = [it.per for it in found]
    for at, it in enumerate(found):
        following = found[at + 1] if at + 1 < len(found) else None
        if not units[at] and following and _RANGE.fullmatch(text, it.end, following.start):
            units[at] = units[at + 1]
        if not units[at] and at and _is_set_against(text, found[at - 1], it):
            units[at] = units[at - 1]
    return units


def _is_set_against(text: str, one: _Amount, other: _Amount) -> bool:
    between = text[one.end : min(other.start, one.end + 60)]
    is_near = len(between) < 60 and not _ONCE.match(text, other.end)
    return is_near and _AGAINST.search(between) is not None


def _amounts(it: re.Match[str]) -> list[_Amount]:
    """The price of a match, or both ends of its range; what falls is no range."""
    named = [name for name in _ENDS if it[name]]
    numbers = [_number(it[name]) for name in named]
    large = _times(it["most_large"] if it["most"] else it["large"] or it["many"])
    first = _times(it["large"]) if it["large"] else large if numbers[0] <= numbers[-1] else 1
    currency, share = _currency(it)
    found = [_Amount(*it.span(), numbers[-1] * large / share, currency, _per(it["per"]))]
    if len(named) > 1:
        end = it.end("large") if it["large"] else it.end(named[0])
        found = [
            _Amount(it.start(), end, numbers[0] * first / share, currency, ""),
            found[0]._replace(start=it.start(named[1])),
        ]
    return found if found[0].value < found[-1].value else found[-1:]


def _number(words: str) -> Decimal:
    """A number whose comma may be a decimal one: two digits follow it."""
    is_decimal = re.search(r",\d\d\Z", words) is not None
    return to_number(words.replace(".", "").replace(",", ".") if is_decimal else words)


def _times(words: str | None) -> Decimal:
    """What a word behind a number multiplies it by."""
    word = (words or "").strip().lower()
    return Decimal(LARGE[word]) if word in LARGE else to_number(word)


def _currency(it: re.Match[str]) -> tuple[str, int]:
    """The currency of a match, and how many of what it names are one of it."""
    if sign := it["sign"] or it["mark"] or it["dollar"]:
        return SIGNS[sign], 1
    name = (it["code"] or it["name"] or it["coin"]).lower()
    name = name if name in SMALL else name.removesuffix("s")
    return (SMALL[name], 100) if name in SMALL else (NAMED[name], 1)


def _per(words: str | None) -> str:
    """What a price is per, each with a stroke before it.

    >>> _per(" per seat and month"), _per("/mo"), _per(" per 1,000 calls"), _per(None)
    ('/seat/month', '/month', '/thousand calls', '')
    """
    steps = re.split(
        r",? (?:for )?(?:per|an?|each|every|and) | ?/ ?|,? (?=\w+ly\b|annual\b)", words or ""
    )
    return "".join(f"/{_thing(step)}" for step in steps if step)


def _thing(words: str) -> str:
    first, _, rest = words.lower().partition(" ")
    if rest:
        return f"{TIMES.get(first.replace(',', ''), first)} {rest}"
    short = SHORT.get(first, first)
    return short if short.endswith("ss") or " " in short else short.removesuffix("s")
