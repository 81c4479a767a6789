"""The opt-out signals that a response and its page carry, by the names of schema/signals.py.

In doubt a signal is heeded: a date that cannot be read has passed, a licence whose terms are not
in the page forbids, and so do terms that do not plainly permit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from parsers.page.decode import MAX_BYTES, is_html
from parsers.page.tree import Markup, markup_of
from schema.page import RawPage

ROBOTS_WORDS = {
    "noarchive": "noarchive",
    "nocache": "noarchive",
    "nosnippet": "nosnippet",
    "max-snippet=0": "max-snippet",
    "noai": "noai",
    "noimageai": "noai",
    "noindex": "noindex",
    "none": "noindex",
}
OWN_NAMES = frozenset(("robots", "verdicts"))
"""What a robots meta tag that speaks to us is named: to all robots, or to our token."""
RSL_TYPE = "application/rsl+xml"
LONG_PIECE = 20
"""A piece of a marked part that stands in a text is taken for a piece of it. Units: code points."""

_USAGES = ("content-usage", "content-signal", "content-signals")
_SPEAKING = frozenset((*_USAGES, "link", "tdm-policy", "tdm-reservation", "x-robots-tag"))
_REFUSED = re.compile(
    r"(?<![\w.*-])([a-z*][a-z0-9_.*-]{0,63})\s*[=:]\s*(?:no?|\?0|0|false)(?![\w-]|\.\w)",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\s*([\w*-]+)\s*:(.*)", re.DOTALL)
_UNTIL = re.compile(r"unavailable_after\s*[:=]\s*((?:[a-z]{3,9},\s*)?[^,;]*)", re.IGNORECASE)
_LIMIT = re.compile(r"(max-[a-z-]+)\s*[:=]\s*([-+]?[0-9.]+|[a-z]+)?", re.IGNORECASE)
_NOTHING = re.compile(r"[-+]?0+(?:\.0*)?")
_LINK = re.compile(r",\s*(?=<)")
_LICENCE = re.compile(r""";\s*rel\s*=\s*(?:"[^"]*\blicense\b|license\b)""", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TERM = re.compile(
    r"""<(?:\w+:)?(permits|prohibits|payment)\b[^>]*?\btype\s*=\s*["']([^"']*)["'][^>]*>([^<]*)"""
)


def opt_outs(
    headers: Mapping[str, str], page: RawPage, markup: Markup | None = None
) -> tuple[str, ...]:
    """Which opt-out signals were given, sorted.

    Shape: lower-case header names in, and the page's markup where it is known; names of `SIGNALS`
    out, one with `=` and its date.
    Source: robots meta tags and X-Robots-Tag, TDMRep, Content-Usage, Content-Signal, RSL 1.0.
    Raises: BytesError for bytes that may not be parsed.
    """
    found = {*header_opt_outs(headers)}
    if is_html(page):
        markup = markup or markup_of(page)
        found |= _meta_signals(markup) | _licence_signals(markup)
        if any(_parts(markup)):
            found.add("data-nosnippet")
    return tuple(sorted(found))


def header_opt_outs(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Which opt-out signals the headers alone give, sorted. Shape: as `opt_outs`."""
    if _SPEAKING.isdisjoint(headers):
        return ()
    found = _header_words(headers.get("x-robots-tag", ""))
    for name in _USAGES:
        found |= _usage_signals(name, headers.get(name, ""))
    found |= _tdm_signals(headers)
    if any(_is_licence(link) for link in _LINK.split(headers.get("link", ""))):
        found.add("rsl")
    return tuple(sorted(found))


def unquotable(page: RawPage, texts: Iterable[str], markup: Markup | None = None) -> set[str]:
    """Those of a page's texts that its publisher marked with `data-nosnippet`, be it in part.

    Raises: BytesError for bytes that may not be parsed.
    """
    if not is_html(page):
        return set()
    parts = list(_parts(markup or markup_of(page)))
    return {text for text in texts if any(_touches(part, _dense(text)) for part in parts)}


def refused_usages(value: str) -> set[str]:
    """The usages that a Content-Usage or Content-Signal value refuses; to allow is no opt-out.

    >>> refused_usages("train-ai=n, search=y"), sorted(refused_usages("ai-train=no;ai-input=?0"))
    ({'train-ai'}, ['ai-input', 'ai-train'])
    """
    return {usage.lower() for usage in _REFUSED.findall(re.sub("[\"']", "", value))}


def _usage_signals(name: str, value: str) -> set[str]:
    name, refused = name.removesuffix("s"), refused_usages(value)
    if name == "content-signal" and "search" in refused:
        return {"search"} | ({name} if refused > {"search"} else set())
    return {name} if refused else set()


def _tdm_signals(stated: Mapping[str, str]) -> set[str]:
    """Whether rights of mining are reserved; a policy alone reserves them unless 0 is said."""
    said = {
        each.partition(";")[0].strip(' \t"?').lower()
        for each in stated.get("tdm-reservation", "").split(",")
    }
    has_policy = bool(stated.get("tdm-policy", "").strip())
    return {"tdm"} if "1" in said or (has_policy and "0" not in said) else set()


def _is_licence(link: str) -> bool:
    """Whether one value of a Link header names a licence in RSL."""
    return RSL_TYPE in link.lower() and _LICENCE.search(link) is not None


def _meta_signals(markup: Markup) -> set[str]:
    found: set[str] = set()
    tdm: dict[str, str] = {}
    for node in markup.css("meta[name][content]", b"<meta", b"name"):
        content = node.attributes.get("content") or ""
        for name in _words(node.attributes.get("name") or ""):
            if name in OWN_NAMES:
                found |= _robots_words(_joined(content))
            elif name in _USAGES:
                found |= _usage_signals(name, content)
            elif name.startswith("tdm-"):
                tdm[name] = f"{tdm[name]}, {content}" if name in tdm else content
    return found | _tdm_signals(tdm)


def _licence_signals(markup: Markup) -> set[str]:
    for node in markup.css("link[rel][type]", b"rel", b"type"):
        kind = (node.attributes.get("type") or "").lower()
        if kind.strip().startswith(RSL_TYPE) and "license" in _words(node.attributes["rel"] or ""):
            return {"rsl"}
    for node in markup.css("script[type]", b"<script", b"type"):
        kind = (node.attributes.get("type") or "").lower()
        if kind.strip().startswith(RSL_TYPE) and not _is_open(node.text()):
            return {"rsl"}
    return set()


def _is_open(licence: str) -> bool:
    """Whether the terms of a licence in RSL permit AI whatever it likes, for nothing."""
    terms = _TERM.findall(_COMMENT.sub("", licence.lower()))
    usages = [_words(value) for term, kind, value in terms if (term, kind) == ("permits", "usage")]
    prices = [kind for term, kind, _ in terms if term == "payment"]
    return (
        bool(usages)
        and all({"all", "ai-all"} & words for words in usages)
        and not any(term == "prohibits" for term, _, _ in terms)
        and all(kind == "free" for kind in prices)
    )


def _header_words(value: str) -> set[str]:
    """The words of X-Robots-Tag that are said to all robots, or to us by name.

    Several headers of one name come joined by commas, so where another robot's words end cannot be
    told: only those before the next comma are taken for its own, and in doubt a word is heeded.
    """
    found: set[str] = set()
    for part in _joined(value).split(","):
        named = _NAMED.fullmatch(part)
        if named is None:
            found |= _robots_words(part)
        elif named[1].lower() in (*OWN_NAMES, "*"):
            found |= _robots_words(named[2])
    return found


def _joined(value: str) -> str:
    """Words that have values as one word each: `max-snippet=0`, `unavailable_after=<date>`."""
    value = _UNTIL.sub(_until, value)
    return _LIMIT.sub(_limit, value)


def _limit(said: re.Match[str]) -> str:
    return f"{said[1]}={'0' if _NOTHING.fullmatch(said[2] or '') else said[2]}"


def _until(said: re.Match[str]) -> str:
    # What was taken for the date stays beside it: words that only spaces part may stand in it.
    return f"unavailable_after={_date(said[1])} {said[1].replace(',', ' ')}"


def _date(said: str) -> str:
    """A date of any of the three usual forms as ours; the oldest there is for an unreadable one.

    >>> _date("25 Jun 2030 15:00:00 PST"), _date("2030-06-25"), _date("soon")
    ('2030-06-25T23:00:00Z', '2030-06-25T00:00:00Z', '0001-01-01T00:00:00Z')
    """
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(said.strip())
            known = found if found.tzinfo else found.replace(tzinfo=UTC)
            return known.astimezone(UTC).isoformat()[:19] + "Z"
        except (ValueError, IndexError, TypeError, OverflowError):
            continue
    return f"{datetime.min.isoformat()}Z"


def _robots_words(text: str) -> set[str]:
    words = re.split(r"[\s,;]+", text)
    found = {ROBOTS_WORDS[word.lower()] for word in words if word.lower() in ROBOTS_WORDS}
    return found | {word for word in words if word.startswith("unavailable_after=")}


def _words(text: str) -> set[str]:
    return set(re.split(r"[\s,;]+", text.lower()))


def _parts(markup: Markup) -> Iterable[list[str]]:
    """The pieces of text of each part that is marked with `data-nosnippet`."""
    left = MAX_BYTES
    for node in markup.css("[data-nosnippet]", b"data-nosnippet"):
        pieces = [_dense(piece) for piece in node.text(separator="\0").split("\0")]
        left -= sum(map(len, pieces))
        if left < 0:
            # Parts within parts without end: what they hold cannot be told, so all may be in it.
            yield [""]
            return
        if any(pieces):
            yield [piece for piece in pieces if piece]


def _touches(pieces: list[str], text: str) -> bool:
    whole = "".join(pieces)
    is_piece = any(len(piece) >= LONG_PIECE and piece in text for piece in pieces)
    return whole in text or text in whole or is_piece


def _dense(text: str) -> str:
    """A text without its white space, which a page and its record have at other places."""
    return "".join(text.split())
