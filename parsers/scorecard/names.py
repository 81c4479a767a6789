"""A reviewer's name, bare of what stands with it: a sign, a label, the tool, initials."""

from __future__ import annotations

import re
from functools import lru_cache

from parsers.heads import Names
from parsers.page.edges import DECORATIONS
from parsers.scorecard.wording import LONGEST_NAME
from parsers.sentences import is_initials
from parsers.values import without_icons

_SIGNS = re.compile(
    rf"^(?:[—–{DECORATIONS}-]\s*|[#¶§]\s+|[0-9]{{1,2}}[.)]\s+(?=\w)"
    r"|(?:(?:judged|opinions?|quotes?|reviews?|reviewed|scores?|scored|takes?|verdicts?|written) )?"
    r"by\s+(?:(?:from\s+)?the\s+)?(?=\w)|(?:opinions?|quotes?|reviews?|verdicts?) from\s+(?=\w)"
    r"|reviewer(?: name)?:\s*)+"
    rf"|\s+[#¶§]$|\s+\(?@[\w.-]+\)?$|\s+(?-i:APP|BOT)$|[:,]$|\s*[{DECORATIONS}]+$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:\s(?:says|said|writes|wrote|(?:gave|gives|rated|rates|scored|scores)(?: it| this)?)"
    r"|['’]s? (?:opinion|review|score|take|thoughts|verdict|view))$",
    re.IGNORECASE,
)


def reviewer_name(text: str) -> str:
    """A reviewer's name as it is compared and recorded: without a leading 'The ', a sign, 'by'.

    >>> reviewer_name("— by The Doubter #")
    'Doubter'
    >>> reviewer_name("Reviewer: Doubter")
    'Doubter'
    """
    if len(text) > 2 * LONGEST_NAME:
        return text
    if text.isalnum():
        return text
    return _SIGNS.sub("", without_icons(text)).removeprefix("The ")


def bare_names(shown: list[str], names: Names) -> list[str]:
    """The names of a page's reviewers, without what a template puts to each of them.

    A word that all end in, or letters that each begins with, is the template's; one alone is not.

    >>> bare_names(["The Doubter’s take on Alpha", "Ada’s take on Beta"], ("Alpha", "Beta"))
    ['Doubter', 'Ada']
    >>> bare_names(["Simon says", "Doubter"], ("Alpha", "Beta"))
    ['Simon says', 'Doubter']
    >>> bare_names(["DO Doubter", "A Ada"], ("Alpha", "Beta"))
    ['Doubter', 'Ada']
    """
    found = [reviewer_name(without_tool(text, names)) for text in shown]
    for strip in (_without_label, _without_initials):
        bare = list[str]()
        for text in found:
            if not (own := strip(text)):
                break
            bare.append(reviewer_name(own))
        else:
            found = bare
    return found


def without_tool(text: str, names: Names) -> str:
    """A text without the tool's name before or behind it; as it is where it is nothing else."""
    said = text.casefold() if len(text) <= 2 * LONGEST_NAME else ""
    if names[0].casefold() not in said and names[1].casefold() not in said:
        return text
    return _beside(names).sub("", text) or text


@lru_cache(maxsize=8)
def _beside(names: Names) -> re.Pattern[str]:
    tool = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(
        rf"^(?:on )?(?:{tool})\s*(?:[·•|:–—-]\s*|\s(?=\w))"
        rf"|[\s,]*(?:\b(?:about|gave|gives|of|on|rated|rates|reviews|tries)\s+|[·•|:(–—-]\s*)(?:{tool})\)?:?$",
        re.IGNORECASE,
    )


def _without_label(text: str) -> str | None:
    match = _LABEL.search(text)
    return text[: match.start()] if match else None


def _without_initials(text: str) -> str | None:
    first, _, rest = text.partition(" ")
    if first.isupper() and rest and is_initials(first, reviewer_name(rest)):
        return rest
    is_glued = (
        text[:1].isupper() and text[1:2].isupper() and is_initials(text[0], reviewer_name(text[1:]))
    )
    return text[1:] if is_glued else None


def longer_name(names: list[str]) -> str | None:
    """A name that holds another at its beginning or end, as with a badge. Absent: None for none.

    >>> longer_name(["Doubter", "Ada", "Doubter Staff pick"])
    'Doubter Staff pick'
    >>> longer_name(["Ann", "Anna"])
    """
    told = [*dict.fromkeys(names)]
    for a in told:
        for b in told:
            is_begun = b.startswith(a) and a != b and not b[len(a)].islower()
            if is_begun or (b.endswith(a) and b.endswith(f" {a}")):
                return b
    return None
