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
_THIS = r"(?:this|the)\ (?:review|quote|verdict|comment|comparison)"
_MADE = (
    r"(?:edited|updated|moderated|translated|sponsored|generated|shortened|removed|verified"
    r"|published|submitted|promoted)"
)
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
)
_DATE = rf"(?:\d{{1,2}}\ {_MONTH}|{_MONTH}\ \d{{1,2}}|{_MONTH}|\d{{4}}-\d\d-\d\d)(?:,?\ \d{{4}})?"
_BY = (
    r"(?:by\ (?:our|the|its)\ (?:author|editors?|moderators?|publisher|reviewer|staff|team|vendor)"
    rf"|(?:on|in)\ {_DATE}|automatically|for\ (?:clarity|length|style))"
)
_SENTENCE = re.compile(
    rf"""
      (?:was|is|did\ you\ find|do\ you\ find)\ (?:this|that)\ {_THING}\ (?:helpful|useful)
      (?:\ to\ you)?
    | (?:read|see|view|show|open)\ (?:the|our|all|more|their|other)\ (?:(?:full|whole|other|complete
      |original)\ )?{_THING}(?:\ (?:here|below|now|like\ this|of\ this\ tool|by\ [\w-]+))?
    | (?:sign|log)\ (?:up|in)\ to\ (?:read|see|view|vote|comment|reply|continue|unlock)
      (?:\ (?:all|it|more|the\ (?:full|rest|whole)|this)\b[\w\ ]{{0,40}})?
    | subscribe\ to\ (?:our|the)\ (?:[\w-]+\ )?(?:blog|channel|digest|feed|list|newsletter|podcast
      |updates)(?:\ (?:and|at|for|in|on|so|to)\b.{{0,60}})?
    | subscribe\ (?:(?:now|today)(?:\ to\ (?:continue|read|see|unlock)\b.{{0,40}})?
      |for\ (?:more|free)\b.{{0,40}})
    | sign\ up\ for\ an?\ (?:free\ )?account\b.{{0,40}}
    | please\ (?:accept|allow|enable)\ (?:\w+\ )?cookies(?:\ (?:and|before|to)\b.{{0,60}})?
    | (?:follow|share)\ (?:us\ )?on\ (?:facebook|instagram|linkedin|mastodon|social\ media|twitter
      |x|youtube)
    | copy\ (?:the\ )?link(?:\ to\ (?:the\ )?clipboard)?
    | (?:click|tap)\ (?:here|to\ (?:read|expand|see|view|show))(?:\ (?:all|for|more|the|this|to)\b
      [\w\ ]{{0,50}})?
    | (?:share|report|flag|copy|bookmark|print|rate|translate)\ this\ {_THING}
      (?:\ (?:by|in|on|to|via|with)(?:\ [\w-]+){{1,3}})?
    | thank(?:s|\ you)\ for\ (?:voting|subscribing|your\ (?:vote|feedback))
    | {_THIS}\ (?:is|was|has\ been)\ (?:\w+\ )?{_MADE}(?:\ {_BY})?
    | (?:machine[- ]|auto(?:matically)?[- ])?translated\ from\ \w+(?:\ by\ [\w-]+(?:\ [\w-]+)?)?
    | (?:last\ )?(?:{_MADE}|checked|reviewed|posted)\ (?:by\ our\ [\w-]+|(?:on|in)\ {_DATE})
    | yes\W+no | end\ of\ (?:quote|review)
    | be\ the\ first\ to\ (?:review|comment|vote|rate)(?:\ (?:it|on|this)\b[\w\ ]{{0,30}})?
    | leave\ (?:a|your)\ (?:comment|review|reply)(?:\ (?:below|here|now|on\ this\ \w+))?
    | (?:more|continued)\ (?:on|in)\ the\ next\ (?:page|part)
    | the\ rest\ (?:of\ (?:this|the)\ (?:review|quote|text)\ )?is\ (?:for|available\ to)
      \ (?:members|subscribers|readers)(?:\ only)?
    | visit\ (?:the|our|their)\ (?:web\ ?site|site|home\ ?page)
      (?:\ (?:for|to\ (?:learn|read|see))\b[\w\ ]{{0,30}})?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_AT_START = re.compile(
    r"""
      (?:[Ww]e|[Tt]his\ (?:site|page|website))(?:\ and\ our\ [\w\ ]{1,30})?\ (?:uses?|stores?|sets?)
      \ (?:\w+\ )?cookies(?:\ (?:and|for|so|that|to)\b|\W*\Z|\.)
    | By\ continuing[\w\ ]{0,30},?\ you\ (?:agree|accept)(?:\ to)?\ (?:our|the|that)\b
    | We\ may\ (?:earn|receive|get)\ (?:an?|some)\b[^.]{0,40}
      \b(?:affiliate|commission|compensation|fee|kickback|percentage|share)\b
    | We\ and\ our\ [0-9]+\ partners\ (?:access|process|share|store|use)\b
    | Subscribe\ to\ (?:our|the)\ (?:[\w-]+\ )?
      (?:blog|channel|digest|feed|list|newsletter|podcast|updates)(?:[.!,]|\Z|\ (?:and|to)\b)
    | Printed\b.{0,60}\bPage\ [0-9]+\ of\ [0-9]+\b
    | Enter\ your\ e-?mail(?:\ address)?(?:[.!]|\ [SJG][a-z]+|\Z)
    | [Ee]dited\ for\ (?:length|clarity|style)\b
    | Advertisement\ (?=[A-Z])
    | (?:Warning|Notice|Deprecated|(?:Fatal|Parse)\ error|Uncaught\ \w{1,40}):.{0,200}
      \ in\ (?=\S{0,200}[/\\])\S{1,200}\ on\ line\ [0-9]+
    | (?:Was|Is|Did\ you\ find|Do\ you\ find)\ (?:this|that)\ (?:help|use)ful\?
      \W*(?:(?:Yes|No)\b|\Z)
    | Terms\ (?:and\ conditions\ )?apply(?:[.!]|\Z)
    | Limited[-\ ]time\ offer\b | Limited\ offer:\ [^.]{0,80}(?:%|\bprice\b|\buntil\b)
    | Offer\ (?:ends|expires|valid)
      \ (?:in|on|soon|till|to(?:day|morrow|night)|until|\w+day|[0-9])\b
    | Already\ an?\ [a-z]+\?(?:\ (?i:log|sign)\ in(?:\ here|\ now)?(?:[.!]|\Z)|\Z)
    | (?:Cookie\ settings(?:\ can\ be\ changed[^.]{0,80})?
      |(?:Accept|Reject)\ all\ cookies(?:\ to\ [^.]{0,80})?)(?:[.!]|\ (?=[A-Z])|\Z)
    | Join\ [0-9][0-9,.]*k?\ readers(?:[.!]|\Z|\ (?:and|today|now|who)\b)
    """,
    re.VERBOSE,
)
"""What begins a sentence that goes on as it will."""
_BEGINNINGS = (
    "accept advertisement already auto automatically be bookmark by checked click continued cookie "
    "copy deprecated did do edited end enter fatal flag follow generated is join last leave limited"
    " log machine moderated more notice offer open parse please posted print printed promoted "
    "published rate read reject removed report reviewed see share shortened show sign sponsored "
    "submitted subscribe tap terms thank thanks the this translate translated uncaught updated "
    "verified view visit warning was we yes"
).split()
"""The first words of these sentences."""
_END = re.compile(r"[.!?:][’\"”')\]]*\s")
"""What parts a text's sentences."""
_FIRST = re.compile(rf"(?:{'|'.join(_BEGINNINGS)})\b", re.IGNORECASE)
_NEXT = re.compile(rf"(?:{'|'.join(map(str.title, _BEGINNINGS))})\b")
_OF_BUTTONS = tuple(
    "Bookmark Copy Embed Flag Follow Like Page Reply Report Save Share Tweet".split()
)
"""How the words of buttons begin, and the number of a printed page."""
_BEGIN = frozenset(word[:3].title() for word in (*_BEGINNINGS, *_OF_BUTTONS))
_SHORT = frozenset(word for word in _BEGIN if len(word) < 3)
_BEGIN_ASCII = _BEGIN.union(f"{word}{chr(n)}" for word in _SHORT for n in range(128))
"""The same for a text of ASCII alone, of which three characters tell enough."""
_CAPITALS = bytes(chr(n) in {word[0] for word in _BEGIN} for n in range(256))
"""For each character whether one of these words begins with it."""
_CLOSERS = ".!?…:’\"”')] "
_LABEL = re.compile(
    r"""
    (?:\A|.*[.!?…][’\"”')\]]*\s)
    (?: Sponsored(?:\ (?:content|link|message|post))?
      | Advertisement | A\ (?:message|word)\ from\ (?:our|today['’]s|this\ \w+['’]s)\ sponsors?
      | Affiliate\ (?:link|disclosure)s? | Disclosure
      | Correction,\ [0-9][^.:]{1,20} | TODO | FIXME
      | Paid\ [Pp]artnership | Partner\ [Cc]ontent
      | (?:The\ )?(?:[Vv]endor|[Mm]aker|[Ee]ditor|[Pp]ublisher|[Cc]ompany)(?:['’]?s)?
        \ (?:reply|response|note|replied|replies|responded|responds|answered)
      | (?:Quote|Reply|Response|Note)\ (?:from|by)\ (?:our|the)\ [^.:]{1,40}
    )\s?
    """,
    re.VERBOSE | re.DOTALL,
)
"""What stands before the colon, or the dash, that opens a passage of the page's own."""
LONGEST_LABEL = 60
_BUTTON = (
    r"(?:Share(?: this \w+| on [A-Z]\w*)?|Copy link|Save for later|Report(?: (?:abuse|a problem))?"
    r"|Reply|Like|Flag|Bookmark|Tweet|Embed|Follow)"
)
_BUTTONS = re.compile(rf"\b{_BUTTON}(?: {_BUTTON})+\b")
"""The words of several buttons in a row."""
_ANYWHERE = (
    ("cookies on your device", re.compile(r"cookies on your device")),
    *((word, _BUTTONS) for word in ("Share", "opy link", " Report")),
    (
        "[",
        re.compile(
            r"\[(?:…|\.\.\.)[^\]]{0,60}\]"
            r"|\[(?:removed|redacted|deleted|edited|translated) by\b[^\]]{0,200}\]"
            r"|\[[Ee]dited for (?:length|clarity|style)\b",
            re.I,
        ),
    ),
    (
        "(",
        re.compile(
            r"\((?:(?:link )?opens in (?:a )?new tab\)|edited for (?:clarity|length))", re.I
        ),
    ),
    ("Helpful (", re.compile(r"\bHelpful \([0-9]+\)(?: [A-Z]|\W*\Z)")),
    ("Traceback (", re.compile(r"\bTraceback \(most recent call last\):? File\b")),
    ("orem ipsum dolor sit amet", re.compile(r"\b[Ll]orem ipsum dolor sit amet(?:,|\.|\Z)")),
    ("rinted ", re.compile(r"\bprinted\b.{0,60}\bPage [0-9]+ of [0-9]+\b")),
    (
        " code ",
        re.compile(
            r"\b(?:use|with|enter) (?:the |our )?(?:(?:coupon|discount|promo|voucher) code "
            r"(?-i:(?=[0-9]*[A-Z])[A-Z0-9]{4,})\b|code (?-i:(?=[0-9]*[A-Z])[A-Z0-9]{5,})\b"
            r"(?=[^.]{0,60}(?:%|\boff\b|\bcheckout\b|\bdiscount\b|\bsave\b)))"
            r"|\bcode (?-i:[A-Z]{3,}[0-9]{2,})\b|(?:%|\boff\b|\bdiscount\b|\bsave\b)[^.]{0,60}"
            r"\b(?:use|with|enter) (?:the |our )?code (?-i:(?=[0-9]*[A-Z])[A-Z0-9]{5,})\b",
            re.I,
        ),
    ),
)
"""What is none of a text wherever it stands, each behind what is looked for first: it is fast."""
_WITHOUT_BUTTONS = tuple(
    each for each in _ANYWHERE if each[0] not in ("Share", "opy link", " Report", "rinted ")
)
_ABOUT = re.compile(r"About this tool (?=[A-Z][a-z])")


def require_no_notice(text: str, *, field: str) -> None:
    """Pass over a text without a sentence, or a passage, of the interface.

    Raises: FieldError (field_ambiguous).

    >>> require_no_notice("It sang on time. Read the manual first.", field="quotes[0].text")
    """
    said = next(_notices(text), None)
    if said is not None:
        detail = f"{said[:40]!r} may be the page's words, no part of it"
        raise FieldError(code="field_ambiguous", field=field, detail=detail)


def _notices(text: str) -> Iterator[str]:
    """The sentences of the interface in a text, and what opens a passage that is no part of it."""
    starts, has_button = _starts(text)
    for at in starts:
        if match := _AT_START.match(text, at):
            yield match[0]
        end = _END.search(text, at, at + LONGEST)
        sentence = text[at : end.start() if end else at + LONGEST].rstrip(_CLOSERS)
        if _SENTENCE.fullmatch(sentence):
            yield sentence
    has_label = ":" in text or ("—" in text and " — " in text) or ("–" in text and " – " in text)
    for at in _places(text, ":–—") if has_label else ():
        if match := _LABEL.fullmatch(text, max(0, at - LONGEST_LABEL), at):
            yield match[0][-LONGEST_LABEL:]
    if match := _ABOUT.match(text):
        yield match[0]
    for word, opening in _ANYWHERE if has_button else _WITHOUT_BUTTONS:
        # From the right, since that is looked for more than twice as fast.
        if text.rfind(word) >= 0 and (match := opening.search(text)):
            yield match[0]


def _starts(text: str) -> tuple[list[int], bool]:
    """Where a sentence of the interface may begin, and whether the word of a button does anywhere.

    Amid a sentence, too, where its capital tells of it: capitals are looked for alone, for a
    pattern would have to try every letter.
    """
    starts, has_button = [0] if _FIRST.match(text) else [], False
    capitals = text.encode("latin-1", "replace").translate(_CAPITALS)  # a byte a character
    at, is_ascii = -1, text.isascii()
    known = _BEGIN_ASCII if is_ascii else _BEGIN
    for run in capitals.split(b"\1"):
        at += len(run) + 1
        begin = text[at : at + 3]
        if begin in known or (not is_ascii and begin[:2] in _SHORT):
            has_button = has_button or text.startswith(_OF_BUTTONS, at)
            if _NEXT.match(text, at) and text[at - 1].isspace():
                starts.append(at)
    return starts, has_button


def _places(text: str, marks: str) -> list[int]:
    """Where any of these characters stands in a text."""
    found = list[int]()
    for mark in marks:
        at = text.find(mark)
        while at >= 0:
            found.append(at)
            at = text.find(mark, at + 1)
    return sorted(found)
