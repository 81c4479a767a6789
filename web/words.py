"""Small texts of the pages: addresses from keys, marked words, numbers, why a verdict is known.

Everything is pure, and everything from a publisher leaves escaped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

from markupsafe import Markup, escape

from schema.signals import SIGNALS

MARK_START, MARK_END = "\x02", "\x03"
"""Control characters that no published text may hold: they mark words until all is escaped."""
LONGEST_SEARCH = 200
MOST_TERMS = 16
MOST_PAGES = 1000
SPELLED = {"a": "A", "b": "B", "id": "No.", "url": "address", "sha256": "SHA-256"}

HOW_KNOWN = {
    "page": "printed on the page",
    "unanimous": "follows from the panel's share",
    "cue": "said in the quote's own words",
    "remainder": "what the panel's share leaves",
}
STATES = {
    "stored": "read, and shown here",
    "held": "the newest reading failed; an older one is shown",
    "failed": "captured, but never read as a comparison",
    "waiting": "known, not captured yet",
    "refused": "taken down or disallowed",
    "gone": "no longer at its address",
}
WITHHELD = {
    "noarchive": "the publisher's page asks not to be archived, or not to be quoted",
    "takedown": "its removal was asked for",
}


def address(kind: str, key: str) -> str:
    """The path of one of our own pages.

    >>> address("tool", "name:Alpha / Beta")
    '/tool/name:Alpha%20%2F%20Beta'
    """
    return f"/{kind}/{quote(key, safe=':')}"


def key_of(part: str) -> str:
    """The key that a part of a path stands for."""
    return unquote(part, errors="replace")


def web_address(url: str | None) -> str | None:
    """The url where it is a plain web address, else None: nothing else becomes a link."""
    return url if url and re.match(r"https?://[^\s/]", url) else None


def marked(text: str) -> Markup:
    """A snippet, escaped first, its found words marked afterwards.

    >>> marked("a <b> " + MARK_START + "found" + MARK_END)
    Markup('a &lt;b&gt; <mark>found</mark>')
    """
    safe = str(escape(text))
    return Markup(safe.replace(MARK_START, "<mark>").replace(MARK_END, "</mark>"))


def cued(text: str, start: int | None, end: int | None) -> Markup:
    """A quote's text with the words that decide its verdict marked. Units: code points."""
    if start is None or end is None or not 0 <= start < end <= len(text):
        return escape(text)
    before, words, after = text[:start], text[start:end], text[end:]
    return Markup('{}<mark class="cue">{}</mark>{}').format(before, words, after)


def match_expression(asked: str) -> str | None:
    """What a visitor typed, as an FTS5 expression that cannot be a syntax error.

    Shape: every word is quoted, and all must occur; words in straight quotes stay together.
    Absent: None where there is no word to look for.

    >>> match_expression('fast "code review" OR* NEAR(')
    '"fast" "code review" "OR*" "NEAR("'
    """
    return " ".join(f'"{term}"' for term in terms_of(asked)) or None


def terms_of(asked: str) -> list[str]:
    """The words and phrases of what a visitor typed, those alone that hold a letter or digit."""
    kept = "".join(c if c.isprintable() else " " for c in asked[:LONGEST_SEARCH])
    found = re.findall(r'"([^"]+)"|([^\s"]+)', kept)
    terms = [phrase or word for phrase, word in found]
    return [term.strip() for term in terms if re.search(r"[^\W_]", term)][:MOST_TERMS]


def page_number(asked: str | None) -> int:
    """The page a visitor asked for: 1 where that is not a number in range."""
    is_number = asked is not None and re.fullmatch(r"[0-9]{1,4}", asked)
    return min(max(int(asked), 1), MOST_PAGES) if asked and is_number else 1


def number(value: int | None) -> str:
    """A count for people; a dash where it is not stated."""
    return "–" if value is None else f"{value:,}"


def in_words(name: str) -> str:
    """The name of a column or table as a label; in a query it keeps its own.

    >>> in_words("first_seen"), in_words("body_sha256"), in_words("id")
    ('First seen', 'Body SHA-256', 'No.')
    """
    words = [SPELLED.get(word, word) for word in name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def listed(names: Iterable[str]) -> str:
    """Names as part of a sentence.

    >>> listed(["Builder"]), listed(["Builder", "Skeptic", "Founder"])
    ('Builder', 'Builder, Skeptic and Founder')
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def days(first: str | None, last: str | None) -> str:
    """A span of time by its days, as part of a sentence.

    >>> days("2026-11-01T12:00:00Z", "2026-11-01T13:00:00Z"), days("2026-11-01", "2026-11-02")
    ('on 2026-11-01', 'from 2026-11-01 to 2026-11-02')
    >>> days(None, None)
    'on a day that is not known'
    """
    if first is None:
        return "on a day that is not known"
    same = day(first) == day(last)
    return f"on {day(first)}" if same else f"from {day(first)} to {day(last)}"


def day(moment: str | None) -> str:
    """The date of a time in ISO 8601."""
    return (moment or "")[:10]


def minute(moment: str) -> str:
    """A time in ISO 8601, for people.

    >>> minute("2026-11-01T12:00:00Z")
    '2026-11-01, 12:00 UTC'
    """
    return f"{moment[:10]}, {moment[11:16]} UTC" if len(moment) > 15 else moment


def shortened(value: str) -> str | Markup:
    """A hash by its beginning, the whole of it in the title; any other text as it is."""
    if not re.fullmatch(r"[0-9a-f]{64}", value):
        return value
    return Markup('<code title="{}">{}…</code>').format(value, value[:10])


def signals(*opt_outs: str | None) -> str:
    """The signals of a publisher, each with what it asks for. Shape: JSON lists of names.

    >>> signals('["noai", "unavailable_after=2030-06-25T15:00:00Z"]', None, '["noai"]')
    'noai (no use by AI), unavailable_after=2030-06-25T15:00:00Z (nothing to be shown after a date)'
    """
    names = sorted({name for told in opt_outs if told for name in json.loads(told)})
    known = {name: SIGNALS.get(name.partition("=")[0]) for name in names}
    return ", ".join(f"{name} ({each.words})" if each else name for name, each in known.items())


def withheld_reason(reason: str) -> str:
    """Why a text is not shown, as part of a sentence."""
    return WITHHELD.get(reason, f"the reason recorded is “{reason}”")
