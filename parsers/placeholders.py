"""Texts that stand where a value should and are none: a closed list of words, and a few shapes.

Only a whole field is judged: `undefined behaviour` is a text. What a name may be is open, so names
and reviewers are held against the words of programs, templates, and what stands for a name alone.
"""

from __future__ import annotations

import re

LONGEST = 120
"""No listed word or sentence is longer; a template may be. Units: characters."""

PROGRAM_WORDS = frozenset(
    ("null", "none", "nil", "undefined", "nan", "[object object]", "[object promise]")
)
"""What programs print for nothing; in any case."""

NO_NAMES = PROGRAM_WORDS | frozenset(
    ("lorem ipsum", "n/a", "tba", "tbc", "tbd", "tool name", "product name")
)
"""What no tool and no reviewer is called; other words may be names."""

WORDS = PROGRAM_WORDS | frozenset(
    (
        "n/a", "n.a", "na", "tbd", "tba", "tbc", "todo", "fixme", "placeholder", "coming soon",
        "to be announced", "to be confirmed", "to be determined", "loading", "please wait",
        "more", "expand", "continue reading", "pending", "removed", "deleted", "redacted",
        "withheld", "unavailable", "not available", "not yet available", "not yet reviewed",
        "not reviewed yet", "not rated", "not rated yet", "error", "oops", "retry", "try again",
        "not found", "page not found", "internal server error", "untitled", "sample text",
        "example text", "description", "tagline", "missing translation", "translation missing",
        "lorem ipsum",
    )
)  # fmt: skip
"""Whole fields without their case and the signs at their ends."""

_THING = (
    r"(?:reviews?|quotes?|comments?|descriptions?|taglines?|summar(?:y|ies)|contents?|texts?|data"
    r"|details|information|verdicts?|opinions?|posts?|messages?)"
)
_GONE = (
    r"(?:(?:currently|temporarily)\ )?(?:removed|deleted|hidden|redacted|withheld|unavailable"
    r"|not\ available|moderated)"
)
_STATUS = (
    r"(?:(?:page\ )?not\ found|internal\ server\ error|bad\ gateway|service\ unavailable|forbidden"
    r"|unauthori[sz]ed|gateway\ time-?out|too\ many\ requests)"
)
_WHO = r"(?:admin|author|community|editor|moderator|owner|publisher|reviewer|site|staff|user)"
_ON = (
    r"(?:[.!?:,]?\ (?:please|try|retry|refresh|reload|check|contact|we|our|your|while"
    r"|you\ (?:do|must|need)|the\ (?:page|server|team)|reading|loading)\b.{0,90})?"
)
"""How a message of a program goes on."""
_MORE = (
    r"(?:\ (?:it|more|the|this|all\ (?:quotes|reviews|verdicts))\b(?!\ \w+\ (?:that|you|your)\b)"
    r".{0,60})?"
)
_SENTENCE = re.compile(
    rf"""
      (?:loading|fetching|retrieving)\ (?:(?:the|this|your)\ )?(?:full\ )?{_THING}
    | (?:read|show|see|view|load)\ (?:more|less|all|(?:the\ )?(?:full|whole|rest|entire)
      (?:\ {_THING})?)
    | (?:click|tap|press)(?:\ here)?\ to\ (?:read|expand|load|reveal|show|see|view)
      (?:\ [\w-]+){{0,3}}
    | no\ {_THING}(?:\ (?:is|are|was|were|has\ been|have\ been))?
      (?:\ (?:yet|available|provided|found|given|here|written|added|to\ (?:show|display)))*
    | (?:(?:this|the|that)\ )?{_THING}\ (?:(?:is|was|has\ been|could\ not\ be|cannot\ be)\ )?
      (?:no\ longer\ available|{_GONE}|pending|missing|(?:coming|available)\ soon|goes\ here|here
      |not\ found|loaded|displayed|placeholder)
    | (?:this|the|that)\ {_THING}\ (?:(?:is|was|has\ been|could\ not\ be|cannot\ be)\ )?
      (?:no\ longer\ available|{_GONE}|pending|loaded|displayed)
      (?:,?\ (?:by|in|to|for|please|until|unless|because|due|while)\ .{{1,60}})?
    | (?:{_THING}\ )?{_GONE}\ by\ (?:(?:a|an|the|our|its)\ )?{_WHO}s?(?:\ .{{1,40}})?
    | (?:(?:the|this)\ (?:tool['’]s\ )?)?{_THING}\ (?:is|are)\ (?:being\ (?:re)?written
      |still\ to\ come|on\ its\ way|(?:(?:only\ )?(?:available|shown|visible)\ (?:only\ )?to
      \ (?:members|readers|subscribers|users)))\b.{{0,40}}
    | no\ {_THING}\ (?:has|have)\ been\ (?:written|added|filed|published)\b.{{0,40}}
    | (?:we\ are|we['’]re)\ (?:still\ )?waiting\ for\ (?:(?:the|a|this)\ )?
      (?:approval|moderation|reviewer|{_THING})\b.{{0,60}}
    | (?:still\ )?(?:awaiting|waiting\ for|pending)\ (?:(?:the|a|this)\ )?
      (?:moderation|approval|{_THING})
    | (?:insert|enter|type)\ (?:(?:a|an|the|your)\ )?{_THING}(?:\ here)?
    | (?:(?:add|write)\ )?(?:(?:a|an|the|your)\ )?{_THING}\ (?:goes\ )?here
    | (?:add|write)\ (?:a|an|the|your)\ {_THING}
    | be\ the\ first\ to\ (?:review|comment|write|vote|rate|share)
      (?:\ (?:a|it|on|this|the|your)\b.{{0,60}})?
    | (?:error\ ?:\ ?)?(?:failed|unable)\ to\ (?:load|fetch|get|display|retrieve|render|show)
      (?:\ (?:(?:the|this|your)\ )?(?:{_THING}|page|component|widget|module)\b.{{0,60}}|{_ON})
    | (?:(?:we|i)\ )?(?:could\ not|couldn't|cannot|can't)\ (?:load|fetch|display|retrieve|render)
      (?:\ (?:(?:the|this|your)\ )?(?:{_THING}|page|component|widget|module)\b.{{0,60}}|{_ON})
    | (?:an?\ )?(?:unknown\ |unexpected\ |network\ |server\ |internal\ )?error
      (?:\ (?:has\ )?occurr?ed|\ (?:while\ )?(?:loading|fetching|rendering)\b.{{0,60}}
      |(?:\ |:\ ?)\d{{3}}(?:\W+{_STATUS})?(?:{_ON}|[.:]?\ .{{0,40}}\b(?:error|failed)\b.{{0,90}}))
    | \d{{3}}\W+{_STATUS}{_ON}
    | (?:(?:oops|sorry)\W+)?something\ went\ wrong{_ON}
    | (?:request|connection|network)\ (?:failed|timed\ out)
    | (?:log|sign)\ ?(?:in|up)\ (?:with\b.{{1,40}}\ )?to\ (?:read|see|view|continue|unlock){_MORE}
    | (?:subscribe|upgrade)\ to\ (?:read|see|view|unlock){_MORE}
    | (?:this|the)\ (?:reviews?|quotes?|comments?|contents?|verdicts?|posts?|descriptions?)
      \ (?:is|are|was|were|has\ been)\ (?:(?:currently|temporarily)\ )?
      (?:blocked|locked|restricted|disabled)
      (?:\ (?:until|unless|because|for|in)\ .{{1,60}})?
    | (?:please\ )?(?:enable|turn\ on)\ javascript(?:\ (?:and|for|in|to)\b.{{0,60}})?
    | (?:please\ )?(?:accept|allow)\ (?:all\ |our\ |\w+\ )?cookies\ (?:for|to)\b.{{1,60}}
    | (?:you\ )?(?:need|have|must)\ (?:to\ )?(?:be\ )?(?:log(?:ged)?|sign(?:ed)?)\ in
      \ to\ (?:continue|read|see|unlock|view)\b.{{0,60}}
    | (?:access\ (?:denied|forbidden)|forbidden|too\ many\ requests|rate\ limit\ exceeded
      |(?:service|server)\ (?:temporarily\ )?unavailable|gateway\ time-?out){_ON}
    | (?:this|the)\ (?:block|component|content|element|embed|module|quote|review|section|widget)
      \ (?:could\ not|could\ ?n['’]t|cannot|can['’]t|failed\ to)\ (?:be\ )?
      (?:display|load|render|show)(?:ed|n)?\b.{{0,90}}
    | error:\ (?:cannot|could\ not|failed|invalid|network|undefined|unexpected|uncaught)\b.{{1,120}}
    | error:\ (?:connect|connection|request)\b.{{1,120}}
    | (?:i['’]m|i\ am)\ sorry,?\ but\ (?:as\ an\ ai|i\ (?:am\ unable|cannot|can['’]t))\b.{{0,120}}
    | as\ an\ ai\ (?:language\ )?model\b.{{0,160}}
    | the\ (?:api|model|server)\ returned\ (?:an\ (?:empty|error)|no)\b.{{0,60}}
    | [\w\ ]{{1,30}}\ has\ not\ (?:yet\ )?(?:rated|reviewed|scored)\ this\ (?:product|tool)
      (?:\ yet)?
    | (?:dummy|sample|test)\ (?:description|quote|review|text)\b,?
      (?:\ (?:please\ )?ignore\b.{{0,40}})?
    | (?:missing\ translation|translation\ missing)\b.{{0,80}}
    """,
    re.VERBOSE,
)
"""Of a text without case: to heed none is twice as fast."""
_LOREM = re.compile(
    r"\W*(?:lorem ipsum dolor|dolor sit amet|consectetur adipisc|sed do eiusmod|ut enim ad minim"
    r"|duis aute irure|excepteur sint|sed ut perspiciatis|nemo enim ipsam)",
    re.IGNORECASE,
)
"""How dummy text begins."""
_NOTE = re.compile(
    r"(?:(?-i:TODO|FIXME|TBD|TBA)|(?:todo|placeholder|insert)(?=:))\s?[:–—-]\s.*", re.I
)
"""A note to whoever was to write the text."""
_TEMPLATE = re.compile(
    r"""
      \{\{.*\}\} | \$\{.*\} | \#\{.*\} | %\{.*\} | @\{.*\} | \{%.*%\} | <%.*%>
    | <\?.*\?> | \[\[.*\]\]
    | \{\$?[\w.()|:-]{1,80}\} | %\(\w+\)[sdifr] | %[sdif@] | %[A-Z_]{2,40}% | \$[a-z_][\w.]*
    | __\w+__ | <[A-Za-z][\w-]*\ ?/?> | \[[a-z][a-z0-9_ .-]{1,40}\] | \$?t\(.{1,80}\)
    | function\b.{0,40}\(.*\).* | (?:async\ )?\([^)]*\)\ ?=>.* | \#(?:REF|N/A|VALUE|NAME\?)!?
    """,
    re.VERBOSE | re.DOTALL,
)
_EXCUSE = re.compile(r"\b(?:please|try|reload|refresh|check back|come back|later)\b")
_NO_PRICE = re.compile(r"(?:from )?[$€£¥] ?(?:nan|null|none|undefined)\b.{0,40}", re.IGNORECASE)
_KEY = re.compile(
    r"[a-z][a-zA-Z0-9-]*(?:[.:_][a-zA-Z0-9-]+)*[.:_]([a-zA-Z][a-zA-Z0-9]*)"
    r"|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
)
_ENDINGS = frozenset(
    "ai app cc co com cpp dev gg go io js me net org py rs run sh so tech ts".split()
)
"""A word with a dot that ends so is a name: `botctl.io`, `chart.js`."""
_EDGES = re.compile(r"^[\s“\"'(\[]+(?=\w)|[\s.…!:”\"')\]]+$")
_OPEN = (".category", ".tagline", ".description", ".pricing", ".text")
"""The fields whose words are the publisher's own."""
_STARTS = ("{", "$", "#", "%", "@", "<", "[", "_", "(", "t(", "function", "async ")


def is_placeholder(text: str, field: str) -> bool:
    """Whether a text is no value of the field.

    >>> [is_placeholder(text, "tools[0].tagline") for text in ("Loading…", "Loading docks")]
    [True, False]
    >>> [is_placeholder(text, "tools[0].name") for text in ("Pending", "{{name}}")]
    [False, True]
    """
    if text.startswith(_STARTS) and _TEMPLATE.fullmatch(text):
        return True
    if text[:1] in "$€£¥fF" and _NO_PRICE.fullmatch(text):
        return True
    if len(text) > LONGEST:
        return _LOREM.match(text) is not None
    whole = text.casefold()
    bare = whole if whole[-1:].isalnum() else _EDGES.sub("", whole)
    if not field.endswith(_OPEN):
        return bare in NO_NAMES or whole in PROGRAM_WORDS
    return (
        bare in WORDS
        or whole in WORDS
        or PROGRAM_WORDS.issuperset(whole.split())
        or bare.strip(" .") in WORDS
        or (":" in whole and _NOTE.fullmatch(whole) is not None)
        or (". " in bare and (_is_one_word(bare.split(". ")) or _is_excused(*bare.split(". ", 1))))
        or not any(map(str.isalnum, whole))
        or _LOREM.match(whole) is not None
        or _is_listed(bare.replace("’", "'"))
        or (" " not in text and _is_key(text))
    )


def _is_one_word(sentences: list[str]) -> bool:
    """Whether all of these are one listed word, said again and again."""
    said = {each.strip(" .") for each in sentences}
    return len(said) == 1 and said <= WORDS


def _is_excused(sentence: str, rest: str) -> bool:
    """Whether a text says that it is missing, and what to do about it."""
    return _EXCUSE.search(rest) is not None and _is_listed(sentence)


def _is_listed(sentence: str) -> bool:
    """Whether a text without case is a sentence of the list, with a Turkish `i` or without."""
    return _SENTENCE.fullmatch(sentence.replace("\u0131", "i")) is not None


def _is_key(text: str) -> bool:
    """Whether one word is the key of a translation that was not found: `card.description`."""
    match = _KEY.fullmatch(text)
    return match is not None and (match[1] or "").lower() not in _ENDINGS
