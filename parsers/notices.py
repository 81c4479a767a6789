"""Sentences of the interface at a text's beginning or end, and passages of the page's own.

They stand in one text with the publisher's, so that nothing but what they say tells them apart: a
closed list, of what no reviewer says of a tool in a sentence of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema.errors import FieldError

LONGEST = 160
"""No listed sentence is longer. Units: characters."""

_THING = (
    r"(?:reviews?|quotes?|verdicts?|reviewers?|scorecards?|profiles?|comparisons?|pages?|articles?"
    r"|posts?|threads?|comments?|repl(?:y|ies)|transcripts?|descriptions?|texts?|content)"
)
_MADE = (
    r"(?:last )?(?:checked|tested|edited|updated|moderated|translated|sponsored|generated"
    r"|shortened|removed|verified|published|posted|written|submitted|promoted|reviewed|filed|paid)"
)
_WHICH = r"(?:the|our|all|more|this|their|other|full|whole|complete|entire|original)"
_SENTENCE = re.compile(
    rf"""
      (?:was|is|did\ you\ find|do\ you\ find)\ (?:this|that)(?:\ {_THING})?\ (?:helpful|useful)\b.*
    | (?:read|see|view|show|open|load)\ (?:{_WHICH}\ ){{1,3}}{_THING}\b.*
    | (?:sign|log)\ (?:up|in)\ (?:to|for|now|today|and)\b.* | subscribe\ (?:to|for|now|today)\b.*
    | join\ (?:us|our)\b.* | follow\ (?:us|this)\b.* | (?:click|tap)\ (?:here|to|on|the)\b.*
    | (?:share|report|flag|copy|bookmark|print|translate|rate)\ this\b.*
    | thank(?:s|\ you)\ for\ (?:voting|reading|subscribing|your\ (?:vote|feedback))\b.*
    | (?:this|the)\ {_THING}\ (?:is|are|was|were|has\ been|have\ been|may\ be)\ (?:\w+\ )?
      {_MADE}\b.*
    | (?:machine[- ]|auto[- ]?)?translated\ (?:from|by|into)\b.*
    | {_MADE}\ (?:by|on|at)\ (?:\S+\ ?){{1,5}} | yes\W+no
    | be\ the\ first\ to\ (?:review|comment|vote|rate|share)\b.*
    | leave\ (?:a|your)\ (?:comment|review|reply)\b.*
    | (?:more|continued)\ (?:on|in)\ the\ next\ (?:page|part)\b.*
    | the\ rest\ (?:is|of\ (?:this|the)\ .{1, 30}\ is)\ (?:for|available|behind|hidden)\b.*
    | end\ of\ (?:quote|review)
    | visit\ (?:the|our|their)\ (?:web\ ?site|site|home\ ?page)\b.*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LABEL = re.compile(
    r"""
    (?:\A|.*[.!?…][’\"”')\]]*\s)
    (?: Disclosure | Disclaimer | Sponsored | Advertisement | Ad | Affiliate\ \w+
      | Paid\ [Pp]artnership | Partner\ [Cc]ontent
      | (?:Vendor|Maker|Editor|Staff|Publisher|Company|Founder|Team)(?:['’]s)?
        \ (?:reply|response|note)
      | (?:Reply|Response|Answer|Note)\ (?:from|by|of)\ [^.:]{1,40}
      | [A-Z][\w.\ ’'-]{0,40}\ (?:replie[sd]|respond(?:s|ed)|answer(?:s|ed)|writes\ back)
      | Quote\ (?:from|by)\ [^.:]{1,40}
      | (?:Update|Edit|Correction)(?:,\ [^.:]{1,20}|\ \([^)]{1,20}\))?
    )\s?
    """,
    re.VERBOSE | re.DOTALL,
)
"""What stands before the colon, or the dash, that opens a passage of the page's own."""
LONGEST_LABEL = 60
_COLON = re.compile("[:–—]")
_OPENINGS = (
    ("cookies", re.compile(r"\b(?:uses?|stores?|sets?|accept) (?:\w+ )?cookies\b|cookies on your")),
    ("By continuing", re.compile(r"\bBy continuing,? you (?:agree|accept)\b")),
    ("We may ", re.compile(r"\bWe may (?:earn|receive|get) (?:an?|some) ")),
    ("Subscribe to ", re.compile(r"\bSubscribe to (?:our|the) ")),
    ("[", re.compile(r"\[(?:removed|redacted|deleted|edited|translated) by\b[^\]]*\]", re.I)),
    ("bout this tool", re.compile(r"\AAbout this tool\b")),
    ("edited for ", re.compile(r"\bedited for (?:length|clarity|style)\b")),
    ("new tab", re.compile(r"\((?:link )?opens in (?:a )?new tab\)", re.IGNORECASE)),
    (" readers", re.compile(r"\bJoin [0-9][0-9,.]*k? readers\b")),
)
"""The words that open other such passages, each behind one that is looked for first: it is fast."""
_FIRST = re.compile(r"(.+?[.!?:])(?:[’\"”')\]]*\s|\Z)")
_LAST = re.compile(r"(?:.*[.!?][’\"”')\]]*\s)?(.+?)\W*\Z", re.DOTALL)


def require_no_notice(text: str, *, field: str) -> None:
    """Pass over a text that neither begins nor ends in the interface's words.

    Raises: FieldError (field_ambiguous).

    >>> require_no_notice("It sang on time. Read the manual first.", field="quotes[0].text")
    """
    ends = (_FIRST.match(text, 0, LONGEST), _LAST.match(text[-LONGEST:]))
    said = [match[1] for match in ends if match and _SENTENCE.fullmatch(match[1].rstrip(".!?"))]
    said += _passages(text)
    if said:
        detail = f"{said[0][:40]!r} may be the page's words, no part of it"
        raise FieldError(code="field_ambiguous", field=field, detail=detail)


def _passages(text: str) -> Iterator[str]:
    """What opens a passage that is no part of a text."""
    has_label = ":" in text or " — " in text or " – " in text
    for colon in _COLON.finditer(text) if has_label else ():
        if match := _LABEL.fullmatch(text, max(0, colon.start() - LONGEST_LABEL), colon.start()):
            yield match[0]
    for word, opening in _OPENINGS:
        if word in text and (match := opening.search(text)):
            yield match[0]
