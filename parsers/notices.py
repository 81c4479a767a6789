"""Sentences of the interface within a text, and passages of the page's own.

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
    r"(?:reviews?|quotes?|verdicts?|comparisons?|pages?|articles?|posts?|threads?|comments?"
    r"|scorecards?|profiles?|transcripts?)"
)
_THIS = r"(?:this|the)\ (?:review|quote|verdict|comment|post|text|comparison|page|article|section)"
_MADE = (
    r"(?:edited|updated|moderated|translated|sponsored|generated|shortened|removed|verified"
    r"|published|submitted|promoted)"
)
_BY = r"(?:by\ (?:our|the|its|a|an)\ [\w-]+(?:\ [\w-]+)?|(?:on|in)\ [\w,\ ]{3,20}|for\ [\w]+)"
_SENTENCE = re.compile(
    rf"""
      (?:was|is|did\ you\ find|do\ you\ find)\ (?:this|that)(?:\ {_THING})?\ (?:helpful|useful)
      (?:\ to\ you)?
    | (?:read|see|view|show|open)\ (?:the|our|all|more|their|other)\ (?:(?:full|whole|other|complete
      |original)\ )?{_THING}(?:\ (?:here|below|now|like\ this|of\ this\ tool|by\ .{{1,30}}))?
    | (?:sign|log)\ (?:up|in)\ to\ (?:read|see|view|vote|comment|reply|continue|unlock)\b
      .{{0,60}}
    | subscribe\ to\ (?:our|the)(?:\ [\w-]+){{1,3}}(?:\ (?:and|at|for|in|on|so|to)\b.{{0,60}})?
    | subscribe\ (?:now|today|for\ (?:more|free)\b.{{0,40}})
    | (?:follow|share)\ (?:us\ )?on\ (?:facebook|instagram|linkedin|mastodon|social\ media|twitter
      |x|youtube)\b.{{0,20}}
    | copy\ (?:the\ )?link(?:\ to\ (?:the\ )?clipboard)?
    | (?:click|tap)\ (?:here|to\ (?:read|expand|see|view|show))\b.{{0,60}}
    | (?:share|report|flag|copy|bookmark|print|rate|translate)\ this\ {_THING}(?:\ .{{0,40}})?
    | thank(?:s|\ you)\ for\ (?:voting|subscribing|your\ (?:vote|feedback))
    | {_THIS}\ (?:is|was|has\ been)\ (?:\w+\ )?{_MADE}(?:\ {_BY})?
    | (?:machine[- ]|auto(?:matically)?[- ])?translated\ from\ \w+(?:\ by\ .{{1,30}})?
    | (?:last\ )?(?:{_MADE}|checked|reviewed|posted)\ (?:by\ our\ [\w-]+|on\ \d[\w\ ,]{{3,20}}
      |in\ (?:january|february|march|april|may|june|july|august|september|october|november
      |december))
      (?:\ .{{0,20}})?
    | yes\W+no | end\ of\ (?:quote|review)
    | be\ the\ first\ to\ (?:review|comment|vote|rate)\b.{{0,40}}
    | leave\ (?:a|your)\ (?:comment|review|reply)(?:\ .{{0,30}})?
    | (?:more|continued)\ (?:on|in)\ the\ next\ (?:page|part)
    | the\ rest\ (?:of\ (?:this|the)\ (?:review|quote|text)\ )?is\ (?:for|available\ to)
      \ (?:members|subscribers|readers)\b.{{0,40}}
    | visit\ (?:the|our|their)\ (?:web\ ?site|site|home\ ?page)(?:\ .{{0,30}})?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BEGINNINGS = frozenset(
    "auto automatically be bookmark checked click continued copy did do edited end flag follow "
    "generated is last leave log machine moderated more open posted print promoted published rate "
    "read removed report reviewed see share shortened show sign sponsored submitted subscribe tap "
    "thank thanks the this translate translated updated verified view visit was yes".split()
)
_BEGIN = re.compile(r"\w+")
_LABEL = re.compile(
    r"""
    (?:\A|.*[.!?…][’\"”')\]]*\s)
    (?: Side\ note | Disclosure | Disclaimer | Sponsored(?:\ (?:content|link|message|post))?
      | Advertisement | A\ (?:message|word)\ from\ (?:our|today['’]s|this\ \w+['’]s)\ sponsors?
      | Affiliate\ (?:link|disclosure)s?
      | Paid\ [Pp]artnership | Partner\ [Cc]ontent
      | (?:The\ )?(?:[Vv]endor|[Mm]aker|[Ee]ditor|[Pp]ublisher|[Cc]ompany)(?:['’]?s)?
        \ (?:reply|response|note|replied|replies|responded|responds|answered)
      | (?:Reply|Response|Note)\ (?:from|by|of)\ [^.:]{1,40}
      | Quote\ (?:from|by)\ [^.:]{1,40}
      | (?:Update|Edit|Correction)(?:,\ [^.:]{1,20}|\ \([^)]{1,20}\))
    )\s?
    """,
    re.VERBOSE | re.DOTALL,
)
"""What stands before the colon, or the dash, that opens a passage of the page's own."""
LONGEST_LABEL = 60
_COLON = re.compile("[:–—]")
_OPENINGS = (
    (
        "cookies",
        re.compile(
            r"\b(?:we|this (?:site|page|website))(?: and our [\w ]{1,30})? "
            r"(?:uses?|stores?|sets?) (?:\w+ )?cookies(?: (?:and|for|on|so|that|to)\b|\W*\Z|\.)"
            r"|cookies on your device",
            re.I,
        ),
    ),
    ("By continuing", re.compile(r"\bBy continuing,? you (?:agree|accept)\b")),
    ("We may ", re.compile(r"\bWe may (?:earn|receive|get) (?:an?|some) ")),
    (
        "Subscribe to ",
        re.compile(
            r"\bSubscribe to (?:our|the) (?:[\w-]+ ){0,2}[\w-]+(?:[.!,]|\Z| (?:and|for|to)\b)"
        ),
    ),
    ("[", re.compile(r"\[(?:removed|redacted|deleted|edited|translated) by\b[^\]]{0,200}\]", re.I)),
    ("bout this tool", re.compile(r"\AAbout this tool\b")),
    ("edited for ", re.compile(r"\bedited for (?:length|clarity|style)\b")),
    ("new tab", re.compile(r"\((?:link )?opens in (?:a )?new tab\)", re.IGNORECASE)),
    ("orem ", re.compile(r"\b[Ll]orem ipsum dolor sit amet(?:,|\.|\Z)")),
    ("dvertisement ", re.compile(r"(?:\A|[.!?] )Advertisement (?=[A-Z])")),
    ("ponsored ", re.compile(r"(?:\A|[.!?] )Sponsored (?=[A-Z])")),
    (
        "on line ",
        re.compile(
            r"\b(?:Warning|Notice|Deprecated|(?:Fatal|Parse) error|Uncaught \w+):.* on line [0-9]+"
        ),
    ),
    ("elpful (", re.compile(r"\bHelpful \([0-9]+\)")),
    (" Report", re.compile(r"\b(?:Share|Reply|Flag|Like) Report\b")),
    ("Traceback ", re.compile(r"\bTraceback \(most recent call last\):? File\b")),
    (" partners", re.compile(r"\bWe and our [0-9]+ partners\b")),
    (
        "code ",
        re.compile(
            r"\b(?:use|with|enter) (?:the |our )?(?:coupon |discount |promo |voucher )?code "
            r"(?-i:(?=[0-9]*[A-Z])[A-Z0-9]{5,})\b",
            re.I,
        ),
    ),
    ("erms ", re.compile(r"(?:\A|[.!?] )Terms (?:and conditions )?apply\b")),
    ("ffer", re.compile(r"\b(?:Limited(?:[- ]time)? offer\b|Offer (?:ends|expires|valid|only)\b)")),
    ("lready a ", re.compile(r"\bAlready an? [a-z]+\?(?: (?:log|sign) in\b|\Z)", re.I)),
    ("ookie", re.compile(r"(?:\A|[.!?] )(?:Cookie settings|(?:Accept|Reject) all cookies)\b")),
    (" readers", re.compile(r"\bJoin [0-9][0-9,.]*k? readers\b")),
)
"""The words that open other such passages, each behind one that is looked for first: it is fast."""
_END = re.compile(r"[.!?:][’\"”')\]]*\s")
"""What parts a text's sentences."""
_CLOSERS = ".!?…:’\"”')] "


def require_no_notice(text: str, *, field: str) -> None:
    """Pass over a text without a sentence, or a passage, of the interface.

    Raises: FieldError (field_ambiguous).

    >>> require_no_notice("It sang on time. Read the manual first.", field="quotes[0].text")
    """
    said = [*filter(_is_of_interface, _END.split(text)), *_passages(text)]
    if said:
        detail = f"{said[0][:40]!r} may be the page's words, no part of it"
        raise FieldError(code="field_ambiguous", field=field, detail=detail)


def _is_of_interface(sentence: str) -> bool:
    """Whether a sentence is one of the list; its first word is looked at before, which is fast."""
    begin = _BEGIN.match(sentence)
    is_known = begin is not None and begin[0].casefold() in _BEGINNINGS
    return is_known and _SENTENCE.fullmatch(sentence.rstrip(_CLOSERS)) is not None


def _passages(text: str) -> Iterator[str]:
    """What opens a passage that is no part of a text."""
    has_label = ":" in text or " — " in text or " – " in text
    for colon in _COLON.finditer(text) if has_label else ():
        if match := _LABEL.fullmatch(text, max(0, colon.start() - LONGEST_LABEL), colon.start()):
            yield match[0]
    for word, opening in _OPENINGS:
        if word in text and (match := opening.search(text)):
            yield match[0]
