"""The one table of opt-out signals: what each is called, what it asks for, and in what words.

Pure data for those who read signals, act on them and show them; docs/crawling.md says where each
is looked for, and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Wish = Literal["text", "part", "ai", "index"]
"""No text of quotes and descriptions, none of a marked part, no use by AI, no listing in search."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What a publisher says with one signal."""

    wish: Wish
    words: str
    """The wish as a part of a sentence: the publisher asks for ..."""


SIGNALS: dict[str, Signal] = {
    "noarchive": Signal("text", "no copy to be shown"),
    "nosnippet": Signal("text", "no words to be quoted"),
    "max-snippet": Signal("text", "no words to be quoted"),
    "unavailable_after": Signal("text", "nothing to be shown after a date"),
    "data-nosnippet": Signal("part", "some words not to be quoted"),
    "noai": Signal("ai", "no use by AI"),
    "tdm": Signal("ai", "rights of text and data mining to be reserved"),
    "content-usage": Signal("ai", "some usages to be left"),
    "content-signal": Signal("ai", "no use by AI"),
    "rsl": Signal("ai", "the terms of a licence to be kept"),
    "robots-ai": Signal("ai", "crawlers of AI to stay out, or some usages to be left"),
    "noindex": Signal("index", "search engines not to list the page"),
    "search": Signal("index", "search engines not to list the page"),
}
"""By name, as the column `opt_outs` has it; a date may follow after `=`."""


def wishes(signals: Iterable[str], at: str) -> frozenset[Wish]:
    """What is asked for at a time; a signal with a date asks for it from then on.

    >>> sorted(wishes(["noai", "unavailable_after=2026-11-02T00:00:00Z"], "2026-11-01T00:00:00Z"))
    ['ai']
    """
    parts = (signal.partition("=") for signal in signals)
    return frozenset(SIGNALS[name].wish for name, _, date in parts if date <= at)


def robots_signals(denied: str) -> frozenset[str]:
    """The signals in what a robots.txt says against use of its site, as the ledger notes it.

    >>> sorted(robots_signals("GPTBot content-signal:search license:https://sample.example/l.xml"))
    ['robots-ai', 'rsl', 'search']
    """
    return frozenset(
        "rsl"
        if word.startswith("license:")
        else "search"
        if word == "content-signal:search"
        else "robots-ai"
        for word in denied.split()
    )
